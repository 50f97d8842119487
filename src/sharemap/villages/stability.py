"""Would the candidate still be there if the data were a little different? Seeded, perturbed runs tell.

In every run all of this happens at once, each drawn anew from the seed:

- *positions*, *closures* and *missing sites* are those of one drawing (:mod:`sharemap.perturbed`): a place may stand
  elsewhere or be in another building, a site may be gone, and there may be spaces that no list has. Where nothing is
  drawn, sites only close, with the chance ``closure``;
- the *adjacency threshold* is multiplied by 1 +- ``adjacency`` (evenly);
- the *speed* is multiplied by 1 +- ``speed``: it decides how far 15 minutes reach, and so the residents;
- *snapping*: the access leg of every place is off by a normal error of ``snap_m``;
- *weights* are each multiplied by 1 +- ``weights``;
- the *folding radius* is multiplied by 1 +- ``fold``: nearer places are one building;
- each *doubtful* pair of one name or address (:func:`sharemap.sites.doubtful_pairs`) is one building with a chance of
  one half; as in the search, a set that has enough places only if they are two is no candidate of the run.

A candidate **stays** in a run when all its places do: none is gone, at least ``min_places`` of them are different
buildings, and one village of the run holds them all, so every two are still adjacent. A village that has one of them
swapped for another is another village. Where a candidate does not stay it ranks behind all villages of that run, so the
interval of its rank is over all runs.

Apart from the runs, each site of a candidate is closed alone (``closures_survived``): that is not drawn but tried, and
asks whether a village of at least half of the same places is left (Jaccard index of :data:`LEFT` or more).

The walks are not searched again: they are known, from every position that a run may choose, up to the widest threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from sharemap.units import persons
from sharemap.villages.cliques import buildings, cliques_of_rows, disjoint, whole_mm
from sharemap.villages.ranking import COMPONENTS, VillageWeights, points, ranks
from sharemap.villages.trials import Board, Trials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from sharemap.villages.facts import Facts
    from sharemap.villages.perturbing import Perturbation

__all__ = ["LEFT", "TrialSetting", "stability"]

#: After a closure a village is left when it and the candidate share at least this part of their places together.
LEFT = 0.5
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
    trials
        Positions and sites as they are drawn; ``None`` where they are not.
    nowhere
        Places that may stand elsewhere as their own data say: as in the search they make no village.
    """

    pairs: pd.DataFrame
    facts: Facts
    doubts: pd.DataFrame
    weights: VillageWeights
    min_places: int
    adjacent_m: float
    trials: Trials | None = None
    nowhere: Sequence[str] = ()

    def search(self, ids: Sequence[str], doubts: Sequence[tuple[int, ...]]) -> _Search:
        """Return how villages are searched for among places that are numbered in the order of their ids."""
        one = _merged(doubts, np.ones(len(doubts), dtype=bool), np.arange(len(ids)))
        known = set(self.nowhere)
        building = {at: None if ids[at] in known else lead for at, lead in enumerate(one.tolist())}
        return _Search(self.min_places, building)


@dataclass(frozen=True, kw_only=True)
class _Draw:
    """One run's numbers, but for those of the drawing of its sites."""

    run: int
    adjacent_m: float
    reach_m: float
    off_m: NDArray[np.float64]
    weights: NDArray[np.float64]
    merged: NDArray[np.bool_]


