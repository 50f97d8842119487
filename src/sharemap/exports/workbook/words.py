"""What the workbook says, in Korean and English."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.errors import StudyError
from sharemap.schema import SNAP_STATUS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REASONS", "words"]

_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # sheets
        "sheet_summary": ("요약", "Summary"),
        "sheet_villages": ("후보지 목록", "Villages"),
        "sheet_village_sites": ("후보지별 시설", "Village facilities"),
        "sheet_values": ("후보지별 지표", "Village indicators"),
        "sheet_gaps": ("소외지역", "Unserved areas"),
        "sheet_walkers": ("보행유형별 격차", "Other walkers"),
        "sheet_one_short": ("하나 모자란 곳", "One short"),
        "sheet_coverage": ("동별 커버리지", "Coverage by dong"),
        "sheet_method": ("산출기준·출처", "Method and sources"),
        "sheet_set_aside": ("제외·보정", "Set aside, corrected"),
        # columns
        "no": ("연번", "No."),
        "rank": ("순위", "Rank"),
        "village": ("후보지명", "Village"),
        "village_id": ("후보번호", "Village id"),
        "ward": ("자치구", "Ward"),
        "dong": ("행정동", "Dong"),
        "dong_code": ("행정동코드", "Dong code"),
        "places": ("공유공간수", "Shared spaces"),
        "services": ("서비스 종류수", "Kinds of service"),
        "layers": ("공유서비스", "Services"),
        "longest_walk_m": ("최장 보행(m)", "Longest walk (m)"),
        "mean_walk_m": ("평균 보행(m)", "Mean walk (m)"),
        "loop_m": ("일상동선(m)", "Everyday loop (m)"),
        "residents_5min": ("주민수 5분", "Residents 5 min"),
        "residents_10min": ("주민수 10분", "Residents 10 min"),
        "residents_15min": ("주민수 15분", "Residents 15 min"),
        "residents_65_over_15min": ("65세 이상 15분", "65 and over, 15 min"),
        "support_sites": ("지원시설수", "Support sites"),
        "neighbours": ("이웃장소수", "Neighbours"),
        "sentence": ("설명", "Why"),
        "score": ("종합점수", "Score"),
        "stable": ("안정성", "Stability"),
        "stability": ("안정도", "Share of runs kept"),
        "rank_range": ("순위 범위", "Rank interval"),
        "closures": ("폐쇄 견딤", "Closures survived"),
        "doubt": ("현장 확인", "To check on site"),
        "why": ("순위 이유", "Why this rank"),
        "public_map": ("카카오맵", "KakaoMap"),
        "role": ("역할", "Role"),
        "loop_order": ("동선순서", "Loop order"),
        "place": ("장소명", "Place"),
        "place_id": ("장소번호", "Place id"),
        "site": ("시설명", "Facility"),
        "layer": ("공유서비스", "Service"),
        "address": ("주소", "Address"),
        "hours": ("운영시간", "Hours"),
        "phone": ("전화번호", "Phone"),
        "operator": ("운영기관", "Operator"),
        "lat": ("위도", "Latitude"),
        "lon": ("경도", "Longitude"),
        "source": ("자료출처", "Source"),
        "ref_date": ("기준일자", "Reference date"),
        "place_a": ("공유공간 1", "Shared space 1"),
        "place_b": ("공유공간 2", "Shared space 2"),
        "walk_m": ("보행거리(m)", "Walk (m)"),
        "walk_a_m": ("1까지 (m)", "To 1 (m)"),
        "walk_b_m": ("2까지 (m)", "To 2 (m)"),
        "residents_added": ("새로 닿는 주민 15분", "Residents added, 15 min"),
        "idle_fits": ("맞는 유휴공간", "Idle spaces that fit"),
        "block_where": ("제안 위치 (블록)", "Proposed place (block)"),
        "block": ("제안 블록", "Proposed block"),
        "streets": ("접한 도로", "Streets around it"),
        "residents": ("주민수", "Residents"),
        "kind": ("구분", "Kind"),
        "file": ("파일", "File"),
        "row": ("행", "Row"),
        "name": ("명칭", "Name"),
        "reason": ("사유", "Reason"),
        "value": ("값", "Value"),
        "count": ("행수", "Rows"),
        "see_set_aside": ("(전체 행은 set_aside.csv)", "(all rows are in set_aside.csv)"),
        "licence": ("이용조건", "Licence"),
        "group": ("분야", "Group"),
        "rows_read": ("읽은 행", "Rows read"),
        "sites": ("시설 (주변 포함)", "Sites (with surroundings)"),
        "sites_in_area": ("그중 구역 안", "Of them inside"),
        "folded": ("묶인 행", "Folded"),
        "set_aside": ("제외", "Set aside"),
        "place_count": ("장소", "Places"),
        "unsnapped": ("도로 미접속", "Unsnapped"),
        "covered": ("도달 주민수", "Residents served"),
        "share": ("도달률", "Share"),
        "profile": ("보행유형", "Walker"),
        "unserved": ("닿지 못하는 분야", "Group not reached"),
        "dongs_touched": ("걸친 동 수", "Dongs touched"),
        "unserved_residents": ("미도달 주민수", "Residents not served"),
        "age_0_9": ("0~9세", "0-9"),
        "age_10_19": ("10~19세", "10-19"),
        "age_20_39": ("20~39세", "20-39"),
        "age_40_64": ("40~64세", "40-64"),
        "age_65_over": ("65세 이상", "65 and over"),
        "nearest": ("가장 가까운 시설", "Nearest facility"),
        "gap_walk_m": ("보행거리 (m)", "Walk (m)"),
        "gap_walk_min": ("보행시간 (분)", "Walk (min)"),
        "walk_is": ("시간 구분", "Walk is"),
        "gap_id": ("소외지역번호", "Area id"),
        "share_study": ("기준 보행자 도달률", "share, study's walker"),
        "share_walker": ("이 보행자 도달률", "share, this walker"),
        "gap_residents": ("격차 주민수", "residents in the gap"),
        "gap_old": ("65세 이상 격차 주민수 (전체 분야)", "65 and over in the gap (all groups)"),
        "speed": ("시속 (km)", "Speed (km/h)"),
        "cutoff": ("{minutes}분 거리 (m)", "{minutes} min (m)"),
        "gap": ("격차 주민수", "Residents in the gap"),
        "item": ("항목", "Item"),
        "content": ("내용", "Content"),
        # values
        "total": ("합계", "Total"),
        "all_groups": ("전체 분야", "All groups"),
        "member": ("구성", "member"),
        "neighbour": ("이웃", "neighbour"),
        "space": ("공유공간", "space"),
        "support": ("지원", "support"),
        "kind_set_aside": ("제외", "set aside"),
        "kind_corrected": ("좌표 보정", "corrected"),
        "kind_geocoded": ("주소로 찾음", "placed by address"),
        "geocoded_how": (
            "좌표가 없어 주소로 위치를 찾음 ({by}, 신뢰도 {confidence})",
            "no coordinates: placed by its address ({by}, confidence {confidence})",
        ),
        "sure_high": ("높음", "high"),
        "sure_medium": ("보통", "medium"),
        "sure_low": ("낮음", "low"),
        "is_stable": ("안정", "stable"),
        "is_unstable": ("불안정", "unstable"),
        "is_not_examined": ("자료 없음", "no data"),
        "doubtful": ("확인 필요", "to be checked"),
        "walk_exact": ("정확", "exact"),
        "walk_at_most": ("길어야", "at most"),
        "walk_none": ("길 없음", "no way on foot"),
        "no_data": ("자료 없음", "no data"),
        "own": ("기준", "the study's"),
        "nobody": ("주민 없음", "nobody lives here"),
        "open": ("열기", "open"),
        "kind_unsnapped": ("도로 미접속", "unsnapped"),
        "none": ("해당 없음", "none"),
        "not_known": ("산출 불가", "not available"),
        "fictional": (
            "가상 자료: 실재하지 않는 구의 예시입니다.",
            "Fictional data: an example ward that does not exist.",
        ),
        # summary and method
        "area": ("대상 구역", "Study area"),
        "dongs": ("행정동 {n}개, {km2} km²", "{n} dongs, {km2} km²"),
        "walking": ("보행 조건", "Walking"),
        "walking_is": (
            "{profile}, 시속 {speed} km, {minutes}분 = {metres} m",
            "{profile}, {speed} km/h, {minutes} min = {metres} m",
        ),
        "promise": ("전체 분야 {minutes}분 도달", "All groups within {minutes} min"),
        "promise_is": (
            "주민 {residents}명 중 {covered}명 ({share})",
            "{covered} of {residents} residents ({share})",
        ),
        "village_count": ("공유마을 후보지", "Sharing-village candidates"),
        "one_short_count": ("하나 모자란 곳", "One short"),
        "places_in_villages": ("후보지에 든 공유공간", "Shared spaces in villages"),
        "site_count": ("시설", "Sites"),
        "site_count_is": ("{inside}곳", "{inside}"),
        "site_count_around": (
            "{inside}곳 (주변 {around}곳 포함 {all}곳)",
            "{inside} ({all} with {around} around)",
        ),
        "generated": ("작성일", "Made on"),
        "network": ("보행 도로망", "Walking network"),
        "network_is": ("{km} km, 교차점 {nodes}곳, 구간 {edges}개", "{km} km, {nodes} nodes, {edges} edges"),
        "by_layer": ("서비스별 현황", "By service"),
        "by_group": ("분야별 {minutes}분 도달", "By group, within {minutes} min"),
        "adjacency": ("인접 기준", "Adjacent"),
        "adjacency_is": (
            "두 공유공간 사이 보행거리 {metres} m 이내 (접근 구간 포함)",
            "walk between two shared spaces at most {metres} m, access legs included",
        ),
        "village_rule": ("후보지 기준", "Village"),
        "village_rule_is": (
            "서로 모두 인접한 공유공간 {n}개소 이상; 지원시설(따릉이·주차·와이파이 등)은 세지 않음",
            "at least {n} shared spaces, each adjacent to all others; support services do not count",
        ),
        "coverage_rule": ("도달률", "Share"),
        "coverage_rule_is": (
            "도로망 최단 보행으로 {minutes}분 안에 시설 1곳 이상에 닿는 주민 ÷ 전체 주민 (도형 포함 판정이 아님)",
            (
                "residents whose shortest walk along the streets reaches at least one site within {minutes} min, "
                "of all residents (never point in polygon)"
            ),
        ),
        "residents_rule": ("주민 수", "Residents"),
        "residents_rule_is": (
            "주민 수는 분석 구역 안 주민만 셈; 경계 가까이의 후보지와 시설은 여기에 세지 않은 이웃 구역 주민도 이용함",
            (
                "residents of the study area only; villages and sites near its border also serve people next door, "
                "who are not counted"
            ),
        ),
        "rows_rule": ("행 합계 검산", "Rows add up"),
        "rows_rule_is": (
            "읽은 행 = 시설(주변 포함) + 묶인 행 + 제외; 장소의 합계는 더한 값이 아니라 서로 다른 장소의 수",
            (
                "rows read = sites (with surroundings) + folded + set aside; "
                "the total of places is the number of different places, not a sum"
            ),
        ),
        "stability_rule": ("안정성", "Stability"),
        "stability_rule_is": (
            (
                "보행속도, 인접 기준, 접속 한도, 가중치를 조금씩 바꾸고 시설을 하나씩 뺀 계산에서 후보지로 남은 비율; "
                "순위 범위는 남은 계산의 5~95%, 폐쇄 견딤은 시설 하나가 닫혀도 남는 경우의 수 / 시험한 수"
            ),
            (
                "share of runs with changed speed, adjacency, snapping, weights or one site less in which it stays; "
                "rank interval: 5th to 95th percentile where it stays; closures: sites that may close, each alone, of those tried"
            ),
        ),
        "gaps_rule": ("소외지역", "Unserved areas"),
        "gaps_rule_is": (
            (
                "{minutes}분 안에 닿지 못하는 주민이 이어져 사는 곳; 보행거리·시간은 그 주민의 중앙값, "
                "'길어야'는 더 가까운 시설이 자료 범위 밖에 있을 수 있다는 뜻"
            ),
            (
                "contiguous ground where residents do not reach it within {minutes} min; the walk is that of the middle resident; "
                "'at most': a nearer site may lie beyond the known surroundings"
            ),
        ),
        "gap_rule": ("보행유형별 격차", "Other walkers"),
        "gap_rule_is": (
            "격차 주민수 = {profile} 걸음이면 닿지만 그 보행자의 걸음으로는 닿지 못하는 주민 수",
            "residents in the gap = whom the study's walker ({profile}) reaches and this walker does not",
        ),
        "links_rule": ("링크", "Links"),
        "links_rule_is": (
            (
                "파란 밑줄 이름은 같은 폴더의 map.html(인터넷 없이 열림)에서 그곳을 엽니다. 지도만 열리고 그곳으로 가지 않으면 지도의 "
                "검색칸에 이름을 넣으십시오. '카카오맵' 열은 인터넷이 될 때만 열리고, 누르면 장소 이름과 좌표가 카카오에 전달됩니다."
            ),
            (
                "Names underlined in blue open the place in map.html in the same folder, without any connection. If the map opens "
                "elsewhere, type the name into its search. The column KakaoMap needs a connection, and tells Kakao the name and the position."
            ),
        ),
        "no_data_rule": ("자료 없음", "No data"),
        "no_data_rule_is": (
            "'자료 없음'은 0이 아니라 공개자료나 계산이 없어 알 수 없다는 뜻",
            "'no data' is not zero: nothing published or examined tells it",
        ),
        "crs": ("좌표계", "CRS"),
        "crs_is": (
            "계산 EPSG:5179 (m), 이 문서의 위도·경도 EPSG:4326",
            "computed in EPSG:5179 (metres); latitudes and longitudes here are EPSG:4326",
        ),
        "attribution": ("표시", "Attribution"),
        "sources": ("자료 출처", "Sources"),
        "indicators": ("후보지별 지표의 산식과 한계", "Village indicators: formulas and limits"),
        "indicator": ("지표", "Indicator"),
        "formula": ("산식", "Formula"),
        "unit": ("단위", "Unit"),
        "not_told": ("미상", "not told"),
        "limits": ("한계", "Limits"),
        "by_profile": ("보행유형별 전체 분야 {minutes}분 도달", "All groups within {minutes} min, by walker"),
        "offline_map": ("지도", "Map"),
        "offline_map_is": (
            "map.html 열기 (인터넷 없이 열림, 이 파일과 같은 폴더)",
            "open map.html (no connection needed, same folder)",
        ),
        "gap_count": ("소외지역", "Unserved areas"),
        "gap_count_is": (
            "{n}곳, 주민 {residents}명 ({profile}, {service})",
            "{n} areas, {residents} residents ({profile}, {service})",
        ),
        "gaps_note": (
            "같은 사람이 보행유형과 분야마다 따로 세어지므로 줄을 더하지 않습니다.",
            "The same people are counted for each walker and group: rows do not add up.",
        ),
        "walkers_note": (
            "기준 보행자: {profile}. 격차 주민수 = 기준 보행자는 닿고 이 보행자는 닿지 못하는 주민.",
            "The study's walker: {profile}. In the gap: whom it reaches and this walker does not.",
        ),
        "too_many_links": (
            "링크 {n}개는 엑셀의 한도(시트마다 65,530개, 주소 2,079자)를 넘어 넣지 않았습니다. 장소번호로 지도에서 찾을 수 있습니다.",
            "{n} links are left out: Excel holds 65,530 a sheet and 2,079 characters each. Find the places in the map by name.",
        ),
        "page": ("쪽", "Page"),
    }
)

#: What was done to coordinates, and why a site meets no street: key -> (Korean, English).
REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "swapped": ("위도와 경도가 바뀌어 있어 바로잡음", "latitude and longitude were exchanged"),
        **SNAP_STATUS,
    }
)


def words(lang: str) -> dict[str, str]:
    """Return the workbook's words in ``"ko"`` or ``"en"``.

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
