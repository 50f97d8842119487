"""Loops along the streets, blocks for one more space, idle spaces: against networkx and brute force on real networks."""

from __future__ import annotations

import re

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from sharemap import network, reach, villages
from sharemap.errors import GeometryError
from sharemap.findings.notes import note
from sharemap.findings.villages import worded
from sharemap.schema import AGE_BANDS, check
from sharemap.units import PROFILES, STANDARD, THOUSANDTHS

STEP = 100
QUICK = (
    Phase.explicit,
    Phase.reuse,
    Phase.generate,
)  # to shrink takes minutes; the failing city is small enough


def town(removed=(), *, size=7, profile=STANDARD, steps=(), yards=(), shift=0.0):
    """Streets every 100 m, some taken out; `shift` bends every other one, so that lengths are no round numbers."""
    lines = []
    for x in range(size):
        for y in range(size):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx < size and y + dy < size and (x, y, dx) not in removed:
                    middle = ((x + dx / 2) * STEP + shift * (y % 2), (y + dy / 2) * STEP + shift * (x % 3))
                    lines.append(
                        ((x, y, dx), [(x * STEP, y * STEP), middle, ((x + dx) * STEP, (y + dy) * STEP)])
                    )
    frame = gpd.GeoDataFrame(
        {
            "highway": ["steps" if key in steps else "residential" for key, _ in lines],
            "ends_only": [key in yards for key, _ in lines],
        },
        geometry=[LineString(xy) for _, xy in lines],
        crs=5179,
    )
    return network.from_lines(frame, profile=profile)


def places_at(spots, names=None, dong="9901051000"):
    ids = [f"p{n}" for n in range(len(spots))]
    frame = gpd.GeoDataFrame(
        {
            "place_id": pd.Series(ids, dtype="str"),
            "name": pd.Series(names or [f"{key}방" for key in ids], dtype="str"),
            "address": pd.Series([None] * len(ids), dtype="str"),
            "layers": pd.Series(["tool"] * len(ids), dtype="str"),
            "sites": pd.Series([1] * len(ids), dtype="int64"),
            "shared_space": pd.Series([True] * len(ids), dtype="bool"),
            "evidence": pd.Series(["single"] * len(ids), dtype="str"),
            "in_area": pd.Series([True] * len(ids), dtype="bool"),
            "ward_name": pd.Series(["가온구"] * len(ids), dtype="str"),
            "dong_code": pd.Series([dong] * len(ids), dtype="str"),
            "dong_name": pd.Series(["한울1동"] * len(ids), dtype="str"),
        },
        geometry=[Point(*spot) for spot in spots],
        crs=5179,
    )
    return check(frame, "places")


def people_at(streets, spots):
    """Ten times as many residents at each spot as its number, a tenth of them old; in thousandths."""
    count = [10 * (n + 1) * THOUSANDTHS for n in range(len(spots))]
    bands = {band: [0] * len(spots) for band in AGE_BANDS}
    bands["age_70_74"], bands["age_30_34"] = [n // 10 for n in count], [n - n // 10 for n in count]
    frame = gpd.GeoDataFrame(
        {"residents": count, **bands}, geometry=[Point(*spot) for spot in spots], crs=5179
    )
    return frame.join(network.snap(streets, frame))


def cells(size=6):
    rows = [(x, y) for x in range(size) for y in range(size)]
    return check(
        gpd.GeoDataFrame(
            {
                "block_id": [f"B{x}{y}" for x, y in rows],
                "kind": "block",
                "dong_code": "9901051000",
                "dong_name": "한울1동",
                "area_m2": float(STEP * STEP),
                "residents": 0.0,
                "streets": [f"세로{x}길;가로{y}길" for x, y in rows],
            },
            geometry=[box(x * STEP, y * STEP, (x + 1) * STEP, (y + 1) * STEP) for x, y in rows],
            crs=5179,
        ),
        "blocks",
        said=False,
    )


def searched(streets, places, homes, *, idle=None, rules=None, minutes=17.0, **more):
    stops = network.snap(streets, places).assign(site_id=places["place_id"])
    near = reach.within(streets, stops, minutes=minutes)
    people = people_at(streets, homes)
    around = villages.Surroundings(
        place_costs=reach.to_points(streets, near, stops, people),
        demand=people,
        blocks=cells(),
        ground=villages.Ground(streets=streets, stops=stops, reached=near),
        idle=idle,
        **more,
    )
    rules = rules or villages.VillageRules(adjacent_m=400)
    walks = reach.between(streets, stops, cutoff_m=900)
    return villages.find(places, walks, around=around, rules=rules), around


HOMES = [(50, 0), (600, 350), (300, 300), (0, 600), (450, 600)]


# --- the loop as a line ---------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(5, 395), st.integers(5, 395)), min_size=3, max_size=5, unique=True),
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 1)), max_size=5),
)
@settings(max_examples=6, deadline=None, phases=QUICK)
def test_the_line_of_the_loop_is_as_long_as_the_loop_and_lies_on_the_streets(spots, removed):
    streets = town(removed, shift=7.3)
    places = places_at(spots)
    found, around = searched(streets, places, HOMES, rules=villages.VillageRules(adjacent_m=1100))
    usable = (around.ground.stops["status"] == "ok").sum()
    if not len(found.villages):
        assert usable < 3 or note(found, "en")
        return
    roads = shapely.union_all(streets.edges.geometry.to_numpy())
    for loop, village in zip(found.loops.itertuples(), found.villages.itertuples(), strict=True):
        assert loop.village_id == village.village_id
        assert loop.geometry.length == pytest.approx(village.loop_m, abs=0.1)
        assert loop.length_m == pytest.approx(village.loop_m, abs=0.011)
        assert loop.geometry.is_ring or loop.geometry.coords[0] == loop.geometry.coords[-1]
        doors = places.set_index("place_id").geometry
        for place in village.place_ids.split(";"):
            assert loop.geometry.distance(doors[place]) < 1e-6
        off_street = loop.geometry.difference(roads.buffer(0.02)).length
        assert off_street <= loop.access_m + 0.1


