"""Why a village ranks where it does, in one Korean sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.villages.words import minutes_ko, number, with_particle

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any

    import pandas as pd

    from sharemap.units import WalkProfile

__all__ = ["in_dong", "sentences"]


def sentences(card: pd.DataFrame, profile: WalkProfile) -> list[str]:
    """Return one sentence for each row.

    Parameters
    ----------
    card
        Columns of 'villages' but for the sentence, and ``lead`` (the leading place and its dong), ``loop_exact``.
    profile
        The walking profile of the walks, for minutes.
    """
    return [_sentence(row, len(card), profile) for row in card.to_dict("records")]


def _sentence(row: Mapping[Hashable, Any], candidates: int, profile: WalkProfile) -> str:
    value = {name: float(row[name]) for name in ("longest_walk_m", "mean_walk_m", "loop_m")}
    count = {
        name: number(float(row[name]))
        for name in ("places", "services", "residents_15min", "residents_65_over_15min", "rank")
    }
    lead = with_particle(row["lead"], "을/를")
    first = (
        f"후보지 {number(candidates)}곳 가운데 {count['rank']}위로" if candidates > 1 else "유일한 후보지로"
    )
    walks = ", ".join(
        f"{word} {minutes_ko(profile.minutes(metres))}({number(metres)}m)"
        for word, metres in (("최대", value["longest_walk_m"]), ("평균", value["mean_walk_m"]))
    )
    about = "" if row["loop_exact"] else "약 "
    support = int(row["support_sites"])
    beside = f"지원시설 {number(support)}곳이 있습니다." if support else "지원시설은 없습니다."
    return (
        f"{first}, {lead} 비롯한 공유공간 {count['places']}곳"
        f"(서비스 {count['services']}종)이 서로 걸어서 {walks} 거리에 모여 있고, 모든 곳을 도는 일상동선은 "
        f"{about}{number(value['loop_m'])}m이며, 걸어서 15분 안에 주민 {count['residents_15min']}명"
        f"(65세 이상 {count['residents_65_over_15min']}명)이 살고, 5분 안에 {beside}"
    )


def in_dong(place: str, dong: object) -> str:
    """Say in which dong a place is, unless its name begins with that.

    Examples
    --------
    >>> in_dong("한울도서관", "한울1동"), in_dong("한울1동주민센터", "한울1동"), in_dong("한울도서관", None)
    ('한울1동 한울도서관', '한울1동주민센터', '한울도서관')
    """
    return place if not isinstance(dong, str) or place.startswith(dong) else f"{dong} {place}"
