"""Would the candidate still be there if the data were a little different? Seeded, perturbed runs tell.

In every run all of this happens at once, each drawn anew from the seed:

- the *adjacency threshold* is multiplied by 1 +- ``adjacency`` (evenly);
- the *speed* is multiplied by 1 +- ``speed``: it decides how far 15 minutes reach, and so the residents;
- *snapping*: the access leg of every place is off by a normal error of ``snap_m``;
- *closures*: every shared-space site closes with the chance ``closure``; a place whose last one closes is none;
- *weights* are each multiplied by 1 +- ``weights``;
- each *doubtful* pair (:func:`sharemap.sites.doubtful_pairs`) is one building with a chance of one half; as in the
  search, a set that has enough places only if they are two is no candidate of the run.

A candidate **stays** in a run when one of the run's villages shares at least half of the places of both together with
it (Jaccard index of 0.5 or more). Apart from the runs, each site of a candidate is closed alone
(``closures_survived``): that is not drawn but tried.

The walks are not searched again: they are known up to the widest threshold that a run can ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from sharemap.units import persons
from sharemap.villages.cliques import cliques_of_rows, disjoint, whole_mm
from sharemap.villages.ranking import COMPONENTS, VillageWeights, points, ranks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sharemap.villages.facts import Facts
    from sharemap.villages.perturbing import Perturbation

__all__ = ["STAYS", "TrialSetting", "components", "stability"]

#: A candidate stays when it and a village of the run share at least this part of their places together.
STAYS = 0.5
_MINUTES = 15
_DOUBT = 0.5
_LOW, _HIGH = 5.0, 95.0


@dataclass(frozen=True, kw_only=True)
class TrialSetting:
    """What the runs have in common.

    Attributes
    ----------
    pairs
        ``a``, ``b``, ``walk_m``: walks between shared spaces up to :meth:`Perturbation.widest_m`.
    facts
        What is known about the places, their rows in the order of the ids.
    doubts
        Pairs that may be one building.
    weights
        Weights of the rank.
    min_places, adjacent_m
        The rule of the study.
    """

    pairs: pd.DataFrame
    facts: Facts
    doubts: pd.DataFrame
    weights: VillageWeights
    min_places: int
    adjacent_m: float


@dataclass(frozen=True, kw_only=True)
class _Draw:
    """One run's numbers."""

    adjacent_m: float
    reach_m: float
    off_m: NDArray[np.float64]
    open_site: NDArray[np.bool_]
    weights: NDArray[np.float64]
    merged: NDArray[np.bool_]


@dataclass(frozen=True)
class _Pairs:
    """Walks between places that are numbered 0 to ``count`` - 1; ``a < b``, sorted, each pair once."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    walk_m: NDArray[np.float64]
    count: int

    def taken(self, chosen: NDArray[np.bool_]) -> _Pairs:
        return _Pairs(self.a[chosen], self.b[chosen], self.walk_m[chosen], self.count)

    def cliques(self, min_places: int) -> list[tuple[int, ...]]:
        return cliques_of_rows(self.a, self.b, self.count, min_places=min_places)

    def in_millimetres(self) -> dict[tuple[int, int], int]:
        pairs = zip(self.a.tolist(), self.b.tolist(), strict=True)
        return dict(zip(pairs, whole_mm(self.walk_m).tolist(), strict=True))

    def parts(self) -> NDArray[np.int32]:
        """Return the connected part of the graph that each place is in."""
        shape = (self.count, self.count)
        graph = sparse.coo_array((np.ones(len(self.a), dtype=np.int8), (self.a, self.b)), shape=shape)
        label: NDArray[np.int32] = sparse.csgraph.connected_components(graph, directed=False)[1]
        return label


@dataclass(frozen=True)
class _Board:
    """Places by number instead of id: the numbers are in the order of the ids, so every tie falls the same way."""

    ids: list[str]
    pairs: _Pairs
    doubts: list[tuple[int, int]]

    @classmethod
    def of(cls, setting: TrialSetting) -> _Board:
        position = setting.facts.position
        a, b = (
            np.array([position[place] for place in setting.pairs[name]], dtype=np.int64)
            for name in ("a", "b")
        )
        doubts = zip(setting.doubts["a"], setting.doubts["b"], strict=True)
        return cls(
            ids=list(position),
            pairs=_Pairs(a, b, setting.pairs["walk_m"].to_numpy(dtype=np.float64), len(position)),
            doubts=[(position[one], position[other]) for one, other in doubts],
        )

    @cached_property
    def building(self) -> dict[int, int]:
        """Places that may be one building, as the search wants them."""
        return dict(enumerate(self.leaders(np.ones(len(self.doubts), dtype=bool)).tolist()))

    def leaders(self, merged: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return for each place the first of those that count as one building with it in a run."""
        leader = np.arange(len(self.ids))
        for at in np.flatnonzero(merged).tolist():
            one, other = leader[list(self.doubts[at])].tolist()
            leader[leader == max(one, other)] = min(one, other)
        return leader


