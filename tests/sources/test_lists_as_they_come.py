"""Lists as they come: several services, layers or grids in one file, rows and texts that slipped, parts left out."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.geometry import LineString, MultiPoint, Point, box

from sharemap import sites
from sharemap.errors import AreaError, SiteFileError, StudyError
from sharemap.sites.checking import check_file
from sharemap.sources.around import Around
from sharemap.sources.boundaries import read_area
from sharemap.sources.districts import BoundaryColumns
from sharemap.sources.files.vectors import read_vector
from sharemap.sources.projected import bands, fitting
from sharemap.sources.published import read_table
from sharemap.sources.sites import read_sites
from two_dongs import AREA, add_up

SEOUL = (126.70, 37.40, 127.25, 37.72)
SPOTS = [(126.9779, 37.5663), (126.985, 37.5665), (126.986, 37.5635)]
INTO = Transformer.from_crs(4326, 5179, always_xy=True)


def written(folder, text, name="a.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def apart(frame, spots=SPOTS):
    """Metres between the rows and where they are, by another way than the reader's."""
    east, north = INTO.transform(*np.array(spots).T)
    return np.hypot(frame["x"] - east, frame["y"] - north)


# ------------------------------------------------------------------------------------- several services


def test_a_list_of_several_services_is_told_and_rows_are_chosen(cases, caplog):
    rows = read_sites(cases / "mixed.csv")
    told = {one.value: (one.rows, one.layer) for one in rows.mix.named}
    assert (rows.layer.key, rows.mix.column) == ("library", "구분")
    assert told == {
        "작은도서관": (3, "library"), "공구대여소": (1, "tool_library"),
        "장난감도서관": (1, "toy_library"), "야경명소": (1, ""),
    }  # fmt: skip
    assert "'구분' names several services (작은도서관 3, 공구대여소 1" in caplog.text
    chosen = read_sites(cases / "mixed.csv", layer="library", only={"구분": ["작은도서관"]})
    assert chosen.mix is None
    assert chosen.frame.groupby("reason").size().to_dict() == {"": 3, "not_chosen": 3}
    counts = add_up(sites.build([chosen], AREA, surroundings_m=1e7)).counts.iloc[0]
    assert counts[["rows_read", "sites", "set_aside"]].tolist() == [6, 3, 3]
    toys = read_sites(cases / "mixed.csv", layer="toy_library", only={"구 분": ["장난감도서관", "없음"]})
    assert toys.frame.loc[toys.frame["reason"] == "", "name"].tolist() == ["마루장난감도서관"]


def test_a_choice_that_nothing_meets_names_what_there_is(cases):
    with pytest.raises(StudyError, match=r"no row of the file is chosen.*구분 = 박물관.*구분: 작은도서관"):
        read_sites(cases / "mixed.csv", layer="library", only={"구분": ["박물관"]})
    with pytest.raises(StudyError, match=r"no such column.*종류.*시설명, 구분"):
        read_sites(cases / "mixed.csv", layer="library", only={"종류": ["작은도서관"]})


def test_kinds_of_one_service_are_no_mix(tmp_path, caplog):
    lines = [
        f"도서관{n},{'작은도서관' if n % 2 else '공공도서관'},중구 을지로 {n},37.56123,126.{n}123"
        for n in range(90, 99)
    ]
    rows = read_sites(written(tmp_path, "\n".join(["명칭,구분,주소,위도,경도", *lines])), layer="library")
    assert rows.mix is None
    assert not [one for one in caplog.records if one.levelname == "WARNING"]


@pytest.mark.parametrize("header", ["유형", "category", "시설구분", "kind"])
def test_other_headers_of_a_column_of_kinds(tmp_path, cases, header):
    text = (cases / "mixed.csv").read_text(encoding="utf-8-sig").replace("구분", header, 1)
    assert read_sites(written(tmp_path, text), layer="library").mix.column == header


# ------------------------------------------------------------------------------------------- grids


def test_the_columns_of_licences_are_in_the_corrected_central_belt(cases):
    rows = read_sites(cases / "p5174_paren.csv")
    assert apart(rows.frame).max() < 0.01
    assert check_file(cases / "p5174_paren.csv").crs == "EPSG:5174"


