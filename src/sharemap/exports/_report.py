"""The report of a study in Korean: question, data, method in plain words, results, limits.

Every number is taken from ``summary.json`` or from a table of the run; nothing is computed here but order and rounding
for reading. What a run does not have is said to be missing, never left out in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.exports._document import Document, Grid, Heading, Part, Picture, Points, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["REPORT_TABLES", "promise_key", "report"]

#: Tables that the report shows where the run has them.
REPORT_TABLES: tuple[str, ...] = (
    "coverage_dong",
    "coverage_profiles_ward",
    "profile_gap",
    "gaps",
    "sensitivity",
    "coverage_when",
    "equity",
    "villages",
    "village_places",
    "village_services",
    "village_values",
    "village_thresholds",
    "one_short",
    "set_aside",
)

_PERCENT = 100
_MOST_ROWS = 15
_FICTIONAL = "가상 자료: 실재하지 않는 구의 예시이며 실제 행정에 쓸 수 없습니다."
_NOT_EXAMINED = "이 실행에는 해당 산출물이 없습니다."


@dataclass(frozen=True)
class _Content:
    """The tables, the summary and the pictures of a run."""

    tables: Mapping[str, pd.DataFrame]
    summary: Mapping[str, Any]
    pictures: Mapping[str, bytes]

    def table(self, name: str) -> pd.DataFrame:
        frame = self.tables.get(name)
        return pd.DataFrame() if frame is None else frame

    @property
    def minutes(self) -> str:
        return f"{self.summary['cutoff_min']:g}"

    @property
    def promise(self) -> str:
        return promise_key(self.summary)


def promise_key(summary: Mapping[str, Any]) -> str:
    """Return the key of the plan's promise, or of the first group where the promise cannot be judged."""
    if summary["all_groups"] is not None or not summary["groups"]:
        return "all_groups"
    return str(summary["groups"][0]["group"])


def report(
    tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any], pictures: Mapping[str, bytes]
) -> Document:
    """Return the report of a run.

    Parameters
    ----------
    tables
        Tables of the run by name; those of :data:`REPORT_TABLES` that it has.
    summary
        The content of ``summary.json``.
    pictures
        PNGs: ``"map"``, the printed map, and ``"sensitivity"``, the curve of the cutoffs.
    """
    content = _Content(tables, summary, pictures)
    sections: tuple[Callable[[_Content], Sequence[Part]], ...] = (
        _question,
        _answer,
        _data,
        _method,
        _coverage,
        _profiles,
        _gaps,
        _fairness,
        _when,
        _villages,
        _one_short,
        _limits,
    )
    walk = f"{summary['profile_ko']} · 시속 {summary['speed_kmh']:g} km · {content.minutes}분 = {summary['cutoff_m']:,.0f} m"
    return Document(
        title=f"{summary['title']} 공유서비스 도보 접근성 보고서",
        subtitle=f"{walk} · 작성 {summary['generated']}",
        parts=[part for section in sections for part in section(content)],
        warning=_FICTIONAL if summary["fictional"] else "",
        foot=summary["attribution"],
        lang="ko",
        made=summary["generated"],
    )


def _question(content: _Content) -> list[Part]:
    summary = content.summary
    return [
        Heading(text="묻는 것"),
        Text(
            text="「공유서울 3기(2021~2025)」 계획은 누구나 걸어서 15분 이내에 공유서비스를 누리게 하고, 공유공간이 3개소 이상 "
            "인접한 곳을 공유마을로 만들겠다고 하였습니다. 이 보고서는 두 문장을 실제 보행망과 주민 분포로 확인합니다."
        ),
        Points(
            texts=(
                f"주민 {summary['residents']:,}명 가운데 몇 명이 {content.minutes}분 안에 이동·공간·물건·정보 네 분야 모두에 닿습니까?",
                "닿지 못하는 사람은 누구이고 어디에 삽니까?",
                f"서로 {summary['adjacent_m']:g} m 이내인 공유공간이 {summary['min_places']}곳 이상 모인 곳은 어디입니까?",
            )
        ),
    ]


