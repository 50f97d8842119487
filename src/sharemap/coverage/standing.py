"""Where each home stands with a service: served, not served, or unknown.

A home is *unknown* to a service when the inputs do not tell: it meets no street that the walker can use, or its ward has
no row in the file of the layer and no site elsewhere is in reach. A group is unknown when no layer of it is reached and
one of them is unknown; the promise when no group is known to be out of reach and one of them is unknown. So what is not
told decides only where it could.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.coverage.points import Dense, columns_of, combined
from sharemap.errors import GeometryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sharemap.coverage.services import Services

__all__ = ["Blind", "Standing", "groups_of", "standings", "without_street"]


@dataclass(frozen=True)
class Blind:
    """What the inputs do not tell of each home (rows) and layer of the study (columns).

    Attributes
    ----------
    no_street
        The home meets no street, so that nobody knows any of its walks.
    no_data
        The ward of the home has no row in the file of the layer, so that nobody knows which sites it has.
    services
        The layers, in the order of the columns.
    """

    no_street: NDArray[np.bool_]
    no_data: NDArray[np.bool_]
    services: Services

    @classmethod
    def of(cls, demand: pd.DataFrame, services: Services) -> Blind:
        """Read it from demand points.

        Raises
        ------
        GeometryError
            If the points do not say whether they meet a street, or in which ward they lie where that matters.
        """
        no_data = np.zeros((len(demand), len(services.layers)), dtype=bool)
        if services.no_data:
            if "ward_code" not in demand:
                msg = "the demand points do not say in which ward they lie"
                remedy = "give them the columns of the area: a layer has no data in some wards"
                raise GeometryError(msg, column="ward_code", remedy=remedy)
            code, wards = pd.factorize(demand["ward_code"])
            for column, layer in enumerate(services.layers):
                no_data[:, column] = np.array([(layer, ward) in services.no_data for ward in wards])[code]
        return cls(without_street(demand), no_data, services)

    def unknown(self, reached: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
        """Return which homes are unknown to each layer and group and to the promise, in the order of the tables.

        Parameters
        ----------
        reached
            Which layers (columns) have a site in reach of each home (rows).
        """
        layers = ~reached & (self.no_data | self.no_street[:, None])
        yield from (layers[:, column] for column in range(layers.shape[1]))
        every, never = np.ones(len(reached), dtype=bool), np.zeros(len(reached), dtype=bool)
        for group in self.services.with_data:
            columns = columns_of(group, self.services)
            served = np.asarray(reached[:, columns].any(axis=1))
            unknown = ~served & layers[:, columns].any(axis=1)
            every &= served
            never |= ~served & ~unknown
            yield unknown
        if not self.services.without_data:
            yield ~every & ~never


@dataclass(frozen=True)
class Standing:
    """Where each home stands with one service.

    Attributes
    ----------
    kind, key, name
        ``"layer"``, ``"group"`` or ``"promise"``, its key and its Korean name.
    walk
        Minutes to it, inf where it is not reached.
    sites
        Sites in reach.
    unknown
        Nobody knows whether it is reached.
    undoubted
        It is reached even if no site with a doubted position counts.
    """

    kind: str
    key: str
    name: str
    walk: NDArray[np.float64]
    sites: NDArray[np.int64]
    unknown: NDArray[np.bool_]
    undoubted: NDArray[np.bool_]

    @property
    def served(self) -> NDArray[np.bool_]:
        """Which homes reach it, as filed."""
        return np.isfinite(self.walk)

    @property
    def unserved(self) -> NDArray[np.bool_]:
        """Which homes are known to be out of reach."""
        return ~self.served & ~self.unknown


def standings(served: pd.DataFrame, demand: pd.DataFrame, services: Services) -> Iterator[Standing]:
    """Return where each home stands with each layer, each group and the promise.

    Parameters
    ----------
    served
        Result of :func:`at_points`.
    demand
        The demand points of its positions, joined to streets that the walker can use.
    services
        The layers with data and the groups of the plan.
    """
    dense = Dense.of(served, len(demand), services)
    unknown = Blind.of(demand, services).unknown(np.isfinite(dense.walk))
    undoubted = combined(np.where(dense.sites > dense.doubted, dense.walk, np.inf), services)
    for row, homes, (*_, walk) in zip(dense.rows(), unknown, undoubted, strict=True):
        yield Standing(*row, homes, np.isfinite(walk))


def groups_of(groups: Sequence[Standing], n_points: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return how many groups each home reaches, and whether some group is unknown to it, so that there may be more."""
    reached, unknown = np.zeros(n_points, dtype=np.int64), np.zeros(n_points, dtype=bool)
    for one in groups:
        reached += one.served
        unknown |= one.unknown
    return reached, unknown


def without_street(demand: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which demand points meet no street, so that nobody knows the walk of their residents.

    Raises
    ------
    GeometryError
        If the points do not say whether they meet one.
    """
    if "status" not in demand:
        msg = "the demand points do not say which of them meet a street"
        remedy = "join them with network.snap(streets, demand): unknown is not unserved"
        raise GeometryError(msg, column="status", remedy=remedy)
    return (demand["status"] != "ok").to_numpy(dtype=bool)
