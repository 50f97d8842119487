"""The compiled core, second part: what reached nodes are for points on edges, and rows in another order.

As in :mod:`sharemap.reach.kernel`, every function takes and returns plain arrays and runs uncompiled too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sharemap.reach.compiled import jit

__all__ = ["costs_to_points", "placed", "regrouped"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_INFINITE = np.int32(2**31 - 1)
_ROOM = 4096


@jit
def _longer(array: Int32, filled: int, needed: int) -> Int32:  # pragma: no cover  compiled
    larger = np.empty(max(needed, 2 * len(array)), dtype=np.int32)
    for position in range(filled):
        larger[position] = array[position]
    return larger


@jit
def placed(
    part: tuple[Int64, Int32, Int32], to: Int64, nodes: Int32, costs: Int32
) -> None:  # pragma: no cover  compiled
    """Copy the rows of a part to where they belong: row ``i`` begins at ``to[i]``."""
    rows, node, cost = part
    for row in range(len(to)):
        begin, end, first = rows[row], rows[row + 1], to[row]
        for position in range(end - begin):
            nodes[first + position] = node[begin + position]
            costs[first + position] = cost[begin + position]


@jit
def _direct(source: Int32, point: Int32) -> int:  # pragma: no cover  compiled
    """Cost along the edge that both stand on, in the direction that can be walked; infinite if none can."""
    cheapest = np.int64(_INFINITE)
    if point[2] >= source[1] and source[2] >= 0:
        cheapest = min(cheapest, max(np.int64(0), np.int64(point[3]) - source[2]))
    if point[2] <= source[1] and source[3] >= 0:
        cheapest = min(cheapest, max(np.int64(0), np.int64(source[3]) - point[4]))
    return cheapest + source[4] + point[5]


@jit
def costs_to_points(  # noqa: C901  the same
    entries: tuple[Int32, Int32],
    reached: tuple[Int64, Int32, Int32],
    sources: Int32,
    points: tuple[Int64, Int32],
    cutoff: int,
) -> tuple[Int64, Int32, Int32]:  # pragma: no cover  compiled
    """Carry reached nodes on to points that stand on edges.

    Parameters
    ----------
    entries
        ``starts`` and ``int32[m, 2]``: the edges that begin or end at each node, and which (0: its ``u`` is here,
        1: its ``v``).
    reached
        ``rows, node, cost`` of :func:`walks_from_sources`.
    sources
        ``int32[n_sources, 5]``: edge of each source (-1: none), where on it (from ``u``, any unit), cost of that
        part walked from ``u`` and walked towards ``u`` (-1: this direction cannot be walked), access leg.
    points
        ``first`` (CSR over edges) and ``int32[n, 6]``, the points in that order: cost to the point from the
        edge's ``u`` and from its ``v`` (access leg included; 2**31 - 1: no way), where on the edge, cost of that part walked from
        ``u`` and walked towards ``u``, access leg.
    cutoff
        Inclusive, centimetres.

    Returns
    -------
    rows, slot, cost
        CSR over sources; slots are positions in `points`.
    """
    starts, enter = entries
    rows, node, reach = reached
    first, point = points
    best = np.full(len(point), _INFINITE, dtype=np.int32)
    touched = np.empty(len(point), dtype=np.int32)
    out_rows = np.zeros(len(sources) + 1, dtype=np.int64)
    slots, costs = np.empty(_ROOM, dtype=np.int32), np.empty(_ROOM, dtype=np.int32)
    total = 0
    for source in range(len(sources)):
        filled = 0
        for position in range(rows[source], rows[source + 1]):
            for step in range(starts[node[position]], starts[node[position] + 1]):
                edge, side = enter[step, 0], enter[step, 1]
                for slot in range(first[edge], first[edge + 1]):
                    onward = np.int64(reach[position]) + point[slot, side]
                    if onward <= cutoff and onward < best[slot]:
                        if best[slot] == _INFINITE:
                            touched[filled] = slot
                            filled += 1
                        best[slot] = onward
        edge = sources[source, 0]
        if edge >= 0:
            for slot in range(first[edge], first[edge + 1]):
                onward = _direct(sources[source], point[slot])
                if onward <= cutoff and onward < best[slot]:
                    if best[slot] == _INFINITE:
                        touched[filled] = slot
                        filled += 1
                    best[slot] = onward
        if total + filled > len(slots):
            slots, costs = _longer(slots, total, total + filled), _longer(costs, total, total + filled)
        for position in range(filled):
            slots[total + position] = touched[position]
            costs[total + position] = best[touched[position]]
            best[touched[position]] = _INFINITE
        total += filled
        out_rows[source + 1] = total
    return out_rows, slots[:total], costs[:total]


@jit
def regrouped(
    rows: Int64, found: Int32, cost: Int32, n_points: int
) -> tuple[Int64, Int32, Int32]:  # pragma: no cover  compiled
    """Turn a CSR over sources into a CSR over points: ``starts, source, cost``, sources ascending."""
    starts = np.zeros(n_points + 1, dtype=np.int64)
    for position in range(len(found)):
        starts[found[position] + 1] += 1
    free = np.empty(n_points, dtype=np.int64)
    for point in range(n_points):
        free[point] = starts[point]
        starts[point + 1] += starts[point]
    sources, costs = np.empty(len(found), dtype=np.int32), np.empty(len(found), dtype=np.int32)
    for source in range(len(rows) - 1):
        for position in range(rows[source], rows[source + 1]):
            slot = free[found[position]]
            sources[slot] = source
            costs[slot] = cost[position]
            free[found[position]] = slot + 1
    return starts, sources, costs
