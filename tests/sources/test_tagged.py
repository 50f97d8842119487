"""Sites from OpenStreetMap: which elements, where they are, what they say, and the account of each."""

from __future__ import annotations

import runpy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sharemap import catalog, sites
from sharemap.errors import ExtractError, MissingFileError, StudyError
from sharemap.sources import tagged
from sharemap.sources.around import Around
from sharemap.sources.osm.elements import elements
from sharemap.sources.osm.tags import tag_rules
from sharemap.sources.tagged import Tagged, read_tagged

DRAWN = runpy.run_path(str(Path(__file__).parents[1] / "support" / "drawn_osm.py"))
Extract, LON, LAT = DRAWN["Extract"], DRAWN["LON"], DRAWN["LAT"]
EAST, NORTH = DRAWN["EAST"], DRAWN["NORTH"]


def area_of(side=1000):
    box = shapely.box(LON, LAT, LON + side * EAST, LAT + side * NORTH)
    area = gpd.GeoDataFrame(
        {"ward_code": ["11140"], "ward_name": ["중구"], "dong_code": ["1114052000"], "dong_name": ["소공동"]},
        geometry=[box],
        crs=4326,
    )
    return area.to_crs(5179)


def read(path, *texts, layer="library", near=None, ref_date=None):
    wanted = Tagged(layer=catalog.layer(layer), rules=tag_rules(texts), ref_date=ref_date)
    (rows,) = read_tagged(path, [wanted], catalog.load().openstreetmap, near=near)
    return rows


def built(rows):
    return sites.build([rows], area_of(), surroundings_m=500)


# ------------------------------------------------------------------------------------------- tags


@pytest.mark.parametrize(
    ("text", "meant", "not_meant"),
    [
        ("amenity=library", ["library", "cafe;library", "library ; archive"], ["", "Library", "libraries"]),
        ("amenity=cafe;bar", ["cafe", "bar"], ["pub"]),
        ("amenity=*", ["anything", "no;yes"], ["no", ""]),
    ],
)
def test_one_condition(text, meant, not_meant):
    (rule,) = tag_rules([text])
    assert all(rule.holds({"amenity": value}.get) for value in meant)
    assert not any(rule.holds({"amenity": value}.get if value else {}.get) for value in not_meant)


def test_conditions_together_and_what_must_not_be():
    (rule,) = tag_rules([" access != private;no & amenity = parking & fee=* "])
    assert rule.key == "amenity"
    assert rule.holds({"amenity": "parking", "fee": "yes"}.get)
    assert rule.holds({"amenity": "parking", "fee": "yes", "access": "customers"}.get)
    assert not rule.holds({"amenity": "parking", "fee": "yes", "access": "no"}.get)
    assert not rule.holds({"amenity": "parking"}.get)


@pytest.mark.parametrize(
    "text", ["library", "=library", "amenity=", "amenity!=library", "a b=c", "", "amenity=a;", "*=x"]
)
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(StudyError, match=r"cannot be read.*amenity=library"):
        tag_rules([text])


def test_tags_of_the_catalogue_can_be_read():
    known = {layer.key: layer.osm for layer in catalog.load() if layer.osm}
    assert {rule.text for texts in known.values() for rule in tag_rules(texts)} >= {"shop=books"}
    assert {"bike_station", "car_share", "library", "toy_library", "tool_library", "public_wifi"} <= set(
        known
    )


# ------------------------------------------------------------------------------------------- elements


