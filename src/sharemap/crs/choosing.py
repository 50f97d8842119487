"""The metric CRS in which an area is measured: chosen, and checked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sharemap.crs.extents import Extent, extent_of, grid_of, unrolled
from sharemap.crs.naming import name_of, read_crs, refuse_not_metric
from sharemap.errors import AreaError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray
    from pyproj import CRS

__all__ = ["LARGEST_SCALE_ERROR", "checked", "chosen"]

#: How far lengths on the map may be from those on the ground, as a share of them: 1 m in a kilometre.
LARGEST_SCALE_ERROR = 0.001
_HALF_TURN, _TURN = 180.0, 360.0
_ZONE_DEG = 6.0
_SOUTHMOST, _NORTHMOST = -80.0, 84.0  # beyond, UTM is not defined
_SAMPLED = 12  # points a side at which the scale is asked


def chosen(area: gpd.GeoDataFrame | gpd.GeoSeries, crs: object = None) -> CRS:
    """Return the metric CRS in which an area is measured: the one named, else its country's grid, else its UTM zone.

    Parameters
    ----------
    area
        The study area in any CRS.
    crs
        What the study names; checked like the others.

    Raises
    ------
    GeometryError
        If `crs` names no projected CRS in metres.
    AreaError
        If lengths in it are off by more than 0.1 % somewhere in the area, or it is not made for it.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> name_of(chosen(gpd.GeoSeries([box(126.9, 37.5, 127.0, 37.6)], crs=4326)))
    'EPSG:5179'
    >>> name_of(chosen(gpd.GeoSeries([box(8.6, 49.3, 8.8, 49.5)], crs=4326)))
    'EPSG:32632'
    """
    if crs is not None and crs != "":
        return checked(read_crs(crs), area)
    extent = extent_of(area)
    grid = grid_of(area)
    if grid is not None:
        return checked(read_crs(grid.metric), area)
    if extent.south < _SOUTHMOST or extent.north > _NORTHMOST:
        msg = "the study area lies beyond the zones of UTM"
        value = f"{extent.south:.1f} to {extent.north:.1f} degrees of latitude"
        raise AreaError(msg, value=value, remedy='name a metric CRS, like [area] crs = "EPSG:3413"')
    middle = (extent.west + extent.east) / 2
    zone = int((middle + _HALF_TURN) % _TURN // _ZONE_DEG) + 1
    hemisphere = 326 if extent.south + extent.north >= 0 else 327
    return checked(read_crs(f"EPSG:{hemisphere}{zone:02d}"), area)


def checked(crs: CRS, area: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Return a CRS after checking that an area can be measured in it.

    Raises
    ------
    GeometryError
        If it is not projected, not in metres, or its axes are not east and north.
    AreaError
        If the area lies outside what it is made for, or its scale departs from 1 by more than 0.1 % there.
    """
    refuse_not_metric(crs, "the CRS of the study")
    extent = extent_of(area)
    worst = _scale_error(crs, *_sampled(area))
    if not abs(worst) <= LARGEST_SCALE_ERROR:
        said = "cannot be measured at all" if math.isnan(worst) else f"are off by {100 * worst:+.2f} %"
        msg = f"lengths of the study area in {name_of(crs)} {said}"
        value = f"{extent.west:.2f}, {extent.south:.2f}, {extent.east:.2f}, {extent.north:.2f} degrees"
        raise AreaError(
            msg, column="[area] crs", value=value, remedy=f'use a CRS of the area: crs = "{_local(extent)}"'
        )
    _refuse_outside(crs, extent)
    return crs


def _sampled(
    area: gpd.GeoDataFrame | gpd.GeoSeries,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points all over the hull of an area and on its border, in degrees."""
    import numpy as np
    import shapely

    lon, lat = unrolled(area)
    hull = shapely.convex_hull(shapely.MultiPoint(np.column_stack([lon, lat])))
    axes = (np.linspace(side.min(), side.max(), _SAMPLED) for side in (lon, lat))
    grid = np.column_stack([side.ravel() for side in np.meshgrid(*axes)])
    inner = grid[shapely.intersects_xy(hull, grid)]
    xy = np.concatenate([shapely.get_coordinates(hull), inner])
    return np.mod(xy[:, 0] + _HALF_TURN, _TURN) - _HALF_TURN, xy[:, 1]


def _scale_error(crs: CRS, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> float:
    """Return the point scale less 1 where it is furthest from 1, in its worst direction; NaN where there is none."""
    import numpy as np
    from pyproj import Proj

    try:
        found = Proj(crs).get_factors(lon, lat, errcheck=False)
    except RuntimeError:
        return math.nan
    scales = np.concatenate([np.asarray(found.tissot_semimajor), np.asarray(found.tissot_semiminor)]) - 1
    return math.nan if not np.isfinite(scales).all() else float(scales[np.abs(scales).argmax()])


def _refuse_outside(crs: CRS, extent: Extent) -> None:
    """Refuse a CRS whose domain does not meet the area: formulas go on where no country uses them."""
    use = crs.area_of_use
    if use is None:
        return
    east = use.east + (_TURN if use.east < use.west else 0.0)
    apart = any(
        use.west <= extent.east + turn and extent.west + turn <= east for turn in (-_TURN, 0.0, _TURN)
    )
    if not apart or extent.north < use.south or extent.south > use.north:
        msg = f"the study area lies outside the domain of {name_of(crs)} ({use.name})"
        value = f"{extent.west:.2f}, {extent.south:.2f}, {extent.east:.2f}, {extent.north:.2f} degrees"
        raise AreaError(msg, column="[area] crs", value=value, remedy=f'use "{_local(extent)}"')


def _local(extent: Extent) -> str:
    """Return a transverse Mercator projection with its middle line through the middle of an area."""
    middle = round(((extent.west + extent.east) / 2 + _HALF_TURN) % _TURN - _HALF_TURN, 1)
    return f"+proj=tmerc +lat_0=0 +lon_0={middle:g} +k=1 +x_0=500000 +y_0=0 +datum=WGS84 +units=m +no_defs"
