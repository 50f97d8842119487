from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from sharemap import network, reach
from sharemap.errors import GeometryError
from sharemap.reach import costs as costs_of
from sharemap.reach import engine, pairs, plain, walks
from sharemap.reach.pairs import Rows
from sharemap.units import PROFILES, STANDARD

CRS_METRIC = "EPSG:5179"

X0, Y0 = 955000.0, 1950000.0


def lines(*parts, **columns):
    geometry = [LineString([(X0 + x, Y0 + y) for x, y in part]) for part in parts]
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS_METRIC)


def stops_at(streets, *xy, max_snap_m=150.0):
    where = gpd.GeoSeries([Point(X0 + x, Y0 + y) for x, y in xy], crs=CRS_METRIC)
    stops = network.snap(streets, where, max_snap_m=max_snap_m)
    stops.insert(0, "site_id", [f"s{number:02d}" for number in range(len(xy))])
    return stops


def oracle(streets, stops, points=None):
    """networkx on the exported tables: stops and points become nodes that split their edges."""
    graph = nx.MultiGraph(streets.to_networkx())
    on_edge: dict[int, list[tuple[str, float, float]]] = {}
    for kind, table in (("s", stops), ("p", points)):
        for row, (edge, offset, leg) in enumerate(
            [] if table is None else zip(table["edge_id"], table["offset_m"], table["snap_m"], strict=True)
        ):
            graph.add_node((kind, row))
            if pd.notna(edge):
                on_edge.setdefault(edge, []).append(((kind, row), offset, leg))
    for edge, here in on_edge.items():
        u, v, cost, length = streets.edges.loc[edge, ["u", "v", "cost_m", "length_m"]]
        factor = cost / length if length else 0
        # door -> its foot on the street -> along the street; doors are never walked through
        feet = sorted([(offset * factor, door) for door, offset, _ in here], key=lambda item: item[0])
        for door, _, leg in here:
            graph.add_edge(door, ("foot", door), cost_m=leg)
        chain = [(0.0, u), *((along, ("foot", door)) for along, door in feet), (cost, v)]
        for (a, node_a), (b, node_b) in itertools.pairwise(chain):
            graph.add_edge(node_a, node_b, cost_m=b - a)
    return graph


def distances(graph, start, cutoff):
    """Walks from a door; other doors are ends, never ways through."""
    doors = [node for node in graph if isinstance(node, tuple) and node[0] in "sp" and node != start]
    inner = graph.subgraph([node for node in graph if node not in set(doors)])
    cost = nx.single_source_dijkstra_path_length(inner, start, cutoff=cutoff + 1e-6, weight="cost_m")
    found = {node: value for node, value in cost.items() if not isinstance(node, tuple)}
    for door in doors:
        if ("foot", door) in cost:
            leg = min(data["cost_m"] for data in graph[door][("foot", door)].values())
            found[door] = cost[("foot", door)] + leg
    return {node: value for node, value in found.items() if value <= cutoff + 1e-6}


# --- toys with numbers that can be checked on paper -----------------------------------------------------------


def test_a_street_by_hand():
    """
    0 --- 100 m --- 1 --- 200 m --- 2     s00 is 10 m off the street, 30 m from node 0
    """
    streets = network.from_lines(lines([(0, 0), (100, 0)], [(100, 0), (300, 0)], [(100, 0), (100, 1)]))
    stops = stops_at(streets, (30, 10))
    got = reach.within(streets, stops, minutes=300 * 0.06 / 4.5).frame()
    place = streets.nodes.geometry.x - X0 + (streets.nodes.geometry.y - Y0) * 1000
    cost = {round(place[node]): value for node, value in zip(got["node_id"], got["cost_m"], strict=True)}
    assert cost == {0: 40.0, 100: 80.0, 300: 280.0, 1100: 81.0}


def test_the_cutoff_is_inclusive_to_the_centimetre():
    streets = network.from_lines(lines([(0, 0), (1125, 0)], [(1125, 0), (1125.01, 0)]))
    stops = stops_at(streets, (0, 0))
    streets = network.from_lines(
        lines([(0, 0), (1125, 0)], [(1125, 0), (1125.01, 0)], [(1125, 0), (1125, 5)])
    )
    stops = stops_at(streets, (0, 0))
    got = reach.within(streets, stops, minutes=15)
    assert sorted(got.cost_cm.tolist()) == [0, 112500]


def test_two_sites_on_one_edge_are_joined_along_it():
    streets = network.from_lines(lines([(0, 0), (1000, 0)]))
    stops = stops_at(streets, (400, 0), (500, 3))
    walks = reach.between(streets, stops, cutoff_m=200)
    assert walks.to_dict("records") == [{"a": "s00", "b": "s01", "walk_m": 103.0}]


