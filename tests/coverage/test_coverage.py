"""Coverage tables against a count in plain Python, person by person."""

from __future__ import annotations

import statistics
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from sharemap import coverage, demand, network, reach
from sharemap.coverage import AGES, Services
from sharemap.errors import GeometryError
from sharemap.reach import PointCosts
from sharemap.schema import AGE_BANDS
from sharemap.units import STANDARD, THOUSANDTHS, sum_persons

GROUPS = {"mobility": "이동", "goods": "물건"}
SERVICES = Services(
    layers={"bike": "mobility", "car": "mobility", "tool": "goods"},
    groups=GROUPS,
    names={"bike": "따릉이", "car": "나눔카", "tool": "공구"},
)
# two dongs in one ward and one in another; nobody lives in the last
DONGS = [
    ("11110", "종로구", "1111051500"),
    ("11110", "종로구", "1111051600"),
    ("11140", "중구", "1114052000"),
]
DONGS = [*DONGS, ("11140", "중구", "1114053000")]


def area():
    return gpd.GeoDataFrame(
        [(*dong, f"{i}동") for i, dong in enumerate(DONGS)],
        columns=["ward_code", "ward_name", "dong_code", "dong_name"],
        geometry=[box(i, 0, i + 1, 1) for i in range(len(DONGS))],
        crs=5179,
    )


def demand_of(dong, persons, status="ok"):
    """Points in some dongs, with a table of persons by point and age band."""
    frame = area().drop(columns="geometry").iloc[list(dong)].reset_index(drop=True)
    counted = np.asarray(persons).reshape(len(dong), 21) * THOUSANDTHS
    bands = pd.DataFrame(counted, columns=list(AGE_BANDS))
    return pd.concat([frame, bands], axis=1).assign(residents=bands.sum(axis=1), status=status)


def streets_of(town):
    """Whether each point meets a street: of those that no walk leads to, every second one does not."""
    dong, _, walks = town
    walked = {point for point, _ in walks}
    return ["ok" if point in walked or point % 2 else "too_far" for point in range(len(dong))]


def pairs(rows, n_points, site_ids):
    table = np.array(sorted(rows), dtype=float).reshape(-1, 3)
    return PointCosts(
        cutoff_m=1125.0,
        profile=STANDARD,
        n_points=n_points,
        site_ids=np.array(site_ids, dtype=object),
        point=table[:, 0].astype(np.int32),
        site=table[:, 1].astype(np.int32),
        cost_m=table[:, 2],
    )


def counted(unit_of_point, persons, walks, layers_of, ages):
    """Person by person: (residents, covered, walks of the covered, sites met by the known, unknown) of each unit."""
    result = {}
    status = streets_of((unit_of_point, persons, walks))
    for point, unit in enumerate(unit_of_point):
        entry = result.setdefault(unit, [0, 0, [], 0, 0])
        nearest = {}
        met = 0
        for (at, _), (layer, metres) in walks.items():
            if at == point and any(layer in group for group in layers_of):
                met += 1
                for number, group in enumerate(layers_of):
                    if layer in group:
                        nearest[number] = min(nearest.get(number, np.inf), metres)
        for band in ages:
            for _ in range(persons[point][AGE_BANDS.index(band)]):
                entry[0] += 1
                entry[3] += met if status[point] == "ok" else 0
                entry[4] += status[point] != "ok"
                if len(nearest) == len(layers_of):
                    entry[1] += 1
                    entry[2].append(max(nearest.values()) * 60 / 4500)
    return result


LAYER_OF = {"s0": "bike", "s1": "bike", "s2": "car", "s3": "tool", "s4": "tool"}
KINDS = {
    ("layer", "bike"): [{"bike"}],
    ("layer", "car"): [{"car"}],
    ("layer", "tool"): [{"tool"}],
    ("group", "mobility"): [{"bike", "car"}],
    ("group", "goods"): [{"tool"}],
    ("promise", "all_groups"): [{"bike", "car"}, {"tool"}],
}


