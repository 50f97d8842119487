"""Rooms and goods: standard files of the portals and lists of ward teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.ward import plan
from tools.ward.files import Ledger, Published, csv_bytes, xlsx_bytes
from tools.ward.headers import OPEN_HEADER, TOY_HEADER, elsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from tools.ward.services import Site

__all__ = ["open_facility", "team_lists", "tool_library", "toy_library"]

Cells = list[object]

_ROOMS = ("회의실", "강당", "다목적실", "강의실", "기타(프로그램실, 조리실)")
_HEAD: tuple[str, ...] = ("연번", "명칭", "도로명주소", "위도", "경도", "운영시간", "전화번호")


def open_facility(sites: Sequence[Site], rng: np.random.Generator) -> Published:
    """Write the national standard: a row for each room, duplicates, other cities, four latitudes of 34 degrees."""
    rows: list[Cells] = []
    for site in sites:
        for room in rng.permutation(_ROOMS)[: int(rng.integers(1, 5))]:
            seats = int(rng.integers(8, 160))
            rows.append(
                _room(
                    site.name,
                    str(room),
                    f"{site.address} ({site.dong})",
                    f"{site.lat:.7f}",
                    f"{site.lon:.7f}",
                    seats,
                )
            )
    rooms = len(rows)
    rows += [list(rows[k]) for k in (0, 3, 7, 11, 20)]
    for k in range(4):
        rows.append(
            _room(
                f"가온 옛터회관 {k + 1}호",
                "회의실",
                f"서울특별시 가온구 서마루로 {201 + 2 * k}",
                f"34.48{k}127",
                f"126.98{k}11",
                20,
            )
        )
    for sido, city, lat, lon in elsewhere(24):
        rows.append(_room(f"{city} 시민회관", "강당", f"{sido} {city} 시청로 1", lat, lon, 100))
    ledger = Ledger(
        rows=len(rows),
        sites=len(sites),
        set_aside={"outside_area": 28},
        defects={
            "rows_by_room": rooms - len(sites),
            "exact_duplicates": 5,
            "wrong_latitude": 4,
            "other_cities": 24,
        },
    )
    return Published(
        layer="open_facility",
        file="open_facility.csv",
        content=csv_bytes([OPEN_HEADER, *rows], encoding="cp949"),
        ledger=ledger,
        ref_date="2026-01",
        note_ko="표준데이터 29개 열, cp949, 방마다 1행, 완전히 같은 5행, 기타(…) 유형, 위도가 34.x인 4행, 다른 도시 24행",
    )


def _room(place: str, room: str, address: str, lat: str, lon: str, seats: int) -> Cells:  # noqa: PLR0913, PLR0917  a row has many cells
    kind = room
    name = f"{place} {room.split('(', maxsplit=1)[0]}"
    hours = ["09:00", "18:00", "00:00", "00:00"]
    return [
        *(
            name,
            place,
            kind,
            "토, 일요일, 공휴일",
            *hours,
            "N",
            "2",
            "0",
            "1",
            "0",
            str(seats),
            "",
            "빔프로젝터, 마이크",
            "인터넷+방문",
            "",
        ),
        *(
            address,
            "",
            "서울특별시 가온구청",
            "자치행정과",
            "02-9900-3000",
            "",
            lat,
            lon,
            "2026-01-02",
            "9900000",
            "서울특별시 가온구",
        ),
    ]


def toy_library(sites: Sequence[Site], _rng: np.random.Generator) -> Published:
    """Write the city's list: one ward without a toy library, one row with its latitude given twice."""
    rows = [
        _toy(k, site.name, site.street, (f"{site.lat:.8f}", f"{site.lon:.7f}"))
        for k, site in enumerate(sites, start=1)
    ]
    rows.append(
        [
            str(len(rows) + 1),
            plan.WARD,
            "장난감 도서관 미운영",
            "서울특별시",
            plan.WARD,
            *[""] * 4,
            *["장난감 도서관 미운영"] * 3,
            *[""] * 6,
        ]
    )
    rows.append(
        _toy(len(rows) + 1, "가온 육아종합지원센터 장난감나라", "동마루로 77", ("37.5412983", "37.5412983"))
    )
    ledger = Ledger(
        rows=len(rows),
        sites=len(sites),
        set_aside={"not_operating": 1, "bad_coordinates": 1},
        defects={"not_operating": 1, "latitude_twice": 1},
    )
    return Published(
        layer="toy_library",
        file="toy_library.csv",
        content=csv_bytes([TOY_HEADER, *rows], encoding="cp949", quote_all=True),
        ledger=ledger,
        ref_date="2026-01",
        note_ko="18개 열, cp949, '장난감 도서관 미운영' 1행, 경도 칸에 위도가 되풀이된 1행",
    )


