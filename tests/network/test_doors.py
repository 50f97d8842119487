"""The same streets through five doors, and walks in six cities as networkx walks them."""

from __future__ import annotations

import itertools

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from sharemap import network
from sharemap.network import Joining
from sharemap.reach import to_points, within
from sharemap.sources import osm
from sharemap.sources.street_lines import read_street_lines

MINUTES = 60.0


def walks_cm(streets, places):
    """All walks between places, access legs included, in centimetres; -1 beyond an hour. And where the places join."""
    stops = network.snap(streets, places)
    sites = stops.assign(site_id=[f"{k:03d}" for k in range(len(places))])
    found = to_points(streets, within(streets, sites, minutes=MINUTES), sites, stops)
    table = np.full((len(places),) * 2, -1, dtype=np.int64)
    table[found.point, found.site] = np.rint(found.cost_m * 100).astype(np.int64)
    return table, stops


def graph_of(ways, *, crs):
    """An OSMnx graph as ``graph_from_xml(simplify=False)`` makes it: each step of each way there and back, in degrees."""
    graph = nx.MultiDiGraph(crs=crs, simplified=False)
    keep = network.verdict(ways, network.WalkRules()) == ""
    names, classes = ways.column("name").to_numpy(), ways.column("highway").to_numpy()
    marks = {key: ways.column(key).to_numpy() for key in ("tunnel", "bridge")}
    for way in np.flatnonzero(keep):
        part = slice(ways.offsets[way], ways.offsets[way + 1])
        nodes = ways.refs[part].tolist()
        for node, (x, y) in zip(nodes, ways.lonlat[part].tolist(), strict=True):
            graph.add_node(node, x=x, y=y, street_count=0)
        said = {
            "osmid": int(ways.tags["way_id"].iloc[way]),
            "highway": classes[way],
            "oneway": False,
            "length": 1.0,
        }
        said |= {key: values[way] for key, values in marks.items() if values[way]}
        said |= {"name": names[way]} if names[way] else {}
        for a, b in itertools.pairwise(nodes):
            if a != b:
                graph.add_edge(a, b, **said, reversed=False)
                graph.add_edge(b, a, **said, reversed=True)
    return graph


def whole_ways(ways, crs):
    """The same ways as lines that nobody has cut at junctions."""
    keep = network.verdict(ways, network.WalkRules()) == ""
    table = pd.DataFrame({key: ways.column(key) for key in ("highway", "name", "tunnel", "bridge")})
    return gpd.GeoDataFrame(table.loc[keep], geometry=ways.lines(keep).to_list(), crs=ways.crs).to_crs(crs)


def through_every_door(ways, streets, folder):
    """The streets of an extract from an OSMnx graph, one simplified, a graph's file, lines and lines of whole ways."""
    import osmnx

    graph = graph_of(ways, crs="EPSG:4326")
    simple = osmnx.simplify_graph(graph, edge_attrs_differ=["highway", "tunnel", "bridge"])
    osmnx.save_graphml(graph, folder / "raw.graphml")
    streets.edges.drop(columns=["source_ids"]).to_crs(4326).to_file(folder / "edges.gpkg")
    whole_ways(ways, 4326).to_parquet(folder / "ways.parquet")
    crs = streets.crs
    yield "graph", network.from_osmnx(graph, crs=crs)
    yield "simplified", network.from_osmnx(simple, crs=crs)
    yield "graphml", network.from_graphml(folder / "raw.graphml", crs=crs)
    for name in ("edges.gpkg", "ways.parquet"):
        lines = read_street_lines(folder / name).to_crs(crs)
        yield name, network.from_lines(lines, joining=Joining())