@given(
    st.lists(st.tuples(st.integers(5, 395), st.integers(5, 395)), min_size=3, max_size=5, unique=True),
    st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 1)), min_size=8, max_size=30),
)
@settings(max_examples=12, deadline=None, phases=QUICK)
def test_a_loop_out_of_a_yard_is_traced_by_the_edges_that_its_walks_take(spots, yards):
    streets = town(yards=yards)
    places = places_at(spots)
    stops = network.snap(streets, places).assign(site_id=places["place_id"])
    near = reach.within(streets, stops, minutes=25.0)
    ground = villages.Ground(streets=streets, stops=stops, reached=near)
    costs = reach.to_points(streets, near, stops, stops)
    ids = places["place_id"].to_numpy()
    walks = zip(costs.site.tolist(), costs.point.tolist(), costs.cost_m.tolist(), strict=True)
    for site, point, cost in walks:
        if site == point:
            continue
        way = villages.streets.walked(
            ground, places.set_index("place_id").geometry, [ids[site], ids[point]], closed=False
        )
        assert sum(metres for _, metres in way.parts) + way.access_m == pytest.approx(cost, abs=0.02)
        course = "".join("y" if streets.edge_ends_only[edge] else "s" for edge, _ in way.parts)
        assert re.fullmatch("y*s*y*", course), course


def test_steps_are_counted_in_metres_and_cost_more_than_they_are_long():
    # p2 (185)      p0-p1 is 110 m by the 100 m of steps, or 290 m round the block; p1-p2 is 190 m by the steps, or
    #  |            210 m round the block
    # p0 ~~steps~~ p1
    places = places_at([(100, 105), (200, 105), (100, 185)])
    standard, _ = searched(town(steps={(1, 1, 1)}), places, HOMES)
    elderly, _ = searched(town(steps={(1, 1, 1)}, profile=PROFILES["elderly"]), places, HOMES, minutes=17.0)
    shown = ["loop_m", "length_m", "steps_m"]
    assert standard.loops[shown].to_numpy().tolist() == [[380.0, 380.0, 200.0]]
    assert elderly.loops[shown].to_numpy().tolist() == [[500.0, 400.0, 100.0]]
    assert "계단 200m" in worded(standard, STANDARD)["village_loops"]["barriers_ko"][0]


def test_what_the_streets_do_not_tell_is_no_data_and_not_zero():
    found, _ = searched(town(), places_at([(10, 5), (110, 5), (210, 5)]), HOMES)
    (loop,) = worded(found, STANDARD)["village_loops"].to_dict("records")
    assert np.isnan(loop["crossing_m"])
    assert pd.isna(loop["unmarked_crossings"])
    assert loop["signals"] == "no_data"
    assert "자료가 없어 알 수 없습니다" in loop["barriers_ko"]


