"""A published position against its own address, other files and the streets."""

from __future__ import annotations

import math
import string

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sharemap.errors import StudyError
from sharemap.evidence.positions import STATUSES, contradicted, judged
from sharemap.evidence.positions_checks import KnownGround, number_m, road_m, step_m, ward_m
from sharemap.evidence.positions_rules import PositionRules, sources, usual
from sharemap.evidence.positions_stated import ABROAD, stated

CRS_METRIC = "EPSG:5179"

X0, Y0 = 955_000.0, 1_950_000.0
SIDE = 6_000.0


def at(x, y):
    return X0 + x, Y0 + y


def ground():
    """Two wards side by side, each with two dongs; 가로 from west to east through both, 나로 in the north, 다로3길 short."""
    boxes = {
        ("11110", "종로구", "사직동"): (0, 0, 3000, 3000),
        ("11110", "종로구", "청운4동"): (0, 3000, 3000, 6000),
        ("11140", "중구", "소공동"): (3000, 0, 6000, 3000),
        ("11140", "중구", "명동"): (3000, 3000, 6000, 6000),
    }
    dongs = pd.DataFrame(list(boxes), columns=["ward_code", "ward_name", "dong_name"])
    shapes = [shapely.box(*at(*box[:2]), *at(*box[2:])) for box in boxes.values()]
    lines = {
        "가로": [(0, 1000), (6000, 1000)],
        "나로": [(0, 5000), (6000, 5000)],
        "다로 3길": [(2000, 2000), (2200, 2000)],
    }
    streets = gpd.GeoDataFrame(
        {"name": list(lines)},
        geometry=[shapely.LineString([at(*point) for point in line]) for line in lines.values()],
        crs=CRS_METRIC,
    )
    area = gpd.GeoDataFrame(dongs, geometry=shapes, crs=CRS_METRIC)
    return KnownGround(area, streets, shapely.box(*at(-20_000, -20_000), *at(20_000, 20_000)))


def claims(*rows, **columns):
    frame = pd.DataFrame(rows, columns=["file", "layer", "name", "address", "x", "y"])
    frame["x"], frame["y"] = frame["x"] + X0, frame["y"] + Y0
    defaults = {"other_address": None, "published": True, "indoors": True}
    return frame.assign(**{**defaults, **columns})


def row(name, address, x, y, *, file="a.csv", layer="library"):
    return file, layer, name, address, x, y


def only(found):
    (one,) = found.to_dict("records")
    return one


# ------------------------------------------------------------------------------------------- one check at a time


@pytest.mark.parametrize(
    ("address", "spot", "status", "by", "apart"),
    [
        ("중구 가로 100", (2500, 1010), "contradicted", "ward", 500),
        ("종로구 가로 100", (2500, 1010), "plausible", "road", 10),
        ("종로구 가로 100", (2500, 2000), "contradicted", "road", 1000),
        ("종로구 다로3길 7", (2100, 2900), "contradicted", "road", 900),
        ("종로구 다로3길 7", (2100, 2040), "plausible", "road", 40),
        ("종로구 모르는로 7", (2100, 2040), "unverifiable", "", None),
        ("서울 종로구 청운4동 12-3", (1000, 2400), "contradicted", "dong", 600),
        ("서울 종로구 청운4동 12-3", (1000, 3400), "plausible", "dong", 0),
        ("부산 중구 가로 100", (4000, 1010), "contradicted", "ward", 1010),
        ("경기도 하남시 하남대로 1", (4000, 1010), "contradicted", "ward", 1010),
        ("경기도 하남시 하남대로 1", (6500, 1010), "unverifiable", "", None),
        (None, (2500, 1010), "unverifiable", "", None),
    ],
)
def test_an_address_alone(address, spot, status, by, apart):
    found = only(judged(claims(row("가온도서관", address, *spot)), ground()))
    assert (found["status"], found["by"]) == (status, by)
    assert (
        found["apart_m"] == pytest.approx(apart, abs=0.5)
        if apart is not None
        else math.isnan(found["apart_m"])
    )


def test_a_position_without_digits_is_confirmed_by_nothing():
    coarse = gpd.GeoSeries([shapely.Point(127.0, 37.56)], crs=4326).to_crs(CRS_METRIC).iloc[0]
    spot = (coarse.x - X0, coarse.y - Y0)
    rows = [row("가온도서관", "종로구 라로 5", *spot, file=name) for name in ("a.csv", "b.csv")]
    found = judged(claims(*rows), ground())
    assert found["status"].tolist() == ["unverifiable"] * 2
    assert found["by"].tolist() == ["coarse"] * 2
    assert found["apart_m"].tolist() == pytest.approx([1113.2] * 2)


