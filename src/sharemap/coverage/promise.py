"""The promise of the plan in a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sharemap.coverage.points import Dense
from sharemap.units import persons

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.coverage.services import Services

__all__ = ["headline"]


def headline(served: pd.DataFrame, demand: pd.DataFrame, *, services: Services) -> dict[str, Any]:
    """Return the plan's promise in a few numbers.

    Returns
    -------
    ``residents``; ``groups_with_data`` and ``groups_without_data``; ``residents_by_groups``, how many residents
    reach 0, 1, 2 ... groups; ``covered_groups_with_data`` and ``share_groups_with_data``, those who reach every
    group that has data; ``covered_all_groups`` and ``share_all_groups``, the promise, ``None`` when it cannot be
    judged. Shares are ``None`` where nobody lives.
    """
    groups = Dense.of(served, len(demand), services).groups()
    residents = demand["residents"].to_numpy(dtype=np.int64)
    by_groups = np.bincount(groups, residents, minlength=len(services.with_data) + 1).astype(np.int64)
    total, covered = int(residents.sum()), int(by_groups[-1]) if services.with_data else 0
    share = covered / total if total else None
    judged = not services.without_data
    return {
        "residents": persons(total),
        "groups_with_data": list(services.with_data),
        "groups_without_data": list(services.without_data),
        "residents_by_groups": dict(enumerate(persons(by_groups).tolist())),
        "covered_groups_with_data": persons(covered),
        "share_groups_with_data": share,
        "covered_all_groups": persons(covered) if judged else None,
        "share_all_groups": share if judged else None,
    }
