"""Rows that have an address and no coordinates: placed with evidence, or set aside with the reason.

The address tables of these tests are written in the layout that juso.go.kr publishes (18 fields, cp949, ``|``), for two
wards side by side, each 1 km wide::

    y+1000 +-----------+-----------+
           |  가온구    |  나래구    |
    y      +-----------+-----------+
           x         x+1000      x+2000          (x, y) = (955000, 1950000), EPSG:5179
"""

from __future__ import annotations

import json
import shutil
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.geometry import box

from sharemap import sample, sites
from sharemap.addresses import parse
from sharemap.errors import InputError, MissingFileError, SiteFileError, StudyError
from sharemap.pipeline import fingerprints, provenance, runs
from sharemap.pipeline.stages.geocoding import geocoded
from sharemap.sources.boundaries import read_area
from sharemap.sources.geocoding import Answer, Bounds, Geocoder, Miss, cache_folder, open_index
from sharemap.sources.reasons import REASONS, WAITING
from sharemap.sources.sites import read_sites
from sharemap.study import read as read_study

X, Y = 955_000.0, 1_950_000.0
TO_WGS84 = Transformer.from_crs(5179, 4326, always_xy=True)
TO_METRIC = Transformer.from_crs(4326, 5179, always_xy=True)
AREA = gpd.GeoDataFrame(
    {
        "ward_code": ["11990", "11991"],
        "ward_name": ["가온구", "나래구"],
        "dong_code": ["1199051000", "1199151000"],
        "dong_name": ["한울1동", "나래동"],
    },
    geometry=[box(X, Y, X + 1000, Y + 1000), box(X + 1000, Y, X + 2000, Y + 1000)],
    crs=5179,
)
CODES = {
    "한울로": "119903000001",
    "한울로3길": "119904000002",
    "세종로": "119903000003",
    "나래로": "119913000001",
}


def entrance(road, main, sub=0, *, east=100.0, north=100.0, serial=1, ward="가온구", under=0, **other):
    """Return one line of 위치정보요약DB."""
    code = other.get("code") or CODES.get(road, "119903000099")
    position = other.get("position", f"{X + east:.6f}|{Y + north:.6f}")
    facts = [
        code[:5], serial, "1199010100", other.get("sido", "서울특별시"), ward, other.get("dong", "한울동"), code, road,
        under, main, sub, "한울빌딩", "01234", "제1종근린생활시설", "0", other.get("admin", "한울1동"),
    ]  # fmt: skip
    return "|".join(map(str, [*facts, position]))


def lot_line(dong, main, sub=0, *, code, building, hill=0, registered=False):
    """Return one line of 관련지번, or of 도로명주소 한글 for the registered lot."""
    head = [
        "1199010100300000100001000001"[:26],
        "1199010100",
        "서울특별시",
        "가온구",
        dong,
        "",
        hill,
        main,
        sub,
        code,
    ]
    if registered:
        tail = ["한울로", *building, "1199051000", "한울1동", "01234", "", "20240101", "0", "31", "", "", ""]
        return "|".join(map(str, [*head, *tail]))
    return "|".join(map(str, [*head, *building, ""]))


def write(path, lines, encoding="cp949"):
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


@pytest.fixture
def index(tmp_path):
    """Return an index made from some lines."""
    opened = []

    def make(*lines, lots=(), registered=()):
        files = [write(tmp_path / "entrc_seoul.txt", lines)]
        for name, rows in (("jibun_rnaddrkor_seoul.txt", lots), ("rnaddrkor_seoul.txt", registered)):
            if rows:
                files.append(write(tmp_path / name, rows))
        opened.append(open_index(files, cache=tmp_path / "cache"))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def at(found, east, north=100.0, confidence="high"):
    assert isinstance(found, Answer), found
    assert (found.x, found.y) == (X + east, Y + north)
    assert found.confidence == confidence
    return found


# --------------------------------------------------------------------------------- the entrance tables


