"""Every big connected part of the streets is walked by itself."""

from __future__ import annotations

import json
import logging
import re

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from real_study import study_of
from sharemap import network, pipeline, siting
from sharemap.network.islands import PIECE_M, left_out
from sharemap.reach import within
from sharemap.units import PROFILES

CRS = "EPSG:5179"
X0, Y0 = 955_000.0, 1_950_000.0
COUNTED = ("network", "sites", "reach", "coverage")


def street(length, x=0.0, y=0.0):
    return LineString([(X0 + x, Y0 + y), (X0 + x + length, Y0 + y)])


def streets_of(*parts, **columns):
    return network.from_lines(gpd.GeoDataFrame(columns, geometry=list(parts), crs=CRS))


def points(*xy):
    return gpd.GeoSeries([Point(X0 + x, Y0 + y) for x, y in xy], crs=CRS)


def test_a_second_piece_is_walked_and_what_is_shorter_is_an_island():
    streets = streets_of(street(5_000), street(PIECE_M, y=1_000), street(PIECE_M - 0.01, y=2_000))
    assert streets.edges.set_index("component")["length_m"].to_dict() == {
        0: 5_000.0,
        1: PIECE_M,
        2: PIECE_M - 0.01,
    }
    stops = network.snap(streets, points((50, 20), (50, 1_020), (50, 2_020), (50, 3_000)))
    assert stops["status"].tolist() == ["ok", "ok", "only_island", "too_far"]
    told = streets.report
    assert (told["pieces"], told["pieces_length_km"], told["main_length_km"]) == (2, 7.0, 5.0)
    assert (told["islands"], told["islands_length_km"]) == (1, 2.0)
    assert [row["length_m"] for row in told["other_pieces"]] == [PIECE_M]
    assert [row["length_m"] for row in told["largest_islands"]] == [PIECE_M - 0.01]


def test_a_point_joins_the_nearest_edge_of_any_piece_and_pieces_do_not_reach_each_other():
    streets = streets_of(street(5_000), street(4_000, y=100))
    homes = points((1_000, 40), (1_000, 60))
    stops = network.snap(streets, homes)
    assert streets.edges["component"].to_numpy()[stops["edge_id"].to_numpy(dtype=int)].tolist() == [0, 1]
    walks = within(streets, stops.iloc[:1].assign(site_id="north"), minutes=120).frame()
    reached = streets.nodes.geometry.iloc[walks["node_id"]].y.unique().tolist()
    assert reached == [Y0]


@pytest.mark.parametrize("kind", ["footway", "track", "cycleway", "service", "pedestrian"])
def test_a_fenced_garden_of_footways_is_an_island_however_long(kind):
    streets = streets_of(street(30_000), street(8_000, y=1_000), highway=["residential", kind])
    assert network.snap(streets, points((50, 1_010)))["status"].tolist() == ["only_island"]


def test_where_no_class_tells_of_addresses_all_streets_count():
    streets = streets_of(street(30_000), street(8_000, y=1_000), highway=["footway", "footway"])
    assert network.snap(streets, points((50, 1_010)))["status"].tolist() == ["ok"]


def test_the_longest_part_is_walked_however_short():
    assert network.snap(streets_of(street(100)), points((50, 10)))["status"].tolist() == ["ok"]


def test_each_walker_has_pieces_of_its_own():
    steps = LineString([(X0 + 3_000, Y0), (X0 + 3_000, Y0 + 30)])
    up = LineString([(X0 + 3_000, Y0 + 30), (X0 + 3_000, Y0 + 2_500)])
    streets = streets_of(street(3_000), steps, up, highway=["residential", "steps", "residential"])
    assert streets.report["pieces"] == 1
    wheels = streets.with_profile(PROFILES["wheelchair"])
    assert wheels.edges.loc[wheels.walked, "component"].nunique() == 2
    assert network.snap(wheels, points((3_010, 2_000)))["status"].tolist() == ["ok"]


def test_a_site_may_stand_at_the_corners_of_every_piece():
    streets = streets_of(street(5_000), street(4_000, y=100), street(300, y=900))
    corners = siting.corners(streets)
    assert sorted(set(corners.geometry.y - Y0)) == [0.0, 100.0]