def test_nodes_ways_and_relations_have_their_place(tmp_path):
    town = Extract()
    town.node(10, 20, amenity="library", name="점")
    town.way((100, 0), (100, 100), (200, 100), amenity="library", name="선")
    town.square(300, 300, 60, amenity="library", name="집")
    outer, inner = town.square(500, 500, 90), town.square(510, 510, 70)
    town.relation((outer, "outer"), (inner, "inner"), type="multipolygon", amenity="library", name="안뜰집")
    town.relation((outer, ""), type="site", amenity="library", name="터")
    town.node(1, 1, amenity="cafe")
    rows = read(town.save(tmp_path / "a.osm"), "amenity=library")
    found = rows.frame.set_index("name")
    at = gpd.GeoSeries(gpd.points_from_xy(found["x"], found["y"]), index=found.index, crs=5179).to_crs(4326)
    x, y = (at.x - LON) / EAST, (at.y - LAT) / NORTH
    assert (x["점"], y["점"]) == pytest.approx((10, 20), abs=0.1)
    assert (x["선"], y["선"]) == pytest.approx((100, 100), abs=15)  # its middle, in degrees
    assert 300 < x["집"] < 360
    assert 300 < y["집"] < 360
    assert (
        shapely.box(500, 500, 590, 590)
        .difference(shapely.box(510, 510, 580, 580))
        .contains(shapely.Point(x["안뜰집"], y["안뜰집"]))
    )
    assert found["reason"].to_dict() == {"점": "", "선": "", "집": "", "안뜰집": "", "터": "no_coordinates"}
    assert rows.rows_read == 5


def test_what_an_element_says(tmp_path):
    town = Extract()
    town.node(
        0, 0, amenity="library", name="서울도서관", addr__city="서울특별시", addr__district="중구",
        addr__street="세종대로", addr__housenumber="110", opening_hours="Tu-Fr 09:00-21:00; PH off",
        phone="02-1", operator="서울시", operator__type="public", capacity="390", fee="no", check_date="2024-05-01",
    )  # fmt: skip
    town.node(50, 0, amenity="library", addr__street="Plöck", addr__housenumber="107", addr__postcode="69117", addr__city="Heidelberg", brand="Uni")  # fmt: skip
    town.node(90, 0, amenity="library", name__en="Third", addr__full="somewhere 3", capacity="many")
    frame = read(town.save(tmp_path / "a.osm"), "amenity=library", ref_date="2021-08").frame
    fields = ["name", "address", "hours", "phone", "operator", "operator_kind", "fee", "ref_date", "code"]
    first, second, third = (
        frame[[*fields, "capacity"]].astype(object).where(frame.notna(), None).to_numpy().tolist()
    )
    assert first == [
        *("서울도서관", "서울특별시 중구 세종대로 110", "Tu-Fr 09:00-21:00; PH off", "02-1"),
        *("서울시", "public", "no", "2024-05-01", "node/1", 390.0),
    ]
    assert second[:2] == ["library node/2", "Plöck 107, 69117 Heidelberg"]
    assert second[4:] == ["Uni", None, None, "2021-08", "node/2", None]
    assert third[:2] == ["Third", "somewhere 3"]
    assert np.isnan(frame["capacity"].iloc[2])


def test_several_layers_in_one_pass_and_several_conditions_of_one(tmp_path):
    town = Extract()
    town.node(0, 0, shop="books", name="책")
    town.node(5, 0, amenity="library", name="도서관")
    town.node(9, 0, amenity="library", shop="books", name="둘 다")
    wanted = [
        Tagged(layer=catalog.layer("library"), rules=tag_rules(["amenity=library"])),
        Tagged(layer=catalog.layer("bookshop"), rules=tag_rules(["shop=books", "amenity=library & shop=*"])),
    ]
    found = read_tagged(town.save(tmp_path / "a.osm"), wanted, catalog.load().openstreetmap)
    assert [rows.frame["name"].tolist() for rows in found] == [["도서관", "둘 다"], ["책", "둘 다"]]


# ------------------------------------------------------------------------------------------- one site, not two


@pytest.mark.parametrize(
    ("outline", "point", "count", "names"),
    [
        ({"name": "가온"}, {"name": "가온"}, 1, ["가온"]),
        ({"name": "가온"}, {}, 1, ["가온"]),
        ({}, {"name": "가온"}, 1, ["가온"]),
        ({}, {}, 1, None),
        ({"name": "가온"}, {"name": "나래"}, 2, ["가온", "나래"]),
    ],
)
def test_a_point_in_an_outline_of_the_same_tag_and_name_is_one_site(tmp_path, outline, point, count, names):
    town = Extract()
    town.square(100, 100, 400, amenity="library", **outline)
    town.node(480, 480, amenity="library", **point)
    town.node(700, 700, amenity="library", name="멀다")
    rows = read(town.save(tmp_path / "a.osm"), "amenity=library")
    found = built(rows)
    assert len(found.sites) == count + 1
    if names:
        assert sorted(found.sites["name"]) == sorted([*names, "멀다"])
    (counts,) = found.counts.to_dict("records")
    assert (counts["rows_read"], counts["sites"], counts["folded"]) == (3, count + 1, 2 - count)


