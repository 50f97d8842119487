"""The account of rows begins with what the file holds, counted by another way: a reader that loses rows is found out."""

from __future__ import annotations

import json
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPoint, Point

from sharemap import sites
from sharemap.sources.files import map_features, text
from sharemap.sources.files.raw import RawTable
from sharemap.sources.published import read_table
from sharemap.sources.sites import read_sites
from two_dongs import AREA, add_up

NUMBER = 7
ROWS = pd.DataFrame(
    {
        "도서관명": [f"가온도서관{n}" for n in range(NUMBER)],
        "소재지도로명주소": [f"중구 을지로 {n}" for n in range(NUMBER)],
        "위도": [37.56 + n / 100 for n in range(NUMBER)],
        "경도": [126.98] * NUMBER,
    }
)


def spots(rows):
    shapes = [Point(spot) for spot in zip(rows["경도"], rows["위도"], strict=True)]
    return gpd.GeoDataFrame(rows[["도서관명", "소재지도로명주소"]], geometry=shapes, crs=4326)


def published(folder, kind, rows=ROWS):
    path = folder / f"a.{kind}"
    if kind == "csv":
        rows.to_csv(path, index=False)
    elif kind == "xlsx":
        with pd.ExcelWriter(path, engine="xlsxwriter") as book:
            rows.to_excel(book, index=False, startrow=2, sheet_name="현황")
            book.book.get_worksheet_by_name("현황").write(0, 0, "현황")
    elif kind == "json":
        path.write_text(json.dumps({"fields": [{"id": "x"}] * 50, "records": rows.to_dict("records")}))
    elif kind in {"geojson", "gpkg"}:
        spots(rows).to_file(path)
    elif kind == "parquet":
        spots(rows).to_parquet(path)
    elif kind == "zip":
        spots(rows).to_file(folder / "a.gpkg")
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(folder / "a.gpkg", "자료/a.gpkg")
    return path


KINDS = ("csv", "xlsx", "json", "geojson", "gpkg", "parquet", "zip")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_is_what_the_file_holds(tmp_path, kind, caplog):
    rows = read_sites(published(tmp_path, kind), layer="library")
    counts = add_up(sites.build([rows], AREA, surroundings_m=1e7)).counts.iloc[0]
    assert (counts["rows_read"], counts["counted"]) == (NUMBER, NUMBER)
    assert "do not trust" not in caplog.text


def sabotage(monkeypatch, kind):
    """Let the reader of a kind lose one row on its way, as a fault of it would."""
    if kind in {"csv", "xlsx"}:
        cut = text._cut

        def shortened(*args):
            for cells, rows in cut(*args):
                yield cells[:-1], rows[:-1]

        monkeypatch.setattr(text, "_cut", shortened)
    elif kind == "json":
        from sharemap.sources.files import reading

        found = reading.json_records
        monkeypatch.setattr(reading, "json_records", lambda *args, **more: found(*args, **more)[:-1])
    else:
        layers = map_features.read_layers

        def shortened_layers(*args, **more):
            return [type(one)(name=one.name, frame=one.frame.iloc[:-1]) for one in layers(*args, **more)]

        monkeypatch.setattr(map_features, "read_layers", shortened_layers)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_that_loses_a_row_is_found_out(tmp_path, kind, caplog, monkeypatch):
    path = published(tmp_path, kind)
    sabotage(monkeypatch, kind)
    rows = read_sites(path, layer="library")
    counts = sites.build([rows], AREA, surroundings_m=1e7).counts.iloc[0]
    assert (counts["rows_read"], counts["counted"]) == (NUMBER - 1, NUMBER)
    assert "the file holds" in caplog.text
    assert "do not trust its counts" in caplog.text


def test_a_large_table_read_in_pieces_is_counted_too(tmp_path, monkeypatch, caplog):
    from sharemap.sources.around import Around

    monkeypatch.setattr(text, "_MOST_CELLS", 500)
    monkeypatch.setattr(text, "_CELLS_A_PIECE", 200)
    path = published(tmp_path, "csv", pd.concat([ROWS] * 100))
    rows = read_sites(path, layer="library", near=Around(AREA, 1e7))
    assert (rows.rows_read, rows.counted) == (100 * NUMBER, 100 * NUMBER)
    again = RawTable.pieces

    def one_less(table):
        pieces = list(again(table))
        yield from pieces[:-1]

    monkeypatch.setattr(RawTable, "pieces", one_less)
    rows = read_sites(path, layer="library", near=Around(AREA, 1e7))
    assert rows.rows_read < rows.counted == 100 * NUMBER
    assert "do not trust its counts" in caplog.text


def test_features_of_several_points_and_rows_that_are_not_read_count(tmp_path, cases, caplog):
    for name in ("multipoint.geojson", "two_layers.gpkg", "mixed.csv", "ragged.csv", "shp_in_folder.zip"):
        rows = read_sites(cases / name, layer="library")
        assert rows.rows_read == rows.counted, name
    rows = read_sites(cases / "hidden.xlsx", layer="library")
    assert (rows.rows_read, rows.counted, dict(rows.aside.reasons)) == (3, 3, {"other_table": 1})
    rows = read_sites(cases / "xls_codepage1252_utf16.xls", layer="library")
    assert (rows.rows_read, rows.counted) == (1, 1)
    shape = MultiPoint([(126.98, 37.56), (126.99, 37.57)])
    frame = gpd.GeoDataFrame({"도서관명": ["가온", "나래"]}, geometry=[shape, Point(127.0, 37.5)], crs=4326)
    frame.to_file(tmp_path / "a.gpkg")
    rows = read_sites(tmp_path / "a.gpkg", layer="library")
    assert (rows.rows_read, rows.counted) == (3, 3)
    assert "do not trust" not in caplog.text


CELLS = st.text(alphabet='가나,;|"\n\t a1', max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=12))
def test_any_cells_any_quotes(tmp_path, rows):
    """Line breaks, marks and quotation marks in cells, blank rows: both ways count the same records."""
    import csv

    from sharemap.errors import SiteFileError

    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("명칭", "위도", "경도"), *rows])
    try:
        table = read_table(path)
    except SiteFileError:
        return  # no row with anything in it, or cells that look like rows swallowed by a quotation mark
    assert table.records == table.above + len(table.frame)