def test_a_road_address_is_found_exactly(index):
    db = index(
        entrance("한울로", 10, east=10), entrance("한울로", 10, 1, east=20), entrance("한울로3길", 10, east=30),
        entrance("한울로", 10, under=1, east=40), entrance("한울로", 10, ward="나래구", code="119913000009", east=1050),
        entrance("4.19로", 8, east=60),
    )  # fmt: skip
    for text, east in (
        ("서울특별시 가온구 한울로 10", 10),
        ("가온구 한울로10-1, 3층", 20),
        ("가온구 한울로 3길 10", 30),
        ("가온구 한울로 지하10", 40),
        ("나래구 한울로 10", 1050),
        ("가온구 4·19로 8", 60),
    ):
        answer = at(db.find(parse(text)), east)
        assert answer.by == "entrance_db"
    assert db.find(parse("가온구 한울로 10-1")).match == "가온구 한울로 10-1"
    for text in ("가온구 한울로 11", "가온구 없는로 10", "다솜구 한울로 10", "가온구 한울로3길 지하10"):
        assert db.find(parse(text)).reason == "address_not_found"


def test_the_smallest_serial_number_represents_the_building(index):
    lines = [entrance("한울로", 5, east=east, serial=serial) for serial, east in ((30, 3), (4, 1), (12, 2))]
    at(index(*lines).find(parse("가온구 한울로 5")), 1)


def test_a_missing_sub_number_has_low_confidence_and_never_the_other_way_round(index):
    db = index(entrance("한울로", 5, east=1), entrance("한울로", 7, 2, east=2))
    answer = at(db.find(parse("가온구 한울로 5-3")), 1, confidence="low")
    assert answer.match == "가온구 한울로 5"
    assert db.find(parse("가온구 한울로 7")).reason == "address_not_found"


def test_the_first_of_several_numbers_has_medium_confidence(index):
    at(index(entrance("한울로", 5, east=1)).find(parse("가온구 한울로 5 일원")), 1, confidence="medium")


def test_an_address_without_its_ward_is_placed_only_when_one_building_can_be_meant(index):
    far = {"ward": "나래구", "east": 1100, "code": "119913000009", "dong": "나래동"}
    db = index(entrance("한울로", 5, east=1), entrance("한울로", 5, **far), entrance("한울로", 6, east=2))
    assert db.find(parse("한울로 5")).reason == "address_ambiguous"
    at(db.find(parse("한울로 5 (나래동)")), 1100, confidence="medium")
    # two wards are not all of Seoul: another 한울로 6 may stand in a ward that the table lacks
    assert db.find(parse("한울로 6")).reason == "address_ambiguous"
    wards = [
        entrance("새길", n, ward=f"{'가나다라마'[n % 5]}{'바사아자차'[n // 5]}구", east=n) for n in range(25)
    ]
    at(index(*wards, entrance("한울로", 6, east=2)).find(parse("서울 한울로 6")), 2, confidence="medium")


def test_entrances_without_a_position_and_other_cities_are_not_known(index):
    db = index(
        entrance("한울로", 1, position="|"),
        entrance("한울로", 2, sido="부산광역시", ward="중구"),
        entrance("한울로", 3),
    )
    assert db.find(parse("가온구 한울로 1")).reason == "address_not_found"
    assert db.find(parse("중구 한울로 2")).reason == "address_not_found"
    assert db.wards == {"가온구"}


