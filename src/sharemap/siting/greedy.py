"""Sites one after the other, each where it reaches most of whom the earlier ones do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sharemap.siting.reaching import Reaching, whole_weights

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.network import WalkNetwork

__all__ = ["Chosen", "greedy", "greedy_for_each"]

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Chosen:
    """Sites in the order in which they were chosen.

    Attributes
    ----------
    candidate
        ``int64[k]``, positions of the candidates.
    gain
        ``int64[k]``, weight that each reaches of what the ones before it do not; never more than the one before.
    site
        ``int64[n_homes]``, the first of the chosen that each home reaches, -1 where there is none or the home was
        served already.
    left
        Weight that is not served and that none of them reaches.
    next_gain
        What one more site would reach of it.
    """

    candidate: Int64
    gain: Int64
    site: Int64
    left: int
    next_gain: int


def greedy(  # noqa: PLR0913  the walks, the candidates, what weighs how much, and where to stop
    streets: WalkNetwork,
    homes: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    weights: Int64,
    minutes: float,
    sites: int,
    served: npt.NDArray[np.bool_] | None = None,
    least: int = 1,
) -> Chosen:
    """Choose sites one after the other: each the candidate that reaches most of what is not reached yet.

    What the best `k` sites would reach together is at most ``1 / (1 - 1/e)`` = 1.58 times what these reach (Nemhauser,
    Wolsey and Fisher 1978). Of equals the first candidate is taken: the order of the candidates decides, and nothing
    else.

    Parameters
    ----------
    streets, homes, candidates, minutes
        As for :func:`gains`.
    weights
        Whole number of each home, 0 or more. Homes that weigh nothing have a site too.
    sites
        Choose so many; fewer when no candidate reaches anything more.
    served
        Homes that are served already: they count for nothing and have no site.
    least
        Stop before a site that would reach less than this.

    Raises
    ------
    GeometryError
        As :func:`gains`.

    Notes
    -----
    The gains of all candidates are kept, and exact after each choice: the homes that it reaches walk once more, and
    their weight is taken from all the candidates that they reach. So each home walks at most twice, there is no bound
    that would have to be looked at again, and memory grows with homes and candidates but not with their pairs.

    Examples
    --------
    Homes of 4, 3 and 2 people every 1,000 m along a street, and candidates every 500 m; 800 m are a walk:

    >>> import geopandas as gpd, numpy as np, pandas as pd
    >>> from shapely import LineString
    >>> from sharemap import network, siting
    >>> street = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:5179")
    >>> streets = network.from_lines(street)
    >>> homes = pd.DataFrame({"edge_id": 0, "offset_m": [0.0, 1000.0, 2000.0], "snap_m": 0.0})
    >>> candidates = pd.DataFrame({"edge_id": 0, "offset_m": np.arange(0.0, 2001.0, 500.0), "snap_m": 0.0})
    >>> people = np.array([4, 3, 2])
    >>> found = siting.greedy(streets, homes, candidates, weights=people, minutes=800 / 75, sites=5)
    >>> found.candidate.tolist(), found.gain.tolist(), found.site.tolist()
    ([1, 3], [7, 2], [0, 0, 1])
    """
    served = np.zeros(len(homes), dtype=bool) if served is None else np.asarray(served, dtype=bool)
    return greedy_for_each(
        *(streets, homes, candidates),
        weights=weights[None, :],
        served=served[None, :],
        minutes=minutes,
        sites=sites,
        least=least,
    )[0]


def greedy_for_each(  # noqa: PLR0913  as greedy
    streets: WalkNetwork,
    homes: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    weights: Int64,
    served: npt.NDArray[np.bool_],
    minutes: float,
    sites: int,
    least: int = 1,
) -> list[Chosen]:
    """Answer several questions about the same homes and walks, as :func:`greedy` does one after the other.

    Parameters
    ----------
    streets, homes, candidates, minutes, sites, least
        As for :func:`greedy`.
    weights, served
        A row for each question.

    Notes
    -----
    The questions do not know of each other, but the n-th sites of all of them are walked to at once, and a home that
    several questions ask about walks once.
    """
    walks = Reaching.of(streets, homes, candidates, minutes)
    weights = np.where(served, 0, whole_weights(weights, len(homes)))
    gain = walks.gains(weights)
    asked = [_Open.of(own, done) for own, done in zip(weights, served, strict=True)]
    for _ in range(sites if len(candidates) else 0):
        best = gain.argmax(axis=1)
        going = np.flatnonzero(np.take_along_axis(gain, best[:, None], axis=1)[:, 0] >= max(least, 1))
        if not len(going):
            break
        lost = np.zeros_like(weights)
        for number, reached in zip(going, walks.of_candidates(best[going]), strict=True):
            lost[number] = asked[number].chose(int(best[number]), reached)
        gain[going] -= walks.gains(lost[going])
    return [one.answer(rest) for one, rest in zip(asked, gain, strict=True)]


@dataclass(frozen=True)
class _Open:
    """What is left of the homes, while sites are chosen."""

    weights: Int64
    site: Int64
    left: npt.NDArray[np.bool_]
    candidate: list[int]
    gain: list[int]

    @classmethod
    def of(cls, weights: Int64, served: npt.NDArray[np.bool_]) -> _Open:
        return cls(weights, np.full(len(weights), -1, dtype=np.int64), ~served, [], [])

    def chose(self, candidate: int, reached: npt.NDArray[np.intp]) -> Int64:
        """Note a site and the homes that it is the first to reach; return their weights, zero for the others."""
        won = reached[self.left[reached]]
        self.site[won], self.left[won] = len(self.candidate), False
        lost = np.zeros_like(self.weights)
        lost[won] = self.weights[won]
        self.candidate.append(candidate)
        self.gain.append(int(lost.sum()))
        return lost

    def answer(self, gain: Int64) -> Chosen:
        return Chosen(
            candidate=np.array(self.candidate, dtype=np.int64),
            gain=np.array(self.gain, dtype=np.int64),
            site=self.site,
            left=int(self.weights.sum()) - sum(self.gain),
            next_gain=int(gain.max(initial=0)),
        )
