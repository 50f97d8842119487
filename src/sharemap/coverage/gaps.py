"""Contiguous unserved areas, ranked by the people who live there.

Two unserved demand points belong to one gap when they are no farther apart than :attr:`GapRules.link_m` in a
straight line; a gap is all points that such steps join. Every unserved point is in exactly one gap of a service,
so the residents of its gaps add up to its uncovered residents, to the thousandth of a person. A home that meets no street is in none:
nobody knows its walk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sharemap.coverage.points import combined, members
from sharemap.coverage.services import AGES
from sharemap.coverage.standing import standings
from sharemap.errors import GeometryError
from sharemap.schema import TABLES, check
from sharemap.units import CRS_METRIC, persons

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.coverage.nearest import Nearest
    from sharemap.coverage.services import Services
    from sharemap.units import WalkProfile

__all__ = ["GapRules", "gaps"]

_DONG = ["ward_name", "dong_code", "dong_name"]


@dataclass(frozen=True, kw_only=True)
class GapRules:
    """What makes one gap.

    Attributes
    ----------
    link_m
        Two unserved demand points are neighbours up to this straight distance, inclusive. Output areas of Seoul
        lie some 150 m apart, buildings and stretches of street nearer.
    known_m
        Sites are known up to this distance around the study area: a walk that is longer may miss a nearer site
        beyond it, and is an upper bound.
    """

    link_m: float = 200.0
    known_m: float = float("inf")

    def __post_init__(self) -> None:
        if not 0 < self.link_m < float("inf"):
            msg = "a gap needs a positive distance between its points"
            raise GeometryError(msg, column="link_m", value=self.link_m, remedy="for example 200")


def gaps(  # noqa: PLR0913  the walks within and beyond the cutoff, the people, the services
    served: pd.DataFrame,
    nearest: Nearest,
    demand: gpd.GeoDataFrame,
    sites: pd.DataFrame,
    *,
    services: Services,
    profile: WalkProfile,
    rules: GapRules | None = None,
) -> gpd.GeoDataFrame:
    """Find the gaps of each group and of the promise (schema ``gaps``).

    Parameters
    ----------
    served
        Result of :func:`at_points`.
    nearest
        Nearest sites without a cutoff, for the same profile and points.
    demand
        Demand points (schema ``demand``).
    sites
        ``site_id``, ``name`` and ``layer``.
    services, profile
        The services, and the profile of the walks.
    rules
        See :class:`GapRules`.

    Returns
    -------
    One row a gap: service, rank by residents, residents by age, the dong where most of them live, and the walk of
    the middle resident (half of them walk longer) to the nearest site, which for the promise is the nearest site
    of the group that is farthest. The polygon is for the eye: circles around the points.
    """
    rules = GapRules() if rules is None else rules
    far = combined(nearest.cost_m, services)
    named = sites.drop_duplicates("site_id").set_index("site_id")[["name", "layer"]]
    parts = []
    for one, (*_, cost) in zip(standings(served, demand, services), far, strict=True):
        unserved = np.flatnonzero(one.unserved)
        if one.kind == "layer" or not len(unserved):
            continue
        label = _joined(demand, unserved, rules.link_m)
        target = _target(nearest, cost, unserved, members(one.kind, one.key, services))
        rows = _described(demand, unserved, label, (cost[unserved], target), rules)
        parts.append(rows.assign(kind=one.kind, key=one.key, key_ko=one.name))
    if not parts:
        return _empty()
    return _checked(pd.concat(parts, ignore_index=True), named, profile)


def _joined(demand: gpd.GeoDataFrame, unserved: NDArray[np.intp], link_m: float) -> NDArray[np.intp]:
    xy = np.column_stack([demand.geometry.x, demand.geometry.y])[unserved]
    pairs = cKDTree(xy).query_pairs(np.nextafter(link_m, np.inf), output_type="ndarray")
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(xy),) * 2)
    label: NDArray[np.intp] = connected_components(graph, directed=False)[1]
    return label


def _target(
    nearest: Nearest,
    cost: NDArray[np.float64],
    unserved: NDArray[np.intp],
    columns: Any,  # noqa: ANN401  list or range
) -> NDArray[Any]:
    """Return the site that each walk leads to: the first of the layers whose nearest site is as far as the walk."""
    columns = list(columns)
    same = nearest.cost_m[np.ix_(unserved, columns)] == cost[unserved][:, None]
    site = nearest.site_id[unserved, np.asarray(columns)[same.argmax(axis=1)]]
    return np.where(np.isfinite(cost[unserved]), site, "")


def _described(
    demand: gpd.GeoDataFrame,
    unserved: NDArray[np.intp],
    label: NDArray[np.intp],
    walks: tuple[NDArray[np.float64], NDArray[Any]],
    rules: GapRules,
) -> pd.DataFrame:
    """Return one row a gap, most people first."""
    lived = demand.iloc[unserved].reset_index(drop=True)
    frame = pd.DataFrame(lived[[*_DONG, "residents"]])
    for age, bands in AGES.items():
        if age != "all":
            frame[f"residents_{age}"] = lived[list(bands)].sum(axis=1).astype("int64")
    frame = frame.assign(gap=label, cost_m=walks[0], site_id=walks[1])
    ages = [name for name in frame.columns if name.startswith("residents_")]
    rows = frame.groupby("gap").agg(
        residents=("residents", "sum"), points=("residents", "size"), **{age: (age, "sum") for age in ages}
    )
    rows = (
        rows.join(_home(frame))
        .join(_middle(frame))
        .join(frame.groupby("gap")["cost_m"].max().rename("longest_m"))
    )
    circles = shapely.buffer(lived.geometry.to_numpy(), rules.link_m / 2, quad_segs=4)
    shapes = [shapely.union_all(circles[at]) for at in frame.groupby("gap").indices.values()]
    rows = rows.assign(geometry=np.array(shapes, dtype=object))
    far = rows["cost_m"] > rules.known_m
    rows["walk_is"] = np.where(~np.isfinite(rows["cost_m"]), "none", np.where(far, "at_most", "exact"))
    rows = rows.sort_values(
        ["residents", "dong_code", "points"], ascending=[False, True, False], kind="stable"
    )
    counted = ["residents", *ages]
    rows[counted] = persons(rows[counted].to_numpy())
    return rows.reset_index(drop=True).assign(rank=np.arange(1, len(rows) + 1))


def _home(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the dong where most residents of each gap live, and how many dongs it touches."""
    lived = frame.groupby(["gap", *_DONG])[["residents"]].sum().reset_index()
    lived = lived.sort_values(["gap", "residents", "dong_code"], ascending=[True, False, True], kind="stable")
    return lived.groupby("gap").first()[_DONG].join(lived.groupby("gap").size().rename("dongs"))


