"""How likely a building stands at a point before anybody publishes it: partly anywhere, partly where others stand.

How much of each, and how near 'near' is, the buildings themselves tell: what makes the positions of all of them likeliest
when each is left out in its turn. Buildings that stand like rain on a roof give 'anywhere' alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Prior", "Stands"]

#: Of points, ``float64[n, 2]``, whether a building can stand there.
Stands: TypeAlias = "Callable[[NDArray[np.float64]], NDArray[np.bool_]]"

_RADII_M = (150.0, 300.0, 600.0, 1200.0)
_MARGIN_M = 150.0
_TRIED = 4_000  # points that tell how much of the ground can have a building
_STEPS = 60


@dataclass(frozen=True)
class Prior:
    """Where buildings of one role stand.

    Attributes
    ----------
    xy
        The published ones.
    anywhere
        Share of them that stand anywhere; the others stand near others.
    radius_m
        How near.
    ground
        Points spread evenly over where a building can stand.
    per_m2
        One over that area.
    """

    xy: NDArray[np.float64]
    anywhere: float
    radius_m: float
    ground: NDArray[np.float64]
    per_m2: float

    @classmethod
    def of(cls, xy: NDArray[np.float64], stands: Stands, chance: np.random.Generator) -> Prior:
        """Learn it from the published positions."""
        low, extent = xy.min(axis=0) - _MARGIN_M, np.ptp(xy, axis=0) + 2 * _MARGIN_M
        tried = low + chance.random((_TRIED, 2)) * extent
        ground = tried[stands(tried)]
        ground = ground if len(ground) else xy
        per_m2 = _TRIED / (float(np.prod(extent)) * len(ground))
        best = (-np.inf, 1.0, _RADII_M[-1])
        for radius in _RADII_M:
            around = _around(xy, xy, np.arange(len(xy)), radius) / max(len(xy) - 1, 1)
            share = 0.5
            for _ in range(_STEPS):
                anywhere = share * per_m2
                share = float(np.mean(anywhere / (anywhere + (1 - share) * around)))
            fit = float(np.log(share * per_m2 + (1 - share) * around).sum())
            best = max(best, (fit, share, radius))
        return cls(xy, best[1], best[2], ground, per_m2)

    def likely(self, points: NDArray[np.float64], own: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the density at points, per square metre, for buildings that do not count themselves."""
        around = _around(self.xy, points, own, self.radius_m) / max(len(self.xy) - 1, 1)
        return self.anywhere * self.per_m2 + (1 - self.anywhere) * around

    def points(
        self, near: NDArray[np.float64], count: int, chance: np.random.Generator
    ) -> NDArray[np.float64]:
        """Draw points: anywhere, or near some of the buildings."""
        turn, far = chance.uniform(0, 2 * np.pi, count), self.radius_m * np.sqrt(chance.random(count))
        beside = near[chance.integers(0, len(near), count)]
        beside = beside + far[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        free = self.ground[chance.integers(0, len(self.ground), count)]
        return np.where((chance.random(count) < self.anywhere)[:, None], free, beside)


def _around(
    xy: NDArray[np.float64], points: NDArray[np.float64], own: NDArray[np.int64], radius: float
) -> NDArray[np.float64]:
    """Return the buildings within a radius of each point but for its own one, per square metre."""
    count = KDTree(xy).query_ball_point(points, radius, return_length=True).astype(np.float64)
    count -= np.hypot(*(points - xy[own]).T) <= radius
    return count.clip(min=0.0) / (np.pi * radius**2)
