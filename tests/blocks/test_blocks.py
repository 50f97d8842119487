"""Blocks: hand-drawn cities with known faces, invariants on random ones, and 중구."""

from __future__ import annotations

import geopandas as gpd
import momepy
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from drawn_streets import CITY, WARD, area, barriers, demand, street, tiles
from sharemap import blocks
from sharemap.errors import AreaError, GeometryError, StudyError
from sharemap.schema import check


def test_a_drawn_city_has_the_blocks_that_one_sees():
    found = blocks.enclose(barriers(*CITY), WARD)
    seen = found.sort_values("area_m2")[["kind", "area_m2", "dong_name", "streets"]].to_numpy().tolist()
    assert seen == [
        ["street_space", 160 * 16.0, "한울1동", "큰길;마루길"],
        ["street_space", 240 * 16.0, "한울2동", "큰길;마루길"],
        ["block", 160 * 142.0, "한울1동", "큰길;마루길"],
        ["block", 160 * 142.0, "한울1동", "큰길;마루길"],
        ["block", 240 * 142.0, "한울2동", "큰길;마루길"],
        ["block", 240 * 142.0, "한울2동", "큰길;마루길"],
    ]
    tiles(found, WARD)


def test_longer_shared_side_comes_first_and_a_touched_corner_does_not_count():
    rows = (
        street("긴길", (0, 50), (100, 50)),
        street("짧은길", (60, 0), (60, 50)),
        street("모퉁이길", (100, 50), (150, 50)),
        street(" ", (100, 20), (60, 20)),
    )
    found = blocks.enclose(barriers(*rows), area((0, 0, 100, 100)))
    assert sorted(found["streets"]) == ["긴길", "긴길;짧은길", "긴길;짧은길", "짧은길"]


@pytest.mark.parametrize(
    ("rule", "spaces"),
    [
        (blocks.SliverRule(), 2),
        (blocks.SliverRule(median_width_m=15.9), 0),
        (
            blocks.SliverRule(median_share=0.99, both_sides_share=0.99),
            0,
        ),  # a share of their outlines is 마루길 and the border
        (blocks.SliverRule(median_width_m=0, min_width_m=16.5), 2),
        (blocks.SliverRule(median_width_m=0, min_area_m2=3000), 1),
    ],
)
def test_the_sliver_rule_decides_what_is_street_space(rule, spaces):
    found = blocks.enclose(barriers(*CITY), WARD, sliver=rule)
    assert (found["kind"] == "street_space").sum() == spaces


def test_the_strip_between_two_lanes_of_one_street_is_no_block_however_short():
    #  한길 =====+====+=====    the piece between the two side streets is 20 m by 18 m; half of its outline and more
    #  한길 =====+====+=====    is 한길. A plot of the same size at a corner of two main streets is a block.
    lanes = [street("한길", (0, y), (100, y), highway="primary") for y in (50, 68)]
    sides = [street(f"옆길{x}", (x, 0), (x, 100)) for x in (40, 60)]
    found = blocks.enclose(
        barriers(*lanes, *sides), area((0, 0, 100, 100)), sliver=blocks.SliverRule(both_sides_share=0.5)
    )
    piece = found[found.geometry.contains(Point(50, 60))]
    assert piece[["kind", "area_m2"]].to_numpy().tolist() == [["street_space", 360.0]]
    lanes[1] = street("딴길", (0, 68), (100, 68), highway="primary")
    found = blocks.enclose(
        barriers(*lanes, *sides), area((0, 0, 100, 100)), sliver=blocks.SliverRule(both_sides_share=0.5)
    )
    assert found.loc[found.geometry.contains(Point(50, 60)), "kind"].tolist() == ["block"]


def test_a_row_of_houses_between_alleys_stays_a_block():
    # 14 m between the centre lines of two alleys leaves 8 m of plot: narrow, but people live there
    rows = (street("가길", (0, 40), (90, 40)), street("나길", (0, 54), (90, 54)))
    found = blocks.enclose(barriers(*rows), area((0, 0, 90, 100)))
    assert set(found["kind"]) == {"block"}


