"""Streets as lines of any map file: what meets where, what is left out, the same town through every door."""

from __future__ import annotations

import shutil

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

from sharemap import network
from sharemap.errors import ExtractError, GeometryError, MissingFileError, StudyError
from sharemap.network import Joining
from sharemap.sources.street_lines import read_street_lines

CRS = "EPSG:5179"
X0, Y0 = 955_000.0, 1_950_000.0
MEET = Joining()


def line(*xy):
    return LineString([(X0 + x, Y0 + y) for x, y in xy])


def frame(*parts, crs=CRS, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(parts), crs=crs)


def pieces(streets):
    return streets.edges["component"].nunique()


# --- where lines meet -------------------------------------------------------------------------------------------


def test_lines_meet_at_a_common_vertex_wherever_it_lies():
    """As ways of OSM exported without being cut at junctions."""
    cross = frame(line((0, 0), (50, 0), (100, 0)), line((50, -30), (50, 0), (50, 40)))
    streets = network.from_lines(cross, joining=MEET)
    assert (pieces(streets), len(streets.edges), streets.edges["length_m"].sum()) == (1, 4, 170.0)
    assert pieces(network.from_lines(cross)) == 2
    touching = frame(line((0, 0), (50, 0), (100, 0)), line((50, 0), (50, 40)))
    assert pieces(network.from_lines(touching, joining=MEET)) == 1


def test_lines_meet_at_crossings_only_when_told_and_never_below_a_bridge():
    plain = frame(line((0, 0), (100, 0)), line((50, -30), (50, 40)), bridge=[False, False])
    assert pieces(network.from_lines(plain, joining=MEET)) == 2
    met = network.from_lines(plain, joining=Joining(crossings=True))
    assert (pieces(met), met.report["crossings_joined"]) == (1, 1)
    assert sorted(met.edges["length_m"]) == [30.0, 40.0, 50.0, 50.0]
    assert met.edges.set_index("length_m").loc[30.0, "source_ids"] == "1"
    bridged = plain.assign(bridge=[False, True])
    assert pieces(network.from_lines(bridged, joining=Joining(crossings=True))) == 2


def test_an_end_on_another_line_meets_it_at_a_crossing():
    touching = frame(line((0, 0), (100, 0)), line((50, 0), (50, 40)), line((20, -10), (20, 0)))
    met = network.from_lines(touching, joining=Joining(crossings=True))
    assert (pieces(met), met.edges["length_m"].sum()) == (1, 150.0)
    assert sorted(met.edges["length_m"]) == [10.0, 20.0, 30.0, 40.0, 50.0]


def test_many_lines_through_one_place_meet_in_one_node():
    star = frame(*(line((0, 0), (100 * np.cos(a), 100 * np.sin(a)), (200, 500 * a)) for a in (0.1, 0.5, 0.9)),
                 line((50, -80), (50, 300)))  # fmt: skip
    met = network.from_lines(star, joining=Joining(crossings=True))
    assert pieces(met) == 1
    through = frame(line((-10, 0), (10, 0)), line((0, -10), (0, 10)), line((-10, -10), (10, 10)))
    met = network.from_lines(through, joining=Joining(crossings=True))
    assert (met.report["crossings_joined"], len(met.nodes)) == (1, 7)


def test_gaps_are_closed_within_the_length_that_is_said():
    apart = frame(
        line((0, 0), (100, 0)), line((102, 0), (200, 0)), line((50, 3), (50, 60)), line((150, 8), (150, 70))
    )
    assert pieces(network.from_lines(apart, joining=MEET)) == 4
    closed = network.from_lines(apart, joining=Joining(gap_m=5))
    assert (pieces(closed), closed.report["gaps_closed"]) == (2, 2)
    assert closed.edges["length_m"].sum() == pytest.approx(100 + 98 + 57 + 62 + 2 + 3)
    all_closed = network.from_lines(apart, joining=Joining(gap_m=8))
    assert (pieces(all_closed), all_closed.report["gaps_closed"]) == (1, 3)
    for wrong in (-1.0, float("nan"), 50.0):
        with pytest.raises(GeometryError, match="short length"):
            Joining(gap_m=wrong)