def test_a_loop_is_entered_from_both_ends():
    streets = network.from_lines(lines([(-50, 0), (0, 0)], [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]))
    stops = stops_at(streets, (-50, 0))
    points = stops_at(streets, (0, 50), (50, 0), (100, 100))
    got = reach.to_points(streets, reach.within(streets, stops, minutes=15), stops, points)
    assert got.cost_m.tolist() == [100.0, 100.0, 250.0]


def test_steps_cost_more_for_the_elderly_and_cannot_be_used_on_wheels():
    parts = lines(
        [(0, 0), (100, 0)], [(100, 0), (150, 0)], [(150, 0), (250, 0)], highway=["path", "steps", "path"]
    )
    streets = network.from_lines(parts)
    stops = stops_at(streets, (0, 0))
    far = {}
    for name, profile in PROFILES.items():
        view = streets.with_profile(profile)
        far[name] = reach.within(view, stops, minutes=15).cost_cm.max() / 100
    assert far == {"standard": 250.0, "elderly": 300.0, "stroller": 100.0, "wheelchair": 100.0}


def test_half_of_a_flight_of_steps_costs_half_of_its_cost():
    streets = network.from_lines(lines([(0, 0), (100, 0)], [(100, 0), (150, 0)], highway=["path", "steps"]))
    streets = streets.with_profile(PROFILES["elderly"])
    stops, points = stops_at(streets, (0, 0)), stops_at(streets, (125, 0))
    got = reach.to_points(streets, reach.within(streets, stops, minutes=15), stops, points)
    assert got.cost_m.tolist() == [150.0]


def test_sites_without_a_street_keep_their_row_and_reach_nothing():
    streets = network.from_lines(lines([(0, 0), (100, 0)]))
    stops = stops_at(streets, (0, 900), (0, 0))
    got = reach.within(streets, stops, minutes=15)
    assert np.diff(got.indptr).tolist() == [0, 2]
    assert reach.within(streets, stops.iloc[:0], minutes=15).frame().empty
    points = reach.to_points(streets, got, stops, stops)
    assert points.n_points == 2
    assert list(zip(points.point, points.site, points.cost_m, strict=True)) == [(1, 1, 0.0)]


def test_nearest_takes_the_lowest_of_equals():
    streets = network.from_lines(lines([(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, 10)]))
    stops = stops_at(streets, (200, 0), (0, 0))
    got = reach.nearest(streets, stops, minutes=15)
    middle = int(streets.nodes.geometry.distance(Point(X0 + 100, Y0)).idxmin())
    assert (got.cost_cm[middle], got.site[middle]) == (10000, 0)
    swapped = reach.nearest(streets, stops.iloc[::-1], minutes=15)
    assert swapped.cost_cm.tolist() == got.cost_cm.tolist()


def test_reach_survives_a_round_trip_through_its_table():
    streets = network.from_lines(lines([(0, 0), (100, 0)], [(100, 0), (200, 50)], [(100, 0), (100, 70)]))
    stops = stops_at(streets, (0, 0), (0, 900), (150, 40))
    got = reach.within(streets, stops, minutes=2)
    again = reach.from_frame(got.frame(), stops, cutoff_m=got.cutoff_m, profile=STANDARD)
    assert again.indptr.tolist() == got.indptr.tolist()
    for row in range(3):
        part = slice(got.indptr[row], got.indptr[row + 1])
        assert dict(zip(again.node[part], again.cost_cm[part], strict=True)) == dict(
            zip(got.node[part], got.cost_cm[part], strict=True)
        )
    with pytest.raises(GeometryError, match="not among the stops"):
        reach.from_frame(got.frame(), stops.iloc[1:], cutoff_m=got.cutoff_m, profile=STANDARD)


@pytest.mark.parametrize("edge", [99, 1, -2])
def test_stops_of_another_network_are_refused(edge):
    streets = network.from_lines(lines([(0, 0), (100, 0)]))
    stops = stops_at(streets, (0, 0)).assign(edge_id=pd.array([edge], dtype="Int64"))
    with pytest.raises(GeometryError, match="edge that is not there"):
        reach.within(streets, stops)


def test_stops_beyond_their_edge_twice_or_without_a_column_are_refused():
    streets = network.from_lines(lines([(0, 0), (100, 0)]))
    stops = stops_at(streets, (0, 0), (10, 0))
    with pytest.raises(GeometryError, match="beyond the end of its edge of 100 m") as error:
        reach.within(streets, stops.assign(offset_m=[0.0, 100.5]))
    assert error.value.row == 1
    with pytest.raises(GeometryError, match="two stops have one id"):
        reach.within(streets, stops.assign(site_id="a"))
    for column in ("site_id", "edge_id", "offset_m", "snap_m"):
        with pytest.raises(GeometryError, match=f"{column}.*lack a column"):
            reach.within(streets, stops.drop(columns=column))


# --- against networkx on random towns -------------------------------------------------------------------------

quads = st.lists(st.tuples(*[st.integers(0, 4)] * 4), min_size=1, max_size=18)
doors = st.lists(st.tuples(st.integers(-5, 85), st.integers(-5, 85)), min_size=1, max_size=6)


