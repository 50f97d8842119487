"""The numbers of a map file against the coordinate system that it names, or does not name."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import shapely

from sharemap.errors import AreaError

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.errors import InputError

__all__ = ["trusted"]

_LOG = logging.getLogger(__name__)

_DEGREES = "EPSG:4326"
_KOREA = (124.0, 33.0, 132.0, 39.0)
#: Korea in degrees, and the surroundings of Seoul in metres.
_BANDS = {_DEGREES: _KOREA, "EPSG:5179": (900_000.0, 1_900_000.0, 1_010_000.0, 2_000_000.0)}
#: What is asked whether it would fit numbers that fit nothing for sure.
_KNOWN = ("EPSG:5179", "EPSG:5186", "EPSG:5181", "EPSG:5174", "EPSG:5187", "EPSG:32652", "EPSG:3857")
_MOST_LON, _MOST_LAT = 360.0, 90.0
_HALF_WORLD = 180.0


def trusted(layer: gpd.GeoDataFrame, path: Path, *, error: type[InputError]) -> gpd.GeoDataFrame:
    """Return a layer whose numbers fit its coordinate system.

    Numbers that fit one system only get it, and axes that are exchanged are put right; each is said.

    Raises
    ------
    InputError
        The given subclass, if the system is not known, or the numbers do not fit it; says what they look like.
    """
    if layer.empty:
        return layer
    boxes = layer.geometry.bounds.to_numpy()
    geographic = layer.crs is not None and layer.crs.is_geographic
    surfaces = not layer.geom_type.isin(["Point", "MultiPoint"]).all()
    if surfaces and not np.isfinite(boxes).all():
        msg, remedy = "the map file has coordinates that are no numbers", "export it again"
        raise error(msg, file=path, remedy=remedy)
    if (layer.crs is None or geographic) and _all(_exchanged(boxes), surfaces=surfaces):
        layer = _straight(layer.set_crs(layer.crs or _DEGREES), path)
    elif layer.crs is None or (geographic and _all(_beyond_degrees(boxes), surfaces=surfaces)):
        layer = _with_only_crs(layer, path, error=error)
    return layer


def _all(wrong: NDArray[np.bool_], *, surfaces: bool) -> bool:
    """Whether a whole file is wrong: one bad district is enough, one bad row of a list of points is not."""
    return bool(wrong.any() if surfaces else wrong.all())


def _beyond_degrees(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(np.abs(boxes).max(axis=1) > _MOST_LON)


def _exchanged(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return what is in degrees with the latitude first, beyond doubt: the second is too large for a latitude."""
    first, second = np.abs(boxes[:, [0, 2]]).max(axis=1), np.abs(boxes[:, [1, 3]]).max(axis=1)
    return np.asarray((first <= _MOST_LAT) & (second > _MOST_LAT) & (second <= _HALF_WORLD))


def _straight(layer: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    _LOG.warning("%s: its coordinates stand as latitude, longitude; they are exchanged", path.name)
    turned = shapely.transform(layer.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return layer.set_geometry(turned, crs=layer.crs)


def _with_only_crs(layer: gpd.GeoDataFrame, path: Path, *, error: type[InputError]) -> gpd.GeoDataFrame:
    """Return the layer with the system that its numbers fit in Seoul, if they fit one only.

    EPSG:5174, 5181 and 5186 share their band or differ by 100 km, so numbers like theirs say nothing for sure.
    """
    bounds = layer.total_bounds
    for crs, (west, south, east, north) in _BANDS.items():
        if west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north:
            said = "names no coordinate system" if layer.crs is None else "has no degrees, as it says"
            _LOG.warning("%s: it %s; its numbers fit %s only", path.name, said, crs)
            return layer.set_crs(crs, allow_override=True)
    x, y = (float(bounds[0] + bounds[2]) / 2, float(bounds[1] + bounds[3]) / 2)
    if layer.crs is None:
        msg = "the map file does not say its coordinate system (a shapefile without .prj)"
    else:
        msg = f"the map file is said to be in degrees ({layer.crs.to_string()}), and its numbers are none"
    fitting = [crs for crs in _KNOWN if _in_korea(x, y, crs)]
    looks = f"; in Korea they would fit {', '.join(fitting)}" if fitting else ""
    named = ', or name it: [area] boundaries_crs = "EPSG:..."' if error is AreaError else ""
    remedy = f"add the .prj file, or say the system in the file{named}{looks}"
    raise error(msg, file=path, value=f"x {x:.10g}, y {y:.10g}", remedy=remedy)


def _in_korea(x: float, y: float, crs: str) -> bool:
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(crs, _DEGREES, always_xy=True).transform(x, y)
    west, south, east, north = _KOREA
    return bool(west <= lon <= east and south <= lat <= north)
