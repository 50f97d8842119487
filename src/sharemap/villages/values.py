"""Value indicators of plan task 3-3 for each village: what the data can say, and what they cannot.

The plan asks for indicators of shared values: inclusion, openness, priority to the vulnerable, governance and
interconnection. Each indicator here is one number from the data. A missing input gives no value, never zero.

==================  =====================  ==============================================================
theme               indicator              formula
==================  =====================  ==============================================================
inclusion           children_15min         residents of 0-14 within 15 minutes of any of its places
inclusion           adults_15min           residents of 15-64, likewise
inclusion           elderly_15min          residents of 65 and over, likewise
inclusion           elderly_share          elderly_15min / residents within 15 minutes
openness            free_or_public_share   space services free of charge or run by a public body / those of which fee or
                                           operator is published; none where that is less than half of them
openness            known_share            space services of which fee or operator is published / space services
vulnerable          elderly_profile        residents of 65 and over within 15 minutes at elderly walking speed
vulnerable          elderly_profile_share  elderly_profile / elderly_15min
governance          operator_kinds         different kinds of operator, where published
governance          operators              different names of operators, where published
interconnection     link_density           adjacent pairs / all pairs, among its places and their neighbours
interconnection     loop_per_place         loop / places, metres
==================  =====================  ==============================================================
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.schema import AGE_BANDS
from sharemap.texts import contains
from sharemap.units import persons
from sharemap.villages.facts import ELDERLY_BANDS, elderly
from sharemap.villages.typed import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharemap.villages.cliques import Resolution
    from sharemap.villages.facts import Facts
    from sharemap.villages.rules import Surroundings

__all__ = ["INDICATORS", "values"]

_MINUTES = 15
_CHILDREN = ("age_00_04", "age_05_09", "age_10_14")
_FREE = re.compile(r"무료|free", re.IGNORECASE)
_PUBLIC = re.compile(r"공공|직영|지자체|자치구|구청|시청|국가|국립|시립|구립|공단|공사|public", re.IGNORECASE)
# names of operators: a ward, its office or dong, its corporation or foundation, with or without the city before it
_PUBLIC_NAMES = re.compile(
    r"(?:특별시|광역시)\s*(?:[가-힣]+구|$)|[시구군도]청|교육청|주민센터|행정복지센터|[국시구]립|공단|도시공사"
    r"|^[가-힣]{1,4}구$|^[가-힣]+\d*동$|^(?:재단법인|\(재\))?\s*[가-힣]{2,3}구?문화재단$"
)
_LEAST_KNOWN = 0.5


#: Theme and key of each indicator, in the order of the table.
INDICATORS: tuple[tuple[str, str], ...] = (
    ("inclusion", "children_15min"),
    ("inclusion", "adults_15min"),
    ("inclusion", "elderly_15min"),
    ("inclusion", "elderly_share"),
    ("openness", "free_or_public_share"),
    ("openness", "known_share"),
    ("vulnerable", "elderly_profile"),
    ("vulnerable", "elderly_profile_share"),
    ("governance", "operator_kinds"),
    ("governance", "operators"),
    ("interconnection", "link_density"),
    ("interconnection", "loop_per_place"),
)


def values(
    resolution: Resolution, card: pd.DataFrame, pairs: pd.DataFrame, facts: Facts, around: Surroundings
) -> pd.DataFrame:
    """Return the table 'village_values', villages in the order of their rank.

    Parameters
    ----------
    resolution
        Villages and their neighbours; row ``i`` of `card` before sorting is village ``i``.
    card
        ``village_id``, ``rank``, ``loop_m`` by position in `resolution` (its index).
    pairs
        Adjacent pairs.
    facts, around
        What is known about the places, and what lies around them.
    """
    rows = []
    for at in card.sort_values("rank").index:
        village = resolution.villages[at]
        known = {
            **_reached(village, facts, around),
            **_offered(village, around.services),
            **_linked(village, resolution.neighbours[at], pairs),
            "loop_per_place": card.loc[at, "loop_m"] / len(village),
        }
        rows += [(card.loc[at, "village_id"], theme, key, known[key]) for theme, key in INDICATORS]
    return table_of("village_values", pd.DataFrame(rows, columns=table_of("village_values").columns))


def _reached(village: Sequence[str], facts: Facts, around: Surroundings) -> dict[str, float | None]:
    rows = facts.rows(village)
    near = facts.within(rows, facts.profile.metres(_MINUTES))
    by_age = around.demand[list(AGE_BANDS)].iloc[near].sum()
    children, old = int(by_age[list(_CHILDREN)].sum()), int(by_age[list(ELDERLY_BANDS)].sum())
    everyone = int(facts.people[near].sum())
    slow = _at_elderly_speed(village, around)
    return {
        "children_15min": persons(children),
        "adults_15min": persons(int(by_age.sum()) - children - old),
        "elderly_15min": persons(old),
        "elderly_share": _share(old, everyone),
        "elderly_profile": None if slow is None else persons(slow),
        "elderly_profile_share": None if slow is None else _share(slow, old),
    }


def _at_elderly_speed(village: Sequence[str], around: Surroundings) -> int | None:
    costs = around.elderly_costs
    if costs is None:
        return None
    ours = np.isin(np.asarray(costs.site_ids, dtype=object), list(village))
    near = ours[costs.site] & (costs.cost_m <= costs.profile.metres(_MINUTES))
    return int(elderly(around.demand)[np.unique(costs.point[near])].sum())


def _offered(village: Sequence[str], services: pd.DataFrame | None) -> dict[str, float | None]:
    nothing: dict[str, float | None] = dict.fromkeys(
        ("free_or_public_share", "known_share", "operator_kinds", "operators")
    )
    if services is None:
        return nothing
    ours = services[services["place_id"].isin(village) & (services["role"] == "space")]
    fee, kind, name = (_told(ours, column) for column in ("fee", "operator_kind", "operator"))
    known = fee.notna() | kind.notna() | name.notna()
    public = contains(kind, _PUBLIC) | (kind.isna() & contains(name, _PUBLIC_NAMES))
    good = contains(fee, _FREE) | public
    published = not services.columns.intersection(["fee", "operator_kind", "operator"]).empty
    told = _share(int(known.sum()), len(ours)) if published else None
    enough = told is not None and told >= _LEAST_KNOWN
    return {
        "free_or_public_share": _share(int(good[known].sum()), int(known.sum())) if enough else None,
        "known_share": told,
        "operator_kinds": kind.nunique() if kind.notna().any() else None,
        "operators": name.nunique() if name.notna().any() else None,
    }


def _told(services: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Return a column of what is published, blanks as nothing; all nothing where no file publishes it."""
    if column not in services.columns:
        return pd.Series([None] * len(services), index=services.index, dtype="str")
    text = services[column].astype("str").str.strip()
    return text.mask(text == "")


def _linked(
    village: Sequence[str], neighbours: Sequence[str], pairs: pd.DataFrame
) -> dict[str, float | None]:
    together = [*village, *neighbours]
    links = int((pairs["a"].isin(together) & pairs["b"].isin(together)).sum())
    return {"link_density": _share(links, len(together) * (len(together) - 1) // 2)}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
