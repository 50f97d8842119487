"""The report of a study in Korean: question, data, method in plain words, results, limits.

Every number is taken from ``summary.json`` or from a table of the run; nothing is computed here but sums, order and
rounding for reading. What a run does not have is said to be missing, never left out in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.exports.report import people, villages
from sharemap.exports.report.content import Content, group_names, promise_key, share
from sharemap.exports.report.document import Document, Grid, Heading, Part, Picture, Points, Text
from sharemap.exports.report.others import others

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

__all__ = ["promise_key", "report"]

_FICTIONAL = "가상 자료: 실재하지 않는 구의 예시이며 실제 행정에 쓸 수 없습니다."


def report(
    tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any], pictures: Mapping[str, bytes]
) -> Document:
    """Return the report of a run.

    Parameters
    ----------
    tables
        Tables of the run by name.
    summary
        The content of ``summary.json``.
    pictures
        PNGs, each shown where it is given: ``"map"``, the printed map, ``"gap"``, whom other walkers do not reach,
        ``"unserved"``, the unserved areas, and ``"sensitivity"``, the curve of the cutoffs.
    """
    content = Content(tables, summary, pictures)
    sections: tuple[Callable[[Content], Sequence[Part]], ...] = (
        _question,
        _answer,
        _data,
        _method,
        people.coverage,
        people.profiles,
        people.gaps,
        people.fairness,
        people.when,
        villages.villages,
        villages.one_short,
        others,
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


def _question(content: Content) -> list[Part]:
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


def _answer(content: Content) -> list[Part]:
    summary, promise = content.summary, content.summary["all_groups"]
    if promise is None:
        missing = ", ".join(group_names().get(key, key) for key in summary["groups_without_data"])
        lead = f"자료가 없는 분야({missing})가 있어 네 분야 모두에 대한 도달률은 판단할 수 없습니다."
    else:
        uncovered = summary["residents"] - promise["covered"]
        lead = (
            f"주민 {summary['residents']:,}명 중 {promise['covered']:,}명({share(promise['share'])})이 {content.minutes}분 안에 "
            f"네 분야 모두에 닿습니다. 나머지 {uncovered:,}명은 적어도 한 분야에 닿지 못합니다."
        )
    found = summary["villages"]
    return [
        Heading(text="답"),
        Text(text=lead, look="lead"),
        Text(
            text=f"공유마을 후보지는 {found['count']}곳, 하나 모자란 곳(한 곳이 더 있으면 후보지가 되는 쌍)은 {found['one_short']}곳입니다."
            + (f" {found['note_ko']}" if found.get("note_ko") else "")
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
        Grid(
            caption=f"분야별 {content.minutes}분 도달 주민",
            headers=("분야", "도달 주민", "도달률"),
            rows=[
                (group["name_ko"], f"{group['covered']:,}", share(group["share"]))
                for group in summary["groups"]
            ],
            right=frozenset({1, 2}),
        ),
    ]


def _data(content: Content) -> list[Part]:
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


def _method(content: Content) -> list[Part]:
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


def _limits(content: Content) -> list[Part]:
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