@st.composite
def towns(draw):
    size = draw(st.integers(1, 6))
    dong = draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    persons = draw(
        st.lists(st.lists(st.integers(0, 2), min_size=21, max_size=21), min_size=size, max_size=size)
    )
    keys = st.tuples(st.integers(0, size - 1), st.integers(0, 4))
    walks = draw(st.dictionaries(keys, st.integers(0, 112500), max_size=20))
    return dong, persons, {key: cm / 100 for key, cm in walks.items()}


def tables(town, services=SERVICES):
    dong, persons, walks = town
    demand = demand_of(dong, persons, streets_of(town))
    costs = pairs([(*key, metres) for key, metres in walks.items()], len(dong), list(LAYER_OF))
    served = coverage.at_points(costs, pd.Series(LAYER_OF))
    by_dong = coverage.by_dong(served, demand, area(), services=services)
    return by_dong, coverage.by_ward(served, demand, area(), services=services), served, demand


@settings(max_examples=15, deadline=None)
@given(town=towns())
def test_every_figure_equals_a_count_person_by_person(town):
    dong, persons, walks = town
    layered = {(point, site): (LAYER_OF[f"s{site}"], metres) for (point, site), metres in walks.items()}
    by_dong, by_ward, _, _ = tables(town)
    for table, code, unit_of in ((by_dong, "dong_code", 2), (by_ward, "ward_code", 0)):
        units = [DONGS[number][unit_of] for number in dong]
        for (kind, key), layers_of in KINDS.items():
            for age, ages in AGES.items():
                expected = counted(units, persons, layered, layers_of, ages)
                rows = table[(table["kind"] == kind) & (table["key"] == key) & (table["age_band"] == age)]
                assert list(rows[code]) == sorted({entry[unit_of] for entry in DONGS})
                for row in rows.to_dict("records"):
                    residents, covered, met_walks, met, unknown = expected.get(row[code], (0, 0, [], 0, 0))
                    assert (row["residents"], row["covered"]) == (residents, covered)
                    assert (row["unknown"], row["uncovered"]) == (unknown, residents - covered - unknown)
                    assert_near(row["share"], covered / residents if residents else np.nan)
                    assert_near(
                        row["share_at_most"], (covered + unknown) / residents if residents else np.nan
                    )
                    assert_near(
                        row["mean_sites"], met / (residents - unknown) if residents > unknown else np.nan
                    )
                    ordered = sorted(met_walks)
                    assert_near(row["median_min"], statistics.median_low(ordered) if ordered else np.nan)
                    assert_near(
                        row["p95_min"], ordered[-(-len(ordered) * 95 // 100) - 1] if ordered else np.nan
                    )


def assert_near(found, expected):
    assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)


@settings(max_examples=15, deadline=None)
@given(town=towns(), point=st.integers(0, 5), site=st.integers(0, 4), cm=st.integers(0, 112500))
def test_one_more_site_never_uncovers_anyone(town, point, site, cm):
    dong, persons, walks = town
    key = (point % len(dong), site)
    more = {**walks, key: min(cm / 100, walks.get(key, np.inf))}
    before, after = tables(town)[0], tables((dong, persons, more))[0]
    assert (after["covered"] >= before["covered"]).all()


@settings(max_examples=15, deadline=None)
@given(town=towns())
def test_dongs_add_up_to_wards_and_ages_to_all(town):
    by_dong, by_ward, _, demand = tables(town)
    counts = ["residents", "covered", "undoubted", "uncovered", "unknown"]
    keys = ["ward_code", "kind", "key", "age_band"]
    summed = by_dong.groupby(keys)[counts].sum()
    assert summed.equals(by_ward.set_index(keys)[counts].sort_index())
    ages = by_ward[by_ward["age_band"] != "all"].groupby(keys[:3])[counts].sum()
    assert ages.equals(by_ward[by_ward["age_band"] == "all"].set_index(keys[:3])[counts].sort_index())
    everyone = by_ward[(by_ward["age_band"] == "all") & (by_ward["kind"] == "promise")]["residents"].sum()
    assert everyone == demand["residents"].sum() / THOUSANDTHS


def test_a_group_without_data_leaves_the_promise_unjudged_not_broken():
    services = Services(
        layers=SERVICES.layers, groups={**GROUPS, "information": "정보"}, names=SERVICES.names
    )
    town = ([0, 1], [[1] * 21] * 2, {(0, 0): 100.0, (0, 3): 200.0})
    by_dong, by_ward, served, demand = tables(town, services)
    assert set(by_dong["kind"]) == set(by_ward["kind"]) == {"layer", "group"}
    assert "information" not in set(by_dong["key"])
    found = coverage.headline(served, demand, services=services)
    assert found["groups_without_data"] == ["information"]
    assert found["share_all_groups"] is None
    assert found["covered_all_groups"] is None
    assert found["share_groups_with_data"] == 0.5
    at = coverage.groups_at_points(served, len(demand), services=services)
    assert at["promise_min"].isna().all()
    assert at["groups"].tolist() == [2, 0]


def test_a_layer_with_data_but_no_site_in_reach_is_a_true_zero():
    by_dong, _, _, _ = tables(([0], [[1] * 21], {(0, 0): 100.0}))
    tool = by_dong[
        (by_dong["key"] == "tool") & (by_dong["age_band"] == "all") & (by_dong["dong_code"] == DONGS[0][2])
    ]
    assert tool[["covered", "uncovered", "share", "mean_sites"]].to_numpy().tolist() == [[0, 21, 0.0, 0.0]]
    assert tool["median_min"].isna().all()


def test_the_headline_counts_residents_by_the_groups_they_reach():
    persons = [[10] + [0] * 20, [20] + [0] * 20, [30] + [0] * 20]
    walks = {(0, 0): 100.0, (1, 1): 100.0, (1, 4): 600.0}
    _, by_ward, served, demand = tables(([0, 0, 2], persons, walks))
    found = coverage.headline(served, demand, services=SERVICES)
    assert found == {
        "residents": 60,
        "groups_with_data": ["mobility", "goods"],
        "groups_without_data": [],
        "no_data": {},
        "residents_by_groups": {0: 0, 1: 10, 2: 20},
        "residents_groups_unknown": 30,
        "covered_groups_with_data": 20,
        "share_groups_with_data": pytest.approx(1 / 3),
        "covered_all_groups": 20,
        "share_all_groups": pytest.approx(1 / 3),
    }
    promise = by_ward[(by_ward["kind"] == "promise") & (by_ward["age_band"] == "all")]
    assert promise["covered"].sum() == 20
    assert promise["median_min"].tolist() == [8.0, pytest.approx(np.nan, nan_ok=True)]
    at = coverage.groups_at_points(served, 3, services=SERVICES)
    assert at["promise_min"].tolist() == [
        pytest.approx(np.nan, nan_ok=True),
        8.0,
        pytest.approx(np.nan, nan_ok=True),
    ]


def test_at_points_reduces_in_pieces_as_in_one(monkeypatch):
    rng = np.random.default_rng(7)
    rows = {(int(p), int(s)): float(c) for p, s, c in rng.integers(0, (9, 5, 1000), (30, 3))}
    costs = pairs([(*key, metres) for key, metres in rows.items()], 9, list(LAYER_OF))
    whole = coverage.at_points(costs, pd.Series(LAYER_OF))
    monkeypatch.setattr(coverage.points, "_CHUNK", 4)
    pd.testing.assert_frame_equal(coverage.at_points(costs, pd.Series(LAYER_OF)), whole)
    assert whole["sites"].sum() == len(rows)


def test_tables_that_do_not_belong_together_are_refused():
    town = ([0], [[1] * 21], {(0, 0): 1.0})
    _, _, served, demand = tables(town)
    with pytest.raises(GeometryError, match="no layer"):
        coverage.at_points(pairs([(0, 0, 1.0)], 1, ["new"]), pd.Series(LAYER_OF))
    only = Services(layers={"tool": "goods"}, groups=GROUPS, names={"tool": "공구"})
    with pytest.raises(GeometryError, match="bike"):
        coverage.by_dong(served, demand, area(), services=only)
    with pytest.raises(GeometryError, match="that are not there"):
        coverage.by_dong(served, demand.iloc[:0], area(), services=SERVICES)
    with pytest.raises(GeometryError, match="1111051500"):
        coverage.by_dong(served, demand, area().iloc[1:], services=SERVICES)
    with pytest.raises(GeometryError, match="plan"):
        Services(layers={"x": "nowhere"}, groups=GROUPS, names={"x": "x"})


def test_a_toy_town_from_streets_to_shares_against_networkx():
    #   (0,300)----400 m----(400,300)
    #      |                   |
    #   (0,0) -----400 m----(400,0) ----1000 m---- (1400,0)
    lines = [
        [(0, 0), (400, 0)], [(0, 0), (0, 300)], [(0, 300), (400, 300)], [(400, 0), (400, 300)], [(400, 0), (1400, 0)],
    ]  # fmt: skip
    streets = network.from_lines(gpd.GeoDataFrame(geometry=[LineString(line) for line in lines], crs=5179))
    sites = gpd.GeoDataFrame(
        {"site_id": ["a", "b", "c"], "layer": ["bike", "tool", "tool"]},
        geometry=[Point(100, 10), Point(390, 250), Point(1390, 5)],
        crs=5179,
    )
    homes = gpd.GeoSeries([Point(0, 200), Point(900, 20), Point(1300, 0), Point(300, 5000)], crs=5179)
    stops = pd.concat([sites[["site_id"]], network.snap(streets, sites)], axis=1)
    points = network.snap(streets, homes)
    costs = reach.to_points(streets, reach.within(streets, stops, minutes=15), stops, points)
    served = coverage.at_points(costs, sites.set_index("site_id")["layer"])
    demand = demand_of([0, 0, 1, 1], [[n] + [0] * 20 for n in (5, 7, 11, 13)], points["status"])
    services = Services(layers={"bike": "mobility", "tool": "goods"}, groups=GROUPS, names=SERVICES.names)
    by_dong = coverage.by_dong(served, demand, area(), services=services)

    walk = walks_by_networkx(lines, sites.geometry, homes.iloc[:3])
    near = {(row.point, row.layer): row.cost_m for row in served.itertuples()}
    expected = {
        (p, layer): min(walk[p, s] for s in range(3) if sites["layer"][s] == layer)
        for p in range(3)
        for layer in ("bike", "tool")
    }
    assert near == pytest.approx(
        {key: metres for key, metres in expected.items() if metres <= 1125}, abs=0.02
    )
    all_ages = by_dong[by_dong["age_band"] == "all"].set_index(["dong_code", "key"])
    assert all_ages.loc[("1111051500", "bike"), "covered"] == 12
    # one home 1,310 m away; another too far from a street, so that nobody knows its walk
    assert all_ages.loc[("1111051600", "bike"), ["covered", "uncovered", "unknown"]].tolist() == [0, 11, 13]
    assert all_ages.loc[("1111051600", "tool"), "covered"] == 11
    assert all_ages.loc[("1111051500", "all_groups"), "covered"] == 12


def walks_by_networkx(lines, sites, homes):
    """Split the streets at every access point and walk on the simple graph."""
    graph = nx.Graph()
    streets = [LineString(line) for line in lines]
    ends = {}
    on = {number: [0.0, street.length] for number, street in enumerate(streets)}
    for kind, points in (("s", sites), ("p", homes)):
        for i, point in enumerate(points):
            number = min(range(len(streets)), key=lambda n, at=point: streets[n].distance(at))
            along = streets[number].project(point)
            on[number].append(along)
            spot = tuple(np.round(streets[number].interpolate(along).coords[0], 6))
            ends[kind, i] = spot
            graph.add_edge((kind, i), spot, weight=streets[number].distance(point))
    for number, street in enumerate(streets):
        cuts = sorted(set(on[number]))
        spots = [tuple(np.round(street.interpolate(cut).coords[0], 6)) for cut in cuts]
        for (a, b), (low, high) in zip(pairwise(spots), pairwise(cuts), strict=True):
            graph.add_edge(a, b, weight=high - low)
    return {
        (p, s): nx.dijkstra_path_length(graph, ("p", p), ("s", s))
        for p in range(len(homes))
        for s in range(len(sites))
    }


@pytest.mark.real
def test_jung_gu_end_to_end_loses_nobody(shared_data):
    dongs = gpd.read_file(shared_data / "boundaries" / "dong__202104.geojson").to_crs(5179)
    dongs = dongs[dongs["sgg"] == "11140"].reset_index(drop=True)
    names = dongs["adm_nm"].str.split(" ", n=2, expand=True)
    ward = gpd.GeoDataFrame(
        {
            "ward_code": dongs["sgg"],
            "ward_name": names[1],
            "dong_code": dongs["adm_cd2"],
            "dong_name": names[2],
        },
        geometry=dongs.geometry,
    )
    table = pd.read_csv(shared_data / "population" / "dong_population_age__2020q2.tsv", sep="\t", dtype=str)
    table = table[(table["구분"] == "계") & (table["자치구"] == "중구") & (table["동"] != "소계")]
    counts = table.iloc[:, 5:].apply(lambda c: c.str.replace(",", "").replace("-", "0")).astype("int64")
    code = pd.Series(dongs["adm_cd2"].to_numpy(), index=names[2].str.replace("·", "."))
    population = counts.set_axis(list(AGE_BANDS), axis=1).set_axis(
        code.loc[table["동"].str.replace("·", ".")]
    )
    centroids = pd.read_csv(shared_data / "boundaries" / "output_area_centroid__2016.csv")
    areas = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(centroids["X"], centroids["Y"], crs=4326).to_crs(5179)
    )
    points = demand.place(population, ward, output_areas=areas)

    streets = network.from_pbf(shared_data / "osm" / "jung-2021-08.osm.pbf", ward)
    tools = pd.read_csv(shared_data / "sites" / "tool_library__2019.csv")
    bikes = pd.read_csv(shared_data / "sites" / "bike_station__202306.csv", encoding="cp949")
    at = [(tools["lon"], tools["lat"], "tool"), (bikes["경도"], bikes["위도"], "bike")]
    sites = pd.concat(
        [
            gpd.GeoDataFrame({"layer": key}, index=x.index, geometry=gpd.points_from_xy(x, y, crs=4326))
            for x, y, key in at
        ],
        ignore_index=True,
    ).to_crs(5179)
    stops = network.snap(streets, sites).assign(site_id=sites.index.astype(str))
    snapped = network.snap(streets, points)
    costs = reach.to_points(streets, reach.within(streets, stops), stops, snapped)
    served = coverage.at_points(costs, sites["layer"].set_axis(sites.index.astype(str)))
    services = Services(layers={"bike": "mobility", "tool": "goods"}, groups=GROUPS, names=SERVICES.names)
    with pytest.raises(GeometryError, match=r"join them with network\.snap"):
        coverage.by_dong(served, points, ward, services=services)
    points = points.join(snapped)
    by_dong = coverage.by_dong(served, points, ward, services=services)
    by_ward = coverage.by_ward(served, points, ward, services=services)
    everyone = by_ward[by_ward["age_band"] == "all"].set_index("key")
    assert (everyone["residents"] == int(counts.to_numpy().sum())).all()
    counted = ["residents", "covered", "uncovered"]
    summed = by_dong.groupby(["key", "age_band"])[counted].agg(sum_persons)
    assert summed.equals(by_ward.set_index(["key", "age_band"])[counted].sort_index())
    assert everyone.loc["bike", "share"] > 0.95  # bike stations are everywhere in the middle of the city
    assert everyone.loc["tool", "share"] < everyone.loc["bike", "share"]
    promise = coverage.headline(served, points, services=services)
    assert promise["share_all_groups"] == everyone.loc["all_groups", "share"]
