"""Tiles -> one polygon, up a quadtree.

Three things keep this fast: a tile of any level that is reached entirely is joined once for all layers and cutoffs;
small holes are filled early; and a hole that no other tile can come near is set apart until the end, because a
union that has to carry along every block of a city spends its time on them.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Joiner", "quadtree", "union_by", "without_small_holes"]

_TASK = 256  # geometries a thread takes at a time
_POLYGON = 3
_GRID_M = 0.001


class Joiner:
    """Joins the leaves of one quadtree again and again, remembering what is complete.

    Parameters
    ----------
    parents
        For each level the parent of each tile, from the leaves up to one root.
    extents
        For each leaf the bounds that nothing drawn in it can leave.
    fill_m2
        Holes smaller than this are filled.
    """

    def __init__(
        self, parents: list[NDArray[np.int64]], extents: NDArray[np.float64], fill_m2: float
    ) -> None:
        self._parents = parents
        self._fill_m2 = fill_m2
        self._around: list[shapely.STRtree] = []
        self._known: list[tuple[NDArray[Any], NDArray[Any]]] = []
        for parent in parents:
            extents = _hulls(extents, parent)
            self._around.append(shapely.STRtree(np.asarray(shapely.box(*extents.T))))
            self._known.append((_nothing(len(extents)), _nothing(len(extents))))

    def join(self, leaves: NDArray[Any], complete: NDArray[np.bool_]) -> Any:  # noqa: ANN401  a geometry or None
        """Return the union of the leaves as a MultiPolygon without small holes, ``None`` if there is none.

        Parameters
        ----------
        leaves
            A geometry or ``None`` for each leaf.
        complete
            Leaves that cannot be drawn any fuller.
        """
        solid, holes = leaves, _nothing(len(leaves))
        for level, parent in enumerate(self._parents):
            known_solid, known_holes = self._known[level]
            whole = np.ones(len(known_solid), dtype=bool)
            whole[parent[~complete]] = False
            known = whole & ~shapely.is_missing(known_solid)
            open_child = ~known[parent]
            next_solid, next_holes = self._step(
                level, np.where(open_child, solid, _NONE), np.where(open_child, holes, _NONE)
            )
            next_solid[known], next_holes[known] = known_solid[known], known_holes[known]
            known_solid[whole], known_holes[whole] = next_solid[whole], next_holes[whole]
            solid, holes, complete = next_solid, next_holes, whole
        if not len(solid) or solid[0] is None:
            return None
        return without_small_holes(_with_holes(solid[0], holes[0]), self._fill_m2)

    def _step(
        self, level: int, solid: NDArray[Any], holes: NDArray[Any]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        parent, size = self._parents[level], len(self._known[level][0])
        child = np.flatnonzero(~shapely.is_missing(solid))
        tiles = np.unique(parent[child])
        united = union_by(solid[child], parent[child], self._fill_m2)
        shapes, apart, tile = _set_apart(united, tiles, self._around[level])
        next_solid, next_holes = _nothing(size), _nothing(size)
        next_solid[tiles] = shapes
        before = np.flatnonzero(~shapely.is_missing(holes))
        rings, source = shapely.get_parts(holes[before], return_index=True)
        rings = np.concatenate([rings, apart])
        tile = np.concatenate([parent[before[source]], tile])
        order = np.argsort(tile, kind="stable")
        with_some, rank = np.unique(tile[order], return_inverse=True)
        next_holes[with_some] = shapely.multipolygons(rings[order], indices=rank)
        return next_solid, next_holes


_NONE = np.array(None, dtype=object)


def quadtree(xy: NDArray[np.float64], tile_m: float) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Leaf of each point, and for each level the parent of each tile, up to one root.

    Examples
    --------
    >>> leaf, parents = quadtree(np.array([[0.0, 0.0], [150.0, 0.0], [250.0, 0.0]]), 100.0)
    >>> leaf.tolist(), [parent.tolist() for parent in parents]
    ([0, 1, 2], [[0, 0, 1], [0, 0]])
    """
    if len(xy) == 0:
        return np.empty(0, dtype=np.int64), []
    cell = np.floor(xy / tile_m).astype(np.int64)
    cell -= cell.min(axis=0)
    levels: list[NDArray[np.int64]] = []
    while True:
        cell, parent = np.unique(cell, axis=0, return_inverse=True)
        levels.append(parent.reshape(-1).astype(np.int64))
        if len(cell) == 1:
            return levels[0], levels[1:]
        cell //= 2


def union_by(parts: NDArray[Any], group: NDArray[np.integer[Any]], fill_m2: float) -> NDArray[Any]:
    """Union of the parts of each group, small holes filled, in the order of the sorted groups.

    Filling early changes nothing in the end, a hole only shrinks when more is drawn, but there is less to carry.
    """
    order = np.argsort(group, kind="stable")
    _, rank, count = np.unique(group[order], return_inverse=True, return_counts=True)
    together = np.asarray(shapely.geometrycollections(parts[order], indices=rank))
    alone = count == 1
    result = _nothing(len(together))
    result[alone] = parts[order][(np.cumsum(count) - count)[alone]]
    result[~alone] = _in_threads(_unions, together[~alone])
    rings = _Rings(result)
    small = rings.inner & (rings.area() < fill_m2)
    return rings.rebuilt(~small)


