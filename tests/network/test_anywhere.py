"""Streets anywhere on the globe: lengths against the geodesic, walks against networkx, areas against the ground."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point
from shapely.geometry import box

from geodesic_town import GEOD, SIDE, STEP_M, TOWNS, GeodesicTown
from sharemap import crs as systems
from sharemap import isochrones, network, reach, siting
from sharemap.errors import AreaError, GeometryError
from sharemap.sources import osm


@pytest.fixture(params=TOWNS)
def town(request, tmp_path):
    lon, lat, named = TOWNS[request.param]
    made = GeodesicTown(tmp_path, lon, lat)
    area = made.area()
    chosen = systems.chosen(area)
    assert systems.name_of(chosen) == named
    return made, area.to_crs(chosen)


def test_streets_are_as_long_as_on_the_ground(town):
    made, area = town
    streets = network.from_pbf(made.path, area, surroundings_m=200.0)
    assert streets.crs == area.crs
    assert len(streets.nodes) == SIDE * SIDE - 4  # the four corners of the grid are no junctions
    assert float(streets.edges["length_m"].sum()) == pytest.approx(made.length_m, rel=0.001)


def test_walks_are_those_of_networkx_on_the_ground(town):
    """From three corners to all others; costs are whole centimetres of a projection that is right by 0.1 %."""
    made, area = town
    streets = network.from_pbf(made.path, area, surroundings_m=200.0)
    lon, lat = np.array(made.places).T
    doors = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(streets.crs)
    stops = network.snap(streets, doors).assign(site_id=[f"s{n:03d}" for n in range(len(doors))])
    assert (stops["snap_m"] < 0.02).all()
    walks = reach.between(streets, stops, cutoff_m=1500.0)
    lengths = dict(nx.all_pairs_dijkstra_path_length(made.graph()))
    measured = {(a, b): m for a, b, m in walks[["a", "b", "walk_m"]].itertuples(index=False)}
    expected = {
        (f"s{a:03d}", f"s{b:03d}"): metres
        for a, others in lengths.items()
        for b, metres in others.items()
        if a < b and metres <= 1480.0
    }
    assert set(expected) <= set(measured)
    apart = np.array([measured[pair] / metres - 1 for pair, metres in expected.items()])
    assert np.abs(apart).max() < 0.001 + 0.05 / STEP_M


def test_the_area_that_is_walked_is_that_on_the_ground(town):
    made, area = town
    streets = network.from_pbf(made.path, area, surroundings_m=200.0)
    middle = Point(made.places[SIDE * SIDE // 2])
    stops = network.snap(streets, gpd.GeoSeries([middle], crs=4326).to_crs(streets.crs))
    zone = isochrones.by_site(streets, stops.assign(site_id="x"), minutes=[8])
    rings = [
        (sign, np.array(ring.coords))
        for part in zone.to_crs(4326).geometry.explode()
        for sign, ring in ((1, part.exterior), *((-1, hole) for hole in part.interiors))
    ]
    on_the_ground = sum(sign * abs(GEOD.polygon_area_perimeter(*ring.T)[0]) for sign, ring in rings)
    assert on_the_ground > 200_000
    assert float(zone["area_m2"].iloc[0]) == pytest.approx(on_the_ground, rel=0.002)


def test_ways_and_water_are_read_where_the_window_crosses_the_antimeridian(tmp_path):
    made = GeodesicTown(tmp_path, 180.0, -16.8)
    area = made.area()
    ways = osm.read_ways(made.path, near=area.to_crs(systems.chosen(area)))
    assert len(ways.tags) == 2 * SIDE
    east_only = gpd.GeoSeries([box(-179.999, -16.81, -179.99, -16.79)], crs=4326).to_crs(32701)
    some = osm.read_ways(made.path, near=east_only)
    assert SIDE < len(some.tags) < 2 * SIDE


def test_two_tables_in_two_zones_are_never_put_together(tmp_path):
    made = GeodesicTown(tmp_path, 12.0, 48.2)
    east, west = (made.area().to_crs(code) for code in (32633, 32632))
    streets = network.from_pbf(made.path, east)
    with pytest.raises(GeometryError, match="the streets, EPSG:32633: 'EPSG:32632'"):
        network.snap(streets, west.representative_point())
    with pytest.raises(GeometryError, match="the streets, EPSG:32633: 'EPSG:32632'"):
        network.clipped(streets, west)
    other = network.from_pbf(made.path, west)
    lengths = [float(one.edges["length_m"].sum()) for one in (streets, other)]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.0015)


def test_a_network_carries_its_crs_also_when_it_is_kept(tmp_path):
    made = GeodesicTown(tmp_path, -51.2, -30.03)
    area = made.area().to_crs(32722)
    first = network.from_pbf(made.path, area, cache=tmp_path / "kept")
    again = network.from_pbf(made.path, area, cache=tmp_path / "kept")
    assert type(again) is not type(first)
    assert again.crs == first.crs == area.crs == again.edges.crs
    other = network.from_pbf(made.path, area.to_crs(31982), cache=tmp_path / "kept")
    assert systems.name_of(other.crs) == "EPSG:31982"


def test_a_graph_of_osmnx_is_measured_where_it_lies():
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(1, x=8.68, y=49.41)
    graph.add_node(2, x=8.69, y=49.42)
    for a, b in ((1, 2), (2, 1)):
        graph.add_edge(a, b, osmid=7, highway="residential", length=1.0)
    streets = network.from_osmnx(graph)
    assert systems.name_of(streets.crs) == "EPSG:32632"
    on_the_ground = GEOD.inv(8.68, 49.41, 8.69, 49.42)[2]
    assert float(streets.edges["length_m"].sum()) == pytest.approx(on_the_ground, rel=0.001)
    assert systems.name_of(network.from_osmnx(graph, crs="EPSG:25832").crs) == "EPSG:25832"


#: A part of each city whose extract lies in the shared data, in degrees; and its zone.
CITIES = {
    "heidelberg": ((8.64, 49.38, 8.74, 49.44), "EPSG:32632"),
    "liechtenstein": ((9.47, 47.10, 9.58, 47.20), "EPSG:32632"),
    "porto": ((-8.66, 41.13, -8.58, 41.18), "EPSG:32629"),
    "spo": ((-46.68, -23.58, -46.61, -23.52), "EPSG:32723"),
    "poa": ((-51.26, -30.11, -51.14, -30.0), "EPSG:32722"),
}


@pytest.fixture(params=[*CITIES, "wuhan"])
def real_streets(request, shared_data):
    """The streets of a part of a real city, and the zone in which they must be."""
    city = request.param
    if city == "wuhan":
        lines = gpd.read_parquet(shared_data / "cities" / "wuhan.parquet").explode(ignore_index=True)
        return network.from_lines(lines[["highway", "geometry"]]), "EPSG:32650"
    bounds, named = CITIES[city]
    area = gpd.GeoSeries([box(*bounds)], crs=4326)
    area = area.to_crs(systems.chosen(area))
    path = shared_data / "cities" / f"{city}.osm.pbf"
    return network.from_pbf(path, area, surroundings_m=0.0), named


@pytest.mark.real
def test_streets_of_real_cities_are_as_long_as_on_the_ground_and_walked_as_networkx_says(real_streets):
    """Lengths against the geodesic, and walks between fifty corners, all pairs, against Dijkstra on our lengths."""
    streets, named = real_streets
    assert systems.name_of(streets.crs) == named
    length = float(streets.edges["length_m"].sum())
    ground = sum(abs(GEOD.geometry_length(line)) for line in streets.edges.to_crs(4326).geometry)
    assert length == pytest.approx(ground, rel=0.001)
    assert ground > 100_000
    if named == "EPSG:32650":
        assert length / 1000 == pytest.approx(7185.1, abs=0.1)
    else:
        with pytest.raises(AreaError, match="EPSG:5179"):
            systems.chosen(streets.nodes, "EPSG:5179")
    street = streets.to_networkx()
    street.remove_edges_from(
        [(u, v, key) for u, v, key, only in street.edges(keys=True, data="ends_only") if only]
    )
    middle = streets.nodes.geometry.union_all().centroid
    near = streets.nodes.distance(middle).sort_values().index[:3000]
    doors = siting.corners(streets)
    doors = doors[doors["node_id"].isin(near) & ~streets.edge_ends_only[doors["edge_id"]]]
    doors = doors.sample(50, random_state=1).reset_index(drop=True)
    stops = doors.assign(site_id=doors["node_id"].astype(str))
    walks = reach.between(streets, stops, cutoff_m=2000.0)
    measured = {frozenset(pair): m for *pair, m in walks[["a", "b", "walk_m"]].itertuples(index=False)}
    expected = {}
    for node in doors["node_id"]:
        found = nx.single_source_dijkstra_path_length(street, node, cutoff=2000.004, weight="cost_m")
        expected |= {
            frozenset((str(node), str(other))): round(found[other], 2)
            for other in doors["node_id"]
            if other != node and other in found
        }
    assert len(expected) > 100
    assert measured == pytest.approx(expected)


def test_lines_in_feet_or_degrees_are_refused_and_any_zone_is_taken():
    line = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (300, 0)])])
    for code, lacks in ((4326, "in degrees"), (2225, "US survey foot"), (3031, "axes lead")):
        with pytest.raises(GeometryError, match=lacks):
            network.from_lines(line.set_crs(code))
    made = network.from_lines(line.set_crs(32610))
    assert systems.name_of(made.crs) == "EPSG:32610"
    assert pd.Series(made.edges["length_m"]).tolist() == [300.0]
