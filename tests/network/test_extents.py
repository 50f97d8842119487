"""What an extract covers: by its header where that can be believed, by its data where it says the whole world."""

from __future__ import annotations

import geopandas as gpd
import osmium
import pytest
from shapely import box

from sharemap import network
from sharemap.sources import osm

CRS = "EPSG:32632"
WEST, SOUTH = 8.66, 49.40  # Heidelberg


def extract(path, *header, more=()):
    """A grid of streets, 22 by 14 of about 100 m, in a file whose header says a box."""
    mutable = osmium.osm.mutable
    head = osmium.io.Header()
    if header:
        head.add_box(osmium.osm.Box(*header))
    with osmium.SimpleWriter(str(path), header=head, overwrite=True) as out:
        places = {
            100 * row + col: (WEST + 0.001 * col, SOUTH + 0.001 * row)
            for row in range(1, 23)
            for col in range(22)
        }
        places |= {9_000 + number: place for number, place in enumerate(more)}
        for node, place in sorted(places.items()):
            out.add_node(mutable.Node(id=node, location=place))
        for row in range(1, 23):
            along = [100 * row + col for col in range(22)]
            out.add_way(mutable.Way(id=row, nodes=along, tags={"highway": "residential"}))
        for col in range(22):
            along = [100 * row + col for row in range(1, 23)]
            out.add_way(mutable.Way(id=100 + col, nodes=along, tags={"highway": "residential"}))
        for number in range(0, len(more), 2):
            nodes = [9_000 + number, 9_001 + number]
            out.add_way(mutable.Way(id=500 + number, nodes=nodes, tags={"highway": "residential"}))
    return path


def degrees(west, south, east, north):
    return gpd.GeoSeries([box(west, south, east, north)], crs=4326).to_crs(CRS)


INSIDE = degrees(WEST + 0.008, SOUTH + 0.008, WEST + 0.014, SOUTH + 0.016)
#: Half of it lies more than 500 m beyond the last street.
HALF = degrees(WEST + 0.008, SOUTH + 0.008, WEST + 0.047, SOUTH + 0.016)


@pytest.mark.parametrize(
    "header",
    [
        (0.0, 0.0, 180.0, 90.0),
        (-180.0, -90.0, 180.0, 90.0),
        (-25.0, 34.0, 45.0, 72.0),
        (5.8, 47.2, 15.1, 55.1),
    ],
)
@pytest.mark.parametrize("crs", [CRS, "EPSG:3035"])
def test_a_box_of_the_world_or_a_country_neither_crashes_nor_warns(tmp_path, caplog, header, crs):
    path = extract(tmp_path / "part.osm.pbf", *header)
    streets = network.from_pbf(path, INSIDE.to_crs(crs), surroundings_m=300)
    assert streets.report["length_km"] > 0
    assert not caplog.records


def test_the_box_of_a_country_is_cut_before_it_is_projected(tmp_path):
    path = extract(tmp_path / "world.osm.pbf", -180.0, -90.0, 180.0, 90.0)
    assert osm.extent(path, INSIDE).covers(INSIDE.iloc[0])
    assert osm.extent(extract(tmp_path / "far.osm.pbf", 20.0, 10.0, 21.0, 11.0), INSIDE).is_empty
    assert osm.extent(extract(tmp_path / "none.osm.pbf"), INSIDE) is None


def test_data_that_end_within_the_area_are_warned_of_whatever_the_header_says(tmp_path, caplog):
    for header in ((0.0, 0.0, 180.0, 90.0), (WEST, SOUTH, WEST + 0.021, SOUTH + 0.022)):
        caplog.clear()
        path = extract(tmp_path / "part.osm.pbf", *header)
        network.from_pbf(path, HALF, surroundings_m=300)
        assert any("of the study area lies outside the extract" in one.getMessage() for one in caplog.records)
    ways = osm.read_ways(path, near=HALF)
    path = extract(tmp_path / "part.osm.pbf", 0.0, 0.0, 180.0, 90.0)
    of_area, _ = network.warn_where_cut_off(path, HALF, surroundings_m=300, ways=ways)
    east = (
        gpd.GeoSeries(
            [ways.lines(ways.column("highway").ne("").to_numpy()).union_all()], crs=CRS
        ).total_bounds[2]
        + 500
    )
    expected = (HALF.total_bounds[2] - east) / (HALF.total_bounds[2] - HALF.total_bounds[0])
    assert of_area == pytest.approx(expected, abs=0.02)


def test_a_country_with_data_everywhere_is_believed(tmp_path, caplog):
    """A hill without a street, in the middle of a whole country."""
    corners = [(5.9, 47.3), (5.91, 47.3), (15.0, 55.0), (15.01, 55.0)]
    path = extract(tmp_path / "country.osm.pbf", 5.8, 47.2, 15.1, 55.1, more=corners)
    network.from_pbf(path, HALF, surroundings_m=300)
    assert not caplog.records


@pytest.mark.real
@pytest.mark.parametrize("city", ["heidelberg", "porto", "poa", "spo", "liechtenstein"])
def test_extracts_of_real_cities_read_without_a_false_warning(shared_data, caplog, city):
    path = shared_data / "cities" / f"{city}.osm.pbf"
    lon, lat = {
        "heidelberg": (8.69, 49.41), "porto": (-8.61, 41.15), "poa": (-51.2, -30.04),
        "spo": (-46.63, -23.55), "liechtenstein": (9.52, 47.14),
    }[city]  # fmt: skip
    place = gpd.GeoSeries.from_xy([lon], [lat], crs=4326)
    area = place.to_crs(place.estimate_utm_crs()).buffer(800)
    streets = network.from_pbf(path, area, surroundings_m=700)
    assert streets.report["length_km"] > 20
    assert not [one for one in caplog.records if "outside the extract" in one.getMessage()]