def _answer(content: _Content) -> list[Part]:
    summary, promise = content.summary, content.summary["all_groups"]
    if promise is None:
        missing = ", ".join(_group_names().get(key, key) for key in summary["groups_without_data"])
        lead = f"자료가 없는 분야({missing})가 있어 네 분야 모두에 대한 도달률은 판단할 수 없습니다."
    else:
        uncovered = summary["residents"] - promise["covered"]
        lead = (
            f"주민 {summary['residents']:,}명 중 {promise['covered']:,}명({_share(promise['share'])})이 {content.minutes}분 안에 "
            f"네 분야 모두에 닿습니다. 나머지 {uncovered:,}명은 적어도 한 분야에 닿지 못합니다."
        )
    found = summary["villages"]
    return [
        Heading(text="답"),
        Text(text=lead, look="lead"),
        Text(
            text=f"공유마을 후보지는 {found['count']}곳, 한 곳이 더 있으면 후보지가 되는 쌍은 {found['one_short']}쌍입니다."
            + (f" {found['note_ko']}" if found.get("note_ko") else "")
        ),
        Grid(
            caption=f"분야별 {content.minutes}분 도달 주민",
            headers=("분야", "도달 주민", "도달률"),
            rows=[
                (group["name_ko"], f"{group['covered']:,}", _share(group["share"]))
                for group in summary["groups"]
            ],
            right=frozenset({1, 2}),
        ),
        *(
            [
                Picture(
                    png=content.pictures["map"], caption=f"{summary['title']}: 동별 도달률과 공유마을 후보지"
                )
            ]
            if "map" in content.pictures
            else []
        ),
    ]


def _data(content: _Content) -> list[Part]:
    summary, rows = content.summary, content.summary["rows"]
    reasons = content.table("set_aside")
    why = (
        [
            Text(
                text="제외된 행의 사유: "
                + ", ".join(
                    f"{reason} {count:,}행" for reason, count in reasons["reason_ko"].value_counts().items()
                )
                + ". 행마다의 사유는 set_aside.csv에 있습니다.",
                look="small",
            )
        ]
        if len(reasons)
        else []
    )
    return [
        Heading(text="자료"),
        Text(
            text=f"읽은 {rows['rows_read']:,}행은 시설 {rows['sites']:,}곳, 같은 시설로 묶인 {rows['folded']:,}행, "
            f"제외 {rows['set_aside']:,}행으로 빠짐없이 나뉩니다."
        ),
        *why,
        Grid(
            caption="쓴 자료와 기준일",
            headers=("자료", "파일", "기준일", "출처·이용조건"),
            rows=[
                (item["name"], item["file"], item["ref_date"] or "미상", item["licence"] or "미상")
                for item in summary["sources"]
            ],
            widths=(2, 3, 1.2, 3.4),
        ),
        Grid(
            caption="서비스별 행과 시설",
            headers=("서비스", "읽은 행", "시설", "묶임", "제외", "구역 안 시설"),
            rows=[
                (
                    item["name_ko"],
                    *(
                        f"{item[key]:,}"
                        for key in ("rows_read", "sites", "folded", "set_aside", "sites_in_area")
                    ),
                )
                for item in summary["layers"]
            ],
            right=frozenset(range(1, 6)),
            widths=(2.4, 1, 1, 1, 1, 1.3),
        ),
    ]


def _method(content: _Content) -> list[Part]:
    summary = content.summary
    network = summary["network"]
    methods = {
        "buildings": "주거 건물 연면적",
        "output_areas": "집계구",
        "streets": "도로 길이",
        "area": "동 중심점",
    }
    placed = ", ".join(
        f"{methods.get(key, key)} {count:,}명"
        for key, count in summary["residents_by_method"].items()
        if count
    )
    return [
        Heading(text="방법"),
        Points(
            texts=(
                f"걷는 길은 오픈스트리트맵의 보행 가능한 길 {network['length_km']:,.0f} km입니다. 자동차전용도로와 사유 출입로는 뺐습니다.",
                f"시설과 집은 가장 가까운 길의 한 지점에 {summary['max_snap_m']:g} m까지 잇고, 잇는 거리도 걷는 거리에 넣었습니다.",
                f"{summary['profile_ko']}은 시속 {summary['speed_kmh']:g} km로 걷습니다. {content.minutes}분은 길을 따라 {summary['cutoff_m']:,.0f} m입니다.",
                "모든 시설에서 걸어 닿는 거리를 최단경로로 빠짐없이 계산했습니다. 직선거리나 원을 쓰지 않았습니다.",
                f"주민은 동별 주민등록인구를 사는 곳에 나누어 놓았습니다({placed}). 동별·연령별 합계는 그대로입니다.",
                "한 건물에 있는 시설은 한 장소로 묶었습니다. 공유공간 역할을 하는 시설이 있는 장소만 공유마을의 공간으로 셉니다.",
                f"공유마을 후보지는 서로 {summary['adjacent_m']:g} m 이내로 걸어 닿는 공유공간 {summary['min_places']}곳 이상의 묶음입니다.",
            )
        ),
    ]


