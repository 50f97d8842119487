"""The coordinate systems of a study: the metric one that is chosen for its area, what it must be, what leaves in which.

Everything inside a study is in one projected CRS in metres, x (east) before y (north), and every table carries it:
a function that makes a table takes the CRS of the table it is given. Published positions come in as degrees
(EPSG:4326), GeoJSON and web maps leave so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sharemap.errors import AreaError, GeometryError
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray
    from pyproj import CRS

__all__ = [
    "LARGEST_SCALE_ERROR",
    "Extent",
    "Grid",
    "checked",
    "chosen",
    "extent_of",
    "grids",
    "name_of",
    "places_of",
    "read_crs",
    "refuse_not_metric",
    "refuse_other",
    "shapefile_crs",
]

#: How far lengths on the map may be from those on the ground, as a share of them: 1 m in a kilometre.
LARGEST_SCALE_ERROR = 0.001
#: How far around a study area, in degrees of latitude, positions are not yet called impossible: about 110 km.
_AROUND_DEG = 1.0
_POLE, _HALF_TURN, _TURN = 90.0, 180.0, 360.0
_ZONE_DEG = 6.0
_SOUTHMOST, _NORTHMOST = -80.0, 84.0  # beyond, UTM is not defined
_SAMPLED = 12  # points a side at which the scale is asked
_EAST_NORTH = {"east", "north"}


@dataclass(frozen=True)
class Extent:
    """A box in degrees; `east` is larger than 180 where it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which positions lie inside or on the border; NaN lies nowhere.

        Examples
        --------
        >>> import numpy as np
        >>> Extent(179.0, -20.0, 181.0, -10.0).holds(np.array([-179.5, 178.0]), np.array([-15.0, -15.0])).tolist()
        [True, False]
        """
        import numpy as np

        if self.east - self.west >= _TURN:
            across = np.isfinite(lon)
        elif self.east <= _HALF_TURN:
            across = (self.west <= lon) & (lon <= self.east)
        else:
            across = np.mod(lon - self.west, _TURN) <= self.east - self.west
        return np.asarray(across & (self.south <= lat) & (lat <= self.north))


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A country whose maps share one metric grid; see ``grids.toml``."""

    name: str
    metric: str
    shapefile: str
    places: tuple[float, float, float, float]
    outline: tuple[tuple[float, float], ...]

    @property
    def extent(self) -> Extent:
        """Where lists of the country have positions that can be right."""
        return Extent(*self.places)


@cache
def grids() -> tuple[Grid, ...]:
    """Return the grids that ``grids.toml`` describes.

    Examples
    --------
    >>> [grid.metric for grid in grids()]
    ['EPSG:5179']
    """
    import tomllib
    from importlib.resources import files

    entries = tomllib.loads((files("sharemap.crs") / "grids.toml").read_text(encoding="utf-8"))["grid"]
    return tuple(
        Grid(
            **entry
            | {"places": tuple(entry["places"]), "outline": tuple(tuple(pair) for pair in entry["outline"])}
        )
        for entry in entries
    )


