"""Several profiles, nearest walks without a cutoff, gaps and sensitivity: invariants and independent counts."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from grid_town import (
    LAYERS,
    NAMES,
    SERVICES,
    area,
    by_layer,
    homes_of,
    served_by,
    stops_of,
    towns,
    walker_of,
)
from sharemap import coverage, network, reach
from sharemap.coverage import AGES
from sharemap.errors import StudyError
from sharemap.network import WalkNetwork
from sharemap.schema import AGE_BANDS
from sharemap.units import (
    ELDERLY,
    PROFILES,
    STANDARD,
    THOUSANDTHS,
    WalkProfile,
    least_mobile,
    sum_persons,
    thousandths,
)


def walks_by_networkx(streets, stops, homes):  # noqa: C901
    """Walk on a graph that is cut at every stop and home, by the profile's cost of each metre."""
    graph = nx.Graph()
    cuts = {}
    for kind, table in (("s", stops), ("h", homes)):
        for i, row in enumerate(table.itertuples()):
            cuts.setdefault(int(row.edge_id), []).append((row.offset_m, (kind, i), row.snap_m))
    for row in streets.edges.itertuples():
        if np.isnan(row.cost_m):
            continue
        spots = [(0.0, row.u), (row.length_m, row.v)]
        for number, (at, door, leg) in enumerate(cuts.get(row.edge_id, [])):
            spots.append((at, (row.edge_id, number)))
            graph.add_edge(door, (row.edge_id, number), weight=leg)
        spots.sort(key=lambda spot: spot[0])
        for (low, a), (high, b) in pairwise(spots):
            weight = (high - low) * row.cost_m / row.length_m
            if not graph.has_edge(a, b) or graph[a][b]["weight"] > weight:
                graph.add_edge(a, b, weight=weight)
    found = {}
    for i in range(len(stops)):
        if ("s", i) in graph:
            for door, walk in nx.single_source_dijkstra_path_length(graph, ("s", i)).items():
                if isinstance(door, tuple) and door[0] == "h":
                    found[door[1], i] = walk
    return found


@settings(max_examples=15, deadline=None)
@given(towns(), st.sampled_from(list(PROFILES)))
def test_nearest_without_a_cutoff_is_that_of_networkx(town, profile):
    streets, stops, homes = town
    streets = streets.with_profile(PROFILES[profile])
    nearest = coverage.nearest_at_points(streets, by_layer(stops), homes, services=SERVICES)
    walks = walks_by_networkx(streets, stops, homes)
    served = served_by(streets, stops, homes)
    within = {(row.point, row.layer): row for row in served.itertuples()}
    for column, layer in enumerate(LAYERS):
        mine = [i for i in range(len(stops)) if stops["layer"][i] == layer]
        for home in range(len(homes)):
            true = min((walks.get((home, i), np.inf) for i in mine), default=np.inf)
            cost, site = nearest.cost_m[home, column], nearest.site_id[home, column]
            assert cost == pytest.approx(true, abs=0.05)
            if np.isfinite(true):
                assert walks[home, int(site[1:])] == pytest.approx(true, abs=0.05)
            row = within.get((home, layer))
            assert (row is not None) == (cost <= streets.profile.metres(15))
            if row is not None:
                assert (row.cost_m, row.site_id) == (cost, site)


