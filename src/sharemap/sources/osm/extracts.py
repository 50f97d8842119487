"""The extract as a file: whether it can be read, what it covers, and the part of it that is wanted."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from sharemap.crs import extent_of
from sharemap.errors import ExtractError, MissingFileError
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ["Box", "extent", "header_box", "readable", "turns_of", "window_of"]

#: West, south, east, north in degrees.
Box = tuple[float, float, float, float]

_BOX_STEP_DEGREES = 0.01
_BOX_STEP_M = 1_000.0  # a straight edge in metres is none in degrees
_HALF_TURN = 180.0
_BOX_MORE = 1e-4  # degrees, about 10 m
_REMEDY = "download the extract again, or check that it is an .osm.pbf or .osm file"


@contextmanager
def readable(path: Path | str) -> Iterator[str]:
    """Yield the name for libosmium, and turn its errors into ours."""
    if not Path(path).is_file():
        msg = "the street extract does not exist"
        raise MissingFileError(msg, file=path, remedy="check [streets] extract in the study file")
    try:
        yield str(path)
    except RuntimeError as error:
        msg = f"the street extract cannot be read ({error})"
        raise ExtractError(msg, file=path, remedy=_REMEDY) from error


def header_box(path: Path | str) -> Box | None:
    """Return the box that an extract says it covers, or ``None`` when it says nothing."""
    import osmium

    with readable(path) as name, osmium.io.Reader(name) as reader:
        box = reader.header().box()
        if not box.valid():
            return None
        return box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat


def extent(path: Path | str, near: gpd.GeoSeries | gpd.GeoDataFrame) -> shapely.Polygon | None:
    """Return the part of the box of an extract that lies near areas, in their metric CRS; ``None`` when it names no box.

    A box may be that of a continent or of the world, which no metric CRS holds: it is cut in degrees.
    """
    box, window = header_box(path), window_of(near)
    if box is None or window is None:
        return None
    part = shapely.box(*box).intersection(shapely.box(*window))
    if not isinstance(part, shapely.Polygon) or part.is_empty:
        return shapely.Polygon()
    return (
        gpd.GeoSeries([shapely.segmentize(part, _BOX_STEP_DEGREES)], crs=CRS_WGS84).to_crs(near.crs).iloc[0]
    )


def window_of(near: gpd.GeoSeries | gpd.GeoDataFrame | None) -> Box | None:
    """Return the box of areas in a metric CRS in degrees, a little larger; across the antimeridian it goes on beyond 180."""
    if near is None:
        return None
    box = gpd.GeoSeries([shapely.segmentize(shapely.box(*near.total_bounds), _BOX_STEP_M)], crs=near.crs)
    found = extent_of(box)
    return found.west - _BOX_MORE, found.south - _BOX_MORE, found.east + _BOX_MORE, found.north + _BOX_MORE


def turns_of(window: Box) -> tuple[float, ...]:
    """Return what may be added to longitudes so that they meet a window: more than nothing across the antimeridian.

    Examples
    --------
    >>> turns_of((8.0, 49.0, 9.0, 50.0)), turns_of((179.9, -17.0, 180.1, -16.0))
    ((0.0,), (0.0, 360.0, -360.0))
    """
    return (0.0,) if window[0] >= -_HALF_TURN and window[2] <= _HALF_TURN else (0.0, 360.0, -360.0)
