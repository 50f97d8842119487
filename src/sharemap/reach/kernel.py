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

import numpy as np
import numpy.typing as npt

from sharemap.reach.carrying import costs_to_points, placed, regrouped
from sharemap.reach.compiled import jit

__all__ = ["add_counts", "costs_to_points", "nearest_source", "placed", "regrouped", "walks_from_sources"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_INFINITE = np.int32(2**31 - 1)
# buckets of 1,024 cm: the fastest of 2.5, 5, 10 ... 80 m on Seoul; every width gives the same costs
_SHIFT = 10
_ROOM = 4096
# neighbourhoods of 8,192 nodes: what a walk needs of one stays in a core's own cache
_NEIGHBOURHOOD = 13


@jit
def _roomier(queue: Int32, entries: int, more: int) -> Int32:  # pragma: no cover  compiled
    # loops instead of slices here and below: they compile in half the time
    larger = np.empty((2 * len(queue) + more, 4), dtype=np.int32)
    for entry in range(entries):
        for column in range(4):
            larger[entry, column] = queue[entry, column]
    return larger


@jit
def _put(queue: Int32, head: Int32, entry: int, node: int, cost: int) -> int:  # pragma: no cover  compiled
    """Write an entry into its bucket, and return which that is."""
    bucket = cost >> _SHIFT
    queue[entry, 0], queue[entry, 1], queue[entry, 2] = node, cost, head[bucket]
    head[bucket] = entry
    return bucket


@jit
def _full(head: Int32, bucket: int, last: int) -> int:  # pragma: no cover  compiled
    """Return the first bucket, from one on, that holds an entry; beyond `last` when none does."""
    while bucket <= last and head[bucket] < 0:
        bucket += 1
    return bucket


@jit
def _taken(queue: Int32, head: Int32, bucket: int) -> tuple[int, int]:  # pragma: no cover  compiled
    """Take an entry out of a bucket: its node and the cost that it was made with."""
    entry = head[bucket]
    head[bucket] = queue[entry, 2]
    return queue[entry, 0], queue[entry, 1]


@jit
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
    for side in range(len(seed_node)):
        node, reach = seed_node[side], seed_cost[side]
        if node >= 0 and reach <= cutoff and reach < best[node]:
            if best[node] == _INFINITE:
                touched[filled] = node
                filled += 1
            best[node] = reach
            last = max(last, _put(queue, head, entries, node, reach))
            entries += 1
    bucket = 0
    while True:
        bucket = _full(head, bucket, last)
        if bucket > last:
            break
        node, reach = _taken(queue, head, bucket)
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
                last = max(last, _put(queue, head, entries, neighbour, onward))
                entries += 1
    return filled, queue


@jit
def _heads(cutoff: int) -> Int32:  # pragma: no cover  compiled
    return np.full((cutoff >> _SHIFT) + 1, -1, dtype=np.int32)


@jit
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
        Twice ``int32[n_sources, k]``: the two ends of the edge that the source stands on, and doors of its yard where
        there are any; and what it costs to get there. A negative node is no way out.
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
    queue = np.empty((_ROOM + seed_node.shape[1], 4), dtype=np.int32)
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


@jit
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
    queue = np.empty((_ROOM + seed_node.shape[1], 4), dtype=np.int32)
    for source in range(len(seed_node)):
        filled, queue = _spread(
            graph, (best, touched, head), queue, (seed_node[source], seed_cost[source]), cutoff
        )
        row = count[layer[source]]
        for position in range(filled):
            node = touched[position]
            row[node] += 1
            best[node] = _INFINITE


@jit
def _close(best: Int32) -> None:  # pragma: no cover  compiled
    """Say -1 where nobody came."""
    for node in range(len(best)):
        if best[node] == _INFINITE:
            best[node] = -1


@jit
def _post(
    letters: Int32, inbox: Int32, letter: int, content: tuple[int, int, int]
) -> None:  # pragma: no cover  compiled
    """Put a letter (node, cost, source) into the inbox of the node's neighbourhood."""
    node, cost, source = content
    block = node >> _NEIGHBOURHOOD
    letters[letter, 0], letters[letter, 1] = node, cost
    letters[letter, 2], letters[letter, 3] = source, inbox[block]
    inbox[block] = letter


@jit
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
    letters = np.empty((seed_node.size + _ROOM, 4), dtype=np.int32)
    queue = np.empty((_ROOM, 4), dtype=np.int32)
    n_letters = 0
    for source in range(len(seed_node)):
        for side in range(seed_node.shape[1]):
            node, reach = seed_node[source, side], seed_cost[source, side]
            if node >= 0 and reach <= cutoff:
                _post(letters, inbox, n_letters, (node, reach, source))
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
                last = max(last, _put(queue, head, entries, node, reach))
                entries += 1
            bucket = 0
            while True:
                bucket = _full(head, bucket, last)
                if bucket > last:
                    break
                node, reach = _taken(queue, head, bucket)
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
                    if neighbour >> _NEIGHBOURHOOD != block:
                        if n_letters == len(letters):
                            letters = _roomier(letters, n_letters, 1)
                        _post(letters, inbox, n_letters, (neighbour, onward, source))
                        n_letters += 1
                        continue
                    best[neighbour], owner[neighbour] = onward, source
                    last = max(last, _put(queue, head, entries, neighbour, onward))
                    entries += 1
    _close(best)