def test_web_maps_are_told_by_their_numbers_and_that_is_said(cases, caplog):
    rows = read_sites(cases / "p3857_xy.csv")
    assert apart(rows.frame).max() < 0.01
    assert "their numbers fit EPSG:3857 only" in caplog.text


def in_grid(folder, code, *, x="X좌표", y="Y좌표", exchange=False):
    east, north = Transformer.from_crs(4326, code, always_xy=True).transform(*np.array(SPOTS).T)
    east, north = (north, east) if exchange else (east, north)
    lines = [
        f"가온도서관{n},서울 중구 을지로 {n},{a:.3f},{b:.3f}"
        for n, (a, b) in enumerate(zip(east, north, strict=True))
    ]
    return written(folder, "\n".join([f"도서관명,소재지도로명주소,{x},{y}", *lines]))


UNIQUE = (5179, 5186, 5187, 3857, 32652, 5185)
SHARED = {5174: 3, 2097: 3, 5181: 3, 5173: 2, 5180: 2}


@pytest.mark.parametrize("code", UNIQUE)
@pytest.mark.parametrize("exchange", [False, True])
def test_numbers_of_one_grid_only_tell_it(tmp_path, code, exchange):
    """Who works in geodesy calls the northing X; both orders are read."""
    rows = read_sites(in_grid(tmp_path, code, exchange=exchange), layer="library")
    assert apart(rows.frame).max() < 0.01
    assert set(rows.frame["coord_fix"]) == ({"swapped"} if exchange else {""})


@pytest.mark.parametrize("code", SHARED)
def test_numbers_that_several_grids_share_are_asked_about(tmp_path, code):
    path = in_grid(tmp_path, code)
    with pytest.raises(SiteFileError, match=rf"{SHARED[code]} fit that lie up to \d+ m apart.*EPSG:{code}"):
        read_sites(path, layer="library")
    assert apart(read_sites(path, layer="library", crs=f"epsg:{code}").frame).max() < 0.01
    named = in_grid(tmp_path, code, x=f"X좌표(EPSG{code})", y=f"Y좌표(EPSG{code})")
    assert apart(read_sites(named, layer="library").frame).max() < 0.01


def test_headers_that_nobody_knows_are_named_with_the_grid_that_fits(tmp_path):
    with pytest.raises(SiteFileError, match=r"종축 and 횡축 hold what could be EPSG:5186.*name them Y좌표"):
        read_sites(in_grid(tmp_path, 5186, x="횡축", y="종축"), layer="library")


def test_the_study_area_tells_the_zone_and_the_belt(tmp_path):
    """A study of Daegu: 5187 is its belt; what would lie in Seoul is no candidate."""
    daegu = gpd.GeoSeries([Point(128.6, 35.87).buffer(0.1)], crs=4326).to_crs(5179)
    near = Around(gpd.GeoDataFrame(geometry=daegu), 500.0)
    x, y = Transformer.from_crs(4326, 5187, always_xy=True).transform(128.6, 35.87)
    path = written(tmp_path, f"도서관명,X좌표,Y좌표\n가온도서관,{x:.2f},{y:.2f}\n")
    rows = read_sites(path, layer="library", near=near)
    assert apart(rows.frame, [(128.6, 35.87)]).max() < 0.01


@pytest.mark.parametrize("crs", ["EPSG:1", "WGS", ""])
def test_a_crs_that_is_none(cases, crs):
    if not crs:
        assert read_sites(cases / "p5174_paren.csv", crs=crs).rows_read == 3
        return
    with pytest.raises(StudyError, match="no coordinate system has this name"):
        read_sites(cases / "p5174_paren.csv", crs=crs)


def test_bands_hold_the_numbers_of_every_place_of_the_extent():
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(SEOUL[0], SEOUL[2], 200), rng.uniform(SEOUL[1], SEOUL[3], 200)
    for crs, (south, north), (west, east) in bands(SEOUL)[1:]:
        x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
        assert ((west <= x) & (x <= east) & (south <= y) & (y <= north)).all()
        assert crs in fitting(y, x, SEOUL) or crs == "EPSG:5178"