def test_lots_are_found_through_their_tables(index):
    road = CODES["한울로"]
    entrances = [
        entrance("한울로", 5, east=1),
        entrance("한울로", 7, east=2),
        entrance("한울로", 99, east=900),
    ]
    lots = [
        lot_line("한울동", 101, 2, code=road, building=(0, 5, 0)),
        lot_line("한울동", 3, code=road, building=(0, 5, 0), hill=1),
        lot_line("한울동", 200, code=road, building=(0, 7, 0)),  # and it is the registered lot of number 5
        lot_line("한울동", 300, code=road, building=(0, 7, 0)),
        lot_line("한울동", 300, code=road, building=(0, 99, 0)),
        lot_line("세종로", 1, 68, code=road, building=(0, 7, 0)),
    ]
    registered = [
        lot_line("한울동", 200, code=road, building=(0, 5, 0), registered=True),
        lot_line("한울동", 100, code=road, building=(0, 5, 0), registered=True),
    ]
    db = index(*entrances, lots=lots, registered=registered)
    at(db.find(parse("가온구 한울동 101-2")), 1)
    at(db.find(parse("가온구 한울동 100번지")), 1)
    at(db.find(parse("가온구 한울동 산3")), 1)
    at(db.find(parse("가온구 한울동 200")), 1, confidence="medium")  # two buildings, the registered one first
    at(db.find(parse("가온구 한울1동 101-2")), 1, confidence="medium")  # by its administrative dong
    at(db.find(parse("가온구 세종로 1-68")), 2)  # a legal dong that is called like a road
    at(db.find(parse("한울동 101-2")), 1, confidence="medium")
    assert db.find(parse("가온구 한울동 300")).reason == "address_ambiguous"  # two buildings 900 m apart
    for text in ("가온구 한울동 101", "가온구 한울동 101-3", "가온구 한울동 3", "나래구 한울동 100"):
        assert db.find(parse(text)).reason == "address_not_found"


def test_a_lot_without_a_table_of_lots_says_so(index):
    found = index(entrance("한울로", 5)).find(parse("가온구 한울동 101-2"))
    assert (found.reason, found.value) == ("lot_table_missing", "가온구 한울동 101-2")


def test_the_other_table_of_entrances_is_read_as_well(tmp_path):
    lines = [
        f"11990101300000100005000000|1199010100|서울특별시|가온구|한울동||119903000001|한울로|0|{number}|0|01234|20240101"
        f"|{reason}|77|RM|01|{X + number:.6f}|{Y:.6f}"
        for number, reason in ((5, ""), (6, "63"))
    ]
    db = open_index([write(tmp_path / "RNENTDATA_2607_11000.txt", lines)], cache=tmp_path)
    at(db.find(parse("가온구 한울로 5")), 5, 0)
    assert isinstance(db.find(parse("가온구 한울로 6")), Miss)  # abolished
    db.close()