def test_a_stream_that_its_lake_covers_wholly_hands_no_empty_line_on(monkeypatch):
    handed = []  # an empty line is a segmentation fault from momepy 1.0 on
    enclosures = momepy.enclosures
    monkeypatch.setattr(
        momepy, "enclosures", lambda lines, **how: handed.append(lines) or enclosures(lines, **how)
    )
    lake = box(20, 20, 80, 80)
    rows = [
        *CITY,
        ("water", None, "큰못", lake),
        ("water", None, "개울", LineString([(50, 30), (50, 70)])),
        ("water", None, "빈 줄", LineString()),
    ]
    with_stream = blocks.enclose(barriers(*rows), WARD)
    without = blocks.enclose(barriers(*rows[:-2]), WARD)
    pd.testing.assert_frame_equal(pd.DataFrame(with_stream), pd.DataFrame(without))
    assert with_stream.loc[with_stream["kind"] == "water", "area_m2"].tolist() == [3600.0]
    assert len(handed) == 2
    assert not any(lines.is_empty.any() for lines in handed)


def test_railways_and_water_cut_and_water_is_no_block():
    lake = box(20, 20, 80, 80)
    rows = (
        ("water", None, "큰못", lake),
        ("water", None, "개울", LineString([(50, -5), (50, 105)])),
        ("water", None, "연못", box(5, 5, 10, 10)),
        ("railway", None, "기찻길", LineString([(-5, 90), (105, 90)])),
    )
    found = blocks.enclose(barriers(*rows), area((0, 0, 100, 100)))
    water = found[found["kind"] == "water"]
    assert water["area_m2"].tolist() == [3600.0]  # the stream's line does not halve the lake
    # beside it: west and east of stream and lake, and the same two north of the railway
    assert sorted(found.loc[found["kind"] == "block", "area_m2"]) == [500.0, 500.0, 2700.0, 2700.0]
    assert set(found["streets"]) == {""}
    tiles(found, area((0, 0, 100, 100)))


def test_tunnels_do_not_cut():
    rows = barriers(
        street("터널", (50, -5), (50, 105)), street("굴밖", (20, -5), (20, 105)), tunnel=[True, False]
    )
    found = blocks.enclose(rows, area((0, 0, 100, 100)))
    assert sorted(found["area_m2"]) == [2000.0, 8000.0]


def test_without_barriers_the_area_is_one_block_and_parts_stay_apart():
    empty = barriers(*CITY).iloc[:0]
    found = blocks.enclose(empty, area((0, 0, 100, 100), (100, 0, 150, 100), (500, 0, 600, 50)))
    assert found["area_m2"].sort_values().tolist() == [5000.0, 15000.0]
    assert set(found["dong_name"]) == {"한울1동", "한울3동"}


def test_residents_count_once_also_on_a_border():
    people = demand(
        (5, 10, 10), (7, 160, 50), (11, 390, 290), (13, 160, 150), (17, 100, 142), (1000, 900, 900)
    )
    found = blocks.enclose(barriers(*CITY), WARD, demand=people)
    assert found["residents"].sum() == 5 + 7 + 11 + 13 + 17
    # the point in the avenue's border belongs to the block, the one between its two islands to one of them
    assert found.loc[found["kind"] == "street_space", "residents"].sum() == 13


def test_residents_outside_are_not_lost_in_silence(caplog):
    blocks.enclose(barriers(*CITY), WARD, demand=demand((5, 10, 10), (3, 900, 900)))
    assert "3 residents live outside every block" in caplog.text


def test_a_face_of_two_dongs_belongs_to_the_one_that_holds_most():
    found = blocks.enclose(barriers(), area((0, 0, 60, 100), (60, 0, 100, 100)))
    assert found["dong_name"].tolist() == ["한울1동"]
    tie = blocks.enclose(barriers(), area((50, 0, 100, 100), (0, 0, 50, 100)))
    assert tie["dong_name"].tolist() == ["한울1동"]


