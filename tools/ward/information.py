"""Books and wifi, in the portals' formats and with their defects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.ward import plan
from tools.ward.files import Ledger, Published, csv_bytes, seoul_json
from tools.ward.headers import LIBRARY_HEADER, elsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from tools.ward.services import Site

__all__ = ["bookshop", "library", "public_wifi"]

Cells = list[object]


def library(sites: Sequence[Site], rng: np.random.Generator) -> Published:
    """Write the national standard: the ward spelt in three ways, thousands separators, other cities."""
    rows: list[Cells] = []
    for k, site in enumerate(sites):
        ward = (plan.WARD, plan.WARD, "가온구\u3000", "서울특별시 가온구")[k % 4]
        books = f"{int(rng.integers(1_800, 42_000)):,}"
        rows.append(
            _shelf(
                ("서울특별시", ward),
                site.name,
                site.address,
                (f"{site.lat:.8f}", f"{site.lon:.7f}"),
                (str(int(rng.integers(6, 90))), books),
            )
        )
    for k, (sido, city, lat, lon) in enumerate(elsewhere(32)):
        rows.append(
            _shelf(
                (sido, city),
                f"{city} 제{k + 1}도서관",
                f"{sido} {city} 도서관길 {k + 1}",
                (lat, lon),
                ("1,204", "71,017"),
            )
        )
    ledger = Ledger(
        rows=len(rows),
        sites=len(sites),
        set_aside={"outside_area": 32},
        defects={"dirty_ward": sum(k % 4 > 1 for k in range(len(sites))), "other_cities": 32},
    )
    return Published(
        layer="library",
        file="library.csv",
        content=csv_bytes([LIBRARY_HEADER, *rows], encoding="cp949"),
        ledger=ledger,
        ref_date="2026-01",
        note_ko="표준데이터 28개 열, cp949, 시군구명에 전각 공백·시도명 섞임, 천 단위 쉼표, 다른 도시 32행",
    )


def _shelf(
    region: tuple[str, str], name: str, address: str, at: tuple[str, str], holds: tuple[str, str]
) -> Cells:
    kind = "공공도서관" if "제" in name else "작은도서관"
    hours = ["09:00", "18:00", "10:00", "17:00", "00:00", "00:00"]
    return [
        *(
            name,
            *region,
            kind,
            "매주 월요일+법정공휴일",
            *hours,
            *holds,
            "12",
            "0",
            "5",
            "14",
            address,
            "가상도서관 운영위원회",
            "02-9900-4000",
        ),
        *("0", "132", "", *at, "2026-01-03", "9900000", "서울특별시 가온구"),
    ]


def bookshop(sites: Sequence[Site], _rng: np.random.Generator) -> Published:
    """Write the city's open API, where X is the latitude."""
    rows: list[dict[str, object]] = [
        {
            "STORE_SEQ_NO": 2283.0 + k,
            "STORE_NAME": site.name,
            "GU_CODE": "0099",
            "CODE_VALUE": plan.WARD,
            "ADRES": f"{plan.WARD} {site.street}",
            "TEL_NO": "02-9900-7000",
            "HMPG_URL": "",
            "STORE_TYPE": "0001",
            "STORE_TYPE_NAME": "새책방      ",
            "XCNTS": f"{site.lat:.7f}",
            "YDNTS": f"{site.lon:.7f}",
            "SNS": "",
        }
        for k, site in enumerate(sites)
    ]
    return Published(
        layer="bookshop",
        file="bookshop.json",
        content=seoul_json("TbSlibBookstoreInfo", rows),
        ledger=Ledger(
            rows=len(rows),
            sites=len(sites),
            defects={"x_is_latitude": len(rows), "trailing_blanks": len(rows)},
        ),
        ref_date="2026-01",
        note_ko="열린데이터 API 응답(TbSlibBookstoreInfo), XCNTS=위도·YDNTS=경도, 값 끝 빈칸, 이름에 HTML과 그림문자",
    )


def public_wifi(sites: Sequence[Site], rng: np.random.Generator) -> Published:
    """Write the city's open API: a row for each access point, some buildings with latitude and longitude exchanged."""
    rows: list[dict[str, object]] = []
    swapped = 0
    for k, site in enumerate(sites):
        points = int(rng.integers(1, 7))
        at = (f"{site.lat:.6f}", f"{site.lon:.6f}")
        if k % 6 == 0:
            at, swapped = at[::-1], swapped + 1
        rows += [
            _access_point(f"GA99{k:03d}{point}", site.name, (site.ward, site.street), at)
            for point in range(points)
        ]
    lonely = len(rows)
    for k in range(3):
        bus = _access_point(
            f"GA99BUS{k}", "가온 시내버스", (plan.WARD, ""), (f"{sites[k].lat:.6f}", f"{sites[k].lon:.6f}")
        )
        rows.append({**bus, "X_SWIFI_INSTL_TY": "6-2. 교통 - 시내버스"})
    ledger = Ledger(
        rows=len(rows),
        sites=len(sites),
        set_aside={"not_this_service": 3},
        defects={"rows_by_access_point": lonely - len(sites), "sites_swapped": swapped, "on_a_bus": 3},
    )
    return Published(
        layer="public_wifi",
        file="public_wifi.json",
        content=seoul_json("TbPublicWifiInfo", rows),
        ledger=ledger,
        ref_date="2026-01",
        note_ko="열린데이터 API 응답(TbPublicWifiInfo), 접속장치(AP)마다 1행, 일부 건물은 LAT/LNT가 뒤바뀜, 시내버스 3행, 시·구 없는 주소",
    )


def _access_point(number: str, name: str, place: tuple[str, str], at: tuple[str, str]) -> dict[str, object]:
    return {
        "X_SWIFI_MGR_NO": number,
        "X_SWIFI_WRDOFC": place[0],
        "X_SWIFI_MAIN_NM": name,
        "X_SWIFI_ADRES1": place[1],
        "X_SWIFI_ADRES2": "1층",
        "X_SWIFI_INSTL_FLOOR": "1",
        "X_SWIFI_INSTL_TY": "7-1. 공공 - 행정",
        "X_SWIFI_INSTL_MBY": "자치구",
        "X_SWIFI_SVC_SE": "공공WiFi",
        "X_SWIFI_CMCWR": "자가망",
        "X_SWIFI_CNSTC_YEAR": "2021",
        "X_SWIFI_INOUT_DOOR": "실내",
        "X_SWIFI_REMARS3": "",
        "LAT": at[0],
        "LNT": at[1],
        "WORK_DTTM": "2026-01-05 10:58:21.0",
    }
