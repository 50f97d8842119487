"""Cutting many lines at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["substrings"]


def substrings(
    lines: NDArray[Any],
    which: NDArray[np.integer[Any]],
    start: NDArray[np.float64],
    stop: NDArray[np.float64],
) -> NDArray[Any]:
    """Cut a piece out of each of many LineStrings, exactly, without a Python loop.

    Parameters
    ----------
    lines
        LineStrings.
    which
        For each piece the position of its line; a line may be cut more than once or not at all.
    start, stop
        For each piece the distances along its line between which it lies, ``0 <= start <= stop <= length``;
        values outside are brought to the ends.

    Returns
    -------
    One LineString a piece; one of length zero (twice the same point) where ``start == stop``.

    Examples
    --------
    >>> bent = np.array([shapely.LineString([(0, 0), (10, 0), (10, 10)])])
    >>> substrings(bent, np.array([0, 0]), np.array([4.0, 12.0]), np.array([15.0, 13.0])).tolist()
    [<LINESTRING (4 0, 10 0, 10 5)>, <LINESTRING (10 2, 10 3)>]
    """
    if len(which) == 0:
        return np.empty(0, dtype=object)
    used, piece_line = np.unique(which, return_inverse=True)
    xy, owner = shapely.get_coordinates(lines[used], return_index=True)
    first = np.searchsorted(owner, np.arange(len(used)))
    last = np.append(first[1:], len(xy)) - 1
    step = np.zeros(len(xy))
    step[1:] = np.hypot(*np.diff(xy, axis=0).T)
    step[first] = 0.0
    run = np.cumsum(step)  # metres over all lines laid end to end; millimetres are safe up to 10^9 km
    low = np.clip(run[first][piece_line] + start, run[first][piece_line], run[last][piece_line])
    high = np.clip(run[first][piece_line] + stop, low, run[last][piece_line])
    begin = np.clip(np.searchsorted(run, low, side="right"), first[piece_line] + 1, last[piece_line])
    end = np.clip(np.searchsorted(run, high, side="left"), begin, last[piece_line])
    inner = end - begin  # vertices strictly between: begin .. end - 1
    size = inner + 2
    at = np.cumsum(size) - size
    out = np.empty((int(size.sum()), 2))
    nth = np.arange(int(inner.sum())) - np.repeat(np.cumsum(inner) - inner, inner)
    out[np.repeat(at + 1, inner) + nth] = xy[np.repeat(begin, inner) + nth]
    out[at] = _on_segment(xy, run, begin, low)
    out[at + size - 1] = _on_segment(xy, run, end, high)
    return np.asarray(shapely.linestrings(out, indices=np.repeat(np.arange(len(which)), size)))


def _on_segment(
    xy: NDArray[np.float64], run: NDArray[np.float64], vertex: NDArray[np.intp], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Point at distance `at` on the segment that ends at `vertex`."""
    length = run[vertex] - run[vertex - 1]
    share = np.divide(at - run[vertex - 1], length, out=np.zeros(len(at)), where=length > 0)
    share = np.clip(share, 0.0, 1.0)[:, None]
    # this form is exact at both ends
    return np.asarray(xy[vertex - 1] * (1.0 - share) + xy[vertex] * share)
