"""Every format is read back: what comes back is what was written, or is listed."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import unicodedata
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import shapely.affinity
import shapely.geometry
from hypothesis import given
from hypothesis import strategies as st

from sharemap import exports, pipeline
from sharemap.errors import MissingFileError, OutputError, StudyError
from sharemap.schema import TABLES, dictionary

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><b>굵게</b>",
    '=HYPERLINK("http://example.org")',
    "책방 📚 & <공유>",
    "뷁똠 펲시",
    "가" * 500,
    "]]>",
    "+1",
    "-1",
    "@SUM(A1)",
    "탭\t과 줄\n바꿈",
    "옛한글 ᄒᆞᆫ글",
    "글 \u202egnp.exe\u202c",
    "제어\x01\x08\x1f문자",
    "007",
]
#: A text that libraries in C take to end at its middle.
NUL = "널\x00끝"
#: What cp949 has no sign for, or a field of a Shapefile no room for.
NOT_IN_SHP = {3, 5, 11, 12}


@pytest.fixture(scope="module")
def run(sample_run):
    return sample_run


def hostile(crs: str = "EPSG:5179") -> gpd.GeoDataFrame:
    """Sites with names that programs stumble over, codes as text, empty cells and all kinds of columns."""
    number = len(HOSTILE)
    return gpd.GeoDataFrame(
        {
            "site_id": [f"00{at}" for at in range(number)],
            "name": pd.array(HOSTILE, dtype="str"),
            "address": pd.array([None, *["서울특별시 중구 세종대로 110"] * (number - 1)], dtype="str"),
            "capacity": [np.nan, *np.linspace(0.1, 7.3, number - 1)],
            "rows": np.arange(number) - 3,
            "floors": pd.array([None, *range(1, number)], dtype="Int64"),
            "ref_date": pd.array(["2024-02-29", "2024", *["2024-12"] * (number - 2)], dtype="str"),
            "in_area": [at % 2 == 0 for at in range(number)],
        },
        geometry=shapely.points(953_000 + np.arange(number) * 10.25, 1_950_000 + np.arange(number) * 7.5),
        crs=crs,
    )


def cells(frame: pd.DataFrame, column: str) -> list:
    """Values of a column as Python has them, None where there is none."""
    texts = frame[column].astype(object)
    return texts.where(frame[column].notna(), None).tolist()


def same_cells(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    assert len(found) == len(wanted)
    for column in wanted.columns.drop("geometry", errors="ignore"):
        if wanted[column].dtype.kind == "f":  # text formats write fifteen digits
            np.testing.assert_allclose(
                found[column].astype(float), wanted[column], rtol=1e-14, err_msg=column
            )
            continue
        assert cells(found, column) == cells(wanted, column), column


def same_ground(found: gpd.GeoDataFrame, wanted: gpd.GeoDataFrame, *, most_m: float) -> None:
    """Assert that no point and no edge moved by more than so many metres in the system of the original."""
    back, given = found.geometry.to_crs(wanted.crs).to_numpy(), wanted.geometry.to_numpy()
    assert len(back) == len(given)
    if (shapely.get_dimensions(given) < 2).any():
        moved = shapely.hausdorff_distance(back, given)
    else:  # a spike thinner than the grid may vanish, its ground may not
        between = shapely.area(shapely.symmetric_difference(shapely.make_valid(back), given))
        moved = between / shapely.length(given)
    assert np.isfinite(moved).all()
    assert moved.max() <= most_m


@pytest.mark.parametrize(
    ("column", "at", "value"),
    [
        ("rows", 4, 2),  # a value
        ("capacity", 0, 0.0),  # nothing that became zero
        ("capacity", 2, 1.30000001),
        ("floors", 0, 0),
        ("address", 0, ""),  # nothing that became a text
        ("site_id", 2, "2"),  # a leading zero
        ("name", 4, "뷁똠 펲?"),  # Hangul
        ("ref_date", 0, "2024-02-28"),  # a date
        ("in_area", 0, False),
    ],
)
def test_the_comparison_of_these_tests_sees_every_kind_of_loss(column, at, value):
    frame = hostile()
    spoilt = frame.astype({column: object})
    spoilt.loc[at, column] = value
    same_cells(frame.copy(), frame)
    with pytest.raises(AssertionError):
        same_cells(spoilt, frame)
    with pytest.raises(AssertionError):
        same_cells(frame.iloc[:-1], frame)
    with pytest.raises(AssertionError):
        same_ground(frame.set_geometry(frame.translate(0.05)), frame, most_m=0.02)


def features_of(path) -> tuple[dict, gpd.GeoDataFrame]:
    """A GeoJSON file as the standard library reads it: no reader that guesses dates or numbers."""
    content = json.loads(path.read_text(encoding="utf-8"))
    table = pd.DataFrame([feature["properties"] for feature in content["features"]])
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in content["features"]]
    return content, gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")


def test_geojson_comes_back_equal_and_follows_the_rfc(tmp_path):
    frame = hostile()
    exports.write_geojson(frame, tmp_path / "sites.geojson")
    content, found = features_of(tmp_path / "sites.geojson")
    same_cells(found, frame)
    same_ground(found, frame, most_m=0.002)  # eight decimals
    assert content["type"] == "FeatureCollection"
    assert "crs" not in content
    for feature in content["features"]:
        east, north = feature["geometry"]["coordinates"]  # in this order, two of them
        assert 126 < east < 128
        assert 37 < north < 38
        assert (round(east, 8), round(north, 8)) == (east, north)
    assert gpd.read_file(tmp_path / "sites.geojson").crs.to_epsg() == 4326


def test_rings_of_geojson_run_the_right_way_round(tmp_path):
    ring = shapely.box(953_000, 1_950_000, 953_100, 1_950_100).difference(
        shapely.box(953_020, 1_950_020, 953_050, 1_950_050)
    )
    both = shapely.MultiPolygon([ring, shapely.affinity.translate(ring, 500, 0)])
    shapes = [shapely.reverse(ring), shapely.reverse(both)]
    frame = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=shapes, crs="EPSG:5179")
    exports.write_geojson(frame, tmp_path / "a.geojson")
    found = features_of(tmp_path / "a.geojson")[1]
    same_ground(found, frame, most_m=0.02)
    parts = shapely.get_parts(found.geometry.to_numpy())
    assert len(parts) == 3
    assert all(part.exterior.is_ccw and not part.interiors[0].is_ccw for part in parts)


def test_a_polygon_with_a_thin_neck_stays_a_polygon_in_geojson(tmp_path):
    # the neck is a thousandth of what eight decimals tell apart: rounded, its sides lie on each other
    left, right = shapely.box(0, 0, 50, 50), shapely.box(100, 0, 150, 50)
    neck = shapely.box(49, 25, 101, 25.000001)
    thin = shapely.affinity.translate(shapely.union_all([left, right, neck]), 953_000, 1_950_000)
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[thin], crs="EPSG:5179")
    exports.write_geojson(frame, tmp_path / "a.geojson")
    content, found = features_of(tmp_path / "a.geojson")
    assert content["features"][0]["geometry"]["type"] in {"Polygon", "MultiPolygon"}
    assert found.geometry.is_valid.all()
    assert found.to_crs(frame.crs).area.sum() == pytest.approx(thin.area, abs=1)


@pytest.mark.parametrize("write", ["geojson", "gpkg"])
def test_a_text_goes_on_behind_a_nul(tmp_path, write):
    frame = hostile().assign(name=NUL)
    if write == "gpkg":
        exports.write_gpkg({"strange": frame}, tmp_path / "a.gpkg")
        names = gpd.read_file(tmp_path / "a.gpkg", layer="strange")["name"]
    else:
        exports.write_geojson(frame, tmp_path / "a.geojson")
        names = features_of(tmp_path / "a.geojson")[1]["name"]
    assert set(names) == {"널\ufffd끝"}
    assert set(frame["name"]) == {NUL}  # the caller's table stays as it was


def test_a_shapefile_comes_back_equal_but_for_what_it_lists(tmp_path):
    frame = hostile()
    lost = exports.write_shp({"sites": frame}, tmp_path, meanings={"sites": {"rows": "묶인행수"}})
    found = gpd.read_file(tmp_path / "sites.shp")
    fields = pd.read_csv(tmp_path / "field_dictionary.csv", encoding="utf-8-sig")
    assert (tmp_path / "sites.cpg").read_text().upper() in {"CP949", "949"}
    assert found.crs.to_epsg() == 5186
    assert fields.set_index("column").loc["rows", "meaning_ko"] == "묶인행수"
    back = found.rename(columns=dict(zip(fields["field"], fields["column"], strict=True)))
    written = frame.assign(in_area=frame["in_area"].astype(int))
    assert {field for field in found.columns if field != "geometry"} == set(fields["field"])
    for item in lost:
        assert written.loc[item.row, item.column] == item.text
        written.loc[item.row, item.column] = item.written
    same_cells(back, written)
    assert {(item.row, item.column) for item in lost} == {(row, "name") for row in NOT_IN_SHP}
    same_ground(back, frame, most_m=1e-6)
    projection = (tmp_path / "sites.prj").read_text()
    assert "Central_Belt_2010" in projection  # 200,000 east, 600,000 north: not the older 5181
    assert "600000" in projection


def test_a_shapefile_lists_what_its_fields_cut(tmp_path):
    parts = unicodedata.normalize("NFD", "도서관")  # as some file systems keep Hangul
    frame = hostile().assign(name="빈칸 ", address=NUL, ref_date=parts)
    lost = exports.write_shp({"sites": frame}, tmp_path, meanings={})
    found = gpd.read_file(tmp_path / "sites.shp")
    assert {(item.column, item.text, item.written) for item in lost} == {
        ("name", "빈칸 ", "빈칸"),
        ("address", NUL, "널?끝"),
        ("ref_date", parts, "도서관"),
    }
    shown = [set(found[column]) for column in ("name", "address", "ref_date")]
    assert shown == [{"빈칸"}, {"널?끝"}, {"도서관"}]


def test_a_table_of_polygons_and_points_becomes_a_shapefile_for_each(tmp_path):
    frame = gpd.GeoDataFrame(
        {"rank": [1, 2]},
        geometry=[shapely.Point(953_000, 1_950_000), shapely.box(0, 0, 9, 9)],
        crs="EPSG:5179",
    )
    exports.write_shp({"one_short": frame}, tmp_path, meanings={})
    assert len(gpd.read_file(tmp_path / "one_short_point.shp")) == 1
    assert gpd.read_file(tmp_path / "one_short_polygon.shp")["rank"].tolist() == [2]


def test_kml_shows_hostile_names_as_text(tmp_path):
    frame = hostile()
    frame.loc[len(HOSTILE) - 1, "name"] = NUL
    exports.write_kml(
        frame, tmp_path / "sites.kml", name="name", details={"address": "주소", "capacity": "규모"}
    )
    root = ET.parse(tmp_path / "sites.kml").getroot()  # noqa: S314  our own file
    space = {"k": "http://www.opengis.net/kml/2.2"}
    shown = [item.text for item in root.findall(".//k:Placemark/k:name", space)]
    forbidden = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML has no place for these
    assert shown == [forbidden.sub("\ufffd", name) for name in frame["name"]]
    texts = [item.text or "" for item in root.findall(".//k:Placemark/k:description", space)]
    assert "세종대로" in texts[1]
    assert "nan" not in "".join(texts)
    points = [item.text.split(",") for item in root.findall(".//k:Point/k:coordinates", space)]
    found = gpd.GeoSeries(shapely.points(np.array(points, dtype=float)[:, :2]), crs="EPSG:4326")
    same_ground(found.to_frame("geometry"), frame, most_m=0.02)


def test_a_description_of_kml_is_escaped_html(tmp_path):
    frame = hostile().assign(address="<script>alert(1)</script>")
    exports.write_kml(frame, tmp_path / "sites.kml", name="name", details={"address": "주소"})
    assert "&amp;lt;script&amp;gt;" in (tmp_path / "sites.kml").read_text(encoding="utf-8")


def test_a_geopackage_comes_back_equal_with_a_style_for_each_known_layer(tmp_path):
    frame = hostile().assign(layer=["toy_library", *["bookshop"] * (len(HOSTILE) - 1)])
    exports.write_gpkg({"sites": frame, "strange": frame}, tmp_path / "a.gpkg")
    found = gpd.read_file(tmp_path / "a.gpkg", layer="sites")
    same_cells(found, frame)
    assert shapely.equals_exact(found.geometry.to_numpy(), frame.geometry.to_numpy()).all()
    style = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="layer_styles", read_geometry=False)
    assert style["f_table_name"].tolist() == ["sites"]
    assert style.loc[0, "useAsDefault"]
    assert style["update_time"].notna().all()  # QGIS sorts by it and loads nothing without it
    with sqlite3.connect(tmp_path / "a.gpkg") as base:
        column = base.execute("select column_name from gpkg_geometry_columns").fetchone()[0]
    assert style.loc[0, "f_geometry_column"] == column
    document = ET.fromstring(style.loc[0, "styleQML"].split("\n", 1)[1])  # noqa: S314  our own text
    values = [item.get("value") for item in document.iter("category")]
    assert values == ["toy_library", "bookshop"]
    drawn = {item.get("name") for item in document.iter("symbol")}
    assert {item.get("symbol") for item in document.iter("category")} == drawn


def test_a_table_of_another_kind_is_written_without_a_style(tmp_path):
    exports.write_gpkg({"sites": hostile()}, tmp_path / "a.gpkg")  # no layers to tell apart
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "a.gpkg")] == ["sites"]


def test_qgis_draws_the_gaps_of_the_study_and_of_the_promise_first(run):
    style = pyogrio.read_dataframe(run / "gaps.gpkg", layer="layer_styles", read_geometry=False)
    document = ET.fromstring(style.loc[0, "styleQML"].split("\n", 1)[1])  # noqa: S314  our own text
    shown = [rule for rule in document.iter("rule") if rule.get("checkstate") == "1"]
    assert [rule.get("filter") for rule in shown] == [
        "\"profile\" = 'standard' AND \"key\" = 'all_groups' AND \"basis\" = 'known'"
    ]
    hidden = [rule for rule in document.iter("rule") if rule.get("checkstate") == "0"]
    frame = pipeline.RunFolder(run).table("gaps")
    assert len(hidden) == len(frame.drop_duplicates(["profile", "key"])) - 1


def test_geoparquet_comes_back_the_same(tmp_path):
    frame = hostile()
    frame.loc[0, "name"] = NUL
    exports.write_parquet(frame, tmp_path / "a.parquet")
    found = gpd.read_parquet(tmp_path / "a.parquet")
    same_cells(found, frame)
    assert found.dtypes.astype(str).to_dict() == frame.dtypes.astype(str).to_dict()
    assert shapely.equals_exact(found.geometry.to_numpy(), frame.geometry.to_numpy()).all()
    assert found.crs.to_epsg() == 5179


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_csv_comes_back_equal_but_for_what_it_lists(tmp_path, encoding):
    frame = pd.DataFrame(hostile().drop(columns="geometry"))
    written, lost = exports.storable(frame, "sites") if encoding == "cp949" else (frame, [])
    exports.write_csv(written, tmp_path / "a.csv", encoding=encoding)
    with (tmp_path / "a.csv").open(encoding=encoding, newline="") as file:
        head, *rows = csv.reader(file)
    found = pd.DataFrame(rows, columns=head).replace("", None)
    found["name"] = exports.unguarded(found["name"].astype("str"))
    assert {item.row for item in lost} == (NOT_IN_SHP - {5} if lost else set())  # 500 signs fit here
    for item in lost:
        assert frame.loc[item.row, item.column] == item.text
        assert "?" in item.written
    shown = {"in_area": {"True": True, "False": False}}
    for column in frame.columns:
        texts = cells(found, column)
        kind = {"capacity": float, "rows": int, "floors": int}.get(column, lambda text: text)
        values = [None if text is None else shown.get(column, {}).get(text, kind(text)) for text in texts]
        assert values == cells(written, column), column


@pytest.mark.parametrize("name", ["geojson", "gpkg", "parquet", "csv"])
def test_an_empty_table_comes_back_empty_with_its_columns(tmp_path, name):
    frame, path = hostile().iloc[:0], tmp_path / f"a.{name}"
    if name == "geojson":
        exports.write_geojson(frame, path)
        assert json.loads(path.read_text(encoding="utf-8"))["features"] == []
        return
    if name == "gpkg":
        exports.write_gpkg({"strange": frame}, path)
        found = gpd.read_file(path, layer="strange")
    elif name == "parquet":
        exports.write_parquet(frame, path)
        found = gpd.read_parquet(path)
    else:
        exports.write_csv(frame, path)
        found = pd.read_csv(path, encoding="utf-8-sig")
    assert len(found) == 0
    assert set(frame.columns) - {"geometry"} <= set(found.columns)


def test_short_names_are_unique_in_every_table_and_fit():
    for table in TABLES.values():
        short = exports.short_names(table.names)
        assert len({name.lower() for name in short.values()}) == len(table.names), table.name
        assert all(len(name) <= 10 and name.isascii() for name in short.values()), table.name


@given(st.lists(st.text(st.characters(codec="ascii"), min_size=1, max_size=30), unique=True, max_size=40))
def test_short_names_are_unique_for_any_columns(columns):
    short = exports.short_names(columns)
    assert len({name.lower() for name in short.values()}) == len(columns)
    assert all(0 < len(name) <= 10 for name in short.values())


@given(st.lists(st.none() | st.text(max_size=200), min_size=1, max_size=5))
def test_what_is_stored_can_be_read_back_and_the_rest_is_listed(texts):
    frame = pd.DataFrame({"name": pd.array(texts, dtype="str")})
    kept, lost = exports.storable(frame, "sites", most_bytes=254)
    for row, text in enumerate(kept["name"]):
        listed = [item for item in lost if item.row == row]
        if pd.isna(frame.loc[row, "name"]):
            assert pd.isna(text)
            continue
        assert len(text.encode("cp949")) <= 254
        assert (text == frame.loc[row, "name"]) == (not listed)
        assert not listed or (listed[0].text, listed[0].written) == (frame.loc[row, "name"], text)


def test_every_format_of_a_run_is_written_and_read_back(run, tmp_path):
    done = pipeline.export(
        run, tmp_path, formats=("gpkg", "geojson", "shp", "kml", "csv", "parquet"), encoding="cp949"
    )
    assert all(path.is_file() for path in done.files)
    source = pipeline.RunFolder(run)
    fields = pd.read_csv(tmp_path / "shp" / "field_dictionary.csv", encoding="utf-8-sig")
    assert fields["meaning_ko"].notna().all()
    lost = {(item.table, item.row, item.column): item.written for item in done.lost if item.format == "shp"}
    assert {item.table for item in done.lost if item.format == "csv"} > {"sites"}  # the sample has an emoji
    for name in ("sites", "villages", "blocks", "gaps"):
        frame = source.table(name)
        plain = pd.DataFrame(frame.drop(columns="geometry"))
        packed = gpd.read_file(tmp_path / "sharemap.gpkg", layer=name)
        same_cells(packed, plain)
        same_ground(packed, frame, most_m=1e-9)
        same_cells(gpd.read_parquet(tmp_path / f"{name}.parquet"), plain)
        content, found = features_of(tmp_path / f"{name}.geojson")
        assert "crs" not in content
        same_cells(found, plain)
        same_ground(found, frame, most_m=0.02)
        assert set(found.geom_type) <= {"Point", "Polygon", "MultiPolygon"}
        shape = gpd.read_file(tmp_path / "shp" / f"{name}.shp")
        mine = fields.loc[fields["file"] == f"{name}.shp"]
        shape = shape.rename(columns=dict(zip(mine["field"], mine["column"], strict=True)))
        for column in plain.columns:
            wanted = [lost.get((name, row, column), value) for row, value in enumerate(cells(plain, column))]
            wanted = [
                None if value == "" else int(value) if isinstance(value, bool) else value for value in wanted
            ]
            found_here = cells(shape, column)
            close = [
                got == pytest.approx(value, rel=1e-12) if isinstance(value, float) else got == value
                for got, value in zip(found_here, wanted, strict=True)
            ]
            assert all(close), (name, column)
        same_ground(shape, frame, most_m=1e-6)
        assert len(pd.read_csv(tmp_path / f"{name}.csv", encoding="cp949")) == len(frame)
    listed = pd.read_csv(tmp_path / "not_in_cp949.csv", encoding="utf-8-sig")
    assert len(listed) == len(done.lost)
    assert set(listed["format"]) == {"csv", "shp"}


def test_the_shares_of_dongs_are_those_of_the_table(run, tmp_path):
    pipeline.export(run, tmp_path, formats=("gpkg",), tables=("coverage",))
    found = gpd.read_file(tmp_path / "sharemap.gpkg", layer="coverage").set_index("dong_code")
    rows = pipeline.RunFolder(run).table("coverage_dong")
    rows = rows.loc[(rows["age_band"] == "all") & (rows["key"] == "all_groups")].set_index("dong_code")
    assert found["share_all_groups"].to_dict() == pytest.approx(rows["share"].to_dict(), nan_ok=True)
    assert found["residents"].to_dict() == rows["residents"].to_dict()
    assert len(pyogrio.list_layers(tmp_path / "sharemap.gpkg")) == 3  # dongs, dictionary, styles
    described = pyogrio.read_dataframe(
        tmp_path / "sharemap.gpkg", layer="data_dictionary", read_geometry=False
    )
    assert len(described) == len(dictionary())


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ({"formats": ("dwg",)}, "dwg"),
        ({"formats": ("csv",), "tables": ("nope",)}, "nope"),
        ({"formats": ("csv",), "encoding": "latin1"}, "latin1"),
    ],
)
def test_unknown_wishes_are_named(run, tmp_path, options, value):
    with pytest.raises(StudyError, match=value):
        pipeline.export(run, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_run_is_an_error(tmp_path):
    with pytest.raises(MissingFileError, match="finished run"):
        pipeline.export(tmp_path, tmp_path / "out", formats=("csv",))


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(run, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError):
        pipeline.export(run, tmp_path / "out", formats=("csv",))
    assert (tmp_path / "out").read_text() == "a file"


def test_a_minus_sign_of_ours_is_still_a_minus_in_cp949():
    kept, lost = exports.storable(
        pd.DataFrame({"why": ["가장 뒤지는 항목(\N{MINUS SIGN}2.6점)", "(-2.6점)"]}), "villages"
    )
    assert kept["why"].tolist() == ["가장 뒤지는 항목(-2.6점)", "(-2.6점)"]
    assert [item.row for item in lost] == [0]
