"""Rings -> MultiPolygons, small holes filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Rings", "assembled"]

_NOTHING_M2 = 1e-6


@dataclass(frozen=True)
class Rings:
    """Closed rings around areas to their left.

    Attributes
    ----------
    xy, begins
        Coordinates, and where each ring begins in them.
    area_m2
        Of each ring; negative for holes.
    """

    xy: NDArray[np.float64]
    begins: NDArray[np.int64]
    area_m2: NDArray[np.float64]

    @classmethod
    def of(cls, geometry: Any) -> Rings:  # noqa: ANN401  shapely geometry
        """Return the rings of a geometry."""
        parts = shapely.get_parts(np.array([geometry], dtype=object))
        rings, part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
        xy, owner = shapely.get_coordinates(rings, return_index=True)
        inner = np.append(False, part[1:] == part[:-1])[: len(rings)]
        area = shapely.area(shapely.polygons(rings))
        return cls(xy, np.searchsorted(owner, np.arange(len(rings) + 1)), np.where(inner, -area, area))

    def lines(self, which: NDArray[np.bool_]) -> NDArray[Any]:
        """Return some of the rings as shapely's."""
        size = np.diff(self.begins)
        of_ring = np.repeat(which, size)
        owner = np.repeat(np.arange(int(which.sum())), size[which])
        return np.asarray(shapely.linearrings(self.xy[of_ring], indices=owner))


def assembled(rings: Rings, fill_m2: float) -> Any:  # noqa: ANN401  a geometry or None
    """Return rings as a MultiPolygon without the holes that are smaller than an area, ``None`` if there are none.

    Examples
    --------
    >>> ring = shapely.box(0, 0, 10, 10) - shapely.box(1, 1, 2, 2) - shapely.box(4, 4, 9, 9)
    >>> assembled(Rings.of(ring), 2.0).area
    75.0
    """
    shell = rings.area_m2 > _NOTHING_M2
    small = (rings.area_m2 < 0) & (-rings.area_m2 < fill_m2)
    wide = (rings.area_m2 < -_NOTHING_M2) & ~small
    shell &= ~_swallowed(rings, shell, small)
    if not shell.any():
        return None
    outer, holes = rings.lines(shell), rings.lines(wide)
    owner = _around(outer, rings.area_m2[shell], holes)
    order = np.argsort(np.concatenate([np.arange(len(outer)), owner]), kind="stable")
    together = np.concatenate([outer, holes])[order]
    indices = np.concatenate([np.arange(len(outer)), owner])[order]
    polygons = np.asarray(shapely.polygons(together, indices=indices))
    return shapely.normalize(shapely.multipolygons(polygons))


def _swallowed(rings: Rings, shell: NDArray[np.bool_], small: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Shells that stand alone inside a hole that is filled."""
    result = np.zeros(len(shell), dtype=bool)
    widest = -float(np.min(rings.area_m2[small], initial=0.0))
    little = shell & (rings.area_m2 < widest)
    if little.any() and shell.sum() > 1:
        filled = np.asarray(shapely.polygons(rings.lines(small)))
        inside = shapely.STRtree(filled).query(
            shapely.point_on_surface(shapely.polygons(rings.lines(little))), predicate="within"
        )[0]
        result[np.flatnonzero(little)[inside]] = True
    return result


def _around(outer: NDArray[Any], area: NDArray[np.float64], holes: NDArray[Any]) -> NDArray[np.intp]:
    """For each hole the smallest shell around it."""
    owner = np.zeros(len(holes), dtype=np.intp)
    if len(outer) == 1 or len(holes) == 0:
        return owner
    shells = np.asarray(shapely.polygons(outer))
    shapely.prepare(shells)
    points = shapely.point_on_surface(shapely.polygons(holes))
    hole, found = shapely.STRtree(shells).query(points, predicate="within")
    # the last assignment to a hole stays: widest first
    order = np.argsort(-area[found], kind="stable")
    larger = np.asarray(shapely.area(shapely.polygons(holes)))[hole[order]] < area[found[order]]
    owner[hole[order][larger]] = found[order][larger]
    return owner