def stability(villages: Sequence[tuple[str, ...]], setting: TrialSetting, how: Perturbation) -> pd.DataFrame:
    """Return how well candidates withstand the perturbed runs.

    Returns
    -------
    One row a village in the order given: ``stability`` (share of runs in which it stays), ``rank_low``,
    ``rank_high`` (5th and 95th percentile of its rank where it stays), ``stable``, ``closures`` and
    ``closures_survived``. Without runs all but ``stable`` are empty.
    """
    columns = ("stability", "rank_low", "rank_high", "closures_survived", "closures")
    if not how.runs:
        nothing = pd.DataFrame({name: [None] * len(villages) for name in columns})
        return nothing.assign(stable="not_examined")
    chance = np.random.default_rng(how.seed)
    board = _Board.of(setting)
    rows = [tuple(setting.facts.rows(village).tolist()) for village in villages]
    rank = np.array([_one_run(rows, setting, board, _drawn(setting, how, chance)) for _ in range(how.runs)])
    rank = rank.reshape(how.runs, len(villages))
    stays = rank > 0
    share = stays.mean(axis=0)
    intervals = [
        np.percentile(column[kept], [_LOW, _HIGH], method="inverted_cdf") if kept.any() else (np.nan, np.nan)
        for column, kept in zip(rank.T, stays.T, strict=True)
    ]
    closed = _closed_one_by_one(rows, setting, board)
    return pd.DataFrame(
        {
            "stability": share,
            "rank_low": [low for low, _ in intervals],
            "rank_high": [high for _, high in intervals],
            "closures_survived": [survived for survived, _ in closed],
            "closures": [tried for _, tried in closed],
            "stable": np.where(share >= how.stable_from, "stable", "unstable"),
        }
    )


def _drawn(setting: TrialSetting, how: Perturbation, chance: np.random.Generator) -> _Draw:
    """Draw one run; always as many numbers, whatever is switched off, so that seeds stay comparable."""
    facts, weights = setting.facts, setting.weights.array()
    scale = 1 + chance.uniform(-1, 1, 2) * (how.adjacency, how.speed)
    return _Draw(
        adjacent_m=setting.adjacent_m * scale[0],
        reach_m=facts.profile.metres(_MINUTES) * scale[1],
        off_m=chance.normal(0, 1, len(facts.position)).clip(-5, 5) * how.snap_m,
        weights=weights * (1 + chance.uniform(-1, 1, len(weights)) * how.weights),
        open_site=chance.random(len(facts.site_place)) >= how.closure,
        merged=chance.random(len(setting.doubts)) < _DOUBT,
    )


def _one_run(
    villages: Sequence[tuple[int, ...]], setting: TrialSetting, board: _Board, draw: _Draw
) -> list[int]:
    """Rank of each candidate in a run; 0 where it does not stay."""
    leader = board.leaders(draw.merged)
    pairs = _pairs_of(setting, board, draw, leader)
    walk_mm = pairs.in_millimetres()
    found = disjoint(
        pairs.cliques(setting.min_places), walk_mm, min_places=setting.min_places, building=board.building
    )
    if not found:
        return [0] * len(villages)
    rank = _ranks_of(found, setting, draw, (board, leader, walk_mm))
    matches = _matches(villages, found, leader.tolist())
    return [0 if match is None else int(rank[match]) for match in matches]


