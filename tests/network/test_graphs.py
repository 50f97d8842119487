"""Graphs of OSMnx as they come: simplified or not, read the same whatever the order of their lists."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from shapely import LineString, box

from sharemap import network
from sharemap.errors import InputError
from sharemap.network.polylines import marked
from sharemap.units import PROFILES

CRS = "EPSG:5179"
X0, Y0 = 955_000.0, 1_950_000.0

#: Prints what a wheelchair and an adult walk from one side of a simplified graph to the other, and the metres of steps.
_ASK = """
import json, sys
import networkx as nx
from sharemap import network
from sharemap.units import PROFILES
streets = network.from_graphml(sys.argv[1])
at = streets.nodes.set_index("osm_id")["node_id"]
told = []
for profile in ("standard", "elderly", "wheelchair"):
    graph = streets.with_profile(PROFILES[profile]).to_networkx()
    told.append(round(nx.shortest_path_length(graph, at[7], at[8], weight="cost_m")))
edges = streets.edges
print(json.dumps([told, edges.loc[edges["steps"], "length_m"].sum(), edges["source_ids"].tolist(), edges["highway"].tolist()]))
"""


def test_a_simplified_graph_is_read_the_same_under_every_hash_seed_and_shut_where_any_of_its_ways_is(root):
    graph = root / "tests" / "cases" / "osmnx_simplified_steps.graphml"
    answers = {
        subprocess.run(
            [sys.executable, "-c", _ASK, str(graph)],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, check=True, text=True,
        ).stdout
        for seed in ("0", "3")
    }  # fmt: skip
    (answer,) = answers
    walks, steps_m, ids, classes = json.loads(answer)
    # 50 m of street at both ends; the detour has 900 m, the steps somewhere on 300 m count as steps all along
    assert walks == [400, 100 + 2 * 300, 1_000]
    assert steps_m == pytest.approx(300, abs=1)
    assert sorted(itertools.chain(*(text.split() for text in ids))) == ["1,4,0", "1,4,1", "1,7,0", "4,8,0"]
    assert sorted(classes) == ["footway", "residential", "residential", "residential"]


def town(crs=CRS):
    """
    7---1--a--b------4---8     a-b are 20 m of steps; the way round by c and d has 900 m
        |            |
        c------------d
    """
    graph = nx.MultiDiGraph(crs=crs)
    places = {
        7: (-50, 0),
        1: (0, 0),
        2: (100, 0),
        3: (120, 0),
        4: (300, 0),
        8: (350, 0),
        5: (0, -300),
        6: (300, -300),
    }
    for node, (x, y) in places.items():
        graph.add_node(node, x=X0 + x, y=Y0 + y)
    for osmid, highway, way in (
        (10, "footway", (1, 2)),
        (11, "steps", (2, 3)),
        (12, "footway", (3, 4)),
        (20, "residential", (1, 5, 6, 4)),
        (21, "residential", (7, 1)),
        (22, "residential", (4, 8)),
    ):
        for a, b in itertools.pairwise(way):
            for u, v in ((a, b), (b, a)):
                length = float(np.hypot(*(np.subtract(places[u], places[v]))))
                graph.add_edge(
                    u, v, osmid=osmid, highway=highway, length=length, oneway=False, reversed=u > v
                )
    return graph


def simplified(graph):
    import osmnx

    graph = graph.copy()
    return osmnx.simplify_graph(graph)


def walk(streets, profile, a=7, b=8):
    graph = streets.with_profile(PROFILES[profile]).to_networkx()
    at = streets.nodes.set_index("osm_id")["node_id"]
    return nx.shortest_path_length(graph, at[a], at[b], weight="cost_m")


def test_a_graph_that_is_not_simplified_keeps_its_steps_as_long_as_they_are(caplog):
    streets = network.from_osmnx(town())
    assert streets.edges.loc[streets.edges["steps"], "length_m"].tolist() == [20.0]
    assert [walk(streets, profile) for profile in ("standard", "elderly", "wheelchair")] == [400, 420, 1_000]
    ids = streets.edges.set_index("length_m")["source_ids"].to_dict()
    assert ids == {50.0: ids[50.0], 100.0: "1,2,0", 20.0: "2,3,0", 180.0: "3,4,0", 900.0: "1,5,0 5,6,0 4,6,0"}
    assert "merged" not in caplog.text


def test_a_simplified_graph_says_that_it_does_not_know_where_its_steps_are(caplog):
    streets = network.from_osmnx(simplified(town()))
    assert [walk(streets, profile) for profile in ("standard", "wheelchair")] == [400, 1_000]
    assert streets.edges["length_m"].sum() == network.from_osmnx(town()).edges["length_m"].sum() == 1_300.0
    assert streets.report["merged_km"] == 0.3
    assert "does not say which part is steps" in caplog.text
    assert set(streets.nodes["osm_id"]) == {1, 4, 7, 8}


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ({"highway": ["steps", "footway"]}, {"highway": "footway", "steps": True}),
        ({"highway": ["footway", "primary", "path"]}, {"highway": "primary", "steps": False}),
        ({"highway": "footway", "bridge": ["no", "yes"]}, {"bridge": True, "tunnel": False}),
        ({"highway": "footway", "tunnel": {"building_passage"}}, {"bridge": False, "tunnel": True}),
        ({"highway": "footway", "tunnel": "no", "bridge": "no"}, {"bridge": False, "tunnel": False}),
        ({"highway": "footway", "name": ["나길", "가길"]}, {"name": "가길 / 나길"}),
        ({}, {"highway": "unclassified", "steps": False}),
    ],
)
def test_lists_are_read_by_a_stated_rule(said, taken):
    graph = nx.MultiDiGraph(crs=CRS)
    graph.add_node(1, x=X0, y=Y0)
    graph.add_node(2, x=X0 + 100, y=Y0)
    graph.add_edge(1, 2, osmid=[1, 2], **said)
    edge = network.from_osmnx(graph).edges.iloc[0].to_dict()
    assert {name: edge[name] for name in taken} == taken


def test_two_directions_are_one_edge_and_two_ways_beside_each_other_are_two():
    graph = nx.MultiDiGraph(crs=CRS)
    for node, x in ((1, 0), (2, 100), (3, 200), (9, -50)):
        graph.add_node(node, x=X0 + x, y=Y0)
    bow = LineString([(X0, Y0), (X0 + 50, Y0 + 50), (X0 + 100, Y0)])
    graph.add_edge(1, 2, osmid=1, highway="residential", geometry=bow)
    graph.add_edge(2, 1, osmid=1, highway="residential", geometry=bow.reverse())
    graph.add_edge(1, 2, osmid=2, highway="residential")
    graph.add_edge(2, 1, osmid=2, highway="residential")
    graph.add_edge(2, 3, osmid=3, highway="residential")  # one way for cars only
    graph.add_edge(9, 1, osmid=4, highway="steps")
    ring = LineString([(X0 + 200, Y0), (X0 + 250, Y0 + 50), (X0 + 250, Y0), (X0 + 200, Y0)])
    graph.add_edge(3, 3, osmid=5, highway="residential", geometry=ring)
    graph.add_edge(3, 3, osmid=5, highway="residential", geometry=ring.reverse())
    streets = network.from_osmnx(graph)
    assert sorted(streets.edges["length_m"].round()) == [50.0, 100.0, 100.0, 141.0, 171.0]


def test_lines_meet_at_nodes_and_not_where_they_only_touch():
    """Nodes one above the other, as where a footbridge ends over a street, are two."""
    graph = nx.MultiDiGraph(crs=CRS)
    for node, (x, y) in enumerate([(0, 0), (100, 0), (100, 0), (100, 90)]):
        graph.add_node(node, x=X0 + x, y=Y0 + y)
    graph.add_edge(0, 1, osmid=1, highway="footway")
    graph.add_edge(2, 3, osmid=2, highway="footway")
    assert network.from_osmnx(graph).edges["component"].nunique() == 2
    # a line that ends short of its node, as after consolidation, is led to it
    graph.add_edge(
        1, 3, osmid=3, highway="footway", geometry=LineString([(X0 + 100, Y0 + 10), (X0 + 100, Y0 + 80)])
    )
    streets = network.from_osmnx(graph)
    assert streets.edges["component"].nunique() == 1
    assert streets.edges["length_m"].sum() == 100 + 90 + 90


def test_a_part_of_a_graph_keeps_its_ids():
    streets = network.from_osmnx(town())
    area = gpd.GeoSeries([box(X0 - 60, Y0 - 10, X0 - 20, Y0 + 10)], crs=CRS)
    part = network.clipped(streets, area, surroundings_m=0)
    assert part.edges["source_ids"].tolist() == ["7,1,0"]
    assert sorted(part.nodes["osm_id"]) == [1, 7]
    assert part.report["length_km"] == 0.05
    whole = network.clipped(streets, area, surroundings_m=10_000)
    assert whole.edges.drop(columns="geometry").equals(streets.edges.drop(columns="geometry"))
    assert shapely.equals(whole.edges.geometry.to_numpy(), streets.edges.geometry.to_numpy()).all()


def test_marks_of_every_kind_are_read():
    import pandas as pd

    assert marked(pd.Series(["viaduct", " NO ", "1", 0, np.nan], dtype=object)).tolist() == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert marked(pd.Series([True, False])).tolist() == [True, False]


@pytest.mark.parametrize(
    ("crs", "x", "said"),
    [
        (None, 0.0, "none of OSMnx"),
        ("nonsense", 0.0, "none of OSMnx"),
        (CRS, float("nan"), "coordinates that are no numbers"),
    ],
)
def test_a_graph_without_a_place_is_named(crs, x, said):
    graph = nx.MultiDiGraph(crs=crs)
    graph.add_node(1, x=X0, y=Y0)
    graph.add_node(2, x=X0 + 100 + x, y=Y0)
    graph.add_edge(1, 2, osmid=1, highway="footway")
    with pytest.raises(InputError, match=said):
        network.from_osmnx(graph)