@settings(max_examples=15, deadline=None)
@given(towns())
def test_slower_profiles_reach_a_subset_and_everybody_is_counted_once(town):
    streets, stops, homes = town
    served = {
        name: served_by(streets.with_profile(profile), stops, homes) for name, profile in PROFILES.items()
    }
    reached = {name: set(zip(table["point"], table["layer"], strict=True)) for name, table in served.items()}
    assert reached["wheelchair"] <= reached["elderly"] <= reached["standard"]
    assert reached["wheelchair"] <= reached["stroller"] <= reached["standard"]
    own, other = (
        walker_of(streets.with_profile(PROFILES[one]), stops, homes) for one in ("standard", "wheelchair")
    )
    gap = coverage.gap_by_dong(own, other, area(), services=SERVICES)
    cases = ["both", "only_study_profile", "only_this_profile", "neither", "unknown"]
    assert (thousandths(gap[cases]).sum(axis=1) == thousandths(gap["residents"])).all()
    assert (gap["only_this_profile"] == 0).all()
    lost = {point for point, layer in reached["standard"] - reached["wheelchair"] if layer == "bike"}
    everyone = gap.query("kind == 'layer' and key == 'bike' and age_band == 'all'")
    assert thousandths(everyone["only_study_profile"]).sum() == homes["residents"].iloc[sorted(lost)].sum()
    points = coverage.gap_at_points(own, other, services=SERVICES)
    summed = points.groupby("key")["residents"].agg(sum_persons)
    everybody = gap.query("kind != 'layer' and age_band == 'all'")
    table = everybody.groupby("key")["only_study_profile"].agg(sum_persons)
    assert summed.reindex(table.index, fill_value=0).tolist() == table.tolist()


@settings(max_examples=10, deadline=None)
@given(towns(), st.integers(1, 14))
def test_nested_in_the_cutoff_and_monotone_in_sites_and_streets(town, minutes):
    streets, stops, homes = town
    near, far = (served_by(streets, stops, homes, minutes=m) for m in (minutes, 15))
    pairs = [set(zip(table["point"], table["layer"], strict=True)) for table in (near, far)]
    assert pairs[0] <= pairs[1]
    fewer = coverage.nearest_at_points(streets, by_layer(stops.iloc[:-1]), homes, services=SERVICES)
    more = coverage.nearest_at_points(streets, by_layer(stops), homes, services=SERVICES)
    assert (more.cost_m <= fewer.cost_m).all()
    # one more street between the ends of the first two; all the others keep their numbers
    extra = streets.edges.iloc[[0]].assign(
        edge_id=len(streets.edges), u=streets.edges["u"].iloc[0], v=streets.edges["v"].iloc[-1], cost_m=1.0
    )
    wider = WalkNetwork(streets.nodes, gpd.GeoDataFrame(pd.concat([streets.edges, extra], ignore_index=True)))
    longer = coverage.nearest_at_points(wider, by_layer(stops), homes, services=SERVICES)
    assert (longer.cost_m <= more.cost_m).all()


@settings(max_examples=8, deadline=None)
@given(towns())
def test_undirected_walks_are_the_same_both_ways(town):
    streets, stops, homes = town
    there = reach.to_points(streets, reach.within(streets, stops), stops, homes)
    homes = homes.assign(site_id=homes["demand_id"])
    back = reach.to_points(streets, reach.within(streets, homes), homes, stops)
    walks = [
        {(p, s): m for p, s, m in zip(there.point, there.site, there.cost_m, strict=True)},
        {(p, s): m for p, s, m in zip(back.site, back.point, back.cost_m, strict=True)},
    ]
    assert walks[0].keys() == walks[1].keys()
    assert all(walks[0][key] == pytest.approx(walks[1][key], abs=0.02) for key in walks[0])


@settings(max_examples=6, deadline=None)
@given(towns())
def test_sensitivity_is_the_coverage_at_each_cutoff(town):
    streets, stops, homes = town
    nearest = coverage.nearest_at_points(streets, by_layer(stops), homes, services=SERVICES)
    table = coverage.sensitivity(
        nearest, homes, services=SERVICES, profile=STANDARD, cutoffs_m=[300, 750, 900], own_m=1125.0
    )
    assert table.groupby("key")["own"].sum().eq(1).all()
    parts = thousandths(table[["covered", "uncovered", "unknown"]]).sum(axis=1)
    assert (parts == homes["residents"].sum()).all()
    for cutoff, rows in table.groupby("cutoff_m"):
        minutes = STANDARD.minutes(float(cutoff))
        served = served_by(streets, stops, homes, minutes=minutes)
        ward = coverage.by_ward(served, homes, area(), services=SERVICES).query("age_band == 'all'")
        covered = ward.groupby("key")["covered"].agg(sum_persons)
        assert rows.set_index("key")["covered"].sort_index().tolist() == covered.sort_index().tolist()
    assert table.query("cutoff_m == 1125")["speed_kmh_15min"].eq(4.5).all()