def _pairs_of(setting: TrialSetting, board: _Board, draw: _Draw, leader: NDArray[np.int64]) -> _Pairs:
    """Return the adjacent pairs of open places of a run; of merged places the shortest walk counts."""
    facts, pairs = setting.facts, board.pairs
    open_place = np.zeros(len(board.ids), dtype=bool)
    open_place[facts.site_place[draw.open_site & facts.site_space]] = True
    walk = (pairs.walk_m + draw.off_m[pairs.a] + draw.off_m[pairs.b]).clip(min=0.0)
    near = (walk <= draw.adjacent_m) & open_place[pairs.a] & open_place[pairs.b]
    one, other, walk = leader[pairs.a[near]], leader[pairs.b[near]], walk[near]
    apart = one != other
    a, b, walk = np.minimum(one, other)[apart], np.maximum(one, other)[apart], walk[apart]
    order = np.lexsort((walk, b, a))
    a, b, walk = a[order], b[order], walk[order]
    first = np.ones(len(a), dtype=bool)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return _Pairs(a[first], b[first], walk[first], len(leader))


def _ranks_of(
    found: Sequence[tuple[int, ...]],
    setting: TrialSetting,
    draw: _Draw,
    how: tuple[_Board, NDArray[np.int64], Mapping[tuple[int, int], int]],
) -> NDArray[np.int64]:
    board, leader, walk_mm = how
    values = np.empty((len(found), len(COMPONENTS)))
    for at, village in enumerate(found):
        values[at] = components(
            setting.facts,
            np.flatnonzero(np.isin(leader, village)),
            places=len(village),
            walks_mm=[walk_mm[pair] for pair in combinations(village, 2)],
            within_m=draw.reach_m,
            open_site=draw.open_site,
        )
    ids = np.array([";".join(board.ids[row] for row in village) for village in found], dtype=object)
    return ranks(points(values, draw.weights).sum(axis=1), values[:, 0], ids)


def components(  # noqa: PLR0913  what the six parts of the score are made of
    facts: Facts,
    rows: NDArray[np.int64],
    *,
    places: int,
    walks_mm: Sequence[int],
    within_m: float,
    open_site: NDArray[np.bool_],
) -> tuple[float, ...]:
    """Return the components of one set of places in the order of :data:`sharemap.villages.ranking.COMPONENTS`."""
    here = np.isin(facts.site_place, rows) & open_site
    near = facts.within(rows, within_m)
    return (
        places,
        len(np.unique(facts.site_layer[here])),
        persons(int(facts.people[near].sum())),
        persons(int(facts.elders[near].sum())),
        sum(walks_mm) / len(walks_mm) / 1000.0,
        facts.support_sites(rows),
    )


def _matches(
    villages: Sequence[tuple[int, ...]], found: Sequence[tuple[int, ...]], leader: Sequence[int]
) -> list[int | None]:
    """Position of the village of the run that each candidate stays as; ``None`` where it does not."""
    of_place = {place: at for at, village in enumerate(found) for place in village}
    matches: list[int | None] = []
    for village in villages:
        ours = {leader[place] for place in village}
        shared = [of_place[place] for place in sorted(ours) if place in of_place]
        alike = {at: shared.count(at) / (len(ours) + len(found[at]) - shared.count(at)) for at in shared}
        best = max(sorted(alike), key=lambda at: alike[at], default=None)
        matches.append(best if best is not None and alike[best] >= STAYS else None)
    return matches


def _closed_one_by_one(
    villages: Sequence[tuple[int, ...]], setting: TrialSetting, board: _Board
) -> list[tuple[int, int]]:
    """Of the shared-space sites of each village: how many may close, each alone, with it staying; and all.

    A site whose place has another one changes nothing. Villages form within connected parts of the graph, so it is
    enough to search the part around.
    """
    facts, unmerged = setting.facts, list(range(len(board.ids)))
    sites = np.bincount(facts.site_place[facts.site_space], minlength=len(board.ids)).tolist()
    near = board.pairs.taken(board.pairs.walk_m <= setting.adjacent_m)
    part = near.parts()
    counted = []
    for village in villages:
        around = near.taken(part[near.a] == part[village[0]])
        survived = 0
        for place in village:
            stays = sites[place] > 1
            if sites[place] == 1:
                left = around.taken((around.a != place) & (around.b != place))
                found = disjoint(
                    left.cliques(setting.min_places),
                    left.in_millimetres(),
                    min_places=setting.min_places,
                    building=board.building,
                )
                stays = _matches([village], found, unmerged)[0] is not None
            survived += sites[place] * stays
        counted.append((survived, sum(sites[place] for place in village)))
    return counted