def test_a_main_road_without_a_marked_crossing_is_a_barrier_and_with_one_it_is_not():
    #            | side street
    #  =====+====+==== main road      the loop goes from north to south and back: two crossings
    #            | side street
    def crossed(marked):
        lines = [
            ("primary", [(-300, 0), (0, 0)]),
            ("primary", [(0, 0), (300, 0)]),
            ("residential", [(0, 30), (0, 300)]),
            ("footway", [(0, 0), (0, 30)]),
            ("residential", [(0, -300), (0, 0)]),
            ("residential", [(-300, 0), (-300, 200)]),
        ]
        frame = gpd.GeoDataFrame(
            {"highway": [kind for kind, _ in lines]}, geometry=[LineString(xy) for _, xy in lines], crs=5179
        )
        streets = network.from_lines(frame)
        edges = streets.edges
        short = (edges.length == 30).to_numpy()
        far = (edges.geometry.centroid.x < -290).to_numpy()
        crossing = far | (short & marked)  # the source does tell of crossings, somewhere
        streets = network.WalkNetwork(streets.nodes, edges.assign(crossing=crossing), streets.profile)
        places = places_at([(5, 100), (-5, 160), (5, -100)])
        found, _ = searched(streets, places, [(0, 200)])
        return found.loops[["unmarked_crossings", "crossing_m"]].to_numpy().tolist()

    assert crossed(marked=False) == [[2, 0.0]]
    assert crossed(marked=True) == [[0, 60.0]]


def test_places_that_do_not_reach_each_other_are_an_error_and_no_line():
    streets = town()
    places = places_at([(5, 5), (595, 595)])
    stops = network.snap(streets, places).assign(site_id=places["place_id"])
    ground = villages.Ground(streets=streets, stops=stops, reached=reach.within(streets, stops, minutes=5))
    with pytest.raises(GeometryError, match="do not reach each other"):
        villages.walked(ground, places.set_index("place_id").geometry, ["p0", "p1"])


# --- one more space -------------------------------------------------------------------------------------------------


def nodes_from(streets, stop):
    """Walks from a stop to all nodes by networkx."""
    graph = nx.Graph()
    for u, v, cost in streets.edges[["u", "v", "cost_m"]].itertuples(index=False):
        if not graph.has_edge(u, v) or graph[u][v]["w"] > cost:
            graph.add_edge(u, v, w=cost)
    edge = streets.edges.loc[stop.edge_id]
    graph.add_edge("door", edge["u"], w=stop.snap_m + stop.offset_m)
    graph.add_edge("door", edge["v"], w=stop.snap_m + edge["length_m"] - stop.offset_m)
    return nx.single_source_dijkstra_path_length(graph, "door", weight="w")


@given(
    st.tuples(st.integers(5, 595), st.integers(5, 595)),
    st.tuples(st.integers(5, 595), st.integers(5, 595)),
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 1)), max_size=4),
)
@settings(max_examples=6, deadline=None, phases=QUICK)
def test_the_block_for_a_third_space_is_that_of_brute_force(one, other, removed):
    streets, places = town(removed, shift=3.7), places_at([one, other])
    found, around = searched(streets, places, HOMES)
    if not len(found.one_short):
        return
    (short,) = found.one_short.to_dict("records")
    stops = list(around.ground.stops.itertuples())
    walks = [nodes_from(streets, stop) for stop in stops]
    spots = streets.nodes.geometry
    options = {}
    for block in around.blocks.itertuples():
        for node in streets.nodes["node_id"]:
            ways = [walk.get(node, np.inf) for walk in walks]
            if max(ways) <= 400 and spots[node].distance(block.geometry) <= 15:
                options[block.block_id] = min(
                    options.get(block.block_id, (np.inf, -1)), (round(sum(ways), 2), node)
                )
    assert bool(options) == (not pd.isna(short["block_id"]))
    if not options:
        return
    tightest = min(total for total, _ in options.values())
    tight = {key: node for key, (total, node) in options.items() if total < tightest + 50}
    homes = people_at(streets, HOMES)

    def near(node):
        stop = pd.DataFrame({"geometry": [spots[node]]}, index=[0])
        at = gpd.GeoDataFrame(stop, geometry="geometry", crs=5179)
        at = network.snap(streets, at, max_snap_m=1.0).assign(site_id="x")
        costs = reach.to_points(streets, reach.within(streets, at), at, homes)
        return set(costs.point.tolist())

    served = {key: sum(homes["residents"][sorted(near(node))]) for key, node in tight.items()}
    best = min(tight, key=lambda key: (-served[key], key))
    assert short["block_id"] == best
    node = tight[best]
    assert [short["walk_a_m"], short["walk_b_m"]] == pytest.approx([walk[node] for walk in walks], abs=0.011)
    assert short["triangle_m"] == pytest.approx(short["walk_m"] + sum(walk[node] for walk in walks), abs=0.03)
    ours = {
        point
        for point, cost in zip(around.place_costs.point, around.place_costs.cost_m, strict=True)
        if cost <= 1125
    }
    assert short["residents_added"] == sum(homes["residents"][sorted(near(node) - ours)]) / THOUSANDTHS
    told = worded(found, STANDARD, around.blocks)["one_short"].iloc[0]
    assert told["frontage_ko"] == f"세로{best[1]}길·가로{best[2]}길 사이"


