from __future__ import annotations

import io
import json
import re
import resource
import runpy
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely import MultiPolygon, Point

from runs import run_of
from sharemap import exports
from sharemap.errors import OutputError, StudyError
from sharemap.findings import words

TOWN = runpy.run_path(str(Path(__file__).parents[1] / "support" / "town.py"))
HOSTILE = TOWN["HOSTILE"]


@pytest.fixture(scope="module")
def town():
    return TOWN["town"]()


@pytest.fixture(scope="module")
def book(town):
    tables, summary = town
    return openpyxl.load_workbook(io.BytesIO(exports.workbook(run_of(tables, summary))))


def rows_of(sheet) -> list[dict]:
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


# ---------------------------------------------------------------------------------------------- the workbook


def test_the_workbook_has_the_sheets_that_offices_expect(book):
    assert book.sheetnames == [
        "요약", "후보지 목록", "후보지별 시설", "후보지별 지표", "하나 모자란 곳", "동별 커버리지", "소외지역",
        "보행유형별 격차", "산출기준·출처", "제외·보정", "위치 확인 요청",
    ]  # fmt: skip
    for name in ("후보지 목록", "후보지별 시설", "하나 모자란 곳", "동별 커버리지", "제외·보정"):
        sheet = book[name]
        assert sheet["A1"].value == "연번"
        assert sheet.freeze_panes.endswith("2")
        assert sheet.auto_filter.ref is not None
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$1"
        area = sheet[sheet.print_area.split("!")[1].replace("$", "")]
        wide = sum(sheet.column_dimensions[cell.column_letter].width for cell in area[0]) > 180
        assert sheet.page_setup.paperSize == (8 if wide else 9)  # A3 where A4 would be too small to read
    for sheet in book:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_area
        assert "&P / &N" in sheet.oddFooter.right.text.replace("&[Page]", "&P").replace("&[Pages]", "&N")
        assert "2025-06-30" in sheet.oddFooter.left.text
        assert "1,125 m" in sheet.oddHeader.left.text


def test_no_cell_of_the_workbook_is_a_formula(town, book):
    tables, summary = town
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    # every dangerous name is there, unchanged
    assert {HOSTILE[4], HOSTILE[7], "=1+1"} <= texts
    with zipfile.ZipFile(io.BytesIO(exports.workbook(run_of(tables, summary)))) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets)


def test_the_workbook_shows_the_numbers_of_the_summary(town, book):
    _, summary = town
    table = [row for row in book["요약"].iter_rows(values_only=True) if isinstance(row[0], int)]
    for entry, row in zip(summary["layers"], table, strict=False):
        assert row[1] == entry["name_ko"]
        assert row[4:6] == (entry["rows_read"], entry["sites"])
        assert row[6] == entry["sites"]  # all of the town's sites are inside
        assert row[7:11] == tuple(entry[k] for k in ("folded", "set_aside", "places", "unsnapped"))
        assert row[11] == entry["covered"]
        assert row[12:14] == (summary["residents"] - entry["covered"], 0)
        assert row[14:17] == pytest.approx([entry["share"]] * 3)
        assert row[4] == row[5] + row[7] + row[8]
    total = next(row for row in book["요약"].iter_rows(values_only=True) if row[0] == "합계")
    assert total[5] == sum(entry["sites"] for entry in summary["layers"])
    facts = {row[0]: row[2] for row in book["요약"].iter_rows(values_only=True)}
    assert facts["보행 조건"] == "일반 성인, 시속 4.5 km, 15분 = 1,125 m"
    assert facts["전체 분야 15분 도달"] == "주민 10,000명 중 4,825명 (48.3%)"


