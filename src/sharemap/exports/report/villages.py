"""The sections of the report about villages: the candidates, and the pairs that are one short."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sharemap.exports.report.content import MOST_ROWS, Content, count, rows_of, share
from sharemap.exports.report.document import Grid, Heading, Part, Points, Text

__all__ = ["one_short", "villages"]


def villages(content: Content) -> list[Part]:
    """Return the candidates: at a glance, then each with its places."""
    rows, summary = content.table("villages"), content.summary
    parts: list[Part] = [Heading(text="공유마을 후보지")]
    if rows.empty:
        note = summary["villages"].get("note_ko") or "조건에 맞는 후보지가 없습니다."
        return [*parts, Text(text=note)]
    parts.append(_at_a_glance(rows.sort_values("rank")))
    for row in rows_of(rows.sort_values("rank")):
        parts += [Heading(text=f"{row.rank}. {row.name}", level=2), *_village(content, row)]
    thresholds = content.table("village_thresholds")
    if not thresholds.empty:
        parts.append(
            Grid(
                caption="인접 기준에 따른 후보지 수: 시설을 건물로 묶지 않고 세면 후보지가 부풀려집니다",
                headers=("인접 기준", "후보지", "묶지 않고 센 후보지"),
                rows=[
                    (f"{item.threshold_m:,} m", count(item.villages), count(item.villages_unfolded))
                    for item in rows_of(thresholds)
                ],
                right=frozenset({0, 1, 2}),
            )
        )
    return parts


def _at_a_glance(rows: pd.DataFrame) -> Grid:
    return Grid(
        caption="후보지 한눈에",
        headers=("순위", "후보지", "공유공간", "서비스", "15분 안 주민", "안정도", "순위 범위"),
        rows=[
            (
                str(row.rank),
                row.name,
                f"{row.places:,}곳",
                f"{row.services:,}종",
                f"{row.residents_15min:,}",
                share(getattr(row, "stability", None), none="자료 없음"),
                _interval(row),
            )
            for row in rows_of(rows)
        ],
        right=frozenset({0, 2, 3, 4, 5, 6}),
        widths=(0.6, 3, 0.9, 0.8, 1.2, 1, 1),
    )


def _interval(row: Any) -> str:  # noqa: ANN401  a row of 'villages'
    low, high = (getattr(row, name, None) for name in ("rank_low", "rank_high"))
    if low is None or high is None or pd.isna(low) or pd.isna(high):
        return "자료 없음"
    return f"{count(low)}위" if low == high else f"{count(low)}~{count(high)}위"


def _village(content: Content, row: Any) -> list[Part]:  # noqa: ANN401  a row of 'villages'
    facts = [str(row.sentence_ko)]
    facts += [str(text) for text in (getattr(row, "why_ko", ""), getattr(row, "doubt_ko", "")) if text]
    stability = getattr(row, "stability", None)
    if stability is not None and not pd.isna(stability):
        judged = {"stable": "안정", "unstable": "불안정"}.get(str(row.stable), "미확인")
        facts.append(
            f"흔들어 본 실행의 {share(stability)}에서 그대로 남습니다({judged}). 순위 범위: {_interval(row)}."
        )
    places = content.table("village_places")
    members = places.loc[(places["village_id"] == row.village_id) & (places["role"] == "member")]
    names = {item["layer"]: item["name_ko"] for item in content.summary["layers"]}
    return [
        Points(texts=facts),
        Grid(
            caption=f"{row.name}의 공유공간",
            headers=("장소", "주소", "서비스"),
            rows=[
                (
                    place.name,
                    "주소 없음" if pd.isna(place.address) else place.address,
                    ", ".join(names.get(key, key) for key in place.layers.split(";")),
                )
                for place in rows_of(members.sort_values("loop_order"))
            ],
            widths=(2, 3, 2),
        ),
    ]


def one_short(content: Content) -> list[Part]:
    """Return the pairs that one more shared space would make a village."""
    rows = content.table("one_short")
    parts: list[Part] = [Heading(text="하나 모자란 곳")]
    if rows.empty:
        return [*parts, Text(text="한 곳이 더 있으면 후보지가 되는 쌍이 없습니다.")]
    listed = rows.sort_values("rank").head(MOST_ROWS)
    return [
        *parts,
        Grid(
            caption=f"한 곳이 더 있으면 후보지가 되는 쌍 {len(rows):,}쌍 중 위에서 {len(listed)}쌍",
            headers=("순위", "장소 1", "장소 2", "보행거리", "제안 블록의 동", "15분 안 주민"),
            rows=[
                (
                    str(row.rank),
                    row.name_a,
                    row.name_b,
                    f"{row.walk_m:,.0f} m",
                    "없음" if pd.isna(row.dong_name) else row.dong_name,
                    f"{row.residents_15min:,}",
                )
                for row in rows_of(listed)
            ],
            right=frozenset({0, 3, 5}),
            widths=(0.7, 2.4, 2.4, 1.1, 1.5, 1.3),
        ),
    ]