def town(quads, with_steps):
    parts = [((a * 20.0, b * 20.0), (c * 20.0, d * 20.0)) for a, b, c, d in quads if (a, b) != (c, d)]
    # a loop, a parallel street and a street of no length to speak of are always there
    parts += [((0, 0), (20, 0)), ((20, 0), (20.004, 0))]
    parts = [list(part) for part in parts] + [[(0, 0), (10, 9), (20, 0)], [(0, 0), (-9, 3), (-9, -3), (0, 0)]]
    highway = ["steps" if with_steps and number % 3 == 0 else "residential" for number in range(len(parts))]
    return network.from_lines(
        lines(*parts, highway=highway), profile=PROFILES["elderly" if with_steps else "standard"]
    )


@settings(max_examples=120, deadline=None)
@given(quads, doors, doors, st.integers(0, 200), st.booleans())
def test_reach_equals_networkx(quads, sites, people, cutoff_m, with_steps):
    streets = town(quads, with_steps)
    stops, points = stops_at(streets, *sites), stops_at(streets, *people)
    minutes = streets.profile.minutes(cutoff_m)
    got = reach.within(streets, stops, minutes=minutes)
    pairs = reach.to_points(streets, got, stops, points)
    graph = oracle(streets, stops, points)
    tolerance = 0.03  # both ends and the share of an edge are rounded to centimetres
    for row in range(len(stops)):
        wanted = distances(graph, ("s", row), cutoff_m + tolerance)
        part = slice(got.indptr[row], got.indptr[row + 1])
        nodes = dict(zip(got.node[part].tolist(), got.cost_cm[part] / 100, strict=True))
        mine = pairs.site == row
        people_of = dict(zip(pairs.point[mine].tolist(), pairs.cost_m[mine], strict=True))
        for node, cost in wanted.items():
            here = people_of.get(node[1]) if isinstance(node, tuple) else nodes.get(node)
            if isinstance(node, tuple) and node[0] == "s":
                continue
            if here is None:
                assert cost > cutoff_m - tolerance
            else:
                assert here == pytest.approx(cost, abs=tolerance)
        assert set(nodes) <= {node for node in wanted if not isinstance(node, tuple)}
        assert {("p", point) for point in people_of} <= set(wanted)
    assert (np.diff(pairs.point) >= 0).all()
    assert (np.diff(pairs.site)[np.diff(pairs.point) == 0] > 0).all()


@settings(max_examples=60, deadline=None)
@given(quads, doors, st.integers(0, 200))
def test_nearest_is_the_minimum_over_reach(quads, sites, cutoff_m):
    streets = town(quads, with_steps=False)
    stops = stops_at(streets, *sites)
    minutes = streets.profile.minutes(cutoff_m)
    got = reach.nearest(streets, stops, minutes=minutes)
    every = reach.within(streets, stops, minutes=minutes).frame()
    wanted = every.groupby("node_id")["cost_m"].min()
    assert {n: c / 100 for n, c in enumerate(got.cost_cm.tolist()) if c >= 0} == wanted.to_dict()
    for node, site in enumerate(got.site.tolist()):
        if site >= 0:
            same = every[(every["node_id"] == node) & (every["cost_m"] == wanted[node])]
            assert same["site_id"].astype(str).min() == f"s{site:02d}"


@settings(max_examples=40, deadline=None)
@given(quads, doors, st.integers(10, 100), st.integers(0, 100))
def test_reach_is_nested_in_the_cutoff_and_symmetric(quads, sites, low, more):
    streets = town(quads, with_steps=False)
    stops = stops_at(streets, *sites)
    small = reach.within(streets, stops, minutes=STANDARD.minutes(low)).frame()
    large = reach.within(streets, stops, minutes=STANDARD.minutes(low + more)).frame()
    joined = small.astype({"site_id": str}).merge(
        large.astype({"site_id": str}), on=["site_id", "node_id"], how="left"
    )
    assert (joined["cost_m_x"] == joined["cost_m_y"]).all()
    pairs = reach.to_points(streets, reach.within(streets, stops, minutes=2), stops, stops)
    cost = {(a, b): value for a, b, value in zip(pairs.point, pairs.site, pairs.cost_m, strict=True)}
    assert all(cost[b, a] == value for (a, b), value in cost.items())


# --- costs that differ by direction ---------------------------------------------------------------------------


def on_slopes(streets, seed):
    """Random slopes, and some directions that are shut."""
    rng = np.random.default_rng(seed)
    factor = rng.uniform(0.5, 2.0, (2, len(streets.edges)))
    factor[rng.random(factor.shape) < 0.15] = np.inf
    return streets.with_profile(streets.profile, pd.DataFrame(factor.T, columns=["forward", "backward"]))