def test_sites_of_the_surroundings_are_told_apart_and_places_counted_once(town):
    tables, summary = town
    layers = [{**entry, "sites_in_area": entry["sites"] - 1} for entry in summary["layers"]]
    every = sum(entry["sites"] for entry in layers)
    inside = every - len(layers)
    told = {**summary, "layers": layers, "rows": {"sites_in_area": inside, "places": 6}}
    book = openpyxl.load_workbook(io.BytesIO(exports.workbook(run_of(tables, told))))
    rows = list(book["요약"].iter_rows(values_only=True))
    total = next(row for row in rows if row[0] == "합계")
    assert (total[5], total[6], total[9]) == (every, inside, 6)
    assert f"{inside}곳 (주변 {len(layers)}곳 포함 {every}곳)" in [row[2] for row in rows if row[0] == "시설"]
    method = {row[0]: row[1] for row in book["산출기준·출처"].iter_rows(values_only=True)}
    assert "분석 구역 안 주민만" in method["주민 수"]


def test_codes_are_text_and_shares_are_numbers_in_per_cent(book):
    sheet = book["동별 커버리지"]
    rows = rows_of(sheet)
    assert [row["행정동코드"] for row in rows[:-1]] == [
        "1199051000",
        "1199052000",
        "1199151000",
        "1199152000",
    ]
    assert rows[2]["공구대여소"] == 0.0625
    at = [cell.value for cell in sheet[1]].index("공구대여소") + 1
    assert sheet.cell(row=2, column=at).number_format == "0.0%"
    # the total weighs dongs by residents: (4000 + 1500 + 125 + 0) / 10000
    assert rows[-1]["연번"] == "합계"
    assert rows[-1]["공구대여소"] == pytest.approx(0.5625)
    assert rows[-1]["주민수"] == 10_000


def test_each_facility_of_a_village_is_one_row(town, book):
    tables, _ = town
    rows = rows_of(book["후보지별 시설"])
    members = set(tables["village_places"]["place_id"])
    expected = tables["sites"][tables["sites"]["place_id"].isin(members)]
    assert len(rows) == len(expected)
    assert sorted(row["시설명"] for row in rows) == sorted(expected["name"])
    assert [row["동선순서"] for row in rows if row["역할"] == "구성"] == sorted(
        row["동선순서"] for row in rows if row["역할"] == "구성"
    )
    assert all(37.5 < row["위도"] < 37.6 and 126.9 < row["경도"] < 127.1 for row in rows)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_why_a_site_meets_no_street_is_said_in_words(town, lang):
    tables, summary = town
    why = ["no_location", "too_far", "only_island", "only_tunnel_or_bridge"]  # all that network.snap tells
    stops = tables["stops"].copy()
    stops.loc[stops.index[: len(why)], "status"] = why
    book = openpyxl.load_workbook(
        io.BytesIO(exports.workbook(run_of({**tables, "stops": stops}, summary, lang=lang)))
    )
    sheet = book[words(lang)["sheet_set_aside"]]
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    for key in why:
        assert words(lang)[f"status_{key}"] in cells
        assert key not in cells


def test_rows_outside_the_area_are_counted_not_listed(town):
    tables, summary = town
    far = pd.concat(
        [tables["set_aside"].iloc[[0]].assign(reason="outside_area", row=row) for row in range(10, 210)]
    )
    aside = pd.concat([tables["set_aside"], far], ignore_index=True)
    content = exports.workbook(run_of({**tables, "set_aside": aside}, summary))
    rows = rows_of(openpyxl.load_workbook(io.BytesIO(content))["제외·보정"])
    kinds = [row for row in rows if row["구분"] == "제외"]
    assert sum(row["행수"] for row in kinds) == len(aside)
    assert len(kinds) == 3
    assert {row["구분"] for row in rows} == {"제외", "좌표 보정", "주소로 찾음", "도로 미접속"}
    placed = next(row for row in rows if row["구분"] == "주소로 찾음")
    assert placed["값"] == "=가온구 <b>가온로</b> 4"  # what the address was matched with


def test_the_same_input_gives_the_same_workbook_bytes(town):
    tables, summary = town
    once = exports.workbook(run_of(tables, summary))
    shuffled = {
        name: frame.iloc[::-1] if name in ("villages", "one_short", "village_places") else frame
        for name, frame in tables.items()
    }
    assert exports.workbook(run_of(shuffled, summary)) == once


