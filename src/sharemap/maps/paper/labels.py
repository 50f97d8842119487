"""Where labels go so that none covers another: first come, first served, always in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Room", "beside", "circled"]

Spot = tuple[float, float]


class Room:
    """The room that is left on a map, millimetres from its top left corner.

    Parameters
    ----------
    width, height
        Of the map.

    Examples
    --------
    >>> room = Room(100.0, 50.0)
    >>> room.place((20.0, 5.0), [(50.0, 25.0)]), room.place((20.0, 5.0), [(55.0, 25.0), (50.0, 32.0)])
    ((50.0, 25.0), (50.0, 32.0))
    """

    def __init__(self, width: float, height: float) -> None:
        self._size = (width, height)
        self._taken = np.empty((0, 4))
        self._shunned = np.empty((0, 2))

    def take(self, left: float, top: float, right: float, bottom: float) -> None:
        """Keep a rectangle free of labels."""
        self._taken = np.vstack([self._taken, (left, top, right, bottom)])

    def shun(self, points: NDArray[np.float64]) -> None:
        """Keep labels off some points where there is another spot for them."""
        self._shunned = np.vstack([self._shunned, points])

    def place(
        self, size: tuple[float, float], spots: Iterable[Spot], *, gap: float = 0.4, mind: bool = True
    ) -> Spot | None:
        """Take the first of some spots, centres of a label, where it covers nothing; nothing where there is none.

        Parameters
        ----------
        size
            Width and height of the label.
        spots
            Where it may go, best first.
        gap
            How far it stays from others.
        mind
            Whether a spot off the shunned points is better than an earlier one.
        """
        half = size[0] / 2 + gap, size[1] / 2 + gap
        boxes = [(x - half[0], y - half[1], x + half[0], y + half[1]) for x, y in spots]
        free = [box for box in boxes if self._free(box)]
        if not free:
            return None
        left, top, right, bottom = next((box for box in free if self._clear(box) or not mind), free[0])
        self.take(left, top, right, bottom)
        return (left + right) / 2, (top + bottom) / 2

    def _clear(self, box: tuple[float, float, float, float]) -> bool:
        x, y = self._shunned.T
        left, top, right, bottom = box
        return not bool(((x > left) & (x < right) & (y > top) & (y < bottom)).any())

    def _free(self, box: tuple[float, float, float, float]) -> bool:
        left, top, right, bottom = box
        if left < 0 or top < 0 or right > self._size[0] or bottom > self._size[1]:
            return False
        taken = self._taken
        crosses = (taken[:, 0] < right) & (left < taken[:, 2]) & (taken[:, 1] < bottom) & (top < taken[:, 3])
        return not bool(crosses.any())


def beside(at: Spot, size: tuple[float, float], away: float) -> list[Spot]:
    """Return centres for a label beside a point: right, left, above, below, then the corners.

    Parameters
    ----------
    at
        The point.
    size
        Width and height of the label.
    away
        Distance of its nearest edge to the point.
    """
    (x, y), (wide, high) = at, size
    right, down = wide / 2 + away, high / 2 + away
    corner = away * 0.7
    return [
        (x + right, y),
        (x - right, y),
        (x, y - down),
        (x, y + down),
        (x + wide / 2 + corner, y - high / 2 - corner),
        (x + wide / 2 + corner, y + high / 2 + corner),
        (x - wide / 2 - corner, y - high / 2 - corner),
        (x - wide / 2 - corner, y + high / 2 + corner),
    ]


def circled(at: Spot, *, step: float, rings: int = 3) -> list[Spot]:
    """Return a point and the points of rings around it, nearest first."""
    turns = np.arange(8) * (np.pi / 4)
    around = [
        (at[0] + ring * step * float(np.cos(turn)), at[1] + ring * step * float(np.sin(turn)))
        for ring in range(1, rings + 1)
        for turn in turns
    ]
    return [at, *around]
