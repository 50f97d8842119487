"""What the workbook says, in Korean and English."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REASONS", "words"]

_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # sheets
        "sheet_summary": ("요약", "Summary"),
        "sheet_villages": ("후보지 목록", "Villages"),
        "sheet_village_sites": ("후보지별 시설", "Village facilities"),
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
        "promise": ("모든 분야 {minutes}분 도달", "All groups within {minutes} min"),
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
        "crs": ("좌표계", "CRS"),
        "crs_is": (
            "계산 EPSG:5179 (m), 이 문서의 위도·경도 EPSG:4326",
            "computed in EPSG:5179 (metres); latitudes and longitudes here are EPSG:4326",
        ),
        "attribution": ("표시", "Attribution"),
        "sources": ("자료 출처", "Sources"),
        "page": ("쪽", "Page"),
    }
)

#: What was done to coordinates, and why a site meets no street: key -> (Korean, English).
REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "swapped": ("위도와 경도가 바뀌어 있어 바로잡음", "latitude and longitude were exchanged"),
        "too_far": (
            "가장 가까운 도로가 접속 한도보다 멂",
            "the nearest street is farther than the snapping limit",
        ),
        "no_street": ("접속할 도로가 없음", "there is no street to snap to"),
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