def assert_same(ways, streets, folder, places):
    expected, stops = walks_cm(streets, places)
    assert (stops["status"] == "ok").mean() > 0.8
    assert (expected >= 0).mean() > 0.2
    for door, other in through_every_door(ways, streets, folder):
        assert other.edges["length_m"].sum() == pytest.approx(streets.edges["length_m"].sum(), rel=0.005), (
            door
        )
        found, _ = walks_cm(other, places)
        near = (expected >= 0) & (
            expected < MINUTES * 7400
        )  # those at the cutoff may fall out by a centimetre
        assert (np.abs(found - expected)[near] <= 100).all(), door  # within 1 m


def town(folder):
    """A town of 15 by 12 blocks with crooked streets, steps, a tunnel, a bridge over an avenue, in an extract."""
    import osmium

    rng = np.random.default_rng(5)
    mutable = osmium.osm.mutable
    lon, lat = 8.66, 49.40
    place = {
        100 * row + col + 1: (
            lon + 0.0011 * col + rng.normal(0, 1e-4),
            lat + 0.0008 * row + rng.normal(0, 7e-5),
        )
        for row in range(13)
        for col in range(16)
    }
    path = folder / "town.osm.pbf"
    rows = [[100 * row + col + 1 for col in range(16)] for row in range(13)]
    columns = [list(one) for one in zip(*rows, strict=True)]
    ways = [
        ({"highway": "residential", "name": f"Straße {k}"}, nodes) for k, nodes in enumerate(rows + columns)
    ]
    ways[3][0]["highway"] = "secondary"
    with osmium.SimpleWriter(str(path)) as out:
        cut = []
        for tags, nodes in ways:
            a, b = sorted(rng.choice(np.arange(1, len(nodes)), 2, replace=False))
            middle = rng.choice(["steps", "footway", "path", "residential"])
            cut += [
                (tags, nodes[: a + 1]),
                ({**tags, "highway": str(middle)}, nodes[a : b + 1]),
                (tags, nodes[b:]),
            ]
        cut[4] = ({**cut[4][0], "highway": "residential", "tunnel": "yes"}, cut[4][1])
        over = {9_001: (lon + 0.0161, lat - 0.0004), 9_002: (lon + 0.0004, lat + 0.0099)}
        cut.append(({"highway": "footway", "bridge": "yes"}, [1, 9_001, 9_002, 1213]))
        for node, where in sorted((place | over).items()):
            out.add_node(mutable.Node(id=node, location=where))
        for number, (tags, nodes) in enumerate(cut):
            if len(nodes) > 1:
                out.add_way(mutable.Way(id=number + 1, nodes=nodes, tags=tags))
    return path


def area_of(lon, lat, radius_m):
    place = gpd.GeoSeries.from_xy([lon], [lat], crs=4326)
    return place.to_crs(place.estimate_utm_crs()).buffer(radius_m)


def scattered(area, count, seed=1):
    west, south, east, north = area.total_bounds
    rng = np.random.default_rng(seed)
    return gpd.GeoSeries.from_xy(
        rng.uniform(west, east, count), rng.uniform(south, north, count), crs=area.crs
    )


@pytest.mark.filterwarnings("ignore")
def test_a_town_is_the_same_through_every_door(tmp_path):
    path = town(tmp_path)
    area = area_of(8.66825, 49.4048, 1_500)
    streets = network.from_pbf(path, area, surroundings_m=500)
    ways = osm.read_ways(path, near=area)
    inside = gpd.GeoSeries(shapely.box(*streets.edges.total_bounds), crs=streets.crs)
    assert_same(ways, streets, tmp_path, scattered(inside, 30))


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_real_ward_is_the_same_through_every_door(shared_data, tmp_path):
    path = shared_data / "osm" / "dongdaemun-2021-08.osm.pbf"
    dongs = gpd.read_file(shared_data / "boundaries" / "dong__202104.geojson").to_crs(5179)
    ward = dongs.loc[dongs["sggnm"] == "동대문구"]
    # the whole file, so that a part cut out by the area is not cut another way from whole ways
    streets = network.from_pbf(path, ward, surroundings_m=30_000)
    ways = osm.read_ways(path, near=ward.buffer(30_000))
    assert_same(ways, streets, tmp_path, scattered(ward.geometry, 50))