def _toy(number: int, name: str, street: str, at: tuple[str, str]) -> Cells:
    road, house = street.rsplit(" ", 1)
    address = f"{plan.WARD} {street}({name})"
    return [
        str(number),
        plan.WARD,
        name,
        "서울특별시",
        plan.WARD,
        road,
        "",
        house,
        "",
        address,
        "9900-5000",
        "",
        "000-000",
        *at,
        "",
        "",
        "",
    ]


def tool_library(sites: Sequence[Site], _rng: np.random.Generator) -> Published:
    """Write a ward's list: some addresses without coordinates, two libraries that are yet to open."""
    header: Cells = [
        "연번",
        "자치구",
        "공구대여소명",
        "도로명주소",
        "비치공구",
        "위도",
        "경도",
        "운영시간",
        "전화번호",
    ]
    tools = "전동드릴, 사다리, 예초기"
    rows: list[Cells] = [
        [
            k,
            plan.WARD,
            site.name,
            f"{site.address} ({site.dong})",
            tools,
            f"{site.lat:.6f}",
            f"{site.lon:.6f}",
            "평일 09:00~18:00",
            "9900-6000",
        ]
        for k, site in enumerate(sites, start=1)
    ]
    for k in range(4):
        rows.append(
            [
                len(rows) + 1,
                plan.WARD,
                f"  찾아가는 공구함 {k + 1}호",
                f"서울특별시 가온구 북성로 {11 + 6 * k}",
                tools,
                "",
                "",
                "수시",
                "",
            ]
        )
    for k in range(2):
        rows.append(
            [
                len(rows) + 1,
                plan.WARD,
                f"가온 새 공구도서관 {k + 1}관",
                "서울특별시 가온구",
                "",
                "",
                "",
                "7월 중순 개소예정",
                "",
            ]
        )
    ledger = Ledger(
        rows=len(rows),
        sites=len(sites),
        set_aside={"no_coordinates": 4, "not_operating": 2},
        defects={"address_only": 4, "yet_to_open": 2},
    )
    return Published(
        layer="tool_library",
        file="tool_library.csv",
        content=csv_bytes([header, *rows], encoding="utf-8-sig"),
        ledger=ledger,
        ref_date="2026-01",
        note_ko="자치구 머리글, 주소만 있는 4행, '7월 중순 개소예정' 2행, 이름 앞 빈칸",
    )


# layer, file, encoding ('' for a workbook), title or header of the name column
_TEAM = (
    ("community_centre", "community_centre.xlsx", "", "가온구 주민센터·자치회관 현황 (가상 자료)"),
    ("sharing_org", "sharing_org.xlsx", "", "가온구 공유기업·단체 목록 (가상 자료)"),
    ("shared_space", "shared_space.csv", "utf-8-sig", "명칭"),
    ("shared_asset", "shared_asset.csv", "utf-8", "공유자산명"),
    ("shared_kitchen", "shared_kitchen.csv", "utf-8-sig", "공유주방명"),
    ("shared_storage", "shared_storage.csv", "cp949", "공유창고명"),
    ("repair_shop", "repair_shop.csv", "cp949", "명칭"),
)


def team_lists(sites: Sequence[Site]) -> list[Published]:
    """Write lists as a ward team keeps them: workbooks under a merged title, and small CSV files."""
    return [_team_list(entry, [site for site in sites if site.layer == entry[0]]) for entry in _TEAM]


def _team_list(entry: tuple[str, str, str, str], sites: Sequence[Site]) -> Published:
    layer, file, encoding, label = entry
    rows: list[Cells] = [
        [k, site.name, site.address, round(site.lat, 7), round(site.lon, 7), "10:00~18:00", "02-9900-8000"]
        for k, site in enumerate(sites, start=1)
    ]
    aside = {}
    if layer == "sharing_org":
        rows.append([len(rows) + 1, "사무실을 구하는 단체", "서울특별시 가온구", "", "", "", ""])
        aside = {"no_coordinates": 1}
    header = [*_HEAD] if not encoding else [_HEAD[0], label, *_HEAD[2:]]
    note = "합쳐진 제목 행 아래 머리글(3행)이 있는 통합문서" if not encoding else f"자치구 목록, {encoding}"
    oddities = {
        "shared_asset": ", 이름 하나가 NFD(자모 분해)",
        "shared_storage": ", 이름 하나가 =로 시작",
        "shared_space": ", 이름 하나가 @로 시작",
    }
    return Published(
        layer=layer,
        file=file,
        content=csv_bytes([header, *rows], encoding=encoding)
        if encoding
        else xlsx_bytes(header, rows, title=label),
        ledger=Ledger(
            rows=len(rows),
            sites=len(sites),
            set_aside=aside,
            defects={"blank_coordinates": 1} if aside else {},
        ),
        ref_date="2026-01",
        note_ko=note + oddities.get(layer, "") + (", 좌표 없는 1행" if aside else ""),
    )