def read_crs(text: object) -> CRS:
    """Return the CRS that a text names: an EPSG code, WKT or a PROJ string.

    Raises
    ------
    GeometryError
        If it names none.

    Examples
    --------
    >>> name_of(read_crs("epsg:32632"))
    'EPSG:32632'
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        msg = "this names no coordinate system"
        raise GeometryError(msg, value=text, remedy='name it like "EPSG:32632"') from error


def name_of(crs: object) -> str:
    """Return how a CRS is called in outputs and messages: its code where it has one.

    Examples
    --------
    >>> name_of(5179), name_of("+proj=tmerc +lon_0=9 +k=1 +x_0=500000 +datum=WGS84 +units=m +no_defs")
    ('EPSG:5179', '+proj=tmerc +lon_0=9 +k=1 +x_0=500000 +datum=WGS84 +units=m +no_defs')
    >>> name_of(None)
    'none'
    """
    from pyproj import CRS

    if crs is None:
        return "none"
    known = CRS.from_user_input(crs)
    code = known.to_epsg()
    return known.to_string().removesuffix(" +type=crs") if code is None else f"EPSG:{code}"


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
    for grid in grids():
        if _inside(grid, area):
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


def refuse_not_metric(crs: Any, what: str) -> None:  # noqa: ANN401  a CRS, or what a table has in its place
    """Refuse what is no projected CRS in metres with x to the east and y to the north.

    Raises
    ------
    GeometryError
        If it is none; names the CRS and what it lacks.

    Examples
    --------
    >>> refuse_not_metric(read_crs(4326), "the lines")
    Traceback (most recent call last):
    ...
    sharemap.errors.GeometryError: the lines must be in a projected CRS in metres: 'EPSG:4326' -> it is in degrees; .to_crs() a metric CRS, such as the UTM zone that .estimate_utm_crs() gives
    """
    remedy = ".to_crs() a metric CRS, such as the UTM zone that .estimate_utm_crs() gives"
    if crs is None:
        lacks, remedy = "it has none", "set its CRS, then .to_crs() a metric one"
    elif not crs.is_projected:
        lacks = "it is in degrees"
    elif {axis.unit_name for axis in crs.axis_info[:2]} != {"metre"}:
        lacks = f"its unit is {crs.axis_info[0].unit_name}"
    elif {axis.direction for axis in crs.axis_info[:2]} != _EAST_NORTH:
        lacks = f"its axes lead {' and '.join(axis.direction for axis in crs.axis_info[:2])}"
    else:
        return
    msg = f"{what} must be in a projected CRS in metres"
    raise GeometryError(msg, value=name_of(crs), remedy=f"{lacks}; {remedy}")


def refuse_other(crs: Any, what: str, wanted: Any, of: str) -> None:  # noqa: ANN401  CRS objects, None allowed
    """Refuse a table in another CRS than that of the table it is used with.

    Raises
    ------
    GeometryError
        If they differ, or one has none; names both.

    Examples
    --------
    >>> refuse_other(read_crs(32632), "points", read_crs(5179), "the streets")
    Traceback (most recent call last):
    ...
    sharemap.errors.GeometryError: points must be in the CRS of the streets, EPSG:5179: 'EPSG:32632' -> use .to_crs('EPSG:5179')
    """
    if crs is not None and wanted is not None and (crs is wanted or crs == wanted or _same(crs, wanted)):
        return
    name = name_of(wanted)
    msg = f"{what} must be in the CRS of {of}, {name}"
    remedy = f"use .to_crs('{name}')" if crs is not None else f"set its CRS, then .to_crs('{name}')"
    raise GeometryError(msg, value=name_of(crs), remedy=remedy)


def shapefile_crs(crs: object) -> str:
    """Return the CRS in which shapefiles of a study leave: what its country exchanges, else the study's own.

    Examples
    --------
    >>> shapefile_crs("EPSG:5179"), shapefile_crs("EPSG:32632")
    ('EPSG:5186', 'EPSG:32632')
    """
    name = name_of(crs)
    return next((grid.shapefile for grid in grids() if grid.metric == name), name)


def extent_of(area: gpd.GeoDataFrame | gpd.GeoSeries) -> Extent:
    """Return the box of an area in degrees, the short way round the globe.

    Raises
    ------
    AreaError
        If the area has no coordinates that are numbers, or they are none of its CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> extent_of(gpd.GeoSeries([box(179, -17, 180, -16), box(-180, -17, -179.5, -16)], crs=4326))
    Extent(west=179.0, south=-17.0, east=180.5, north=-16.0)
    """
    lon, lat = _unrolled(area)
    return Extent(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def _unrolled(area: gpd.GeoDataFrame | gpd.GeoSeries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of an area in degrees; longitudes go on beyond 180 where it crosses the antimeridian."""
    import numpy as np
    import shapely

    corners = shapely.get_coordinates(area.geometry.to_crs(CRS_WGS84).to_numpy())
    if not len(corners) or not np.isfinite(corners).all() or (np.abs(corners[:, 1]) > _POLE).any():
        msg = "the study area has coordinates that are none of its coordinate system"
        value = f"{name_of(area.crs)}: " + ", ".join(f"{bound:g}" for bound in area.total_bounds)
        raise AreaError(msg, value=value, remedy="set the CRS that its numbers are of")
    lon, lat = corners.T
    if np.ptp(lon) <= _HALF_TURN:
        return lon, lat
    turned = np.sort(np.mod(lon, _TURN))
    gaps = np.diff(turned, append=turned[0] + _TURN)
    west = turned[(int(gaps.argmax()) + 1) % len(turned)]
    west -= _TURN if west > _HALF_TURN else 0.0
    return west + np.mod(lon - west, _TURN), lat


def places_of(area: gpd.GeoDataFrame | gpd.GeoSeries) -> Extent:
    """Return the box in degrees in which positions of a study's lists can be right.

    In a country of ``grids.toml`` it is that of the country, elsewhere the area with about 110 km around it.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> places_of(gpd.GeoSeries([box(126.9, 37.5, 127.0, 37.6)], crs=4326))
    Extent(west=124.0, south=33.0, east=132.0, north=39.0)
    >>> places_of(gpd.GeoSeries([box(8.0, 60.0, 9.0, 60.5)], crs=4326))
    Extent(west=6.0, south=59.0, east=11.0, north=61.5)
    """
    for grid in grids():
        if _inside(grid, area):
            return grid.extent
    extent = extent_of(area)
    furthest = min(max(abs(extent.south), abs(extent.north)), 80.0)
    across = round(_AROUND_DEG / math.cos(math.radians(furthest)), 1)
    return Extent(
        extent.west - across,
        max(extent.south - _AROUND_DEG, -_POLE),
        extent.east + across,
        min(extent.north + _AROUND_DEG, _POLE),
    )


def _inside(grid: Grid, area: gpd.GeoDataFrame | gpd.GeoSeries) -> bool:
    import numpy as np
    import shapely

    return bool(shapely.Polygon(grid.outline).covers(shapely.MultiPoint(np.column_stack(_unrolled(area)))))


def _same(crs: Any, wanted: Any) -> bool:  # noqa: ANN401  CRS objects
    code = crs.to_epsg()
    return code is not None and code == wanted.to_epsg()


def _sampled(
    area: gpd.GeoDataFrame | gpd.GeoSeries,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points all over the hull of an area and on its border, in degrees."""
    import numpy as np
    import shapely

    lon, lat = _unrolled(area)
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
