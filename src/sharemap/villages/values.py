"""Value indicators of plan task 3-3 for each village: what the data can say, and what they cannot.

The plan asks for indicators of shared values: inclusion, openness, priority to the vulnerable, governance and
interconnection. Each indicator here is one number from the data, with its formula and its limits beside it. A missing
input gives no value, never zero.

==================  =====================  ==============================================================
theme               indicator              formula
==================  =====================  ==============================================================
inclusion           children_15min         residents of 0-14 within 15 minutes of any of its places
inclusion           adults_15min           residents of 15-64, likewise
inclusion           elderly_15min          residents of 65 and over, likewise
inclusion           elderly_share          elderly_15min / residents within 15 minutes
openness            free_or_public_share   services free of charge or run by a public body / services of which
                                           either is published
openness            known_share            services of which either is published / services
vulnerable          elderly_profile        residents of 65 and over within 15 minutes at elderly walking speed
vulnerable          elderly_profile_share  elderly_profile / elderly_15min
governance          operator_kinds         different kinds of operator, where published
governance          operators              different names of operators, where published
interconnection     link_density           adjacent pairs / all pairs, among its places and their neighbours
interconnection     loop_per_place         loop / places, metres
==================  =====================  ==============================================================

Limits: residents are registered residents, not visitors or workers; a service that can be reached is not a service
that is used; fees and operators are as published, and the share that is published is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.schema import AGE_BANDS
from sharemap.villages.facts import ELDERLY_BANDS, elderly
from sharemap.villages.tables import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharemap.villages.cliques import Resolution
    from sharemap.villages.facts import Facts
    from sharemap.villages.rules import Surroundings

__all__ = ["INDICATORS", "Indicator", "values"]

_MINUTES = 15
_CHILDREN = ("age_00_04", "age_05_09", "age_10_14")
_FREE = r"무료|free"
_PUBLIC = r"공공|직영|지자체|자치구|구청|시청|국가|국립|시립|구립|공단|공사|public"


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator: what readers see beside its value."""

    theme: str
    key: str
    name_ko: str
    unit: str
    formula_ko: str
    limits_ko: str


_REGISTERED = "주민등록 인구 기준이며 방문자와 직장인은 들어 있지 않습니다. 닿을 수 있다는 것이 이용한다는 뜻은 아닙니다."
_PUBLISHED = "공개자료에 적힌 것만 셉니다. 적히지 않은 시설은 계산에서 빠집니다."

