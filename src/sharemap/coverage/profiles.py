"""Profiles side by side: whom one walker reaches and another does not.

All profiles of a run share the network *and the doors*: homes and sites meet the street where they meet it for the
profile of the study. A street that another profile cannot use (steps, for a wheelchair) is then shut for the homes
and sites that stand on it, and they count as not reached, each of them. Joining such a home to another street
would let it cross gardens and walls that the adult may not cross, and would let a wheelchair reach what an adult
does not. So a profile that is no faster and no better at steps reaches a subset, by construction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.coverage.by_unit import summed, thousandths_of, units_of
from sharemap.coverage.points import Dense, blank
from sharemap.coverage.services import AGES
from sharemap.schema import check
from sharemap.units import persons

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.coverage.services import Services
    from sharemap.units import WalkProfile

__all__ = ["gap_at_points", "gap_by_dong", "variety"]

_DONG = ["ward_code", "ward_name", "dong_code", "dong_name"]
_OLD = "65_over"


def gap_by_dong(  # noqa: PLR0913  two served tables, the people, where and what
    served: pd.DataFrame,
    slower: pd.DataFrame,
    demand: pd.DataFrame,
    area: pd.DataFrame,
    *,
    services: Services,
    profile: WalkProfile,
) -> pd.DataFrame:
    """Count in each dong the residents whom one profile reaches and the other does not (schema ``profile_gap``).

    Parameters
    ----------
    served, slower
        Results of :func:`at_points` for the profile of the study and for `profile`.
    demand, area, services
        As for :func:`by_dong`.
    profile
        The other profile.
    """
    units, unit = units_of(area[_DONG], demand)
    lived = thousandths_of(demand)
    tables = [
        _split(first, second, lived, unit, len(units)).assign(kind=kind, key=key, key_ko=name, order=order)
        for order, (kind, key, name, first, second) in enumerate(_both(served, slower, len(demand), services))
    ]
    rows = pd.concat(tables).sort_values(["unit", "order", "age"], ignore_index=True)
    named = units.iloc[rows["unit"]].reset_index(drop=True)
    whole = pd.concat([named, rows], axis=1).assign(profile=profile.name, profile_ko=profile.name_ko)
    return check(whole, "profile_gap")


def gap_at_points(
    served: pd.DataFrame,
    slower: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    *,
    services: Services,
    profile: WalkProfile,
) -> gpd.GeoDataFrame:
    """Return the demand points that one profile reaches and the other does not (schema ``gap``).

    Groups and the promise only; one row for each point and service.
    """
    parts = []
    old = demand[list(AGES[_OLD])].sum(axis=1).to_numpy(dtype=np.int64)
    for kind, key, name, first, second in _both(served, slower, len(demand), services):
        lost = np.flatnonzero(np.isfinite(first) & ~np.isfinite(second))
        if kind == "layer":
            continue
        part = demand.iloc[lost][["demand_id", *_DONG, "residents", "geometry"]].reset_index(drop=True)
        parts.append(
            part.assign(
                kind=kind,
                key=key,
                key_ko=name,
                residents=persons(part["residents"].to_numpy()),
                residents_65_over=persons(old[lost]),
                walk_min=blank(first[lost]),
                profile=profile.name,
                profile_ko=profile.name_ko,
            )
        )
    return check(pd.concat(parts, ignore_index=True), "gap")


def variety(
    served: pd.DataFrame,
    demand: pd.DataFrame,
    area: pd.DataFrame,
    *,
    services: Services,
    profile: WalkProfile,
) -> pd.DataFrame:
    """Count groups, layers and sites in reach of the residents of each dong and ward (schema ``variety``)."""
    dense = Dense.of(served, len(demand), services)
    everybody, groups = thousandths_of(demand), dense.groups()
    met = {
        "mean_groups": groups,
        "mean_layers": np.isfinite(dense.walk).sum(axis=1),
        "mean_sites": dense.sites.sum(axis=1),
    }
    parts = []
    for keys in (_DONG[:2], _DONG):
        units, unit = units_of(area[keys], demand)
        named = units.assign(unit="dong" if "dong_code" in keys else "ward")
        for age, lived in zip(AGES, everybody.T, strict=True):
            residents = summed(lived, unit, len(units))
            counts = {
                f"groups_{number}": persons(summed(np.where(groups == number, lived, 0), unit, len(units)))
                for number in range(5)
            }
            means = {name: _mean(lived * many, unit, residents) for name, many in met.items()}
            parts.append(named.assign(age_band=age, residents=persons(residents), **counts, **means))
    rows = pd.concat(parts, ignore_index=True)
    for name in ("dong_code", "dong_name"):
        rows[name] = rows[name].astype("str")
    return check(rows.assign(profile=profile.name, profile_ko=profile.name_ko), "variety")


def _mean(
    met: NDArray[np.int64], unit: NDArray[np.intp], residents: NDArray[np.int64]
) -> NDArray[np.float64]:
    total = summed(met, unit, len(residents))
    return np.divide(total, residents, out=np.full(len(residents), np.nan), where=residents > 0)


def _both(
    served: pd.DataFrame, slower: pd.DataFrame, n_points: int, services: Services
) -> Iterator[tuple[str, str, str, NDArray[np.float64], NDArray[np.float64]]]:
    pairs = zip(
        Dense.of(served, n_points, services).rows(), Dense.of(slower, n_points, services).rows(), strict=True
    )
    for (kind, key, name, first, _), (*_, second, _) in pairs:
        yield kind, key, name, first, second


def _split(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    everybody: NDArray[np.int64],
    unit: NDArray[np.intp],
    n_units: int,
) -> pd.DataFrame:
    one, other = np.isfinite(first), np.isfinite(second)
    cases = {
        "both": one & other,
        "only_study_profile": one & ~other,
        "only_this_profile": other & ~one,
        "neither": ~one & ~other,
    }
    parts = []
    for age, (band, lived) in enumerate(zip(AGES, everybody.T, strict=True)):
        residents = summed(lived, unit, n_units)
        counts = {name: summed(np.where(case, lived, 0), unit, n_units) for name, case in cases.items()}
        share = np.divide(
            counts["only_study_profile"], residents, out=np.full(n_units, np.nan), where=residents > 0
        )
        part = {"unit": np.arange(n_units), "age": age, "age_band": band, "residents": persons(residents)}
        told = {name: persons(count) for name, count in counts.items()}
        parts.append(pd.DataFrame({**part, **told, "share": share}))
    return pd.concat(parts, ignore_index=True)
