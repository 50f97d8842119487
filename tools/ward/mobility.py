"""Bikes, cars and parking, in the portals' formats and with their defects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tools.ward import plan
from tools.ward.files import Ledger, Published, csv_bytes, json_bytes, seoul_json
from tools.ward.headers import BIKE_HEADER, PUBLIC_HEADER, RESIDENT_HEADER
from tools.ward.services import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bike_station", "car_share", "parking_annexed", "parking_public", "parking_resident"]

Cells = list[object]
_M_LAT, _M_LON = 1 / 111_000, 1 / 88_300  # degrees a metre at this latitude
_BROKEN_ADDRESS = 10  # the station whose address holds a line break
_BLANK_CAPACITY = 4  # the car park that does not tell its bays
_SHARE_QR = 0.6


def bike_station(sites: Sequence[Site], rng: np.random.Generator) -> Published:
    """Write the station list with its header merged over five rows."""
    rows: list[Cells] = []
    for k, site in enumerate(sites):
        address = site.address if k % 3 else f"{site.ward} {site.street}"
        if k == _BROKEN_ADDRESS:
            address = f"{site.address}\n(버스정류장 옆)"
        qr = bool(rng.random() < _SHARE_QR)
        racks = int(rng.integers(7, 25))
        docks = ["", racks] if qr else [racks, ""]
        lat, lon = f"{site.lat:.7f}", f"{site.lon:.7f}"
        name = f" {7001 + k}. {site.name}" if k % 2 else f"{7001 + k}. {site.name}"
        rows.append(
            [
                7001 + k,
                name,
                site.ward,
                address,
                lat,
                lon,
                f"20{17 + k % 8}-0{1 + k % 9}-11",
                *docks,
                "QR" if qr else "LCD",
            ]
        )
    rows += [
        [number, f"{number}. 철거 예정지", plan.WARD, "가온구", "0.0", "0.0", "2016-05-20", 10, "", "LCD"]
        for number in (7998, 7999)
    ]
    ledger = Ledger(
        rows=len(rows),
        sites=len(sites),
        set_aside={"no_coordinates": 2},
        defects={
            "merged_header_rows": 5,
            "zero_coordinates": 2,
            "newline_in_address": 1,
            "leading_blank_in_name": len(sites) // 2,
        },
    )
    return Published(
        layer="bike_station",
        file="bike_station.csv",
        content=csv_bytes([*BIKE_HEADER, *rows], encoding="cp949", newline="\r\n"),
        ledger=ledger,
        ref_date="2026-01",
        note_ko="머리글이 5행에 병합되고 칸 안에 줄바꿈, 자료는 6행부터, cp949, 좌표 0.0인 2행, 주소 안 줄바꿈 1행",
    )


def car_share(sites: Sequence[Site], rng: np.random.Generator) -> Published:
    """Write spots of the open API: a row for each fuel, numbers sometimes as text."""
    rows: list[dict[str, object]] = []
    for k, site in enumerate(sites):
        for fuel in ("GA", "EV", "TO")[: int(rng.integers(1, 4))]:
            lat, lon = round(site.lat, 6), round(site.lon, 6)
            rows.append(
                {
                    "ENTRPS": "쏘카" if k % 2 else "그린카",
                    "LA": str(lat) if k % 5 == 0 else lat,
                    "LO": str(lon) if k % 5 == 0 else lon,
                    "POSITN_CD": str(900 + k),
                    "ELCTYVHCLE_AT": fuel,
                    "ADRES": f"서울 {site.ward} {site.street}",
                    "POSITN_NM": site.name,
                }
            )
    rows.append(
        {
            "ENTRPS": "그린카",
            "LA": "",
            "LO": "",
            "POSITN_CD": "999",
            "ELCTYVHCLE_AT": "GA",
            "ADRES": "서울 가온구",
            "POSITN_NM": "이전 예정",
        }
    )
    ledger = Ledger(
        rows=len(rows),
        sites=len(sites),
        set_aside={"no_coordinates": 1},
        defects={"blank_coordinates": 1, "rows_by_fuel": len(rows) - 1 - len(sites)},
    )
    return Published(
        layer="car_share",
        file="car_share.json",
        content=seoul_json("NanumcarSpotList", rows),
        ledger=ledger,
        ref_date="2026-01",
        note_ko="열린데이터 API 응답(NanumcarSpotList), 거점마다 연료별로 여러 행, 좌표가 숫자 또는 글자, 좌표 없는 1행",
    )


def parking_public(sites: Sequence[Site], rng: np.random.Generator) -> Published:
    """Write public car parks: kerbside ones have a row for each bay, many have no coordinates."""
    rows: list[Cells] = []
    for k, site in enumerate(sites):
        if k % 3 == 0:
            bays = int(rng.integers(6, 20))
            shift = (np.arange(bays) - (bays - 1) / 2) * 2.0 * _M_LON
            rows += [_lot(replace(site, lon=site.lon + float(step)), k, "NS", "1") for step in shift]
        else:
            rows.append(_lot(site, k, "NW", "" if k == _BLANK_CAPACITY else str(int(rng.integers(14, 180)))))
    kerbside = len(rows) - len(sites)
    lost = [_lot(_elsewhere(sites[k], k, "(구)", located=False), 80 + k, "NW", "40") for k in range(9)]
    uses = (
        [("2", "거주자 우선 주차장")] * 4 + [("4", "버스전용 주차장")] * 3 + [("6", "이륜차 전용 주차장")] * 2
    )
    other = [
        _lot(_elsewhere(sites[k], 20 + k, use[1]), 90 + k, "NS", "1", use=use) for k, use in enumerate(uses)
    ]
    rows += [*lost, *other]
    ledger = Ledger(
        rows=len(rows),
        sites=len(sites),
        set_aside={"no_coordinates": len(lost), "not_this_service": len(other)},
        defects={
            "blank_coordinates": len(lost),
            "rows_by_bay": kerbside,
            "resident": 4,
            "bus_only": 3,
            "motorcycle_only": 2,
            "blank_capacity": 1,
        },
    )
    return Published(
        layer="parking_public",
        file="parking_public.csv",
        content=csv_bytes([PUBLIC_HEADER, *rows], encoding="cp949", quote_all=True),
        ledger=ledger,
        ref_date="2026-01",
        note_ko="39개 열, 노상은 주차면마다 1행, 좌표 없는 9행, 거주자 우선 4·버스전용 3·이륜차 전용 2행, 0000/2400 시각, 서울특별시 없는 주소",
    )


def _elsewhere(site: Site, number: int, name: str, *, located: bool = True) -> Site:
    """Return another car park near one that is known."""
    lat = site.lat + 60 * _M_LAT if located else 0.0
    return replace(site, name=f"{site.dong} 제{number + 1} {name}", place=900 + number, lat=lat)


def _lot(
    site: Site, number: int, kind: str, bays: str, *, use: tuple[str, str] = ("1", "시간제 주차장")
) -> Cells:
    kerbside = kind == "NS"
    at = (f"{site.lat:.8f}", f"{site.lon:.8f}") if site.lat else ("", "")
    return [
        *(str(1_990_000 + number), site.name, f"{site.ward} {site.dong} {100 + site.place}-0"),
        *(kind, "노상 주차장" if kerbside else "노외 주차장", *use, "02-9900-1000", "0", "미연계중", bays),
        *("Y", "유료", "N", "야간 미개방", *(("0900", "1900") * 3 if kerbside else ("0000", "2400") * 3)),
        *("2026-01-02 03:04:05", "N", "무료", "N", "무료", "100000", "1199010100001" if kerbside else ""),
        *("150", "5", "150", "5", "0", "0", "0", "0", "", *at),
    ]


def parking_resident(sites: Sequence[Site], rng: np.random.Generator) -> Published:
    """Write bays for residents, a row each; one zone has zeros for coordinates."""
    rows: list[Cells] = []
    for k, site in enumerate(sites):
        bays = int(rng.integers(4, 13))
        for bay in range(bays):
            step = (bay - (bays - 1) / 2) * 2.0
            lat, lon = site.lat + 0.4 * step * _M_LAT, site.lon + step * _M_LON
            rows.append(_bay(site, f"{k % 7 + 1}-{bay + 1}", f"{lat:.7f}", f"{lon:.7f}"))
    ghost = Site("parking_resident", "가온차량기지 앞 구역", -1, "차량기지길 1", "글빛동", 0.0, 0.0)
    rows += [_bay(ghost, f"9-{bay}", "0.0", "0.0") for bay in range(1, 5)]
    ledger = Ledger(
        rows=len(rows),
        sites=len(sites),
        set_aside={"no_coordinates": 4},
        defects={"zero_coordinates": 4, "rows_by_bay": len(rows) - 4 - len(sites)},
    )
    return Published(
        layer="parking_resident",
        file="parking_resident.csv",
        content=csv_bytes([RESIDENT_HEADER, *rows], encoding="utf-8-sig"),
        ledger=ledger,
        ref_date="2026-01",
        note_ko="utf-8-sig, 주차면마다 1행, 구획번호는 구역이 달라도 반복, 좌표 0.0인 4행",
    )


def _bay(site: Site, number: str, lat: str, lon: str) -> Cells:
    return [
        number,
        site.name,
        lat,
        lon,
        site.address,
        "",
        "전일",
        "00:00~24:00",
        "2026-01-01~2026-06-30",
        "주간:3만원+야간:2만원",
        "",
        "가상계좌",
        "인터넷",
        "가온구 시설관리공단",
        "02-9900-2000",
        "2026-01-05",
    ]


def parking_annexed(sites: Sequence[Site], _rng: np.random.Generator) -> Published:
    """Write a list answer of the national sharing portal."""
    rows: list[dict[str, object]] = [
        {
            "rsrcNo": f"A99{k:05d}",
            "rsrcNm": site.name,
            "zip": "00000",
            "addr": site.address,
            "daddr": f"({site.dong})",
            "lot": f"{site.lon:.7f}",
            "latl": f"{site.lat:.7f}",
            "instUrlAddr": "",
            "imgFileUrlAddr": "",
        }
        for k, site in enumerate(sites)
    ]
    rows.append(
        {
            **rows[0],
            "rsrcNo": "A9999999",
            "rsrcNm": "새로 여는 부설주차장",
            "addr": "서울특별시 가온구",
            "daddr": "",
            "lot": "",
            "latl": "",
        }
    )
    document = {
        "resultCode": "00",
        "resultMsg": "정상",
        "numOfRows": 1000,
        "pageNo": 1,
        "totalCount": len(rows),
        "data": rows,
    }
    return Published(
        layer="parking_annexed",
        file="parking_annexed.json",
        content=json_bytes(document),
        ledger=Ledger(
            rows=len(rows),
            sites=len(sites),
            set_aside={"no_coordinates": 1},
            defects={"blank_coordinates": 1},
        ),
        ref_date="2026-01",
        note_ko="공유누리 목록 응답(lot=경도, latl=위도), 좌표 없는 1행",
    )
