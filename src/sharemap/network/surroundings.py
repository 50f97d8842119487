"""The study area with what lies around it, and where an extract ends before that."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from sharemap.crs import refuse_not_metric
from sharemap.errors import GeometryError
from sharemap.sources import osm

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["known_share", "surrounded", "warn_where_cut_off"]

log = logging.getLogger(__name__)

_TOLERATED = 0.001
#: How large a box in a header is, in square degrees, and how many times that of the data, before the data are asked.
_COUNTRY_DEGREES2, _OVERSTATED = 1.0, 100.0
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
    path: Path | str,
    area: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    surroundings_m: float,
    ways: osm.Ways | None = None,
) -> tuple[float, float]:
    """Log a warning where an extract does not cover an area and what lies around it.

    That is read from the box in its header. Where that is far larger than what is in the file (the header of one part
    of a planet may still say the whole), it is read from the ways: what is farther than 500 m from any lies outside.

    Parameters
    ----------
    path
        ``.osm.pbf`` or ``.osm`` file. One that names no box cannot be judged and is taken to cover everything.
    area
        The study area, in a projected CRS in metres.
    surroundings_m
        How far around the area streets are wanted: people walk across its border and back.
    ways
        What was read of it, where it was.

    Returns
    -------
    tuple of float
        Shares outside the extract, 0 to 1: of the area, and of the ring around it.

    Raises
    ------
    MissingFileError, ExtractError, GeometryError
        If the extract does not exist or is damaged, or as :func:`surrounded`.
    """
    whole, inside = surrounded(area, surroundings_m), surrounded(area, 0)
    ring = whole.difference(inside)
    if ways is not None and _overstated(osm.header_box(path), ways.bounds):
        ground = np.asarray(ways.lines(np.ones(len(ways.tags), dtype=bool)))
        shares = [_unknown(part, ground, area) for part in (inside, ring)]
    else:
        box = osm.extent(path, gpd.GeoSeries([whole], crs=area.crs))
        if box is None or box.covers(whole):
            return 0.0, 0.0
        shares = [
            1.0 - part.intersection(box).area / part.area if part.area else 0.0 for part in (inside, ring)
        ]
    of_area, of_ring = shares
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


def _overstated(header: osm.Box | None, data: osm.Box | None) -> bool:
    """Whether a box is that of a country or more, and the data fill next to nothing of it."""
    if header is None or data is None:
        return False
    said, found = (
        max(east - west, 0.0) * max(north - south, 0.0) for west, south, east, north in (header, data)
    )
    return said > _COUNTRY_DEGREES2 and found * _OVERSTATED < said


def _unknown(
    part: shapely.Geometry, ground: npt.NDArray[np.object_], area: gpd.GeoDataFrame | gpd.GeoSeries
) -> float:
    return 1.0 - known_share(gpd.GeoSeries([part], crs=area.crs), ground) if shapely.area(part) else 0.0
