"""What the promise would be if the evidence were another: a list longer, a ward told, a site not there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sharemap.coverage.points import Dense, columns_of
from sharemap.coverage.standing import without_street

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    from numpy.typing import NDArray

    from sharemap.coverage.services import Services

__all__ = ["WhatIf"]


@dataclass(frozen=True)
class WhatIf:
    """Residents who reach every group with data, as filed and with other evidence; thousandths of a person.

    Only homes that meet a street are ever served: of the others nobody knows the walk.

    Attributes
    ----------
    served
        Result of :func:`sharemap.coverage.at_points`.
    demand
        The demand points of its positions, schema ``demand``.
    services
        The layers with data and the groups of the plan.
    lent
        Layer -> which demand points would reach it if all its hosts lent it.

    Examples
    --------
    >>> import pandas as pd
    >>> from sharemap.coverage import Services
    >>> services = Services(
    ...     layers={"bike": "mobility", "tools": "goods"},
    ...     groups={"mobility": "이동", "goods": "물건"},
    ...     names={"bike": "따릉이", "tools": "공구"},
    ... )
    >>> served = pd.DataFrame(
    ...     {"point": [0, 1, 0], "layer": ["bike", "bike", "tools"], "walk_min": 5.0, "sites": 1, "site_id": "s"}
    ... ).assign(doubted=0)
    >>> demand = pd.DataFrame({"residents": [2000, 3000], "ward_code": "11140", "status": "ok"})
    >>> what_if = WhatIf(served, demand, services)
    >>> what_if.as_filed, what_if.everywhere("tools"), what_if.without_site("s", "tools")
    (2000, 5000, 0)
    """

    served: pd.DataFrame
    demand: pd.DataFrame
    services: Services
    lent: dict[str, NDArray[np.bool_]] | None = None

    @property
    def layers(self) -> Collection[str]:
        """The layers with data."""
        return self.services.layers

    @cached_property
    def as_filed(self) -> int:
        """Those who reach every group with data as the files say it."""
        return self._kept(self._reached)

    def everywhere(self, layer: str, wards: Collection[str] | None = None) -> int:
        """Return how many they would be if everybody, or everybody of some wards, had the layer in reach.

        The most that a list which says nothing there can hide.
        """
        where = np.ones(len(self.demand), dtype=bool) if wards is None else self._in(wards)
        return self._with(layer, self._reached[:, self._column(layer)] | (where & self._on_street))

    def hosted(self, layer: str) -> int:
        """Return how many they would be if all published hosts of the layer lent it."""
        reached = (self.lent or {})[layer]
        return self._with(layer, self._reached[:, self._column(layer)] | (reached & self._on_street))

    def without(self, layer: str) -> int:
        """Return how many they would be if nothing of the layer were there."""
        return self._with(layer, np.zeros(len(self.demand), dtype=bool))

    def without_site(self, site_id: str, layer: str) -> int:
        """Return how many they would be if one site were not there: who reaches only this one loses the layer."""
        only = self._only.get((layer, site_id), np.zeros(0, dtype=np.int64))
        reached = self._reached[:, self._column(layer)].copy()
        reached[only] = False
        return self._with(layer, reached)

    @property
    def if_all_on_street(self) -> int:
        """How many they would be if everybody without a mapped street near home were served."""
        return self.as_filed + int(self._residents[~self._on_street].sum())

    @cached_property
    def _reached(self) -> NDArray[np.bool_]:
        return np.isfinite(Dense.of(self.served, len(self.demand), self.services).walk)

    @cached_property
    def _only(self) -> dict[tuple[str, str], NDArray[np.int64]]:
        """Layer and site -> the points that reach no other site of the layer."""
        alone = self.served.loc[self.served["sites"] == 1]
        by = alone.groupby(["layer", "site_id"], observed=True)["point"]
        return {(str(layer), str(site)): points.to_numpy(dtype=np.int64) for (layer, site), points in by}

    @cached_property
    def _residents(self) -> NDArray[np.int64]:
        return self.demand["residents"].to_numpy(dtype=np.int64)

    @cached_property
    def _on_street(self) -> NDArray[np.bool_]:
        return ~without_street(self.demand)

    def _in(self, wards: Collection[str]) -> NDArray[np.bool_]:
        return self.demand["ward_code"].isin(list(wards)).to_numpy(dtype=bool)

    def _column(self, layer: str) -> int:
        return list(self.services.layers).index(layer)

    def _with(self, layer: str, reached: NDArray[np.bool_]) -> int:
        changed = self._reached.copy()
        changed[:, self._column(layer)] = reached
        return self._kept(changed)

    def _kept(self, reached: NDArray[np.bool_]) -> int:
        if not self.services.with_data:
            return 0
        groups = [
            reached[:, columns_of(group, self.services)].any(axis=1) for group in self.services.with_data
        ]
        return int(self._residents[np.all(groups, axis=0)].sum())
