"""The kernel without a compiler: the same functions on scipy and numpy, slower but as exact.

:mod:`sharemap.reach.engine` takes these when numba cannot be imported or cannot compile. Parameters and results
are those of :mod:`sharemap.reach.kernel`; nodes of a row stand in ascending order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["add_counts", "costs_to_points", "nearest_source", "placed", "regrouped", "walks_from_sources"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_CELLS_AT_ONCE = 8_000_000  # scipy answers with a full float64 matrix: 64 MB of it at a time


def walks_from_sources(
    graph: tuple[Int32, Int32],
    seeds: tuple[Int32, Int32],
    cutoff: int,
    scratch: tuple[Int32, Int32],  # noqa: ARG001  of use to the compiled twin only
    room: tuple[Int32, Int32],
) -> Int64:
    """Find every node within the cutoff of each source, as long as there is room."""
    nodes, costs = room
    rows = np.zeros(1, dtype=np.int64)
    for _, cost in _matrices(graph, seeds, cutoff):
        row, node = np.nonzero(np.isfinite(cost))
        ends = rows[-1] + np.cumsum(np.bincount(row, minlength=len(cost)))
        ends = ends[ends <= len(nodes)]
        rows = np.concatenate([rows, ends])
        fits = row < len(ends)
        here = slice(rows[-1] - np.count_nonzero(fits), rows[-1])
        nodes[here], costs[here] = node[fits], cost[row[fits], node[fits]]
        if len(ends) < len(cost):
            break
    return rows


def add_counts(
    graph: tuple[Int32, Int32],
    seeds: tuple[Int32, Int32, Int32],
    cutoff: int,
    scratch: tuple[Int32, Int32],  # noqa: ARG001  of use to the compiled twin only
    count: Int32,
) -> None:
    """Add one to ``count[layer, node]`` for every node within the cutoff of each source."""
    node, leave, layer = seeds
    for part, cost in _matrices(graph, (node, leave), cutoff):
        np.add.at(count, layer[part], np.isfinite(cost).astype(np.int32))


def nearest_source(
    graph: tuple[Int32, Int32], seeds: tuple[Int32, Int32], cutoff: int, labels: tuple[Int32, Int32]
) -> None:
    """Find for each node the nearest source within the cutoff; of sources at the same cost the lowest wins."""
    best, owner = labels
    for part, cost in _matrices(graph, seeds, cutoff):
        lowest = np.argmin(cost, axis=0)
        here = np.take_along_axis(cost, lowest[None], axis=0)[0]
        nearer = here < best
        best[nearer], owner[nearer] = here[nearer], part.start + lowest[nearer]
    best[owner < 0] = -1


def placed(part: tuple[Int64, Int32, Int32], to: Int64, nodes: Int32, costs: Int32) -> None:
    """Copy the rows of a part to where they belong: row ``i`` begins at ``to[i]``."""
    rows, node, cost = part
    where = np.repeat(to - rows[:-1], np.diff(rows)) + np.arange(len(node))
    nodes[where], costs[where] = node, cost


def costs_to_points(
    entries: tuple[Int32, Int32],
    reached: tuple[Int64, Int32, Int32],
    sources: Int32,
    points: tuple[Int64, Int32],
    cutoff: int,
) -> tuple[Int64, Int32, Int32]:
    """Carry reached nodes on to points that stand on edges."""
    starts, enter = entries
    rows, node, reach = reached
    first, point = points
    row = np.repeat(np.arange(len(sources)), np.diff(rows))
    pair, step = _expanded(starts, node)
    door, slot = _expanded(first, enter[step, 0])
    pair, side = pair[door], enter[step[door], 1]
    through = reach[pair].astype(np.int64) + point[slot, side]
    standing = np.flatnonzero(sources[:, 0] >= 0)
    near, beside = _expanded(first, sources[standing, 0])
    source = np.concatenate([row[pair], standing[near]])
    slot = np.concatenate([slot, beside])
    cost = np.concatenate([through, _direct(sources[standing[near]], point[beside])])
    within = np.flatnonzero(cost <= cutoff)
    order = within[np.lexsort((cost[within], slot[within], source[within]))]
    source, slot, cost = source[order], slot[order], cost[order]
    cheapest = np.ones(len(order), dtype=bool)
    cheapest[1:] = (source[1:] != source[:-1]) | (slot[1:] != slot[:-1])
    out_rows = np.zeros(len(sources) + 1, dtype=np.int64)
    np.cumsum(np.bincount(source[cheapest], minlength=len(sources)), out=out_rows[1:])
    return out_rows, slot[cheapest].astype(np.int32), cost[cheapest].astype(np.int32)


def regrouped(rows: Int64, found: Int32, cost: Int32, n_points: int) -> tuple[Int64, Int32, Int32]:
    """Turn a CSR over sources into a CSR over points: ``starts, source, cost``, sources ascending."""
    source = np.repeat(np.arange(len(rows) - 1, dtype=np.int32), np.diff(rows))
    order = np.argsort(found, kind="stable")
    starts = np.zeros(n_points + 1, dtype=np.int64)
    np.cumsum(np.bincount(found, minlength=n_points), out=starts[1:])
    return starts, source[order], cost[order]


def _matrices(
    graph: tuple[Int32, Int32], seeds: tuple[Int32, Int32], cutoff: int
) -> Iterator[tuple[slice, npt.NDArray[np.float64]]]:
    """Yield slices of the sources and their costs to all nodes, infinite beyond the cutoff."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    starts, steps = graph
    seed_node, seed_cost = seeds
    n_nodes = len(starts) - 1
    at_once = max(1, _CELLS_AT_ONCE // max(n_nodes, 1))
    for low in range(0, len(seed_node), at_once):
        part = slice(low, min(low + at_once, len(seed_node)))
        node, cost = seed_node[part], seed_cost[part]
        out = (node >= 0) & (cost <= cutoff)
        # each source becomes a node of its own that leads to the ends of its edge and that nothing leads to
        ends = np.cumsum(out.sum(axis=1)) + starts[-1]
        size = n_nodes + len(node)
        whole = csr_array(
            (
                np.concatenate([steps[:, 1], cost[out]]).astype(np.float64),
                np.concatenate([steps[:, 0], node[out]]),
                np.concatenate([starts, ends]).astype(np.int32),
            ),
            shape=(size, size),
        )
        yield (
            part,
            dijkstra(whole, indices=np.arange(n_nodes, size), limit=float(cutoff))[:, :n_nodes],
        )


def _expanded(starts: npt.NDArray[np.integer], rows: Int32) -> tuple[Int64, Int64]:
    """Return all (position in `rows`, position in the CSR) pairs of some rows of a CSR."""
    sizes = starts[rows + 1].astype(np.int64) - starts[rows]
    which = np.repeat(np.arange(len(rows)), sizes)
    before = np.cumsum(sizes) - sizes
    return which, np.arange(len(which)) - before[which] + starts[rows][which]


def _direct(source: Int32, point: Int32) -> Int64:
    """Cost along the edge that both stand on, in the direction that can be walked; infinite if none can."""
    far = np.int64(2**31 - 1)
    along, back = point[:, 3].astype(np.int64) - source[:, 2], source[:, 3].astype(np.int64) - point[:, 4]
    ahead = (point[:, 2] >= source[:, 1]) & (source[:, 2] >= 0)
    behind = (point[:, 2] <= source[:, 1]) & (source[:, 3] >= 0)
    cheapest = np.minimum(
        np.where(ahead, np.maximum(along, 0), far), np.where(behind, np.maximum(back, 0), far)
    )
    return np.asarray(cheapest + source[:, 4] + point[:, 5])
