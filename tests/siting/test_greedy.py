"""Greedy siting on random towns against brute force over walks of networkx, which share no code with the kernel."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import e, inf

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from sharemap import network, siting
from sharemap.errors import GeometryError
from sharemap.units import STANDARD

SIDE = 250  # of a block, metres; even, so that half as dear again is whole centimetres everywhere
ENDS = [((x, y), (x + 1, y)) for x in range(3) for y in range(4)]
ENDS += [((x, y), (x, y + 1)) for x in range(4) for y in range(3)]


def grid(kept, bridges):
    """Streets of a grid of 4 x 4 corners, some left out, some of them bridges."""
    lines = [LineString([(a * SIDE, b * SIDE) for a, b in end]) for end in ENDS]
    rows = [(line, bridge) for line, keep, bridge in zip(lines, kept, bridges, strict=True) if keep]
    frame = gpd.GeoDataFrame(
        {"highway": "residential", "bridge": [bridge for _, bridge in rows]},
        geometry=[line for line, _ in rows],
        crs=5179,
    )
    return network.from_lines(frame)


def on_edges(streets, spots):
    """Points on edges: which one, how far along in steps of 2 m, how far beside it in metres."""
    longest = streets.edge_length_cm // 200
    return pd.DataFrame(
        {
            "edge_id": pd.array([edge for edge, _, _ in spots], dtype="Int64"),
            "offset_m": [2.0 * min(step, int(longest[edge])) for edge, step, _ in spots],
            "snap_m": [float(leg) for _, _, leg in spots],
            "status": "ok",
        }
    )


@st.composite
def towns(draw):
    kept = draw(st.lists(st.booleans(), min_size=24, max_size=24).filter(any))
    streets = grid(kept, draw(st.lists(st.booleans(), min_size=24, max_size=24)))
    if draw(st.booleans()):
        dear = st.lists(
            st.sampled_from([1.0, 1.5, inf]), min_size=len(streets.edges), max_size=len(streets.edges)
        )
        streets = streets.with_profile(
            STANDARD, pd.DataFrame({"forward": draw(dear), "backward": draw(dear)})
        )
    spot = st.tuples(st.integers(0, len(streets.edges) - 1), st.integers(0, 400), st.integers(0, 40))
    homes = draw(st.lists(spot, min_size=1, max_size=9))
    weights = draw(st.lists(st.integers(0, 4), min_size=len(homes), max_size=len(homes)))
    served = draw(st.lists(st.sampled_from([False, False, False, True]), min_size=len(homes), max_size=len(homes)))  # fmt: skip
    given_points = draw(st.lists(spot, max_size=7))
    candidates = on_edges(streets, given_points) if given_points else siting.corners(streets)
    return streets, on_edges(streets, homes), candidates, np.array(weights), np.array(served)


def reached_by_networkx(  # noqa: C901
    streets, homes, candidates, cutoff_m
):
    """Whether each home (rows) walks to each candidate: a graph that is cut at every door, in centimetres."""
    graph = nx.DiGraph()
    cuts = {}
    for kind, table in (("home", homes), ("candidate", candidates)):
        for at, row in enumerate(table.itertuples()):
            cuts.setdefault(int(row.edge_id), []).append((row.offset_m, (kind, at), row.snap_m))

    def add(a, b, metres, factor):
        cost = metres * 100 * factor
        if cost < inf and not (graph.has_edge(a, b) and graph[a][b]["weight"] <= cost):
            graph.add_edge(a, b, weight=cost)

    for row in streets.edges.itertuples():
        there = 1.0 if streets.slopes is None else streets.slopes["forward"].iloc[row.Index]
        back = 1.0 if streets.slopes is None else streets.slopes["backward"].iloc[row.Index]
        spots = [(0.0, row.u), (row.length_m, row.v)]
        shut = there == back == inf
        for number, (at, door, leg) in enumerate(cuts.get(row.edge_id, [])):
            spot = row.u if at == 0 else row.v if at == row.length_m else (row.edge_id, number)
            spots.append((at, spot))
            if not shut:  # nobody has a door on a street that nobody can walk
                add(door, spot, leg, 1.0)
                add(spot, door, leg, 1.0)
        spots.sort(key=lambda spot: spot[0])
        for (low, a), (high, b) in pairwise(spots):
            # doors at one spot of a street that is shut in one direction are joined all the same
            add(a, b, high - low, there if high > low else 1.0)
            add(b, a, high - low, back if high > low else 1.0)
    found = np.zeros((len(homes), len(candidates)), dtype=bool)
    for home in range(len(homes)):
        if ("home", home) in graph:
            walks = nx.single_source_dijkstra_path_length(graph, ("home", home))
            found[home] = [
                walks.get(("candidate", at), inf) <= cutoff_m * 100 for at in range(len(candidates))
            ]
    return found


def greedy_by_force(reached, weights, served, sites, least=1):
    """Count every candidate anew for every site; of equals the first."""
    left, chosen, gains = ~served, [], []
    site = np.full(len(weights), -1)
    for number in range(sites):
        each = [int(weights[left & reached[:, at]].sum()) for at in range(reached.shape[1])]
        best = max(range(len(each)), key=lambda at: (each[at], -at), default=None)
        if best is None or each[best] < least:
            break
        chosen.append(best)
        gains.append(each[best])
        site[left & reached[:, best]] = number
        left = left & ~reached[:, best]
    return chosen, gains, site


def test_a_corner_stands_on_a_street_that_can_be_walked():
    """Of the streets that meet there the first is shut: the corner is that of the next."""
    lines = [
        LineString([(0, 0), (250, 0)]),
        LineString([(250, 0), (500, 0)]),
        LineString([(250, 0), (250, 250)]),
    ]
    streets = network.from_lines(gpd.GeoDataFrame({"highway": ["residential"] * 3}, geometry=lines, crs=5179))
    first = int(np.flatnonzero(streets.edges.geometry.apply(lambda line: line.bounds[0] == 0.0))[0])
    factor = np.where(np.arange(len(streets.edges)) == first, inf, 1.0)
    shut = streets.with_profile(STANDARD, pd.DataFrame({"forward": factor, "backward": factor}))
    found = siting.corners(shut)
    assert len(siting.corners(streets)) == 4
    assert len(found) == 3  # the dead end of the shut street is no corner
    assert not (found["edge_id"] == first).any()
    home = on_edges(shut, [(int(found["edge_id"].iloc[-1]), 0, 0)])
    assert siting.gains(shut, home, found, weights=np.array([1]), minutes=15).tolist() == [1, 1, 1]


@settings(max_examples=60, deadline=None)
@given(towns(), st.integers(2, 12), st.integers(0, 4), st.integers(1, 3))
def test_greedy_is_that_of_brute_force(town, minutes, sites, least):
    streets, homes, candidates, weights, served = town
    reached = reached_by_networkx(streets, homes, candidates, STANDARD.metres(minutes))
    chosen, gains, site = greedy_by_force(reached, weights, served, sites, least)
    asked = {"weights": weights, "served": served, "minutes": minutes}
    found = siting.greedy(streets, homes, candidates, **asked, sites=sites, least=least)
    assert found.candidate.tolist() == chosen
    assert found.gain.tolist() == gains
    assert found.site.tolist() == site.tolist()
    assert found.left == weights[~served].sum() - sum(gains)
    still = np.where(served | (site >= 0), 0, weights)
    assert found.next_gain == max((still[column].sum() for column in reached.T), default=0)
    alone = siting.gains(streets, homes, candidates, weights=np.where(served, 0, weights), minutes=minutes)
    assert alone.tolist() == [weights[column & ~served].sum() for column in reached.T]


@settings(max_examples=60, deadline=None)
@given(towns(), st.integers(2, 12))
def test_what_holds_of_every_choice(town, minutes):
    streets, homes, candidates, weights, served = town
    asked = {"weights": weights, "served": served, "minutes": minutes}
    found = siting.greedy(streets, homes, candidates, **asked, sites=99)
    assert (np.diff(found.gain) <= 0).all()
    assert (found.gain > 0).all()
    assert found.gain.sum() + found.left == weights[~served].sum()
    assert len(set(found.candidate.tolist())) == len(found.candidate)
    assert (found.site[served] == -1).all()
    for number, gain in enumerate(found.gain):
        assert weights[found.site == number].sum() == gain
    # more sites go on where fewer stopped
    fewer = siting.greedy(streets, homes, candidates, **asked, sites=2)
    assert fewer.candidate.tolist() == found.candidate[:2].tolist()
    assert fewer.left >= found.left
    # and several questions at once are each of them alone
    twice = siting.greedy_for_each(
        streets, homes, candidates, weights=np.array([weights, weights[::-1]]),
        served=np.array([served, ~served]), minutes=minutes, sites=3,
    )  # fmt: skip
    other = siting.greedy(
        streets, homes, candidates, weights=weights[::-1], served=~served, minutes=minutes, sites=3
    )
    first = siting.greedy(streets, homes, candidates, **asked, sites=3)
    for one, alone in zip(twice, (first, other), strict=True):
        assert one.candidate.tolist() == alone.candidate.tolist()
        assert one.gain.tolist() == alone.gain.tolist()
        assert one.site.tolist() == alone.site.tolist()
        assert (one.left, one.next_gain) == (alone.left, alone.next_gain)


@settings(max_examples=40, deadline=None)
@given(towns(), st.integers(2, 12), st.integers(1, 3))
def test_no_choice_of_as_many_sites_is_better_by_more_than_the_bound(town, minutes, sites):
    streets, homes, candidates, weights, served = town
    reached = reached_by_networkx(streets, homes, candidates, STANDARD.metres(minutes))
    found = siting.greedy(
        streets, homes, candidates, weights=weights, served=served, minutes=minutes, sites=sites
    )
    best = max(
        int(weights[~served & reached[:, list(some)].any(axis=1)].sum())
        for some in combinations(range(len(candidates)), min(sites, len(candidates)))
    )
    assert (1 - 1 / e) * best <= found.gain.sum() <= best


def test_corners_are_where_points_may_join_the_street():
    # a square; its upper side is a bridge, and one street stands apart
    sides = [((0, 0), (300, 0)), ((300, 0), (300, 300)), ((0, 300), (300, 300)), ((0, 300), (0, 0)), ((0, 300), (0, 900)), ((5000, 0), (5100, 0))]  # fmt: skip
    bridge = [False, False, True, False, True, False]
    lines = gpd.GeoDataFrame({"bridge": bridge}, geometry=[LineString(side) for side in sides], crs=5179)
    streets = network.from_lines(lines)
    found = siting.corners(streets)
    assert found.crs == streets.nodes.crs
    at = [(point.x, point.y) for point in found.geometry]
    assert (0.0, 900.0) not in at
    assert (5000.0, 0.0) not in at
    assert (0.0, 300.0) in at
    assert found["node_id"].is_monotonic_increasing
    for row in found.itertuples():
        line = streets.edges.geometry.iloc[row.edge_id]
        assert line.interpolate(row.offset_m).distance(row.geometry) < 1e-6
        assert not streets.edges["bridge"].iloc[row.edge_id]
    inside = siting.corners(streets, within=box(-1, 299, 1, 301))
    assert [(point.x, point.y) for point in inside.geometry] == [(0.0, 300.0)]


def test_homes_without_street_are_reached_by_nobody():
    streets = grid([True] * 24, [False] * 24)
    homes = on_edges(streets, [(0, 0, 0), (5, 10, 0)])
    homes["edge_id"] = homes["edge_id"].where([True, False])
    for candidates in (siting.corners(streets), on_edges(streets, [(0, 0, 0), (5, 10, 0)])):
        found = siting.greedy(streets, homes, candidates, weights=np.array([2, 9]), minutes=60, sites=5)
        assert (found.gain.tolist(), found.left, found.next_gain) == ([2], 9, 0)
        assert found.site.tolist() == [0, -1]


@pytest.mark.parametrize(
    "weights", [np.array([1.5, 2.0]), np.array([1]), np.array([-1, 2]), np.array([2**52, 2**52])]
)
def test_weights_are_whole_numbers_of_the_homes(weights):
    streets = grid([True] * 24, [False] * 24)
    homes = on_edges(streets, [(0, 0, 0), (5, 10, 0)])
    with pytest.raises(GeometryError, match="whole numbers of the homes"):
        siting.greedy(streets, homes, siting.corners(streets), weights=weights, minutes=15, sites=1)
    with pytest.raises(GeometryError, match="whole numbers of the homes"):
        siting.gains(streets, homes, siting.corners(streets), weights=weights, minutes=15)


def test_batches_change_nothing(monkeypatch):
    # a batch is cut to what the one before it had, so small ones are all of them different
    streets = grid([True] * 24, [False] * 24)
    homes = on_edges(streets, [(edge, 10 * edge, edge) for edge in range(len(streets.edges))])
    asked = {"weights": np.arange(1, len(homes) + 1), "minutes": 4, "sites": 6}
    whole = siting.greedy(streets, homes, siting.corners(streets), **asked)
    monkeypatch.setattr("sharemap.siting.reaching._FIRST_BATCH", 1)
    monkeypatch.setattr("sharemap.siting.reaching._PAIRS", 7)
    parts = siting.greedy(streets, homes, siting.corners(streets), **asked)
    assert whole.candidate.tolist() == parts.candidate.tolist()
    assert whole.gain.tolist() == parts.gain.tolist()
