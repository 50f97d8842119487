"""Why a row was set aside, in Korean and English, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REASONS", "WAITING", "Reason"]


@dataclass(frozen=True)
class Reason:
    """One reason in Korean and English."""

    ko: str
    en: str


REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "no_coordinates": Reason("좌표 없음(주소 좌표변환 대기)", "no coordinates (waiting for geocoding)"),
        "bad_coordinates": Reason("좌표를 해석할 수 없음", "coordinates that cannot be right"),
        "no_address": Reason("쓸 수 있는 좌표도 주소도 없음", "neither usable coordinates nor an address"),
        "no_address_number": Reason(
            "주소에 건물번호·지번이 없음", "the address has no building or lot number"
        ),
        "address_not_in_seoul": Reason("주소가 서울 밖", "the address is outside Seoul"),
        "address_not_found": Reason("주소를 찾을 수 없음", "the address is not known to any source asked"),
        "address_ambiguous": Reason(
            "주소가 여러 곳에 해당함", "the address fits several positions that lie apart"
        ),
        "lot_table_missing": Reason(
            "지번주소(지번 자료가 지정되지 않음)", "a lot address, and the study names no table of lots"
        ),
        "geocoding_refused": Reason(
            "좌표변환 결과를 쓸 수 없음", "an answer of the geocoder that cannot be right"
        ),
        "geocoder_unavailable": Reason(
            "온라인 좌표변환 실패(다시 실행 필요)", "an online geocoder failed; run again"
        ),
        "outside_area": Reason("분석 구역과 그 주변 밖", "outside the study area and its surroundings"),
        "not_operating": Reason("미운영·개소 예정·폐관", "not operating, planned or closed"),
        "not_this_service": Reason("이 공유서비스가 아님", "not this shared service"),
        "not_a_site": Reason("합계·안내 행", "a total or a note, not a site"),
        "not_chosen": Reason(
            "연구 파일이 고르지 않은 행(only)", "a row that the study does not choose (only)"
        ),
        "shifted_cells": Reason(
            "머리글보다 칸이 많아 값이 밀린 행", "more cells than the header: its values have slipped"
        ),
        "other_table": Reason("읽지 않은 시트·레이어의 행", "a row of a sheet or layer that is not read"),
    }
)

#: Reasons of rows that lack nothing but a position: they may still fold into a site that has one.
WAITING = frozenset(REASONS) - {
    "outside_area",
    "not_operating",
    "not_this_service",
    "not_a_site",
    "not_chosen",
    "shifted_cells",
    "other_table",
}