def test_ids_survive_order_direction_and_changes_elsewhere():
    before = blocks.enclose(barriers(*CITY), WARD)
    turned = [(kind, highway, name, shapely.reverse(line)) for kind, highway, name, line in reversed(CITY)]
    again = blocks.enclose(barriers(*turned), WARD.iloc[::-1])
    pd.testing.assert_frame_equal(
        pd.DataFrame(before.drop(columns="geometry")), pd.DataFrame(again.drop(columns="geometry"))
    )
    assert (before.geometry == again.geometry).all()
    after = blocks.enclose(barriers(*CITY, street("새길", (160, 70), (400, 70))), WARD)
    gone = set(before["block_id"]) - set(after["block_id"])
    assert len(gone) == 1  # only the block that the new street cuts
    assert len(after) == len(before) + 1


def test_faces_with_one_centre_and_one_area_still_get_ids_of_their_own():
    square, turned = box(-10, -10, 10, 10), box(-5, -20, 5, 20)
    assert square.area == turned.area
    from sharemap.blocks.faces import block_ids

    ids = block_ids(np.array([square, turned], dtype=object))
    assert len(set(ids)) == 2
    assert ids == block_ids(np.array([turned, square], dtype=object))[::-1]


def test_the_callers_frames_stay_as_they_were():
    rows, study, people = barriers(*CITY), WARD.copy(), demand((5, 10, 10))
    copies = rows.copy(), study.copy(), people.copy()
    blocks.enclose(rows, study, demand=people)
    for frame, copy in zip((rows, study, people), copies, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(copy))


lines = st.lists(
    st.tuples(*[st.integers(-20, 120)] * 4).filter(lambda xy: xy[:2] != xy[2:]),
    min_size=0,
    max_size=9,
    unique=True,
)