@dataclass(frozen=True)
class _Pairs:
    """Walks between places that are numbered 0 to ``count`` - 1; ``a < b``, sorted, each pair once."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    walk_m: NDArray[np.float64]
    count: int

    @classmethod
    def shortest(
        cls, one: NDArray[np.int64], other: NDArray[np.int64], walk: NDArray[np.float64], count: int
    ) -> _Pairs:
        """Return each pair of different places once, with its shortest walk."""
        apart = one != other
        a, b, walk = np.minimum(one, other)[apart], np.maximum(one, other)[apart], walk[apart]
        order = np.lexsort((walk, b, a))
        a, b, walk = a[order], b[order], walk[order]
        first = np.ones(len(a), dtype=bool)
        first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
        return cls(a[first], b[first], walk[first], count)

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
class _Search:
    """How villages are searched for in every run: what may be one building counts once, as in the study."""

    min_places: int
    building: Mapping[int, int | None]

    def villages(self, pairs: _Pairs) -> list[tuple[int, ...]]:
        return disjoint(
            pairs.cliques(self.min_places),
            pairs.in_millimetres(),
            min_places=self.min_places,
            building=self.building,
        )

    def enough(self, places: Iterable[int]) -> bool:
        return buildings(tuple(places), self.building) >= self.min_places


@dataclass(frozen=True)
class _Run:
    """The town in one run.

    Attributes
    ----------
    lead
        The building that each one is, doubtful pairs that are one included.
    here
        Buildings at whose position a shared space stands.
    kind
        Building and layer of the sites that there are, the building as `lead` says.
    """

    board: Board
    draw: _Draw
    lead: NDArray[np.int64]
    here: NDArray[np.bool_]
    kind: tuple[NDArray[np.int64], NDArray[np.int64]]

    @classmethod
    def of(cls, board: Board, draw: _Draw, doubts: Sequence[tuple[int, ...]]) -> _Run:
        inside = board.leader[draw.run]
        lead = _merged(doubts, draw.merged, inside)
        there = board.present[draw.run]
        here = np.zeros(len(board.ids), dtype=bool)
        here[inside[board.site_building[there & board.site_space]]] = True
        here &= board.row[draw.run] >= 0
        return cls(board, draw, lead, here, (lead[board.site_building[there]], board.site_layer[there]))

    def pairs(self) -> _Pairs:
        """Return the adjacent pairs of the places of the run; of merged places the shortest walk counts."""
        board, row = self.board, self.board.row[self.draw.run]
        chosen = np.zeros(len(board.building), dtype=bool)
        chosen[row[self.here]] = True
        at = np.flatnonzero(chosen[board.a] & chosen[board.b])
        one, other = board.building[board.a[at]], board.building[board.b[at]]
        walk = (board.walk_m[at] + self.draw.off_m[one] + self.draw.off_m[other]).clip(min=0.0)
        near = walk <= self.draw.adjacent_m
        return _Pairs.shortest(self.lead[one[near]], self.lead[other[near]], walk[near], len(board.ids))

    def components(self, village: tuple[int, ...], walks_mm: Sequence[int]) -> tuple[float, ...]:
        """Return the components of a village in the order of :data:`sharemap.villages.ranking.COMPONENTS`."""
        facts = self.board.facts
        rows = self.board.row[self.draw.run][np.isin(self.lead, village) & self.here]
        near = facts.within(rows, self.draw.reach_m)
        building, layer = self.kind
        return (
            len(village),
            len(np.unique(layer[np.isin(building, village)])),
            persons(int(facts.people[near].sum())),
            persons(int(facts.elders[near].sum())),
            sum(walks_mm) / len(walks_mm) / 1000.0,
            facts.support_sites(rows),
        )


def stability(villages: Sequence[tuple[str, ...]], setting: TrialSetting, how: Perturbation) -> pd.DataFrame:
    """Return how well candidates withstand the perturbed runs.

    Returns
    -------
    One row a village in the order given: ``stability`` (share of runs in which it stays), ``rank_low``,
    ``rank_high`` (5th and 95th percentile of its rank over all runs), ``stable``, ``closures`` and
    ``closures_survived``. Without runs all but ``stable`` are empty.
    """
    columns = ("stability", "rank_low", "rank_high", "closures_survived", "closures")
    if not how.runs:
        nothing = pd.DataFrame({name: [None] * len(villages) for name in columns})
        return nothing.assign(stable="not_examined")
    chance = np.random.default_rng(how.seed)
    board = Board.of(setting.trials or Trials.unmoved(setting.facts, setting.pairs, how))
    ours = [board.numbers(village) for village in villages]
    doubts = [board.numbers(pair) for pair in zip(setting.doubts["a"], setting.doubts["b"], strict=True)]
    search = setting.search(board.ids, doubts)
    stays, rank = np.zeros((2, how.runs, len(villages)), dtype=np.int64)
    for run in range(how.runs):
        town = _Run.of(board, _drawn(run, setting, how, (chance, len(board.ids))), doubts)
        stays[run], rank[run] = _one_run(ours, search, town)
    low, high = np.percentile(rank, [_LOW, _HIGH], axis=0, method="inverted_cdf")
    share = stays.mean(axis=0)
    closed = _closed_one_by_one(villages, setting)
    return pd.DataFrame(
        {
            "stability": share,
            "rank_low": low,
            "rank_high": high,
            "closures_survived": [survived for survived, _ in closed],
            "closures": [tried for _, tried in closed],
            "stable": np.where(share >= how.stable_from, "stable", "unstable"),
        }
    )


def _drawn(run: int, setting: TrialSetting, how: Perturbation, of: tuple[np.random.Generator, int]) -> _Draw:
    """Draw one run; always as many numbers, whatever is switched off, so that seeds stay comparable."""
    (chance, count), weights = of, setting.weights.array()
    scale = 1 + chance.uniform(-1, 1, 2) * (how.adjacency, how.speed)
    coin = chance.random(len(setting.doubts)) < _DOUBT
    named = (
        setting.doubts["same_name"].to_numpy(dtype=bool) | (setting.doubts["same_address"] != "").to_numpy()
    )
    near = setting.doubts["apart_m"].to_numpy() < how.fold_m * (1 + chance.uniform(-1, 1) * how.fold)
    return _Draw(
        run=run,
        adjacent_m=setting.adjacent_m * scale[0],
        reach_m=setting.facts.profile.metres(_MINUTES) * scale[1],
        off_m=chance.normal(0, 1, count).clip(-5, 5) * how.snap_m,
        weights=weights * (1 + chance.uniform(-1, 1, len(weights)) * how.weights),
        merged=np.where(named, coin, near),
    )


def _merged(
    doubts: Sequence[tuple[int, ...]], merged: NDArray[np.bool_], lead: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the building that each place is when some of the doubtful pairs are one."""
    lead = lead.copy()
    for at in np.flatnonzero(merged).tolist():
        one, other = lead[list(doubts[at])].tolist()
        lead[lead == max(one, other)] = min(one, other)
    return lead