def test_each_walker_meets_a_street_that_it_can_use():
    #  site --------- 300 m --------- +====== steps, 100 m ======  home on the steps, 4 m beside a flat lane
    lines = [
        LineString([(0, 0), (300, 0)]),
        LineString([(300, 0), (300, 100)]),
        LineString([(300, 0), (400, 0)]),
    ]
    frame = gpd.GeoDataFrame({"highway": ["residential", "steps", "residential"]}, geometry=lines, crs=5179)
    streets = network.from_lines(frame)
    home = gpd.GeoSeries([Point(302, 4)], crs=5179)
    snapped = network.snap(streets, home)
    assert bool(streets.edges["steps"].iloc[int(snapped["edge_id"].iloc[0])])
    stops = network.snap(streets, gpd.GeoSeries([Point(0, 0)], crs=5179)).assign(site_id="a", layer="bike")
    far = gpd.GeoSeries([Point(302, 4), Point(300, 90)], crs=5179)
    doors = {
        name: network.snap(streets.with_profile(one), far, max_snap_m=50) for name, one in PROFILES.items()
    }
    for name, table in doors.items():
        one = streets.with_profile(PROFILES[name])
        walks = served_by(one, stops, table)
        steps = PROFILES[name].steps_factor is not None
        # the wheelchair enters from the lane, 4 m away; the second home has steps only, so that nobody knows its way
        assert table["status"].tolist() == ["ok", "ok" if steps else "too_far"]
        assert walks["point"].tolist() == ([0, 1] if steps else [0])
        if not steps:
            assert walks["cost_m"].tolist() == [302 + 4]
    # for the study's walker both doors are at the steps
    assert doors["standard"]["snap_m"].tolist() == [2, 0]


def test_variety_counts_groups_and_layers_in_reach():
    streets = network.from_lines(gpd.GeoDataFrame(geometry=[LineString([(0, 0), (3000, 0)])], crs=5179))
    stops = stops_of(streets, [((0, 0, 0), "bike"), ((0, 100000, 0), "bike"), ((0, 200000, 0), "tool")])
    homes = homes_of(streets, [(0, 0, 0), (0, 100000, 0), (0, 290000, 0)], Random(1))  # noqa: S311
    homes[list(AGE_BANDS)] = 0
    homes["age_00_04"] = [5 * THOUSANDTHS, 7 * THOUSANDTHS, 11 * THOUSANDTHS]
    homes["residents"] = homes["age_00_04"]
    homes[NAMES] = area().iloc[[0, 0, 1]][NAMES].to_numpy()
    found = coverage.variety(
        served_by(streets, stops, homes), homes, area(), services=SERVICES, profile=STANDARD
    )
    ward = found.query("unit == 'ward' and age_band == 'all'").iloc[0]
    # at 0 m two bikes; at 1,000 m two bikes and the tools; at 2,900 m the tools
    assert [ward[f"groups_{n}"] for n in range(5)] == [0, 16, 7, 0, 0]
    assert ward["mean_groups"] == pytest.approx((5 + 14 + 11) / 23)
    assert ward["mean_sites"] == pytest.approx((10 + 21 + 11) / 23)
    dongs = found.query("unit == 'dong' and age_band == '65_over'")
    assert dongs["residents"].tolist() == [0, 0]
    assert dongs["mean_layers"].isna().all()