@given(lines, st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_random_streets_tile_the_area_and_give_the_same_blocks_in_any_order(drawn, chance):
    rows = [
        street(f"길{n % 3}", xy[:2], xy[2:], highway="tertiary" if n % 2 else "residential")
        for n, xy in enumerate(drawn)
    ]
    study = area((0, 0, 50, 100), (50, 0, 100, 100))
    found = blocks.enclose(barriers(*rows), study)
    tiles(found, study)
    assert found["block_id"].is_unique
    chance.shuffle(rows)
    again = blocks.enclose(barriers(*rows), study)
    columns = ["block_id", "kind", "dong_code", "streets"]
    assert found[columns].to_numpy().tolist() == again[columns].to_numpy().tolist()


@given(lines)
@example([(3, 1, 23, 36), (13, 20, 15, 21), (-19, 10, 60, 35)])
@settings(max_examples=15, deadline=None)
def test_street_names_agree_with_the_lengths_that_shapely_measures(drawn):
    rows = [street(f"길{n}", xy[:2], xy[2:]) for n, xy in enumerate(drawn)]
    found = blocks.enclose(barriers(*rows), area((0, 0, 100, 100)))
    for face, streets in zip(found.geometry, found["streets"], strict=True):
        # a cut segment is known by its place, to 5 cm: of streets that lie so near to each other either may be named
        close = {name: line.buffer(0.06) for _, _, name, line in rows}
        alone = {
            name: line.buffer(1e-6).difference(
                shapely.union_all([shape for key, shape in close.items() if key != name])
            )
            for _, _, name, line in rows
        }
        surely = {name for name, shape in alone.items() if face.boundary.intersection(shape).length > 1.2}
        maybe = {name for name, shape in close.items() if face.boundary.intersection(shape).length > 0.8}
        listed = set(filter(None, streets.split(";")))
        assert surely <= listed <= maybe


def test_points_stand_on_a_block_and_face_those_within_reach():
    found = blocks.enclose(barriers(*CITY), WARD)
    points = gpd.GeoSeries(
        [Point(50, 50), Point(150, 50), Point(80, 150), Point(-100, 0), Point(155, 130)], crs=5179
    )
    faced = blocks.of_points(found, points, face_m=15)
    assert faced.groupby("point").size().to_dict() == {0: 1, 1: 2, 2: 2, 4: 2}
    kinds = found.set_index("block_id")["kind"]
    assert set(kinds[faced["block_id"]]) == {"block"}
    oracle = {
        (at, key)
        for at, point in enumerate(points)
        for key, kind, shape in zip(found["block_id"], found["kind"], found.geometry, strict=True)
        if kind == "block" and shape.distance(point) <= 15
    }
    assert set(faced.itertuples(index=False, name=None)) == oracle


def test_no_points_and_no_blocks_give_an_empty_table():
    found = blocks.enclose(barriers(*CITY), WARD)
    none = gpd.GeoSeries([], crs=5179)
    assert blocks.of_points(found, none).columns.tolist() == ["point", "block_id"]
    assert blocks.of_points(found.iloc[:0], gpd.GeoSeries([Point(0, 0)], crs=5179)).empty


def test_wrong_input_is_named():
    rows = barriers(*CITY)
    with pytest.raises(GeometryError, match="name"):
        blocks.enclose(rows.drop(columns="name"), WARD)
    with pytest.raises(GeometryError, match="EPSG:5179"):
        blocks.enclose(rows.to_crs(4326), WARD)
    with pytest.raises(GeometryError, match="hedge"):
        blocks.enclose(rows.assign(kind="hedge"), WARD)
    with pytest.raises(AreaError):
        blocks.enclose(rows, WARD.iloc[:0])
    with pytest.raises(StudyError, match="min_width_m"):
        blocks.SliverRule(min_width_m=-1)
    found = blocks.enclose(rows, WARD)
    with pytest.raises(GeometryError, match="row 1"):
        blocks.of_points(found, gpd.GeoSeries([Point(0, 0), None], crs=5179))
    with pytest.raises(GeometryError, match="EPSG:5179"):
        blocks.of_points(found, gpd.GeoSeries([Point(0, 0)], crs=4326))


def test_the_table_is_as_described():
    found = blocks.enclose(barriers(*CITY), WARD)
    assert check(found, "blocks", said=False).columns.tolist() == found.columns.tolist()
    assert found["block_id"].is_monotonic_increasing


@pytest.mark.real
def test_jung_gu_has_blocks_that_tile_it(shared_data):
    from sharemap.sources import osm

    extract = shared_data / "osm" / "jung-2021-08.osm.pbf"
    rows = pd.concat(
        [osm.barriers(osm.read_ways(extract)), osm.read_water(extract)], ignore_index=True
    ).to_crs(5179)
    dongs = (
        gpd.read_file(shared_data / "boundaries" / "dong__202104.geojson")
        .to_crs(5179)
        .query("sggnm == '중구'")
    )
    ward = gpd.GeoDataFrame(
        {
            "ward_code": dongs["sgg"],
            "ward_name": dongs["sggnm"],
            "dong_code": dongs["adm_cd2"],
            "dong_name": dongs["adm_nm"].str.split().str[-1],
        },
        geometry=dongs.geometry,
        crs=5179,
    )
    found = blocks.enclose(rows, ward)
    tiles(found, ward)
    kinds = found["kind"].value_counts()
    assert 900 < kinds["block"] < 1000
    assert found["dong_code"].nunique() == 15
    assert found.groupby("kind")["area_m2"].sum()["street_space"] / found["area_m2"].sum() < 0.05
    # hardly a building stands in street space: of 2,845 in the ward the five are above and beside railway tracks
    homes = osm.read_buildings(extract).to_crs(5179).representative_point()
    of_home, _ = found.loc[found["kind"] == "street_space"].sindex.query(homes, predicate="within")
    assert len(of_home) <= 8
    city_hall = found[
        found.geometry.contains(gpd.GeoSeries([Point(126.9784, 37.5663)], crs=4326).to_crs(5179)[0])
    ]
    assert city_hall["kind"].tolist() == ["block"]
    assert "세종대로" in city_hall["streets"].item()