def test_islands_are_told_by_dong():
    streets = streets_of(street(5_000, x=10), street(300, x=10, y=500), street(900, x=10, y=1_500))
    area = gpd.GeoSeries(
        [
            box(X0, Y0 - 10, X0 + 6_000, Y0 + 1_000),
            box(X0, Y0 + 1_000, X0 + 6_000, Y0 + 2_000),
            box(0, 0, 1, 1),
        ]
    )
    found = left_out(streets.edges, gpd.GeoDataFrame(geometry=area.to_list(), index=[4, 5, 6], crs=CRS))
    assert found.to_dict("index") == {
        4: {"length_m": 5_300.0, "island_m": 300.0},
        5: {"length_m": 900.0, "island_m": 900.0},
        6: {"length_m": 0.0, "island_m": 0.0},
    }


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6), st.integers(0, 6)),
        min_size=1,
        max_size=25,
    )
)
def test_pieces_are_those_that_networkx_finds(quads):
    parts = [
        LineString([(X0 + 800 * a, Y0 + 800 * b), (X0 + 800 * c, Y0 + 800 * d)])
        for a, b, c, d in quads
        if (a, b) != (c, d)
    ]
    if not parts:
        return
    streets = streets_of(*parts)
    graph = streets.to_networkx()
    length = {
        frozenset(nodes): sum(edge["length_m"] for _, _, edge in graph.subgraph(nodes).edges(data=True))
        for nodes in nx.connected_components(graph)
    }
    longest = max(length.values())
    of_node = {node: total for nodes, total in length.items() for node in nodes}
    expected = [of_node[u] >= PIECE_M or of_node[u] == longest for u in streets.edge_u]
    ties = [total for total in length.values() if total == longest]
    if len(ties) == 1 or longest >= PIECE_M:
        assert streets.walked.tolist() == expected


def served(folder, key):
    rows = pipeline.RunFolder(folder).table("coverage_dong").query("age_band == 'all'")
    rows = rows.loc[rows["key"] == key]
    return rows.set_index("dong_code")[["residents", "covered", "uncovered", "unknown"]].sort_index()


def test_each_bank_of_a_river_has_its_library(root, tmp_path, caplog):
    study = pipeline.read_study(root / "tests" / "cases" / "two_banks" / "study.toml")
    with caplog.at_level(logging.WARNING):
        pipeline.run(study, tmp_path / "out", only=COUNTED)
    assert served(tmp_path / "out", "library")["covered"].tolist() == [2_100.0, 2_100.0]
    assert "residents live" not in caplog.text
    summary = json.loads((tmp_path / "out" / "network" / "report.json").read_text())
    assert (summary["pieces"], summary["islands"]) == (2, 0)


def run_each_and_both(folder, text, field, names):
    """Run a study text of both places and of each; return the folders."""

    def run(chosen):
        here = folder / "-".join(chosen)
        here.mkdir()
        area = f"{field} = {json.dumps(chosen, ensure_ascii=False)}"
        (here / "study.toml").write_text(
            re.sub(rf"^{field} = .*$", area, text, flags=re.MULTILINE), encoding="utf-8"
        )
        pipeline.run(pipeline.read_study(here / "study.toml"), here / "out", only=COUNTED)
        return here / "out"

    return run(names), [run([name]) for name in names]


def assert_sum(both, each, key):
    apart = pd.concat([served(folder, key) for folder in each]).sort_index()
    pd.testing.assert_frame_equal(served(both, key), apart)


@pytest.mark.real
@pytest.mark.slow
def test_two_dongs_that_do_not_touch_are_the_sum_of_two_studies(shared_data, root, tmp_path):
    text = (root / "tests" / "cases" / "two_dongs_apart.toml").read_text(encoding="utf-8")
    text = text.replace('"../data/', f'"{shared_data}/')
    both, each = run_each_and_both(tmp_path, text, "dongs", ["중구 소공동", "노원구 중계1동"])
    for key in ("library", "bike_station"):
        assert_sum(both, each, key)
    for folder in (both, each[1]):
        assert served(folder, "bike_station").loc["1135062100", ["residents", "covered"]].tolist() == [
            27_764,
            27_764,
        ]
        library = served(folder, "library").loc["1135062100", "covered"]
        assert library == pytest.approx(27_040, abs=2)  # published when residents were whole persons


@pytest.mark.real
@pytest.mark.slow
def test_two_wards_that_do_not_touch_are_the_sum_of_two_studies(shared_data, tmp_path):
    path = study_of(shared_data, tmp_path, extract="seoul", wards=["금천구", "도봉구"], minutes=[15]).path
    both, each = run_each_and_both(tmp_path, path.read_text(encoding="utf-8"), "wards", ["금천구", "도봉구"])
    for key in ("library", "bike_station", "open_facility", "public_wifi"):
        assert_sum(both, each, key)
