"""Every format is read back: what comes back is what was written, or is listed."""

from __future__ import annotations

import sqlite3
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
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
]


def hostile(crs: str = "EPSG:5179") -> gpd.GeoDataFrame:
    """Sites with names that programs stumble over, codes as text, empty cells and all kinds of columns."""
    number = len(HOSTILE)
    return gpd.GeoDataFrame(
        {
            "site_id": [f"00{at}" for at in range(number)],
            "name": pd.array(HOSTILE, dtype="str"),
            "address": pd.array([None, *["서울특별시 중구 세종대로 110"] * (number - 1)], dtype="str"),
            "capacity": [np.nan, *np.linspace(0.1, 7.3, number - 1)],
            "rows": np.arange(number),
            "in_area": [at % 2 == 0 for at in range(number)],
        },
        geometry=shapely.points(953_000 + np.arange(number) * 10.25, 1_950_000 + np.arange(number) * 7.5),
        crs=crs,
    )


def same_cells(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    for column in wanted.columns.drop("geometry", errors="ignore"):
        if wanted[column].dtype.kind == "f":  # text formats write fifteen digits
            np.testing.assert_allclose(found[column], wanted[column], rtol=1e-14, err_msg=column)
            continue
        expected = wanted[column].astype(object).where(wanted[column].notna(), None).tolist()
        got = found[column].astype(object).where(found[column].notna(), None).tolist()
        assert got == expected, column


def test_geojson_comes_back_equal_and_follows_the_rfc(tmp_path):
    frame = hostile()
    exports.write_geojson(frame, tmp_path / "sites.geojson")
    found = gpd.read_file(tmp_path / "sites.geojson")
    assert found.crs.to_epsg() == 4326
    same_cells(found, frame)
    assert found.to_crs(frame.crs).geometry.distance(frame.geometry).max() < 0.02  # seven decimals
    assert '"crs"' not in (tmp_path / "sites.geojson").read_text(encoding="utf-8")


def test_rings_of_geojson_run_the_right_way_round(tmp_path):
    ring = shapely.box(953_000, 1_950_000, 953_100, 1_950_100).difference(
        shapely.box(953_020, 1_950_020, 953_050, 1_950_050)
    )
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.reverse(ring)], crs="EPSG:5179")
    exports.write_geojson(frame, tmp_path / "a.geojson")
    found = gpd.read_file(tmp_path / "a.geojson").geometry[0]
    assert found.exterior.is_ccw
    assert not found.interiors[0].is_ccw


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
    for item in lost:
        assert written.loc[item.row, item.column] == item.text
        written.loc[item.row, item.column] = item.written
    same_cells(back, written)
    assert {(item.row, item.column) for item in lost} == {
        (3, "name"),
        (5, "name"),
    }  # the emoji, the 500 signs
    assert back.geometry.to_crs(frame.crs).distance(frame.geometry).max() < 1e-6


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
    exports.write_kml(
        frame, tmp_path / "sites.kml", name="name", details={"address": "주소", "capacity": "규모"}
    )
    root = ET.parse(tmp_path / "sites.kml").getroot()  # noqa: S314  our own file
    space = {"k": "http://www.opengis.net/kml/2.2"}
    assert [item.text for item in root.findall(".//k:Placemark/k:name", space)] == HOSTILE
    texts = [item.text or "" for item in root.findall(".//k:Placemark/k:description", space)]
    assert "세종대로" in texts[1]
    assert "nan" not in "".join(texts)
    found = gpd.read_file(tmp_path / "sites.kml")
    assert found.to_crs(frame.crs).geometry.distance(frame.geometry).max() < 0.02


def test_a_description_of_kml_is_escaped_html(tmp_path):
    frame = hostile().assign(address="<script>alert(1)</script>")
    exports.write_kml(frame, tmp_path / "sites.kml", name="name", details={"address": "주소"})
    assert "&amp;lt;script&amp;gt;" in (tmp_path / "sites.kml").read_text(encoding="utf-8")


def test_a_geopackage_comes_back_equal_with_a_style_for_each_known_layer(tmp_path):
    frame = hostile().assign(layer=["toy_library", "bookshop"] * 3)
    exports.write_gpkg({"sites": frame, "strange": frame}, tmp_path / "a.gpkg")
    found = gpd.read_file(tmp_path / "a.gpkg", layer="sites")
    same_cells(found, frame)
    assert found.geometry.equals(frame.geometry)
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


@pytest.fixture(scope="module")
def run(sample_run):
    return sample_run


def test_every_format_of_a_run_is_written_and_read_back(run, tmp_path):
    done = pipeline.export(
        run, tmp_path, formats=("gpkg", "geojson", "shp", "kml", "csv", "parquet"), encoding="cp949"
    )
    assert all(path.is_file() for path in done.files)
    source = pipeline.RunFolder(run)
    for name in ("sites", "villages", "blocks"):
        frame = source.table(name)
        for file, layer in (("sharemap.gpkg", name), (f"{name}.geojson", None), (f"shp/{name}.shp", None)):
            found = gpd.read_file(tmp_path / file, layer=layer)
            assert len(found) == len(frame), file
            assert abs(found.to_crs(5179).area.sum() - frame.area.sum()) <= 1e-4 * max(frame.area.sum(), 1), (
                file
            )
        assert len(pd.read_csv(tmp_path / f"{name}.csv", encoding="cp949")) == len(frame)
        assert gpd.read_parquet(tmp_path / f"{name}.parquet").geometry.equals(frame.geometry)
    listed = pd.read_csv(tmp_path / "not_in_cp949.csv", encoding="utf-8-sig") if done.lost else []
    assert len(listed) == len(done.lost)


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
