"""What is no candidate until somebody has looked: by hand, and against all sets of random towns."""

from __future__ import annotations

from functools import cache

import networkx as nx
import numpy as np
import pytest

from drawn_city import grid_walks, nobody, places_of
from sharemap import sites, villages
from sharemap.findings.villages import worded
from sharemap.units import STANDARD

CENTRES = ("한울1동 자치회관", "한울1동 주민센터")


def found_in(rows, names, *, settled=(), **rules):
    places = places_of(rows).assign(name=names)
    around = villages.Surroundings(
        place_costs=nobody(places).place_costs, demand=nobody(places).demand, two_buildings=settled
    )
    return villages.find(places, grid_walks(rows), around=around, rules=villages.VillageRules(**rules))


TOWN = [("a", 0, 0, "tool"), ("b", 90, 0, "toy"), ("c", 250, 0, "library")]
NAMES = [*CENTRES, "먼방"]


def test_a_set_that_may_be_too_few_buildings_is_no_candidate_and_asks():
    found = found_in(TOWN, NAMES)
    assert found.villages.empty
    assert found.one_short.empty  # what it is otherwise is known when the question is answered
    asked = worded(found, STANDARD)["to_check"].iloc[0]
    assert (asked["target"], asked["rank"], asked["places"], asked["places_if_merged"]) == (
        "village",
        1,
        3,
        2,
    )
    assert (asked["place_a"], asked["place_b"], asked["place_ids"]) == ("a", "b", "a;b;c")
    assert (asked["name_a"], asked["name_b"], asked["apart_m"]) == (*CENTRES, 90.0)
    assert asked["same_name"]
    assert asked["question_ko"] == (
        "‘한울1동 자치회관’과 ‘한울1동 주민센터’(이름이 같고 90m 거리): 한 건물입니까, 서로 다른 건물입니까? "
        "다른 건물이면 공유공간 3곳의 후보지가 되고, 한 건물이면 2곳으로 후보 기준에 못 미칩니다."
    )
    assert asked["question_en"].startswith(
        "‘한울1동 자치회관’ and ‘한울1동 주민센터’ (alike in name, 90 m apart)"
    )


@pytest.mark.parametrize("pair", [("a", "b"), ("b", "a")])
def test_an_answer_makes_it_a_candidate_without_doubt(pair):
    found = found_in(TOWN, NAMES, settled=[pair])
    assert found.to_check.empty
    assert found.villages[["place_ids", "doubtful", "places_if_merged"]].to_numpy().tolist() == [
        ["a;b;c", False, 3]
    ]


def test_a_village_among_the_rest_is_found_although_the_doubtful_set_is_tighter():
    rows = [*TOWN, ("d", -100, 0, "tool"), ("e", -150, 0, "tool")]
    found = found_in(rows, [*NAMES, "라", "마"], adjacent_m=250)
    # b and c are as near to a as d and e are, but a, b, c may be two buildings
    assert found.villages["place_ids"].tolist() == ["a;b;d;e"]
    assert found.villages["places_if_merged"].tolist() == [3]
    assert found.to_check.empty
    apart = found_in(rows, [*NAMES, "라", "마"], adjacent_m=250, min_places=4)
    assert apart.villages.empty
    assert apart.to_check["place_ids"].tolist() == ["a;b;d;e"]


def test_the_doubtful_set_does_not_take_a_place_from_a_candidate():
    rows = [
        ("a", 0, 0, "x"),
        ("b", 30, 0, "x"),
        ("c", 10, 10, "x"),
        ("d", -200, 0, "x"),
        ("e", -220, 150, "x"),
    ]
    found = found_in(rows, ["가", "나", "다", "라", "마"], adjacent_m=400)
    places = {place for ids in found.villages["place_ids"] for place in ids.split(";")}
    assert {"d", "e"} <= places