def test_two_names_in_an_outline_without_one_are_two_sites_beside_it(tmp_path):
    town = Extract()
    town.square(100, 100, 400, amenity="library")
    town.node(150, 150, amenity="library", name="가")
    town.node(450, 450, amenity="library", name="나")
    assert len(built(read(town.save(tmp_path / "a.osm"), "amenity=library")).sites) == 3


def test_an_outline_drawn_twice_is_one_site(tmp_path):
    town = Extract()
    way = town.square(100, 100, 300, amenity="library", name="가온")
    hole = town.square(200, 200, 20)
    town.relation((way, "outer"), (hole, "inner"), type="multipolygon", amenity="library", name="가온")
    town.node(110, 110, amenity="library", name="가온")
    found = built(read(town.save(tmp_path / "a.osm"), "amenity=library"))
    assert found.counts[["rows_read", "sites", "folded"]].to_numpy().tolist() == [[3, 1, 2]]


def test_stations_of_one_name_stand_for_themselves(tmp_path):
    town = Extract()
    for x in (0, 60, 120):
        town.node(x, 0, amenity="bicycle_rental", name="nextbike", network="nextbike")
    rows = read(town.save(tmp_path / "a.osm"), "amenity=bicycle_rental", layer="bike_station")
    assert len(built(rows).sites) == 3


# ------------------------------------------------------------------------------------------- the account


def test_elements_far_away_are_counted_and_kept_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tagged, "_BATCH", 3)
    town = Extract()
    for number in range(10):
        town.node(number * 10, 5, amenity="library", name=f"가까움 {number}")
        town.node(number * 10, 500_000, amenity="library", name=f"멂 {number}")
    town.node(5, 5, amenity="library", name="닫음", opening_hours="closed")
    path = town.save(tmp_path / "a.osm")
    near = Around(area_of(), 500)
    rows = read(path, "amenity=library", near=near)
    assert len(rows.frame) == 10
    assert dict(rows.aside.reasons) == {"outside_area": 10, "not_operating": 1}
    found = built(rows)
    (counts,) = found.counts.to_dict("records")
    assert counts["rows_read"] == 21 == counts["sites"] + counts["folded"] + counts["set_aside"]
    aside = found.set_aside
    assert set(aside["file"]) == {"a.osm"}
    metres = aside.loc[aside["reason"] == "outside_area", "value"].str.removesuffix(" m").astype(float)
    assert metres.between(490_000, 500_000).all()  # to the surroundings
    assert aside["row"].is_unique
    whole = built(read(path, "amenity=library"))
    assert sorted(whole.sites["site_id"]) == sorted(found.sites["site_id"])


@given(
    spots=st.lists(
        st.tuples(
            st.sampled_from(["node", "line", "square", "relation", "site"]),
            st.integers(0, 60),
            st.integers(0, 60),
            st.sampled_from(["", "가", "나"]),
            st.booleans(),
        ),
        max_size=12,
    )
)
@settings(max_examples=40, deadline=None)
def test_every_element_ends_as_a_site_folded_or_set_aside(tmp_path_factory, spots):
    town, tagged_elements = Extract(), 0
    for kind, x, y, name, far in spots:
        tags = {"amenity": "library"} | ({"name": name} if name else {})
        at = (x * 10, y * 10 + (100_000 if far else 0))
        tagged_elements += 1
        if kind == "node":
            town.node(*at, **tags)
        elif kind == "line":
            town.way(at, (at[0] + 30, at[1]), **tags)
        elif kind == "square":
            town.square(*at, 5 + x, **tags)
        else:
            outer = town.square(*at, 5 + x)
            town.relation((outer, "outer"), type="multipolygon" if kind == "relation" else "site", **tags)
    town.node(0, 0, amenity="cafe")
    path = town.save(tmp_path_factory.mktemp("osm") / "a.osm")
    found = built(read(path, "amenity=library", near=Around(area_of(), 500)))
    (counts,) = found.counts.to_dict("records")
    assert counts["rows_read"] == tagged_elements == counts["sites"] + counts["folded"] + counts["set_aside"]
    assert counts["counted"] == tagged_elements
    assert counts["set_aside"] == len(found.set_aside)
    assert counts["sites"] == len(found.sites)


