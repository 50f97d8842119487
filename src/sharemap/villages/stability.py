"""Would the candidate still be there if the data were a little different? Seeded, perturbed runs tell.

In every run all of this happens at once, each drawn anew from the seed:

- the *adjacency threshold* is multiplied by 1 +- ``adjacency`` (evenly);
- the *speed* is multiplied by 1 +- ``speed``: it decides how far 15 minutes reach, and so the residents;
- *snapping*: the access leg of every place is off by a normal error of ``snap_m``;
- *closures*: every shared-space site closes with the chance ``closure``; a place whose last one closes is none;
- *weights* are each multiplied by 1 +- ``weights``;
- each *doubtful* pair (:mod:`sharemap.villages.doubts`) is one building with a chance of one half.

A candidate **stays** in a run when one of the run's villages shares at least half of the places of both together with
it (Jaccard index of 0.5 or more). Apart from the runs, each site of a candidate is closed alone
(``closures_survived``): that is not drawn but tried.

The walks are not searched again: they are known up to the widest threshold that a run can ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.villages.cliques import cliques, in_millimetres, resolve
from sharemap.villages.doubts import grouped
from sharemap.villages.ranking import COMPONENTS, VillageWeights, points, ranks
from sharemap.villages.rules import reach_m

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sharemap.villages.facts import Facts
    from sharemap.villages.perturbing import Perturbation

__all__ = ["STAYS", "Stage", "components", "stability"]

#: A candidate stays when it and a village of the run share at least this part of their places together.
STAYS = 0.5
_MINUTES = 15
_DOUBT = 0.5
_LOW, _HIGH = 5.0, 95.0


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What the runs have in common.

    Attributes
    ----------
    pairs
        ``a``, ``b``, ``walk_m``: walks between shared spaces up to :meth:`Perturbation.widest_m`.
    facts
        What is known about the places.
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


def stability(villages: Sequence[tuple[str, ...]], stage: Stage, how: Perturbation) -> pd.DataFrame:
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
    rank = np.array([_one_run(villages, stage, _drawn(stage, how, chance)) for _ in range(how.runs)])
    rank = rank.reshape(how.runs, len(villages))
    stays = rank > 0
    share = stays.mean(axis=0)
    intervals = [
        np.percentile(column[kept], [_LOW, _HIGH], method="inverted_cdf") if kept.any() else (np.nan, np.nan)
        for column, kept in zip(rank.T, stays.T, strict=True)
    ]
    closed = [_closed_one_by_one(village, stage) for village in villages]
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


def _drawn(stage: Stage, how: Perturbation, chance: np.random.Generator) -> _Draw:
    """Draw one run; always as many numbers, whatever is switched off, so that seeds stay comparable."""
    facts, weights = stage.facts, stage.weights.array()
    scale = 1 + chance.uniform(-1, 1, 2) * (how.adjacency, how.speed)
    return _Draw(
        adjacent_m=stage.adjacent_m * scale[0],
        reach_m=reach_m(facts.profile, _MINUTES) * scale[1],
        off_m=chance.normal(0, 1, len(facts.position)).clip(-5, 5) * how.snap_m,
        weights=weights * (1 + chance.uniform(-1, 1, len(weights)) * how.weights),
        open_site=chance.random(len(facts.site_place)) >= how.closure,
        merged=chance.random(len(stage.doubts)) < _DOUBT,
    )


def _one_run(villages: Sequence[tuple[str, ...]], stage: Stage, draw: _Draw) -> list[int]:
    """Rank of each candidate in a run; 0 where it does not stay."""
    leader = grouped(tuple(stage.facts.position), stage.doubts[draw.merged])
    pairs = _pairs_of(stage, draw, leader)
    found = resolve(cliques(pairs, min_places=stage.min_places), pairs, min_places=stage.min_places).villages
    if not found:
        return [0] * len(villages)
    rank = _ranks_of(found, stage, draw, (leader, in_millimetres(pairs)))
    return [0 if match is None else int(rank[match]) for match in _matches(villages, found, leader)]


def _pairs_of(stage: Stage, draw: _Draw, leader: Mapping[str, str]) -> pd.DataFrame:
    facts, pairs = stage.facts, stage.pairs
    open_place = np.zeros(len(facts.position), dtype=bool)
    open_place[facts.site_place[draw.open_site & facts.site_space]] = True
    a, b = (pairs[name].map(facts.position).to_numpy(dtype=np.int64) for name in ("a", "b"))
    walk = (pairs["walk_m"].to_numpy() + draw.off_m[a] + draw.off_m[b]).clip(min=0.0)
    near = (walk <= draw.adjacent_m) & open_place[a] & open_place[b]
    kept = pd.DataFrame({"a": pairs["a"][near], "b": pairs["b"][near], "walk_m": walk[near]})
    if all(place == lead for place, lead in leader.items()):
        return kept
    one, other = kept["a"].map(leader), kept["b"].map(leader)
    merged = pd.DataFrame(
        {"a": one.where(one <= other, other), "b": other.where(one <= other, one), "walk_m": kept["walk_m"]}
    )
    merged = merged[merged["a"] != merged["b"]]
    return merged.groupby(["a", "b"], sort=True)["walk_m"].min().reset_index()


def _ranks_of(
    found: Sequence[tuple[str, ...]],
    stage: Stage,
    draw: _Draw,
    how: tuple[Mapping[str, str], Mapping[tuple[str, str], int]],
) -> NDArray[np.int64]:
    leader, walk_mm = how
    of_leader: dict[str, list[str]] = {}
    for place, lead in leader.items():
        of_leader.setdefault(lead, []).append(place)
    values = np.empty((len(found), len(COMPONENTS)))
    for at, village in enumerate(found):
        rows = stage.facts.rows([place for lead in village for place in of_leader[lead]])
        walks = [walk_mm[pair] for pair in combinations(village, 2)]
        values[at] = components(
            stage.facts,
            rows,
            places=len(village),
            walks_mm=walks,
            within_m=draw.reach_m,
            open_site=draw.open_site,
        )
    ids = np.array([";".join(village) for village in found], dtype=object)
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
        int(facts.people[near].sum()),
        int(facts.elders[near].sum()),
        sum(walks_mm) / len(walks_mm) / 1000.0,
        facts.support_sites(rows),
    )


def _matches(
    villages: Sequence[tuple[str, ...]], found: Sequence[tuple[str, ...]], leader: Mapping[str, str]
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


def _closed_one_by_one(village: tuple[str, ...], stage: Stage) -> tuple[int, int]:
    """Of the shared-space sites of a village: how many may close, each alone, with the village staying; and all.

    A site whose place has another one changes nothing. Villages form within connected parts of the graph, so it is
    enough to search the part around.
    """
    facts = stage.facts
    near = stage.pairs[stage.pairs["walk_m"] <= stage.adjacent_m]
    around = near[near["a"].isin(_connected(village, near)) | near["b"].isin(village)]
    survived = tried = 0
    for place in village:
        sites = int((facts.site_space & (facts.site_place == facts.position[place])).sum())
        tried += sites
        if sites > 1:
            survived += sites
            continue
        left = around[(around["a"] != place) & (around["b"] != place)]
        found = resolve(
            cliques(left, min_places=stage.min_places), left, min_places=stage.min_places
        ).villages
        leader = {one: one for one in facts.position}
        survived += sites * (_matches([village], found, leader)[0] is not None)
    return survived, tried


def _connected(village: Sequence[str], pairs: pd.DataFrame) -> set[str]:
    """Return every place that can be reached over adjacent pairs."""
    neighbours: dict[str, list[str]] = {}
    for a, b in zip(pairs["a"], pairs["b"], strict=True):
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    seen, stack = set(village), list(village)
    while stack:
        for other in neighbours.get(stack.pop(), ()):
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return seen
