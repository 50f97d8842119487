"""What the maps say, in Korean and English. The browser gets the same words."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["number", "percent", "words"]

_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "fictional": ("가상 자료", "Fictional data"),
        "fictional_long": (
            "실재하지 않는 구의 예시입니다. 실제 행정에 쓸 수 없습니다.",
            "An example ward that does not exist. Not for real decisions.",
        ),
        "conditions": (
            "{profile} · 시속 {speed} km · {minutes}분 = {metres} m · 작성 {date}",
            "{profile} · {speed} km/h · {minutes} min = {metres} m · made {date}",
        ),
        "to_tables": ("표로 보기", "Tables"),
        "to_sources": ("출처·기준", "Sources, method"),
        "skip": ("표로 바로 가기", "Skip to the tables"),
        # headline
        "promise_head": (
            "{minutes}분 안에 네 분야 모두 닿는 주민",
            "residents who reach all four groups in {minutes} min",
        ),
        "promise_none": (
            "자료가 없는 분야가 있어 전체 분야 도달률은 산출하지 않았습니다.",
            "Some groups have no data, so the share that reaches all groups is not given.",
        ),
        "of_residents": ("주민 {residents}명 중 {covered}명", "{covered} of {residents} residents"),
        "villages_n": ("공유마을 후보지", "Village candidates"),
        "one_short_n": ("하나 모자란 곳", "One short"),
        "sites_n": ("시설", "Sites"),
        "count_of": ("{n}곳", "{n}"),
        "sites_around": ("주변 {around}곳 포함 {all}곳", "{all} with {around} around"),
        # controls
        "theme": ("볼 서비스", "Service"),
        "theme_all": ("전체 분야 (계획의 약속)", "All groups (the promise)"),
        "by_group": ("분야별", "By group"),
        "by_layer": ("서비스별", "By service"),
        "view": ("표시 방법", "Show as"),
        "view_share": ("동별 도달률", "Share by dong"),
        "view_area": ("도보권", "Walking area"),
        "view_none": ("바탕만", "Base only"),
        "minutes": ("걷는 시간", "Walking time"),
        "min_unit": ("{n}분", "{n} min"),
        "overlays": ("함께 보기", "Also show"),
        "show_villages": ("공유마을 후보지", "Village candidates"),
        "show_short": ("하나 모자란 곳", "One short"),
        "show_sites": ("시설", "Sites"),
        "sites_all": ("모든 시설", "all sites"),
        "sites_space": ("공유공간만", "shared spaces"),
        "sites_theme": ("선택한 서비스만", "chosen service"),
        "search": ("찾기: 시설, 장소, 동, 블록", "Find a site, place, dong or block"),
        "search_hint": ("두 글자 이상", "two letters or more"),
        "map_hint": (
            "지도를 누르면 그 블록에서 닿는 시설을 봅니다.",
            "Click the map for what that block reaches.",
        ),
        "search_none": ("찾은 것이 없습니다", "Nothing found"),
        "search_count": ("찾은 것 {n}건", "{n} found"),
        "search_more": ("외 {n}건", "and {n} more"),
        "village_list": ("공유마을 후보지", "Village candidates"),
        "no_villages": ("기준을 채운 후보지가 없습니다.", "No candidate meets the rule."),
        "legend": ("범례", "Legend"),
        "symbols": ("시설 기호", "Site symbols"),
        "legend_share": (
            "주민 중 {minutes}분 안에 닿는 비율. 진할수록 닿지 못하는 주민이 많습니다.",
            "Share of residents who arrive in {minutes} min. The darker, the more are left out.",
        ),
        "legend_area": ("{minutes}분 도보권 (그림용)", "{minutes} min walking area (drawing)"),
        "legend_empty": ("주민 없음·자료 없음", "nobody lives here, or no data"),
        "legend_village": ("후보지 (번호 = 순위)", "candidate (number = rank)"),
        "legend_loop": ("구성 장소를 잇는 순서 (직선)", "order of its places (straight lines)"),
        "legend_short": ("하나 모자란 두 공간", "pair that is one short"),
        "legend_dong": ("행정동 경계", "dong border"),
        "legend_ward": ("자치구 경계", "ward border"),
        "or_more": ("{a}% 이상", "{a}% or more"),
        "below": ("{b}% 미만", "below {b}%"),
        "between": ("{a}–{b}%", "{a}–{b}%"),
        "drawn_note": (
            "도보권 그림은 도로망 도달 구간을 25 m 넓혀 약 {simplify} m 단위로 단순화한 것입니다. 도달률 숫자는 그림이 아니라 도로망 최단 보행으로 계산했습니다.",
            (
                "Walking areas are the streets reached, widened and simplified to about {simplify} m. "
                "Shares are computed from shortest walks along the streets, never from these drawings."
            ),
        ),
        "thinned_note": (
            "넓은 구역이라 좁은 길과 도보권 안의 2만 m² 미만 빈틈은 그리지 않았습니다 (계산에는 모두 썼습니다).",
            "The area is wide: minor streets, and gaps in walking areas below 20,000 m², are not drawn (all were used).",
        ),
        "panel": ("지도 설정", "Map settings"),
        "details": ("선택한 곳", "Selection"),
        "close": ("닫기", "Close"),
        "opened": ("선택한 곳: {title}", "Selected: {title}"),
        "no_such_place": (
            "주소가 가리키는 ‘{text}’ 항목은 이 지도에 없습니다.",
            "This map has no ‘{text}’, which the address asks for.",
        ),
        "map_label": (
            "공유서비스 지도. 화살표로 옮기고 Enter로 가운데 블록을 봅니다.",
            "Map of shared services. Arrows move it, Enter tells about the block in the middle.",
        ),
        "zoom_in": ("확대", "Zoom in"),
        "zoom_out": ("축소", "Zoom out"),
        # cards
        "rank": ("순위 {n}", "rank {n}"),
        "places": ("공유공간", "Shared spaces"),
        "services": ("서비스 종류", "Kinds of service"),
        "longest_walk": ("가장 먼 두 곳", "Longest walk"),
        "mean_walk": ("평균 보행", "Mean walk"),
        "loop": ("일상동선 한 바퀴", "Everyday loop"),
        "residents_in": ("주민 {n}분 안", "Residents in {n} min"),
        "residents_65": ("65세 이상 15분 안", "65 and over in 15 min"),
        "support": ("가까운 지원시설", "Support sites near"),
        "neighbours": ("이웃 장소", "Neighbours"),
        "place_list": ("구성 장소", "Its places"),
        "walk_list": ("장소 사이 보행", "Walks between them"),
        "block_list": ("놓인 블록", "Its blocks"),
        "from_to": ("구간", "From – to"),
        "walk": ("보행", "Walk"),
        "metres_minutes": ("{m} m · {min}분", "{m} m · {min} min"),
        "pair_text": (
            "두 공간은 걸어서 {m} m. 공유공간 하나가 더 있으면 공유마을이 됩니다.",
            "The two spaces are {m} m apart on foot. One more space makes a village.",
        ),
        "pair_block": ("제안 블록", "Proposed block"),
        "address": ("주소", "Address"),
        "hours": ("운영시간", "Hours"),
        "phone": ("전화", "Phone"),
        "operator": ("운영기관", "Operator"),
        "capacity": ("규모", "Capacity"),
        "source": ("자료", "Source"),
        "ref_date": ("기준일", "Reference date"),
        "same_place": ("같은 장소의 다른 시설", "Also in this place"),
        "unsnapped": ("보행 도로에 닿지 않아 계산에서 빠졌습니다", "meets no walkable street; not used"),
        "swapped": (
            "위도·경도가 바뀌어 있어 바로잡았습니다",
            "latitude and longitude were exchanged; corrected",
        ),
        "outside": ("구역 밖 (주변 시설)", "outside the area (surroundings)"),
        "here": ("이 자리에서", "From here"),
        "here_none": ("도보권 밖", "not in reach"),
        "here_within": ("{n}분 안", "within {n} min"),
        "here_outside": ("분석 구역 밖입니다.", "Outside the study area."),
        "here_note": (
            "누른 자리에서 가장 가까운 길이 그려 놓은 도보권에 드는지로 답합니다. 경계 가까이에서는 실제와 다를 수 있습니다.",
            "Tells whether the nearest street lies in the drawn walking areas; close to their edge the truth may differ.",
        ),
        "dong_card": ("주민 {residents}명", "{residents} residents"),
        "block_card": ("블록", "Block"),
        "kind_site": ("시설", "site"),
        "kind_place": ("장소", "place"),
        "kind_dong": ("동", "dong"),
        "kind_block": ("블록", "block"),
        "kind_village": ("후보지", "candidate"),
        # profiles, gaps, blocks
        "profile": ("보행유형", "Walking profile"),
        "profile_speed": ("{name} (시속 {speed} km)", "{name} ({speed} km/h)"),
        "profile_one": (
            "이 결과는 보행유형 하나로만 계산되어 비교할 수 없습니다.",
            "This run knows one profile only; nothing to compare with.",
        ),
        "profile_other": (
            "도보권 그림과 공유마을 후보지는 ‘{own}’ 기준뿐이라 도보권은 고를 수 없습니다.",
            "Walking areas and candidates exist for ‘{own}’ only, so walking areas cannot be chosen.",
        ),
        "of_profile": ("{name} 기준", "for {name}"),
        "view_gap": ("유형 격차", "Profile gap"),
        "legend_gap": (
            "‘{own}’ 기준으로는 {minutes}분 안에 닿지만 ‘{other}’ 기준으로는 닿지 못하는 주민의 비율. 진할수록 격차가 큽니다.",
            "Share of residents whom ‘{own}’ brings there in {minutes} min and ‘{other}’ does not. The darker, the wider the gap.",
        ),
        "gap_people": ("격차 주민 {n}명", "{n} residents in the gap"),
        "show_gaps": ("소외지역", "Unserved areas"),
        "gap_list": ("소외지역", "Unserved areas"),
        "gap_title": ("소외지역 {n}위", "Unserved area {n}"),
        "gap_of": ("{theme} · {profile} 기준, 주민이 많은 순", "{theme} · {profile}, most residents first"),
        "gap_no_table": (
            "이 결과에는 소외지역 자료가 없습니다. `sharemap run`을 다시 실행하면 생깁니다.",
            "This run has no table of unserved areas; run `sharemap run` again to get one.",
        ),
        "gap_layer": (
            "소외지역은 전체 분야와 분야별로만 계산합니다. 위에서 분야를 고르세요.",
            "Unserved areas are computed for all groups and by group: choose a group above.",
        ),
        "gap_none": ("여기에 해당하는 소외지역이 없습니다.", "There is none here."),
        "gap_dongs": ("{dong} 등 {n}개 동", "{dong}, {n} dongs in all"),
        "gap_row": ("주민 {n}명", "{n} residents"),
        "legend_gaps": (
            "소외지역 (네모 번호 = 주민이 많은 순)",
            "unserved area (square number = by residents)",
        ),
        "nearest": ("가장 가까운 시설", "Nearest site"),
        "walk_middle": ("중간 주민의 보행", "Walk of the middle resident"),
        "walk_longest": ("가장 먼 주민의 보행", "Longest walk"),
        "walk_at_most": (
            "길어야 {walk} (구역 밖 시설은 다 알 수 없음)",
            "at most {walk} (sites beyond are not all known)",
        ),
        "walk_at_most_min": ("길어야 {n}분", "at most {n} min"),
        "walk_none": ("걸어서 갈 길이 없음", "no way on foot"),
        "ages": ("연령별 주민", "Residents by age"),
        "age": ("나이", "Age"),
        "age_all": ("전체", "all"),
        "age_0_9": ("0~9세", "0–9"),
        "age_10_19": ("10~19세", "10–19"),
        "age_20_39": ("20~39세", "20–39"),
        "age_40_64": ("40~64세", "40–64"),
        "age_65_over": ("65세 이상", "65 and over"),
        "in_min": ("{n}분 안", "in {n} min"),
        "why": ("순위 이유", "Why this rank"),
        "score": ("종합점수", "Score"),
        "points": ("점수", "Points"),
        "weight": ("가중치", "Weight"),
        "component": ("항목", "Component"),
        "component_places": ("공유공간", "shared spaces"),
        "component_services": ("서비스 종류", "kinds of service"),
        "component_residents_15min": ("15분 안 주민", "residents in 15 min"),
        "component_residents_65_over_15min": ("15분 안 65세 이상", "65 and over in 15 min"),
        "component_support_sites": ("가까운 지원시설", "support sites near"),
        "component_mean_walk_m": ("평균 보행 (짧을수록 높음)", "mean walk (shorter is better)"),
        "component_longest_walk_m": ("최장 보행 (짧을수록 높음)", "longest walk (shorter is better)"),
        "stability": ("안정성", "Stability"),
        "stable": ("안정: 조건을 바꾼 계산의 {n}에서 남음", "stable: stays in {n} of perturbed runs"),
        "unstable": (
            "불안정: 조건을 바꾼 계산의 {n}에서만 남음",
            "unstable: stays in only {n} of perturbed runs",
        ),
        "not_examined": ("시험하지 않음", "not examined"),
        "rank_span": ("순위 범위 (5~95%)", "Rank interval (5–95%)"),
        "rank_value": ("{low}~{high}위", "{low}–{high}"),
        "rank_one": ("{low}위", "{low}"),
        "closures": ("한 곳이 닫혀도 유지", "Survives one closing"),
        "closures_of": ("{all}곳 중 {n}곳", "{n} of {all} sites"),
        "doubt": ("현장확인 필요", "Needs a look on site"),
        "doubt_en": (
            "두 곳이 한 건물일 수 있습니다. 그렇다면 공유공간은 {n}곳입니다.",
            "Two of its places may be one building; then it has {n} shared spaces.",
        ),
        "next_space": ("한 곳 더한다면", "If one more were added"),
        "next_text": (
            "블록 {block} · 가장 먼 곳까지 {m} m · 새로 닿는 주민 {n}명",
            "block {block} · {m} m to the farthest · {n} residents more",
        ),
        "barriers": ("동선의 장애물", "Barriers on the loop"),
        "barriers_en": (
            "계단 {steps} m · 터널 {tunnel} m · 교량 {bridge} m · 횡단보도 {crossing} m · 표시 없는 간선도로 횡단 {unmarked}곳",
            "Steps {steps} m · tunnels {tunnel} m · bridges {bridge} m · marked crossings {crossing} m · unmarked crossings of main roads {unmarked}",
        ),
        "no_data": ("자료 없음", "no data"),
        "loop_street": (
            "굵은 점선: 거리를 따라 걷는 일상동선",
            "Thick dashed line: the everyday loop along the streets",
        ),
        "loop_at_most": ("길어야 {m} m (찾은 것 중 가장 짧음)", "at most {m} m (best found)"),
        "card_old": (
            "이 결과에는 서비스별 운영시간·연령별 주민·동선 자료가 없습니다.",
            "This run has no services, ages or loops of candidates.",
        ),
        "values": ("공유가치 지표", "Value indicators"),
        "indicator": ("지표", "Indicator"),
        "value": ("값", "Value"),
        "at_block": ("이 블록에서 걸어서 {n}분", "Within {n} min of this block"),
        "block_residents": ("주민 {n}명", "{n} residents"),
        "block_empty": (
            "주민이 없는 블록입니다. 가장 가까운 주거 지점({m} m)에서 잰 값입니다.",
            "Nobody lives in this block: the figures are those of the nearest home, {m} m away.",
        ),
        "block_beside": (
            "누른 곳은 블록 밖(길·물)입니다. 가장 가까운 블록({m} m)의 값입니다.",
            "You clicked outside the blocks; these are the figures of the nearest one, {m} m away.",
        ),
        "block_own_profile": (
            "블록별 값은 ‘{own}’ 기준뿐입니다.",
            "Figures of blocks exist for ‘{own}’ only.",
        ),
        "block_note": (
            "가장 가까운 시설까지의 분과 {n}분 안의 시설 수. 블록 주민의 절반이 이 안에 닿는 중간 주민의 값이며, 주민별 도로망 최단 보행으로 계산했습니다.",
            (
                "Minutes to the nearest site and number of sites within {n} min, for the middle resident of the block "
                "(half walk no further), from shortest walks along the streets."
            ),
        ),
        "near_figure": ("{min}분 · {sites}", "{min} min · {sites}"),
        "near_many": ("{n}곳 이상", "{n} or more"),
        "near_none": ("{n}분 안에 없음", "none in {n} min"),
        "near_some": ("주민 {all}명 중 {n}명만 닿음", "{n} of {all} residents arrive"),
        "near_promise": ("네 분야 모두 닿는 주민", "Residents who reach all groups"),
        "near_all_of": ("{all}명 중 {n}명", "{n} of {all}"),
        "near_yes": ("모두 닿음", "all reached"),
        "near_no": ("닿지 못함", "not reached"),
        "table_profiles": ("보행유형별 도달률", "Share by walking profile"),
        "table_profile_gap": (
            "보행유형 격차: ‘{own}’ 기준으로만 닿고 ‘{other}’ 기준으로는 닿지 못하는 주민",
            "Profile gap: reached by ‘{own}’, not by ‘{other}’",
        ),
        "table_gaps": ("소외지역", "Unserved areas"),
        "gap_profile": ("격차 주민 ({name})", "Gap ({name})"),
        "not_in_run": ("이 결과에는 자료가 없습니다.", "This run has no such table."),
        "gaps_cut": (
            "{all}곳 중 {n}곳 표시. 전체는 gaps.gpkg에 있습니다.",
            "{n} of {all} shown; all are in gaps.gpkg.",
        ),
        # tables
        "tables": ("표", "Tables"),
        "table_coverage": ("서비스별 {minutes}분 도달률", "Share within {minutes} min by service"),
        "table_villages": ("공유마을 후보지", "Village candidates"),
        "table_short": ("하나 모자란 곳", "One short"),
        "table_dong": ("행정동별 도달률", "Share by dong"),
        "table_rows": ("읽은 자료와 제외", "Rows read and set aside"),
        "table_sites": ("시설 목록", "List of sites"),
        "table_sources": ("자료 출처와 이용조건", "Sources and licences"),
        "table_method": ("산출 기준", "Method"),
        "no": ("연번", "No."),
        "group": ("분야", "Group"),
        "service": ("공유서비스", "Service"),
        "covered": ("도달 주민", "Served"),
        "share": ("도달률", "Share"),
        "residents": ("주민수", "Residents"),
        "dong": ("행정동", "Dong"),
        "ward": ("자치구", "Ward"),
        "village": ("후보지", "Village"),
        "order": ("순위", "Rank"),
        "name": ("명칭", "Name"),
        "all_groups": ("전체 분야", "All groups"),
        "place_a": ("공유공간 1", "Shared space 1"),
        "place_b": ("공유공간 2", "Shared space 2"),
        "rows_read": ("읽은 행", "Rows read"),
        "sites_in": ("시설 (구역 안)", "Sites (inside)"),
        "sites_with": ("시설 (주변 포함)", "Sites (with surroundings)"),
        "folded": ("묶인 행", "Folded"),
        "set_aside": ("제외", "Set aside"),
        "site_places": ("장소", "Places"),
        "unsnapped_n": ("도로 미접속", "Unsnapped"),
        "total": ("합계", "Total"),
        "rows_note": (
            "읽은 행 = 시설(주변 포함) + 묶인 행 + 제외. 한 장소에 여러 서비스가 있으면 행마다 세므로 장소의 합계는 더한 값이 아니라 서로 다른 장소의 수입니다. 제외 사유는 set_aside.csv와 엑셀의 ‘제외·보정’ 시트에 있습니다.",
            (
                "Rows read = sites (with surroundings) + folded + set aside. A place with several services counts "
                "in each row, so the total of places is not their sum but the number of different places. "
                "Reasons are in set_aside.csv and in the workbook."
            ),
        ),
        "shown_of": (
            "{all}건 중 {n}건 표시. 전체는 villages.xlsx에 있습니다.",
            "{n} of {all} shown; all are in villages.xlsx.",
        ),
        "file": ("파일", "File"),
        "licence": ("이용조건", "Licence"),
        "method_coverage": (
            "도달률은 도로망 최단 보행(접근 구간 포함)으로 {minutes}분 안에 시설 1곳 이상에 닿는 주민의 비율입니다.",
            "A share is of residents whose shortest walk along the streets, access legs included, reaches a site within {minutes} min.",
        ),
        "method_village": (
            "후보지는 서로 모두 {metres} m 이내인 공유공간 {n}개소 이상입니다. 따릉이·주차·와이파이 같은 지원시설은 세지 않습니다.",
            "A village is at least {n} shared spaces, all within {metres} m of each other on foot. Support services do not count.",
        ),
        "method_residents": (
            "주민 수는 분석 구역 안 주민만 셉니다. 경계 가까이의 후보지와 시설은 여기에 세지 않은 이웃 구역 주민도 이용합니다.",
            (
                "Residents are those of the study area only: villages and sites near its border also serve people "
                "next door, who are not counted."
            ),
        ),
        "method_crs": (
            "계산 좌표계 EPSG:5179, 지도 표시 EPSG:3857.",
            "Computed in EPSG:5179, drawn in EPSG:3857.",
        ),
        "area": ("대상 구역", "Study area"),
        "area_is": ("행정동 {n}개 · {km2} km² · 보행로 {km} km", "{n} dongs · {km2} km² · {km} km of street"),
        "print": ("인쇄", "Print"),
        "noscript": (
            "지도를 그리려면 자바스크립트가 필요합니다. 아래 표에는 같은 숫자가 모두 있습니다.",
            "The map needs JavaScript. The tables below hold the same numbers.",
        ),
        # printed map
        "north": ("북", "N"),
        "printed_share": (
            "동별 도달률: 네 분야 모두 {minutes}분 안",
            "Share by dong: all four groups in {minutes} min",
        ),
        "printed_share_of": ("동별 도달률: {name} {minutes}분 안", "Share by dong: {name} in {minutes} min"),
        "printed_gap": (
            "네 분야 도보권이 겹치지 않는 곳 (폭 {width} m 이상, 그림용)",
            "walking areas of the four groups do not overlap ({width} m wide or more; drawing)",
        ),
        "printed_gap_of": (
            "{name} 도보권 밖 (폭 {width} m 이상, 그림용)",
            "outside the walking area of {name} ({width} m wide or more; drawing)",
        ),
        "printed_space": ("공유공간이 있는 장소", "place with a shared space"),
        "printed_more": ("외 {n}곳은 엑셀 참조", "and {n} more in the workbook"),
        "printed_groups": ("분야별 {minutes}분 도달률", "Share within {minutes} min by group"),
    }
)


def words(lang: str) -> dict[str, str]:
    """Return the maps' words in ``"ko"`` or ``"en"``.

    Raises
    ------
    StudyError
        If the language is another one.
    """
    if lang not in ("ko", "en"):
        msg = "unknown language"
        raise StudyError(msg, column="lang", value=lang, remedy="use ko or en")
    position = ("ko", "en").index(lang)
    return {key: pair[position] for key, pair in _WORDS.items()}


def number(value: float) -> str:
    """Return a number with thousands commas and at most two decimals.

    Examples
    --------
    >>> number(1125.0), number(2.88)
    ('1,125', '2.88')
    """
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def percent(share: float | None) -> str:
    """Return a share as the page and the browser round it: halves up, one decimal.

    Examples
    --------
    >>> percent(0.0625), percent(1.0), percent(None)
    ('6.3%', '100.0%', '–')
    """
    if share is None or share != share:  # noqa: PLR0124  NaN is what differs from itself
        return "–"
    return f"{int(share * 1000 + 0.5) / 10:.1f}%"
