"""Codes of Korea: its provinces, with the names that they have had, and the wards of Seoul."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FROM_STATISTICS", "PROVINCES", "SEOUL_WARDS", "spellings"]

#: Administrative code -> names, that of the law first. Gangwon and Jeonbuk have a new code since 2023 and 2024.
PROVINCES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "11": ("서울특별시", "서울시", "서울"),
        "26": ("부산광역시", "부산시", "부산"),
        "27": ("대구광역시", "대구시", "대구"),
        "28": ("인천광역시", "인천시", "인천"),
        "29": ("광주광역시", "광주"),
        "30": ("대전광역시", "대전시", "대전"),
        "31": ("울산광역시", "울산시", "울산"),
        "36": ("세종특별자치시", "세종시", "세종"),
        "41": ("경기도", "경기"),
        **dict.fromkeys(("51", "42"), ("강원특별자치도", "강원도", "강원")),
        "43": ("충청북도", "충북"),
        "44": ("충청남도", "충남"),
        **dict.fromkeys(("52", "45"), ("전북특별자치도", "전라북도", "전북")),
        "46": ("전라남도", "전남"),
        "47": ("경상북도", "경북"),
        "48": ("경상남도", "경남"),
        "50": ("제주특별자치도", "제주도", "제주"),
    }
)

_OF_STATISTICS = "11 21 22 23 24 25 26 29 31 32 33 34 35 36 37 38 39"
_OF_OFFICES = "11 26 27 28 29 30 31 36 41 51 43 44 52 46 47 48 50"
#: Code of a province in the statistics (SGIS) -> its administrative code. The two share numbers.
FROM_STATISTICS: Mapping[str, str] = MappingProxyType(
    dict(zip(_OF_STATISTICS.split(), _OF_OFFICES.split(), strict=True))
)

#: Wards of Seoul: statistics code (SGIS) -> administrative code and name. The two codes share numbers.
SEOUL_WARDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "11010": ("11110", "종로구"),
        "11020": ("11140", "중구"),
        "11030": ("11170", "용산구"),
        "11040": ("11200", "성동구"),
        "11050": ("11215", "광진구"),
        "11060": ("11230", "동대문구"),
        "11070": ("11260", "중랑구"),
        "11080": ("11290", "성북구"),
        "11090": ("11305", "강북구"),
        "11100": ("11320", "도봉구"),
        "11110": ("11350", "노원구"),
        "11120": ("11380", "은평구"),
        "11130": ("11410", "서대문구"),
        "11140": ("11440", "마포구"),
        "11150": ("11470", "양천구"),
        "11160": ("11500", "강서구"),
        "11170": ("11530", "구로구"),
        "11180": ("11545", "금천구"),
        "11190": ("11560", "영등포구"),
        "11200": ("11590", "동작구"),
        "11210": ("11620", "관악구"),
        "11220": ("11650", "서초구"),
        "11230": ("11680", "강남구"),
        "11240": ("11710", "송파구"),
        "11250": ("11740", "강동구"),
    }
)


def spellings(province: str) -> tuple[str, ...]:
    """Return all names of the province that one of its names, or its code, stands for; that itself when none does.

    Examples
    --------
    >>> spellings("강원도"), spellings("11")[0], spellings("Bayern")
    (('강원특별자치도', '강원도', '강원'), '서울특별시', ('Bayern',))
    """
    for code, names in PROVINCES.items():
        if province == code or province in names:
            return names
    return (province,)
