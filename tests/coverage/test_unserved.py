"""Unserved areas: what one more site reaches, held against the coverage of the streets when that site is there."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from grid_town import NAMES, SERVICES, area, by_layer, homes_of, served_by, stops_of, towns, walker_of
from sharemap import coverage, network
from sharemap.coverage import AGES, UnservedRules, Walker
from sharemap.errors import GeometryError
from sharemap.findings.gaps import worded
from sharemap.findings.names import Names
from sharemap.schema import AGE_BANDS
from sharemap.units import ELDERLY, PROFILES, STANDARD, thousandths

EVERYWHERE = gpd.GeoDataFrame(
    [("11110", "종로구", "1111050000", "0동")], columns=NAMES, geometry=[box(-9e3, -9e3, 9e3, 9e3)], crs=5179
)

WALKERS = [STANDARD, ELDERLY, *PROFILES.values()]
CALLED = {
    "ko": Names({**SERVICES.groups, **SERVICES.names}, {one.name: one.name_ko for one in WALKERS}),
    "en": Names({"bike": "bikes", "tool": "tools"}, {one.name: one.name_en for one in WALKERS}),
}


def found_in(streets, stops, homes, *, minutes=15, rules=None, no_data=frozenset(), where=EVERYWHERE):
    services = replace(SERVICES, no_data=no_data)
    walker = walker_of(streets, stops, homes, minutes)
    nearest = coverage.nearest_at_points(streets, by_layer(stops), homes, services=services)
    lines = np.asarray(streets.edges.geometry)[stops["edge_id"].astype(int)]
    sites = gpd.GeoDataFrame(
        stops.assign(name=[f"시설 {i}" for i in range(len(stops))]),
        geometry=shapely.line_interpolate_point(lines, stops["offset_m"].to_numpy(dtype=float)),
        crs=5179,
    )
    found = coverage.unserved_areas(
        *(streets, walker, nearest),
        sites=sites,
        area=where,
        services=services,
        minutes=minutes,
        rules=rules or UnservedRules(),
    )
    return walker.served, found


def scaled(homes):
    """Ten times the people, so that nobody is too few for a list."""
    bands = homes[list(AGE_BANDS)] * 10
    return homes.assign(**bands, residents=bands.sum(axis=1))


def with_site(streets, stops, row, layers):
    """The stops and a new one of some layers at the place of a row."""
    at = Point(row.new_x_m, row.new_y_m)
    away = streets.edges.distance(at).where(streets.edges["component"] == 0, np.inf)
    edge = int(away.to_numpy().argmin())
    assert away.iloc[edge] < 1e-9
    offset = round(streets.edges.geometry.iloc[edge].project(at) * 100)
    new = stops_of(streets, [((edge, offset, 0), layer) for layer in layers])
    return pd.concat([stops, new.assign(site_id=[f"new{row.Index}-{layer}" for layer in layers])])


@settings(max_examples=25, deadline=None)
@given(towns(), st.sampled_from(list(PROFILES)), st.integers(2, 5), st.sampled_from([1, 3, 50]))
def test_an_area_is_whom_coverage_gains_when_the_site_is_there(town, profile, minutes, most):
    streets, stops, homes = town
    streets, homes = streets.with_profile(PROFILES[profile]), scaled(homes)
    rules = UnservedRules(most=most)
    served, found = found_in(streets, stops, homes, minutes=minutes, rules=rules)
    band = streets.profile.age_band
    counted = homes[list(AGES[band])].sum(axis=1).to_numpy()
    ward = coverage.by_ward(served, homes, area(), services=SERVICES)
    uncovered = ward.query(f"age_band == '{band}'").groupby("key")["uncovered"].sum()
    assert set(found.areas["basis"]) <= {"known"}
    for one in found.lists.itertuples():
        own = found.areas[found.areas["key"] == one.key]
        assert (own["rank"].to_numpy() == np.arange(1, len(own) + 1)).all()
        assert (np.diff(own["people"]) <= 0).all()
        assert one.unserved == uncovered[one.key]
        assert len(own) == one.areas <= most
        assert thousandths(own["people"]).sum() == thousandths(one.reached)
        assert thousandths(one.reached) + thousandths(one.rest) == thousandths(one.unserved)
        assert one.next_reached <= one.rest
        assert len(own) == most or one.next_reached < rules.least
        layers = [key for key, group in SERVICES.layers.items() if one.key in {group, "all_groups"}]
        before, now = stops, served
        for row in own.itertuples():
            before = with_site(streets, before, row, layers)
            after = served_by(streets, before.reset_index(drop=True), homes, minutes)
            gained = reached(after, homes, one.key) & ~reached(now, homes, one.key)
            assert thousandths(row.people) == counted[gained].sum()
            assert thousandths(row.residents) == homes["residents"].to_numpy()[gained].sum()
            assert row.points == gained.sum()
            now = after
    ages = [f"residents_{age}" for age in AGES if age != "all"]
    summed = sum(thousandths(found.areas[age]) for age in ages)
    assert (summed == thousandths(found.areas["residents"])).all()


def reached(served, homes, key):
    layers = [layer for layer, group in SERVICES.layers.items() if key in {group, "all_groups"}]
    each = [np.isin(np.arange(len(homes)), served.loc[served["layer"] == layer, "point"]) for layer in layers]
    return np.all(each, axis=0)


@settings(max_examples=15, deadline=None)
@given(towns(), st.integers(2, 5))
def test_no_area_is_wider_than_the_walk(town, minutes):
    streets, stops, homes = town
    _, found = found_in(streets, stops, scaled(homes), minutes=minutes)
    for row in found.areas.itertuples():
        site = Point(row.new_x_m, row.new_y_m)
        assert not row.geometry.is_empty
        assert row.geometry.hausdorff_distance(site) <= STANDARD.metres(minutes) + 1e-6


#  a street of 4 km from west to east, with a lane at 1, 2, 3 and 4 km
COMB = [LineString([(x, 0), (x + 1000, 0)]) for x in range(0, 4000, 1000)]
COMB += [LineString([(x, 0), (x, 200)]) for x in range(1000, 4001, 1000)]


def comb(people, at):
    """The comb, a site of both layers at its west end, and homes of so many adults along it."""
    names = ["큰길"] * 4 + ["가길", "나길", None, "라길"]
    streets = network.from_lines(gpd.GeoDataFrame({"name": names}, geometry=COMB, crs=5179))
    first = next(row for row in streets.edges.itertuples() if row.geometry.distance(Point(0, 0)) == 0)
    offset = round(first.geometry.project(Point(0, 0)) * 100)
    stops = stops_of(streets, [((first.Index, offset, 0), layer) for layer in ("bike", "tool")])
    spots = []
    for metres in at:
        edge = int(streets.edges.distance(Point(metres, 0)).to_numpy().argmin())
        spots.append((edge, round(streets.edges.geometry.iloc[edge].project(Point(metres, 0)) * 100), 0))
    homes = homes_of(streets, spots, random=Random(3))  # noqa: S311
    bands = pd.DataFrame(0, index=homes.index, columns=list(AGE_BANDS))
    bands["age_30_34"] = [1000 * many for many in people]
    homes = homes.drop(columns=[*AGE_BANDS, "residents"]).join(bands).assign(residents=bands.sum(axis=1))
    east = (homes.geometry.x > 2500).to_numpy()
    homes["ward_code"], homes["ward_name"] = (
        np.where(east, "11140", "11110"),
        np.where(east, "중구", "종로구"),
    )
    homes["dong_code"] = np.where(east, "1114051000", "1111050000")
    homes["dong_name"] = np.where(east, "1동", "0동")
    return streets, stops, homes


TWO_WARDS = gpd.GeoDataFrame(
    [("11110", "종로구", "1111050000", "0동"), ("11140", "중구", "1114051000", "1동")],
    columns=NAMES, geometry=[box(-100, -9e3, 2500, 9e3), box(2500, -9e3, 9e3, 9e3)], crs=5179,
)  # fmt: skip


def test_areas_do_not_chain_and_have_a_place_for_the_site():
    # one home every 200 m: joined at 200 m they would be one area of 2.8 km
    at = range(1200, 4001, 200)
    streets, stops, homes = comb([100] * len(at), at)
    rules = UnservedRules(least=1, known_m=2200.0)
    _, found = found_in(streets, stops, homes, rules=rules, where=TWO_WARDS)
    bike = found.areas[found.areas["key"] == "mobility"]
    # 1,125 m to both sides of the corner at 3 km hold ten homes, of 2,000 to 4,000 m; what is left is nearer than 2 km
    assert bike["people"].tolist() == [1100.0, 400.0]
    assert bike["new_x_m"].tolist() == [3000.0, 1000.0]
    assert bike["new_dong_name"].tolist() == ["1동", "0동"]
    assert bike["new_streets"].tolist() == ["큰길", "가길 · 큰길"]
    assert bike["new_near"].isna().all()
    assert bike["dong_name"].tolist() == ["1동", "0동"]
    assert bike["dongs"].tolist() == [2, 1]
    # of eleven homes from 2,000 m on the sixth walks 3,000 m; farther than 2,200 m sites may be unknown
    assert bike["walk_m"].tolist() == [3000.0, 1400.0]
    assert bike["walk_is"].tolist() == ["at_most", "exact"]
    assert bike["nearest_name"].tolist() == ["시설 0"] * 2
    told = worded(bike, CALLED, cutoff_min=15)
    assert (
        told["sentence_en"]
        .iloc[0]
        .startswith(
            "One service of mobility at 중구 1동, corner of 큰길 would serve 1,100 residents who today reach no service of mobility"
        )
    )
    said = told["sentence_ko"]
    assert said.iloc[0].startswith("중구 1동 큰길 교차점에 이동 분야 시설 한 곳이 생기면")
    assert (
        "닿지 못하는 주민 1,100명이 닿게 됩니다(일반 성인 기준). 주로 중구 1동 등 2개 동에 삽니다."
        in said.iloc[0]
    )
    lists = found.lists.set_index("key")
    assert lists.loc["mobility", ["areas", "reached", "rest", "next_reached"]].tolist() == [
        2,
        1500.0,
        0.0,
        0.0,
    ]


def test_a_list_ends_where_the_rule_says_and_says_what_is_left():
    at = range(1200, 4001, 200)
    streets, stops, homes = comb([100] * len(at), at)
    for rules in (UnservedRules(most=1), UnservedRules(least=401)):
        _, found = found_in(streets, stops, homes, rules=rules, where=TWO_WARDS)
        one = found.lists.set_index("key").loc["mobility"]
        assert one[["unserved", "areas", "reached", "rest", "next_reached"]].tolist() == [
            1500,
            1,
            1100,
            400,
            400,
        ]
        assert (one["most"], one["least"]) == (rules.most, rules.least)
        assert found.areas.query("key == 'mobility'")["people"].tolist() == [1100.0]
    _, none = found_in(streets, stops, homes, rules=UnservedRules(least=5000), where=TWO_WARDS)
    assert len(none.areas) == 0
    assert none.lists["rest"].tolist() == [1500.0] * 3
    _, served = found_in(streets, stops, homes, minutes=60, where=TWO_WARDS)
    assert len(served.areas) == 0
    assert served.lists["unserved"].tolist() == [0.0] * 3
    for wrong in ({"most": 0}, {"least": 0}):
        with pytest.raises(GeometryError, match="1 or more"):
            UnservedRules(**wrong)


def test_what_is_about_older_adults_is_ranked_by_them():
    # west: many adults; east: few people, but older ones
    streets, stops, homes = comb([500, 300], [2000, 4000])
    homes["age_80_84"] = [10_000, 200_000]
    homes["residents"] += homes["age_80_84"]
    _, adult = found_in(streets, stops, homes, where=TWO_WARDS)
    mine = adult.areas[adult.areas["key"] == "mobility"]
    assert mine[["people", "new_x_m"]].to_numpy().tolist() == [[1010.0, 3000.0]]
    _, older = found_in(
        streets.with_profile(ELDERLY), stops, homes, rules=UnservedRules(least=1), where=TWO_WARDS
    )
    mine = older.areas[older.areas["key"] == "mobility"]
    # 720 m: a site for each; the one in the east first
    assert mine["people"].tolist() == [200.0, 10.0]
    assert mine["residents"].tolist() == [500.0, 510.0]
    assert mine["residents_65_over"].tolist() == [200.0, 10.0]
    assert mine["age_band"].unique().tolist() == ["65_over"]
    said = worded(mine, CALLED, cutoff_min=15)["sentence_ko"].iloc[0]
    assert "65세 이상 주민 200명이 닿게 됩니다(고령자 기준)" in said


def test_wards_without_data_are_in_a_list_of_their_own():
    at = range(1200, 4001, 200)
    streets, stops, homes = comb([100] * len(at), at)
    silent = frozenset({("tool", "11140")})
    _, found = found_in(streets, stops, homes, rules=UnservedRules(least=1), no_data=silent, where=TWO_WARDS)
    lists = found.lists.set_index(["key", "basis"])
    # goods: homes of the other ward up to 2,400 m are known to have none; those of the ward itself may have one
    assert lists.loc[("goods", "known"), "unserved"] == 700.0
    assert lists.loc[("goods", "as_filed"), "unserved"] == 1500.0
    # nobody there is known to lack mobility only by what is unknown: its own file speaks of both wards
    assert ("mobility", "as_filed") not in lists.index
    # all groups: who is known to lack one of them lacks the promise, whatever is unknown of the other
    assert lists.loc[("all_groups", "known"), "unserved"] == 1500.0
    assert ("all_groups", "as_filed") not in lists.index
    goods = found.areas[found.areas["key"] == "goods"]
    known, filed = (goods[goods["basis"] == basis] for basis in ("known", "as_filed"))
    assert (known["residents_no_data"] == 0).all()
    assert filed["people"].tolist() == [1100.0, 400.0]
    assert filed["residents_no_data"].tolist() == [800.0, 0.0]
    assert known["people"].sum() == 700.0
    assert goods["gap_id"].is_unique
    said = worded(filed, CALLED, cutoff_min=15)["sentence_ko"]
    assert said.iloc[0].endswith("주민 800명은 자료가 없는 자치구에 살아 지금 닿는지 알 수 없습니다.")
    assert "자료가 없는" not in said.iloc[1]


def test_who_meets_no_street_is_in_no_area_and_nothing_to_walk_to_is_said():
    streets, stops, homes = comb([300, 500, 900], [1500, 2000, 3000])
    lost = homes.index == 2
    homes = homes.assign(
        edge_id=homes["edge_id"].mask(lost), offset_m=homes["offset_m"].mask(lost),
        snap_m=homes["snap_m"].mask(lost), status=np.where(lost, "too_far", "ok"),
    )  # fmt: skip
    _, found = found_in(streets, stops, homes, where=TWO_WARDS)
    assert found.areas["people"].tolist() == [800.0] * 3
    assert found.lists["unserved"].tolist() == [800.0] * 3
    served = served_by(streets, stops, homes)
    nowhere = coverage.nearest_at_points(streets, {}, homes, services=SERVICES)
    sites = gpd.GeoDataFrame(stops.iloc[:0].assign(name=""), geometry=[], crs=5179)
    nobody = coverage.unserved_areas(
        *(streets, Walker(profile=STANDARD, homes=homes, served=served.iloc[:0]), nowhere),
        sites=sites,
        area=TWO_WARDS,
        services=SERVICES,
        minutes=15,
    ).areas
    assert set(nobody["walk_is"]) == {"none"}
    assert nobody["walk_m"].isna().all()
    said = worded(nobody, CALLED, cutoff_min=15)["sentence_ko"]
    assert said.str.contains("걸어서 갈 수 있는 시설이 없습니다").all()
