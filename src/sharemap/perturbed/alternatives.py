"""Where a building may really stand: its published position, other positions, or in another building; and how likely each.

Who knows only that a list errs would move every site by the errors measured between lists. That takes a list that is
already wrong and makes it wrong twice: sites stand together, errors drive them apart, and three that are found side by
side are more likely there than three that happened to fall there. So an alternative counts by how likely the error is
**and** by how likely a building stands there, which the other buildings tell:

- at the published position, with the share of the errors that move nothing;
- at one of the positions drawn with the other errors, each with its part of that share;
- in another building within ``atom_m``, drawn anew in every run, by the density of an error of that length: shared spaces often stand together,
  and a wrong position makes two places of one. Only buildings without a layer in common.

A building that several lists publish at one position is only elsewhere if all of them err.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sharemap.perturbed.prior import Prior, Stands
    from sharemap.perturbed.rules import DrawingRules

__all__ = ["Alternatives", "Buildings", "alternatives"]

_NEAR_M = 25.0  # what folds two sites into one place
_MOST_TOGETHER, _LEAST_SEEN = 0.9, 0.1


@dataclass(frozen=True)
class Others:
    """The other buildings that each building may be, as a CSR: ``other[starts[b] : starts[b + 1]]`` for building ``b``.

    Attributes
    ----------
    starts, other
        The buildings.
    upto
        Their weights added up, over the buildings too.
    """

    starts: NDArray[np.int64]
    other: NDArray[np.int64]
    upto: NDArray[np.float64]

    def total(self) -> NDArray[np.float64]:
        """Return the weight of all others of each building."""
        ends = np.r_[0.0, self.upto]
        return ends[self.starts[1:]] - ends[self.starts[:-1]]

    def chosen(self, rows: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.int64]:
        """Draw one of the others for some buildings that have some."""
        ends = np.r_[0.0, self.upto]
        low, high = ends[self.starts[rows]], ends[self.starts[rows + 1]]
        at = np.searchsorted(self.upto, low + chance.random(len(rows)) * (high - low), side="right")
        return self.other[np.clip(at, self.starts[rows], self.starts[rows + 1] - 1)]


@dataclass(frozen=True)
class Alternatives:
    """What a building may be, in columns of one matrix: as published, the other positions, another building.

    Attributes
    ----------
    shift_m
        ``float64[buildings, alternatives, 2]``: from the published position.
    others
        Other buildings that it may be.
    chance
        ``float64[buildings, 1 + alternatives + 1]``: chances that add up to 1 in each row.
    """

    shift_m: NDArray[np.float64]
    others: Others
    chance: NDArray[np.float64]


@dataclass(frozen=True)
class Buildings:
    """Buildings by number: position, whether they hold a shared space, and their sites as rows of a table.

    Attributes
    ----------
    xy
        ``float64[buildings, 2]``.
    space
        Whether it holds a shared space.
    sites
        ``building``, ``layer``, ``source`` and ``space`` of each site.
    """

    xy: NDArray[np.float64]
    space: NDArray[np.bool_]
    sites: pd.DataFrame


def alternatives(
    buildings: Buildings,
    rules: DrawingRules,
    chance: np.random.Generator,
    priors: Mapping[bool, Prior],
    stands: Stands,
) -> Alternatives:
    """Draw the other positions of each building, and say how likely all of them are; none where nothing can stand."""
    count, several = len(buildings.xy), rules.alternatives
    shift, moved = _errors(buildings, rules, chance)
    weight = np.zeros((count, 1 + several + 1))
    together = _together(buildings, rules)
    others = _others(buildings, together, rules)
    for space, prior in priors.items():
        rows = np.flatnonzero(buildings.space == space)
        apart = 1 - together if space else 1.0
        own = np.arange(len(rows))
        still = (1 - moved[rows].sum(axis=1)) * prior.likely(buildings.xy[rows], own)
        there = (buildings.xy[rows, None, :] + shift[rows]).reshape(-1, 2)
        near = (prior.likely(there, np.repeat(own, several)) * stands(there)).reshape(-1, several)
        weight[rows, :-1] = apart * np.column_stack([still, moved[rows] * near])
    weight[:, -1] = others.total()
    return Alternatives(shift, others, weight / weight.sum(axis=1, keepdims=True))


def _errors(
    buildings: Buildings, rules: DrawingRules, chance: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return shifts to other positions, and the chance of each of them before anybody looks where others stand."""
    several = rules.alternatives
    shift, share = np.zeros((len(buildings.xy), several, 2)), np.zeros((len(buildings.xy), several))
    first = buildings.sites.drop_duplicates("building").sort_values("building")
    for layer, rows in first.groupby("layer", sort=True)["building"]:
        position = rules.errors.of(str(layer)).position
        shift[rows], share[rows] = position.shifts(len(rows), several, rules.still_m, chance)
    lists = buildings.sites.drop_duplicates(["building", "source"])
    for layer, rows in lists[lists.duplicated("building")].groupby("layer", sort=True)["building"]:
        # every further list that has it there must be wrong too
        np.multiply.at(share, rows.to_numpy(), rules.errors.of(str(layer)).position.moved(rules.still_m))
    return shift, share