def test_an_end_above_a_tunnel_is_not_led_into_it():
    above = frame(
        line((0, 0), (100, 0)), line((50, 3), (50, 60)), line((102, 1), (150, 1)), tunnel=["yes", None, "no"]
    )
    closed = network.from_lines(above, joining=Joining(gap_m=5))
    assert (pieces(closed), closed.report["gaps_closed"]) == (2, 1)  # at its mouth it is


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=2, max_size=9))
def test_at_crossings_lines_meet_as_shapely_nodes_them(quads):
    """Brute force: lines are in one piece exactly when a chain of lines touches; metres stay what they are."""
    parts = [line((70 * a, 70 * b), (70 * c, 70 * d)) for a, b, c, d in quads if (a, b) != (c, d)]
    parts = [one for i, one in enumerate(parts) if all(_no_overlap(one, other) for other in parts[:i])]
    if not parts:
        return
    met = network.from_lines(frame(*parts), joining=Joining(crossings=True))
    label = list(range(len(parts)))
    for i, one in enumerate(parts):
        for j in range(i):
            if one.distance(parts[j]) < 1e-6:
                label = [label[j] if mark == label[i] else mark for mark in label]
    assert pieces(met) == len(set(label))
    assert met.edges["length_m"].sum() == pytest.approx(
        sum(one.length for one in parts), abs=0.02 * len(met.edges)
    )


def _no_overlap(one, other):
    return one.intersection(other).length < 1e-6


def test_lines_that_do_not_hang_together_are_warned_of(caplog):
    grid = [line((0, 100 * k), (900, 100 * k)) for k in range(10)] + [
        line((100 * k + 50, -50), (100 * k + 50, 950)) for k in range(9)
    ]
    network.from_lines(frame(*grid), joining=MEET)
    assert "of the street lines hang together" in caplog.text
    caplog.clear()
    streets = network.from_lines(frame(*grid), joining=Joining(crossings=True))
    assert not caplog.records
    assert streets.report["main_length_km"] == streets.report["length_km"]


# --- files ------------------------------------------------------------------------------------------------------


def odd_lines():
    return frame(
        MultiLineString([line((0, 0), (100, 0)), line((100, 0), (100, 50))]),
        LineString([(X0 + 100, Y0 + 50, 30.0), (X0 + 200, Y0 + 50, 31.0)]),
        line((200, 50), (100, 50)),
        line((5, 5), (5, 5)),
        Point(X0, Y0),
        None,
        line((100, 50), (120, 70)),
        highway=["residential", "footway", "footway", "path", "path", "path", "steps"],
        bridge=["no", "F", "F", "yes", None, None, None],
        name=["가길", None, None, "나길", "", "", "다길"],
    )


def written(tmp_path, kind, lines, crs):
    lines = lines.to_crs(crs)
    path = tmp_path / f"streets.{kind}"
    if kind == "parquet":
        lines.to_parquet(path)
    elif kind == "shp":
        flat = lines.loc[lines.geom_type.isin(["LineString", "MultiLineString"])]
        flat.set_geometry(shapely.force_2d(np.asarray(flat.geometry)), crs=crs).to_file(
            path, encoding="utf-8"
        )
    else:
        lines.to_file(path)
    return path


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:5186", "EPSG:5179"])
@pytest.mark.parametrize("kind", ["gpkg", "parquet", "shp", "geojson"])
@pytest.mark.filterwarnings("ignore")
def test_the_same_lines_come_out_of_every_format_and_crs(tmp_path, kind, crs):
    if kind == "geojson" and crs != "EPSG:4326":
        return
    lines = read_street_lines(written(tmp_path, kind, odd_lines(), crs))
    assert len(lines) == 4
    assert lines["highway"].tolist() == ["residential", "residential", "footway", "steps"]
    counts = lines.attrs["lines"]
    assert (counts["without_length"], counts["twice"]) == (1, 1)
    if kind != "shp":
        assert (counts["rows"], counts["parts"], counts["not_lines"], counts["empty"]) == (7, 6, 1, 1)
        assert lines["source_ids"].tolist() == ["0", "0", "1", "6"]
    streets = network.from_lines(lines.to_crs(CRS), joining=MEET)
    assert streets.edges["length_m"].sum() == pytest.approx(250 + np.hypot(20, 20), abs=0.05)
    assert pieces(streets) == 1
    assert streets.edges.loc[streets.edges["steps"], "name"].tolist() == ["다길"]
    assert not streets.edges["bridge"].any()


def test_of_several_layers_the_study_chooses(tmp_path):
    path = tmp_path / "two.gpkg"
    frame(line((0, 0), (100, 0))).to_file(path, layer="roads")
    frame(line((0, 0), (300, 0))).to_file(path, layer="paths")
    frame(Point(X0, Y0)).to_file(path, layer="trees")
    with pytest.raises(ExtractError, match=r"several layers.*\['roads', 'paths'\].*lines_layer"):
        read_street_lines(path)
    assert read_street_lines(path, layer="paths").length.tolist() == [300.0]
    with pytest.raises(ExtractError, match=r"two\.gpkg.*cannot be read"):
        read_street_lines(path, layer="rivers")