def _middle(frame: pd.DataFrame) -> pd.DataFrame:
    """Return walk and site of the middle resident of each gap: thousandths are counted, so this is exact."""
    ordered = frame.sort_values(["gap", "cost_m", "site_id"], kind="stable")
    running = ordered.groupby("gap")["residents"].cumsum()
    total = ordered.groupby("gap")["residents"].transform("sum")
    return ordered.loc[running * 2 >= total].groupby("gap").first()[["cost_m", "site_id"]]


def _checked(rows: pd.DataFrame, named: pd.DataFrame, profile: WalkProfile) -> gpd.GeoDataFrame:
    import geopandas as gpd

    rows["nearest_name"] = named["name"].reindex(rows["site_id"]).to_numpy()
    rows["nearest_layer"] = named["layer"].reindex(rows["site_id"]).to_numpy()
    rows["nearest_site_id"] = rows["site_id"].where(rows["site_id"] != "")
    for name in ("cost_m", "longest_m"):
        rows[name] = rows[name].where(np.isfinite(rows[name]))
    rows["walk_m"] = rows["cost_m"]
    rows["walk_min"], rows["longest_min"] = (
        profile.minutes(rows[name].to_numpy()) for name in ("cost_m", "longest_m")
    )
    rows["gap_id"] = [
        f"{profile.name}-{key}-{rank:04d}" for key, rank in zip(rows["key"], rows["rank"], strict=True)
    ]
    rows = rows.assign(profile=profile.name, profile_ko=profile.name_ko)
    return check(gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS_METRIC), "gaps", said=False)


def _empty() -> gpd.GeoDataFrame:
    import geopandas as gpd

    kinds = {"text": "str", "int": "int64", "float": "float64", "persons": "float64", "geometry": "object"}
    columns = {column.name: pd.Series(dtype=kinds[column.kind]) for column in TABLES["gaps"].unsaid.columns}
    return check(gpd.GeoDataFrame(columns, geometry="geometry", crs=CRS_METRIC), "gaps", said=False)
