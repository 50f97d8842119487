"""Streets that are open only for walks that begin or end there: in by any door, out for those who begin there.

An edge of a yard is never left towards a general node (:func:`open_steps`), so that nobody who walked in comes out again
somewhere else. A walk that begins in a yard begins at each of its doors as well, at the cost of the walk to that door
within the yard (:func:`with_doors`). A walk that ends in a yard is what every walk is: along the edges to their middle.
So walks are exact, and streets without yards cost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from sharemap.network import WalkNetwork

__all__ = ["open_steps", "way_out", "with_doors"]

Bools = npt.NDArray[np.bool_]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_ROWS_AT_ONCE = 512
_FAR = 2**31 - 1


def open_steps(streets: WalkNetwork) -> Bools:
    """Say of each entry of the network's CSR arrays whether a walk on its way may take it: none out of a yard."""
    only = streets.edge_ends_only[streets.csr_edge]
    return np.asarray((streets.csr_cost_cm >= 0) & ~(only & _general(streets)[streets.indices]))


def with_doors(streets: WalkNetwork, edge: Int32, seeds: tuple[Int32, Int32]) -> tuple[Int32, Int32]:
    """Add the doors of yards to the seeds of walks that begin in one.

    Parameters
    ----------
    streets
        The network.
    edge
        Edge that each walk begins on, -1 for none.
    seeds
        Nodes at both ends of the edge, -1 for none, and what it costs to get there.

    Returns
    -------
    seeds
        The same with more columns, -1 where a walk has fewer doors than others.
    """
    inside = _inside(streets, edge, seeds[0])
    row, side = np.nonzero(inside)
    start, door, out = _ways_out(streets, np.unique(seeds[0][inside]))
    if not len(start):
        return seeds
    # each (walk, end) meets all doors of its end
    first = np.searchsorted(start, seeds[0][row, side])
    many = np.searchsorted(start, seeds[0][row, side], side="right") - first
    which = np.repeat(np.arange(len(row)), many)
    at = np.arange(len(which)) - np.repeat(np.cumsum(many) - many, many) + first[which]
    cost = np.minimum(seeds[1][row, side][which].astype(np.int64) + out[at], _FAR)
    walk, door = row[which], door[at]
    order = np.lexsort((cost, door, walk))
    walk, door, cost = walk[order], door[order], cost[order]
    nearest = np.ones(len(walk), dtype=bool)
    nearest[1:] = (walk[1:] != walk[:-1]) | (door[1:] != door[:-1])
    walk, door, cost = walk[nearest], door[nearest], cost[nearest]
    column = 2 + np.arange(len(walk)) - np.searchsorted(walk, walk)
    wide = (len(edge), int(column.max()) + 1)
    nodes, costs = np.full(wide, -1, dtype=np.int32), np.zeros(wide, dtype=np.int32)
    nodes[:, :2], costs[:, :2] = seeds
    nodes[walk, column], costs[walk, column] = door, cost
    return nodes, costs


def way_out(streets: WalkNetwork, node: int, door: int) -> list[tuple[int, bool]]:
    """Return the edges from a node of a yard to one of its doors, and whether each is walked from ``u`` to ``v``."""
    from scipy.sparse.csgraph import dijkstra

    graph, points, entry = _yards(streets)
    begin, end = np.searchsorted(points, [node, door]).tolist()
    cost, before = dijkstra(graph, indices=begin, return_predecessors=True)
    found = []
    while end != begin:
        came = int(before[end])
        steps = range(int(graph.indptr[came]), int(graph.indptr[came + 1]))
        step = next(
            one for one in steps if graph.indices[one] == end and cost[came] + graph.data[one] == cost[end]
        )
        edge = int(streets.csr_edge[entry[step]])
        found.append((edge, bool(streets.csr_forward[entry[step]])))
        end = came
    return found[::-1]


def _general(streets: WalkNetwork) -> Bools:
    """Whether each node lies on a street that is open to everybody who walks so."""
    general = np.zeros(len(streets.indptr) - 1, dtype=bool)
    general[_tails(streets)[~streets.edge_ends_only[streets.csr_edge]]] = True
    return general


def _tails(streets: WalkNetwork) -> Int64:
    return np.repeat(np.arange(len(streets.indptr) - 1), np.diff(streets.indptr))


def _inside(streets: WalkNetwork, edge: Int32, nodes: Int32) -> Bools:
    """Whether each end of the edges that walks begin on lies within a yard."""
    on = (edge >= 0) & streets.edge_ends_only[edge]
    return np.asarray(on[:, None] & (nodes >= 0) & ~_general(streets)[nodes])


def _yards(streets: WalkNetwork) -> tuple[csr_array, Int64, Int64]:
    """Return the graph of all yards up to their doors, the nodes that its rows are, and the CSR entry of each step."""
    from scipy.sparse import csr_array

    tails, cost = _tails(streets), streets.csr_cost_cm
    only = streets.edge_ends_only[streets.csr_edge] & ~_general(streets)[tails] & (cost >= 0)
    entry = np.flatnonzero(only)
    points = np.unique(np.concatenate([tails[entry], streets.indices[entry]]))
    begin, end = np.searchsorted(points, tails[entry]), np.searchsorted(points, streets.indices[entry])
    starts = np.zeros(len(points) + 1, dtype=np.int64)
    np.cumsum(np.bincount(begin, minlength=len(points)), out=starts[1:])
    # parallel edges and edges without length stay entries of their own
    graph = csr_array((cost[entry].astype(np.float64), end, starts), shape=(len(points), len(points)))
    return graph, points, entry


def _ways_out(streets: WalkNetwork, nodes: Int32) -> tuple[Int64, Int64, Int64]:
    """Return (node, door, cost) of all walks from nodes of yards to the doors of theirs, sorted by node."""
    from scipy.sparse.csgraph import dijkstra

    graph, points, _ = _yards(streets)
    is_door = _general(streets)[points]
    nodes = nodes[np.isin(nodes, points)]
    at = np.searchsorted(points, nodes)
    found = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64))]
    for low in range(0, len(at), _ROWS_AT_ONCE):
        cost = dijkstra(graph, indices=at[low : low + _ROWS_AT_ONCE])[:, is_door]
        row, column = np.nonzero(np.isfinite(cost))
        found.append(
            (
                nodes[low + row].astype(np.int64),
                points[is_door][column],
                cost[row, column].astype(np.int64),
            )
        )
    start, door, out = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return start, door, out
