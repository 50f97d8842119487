"""Villages: exact against brute force on random cities, and by hand on a drawn one."""

from __future__ import annotations

from itertools import combinations, permutations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box
from sharemap.villages.words import minutes_ko, with_particle

from sharemap import villages
from sharemap.errors import GeometryError, StudyError
from sharemap.reach import PointCosts
from sharemap.schema import AGE_BANDS, TABLES, check
from sharemap.units import PROFILES, STANDARD
from sharemap.villages.cliques import _maximal

# --- cities ---------------------------------------------------------------------------------------------------


def walks_of(rows):
    return pd.DataFrame(
        {
            "a": pd.Series([row[0] for row in rows], dtype="str"),
            "b": pd.Series([row[1] for row in rows], dtype="str"),
            "walk_m": pd.Series([row[2] for row in rows], dtype="float64"),
        }
    )


def places_of(rows):
    """Rows of (place_id, x, y, layers) and, where it matters, other columns."""
    rest = [row[4] if len(row) > 4 else {} for row in rows]
    frame = gpd.GeoDataFrame(
        {
            "place_id": pd.Series([row[0] for row in rows], dtype="str"),
            "name": pd.Series([f"{row[0]}방" for row in rows], dtype="str"),
            "address": pd.Series([None] * len(rows), dtype="str"),
            "layers": pd.Series([row[3] for row in rows], dtype="str"),
            "sites": pd.Series([1 + row[3].count(";") for row in rows], dtype="int64"),
            "shared_space": pd.Series([more.get("shared_space", True) for more in rest], dtype="bool"),
            "evidence": pd.Series(["single"] * len(rows), dtype="str"),
            "in_area": pd.Series([more.get("in_area", True) for more in rest], dtype="bool"),
            "ward_name": pd.Series(["가온구"] * len(rows), dtype="str"),
            "dong_code": pd.Series([more.get("dong", "9901051000") for more in rest], dtype="str"),
            "dong_name": pd.Series(
                [{"9901052000": "한울2동"}.get(more.get("dong"), "한울1동") for more in rest], dtype="str"
            ),
        },
        geometry=[Point(row[1], row[2]) for row in rows],
        crs=5179,
    )
    return check(frame, "places")


def demand_of(rows):
    """Rows of (residents, of these 70 years old)."""
    bands = {band: [row[1] if band == "age_70_74" else 0 for row in rows] for band in AGE_BANDS}
    bands["age_60_64"] = [row[0] - row[1] for row in rows]
    return pd.DataFrame({"residents": [row[0] for row in rows], **bands})


def costs_of(rows, *, points, site_ids, cutoff_m=1125.0, profile=STANDARD):
    """Rows of (point, place, metres)."""
    ids = np.asarray(site_ids, dtype=object)
    at = {place: position for position, place in enumerate(site_ids)}
    rows = sorted((point, at[place], metres) for point, place, metres in rows)
    return PointCosts(
        cutoff_m=cutoff_m,
        profile=profile,
        n_points=points,
        site_ids=ids,
        point=np.array([row[0] for row in rows], dtype=np.int32),
        site=np.array([row[1] for row in rows], dtype=np.int32),
        cost_m=np.array([row[2] for row in rows], dtype=np.float64),
    )


def nobody(places):
    return villages.Surroundings(
        place_costs=costs_of([], points=0, site_ids=places["place_id"].tolist()), demand=demand_of([])
    )


def blocks_of(rows):
    """Rows of (block_id, residents, box) and, where it matters, the kind."""
    frame = gpd.GeoDataFrame(
        {
            "block_id": pd.Series([row[0] for row in rows], dtype="str"),
            "kind": pd.Series([row[3] if len(row) > 3 else "block" for row in rows], dtype="str"),
            "dong_code": pd.Series(["9901051000"] * len(rows), dtype="str"),
            "dong_name": pd.Series(["한울1동"] * len(rows), dtype="str"),
            "area_m2": pd.Series([1.0] * len(rows), dtype="float64"),
            "residents": pd.Series([row[1] for row in rows], dtype="int64"),
            "streets": pd.Series([""] * len(rows), dtype="str"),
            "frontage_ko": pd.Series([""] * len(rows), dtype="str"),
        },
        geometry=[box(*row[2]) for row in rows],
        crs=5179,
    )
    return check(frame, "blocks")


