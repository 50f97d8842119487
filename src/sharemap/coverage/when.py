"""Who is served at a weekday and time: sites that are known to be open, and sites that may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.coverage.nearest import nearest_at_points
from sharemap.coverage.points import combined, members
from sharemap.coverage.standing import Blind
from sharemap.schema import TABLES, check
from sharemap.units import persons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sharemap.coverage.services import Services
    from sharemap.network import WalkNetwork

__all__ = ["at_times"]

_OPEN, _UNKNOWN = 1, -1
_PERSONS = ("residents", "covered_open", "covered_maybe", "uncovered", "unknown")
_SITES = ("sites_open", "sites_closed", "sites_unknown")


def at_times(  # noqa: PLR0913  the network, the sites, the people and when
    streets: WalkNetwork,
    stops_by_layer: Mapping[str, pd.DataFrame],
    demand: pd.DataFrame,
    states: pd.DataFrame,
    *,
    services: Services,
    cutoff_m: float,
) -> pd.DataFrame:
    """Count the residents served at some times (schema ``coverage_when``).

    Parameters
    ----------
    streets, stops_by_layer, demand, services
        As for :func:`nearest_at_points`; `demand` with ``residents``.
    states
        ``site_id``, ``when`` (name of the time) and ``state``: 1 open, 0 closed, -1 unknown.
    cutoff_m
        Inclusive.

    Returns
    -------
    For each time and service ``covered_open`` (a site in reach is known to be open) and ``covered_maybe`` (a site
    in reach is open or its hours are unknown): of the sites that are filed the truth lies between. ``covered_open`` is
    empty, no data, where of no site of the service it is known whether it is open then; for the promise, of no site of
    one of its groups. ``uncovered`` are known to be out of reach of any site that may be open, and ``unknown`` neither:
    nobody knows their walk, or whether their ward has a site. The share is at least that of ``covered_open`` and at most
    that of all who are not ``uncovered``.
    """
    residents = demand["residents"].to_numpy(dtype=np.int64)
    total, blind = int(residents.sum()), Blind.of(demand, services)
    parts = []
    for when, state in states.groupby("when", sort=False):
        by_site = state.set_index("site_id")["state"]
        known = _counts(stops_by_layer, by_site, services)
        nearest_m = [
            nearest_at_points(
                streets, _only(stops_by_layer, by_site, allowed), demand, services=services
            ).cost_m
            for allowed in ((_OPEN,), (_OPEN, _UNKNOWN))
        ]
        unknown = blind.unknown(nearest_m[1] <= cutoff_m)
        rows = zip(*(combined(cost, services) for cost in nearest_m), unknown, strict=True)
        for order, ((kind, key, name, open_m), (*_, maybe_m), homes) in enumerate(rows):
            columns = list(members(kind, key, services))
            count = known[columns].sum(axis=0)
            maybe, nobody_knows = int(residents[maybe_m <= cutoff_m].sum()), int(residents[homes].sum())
            told = _is_told(known, kind, key, services)
            parts.append(
                {
                    "when": when,
                    "order": order,
                    "kind": kind,
                    "key": key,
                    "key_ko": name,
                    "sites_open": int(count[0]),
                    "sites_closed": int(count[1]),
                    "sites_unknown": int(count[2]),
                    "residents": total,
                    "covered_open": residents[open_m <= cutoff_m].sum() if told else np.nan,
                    "covered_maybe": maybe,
                    "uncovered": total - maybe - nobody_knows,
                    "unknown": nobody_knows,
                }
            )
    table = pd.DataFrame(parts, columns=TABLES["coverage_when"].names)  # where there is no site, no row
    table = table.astype({**dict.fromkeys(_SITES, "int64"), **dict.fromkeys(_PERSONS, "float64")})
    shown = {
        "open": table["covered_open"],
        "maybe": table["covered_maybe"],
        "at_most": total - table["uncovered"],
    }
    for name, people in shown.items():
        table[f"share_{name}"] = people / total if total else np.nan
    for name in _PERSONS:
        told_of = table[name].notna()
        table.loc[told_of, name] = persons(table.loc[told_of, name].to_numpy())
    return check(table, "coverage_when")


def _counts(
    stops_by_layer: Mapping[str, pd.DataFrame], by_site: pd.Series[int], services: Services
) -> NDArray[np.int64]:
    """Return the numbers of open, closed and unknown sites (columns) of each layer (rows)."""
    counts = np.zeros((len(services.layers), 3), dtype=np.int64)
    for row, key in enumerate(services.layers):
        if key in stops_by_layer:
            state = by_site.reindex(stops_by_layer[key]["site_id"]).fillna(_UNKNOWN)
            counts[row] = [(state == value).sum() for value in (_OPEN, 0, _UNKNOWN)]
    return counts


def _is_told(known: NDArray[np.int64], kind: str, key: str, services: Services) -> bool:
    told = known[:, :2].sum(axis=1) > 0
    if kind != "promise":
        return bool(told[list(members(kind, key, services))].any())
    return all(told[list(members("group", group, services))].any() for group in services.with_data)


def _only(
    stops_by_layer: Mapping[str, pd.DataFrame], by_site: pd.Series[int], allowed: tuple[int, ...]
) -> dict[str, pd.DataFrame]:
    chosen = {}
    for key, stops in stops_by_layer.items():
        state = by_site.reindex(stops["site_id"]).fillna(_UNKNOWN)
        rows = stops.loc[state.isin(allowed).to_numpy()]
        if len(rows):
            chosen[key] = rows.reset_index(drop=True)
    return chosen
