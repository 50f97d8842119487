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
def test_gaps_of_walkers_and_variety_count_nobody_who_is_unknown(town):
    served, demand, _ = tables(town)
    told = services(town[2])
    ward = coverage.by_ward(served, demand, area(), services=told).query("age_band == 'all'")
    sums = ward.groupby("key")[["residents", *PARTS]].sum()
    lived = demand["residents"].to_numpy()
    for one in coverage.standings(served, demand, told):
        found = [lived[part].sum() / THOUSANDTHS for part in (one.served, one.unserved, one.unknown)]
        assert found == sums.loc[one.key, PARTS].tolist()

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


@settings(max_examples=30, deadline=None)
@given(towns())
def test_other_assumptions_are_counts_home_by_home(town):
    served, demand, by_layer = tables(town)
    sites, homes, no_data = town
    told = services(no_data)
    nearest = coverage.nearest_at_points(STREETS, by_layer, demand, services=told)
    walker = Walker(profile=STANDARD, homes=demand, served=served)
    table = coverage.assumptions(
        STREETS, by_layer, walker, nearest, services=told, cutoff_m=1125.0, cutoffs_m=[750, 1125]
    )

    def people(groups, found=sites, metres=1125.0, untold=no_data):
        parts = dict.fromkeys(PARTS, 0)
        for number, (*_, lived) in enumerate(homes):
            parts[standing((found, homes, untold), number, groups, metres)[0]] += lived
        return list(parts.values())

    rows = table.set_index(["assumption", "setting", "key"]).sort_index()
    total = sum(lived for *_, lived in homes)

    def shown(assumption, setting, key):
        row = rows.loc[assumption, setting, key]
        if total:
            assert row["difference"] == pytest.approx(row["share"] - rows.loc["as_filed", "", key]["share"])
            assert row["share"] == pytest.approx(row["covered"] / total)
        return [row[part] for part in PARTS]

    for key in (*GROUPS, "all_groups"):
        assert shown("as_filed", "", key) == people(KINDS[key])
        assert shown("cutoff", "750 m", key) == people(KINDS[key], metres=750.0)
        # no street of this town is a main street: nobody waits
        assert shown("crossing_wait", "30 s", key) == people(KINDS[key])
    # without a layer its group has the others; without the only one there is no group, and nothing is examined
    assert shown("without_layer", "car", "all_groups") == people([{"bike"}, {"tool"}])
    assert not rows.loc["without_layer", "tool"]["examined"].any()
    assert shown("without_group", "goods", "all_groups") == people([{"bike", "car"}])
    assert shown("every_layer", "", "all_groups") == people([{"bike"}, {"car"}, {"tool"}])
    assert not rows.loc["street_age", ""]["examined"].any()
    assert not rows.loc["placing", ""]["examined"].any()
    # who is served by doubted sites only is served or not: nobody knows
    doubted = shown("doubted_sites", "", "all_groups")
    sure = sum(home[3] for number, home in enumerate(homes) if standing(town, number, KINDS["all_groups"])[1])
    assert (doubted[0], doubted[1]) == (sure, people(KINDS["all_groups"])[1])
    # a second site of the group: not the same one twice
    second = {"covered": 0, "uncovered": 0, "unknown": 0}
    for at, ward, street, lived in homes:
        found = []
        for group in KINDS["all_groups"]:
            near = sum(layer in group and abs(x - at) <= 1125 for x, layer, _ in sites)
            untold = any((layer, WARDS[ward]) in no_data for layer in group)
            found.append(
                "covered" if street and near > 1 else "unknown" if untold or not street else "uncovered"
            )
        second[next((part for part in ("uncovered", "unknown") if part in found), "covered")] += lived
    assert shown("second_site", "", "all_groups") == list(second.values())


def test_waits_are_paid_once_at_each_node_on_a_main_street():
    #  site -- 200 m -- crossing of the main street -- 200 m -- home
    lines = [LineString([(0, 0), (200, 0)]), LineString([(200, 0), (400, 0)]), LineString([(200, -500), (200, 0)]), LineString([(200, 0), (200, 500)])]  # fmt: skip
    kinds = ["residential", "residential", "primary", "primary"]
    streets = network.from_lines(gpd.GeoDataFrame({"highway": kinds}, geometry=lines, crs=5179))
    stops = network.snap(streets, gpd.GeoSeries([Point(0, 0)], crs=5179)).assign(site_id="s")
    homes = network.snap(streets, gpd.GeoSeries([Point(400, 0)], crs=5179))
    for seconds in (0.0, 10.0, 30.0):
        slower = coverage.with_waits(streets, seconds)
        found = coverage.nearest_at_points(slower, {"bike": stops}, homes, services=services())
        assert found.cost_m[0, 0] == pytest.approx(400 + 4500 / 3600 * seconds, abs=0.01)
    assert streets.edges["cost_m"].sum() == pytest.approx(1400)
