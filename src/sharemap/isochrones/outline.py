"""The compiled core, second part: convex pieces -> the outline of their union.

The outline is what is left of the pieces' sides when what lies in other pieces is cut away; a line is cut by a convex
polygon with Cyrus and Beck's algorithm. The ends of what is left are joined to rings by place. One pass, no matter how
many pieces overlap, and all of a city at once.

Sides that (nearly) coincide are decided by rule, not by rounding: two that run against each other, pieces back to
back, vanish both; of two that run the same way that of the lower piece stays.

Each function works on plain arrays, holds no lock and runs uncompiled too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sharemap.reach.compiled import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["outline_of"]

_CELL_M = 24.0
_PARALLEL = 1e-6  # sine of an angle between sides that count as parallel
_HAIR_M = 1e-6  # sides that are parallel and this close coincide
_SHORT_M = 2e-5  # what is shorter is not drawn
_JOIN_M = 1e-4  # ends this close are one corner
_MOST = 64  # parts of one side that are left at a time


@jit
def _bounds(
    corners: NDArray[np.float64], begins: NDArray[np.int64]
) -> NDArray[np.float64]:  # pragma: no cover  compiled
    bounds = np.empty((len(begins) - 1, 4))
    for piece in range(len(begins) - 1):
        x0 = y0 = np.inf
        x1 = y1 = -np.inf
        for k in range(begins[piece], begins[piece + 1]):
            x0, x1 = min(x0, corners[k, 0]), max(x1, corners[k, 0])
            y0, y1 = min(y0, corners[k, 1]), max(y1, corners[k, 1])
        bounds[piece, 0], bounds[piece, 1] = x0 - _HAIR_M, y0 - _HAIR_M
        bounds[piece, 2], bounds[piece, 3] = x1 + _HAIR_M, y1 + _HAIR_M
    return bounds


@jit
def _filed(
    bounds: NDArray[np.float64],
) -> tuple[
    tuple[float, float, float, int], NDArray[np.int64], NDArray[np.int32]
]:  # pragma: no cover  compiled
    """File pieces by the cells of a grid that they touch: the grid, where each cell begins, the pieces."""
    x0 = y0 = np.inf
    x1 = y1 = -np.inf
    for piece in range(len(bounds)):
        x0, y0 = min(x0, bounds[piece, 0]), min(y0, bounds[piece, 1])
        x1, y1 = max(x1, bounds[piece, 2]), max(y1, bounds[piece, 3])
    # streets far apart must not make an endless empty grid
    side = max(_CELL_M, np.sqrt((x1 - x0) * (y1 - y0) / (16.0 * len(bounds) + 4096.0)))
    wide, high = int((x1 - x0) / side) + 1, int((y1 - y0) / side) + 1
    starts = np.zeros(wide * high + 2, dtype=np.int64)
    members = np.empty(0, dtype=np.int32)
    for filling in range(2):
        for piece in range(len(bounds)):
            for row in range(int((bounds[piece, 1] - y0) / side), int((bounds[piece, 3] - y0) / side) + 1):
                left = int((bounds[piece, 0] - x0) / side)
                for column in range(left, int((bounds[piece, 2] - x0) / side) + 1):
                    cell = row * wide + column
                    if filling:
                        members[starts[cell + 1]] = piece
                        starts[cell + 1] += 1
                    else:
                        starts[cell + 2] += 1
        if not filling:
            for cell in range(1, wide * high + 2):
                starts[cell] += starts[cell - 1]
            members = np.empty(starts[wide * high + 1], dtype=np.int32)
    return (x0, y0, side, wide), starts, members


@jit
def _directions(
    corners: NDArray[np.float64], begins: NDArray[np.int64]
) -> NDArray[np.float64]:  # pragma: no cover  compiled
    """Return the unit vector along the side that begins at each corner, and its length; zeros if it has none."""
    sides = np.zeros((len(corners), 3))
    for piece in range(len(begins) - 1):
        for k in range(begins[piece], begins[piece + 1]):
            following = k + 1 if k + 1 < begins[piece + 1] else begins[piece]
            x, y = corners[following, 0] - corners[k, 0], corners[following, 1] - corners[k, 1]
            length = np.sqrt(x * x + y * y)
            if length > 0.0:
                sides[k, 0], sides[k, 1], sides[k, 2] = x / length, y / length, length
    return sides


@jit
def _hidden(
    side: tuple[float, float, float, float, float],
    piece: tuple[NDArray[np.float64], NDArray[np.float64], int, int],
    lower: bool,  # noqa: FBT001  compiled code takes no keywords
) -> tuple[float, float]:  # pragma: no cover  compiled
    """Return from where to where, as shares of its length, a side lies in a piece; empty when it does not."""
    ax, ay, along_x, along_y, length = side
    corners, sides, begin, end = piece
    low, high = 0.0, 1.0
    for k in range(begin, end):
        x, y = sides[k, 0], sides[k, 1]
        if x == 0.0 and y == 0.0:
            continue
        # metres to the left of the piece's side, at the beginning and gained on the way
        inside = x * (ay - corners[k, 1]) - y * (ax - corners[k, 0])
        gain = (x * along_y - y * along_x) * length
        if abs(gain) < _PARALLEL * length:
            if lower or x * along_x + y * along_y < 0:
                inside += _HAIR_M
            else:
                inside -= _HAIR_M
        if inside + gain <= 0.0 and inside <= 0.0:
            return 1.0, 0.0
        if inside < 0.0:
            low = max(low, -inside / gain)
        elif inside + gain < 0.0:
            high = min(high, -inside / gain)
        if high <= low:
            return 1.0, 0.0
    return low, high


@jit
def _cut(left: NDArray[np.float64], n: int, low: float, high: float) -> int:  # pragma: no cover  compiled
    """Take low..high out of the n parts that are left of a side; how many are left then, -1 for too many."""
    kept = 0
    extra_low = extra_high = -1.0
    for i in range(n):
        a, b = left[i, 0], left[i, 1]
        if high <= a or low >= b:
            left[kept, 0], left[kept, 1] = a, b
            kept += 1
        elif low > a:
            left[kept, 0], left[kept, 1] = a, low
            kept += 1
            if high < b:
                extra_low, extra_high = high, b
        elif high < b:
            left[kept, 0], left[kept, 1] = high, b
            kept += 1
    if extra_low >= 0.0:
        if kept == _MOST:
            return -1
        left[kept, 0], left[kept, 1] = extra_low, extra_high
        kept += 1
    return kept


@jit
def _roomier(found: NDArray[np.float64]) -> NDArray[np.float64]:  # pragma: no cover  compiled
    """Return the rows in an array of twice the length; a loop compiles in a tenth of the time of a slice."""
    more = np.empty((2 * len(found), 4))
    for i in range(len(found)):
        for k in range(4):
            more[i, k] = found[i, k]
    return more


@jit
def _visible(  # noqa: C901, PLR0912  one hot loop
    corners: NDArray[np.float64], begins: NDArray[np.int64]
) -> NDArray[np.float64]:  # pragma: no cover  compiled
    """Return the parts of all sides that lie in no other piece: x, y of their two ends."""
    bounds, directions = _bounds(corners, begins), _directions(corners, begins)
    (x0, y0, cell_m, wide), starts, members = _filed(bounds)
    found = np.empty((1024, 4))
    n_found = 0
    left = np.empty((_MOST, 2))
    asked = np.full(len(begins) - 1, -1, dtype=np.int64)
    for piece in range(len(begins) - 1):
        for k in range(begins[piece], begins[piece + 1]):
            following = k + 1 if k + 1 < begins[piece + 1] else begins[piece]
            ax, ay, bx, by = corners[k, 0], corners[k, 1], corners[following, 0], corners[following, 1]
            along_x, along_y, length = directions[k, 0], directions[k, 1], directions[k, 2]
            if length <= _SHORT_M:
                continue
            left[0, 0], left[0, 1] = 0.0, 1.0
            n = 1
            low_x, high_x, low_y, high_y = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
            for row in range(int((low_y - y0) / cell_m), int((high_y - y0) / cell_m) + 1):
                for column in range(int((low_x - x0) / cell_m), int((high_x - x0) / cell_m) + 1):
                    cell = row * wide + column
                    for member in range(starts[cell], starts[cell + 1]):
                        other = members[member]
                        if other == piece or asked[other] == k:
                            continue
                        asked[other] = k
                        if (
                            bounds[other, 0] > high_x
                            or bounds[other, 2] < low_x
                            or bounds[other, 1] > high_y
                            or bounds[other, 3] < low_y
                        ):
                            continue
                        low, high = _hidden(
                            (ax, ay, along_x, along_y, length),
                            (corners, directions, begins[other], begins[other + 1]),
                            other < piece,
                        )
                        if low < high:
                            n = _cut(left, n, low, high)
                            if n <= 0:
                                break
                    if n <= 0:
                        break
                if n <= 0:
                    break
            if n < 0:
                found[0, 0] = np.nan
                return found[:1]
            for i in range(n):
                if (left[i, 1] - left[i, 0]) * length <= _SHORT_M:
                    continue
                if n_found == len(found):
                    found = _roomier(found)
                for end in range(2):
                    share = left[i, end]
                    found[n_found, 2 * end] = ax * (1.0 - share) + bx * share
                    found[n_found, 2 * end + 1] = ay * (1.0 - share) + by * share
                n_found += 1
    return found[:n_found]


@jit
def _next(
    sides: NDArray[np.float64], order: NDArray[np.int64], reachable: NDArray[np.int64]
) -> NDArray[np.int64]:  # pragma: no cover  compiled
    """Return for each part of a side the one that begins where it ends, -1 where there is none.

    Parameters
    ----------
    sides
        Ends of the parts.
    order
        Parts by the x of their beginning.
    reachable
        For each part where in `order` those begin that may follow it.
    """
    n = len(sides)
    following = np.empty(n, dtype=np.int64)
    taken = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        following[i] = -1
        at = reachable[i]
        nearest = np.inf
        while at < n and sides[order[at], 0] <= sides[i, 2] + _JOIN_M:
            j = order[at]
            apart = np.hypot(sides[j, 0] - sides[i, 2], sides[j, 1] - sides[i, 3])
            if apart <= _JOIN_M and apart < nearest and not taken[j] and j != i:
                nearest = apart
                following[i] = j
            at += 1
        if following[i] >= 0:
            taken[following[i]] = True
    return following


def outline_of(
    corners: NDArray[np.float64], begins: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the closed rings around the union of convex pieces, which lies to their left.

    Returns
    -------
    Coordinates, where each ring begins in them, and the area of each ring, negative for holes. Where rounding left
    an outline open, one ring of no corners: do it another way.
    """
    failed = np.empty((0, 2)), np.zeros(2, dtype=np.int64), np.zeros(1)
    sides = _visible(corners, begins)
    if len(sides) == 0 or np.isnan(sides[0, 0]):
        return failed
    order = np.argsort(sides[:, 0], kind="stable")  # here, because compiling a sort takes seconds
    following = _next(sides, order, np.searchsorted(sides[order, 0], sides[:, 2] - _JOIN_M))
    return failed if following.min() < 0 else _rings(sides, following)