def layered(streets, stops):
    """Return a networkx graph in which the stops are nodes of their own, on their edges.

    Ways that are open for walks that begin or end there are in it twice, before and after all others: nobody walks
    through them.
    """
    graph = nx.DiGraph()
    on = {}
    for row, (edge, offset) in enumerate(zip(stops["edge_id"], stops["offset_m"], strict=True)):
        if not pd.isna(edge):
            on.setdefault(int(edge), []).append((float(offset), f"stop {row}"))
    columns = ["edge_id", "u", "v", "length_m", "cost_m", "ends_only"]
    for edge, u, v, length, cost, only in (
        streets.edges[columns].dropna(subset="cost_m").itertuples(index=False)
    ):
        along = [(0.0, u), *sorted(on.get(edge, [])), (length, v)]
        for (begin, a), (end, b) in itertools.pairwise(along):
            part = (end - begin) * (cost / length if length else 1.0)
            for layer, (here, there) in itertools.product((0, 2) if only else (1,), ((a, b), (b, a))):
                known = graph.get_edge_data((layer, here), (layer, there), {"weight": np.inf})
                graph.add_edge((layer, here), (layer, there), weight=min(part, known["weight"]))
    for node in {node for _, node in graph.nodes}:
        graph.add_edge((0, node), (1, node), weight=0.0)
        graph.add_edge((1, node), (2, node), weight=0.0)
    return graph


def assert_as_networkx(streets, places):
    found, stops = walks_cm(streets, places)
    graph = layered(streets, stops)
    snap = stops["snap_m"].to_numpy()
    known = np.flatnonzero((stops["status"] == "ok").to_numpy())
    assert len(known) > 0.5 * len(places)
    limit = MINUTES * 75.0
    for a in known:
        lengths = nx.single_source_dijkstra_path_length(graph, (0, f"stop {a}"), cutoff=limit)
        for b in known:
            walk = lengths.get((2, f"stop {b}"))
            total = np.inf if walk is None else walk + snap[a] + snap[b]
            if a == b or abs(total - limit) < 1:
                continue
            if total > limit:
                assert found[a, b] == -1
            else:
                assert abs(found[a, b] / 100 - total) < 0.05


def test_walks_of_a_town_are_those_of_networkx(tmp_path):
    streets = network.from_pbf(town(tmp_path), area_of(8.66825, 49.4048, 1_500), surroundings_m=500)
    assert_as_networkx(
        streets, scattered(gpd.GeoSeries(shapely.box(*streets.edges.total_bounds), crs=streets.crs), 25)
    )


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(
    ("city", "lon", "lat"),
    [
        ("heidelberg", 8.69, 49.41),
        ("porto", -8.61, 41.155),
        ("poa", -51.2, -30.04),
        ("spo", -46.63, -23.55),
        ("liechtenstein", 9.52, 47.14),
    ],
)
def test_walks_of_50_sites_in_each_city_are_those_of_networkx(shared_data, city, lon, lat):
    area = area_of(lon, lat, 1_500)
    streets = network.from_pbf(shared_data / "cities" / f"{city}.osm.pbf", area, surroundings_m=500)
    assert_as_networkx(streets, scattered(area, 50))


@pytest.mark.real
@pytest.mark.slow
def test_walks_of_50_sites_in_wuhan_are_those_of_networkx(shared_data):
    lines = read_street_lines(shared_data / "cities" / "wuhan.parquet")
    middle = shapely.Point(*lines.total_bounds.reshape(2, 2).mean(axis=0))
    near = lines.iloc[lines.sindex.query(middle.buffer(4_000), predicate="intersects")]
    streets = network.from_lines(near.reset_index(drop=True), joining=Joining())
    assert_as_networkx(streets, scattered(gpd.GeoSeries([middle.buffer(3_000)], crs=lines.crs), 50))
