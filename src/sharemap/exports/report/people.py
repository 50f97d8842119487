"""The sections of the report about people: who is reached, by which walker, where not, how evenly, when."""

from __future__ import annotations

import pandas as pd

from sharemap.exports.report.content import MOST_ROWS, NOT_EXAMINED, Content, ratio, rows_of, share
from sharemap.exports.report.document import Grid, Heading, Part, Picture, Points, Text

__all__ = ["coverage", "fairness", "gaps", "profiles", "when"]

_FIGURES = {
    "gini": "지니계수 (0이면 고름)",
    "palma": "팔마비 (0.25이면 고름)",
    "concentration_65_over": "집중지수, 65세 이상 비율 순 (0이면 고름)",
    "concentration_income": "집중지수, 소득 순 (0이면 고름)",
}


def coverage(content: Content) -> list[Part]:
    """Return who reaches each service, and the dongs where most do not reach all of them."""
    rows = content.table("coverage_dong")
    parts: list[Part] = [
        Heading(text="누가 닿는가"),
        Grid(
            caption=f"서비스별 {content.minutes}분 도달 주민",
            headers=("서비스", "도달 주민", "도달률"),
            rows=[
                (
                    item["name_ko"],
                    "자료 없음" if item["covered"] is None else f"{item['covered']:,}",
                    share(item["share"]),
                )
                for item in content.summary["layers"]
            ],
            right=frozenset({1, 2}),
        ),
    ]
    if rows.empty:
        return parts
    chosen = rows.loc[(rows["age_band"] == "all") & (rows["key"] == content.promise)]
    name = "네 분야 모두" if content.promise == "all_groups" else chosen["key_ko"].iloc[0]
    every = chosen["dong_code"].nunique()
    chosen = chosen.loc[chosen["uncovered"] > 0].sort_values(
        ["uncovered", "dong_code"], ascending=[False, True]
    )
    if chosen.empty:
        return [*parts, Text(text=f"{every}개 동 모두에서 주민 전부가 닿습니다({name}).")]
    left = len(chosen)
    chosen = chosen.head(MOST_ROWS)
    parts.append(
        Grid(
            caption=f"닿지 못하는 주민이 많은 동 ({name}; {every}개 동 가운데 미도달 주민이 있는 {left}개 동"
            + (f" 중 위에서 {len(chosen)}개)" if left > len(chosen) else ")"),
            headers=("행정동", "주민", "도달", "미도달", "도달률"),
            rows=[
                (
                    row.dong_name,
                    *(f"{value:,}" for value in (row.residents, row.covered, row.uncovered)),
                    share(row.share),
                )
                for row in rows_of(chosen)
            ],
            right=frozenset(range(1, 5)),
        )
    )
    return parts


def profiles(content: Content) -> list[Part]:
    """Return who is reached by each walker."""
    rows, gap = content.table("coverage_profiles_ward"), content.table("profile_gap")
    parts: list[Part] = [Heading(text="누구나인가: 걷는 힘에 따른 격차")]
    if rows.empty:
        return [*parts, Text(text=NOT_EXAMINED, look="small")]
    chosen = rows.loc[(rows["age_band"] == "all") & (rows["key"] == content.promise)]
    sums = chosen.groupby(["profile", "profile_ko"], sort=False)[["residents", "covered"]].sum().reset_index()
    parts.append(
        Grid(
            caption=f"보행유형별 {content.minutes}분 도달 주민",
            headers=("보행유형", "주민", "도달", "도달률"),
            rows=[
                (
                    row.profile_ko,
                    f"{row.residents:,}",
                    f"{row.covered:,}",
                    share(ratio(row.covered, row.residents)),
                )
                for row in rows_of(sums)
            ],
            right=frozenset({1, 2, 3}),
        )
    )
    if gap.empty:
        return parts
    return [
        *parts,
        *_lost_to_walkers(content, gap),
        *_picture(content, "gap", "동별 격차 주민의 비율"),
    ]


def _picture(content: Content, key: str, caption: str) -> list[Part]:
    return [Picture(png=content.pictures[key], caption=caption)] if key in content.pictures else []