def _coverage(content: _Content) -> list[Part]:
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
                    _share(item["share"]),
                )
                for item in content.summary["layers"]
            ],
            right=frozenset({1, 2}),
        ),
    ]
    if rows.empty:
        return parts
    chosen = rows.loc[(rows["age_band"] == "all") & (rows["key"] == content.promise)]
    chosen = chosen.sort_values(["uncovered", "dong_code"], ascending=[False, True]).head(_MOST_ROWS)
    name = "네 분야 모두" if content.promise == "all_groups" else chosen["key_ko"].iloc[0]
    parts.append(
        Grid(
            caption=f"닿지 못하는 주민이 많은 동 ({name}, 위에서 {len(chosen)}개 동)",
            headers=("행정동", "주민", "도달", "미도달", "도달률"),
            rows=[
                (
                    row.dong_name,
                    *(f"{value:,}" for value in (row.residents, row.covered, row.uncovered)),
                    _share(row.share),
                )
                for row in _rows(chosen)
            ],
            right=frozenset(range(1, 5)),
        )
    )
    return parts


def _profiles(content: _Content) -> list[Part]:
    rows, gap = content.table("coverage_profiles_ward"), content.table("profile_gap")
    parts: list[Part] = [Heading(text="누구나인가: 걷는 힘에 따른 격차")]
    if rows.empty:
        return [*parts, Text(text=_NOT_EXAMINED, look="small")]
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
                    _share(_ratio(row.covered, row.residents)),
                )
                for row in _rows(sums)
            ],
            right=frozenset({1, 2, 3}),
        )
    )
    if gap.empty:
        return parts
    lost = gap.loc[(gap["age_band"] == "all") & (gap["key"] == content.promise)]
    for (_, profile), one in lost.groupby(["profile", "profile_ko"], sort=False):
        worst = one.sort_values(["only_study_profile", "dong_code"], ascending=[False, True]).head(5)
        named = ", ".join(f"{row.dong_name} {row.only_study_profile:,}명" for row in _rows(worst))
        parts.append(
            Text(
                text=f"{content.summary['profile_ko']}이면 닿지만 {profile}이면 닿지 못하는 주민은 "
                f"{int(one['only_study_profile'].sum()):,}명입니다. 많은 동: {named}."
            )
        )
    return parts


def _gaps(content: _Content) -> list[Part]:
    rows = content.table("gaps")
    parts: list[Part] = [Heading(text="소외지역")]
    if rows.empty:
        return [*parts, Text(text=_NOT_EXAMINED, look="small")]
    chosen = rows.loc[(rows["key"] == content.promise) & (rows["profile"] == content.summary["profile"])]
    if chosen.empty:
        return [*parts, Text(text="네 분야 가운데 닿지 못하는 주민이 없습니다.")]
    chosen = chosen.sort_values("rank")
    listed = chosen.head(_MOST_ROWS)
    return [
        *parts,
        Text(
            text=f"이어져 있는 소외지역은 {len(chosen):,}곳이고 모두 {int(chosen['residents'].sum()):,}명이 삽니다. "
            f"사람이 많은 순서로 {len(listed)}곳을 적습니다."
        ),
        Points(texts=[str(text) for text in listed["sentence_ko"]]),
    ]


def _fairness(content: _Content) -> list[Part]:
    equity, curve = content.table("equity"), content.table("sensitivity")
    parts: list[Part] = [Heading(text="고르게 닿는가, 기준을 바꾸면 어떤가")]
    if not equity.empty:
        own = equity.loc[equity["profile"] == content.summary["profile"]]
        own = own.loc[own["age_band"] == "all"] if "age_band" in own else own
        parts += [Heading(text="형평성", level=2), Points(texts=[str(text) for text in own["sentence_ko"]])]
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
                    (f"{row.cutoff_m:,.0f} m", f"{row.covered:,}", _share(row.share), "●" if row.own else "")
                    for row in _rows(own.sort_values("cutoff_m"))
                ],
                right=frozenset({0, 1, 2}),
            ),
        ]
    return parts if len(parts) > 1 else [*parts, Text(text=_NOT_EXAMINED, look="small")]


