"""Places that may be one building: at the distances of the rules, by name and by dong, each pair once."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from sharemap import sites
from sharemap.sites.doubts import institutions, stems


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("신사1동 자치회관", "신사1동 주민센터", True),
        ("신사1동주민센터", "신사 1동 행정복지센터", True),
        ("신사1동 주민센터", "신사2동 주민센터", False),
        ("한울작은도서관", "한울공구도서관", True),
        ("도서관", "주민센터", False),
    ],
)
def test_names_that_differ_only_by_the_kind_of_facility_have_one_stem(one, other, same):
    first, second = stems(pd.Series([one, other]))
    assert (first == second) is same


def spaces_of(names, xs, dongs=None):
    ids = [f"p{number}" for number in range(len(names))]
    frame = pd.DataFrame({"place_id": ids, "name": list(names), "dong_code": dongs or "1199051000"})
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(xs, np.zeros(len(names))), crs=5179)


CENTRES = ("한울1동 자치회관", "한울1동 주민센터")
MOVED = ("한울1동주민센터", "한울1동 주민센터")


@pytest.mark.parametrize(
    ("name", "institution"),
    [
        ("금호2-3가동 주민센터", "금호23가동주민센터"),
        ("서초구 방배1동주민센터", "방배1동주민센터"),
        ("구의2동 주민자치센터 3층", "구의2동주민센터"),
        ("종로1.2.3.4가동 자치회관", "종로1234가동주민센터"),
        ("금호2·3가동 행정복지센터", "금호23가동주민센터"),
        ("(주)", "주"),
    ],
)
def test_the_centre_of_a_dong_is_one_institution(name, institution):
    assert institutions(pd.Series([name])).tolist() == [institution]


@pytest.mark.parametrize(
    ("names", "gap", "rules", "same_name"),
    [
        (("가방", "나방"), 39.9, {}, False),
        (("가방", "나방"), 40.0, {}, None),
        (("가방", "나방"), 40.0, {"near_m": 41}, False),
        (CENTRES, 100.0, {}, True),
        (("한울1동 작은도서관", "한울1동 공구도서관"), 100.1, {"same_stem_m": 101}, True),
        (CENTRES, 100.1, {"same_name_m": 99}, None),
        (CENTRES, 400.0, {}, True),
        (("한울구 한울1동 주민센터 다목적실", "한울1동 자치회관 2층 두루방"), 400.0, {}, True),
        (("한울1동 작은도서관", "한울1동 공구도서관"), 100.1, {}, None),
        (MOVED, 400.0, {}, True),
        (MOVED, 400.1, {}, None),
        (MOVED, 400.1, {"same_name_m": 500}, True),
        (MOVED, 30.0, {"same_name_m": 0, "same_stem_m": 0}, False),
        (("\u1112\u1161\u11ab울방", "한울방"), 300.0, {}, True),
    ],
)
def test_two_places_are_in_doubt_up_to_the_distances_of_the_rules(names, gap, rules, same_name):
    found = sites.doubtful_pairs(spaces_of(names, [0.0, gap]), rules=sites.DoubtRules(**rules))
    expected = [] if same_name is None else [["p0", "p1", pytest.approx(gap), same_name, ""]]
    assert found.to_numpy().tolist() == expected


def test_a_name_in_another_dong_is_another_place():
    dongs = ["1199051000", "1199052000"]
    assert sites.doubtful_pairs(spaces_of(CENTRES, [0.0, 90.0], dongs)).empty
    assert len(sites.doubtful_pairs(spaces_of(CENTRES, [0.0, 30.0], dongs))) == 1


def test_pairs_are_those_that_one_finds_by_trying_all():
    chance = np.random.default_rng(7)
    names = chance.choice([*CENTRES, *MOVED, "도서관", "나눔방"], 60)
    spaces = spaces_of(names, chance.uniform(0, 3000, 60).round(1))
    stem, x = stems(spaces["name"]), spaces.geometry.x
    key = institutions(spaces["name"])
    wanted = []
    for i, j in itertools.combinations(range(60), 2):
        apart = abs(x[i] - x[j])
        alike = (stem[i] == stem[j] and apart <= 100) or (key[i] == key[j] and apart <= 400)
        if alike or apart < 40:
            wanted.append(tuple(sorted((f"p{i}", f"p{j}"))))
    found = sites.doubtful_pairs(spaces)
    assert list(zip(found["a"], found["b"], strict=True)) == sorted(wanted)


def doors_of(rows):
    """Rows of (place, x, name, address, role)."""
    table = pd.DataFrame(rows, columns=["place_id", "x", "name", "address", "role"])
    return gpd.GeoDataFrame(
        table.assign(dong_code="1199051000"),
        geometry=gpd.points_from_xy(table["x"], np.zeros(len(table))),
        crs=5179,
    )


def told(doors):
    spaces = doors.drop_duplicates("place_id")
    return sites.doubtful_pairs(spaces, doors).to_numpy().tolist()


HERE, THERE = "가온구 나래로 12", "가온구 한울길 7"


def test_places_stand_where_any_of_their_spaces_stands():
    rows = [
        ("p0", 0, "가방", HERE, "space"),
        ("p0", 60, "도구", HERE, "space"),
        ("p1", 95, "나방", THERE, "space"),
    ]
    assert told(doors_of(rows)) == [["p0", "p1", 35.0, False, ""]]
    wifi = [*rows[:1], ("p0", 60, "도구", HERE, "support"), *rows[2:]]
    assert told(doors_of(wifi)) == []  # a car park beside a building is not the building


def test_one_address_makes_a_doubt_wherever_the_two_stand_support_sites_included():
    rows = [("p0", 0, "가방", HERE, "space"), ("p1", 700, "나방", THERE, "space")]
    assert told(doors_of(rows)) == []
    assert told(doors_of([*rows, ("p1", 710, "무료와이파이", "가온구 나래로12 2층", "support")])) == [
        ["p0", "p1", 710.0, False, "나래로 12"]
    ]
    assert told(doors_of([*rows, ("p1", 1001, "무료와이파이", HERE, "support")])) == []


def test_the_name_of_a_support_site_says_nothing():
    rows = [("p0", 0, "한울회관", HERE, "space"), ("p1", 90, "나방", THERE, "space")]
    assert told(doors_of([*rows, ("p1", 95, "한울회관", THERE, "support")])) == []
    assert told(doors_of([*rows, ("p1", 95, "한울회관", THERE, "space")])) == [["p0", "p1", 95.0, True, ""]]


@pytest.mark.parametrize("seed", range(4))
def test_pairs_of_places_with_several_sites_are_those_that_one_finds_by_trying_all(seed):
    chance = np.random.default_rng(seed)
    rows = [
        (f"p{n}", float(x), str(name), f"가온구 나래로 {number}" if number else None, str(role))
        for n, x, name, number, role in zip(
            chance.integers(0, 30, 80),
            chance.uniform(0, 9000, 80).round(1),
            chance.choice([*CENTRES, *MOVED, "나눔방"], 80),
            chance.integers(0, 25, 80),
            chance.choice(["space", "support"], 80, p=[0.6, 0.4]),
            strict=True,
        )
    ]
    stem, key = (
        dict(zip(CENTRES + MOVED + ("나눔방",), of(pd.Series([*CENTRES, *MOVED, "나눔방"])), strict=True))
        for of in (stems, institutions)
    )
    wanted = {}
    for (one, x, name, address, role), (other, y, called, at, kind) in itertools.combinations(rows, 2):
        apart, spaces = abs(x - y), role == kind == "space"
        alike = spaces and (
            (stem[name] == stem[called] and apart <= 100) or (key[name] == key[called] and apart <= 400)
        )
        same = address is not None and address == at and apart <= 1000
        if one != other and (alike or same or (spaces and apart < 40)):
            pair = tuple(sorted((one, other)))
            before = wanted.get(pair, (9e9, False, ""))
            wanted[pair] = (
                min(before[0], apart),
                before[1] or alike,
                max(before[2], address.split(" ", 1)[1] if same else ""),
            )
    found = told(doors_of(rows))
    assert [(a, b) for a, b, *_ in found] == sorted(wanted)
    for a, b, apart, alike, same in found:
        assert (pytest.approx(apart), alike, same) == wanted[a, b]