# A drawn city. Walks follow the grid of streets (|dx| + |dy|), adjacent within 400 m; 1 mm is 1 m here, but the
# numbers are in the table below.
#
#   y=300   d---------c            e: only d, c, b and a are all within 400 m of each other? a-c is 500, so no.
#           |         |
#   y=0     a---------b----e            p----q                     x----y       lonely z
#         x=0       200  300          2000 2250                  4000  4300         6000
#
#   a-b 200, b-c 300, c-d 200, d-a 300, a-c 500, b-d 500, b-e 100, a-e 300, c-e 400, d-e 600
#   maximal sets: {a,b,e} (600 m in sum) and {b,c,e} (800 m); the first wins, c is left over.
DRAWN = (
    ("a", 0, 0, "library;tool"),
    ("b", 200, 0, "library"),
    ("c", 200, 300, "toy"),
    ("d", 0, 300, "toy"),
    ("e", 300, 0, "kitchen;wifi"),
    ("p", 2000, 0, "toy"),
    ("q", 2250, 0, "tool"),
    ("x", 4000, 0, "tool"),
    ("y", 4300, 0, "tool"),
    ("z", 6000, 0, "tool"),
    ("bike", 100, 0, "bike", {"shared_space": False}),
    ("beyond", 100, 10, "tool", {"in_area": False}),
)


def grid_walks(rows, cutoff_m=2000.0):
    found = []
    for (a, xa, ya, *_), (b, xb, yb, *_) in combinations(rows, 2):
        metres = float(abs(xa - xb) + abs(ya - yb))
        if metres <= cutoff_m:
            found.append((a, b, metres))
    return walks_of(found)


def drawn_surroundings(**more):
    # point 0: 100 people (40 elderly) at a; 1: between; 2: 15 minutes off to the centimetre; 3: near p only;
    # 4: near p and q; 5: near x, a little too far from y
    people = demand_of([(100, 40), (30, 3), (7, 7), (50, 0), (20, 20), (60, 1)])
    costs = costs_of(
        [
            *((0, "a", 10.0), (0, "b", 210.0), (0, "e", 310.0)),
            *((1, "a", 900.0), (1, "b", 700.0), (1, "e", 750.0)),
            *((2, "e", 1125.0), (2, "c", 200.0)),
            *((3, "p", 300.0), (4, "p", 1000.0), (4, "q", 500.0)),
            *((5, "x", 1100.0),),
        ],
        points=6,
        site_ids=[row[0] for row in DRAWN],
        cutoff_m=1200.0,
    )
    return villages.Surroundings(place_costs=costs, demand=people, **more)


def shuffled(frame, seed):
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)


# --- the oracle: every rule again, in the plainest way ----------------------------------------------------------


def naive_cliques(ids, near, least):
    """All subsets, largest first; kept when no kept one holds it."""
    kept = []
    for size in range(len(ids), least - 1, -1):
        for chosen in combinations(sorted(ids), size):
            if all(pair in near for pair in combinations(chosen, 2)) and not any(
                set(chosen) < set(one) for one in kept
            ):
                kept.append(chosen)
    return sorted(kept)


def naive_resolution(ids, near, least):
    """Search everything again after each village is taken out."""
    first = naive_cliques(ids, near, least)
    left, taken = set(ids), []
    while found := naive_cliques(left, near, least):
        best = min(
            found, key=lambda one: (-len(one), sum(round(near[p] * 1000) for p in combinations(one, 2)), one)
        )
        taken.append(best)
        left -= set(best)
    beside = []
    for village in taken:
        touching = [set(clique) for clique in first if set(clique) & set(village)]
        beside.append(tuple(sorted(set().union(*touching) & left)))
    return taken, beside


@st.composite
def cities(draw):
    """Up to nine places on a coarse grid: many ties on purpose."""
    spots = draw(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=9))
    names = draw(st.permutations([f"P{n}" for n in range(len(spots))]))
    return [(name, 100 * x, 100 * y, "tool") for name, (x, y) in zip(names, spots, strict=True)]


