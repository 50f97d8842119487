"""The compiled core, first part: reached street -> convex pieces.

A street is drawn as a strip for each straight stretch and a wedge for the outside of each bend, a node as a disc of
twelve corners: convex pieces all. Each function works on plain arrays, holds no lock and runs uncompiled too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sharemap.reach.compiled import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["pieces_of"]

_CORNERS = 12  # of a disc, drawn around it: an arc of 25 m is never less and up to 0.88 m more
_STRAIGHT = 1e-6  # a bend of less is none


@jit
def _bend(
    corners: NDArray[np.float64],
    c: int,
    vertex: tuple[float, float],
    normals: tuple[float, float, float, float],
) -> int:  # pragma: no cover  compiled
    """Write the outside of a bend, tangents around the arc, and return the corners written; 0 if it is straight."""
    ax, ay, bx, by = normals
    turn = np.arctan2(ax * by - ay * bx, ax * bx + ay * by)
    if abs(turn) < _STRAIGHT:
        return 0
    if turn > 0:  # the outside is to the right
        ax, ay = -ax, -ay
    else:
        ax, ay, bx, by, turn = bx, by, ax, ay, -turn
    if turn > 0 and ax * by - ay * bx < 0:
        bx, by = -bx, -by
    parts = int(np.ceil(turn / (2.0 * np.pi / _CORNERS)))
    step = turn / parts
    out = 1.0 / np.cos(step / 2.0)
    corners[c, 0], corners[c, 1] = vertex
    corners[c + 1, 0], corners[c + 1, 1] = vertex[0] + ax, vertex[1] + ay
    for k in range(parts):
        cos, sin = out * np.cos((k + 0.5) * step), out * np.sin((k + 0.5) * step)
        corners[c + 2 + k, 0] = vertex[0] + cos * ax - sin * ay
        corners[c + 2 + k, 1] = vertex[1] + sin * ax + cos * ay
    corners[c + 2 + parts, 0], corners[c + 2 + parts, 1] = vertex[0] + bx, vertex[1] + by
    return parts + 3


@jit
def _half_width(
    part: tuple[float, float, float, float, float, float, float], at: float
) -> float:  # pragma: no cover  compiled
    """Half-width of a part at a distance along its street: never more than the walk that is left there."""
    start, stop, width, left_start, left_stop, rate_start, rate_stop = part
    from_start = left_start + (at - start) * rate_start
    from_stop = left_stop + (stop - at) * rate_stop
    return max(min(width, from_start, from_stop), 0.0)


@jit
def _bent_at(
    part: tuple[float, float, float, float, float, float, float], breaks: NDArray[np.float64]
) -> int:  # pragma: no cover  compiled
    """Write, in order, where along a part its half-width begins to grow or shrink; how many there are."""
    start, stop, width, left_start, left_stop, rate_start, rate_stop = part
    n = 0
    first = start + (width - left_start) / rate_start if left_start < width else start
    last = stop - (width - left_stop) / rate_stop if left_stop < width else stop
    if first > last:  # it is nowhere as wide
        first = (left_stop - left_start + start * rate_start + stop * rate_stop) / (rate_start + rate_stop)
        last = first
    if start < first < stop:
        breaks[n] = first
        n += 1
    if start < last < stop and last > first:
        breaks[n] = last
        n += 1
    return n


@jit
def pieces_of(  # noqa: C901, PLR0915  one loop along a street; split, a dozen numbers would be passed around
    lines: tuple[NDArray[np.float64], NDArray[np.int64]],
    edge: NDArray[np.int64],
    parts: NDArray[np.float64],
    discs: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:  # pragma: no cover  compiled
    """Return the convex pieces of reached street: corners, counter-clockwise, and where each piece begins.

    Parameters
    ----------
    lines
        Coordinates of all streets, and where each street begins in them.
    edge
        Street of each part.
    parts
        For each part the distances along its street where it begins and ends; its half-width; the walk that is left
        at its two ends; and how much of the walk a metre from each end inwards gives back.
    discs
        Centre x, y and radius.
    """
    xy, first = lines
    room = 0
    for number in range(len(edge)):
        room += first[edge[number] + 1] - first[edge[number]]
    corners = np.empty(((7 + _CORNERS // 2) * room + 8 * len(edge) + _CORNERS * len(discs), 2))
    begins = np.empty(2 * room + 2 * len(edge) + len(discs) + 1, dtype=np.int64)
    breaks = np.empty(2)
    begins[0] = 0
    n = c = 0
    for number in range(len(edge)):
        part = (
            parts[number, 0],
            parts[number, 1],
            parts[number, 2],
            parts[number, 3],
            parts[number, 4],
            parts[number, 5],
            parts[number, 6],
        )
        n_breaks = _bent_at(part, breaks)
        run = normal_x = normal_y = 0.0
        joined = False
        for i in range(first[edge[number]], first[edge[number] + 1] - 1):
            ax, ay, bx, by = xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1]
            length = np.hypot(bx - ax, by - ay)
            if length <= 0.0:
                continue
            low, high = max(part[0] - run, 0.0) / length, min(part[1] - run, length) / length
            if high > low:
                old_x, old_y = normal_x, normal_y
                normal_x, normal_y = (ay - by) / length, (bx - ax) / length
                if joined and low == 0.0:
                    h = _half_width(part, run)
                    more = _bend(corners, c, (ax, ay), (h * old_x, h * old_y, h * normal_x, h * normal_y))
                    if more > 0 and h > 0.0:
                        c += more
                        n += 1
                        begins[n] = c
                joined = high == 1.0
                at = low
                for k in range(n_breaks + 1):
                    to = high if k == n_breaks else (breaks[k] - run) / length
                    to = min(to, high)
                    if to <= at:
                        continue
                    # this form is exact at both ends
                    sx, sy = ax * (1.0 - at) + bx * at, ay * (1.0 - at) + by * at
                    ex, ey = ax * (1.0 - to) + bx * to, ay * (1.0 - to) + by * to
                    hs, he = _half_width(part, run + at * length), _half_width(part, run + to * length)
                    corners[c, 0], corners[c, 1] = sx - hs * normal_x, sy - hs * normal_y
                    corners[c + 1, 0], corners[c + 1, 1] = ex - he * normal_x, ey - he * normal_y
                    corners[c + 2, 0], corners[c + 2, 1] = ex + he * normal_x, ey + he * normal_y
                    corners[c + 3, 0], corners[c + 3, 1] = sx + hs * normal_x, sy + hs * normal_y
                    c += 4
                    n += 1
                    begins[n] = c
                    at = to
            run += length
    for disc in range(len(discs)):
        for k in range(_CORNERS):
            angle = 2.0 * np.pi * (k + 0.5) / _CORNERS
            radius = discs[disc, 2] / np.cos(np.pi / _CORNERS)
            corners[c, 0] = discs[disc, 0] + radius * np.cos(angle)
            corners[c, 1] = discs[disc, 1] + radius * np.sin(angle)
            c += 1
        n += 1
        begins[n] = c
    return corners[:c], begins[: n + 1]
