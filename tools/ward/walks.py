"""Where places may stand, and how far it is to walk between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tools.ward.streets import Streets, walkable

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array
    from shapely.geometry.base import BaseGeometry

    from tools.ward.buildings import Area

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Ground", "Spots", "ground"]

_FAR = 1_300.0
_SNAP = (4.0, 42.0)
_CLEAR = 25.0  # how much farther than its own street the nearest bridge or tunnel must be
_BORDER = 30.0
_MOST_SPOTS = 7_000
_LEAST_BUILDING = 70.0


@dataclass(frozen=True)
class Spots:
    """Points with the place where each meets the street.

    Attributes
    ----------
    xy
        float64[n, 2], EPSG:5179.
    piece
        int64[n], piece of street each one stands at.
    offset_m, snap_m
        float64[n], metres along that piece from its node ``u``, and from there to the point.
    kerb
        float64[n, 2], a point at the roadside in front, where a bike station or a parking bay would be.
    """

    xy: Floats
    piece: Ints
    offset_m: Floats
    snap_m: Floats
    kerb: Floats


@dataclass(frozen=True)
class Ground:
    """Spots and the streets between them."""

    streets: Streets
    spots: Spots
    length_m: Floats
    graph: csr_array

    def walks_from(self, spot: int) -> Floats:
        """Metres of walking from one spot to each spot, access legs included; inf beyond about 1,300 m."""
        from scipy.sparse.csgraph import dijkstra

        spots, piece = self.spots, int(self.spots.piece[spot])
        u, v, length = self.streets.u, self.streets.v, self.length_m
        ends = [int(u[piece]), int(v[piece])]
        legs = np.array([spots.offset_m[spot], length[piece] - spots.offset_m[spot]])
        reach = (dijkstra(self.graph, directed=False, indices=ends, limit=_FAR) + legs[:, None]).min(axis=0)
        by_u = reach[u[spots.piece]] + spots.offset_m
        by_v = reach[v[spots.piece]] + length[spots.piece] - spots.offset_m
        walk = np.minimum(by_u, by_v)
        same = spots.piece == piece
        walk[same] = np.minimum(walk[same], np.abs(spots.offset_m[same] - spots.offset_m[spot]))
        return walk + spots.snap_m + spots.snap_m[spot]


def ground(streets: Streets, buildings: list[Area], ward: BaseGeometry, rng: np.random.Generator) -> Ground:
    """Choose the buildings that may hold a place, and prepare the walks between them."""
    from scipy.sparse import csr_array

    on_foot = _main(streets)
    length = shapely.length(np.array(streets.lines, dtype=object))
    low = np.array([bool({"bridge", "tunnel"} & set(tags)) for tags in streets.tags])
    open_to = on_foot & ~low
    n = len(streets.nodes)
    # parallel pieces between the same two nodes: the shorter one is the walk
    order = np.lexsort((length, streets.v, streets.u))
    pairs = np.column_stack([np.minimum(streets.u, streets.v), np.maximum(streets.u, streets.v)])
    order = order[on_foot[order]]
    order = order[np.lexsort((length[order], pairs[order, 1], pairs[order, 0]))]
    _, first = np.unique(pairs[order], axis=0, return_index=True)
    kept = order[first]
    graph = csr_array((length[kept], (pairs[kept, 0], pairs[kept, 1])), shape=(n, n))
    spots = _spots(streets, np.flatnonzero(open_to), np.flatnonzero(on_foot & low), (buildings, ward, rng))
    return Ground(streets, spots, length, graph)


def _main(streets: Streets) -> NDArray[np.bool_]:
    """Pieces of the largest walkable component."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    foot = np.array([walkable(tags) for tags in streets.tags])
    n = len(streets.nodes)
    _, part = connected_components(
        coo_array((np.ones(foot.sum()), (streets.u[foot], streets.v[foot])), shape=(n, n)), directed=False
    )
    labels = part[streets.u]
    return np.asarray(foot & (labels == np.bincount(labels[foot]).argmax()))


def _spots(
    streets: Streets, usable: Ints, crossing: Ints, site: tuple[list[Area], BaseGeometry, np.random.Generator]
) -> Spots:
    buildings, ward, rng = site
    lines = np.array(streets.lines, dtype=object)
    inner = ward.buffer(-_BORDER)
    shapely.prepare(inner)
    large = [area.polygon.centroid for area in buildings if area.polygon.area > _LEAST_BUILDING]
    middles = np.array(large, dtype=object)[shapely.contains(inner, large)]
    middles = middles[np.sort(rng.permutation(len(middles))[:_MOST_SPOTS])]
    (_, near), snap = shapely.STRtree(lines[usable]).query_nearest(
        middles, all_matches=False, return_distance=True
    )
    (_, _), other = shapely.STRtree(lines[crossing]).query_nearest(
        middles, all_matches=False, return_distance=True
    )
    good = (snap > _SNAP[0]) & (snap < _SNAP[1]) & (other > snap + _CLEAR)
    piece, middles, snap = usable[near[good]], middles[good], snap[good]
    offset = shapely.line_locate_point(lines[piece], middles)
    foot = shapely.get_coordinates(shapely.line_interpolate_point(lines[piece], offset))
    xy = shapely.get_coordinates(middles)
    kerb = foot + np.minimum(1.0, 4.5 / snap)[:, None] * (xy - foot)
    return Spots(xy, piece, offset, snap, kerb)