def test_numbers_of_no_grid_are_bad_and_said(tmp_path, caplog):
    rows = read_sites(written(tmp_path, "도서관명,X좌표,Y좌표\n가온도서관,9e9,8e9\n"), layer="library")
    assert rows.frame["reason"].tolist() == ["bad_coordinates"]
    assert "in no known grid near the study area" in caplog.text


# ------------------------------------------------------------------------------------ maps without a CRS


def test_metres_in_a_geojson_are_recognised_and_said(cases, caplog):
    rows = read_sites(cases / "m5179_nocrs.geojson")
    assert apart(rows.frame).max() < 0.01
    assert "its numbers fit EPSG:5179 only" in caplog.text


def test_metres_that_several_grids_share_are_refused_at_the_door_unless_the_crs_is_named(tmp_path, cases):
    content = json.loads((cases / "m5179_nocrs.geojson").read_text(encoding="utf-8"))
    into = Transformer.from_crs(4326, 5174, always_xy=True)
    for feature, spot in zip(content["features"], SPOTS, strict=True):
        feature["geometry"]["coordinates"] = list(into.transform(*spot))
    path = written(tmp_path, json.dumps(content), "a.geojson")
    with pytest.raises(SiteFileError, match=r"its numbers are none.*x 198335.*would fit.*EPSG:5174"):
        read_sites(path)
    with pytest.raises(AreaError, match=r"its numbers are none.*would fit"):
        read_vector(path, error=AreaError)
    assert apart(read_sites(path, crs="EPSG:5174").frame).max() < 0.01


def test_degrees_in_the_wrong_order_are_put_right_in_a_map_too(cases, tmp_path, caplog):
    rows = read_sites(cases / "latlon_swapped.geojson")
    assert apart(rows.frame).max() < 0.01
    assert "latitude, longitude; they are exchanged" in caplog.text
    content = json.loads((cases / "latlon_swapped.geojson").read_text(encoding="utf-8"))
    content["features"][0]["geometry"]["coordinates"].reverse()  # some of them, as in a table
    rows = read_sites(written(tmp_path, json.dumps(content), "a.geojson"))
    assert apart(rows.frame).max() < 0.01
    assert rows.frame["coord_fix"].tolist() == ["", "swapped", "swapped"]


# ------------------------------------------------------------------------------------- parts of a file


def test_a_multipoint_is_as_many_places_as_points(cases):
    rows = read_sites(cases / "multipoint.geojson")
    built = add_up(sites.build([rows], AREA, surroundings_m=1e7))
    assert built.counts.iloc[0][["rows_read", "sites", "places"]].tolist() == [3, 3, 3]
    assert built.sites["row"].tolist().count(1) == 2
    assert built.sites["site_id"].is_unique


def test_points_in_collections_and_other_shapes(tmp_path):
    from shapely.geometry import GeometryCollection

    shapes = [
        GeometryCollection([Point(126.98, 37.56), Point(126.99, 37.57)]),
        GeometryCollection([Point(126.98, 37.56), LineString([(126.98, 37.56), (126.99, 37.57)])]),
        MultiPoint([(127.0, 37.5)]),
        LineString([(127.0, 37.5), (127.01, 37.5)]),
    ]
    frame = gpd.GeoDataFrame({"도서관명": list("가나다라")}, geometry=shapes, crs=4326)
    frame.to_file(tmp_path / "a.geojson")
    table = read_table(tmp_path / "a.geojson")
    assert table.rows.tolist() == [1, 1, 2, 3, 4]
    assert table.parts.tolist() == [0, 1, 0, 0, 0]


def test_copies_of_a_feature_with_several_points_fold_point_by_point(tmp_path):
    shape = MultiPoint([(126.98, 37.56), (126.99, 37.57)])
    frame = gpd.GeoDataFrame(
        {"도서관명": ["가온"] * 2, "소재지도로명주소": ["중구 을지로 1"] * 2}, geometry=[shape] * 2, crs=4326
    )
    frame.to_file(tmp_path / "a.geojson")
    counts = sites.build(
        [read_sites(tmp_path / "a.geojson", layer="library")], AREA, surroundings_m=1e7
    ).counts
    assert counts.iloc[0][["rows_read", "sites", "folded"]].tolist() == [4, 2, 2]


