"""Where an extract ends before the study does."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sharemap.sources import osm

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["warn_where_cut_off"]

log = logging.getLogger(__name__)

_TOLERATED = 0.001


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
    MissingFileError, ExtractError
        If the extract does not exist or is damaged.
    """
    box = osm.extent(path)
    if box is None:
        return 0.0, 0.0
    inside = area.geometry.union_all()
    ring = inside.buffer(surroundings_m).difference(inside)
    of_area, of_ring = (
        1.0 - part.intersection(box).area / part.area if part.area else 0.0 for part in (inside, ring)
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
