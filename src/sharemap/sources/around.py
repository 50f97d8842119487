"""What lies so far from a study area that nothing in it can change what becomes of a row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from sharemap.crs import Extent, grids, places_of, read_crs
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry

__all__ = ["MARGIN_M", "Around", "Where"]

#: Rows fold into one site over at most this distance, save those that share a code; and a code that stands far away
#: and near is one row's error or the other's: the near one stays.
MARGIN_M = 1_000.0


@dataclass(frozen=True)
class Where:
    """In which CRS positions are wanted, and where, in degrees, a list can have any."""

    crs: CRS
    places: Extent

    @classmethod
    def at_home(cls) -> Self:
        """Return those of the first country of :func:`sharemap.crs.grids`."""
        home = grids()[0]
        return cls(read_crs(home.metric), home.extent)


class Around:
    """A study area with its surroundings, for readers that keep only what it can use.

    Parameters
    ----------
    area
        Areas in a metric CRS, such as the dongs of a study.
    metres
        How far its surroundings reach.

    Attributes
    ----------
    bounds
        The box of area and surroundings.
    where
        The CRS of both, and where, in degrees, a list of this study can have positions at all.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> around = Around(gpd.GeoDataFrame(geometry=[box(0, 0, 1000, 1000)], crs="EPSG:5179"), 500.0)
    >>> around.far(np.array([500.0, 9000.0, np.nan]), np.array([500.0, 500.0, np.nan])).tolist()
    [False, True, False]
    >>> around.apart(np.array([9000.0]), np.array([500.0])).tolist()
    [8000.0]
    """

    def __init__(self, area: gpd.GeoDataFrame, metres: float) -> None:
        reach = metres + MARGIN_M
        west, south, east, north = (float(bound) for bound in area.total_bounds)
        self.bounds = (west - reach, south - reach, east + reach, north + reach)
        self.where = Where(area.crs, places_of(area))
        self._area, self._reach = area, reach

    def far(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which positions lie a kilometre and more beyond the surroundings; none that is unknown."""
        import shapely

        west, south, east, north = self.bounds
        beyond = (x < west) | (x > east) | (y < south) | (y > north)
        doubtful = np.flatnonzero(~beyond & np.isfinite(x))
        points = shapely.points(x[doubtful], y[doubtful])
        beyond[doubtful] = ~shapely.dwithin(self._whole, points, self._reach)
        return beyond

    def apart(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far positions outside the area are from it, metres."""
        import shapely

        if not len(x):
            return np.zeros(0)
        apart = self._outline.query_nearest(shapely.points(x, y), return_distance=True, all_matches=False)[1]
        return np.asarray(apart, dtype=np.float64)

    def covers(self, area: gpd.GeoDataFrame, metres: float) -> bool:
        """Whether rows that were kept for this area suffice for another one, as far as their extents tell."""
        (west, south, east, north), own = area.total_bounds, self.bounds
        low = own[0] <= west - metres and own[1] <= south - metres
        return bool(low and own[2] >= east + metres and own[3] >= north + metres)

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the area and its surroundings, in degrees."""
        from pyproj import Transformer

        degrees = Transformer.from_crs(self.where.crs, CRS_WGS84, always_xy=True)
        west, south, east, north = degrees.transform_bounds(*self.bounds)
        return float(west), float(south), float(east), float(north)

    @cached_property
    def _whole(self) -> BaseGeometry:
        import shapely

        whole = shapely.union_all(self._area.geometry.to_numpy())
        shapely.prepare(whole)
        return whole

    @cached_property
    def _outline(self) -> STRtree:
        """The sides of the outline, each on its own: the nearest one is found without measuring all."""
        import shapely

        outline = shapely.get_parts(shapely.boundary(self._whole))
        sides = [np.stack([line[:-1], line[1:]], axis=1) for line in map(shapely.get_coordinates, outline)]
        return shapely.STRtree(np.asarray(shapely.linestrings(np.concatenate(sides))))