def _one_run(
    villages: Sequence[tuple[int, ...]], search: _Search, town: _Run
) -> tuple[list[bool], list[int]]:
    """Return whether each candidate stays, and its rank; behind all others where it does not."""
    pairs = town.pairs()
    walk_mm = pairs.in_millimetres()
    found = search.villages(pairs)
    held = _holding(villages, found, town.lead.tolist(), search)
    rank = _ranks_of(found, town, walk_mm) if found else np.empty(0, dtype=np.int64)
    last = len(found) + 1
    return [at is not None for at in held], [last if at is None else int(rank[at]) for at in held]


def _ranks_of(
    found: Sequence[tuple[int, ...]], town: _Run, walk_mm: Mapping[tuple[int, int], int]
) -> NDArray[np.int64]:
    values = np.empty((len(found), len(COMPONENTS)))
    for at, village in enumerate(found):
        values[at] = town.components(village, [walk_mm[pair] for pair in combinations(village, 2)])
    ids = np.array([";".join(town.board.ids[at] for at in village) for village in found], dtype=object)
    return ranks(points(values, town.draw.weights).sum(axis=1), values[:, 0], ids)


def _holding(
    villages: Sequence[tuple[int, ...]],
    found: Sequence[tuple[int, ...]],
    lead: Sequence[int],
    search: _Search,
) -> list[int | None]:
    """Return for each candidate the village of the run that holds all its places; ``None`` where none does."""
    of_place = {place: at for at, village in enumerate(found) for place in village}
    held: list[int | None] = []
    for village in villages:
        ours = {lead[place] for place in village}
        at = {of_place.get(place) for place in ours}
        held.append(at.pop() if len(at) == 1 and search.enough(ours) else None)
    return held


def _left(village: tuple[int, ...], found: Sequence[tuple[int, ...]]) -> bool:
    """Whether a village of at least half of the same places is left."""
    ours = set(village)
    return any(len(ours & set(other)) >= LEFT * len(ours | set(other)) for other in found)


def _closed_one_by_one(villages: Sequence[tuple[str, ...]], setting: TrialSetting) -> list[tuple[int, int]]:
    """Of the shared-space sites of each village: how many may close, each alone, with a village left; and all.

    A site whose place has another one changes nothing. Villages form within connected parts of the graph, so it is
    enough to search the part around.
    """
    facts, position = setting.facts, setting.facts.position
    doubts = [
        tuple(facts.rows(pair).tolist())
        for pair in zip(setting.doubts["a"], setting.doubts["b"], strict=True)
    ]
    search = setting.search(list(position), doubts)
    sites = np.bincount(facts.site_place[facts.site_space], minlength=len(position)).tolist()
    a, b = (
        np.array([position[place] for place in setting.pairs[name]], dtype=np.int64) for name in ("a", "b")
    )
    every = _Pairs(a, b, setting.pairs["walk_m"].to_numpy(dtype=np.float64), len(position))
    near = every.taken(every.walk_m <= setting.adjacent_m)
    part = near.parts()
    counted = []
    for names in villages:
        village = tuple(facts.rows(names).tolist())
        around = near.taken(part[near.a] == part[village[0]])
        survived = 0
        for place in village:
            stays = sites[place] > 1
            if sites[place] == 1:
                left = around.taken((around.a != place) & (around.b != place))
                stays = _left(village, search.villages(left))
            survived += sites[place] * stays
        counted.append((survived, sum(sites[place] for place in village)))
    return counted
