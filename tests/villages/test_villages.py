"""Villages: exact against brute force on random cities, and by hand on a drawn one."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from drawn_city import (
    DRAWN,
    blocks_of,
    cities,
    costs_of,
    demand_of,
    drawn_surroundings,
    graphs,
    grid_walks,
    naive_cliques,
    naive_resolution,
    nobody,
    places_of,
    shuffled,
    walks_of,
)
from sharemap import villages
from sharemap.errors import GeometryError, StudyError
from sharemap.findings.notes import note
from sharemap.findings.villages import worded
from sharemap.schema import TABLES, check
from sharemap.units import PROFILES, STANDARD, THOUSANDTHS
from sharemap.villages.cliques import _maximal

# --- adjacency and cliques --------------------------------------------------------------------------------------


def test_adjacency_takes_the_limit_each_pair_once_and_the_shortest_walk():
    walks = walks_of(
        [("b", "a", 400.0), ("a", "b", 390.0), ("a", "c", 400.0), ("c", "b", 400.01), ("a", "a", 0.0)]
    )
    assert villages.adjacency(walks, adjacent_m=400).to_numpy().tolist() == [
        ["a", "b", 390.0],
        ["a", "c", 400.0],
    ]


@pytest.mark.parametrize("walk", [float("nan"), -1.0, float("inf")])
def test_a_walk_that_is_none_is_named(walk):
    with pytest.raises(GeometryError, match="row 2"):
        villages.adjacency(walks_of([("a", "b", 1.0), ("a", "c", walk)]), adjacent_m=400)


@given(graphs(), st.integers(2, 4))
@settings(max_examples=150, deadline=None)
def test_cliques_are_those_of_brute_force_and_of_networkx(graph, least):
    ids, rows = graph
    pairs = villages.adjacency(walks_of(rows), adjacent_m=1000)
    found = villages.cliques(pairs, min_places=least)
    assert found == naive_cliques(ids, {(a, b): walk for a, b, walk in rows}, least)
    theirs = nx.Graph([(a, b) for a, b, _ in rows])
    assert found == sorted(tuple(sorted(one)) for one in nx.find_cliques(theirs) if len(one) >= least)


def test_cliques_of_larger_cities_are_those_of_networkx():
    chance = np.random.default_rng(20)
    for count, size in ((60, 900), (150, 1500), (400, 5000)):
        spots = chance.integers(0, size, (count, 2))
        rows = [(f"P{n:03d}", int(x), int(y), "tool") for n, (x, y) in enumerate(spots)]
        pairs = villages.adjacency(grid_walks(rows, 400), adjacent_m=400)
        theirs = nx.Graph(list(zip(pairs["a"], pairs["b"], strict=True)))
        assert villages.cliques(pairs) == sorted(
            tuple(sorted(one)) for one in nx.find_cliques(theirs) if len(one) >= 3
        )


def test_a_clique_may_be_deeper_than_pythons_stack():
    everybody = (1 << 1100) - 1
    assert list(_maximal([everybody ^ (1 << node) for node in range(1100)], 3)) == [everybody]


# --- resolution -------------------------------------------------------------------------------------------------


@given(graphs(), st.integers(2, 4), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_resolution_is_that_of_the_naive_rule_in_any_order(graph, least, chance):
    ids, rows = graph
    taken, beside = naive_resolution(ids, {(a, b): walk for a, b, walk in rows}, least)
    turned = [(b, a, walk) if chance.random() < 0.5 else (a, b, walk) for a, b, walk in rows]
    chance.shuffle(turned)
    pairs = villages.adjacency(walks_of(turned), adjacent_m=1000)
    found = villages.cliques(pairs, min_places=least)
    chance.shuffle(found)
    resolution = villages.resolve(found, pairs, min_places=least)
    assert list(resolution.villages) == taken
    assert list(resolution.neighbours) == beside
    members = [place for village in taken for place in village]
    assert len(members) == len(set(members))
    assert {place for clique in found for place in clique} == {
        *members,
        *(place for row in beside for place in row),
    }


def test_ties_are_broken_by_walks_then_by_ids():
    # two triangles share r: the shorter one wins; when they are equal, the first in the alphabet
    shape = [("p", "q"), ("p", "r"), ("q", "r"), ("r", "s"), ("r", "t"), ("s", "t")]
    longer = walks_of([(a, b, 100.0 if "s" in (a, b) or "t" in (a, b) else 100.001) for a, b in shape])
    equal = walks_of([(a, b, 100.0) for a, b in shape])
    assert villages.resolve(villages.cliques(longer), longer).villages == (("r", "s", "t"),)
    assert villages.resolve(villages.cliques(equal), equal).villages == (("p", "q", "r"),)


# --- loops ------------------------------------------------------------------------------------------------------


def brute_loop(matrix):
    others = permutations(range(1, len(matrix)))
    closed = ((0, *rest) for rest in others)
    return min(
        (sum(matrix[a][b] for a, b in zip(order, (*order[1:], 0), strict=True)), order) for order in closed
    )


@given(st.integers(2, 7), st.data())
@settings(max_examples=60, deadline=None)
def test_the_loop_is_that_of_all_permutations(count, data):
    metres = data.draw(st.lists(st.integers(0, 6), min_size=count * count, max_size=count * count))
    matrix = np.triu(np.array(metres, dtype=np.int64).reshape(count, count), 1)
    matrix += matrix.T
    found = villages.shortest_loop(matrix)
    assert (found.length_mm, found.order) == brute_loop(matrix.tolist())
    assert found.exact


def test_a_loop_of_sixteen_is_exact_and_a_longer_one_says_that_it_may_not_be():
    # on a circle the shortest loop is the circle
    for count, exact in ((16, True), (23, False)):
        angle = np.random.default_rng(3).permutation(count) * 2 * np.pi / count
        spots = np.column_stack([np.cos(angle), np.sin(angle)]) * 100_000
        matrix = np.rint(np.hypot(*(spots[:, None] - spots[None]).T)).astype(np.int64)
        found = villages.shortest_loop(matrix)
        assert found.exact is exact
        assert sorted(found.order) == list(range(count))
        assert found.length_mm == pytest.approx(count * 2 * np.sin(np.pi / count) * 100_000, abs=count)
        assert found.order[1] < found.order[-1]


@given(st.integers(4, 8), st.data())
@settings(max_examples=25, deadline=None)
def test_the_approximate_loop_is_a_loop_and_never_shorter_than_the_exact_one(count, data):
    spots = np.array(
        data.draw(st.lists(st.tuples(*[st.integers(0, 50)] * 2), min_size=count, max_size=count))
    )
    matrix = np.abs(spots[:, None] - spots[None]).sum(axis=2)
    exact, near = villages.shortest_loop(matrix), villages.shortest_loop(matrix, exact_up_to=3)
    assert sorted(near.order) == list(range(count))
    assert near.length_mm == sum(matrix[a, b] for a, b in zip(near.order, (*near.order[1:], 0), strict=True))
    assert exact.length_mm <= near.length_mm <= 2 * exact.length_mm


# --- the drawn city ---------------------------------------------------------------------------------------------


def test_the_drawn_city_has_the_village_that_one_sees():
    around = drawn_surroundings(
        support=pd.DataFrame(
            {
                "place_id": ["a", "b", "b", "c", "e", "e"],
                "site_id": ["S1", "S1", "S2", "S3", "S4", "S5"],
                "walk_m": [375.0, 10.0, 0.0, 5.0, 375.01, 374.0],
            }
        ),
        blocks=blocks_of(
            [
                ("B1", 5, (-50, -50, 100, 50)),
                ("B2", 6, (100, -50, 210, 50)),
                ("B3", 7, (290, -50, 400, 50)),
                ("B4", 8, (210, -50, 290, 50)),
                ("B5", 9, (195, 0, 205, 9), "street_space"),
                ("B6", 9, (1000, 0, 1100, 100)),
            ]
        ),
    )
    found = villages.find(places_of(DRAWN), grid_walks(DRAWN), around=around)
    (card,) = worded(found, STANDARD)["villages"].drop(columns="geometry").to_dict("records")
    assert card.pop("village_id").startswith("V")
    assert card.pop("score") == pytest.approx(found.scores["points"].sum())
    assert card.pop("why_ko").startswith(
        f"종합점수 {found.villages['score'][0]:.1f}점으로 후보지 1곳 가운데 1위"
    )
    assert card.pop("why_en").startswith("Rank 1 of 1")
    for nothing in ("stability", "rank_low", "rank_high", "closures_survived", "closures"):
        assert pd.isna(card.pop(nothing)), nothing  # no perturbed runs were asked for
    for nothing in ("next_block_id", "next_longest_walk_m", "next_residents_added"):
        assert pd.isna(card.pop(nothing)), nothing  # without streets nobody knows
    assert card.pop("sentence_ko") == (
        "유일한 후보지로, 한울1동 e방을 비롯한 공유공간 3곳(서비스 4종)이 서로 걸어서 최대 4분(300m), 평균 2.7분(200m) "
        "거리에 모여 있고, 모든 곳을 도는 일상동선은 600m이며, 걸어서 15분 안에 주민 137명(65세 이상 50명)이 살고, "
        "5분 안에 지원시설 3곳이 있습니다."
    )
    assert card.pop("sentence_en") == (
        "The only candidate: 3 shared spaces (4 kinds of service), 한울1동 e방 among them, at most 4 min (300 m) and on average "
        "2.7 min (200 m) apart on foot; the everyday loop past all of them is 600 m; 137 residents (50 of them 65 and over) live "
        "within 15 min on foot; 3 support services lie within 5 min."
    )
    assert card == {
        "rank": 1,
        "name": "한울1동 e방 일대",
        "ward_name": "가온구",
        "dong_code": "9901051000",
        "dong_name": "한울1동",
        "places": 3,
        "services": 4,
        "layers": "kitchen;library;tool;wifi",
        "longest_walk_m": 300.0,
        "mean_walk_m": 200.0,
        "loop_m": 600.0,
        "loop_exact": True,
        "space_kinds": 4,  # without the sites nobody knows which of them are support
        "in_complex": 0,
        "caution_ko": "",
        "caution_en": "",
        "doubtful": False,
        "doubt_ko": "",
        "doubt_en": "",
        "places_if_merged": 3,
        "stable": "not_examined",
        "residents_5min": 100,
        "residents_10min": 130,
        "residents_15min": 137,
        "residents_65_over_15min": 50,
        "support_sites": 3,
        "neighbours": 1,
        "place_ids": "a;b;e",
        "block_ids": "B1;B2;B3;B4",
    }
    assert found.villages.geometry[0].equals(box(-50, -50, 400, 50))
    assert found.places[["place_id", "role", "loop_order"]].to_numpy().tolist() == [
        ["a", "member", 1],
        ["b", "member", 2],
        ["e", "member", 3],
        ["c", "neighbour", 0],
    ]
    assert found.walks[["place_a", "place_b", "walk_m", "walk_min"]].to_numpy().tolist() == [
        ["a", "b", 200.0, pytest.approx(2.6666667)],
        ["a", "e", 300.0, pytest.approx(4.0)],
        ["b", "e", 100.0, pytest.approx(1.3333333)],
    ]
    assert note(found, "en") == ""


def test_the_drawn_city_has_the_pairs_that_are_one_short():
    found = villages.find(places_of(DRAWN), grid_walks(DRAWN), around=drawn_surroundings()).one_short
    # (c, d) lies in no set and c is no member; but (a, d), (b, c) touch the village, and (c, d) alone is free
    shown = found[["rank", "place_a", "place_b", "walk_m", "residents_15min"]]
    assert shown.to_numpy().tolist() == [
        [1, "p", "q", 250.0, 70],
        [2, "x", "y", 300.0, 60],
        [3, "c", "d", 200.0, 7],
    ]
    assert found["name_a"].tolist() == ["p방", "x방", "c방"]
    for column in ("block_id", "triangle_m", "residents_added", "idle_fits"):
        assert found[column].isna().all(), column  # without streets nobody knows
    assert found.geometry[1].contains(shapely.LineString([(4000, 0), (4300, 0)]))


def test_larger_villages_have_no_pairs_one_short_and_say_so():
    found = villages.find(
        places_of(DRAWN),
        grid_walks(DRAWN),
        around=drawn_surroundings(),
        rules=villages.VillageRules(min_places=2),
    )
    assert found.one_short.empty
    assert "one short" in note(found, "en")
    assert sorted(found.villages["place_ids"]) == ["a;b;e", "c;d", "p;q", "x;y"]
    assert found.villages.set_index("place_ids")["loop_m"].to_dict() == {
        "a;b;e": 600,
        "c;d": 400,
        "p;q": 500,
        "x;y": 600,
    }


def test_the_rank_is_by_the_weighted_score_that_one_computes_by_hand():
    rows = [
        *[(f"a{n}", n * 100, 0, "tool") for n in range(4)],  # four places
        *[(f"b{n}", 3000 + n * 100, 0, f"kind{n}") for n in range(3)],  # three kinds
        *[(f"c{n}", 6000 + n * 100, 0, "tool") for n in range(3)],  # people
        *[(f"d{n}", 9000 + n * 50, 0, "tool") for n in range(3)],  # near each other
        *[(f"e{n}", 12000 + n * 100, 0, "tool") for n in range(3)],
    ]
    around = villages.Surroundings(
        place_costs=costs_of([(0, "c0", 1.0)], points=1, site_ids=[row[0] for row in rows]),
        demand=demand_of([(3000, 0)]),
    )
    found = worded(villages.find(places_of(rows), grid_walks(rows), around=around), STANDARD)["villages"]
    # weights 40 places, 20 services, 15 residents, 10 elderly, 10 closeness, 5 support; nobody is old, nothing supports
    walks = {"a": 1000 / 6, "d": 200 / 3}
    by_hand = {
        name: 40 * places / (places + 3)
        + 20 * kinds / (kinds + 3)
        + 15 * people / (people + 20_000)
        + 10 * 200 / (walks.get(name, 400 / 3) + 200)
        for name, places, kinds, people in (
            ("b", 3, 3, 0),
            ("a", 4, 1, 0),
            ("c", 3, 1, 3000),
            ("d", 3, 1, 0),
            ("e", 3, 1, 0),
        )
    }
    assert [ids[0] for ids in found["place_ids"]] == list(by_hand) == ["b", "a", "c", "d", "e"]
    assert found["score"].tolist() == pytest.approx(list(by_hand.values()))
    assert found["rank"].tolist() == [1, 2, 3, 4, 5]
    assert found["score"].is_monotonic_decreasing
    assert found["sentence_ko"][2].startswith(
        "후보지 5곳 가운데 3위로, 한울1동 c1방을 비롯한 공유공간 3곳(서비스 1종)이 "
    )
    assert found["sentence_ko"][2].endswith(
        "주민 3,000명(65세 이상 0명)이 살고, 5분 안에 지원시설은 없습니다."
    )


def test_the_dong_is_that_of_most_places_and_the_leading_place_has_most_services():
    rows = (
        ("a", 0, 0, "tool", {"dong": "9901052000"}),
        ("b", 100, 0, "tool;toy", {"dong": "9901051000"}),
        ("c", 200, 0, "tool;tool;tool", {"dong": "9901052000"}),
    )
    places = places_of(rows)
    found = villages.find(places, grid_walks(rows), around=nobody(places))
    (card,) = worded(found, STANDARD)["villages"].to_dict("records")
    assert found.leads == {card["village_id"]: "b"}
    assert (card["dong_code"], card["name"], card["services"]) == ("9901052000", "한울2동 b방 일대", 2)


def test_a_long_loop_is_called_approximate():
    rows = [(f"p{n:02d}", 10 * n, 0, "tool") for n in range(villages.EXACT_LOOP_PLACES + 1)]
    places = places_of(rows)
    apart = list(
        combinations(places["place_id"], 2)
    )  # so near to each other that all would have to be checked
    around = replace(nobody(places), two_buildings=apart)
    found = villages.find(places, grid_walks(rows), around=around)
    assert found.villages["places"].tolist() == [17]
    assert found.villages["loop_m"].tolist() == [320.0]  # there and back along the line
    assert "일상동선은 약 320m" in worded(found, STANDARD)["villages"]["sentence_ko"][0]
    assert note(found, "en") == f"the loop is approximate in {found.villages['village_id'][0]}"


def test_without_blocks_a_village_is_the_widened_hull_of_its_places():
    found = villages.find(places_of(DRAWN), grid_walks(DRAWN), around=drawn_surroundings())
    assert found.villages["block_ids"].tolist() == [""]
    assert found.villages.geometry[0].equals(shapely.LineString([(0, 0), (300, 0)]).buffer(25))


def test_the_slow_walk_includes_its_last_metre():
    rows = DRAWN[:2] + DRAWN[4:5]
    slow = PROFILES["elderly"]
    around = villages.Surroundings(
        place_costs=costs_of(
            [(0, "a", 720.0), (1, "a", 240.0)], points=2, site_ids=list("abe"), cutoff_m=720.0, profile=slow
        ),
        demand=demand_of([(5, 1), (2, 0)]),
    )
    found = villages.find(places_of(rows), grid_walks(rows), around=around).villages
    assert found[["residents_5min", "residents_15min"]].to_numpy().tolist() == [[2, 7]]


# --- everything against everything, on random cities -------------------------------------------------------------


def buildings_of(rows, names):
    """The first of all places that may be one building with each: near, or of one name, also through others."""
    one = nx.Graph()
    one.add_nodes_from(row[0] for row in rows)
    for ((a, xa, ya, *_), name), ((b, xb, yb, *_), other) in combinations(zip(rows, names, strict=True), 2):
        apart = np.hypot(xa - xb, ya - yb)
        if apart < 40 or (name == other and apart <= 400):
            one.add_edge(a, b)
    return {place: min(part) for part in nx.connected_components(one) for place in part}


#: A candidate takes one of three; of the two that are left one is in a set that is asked about, the other beside nothing of it.
BESIDE = [
    (f"P{n}", x, y, "tool")
    for n, (x, y) in enumerate(
        [(500, 500), (500, 100), (0, 100), (300, 600), (0, 100), (0, 100), (0, 100), (400, 300), (100, 400)]
    )
]


@pytest.mark.parametrize("settled", [True, False])
@given(rows=cities(), seed=st.integers(0, 9))
@example(rows=BESIDE, seed=0)
@settings(max_examples=25, deadline=None)
def test_random_cities_agree_with_brute_force_to_the_last_number(settled, rows, seed):
    chance = np.random.default_rng(seed)
    names = [f"방{n}" for n in chance.integers(0, 6, len(rows))]
    building = {} if settled else buildings_of(rows, names)
    ids = [row[0] for row in rows]
    walks = grid_walks(rows)
    people = demand_of([(int(n), int(n) // 3) for n in chance.integers(0, 50, 12)])
    table = [
        (p, place, float(m)) for p in range(12) for place in ids if (m := chance.integers(1, 1400)) <= 1125
    ]
    around = villages.Surroundings(
        place_costs=costs_of(table, points=12, site_ids=ids),
        demand=people,
        two_buildings=list(combinations(ids, 2)) if settled else (),
    )
    found = villages.find(places_of(rows).assign(name=names), walks, around=around)
    near = {tuple(sorted((a, b))): m for a, b, m in walks.itertuples(index=False) if m <= 400}
    taken, beside = naive_resolution(ids, near, 3, building)
    cards = found.villages.set_index("place_ids")
    assert sorted(cards.index) == sorted(";".join(village) for village in taken)
    for village, left in zip(taken, beside, strict=True):
        card = cards.loc[";".join(village)]
        inner = [near[pair] for pair in combinations(village, 2)]
        matrix = [[near.get(tuple(sorted((a, b))), 0) for b in village] for a in village]
        assert card["longest_walk_m"] == max(inner)
        assert card["mean_walk_m"] == pytest.approx(sum(inner) / len(inner))
        assert card["loop_m"] == pytest.approx(brute_loop(matrix)[0])
        assert card["neighbours"] == len(left)
        nearest = [
            min((m for p, place, m in table if p == n and place in village), default=9e9) for n in range(12)
        ]
        for minutes in (5, 10, 15):
            counted = (
                sum(people["residents"][n] for n in range(12) if nearest[n] <= minutes * 75) / THOUSANDTHS
            )
            assert card[f"residents_{minutes}min"] == counted
    members = found.places[found.places["role"] == "member"]
    assert members["place_id"].is_unique
    left = set(ids) - set(members["place_id"])
    unsure, beside_unsure = naive_resolution(left, near, 3)
    asked = found.to_check.drop_duplicates("rank").set_index("place_ids")
    assert sorted(asked.index[asked["target"] == "village"]) == sorted(map(";".join, unsure))
    for places, neighbours in zip(unsure, beside_unsure, strict=True):
        row = asked.loc[";".join(places)]
        assert row["neighbour_ids"] == ";".join(neighbours)
        assert row["places_if_merged"] == len({building[place] for place in places}) < 3
        around_them = {p for p, place, _ in table if place in places}
        assert row["residents_15min"] == sum(people["residents"][n] for n in around_them) / THOUSANDTHS
    together = {place for clique in naive_cliques(ids, near, 3) for place in clique}
    asked_places = {*unsure, *beside_unsure}
    told = {*found.places["place_id"], *(place for places in asked_places for place in places)}
    assert told == together
    free = {
        pair
        for pair in near
        if not set(pair) & {*members["place_id"], *(place for places in unsure for place in places)}
        and not any(set(pair) <= set(clique) for clique in naive_cliques(ids, near, 3))
    }
    alike = {pair for pair in free if not settled and building[pair[0]] == building[pair[1]]}
    assert {tuple(row) for row in found.one_short[["place_a", "place_b"]].to_numpy()} == free - alike
    assert sorted(asked.index[asked["target"] == "pair"]) == sorted(map(";".join, alike))
    for row in found.one_short.itertuples():
        either = {p for p, place, _ in table if place in (row.place_a, row.place_b)}
        assert row.residents_15min == sum(people["residents"][n] for n in either) / THOUSANDTHS


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_the_input_changes_nothing(seed):
    around = drawn_surroundings(
        blocks=blocks_of([(f"B{n}", n, (n * 100, -50, n * 100 + 100, 50)) for n in range(30)])
    )
    first = villages.find(places_of(DRAWN), grid_walks(DRAWN), around=around)
    ids = np.random.default_rng(seed).permutation([row[0] for row in DRAWN]).tolist()
    costs = around.place_costs
    table = [
        (int(p), costs.site_ids[s], float(m))
        for p, s, m in zip(costs.point, costs.site, costs.cost_m, strict=True)
    ]
    turned = villages.Surroundings(
        place_costs=costs_of(table, points=6, site_ids=ids, cutoff_m=1200.0),
        demand=around.demand,
        blocks=shuffled(around.blocks, seed),
    )
    walks = shuffled(
        pd.concat([grid_walks(DRAWN), grid_walks(DRAWN).rename(columns={"a": "b", "b": "a"})]), seed
    )
    again = villages.find(shuffled(places_of(DRAWN), seed), walks, around=turned)
    for name in ("villages", "places", "walks", "one_short"):
        one, other = getattr(first, name), getattr(again, name)
        assert one.shape[0] > 0
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


# --- nothing to find, and wrong input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ((), "holds 0 shared spaces"),
        (DRAWN[:2], "holds 2 shared spaces"),
        (DRAWN[6:], "no 3 shared spaces are within 400 m"),
    ],
)
def test_nothing_found_gives_empty_tables_and_the_reason(rows, reason):
    places = places_of(rows) if rows else places_of(DRAWN).iloc[:0]
    found = villages.find(places, grid_walks(rows), around=nobody(places))
    assert reason in note(found, "en")
    for name, table in (("villages", "villages"), ("places", "village_places"), ("walks", "village_walks")):
        assert getattr(found, name).empty
        assert getattr(found, name).columns.tolist() == TABLES[table].unsaid.names
    for name, table in worded(found, STANDARD).items():
        assert check(table, name).columns.tolist() == TABLES[name].names


def test_the_tables_are_as_described_and_the_callers_stay_as_they_were():
    places, walks, around = places_of(DRAWN), grid_walks(DRAWN), drawn_surroundings()
    copies = places.copy(), walks.copy(), around.demand.copy()
    found = villages.find(places, walks, around=around)
    for frame, table in (
        (found.villages, "villages"),
        (found.places, "village_places"),
        (found.walks, "village_walks"),
        (found.one_short, "one_short"),
    ):
        assert check(frame, table, said=False).columns.tolist() == frame.columns.tolist()
    for name, table in worded(found, STANDARD).items():
        assert check(table, name).columns.tolist() == TABLES[name].names
    for frame, copy in zip((places, walks, around.demand), copies, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(copy))


def test_wrong_input_is_named():
    places, walks, around = places_of(DRAWN), grid_walks(DRAWN), drawn_surroundings()
    with pytest.raises(GeometryError, match="'nowhere'"):
        villages.find(places, pd.concat([walks, walks_of([("a", "nowhere", 3.0)])]), around=around)
    with pytest.raises(GeometryError, match="lack columns"):
        villages.find(places, walks.drop(columns="walk_m"), around=around)
    with pytest.raises(GeometryError, match="lacks columns"):
        villages.find(places.drop(columns="layers"), walks, around=around)
    with pytest.raises(GeometryError, match="place_id"):
        villages.find(pd.concat([places, places]), walks, around=around)
    short = costs_of([], points=6, site_ids=list("abcdepqxyz"), cutoff_m=1124.9)
    with pytest.raises(GeometryError, match="less than 15 minutes"):
        villages.find(places, walks, around=villages.Surroundings(place_costs=short, demand=around.demand))
    with pytest.raises(GeometryError, match="other demand points"):
        villages.find(
            places, walks, around=villages.Surroundings(place_costs=short_of(around, 5), demand=around.demand)
        )
    unknown = costs_of([], points=6, site_ids=list("abcde"))
    with pytest.raises(GeometryError, match="no costs from the demand points"):
        villages.find(places, walks, around=villages.Surroundings(place_costs=unknown, demand=around.demand))
    with pytest.raises(GeometryError, match="support"):
        villages.find(places, walks, around=drawn_surroundings(support=pd.DataFrame({"place_id": []})))


def short_of(around, points):
    return costs_of([], points=points, site_ids=around.place_costs.site_ids.tolist())


@pytest.mark.parametrize(
    "rule", [{"min_places": 1}, {"min_places": 2.5}, {"adjacent_m": 0}, {"hull_m": float("nan")}]
)
def test_rules_that_make_no_sense_are_refused(rule):
    with pytest.raises(StudyError, match=next(iter(rule))):
        villages.VillageRules(**rule)


def test_a_village_at_the_foot_of_a_mountain_is_not_drawn_as_the_mountain():
    mountain = blocks_of([("M", 0, (-5000, 5, 5000, 9000))])
    around = drawn_surroundings(blocks=mountain)
    found = villages.find(places_of(DRAWN), grid_walks(DRAWN), around=around)
    assert found.villages["block_ids"].tolist() == ["M"]
    assert found.villages.geometry[0].bounds == pytest.approx((-200, 5, 500, 200), abs=1)
