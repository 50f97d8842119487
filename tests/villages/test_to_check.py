"""What is no candidate until somebody has looked: by hand, and against all sets of random towns."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from drawn_city import costs_of, demand_of, grid_walks, nobody, places_of
from sharemap import sites, villages
from sharemap.findings.villages import worded
from sharemap.units import STANDARD
from sharemap.villages.members import complexes

TO_DEGREES = Transformer.from_crs(5179, 4326, always_xy=True)

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
    places = places_of(rows).set_index("place_id", drop=False).assign(name=list("가나다라"))
    doubts = villages.doubts.Doubts.among(places, nobody(places))
    assert doubts.buildings(["a", "c", "d"]) == 2
    assert doubts.of(["a", "c", "d"])[["a", "b"]].to_numpy().tolist() == [["a", "b"], ["b", "c"]]
    assert doubts.of(["a", "b", "d"])[["a", "b"]].to_numpy().tolist() == [["a", "b"]]


# --- positions ------------------------------------------------------------------------------------------------------


def evidence_of(*rows):
    """Rows of (site, place, moved_m): contradicted positions as the stage gives them, one kilometre off."""
    lon, lat = TO_DEGREES.transform(1000.0, 0.0)
    return pd.DataFrame(
        {
            "site_id": [row[0] for row in rows],
            "place_id": [row[1] for row in rows],
            "name": [f"시설 {row[0]}" for row in rows],
            "address": "나래로 12",
            "status": "contradicted",
            "by": "address",
            "apart_m": 1000.0,
            "moved_m": [row[2] for row in rows],
            "other_file": "library.csv",
            "other_row": 7,
            "other_name": "나눔도서관",
            "addresses": 1,
            "published_lon": lon,
            "published_lat": lat,
            "against_lon": lon,
            "against_lat": lat,
        }
    )


def services_of(*rows):
    """Rows of (site, place, role)."""
    return pd.DataFrame(rows, columns=["site_id", "place_id", "role"]).assign(
        layer="tool", name="방", address=None, capacity=np.nan, hours=None, phone=None, operator=None
    )


SURE = [("p", 0, 0, "tool"), ("q", 200, 0, "toy"), ("r", 100, 200, "library"), ("s", 100, 100, "room")]


def settled_town(rows, **more):
    places = places_of(rows)
    around = replace(nobody(places), **more)
    return villages.find(places, grid_walks(rows), around=around)


def test_a_set_that_stands_only_with_a_contradicted_position_is_no_candidate_and_asks():
    found = settled_town(SURE[:3], positions=evidence_of(("site-r", "r", 0.0)))
    assert found.villages.empty
    asked = worded(found, STANDARD)["to_check"].iloc[0]
    assert (asked["target"], asked["question"], asked["places"], asked["places_if_merged"]) == (
        *("village", "position", 3, 2),
    )
    assert (asked["place_a"], asked["site_id"], asked["name_a"], asked["name_b"]) == (
        *("r", "site-r", "시설 site-r", "나눔도서관"),
    )
    assert pd.isna(asked["place_b"])
    assert asked["question_ko"] == (
        "‘시설 site-r’(주소가 같은 '나눔도서관'(library.csv 7행)과 1,000 m 떨어짐): 공표된 자리에 있습니까? "
        "맞으면 공유공간 3곳의 후보지가 되고, 아니면 2곳으로 후보 기준에 못 미칩니다."
    )
    assert asked["question_en"].endswith(
        "If so, this is a candidate of 3 shared spaces; if not, it has 2 and is none."
    )


def test_a_candidate_with_enough_other_places_stays_and_says_which_position_is_in_doubt():
    found = settled_town(SURE, positions=evidence_of(("site-r", "r", 0.0)))
    card = worded(found, STANDARD)["villages"].iloc[0]
    assert (card["place_ids"], card["doubtful"], card["places_if_merged"]) == ("p;q;r;s", True, 3)
    assert "‘시설 site-r’" in card["doubt_ko"]
    assert card["doubt_ko"].endswith(
        "좌표가 틀렸을 수 있어 확인이 필요합니다. 그래도 확실한 공유공간이 3곳으로 후보 기준을 채웁니다."
    )


def test_a_place_with_a_space_that_nobody_contradicts_stands():
    both = services_of(("site-r", "r", "space"), ("other", "r", "space"), *((p, p, "space") for p in "pq"))
    doubt = evidence_of(("site-r", "r", 0.0))
    assert len(settled_town(SURE[:3], positions=doubt, services=both).villages) == 1
    wifi = both.assign(role=both["role"].mask(both["site_id"] == "other", "support"))
    assert settled_town(SURE[:3], positions=doubt, services=wifi).villages.empty


def test_a_pair_is_asked_about_when_one_of_it_may_stand_elsewhere():
    found = settled_town(SURE[:2], positions=evidence_of(("site-q", "q", 0.0)))
    assert found.one_short.empty
    asked = worded(found, STANDARD)["to_check"]
    assert asked[["target", "question", "place_ids", "places_if_merged"]].to_numpy().tolist() == [
        ["pair", "position", "p;q", 1]
    ]
    assert "아니면 공유공간 1곳입니다." in asked["question_ko"].item()


def elsewhere_of(row, rows):
    spaces = places_of([row])
    near = [other for other in rows if abs(other[1] - row[1]) + abs(other[2] - row[2]) <= 2000]
    walks = grid_walks([row, *near])
    costs = costs_of([(0, row[0], 100.0)], points=1, site_ids=[row[0]])
    return villages.Elsewhere(
        spaces=spaces, walks=walks[(walks["a"] == row[0]) | (walks["b"] == row[0])], place_costs=costs
    )


def test_a_published_position_that_is_not_used_makes_no_candidate_but_a_question():
    rows = [*SURE[:2], ("far", 9000, 0, "library")]
    places = places_of(rows)
    around = villages.Surroundings(
        place_costs=costs_of([], points=1, site_ids=list(places["place_id"])),
        demand=demand_of([(50, 5)]),
        positions=evidence_of(("site-r", "far", 8000.0)),
        elsewhere=elsewhere_of(("site-r", 100, 200, "library"), rows),
    )
    found = villages.find(places, grid_walks(rows), around=around)
    assert found.villages.empty
    assert found.one_short.empty  # what the pair is is known when the question is answered
    asked = found.to_check.iloc[0]
    assert (asked["target"], asked["place_ids"], asked["places"], asked["places_if_merged"]) == (
        *("village", "p;q;site-r", 3, 2),
    )
    assert asked["residents_15min"] == 50.0  # of the site where it is said to be
    assert found.spaces == 3
    assert len(villages.find(places, grid_walks(rows), around=replace(around, elsewhere=None)).one_short) == 1


def test_a_candidate_takes_no_place_from_a_published_position_that_is_not_used():
    rows = [*SURE[:3], ("far", 9000, 0, "library")]
    places = places_of(rows)
    around = replace(
        nobody(places),
        positions=evidence_of(("site-s", "far", 8000.0)),
        elsewhere=replace(
            elsewhere_of(("site-s", 100, 100, "library"), rows),
            place_costs=costs_of([], points=0, site_ids=["site-s"]),
        ),
    )
    found = villages.find(places, grid_walks(rows), around=around)
    assert found.villages["place_ids"].tolist() == ["p;q;r"]
    assert found.to_check.empty


# --- what to bear in mind -------------------------------------------------------------------------------------------


def test_a_candidate_of_one_kind_and_doors_inside_complexes_are_said():
    services = services_of(*((p, p, "space") for p in "pqr"), ("wifi", "p", "support"))
    services["layer"] = ["library"] * 3 + ["wifi"]
    services["address"] = ["나래로 12, 220동 지하1층", "나래로 14", "나래로 16", None]
    found = settled_town(SURE[:3], services=services)
    card = worded(found, STANDARD)["villages"].iloc[0]
    assert (card["space_kinds"], card["in_complex"]) == (1, 1)
    assert card["caution_ko"] == (
        "공유공간이 모두 한 종류입니다. 아파트 단지 안에 있어 외부인도 이용할 수 있는지 확인이 필요합니다: p방."
    )
    assert card["caution_en"].startswith("All its shared spaces are of one kind. Inside apartment complexes;")
    assert found.places.set_index("place_id")["in_complex"].to_dict() == {"p": True, "q": False, "r": False}
    services["layer"] = ["library", "toy", "library", "wifi"]
    services["address"] = None
    assert worded(settled_town(SURE[:3], services=services), STANDARD)["villages"]["caution_ko"].item() == ""


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("샘터작은도서관 진관2로 111-7 220동 지하1층(2지구)", True),
        ("두근두근작은도서관(마고정 3단지 도서관)", True),
        ("코오롱2차", True),
        ("성안마을청구아파트", True),
        ("파크리오 관리동 작은도서관", True),
        ("불광2동 자치회관", False),
        ("금호2·3가동 주민센터", False),
        ("마을공동체사랑방 양천로57길 36, 5단지상가A동 301호", False),
        ("구로동 디지털산업단지 도서관", False),
        ("제2차 세계 도서관", False),
    ],
)
def test_doors_inside_complexes_are_known_by_name_and_address(text, inside):
    places = pd.DataFrame({"place_id": ["p"], "name": [text], "address": [None]})
    assert complexes(places, None) == ({"p"} if inside else set())


# --- random towns ---------------------------------------------------------------------------------------------------


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