def test_an_element_that_is_lost_on_the_way_is_missed_by_the_count(tmp_path, monkeypatch):
    town = Extract()
    for x in (0, 50, 90):
        town.node(x, 0, amenity="library", name=f"도서관 {x}")
    path = town.save(tmp_path / "a.osm")
    assert read(path, "amenity=library").counted == 3
    whole = tagged.elements
    monkeypatch.setattr(tagged, "elements", lambda *asked: list(whole(*asked))[:2])
    rows = read(path, "amenity=library")
    assert (rows.rows_read, rows.counted) == (2, 3)


def test_ways_with_nodes_outside_of_the_extract_are_set_aside(tmp_path):
    town = Extract()
    town.square(0, 0, 10, amenity="library", name="가")
    text = town.text().replace('<node id="2"', '<node id="99"')
    path = tmp_path / "cut.osm"
    path.write_text(text, encoding="utf-8")
    rows = read(path, "amenity=library")
    assert rows.frame[["name", "reason"]].to_numpy().tolist() == [["가", "no_coordinates"]]


def test_files_that_are_no_extract(tmp_path):
    with pytest.raises(MissingFileError):
        read(tmp_path / "none.osm.pbf", "amenity=library")
    bad = tmp_path / "bad.osm.pbf"
    bad.write_bytes(b"no extract")
    with pytest.raises(ExtractError):
        read(bad, "amenity=library")


# ------------------------------------------------------------------------------------------- real extracts


@pytest.mark.real
@pytest.mark.parametrize("city", ["heidelberg", "liechtenstein", "porto"])
def test_counts_are_those_of_another_reader(shared_data, city):
    """GDAL draws points, lines and polygons of an extract by its own rules."""
    path = shared_data / "cities" / f"{city}.osm.pbf"
    for key, value in (
        ("amenity", "parking"),
        ("amenity", "library"),
        ("shop", "books"),
        ("amenity", "car_sharing"),
    ):
        ours = [one for one in elements(path, [key]) if value in one.tags.get(key, "").split(";")]
        theirs = 0
        for layer in ("points", "lines", "multipolygons", "other_relations"):
            frame = gpd.read_file(path, layer=layer, engine="pyogrio")
            told = frame["other_tags"].fillna("").str.contains(f'"{key}"=>"{value}"', regex=False)
            theirs += int((told | (frame[key] == value if key in frame else False)).sum())
        assert sum(one.wkb is not None for one in ours) == theirs
        assert len({one.osm_id for one in ours}) == len(ours)


@pytest.mark.real
def test_libraries_of_seoul(shared_data):
    import osmium

    path = shared_data / "osm" / "seoul-2021-08.osm.pbf"
    counted = sum(
        item.tags.get("amenity") == "library" and item.tags.get("access") not in ("private", "no")
        for item in osmium.FileProcessor(path).with_filter(osmium.filter.KeyFilter("amenity"))
    )
    rows = read(path, *catalog.layer("library").osm)
    assert rows.rows_read == counted == 531
    located = rows.frame.loc[rows.frame["reason"] == ""]
    assert located[["x", "y"]].notna().all(axis=None)
    assert located["x"].between(925_000, 985_000).all()


def test_an_extract_of_a_continent_is_far_away_not_wrong(tmp_path):
    town = Extract(8.69, 49.41)
    town.node(0, 0, amenity="library", name="Stadtbücherei")
    town.node(0, 900_000, amenity="library", name="Bibliotek")
    outline = shapely.box(8.68, 49.40, 8.70, 49.42)
    near = Around(gpd.GeoDataFrame(geometry=[outline], crs=4326).to_crs(32632), 1000)
    rows = read(town.save(tmp_path / "europe.osm"), "amenity=library", near=near)
    assert rows.frame["name"].tolist() == ["Stadtbücherei"]
    assert dict(rows.aside.reasons) == {"outside_area": 1}
    (part,) = rows.aside.parts()
    assert float(part["value"].item().removesuffix(" m")) == pytest.approx(900_000, rel=0.01)