def _together(buildings: Buildings, rules: DrawingRules) -> float:
    """Return the share of shared spaces that stand with another one; wrong positions hide some of them."""
    if rules.together is not None:
        return rules.together
    spaces = buildings.sites[buildings.sites["space"]].drop_duplicates(["building", "layer"])
    if spaces.empty:
        return 0.0
    with_others = spaces["building"].map(spaces["building"].value_counts()) > 1
    seen = float(rules.errors.default.position.within(_NEAR_M)) ** 2
    return min(float(with_others.mean()) / max(seen, _LEAST_SEEN), _MOST_TOGETHER)


def _others(buildings: Buildings, together: float, rules: DrawingRules) -> Others:
    """Return the other buildings that each shared space may be in: those that have none of its layers."""
    count, rows = len(buildings.xy), np.flatnonzero(buildings.space)
    pairs = np.empty((0, 2), dtype=np.int64)
    if together and len(rows) > 1:
        near = KDTree(buildings.xy[rows]).query_pairs(rules.atom_m, output_type="ndarray").astype(np.int64)
        pairs = rows[np.vstack([near, near[:, ::-1]])]
    layers, lists = _layers(buildings), buildings.sites.groupby("building")["source"].nunique()
    one, other = pairs.T
    fits = ((layers[one] & layers[other]) == 0) & (lists.reindex(one).to_numpy() == 1)
    one, other = one[fits], other[fits]
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    apart = np.hypot(*(buildings.xy[one] - buildings.xy[other]).T)
    starts = np.searchsorted(one, np.arange(count + 1)).astype(np.int64)
    weight = together / max(len(rows), 1) * _density(buildings, one, apart, rules)
    return Others(starts, other, np.cumsum(weight))


def _density(
    buildings: Buildings, one: NDArray[np.int64], apart: NDArray[np.float64], rules: DrawingRules
) -> NDArray[np.float64]:
    first = buildings.sites.drop_duplicates("building").set_index("building")["layer"]
    layer, found = first.reindex(one).to_numpy(dtype=object), np.zeros(len(one))
    for key in pd.unique(layer):
        of = layer == key
        found[of] = rules.errors.of(key).position.density(apart[of])
    return found


def _layers(buildings: Buildings) -> NDArray[np.int64]:
    """Return the layers of each building as bits."""
    code, _ = pd.factorize(buildings.sites["layer"], sort=True)
    bits = np.zeros(len(buildings.xy), dtype=np.int64)
    np.bitwise_or.at(bits, buildings.sites["building"].to_numpy(), np.int64(1) << code.astype(np.int64))
    return bits
