"""Where the pairs of walks are written: on pages that are used again, and from there into the arrays they end in.

A city has tens of millions of pairs. Fresh memory costs a system more than the walks that fill it, so pairs are
listed for some thousand sites at a time: the pages are the same for all of them and only the result grows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sharemap.reach.engine import function, in_threads

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Notebook", "Part", "Rows"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Part = tuple[Int64, Int32, Int32]

_MORE_THAN_SO_FAR = 1.25


class Notebook:
    """Pages for pairs, one after the other; from the first again when nobody reads them any more.

    Pages come from numpy, which asks the system for large pages of memory; compiled code does not.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._pages: list[tuple[Int32, Int32]] = []
        self.again()

    def again(self) -> None:
        """Write on the first page again. Whatever was written is lost."""
        self._page = self._filled = 0

    def turn(self) -> None:
        """Take the next page."""
        self._page += 1
        self._filled = 0

    def free(self) -> tuple[Int32, Int32]:
        """Return what nobody has written on."""
        if self._page == len(self._pages):
            self._pages.append((np.empty(self._size, dtype=np.int32), np.empty(self._size, dtype=np.int32)))
        nodes, costs = self._pages[self._page]
        return nodes[self._filled :], costs[self._filled :]

    def written(self, rows: Int64) -> Part:
        """Keep the rows that were written on the front of :meth:`free`, and return them."""
        nodes, costs = (free[: rows[-1]] for free in self.free())
        self._filled += int(rows[-1])
        return rows, nodes, costs


class Rows:
    """A CSR that grows by many rows at a time, in place as long as the rows to come are like those that came."""

    def __init__(self, n_rows: int) -> None:
        self._starts = np.zeros(n_rows + 1, dtype=np.int64)
        self._done = 0
        self._nodes, self._costs = (np.empty(0, dtype=np.int32) for _ in range(2))

    def add(self, parts: Sequence[Part], order: npt.NDArray[np.integer]) -> None:
        """Add the rows of the parts; row ``i`` of them all becomes row ``order[i]`` of those that are added."""
        if not parts:
            return
        begin, end = self._done, self._done + len(order)
        starts = self._starts[begin : end + 1]
        starts[1 + order] = np.concatenate([np.diff(rows) for rows, _, _ in parts])
        np.cumsum(starts, out=starts)
        self._done = end
        self._make_room(int(starts[-1]))
        to = starts[order]
        rows_before = np.cumsum([0] + [len(rows) - 1 for rows, _, _ in parts])
        place = function("placed", parts[0], to, self._nodes, self._costs)

        def task(part: slice) -> None:
            number = part.start
            place(parts[number], to[rows_before[number] : rows_before[number + 1]], self._nodes, self._costs)

        in_threads(task, len(parts), at_least=1, at_most=1)

    def csr(self) -> Part:
        """Return the starts of the rows and the two arrays. Nothing can be added afterwards."""
        nodes, costs = self._nodes, self._costs
        for array in (nodes, costs):
            array.resize(int(self._starts[self._done]), refcheck=False)
        return self._starts, nodes, costs

    def _make_room(self, needed: int) -> None:
        if needed <= len(self._nodes):
            return
        n_rows = len(self._starts) - 1
        ahead = 0 if self._done == n_rows else int(_MORE_THAN_SO_FAR * needed / self._done * n_rows)
        try:
            # untouched memory costs nothing: too much room is cheaper than a copy
            self._grow(max(needed, ahead))
        except MemoryError:  # the first sites reached far more than the others will
            self._grow(needed)

    def _grow(self, size: int) -> None:
        self._nodes, self._costs = (_longer(array, size) for array in (self._nodes, self._costs))


def _longer(array: Int32, size: int) -> Int32:
    longer = np.empty(size, dtype=np.int32)
    longer[: len(array)] = array
    return longer
