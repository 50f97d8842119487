"""The score behind the rank: weights, components and how each is made comparable."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.errors import StudyError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sharemap.schema import PeopleKnown

__all__ = ["COMPONENTS", "Component", "VillageWeights", "points", "ranks", "scores"]

_FULL = 100.0
_DIGITS = 9  # scores that differ by less are the noise of the float, and a tie


_MOST_WEIGHT = 1e6


@dataclass(frozen=True, kw_only=True)
class VillageWeights:
    """How much each component counts for the rank; only the proportions matter.

    Attributes
    ----------
    places, services, residents, elderly, closeness, support
        Weights of the components of :data:`COMPONENTS`. 0 leaves a component out of the rank; its value is still
        shown.

    Raises
    ------
    StudyError
        If a weight is negative or no number, or all are 0.

    Examples
    --------
    >>> VillageWeights(support=0).array().tolist()
    [40.0, 20.0, 15.0, 10.0, 10.0, 0.0]
    """

    places: float = 40.0
    services: float = 20.0
    residents: float = 15.0
    elderly: float = 10.0
    closeness: float = 10.0
    support: float = 5.0

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0 <= value <= _MOST_WEIGHT:
                msg = "a weight must be a number of 0 to 1,000,000"
                raise StudyError(
                    msg, column=f"[village_weights] {item.name}", value=value, remedy="for example 10"
                )
        if not self.array().sum() > 0:
            msg = "at least one weight must be more than 0"
            raise StudyError(msg, column="[village_weights]", remedy="leave them out for the default")

    def known(self, people: PeopleKnown) -> VillageWeights:
        """Return the weights without the components that nobody knows; the others keep their proportions.

        Raises
        ------
        StudyError
            If no other component has a weight.

        Examples
        --------
        >>> VillageWeights().known("totals").array().tolist()
        [40.0, 20.0, 15.0, 0.0, 10.0, 5.0]
        """
        unknown = {"ages": (), "totals": ("elderly",), "nothing": ("residents", "elderly")}[people]
        return replace(self, **dict.fromkeys(unknown, 0.0))

    def array(self) -> NDArray[np.float64]:
        """Return the weights in the order of :data:`COMPONENTS`."""
        return np.array([getattr(self, item.weight) for item in COMPONENTS], dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Component:
    """One component of the score.

    Attributes
    ----------
    column
        Column of 'villages'.
    weight
        Its weight in :class:`VillageWeights`.
    reference
        The value that scores half of what the component can give.
    less_is_better
        Whether a smaller value scores more.
    """

    column: str
    weight: str
    reference: float
    less_is_better: bool = False


# References are round numbers near the middle of what Seoul has, fixed so that a score means the same in every run:
# to be normalised by the best candidate of the run, a score would change with what happens in another ward.
COMPONENTS: tuple[Component, ...] = (
    Component(column="places", weight="places", reference=3.0),
    Component(column="services", weight="services", reference=3.0),
    Component(column="residents_15min", weight="residents", reference=20_000.0),
    Component(column="residents_65_over_15min", weight="elderly", reference=3_000.0),
    Component(column="mean_walk_m", weight="closeness", reference=200.0, less_is_better=True),
    Component(column="support_sites", weight="support", reference=10.0),
)


def normalised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the components on a scale from 0 to 1 that depends on nothing but the value.

    ``value / (value + reference)`` where more is better, ``reference / (value + reference)`` where less is: the
    reference scores 0.5, more always scores more, and nothing reaches 1.

    Parameters
    ----------
    values
        One row a village, one column for each of :data:`COMPONENTS`.

    Examples
    --------
    >>> normalised(np.array([[3.0, 1.0, 20_000.0, 0.0, 200.0, 30.0]])).tolist()
    [[0.5, 0.25, 0.5, 0.0, 0.5, 0.75]]
    """
    reference = np.array([item.reference for item in COMPONENTS])
    less = np.array([item.less_is_better for item in COMPONENTS])
    return np.asarray(np.where(less, reference, values) / (values + reference), dtype=np.float64)


def points(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each component gives to the score, 0 to 100 in sum."""
    return np.asarray(normalised(values) * weights * (_FULL / weights.sum()), dtype=np.float64)


def ranks(
    total: NDArray[np.float64], places: NDArray[np.float64], ids: NDArray[np.object_]
) -> NDArray[np.int64]:
    """Return the rank of each village, 1 the best: by score, then more places, then the smaller id."""
    order = np.lexsort((ids.astype(str), -places, -np.round(total, _DIGITS)))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    return rank


def values_of(card: pd.DataFrame) -> NDArray[np.float64]:
    """Return the components of villages as one array."""
    return card[[item.column for item in COMPONENTS]].to_numpy(dtype=np.float64)


def scores(card: pd.DataFrame, weights: VillageWeights) -> pd.DataFrame:
    """Return the parts of the score, one row a village and component: columns of 'village_scores'.

    Parameters
    ----------
    card
        ``village_id`` and the columns of :data:`COMPONENTS`.
    weights
        Weights of the components.
    """
    values, count = values_of(card), len(COMPONENTS)
    return pd.DataFrame(
        {
            "village_id": np.repeat(card["village_id"].to_numpy(dtype=object), count),
            "component": [item.column for item in COMPONENTS] * len(card),
            "value": values.ravel(),
            "reference": [item.reference for item in COMPONENTS] * len(card),
            "normalised": normalised(values).ravel(),
            "weight": np.tile(weights.array(), len(card)),
            "points": points(values, weights.array()).ravel(),
        }
    )