def test_a_doubtful_pair_is_asked_about_and_not_one_short():
    rows = [("a", 0, 0, "tool"), ("b", 90, 0, "toy"), ("x", 3000, 0, "tool"), ("y", 3300, 0, "toy")]
    found = found_in(rows, [*CENTRES, "가", "나"])
    assert found.one_short[["place_a", "place_b"]].to_numpy().tolist() == [["x", "y"]]
    assert found.to_check[["target", "place_ids", "places_if_merged"]].to_numpy().tolist() == [
        ["pair", "a;b", 1]
    ]
    assert "한 건물이면 공유공간 1곳" in worded(found, STANDARD)["to_check"]["question_ko"].item()
    free = found_in(rows, [*CENTRES, "가", "나"], settled=[("a", "b")])
    assert len(free.one_short) == 2
    assert free.to_check.empty


def test_places_that_are_one_through_a_third_name_what_leads_there():
    # a and c are too far apart for a doubt of their own, b between them has none of the walks of a village
    rows = [("a", 0, 0, "x"), ("b", 35, 0, "x"), ("c", 70, 0, "x"), ("d", 300, 0, "x")]
    doubts = villages.doubts.Doubts.among(
        places_of(rows).set_index("place_id", drop=False).assign(name=list("가나다라"))
    )
    assert doubts.buildings(["a", "c", "d"]) == 2
    assert doubts.of(["a", "c", "d"])[["a", "b"]].to_numpy().tolist() == [["a", "b"], ["b", "c"]]
    assert doubts.of(["a", "b", "d"])[["a", "b"]].to_numpy().tolist() == [["a", "b"]]


TOWNS = range(12)


@cache
def town_of(seed):
    """Forty places at random, some of one name, and what is found among them."""
    chance = np.random.default_rng(seed)
    rows = [
        (f"P{n:02d}", int(x), int(y), "tool") for n, (x, y) in enumerate(chance.integers(0, 900, (40, 2)))
    ]
    names = [f"방{n}" for n in chance.integers(0, 15, 40)]
    return rows, names, found_in(rows, names, adjacent_m=300)


def test_there_are_towns_with_candidates_and_questions():
    both = [seed for seed in TOWNS if len(town_of(seed)[2].villages) and len(town_of(seed)[2].to_check)]
    assert len(both) >= 3


@pytest.mark.parametrize("seed", TOWNS)
def test_no_set_of_random_towns_is_lost_or_counted_for_more_buildings_than_it_has(seed):
    rows, names, found = town_of(seed)
    places = places_of(rows).assign(name=names)
    doubts = sites.doubtful_pairs(places)
    one = nx.Graph(list(zip(doubts["a"], doubts["b"], strict=True)))
    one.add_nodes_from(places["place_id"])
    building = {place: at for at, part in enumerate(nx.connected_components(one)) for place in part}
    pairs = villages.adjacency(grid_walks(rows), adjacent_m=300)
    graph = nx.Graph(list(zip(pairs["a"], pairs["b"], strict=True)))
    sets = [set(ids.split(";")) for ids in found.villages["place_ids"]]
    asked = found.to_check.drop_duplicates("rank")
    unsure = [set(ids.split(";")) for ids in asked.loc[asked["target"] == "village", "place_ids"]]
    for village, merged in zip(sets, found.villages["places_if_merged"], strict=True):
        assert merged == len({building[place] for place in village}) >= 3
    assert all(len({building[place] for place in unknown}) < 3 <= len(unknown) for unknown in unsure)
    taken = set().union(*sets)
    rest = graph.subgraph(set(graph) - taken)
    assert all(len({building[place] for place in clique}) < 3 for clique in nx.find_cliques(rest))
    told = set(found.places["place_id"]).union(
        *unsure, *(ids.split(";") for ids in asked["neighbour_ids"].fillna(""))
    )
    assert all(set(clique) <= told for clique in nx.find_cliques(graph) if len(clique) >= 3)
    questions = set(zip(found.to_check["place_a"], found.to_check["place_b"], strict=True))
    assert questions <= set(zip(doubts["a"], doubts["b"], strict=True))
    short = set(zip(found.one_short["place_a"], found.one_short["place_b"], strict=True))
    assert all(building[a] != building[b] for a, b in short)
