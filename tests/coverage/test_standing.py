"""Three parts, served, not served and unknown, against a count home by home, for every table that tells of them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from sharemap import coverage, network
from sharemap.coverage import Services, Walker
from sharemap.errors import GeometryError
from sharemap.schema import AGE_BANDS
from sharemap.units import STANDARD, THOUSANDTHS

LAYERS = {"bike": "mobility", "car": "mobility", "tool": "goods"}
GROUPS = {"mobility": "이동", "goods": "물건"}
NAMES = {"bike": "따릉이", "car": "나눔카", "tool": "공구"}
WARDS = ("11110", "11140")
KINDS = {"bike": [{"bike"}], "car": [{"car"}], "tool": [{"tool"}],
         "mobility": [{"bike", "car"}], "goods": [{"tool"}], "all_groups": [{"bike", "car"}, {"tool"}]}  # fmt: skip
PARTS = ["covered", "uncovered", "unknown"]


def services(no_data=()):
    return Services(layers=LAYERS, groups=GROUPS, names=NAMES, no_data=frozenset(no_data))


def area():
    rows = [(ward, ward, f"{ward}5{i}000", f"{i}동") for i, ward in enumerate(WARDS)]
    names = ["ward_code", "ward_name", "dong_code", "dong_name"]
    return gpd.GeoDataFrame(rows, columns=names, geometry=[box(i, 0, i + 1, 1) for i in range(2)], crs=5179)


@st.composite
def towns(draw):
    """A street of 3 km with sites and homes along it; some homes meet no street, some layers have no data in a ward."""
    spots = st.integers(0, 3000)
    sites = draw(
        st.lists(st.tuples(spots, st.sampled_from(list(LAYERS)), st.booleans()), min_size=1, max_size=8)
    )
    homes = draw(
        st.lists(
            st.tuples(spots, st.integers(0, 1), st.booleans(), st.integers(0, 9)), min_size=1, max_size=8
        )
    )
    no_data = draw(st.sets(st.tuples(st.sampled_from(list(LAYERS)), st.sampled_from(WARDS)), max_size=3))
    return sites, homes, no_data


STREETS = network.from_lines(gpd.GeoDataFrame(geometry=[LineString([(0, 0), (3000, 0)])], crs=5179))


def tables(town, minutes=15.0):
    sites, homes, _ = town
    met = network.snap(STREETS, gpd.GeoSeries([Point(x, 0) for x, _, _ in sites], crs=5179))
    stops = met.assign(site_id=[f"s{i}" for i in range(len(sites))])
    layer = pd.Series([layer for _, layer, _ in sites], index=stops["site_id"])
    doubted = [f"s{i}" for i, (_, _, doubt) in enumerate(sites) if doubt]
    # who meets no street lives 500 m from it
    at = [Point(x, 0 if street else 500) for x, _, street, _ in homes]
    demand = gpd.GeoDataFrame(
        area().drop(columns="geometry").iloc[[ward for _, ward, _, _ in homes]].reset_index(drop=True),
        geometry=at,
        crs=5179,
    )
    bands = pd.DataFrame(0, index=demand.index, columns=list(AGE_BANDS))
    bands["age_30_34"] = [people * THOUSANDTHS for *_, people in homes]
    demand = pd.concat([demand, bands, network.snap(STREETS, demand)], axis=1)
    demand = demand.assign(residents=bands.sum(axis=1), demand_id=[f"h{i}" for i in range(len(homes))])
    served = coverage.walks_at_points(STREETS, stops, demand, layer, minutes=minutes, doubted=doubted)
    by_layer = {key: stops[(layer == key).to_numpy()].reset_index(drop=True) for key in set(layer)}
    return served, gpd.GeoDataFrame(demand, crs=5179), by_layer


def standing(town, home, groups, metres=1125.0):
    """Where a home stands: 'covered', 'uncovered' or 'unknown', and whether it is covered without doubted sites."""
    sites, homes, no_data = town
    at, ward, street, _ = homes[home]
    if not street:
        return "unknown", False
    found, sure = [], []
    for group in groups:
        near = [doubt for x, layer, doubt in sites if layer in group and abs(x - at) <= metres]
        untold = any((layer, WARDS[ward]) in no_data for layer in group)
        found.append("covered" if near else "unknown" if untold else "uncovered")
        sure.append(not all(near))
    whole = next((part for part in ("uncovered", "unknown") if part in found), "covered")
    return whole, whole == "covered" and all(sure)


def counted(town, metres=1125.0):
    """Residents of each service and ward in each part."""
    counts = {}
    for key, groups in KINDS.items():
        for number, (_, ward, _, people) in enumerate(town[1]):
            part, sure = standing(town, number, groups, metres)
            entry = counts.setdefault((WARDS[ward], key), dict.fromkeys([*PARTS, "undoubted"], 0))
            entry[part] += people
            entry["undoubted"] += people * sure
    return counts


@settings(max_examples=60, deadline=None)
@given(towns())
def test_three_parts_are_a_count_home_by_home_and_add_up(town):
    served, demand, _ = tables(town)
    ward = coverage.by_ward(served, demand, area(), services=services(town[2])).query("age_band == 'all'")
    expected = counted(town)
    for row in ward.to_dict("records"):
        wanted = expected.get((row["ward_code"], row["key"]), dict.fromkeys([*PARTS, "undoubted"], 0))
        assert {name: row[name] for name in wanted} == wanted
        assert sum(row[name] for name in PARTS) == row["residents"]
        if row["residents"]:
            assert row["share_at_least"] <= row["share"] <= row["share_at_most"]
            assert row["share_at_least"] == row["undoubted"] / row["residents"]
            assert row["share_at_most"] == (row["covered"] + row["unknown"]) / row["residents"]


@settings(max_examples=30, deadline=None)
@given(towns(), st.integers(0, 3000), st.sampled_from(list(LAYERS)))
def test_one_more_site_is_in_nobodys_way(town, at, layer):
    sites, homes, no_data = town
    both = []
    for found in (sites, [*sites, (at, layer, False)]):
        served, demand, _ = tables((found, homes, no_data))
        both.append(coverage.by_ward(served, demand, area(), services=services(no_data)))
    before, after = both
    for name in ("covered", "undoubted"):
        assert (after[name] >= before[name]).all()
    assert (after["uncovered"] <= before["uncovered"]).all()
    assert (after["share_at_most"] >= before["share_at_most"]).sum() + before["share"].isna().sum() == len(
        before
    )


@settings(max_examples=30, deadline=None)
@given(towns(), st.sampled_from([400.0, 1125.0, 2000.0]))
def test_other_cutoffs_have_the_same_three_parts(town, metres):
    _, demand, by_layer = tables(town)
    nearest = coverage.nearest_at_points(STREETS, by_layer, demand, services=services(town[2]))
    table = coverage.sensitivity(
        nearest, demand, services=services(town[2]), profile=STANDARD, cutoffs_m=[metres], own_m=1125.0
    )
    for cutoff, rows in table.groupby("cutoff_m"):
        expected = counted(town, float(cutoff))
        for row in rows.to_dict("records"):
            own = [entry for (_, key), entry in expected.items() if key == row["key"]]
            assert [row[name] for name in PARTS] == [sum(entry[name] for entry in own) for name in PARTS]


@settings(max_examples=40, deadline=None)
@given(towns())
def test_unserved_areas_gaps_of_walkers_and_variety_count_nobody_who_is_unknown(town):
    served, demand, by_layer = tables(town)
    told = services(town[2])
    ward = coverage.by_ward(served, demand, area(), services=told).query("age_band == 'all'")
    sums = ward.groupby("key")[["residents", *PARTS]].sum()
    sites = pd.DataFrame(
        {"site_id": [f"s{i}" for i in range(len(town[0]))], "layer": [layer for _, layer, _ in town[0]]}
    ).assign(name="시설")
    nearest = coverage.nearest_at_points(STREETS, by_layer, demand, services=told)
    gaps = coverage.gaps(served, nearest, demand, sites, services=told, profile=STANDARD)
    in_gaps = gaps.groupby("key")["residents"].sum()
    wanted = sums.loc[["mobility", "goods", "all_groups"], "uncovered"]
    assert in_gaps.reindex(wanted.index, fill_value=0).tolist() == wanted.tolist()

    near = tables(town, minutes=5.0)[0]
    own, other = (Walker(profile=STANDARD, homes=demand, served=one) for one in (served, near))
    gap = coverage.gap_by_dong(own, other, area(), services=told).query("age_band == 'all'")
    cases = ["both", "only_study_profile", "only_this_profile", "neither", "unknown"]
    assert (gap[cases].sum(axis=1) == gap["residents"]).all()
    for row in gap.groupby("key")[cases].sum().reset_index().to_dict("records"):
        expected = dict.fromkeys(cases, 0)
        for number, (*_, people) in enumerate(town[1]):
            one = standing(town, number, KINDS[row["key"]])[0]
            two = standing(town, number, KINDS[row["key"]], 375.0)[0]
            if "unknown" in (one, two):
                expected["unknown"] += people
            else:
                yes = (one == "covered", two == "covered")
                expected[
                    dict(
                        zip([(True, True), (True, False), (False, True), (False, False)], cases, strict=False)
                    )[yes]
                ] += people
        assert {name: row[name] for name in cases} == expected
    lost = coverage.gap_at_points(own, other, services=told)
    summed = gap.query("kind != 'layer'").groupby("key")["only_study_profile"].sum()
    assert (
        lost.groupby("key")["residents"].sum().reindex(summed.index, fill_value=0).tolist() == summed.tolist()
    )

    variety = coverage.variety(served, demand, area(), services=told, profile=STANDARD)
    counts = [f"groups_{number}" for number in range(5)]
    assert (variety[[*counts, "unknown"]].sum(axis=1) == variety["residents"]).all()
    untold = sum(
        people
        for number, (*_, people) in enumerate(town[1])
        if "unknown" in (standing(town, number, KINDS[group])[0] for group in GROUPS)
    )
    assert variety.query("unit == 'ward' and age_band == 'all'")["unknown"].sum() == untold
    found = coverage.headline(served, demand, services=told)
    assert (
        sum(found["residents_by_groups"].values()) + found["residents_groups_unknown"] == found["residents"]
    )
    assert found["residents_groups_unknown"] == untold
    assert found["covered_all_groups"] == sums.loc["all_groups", "covered"]


@settings(max_examples=40, deadline=None)
@given(towns(), st.data())
def test_at_a_time_the_truth_lies_between_open_and_at_most(town, data):
    _, demand, by_layer = tables(town)
    state = data.draw(st.lists(st.sampled_from([1, 0, -1]), min_size=len(town[0]), max_size=len(town[0])))
    states = pd.DataFrame({"site_id": [f"s{i}" for i in range(len(town[0]))], "when": "지금", "state": state})
    table = coverage.at_times(
        STREETS, by_layer, demand, states, services=services(town[2]), cutoff_m=1125.0
    ).set_index("key")
    sites, homes, no_data = town
    maybe = [site for site, now in zip(sites, state, strict=True) if now != 0]
    now_open = [site for site, now in zip(sites, state, strict=True) if now == 1]
    told = {layer for (_, layer, _), now in zip(sites, state, strict=True) if now != -1}
    for key, groups in KINDS.items():
        row, parts = table.loc[key], dict.fromkeys(PARTS, 0)
        for number, (*_, people) in enumerate(homes):
            parts[standing((maybe, homes, no_data), number, groups)[0]] += people
        assert [row["covered_maybe"], row["uncovered"], row["unknown"]] == list(parts.values())
        # of a group of which no hours are published nobody knows who is served at least; at most they all may be open
        assert pd.isna(row["covered_open"]) == (not all(told & group for group in groups))
        if not pd.isna(row["covered_open"]):
            surely = [
                standing((now_open, homes, set()), number, groups)[0] == "covered"
                for number in range(len(homes))
            ]
            assert row["covered_open"] == sum(home[3] for home, yes in zip(homes, surely, strict=True) if yes)
            assert row["covered_open"] <= row["covered_maybe"]
        if row["residents"]:
            assert row["share_at_most"] == (parts["covered"] + parts["unknown"]) / row["residents"]


def test_a_ward_without_data_decides_only_where_it_could():
    #  bike, tool ------ 500 m ------ A (ward 1) ---- 1,000 m ---- B (ward 2) ---- C (ward 2), no car anywhere
    sites = [(0, "bike", False), (0, "tool", False), (2900, "bike", False)]
    homes = [(500, 0, True, 1), (1500, 1, True, 2), (2500, 1, True, 4)]
    served, demand, _ = tables((sites, homes, ()))

    def parts(*no_data):
        ward = coverage.by_ward(served, demand, area(), services=services(no_data)).query("age_band == 'all'")
        return {key: tuple(found) for key, found in ward.groupby("key")[PARTS].sum().iterrows()}

    filed = parts()
    assert filed["all_groups"] == (1, 6, 0)
    # nobody has a car: B may have one where its ward has no data; C reaches a bike, so that its group is known
    cars = parts(("car", WARDS[1]))
    assert cars["car"] == (0, 1, 6)
    assert cars["mobility"] == (5, 0, 2)
    # without tools B and C miss the promise whatever else they reach
    assert cars["all_groups"] == filed["all_groups"]
    tools = parts(("tool", WARDS[1]))
    assert tools["goods"] == (1, 0, 6)
    # B reaches no bike and no car, which is known: the promise is broken; of C nobody knows
    assert tools["all_groups"] == (1, 2, 4)


def test_what_nobody_can_tell_is_refused():
    with pytest.raises(GeometryError, match="that the study does not name"):
        services([("scooter", "11110")])
    served, demand, _ = tables(([(0, "bike", False)], [(0, 0, True, 1)], ()))
    with pytest.raises(GeometryError, match="in which ward"):
        coverage.headline(served, demand.drop(columns="ward_code"), services=services([("tool", "11110")]))
    with pytest.raises(GeometryError, match="meet a street"):
        coverage.headline(served, demand.drop(columns="status"), services=services())
    assert np.isfinite(next(coverage.standings(served, demand, services())).walk).all()