def test_the_least_mobile_profile_and_a_speed_of_nothing():
    assert least_mobile(PROFILES.values()).name == "wheelchair"
    with pytest.raises(StudyError, match=r"0\.1 to 30 km/h"):
        WalkProfile(name="x", name_ko="x", name_en="x", speed_kmh=0, steps_factor=1.0, source="")


@settings(max_examples=8, deadline=None)
@given(towns(), st.integers(0, 2**16))
def test_on_slopes_the_nearest_site_is_the_nearest_to_walk_to(town, seed):
    streets, stops, homes = town
    rng = np.random.default_rng(seed)
    n_edges = len(streets.edges)
    slopes = pd.DataFrame({"forward": rng.uniform(1, 2, n_edges), "backward": rng.uniform(0.8, 1, n_edges)})
    streets = streets.with_profile(STANDARD, slopes)
    layer_of_site = stops.set_index("site_id")["layer"]
    nearest = coverage.nearest_at_points(streets, by_layer(stops), homes, services=SERVICES)
    served = coverage.walks_at_points(streets, stops, homes, layer_of_site, minutes=40)
    # from the homes, as if they were sites
    outward = reach.within(streets, homes.assign(site_id=homes["demand_id"]), minutes=40)
    walks = reach.to_points(streets, outward, homes, stops)
    shortest = pd.DataFrame(
        {"point": walks.site, "layer": stops["layer"].to_numpy()[walks.point], "m": walks.cost_m}
    )
    assert served.set_index(["point", "layer"])["cost_m"].to_dict() == (
        shortest.groupby(["point", "layer"])["m"].min().to_dict()
    )
    column = {key: i for i, key in enumerate(LAYERS)}
    for row in served.itertuples():
        assert nearest.cost_m[row.point, column[row.layer]] == row.cost_m
    assert len(served) == (nearest.cost_m <= STANDARD.metres(40)).sum()


def test_a_home_without_street_is_unknown():
    #  sites ---------- 500 m ---------- near ------- 1,200 m ------- far          a third home meets no street
    streets = network.from_lines(gpd.GeoDataFrame(geometry=[LineString([(0, 0), (3000, 0)])], crs=5179))
    stops = stops_of(streets, [((0, 0, 0), "bike"), ((0, 100, 0), "tool")])
    homes = homes_of(streets, [(0, 50000, 0), (0, 170000, 0), (0, 180000, 0)], random=Random(5))  # noqa: S311
    lost = homes.index == 2
    homes = homes.assign(
        edge_id=homes["edge_id"].mask(lost), offset_m=homes["offset_m"].mask(lost),
        snap_m=homes["snap_m"].mask(lost), status=np.where(lost, "too_far", "ok"),
    )  # fmt: skip
    people = [n / THOUSANDTHS for n in homes["residents"]]
    assert min(people) > 0
    served = served_by(streets, stops, homes)
    nearest = coverage.nearest_at_points(streets, by_layer(stops), homes, services=SERVICES)
    ward = coverage.by_ward(served, homes, area(), services=SERVICES).query("age_band == 'all'")
    figures = ward[["residents", "covered", "uncovered", "unknown"]].drop_duplicates()
    assert figures.to_numpy().tolist() == [[sum_persons(people), *people]]
    assert ward["share"].unique().tolist() == [pytest.approx(people[0] / sum(people))]
    curve = coverage.sensitivity(
        nearest, homes, services=SERVICES, profile=STANDARD, cutoffs_m=[5000], own_m=1125.0
    )
    widest = curve.loc[curve["cutoff_m"] == 5000, ["covered", "uncovered", "unknown"]]
    assert widest.to_numpy().tolist() == [[sum_persons(people[:2]), 0, people[2]]] * 5


