"""Profiles side by side: whom one walker reaches and another does not.

All profiles of a run share the network, and each meets it where it can: homes and sites join the nearest street that the
walker can use. So a home beside a flight of steps has its door at the next street for a wheelchair, and is unknown to
it where none is near enough. Who walks slower and uses fewer streets reaches no more from a door that both share; from
another door it may, which is why :func:`gap_by_dong` counts both directions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.coverage.by_unit import share_of, summed, thousandths_of, units_of
from sharemap.coverage.points import Dense, blank
from sharemap.coverage.services import AGES
from sharemap.coverage.standing import groups_of, standings
from sharemap.schema import ages_known, check
from sharemap.units import persons

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.coverage.services import Services
    from sharemap.coverage.standing import Standing
    from sharemap.coverage.walker import Walker
    from sharemap.units import WalkProfile

__all__ = ["gap_at_points", "gap_by_dong", "variety"]

_DONG = ["ward_code", "ward_name", "dong_code", "dong_name"]
_OLD = "65_over"


def gap_by_dong(own: Walker, other: Walker, area: pd.DataFrame, *, services: Services) -> pd.DataFrame:
    """Count in each dong the residents whom one walker reaches and the other does not (schema ``profile_gap``).

    Parameters
    ----------
    own, other
        The walker of the study, and the other.
    area, services
        As for :func:`by_dong`.

    Returns
    -------
    Residents of whom it is unknown whether one of the two reaches are counted apart: the gap is whom the study's walker
    reaches and the other is known not to.
    """
    units, unit = units_of(area[_DONG], own.homes)
    lived = thousandths_of(own.homes)
    tables = [
        _split(first, second, lived, unit, len(units)).assign(
            kind=first.kind, key=first.key, key_ko=first.name, order=order
        )
        for order, (first, second) in enumerate(_both(own, other, services))
    ]
    rows = pd.concat(tables).sort_values(["unit", "order", "age"], ignore_index=True)
    named = units.iloc[rows["unit"]].reset_index(drop=True)
    return check(_of(pd.concat([named, rows], axis=1), other.profile), "profile_gap")


def gap_at_points(own: Walker, other: Walker, *, services: Services) -> gpd.GeoDataFrame:
    """Return the demand points that one walker reaches and the other does not (schema ``gap``).

    Groups and the promise only; one row for each point and service.
    """
    parts, demand = [], own.homes
    old = demand[list(AGES[_OLD])].sum(axis=1).to_numpy(dtype=np.int64) if ages_known(demand) else None
    for first, second in _both(own, other, services):
        lost = np.flatnonzero(first.served & second.unserved)
        if first.kind == "layer":
            continue
        part = demand.iloc[lost][["demand_id", *_DONG, "residents", "geometry"]].reset_index(drop=True)
        parts.append(
            part.assign(
                kind=first.kind,
                key=first.key,
                key_ko=first.name,
                residents=persons(part["residents"].to_numpy()),
                residents_65_over=np.nan if old is None else persons(old[lost]),
                walk_min=blank(first.walk[lost]),
            )
        )
    return check(_of(pd.concat(parts, ignore_index=True), other.profile), "gap")


def _of(rows: pd.DataFrame, profile: WalkProfile) -> pd.DataFrame:
    return rows.assign(profile=profile.name, profile_ko=profile.name_ko)


def variety(
    served: pd.DataFrame,
    demand: pd.DataFrame,
    area: pd.DataFrame,
    *,
    services: Services,
    profile: WalkProfile,
) -> pd.DataFrame:
    """Count groups, layers and sites in reach of the residents of each dong and ward (schema ``variety``).

    Residents of whom some group is unknown are counted apart, and are in none of the means.
    """
    dense, everybody = Dense.of(served, len(demand), services), thousandths_of(demand)
    groups, unknown = groups_of(
        [one for one in standings(served, demand, services) if one.kind == "group"], len(demand)
    )
    met = {
        "mean_groups": groups,
        "mean_layers": np.isfinite(dense.walk).sum(axis=1),
        "mean_sites": dense.sites.sum(axis=1),
    }
    parts = []
    for keys in (_DONG[:2], _DONG):
        units, unit = units_of(area[keys], demand)
        named = units.assign(unit="dong" if "dong_code" in keys else "ward")
        for age, lived in zip(AGES, everybody.T, strict=False):
            known = np.where(unknown, 0, lived)
            counts = {
                f"groups_{number}": persons(summed(np.where(groups == number, known, 0), unit, len(units)))
                for number in range(5)
            }
            residents, told = (summed(people, unit, len(units)) for people in (lived, known))
            means = {
                name: share_of(summed(known * many, unit, len(units)), told) for name, many in met.items()
            }
            counts |= {"residents": persons(residents), "unknown": persons(residents - told)}
            parts.append(named.assign(age_band=age, **counts, **means))
    rows = pd.concat(parts, ignore_index=True)
    for name in ("dong_code", "dong_name"):
        rows[name] = rows[name].astype("str")
    return check(_of(rows, profile), "variety")


def _both(own: Walker, other: Walker, services: Services) -> Iterator[tuple[Standing, Standing]]:
    return zip(
        *(standings(one.served, one.homes, services) for one in (own, other)),
        strict=True,
    )


def _split(
    first: Standing,
    second: Standing,
    everybody: NDArray[np.int64],
    unit: NDArray[np.intp],
    n_units: int,
) -> pd.DataFrame:
    cases = {
        "both": first.served & second.served,
        "only_study_profile": first.served & second.unserved,
        "only_this_profile": first.unserved & second.served,
        "neither": first.unserved & second.unserved,
        "unknown": first.unknown | second.unknown,
    }
    parts = []
    for age, (band, lived) in enumerate(zip(AGES, everybody.T, strict=False)):
        residents = summed(lived, unit, n_units)
        counts = {name: summed(np.where(case, lived, 0), unit, n_units) for name, case in cases.items()}
        share = share_of(counts["only_study_profile"], residents)
        part = {"unit": np.arange(n_units), "age": age, "age_band": band, "residents": persons(residents)}
        told = {name: persons(count) for name, count in counts.items()}
        parts.append(pd.DataFrame({**part, **told, "share": share}))
    return pd.concat(parts, ignore_index=True)
