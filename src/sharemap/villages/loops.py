"""The shortest closed walk through all places of a village."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EXACT_LOOP_PLACES", "Loop", "shortest_loop"]

#: Up to this many places the loop is exact (2**15 x 15 x 15 steps); above, it is the best local optimum.
EXACT_LOOP_PLACES = 16


@dataclass(frozen=True)
class Loop:
    """A closed walk.

    Attributes
    ----------
    order
        Positions in the order of the walk, from position 0; its second is smaller than its last.
    length_mm
        Whole millimetres.
    exact
        Whether it is known to be the shortest.
    """

    order: tuple[int, ...]
    length_mm: int
    exact: bool


def shortest_loop(walk_mm: NDArray[np.int64], *, exact_up_to: int = EXACT_LOOP_PLACES) -> Loop:
    """Return the shortest closed walk through all places; of equally short ones the first in the order of positions.

    Exact for up to `exact_up_to` places by the dynamic programme of Held and Karp (1962). For more, the best
    of the walks that 2-opt makes of the nearest-neighbour walks from every place, and ``exact`` is false.

    Parameters
    ----------
    walk_mm
        Symmetric matrix, whole millimetres.
    exact_up_to
        Largest number of places for the exact answer.

    Examples
    --------
    >>> shortest_loop(np.array([[0, 1, 9, 1], [1, 0, 1, 9], [9, 1, 0, 1], [1, 9, 1, 0]]))
    Loop(order=(0, 1, 2, 3), length_mm=4, exact=True)
    """
    count = len(walk_mm)
    if count <= 2:  # noqa: PLR2004  there and back
        return Loop(tuple(range(count)), 2 * int(walk_mm[0, -1]) if count else 0, exact=True)
    if count <= exact_up_to:
        order = _held_karp(walk_mm)
    else:
        tours = (_two_opt(_nearest_first(walk_mm, start), walk_mm) for start in range(count))
        order = min((_length(tour, walk_mm), tour) for tour in map(_from_zero, tours))[1]
    return Loop(order, _length(order, walk_mm), exact=count <= exact_up_to)


def _length(order: tuple[int, ...], walk_mm: NDArray[np.int64]) -> int:
    at = np.asarray(order)
    return int(walk_mm[at, np.roll(at, -1)].sum())


def _held_karp(walk_mm: NDArray[np.int64]) -> tuple[int, ...]:
    """``home[S, j]`` is the shortest way from place j through all places of the set S to place 0."""
    others = len(walk_mm) - 1
    between = walk_mm[1:, 1:]
    sets = np.arange(1 << others)
    sizes = np.bitwise_count(sets)
    home = np.full((1 << others, others), np.iinfo(np.int64).max // 2, dtype=np.int64)
    home[0] = walk_mm[1:, 0]
    for size in range(1, others):
        of_size = sets[sizes == size]
        for first in range(others):
            holding = of_size[(of_size >> first) & 1 == 1]
            by_first = between[:, first] + home[holding ^ (1 << first), first][:, None]
            home[holding] = np.minimum(home[holding], by_first)
    order, rest, here = [0], (1 << others) - 1, walk_mm[0, 1:]
    while rest:
        steps = {j: int(here[j] + home[rest ^ (1 << j), j]) for j in range(others) if rest >> j & 1}
        chosen = min(steps, key=lambda j: (steps[j], j))
        order.append(chosen + 1)
        rest ^= 1 << chosen
        here = between[chosen]
    return tuple(order)


def _nearest_first(walk_mm: NDArray[np.int64], start: int) -> list[int]:
    order, rest = [start], set(range(len(walk_mm))) - {start}
    while rest:
        order.append(min(rest, key=lambda place: (int(walk_mm[order[-1], place]), place)))
        rest.remove(order[-1])
    return order


def _two_opt(order: list[int], walk_mm: NDArray[np.int64]) -> list[int]:
    """Reverse stretches while that shortens the walk."""
    at = np.asarray(order)
    count = len(at)
    i, j = np.triu_indices(count, k=1)
    while True:
        before_i, after_j = at[i - 1], at[(j + 1) % count]
        saved = (
            walk_mm[before_i, at[i]]
            + walk_mm[at[j], after_j]
            - walk_mm[before_i, at[j]]
            - walk_mm[at[i], after_j]
        )
        saved[(i == 0) & (j == count - 1)] = 0
        best = int(np.argmax(saved))
        if saved[best] <= 0:
            return [int(place) for place in at]
        at[i[best] : j[best] + 1] = at[i[best] : j[best] + 1][::-1].copy()


def _from_zero(order: list[int]) -> tuple[int, ...]:
    start = order.index(0)
    turned = order[start:] + order[:start]
    return tuple(turned if turned[1] < turned[-1] else [turned[0], *turned[:0:-1]])