def test_the_english_workbook_has_no_korean_of_ours(town):
    tables, summary = town
    book = openpyxl.load_workbook(io.BytesIO(exports.workbook(run_of(tables, summary, lang="en"))))
    heads = [cell.value for sheet in book for cell in sheet[1] if cell.value] + book.sheetnames
    ours = [text for text in heads if text != summary["title"]]
    assert not [text for text in ours if re.search("[가-힣]", text)]
    villages = tables["villages"].assign(name="가람동 나눔방 일대")
    named = [{**entry, "name_en": f"Source {n}"} for n, entry in enumerate(summary["sources"])]
    content = exports.workbook(
        run_of({**tables, "villages": villages}, {**summary, "sources": named}, lang="en")
    )
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book["Villages"]["C2"].value == book["Village facilities"]["C2"].value == "가람동 나눔방 area"
    cells = [cell.value for row in book["Method and sources"].iter_rows() for cell in row]
    assert {"Source 0", "Source 1"} <= set(cells)
    assert villages["name"].tolist() == ["가람동 나눔방 일대"]  # the caller's table stays as it was


def test_a_study_without_villages_still_makes_a_workbook(town):
    tables, summary = town
    few = {name: tables[name] for name in ("area", "coverage_dong", "sites")}
    few["villages"] = tables["villages"].iloc[:0]
    alone = {
        **summary,
        "all_groups": None,
        "villages": {"count": 0, "one_short": 0, "to_check": 0, "places_in_villages": 0},
    }
    book = openpyxl.load_workbook(io.BytesIO(exports.workbook(run_of(few, alone))))
    assert book["후보지 목록"]["A2"].value == "해당 없음"
    facts = {row[0]: row[2] for row in book["요약"].iter_rows(values_only=True)}
    assert facts["전체 분야 15분 도달"] == "산출 불가"


def test_an_unknown_language_is_named(town):
    tables, summary = town
    with pytest.raises(StudyError, match="'fr' -> use ko or en"):
        exports.workbook(run_of(tables, summary, lang="fr"))


# ------------------------------------------------------------------------------------------------- the files


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=20))
def test_guarding_is_undone_exactly_and_leaves_no_trigger(texts):
    series = pd.Series(texts, dtype=object)
    guarded = exports.guarded(series)
    assert not guarded.str.match(r"[=+\-@\t\r\n＝＋－＠]").any()
    assert exports.unguarded(guarded).tolist() == texts


def test_csv_opens_in_excel_and_reads_back(tmp_path):
    frame = pd.DataFrame(
        {
            "code": ["0012", "0013", "0014"],
            "name": ["=1+1", '쉼표, "따옴표"', None],
            "share": [0.1, 1 / 3, np.nan],
            "n": [-1, 2, 3],
        }
    )
    path = tmp_path / "a.csv"
    exports.write_csv(frame, path)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfcode,name,share,n\r\n")
    assert content.count(b"\r\n") == 4
    assert b",-1\r\n" in content  # a negative number is a number, not text
    back = pd.read_csv(path, dtype={"code": str})
    assert back["name"][0] == "'=1+1"
    assert_frame_equal(back.assign(name=exports.unguarded(back["name"])), frame)


def test_csv_in_cp949_names_the_text_that_does_not_fit(tmp_path):
    with pytest.raises(OutputError, match=r"cp949.*😀"):
        exports.write_csv(pd.DataFrame({"name": ["도서관 😀"]}), tmp_path / "a.csv", encoding="cp949")