@pytest.mark.parametrize(
    ("digits", "metres"), [(0, 111_320), (2, 1113.2), (3, 111.32), (4, 11.132), (5, 0), (6, 0)]
)
def test_the_last_digit_of_a_position(digits, metres):
    lon, lat = (np.array([round(value, digits)]) for value in (126.978123, 37.566535))
    assert step_m(lon, lat)[0] == pytest.approx(metres)


def test_building_numbers_tell_how_far_apart_doors_are():
    """Number 2n stands 20n m along the road; a wrong end of the right road is found by its neighbours."""
    street = [
        row(f"가게{n}", f"종로구 가로 {n}", 10 * n, 1010, file=f"{n % 3}.csv") for n in range(20, 200, 20)
    ]
    wrong = row("도서관", "종로구 가로 30", 1700, 1010)
    found = judged(claims(*street, wrong), ground())
    assert set(found["status"][:-1]) == {"confirmed"}
    assert set(found["by"][:-1]) == {"number"}
    last = found.iloc[-1]
    assert (last["status"], last["by"]) == ("contradicted", "number")
    # beside the six nearest in number on either side: 20, 40, 60 ... : the bound is 10 m a number
    apart = [abs(1700 - 10 * n) - 10 * abs(30 - n) for n in (20, 40, 60, 80)]
    assert last["apart_m"] == pytest.approx(np.median(apart), abs=0.5)


def test_a_point_for_many_addresses_is_true_for_none_that_is_far_from_its_road():
    roads = ("가로", "나로", "다로3길")
    rows = [row(f"회관{n}", f"종로구 {road} {n}", 100, 1400) for n, road in enumerate(roads, 1)]
    found = judged(claims(*rows), ground())
    assert found["addresses"].tolist() == [3] * 3
    assert found["status"].tolist() == ["contradicted"] * 3
    assert found["by"].tolist() == ["shared", "road", "road"]


def test_a_legal_dong_is_where_its_other_addresses_are():
    here = [row(f"가{n}", f"종로구 내자동 {n}", 100 * n, 200) for n in range(1, 7)]
    there = [row(f"나{n}", f"종로구 누상동 {n}", 100 * n, 4500) for n in range(1, 9)]
    wrong = row("도서관", "종로구 내자동 77", 450, 4450)
    found = judged(claims(*here, *there, wrong), ground())
    assert set(found["status"][:-1]) == {"plausible"}
    assert (found["status"].iloc[-1], found["by"].iloc[-1]) == ("contradicted", "dong")
    assert found["apart_m"].iloc[-1] == pytest.approx(math.hypot(450 - 400, 4250), abs=0.5)
    few = judged(claims(*here[:2], *there, wrong), ground())
    assert few["status"].iloc[-1] == "unverifiable"  # two addresses do not tell where a dong is


# ------------------------------------------------------------------------------------------- against each other


TRIO = (
    row("가온도서관", "종로구 가로 100", 1000, 1020, file="a.csv"),
    row("가온 공구대여소", "서울특별시 종로구 가로 100, 2층", 1010, 1030, file="b.csv", layer="tool_library"),
)


def test_where_two_agree_against_one_their_position_is_used_and_both_are_kept():
    stray = row("가온 장난감도서관", "종로구 가로 100(내자동)", 2600, 2900, file="c.csv", layer="toy_library")
    given_rows = claims(*TRIO, stray)
    found = judged(given_rows, ground())
    assert found["status"].tolist() == ["confirmed", "confirmed", "contradicted"]
    assert found["by"].tolist() == ["address"] * 3
    third = found.iloc[2]
    assert (third["used_x"], third["used_y"]) == tuple(given_rows.loc[third["other"], ["x", "y"]])
    assert third["apart_m"] == pytest.approx(
        math.hypot(third["used_x"] - given_rows["x"][2], third["used_y"] - given_rows["y"][2]), abs=0.01
    )
    assert given_rows["x"][2] == X0 + 2600  # nothing of the caller's table is written over


def test_the_road_decides_between_two():
    rows = [
        row("궁동도서관", "종로구 가로 100", 1000, 1020, file="a.csv"),
        row("궁동 도서관", "종로구 가로 100", 2000, 4000, file="b.csv"),
    ]
    found = judged(claims(*rows), ground())
    assert found["status"].tolist() == ["plausible", "contradicted"]
    assert found["used_y"].tolist() == [Y0 + 1020] * 2


def test_between_two_of_the_same_worth_nobody_decides_but_both_cannot_be():
    rows = [row("도서관", "종로구 모르는로 1", 500, y, file=f"{y}.csv") for y in (1000, 2000)]
    found = judged(claims(*rows), ground())
    assert found["status"].tolist() == ["contradicted"] * 2
    assert found["used_y"].tolist() == [Y0 + 1000, Y0 + 2000]
    near = [row("도서관", "종로구 모르는로 1", 500, y, file=f"{y}.csv") for y in (1000, 1400)]
    assert judged(claims(*near), ground())["status"].tolist() == ["unverifiable"] * 2


