"""What a village is and why it ranks where it does, in sentences made of its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.villages.ranking import COMPONENTS
from sharemap.villages.words import minutes_ko, number, with_particle

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any

    import pandas as pd

    from sharemap.units import WalkProfile
    from sharemap.villages.ranking import Component

__all__ = ["in_dong", "sentences", "why"]

_HIGHLIGHTS = 2


def sentences(card: pd.DataFrame, profile: WalkProfile) -> list[str]:
    """Return one sentence for each row.

    Parameters
    ----------
    card
        Columns of 'villages' but for the sentence, and ``lead`` (the leading place and its dong).
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


def why(card: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Return ``why_ko`` and ``why_en`` for each row: what the score is made of and what the next better one has more of.

    Parameters
    ----------
    card
        Villages by rank, with ``village_id``, ``rank``, ``score``, ``stable`` and ``stability``.
    parts
        Table 'village_scores'.
    """
    points = parts.pivot_table(index="village_id", columns="component", values="points")
    values = parts.pivot_table(index="village_id", columns="component", values="value")
    rows = card.to_dict("records")
    told = []
    for at, row in enumerate(rows):
        mine = points.loc[row["village_id"]]
        best = sorted(COMPONENTS, key=lambda item: -mine[item.column])[:_HIGHLIGHTS]
        have = [(item, values.loc[row["village_id"], item.column], mine[item.column]) for item in best]
        gap = None
        if at:
            above = rows[at - 1]
            less = points.loc[above["village_id"]] - mine
            item = max(COMPONENTS, key=lambda one: less[one.column])
            gap = (item, above["score"] - row["score"], float(less[item.column]))
        told.append((_why_ko(row, len(rows), have, gap), _why_en(row, len(rows), have, gap)))
    return card.assign(why_ko=[ko for ko, _ in told], why_en=[en for _, en in told])


def _why_ko(
    row: Mapping[Hashable, Any],
    candidates: int,
    have: list[tuple[Component, float, float]],
    gap: tuple[Component, float, float] | None,
) -> str:
    most = ", ".join(
        f"{item.ko}({number(value)}{item.unit_ko}, {points:.1f}점)" for item, value, points in have
    )
    text = (
        f"종합점수 {row['score']:.1f}점으로 후보지 {number(candidates)}곳 가운데 {number(row['rank'])}위입니다. "
        f"점수를 가장 많이 얻은 항목은 {most}입니다."
    )
    if gap is not None:
        item, apart, less = gap
        text += f" 바로 위 순위보다 {apart:.1f}점 낮고"
        text += (
            f", 가장 뒤지는 항목은 {item.ko}(−{less:.1f}점)입니다."
            if less > 0
            else ", 더 뒤지는 항목은 없습니다."
        )
    if row["stable"] == "not_examined":
        return text
    share = f"조건을 조금씩 바꾼 계산의 {100 * row['stability']:.0f}%에서 후보지로 남"
    return f"{text} {share}{'았습니다' if row['stable'] == 'stable' else '아 안정적이지 않습니다'}."


def _why_en(
    row: Mapping[Hashable, Any],
    candidates: int,
    have: list[tuple[Component, float, float]],
    gap: tuple[Component, float, float] | None,
) -> str:
    most = ", ".join(
        f"{item.en} ({number(value)}{item.unit_en}, {points:.1f} points)" for item, value, points in have
    )
    text = (
        f"Rank {number(row['rank'])} of {number(candidates)} with a score of {row['score']:.1f}. "
        f"Most points come from {most}."
    )
    if gap is not None:
        item, apart, less = gap
        text += f" It is {apart:.1f} points below the next better one"
        text += f", mostly for {item.en} (−{less:.1f})." if less > 0 else ", in no single component."
    if row["stable"] == "not_examined":
        return text
    word = "so it is stable" if row["stable"] == "stable" else "so it is not stable"
    return f"{text} It stays in {100 * row['stability']:.0f} % of the perturbed runs, {word}."


def in_dong(place: str, dong: object) -> str:
    """Say in which dong a place is, unless its name begins with that.

    Examples
    --------
    >>> in_dong("한울도서관", "한울1동"), in_dong("한울1동주민센터", "한울1동"), in_dong("한울도서관", None)
    ('한울1동 한울도서관', '한울1동주민센터', '한울도서관')
    """
    return place if not isinstance(dong, str) or place.startswith(dong) else f"{dong} {place}"