def without_small_holes(geometry: Any, smallest_m2: float) -> Any:  # noqa: ANN401  shapely geometry
    """Return a geometry as a MultiPolygon without the holes that are smaller than an area.

    Examples
    --------
    >>> ring = shapely.box(0, 0, 10, 10) - shapely.box(1, 1, 2, 2) - shapely.box(4, 4, 9, 9)
    >>> without_small_holes(ring, 2.0).area
    75.0
    """
    rings = _Rings(np.array([geometry], dtype=object))
    small = rings.inner & (rings.area() < smallest_m2)
    # what stands alone inside a hole is swallowed with it
    swallowed = np.zeros(len(rings.parts), dtype=bool)
    swallowed[shapely.STRtree(rings.parts).query(rings.areas(small), predicate="covers")[1]] = True
    kept = ~small & ~swallowed[rings.part]
    return shapely.normalize(rings.rebuilt(kept)[0])


class _Rings:
    """The rings of the polygons of many geometries, shell first."""

    def __init__(self, geometries: NDArray[Any]) -> None:
        parts, source = shapely.get_parts(geometries, return_index=True)
        areal = shapely.get_type_id(parts) == _POLYGON
        self.parts, self.source = np.asarray(parts[areal]), source[areal]
        self.ring, self.part = shapely.get_rings(self.parts, return_index=True)
        self.inner = np.zeros(len(self.ring), dtype=bool)
        self.inner[1:] = self.part[1:] == self.part[:-1]

    def areas(self, which: NDArray[np.bool_]) -> NDArray[Any]:
        return np.asarray(shapely.polygons(self.ring[which]))

    def area(self) -> NDArray[np.float64]:
        found = np.full(len(self.ring), np.inf)
        found[self.inner] = shapely.area(self.areas(self.inner))
        return found

    def rebuilt(self, kept: NDArray[np.bool_]) -> NDArray[Any]:
        """Make the geometries again, as MultiPolygons, of some of the rings."""
        left, owner = np.unique(self.part[kept], return_inverse=True)
        polygons = np.asarray(shapely.polygons(self.ring[kept], indices=owner))
        return np.asarray(shapely.multipolygons(polygons, indices=self.source[left]))


def _set_apart(
    geometries: NDArray[Any], tiles: NDArray[np.int64], around: shapely.STRtree
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.int64]]:
    """Take out the holes that nothing else can reach: neither another tile nor an island in the hole."""
    rings = _Rings(geometries)
    inner = np.flatnonzero(rings.inner)
    holes = rings.areas(rings.inner)
    tile = tiles[rings.source[rings.part[inner]]]
    hole, other = around.query(holes)
    disturbed = np.zeros(len(holes), dtype=bool)
    disturbed[hole[other != tile[hole]]] = True
    hole, part = shapely.STRtree(rings.parts).query(holes)
    disturbed[hole[part != rings.part[inner[hole]]]] = True
    kept = np.ones(len(rings.ring), dtype=bool)
    kept[inner[~disturbed]] = False
    return rings.rebuilt(kept), holes[~disturbed], tile[~disturbed]


def _with_holes(solid: Any, holes: Any) -> Any:  # noqa: ANN401  shapely geometries
    """Cut holes that lie inside a geometry back into it."""
    if holes is None:
        return solid
    rings = _Rings(np.array([solid], dtype=object))
    apart = shapely.get_parts(holes)
    hole, part = shapely.STRtree(rings.parts).query(shapely.point_on_surface(apart), predicate="within")
    ring = np.concatenate([rings.ring, shapely.get_exterior_ring(apart[hole])])
    owner = np.concatenate([rings.part, part])
    order = np.argsort(owner, kind="stable")
    return shapely.multipolygons(np.asarray(shapely.polygons(ring[order], indices=owner[order])))


def _hulls(extents: NDArray[np.float64], parent: NDArray[np.int64]) -> NDArray[np.float64]:
    size = int(parent.max()) + 1
    low, high = np.full((size, 2), np.inf), np.full((size, 2), -np.inf)
    np.minimum.at(low, parent, extents[:, :2])
    np.maximum.at(high, parent, extents[:, 2:])
    return np.concatenate([low, high], axis=1)


def _nothing(size: int) -> NDArray[Any]:
    return np.full(size, None, dtype=object)


def _unions(together: NDArray[Any]) -> NDArray[Any]:
    """Union of each collection, checked.

    GEOS 3.14 loses a polygon without saying so about once in some thousand unions, where many edges nearly
    coincide. Then the union has a hole where that polygon was, or is not valid; such unions are done again on a
    millimetre grid, which is safe but three times slower.
    """
    united = np.asarray(shapely.union_all(together[:, None], axis=1))
    parts, group = shapely.get_parts(together, return_index=True)
    parts, collection = shapely.get_parts(parts, return_index=True)
    group = group[collection]
    shapely.prepare(united)
    lost = ~shapely.intersects(united[group], shapely.point_on_surface(parts))
    again = ~shapely.is_valid(united)
    again[group[lost]] = True
    united[again] = shapely.union_all(together[again][:, None], axis=1, grid_size=_GRID_M)
    return united


def _in_threads(task: Callable[..., NDArray[Any]], *columns: NDArray[Any]) -> NDArray[Any]:
    """Run a task over slices of the columns in threads: GEOS releases the interpreter's lock."""
    size, workers = len(columns[0]), os.cpu_count() or 1
    result = _nothing(size)
    step = min(_TASK, -(-size // (4 * workers))) or 1
    slices = [slice(start, start + step) for start in range(0, size, step)]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        found = pool.map(lambda part: task(*(column[part] for column in columns)), slices)
        for part, shapes in zip(slices, found, strict=True):
            result[part] = shapes
    return result
