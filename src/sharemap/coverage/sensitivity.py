"""Coverage against the cutoff, so that "15 minutes" is never one hidden number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.coverage.points import combined
from sharemap.coverage.standing import Blind
from sharemap.schema import check
from sharemap.units import persons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharemap.coverage.nearest import Nearest
    from sharemap.coverage.services import Services
    from sharemap.units import WalkProfile

__all__ = ["sensitivity"]

_MINUTES = 15.0
_M_PER_KM = 1000.0
_MIN_PER_H = 60.0


def sensitivity(  # noqa: PLR0913  the walks, the people, the services and the cutoffs
    nearest: Nearest,
    demand: pd.DataFrame,
    *,
    services: Services,
    profile: WalkProfile,
    cutoffs_m: Sequence[float],
    own_m: float,
) -> pd.DataFrame:
    """Count covered residents at several cutoffs from one pass of nearest walks (schema ``sensitivity``).

    Parameters
    ----------
    nearest
        Nearest sites without a cutoff.
    demand
        Demand points, as for :func:`by_dong`.
    services, profile
        The services, and the profile of the walks.
    cutoffs_m
        Cutoffs in metres of flat street, inclusive.
    own_m
        The cutoff of the study, which is a row too.

    Notes
    -----
    A cutoff of ``m`` metres is ``m / speed`` minutes for the profile, and as well the reach in 15 minutes of
    somebody who walks ``m / 15 min``: one curve answers both questions. Steps weigh as the profile has them.
    """
    residents = demand["residents"].to_numpy(dtype=np.int64)
    total, blind = int(residents.sum()), Blind.of(demand, services)
    rows = []
    for cutoff in sorted({*map(float, cutoffs_m), float(own_m)}):
        unknown = blind.unknown(nearest.cost_m <= cutoff)
        pairs = zip(combined(nearest.cost_m, services), unknown, strict=True)
        for order, ((kind, key, name, cost), homes) in enumerate(pairs):
            people = (int(residents[cost <= cutoff].sum()), int(residents[homes].sum()))
            rows.append((order, kind, key, name, cutoff, cutoff == float(own_m), *people))
    columns = ["order", "kind", "key", "key_ko", "cutoff_m", "own", "covered", "unknown"]
    table = pd.DataFrame(rows, columns=columns).sort_values(["order", "cutoff_m"], ignore_index=True)
    table["cutoff_min"] = profile.minutes(table["cutoff_m"].to_numpy())
    table["speed_kmh_15min"] = table["cutoff_m"] / _M_PER_KM * _MIN_PER_H / _MINUTES
    table["residents"] = total
    table["uncovered"] = total - table["unknown"] - table["covered"]
    table["share"] = table["covered"] / total if total else np.nan
    table["share_at_most"] = (table["covered"] + table["unknown"]) / total if total else np.nan
    counted = ["residents", "covered", "uncovered", "unknown"]
    table[counted] = persons(table[counted].to_numpy())
    return check(table.assign(profile=profile.name, profile_ko=profile.name_ko), "sensitivity")
