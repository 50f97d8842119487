"""The compiled core: bounded shortest walks over CSR arrays, in whole centimetres.

A bucket queue (Dial's algorithm with wide buckets) settles nodes: entries of one bucket are taken in any order and
a node whose cost drops inside the bucket is taken again, so the result is exact whatever the width. An entry
remembers the cost it was made with; it is stale, and skipped, when the node has become cheaper since.

Sources are independent: each call has its own scratch arrays, so that calls can run in threads and the result is
the same for any number of them.

Every function here takes and returns plain arrays and runs uncompiled too (``NUMBA_DISABLE_JIT=1``).
:mod:`sharemap.reach.plain` has a twin of each that needs no compiler.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["add_counts", "costs_to_points", "nearest_source", "placed", "regrouped", "walks_from_sources"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_INFINITE = np.int32(2**31 - 1)
# buckets of 1,024 cm: the fastest of 2.5, 5, 10 ... 80 m on Seoul; every width gives the same costs
_SHIFT = 10
_ROOM = 4096
# neighbourhoods of 8,192 nodes: what a walk needs of one stays in a core's own cache
_NEIGHBOURHOOD = 13


def _jit(function: Callable[..., Any]) -> Callable[..., Any]:
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # there is no place where compiled code could be kept
        return numba.njit(nogil=True)(function)


@_jit
def _roomier(queue: Int32, entries: int, more: int) -> Int32:  # pragma: no cover  compiled
    # loops instead of slices here and below: they compile in half the time
    larger = np.empty((2 * len(queue) + more, 4), dtype=np.int32)
    for entry in range(entries):
        for column in range(4):
            larger[entry, column] = queue[entry, column]
    return larger


@_jit
def _spread(  # noqa: C901  one hot loop; split, its arrays would be passed around for every entry
    graph: tuple[Int32, Int32],
    scratch: tuple[Int32, Int32, Int32],
    queue: Int32,
    seed: tuple[Int32, Int32],
    cutoff: int,
) -> tuple[int, Int32]:  # pragma: no cover  compiled
    """Walk from one source; list the nodes reached in `touched` and leave their costs in `best`.

    One flat loop on purpose: a helper that takes and returns growing arrays costs more than the work it does.
    """
    starts, steps = graph
    best, touched, head = scratch
    seed_node, seed_cost = seed
    filled, entries, last = 0, 0, -1
    for side in range(2):
        node, reach = seed_node[side], seed_cost[side]
        if node >= 0 and reach <= cutoff and reach < best[node]:
            if best[node] == _INFINITE:
                touched[filled] = node
                filled += 1
            best[node] = reach
            slot = reach >> _SHIFT
            queue[entries, 0], queue[entries, 1], queue[entries, 2] = node, reach, head[slot]
            head[slot] = entries
            entries += 1
            last = max(last, slot)
    bucket = 0
    while bucket <= last:
        entry = head[bucket]
        if entry < 0:
            bucket += 1
            continue
        head[bucket] = queue[entry, 2]
        node, reach = queue[entry, 0], queue[entry, 1]
        if best[node] < reach:
            continue
        begin, end = starts[node], starts[node + 1]
        if entries + end - begin > len(queue):
            queue = _roomier(queue, entries, end - begin)
        for step in range(begin, end):
            onward = np.int64(reach) + steps[step, 1]
            neighbour = steps[step, 0]
            known = best[neighbour]
            if onward <= cutoff and onward < known:
                if known == _INFINITE:
                    touched[filled] = neighbour
                    filled += 1
                best[neighbour] = onward
                slot = onward >> _SHIFT
                queue[entries, 0], queue[entries, 1], queue[entries, 2] = neighbour, onward, head[slot]
                head[slot] = entries
                entries += 1
                last = max(last, slot)
    return filled, queue


@_jit
def _heads(cutoff: int) -> Int32:  # pragma: no cover  compiled
    return np.full((cutoff >> _SHIFT) + 1, -1, dtype=np.int32)


@_jit
def _longer(array: Int32, filled: int, needed: int) -> Int32:  # pragma: no cover  compiled
    larger = np.empty(max(needed, 2 * len(array)), dtype=np.int32)
    for position in range(filled):
        larger[position] = array[position]
    return larger


@_jit
def walks_from_sources(
    graph: tuple[Int32, Int32],
    seeds: tuple[Int32, Int32],
    cutoff: int,
    scratch: tuple[Int32, Int32],
    room: tuple[Int32, Int32],
) -> Int64:  # pragma: no cover  compiled
    """Find every node within the cutoff of each source, as long as there is room.

    Parameters
    ----------
    graph
        ``starts`` and ``steps`` of a CSR graph: node ``i`` leads to ``steps[k] = (node, cost)`` for ``k`` in
        ``starts[i]:starts[i + 1]``; costs in centimetres, not negative.
    seeds
        Twice ``int32[n_sources, 2]``: the two ends of the edge that the source stands on, and what it costs to get
        there. A negative node is no way out.
    cutoff
        Inclusive, centimetres.
    scratch
        ``int32[n_nodes]`` of ``2**31 - 1``, left as it was, and another of anything: to be used again, because
        filling them costs more than a short walk.
    room
        Nodes and costs of the pairs found, ``int32``, written from the front. Given by the caller, who can ask
        the system for large pages: fresh small ones cost as much as the walks that fill them.

    Returns
    -------
    rows
        ``int64[done + 1]``, CSR starts of the first `done` sources in `room`; the next one has no room. The nodes of
        a row stand in no promised order, but always in the same.
    """
    seed_node, seed_cost = seeds
    best, touched = scratch
    nodes, costs = room
    head = _heads(cutoff)
    queue = np.empty((_ROOM, 4), dtype=np.int32)
    rows = np.zeros(len(seed_node) + 1, dtype=np.int64)
    total, done = 0, 0
    for source in range(len(seed_node)):
        filled, queue = _spread(
            graph, (best, touched, head), queue, (seed_node[source], seed_cost[source]), cutoff
        )
        fits = total + filled <= len(nodes)
        for position in range(filled):
            node = touched[position]
            if fits:
                nodes[total + position] = node
                costs[total + position] = best[node]
            best[node] = _INFINITE
        if not fits:
            break
        total += filled
        done += 1
        rows[done] = total
    return rows[: done + 1]


@_jit
def add_counts(
    graph: tuple[Int32, Int32],
    seeds: tuple[Int32, Int32, Int32],
    cutoff: int,
    scratch: tuple[Int32, Int32],
    count: Int32,
) -> None:  # pragma: no cover  compiled
    """Add one to ``count[layer, node]`` for every node within the cutoff of each source.

    Parameters
    ----------
    graph, cutoff, scratch
        Those of :func:`walks_from_sources`.
    seeds
        Those of :func:`walks_from_sources`, and ``int32[n_sources]``, row of `count` for each source.
    count
        ``int32[n_layers, n_nodes]``, changed in place.
    """
    seed_node, seed_cost, layer = seeds
    best, touched = scratch
    head = _heads(cutoff)
    queue = np.empty((_ROOM, 4), dtype=np.int32)
    for source in range(len(seed_node)):
        filled, queue = _spread(
            graph, (best, touched, head), queue, (seed_node[source], seed_cost[source]), cutoff
        )
        row = count[layer[source]]
        for position in range(filled):
            node = touched[position]
            row[node] += 1
            best[node] = _INFINITE


@_jit
def _close(best: Int32) -> None:  # pragma: no cover  compiled
    """Say -1 where nobody came."""
    for node in range(len(best)):
        if best[node] == _INFINITE:
            best[node] = -1


@_jit
def _posted(letters: Int32, n_letters: int) -> Int32:  # pragma: no cover  compiled
    """Return room for one letter more."""
    if n_letters < len(letters):
        return letters
    return _roomier(letters, n_letters, 1)


@_jit
def nearest_source(  # noqa: C901, PLR0912, PLR0915  one hot loop
    graph: tuple[Int32, Int32], seeds: tuple[Int32, Int32], cutoff: int, labels: tuple[Int32, Int32]
) -> None:  # pragma: no cover  compiled
    """Find for each node the nearest source within the cutoff, in one pass over all sources.

    Walking from all sources at once in the order of cost would jump about the whole city and miss the cache at
    every step. Nodes are numbered along a curve, so a run of numbers is a neighbourhood: one neighbourhood is
    walked to its end at a time, and what leaves it waits as a letter in the inbox of the next. Whoever is reached
    again at less is walked from again, until no letter is left: the same exact costs as in any other order.

    Parameters
    ----------
    graph, seeds, cutoff
        Those of :func:`walks_from_sources`.
    labels
        ``int32[n_nodes]`` of ``2**31 - 1`` and of -1; changed in place into cost and source, -1 where no source is
        near enough. Of sources at the same cost the lowest wins.
    """
    starts, steps = graph
    seed_node, seed_cost = seeds
    best, owner = labels
    head = _heads(cutoff)
    inbox = np.full((len(best) >> _NEIGHBOURHOOD) + 1, -1, dtype=np.int32)
    # node, cost, source, next letter
    letters = np.empty((2 * len(seed_node) + _ROOM, 4), dtype=np.int32)
    queue = np.empty((_ROOM, 4), dtype=np.int32)
    n_letters = 0
    for source in range(len(seed_node)):
        for side in range(2):
            node, reach = seed_node[source, side], seed_cost[source, side]
            if node >= 0 and reach <= cutoff:
                block = node >> _NEIGHBOURHOOD
                letters[n_letters, 0], letters[n_letters, 1] = node, reach
                letters[n_letters, 2], letters[n_letters, 3] = source, inbox[block]
                inbox[block] = n_letters
                n_letters += 1
    waiting = True
    while waiting:
        waiting = False
        for block in range(len(inbox)):
            letter = inbox[block]
            if letter < 0:
                continue
            waiting = True
            inbox[block] = -1
            entries, last = 0, -1
            while letter >= 0:
                node, reach, source = letters[letter, 0], letters[letter, 1], letters[letter, 2]
                letter = letters[letter, 3]
                if reach > best[node] or (reach == best[node] and source >= owner[node]):
                    continue
                best[node], owner[node] = reach, source
                if entries == len(queue):
                    queue = _roomier(queue, entries, 1)
                slot = reach >> _SHIFT
                queue[entries, 0], queue[entries, 1], queue[entries, 2] = node, reach, head[slot]
                head[slot] = entries
                entries += 1
                last = max(last, slot)
            bucket = 0
            while bucket <= last:
                entry = head[bucket]
                if entry < 0:
                    bucket += 1
                    continue
                head[bucket] = queue[entry, 2]
                node, reach = queue[entry, 0], queue[entry, 1]
                if best[node] < reach:
                    continue
                begin, end = starts[node], starts[node + 1]
                if entries + end - begin > len(queue):
                    queue = _roomier(queue, entries, end - begin)
                source = owner[node]
                for step in range(begin, end):
                    onward = np.int64(reach) + steps[step, 1]
                    neighbour = steps[step, 0]
                    known = best[neighbour]
                    if onward > cutoff or onward > known or (onward == known and source >= owner[neighbour]):
                        continue
                    other = neighbour >> _NEIGHBOURHOOD
                    if other != block:
                        letters = _posted(letters, n_letters)
                        letters[n_letters, 0], letters[n_letters, 1] = neighbour, onward
                        letters[n_letters, 2], letters[n_letters, 3] = source, inbox[other]
                        inbox[other] = n_letters
                        n_letters += 1
                        continue
                    best[neighbour], owner[neighbour] = onward, source
                    slot = onward >> _SHIFT
                    queue[entries, 0], queue[entries, 1], queue[entries, 2] = neighbour, onward, head[slot]
                    head[slot] = entries
                    entries += 1
                    last = max(last, slot)
    _close(best)


@_jit
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


@_jit
def _direct(source: Int32, point: Int32) -> int:  # pragma: no cover  compiled
    """Cost along the edge that both stand on, in the direction that can be walked; infinite if none can."""
    cheapest = np.int64(_INFINITE)
    if point[2] >= source[1] and source[2] >= 0:
        cheapest = min(cheapest, max(np.int64(0), np.int64(point[3]) - source[2]))
    if point[2] <= source[1] and source[3] >= 0:
        cheapest = min(cheapest, max(np.int64(0), np.int64(source[3]) - point[4]))
    return cheapest + source[4] + point[5]


@_jit
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


@_jit
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
