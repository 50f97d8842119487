"""Where the places stand: planted villages, traps, and everything else.

The walks that make a village are at most 320 m here and those that must not at least 500 m, so that the truth
holds for any reasonable reading of "400 m of walking".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.ward.shapes import to_metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.ward.walks import Ground

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

__all__ = ["Board", "Seat"]

NEAR = 320.0
NOT_NEAR = 500.0
ALONE = 540.0
VILLAGES_APART = 950.0
_LINK, _STEP = 230.0, 100.0  # shortest first walk of a chain, and beside a barrier
_CROW = 370.0  # across the barrier, as the crow flies
_APART = 60.0  # as the crow flies, so that two places are never taken for one building
_SUPPORT_APART = 50.0


@dataclass(frozen=True)
class Seat:
    """A place: the spot it takes (or the roadside before it) and its group ('' for the rest)."""

    spot: int
    group: str
    kerb: bool


class Board:
    """Places put down so far, and the rules for the next one."""

    def __init__(self, ground: Ground, rng: np.random.Generator) -> None:
        spots = ground.spots
        self.ground = ground
        self.rng = rng
        self.seats: list[Seat] = []
        self._walks: dict[int, Floats] = {}  # by seat; the roadside needs none
        self._apart = np.full(len(spots.xy), np.inf)  # from each building, and from the roadside before it,
        self._apart_kerb = np.full(len(spots.xy), np.inf)  # to the nearest place
        self._crowded = np.zeros(len(spots.xy), dtype=bool)  # reached by two singles that reach each other
        self._taken = np.zeros(len(spots.xy), dtype=bool)  # near a village or a trap

    def add(self, spot: int, group: str = "", *, space: bool = True, kerb: bool = False) -> int:
        """Put a place on a spot, or at the roadside before it; returns its number."""
        spots, seat = self.ground.spots, len(self.seats)
        here = (spots.kerb if kerb else spots.xy)[spot]
        self._apart = np.minimum(self._apart, self._crow(here))
        self._apart_kerb = np.minimum(self._apart_kerb, np.hypot(*(spots.kerb - here).T))
        self.seats.append(Seat(spot, group, kerb))
        if space:
            walks = self.ground.walks_from(spot)
            if group:
                self._taken |= walks < ALONE
            for other, far in self._walks.items():
                if not group and not self.seats[other].group and far[spot] < NOT_NEAR:
                    self._crowded |= (far < NOT_NEAR) & (walks < NOT_NEAR)
            self._walks[seat] = walks
        return seat

    def near(self, flat: tuple[float, float]) -> Floats:
        """Metres from a point of the flat plan to each spot, as the crow flies."""
        return self._crow(to_metric(np.array([flat]))[0])

    def open(self, group: str = "") -> Mask:
        """Spots where a shared space of a group (or a single one) may stand."""
        ok: Mask = self._apart >= _APART
        if not group:
            return ok & ~self._taken & ~self._crowded
        for seat, walks in self._walks.items():
            other = self.seats[seat].group
            if other != group:
                both = group.startswith("village") and other.startswith("village")
                ok = ok & (walks >= (VILLAGES_APART if both else ALONE))
        return ok

    def open_for_support(self, *, kerb: bool) -> Mask:
        """Spots where a service that makes no village may stand."""
        return (self._apart_kerb if kerb else self._apart) >= _SUPPORT_APART

    def choose(self, ok: Mask, *, weight: Floats | None = None, odds: Floats | None = None) -> int:
        """Pick a spot: the lowest weight, or one at random, by its odds where they are given."""
        chosen = np.flatnonzero(ok)
        if not chosen.size:
            msg = "the sample plan has no room left; change the plan or the seed"
            raise ValueError(msg)
        if weight is None:
            share = None if odds is None else odds[chosen] / odds[chosen].sum()
            return int(self.rng.choice(chosen, p=share))
        return int(chosen[np.argmin(weight[chosen])])

    def cluster(
        self, group: str, size: int, flat: tuple[float, float], *, walk: tuple[float, float] = (110.0, NEAR)
    ) -> list[int]:
        """Plant places that are all within reach of each other."""
        for first in self._by(flat, group):
            spots, ok = [first], self.open(group)
            if size > 2:  # noqa: PLR2004  a pair may use the whole length
                ok = ok & (self.ground.walks_from(first) < 0.72 * walk[1])
            while True:
                far = self.ground.walks_from(spots[-1])
                ok = ok & (far >= walk[0]) & (far <= walk[1])
                ok = ok & (self._crow(self.ground.spots.xy[spots[-1]]) >= _APART)
                if len(spots) == size:
                    return [self.add(spot, group) for spot in spots]
                if not ok.any():
                    break
                spots.append(self.choose(ok))
        msg = "the sample plan has no room for a cluster"
        raise ValueError(msg)

    def chain(self, group: str, flat: tuple[float, float]) -> list[int]:
        """Plant three places of which the first and the last are too far apart."""
        for first in self._by(flat, group):
            start = self.ground.walks_from(first)
            for middle in self._some(self.open(group) & (start > _LINK) & (start <= NEAR)):
                ok = self.open(group) & (self.ground.walks_from(middle) <= NEAR) & (start >= NOT_NEAR)
                ok &= self._crow(self.ground.spots.xy[middle]) >= _APART
                if ok.any():
                    return [self.add(spot, group) for spot in (first, middle, self.choose(ok))]
        msg = "the sample plan has no room for a chain"
        raise ValueError(msg)

    def barrier(self, group: str, flat: tuple[float, float]) -> list[int]:
        """Plant three places near each other as the crow flies, one of them across a river or a railway."""
        xy = self.ground.spots.xy
        for first in self._by(flat, group):
            start = self.ground.walks_from(first)
            for second in self._some(self.open(group) & (start > _STEP) & (start <= NEAR)):
                other = self.ground.walks_from(second)
                far = np.maximum(self._crow(xy[first]), self._crow(xy[second]))
                ok = self.open(group) & (far < _CROW) & (start >= NOT_NEAR) & (other >= NOT_NEAR)
                if ok.any():
                    return [self.add(spot, group) for spot in (first, second, self.choose(ok, weight=far))]
        msg = "the sample plan has no room at the barrier"
        raise ValueError(msg)

    def _by(self, flat: tuple[float, float], group: str) -> Sequence[int]:
        away = np.where(self.open(group), self.near(flat), np.inf)
        return [int(spot) for spot in np.argsort(away, kind="stable")[:40]]

    def _some(self, ok: Mask) -> Sequence[int]:
        chosen = np.flatnonzero(ok)
        return [int(spot) for spot in self.rng.permutation(chosen)[:12]]

    def _crow(self, xy: Floats) -> Floats:
        return np.asarray(np.hypot(*(self.ground.spots.xy - xy).T))
