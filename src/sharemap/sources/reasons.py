"""Why a row was set aside, in Korean and English, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REASONS", "Reason"]


@dataclass(frozen=True)
class Reason:
    """One reason in Korean and English."""

    ko: str
    en: str


REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "no_coordinates": Reason("좌표 없음(주소 좌표변환 대기)", "no coordinates (waiting for geocoding)"),
        "bad_coordinates": Reason("좌표를 해석할 수 없음", "coordinates that cannot be right"),
        "outside_area": Reason("분석 구역과 그 주변 밖", "outside the study area and its surroundings"),
        "not_operating": Reason("미운영·개소 예정·폐관", "not operating, planned or closed"),
        "not_this_service": Reason("이 공유서비스가 아님", "not this shared service"),
        "not_a_site": Reason("합계·안내 행", "a total or a note, not a site"),
    }
)
