"""What the placing of residents decides: who is served where they stand, and where another method would put them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.coverage.by_unit import share_of, summed, units_of
from sharemap.coverage.points import combined
from sharemap.schema import check
from sharemap.units import persons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sharemap.coverage.nearest import Nearest
    from sharemap.coverage.services import Services

__all__ = ["Placement", "placing"]


@dataclass(frozen=True)
class Placement:
    """Residents as one method places them (schema ``demand``), and the nearest sites of their homes."""

    homes: pd.DataFrame
    nearest: Nearest


def placing(
    own: Placement, otherwise: Placement | None, area: pd.DataFrame, *, services: Services, cutoff_m: float
) -> pd.DataFrame:
    """Return how the residents of each dong were placed, and what another method would say (schema ``placing``).

    Parameters
    ----------
    own, otherwise
        The residents as the study has them, and as another method places them; ``None`` where there is no other.
    area
        The dongs of the study (schema ``area``).
    services
        The share is that of the promise, or of the first group where the promise cannot be judged.
    cutoff_m
        Inclusive.

    Returns
    -------
    One row a dong, the largest difference first: the method, the demand points that carry the dong, the share
    served, and the same of the other method. Without another method, or where nobody lives, that is empty.
    """
    units, unit = units_of(area[["ward_code", "ward_name", "dong_code", "dong_name"]], own.homes)
    *_, (kind, key, name, _) = _judged(own, services)
    first = pd.DataFrame({"unit": unit, "method": own.homes["method"].to_numpy()}).drop_duplicates("unit")
    residents = own.homes["residents"].to_numpy(dtype=np.int64)
    table = units.assign(
        method=first.set_index("unit")["method"].reindex(units.index),
        residents=persons(summed(residents, unit, len(units))),
        points=np.bincount(unit, minlength=len(units)),
        kind=kind,
        key=key,
        key_ko=name,
        share=_share(own, units, services, cutoff_m),
        method_otherwise=None,
        share_otherwise=np.nan,
    )
    if otherwise is not None:
        table["method_otherwise"] = otherwise.homes["method"].mode().iloc[0] if len(otherwise.homes) else None
        table["share_otherwise"] = _share(otherwise, units, services, cutoff_m)
    table["difference"] = table["share_otherwise"] - table["share"]
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    return check(table.loc[order].reset_index(drop=True), "placing", said=False)


def _judged(placed: Placement, services: Services) -> list[tuple[str, str, str, NDArray[np.float64]]]:
    """Return the walks to the first group, and after it those of the promise where it can be judged."""
    told = [row for row in combined(placed.nearest.cost_m, services) if row[0] != "layer"]
    return [told[0], *(row for row in told if row[0] == "promise")]


def _share(
    placed: Placement, units: pd.DataFrame, services: Services, cutoff_m: float
) -> NDArray[np.float64]:
    _, unit = units_of(units, placed.homes)
    *_, (_, _, _, cost) = _judged(placed, services)
    residents = placed.homes["residents"].to_numpy(dtype=np.int64)
    covered = summed(np.where(cost <= cutoff_m, residents, 0), unit, len(units))
    return share_of(covered, summed(residents, unit, len(units)))