@jit
def _rings(
    sides: NDArray[np.float64], following: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:  # pragma: no cover  compiled
    """Return the rings that parts of sides make, one after the other."""
    n = len(sides)
    xy, starts, areas = np.empty((2 * n, 2)), np.empty(n + 1, dtype=np.int64), np.empty(n)
    c = rings = 0
    seen = np.zeros(n, dtype=np.bool_)
    for first in range(n):
        if seen[first]:
            continue
        begin, i, area = c, first, 0.0
        while not seen[i]:
            seen[i] = True
            xy[c, 0], xy[c, 1] = sides[i, 0], sides[i, 1]
            c += 1
            i = following[i]
        xy[c, 0], xy[c, 1] = xy[begin, 0], xy[begin, 1]
        c += 1
        for k in range(begin, c - 1):
            area += (xy[k, 0] - xy[begin, 0]) * (xy[k + 1, 1] - xy[begin, 1])
            area -= (xy[k + 1, 0] - xy[begin, 0]) * (xy[k, 1] - xy[begin, 1])
        if c - begin < 4:  # noqa: PLR2004  no area
            c = begin
            continue
        starts[rings], areas[rings] = begin, area / 2.0
        rings += 1
    starts[rings] = c
    return xy[:c], starts[: rings + 1], areas[:rings]