def _when(content: _Content) -> list[Part]:
    rows = content.table("coverage_when")
    parts: list[Part] = [Heading(text="언제 닿는가")]
    if rows.empty:
        return [*parts, Text(text=_NOT_EXAMINED, look="small")]
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
                    _share(row.share_open, none="자료 없음"),
                    _share(row.share_maybe, none="자료 없음"),
                )
                for row in _rows(chosen)
            ],
            right=frozenset({2, 3, 4, 5}),
            widths=(2.2, 1.4, 1, 1.2, 1, 1),
        ),
    ]


def _villages(content: _Content) -> list[Part]:
    rows, summary = content.table("villages"), content.summary
    parts: list[Part] = [Heading(text="공유마을 후보지")]
    if rows.empty:
        note = summary["villages"].get("note_ko") or "조건에 맞는 후보지가 없습니다."
        return [*parts, Text(text=note)]
    for row in _rows(rows.sort_values("rank")):
        parts += [Heading(text=f"{row.rank}. {row.name}", level=2), *_village(content, row)]
    thresholds = content.table("village_thresholds")
    if not thresholds.empty:
        parts.append(
            Grid(
                caption="인접 기준에 따른 후보지 수: 시설을 건물로 묶지 않고 세면 후보지가 부풀려집니다",
                headers=("인접 기준", "후보지", "묶지 않고 센 후보지"),
                rows=[
                    (f"{item.threshold_m:,} m", _count(item.villages), _count(item.villages_unfolded))
                    for item in _rows(thresholds)
                ],
                right=frozenset({0, 1, 2}),
            )
        )
    return parts


def _village(content: _Content, row: Any) -> list[Part]:  # noqa: ANN401  a row of 'villages'
    facts = [str(row.sentence_ko)]
    facts += [str(text) for text in (getattr(row, "why_ko", ""), getattr(row, "doubt_ko", "")) if text]
    stability = getattr(row, "stability", None)
    if stability is not None and not pd.isna(stability):
        judged = {"stable": "안정", "unstable": "불안정"}.get(str(row.stable), "미확인")
        facts.append(
            f"흔들어 본 실행의 {_share(stability)}에서 그대로 남습니다({judged}). 순위는 {_count(row.rank_low)}~{_count(row.rank_high)}위 사이입니다."
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
                for place in _rows(members.sort_values("loop_order"))
            ],
            widths=(2, 3, 2),
        ),
    ]


def _one_short(content: _Content) -> list[Part]:
    rows = content.table("one_short")
    parts: list[Part] = [Heading(text="한 곳만 더 있으면")]
    if rows.empty:
        return [*parts, Text(text="한 곳이 더 있으면 후보지가 되는 쌍이 없습니다.")]
    listed = rows.sort_values("rank").head(_MOST_ROWS)
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
                for row in _rows(listed)
            ],
            right=frozenset({0, 3, 5}),
            widths=(0.7, 2.4, 2.4, 1.1, 1.5, 1.3),
        ),
    ]


def _limits(content: _Content) -> list[Part]:
    summary = content.summary
    without = summary["residents_without_street"]
    texts = [
        "자료의 기준일이 서로 다를 수 있습니다. 위 표의 기준일을 함께 보아야 합니다.",
        "닿는 것과 쓸 수 있는 것은 다릅니다. 요금, 회원 자격, 예약 가능 여부는 반영하지 않았습니다.",
        "길의 출입 제한과 신호 대기는 자료에 없으면 반영되지 않습니다.",
        "연구 구역 밖의 주민은 세지 않았습니다. 경계 가까운 후보지는 실제로 더 많은 사람에게 닿습니다.",
    ]
    if without:
        texts.append(
            f"주민 {without:,}명은 길에서 {summary['max_snap_m']:g} m보다 멀리 놓여 닿지 않는 것으로 셌습니다."
        )
    empty = [item["name_ko"] for item in summary["layers"] if item["covered"] is None]
    if empty:
        texts.append(f"좌표가 없어 판단할 수 없는 서비스: {', '.join(empty)}. 0이 아니라 자료 없음입니다.")
    return [Heading(text="한계"), Points(texts=texts)]


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows by column name."""
    return iter(frame.itertuples(index=False))


def _group_names() -> Mapping[str, str]:
    from sharemap.catalog import GROUPS

    return GROUPS


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _share(share: float | None, *, none: str = "–") -> str:
    return none if share is None or pd.isna(share) else f"{int(share * 10 * _PERCENT + 0.5) / 10:.1f}%"


def _count(value: Any) -> str:  # noqa: ANN401  a cell
    return "–" if pd.isna(value) else f"{int(value):,}"