def test_each_age_walks_at_its_own_pace():
    #  sites -- 500 m -- A -- 700 m -- B -- 1,100 m -- C -- 1,200 m -- D      E: 400 m flat, then 200 m of steps
    streets = network.from_lines(
        gpd.GeoDataFrame(
            {"highway": ["residential", "residential", "steps"]},
            geometry=[
                LineString([(0, 0), (400, 0)]), LineString([(400, 0), (2000, 0)]), LineString([(400, 0), (400, 300)]),
            ],
            crs=5179,
        )
    )  # fmt: skip

    def spot(x, y):
        """The edge at a position and the metres along it, in centimetres."""
        distance = streets.edges.distance(Point(x, y))
        edge = int(distance.to_numpy().argmin())
        assert distance.iloc[edge] == 0
        return edge, round(streets.edges.geometry.iloc[edge].project(Point(x, y)) * 100), 0

    assert streets.edges["steps"].iloc[spot(400, 200)[0]]
    stops = stops_of(streets, [(spot(0, 0), "bike"), (spot(0, 0), "tool")])
    spots = [spot(500, 0), spot(700, 0), spot(1100, 0), spot(1200, 0), spot(400, 200)]
    homes = homes_of(streets, spots, random=Random(11))  # noqa: S311
    young, old = [1, 2, 4, 8, 16], [100, 200, 400, 800, 1600]
    homes = homes.assign(**dict.fromkeys(AGE_BANDS, 0))
    counted = {"age_60_64": young, "age_65_69": old, "residents": np.add(young, old)}
    homes = homes.assign(**{name: np.multiply(many, THOUSANDTHS) for name, many in counted.items()})
    walks = [walker_of(streets.with_profile(profile), stops, homes) for profile in (STANDARD, ELDERLY)]
    paced = coverage.by_own_pace(*walks)
    ward = (
        coverage.by_ward(*paced, area(), services=SERVICES).query("kind == 'promise'").set_index("age_band")
    )
    # under 65: 500, 700, 1,100 and 600 m of at most 1,125; from 65: 500 and 700 of at most 720, on the steps 800
    assert ward["residents"].to_dict() == {
        "all": 3131, "0_9": 0, "10_19": 0, "20_39": 0, "40_64": 31, "65_over": 3100,
    }  # fmt: skip
    assert ward.loc[["40_64", "65_over", "all"], "covered"].tolist() == [1 + 2 + 4 + 16, 100 + 200, 323]
    assert ward.loc["all", "uncovered"] == 3131 - 323
    # the 162nd of 323 served: 1 walks 6.7 min, 16 walk 8, 2 walk 9.3, 100 older ones 10.4, 200 of them 14.58, 4 walk 14.67
    assert ward.loc["all", "median_min"] == pytest.approx(700 * 60 / 2880)
    assert ward.loc["40_64", "median_min"] == pytest.approx(600 * 60 / 4500)
    own = coverage.by_dong(*paced, area(), services=SERVICES).groupby(["key", "age_band"])["covered"].sum()
    assert own["all_groups", "all"] == 323


@settings(max_examples=8, deadline=None)
@given(towns())
def test_the_own_pace_is_between_the_one_pace_and_the_other(town):
    streets, stops, homes = town
    walks = [
        walker_of(streets.with_profile(profile), stops, homes, minutes=4) for profile in (STANDARD, ELDERLY)
    ]
    keys = ["ward_code", "key", "age_band"]
    quick, slow = (
        coverage.by_ward(one.served, homes, area(), services=SERVICES).set_index(keys) for one in walks
    )
    paced = coverage.by_ward(*coverage.by_own_pace(*walks), area(), services=SERVICES).set_index(keys)
    assert (paced["residents"] == quick["residents"]).all()
    assert (paced["covered"] <= quick["covered"]).all()
    assert (paced["covered"] >= slow["covered"]).all()
    for age in AGES:
        if age != "all":
            one = (slow if age == ELDERLY.age_band else quick).xs(age, level="age_band")
            pd.testing.assert_frame_equal(paced.xs(age, level="age_band"), one)