@st.composite
def graphs(draw):
    """Any graph of up to nine nodes, with walks that repeat."""
    count = draw(st.integers(0, 9))
    edges = list(combinations([f"N{n}" for n in range(count)], 2))
    walks = draw(
        st.lists(
            st.sampled_from([None, None, 100.0, 200.0, 200.001]), min_size=len(edges), max_size=len(edges)
        )
    )
    return [f"N{n}" for n in range(count)], [
        (*edge, walk) for edge, walk in zip(edges, walks, strict=True) if walk
    ]


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
    (card,) = found.villages.drop(columns="geometry").to_dict("records")
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
        "doubtful": False,
        "doubt_ko": "",
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
    assert found.note == ""


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
    assert "one short" in found.note
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
    found = villages.find(places_of(rows), grid_walks(rows), around=around).villages
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
    (card,) = villages.find(places, grid_walks(rows), around=nobody(places)).villages.to_dict("records")
    assert (card["dong_code"], card["name"], card["services"]) == ("9901052000", "한울2동 b방 일대", 2)


def test_a_long_loop_is_called_approximate():
    rows = [(f"p{n:02d}", 10 * n, 0, "tool") for n in range(villages.EXACT_LOOP_PLACES + 1)]
    places = places_of(rows)
    found = villages.find(places, grid_walks(rows), around=nobody(places))
    assert found.villages["places"].tolist() == [17]
    assert found.villages["loop_m"].tolist() == [320.0]  # there and back along the line
    assert "일상동선은 약 320m" in found.villages["sentence_ko"][0]
    assert found.note == f"the loop is approximate in {found.villages['village_id'][0]}"


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


@given(cities(), st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_random_cities_agree_with_brute_force_to_the_last_number(rows, seed):
    chance = np.random.default_rng(seed)
    ids = [row[0] for row in rows]
    walks = grid_walks(rows)
    people = demand_of([(int(n), int(n) // 3) for n in chance.integers(0, 50, 12)])
    table = [
        (p, place, float(m)) for p in range(12) for place in ids if (m := chance.integers(1, 1400)) <= 1125
    ]
    around = villages.Surroundings(place_costs=costs_of(table, points=12, site_ids=ids), demand=people)
    found = villages.find(places_of(rows), walks, around=around)
    near = {tuple(sorted((a, b))): m for a, b, m in walks.itertuples(index=False) if m <= 400}
    taken, beside = naive_resolution(ids, near, 3)
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
            counted = sum(people["residents"][n] for n in range(12) if nearest[n] <= minutes * 75)
            assert card[f"residents_{minutes}min"] == counted
    members = found.places[found.places["role"] == "member"]
    assert members["place_id"].is_unique
    together = {place for clique in naive_cliques(ids, near, 3) for place in clique}
    assert set(found.places["place_id"]) == together
    free = {
        pair
        for pair in near
        if not set(pair) & set(members["place_id"])
        and not any(set(pair) <= set(clique) for clique in naive_cliques(ids, near, 3))
    }
    assert {tuple(row) for row in found.one_short[["place_a", "place_b"]].to_numpy()} == free
    for row in found.one_short.itertuples():
        either = {p for p, place, _ in table if place in (row.place_a, row.place_b)}
        assert row.residents_15min == sum(people["residents"][n] for n in either)


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
    assert reason in found.note
    for name, table in (("villages", "villages"), ("places", "village_places"), ("walks", "village_walks")):
        assert getattr(found, name).empty
        assert getattr(found, name).columns.tolist() == TABLES[table].names
    check(found.one_short, "one_short")


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
        assert check(frame, table).columns.tolist() == frame.columns.tolist()
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


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "ends"),
    [
        ("도서관", "을"),
        ("나눔카페", "를"),
        ("주민센터 ", "를"),
        ("공유부엌(본점)", "을"),
        ("마을방 2", "를"),
        ("마을방 10", "을"),
        ("LH", "를"),
        ("북카페 M", "을"),
        ("cafe", "을(를)"),
        ("圖書館", "을(를)"),
        ("", "을(를)"),
    ],
)
def test_particles_follow_the_last_sound(word, ends):
    assert with_particle(word, "을/를") == word + ends


def test_minutes_read_well():
    assert [minutes_ko(value) for value in (5.0, 5.25, 0.04, 12.349)] == ["5분", "5.3분", "0분", "12.3분"]


def test_a_village_at_the_foot_of_a_mountain_is_not_drawn_as_the_mountain():
    mountain = blocks_of([("M", 0, (-5000, 5, 5000, 9000))])
    around = drawn_surroundings(blocks=mountain)
    found = villages.find(places_of(DRAWN), grid_walks(DRAWN), around=around)
    assert found.villages["block_ids"].tolist() == ["M"]
    assert found.villages.geometry[0].bounds == pytest.approx((-200, 5, 500, 200), abs=1)
