"""The compiled core: bounded shortest walks over CSR arrays, in whole centimetres.

A bucket queue (Dial's algorithm with wide buckets) settles nodes: entries of one bucket are taken in any order and
a node whose cost drops inside the bucket is taken again, so the result is exact whatever the width. An entry
remembers the cost it was made with; it is stale, and skipped, when the node has become cheaper since.

Sources are independent: each thread has its own scratch arrays, and each source writes its own rows, so that the
result is the same for any number of threads.

Every function here takes and returns plain arrays and runs uncompiled too (``NUMBA_DISABLE_JIT=1``).
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

__all__ = ["INFINITE", "costs_to_points", "nearest_source", "regrouped", "walks_from_sources"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

INFINITE = np.int32(2**31 - 1)
_SHIFT = (
    9  # buckets of 512 cm: the fastest of 1, 2, 4 ... 64 m on Seoul, and every width gives the same costs
)

_jit = numba.njit(cache=True, nogil=True)


@_jit
def _room(array: Int32, needed: int) -> Int32:  # pragma: no cover  compiled
    """Return the array, doubled when it is too short to hold `needed` rows."""
    if needed <= len(array):
        return array
    larger = np.empty((max(needed, 2 * len(array)), array.shape[1]), dtype=np.int32)
    larger[: len(array)] = array
    return larger


@_jit
def _push(
    queue: Int32, head: Int32, entries: int, node: int, reach: int
) -> tuple[Int32, int]:  # pragma: no cover  compiled
    """Put an entry (node, cost, next entry of its bucket) into the bucket of its cost."""
    queue = _room(queue, entries + 1)
    bucket = reach >> _SHIFT
    queue[entries, 0] = node
    queue[entries, 1] = reach
    queue[entries, 2] = head[bucket]
    head[bucket] = entries
    return queue, entries + 1


@_jit
def _offer(
    out: Int32, filled: int, best: Int32, place: int, reach: int
) -> tuple[Int32, int]:  # pragma: no cover  compiled
    """Lower the cost of a place, and list the place when it is touched for the first time."""
    if best[place] == INFINITE:
        out = _room(out, filled + 1)
        out[filled, 0] = place
        filled += 1
    best[place] = reach
    return out, filled


@_jit
def _close(out: Int32, first: int, filled: int, best: Int32) -> None:  # pragma: no cover  compiled
    """Write the costs of the listed places beside them and forget them."""
    for position in range(first, filled):
        place = out[position, 0]
        out[position, 1] = best[place]
        best[place] = INFINITE


@_jit
def walks_from_sources(
    graph: tuple[Int64, Int32, Int32],
    seed_node: Int32,
    seed_cost: Int32,
    cutoff: int,
) -> tuple[Int64, Int32]:  # pragma: no cover  compiled
    """Find every node within the cutoff of each source.

    Parameters
    ----------
    graph
        ``indptr``, ``indices`` and costs of a CSR graph; costs in centimetres, not negative.
    seed_node, seed_cost
        ``int32[n_sources, 2]``: the two ends of the edge that the source stands on, and what it costs to get there.
        A source whose seeds are negative reaches nothing.
    cutoff
        Inclusive, centimetres.

    Returns
    -------
    rows, reached
        CSR over sources; ``reached[k]`` is (node, cost). The nodes of a row stand in the order in which they
        were first touched.
    """
    indptr, indices, cost = graph
    best = np.full(len(indptr) - 1, INFINITE, dtype=np.int32)
    head = np.full((cutoff >> _SHIFT) + 1, -1, dtype=np.int32)
    queue = np.empty((1024, 3), dtype=np.int32)
    rows = np.zeros(len(seed_node) + 1, dtype=np.int64)
    out = np.empty((1024, 2), dtype=np.int32)
    filled = 0
    for source in range(len(seed_node)):
        first = filled
        entries = 0
        for side in range(2):
            node, reach = seed_node[source, side], seed_cost[source, side]
            if node >= 0 and reach <= cutoff and reach < best[node]:
                out, filled = _offer(out, filled, best, node, reach)
                queue, entries = _push(queue, head, entries, node, reach)
        for bucket in range(len(head)):
            while head[bucket] >= 0:
                entry = head[bucket]
                head[bucket] = queue[entry, 2]
                node, reach = queue[entry, 0], queue[entry, 1]
                if best[node] < reach:
                    continue
                for step in range(indptr[node], indptr[node + 1]):
                    onward = np.int64(reach) + cost[step]
                    neighbour = indices[step]
                    if onward <= cutoff and onward < best[neighbour]:
                        out, filled = _offer(out, filled, best, neighbour, onward)
                        queue, entries = _push(queue, head, entries, neighbour, onward)
        _close(out, first, filled, best)
        rows[source + 1] = filled
    return rows, out[:filled].copy()


@_jit
def nearest_source(
    graph: tuple[Int64, Int32, Int32],
    seed_node: Int32,
    seed_cost: Int32,
    cutoff: int,
) -> tuple[Int32, Int32]:  # pragma: no cover  compiled
    """Find for each node the nearest source within the cutoff, in one pass over all sources.

    Parameters are those of :func:`walks_from_sources`.

    Returns
    -------
    cost, source
        ``int32[n_nodes]``; -1 where no source is near enough. Of sources at the same cost the lowest wins.
    """
    indptr, indices, cost = graph
    best = np.full(len(indptr) - 1, INFINITE, dtype=np.int32)
    owner = np.full(len(indptr) - 1, -1, dtype=np.int32)
    head = np.full((cutoff >> _SHIFT) + 1, -1, dtype=np.int32)
    queue = np.empty((1024, 3), dtype=np.int32)
    entries = 0
    for source in range(len(seed_node)):
        for side in range(2):
            node, reach = seed_node[source, side], seed_cost[source, side]
            if node >= 0 and reach <= cutoff and reach < best[node]:
                best[node], owner[node] = reach, source
                queue, entries = _push(queue, head, entries, node, reach)
    for bucket in range(len(head)):
        while head[bucket] >= 0:
            entry = head[bucket]
            head[bucket] = queue[entry, 2]
            node, reach = queue[entry, 0], queue[entry, 1]
            if best[node] < reach:
                continue
            for step in range(indptr[node], indptr[node + 1]):
                onward = np.int64(reach) + cost[step]
                neighbour = indices[step]
                tie = onward == best[neighbour] and owner[node] < owner[neighbour]
                if onward <= cutoff and (onward < best[neighbour] or tie):
                    best[neighbour], owner[neighbour] = onward, owner[node]
                    queue, entries = _push(queue, head, entries, neighbour, onward)
    best[best == INFINITE] = -1
    return best, owner


@_jit
def costs_to_points(  # noqa: C901  one hot loop; split, it would pass eleven arrays around
    graph: tuple[Int64, Int32, Int32, Int32],
    reached: tuple[Int64, Int32],
    sources: Int32,
    points: tuple[Int64, Int32],
    cutoff: int,
) -> tuple[Int64, Int32]:  # pragma: no cover  compiled
    """Carry reached nodes on to points that stand on edges.

    Parameters
    ----------
    graph
        ``indptr``, ``csr_edge``, ``edge_u`` and ``edge_v`` of the network.
    reached
        ``rows, reached`` of :func:`walks_from_sources`.
    sources
        ``int32[n_sources, 3]``: edge of each source (-1: none), the cost from the edge's node ``u`` to where the
        source meets it, and the access leg.
    points
        ``first`` (CSR over edges) and ``int32[n, 4]``, the points in that order: cost to the point from the
        edge's ``u`` and from its ``v`` (access leg included), cost along the edge from ``u``, access leg.
    cutoff
        Inclusive, centimetres.

    Returns
    -------
    rows, found
        CSR over sources; ``found[k]`` is (position in `points`, cost), in the order of first touch.
    """
    indptr, csr_edge, edge_u, edge_v = graph
    rows, nodes = reached
    first, point = points
    best = np.full(len(point), INFINITE, dtype=np.int32)
    out_rows = np.zeros(len(sources) + 1, dtype=np.int64)
    out = np.empty((1024, 2), dtype=np.int32)
    filled = 0
    for source in range(len(sources)):
        begin = filled
        for position in range(rows[source], rows[source + 1]):
            node, reach = nodes[position, 0], np.int64(nodes[position, 1])
            for step in range(indptr[node], indptr[node + 1]):
                edge = csr_edge[step]
                for slot in range(first[edge], first[edge + 1]):
                    onward = reach + INFINITE
                    if edge_u[edge] == node:
                        onward = reach + point[slot, 0]
                    if edge_v[edge] == node:
                        onward = min(onward, reach + point[slot, 1])
                    if onward <= cutoff and onward < best[slot]:
                        out, filled = _offer(out, filled, best, slot, onward)
        edge, along, access = sources[source]
        if edge >= 0:
            for slot in range(first[edge], first[edge + 1]):
                direct = np.int64(access) + point[slot, 3] + abs(np.int64(along) - point[slot, 2])
                if direct <= cutoff and direct < best[slot]:
                    out, filled = _offer(out, filled, best, slot, direct)
        _close(out, begin, filled, best)
        out_rows[source + 1] = filled
    return out_rows, out[:filled].copy()


@_jit
def regrouped(rows: Int64, found: Int32, n_points: int) -> tuple[Int64, Int32]:  # pragma: no cover  compiled
    """Turn a CSR over sources into a CSR over points; ``result[k]`` is (source, cost), sources ascending."""
    starts = np.zeros(n_points + 1, dtype=np.int64)
    for position in range(len(found)):
        starts[found[position, 0] + 1] += 1
    starts = np.cumsum(starts)
    free = starts[:-1].copy()
    result = np.empty((len(found), 2), dtype=np.int32)
    for source in range(len(rows) - 1):
        for position in range(rows[source], rows[source + 1]):
            slot = free[found[position, 0]]
            result[slot, 0] = source
            result[slot, 1] = found[position, 1]
            free[found[position, 0]] = slot + 1
    return starts, result