def _lost_to_walkers(content: Content, gap: pd.DataFrame) -> list[Part]:
    """Whom the study's walker reaches and another does not: by service, and in which dongs."""
    everyone = gap.loc[(gap["age_band"] == "all") & gap["kind"].isin(("group", "promise"))]
    sums = everyone.groupby(["profile_ko", "key", "key_ko"], sort=False)[["residents", "only_study_profile"]]
    parts: list[Part] = [
        Grid(
            caption=f"{content.summary['profile_ko']}이면 닿지만 그 보행자는 닿지 못하는 주민, 분야별",
            headers=("보행유형", "분야", "격차 주민", "주민 가운데"),
            rows=[
                (
                    row.profile_ko,
                    row.key_ko,
                    f"{row.only_study_profile:,}",
                    share(ratio(row.only_study_profile, row.residents)),
                )
                for row in rows_of(sums.sum().reset_index())
            ],
            right=frozenset({2, 3}),
        )
    ]
    lost = everyone.loc[everyone["key"] == content.promise]
    for (_, profile), one in lost.groupby(["profile", "profile_ko"], sort=False):
        some = one.loc[one["only_study_profile"] > 0]
        worst = some.sort_values(["only_study_profile", "dong_code"], ascending=[False, True]).head(5)
        named = ", ".join(f"{row.dong_name} {row.only_study_profile:,}명" for row in rows_of(worst))
        parts.append(
            Text(
                text=f"{content.summary['profile_ko']}이면 닿지만 {profile}이면 닿지 못하는 주민은 "
                f"{int(one['only_study_profile'].sum()):,}명입니다."
                + (f" 많은 동: {named}." if named else "")
            )
        )
    return parts


def gaps(content: Content) -> list[Part]:
    """Return the contiguous unserved areas: how many for each walker and service, and the largest of the study."""
    parts: list[Part] = [Heading(text="소외지역")]
    if content.tables.get("gaps") is None:
        return [*parts, Text(text=NOT_EXAMINED, look="small")]
    rows = content.table("gaps")
    own = (
        rows
        if rows.empty
        else rows.loc[(rows["key"] == content.promise) & (rows["profile"] == content.summary["profile"])]
    )
    if own.empty:
        parts.append(Text(text=f"{content.minutes}분 안에 닿지 못하는 주민이 없습니다."))
        return [*parts, *_gap_counts(content)]
    listed = own.sort_values("rank").head(MOST_ROWS)
    return [
        *parts,
        Text(
            text=f"이어져 있는 소외지역은 {len(own):,}곳이고 모두 {int(own['residents'].sum()):,}명이 삽니다. "
            f"사람이 많은 순서로 {len(listed)}곳을 적습니다. 보행시간은 그곳 주민의 중앙값이고, '길어야'는 더 가까운 시설이 "
            "자료 범위 밖에 있을 수 있다는 뜻입니다."
        ),
        _gap_grid(content, listed),
        *_picture(content, "unserved", "소외지역이 있는 곳"),
        *_gap_counts(content),
    ]


def _gap_grid(content: Content, listed: pd.DataFrame) -> Grid:
    names = {item["layer"]: item["name_ko"] for item in content.summary["layers"]}
    return Grid(
        caption="사람이 많은 소외지역",
        headers=("순위", "행정동", "미도달 주민", "65세 이상", "가장 가까운 시설", "걸어서"),
        rows=[
            (
                str(row.rank),
                row.dong_name + (f" 등 {row.dongs}개 동" if row.dongs > 1 else ""),
                f"{row.residents:,}",
                f"{row.residents_65_over:,}",
                "걸어갈 길이 없음"
                if pd.isna(row.nearest_name)
                else f"{row.nearest_name} ({names.get(row.nearest_layer, row.nearest_layer)})",
                "–"
                if pd.isna(row.walk_min)
                else ("길어야 " if row.walk_is == "at_most" else "") + f"{row.walk_min:.1f}분",
            )
            for row in rows_of(listed)
        ],
        right=frozenset({0, 2, 3, 5}),
        widths=(0.6, 1.8, 1.1, 1, 3, 1.2),
    )


def _gap_counts(content: Content) -> list[Part]:
    told = content.summary.get("gaps", [])
    if not told:
        return []
    profiles = {item["profile"]: item["profile_ko"] for item in content.summary["profiles"]}
    groups = {item["group"]: item["name_ko"] for item in content.summary["groups"]}
    names = {"all_groups": "전체 분야", **groups}
    return [
        Grid(
            caption="보행유형과 분야마다 이어져 있는 소외지역 (같은 사람이 줄마다 따로 세어집니다)",
            headers=("보행유형", "닿지 못하는 분야", "소외지역", "사는 주민"),
            rows=[
                (
                    profiles.get(item["profile"], item["profile"]),
                    names.get(item["key"], item["key"]),
                    f"{item['count']:,}곳",
                    f"{item['residents']:,}",
                )
                for item in told
            ],
            right=frozenset({2, 3}),
        )
    ]