def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(MissingFileError, match=r"none\.gpkg"):
        read_street_lines(tmp_path / "none.gpkg")
    (tmp_path / "bad.gpkg").write_text("no map")
    with pytest.raises(ExtractError, match=r"bad\.gpkg.*no map file"):
        read_street_lines(tmp_path / "bad.gpkg")
    frame(Point(X0, Y0)).to_parquet(tmp_path / "points.parquet")
    with pytest.raises(ExtractError, match=r"points\.parquet.*no line"):
        read_street_lines(tmp_path / "points.parquet")
    frame(line((0, 0), (100, 0)), crs=None).to_parquet(tmp_path / "bare.parquet")
    with pytest.raises(ExtractError, match="do not say their coordinate system"):
        read_street_lines(tmp_path / "bare.parquet")
    frame(line((0, 0), (100, 0)), crs=4326).to_parquet(tmp_path / "lying.parquet")
    with pytest.raises(ExtractError, match="in degrees, but their numbers are none"):
        read_street_lines(tmp_path / "lying.parquet")


def test_marks_are_read_as_geofabrik_and_osmnx_write_them(tmp_path):
    path = tmp_path / "marks.parquet"
    lines = frame(line((0, 0), (9, 0)), line((9, 0), (19, 0)), line((19, 0), (29, 0)))
    lines.assign(
        fclass=["steps", "footway", "primary"], bridge=["F", "T", "F"], tunnel=["T", "F", "F"]
    ).to_parquet(path)
    edges = network.from_lines(read_street_lines(path), joining=MEET).edges.set_index("highway")
    assert edges[["steps", "bridge", "tunnel"]].to_numpy().tolist() == [
        [False, True, False] if kind == "footway" else [kind == "steps", False, kind == "steps"]
        for kind in edges.index
    ]


@pytest.mark.real
def test_wuhan_is_as_long_as_it_was_given(shared_data):
    lines = read_street_lines(shared_data / "cities" / "wuhan.parquet")
    assert lines.attrs["lines"]["rows"] == 92_667
    streets = network.from_lines(lines, joining=MEET)
    assert streets.report["length_km"] == pytest.approx(7_185.1, rel=0.001)
    assert streets.report["main_length_km"] > 0.99 * streets.report["length_km"]


# --- a study ------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_a_study_walks_on_lines_as_on_the_extract_that_they_are_from(root, tmp_path, caplog):
    from sharemap import pipeline

    case = tmp_path / "case"
    shutil.copytree(root / "tests" / "cases" / "two_banks", case)
    area = gpd.read_file(case / "dong.geojson").to_crs(CRS)
    streets = network.from_pbf(case / "s.osm", area)
    edges = streets.edges[["highway", "name", "geometry"]]
    beside = gpd.GeoDataFrame(
        {"highway": ["motorway", "track"]},
        geometry=[edges.geometry[0].parallel_offset(30), edges.geometry[0].parallel_offset(60)],
        crs=CRS,
    )
    pd.concat([edges, beside]).to_crs(4326).to_file(case / "s.gpkg", layer="streets")
    study = (case / "study.toml").read_text()
    lines = 'lines = "s.gpkg"\nexclude_highway = ["track"]'
    (case / "study.toml").write_text(study.replace('extract = "s.osm"', lines))
    pipeline.run(
        pipeline.read_study(case / "study.toml"),
        tmp_path / "out",
        only=("network", "sites", "reach", "coverage"),
    )
    folder = pipeline.RunFolder(tmp_path / "out")
    rows = folder.table("coverage_dong").query("age_band == 'all' and key == 'library'")
    assert rows["covered"].tolist() == [2_100.0, 2_100.0]
    report = folder.json("network/report.json")
    assert report["lines"]["rows"] == len(edges) + 2
    assert set(folder.table("edges")["highway"]) == {"residential", "motorway"}
    assert "km of the street lines are motorways and trunk roads" in caplog.text
    assert folder.table("edges")["source_ids"].notna().all()
    (case / "study.toml").write_text(study.replace('extract = "s.osm"', 'lines = "s.gpkg"\nlines_gap_m = 99'))
    with pytest.raises(StudyError, match=r"study\.toml.*lines_gap_m.*short length"):
        pipeline.read_study(case / "study.toml")
