"""The study area with what lies around it, and where an extract ends before that."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING

from sharemap.errors import GeometryError
from sharemap.sources import osm
from sharemap.units import CRS_METRIC

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

__all__ = ["surrounded", "warn_where_cut_off"]

log = logging.getLogger(__name__)

_TOLERATED = 0.001


def surrounded(
    area: gpd.GeoDataFrame | gpd.GeoSeries, surroundings_m: float
) -> shapely.Polygon | shapely.MultiPolygon:
    """Return an area and what lies within some metres of it as one polygon (EPSG:5179).

    Raises
    ------
    GeometryError
        If the area is empty or not in EPSG:5179, or the distance is no length.
    """
    if area.crs is None or area.crs.to_epsg() != int(CRS_METRIC.removeprefix("EPSG:")):
        msg = "the study area must be in EPSG:5179"
        raise GeometryError(msg, value=str(area.crs), remedy="use .to_crs('EPSG:5179')")
    if not (math.isfinite(surroundings_m) and surroundings_m >= 0):
        msg = "the surroundings of the study area must be a length"
        raise GeometryError(msg, value=surroundings_m, remedy="give metres, for example 1275")
    whole = area.geometry.union_all()
    if whole.is_empty:
        msg = "the study area is empty"
        raise GeometryError(msg, remedy="give at least one polygon")
    return whole.buffer(surroundings_m)


def warn_where_cut_off(
    path: Path | str, area: gpd.GeoDataFrame | gpd.GeoSeries, *, surroundings_m: float
) -> tuple[float, float]:
    """Log a warning where an extract, by the box in its header, does not cover an area and what lies around it.

    Parameters
    ----------
    path
        ``.osm.pbf`` or ``.osm`` file. One that names no box cannot be judged and is taken to cover everything.
    area
        The study area, EPSG:5179.
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
    box = osm.extent(path)
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
        log.warning("%.1f %% of the study area lies outside the extract %s", 100 * of_area, name)
    if of_ring > _TOLERATED:
        log.warning(
            "%.1f %% of the %g m around the study area lie outside the extract %s: walks across the border are cut off",
            *(100 * of_ring, surroundings_m, name),
        )
    return of_area, of_ring