def fairness(content: Content) -> list[Part]:
    """Return how evenly access is spread, and what other cutoffs would say."""
    equity, curve = content.table("equity"), content.table("sensitivity")
    parts: list[Part] = [Heading(text="고르게 닿는가, 기준을 바꾸면 어떤가")]
    if not equity.empty:
        parts += _equity(content, equity)
    if not curve.empty:
        own = curve.loc[(curve["key"] == content.promise) & (curve["profile"] == content.summary["profile"])]
        parts += [
            Heading(text="거리 기준에 따른 도달률", level=2),
            *(
                [
                    Picture(
                        png=content.pictures["sensitivity"],
                        caption="보행유형별 거리 한도와 도달률 (동그라미: 이 연구의 기준)",
                    )
                ]
                if "sensitivity" in content.pictures
                else []
            ),
            Grid(
                caption="15분을 몇 m로 보느냐에 따라 달라지는 도달률 (● 이 연구의 기준)",
                headers=("거리 한도", "도달 주민", "도달률", ""),
                rows=[
                    (f"{row.cutoff_m:,.0f} m", f"{row.covered:,}", share(row.share), "●" if row.own else "")
                    for row in rows_of(own.sort_values("cutoff_m"))
                ],
                right=frozenset({0, 1, 2}),
            ),
        ]
    return parts if len(parts) > 1 else [*parts, Text(text=NOT_EXAMINED, look="small")]


def _equity(content: Content, equity: pd.DataFrame) -> list[Part]:
    """Return every figure in a table, and those between persons in words."""
    own = equity.loc[equity["profile"] == content.summary["profile"]]
    own = own.loc[own["age_band"] == "all"] if "age_band" in own else own
    between = {"person": "주민", "dong": "행정동", "age": "연령대"}
    said = own.loc[
        (own["level"] == "person") | own["value"].isna() | own["figure"].str.startswith("concentration")
    ]
    return [
        Heading(text="형평성", level=2),
        Points(texts=[str(text) for text in said["sentence_ko"]]),
        Grid(
            caption="고르기 지표 (95% 구간은 행정동을 다시 뽑아 구했습니다)",
            headers=("무엇이", "누구 사이에", "지표", "값", "95% 구간"),
            rows=[
                (
                    row.measure_ko,
                    between.get(row.level, row.level),
                    _FIGURES.get(row.figure, row.figure),
                    "자료 없음" if pd.isna(row.value) else f"{row.value:.3f}",
                    "–" if pd.isna(row.low) or pd.isna(row.high) else f"{row.low:.3f}~{row.high:.3f}",
                )
                for row in rows_of(own)
            ],
            right=frozenset({3, 4}),
            widths=(1.5, 1, 2.2, 0.8, 1.3),
        ),
    ]


def when(content: Content) -> list[Part]:
    """Return what is reached on a weekday, at night and at the weekend."""
    rows = content.table("coverage_when")
    parts: list[Part] = [Heading(text="언제 닿는가")]
    if rows.empty:
        return [*parts, Text(text=NOT_EXAMINED, look="small")]
    chosen = rows.loc[rows["kind"].isin(("group", "promise"))]
    return [
        *parts,
        Text(
            text="운영시간을 아는 시설만 센 도달률(하한)과, 운영시간을 모르는 시설도 열려 있다고 본 도달률(상한)입니다. "
            "운영시간이 전혀 공개되지 않은 분야는 하한이 없습니다.",
            look="small",
        ),
        Grid(
            caption="시점별 도달률",
            headers=("시점", "분야", "열린 시설", "운영시간 미상", "하한", "상한"),
            rows=[
                (
                    row.when,
                    row.key_ko,
                    f"{row.sites_open:,}",
                    f"{row.sites_unknown:,}",
                    share(row.share_open, none="자료 없음"),
                    share(row.share_maybe, none="자료 없음"),
                )
                for row in rows_of(chosen)
            ],
            right=frozenset({2, 3, 4, 5}),
            widths=(2.2, 1.4, 1, 1.2, 1, 1),
        ),
    ]
