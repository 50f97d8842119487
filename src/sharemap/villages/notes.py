"""What a reader must know before trusting the tables: why one is empty, partial or approximate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.schema import SNAP_STATUS
from sharemap.villages.short import MAKES_THREE

if TYPE_CHECKING:
    from sharemap.villages.cards import Cards, Found
    from sharemap.villages.rules import Surroundings, VillageRules

__all__ = ["Notes", "why_empty_or_approximate"]


@dataclass(frozen=True)
class Notes:
    """Notes in two languages, joined; '' when there are none."""

    en: str = ""
    ko: str = ""


def why_empty_or_approximate(found: Found, cards: Cards, around: Surroundings, rules: VillageRules) -> Notes:
    """Return everything that a reader must know."""
    told = [
        *_unreached(around),
        *_none(found, rules),
        *_pairs(rules),
        *_approximate(cards),
    ]
    return Notes("; ".join(en for en, _ in told), " ".join(ko for _, ko in told))


def _unreached(around: Surroundings) -> list[tuple[str, str]]:
    """Places that meet no street take part in nothing: say how many and why."""
    if around.ground is None:
        return []
    missed = around.ground.stops.loc[around.ground.stops["status"] != "ok", "status"].value_counts()
    if missed.empty:
        return []
    en = ", ".join(f"{SNAP_STATUS[str(status)][1]}: {count}" for status, count in missed.items())
    ko = ", ".join(f"{SNAP_STATUS[str(status)][0]} {count}곳" for status, count in missed.items())
    total = int(missed.sum())
    return [
        (
            f"{total} shared spaces meet no street and cannot be in a village ({en})",
            f"공유공간 {total}곳은 보행망에 닿지 않아 후보에서 빠졌습니다({ko}).",
        )
    ]


def _none(found: Found, rules: VillageRules) -> list[tuple[str, str]]:
    if found.resolution.villages:
        return []
    spaces, needed = len(found.spaces), rules.min_places
    if spaces < needed:
        services = int(found.spaces["sites"].sum())
        en = f"no village: the study area holds {spaces} shared spaces, a village needs {needed}"
        ko = f"후보지 없음: 구역 안 공유공간이 {spaces}곳으로, 기준인 {needed}곳에 못 미칩니다."
        if services > spaces:
            en += f" (their {services} services share buildings)"
            ko += f" 서비스 {services}개가 같은 건물에 모여 있습니다."
        return [(en, ko)]
    return [
        (
            f"no village: no {needed} shared spaces are within {rules.adjacent_m:g} m of walking of each other",
            f"후보지 없음: 서로 걸어서 {rules.adjacent_m:g}m 안에 있는 공유공간 {needed}곳이 없습니다.",
        )
    ]


def _pairs(rules: VillageRules) -> list[tuple[str, str]]:
    if rules.min_places == MAKES_THREE:
        return []
    return [
        (
            f"pairs cannot be one short of villages of {rules.min_places} places",
            f"하나 모자란 곳은 기준이 {MAKES_THREE}곳일 때만 찾습니다(지금 {rules.min_places}곳).",
        )
    ]


def _approximate(cards: Cards) -> list[tuple[str, str]]:
    if not cards.approximate:
        return []
    ids = ", ".join(cards.approximate)
    return [(f"the loop is approximate in {ids}", f"일상동선이 근삿값인 후보지: {ids}.")]