def test_a_village_says_what_a_fourth_place_would_add():
    found, around = searched(town(), places_at([(10, 5), (110, 5), (210, 5)]), HOMES)
    (card,) = found.villages.to_dict("records")
    assert card["next_block_id"] in set(around.blocks["block_id"])
    assert 0 < card["next_longest_walk_m"] <= 400
    assert 0 <= card["next_residents_added"] <= around.demand["residents"].sum() / THOUSANDTHS


def idle_at(streets, spots):
    frame = gpd.GeoDataFrame(
        {"site_id": [f"i{n}" for n in range(len(spots))], "name": "빈 곳", "address": None},
        geometry=[Point(*spot) for spot in spots],
        crs=5179,
    )
    return frame.join(network.snap(streets, frame))


def test_idle_spaces_fit_where_all_places_are_near_and_the_tightest_comes_first():
    streets = town()
    idle = idle_at(streets, [(300, 5), (200, 5), (600, 600), (450, 5)])
    found, _ = searched(streets, places_at([(100, 5), (300, 195)]), HOMES, idle=idle)
    fits = found.idle_fits
    # p0-p1: 10 + 200 + 190; i1 lies between them; i0 on the way; i3 is 360 m from p0 and 355 m from p1
    assert fits[["idle_id", "fit_rank", "target"]].to_numpy().tolist() == [
        ["i0", 1, "pair"],
        ["i1", 2, "pair"],
        ["i3", 3, "pair"],
    ]
    assert found.one_short["idle_fits"].tolist() == [3]
    nothing, _ = searched(streets, places_at([(100, 5), (300, 195)]), HOMES)
    assert nothing.idle_fits.empty
    assert nothing.one_short["idle_fits"].isna().all()  # no list was given: nobody knows


# --- nothing to find ------------------------------------------------------------------------------------------------


def test_a_place_on_an_island_is_named_and_the_others_still_make_a_village():
    island = gpd.GeoDataFrame(
        {"highway": ["residential"]}, geometry=[LineString([(1000, 0), (1050, 0)])], crs=5179
    )
    main = town().edges[["highway", "geometry"]]
    streets = network.from_lines(pd.concat([main, island], ignore_index=True))
    found, _ = searched(streets, places_at([(10, 5), (110, 5), (210, 5), (1020, 5)]), HOMES)
    assert found.villages["place_ids"].tolist() == ["p0;p1;p2"]
    assert "1 shared spaces meet no street" in note(found, "en")
    assert "only streets cut off from all others: 1" in note(found, "en")
    assert "공유공간 1곳은 보행망에 닿지 않아" in note(found, "ko")


def test_all_in_one_building_is_no_village_and_says_why():
    place = places_at([(10, 5)]).assign(sites=4)
    found, _ = searched(town(), check(place, "places"), HOMES)
    assert found.villages.empty
    assert "1 shared spaces" in note(found, "en")
    assert "서비스 4개가 같은 건물에 모여 있습니다" in note(found, "ko")
    for name, table in worded(found, STANDARD).items():
        check(table, name)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_spaces_give_empty_tables_and_the_reason_in_both_languages(count):
    streets = town()
    places = places_at([(10, 5), (110, 5)][:count])
    rules = villages.VillageRules(perturbation=villages.Perturbation(runs=5))
    found, _ = searched(streets, places, HOMES, rules=rules, idle=idle_at(streets, [(60, 5)]))
    assert found.villages.empty
    assert len(found.one_short) == (count == 2)
    assert f"holds {count} shared spaces" in note(found, "en")
    assert f"공유공간이 {count}곳으로, 기준인 3곳에 못 미칩니다" in note(found, "ko")
    for name, table in worded(found, STANDARD).items():
        check(table, name)