def test_layers_of_a_geopackage_are_one_list_when_they_have_the_same_columns(cases):
    found = check_file(cases / "two_layers.gpkg")
    assert (found.sheet, found.left_out, found.rows_read) == ("a, b", (), 4)
    only = read_sites(cases / "two_layers.gpkg", sheet="b")
    assert only.rows_read == 1
    with pytest.raises(SiteFileError, match=r"no such layer with features.*'c'.*a, b"):
        read_sites(cases / "two_layers.gpkg", sheet="c")


def test_rows_of_layers_and_sheets_that_are_not_read_are_set_aside_by_name(tmp_path, caplog):
    points = gpd.GeoDataFrame(
        {"도서관명": ["가온", "나래"]}, geometry=[Point(s) for s in SPOTS[:2]], crs=4326
    )
    points.to_file(tmp_path / "a.gpkg", layer="도서관")
    points.rename(columns={"도서관명": "나무"}).to_file(tmp_path / "a.gpkg", layer="가로수")
    pd.DataFrame({"도서관명": ["가온"], "위도": [37.56], "경도": [126.98]}).to_excel(
        tmp_path / "b.xlsx", index=False, sheet_name="현황"
    )
    with pd.ExcelWriter(tmp_path / "b.xlsx", engine="openpyxl", mode="a") as book:
        pd.DataFrame({"구": ["중구"], "수": [1]}).to_excel(book, index=False, sheet_name="집계")
    for name, other, rows in (("a.gpkg", "가로수", 2), ("b.xlsx", "집계", 2)):
        read = read_sites(tmp_path / name, layer="library")
        built = add_up(sites.build([read], AREA, surroundings_m=1e7))
        assert built.set_aside["reason"].tolist() == ["other_table"] * rows
        assert set(built.set_aside["file"]) == {f"{name}#{other}"}
        assert f"'{other}' with {rows}" in caplog.text
        assert read.counted == read.rows_read
        assert built.wards["rows"].sum() == len(read.frame)


def test_merged_cells_are_told_in_each_of_their_rows(cases):
    rows = read_sites(cases / "merged.xlsx", layer="shared_space")
    assert rows.frame["name"].tolist() == ["회의실1", "회의실2", "회의실3", "강당"]
    assert rows.frame["address"].nunique() == 2
    assert (rows.frame["reason"] == "").all()
    assert check_file(cases / "merged.xlsx", layer="shared_space").merged == (3, 4)


def test_an_amount_in_a_merged_cell_is_told_once(tmp_path):
    book = openpyxl.Workbook()
    for line in (
        ["도서관명", "주소", "열람좌석수"],
        ["가온 본관", "중구 을지로 1", 30],
        ["가온 별관", None, None],
    ):
        book.active.append(line)
    book.active.merge_cells("B2:B3")
    book.active.merge_cells("C2:C3")
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx")
    assert table.frame.iloc[1].tolist() == ["가온 별관", "중구 을지로 1", ""]


def test_formulas_and_hidden_sheets_stay_as_they_were(cases):
    table = read_table(cases / "formula.xlsx")
    assert table.frame["위도"].tolist() == ["", "37.56"]
    table = read_table(cases / "hidden.xlsx")
    assert (table.sheet, table.left_out) == ("숨김, 목록", (("표지", 1),))


# ----------------------------------------------------------------------------------- texts and rows that slipped


def test_an_old_workbook_with_a_code_page_that_is_not_true(cases, caplog):
    table = read_table(cases / "xls_codepage1252_utf16.xls")
    assert table.columns == ("도서관명", "소재지도로명주소", "위도", "경도")
    assert table.frame.iloc[0].tolist() == ["가온도서관", "서울특별시 중구 1", "37.56", "126.98"]
    assert table.sheet == "목록"
    assert "the code page that it states is not true" in caplog.text


