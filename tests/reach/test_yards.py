"""Streets open only for walks that begin or end there: against brute force over where a walk is in its course."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sharemap import network, reach
from sharemap.isochrones import reached_intervals
from sharemap.network import WalkRules
from sharemap.reach import engine, plain
from sharemap.reach.costs import anchors_of
from sharemap.units import PROFILES, STANDARD
from toy_ways import X0, Y0, streets_of

CRS_METRIC = "EPSG:5179"

STREET = {"highway": "residential"}
STEPS = {"highway": "steps"}
YARD = {"highway": "service", "access": "private", "foot": "destination"}
FAR_M = 2_000.0
#: To shrink takes minutes; the failing town is small enough.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)

POINT = st.tuples(st.integers(0, 3), st.integers(0, 3))
KIND = st.sampled_from([STREET, YARD, YARD])
EDGES = st.lists(st.tuples(POINT, st.sampled_from([(1, 0), (0, 1)]), KIND), min_size=3, max_size=24)


def town(parts):
    """Streets of 60 m, each with a point in its middle, and which of them are yards."""
    kinds = {}
    for (x, y), (dx, dy), tags in parts:
        kinds[(x * 60, y * 60), ((x + dx) * 60, (y + dy) * 60)] = tags is YARD
    ways = [
        (YARD if is_yard else STREET, [a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), b])
        for (a, b), is_yard in kinds.items()
    ]
    return streets_of(*ways), kinds


def by_course(kinds):
    """The graph of walks: first in a yard, then on the streets, then in a yard; each place three times."""
    graph = nx.DiGraph()
    for (a, b), is_yard in kinds.items():
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        for stage in (0, 2) if is_yard else (1,):
            for one, other in ((a, middle), (middle, b)):
                graph.add_edge((stage, one), (stage, other), weight=30.0)
                graph.add_edge((stage, other), (stage, one), weight=30.0)
        for place in (a, middle, b):
            graph.add_edge((0, place), (1, place), weight=0.0)
            graph.add_edge((1, place), (2, place), weight=0.0)
    return graph


def stops_at(streets, places):
    points = gpd.GeoDataFrame(
        {"site_id": [f"s{n}" for n in range(len(places))]},
        geometry=[shapely.Point(x + X0, y + Y0) for x, y in places],
        crs=CRS_METRIC,
    )
    # every piece of a torn town counts here, and snapping would take the main one only
    edges = streets.edges.loc[streets.edges["length_m"] > 0]
    _, near = shapely.STRtree(edges.geometry.to_numpy()).query_nearest(points.geometry, all_matches=False)
    edge = edges.iloc[near]
    offset = shapely.line_locate_point(edge.geometry.to_numpy(), points.geometry.to_numpy())
    return pd.DataFrame(
        {
            "site_id": points["site_id"],
            "edge_id": edge["edge_id"].to_numpy(),
            "offset_m": offset,
            "snap_m": 0.0,
        }
    )


def all_walks(streets, stops):
    """Metres from each stop to each other, infinite where there is no walk."""
    reached = reach.within(streets, stops, minutes=streets.profile.minutes(FAR_M))
    pairs = reach.to_points(streets, reached, stops, stops)
    found = np.full((len(stops), len(stops)), np.inf)
    found[pairs.site, pairs.point] = pairs.cost_m
    return found


def expected(kinds, places):
    graph = by_course(kinds)
    found = np.full((len(places), len(places)), np.inf)
    for row, begin in enumerate(places):
        cost = nx.single_source_dijkstra_path_length(graph, (0, begin), weight="weight")
        found[row] = [cost.get((2, end), np.inf) for end in places]
    return found


@settings(max_examples=60, deadline=None, phases=QUICK)
@given(EDGES)
def test_walks_begin_and_end_in_yards_and_pass_through_none(parts):
    streets, kinds = town(parts)
    places = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in kinds]
    stops = stops_at(streets, places)
    found = all_walks(streets, stops)
    np.testing.assert_allclose(found, expected(kinds, places), atol=0.4)
    # the nearest of all, and how many are near, say the same of each node
    reached = reach.within(streets, stops, minutes=streets.profile.minutes(FAR_M)).frame()
    nearest = reach.nearest(streets, stops, minutes=streets.profile.minutes(FAR_M))
    least = reached.groupby("node_id")["cost_m"].min()
    assert (nearest.cost_cm[least.index] == np.rint(least * 100)).all()
    counted = reach.counts(streets, {"": stops, "none": stops[:0]}, minutes=streets.profile.minutes(FAR_M))
    many = reached.groupby("node_id").size().reindex(range(len(streets.nodes)), fill_value=0)
    assert counted.count.tolist() == [many.tolist(), [0] * len(many)]


def by_edges(streets, stops, *, cutoff_cm=np.inf):
    """Yield for each stop the cost of each node in centimetres: each node three times, where a walk is in its course."""
    graph = nx.DiGraph()
    ways = zip(streets.edge_u.tolist(), streets.edge_v.tolist(), streets.edge_ends_only.tolist(), strict=True)
    costs = zip(streets.edge_forward_cm.tolist(), streets.edge_backward_cm.tolist(), strict=True)
    for (u, v, only), (there, back) in zip(ways, costs, strict=True):
        for stage in (0, 2) if only else (1,):
            for tail, head, cost in ((u, v, there), (v, u, back)):
                known = graph.get_edge_data((stage, tail), (stage, head), {"weight": np.inf})["weight"]
                graph.add_edge((stage, tail), (stage, head), weight=min(cost, known))
    for node in range(len(streets.nodes)):
        graph.add_edge((0, node), (1, node), weight=0)
        graph.add_edge((1, node), (2, node), weight=0)
    edges = streets.edges.loc[~streets.edges["ends_only"]]
    on_streets = {*edges["u"], *edges["v"]}
    anchors = anchors_of(streets, stops)
    for edge, leave in zip(anchors.edge.tolist(), anchors.leave.tolist(), strict=True):
        best = {}
        for end, first in zip((streets.edge_u[edge], streets.edge_v[edge]), leave, strict=True):
            begins = (int(end in on_streets), int(end))
            found = nx.single_source_dijkstra_path_length(
                graph, begins, cutoff=cutoff_cm - first, weight="weight"
            )
            for (stage, node), cost in found.items():
                # a place on the street is not reached through a yard, also where its door is
                if stage == (1 if node in on_streets else 2):
                    best[node] = min(best.get(node, np.inf), first + cost)
        yield best


@settings(max_examples=15, deadline=None, phases=QUICK)
@given(EDGES, st.integers(0, 2**32 - 1))
def test_on_slopes_and_without_a_compiler_too(parts, seed):
    """By the edges of the network itself: three times each node, and there dearer than back."""
    flat, _ = town(parts)
    factor = np.random.default_rng(seed).uniform(1.0, 2.0, (len(flat.edges), 2))
    streets = flat.with_profile(STANDARD, pd.DataFrame(factor, columns=["forward", "backward"]))
    stops = pd.DataFrame(
        {
            "site_id": [f"s{n}" for n in range(len(flat.edges))],
            "edge_id": flat.edges["edge_id"],
            "offset_m": (flat.edges["length_m"] / 3).round(2),
            "snap_m": 0.0,
        }
    )
    for town_of in (streets, streets.reversed()):
        minutes = STANDARD.minutes(FAR_M)
        compiled = reach.within(town_of, stops, minutes=minutes).frame()
        for row, best in enumerate(by_edges(town_of, stops)):
            mine = compiled.loc[compiled["site_id"] == f"s{row}"].set_index("node_id")["cost_m"] * 100
            assert mine.round().to_dict() == best
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "function", lambda name, *_: getattr(plain, name))
            patch.setattr(reach.walks, "function", lambda name, *_: getattr(plain, name))
            slowly = reach.within(town_of, stops, minutes=minutes).frame()
        keys = ["site_id", "node_id"]
        pd.testing.assert_frame_equal(
            slowly.sort_values(keys, ignore_index=True), compiled.sort_values(keys, ignore_index=True)
        )


@settings(max_examples=25, deadline=None, phases=QUICK)
@given(EDGES, st.floats(0.5, 4.0))
def test_what_is_drawn_as_reached_is_what_is_reached(parts, minutes):
    streets, kinds = town(parts)
    places = [
        (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in kinds for share in (0.2, 0.7)
    ]
    stops = stops_at(streets, places)
    near = reach.nearest(streets, stops[:1], minutes=minutes)
    drawn = reached_intervals(streets, near, stops[:1], minutes=minutes)
    cost = all_walks(streets, stops)[0]
    limit = streets.profile.metres(minutes)
    for stop, metres in zip(stops.itertuples(), cost, strict=True):
        on = drawn.loc[drawn["edge_id"] == stop.edge_id]
        if abs(metres - limit) > 0.1:
            inside = ((on["from_m"] <= stop.offset_m) & (stop.offset_m <= on["to_m"])).any()
            assert inside == (metres < limit)


def test_a_dead_end_is_open_to_its_end_and_a_yard_with_two_doors_lets_nobody_through():
    """::

                   e
                   =     a dead end of 50 m
    a---b======c---d     b-c: for walks that end there, 60 m
    |              |
    +--------------+     400 m
    """
    parts = (
        (STREET, [(0, 0), (70, 0)]),
        (YARD, [(70, 0), (90, 0), (130, 0)]),
        (STREET, [(130, 0), (200, 0)]),
        (STREET, [(0, 0), (0, -100), (200, -100), (200, 0)]),
        (YARD, [(200, 0), (200, 50)]),
    )
    streets = streets_of(*parts)
    found = all_walks(streets, stops_at(streets, [(60, 0), (140, 0), (200, 50), (90, 0)]))
    assert found[0] == pytest.approx([0, 520, 510, 30], abs=0.3)
    assert found[3] == pytest.approx([30, 50, 160, 0], abs=0.3)
    assert streets.edges["length_m"].sum() == pytest.approx(650, abs=0.2)
    assert streets.report["ends_only_km"] == pytest.approx(0.11)
    taken_in = streets_of(*parts, rules=WalkRules(include_highway=("service",)))
    assert all_walks(taken_in, stops_at(taken_in, [(60, 0), (140, 0)]))[0, 1] == pytest.approx(80, abs=0.3)


def test_a_yard_behind_steps_is_entered_from_the_other_side_on_wheels():
    """::

    a--s--b======c---d     s: steps; b-c a yard; for a wheelchair b is no door
    """
    streets = streets_of(
        (STEPS, [(0, 0), (50, 0)]), (YARD, [(50, 0), (110, 0)]), (STREET, [(110, 0), (200, 0)])
    )
    wheels = streets.with_profile(PROFILES["wheelchair"])
    stops = stops_at(wheels, [(60, 0), (150, 0)])
    assert all_walks(wheels, stops)[0, 1] == pytest.approx(90, abs=0.3)


def test_a_saved_network_keeps_its_yards(tmp_path):
    streets, kinds = town([((0, 0), (1, 0), STREET), ((1, 0), (1, 0), YARD), ((2, 0), (1, 0), STREET)])
    network.save(streets, tmp_path / "saved")
    opened = network.reopen(tmp_path / "saved")
    stops = stops_at(streets, [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in kinds])
    assert np.isinf(all_walks(streets, stops)[0, 2])
    assert np.array_equal(all_walks(opened, stops), all_walks(streets, stops))


@pytest.mark.real
def test_in_a_city_of_many_yards_all_walks_are_those_of_brute_force(shared_data):
    """The middle of Porto Alegre, where one street in twenty is open only for walks that end there."""
    middle = gpd.GeoSeries.from_xy([-51.2], [-30.035], crs=4326).to_crs(32722)
    streets = network.from_pbf(shared_data / "cities" / "poa.osm.pbf", middle.buffer(2_500), surroundings_m=0)
    assert streets.report["ends_only_km"] > 3
    inside = np.flatnonzero(streets.edge_ends_only & (streets.edge_length_cm > 0))
    outside = np.flatnonzero(~streets.edge_ends_only)
    rng = np.random.default_rng(5)
    edge = np.concatenate([rng.choice(inside, 25, replace=False), rng.choice(outside, 25, replace=False)])
    stops = pd.DataFrame(
        {
            "site_id": [f"s{n}" for n in range(len(edge))],
            "edge_id": edge,
            "offset_m": np.floor(streets.edge_length_cm[edge] / 3) / 100,
            "snap_m": 0.0,
        }
    )
    reached = reach.within(streets, stops, minutes=15.0)
    cutoff_cm = 112_500
    for row, best in enumerate(by_edges(streets, stops, cutoff_cm=cutoff_cm)):
        part = slice(reached.indptr[row], reached.indptr[row + 1])
        mine = dict(zip(reached.node[part].tolist(), reached.cost_cm[part].tolist(), strict=True))
        assert mine == {node: cost for node, cost in best.items() if cost <= cutoff_cm}
