"""What only the printed pages say, in Korean and English."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.maps.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["printed_words"]

_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "atlas_title": ("{title} 공유서비스 지도첩", "{title}: atlas of shared services"),
        "print_sources_more": (" 외 {n}건 (villages.xlsx 참조)", " and {n} more (see villages.xlsx)"),
        "print_sources": ("자료(기준일)", "Sources (by date)"),
        "print_no_day": ("기준일 미상", "undated"),
        "print_nothing": ("이 결과에는 자료가 없습니다.", "This run has no such data."),
        "print_no_share": (
            "이 결과에는 도달률 자료가 없습니다.",
            "This run has no table of coverage.",
        ),
        # overview
        "overview": ("공유마을 후보지 한눈에 보기", "Village candidates at a glance"),
        "print_pages": (
            "후보지 낱장은 {n}위까지 실었습니다. 나머지 {more}곳은 villages.xlsx에 있고, sharemap print --page village:순위 로 한 장씩 뽑을 수 있습니다.",
            "Sheets of candidates end at rank {n}. The other {more} are in villages.xlsx; print them with sharemap print --page village:RANK.",
        ),
        "print_list_more": (
            "외 {n}곳은 villages.xlsx에 있습니다.",
            "{n} more in villages.xlsx.",
        ),
        "print_crowded": (
            "점: 자리가 없어 번호를 뺀 후보지 {n}곳",
            "dot: {n} without room for a number",
        ),
        "print_rule": (
            "후보지: 서로 모두 걸어서 {metres} m 이내인 공유공간 {n}곳 이상. 번호는 순위입니다.",
            "Candidate: at least {n} shared spaces, all within {metres} m of each other on foot. Numbers are ranks.",
        ),
        "print_short": (
            "한 곳이 더 있으면 공유마을이 되는 두 공간",
            "pairs that one more space would make a village",
        ),
        "stability_short": ("안정도", "Stability"),
        "longest_short": ("최장 보행", "Longest walk"),
        "loop_short": ("한 바퀴", "Loop"),
        "residents_15": ("15분 안 주민", "Residents, 15 min"),
        "places_short": ("공유공간", "Spaces"),
        "services_short": ("서비스", "Services"),
        "kinds": ("{n}종", "{n} kinds"),
        "people": ("{n}명", "{n}"),
        # coverage
        "coverage_title": ("{name} 도달률", "{name}: share reached"),
        "promise_title": ("네 분야 모두 닿는 주민", "Residents who reach all four groups"),
        "coverage_note": (
            "주민 중 {minutes}분 안에 닿는 비율. 진할수록 닿지 못하는 주민이 많습니다.",
            "Share of residents who arrive in {minutes} min. The darker, the more are left out.",
        ),
        "by_age": ("나이별 도달률", "Share by age"),
        "worst_dongs": (
            "닿지 못하는 주민이 많은 행정동",
            "Dongs with most residents left out",
        ),
        "dongs_more": (
            "행정동 {all}곳 중 {n}곳. 나머지는 coverage_dong.csv에 있습니다.",
            "{n} of {all} dongs; the others are in coverage_dong.csv.",
        ),
        "left_out": ("미도달", "Left out"),
        "services_title": ("서비스별 도달률 {n}/{all}", "Share by service {n}/{all}"),
        "services_groups": ("분야별 도달률", "Share by group"),
        "small_fact": (
            "{share} · 주민 {covered}명 닿음 · 시설 {sites}곳",
            "{share} · {covered} residents · {sites} sites",
        ),
        "small_fact_group": ("{share} · 주민 {covered}명 닿음", "{share} · {covered} residents"),
        "sites_told": ("시설 {n}곳 (구역 밖 주변 포함 {all}곳)", "{n} sites ({all} with those around)"),
        "small_none": ("도달률 자료 없음 · 시설 {sites}곳", "no share known · {sites} sites"),
        "site_dot": ("시설 (구역 밖 주변 시설 포함)", "site (those around the area too)"),
        "hatch_of": (
            "도보권 밖 (폭 {width} m 이상, 그림용)",
            "outside the walking area ({width} m wide or more; drawing)",
        ),
        # gap between profiles
        "gap_page": ("보행유형 격차", "Gap between walking profiles"),
        "gap_question": (
            "‘{own}’이면 {minutes}분 안에 네 분야 모두 닿지만 ‘{other}’이면 닿지 못하는 주민",
            "Residents whom ‘{own}’ brings to all groups in {minutes} min and ‘{other}’ does not",
        ),
        "gap_question_of": (
            "‘{own}’이면 {minutes}분 안에 {name} 분야에 닿지만 ‘{other}’이면 닿지 못하는 주민",
            "Residents whom ‘{own}’ brings to {name} in {minutes} min and ‘{other}’ does not",
        ),
        "gap_none_here": (
            "이 결과에는 다른 보행유형과 비교한 자료가 없습니다. 연구 파일의 profiles에 휠체어·어르신·유아차를 넣고 다시 실행하면 생깁니다.",
            "This run compares no other walking profile. Name wheelchair, elderly or stroller under profiles in the study and run it again.",
        ),
        "gap_table": ("보행유형별 도달률", "Share by walking profile"),
        "gap_by_age": (
            "나이별 격차 주민 (그 나이 주민 가운데 비율)",
            "The gap by age (share of residents of that age)",
        ),
        "gap_people_head": ("격차 주민", "In the gap"),
        "gap_dongs_head": ("격차 주민이 많은 행정동", "Dongs with most residents in the gap"),
        "gap_share_head": ("비율", "Share"),
        "gap_legend": (
            "격차 주민의 비율 (동별). 진할수록 격차가 큽니다.",
            "Share of residents in the gap, by dong. The darker, the wider.",
        ),
        "profile_cond": ("{name} (시속 {speed} km, {metres} m)", "{name} ({speed} km/h, {metres} m)"),
        # unserved areas
        "unserved": ("소외지역", "Unserved areas"),
        "unserved_note": (
            "‘{own}’ 걸음으로 {minutes}분 안에 {name}에 닿지 못하는 주민이 모여 사는 곳, 주민이 많은 순",
            "Where residents live whom ‘{own}’ does not bring to {name} in {minutes} min, most residents first",
        ),
        "unserved_all": ("네 분야 모두", "all groups"),
        "unserved_of": ("{name} 분야", "{name}"),
        "unserved_none": (
            "{minutes}분 안에 닿지 못하는 주민이 사는 곳이 없습니다.",
            "There is no place where residents do not arrive in {minutes} min.",
        ),
        "unserved_old": (
            "이 결과에는 소외지역 자료가 없습니다. sharemap run을 다시 실행하면 생깁니다.",
            "This run has no table of unserved areas; run sharemap run again to get one.",
        ),
        "unserved_others": ("분야와 보행유형별 소외지역", "Unserved areas by group and profile"),
        "unserved_count": ("{n}곳 · {residents}명", "{n} · {residents} residents"),
        "unserved_where": ("어디", "Where"),
        "unserved_65": ("65세 이상", "65 and over"),
        "unserved_nearest": ("가장 가까운 시설", "Nearest site"),
        "unserved_walk": ("중간 주민", "Median walk"),
        "unserved_longest": ("가장 먼 주민", "Longest walk"),
        "unserved_sum": (
            "모두 {n}곳, 주민 {residents}명",
            "{n} areas with {residents} residents",
        ),
        "unserved_more": (
            "{all}곳 중 {n}곳. 나머지는 gaps.gpkg에 있습니다.",
            "{n} of {all}; the others are in gaps.gpkg.",
        ),
        "unserved_legend": (
            "소외지역 (번호 = 주민이 많은 순)",
            "unserved area (number = by residents)",
        ),
        "unserved_at_most": ("길어야 {min}분*", "≤ {min} min*"),
        "unserved_min": ("{min}분", "{min} min"),
        "unserved_star": (
            "* 구역 밖의 시설을 다 알 수 없어, 실제 보행은 이보다 짧을 수 있습니다. 중간 주민: 절반은 이 안에 닿습니다.",
            "* Sites beyond the area are not all known, so the true walk may be shorter. Median: half walk no further.",
        ),
        "many_dongs": ("{dong} 등 {n}개 동", "{dong}, {n} dongs"),
        # one village
        "village_of": ("후보지 {all}곳 중 {n}위", "rank {n} of {all}"),
        "facts": ("핵심 수치", "Key figures"),
        "members": ("구성 장소와 서비스", "Its places and services"),
        "members_more": (
            "외 구성 장소 {n}곳은 villages.xlsx의 ‘후보지별 시설’에 있습니다.",
            "{n} more places in villages.xlsx.",
        ),
        "neighbours_are": ("이웃 장소: {names}", "Neighbours: {names}"),
        "and_more": (" 외 {n}곳", " and {n} more"),
        "to_check": ("확인할 것", "To check"),
        "no_hours": ("운영시간 자료 없음", "hours: no data"),
        "check_doubt": ("현장확인: {text}", "On site: {text}"),
        "check_barriers": ("동선의 장애물: {text}", "Barriers on the loop: {text}"),
        "check_next": (
            "한 곳 더한다면: {block}, 가장 먼 곳까지 {m} m, 새로 닿는 주민 {n}명",
            "If one more were added: {block}, {m} m to the farthest, {n} residents more",
        ),
        "check_block": ("{frontage} 블록({id})", "block {id} ({frontage})"),
        "check_block_bare": ("블록 {id}", "block {id}"),
        "check_none": ("현장확인이 필요한 의심은 없습니다.", "No doubt about its places is known."),
        "check_old": (
            "이 결과에는 {names} 자료가 없습니다.",
            "This run has no data on: {names}.",
        ),
        "old_loops": ("일상동선", "the loop"),
        "old_services": ("서비스별 운영시간", "services and hours"),
        "old_doubt": ("건물 중복 의심", "doubts about buildings"),
        "key_member": ("구성 장소 (번호 = 동선 순서)", "its place (number = order of the loop)"),
        "key_neighbour": ("이웃 장소", "neighbour"),
        "key_loop": ("일상동선", "everyday loop"),
        "key_blocks": ("후보지 블록", "its blocks"),
        "key_no_loop": ("일상동선 자료 없음", "no data on the loop"),
        "closures_short": ("한 곳이 닫혀도 유지", "Survives one closing"),
        "closures_value": ("{1}곳 중 {0}곳", "{0} of {1}"),
        "stability_value": ("{n} ({word})", "{n} ({word})"),
        "word_stable": ("안정", "stable"),
        "word_unstable": ("불안정", "unstable"),
        "share_65": ("{n}명 ({share})", "{n} ({share})"),
        "walk_value": ("{m} m · {min}분", "{m} m · {min} min"),
        "at_most_value": ("길어야 {m} m · {min}분", "≤ {m} m · {min} min"),
        "place_unnamed": ("이름 없음", "no name"),
        "more_hidden": (
            "지도에 번호를 쓰지 못한 장소 {n}곳",
            "{n} places whose number found no room on the map",
        ),
    }
)


def printed_words(lang: str) -> dict[str, str]:
    """Return the words of the maps and those of the printed pages in ``"ko"`` or ``"en"``.

    Raises
    ------
    StudyError
        If the language is another one.
    """
    position = {"ko": 0, "en": 1}
    shared = words(lang)
    return shared | {key: pair[position[lang]] for key, pair in _WORDS.items()}