def test_a_geopackage_keeps_layers_text_and_points_and_is_the_same_each_time(tmp_path):
    shapes = gpd.GeoDataFrame(
        {"code": ["0012", "1"], "n": [1, 2]},
        geometry=[Point(0, 0).buffer(1), MultiPolygon([Point(9, 9).buffer(1)])],
        crs="EPSG:5179",
    )
    points = gpd.GeoDataFrame({"code": ["0012"]}, geometry=[Point(1, 2)], crs="EPSG:5179")
    layers = {
        "shapes": shapes,
        "points": points,
        "plain": pd.DataFrame({"a": ["=x"]}),
        "none": shapes.iloc[:0],
    }
    first, second = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
    exports.write_gpkg(layers, first)
    exports.write_gpkg(layers, second)
    exports.write_gpkg(layers, first)  # replaces what stood there
    assert first.read_bytes() == second.read_bytes()
    kinds = dict(pyogrio.list_layers(first))
    assert kinds == {"shapes": "MultiPolygon", "points": "Point", "plain": None, "none": "Unknown"}
    back = gpd.read_file(first, layer="shapes")
    assert back["code"].tolist() == ["0012", "1"]
    assert back.crs.to_epsg() == 5179
    assert gpd.read_file(first, layer="plain")["a"].tolist() == ["=x"]


def test_parquet_keeps_geometry_and_types(tmp_path, town):
    tables, _ = town
    path = tmp_path / "sites.parquet"
    exports.write_parquet(tables["sites"], path)
    back = gpd.read_parquet(path)
    assert back.crs.to_epsg() == 5179
    assert_frame_equal(
        pd.DataFrame(back.drop(columns="geometry")), pd.DataFrame(tables["sites"].drop(columns="geometry"))
    )
    exports.write_parquet(tables["stops"], tmp_path / "stops.parquet")
    assert pd.read_parquet(tmp_path / "stops.parquet")["edge_id"].isna().sum() == 1


def test_json_is_stable_and_refuses_what_json_cannot_say(tmp_path):
    path = tmp_path / "a.json"
    exports.write_json({"이름": "가", "n": np.int64(3), "share": np.float64(0.5), "at": Path("b")}, path)
    assert (
        path.read_text(encoding="utf-8") == '{\n  "이름": "가",\n  "n": 3,\n  "share": 0.5,\n  "at": "b"\n}\n'
    )
    with pytest.raises(ValueError, match="Out of range"):
        exports.write_json({"share": float("nan")}, path)
    assert json.loads(path.read_text(encoding="utf-8"))["n"] == 3


@pytest.mark.parametrize("write", ["write_csv", "write_parquet", "write_gpkg", "write_json"])
def test_a_file_that_cannot_be_written_is_named_with_a_remedy(tmp_path, write):
    path = tmp_path / "missing" / ("a.gpkg" if write == "write_gpkg" else "a.out")
    content = {"a": pd.DataFrame({"x": ["y"]})} if write == "write_gpkg" else pd.DataFrame({"x": ["y"]})
    if write == "write_json":
        content = {"x": "y"}
    with pytest.raises(
        OutputError, match=r"a\.\w+: cannot be written \(.*\) -> check the free space"
    ) as caught:
        getattr(exports, write)(content, path)
    assert isinstance(caught.value, OSError)


FULL_DISK = """
import sys, numpy as np, pandas as pd, geopandas as gpd
from sharemap import exports
from sharemap.errors import OutputError
plain = pd.DataFrame({"n": np.arange(20_000), "t": np.arange(20_000).astype(str)})
points = gpd.GeoDataFrame(plain, geometry=gpd.points_from_xy(plain["n"], plain["n"]), crs=5179)
for name, content in (("write_csv", plain), ("write_parquet", plain), ("write_gpkg", {"a": points}), ("write_json", {"n": list(range(20_000))})):
    try:
        getattr(exports, name)(content, sys.argv[1] + "/" + name)
    except OutputError as error:
        print(name, error)
"""


def test_a_full_disk_is_one_clear_line_for_every_format(tmp_path):
    def little_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=little_room,
    )
    lines = done.stdout.strip().splitlines()
    assert [line.split()[0] for line in lines] == ["write_csv", "write_parquet", "write_gpkg", "write_json"]
    assert all("cannot be written" in line and "check the free space" in line for line in lines)
