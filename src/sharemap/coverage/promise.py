"""The promise of the plan in a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sharemap.coverage.standing import groups_of, standings
from sharemap.units import persons

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.coverage.services import Services

__all__ = ["headline", "wards_without_data"]


def headline(served: pd.DataFrame, demand: pd.DataFrame, *, services: Services) -> dict[str, Any]:
    """Return the plan's promise in a few numbers.

    Returns
    -------
    ``residents``; ``groups_with_data`` and ``groups_without_data``; ``no_data``, the codes of the wards of which a layer
    has none; ``residents_by_groups``, how many residents reach 0, 1, 2 ... groups, and ``residents_groups_unknown``, those of whom that is not known; ``covered_groups_with_data``
    and ``share_groups_with_data``, those who reach every group that has data; ``covered_all_groups`` and
    ``share_all_groups``, the promise, ``None`` when it cannot be judged. Shares are ``None`` where nobody lives.
    """
    groups = [one for one in standings(served, demand, services) if one.kind == "group"]
    residents = demand["residents"].to_numpy(dtype=np.int64)
    reached, unknown = groups_of(groups, len(demand))
    lived = np.where(unknown, 0, residents)
    by_groups = np.bincount(reached, lived, minlength=len(groups) + 1).astype(np.int64)
    total, covered = int(residents.sum()), int(by_groups[-1]) if groups else 0
    share = covered / total if total else None
    judged = not services.without_data
    return {
        "residents": persons(total),
        "groups_with_data": list(services.with_data),
        "groups_without_data": list(services.without_data),
        "no_data": wards_without_data(services),
        "residents_by_groups": dict(enumerate(persons(by_groups).tolist())),
        "residents_groups_unknown": persons(int(residents[unknown].sum())),
        "covered_groups_with_data": persons(covered),
        "share_groups_with_data": share,
        "covered_all_groups": persons(covered) if judged else None,
        "share_all_groups": share if judged else None,
    }


def wards_without_data(services: Services) -> dict[str, list[str]]:
    """Return the codes of the wards of which a layer has no data, by layer."""
    return {
        layer: wards
        for layer in services.layers
        if (wards := sorted(ward for of, ward in services.no_data if of == layer))
    }
