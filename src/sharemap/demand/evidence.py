"""Where houses are: candidates for points, each with its dong and its weight.

Candidates are tables of ``dong`` (row of the area), ``x``, ``y`` and ``weight``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap.crs import refuse_other
from sharemap.errors import GeometryError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = [
    "RESIDENTIAL",
    "DemandRules",
    "inside",
    "on_area",
    "on_buildings",
    "on_points",
    "on_streets",
    "require",
]

log = logging.getLogger(__name__)

#: OSM values of ``building`` that say that people live there. ``yes`` says nothing.
RESIDENTIAL = frozenset(
    {
        "apartments", "annexe", "barracks", "bungalow", "cabin", "detached", "dormitory", "farm", "ger", "hanok",
        "house", "houseboat", "residential", "semi", "semidetached_house", "static_caravan", "terrace",
    }
)  # fmt: skip

_TALLEST_LEVELS = 123  # Lotte World Tower; more storeys than that are a typing error


@dataclass(frozen=True, kw_only=True)
class DemandRules:
    """When a method is good enough, and how it weighs.

    Attributes
    ----------
    residential
        OSM ``building`` values that count as housing.
    min_floor_area_m2
        Residential floor area per resident from which a dong counts as mapped. Seoul has some 25 to 30 m2 of
        housing a head; below 5 most homes are missing and the dong would sit on a few buildings.
    floor_height_m
        Storey height that turns a ``height`` into storeys where ``levels`` is unknown.
    max_residents_per_output_area
        Output areas hold about 500 people by design. Above four times that they are older than the housing:
        with areas of 2016 and residents of 2020 this finds 위례동 (7,016) and 항동 (2,220), both new towns.
    street_step_m
        Longest stretch of street that one point stands for.
    """

    residential: frozenset[str] = RESIDENTIAL
    min_floor_area_m2: float = 5.0
    floor_height_m: float = 3.0
    max_residents_per_output_area: float = 2000.0
    street_step_m: float = 50.0


def on_buildings(
    buildings: gpd.GeoDataFrame | None, dongs: gpd.GeoDataFrame, rules: DemandRules
) -> pd.DataFrame:
    """Return a candidate in each residential building, weighed by its floor area."""
    if buildings is None or len(buildings) == 0:
        return _candidates()
    require(buildings, "buildings", dongs, "building")
    homes = buildings.loc[buildings["building"].isin(rules.residential)]
    shapes = homes.geometry.to_numpy()
    weight = shapely.area(shapes) * _storeys(homes, rules)
    some = np.isfinite(weight) & (weight > 0)
    points = shapely.point_on_surface(shapes[some])
    return inside(points, weight[some], dongs)


def _storeys(homes: gpd.GeoDataFrame, rules: DemandRules) -> NDArray[np.float64]:
    nothing = pd.Series(np.nan, index=homes.index)
    levels = homes.get("levels", nothing).astype("float64")
    height = homes.get("height", nothing).astype("float64")
    from_height = (height / rules.floor_height_m).round().clip(lower=1).where(height > 0)
    storeys = levels.where(levels.between(1, _TALLEST_LEVELS)).fillna(
        from_height.where(from_height <= _TALLEST_LEVELS)
    )
    return storeys.fillna(1.0).to_numpy(dtype="float64")


def on_points(output_areas: gpd.GeoDataFrame | None, dongs: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a candidate at each output area, all of one weight."""
    if output_areas is None or len(output_areas) == 0:
        return _candidates()
    require(output_areas, "output areas", dongs)
    points = output_areas.geometry.to_numpy()
    points = points[~(shapely.is_missing(points) | shapely.is_empty(points))]
    return inside(points, np.ones(len(points)), dongs)


def on_streets(
    streets: gpd.GeoDataFrame | None, dongs: gpd.GeoDataFrame, wanted: NDArray[np.intp], rules: DemandRules
) -> pd.DataFrame:
    """Return candidates along the streets of the wanted dongs, weighed by length."""
    if streets is None or len(streets) == 0 or len(wanted) == 0:
        return _candidates()
    require(streets, "streets", dongs)
    lived = np.ones(len(streets), dtype=bool)
    for mark in ("tunnel", "bridge"):
        if mark in streets.columns:
            lived &= ~streets[mark].to_numpy(dtype=bool)
    lines = streets.geometry.to_numpy()[lived]
    pieces, dong = _clipped(lines, dongs.geometry.to_numpy()[wanted])
    length = shapely.length(pieces)
    pieces, dong, length = pieces[length > 0], wanted[dong[length > 0]], length[length > 0]
    steps = np.ceil(length / rules.street_step_m).astype(np.int64)
    piece = np.repeat(np.arange(len(pieces)), steps)
    nth = np.arange(len(piece)) - np.repeat(np.cumsum(steps) - steps, steps)
    step = (length / steps)[piece]
    points = shapely.line_interpolate_point(pieces[piece], (nth + 0.5) * step)
    return _candidates(dong[piece], points, step)


def _clipped(lines: NDArray[Any], polygons: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    tree = shapely.STRtree(lines)
    dong, line = tree.query(polygons, predicate="intersects")
    whole = np.isin(
        dong * len(lines) + line, np.array([len(lines), 1]) @ tree.query(polygons, predicate="covers")
    )
    pieces = lines[line]
    pieces[~whole] = shapely.intersection(pieces[~whole], polygons[dong[~whole]])
    parts, source = shapely.get_parts(pieces, return_index=True)
    linear = shapely.get_dimensions(parts) == 1
    return parts[linear], dong[source[linear]]


def on_area(dongs: gpd.GeoDataFrame, wanted: NDArray[np.intp]) -> pd.DataFrame:
    """Return one candidate in each of the wanted dongs, and say so."""
    for code in dongs["dong_code"].iloc[wanted]:
        log.warning(
            "dong %s has residents but no building, output area or street: all placed on one point", code
        )
    return _candidates(
        wanted, shapely.point_on_surface(dongs.geometry.to_numpy()[wanted]), np.ones(len(wanted))
    )


def inside(points: NDArray[Any], weight: NDArray[np.float64], dongs: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the points that lie in a dong as candidates."""
    # a point on a shared boundary belongs to the dong with the lower code
    dong, point = shapely.STRtree(points).query(dongs.geometry.to_numpy(), predicate="intersects")
    order = np.lexsort((dong, point))
    first = order[np.unique(point[order], return_index=True)[1]]
    return _candidates(dong[first], points[point[first]], weight[point[first]])


def _candidates(
    dong: NDArray[np.intp] | None = None,
    points: NDArray[Any] | None = None,
    weight: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    xy = np.empty((0, 2)) if points is None else shapely.get_coordinates(points)
    return pd.DataFrame(
        {
            "dong": np.empty(0, dtype=np.int64) if dong is None else dong.astype(np.int64),
            "x": xy[:, 0],
            "y": xy[:, 1],
            "weight": np.empty(0) if weight is None else weight,
        }
    )


def require(frame: gpd.GeoDataFrame, what: str, dongs: gpd.GeoDataFrame, *columns: str) -> None:
    """Refuse a table that lacks columns or is in another CRS than the dongs."""
    lacking = [column for column in columns if column not in frame.columns]
    if lacking:
        msg = f"the {what} lack columns"
        raise GeometryError(msg, value=lacking, remedy=f"they have {list(frame.columns)}")
    refuse_other(frame.crs, f"the {what}", dongs.crs, "the area")