def test_a_zip_is_read_for_seoul_only_and_utf8_is_understood(tmp_path):
    path = tmp_path / "202607_위치정보요약DB_전체분.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[레이아웃]위치정보요약DB.pdf", b"%PDF")
        archive.writestr("entrc_busan.txt", b"not a table")
        archive.writestr("entrc_seoul.txt", entrance("한울로", 5, east=1).encode("cp949"))
    db = open_index([path], cache=tmp_path)
    at(db.find(parse("가온구 한울로 5")), 1)
    db.close()
    db = open_index([write(tmp_path / "a.txt", [entrance("한울로", 5, east=2)], "utf-8-sig")], cache=tmp_path)
    at(db.find(parse("가온구 한울로 5")), 2)
    db.close()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no address table"),
        (b"a,b,c\n1,2,3\n", "no address table"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50, "no address table"),
        (b"x" * 3_000_000, "no address table"),
        (entrance("한울로", 5, sido="부산광역시").encode("cp949"), "no building entrance of Seoul"),
        (("\n".join([entrance("한울로", 5), *["깨진|줄"] * 50])).encode("cp949"), r"row 2.*50 of 51 rows"),
        (b"PK\x03\x04 not a zip", "no address table"),
    ],
)
def test_files_that_are_no_address_table_are_refused(tmp_path, content, said):
    path = tmp_path / "entrc_seoul.txt"
    path.write_bytes(content)
    with pytest.raises(SiteFileError, match=said):
        open_index([path], cache=tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*")), "nothing half-made stays in the cache"


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(MissingFileError, match=r"nothing\.txt"):
        open_index([tmp_path / "nothing.txt"], cache=tmp_path)


def test_the_index_is_built_once_for_the_same_content_and_again_when_damaged(tmp_path, monkeypatch):
    from sharemap.sources.geocoding import indexing

    built = []
    build = indexing._build
    monkeypatch.setattr(indexing, "_build", lambda *args: built.append(1) or build(*args))
    cache = tmp_path / "cache"
    table = write(tmp_path / "a.txt", [entrance("한울로", 5, east=1)])
    for number in (1, 1, 2):
        if number == 2:  # another month
            write(table, [entrance("한울로", 5, east=2)])
        db = open_index([table], cache=cache)
        at(db.find(parse("가온구 한울로 5")), number)
        db.close()
    assert len(built) == 2
    kept = sorted(cache.iterdir())
    assert len(kept) == 2
    for file in kept:
        file.write_bytes(b"damaged" * 1000)
    db = open_index([table], cache=cache)
    at(db.find(parse("가온구 한울로 5")), 2)
    db.close()
    assert len(built) == 3


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    db = open_index([write(tmp_path / "a.txt", [entrance("한울로", 5, east=1)])], cache=blocked / "cache")
    at(db.find(parse("가온구 한울로 5")), 1)
    db.close()


def test_a_large_table_is_read_in_bounded_memory(tmp_path):
    import tracemalloc

    path = tmp_path / "entrc_seoul.txt"
    with path.open("wb") as file:
        for number in range(40_000):
            file.write(
                (
                    entrance("한울로", number % 9_000 + 1, number // 9_000, east=1, serial=number) + "\n"
                ).encode("cp949")
            )
    tracemalloc.start()
    db = open_index([path], cache=tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 5_000_000
    assert peak < 8_000_000
    assert isinstance(db.find(parse("가온구 한울로 4000-4")), Answer)
    db.close()


def test_where_the_cache_lies(monkeypatch, tmp_path):
    monkeypatch.setenv("SHAREMAP_CACHE", str(tmp_path / "a"))
    assert cache_folder() == tmp_path / "a"
    assert cache_folder(tmp_path / "b") == tmp_path / "b"
    monkeypatch.delenv("SHAREMAP_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert cache_folder() == tmp_path / "sharemap"


# --------------------------------------------------------------------------------- where answers may lie


def answer(east, north=500.0, x=X, y=Y):
    return Answer(x=x + east, y=y + north, by="kakao", confidence="high", match="")


@pytest.mark.parametrize(
    ("address", "where", "refused"),
    [
        ("가온구 한울로 1", answer(500), False),
        ("가온구 한울로 1", answer(1040), False),  # on the street at the border
        ("가온구 한울로 1", answer(1060), True),
        ("나래구 한울로 1", answer(500), True),
        ("다솜구 한울로 1", answer(500), True),  # inside a ward that is not the one it names
        ("다솜구 한울로 1", answer(2500), False),
        ("한울로 1", answer(500), False),
        ("한울로 1", answer(0, 0, 1_141_000, 1_687_000), True),  # Busan
        ("가온구 한울로 1", answer(0, 0, float("nan"), float("nan")), True),
    ],
)
def test_answers_outside_the_ward_or_seoul_are_refused(address, where, refused):
    found = Bounds(AREA).refusal(where, parse(address))
    assert (found is not None) == refused
    assert not refused or found.reason == "geocoding_refused"


# --------------------------------------------------------------------------------- rows of a study


def row(name, address="", east=None, north=500.0, other=""):
    lon, lat = TO_WGS84.transform(X + east, Y + north) if east is not None else ("", "")
    return {"명칭": name, "도로명주소": address, "지번주소": other, "위도": lat, "경도": lon}


def read(folder, rows, *, layer="shared_asset", name="a.csv"):
    path = folder / name
    pd.DataFrame(rows).to_csv(path, index=False)
    return read_sites(path, layer=layer)


def place(*files, **ways):
    geocoder = Geocoder(bounds=Bounds(AREA), **ways)
    done = geocoder.place(files, [sites.waiting(one) for one in files])
    tables = sites.build(done.rows, AREA, surroundings_m=500.0)
    counts = tables.counts
    assert (counts["rows_read"] == counts["sites"] + counts["folded"] + counts["set_aside"]).all()
    assert (counts["geocoded"] <= counts["sites"]).all()
    assert counts["geocoded"].sum() == (tables.sites["geocoded_by"] != "").sum()
    assert tables.sites["rows"].sum() + len(tables.set_aside) == counts["rows_read"].sum()
    assert set(tables.set_aside["reason"]) <= set(REASONS)
    return tables, done


def test_rows_are_placed_or_keep_their_reason(tmp_path, index):
    db = index(
        entrance("한울로", 5, east=100),
        entrance("나래로", 9, east=1900, ward="나래구"),
        entrance("한울로", 8, east=1900),
    )
    rows = [
        row("공표", "가온구 한울로 77", east=300),
        row("가", "서울시 가온구 한울로5 2층"),
        row("나", "나래구 나래로 9"),
        row("다", "가온구 한울로 6"),
        row("라", "가온구 한울로"),
        row("마"),
        row("바", "경기도 성남시 분당구 판교로 10"),
        row("사", "가온구 한울동 12-3"),
        row("아", "가온구 한울로 8"),  # the table has its entrance in the other ward
    ]
    tables, done = place(read(tmp_path, rows), index=db)
    placed = tables.sites.set_index("name")
    assert placed["geocoded_by"].to_dict() == {"공표": "", "가": "entrance_db", "나": "entrance_db"}
    assert placed["geocode_confidence"].to_dict() == {"공표": "", "가": "high", "나": "high"}
    assert placed["geocode_match"].to_dict() == {"공표": "", "가": "가온구 한울로 5", "나": "나래구 나래로 9"}
    assert (placed.loc["가"].geometry.x, placed.loc["가"].geometry.y) == (X + 100, Y + 100)
    aside = tables.set_aside.set_index("name")
    assert aside["reason"].to_dict() == {
        "다": "address_not_found", "라": "no_address_number", "마": "no_address", "바": "address_not_in_seoul",
        "사": "lot_table_missing", "아": "geocoding_refused",
    }  # fmt: skip
    assert aside.loc["다", "value"] == "가온구 한울로 6"
    assert "가온구 밖" in aside.loc["아", "value"]
    assert tables.counts["geocoded"].tolist() == [2]
    assert done.by == {"entrance_db": 2}
    assert sum(done.missed.values()) == 6


def test_published_coordinates_win_over_geocoded_ones(tmp_path, index):
    db = index(entrance("한울로", 5, east=100))
    rows = [
        row("가", "가온구 한울로 5", east=300),
        row("가", "가온구 한울로 5"),
        row("나", "가온구 한울로 5"),
    ]
    tables, done = place(read(tmp_path, rows), index=db)
    found = tables.sites.set_index("name")
    assert found["geocoded_by"].to_dict() == {"가": "", "나": "entrance_db"}
    assert found.loc["가"].geometry.x == pytest.approx(X + 300, abs=0.01)
    assert found["rows"].to_dict() == {"가": 2, "나": 1}
    assert done.addresses == 1


def test_coordinates_that_cannot_be_right_are_replaced(tmp_path, index):
    rows = [
        row("가", "가온구 한울로 5") | {"위도": "37.5", "경도": "37.5"},
        row("나") | {"위도": "1", "경도": "2"},
    ]
    tables, _ = place(read(tmp_path, rows), index=index(entrance("한울로", 5, east=100)))
    assert tables.sites["geocoded_by"].tolist() == ["entrance_db"]
    assert tables.set_aside[["reason", "value"]].to_numpy().tolist() == [["no_address", "1, 2"]]


def test_the_second_address_of_a_row_is_asked_too(tmp_path, index):
    rows = [row("가", "가온구 새길 99", other="가온구 한울로 5")]
    tables, _ = place(read(tmp_path, rows), index=index(entrance("한울로", 5, east=100)))
    assert tables.sites["geocode_match"].tolist() == ["가온구 한울로 5"]


def test_low_confidence_can_be_refused(tmp_path, index):
    db = index(entrance("한울로", 5, east=100))
    rows = [row("가", "가온구 한울로 5-3")]
    tables, _ = place(read(tmp_path, rows), index=db)
    assert tables.sites["geocode_confidence"].tolist() == ["low"]
    tables, _ = place(read(tmp_path, rows), index=db, min_confidence="medium")
    assert tables.set_aside["reason"].tolist() == ["geocoding_refused"]
    assert "low" in tables.set_aside["value"].item()


def test_published_coordinates_of_the_same_address_are_evidence(tmp_path):
    first = read(
        tmp_path,
        [row("가", "서울시 가온구 한울로 5 (한울동)", east=100), row("먼곳", "가온구 한울로 7", east=100)],
    )
    second = read(
        tmp_path,
        [row("나", "가온구 한울로5 2층", east=110), row("먼곳", "가온구 한울로 7", east=400)],
        layer="library", name="b.csv",
    )  # fmt: skip
    asked = ["가온구 한울로 5", "한울로 5", "나래구 한울로 5", "가온구 한울로 7", "가온구 한울로 9"]
    third = read(
        tmp_path, [row(f"물음{n}", text) for n, text in enumerate(asked)], layer="bookshop", name="c.csv"
    )
    tables, done = place(first, second, third, same_address=True)
    placed = tables.sites.set_index("name").loc["물음0"]
    assert (placed["geocoded_by"], placed["geocode_confidence"]) == ("same_address", "high")
    assert placed["geocode_match"] == "a.csv 2행: 가온구 한울로 5"
    assert placed.geometry.x == pytest.approx(X + 100, abs=0.01)
    aside = tables.set_aside.set_index("name")["reason"].to_dict()
    assert aside == {
        "물음1": "address_not_found", "물음2": "address_not_found", "물음3": "address_ambiguous", "물음4": "address_not_found",
    }  # fmt: skip
    assert done.by == {"same_address": 1}
    alone = read(
        tmp_path, [row("가", "가온구 한울로 5", east=100), row("나", "가온구 한울로 5")], name="d.csv"
    )
    assert place(alone, same_address=True)[1].missed == {
        "address_not_found": 1
    }  # no other file says where it is


def test_the_entrance_comes_before_the_same_address(tmp_path, index):
    files = [
        read(tmp_path, [row("가", "가온구 한울로 5", east=120)]),
        read(tmp_path, [row("나", "가온구 한울로 5")], layer="library", name="b.csv"),
    ]
    tables, _ = place(*files, index=index(entrance("한울로", 5, east=100)), same_address=True)
    assert tables.sites.set_index("name")["geocoded_by"].to_dict() == {"가": "", "나": "entrance_db"}


def test_every_reason_of_a_waiting_row_is_described():
    assert set(REASONS) >= WAITING
    assert all(REASONS[key].ko and REASONS[key].en for key in WAITING)


def test_many_rows_are_placed_quickly(tmp_path, index):
    import time

    db = index(*(entrance("한울로", n, east=n / 10) for n in range(1, 5_001)))
    rows = [row(f"가{n}", f"가온구 한울로 {n % 5_000 + 1} {n % 7}층") for n in range(10_000)]
    file = read(tmp_path, rows)
    began = time.perf_counter()
    done = Geocoder(bounds=Bounds(AREA), index=db).place([file], [np.ones(len(rows), dtype=bool)])
    assert time.perf_counter() - began < 15
    assert done.by == {"entrance_db": 10_000}


# --------------------------------------------------------------------------------- whole studies


@pytest.fixture
def study(tmp_path):
    """Return the sample ward, with what to add to its study file; and the true positions that were blanked."""

    def make(extra, *, blank=("library.csv", "tool_library.csv")):
        folder = tmp_path / "study"
        shutil.copytree(sample.folder(), folder, dirs_exist_ok=True)
        truth = [pd.DataFrame(), *(_blanked(folder / name) for name in blank)]
        path = folder / "study.toml"
        path.write_text(path.read_text(encoding="utf-8") + extra, encoding="utf-8")
        return path, pd.concat(truth, ignore_index=True)

    return make


def _blanked(path):
    """Take the coordinates of the ward's rows out of a sample file and return them."""
    data = path.read_bytes()
    encoding = "cp949" if not data.startswith(b"\xef\xbb\xbf") else "utf-8-sig"
    frame = pd.read_csv(path, dtype=str, encoding=encoding, keep_default_na=False)
    column = next(name for name in frame if "도로명주소" in name)
    name = next(name for name in frame if name.endswith(("도서관명", "대여소명")))
    own = frame[column].str.contains("가온구") & (frame["위도"] != "")
    x, y = TO_METRIC.transform(frame.loc[own, "경도"].astype(float), frame.loc[own, "위도"].astype(float))
    truth = pd.DataFrame(
        {"name": frame.loc[own, name].str.strip(), "address": frame.loc[own, column], "x": x, "y": y}
    )
    frame.loc[own, ["위도", "경도"]] = ""
    frame.to_csv(path, index=False, encoding=encoding)
    return truth


def _table(path, truth):
    lines = {}
    for number, (text, x, y) in enumerate(truth[["address", "x", "y"]].itertuples(index=False)):
        one = parse(text)
        code = f"11990{sum(map(ord, one.road)):07d}"
        line = entrance(one.road, one.main, one.sub, serial=number, code=code, position=f"{x:.6f}|{y:.6f}")
        lines.setdefault(one.key, line)
    return write(path, lines.values())


def test_the_sample_ward_finds_its_blanked_sites_again(study, tmp_path, monkeypatch):
    monkeypatch.setenv("SHAREMAP_CACHE", str(tmp_path / "cache"))
    path, truth = study('\n[geocoding]\naddress_tables = ["entrc_seoul.txt"]\nlicence = "출처: 행정안전부"\n')
    _table(path.parent / "entrc_seoul.txt", truth)
    given = read_study(path)
    runs.run(given, tmp_path / "out", only=("network", "sites"))
    found = gpd.read_parquet(tmp_path / "out" / "sites.parquet")
    geocoded = found.loc[found["geocoded_by"] != ""]
    assert set(geocoded["geocoded_by"]) == {"entrance_db"}
    assert set(geocoded["geocode_confidence"]) == {"high"}
    open_sites = truth.merge(geocoded[["name", "address", "geometry"]], on=["name", "address"])
    assert len(open_sites) == len(geocoded) > 30
    apart = np.hypot(
        open_sites["x"] - [p.x for p in open_sites["geometry"]],
        open_sites["y"] - [p.y for p in open_sites["geometry"]],
    )
    assert apart.max() < 25  # one entrance represents the building
    ingest = pd.read_csv(tmp_path / "out" / "ingest.csv")
    assert (ingest["rows_read"] == ingest["sites"] + ingest["folded"] + ingest["set_aside"]).all()
    assert ingest["geocoded"].sum() == len(geocoded)
    facts = json.loads((tmp_path / "out" / "provenance.json").read_text(encoding="utf-8"))
    table = [item for item in facts["inputs"] if item["role"] == "geocoding"]
    assert [(item["file"], item["licence"]) for item in table] == [("entrc_seoul.txt", "출처: 행정안전부")]
    assert len(table[0]["sha256"]) == 64
    assert facts["parameters"]["geocoding"]["min_confidence"] == "low"


def test_stations_at_zero_are_not_geocoded_unless_the_study_says_so(study):
    for extra, reason in (("", "no_coordinates"), ("except_layers = []\n", "no_address_number")):
        path, _ = study(f"\n[geocoding]\nsame_address = true\n{extra}", blank=())
        rows = [read_sites(path.parent / "bike_station.csv", layer="bike_station")]
        frame = geocoded(read_study(path), rows, read_area(path.parent / "dong.geojson"))[0].frame
        assert set(frame.loc[frame["reason"] != "", "reason"]) == {reason}


def test_without_the_table_nothing_is_geocoded(study):
    path, truth = study("", blank=("library.csv",))
    rows = [read_sites(path.parent / "library.csv", layer="library")]
    assert geocoded(read_study(path), rows, read_area(path.parent / "dong.geojson")) is rows
    assert (rows[0].frame["reason"] == "no_coordinates").sum() == len(truth)


@pytest.mark.parametrize(
    ("extra", "error", "said"),
    [
        ('online = ["naver"]', StudyError, "unknown online geocoder.*vworld, kakao"),
        ('min_confidence = "sure"', StudyError, "unknown confidence.*low, medium, high"),
        ('tables = ["a"]', StudyError, "unknown key"),
        ('address_tables = ["nothing.txt"]', MissingFileError, "nothing.txt"),
        ('except_layers = ["bike"]', StudyError, "bike"),
        ("same_address = 1", StudyError, "true or false"),
    ],
)
def test_faults_of_the_table_in_the_study_are_named(study, extra, error, said):
    path, _ = study(f"\n[geocoding]\n{extra}\n", blank=("library.csv",))
    with pytest.raises(error, match=said) as caught:
        read_study(path)
    assert "study.toml" in str(caught.value)


def test_another_table_is_another_fingerprint_and_another_place_is_not(study):
    path, truth = study('\n[geocoding]\naddress_tables = ["a.txt"]\n', blank=("library.csv",))
    _table(path.parent / "a.txt", truth)
    before = fingerprints.fingerprints(read_study(path))
    path.write_text(path.read_text(encoding="utf-8") + 'cache = "here"\n', encoding="utf-8")
    assert fingerprints.fingerprints(read_study(path)) == before
    _table(path.parent / "a.txt", truth.iloc[1:])
    after = fingerprints.fingerprints(read_study(path))
    assert after["network"] == before["network"]
    assert after["sites"] != before["sites"]
    assert [item["role"] for item in provenance.inputs_of(read_study(path))].count("geocoding") == 1


def test_an_online_geocoder_without_its_key_is_an_error_that_names_the_variable(study, monkeypatch):
    monkeypatch.delenv("SHAREMAP_VWORLD_KEY", raising=False)
    path, _ = study('\n[geocoding]\nonline = ["vworld"]\ncache = "c"\n', blank=("library.csv",))
    rows = [read_sites(path.parent / "library.csv", layer="library")]
    with pytest.raises(InputError, match="SHAREMAP_VWORLD_KEY"):
        geocoded(read_study(path), rows, read_area(path.parent / "dong.geojson"))


@pytest.mark.real
def test_car_parks_of_seoul_without_coordinates(shared_data, tmp_path):
    """998 addresses wait in the file of 2025-06; with a table that holds half of their lots, half is placed."""

    rows = read_sites(shared_data / "sites" / "parking_public__202506.csv", layer="parking_public")
    mask = sites.waiting(rows)
    waiting = rows.frame.loc[mask, "address"].dropna().unique()
    lots = {parse(text): text for text in waiting}
    boundaries = next((shared_data / "boundaries").glob("dong*.geojson"))
    area = read_area(boundaries)
    centre = {
        name: shape.representative_point() for name, shape in area.dissolve("ward_name").geometry.items()
    }
    entrances, table = [], []
    for number, one in enumerate(list(lots)[::2]):
        code = f"11{number:010d}"
        point = centre[one.ward]
        where = f"{point.x:.3f}|{point.y:.3f}"
        entrances.append(entrance(f"길{number}로", 1, ward=one.ward, code=code, position=where))
        line = lot_line(
            one.dong or one.road, one.main, one.sub, code=code, building=(0, 1, 0), hill=int(one.mountain)
        )
        table.append(line.replace("|가온구|", f"|{one.ward}|"))
    files = [
        write(tmp_path / "entrc_seoul.txt", entrances),
        write(tmp_path / "jibun_rnaddrkor_seoul.txt", table),
    ]
    db = open_index(files, cache=tmp_path)
    done = Geocoder(bounds=Bounds(area), index=db).place([rows], [mask])
    db.close()
    frame = done.rows[0].frame
    placed = frame.loc[mask & (frame["reason"] == "").to_numpy()]
    assert placed["address"].nunique() >= 0.5 * len(waiting)
    assert set(frame.loc[mask & (frame["reason"] != "").to_numpy(), "reason"]) == {"address_not_found"}
    tables = sites.build(done.rows, area, surroundings_m=1000.0)
    counts = tables.counts
    assert (counts["rows_read"] == counts["sites"] + counts["folded"] + counts["set_aside"]).all()
    assert counts["rows_read"].item() == 8_503
