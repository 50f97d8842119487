"""Reached street -> polygons, tile by tile.

A tile that is reached entirely looks the same for every layer and cutoff, so it is drawn once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.errors import GeometryError
from sharemap.isochrones.joining import Joiner, quadtree, union_by
from sharemap.isochrones.lines import substrings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sharemap.isochrones.intervals import Reached
    from sharemap.network import WalkNetwork

__all__ = ["Canvas", "IsochroneOptions"]

_QUARTER = 3  # corners of a quarter circle: 25 m arcs are true within a metre
_STRAIGHT = 0.02  # sine of a turn too small to draw: it opens 0.5 m at 25 m


@dataclass(frozen=True, kw_only=True)
class IsochroneOptions:
    """How reached street is drawn.

    Attributes
    ----------
    half_width_m
        Half the width that a reached street is drawn with.
    fill_holes_m2
        Holes smaller than this are filled: the insides of blocks, whose houses stand on reached street all
        around. 2,500 m2 is a hole of 50 m x 50 m.
    tile_m
        Side of a tile of the drawing; changes the speed, not the result.
    """

    half_width_m: float = 25.0
    fill_holes_m2: float = 2500.0
    tile_m: float = 160.0

    def __post_init__(self) -> None:
        if not (self.half_width_m > 0 and self.fill_holes_m2 >= 0 and self.tile_m > 0):
            msg = "widths and tiles must be positive, holes not negative"
            raise GeometryError(msg, value=self, remedy="for example half_width_m=25.0, fill_holes_m2=2500.0")


class Canvas:
    """One network prepared for drawing; keeps what several isochrones share.

    Parameters
    ----------
    streets
        The network.
    options
        How to draw.

    Notes
    -----
    A street is drawn as a rectangle for each straight stretch, a triangle for the outside of each bend and a disc
    at each node. A part of it is drawn as a part of the same pieces, so that a longer walk never draws less. Where
    less than the half-width of the walk is left, pieces and discs are only as wide as that.
    """

    def __init__(self, streets: WalkNetwork, options: IsochroneOptions) -> None:
        self._options = options
        self._lines = np.asarray(streets.edges.geometry.to_numpy(), dtype=object)
        self._stretch = shapely.length(self._lines) / np.maximum(streets.edge_length_cm / 100.0, 0.005)
        self._xy = shapely.get_coordinates(streets.nodes.geometry.to_numpy())
        self._main = streets.edges["component"].to_numpy() == 0
        self._node_main = np.zeros(len(self._xy), dtype=bool)
        self._node_main[streets.edge_u[self._main]] = True
        self._node_main[streets.edge_v[self._main]] = True
        self._node_tile, parents = quadtree(self._xy, options.tile_m)
        self._edge_tile = self._node_tile[streets.edge_u]
        self._n_leaves = int(self._node_tile.max()) + 1 if len(self._xy) else 0
        self._vacant = np.ones(self._n_leaves, dtype=bool)
        self._vacant[self._edge_tile[self._main]] = False
        self._vacant[self._node_tile[self._node_main]] = False
        self._finished = np.full(self._n_leaves, None, dtype=object)
        self._edges = np.full(len(self._lines), None, dtype=object)
        self._joiner = Joiner(parents, self._extents(), options.fill_holes_m2)

    def draw(self, steps: Sequence[Reached]) -> Iterator[Any]:
        """Yield one MultiPolygon for each step, from the shortest cutoff to the longest.

        Each contains the one before, because it is drawn on top of it. Yields ``None`` while nothing is reached.
        """
        leaves = np.full(self._n_leaves, None, dtype=object)
        drawn = _Marks(np.zeros(len(self._lines), dtype=bool), np.zeros(len(self._xy), dtype=bool))
        for step in steps:
            marks = self._marks(step)
            touched, full = self._states(step, marks)
            self._finish_leaves(full & shapely.is_missing(self._finished))
            part = touched & ~full
            old = np.flatnonzero(part & ~shapely.is_missing(leaves))
            pieces, tile = self._new_pieces(
                step, _Marks(marks.edge & ~drawn.edge, marks.node & ~drawn.node), part
            )
            previous, drawn = leaves, marks
            leaves = np.where(full, self._finished, previous)
            tile = np.concatenate([tile, old])
            leaves[np.unique(tile)] = self._united(np.concatenate([pieces, previous[old]]), tile)
            yield self._joiner.join(leaves, full | (self._vacant & ~touched))

    def _marks(self, step: Reached) -> _Marks:
        edge = np.zeros(len(self._lines), dtype=bool)
        edge[step.edge[step.whole & (step.spare_m >= self._options.half_width_m)]] = True
        return _Marks(edge, step.node_spare_m >= self._options.half_width_m)

    def _states(self, step: Reached, marks: _Marks) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Leaves with anything reached, and leaves with all of it reached at full width."""
        touched = np.zeros(self._n_leaves, dtype=bool)
        touched[self._edge_tile[step.edge]] = True
        touched[self._node_tile[step.node_spare_m > 0]] = True
        full = touched.copy()
        full[self._edge_tile[self._main & ~marks.edge]] = False
        full[self._node_tile[self._node_main & ~marks.node]] = False
        full[self._edge_tile[step.edge[~self._main[step.edge]]]] = False
        return touched, full

    def _finish_leaves(self, leaf: NDArray[np.bool_]) -> None:
        edges = np.flatnonzero(self._main & leaf[self._edge_tile])
        nodes = np.flatnonzero(self._node_main & leaf[self._node_tile])
        width = self._options.half_width_m
        pieces = np.concatenate([self._whole_edges(edges), self._discs(nodes, np.full(len(nodes), width))])
        tile = np.concatenate([self._edge_tile[edges], self._node_tile[nodes]])
        self._finished[np.unique(tile)] = self._united(pieces, tile)

    def _new_pieces(
        self, step: Reached, fresh: _Marks, part: NDArray[np.bool_]
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Pieces to draw in some leaves: what is new at full width, and all that is cut or narrow."""
        width = self._options.half_width_m
        narrow = ~(step.whole & (step.spare_m >= width))
        here = part[self._edge_tile[step.edge]]
        whole = np.unique(step.edge[here & ~narrow & fresh.edge[step.edge]])
        cut = np.flatnonzero(here & narrow)
        edge, stretch = step.edge[cut], self._stretch[step.edge[cut]]
        lines = substrings(self._lines, edge, step.start_m[cut] * stretch, step.stop_m[cut] * stretch)
        strips, owner = _strips(lines, np.minimum(step.spare_m[cut], width))
        shallow = (step.node_spare_m > 0) & (step.node_spare_m < width)
        nodes = np.flatnonzero((shallow | fresh.node) & part[self._node_tile])
        discs = self._discs(nodes, np.minimum(step.node_spare_m[nodes], width))
        return np.concatenate([self._whole_edges(whole), strips, discs]), np.concatenate(
            [self._edge_tile[whole], self._edge_tile[edge][owner], self._node_tile[nodes]]
        )

    def _whole_edges(self, edges: NDArray[np.intp]) -> NDArray[Any]:
        """Whole edges at full width, each drawn once for all layers and cutoffs."""
        new = edges[shapely.is_missing(self._edges[edges])]
        strips, owner = _strips(self._lines[new], np.full(len(new), self._options.half_width_m))
        self._edges[new[np.unique(owner)]] = self._united(strips, owner)
        return np.asarray(self._edges[edges])

    def _discs(self, nodes: NDArray[np.intp], radius: NDArray[np.float64]) -> NDArray[Any]:
        angle = np.arange(4 * _QUARTER) * (np.pi / (2 * _QUARTER))
        circle = np.column_stack([np.cos(angle), np.sin(angle)])
        return _polygons(self._xy[nodes][:, None, :] + circle * radius[:, None, None])

    def _united(self, pieces: NDArray[Any], group: NDArray[np.integer[Any]]) -> NDArray[Any]:
        return union_by(pieces, group, self._options.fill_holes_m2)

    def _extents(self) -> NDArray[np.float64]:
        """Bounds (x, y, x, y) that nothing drawn in a leaf can leave."""
        low, high = np.full((self._n_leaves, 2), np.inf), np.full((self._n_leaves, 2), -np.inf)
        bounds = shapely.bounds(self._lines)
        for tile, least, most in (
            (self._node_tile, self._xy, self._xy),
            (self._edge_tile, bounds[:, :2], bounds[:, 2:]),
        ):
            np.minimum.at(low, tile, least)
            np.maximum.at(high, tile, most)
        width = self._options.half_width_m
        return np.concatenate([low - width, high + width], axis=1)


@dataclass(frozen=True)
class _Marks:
    """Edges and nodes that are reached at full width."""

    edge: NDArray[np.bool_]
    node: NDArray[np.bool_]


def _strips(lines: NDArray[Any], width: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Draw lines with flat ends: rectangles and the triangles outside their bends, and the line of each."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    run = np.diff(xy, axis=0)
    length = np.hypot(run[:, 0], run[:, 1])
    solid = np.flatnonzero((line[1:] == line[:-1]) & (length > 0))
    start, end, owner = xy[solid], xy[solid + 1], line[solid]
    along = run[solid] / length[solid, None]
    left = np.column_stack([-along[:, 1], along[:, 0]]) * width[owner, None]
    rectangles = _polygons(np.stack([start + left, end + left, end - left, start - left], axis=1))
    turn = along[:-1, 0] * along[1:, 1] - along[:-1, 1] * along[1:, 0]
    bend = np.flatnonzero((owner[1:] == owner[:-1]) & (np.abs(turn) > _STRAIGHT))
    outer = -np.sign(turn[bend])[:, None]
    corner = end[bend]
    triangles = _polygons(
        np.stack([corner, corner + outer * left[bend], corner + outer * left[bend + 1]], axis=1)
    )
    return np.concatenate([rectangles, triangles]), np.concatenate([owner, owner[bend]])


def _polygons(corners: NDArray[np.float64]) -> NDArray[Any]:
    """Polygons from an array (polygon, corner, xy)."""
    return np.asarray(shapely.polygons(np.concatenate([corners, corners[:, :1]], axis=1)))
