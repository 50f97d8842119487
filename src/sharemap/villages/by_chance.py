"""How many candidates would chance give? The same places, and which of them are shared spaces drawn by lot.

Services stand where people are, so some shared spaces are near each other whatever anybody planned. What is counted here
is a study in which the same number of places are shared spaces but not the same ones: shared spaces and places with
support services alone are shuffled. A count of candidates far above it says that shared spaces seek each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from sharemap.villages.cliques import adjacency, cliques_of_rows, disjoint, whole_mm
from sharemap.villages.typed import table_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sharemap.villages.doubts import Doubts
    from sharemap.villages.rules import VillageRules

__all__ = ["by_chance"]

_LOW, _HIGH = 5.0, 95.0


def by_chance(
    places: pd.DataFrame, walks: pd.DataFrame, *, rules: VillageRules, doubts: Doubts | None = None
) -> pd.DataFrame:
    """Count the candidates among places whose kinds are shuffled.

    Parameters
    ----------
    places
        ``place_id`` and ``shared_space`` of every place of the study area that meets a street.
    walks
        ``a``, ``b`` (place ids) and ``walk_m``: every two of these places at most ``adjacent_m`` of walking apart.
    doubts
        Doubts about these places: as in the search, pairs that may be one building count once, and places that may
        stand elsewhere not at all.
    rules
        What makes a village; as often as it asks for perturbed runs the kinds are shuffled, with its seed.

    Returns
    -------
    Schema ``village_chance``: one row with the ``candidates`` of the study, and ``mean``, ``low`` and ``high`` (5th and
    95th percentile) of the shuffled ones; without runs none.

    Examples
    --------
    >>> from sharemap.villages import Perturbation, VillageRules
    >>> four = pd.DataFrame({"place_id": list("abcd"), "shared_space": [True, True, True, False]})
    >>> near = pd.DataFrame({"a": ["a", "a", "b"], "b": ["b", "c", "c"], "walk_m": 100.0})
    >>> found = by_chance(four, near, rules=VillageRules(perturbation=Perturbation(runs=400, seed=1)))
    >>> int(found["candidates"][0]), bool(abs(found["mean"][0] - 1 / 4) < 0.07)
    (1, True)
    """
    how = rules.perturbation
    if not how.runs or places.empty:
        return table_of("village_chance")
    ordered = places.sort_values("place_id", ignore_index=True)
    near = adjacency(walks, adjacent_m=rules.adjacent_m)
    ids = pd.Index(ordered["place_id"])
    a, b = _rows(ids, near)
    known = (a >= 0) & (b >= 0)
    walk_mm = whole_mm(near["walk_m"].to_numpy(dtype=np.float64))[known]
    one, other = _rows(ids, pd.DataFrame({"a": [], "b": []}) if doubts is None else doubts.pairs)
    nowhere = ids.isin([] if doubts is None else doubts.positions["place_id"])
    asked = (one >= 0) & (other >= 0)
    town = _Kinds(a[known], b[known], walk_mm, one[asked], other[asked], nowhere, rules.min_places)
    space = ordered["shared_space"].to_numpy(dtype=bool)
    chance = np.random.default_rng([how.seed, 2])
    counts = [town.candidates(chance.permutation(space)) for _ in range(how.runs)]
    low, high = np.percentile(counts, [_LOW, _HIGH], method="inverted_cdf")
    return table_of(
        "village_chance",
        {
            "places": [len(space)],
            "spaces": [int(space.sum())],
            "candidates": [town.candidates(space)],
            "shuffles": [how.runs],
            "mean": [float(np.mean(counts))],
            "low": [low],
            "high": [high],
        },
    )


def _rows(ids: pd.Index[str], pairs: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    one, other = (ids.get_indexer(pd.Index(pairs[name])).astype(np.int64) for name in ("a", "b"))
    return one, other


@dataclass(frozen=True)
class _Kinds:
    """Adjacent places and doubtful pairs by number."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    walk_mm: NDArray[np.int64]
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    nowhere: NDArray[np.bool_]
    min_places: int

    def candidates(self, space: NDArray[np.bool_]) -> int:
        """Return how many villages there are when some of the places are the shared spaces."""
        both, count = space[self.a] & space[self.b], len(space)
        a, b = self.a[both], self.b[both]
        found = cliques_of_rows(a, b, count, min_places=self.min_places)
        walk_mm = dict(
            zip(zip(a.tolist(), b.tolist(), strict=True), self.walk_mm[both].tolist(), strict=True)
        )
        asked = space[self.one] & space[self.other]
        links = (np.ones(int(asked.sum()), dtype=np.int8), (self.one[asked], self.other[asked]))
        building = sparse.csgraph.connected_components(
            sparse.coo_array(links, shape=(count, count)), directed=False
        )[1]
        numbered = {
            at: None if lost else one
            for at, (one, lost) in enumerate(zip(building.tolist(), self.nowhere.tolist(), strict=True))
        }
        return len(disjoint(found, walk_mm, min_places=self.min_places, building=numbered))