def test_rows_with_more_cells_than_the_header_are_named_and_never_geocoded(cases, caplog):
    rows = read_sites(cases / "ragged.csv")
    assert rows.frame["reason"].tolist() == ["shifted_cells", ""]
    assert rows.frame["value"].tolist()[0] == "6 > 5"
    assert rows.longer == (2,)
    assert "1 rows have more cells than the header (line 2); 1 of them are set aside" in caplog.text
    assert not sites.waiting(rows).any()


def test_a_row_with_a_note_behind_its_last_cell_is_still_a_site(tmp_path):
    text = "도서관명,소재지도로명주소,위도,경도\n가온,중구 을지로 1,37.56,126.98,휴관 중 아님\n나래,중구 을지로 2,37.57,126.98,,\n"
    rows = read_sites(written(tmp_path, text), layer="library")
    assert rows.frame["reason"].tolist() == ["", ""]
    assert rows.longer == (2,)  # blank cells at the end are none


def test_long_rows_are_found_in_a_table_that_is_read_in_pieces(tmp_path, monkeypatch):
    from sharemap.sources.files import text

    monkeypatch.setattr(text, "_MOST_CELLS", 1_000)
    monkeypatch.setattr(text, "_CELLS_A_PIECE", 400)
    lines = [f"도서관{n},중구 을지로 {n},37.56,126.98" for n in range(1_000)]
    lines[777] = "도서관,중구 을지로 1,2,4주,37.56,126.98"
    path = written(tmp_path, "\n".join(["도서관명,소재지도로명주소,위도,경도", *lines]))
    rows = read_sites(path, layer="library", near=Around(AREA, 1e6))
    assert rows.longer == (779,)
    assert dict(rows.aside.reasons) == {"shifted_cells": 1}


# --------------------------------------------------------------------------------------------- headers

ROW = "{0}도서관,중구 을지로 {1},37.56{1}1,126.98{1}1"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rows_above_a_header_are_rows(tmp_path, kind):
    """A list that was sorted with its header: what sorts before it stands above."""
    lines = [
        ROW.format("가온", 1),
        "",
        ROW.format("나래", 2),
        "도서관명,소재지도로명주소,위도,경도",
        ROW.format("하늘", 3),
    ]
    path = written(tmp_path, "\n".join(lines))
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(line.split(","))
        path = tmp_path / "a.xlsx"
        book.save(path)
    rows = read_sites(path, layer="library")
    assert rows.frame["name"].tolist() == ["가온도서관", "나래도서관", "하늘도서관"]
    assert rows.frame["row"].tolist() == [1, 3, 5]
    assert (rows.frame["reason"] == "").all()
    assert rows.counted == rows.rows_read == 3


def test_titles_and_merged_headers_above_are_no_rows(tmp_path):
    text = "2026년 현황,,,\n단위: 개소,12.345,,\n도서관명,소재지도로명주소,위도,경도\n" + ROW.format(
        "가온", 1
    )
    assert read_sites(written(tmp_path, text), layer="library").rows_read == 1


@pytest.mark.parametrize("layer", ["library", None])
def test_a_list_without_a_header_row_is_told_so(tmp_path, layer):
    path = written(
        tmp_path, "\n".join(ROW.format(name, n) for n, name in enumerate(["가온", "나래"], start=1))
    )
    with pytest.raises(
        SiteFileError, match=r"row 1: the file has no header row.*가온도서관.*names of the columns"
    ):
        read_sites(path, layer=layer)


def test_headers_of_2019_and_a_total_in_another_column(tmp_path):
    book = openpyxl.Workbook()
    for line in (
        ["대여소_구", "대여소ID", "대여소명", "대여소주소", "위도", "경도", "거치대수"],
        ["중구", 301, "301. 시청", "서울특별시 중구 을지로 1", 37.5665, 126.978, 10],
        ["합 계", None, 1540, None, None, None, 19545],
    ):
        book.active.append(line)
    book.save(tmp_path / "a.xlsx")
    rows = read_sites(tmp_path / "a.xlsx")
    assert rows.layer.key == "bike_station"
    assert rows.frame[["code", "address"]].iloc[0].tolist() == ["301", "서울특별시 중구 을지로 1"]
    assert rows.frame["reason"].tolist() == ["", "not_a_site"]


