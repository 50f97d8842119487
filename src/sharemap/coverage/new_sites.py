"""New sites as rows: where each would stand, and who the homes are that it would reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap.coverage.services import AGES
from sharemap.schema import ages_known
from sharemap.units import persons

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.network import WalkNetwork

__all__ = ["Homes", "Walks", "places_of"]

_DONG = ["ward_name", "dong_code", "dong_name"]
#: Circles around homes: output areas of Seoul lie some 150 m apart, buildings and stretches of street nearer.
_CIRCLE_M = 100.0
#: A published site so near tells where a corner is.
_NEAR_M = 150.0
_JOINED = " · "


@dataclass(frozen=True)
class Walks:
    """The nearest site of a service from each home, however far: metres (inf where there is none) and its id."""

    cost_m: NDArray[np.float64]
    site_id: NDArray[Any]


@dataclass(frozen=True)
class Homes:
    """All homes, as the rows of unserved areas want them."""

    lived: gpd.GeoDataFrame
    cutoff_m: float
    known_m: float
    ages: bool = True

    @classmethod
    def of(
        cls, demand: gpd.GeoDataFrame, counted: NDArray[np.int64], *, cutoff_m: float, known_m: float
    ) -> Homes:
        """Return the homes of demand points; `counted` are the people of each by whom areas are ranked."""
        lived = demand[[*_DONG, "residents", "geometry"]].assign(people=counted)
        known = ages_known(demand)
        for age, bands in AGES.items():
            if age != "all":
                lived[f"residents_{age}"] = demand[list(bands)].sum(axis=1).astype("int64") if known else 0
        return cls(lived.reset_index(drop=True), cutoff_m, known_m, ages=known)

    def by_site(
        self,
        site: NDArray[np.int64],
        corners: NDArray[Any],
        walks: Walks,
        without_data: NDArray[np.bool_],
    ) -> pd.DataFrame:
        """Return a row for each new site: the homes that it is the first to reach.

        Parameters
        ----------
        site
            Number of the new site of each home, -1 where there is none.
        corners
            Where each new site stands.
        walks
            The walks to the sites that there are.
        without_data
            Homes whose ward has no data of the service: they are counted apart.
        """
        own = np.flatnonzero(site >= 0)
        frame = self.lived.iloc[own].reset_index(drop=True)
        frame = frame.assign(
            site=site[own],
            cost_m=walks.cost_m[own],
            site_id=walks.site_id[own],
            residents_no_data=np.where(without_data[own], frame["residents"], 0),
        )
        summed = [name for name in frame.columns if name.startswith("residents")] + ["people"]
        each = frame.groupby("site")
        rows = each[summed].sum().assign(points=each.size(), longest_m=each["cost_m"].max())
        rows[summed] = persons(rows[summed].to_numpy())
        if not self.ages:
            rows[[f"residents_{age}" for age in AGES if age != "all"]] = np.nan
        rows = rows.join(_home(frame)).join(_middle(frame)).join(self._outlines(frame, corners))
        far = rows["cost_m"] > self.known_m
        rows["walk_is"] = np.where(~np.isfinite(rows["cost_m"]), "none", np.where(far, "at_most", "exact"))
        return rows.reset_index(drop=True).assign(rank=np.arange(1, len(rows) + 1))

    def _outlines(self, frame: pd.DataFrame, corners: NDArray[Any]) -> pd.Series[Any]:
        """Return circles around the homes, cut to what lies no farther from the new site than the walk.

        Downhill a walk may be longer than what it costs: then as far as the farthest home.
        """
        home, site = frame["geometry"].to_numpy(), frame["site"].to_numpy()
        away = pd.Series(shapely.distance(home, corners[site])).groupby(site).max().to_numpy()
        around = shapely.buffer(corners, np.maximum(away, self.cutoff_m), quad_segs=32)
        circles = shapely.buffer(home, _CIRCLE_M, quad_segs=4)
        # sites are numbered from 0, and each of them is the first for some home
        homes = frame.groupby("site").indices.values()
        shapes = [
            shapely.intersection(shapely.union_all(circles[own]), limit)
            for own, limit in zip(homes, around, strict=True)
        ]
        return pd.Series(shapes, name="geometry")


def _home(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the dong where most people of each area live, and how many dongs it touches."""
    lived = frame.groupby(["site", *_DONG])[["people"]].sum().reset_index()
    lived = lived.sort_values(["site", "people", "dong_code"], ascending=[True, False, True], kind="stable")
    return lived.groupby("site").first()[_DONG].join(lived.groupby("site").size().rename("dongs"))


def _middle(frame: pd.DataFrame) -> pd.DataFrame:
    """Return walk and site of the middle person of each area: thousandths are counted, so this is exact."""
    ordered = frame.sort_values(["site", "cost_m", "site_id"], kind="stable")
    running = ordered.groupby("site")["people"].cumsum()
    total = ordered.groupby("site")["people"].transform("sum")
    return ordered.loc[running * 2 >= total].groupby("site").first()[["cost_m", "site_id"]]


def places_of(
    streets: WalkNetwork, corners: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, area: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Say where corners are: position, ward and dong, the streets that meet there, and a published site near by."""
    where = np.asarray(corners.geometry)
    xy = shapely.get_coordinates(where)
    dongs = area.sort_values("dong_code", ignore_index=True)
    corner, dong = shapely.STRtree(np.asarray(dongs.geometry)).query(where, predicate="intersects")
    first = pd.Series(dong).groupby(corner).min().reindex(np.arange(len(where))).to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {
            "new_x_m": xy[:, 0],
            "new_y_m": xy[:, 1],
            "new_ward_name": dongs["ward_name"].to_numpy()[first],
            "new_dong_name": dongs["dong_name"].to_numpy()[first],
            "new_streets": _streets_at(streets, corners["node_id"].to_numpy()),
            "new_near": _near(where, sites),
        }
    )


def _streets_at(streets: WalkNetwork, nodes: NDArray[np.int64]) -> list[str | None]:
    """Return the names of the streets that meet at each node, joined; nothing where none has a name."""
    name = streets.edges["name"]
    named = name.notna().to_numpy()
    ends = pd.concat(
        [
            pd.DataFrame({"node": end[named], "name": name[named].to_numpy()})
            for end in (streets.edge_u, streets.edge_v)
        ]
    )
    found = ends[ends["node"].isin(nodes)].drop_duplicates().sort_values(["node", "name"])
    joined = found.groupby("node")["name"].agg(_JOINED.join)
    return [joined.get(node) for node in nodes.tolist()]


def _near(where: NDArray[Any], sites: gpd.GeoDataFrame) -> list[str | None]:
    """Return the name of the nearest published site; the first of equals, nothing where none is near."""
    position = np.asarray(sites.geometry)
    known = np.flatnonzero(~(shapely.is_missing(position) | shapely.is_empty(position)))
    tree = shapely.STRtree(position[known])
    corner, site = tree.query_nearest(where, max_distance=_NEAR_M)
    first = pd.Series(known[site]).groupby(corner).min()
    names = sites["name"].to_numpy()
    return [names[first[at]] if at in first.index else None for at in range(len(where))]