def directed_oracle(streets, stops, points):
    """networkx MultiDiGraph: doors split their edges in both directions."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(streets.nodes)))
    feet = {}
    for kind, table in (("s", stops), ("p", points)):
        for row, (edge, offset, leg) in enumerate(
            zip(table["edge_id"], table["offset_m"], table["snap_m"], strict=True)
        ):
            door = (kind, row)
            graph.add_node(door)
            if pd.notna(edge):
                feet.setdefault(edge, []).append((offset, door))
                if kind == "s":
                    graph.add_edge(door, ("foot", door), cost_m=leg)
                else:
                    graph.add_edge(("foot", door), door, cost_m=leg)
    for edge, u, v, length in streets.edges[["edge_id", "u", "v", "length_m"]].itertuples(index=False):
        chain = [(0.0, u), *((at, ("foot", door)) for at, door in sorted(feet.get(edge, []))), (length, v)]
        for (a, node_a), (b, node_b) in itertools.pairwise(chain):
            share = (b - a) / length if length else float(node_b == v)
            for here, there, cost in (
                (node_a, node_b, streets.edge_forward_cm),
                (node_b, node_a, streets.edge_backward_cm),
            ):
                if share == 0 and streets.edge_cost_cm[edge] >= 0:
                    # who stands at one place is there, whatever the directions of the street
                    graph.add_edge(
                        here,
                        there,
                        cost_m=0.0
                        if max(streets.edge_forward_cm[edge], streets.edge_backward_cm[edge]) >= 0
                        else np.inf,
                    )
                elif cost[edge] >= 0:
                    graph.add_edge(here, there, cost_m=cost[edge] / 100 * share)
    return graph


@settings(max_examples=100, deadline=None)
@given(quads, doors, doors, st.integers(0, 200), st.integers(0, 19))
def test_directed_reach_equals_networkx(quads, sites, people, cutoff_m, seed):
    streets = town(quads, with_steps=seed % 2 == 0)
    stops, points = stops_at(streets, *sites), stops_at(streets, *people)
    streets = on_slopes(streets, seed)
    minutes = streets.profile.minutes(cutoff_m)
    got = reach.within(streets, stops, minutes=minutes)
    pairs = reach.to_points(streets, got, stops, points)
    graph = directed_oracle(streets, stops, points)
    tolerance = 0.05
    for row in range(len(stops)):
        wanted = nx.single_source_dijkstra_path_length(
            graph, ("s", row), cutoff=cutoff_m + tolerance, weight="cost_m"
        )
        part = slice(got.indptr[row], got.indptr[row + 1])
        mine = dict(zip(got.node[part].tolist(), got.cost_cm[part] / 100, strict=True))
        here = pairs.site == row
        mine |= {("p", p): c for p, c in zip(pairs.point[here].tolist(), pairs.cost_m[here], strict=True)}
        wanted = {node: c for node, c in wanted.items() if isinstance(node, int) or node[0] == "p"}
        assert set(mine) <= set(wanted)
        for node, cost in wanted.items():
            if node in mine:
                assert mine[node] == pytest.approx(cost, abs=tolerance)
            else:
                assert cost > cutoff_m - tolerance


def test_the_same_costs_both_ways_are_the_undirected_ones():
    streets = town([(0, 0, 3, 0), (3, 0, 3, 3), (1, 1, 4, 4)], with_steps=True)
    stops = stops_at(streets, (5, 5), (30, 3), (44, 50), (-5, 1))
    level = pd.DataFrame({"forward": np.ones(len(streets.edges)), "backward": 1.0})
    same = streets.with_profile(streets.profile, level)
    one, two = reach.within(streets, stops), reach.within(same, stops)
    assert one.frame().equals(two.frame())
    points, again = (
        reach.to_points(streets, one, stops, stops),
        reach.to_points(same, two, stops, stops),
    )
    assert points.cost_m.tolist() == again.cost_m.tolist()
    assert points.point.tolist() == again.point.tolist()


def test_uphill_and_downhill_by_hand():
    """
    u --- 100 m, uphill x 2 --- v     s00 at 25 m, s01 at 75 m; nothing goes down to u from v but the street
    """
    streets = network.from_lines(lines([(0, 0), (100, 0)]))
    up = int(streets.nodes.geometry.x.idxmax()) == int(streets.edges.loc[0, "v"])
    stops = stops_at(streets, (25, 0), (75, 0))
    slope = pd.DataFrame({"forward": [2.0], "backward": [1.0]})
    hill = streets.with_profile(streets.profile, slope)
    hill = hill if up else hill.reversed()
    got = reach.within(hill, stops).frame()
    place = (streets.nodes.geometry.x - X0).round().astype(int)
    assert {(s, place[n]): c for s, n, c in got.itertuples(index=False)} == {
        ("s00", 0): 25.0,
        ("s00", 100): 150.0,
        ("s01", 0): 75.0,
        ("s01", 100): 50.0,
    }
    pairs = reach.to_points(hill, reach.within(hill, stops), stops, stops)
    cost = {(s, p): c for s, p, c in zip(pairs.site, pairs.point, pairs.cost_m, strict=True)}
    assert cost == {(0, 0): 0.0, (0, 1): 100.0, (1, 0): 50.0, (1, 1): 0.0}
    shut = streets.with_profile(streets.profile, slope.replace(2.0, np.inf))
    shut = shut if up else shut.reversed()
    one_way = reach.within(shut, stops)
    pairs = reach.to_points(shut, one_way, stops, stops)
    assert list(zip(pairs.site, pairs.point, strict=True)) == [(0, 0), (1, 0), (1, 1)]
    assert np.diff(one_way.indptr).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("slopes", "says"),
    [
        ({"forward": [1.0], "backward": [-0.5]}, "no factor"),
        ({"forward": [np.nan], "backward": [1.0]}, "no factor"),
        ({"forward": [1.0]}, "lack a column"),
        ({"forward": [1.0, 2.0], "backward": [1.0, 2.0]}, "not of this network"),
    ],
)
def test_wrong_slopes_are_refused(slopes, says):
    streets = network.from_lines(lines([(0, 0), (100, 0)]))
    with pytest.raises(GeometryError, match=says):
        streets.with_profile(streets.profile, pd.DataFrame(slopes))


@settings(max_examples=50, deadline=None)
@given(quads, doors, st.integers(0, 200), st.integers(0, 19))
def test_between_two_sites_the_longer_of_there_and_back_counts(quads, sites, cutoff_m, seed):
    streets = town(quads, with_steps=True)
    stops = stops_at(streets, *sites)
    hill = on_slopes(streets, seed)
    found = reach.between(hill, stops, cutoff_m=cutoff_m)
    assert found.equals(reach.between(hill.reversed(), stops, cutoff_m=cutoff_m))
    got = reach.within(hill, stops, minutes=hill.profile.minutes(cutoff_m))
    pairs = reach.to_points(hill, got, stops, stops)
    ids = stops["site_id"]
    one_way = {(ids[s], ids[p]): m for s, p, m in zip(pairs.site, pairs.point, pairs.cost_m, strict=True)}
    wanted = {(a, b): max(one_way[a, b], one_way[b, a]) for a, b in one_way if a < b and (b, a) in one_way}
    assert {(a, b): m for a, b, m in found.itertuples(index=False)} == wanted
    assert list(wanted) == [] or list(zip(found["a"], found["b"], strict=True)) == sorted(wanted)


def test_streets_turned_twice_are_the_streets_and_flat_ones_do_not_turn():
    streets = network.from_lines(lines([(0, 0), (100, 0)]))
    assert streets.reversed() is streets
    assert streets.edge_forward_cm is streets.edge_backward_cm is streets.edge_cost_cm, (
        "one array, no more memory"
    )
    hill = on_slopes(streets, 1)
    turned = hill.reversed()
    assert turned.reversed() is hill
    assert turned.edge_forward_cm.tolist() == hill.edge_backward_cm.tolist()
    assert turned.edge_backward_cm.tolist() == hill.edge_forward_cm.tolist()
    slow = hill.with_profile(PROFILES["elderly"])
    assert slow.slopes.equals(hill.slopes), "another profile walks on the same slopes"


# --- counts ---------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(quads, doors, doors, st.integers(0, 200))
def test_counts_are_the_rows_of_reach(quads, first, second, cutoff_m):
    streets = town(quads, with_steps=False)
    layers = {
        "b": stops_at(streets, *first),
        "a": stops_at(streets, *second),
        "none": stops_at(streets).iloc[:0],
    }
    minutes = streets.profile.minutes(cutoff_m)
    got = reach.counts(streets, layers, minutes=minutes)
    assert got.layers == ("b", "a", "none")
    assert got.count.dtype == np.int32
    for row, stops in zip(got.count, layers.values(), strict=True):
        node = reach.within(streets, stops, minutes=minutes).node
        assert row.tolist() == np.bincount(node, minlength=len(streets.nodes)).tolist()
    near = reach.nearest_by_layer(streets, layers, minutes=minutes)
    assert list(near) == list(layers)
    for row, costs in zip(got.count, near.values(), strict=True):
        assert ((row > 0) == (costs.cost_cm >= 0)).all()


def grid_town(n_stops):
    rng = np.random.default_rng(3)
    streets = town([tuple(row) for row in rng.integers(0, 5, (40, 4))], with_steps=False)
    return streets, stops_at(streets, *[tuple(row) for row in rng.integers(0, 80, (n_stops, 2))])


def test_many_threads_and_a_second_run_give_the_same_bytes(monkeypatch):
    streets, stops = grid_town(300)
    layers = {"x": stops, "y": stops.iloc[::3]}
    first, counted = reach.within(streets, stops, minutes=3), reach.counts(streets, layers, minutes=3)
    points = reach.to_points(streets, first, stops, stops)
    for cores in (1, 2, 7):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        again = reach.within(streets, stops, minutes=3)
        assert first.node.tobytes() == again.node.tobytes()
        assert first.cost_cm.tobytes() == again.cost_cm.tobytes()
        assert counted.count.tobytes() == reach.counts(streets, layers, minutes=3).count.tobytes()
        other = reach.to_points(streets, again, stops, stops)
        assert points.site.tobytes() == other.site.tobytes()
        assert points.cost_m.tobytes() == other.cost_m.tobytes()


@pytest.mark.parametrize(
    ("sources_a_batch", "pairs_a_page"), [(1, 2**20), (7, 1), (64, 2**20), (299, 1), (300, 1)]
)
def test_batches_and_pages_that_are_used_again_give_the_same_bytes(
    monkeypatch, sources_a_batch, pairs_a_page
):
    streets, stops = grid_town(300)
    whole = reach.within(streets, stops, minutes=3)
    monkeypatch.setattr(walks, "_SOURCES_A_BATCH", sources_a_batch)
    monkeypatch.setattr(walks, "_PAIRS_A_PAGE", pairs_a_page)
    again = reach.within(streets, stops, minutes=3)
    assert whole.indptr.tolist() == again.indptr.tolist()
    assert whole.node.tobytes() == again.node.tobytes()
    assert whole.cost_cm.tobytes() == again.cost_cm.tobytes()


def test_the_pairs_are_held_once(monkeypatch):
    side = np.arange(40) * 20.0
    along = [[(a, b), (a + 20, b)] for a, b in itertools.product(side, side)]
    across = [[(b, a) for a, b in line] for line in along]
    streets = network.from_lines(lines(*along, *across))
    stops = stops_at(streets, *itertools.product(side, side))
    monkeypatch.setattr(walks, "_SOURCES_A_BATCH", 64)
    monkeypatch.setattr(walks, "_PAIRS_A_PAGE", 1)
    reach.within(streets, stops, minutes=15)  # compiled, and the graph is made
    tracemalloc.start()
    try:
        got = reach.within(streets, stops, minutes=15)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    result = got.node.nbytes + got.cost_cm.nbytes
    assert result > 10e6
    assert got.node.base is None
    assert peak < 1.6 * result


@settings(max_examples=60)
@given(st.data())
def test_rows_grow_whatever_comes_after_the_first(data):
    batches = data.draw(st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=6), max_size=6))
    expected, grown = [], Rows(sum(map(len, batches)))
    for sizes in batches:
        order = np.array(data.draw(st.permutations(range(len(sizes)))))
        base = len(expected)
        expected += [np.arange(size) + 100 * (base + row) for row, size in enumerate(sizes)]
        cut = data.draw(st.integers(0, len(sizes)))
        parts = []
        for rows in (order[:cut], order[cut:]):
            nodes = np.concatenate([np.empty(0), *(expected[base + row] for row in rows)]).astype(np.int32)
            starts = np.cumsum([0, *(sizes[row] for row in rows)])
            parts.append((starts, nodes, 7 * nodes))
        grown.add(parts, order)
    starts, nodes, costs = grown.csr()
    assert starts.tolist() == np.cumsum([0, *map(len, expected)]).tolist()
    assert nodes.tolist() == [int(node) for row in expected for node in row]
    assert costs.tolist() == (7 * nodes).tolist()


def test_rows_fit_where_the_room_foreseen_for_them_does_not(monkeypatch):
    monkeypatch.setattr(pairs, "_MORE_THAN_SO_FAR", 1e15)
    grown = Rows(3)
    for first in (0, 5, 10):
        nodes = np.arange(first, first + 5, dtype=np.int32)
        grown.add([(np.array([0, 5]), nodes, 7 * nodes)], np.array([0]))
    starts, nodes, costs = grown.csr()
    assert starts.tolist() == [0, 5, 10, 15]
    assert nodes.tolist() == list(range(15))
    assert costs.tolist() == list(range(0, 105, 7))


def test_the_order_of_the_stops_changes_nothing_but_the_order_of_the_rows():
    streets, stops = grid_town(150)
    mixed = stops.sample(frac=1, random_state=5).reset_index(drop=True)
    one, two = reach.within(streets, stops, minutes=3), reach.within(streets, mixed, minutes=3)
    row = pd.Index(stops["site_id"]).get_indexer(mixed["site_id"])
    for new, old in enumerate(row):
        a, b = slice(*one.indptr[old : old + 2]), slice(*two.indptr[new : new + 2])
        assert one.node[a].tolist() == two.node[b].tolist()
        assert one.cost_cm[a].tolist() == two.cost_cm[b].tolist()


# --- with and without a compiler ------------------------------------------------------------------------------


def everything(streets, layers):
    """All that the room gives, in an order of its own that no engine changes."""
    stops = pd.concat(layers.values(), ignore_index=True)
    got = reach.within(streets, stops, minutes=2)
    near = reach.nearest(streets, stops, minutes=2)
    points = reach.to_points(streets, got, stops, stops)
    counted = reach.counts(streets, layers, minutes=2)
    arrays = (near.cost_cm, near.site, points.point, points.site, points.cost_m, counted.count)
    return [got.indptr.tolist(), got.frame().to_dict("list"), *(array.tolist() for array in arrays)]


@pytest.fixture
def fresh_engine():
    """Forget what the engine chose and said, before and after."""

    def forget():
        engine._compiled_kernel.cache_clear()
        engine._say_that_there_is_no_compiler.cache_clear()
        engine._say_that_it_compiles.cache_clear()

    forget()
    yield
    forget()


def take_the_compiler_away(how, monkeypatch):
    if how == "numba is not installed":
        import sharemap.reach

        monkeypatch.setitem(sys.modules, "numba", None)
        for name in ("kernel", "compiled"):
            monkeypatch.delitem(sys.modules, f"sharemap.reach.{name}")
        monkeypatch.delattr(sharemap.reach, "kernel")
    else:

        def broken(*_arguments):
            msg = "LLVM has had enough"
            raise OSError(msg)

        monkeypatch.setattr(engine, "_compile", broken)
    engine._compiled_kernel.cache_clear()


@pytest.mark.usefixtures("fresh_engine")
def test_the_compiled_kernel_is_what_runs_here(caplog):
    streets, stops = grid_town(20)
    everything(streets, {"x": stops})
    assert "numba" not in caplog.text
    none = np.zeros(0, dtype=np.int32)
    assert hasattr(engine.function("regrouped", np.zeros(1, dtype=np.int64), none, none, 0), "stats")


@pytest.mark.usefixtures("fresh_engine")
@pytest.mark.parametrize("how", ["numba is not installed", "numba does not compile"])
def test_without_a_compiler_scipy_gives_the_same_and_says_so(how, monkeypatch, caplog):
    streets, stops = grid_town(200)
    layers = {"x": stops.iloc[:120].reset_index(drop=True), "y": stops.iloc[120:].reset_index(drop=True)}
    cases = [streets, on_slopes(streets, 4), streets.with_profile(PROFILES["elderly"])]
    wanted = [everything(town, layers) for town in cases]
    take_the_compiler_away(how, monkeypatch)
    with caplog.at_level("INFO"):
        assert [everything(town, layers) for town in cases] == wanted
    said = [record for record in caplog.records if "scipy" in record.getMessage()]
    assert [record.levelname for record in said] == ["WARNING"]


def test_without_a_compiler_many_batches_are_one(monkeypatch):
    streets, stops = grid_town(60)
    graph = costs_of.graph_of(streets)
    seeds = costs_of.seeds_of(streets, costs_of.anchors_of(streets, stops))
    size = 60 * len(streets.nodes)

    def pairs():
        room = np.full(size, -1, dtype=np.int32), np.full(size, -1, dtype=np.int32)
        rows = plain.walks_from_sources(graph, seeds, 9_000, room, room)
        return [rows.tolist(), *(array.tolist() for array in room)]

    def near():
        labels = (
            np.full(len(streets.nodes), 2**31 - 1, dtype=np.int32),
            np.full(len(streets.nodes), -1, np.int32),
        )
        plain.nearest_source(graph, seeds, 9_000, labels)
        return [array.tolist() for array in labels]

    whole = pairs(), near()
    monkeypatch.setattr(plain, "_CELLS_AT_ONCE", 7 * len(streets.nodes))
    assert (pairs(), near()) == whole


def run_toys(**environment):
    code = (
        "import logging; logging.basicConfig(level='INFO'); import sys; sys.path[:0] = ['tests/support', 'tests/reach']; import test_reach as t;"
        "t.test_a_street_by_hand(); t.test_a_loop_is_entered_from_both_ends();"
        "t.test_two_sites_on_one_edge_are_joined_along_it(); t.test_nearest_takes_the_lowest_of_equals();"
        "t.test_the_cutoff_is_inclusive_to_the_centimetre(); t.test_uphill_and_downhill_by_hand();"
        "t.test_sites_without_a_street_keep_their_row_and_reach_nothing();"
        "t.test_steps_cost_more_for_the_elderly_and_cannot_be_used_on_wheels();"
        "t.everything(*(lambda town, stops: (town, {'x': stops}))(*t.grid_town(70)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_the_kernel_gives_the_same_uncompiled():
    """numpy checks bounds where compiled code does not."""
    assert "numba" not in run_toys(NUMBA_DISABLE_JIT="1")


@pytest.mark.slow
def test_the_kernel_stays_within_bounds_and_the_first_compilation_says_so(tmp_path):
    kept = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    first = run_toys(**kept)
    assert first.count("compiling the kernel") == 1
    assert "scipy" not in first
    assert "compiling" not in run_toys(**kept)


# --- input that is not what it should be ----------------------------------------------------------------------


def test_places_that_are_no_lengths_are_refused():
    streets = network.from_lines(lines([(0, 0), (100, 0)]))
    stops = stops_at(streets, (0, 0), (10, 0))
    for column, value in (("offset_m", np.nan), ("snap_m", np.nan), ("snap_m", -1.0), ("offset_m", np.inf)):
        wrong = stops.assign(**{column: [0.0, value]})
        for call in (reach.within, reach.nearest):
            with pytest.raises(GeometryError, match="no length") as error:
                call(streets, wrong)
            assert (error.value.row, error.value.column) == (1, column)


@pytest.mark.parametrize("minutes", [-1.0, float("nan"), float("inf"), 1e12])
def test_cutoffs_that_are_no_walk_are_refused(minutes):
    streets = network.from_lines(lines([(0, 0), (100, 0)]))
    stops = stops_at(streets, (0, 0))
    for call in (reach.within, reach.nearest):
        with pytest.raises(GeometryError, match="cutoff"):
            call(streets, stops, minutes=minutes)


def test_sites_that_are_nowhere_or_all_outside_reach_nothing():
    streets = network.from_lines(lines([(0, 0), (100, 0)]))
    where = gpd.GeoSeries(
        [Point(X0 + 9e5, Y0), Point(np.nan, np.nan), Point(), None, Point(np.inf, 0)], crs=CRS_METRIC
    )
    stops = network.snap(streets, where)
    stops.insert(0, "site_id", list("abcde"))
    assert stops["status"].tolist() == ["too_far", *["no_location"] * 4]
    got = reach.within(streets, stops)
    assert got.indptr.tolist() == [0] * 6
    assert reach.counts(streets, {"x": stops}).count.tolist() == [[0, 0]]
    assert reach.nearest(streets, stops).cost_cm.tolist() == [-1, -1]
    assert reach.to_points(streets, got, stops, stops).point.tolist() == []
    assert reach.between(streets, stops, cutoff_m=400).empty


def test_nothing_in_nothing_out():
    streets = network.from_lines(lines([(0, 0), (100, 0)]))
    none = stops_at(streets, (0, 0)).iloc[:0]
    got = reach.within(streets, none)
    assert got.frame().empty
    assert reach.counts(streets, {}).count.shape == (0, 2)
    assert reach.nearest_by_layer(streets, {}) == {}
    assert reach.nearest(streets, none).site.tolist() == [-1, -1]
    assert reach.to_points(streets, got, none, none).n_points == 0
    assert reach.between(streets, none, cutoff_m=400).empty


# --- a real ward ----------------------------------------------------------------------------------------------


@pytest.mark.real
def test_reach_equals_scipy_on_a_real_ward(shared_data):
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    area = gpd.read_file(shared_data / "boundaries" / "dong__202104.geojson").to_crs(CRS_METRIC)
    area = area[area["sggnm"] == "동대문구"]
    streets = network.from_pbf(shared_data / "osm" / "dongdaemun-2021-08.osm.pbf", area)
    table = pd.read_csv(shared_data / "sites" / "bike_station__202306.csv", encoding="cp949")
    where = gpd.GeoSeries(gpd.points_from_xy(table["경도"], table["위도"], crs=4326)).to_crs(CRS_METRIC)
    stops = network.snap(streets, where).assign(site_id=[f"b{n}" for n in range(len(where))])
    stops = stops[stops["status"] == "ok"].reset_index(drop=True)
    assert len(stops) > 100
    got = reach.within(streets, stops, minutes=15)

    n = len(streets.nodes)
    edges = streets.edges.groupby(
        [streets.edges[["u", "v"]].min(axis=1), streets.edges[["u", "v"]].max(axis=1)]
    )["cost_m"].min()
    u, v = edges.index.get_level_values(0).to_numpy(), edges.index.get_level_values(1).to_numpy()
    inner = u != v
    door = n + np.arange(len(stops))
    ends = streets.edges.loc[stops["edge_id"].astype(int)]
    leg, off = stops["snap_m"].to_numpy(), stops["offset_m"].to_numpy()
    rows = np.concatenate([u[inner], v[inner], door, door])
    cols = np.concatenate([v[inner], u[inner], ends["u"], ends["v"]])
    cost = np.concatenate([edges[inner], edges[inner], leg + off, leg + ends["length_m"].to_numpy() - off])
    keep = pd.DataFrame({"r": rows, "c": cols, "w": np.maximum(cost, 1e-9)}).groupby(["r", "c"])["w"].min()
    graph = coo_array(
        (keep.to_numpy(), (keep.index.get_level_values(0), keep.index.get_level_values(1))),
        shape=(n + len(stops),) * 2,
    ).tocsr()
    true = dijkstra(graph, indices=door, limit=1125.0 + 1e-6)[:, :n]
    mine = np.full_like(true, np.inf)
    mine[np.repeat(np.arange(len(stops)), np.diff(got.indptr)), got.node] = got.cost_cm / 100
    assert (np.isfinite(true) == np.isfinite(mine)).all()
    both = np.isfinite(true)
    assert both.sum() > 50_000
    assert np.abs(true[both] - mine[both]).max() < 1e-6
