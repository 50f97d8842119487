"""The study area with what lies around it, and where an extract ends before that."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from sharemap.crs import refuse_not_metric
from sharemap.errors import GeometryError
from sharemap.sources import osm

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

__all__ = ["known_share", "surrounded", "warn_where_cut_off"]

log = logging.getLogger(__name__)

_TOLERATED = 0.001
#: Into so many cells an area is divided, and so near must the next street or water be, metres.
_CELLS, _KNOWN_M = 10_000, 500.0


def surrounded(
    area: gpd.GeoDataFrame | gpd.GeoSeries, surroundings_m: float
) -> shapely.Polygon | shapely.MultiPolygon:
    """Return an area and what lies within some metres of it as one polygon, in the CRS of the area.

    Raises
    ------
    GeometryError
        If the area is empty or in no projected CRS in metres, or the distance is no length.
    """
    refuse_not_metric(area.crs, "the study area")
    if not (math.isfinite(surroundings_m) and surroundings_m >= 0):
        msg = "the surroundings of the study area must be a length"
        raise GeometryError(msg, value=surroundings_m, remedy="give metres, for example 1275")
    whole = area.geometry.union_all()
    if whole.is_empty:
        msg = "the study area is empty"
        raise GeometryError(msg, remedy="give at least one polygon")
    return whole.buffer(surroundings_m)


def known_share(area: gpd.GeoDataFrame | gpd.GeoSeries, ground: npt.NDArray[np.object_]) -> float:
    """Return the share of an area that lies near something on the ground, 0 to 1.

    It tells the streets of another place from those of this one, not a village from a hill: no stretch of mountain or
    river in a city is much wider than twice the distance.

    Parameters
    ----------
    area
        The study area, in a projected CRS in metres.
    ground
        Streets and water of its extract, in the same coordinates.

    Raises
    ------
    GeometryError
        If the area is empty or in no projected CRS in metres.
    """
    whole = surrounded(area, 0.0)
    step = math.sqrt(whole.area / _CELLS)
    left, low, right, high = whole.bounds
    x, y = np.meshgrid(np.arange(left + step / 2, right, step), np.arange(low + step / 2, high, step))
    inside = shapely.contains_xy(whole, x, y)
    cells = shapely.points(x[inside], y[inside])
    near, _ = shapely.STRtree(ground).query_nearest(cells, max_distance=_KNOWN_M, all_matches=False)
    return len(np.unique(near)) / len(cells)


def warn_where_cut_off(
    path: Path | str, area: gpd.GeoDataFrame | gpd.GeoSeries, *, surroundings_m: float
) -> tuple[float, float]:
    """Log a warning where an extract, by the box in its header, does not cover an area and what lies around it.

    Parameters
    ----------
    path
        ``.osm.pbf`` or ``.osm`` file. One that names no box cannot be judged and is taken to cover everything.
    area
        The study area, in a projected CRS in metres.
    surroundings_m
        How far around the area streets are wanted: people walk across its border and back.

    Returns
    -------
    tuple of float
        Shares outside the extract, 0 to 1: of the area, and of the ring around it.

    Raises
    ------
    MissingFileError, ExtractError, GeometryError
        If the extract does not exist or is damaged, or as :func:`surrounded`.
    """
    box = osm.extent(path, area.crs)
    whole = surrounded(area, surroundings_m)
    if box is None or box.covers(whole):
        return 0.0, 0.0
    inside = surrounded(area, 0)
    of_area, of_ring = (
        1.0 - part.intersection(box).area / part.area if part.area else 0.0
        for part in (inside, whole.difference(inside))
    )
    name = Path(path).name
    if of_area > _TOLERATED:
        log.warning(
            "%(share).1f %% of the study area lies outside the extract %(file)s",
            {"share": 100 * of_area, "file": name},
            extra={"term": "warn_cut_off_area"},
        )
    if of_ring > _TOLERATED:
        log.warning(
            "%(share).1f %% of the %(metres)g m around the study area lie outside the extract %(file)s: walks across the border are cut off",
            {"share": 100 * of_ring, "metres": surroundings_m, "file": name},
            extra={"term": "warn_cut_off_ring"},
        )
    return of_area, of_ring