def test_one_name_and_kind_in_a_ward_is_one_facility_unless_the_name_is_common():
    rows = [
        row("한울문화도서관", "종로구 가로 100", 1000, 1020, file="a.csv"),
        row("한울 문화도서관", "종로구 모르는로 3", 1050, 1020, file="b.csv"),
        row("한울문화도서관", "종로구 모르는로 3", 2500, 4000, file="c.csv"),
    ]
    found = judged(claims(*rows), ground())
    assert found["status"].tolist() == ["confirmed", "confirmed", "contradicted"]
    common = [
        row("새마을작은도서관", f"종로구 모르는로{n}길 1", 500 * n, 1000, file="ab"[n % 2])
        for n in range(1, 6)
    ]
    assert set(judged(claims(*common), ground())["status"]) == {"unverifiable"}


def test_a_dong_has_one_community_centre():
    """Two rows of one file, each on its own road: both cannot be the centre of the dong, and nobody knows which is."""
    streets = ("가로", "나로")
    rows = [
        row("성내1동주민센터", f"종로구 {street} 100", 1000, y)
        for street, y in zip(streets, (1010, 5010), strict=True)
    ]
    found = judged(claims(*rows), ground())
    assert found["status"].tolist() == ["contradicted"] * 2
    assert found["by"].tolist() == ["facility"] * 2
    rooms = [
        row("프로그램실 1", f"종로구 {street} 100", 1000, y)
        for street, y in zip(streets, (1010, 5010), strict=True)
    ]
    assert judged(claims(*rooms), ground())["status"].tolist() == ["plausible"] * 2


def test_stations_of_a_park_share_its_address_and_are_never_moved():
    park = [row(f"공원 {n}", "종로구 가로 100", 1000, 1000 + 200 * n, layer="bike_station") for n in range(4)]
    wifi = row("공원 광장", "종로구 가로 100", 1000, 1010, file="w.csv", layer="public_wifi")
    given_rows = claims(*park, wifi, indoors=False)
    found = judged(given_rows, ground())
    assert (found[["used_x", "used_y"]].to_numpy() == given_rows[["x", "y"]].to_numpy()).all()
    # 400 m and more from the road in its address: that says so itself
    assert found["status"].tolist()[:4] == ["confirmed", "plausible", "contradicted", "contradicted"]


def test_a_position_found_by_an_address_confirms_nothing():
    rows = [*TRIO, row("새 도서관", "종로구 가로 100", 1000, 1020, file="d.csv")]
    found = judged(claims(rows[0], rows[2], published=[True, False]), ground())
    assert found["files"].tolist() == [0, 0]
    assert found["status"].tolist() == ["plausible", "plausible"]


# ------------------------------------------------------------------------------------------- against an oracle


SPOT = st.tuples(st.integers(-500, 6500), st.integers(-500, 6500))
ADDRESS = st.builds(
    "{} {} {}".format,
    st.sampled_from(["종로구", "중구", "강서구", ""]),
    st.sampled_from(["가로", "나로", "다로3길", "모르는로"]),
    st.integers(1, 300),
)
ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(string.ascii_lowercase), ADDRESS, SPOT),
    min_size=1,
    max_size=25,
)


def drawn(rows):
    return claims(*(row(name * 5, address, *spot, file=file) for file, name, address, spot in rows))


@settings(deadline=None, max_examples=20)
@given(ROWS)
def test_ward_road_and_number_are_those_of_a_plain_search(rows):
    known, given_rows, rules = ground(), drawn(rows), usual()
    said = stated(given_rows, known.dongs)
    xy = given_rows[["x", "y"]].to_numpy()
    points = np.array([shapely.Point(*spot) for spot in xy], dtype=object)
    wards, roads = ward_m(said, points, known), road_m(said, points, known, rules)
    numbers, count = number_m(said, xy, roads, rules)
    ward = dict(known.dongs.dissolve("ward_name").geometry.items())
    for n, point in enumerate(points):
        stated_ward, road = said["ward"].iloc[n], said["road"].iloc[n]
        if stated_ward in ward:
            assert wards[n] == pytest.approx(ward[stated_ward].distance(point))
        named = known.streets.loc[known.streets["name"].str.replace(" ", "") == road].geometry
        expected = named.distance(point).min() if len(named) else math.nan
        assert roads[n] == pytest.approx(expected, nan_ok=True)
        plain = _neighbours(said, xy, roads, n)
        assert count[n] == len(plain)
        assert numbers[n] == pytest.approx(np.median(plain) if plain else math.nan, nan_ok=True)


