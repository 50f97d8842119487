"""Extracts that are larger, richer or stranger than the study."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import osmium
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from shapely.affinity import translate

from sharemap import network
from sharemap.errors import ExtractError
from sharemap.sources import boundaries, osm
from sharemap.sources.osm import areas, nodes

CRS_METRIC = "EPSG:5179"


@pytest.fixture(scope="module")
def extract(root):
    return root / "data" / "raw" / "sample" / "gaon.osm.pbf"


@pytest.fixture(scope="module")
def dongs(root, extract):
    """The fourteen dongs in two parts: whose box the river meets, and the others."""
    area = boundaries.read_area(root / "data" / "raw" / "sample" / "dong.geojson", wards=["가온구"])
    river = osm.read_water(extract).to_crs(area.crs).union_all()
    return area[area.envelope.intersects(river)], area[~area.envelope.intersects(river)]


@pytest.fixture(scope="module")
def river_dong(dongs):
    return dongs[0].iloc[[0]]


@pytest.fixture(scope="module")
def dong(dongs):
    """One dong of fourteen, so that most of the extract lies elsewhere."""
    return dongs[1].iloc[[0]]


def test_buildings_near_an_area_are_those_of_the_whole_extract_that_meet_it(extract, dong, monkeypatch):
    monkeypatch.setattr(areas, "_BATCH", 97)
    everything, near = osm.read_buildings(extract).to_crs(dong.crs), osm.read_buildings(extract, near=dong)
    meets = everything.intersects(dong.union_all().envelope)
    assert 0 < meets.sum() <= len(near) < len(everything)
    there = near.intersects(dong.union_all().envelope)
    assert_geodataframe_equal(near[there].reset_index(drop=True), everything[meets].reset_index(drop=True))


def test_the_river_is_there_for_a_dong_beside_it_and_not_for_one_away_from_it(extract, dong, river_dong):
    assert_geodataframe_equal(
        osm.read_water(extract, near=river_dong), osm.read_water(extract).to_crs(dong.crs)
    )
    away = osm.read_water(extract, near=dong)
    assert len(away) == 0
    assert list(away.columns) == list(osm.read_water(extract).columns)


def test_a_larger_extract_gives_the_same_streets(extract, dong, monkeypatch):
    monkeypatch.setattr(areas, "_BATCH", 97)
    around = dong.buffer(200)
    near = osm.read_ways(extract, near=around)
    everything = osm.read_ways(extract)
    assert 0 < len(near.tags) < len(everything.tags)
    of_all, of_near = (network.from_ways(ways, dong, surroundings_m=200) for ways in (everything, near))
    assert_geodataframe_equal(of_all.edges, of_near.edges)
    assert_geodataframe_equal(of_all.nodes, of_near.nodes)
    assert of_all.report == of_near.report


def test_an_area_far_from_the_extract_is_named(extract, dong):
    with pytest.raises(ExtractError, match=r"gaon\.osm\.pbf.*no streets near the study area"):
        osm.read_ways(extract, near=dong.translate(300_000, 300_000))


def _written(path, ways):
    with osmium.SimpleWriter(str(path)) as out:
        for node in range(3):
            out.add_node(osmium.osm.mutable.Node(id=node + 1, location=(127.0 + node / 1000, 37.5)))
        for number, nodes, tags in ways:
            out.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    return path


def test_a_way_that_is_there_twice_is_no_street_twice(tmp_path):
    path = _written(
        tmp_path / "history.osm.pbf",
        [(7, [1, 2], {"highway": "residential"}), (7, [1, 2, 3], {"highway": "residential"})],
    )
    with pytest.raises(ExtractError, match=r"history\.osm\.pbf.*more than once"):
        osm.read_ways(path)


def test_a_way_outside_the_file_is_counted_and_the_rest_keeps_its_tags(tmp_path, caplog):
    path = _written(
        tmp_path / "cut.osm.pbf",
        [
            (5, [1, 99], {"highway": "footway", "name": "끊긴 길"}),
            (6, [1, 2, 3], {"highway": "steps", "name": "긴 길"}),
            (8, [3, 1], {"railway": "rail"}),
        ],
    )
    ways = osm.read_ways(path)
    assert "1 ways" in caplog.text
    assert ways.tags["way_id"].tolist() == ["6", "8"]
    assert ways.column("name").tolist() == ["긴 길", ""]
    assert ways.offsets.tolist() == [0, 3, 5]
    assert ways.refs.tolist() == [1, 2, 3, 3, 1]
    assert ways.lonlat[:, 0].round(3).tolist() == [127.0, 127.001, 127.002, 127.002, 127.0]


def test_hundreds_of_other_tags_take_no_room_and_asking_for_one_is_a_fault_of_ours(tmp_path):
    many = {f"name:{language}": "x" for language in range(300)}
    path = _written(tmp_path / "rich.osm.pbf", [(1, [1, 2], {"highway": "path", "foot": "no", **many})])
    ways = osm.read_ways(path)
    assert set(ways.tags.columns) == {"way_id", "highway", "foot"}
    assert ways.column("name").tolist() == [""]
    with pytest.raises(KeyError, match="name:7"):
        ways.column("name:7")


def test_what_stands_on_a_street_is_read_and_what_stands_elsewhere_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(nodes, "_BATCH", 2)
    mutable, path = osmium.osm.mutable, tmp_path / "gates.osm.pbf"
    tags = {
        1: {"barrier": "gate", "foot": "no", "name": "뒷문"},
        2: {"highway": "crossing"},
        3: {"kerb": "raised"},
        4: {"barrier": "wall"},
    }
    with osmium.SimpleWriter(str(path)) as out:
        for node in range(1, 6):
            place = (127.0 + node / 1000, 37.5)
            out.add_node(mutable.Node(id=node, location=place, tags=tags.get(node, {})))
        out.add_way(mutable.Way(id=1, nodes=[1, 2, 3], tags={"highway": "path"}))
        out.add_way(mutable.Way(id=2, nodes=[4, 5], tags={"building": "yes"}))
    found = osm.read_ways(path).nodes
    assert list(found.columns) == ["ref", *osm.NODE_KEYS]
    assert found["ref"].tolist() == [1, 3]
    said = found[["barrier", "kerb", "foot"]]
    assert said.where(said.notna(), None).to_numpy().tolist() == [
        ["gate", None, "no"],
        [None, "raised", None],
    ]


def test_a_street_on_which_nothing_stands_has_no_nodes(extract):
    found = osm.read_ways(extract).nodes
    assert list(found.columns) == ["ref", *osm.NODE_KEYS]
    assert len(found) == 0


def test_what_lies_beyond_the_extract_is_warned_of_with_its_share(tmp_path, caplog):
    """An extract of 1 km by 1 km; a study area of which it holds half, and one that fills it."""
    corner = gpd.GeoSeries.from_xy([127.0], [37.5], crs=4326).to_crs(CRS_METRIC).iloc[0]
    square = shapely.box(corner.x, corner.y, corner.x + 1000, corner.y + 1000)
    west, south, east, north = gpd.GeoSeries([square], crs=CRS_METRIC).to_crs(4326).total_bounds
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(west, south, east, north))
    path = tmp_path / "small.osm.pbf"
    with osmium.SimpleWriter(str(path), header=header) as out:
        for node, share in enumerate((0.2, 0.8)):
            place = (west + share * (east - west), south + share * (north - south))
            out.add_node(osmium.osm.mutable.Node(id=node + 1, location=place))
        out.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags={"highway": "path"}))

    beside = gpd.GeoSeries([translate(square, xoff=500)], crs=CRS_METRIC)
    of_area, of_ring = network.warn_where_cut_off(path, beside, surroundings_m=100)
    assert of_area == pytest.approx(0.5, abs=0.02)  # the box in degrees is a little tilted
    ring = 4 * 1000 * 100 + np.pi * 100**2
    assert of_ring == pytest.approx(1 - 1000 * 100 / ring, abs=0.02)  # only its western side is inside
    caplog.clear()
    network.from_pbf(path, gpd.GeoSeries([square.buffer(-200)], crs=CRS_METRIC), surroundings_m=500)
    (said,) = [record.getMessage() for record in caplog.records]
    assert "500 m around the study area lie outside the extract small.osm.pbf" in said
    caplog.clear()
    network.from_pbf(path, gpd.GeoSeries([square.buffer(-200)], crs=CRS_METRIC), surroundings_m=100)
    assert not caplog.records


def test_a_square_drawn_as_a_relation_is_walked_along_its_edge(tmp_path):
    """::

          4 ---- 5    the outline, in two pieces without tags of their own: 1-3-4 and 4-5-1
          |      |
    2 ----+      |    a street that ends on it, without a node in common
          3 ---- 1
    """
    place = {1: (400, 0), 3: (300, 0), 4: (300, 100), 5: (400, 100), 2: (0, 50), 6: (300, 50)}
    east, north = np.array(list(place.values())).T
    xy = gpd.GeoSeries.from_xy(955_000 + east, 1_950_000 + north, crs=CRS_METRIC)
    lonlat = dict(zip(place, xy.to_crs(4326).get_coordinates().to_numpy().tolist(), strict=True))
    mutable, path = osmium.osm.mutable, tmp_path / "square.osm.pbf"
    with osmium.SimpleWriter(str(path)) as out:
        for node in sorted(place):
            out.add_node(mutable.Node(id=node, location=tuple(lonlat[node])))
        out.add_way(mutable.Way(id=1, nodes=[2, 6], tags={"highway": "residential"}))
        out.add_way(mutable.Way(id=2, nodes=[1, 3, 4]))
        out.add_way(mutable.Way(id=3, nodes=[4, 5, 1]))
        out.add_way(mutable.Way(id=4, nodes=[1, 2]))  # a border of something, nobody's street
        outline = [("w", 2, "outer"), ("w", 3, "outer")]
        square = {"type": "multipolygon", "highway": "pedestrian", "name": "광장"}
        out.add_relation(mutable.Relation(id=1, members=outline, tags=square))
        route = {"type": "route", "highway": "pedestrian"}
        out.add_relation(mutable.Relation(id=2, members=[("w", 4, "")], tags=route))

    ways = osm.read_ways(path)
    assert ways.tags["way_id"].tolist() == ["1", "2", "3"]
    assert ways.column("name").tolist() == ["", "광장", "광장"]
    streets = network.from_pbf(path, gpd.GeoSeries([xy.union_all().convex_hull], crs=CRS_METRIC))
    assert streets.edges["length_m"].sum() == pytest.approx(300 + 400, abs=0.1)
    assert streets.edges["component"].eq(0).all()
