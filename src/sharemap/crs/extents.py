"""Boxes in degrees, the short way round the globe, and the countries that have a metric grid of their own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sharemap.crs.naming import name_of
from sharemap.errors import AreaError
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Extent",
    "NationalGrid",
    "extent_of",
    "grid_of",
    "grids",
    "places_of",
    "shapefile_crs",
    "unrolled",
]

#: How far around a study area, in degrees of latitude, positions are not yet called impossible: about 110 km.
_AROUND_DEG = 1.0
_POLE, _HALF_TURN, _TURN = 90.0, 180.0, 360.0


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
class NationalGrid:
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
def grids() -> tuple[NationalGrid, ...]:
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
        NationalGrid(
            **entry
            | {"places": tuple(entry["places"]), "outline": tuple(tuple(pair) for pair in entry["outline"])}
        )
        for entry in entries
    )


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
    lon, lat = unrolled(area)
    return Extent(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def unrolled(area: gpd.GeoDataFrame | gpd.GeoSeries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
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
    grid = grid_of(area)
    if grid is not None:
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


def grid_of(area: gpd.GeoDataFrame | gpd.GeoSeries) -> NationalGrid | None:
    """Return the grid of the country in which all of an area lies, if it has one of its own."""
    import numpy as np
    import shapely

    corners = shapely.MultiPoint(np.column_stack(unrolled(area)))
    return next((grid for grid in grids() if shapely.Polygon(grid.outline).covers(corners)), None)