def _neighbours(said, xy, roads, n):
    """Excess over the bound of up to six witnesses on each side, the plain way."""
    own = said.iloc[n]
    witnesses = {}
    for other in range(len(said)):
        one = said.iloc[other]
        same = (one["region"], one["road"]) == (own["region"], own["road"]) and own["region"]
        if same and not roads[other] > 100:
            witnesses.setdefault(one["number"], other)  # the first of a number speaks for it
    lower = sorted((k for k in witnesses if k <= own["number"]), reverse=True)[:6]
    upper = sorted(k for k in witnesses if k > own["number"])[:6]
    return [
        math.hypot(*(xy[witnesses[k]] - xy[n])) - 10 * abs(k - own["number"])
        for k in (*lower, *upper)
        if 0 < abs(k - own["number"]) <= 60
    ]


@settings(deadline=None, max_examples=15)
@given(ROWS, st.randoms(use_true_random=False))
def test_what_is_found_depends_on_what_rows_say_not_on_their_order_or_copies(rows, random):
    known = ground()
    given_rows = drawn(rows).drop_duplicates(ignore_index=True)
    found = judged(given_rows, known)
    assert set(found["status"]) <= set(STATUSES)
    order = list(range(len(given_rows)))
    random.shuffle(order)
    again = pd.concat([given_rows, given_rows.iloc[:1]]).iloc[[*order, len(order)]].reset_index(drop=True)
    shuffled = judged(again, known).iloc[: len(order)]
    expected = found.iloc[order].reset_index(drop=True)
    rows = [
        name for name in found if name == "other" or name.endswith("_row")
    ]  # where a row stands has changed
    pd.testing.assert_frame_equal(
        shuffled.reset_index(drop=True).drop(columns=rows), expected.drop(columns=rows)
    )


@settings(deadline=None, max_examples=10)
@given(ROWS)
def test_nothing_is_contradicted_where_nothing_is_known(rows):
    known = ground()
    blind = KnownGround(known.dongs.iloc[:0], known.streets.iloc[:0], shapely.Polygon())
    given_rows = drawn(rows).assign(address=None)
    found = judged(given_rows.drop_duplicates(["name"]), blind)
    assert set(found["status"]) == {"unverifiable"}
    assert (found["used_x"] == given_rows["x"].loc[found.index]).all()


def test_a_street_may_go_on_beyond_what_is_known():
    known = ground()
    near_edge = KnownGround(known.dongs, known.streets, shapely.box(*at(0, 0), *at(6000, 2000)))
    spot = row("도서관", "종로구 나로 5", 1000, 1900)
    assert only(judged(claims(spot), near_edge))["status"] == "unverifiable"
    far = only(judged(claims(row("도서관", "종로구 나로 5", 1000, 1000)), near_edge))
    assert (far["status"], far["road_m"]) == ("contradicted", pytest.approx(1000))


# ------------------------------------------------------------------------------------------- the edges


def test_two_addresses_of_a_row_are_read_together():
    rows = claims(row("가", "중구 가로 1", 3100, 1000), other_address="서울 중구 소공동 산12-3")
    said = only(stated(rows, ground().dongs))
    assert (said["ward"], said["road"], said["number"], said["dong"]) == ("중구", "가로", 1, "소공동")
    assert (said["road_key"], said["lot_key"]) == ("중구 가로 1", "중구 소공동 산12-3")


def test_six_cities_have_a_ward_of_that_name():
    rows = claims(row("가", "부산 중구 가로 1", 3100, 1000), row("나", "가로 1", 3100, 1000))
    said = stated(rows, ground().dongs)
    assert said["ward"].tolist() == [ABROAD, ""]
    assert said["region"].tolist() == ["부산 중구", "중구"]


def test_no_rows_are_no_fault():
    assert judged(claims(), ground()).empty


def test_what_is_missing_is_refused():
    with pytest.raises(StudyError, match="other_address"):
        judged(claims(row("가", None, 1, 1)).drop(columns="other_address"), ground())
    with pytest.raises(StudyError, match="no number"):
        judged(claims(row("가", None, math.nan, 1)), ground())
    with pytest.raises(StudyError, match="positive"):
        PositionRules(**{**vars(usual()), "ward_m": 0})


def test_each_distance_says_why_and_from_where():
    assert {name: value for name, (value, _, _) in sources().items()} == vars(usual())
    assert all(why and source for _, why, source in sources().values())


def test_what_stands_in_doubt_is_what_no_agreed_position_puts_right():
    table = pd.DataFrame({"status": STATUSES, "moved_m": 0.0})
    assert contradicted(table).tolist() == [False, False, True, False]
    assert not contradicted(table.assign(moved_m=5.0)).any()