def test_access_points_of_a_large_park_are_several_sites(tmp_path):
    """426 metres apart under one name: who lives beside the one is not beside the other."""
    lines = [
        f"W{n},뚝섬한강공원,광진구 강변북로 139,37.53,{127.07 + east / 88_400:.7f}"
        for n, east in enumerate((0, 20, 40, 426, 440))
    ]
    path = written(tmp_path, "\n".join(["관리번호,설치장소명,소재지도로명주소,위도,경도", *lines]))
    rows = read_sites(path, layer="public_wifi")
    built = add_up(sites.build([rows], AREA, surroundings_m=1e7))
    assert built.counts.iloc[0][["rows_read", "sites", "folded"]].tolist() == [5, 2, 3]
    apart = built.sites.geometry.iloc[0].distance(built.sites.geometry.iloc[1])
    assert 380 < apart < 440


def test_check_counts_inside_districts_where_it_is_told_which(tmp_path):
    """A list of any city: in its own districts, not in a rectangle around Seoul."""
    from sharemap.findings.checked import check_json, explained

    path = tmp_path / "list.csv"
    path.write_text(
        "name,lat,lon\nStadtbücherei,49.40721,8.68513\nMannheim,49.48741,8.46612\n", encoding="utf-8"
    )
    shape = box(8.66, 49.39, 8.72, 49.43)
    drawn = gpd.GeoDataFrame({"name": ["Altstadt"], "city": ["Heidelberg"]}, geometry=[shape], crs=4326)
    drawn.to_file(tmp_path / "area.geojson")
    area = read_area(tmp_path / "area.geojson", columns=BoundaryColumns(ward="city"))
    found = check_file(path, layer="library", area=area)
    assert (found.sites, found.set_aside, found.counted_in) == (1, 1, ("Heidelberg",))
    told = "\n".join(explained(found, "en"))
    assert "counted in Heidelberg" in told
    assert "outside Heidelberg: 1" in told
    assert "Seoul" not in told
    assert check_json(found, None)["counted_in"] == ["Heidelberg"]


def test_check_says_that_it_counts_a_rectangle(cases):
    from sharemap.findings.checked import check_json, explained

    found = check_file(cases / "mixed.csv")
    assert "서울 경계가 아니라 서울을 둘러싼 사각형(동경 126.7~127.25" in "\n".join(explained(found))
    assert "in a rectangle around Seoul (126.7 to 127.25 E" in "\n".join(explained(found, "en"))
    told = check_json(found)
    assert told["counted_in"] == [126.7, 37.4, 127.25, 37.72]
    assert told["mix"]["column"] == "구분"


# ------------------------------------------------------------------------------------------ doubtful positions


def test_twelve_addresses_at_one_point_are_no_positions(cases, caplog):
    read_sites(cases / "allsame.csv", layer="library")
    assert "12 rows of different addresses stand at one point" in caplog.text
    fixes = {one.key: one.rows for one in check_file(cases / "allsame.csv", layer="library").fixes}
    assert fixes == {"crowded": 12}


def test_degrees_with_a_decimal_or_two_are_no_positions(cases, caplog):
    read_sites(cases / "coarse.csv", layer="library")
    assert "3 positions have three decimals of a degree or fewer" in caplog.text
    fixes = {one.key: one.rows for one in check_file(cases / "coarse.csv", layer="library").fixes}
    assert fixes == {"coarse": 3}


def test_rooms_of_one_building_and_exact_positions_are_not_doubted(tmp_path, caplog):
    lines = [f"도서관{n},중구 을지로 1 {n}층,37.566512,126.978034" for n in range(1, 9)]
    lines += [f"도서관{n},중구 을지로 {n},37.56{n}512,126.97{n}034" for n in range(11, 90)]
    lines.append("도서관,중구 을지로 99,37.57,126.98")  # one of many may end in zeros
    read_sites(written(tmp_path, "\n".join(["도서관명,소재지도로명주소,위도,경도", *lines])), layer="library")
    assert not [one for one in caplog.records if one.levelname == "WARNING"]
