r"""Korean addresses as they are written in published files -> what they mean.

There are two kinds. A *road address* is a road and a building number (도로명주소: 다산로32길 5, 사직로 지하130), a
*lot address* is a legal dong and a lot number (지번주소: 신당동 292-60, 상계동 산1-2). Published files write them
with and without city and ward, glued together, with floors, building names, brackets, "외 2필지" and "일원".
:func:`parse` reads all of these; two addresses are the same when their :attr:`Address.key` is.

A road name may end in digits of its own side street (송파대로8길), so a number only counts as a building number
when it does not go on into a longer name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SAME_ADDRESS_M", "SAME_BUILDING_M", "Address", "address_key", "normalised", "parse"]

#: How far apart positions of one building may lie, metres: its entrance and its middle, or two lists' drawings.
SAME_BUILDING_M = 25.0
#: How far apart positions with one address may lie, metres: the parts of a large plot. Beyond it one of them is wrong.
SAME_ADDRESS_M = 150.0

Kind = Literal["road", "lot", ""]

_LONGEST = 500  # an address is shorter; a cell may hold a book
_SEOUL = "서울"
_SEOUL_WARDS = (
    "종로|중|용산|성동|광진|동대문|중랑|성북|강북|도봉|노원|은평|서대문|마포|양천|강서|구로|금천|영등포|동작|"
    "관악|서초|강남|송파|강동"
)
_SIDO = re.compile(
    r"^(?:대한민국\s*)?(?P<sido>서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충청북|충청남|충북|충남|"
    r"전라북|전라남|전북|전남|경상북|경상남|경북|경남|제주)"
    # "서울시립대로" is a road, "서울시중구" is not
    rf"(?:특별자치\s?[시도]\s*|\s?특별시\s*|광역시\s*|[시도](?:\s+|(?=(?:{_SEOUL_WARDS})구))|\s+)"
)
_SIDO_SHORT = {
    "충청북": "충북",
    "충청남": "충남",
    "전라북": "전북",
    "전라남": "전남",
    "경상북": "경북",
    "경상남": "경남",
}
_WARD = re.compile(r"^(?P<ward>(?:[가-힣]+시\s+)?[가-힣]+[구군]|[가-힣]+시)(?=\s)")
_GLUED_WARD = re.compile(
    rf"^(?P<ward>(?:{_SEOUL_WARDS})구)(?=[가-힣])(?!청|민|의회|보건|(?:로|길)(?=\s|\d|$))"
)
_POSTCODE = re.compile(r"^(?:\(?우\)?\s*)?[\[(]?\d{3}-?\d{2,3}[\])]?[\s,]+(?=\D)")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[(\[].*$")
# a "?" is what a blank of another encoding became
_UNSEEN = re.compile(r"[\s?\u200b-\u200f\u2060\ufeff]+")
_DASHES = re.compile(r"(?<=\d)\s*[-‐-―−ー]\s*(?=\d)")
_APART = (
    (re.compile(r"(?<=[로동])\s+(?=\d{1,2}가(?:\s?\d|동))"), ""),  # 종로 1가 45
    (re.compile(r"(?<=[가-힣])(?<![구군시읍면])\s+(?=\d+[가-힣]?길\s?(?:지하)?\s?\d)"), ""),  # 다산로 32길 5
    (re.compile(r"(?<=[가-힣])(?<![구군시읍면동리가])\s+(?=\d+로\s?\d)"), ""),  # 청수 16로 5-10
    (re.compile(r"(?<=로)(\d+[가-힣]?)\s+(?=길\s?(?:지하)?\s?\d)"), r"\1"),  # 테헤란로8 길 36
)
# the number may not go on into a longer road name ("강남대로 102길", "은평로 3마길": side streets are numbered, and
# split once more by 가, 나, 다 ... or 번), nor be a floor, a room, a block or an exit
_GOES_ON = r"(?!\d|-\d|[가-힣]?길|로|번(?!지)|동(?![가-힣])|동산\s?\d|가(?![가-힣])|가산\s?\d|관(?![가-힣])|층|호(?!텔)|단지|차|[Ff](?!\w)|[mM](?!\w))"
_BUILDING = re.compile(
    r"(?<![^\s,:/])(?:"
    r"(?P<road>\d*(?:[.·]\d+)?[^\W\d_][\w.·]*?(?:로|길)(?:\d+[가-힣]?길)?|\d+(?:[.·]\d+)?[로길])|"
    r"(?P<lot>[가-힣][가-힣\d.·-]*?(?:동|리|\d가))"
    r")\s*(?P<under>지하)?\s*(?P<hill>산)?\s*(?P<main>\d{1,5})(?:-(?P<sub>\d{1,5}))?" + _GOES_ON
)
_HO = re.compile(r"^\s?번지\s?(\d{1,4})호")
_SEVERAL = re.compile(
    r"^(?:\s?번지)?\s?(?:외(?=[\s\d필]|$)|일원|일대|[~∼]|,\s?(?:산\s?)?\d+(?:-\d+)?(?=[\s,번]|$))"
)
_DONG = re.compile(
    r"(?<![^\s,(\[])(?P<dong>[가-힣][가-힣\d.·]*?(?:동|\d가|읍|면|리))(?=[\s,)\]]|\d+(?![\d가동.·])|$)"
)


@dataclass(frozen=True, kw_only=True)
class Address:
    """What an address says.

    Attributes
    ----------
    sido
        City or province in short, such as ``"서울"``; ``""`` when not written.
    ward
        시군구 as written; ``""`` when not written.
    road
        Road name without blanks, of a road address.
    dong
        Legal (or administrative) dong of a lot address; of a road address the dong that stands beside it, if any.
    main, sub
        Building or lot number; `sub` is 0 when there is none.
    underground
        The building number counts below ground (지하).
    mountain
        The lot lies in the forest register (산).
    several
        It stands for several lots or numbers ("외 2필지", "일원"); the first one is given.
    kind
        ``"road"``, ``"lot"``, or ``""`` when no number was found.

    Examples
    --------
    >>> parse("서울시 중구 신당동 100-1 외 2필지").text
    '서울특별시 중구 신당동 100-1'
    """

    sido: str = ""
    ward: str = ""
    road: str = ""
    dong: str = ""
    main: int = 0
    sub: int = 0
    underground: bool = False
    mountain: bool = False
    several: bool = False
    kind: Kind = ""

    @property
    def number(self) -> str:
        """Building or lot number as it is written: ``"지하130"``, ``"산1-2"``."""
        flags = ("지하" if self.underground else "") + ("산" if self.mountain else "")
        return f"{flags}{self.main}" + (f"-{self.sub}" if self.sub else "")

    @property
    def key(self) -> str:
        """Road or dong with the number: what two spellings of one address share. Empty without a number."""
        return f"{self.road or self.dong} {self.number}" if self.kind else ""

    @property
    def in_seoul(self) -> bool:
        """Whether it is in Seoul, as far as it says."""
        return self.sido in {"", _SEOUL}

    @property
    def question(self) -> str:
        """What to ask a geocoder for: with the city, without the dong beside a road. Empty without a number."""
        sido = "서울특별시" if self.in_seoul else self.sido
        return " ".join(filter(None, (sido, self.ward, self.key))) if self.kind else ""

    @property
    def text(self) -> str:
        """The address in the official spelling; empty without a number."""
        if not self.kind:
            return ""
        sido = "서울특별시" if self.sido == _SEOUL else self.sido
        beside = f"({self.dong})" if self.kind == "road" and self.dong else ""
        return " ".join(filter(None, (sido, self.ward, self.key, beside)))


def parse(text: str) -> Address:
    """Read an address. Never fails: what cannot be read has the kind ``""``.

    Parameters
    ----------
    text
        As published.

    Examples
    --------
    >>> parse("중구세종대로110, 3층").key, parse("종로구 사직로 지하 130 경복궁역").key
    ('세종대로 110', '사직로 지하130')
    >>> parse("서울특별시 종로구 무악동 산2-1번지 일원").number, parse("강남구 강남대로 102길").kind
    ('산2-1', '')
    """
    sido, ward, rest = _region(_cleaned(text))
    outside = _UNSEEN.sub(" ", _BRACKETS.sub(" ", rest)).strip()
    building = _BUILDING.search(outside)
    if building is None:
        outside = " ".join(part.group().strip("()[]") for part in _BRACKETS.finditer(rest))
        building = _BUILDING.search(outside)
    if building is None or not int(building["main"]):
        return Address(sido=sido, ward=ward)
    return _address((sido, ward), building, tail=outside[building.end() :], around=rest)


def _region(text: str) -> tuple[str, str, str]:
    """Return city, ward and what follows; a region that is written twice is read once."""
    sido = ward = ""
    while True:
        found = _SIDO.match(text)
        text = text[found.end() :] if found else text
        region = _WARD.match(text) or _GLUED_WARD.match(text)
        if region and ward and region["ward"] != ward:
            region = None
        text = text[region.end() :].lstrip() if region else text
        sido = sido or (found["sido"] if found else "")
        ward = ward or (region["ward"] if region else "")
        if not (found or region):
            return _SIDO_SHORT.get(sido, sido), ward, text


def _address(region: tuple[str, str], building: re.Match[str], *, tail: str, around: str) -> Address:
    ho = _HO.match(tail) if building["lot"] and not building["sub"] else None
    road = building["road"] or ""
    beside = "" if not road else _beside(around)
    return Address(
        sido=region[0],
        ward=region[1],
        road=road.replace("·", "."),
        dong=building["lot"] or beside,
        main=int(building["main"]),
        sub=int(ho[1] if ho else building["sub"] or 0),
        underground=building["under"] is not None,
        mountain=building["hill"] is not None,
        several=_SEVERAL.match(tail) is not None,
        kind="road" if road else "lot",
    )


def _beside(text: str) -> str:
    """Return the dong that stands beside a road address: in brackets, or before the road."""
    inside = [part.group().strip("()[]").strip() for part in _BRACKETS.finditer(text)]
    for part in (*inside, text):
        if found := _DONG.match(part):
            return found["dong"]
    return ""


def _cleaned(text: str) -> str:
    """Composed Hangul, half-width letters, single blanks, plain hyphens; no postcode."""
    clean = _UNSEEN.sub(" ", unicodedata.normalize("NFKC", str(text)[:_LONGEST])).strip()
    clean = _DASHES.sub("-", clean)
    clean = _POSTCODE.sub("", clean)
    for pattern, glued in _APART:
        clean = pattern.sub(glued, clean)
    return clean.strip()


def normalised(text: str) -> str:
    """Return an address in the official spelling; text that is none comes back cleaned of stray characters.

    Examples
    --------
    >>> normalised("서울시 중구  다산로 ３２길 5(신당동)"), normalised(" 합정역 앞 ")
    ('서울특별시 중구 다산로32길 5 (신당동)', '합정역 앞')
    """
    return parse(text).text or _cleaned(text)


def address_key(addresses: pd.Series, *, region: bool = False) -> pd.Series:
    """Return road (or dong) and number of addresses; NaN without a number.

    Parameters
    ----------
    addresses
        Addresses as published, with or without city and ward, brackets, floors and building names.
    region
        Whether to keep the ward, and the province outside Seoul, before it.

    Examples
    --------
    >>> import pandas as pd
    >>> address_key(pd.Series(["서울특별시 중구 다산로 32길 5(신당동) 2층", "다산로32길 5", "강남구 강남대로 102길"])).tolist()
    ['다산로32길 5', '다산로32길 5', nan]
    """
    # an address is parsed once however many bays and access points share it
    known = {text: parse(text) for text in addresses.dropna().unique()}
    keys = {text: _key(address, region=region) for text, address in known.items()}
    return addresses.map(keys).astype("str")


def _key(address: Address, *, region: bool) -> str | None:
    if not address.kind:
        return None
    if not region:
        return address.key
    sido = "" if address.in_seoul else address.sido
    return " ".join(filter(None, (sido, address.ward, address.key)))