#: The indicators, in the order of the table.
INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        theme="inclusion", key="children_15min", name_ko="15분 안 어린이(0~14세)", unit="명",
        formula_ko="후보지 어느 공유공간이든 걸어서 15분 안에 사는 0~14세 주민 수", limits_ko=_REGISTERED,
    ),
    Indicator(
        theme="inclusion", key="adults_15min", name_ko="15분 안 청장년(15~64세)", unit="명",
        formula_ko="후보지 어느 공유공간이든 걸어서 15분 안에 사는 15~64세 주민 수", limits_ko=_REGISTERED,
    ),
    Indicator(
        theme="inclusion", key="elderly_15min", name_ko="15분 안 어르신(65세 이상)", unit="명",
        formula_ko="후보지 어느 공유공간이든 걸어서 15분 안에 사는 65세 이상 주민 수", limits_ko=_REGISTERED,
    ),
    Indicator(
        theme="inclusion", key="elderly_share", name_ko="15분 안 주민 가운데 어르신 비율", unit="비율",
        formula_ko="15분 안 65세 이상 주민 ÷ 15분 안 주민", limits_ko=_REGISTERED,
    ),
    Indicator(
        theme="openness", key="free_or_public_share", name_ko="무료이거나 공공이 운영하는 서비스 비율", unit="비율",
        formula_ko="무료 또는 공공 운영 서비스 ÷ 요금이나 운영주체가 공개된 서비스",
        limits_ko=f"{_PUBLISHED} 실제 개방 시간과 이용 자격은 반영하지 않습니다.",
    ),
    Indicator(
        theme="openness", key="known_share", name_ko="요금·운영주체가 공개된 서비스 비율", unit="비율",
        formula_ko="요금이나 운영주체가 공개된 서비스 ÷ 후보지의 모든 서비스",
        limits_ko="앞 지표를 얼마나 믿을 수 있는지 보여 줍니다.",
    ),
    Indicator(
        theme="vulnerable", key="elderly_profile", name_ko="고령자 걸음으로 15분 안 어르신", unit="명",
        formula_ko="고령자 보행속도(계단 가중 포함)로 걸어서 15분 안에 사는 65세 이상 주민 수",
        limits_ko=f"{_REGISTERED} 경사와 보도 상태는 반영하지 않습니다.",
    ),
    Indicator(
        theme="vulnerable", key="elderly_profile_share", name_ko="고령자 걸음으로도 닿는 어르신 비율", unit="비율",
        formula_ko="고령자 걸음으로 15분 안 어르신 ÷ 분석 보행속도로 15분 안 어르신",
        limits_ko="분석 보행속도가 고령자 속도이면 1입니다. 경사와 보도 상태는 반영하지 않습니다.",
    ),
    Indicator(
        theme="governance", key="operator_kinds", name_ko="운영주체 종류 수", unit="종",
        formula_ko="공개된 운영주체 구분의 서로 다른 값의 수", limits_ko=f"{_PUBLISHED} 협력의 깊이는 알 수 없습니다.",
    ),
    Indicator(
        theme="governance", key="operators", name_ko="운영기관 수", unit="곳",
        formula_ko="공개된 운영기관명의 서로 다른 값의 수",
        limits_ko=f"{_PUBLISHED} 같은 기관을 다르게 적은 이름은 따로 셉니다.",
    ),
    Indicator(
        theme="interconnection", key="link_density", name_ko="인접 연결 밀도", unit="비율",
        formula_ko="서로 인접한 쌍 ÷ 모든 쌍 (후보지의 공유공간과 이웃 장소)",
        limits_ko="걸어갈 수 있다는 뜻이며, 실제 교류는 알 수 없습니다. 이웃 장소가 없으면 언제나 1입니다.",
    ),
    Indicator(
        theme="interconnection", key="loop_per_place", name_ko="공유공간 하나당 일상동선", unit="m",
        formula_ko="모든 공유공간을 도는 가장 짧은 길 ÷ 공유공간 수", limits_ko="신호 대기와 경사는 반영하지 않습니다.",
    ),
)  # fmt: skip


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
        rows += [
            (
                *(card.loc[at, "village_id"], item.theme, item.key, item.name_ko, known[item.key]),
                *(item.unit, item.formula_ko, _limits(item, known[item.key])),
            )
            for item in INDICATORS
        ]
    return table_of("village_values", pd.DataFrame(rows, columns=table_of("village_values").columns))


def _limits(item: Indicator, value: float | None) -> str:
    return item.limits_ko if value is not None else f"자료 없음. {item.limits_ko}"


def _reached(village: Sequence[str], facts: Facts, around: Surroundings) -> dict[str, float | None]:
    rows = facts.rows(village)
    near = facts.within(rows, facts.profile.metres(_MINUTES))
    by_age = around.demand[list(AGE_BANDS)].iloc[near].sum()
    children, old = int(by_age[list(_CHILDREN)].sum()), int(by_age[list(ELDERLY_BANDS)].sum())
    everyone = int(facts.people[near].sum())
    slow = _at_elderly_speed(village, around)
    return {
        "children_15min": children,
        "adults_15min": int(by_age.sum()) - children - old,
        "elderly_15min": old,
        "elderly_share": _share(old, everyone),
        "elderly_profile": slow,
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
    ours = services[services["place_id"].isin(village)]
    fee, kind, name = (_told(ours, column) for column in ("fee", "operator_kind", "operator"))
    known = fee.notna() | kind.notna()
    good = fee.fillna("").str.contains(_FREE, case=False) | kind.fillna("").str.contains(_PUBLIC, case=False)
    published = "fee" in services.columns or "operator_kind" in services.columns
    return {
        "free_or_public_share": _share(int(good[known].sum()), int(known.sum())),
        "known_share": _share(int(known.sum()), len(ours)) if published else None,
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
