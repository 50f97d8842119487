"""Who is served, by dong and ward: covered residents, walks and sites in reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.coverage.services import AGES
from sharemap.coverage.standing import standings
from sharemap.errors import GeometryError
from sharemap.schema import ages_known, check
from sharemap.units import persons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sharemap.coverage.services import Services
    from sharemap.coverage.standing import Standing

__all__ = ["by_dong", "by_ward", "share_of", "summed", "thousandths_of", "units_of"]

_PERCENT = 100


def by_dong(
    served: pd.DataFrame, demand: pd.DataFrame, area: pd.DataFrame, *, services: Services
) -> pd.DataFrame:
    """Coverage of each dong (schema ``coverage_dong``).

    Parameters
    ----------
    served
        Result of :func:`at_points`.
    demand
        Demand points (schema ``demand``), in the order of the positions in `served`. Where a point meets no street
        (its ``status`` is not ``ok``) nobody knows the walk: its residents are unknown, not uncovered. So are residents
        out of reach of the sites that are known where their ward has no data (:attr:`Services.no_data`).
    area
        The dongs of the study (schema ``area``), so that dongs without residents have their rows too.
    services
        The layers with data and the groups of the plan.

    Returns
    -------
    One row for each dong, service (layers, groups, promise) and age band, in that order.

    Raises
    ------
    GeometryError
        If the tables do not belong together.

    Notes
    -----
    Covered, uncovered and unknown residents add up to all. The share is as filed, covered of all residents: it is *at
    least* what it is without sites in doubt, and *at most* what it would be if all unknown residents were covered.

    Medians and percentiles are over covered residents: the shortest walk within which at least half (95 %) of
    them reach the service. The walk to a group is the walk to the nearest site of any of its layers; the walk
    of the promise is the longest of the walks to the nearest site of each group. ``mean_sites`` is over residents who
    are not unknown, uncovered ones with none; for a group and for the promise the sites of all their layers count.
    """
    keys = ["ward_code", "ward_name", "dong_code", "dong_name"]
    return check(_table(served, demand, area[keys], services), "coverage_dong")


def by_ward(
    served: pd.DataFrame, demand: pd.DataFrame, area: pd.DataFrame, *, services: Services
) -> pd.DataFrame:
    """Coverage of each ward (schema ``coverage_ward``); see :func:`by_dong`.

    Only the dongs of `area` count: the ward of a study of two dongs is those two dongs.
    """
    return check(_table(served, demand, area[["ward_code", "ward_name"]], services), "coverage_ward")


def _table(
    served: pd.DataFrame, demand: pd.DataFrame, units: pd.DataFrame, services: Services
) -> pd.DataFrame:
    units, unit = units_of(units, demand)
    lived = thousandths_of(demand)
    tables = [
        _figures(one, unit, lived, len(units)).assign(
            kind=one.kind, key=one.key, key_ko=one.name, order=order
        )
        for order, one in enumerate(standings(served, demand, services))
    ]
    if not tables:
        msg = "the study names no layer"
        raise GeometryError(msg, remedy="name at least one layer in Services.layers")
    figures = pd.concat(tables).sort_values(["unit", "order", "age"], ignore_index=True)
    named = units.iloc[figures["unit"]].reset_index(drop=True)
    return pd.concat([named, figures], axis=1)


def units_of(units: pd.DataFrame, demand: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Return the units in the order of their codes, and the unit of each demand point.

    Raises
    ------
    GeometryError
        If residents live in a unit that is not there.
    """
    code = [name for name in units.columns if name.endswith("_code")][-1]
    units = units.drop_duplicates(code).sort_values(code, ignore_index=True)
    unit = pd.Index(units[code]).get_indexer(pd.Index(demand[code]))
    if (unit < 0).any():
        strange = sorted(set(demand.loc[unit < 0, code]))
        msg = f"residents live in a {code.removesuffix('_code')} that the area does not have"
        raise GeometryError(msg, column=code, value=strange, remedy="pass the area the demand was placed in")
    return units, unit


def thousandths_of(demand: pd.DataFrame) -> NDArray[np.int64]:
    """Return the residents of each demand point (rows) and age of :data:`AGES` (columns), in thousandths of a person.

    Where ages are not known there is one column, of all residents, and tables have no row of an age.
    """
    if not ages_known(demand):
        return demand["residents"].to_numpy(dtype=np.int64)[:, None]
    return np.column_stack(
        [demand[list(bands)].sum(axis=1).to_numpy(dtype=np.int64) for bands in AGES.values()]
    )


def summed(values: NDArray[np.int64], unit: NDArray[np.intp], n_units: int) -> NDArray[np.int64]:
    """Add up whole numbers by unit."""
    # floats are exact up to 2^53: nine million million persons, in thousandths
    return np.rint(np.bincount(unit, values, minlength=n_units)).astype(np.int64)


def share_of(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return parts of wholes; NaN where there is nobody."""
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _figures(
    one: Standing, unit: NDArray[np.intp], everybody: NDArray[np.int64], n_units: int
) -> pd.DataFrame:
    points = np.flatnonzero(one.served)
    points = points[np.lexsort((one.walk[points], unit[points]))]
    parts = []
    for age, (band, lived) in enumerate(zip(AGES, everybody.T, strict=False)):
        residents, covered, undoubted, unknown = (
            summed(np.where(homes, lived, 0), unit, n_units)
            for homes in (True, one.served, one.undoubted, one.unknown)
        )
        met = summed(np.where(one.unknown, 0, lived * one.sites), unit, n_units)
        ends = np.cumsum(covered)
        running = np.cumsum(lived[points])
        percentile = {
            name: _percentile(one.walk[points], running, ends - covered, covered, percent)
            for name, percent in (("median_min", 50), ("p95_min", 95))
        }
        parts.append(
            pd.DataFrame(
                {
                    "unit": np.arange(n_units),
                    "age": age,
                    "age_band": band,
                    "residents": persons(residents),
                    "covered": persons(covered),
                    "uncovered": persons(residents - covered - unknown),
                    "unknown": persons(unknown),
                    "undoubted": persons(undoubted),
                    "share": share_of(covered, residents),
                    "share_at_least": share_of(undoubted, residents),
                    "share_at_most": share_of(covered + unknown, residents),
                    **percentile,
                    "mean_sites": share_of(met, residents - unknown),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _percentile(
    minutes: NDArray[np.float64],
    running: NDArray[np.int64],
    before: NDArray[np.int64],
    covered: NDArray[np.int64],
    percent: int,
) -> NDArray[np.float64]:
    """Walk of the person at a percentile of each unit; thousandths are counted, so this is exact."""
    person = before + -(-covered * percent // _PERCENT)
    some = covered > 0
    found = np.full(len(covered), np.nan)
    found[some] = minutes[np.searchsorted(running, person[some], side="left")]
    return found
