"""Residents placed where people can live: totals exact, order irrelevant, method visible."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from sharemap import demand
from sharemap.demand import DemandRules
from sharemap.demand import persons as allotted
from sharemap.errors import GeometryError, PopulationError
from sharemap.schema import AGE_BANDS, BROAD_AGES, TABLES, check
from sharemap.units import persons

# three dongs of 1 km side by side; 가 and 나 meet at x = 1000
#
#   0        1000       2000       3000
#   |   가    |    나    |    다    |
WEST, MIDDLE, EAST = "1111051500", "1111051600", "1111051700"


def area():
    return gpd.GeoDataFrame(
        {
            "ward_code": "11110",
            "ward_name": "종로구",
            "dong_code": [WEST, MIDDLE, EAST],
            "dong_name": ["가동", "나동", "다동"],
        },
        geometry=[box(x, 0, x + 1000, 1000) for x in (0, 1000, 2000)],
        crs=5179,
    )


def people(west=0, middle=0, east=0):
    """Spread a total over the age bands, the odd ones to the young."""
    rows = [[n // 21 + (band < n % 21) for band in range(21)] for n in (west, middle, east)]
    return pd.DataFrame(rows, index=[WEST, MIDDLE, EAST], columns=list(AGE_BANDS))


def metric(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=5179)


def houses(*specs):
    """(x, y, side, value, levels, height) -> buildings."""
    columns = list(zip(*specs, strict=True))
    shapes = [box(x, y, x + side, y + side) for x, y, side in zip(*columns[:3], strict=True)]
    return metric(shapes, building=columns[3], levels=columns[4], height=columns[5])


def rows(points):
    return points.drop(columns="geometry").assign(x=points.geometry.x.round(6), y=points.geometry.y.round(6))


def test_each_dong_takes_the_best_evidence_that_is_good_enough():
    points = demand.place(
        people(100, 100, 100),
        area(),
        buildings=houses((10, 10, 20, "apartments", 10.0, np.nan), (1010, 10, 5, "house", np.nan, np.nan)),
        output_areas=metric([Point(500, 500), Point(1500, 500), Point(1600, 500)]),
        streets=metric([LineString([(2000, 10), (2200, 10)])]),
    )
    methods = points.groupby("dong_code")["method"].unique().map(list).to_dict()
    # 나동 has 25 m2 for 100 people, less than 5 m2 each: half-mapped
    assert methods == {WEST: ["buildings"], MIDDLE: ["output_areas"], EAST: ["streets"]}
    assert demand.methods(points)["dongs"].to_dict() == {
        "buildings": 1,
        "output_areas": 1,
        "streets": 1,
        "area": 0,
    }
    assert demand.methods(points)["residents"].sum() == 300


def test_floor_area_is_footprint_times_storeys():
    nan = np.nan
    points = demand.place(
        people(3900),
        area(),
        buildings=houses(
            (0, 0, 10, "apartments", 20.0, 9.0),  # levels win over height: 2000 m2
            (100, 0, 10, "apartments", nan, 30.4),  # 10 storeys of 3 m: 1000 m2
            (200, 0, 10, "house", nan, nan),  # unknown: one storey, 100 m2
            (300, 0, 20, "house", 2.0, nan),  # 800 m2
            (400, 0, 90, "yes", 30.0, nan),  # no evidence of living
            (600, 0, 90, "office", 30.0, nan),
            (800, 0, 2, "house", 1004.0, nan),  # a typing error counts as unknown: 4 m2
        ),
        rules=DemandRules(min_floor_area_m2=0.5),
    )
    at = persons(points["residents"])
    assert points.geometry.x.floordiv(100).tolist() == [0, 1, 2, 3, 8]
    of_3904 = np.array([2000, 1000, 100, 800, 4]) * 3900 / 3904
    assert at == pytest.approx(of_3904, abs=0.001 * len(AGE_BANDS))
    assert points.within(area().geometry.union_all()).all()


def test_small_houses_have_their_part_of_every_age():
    # 1000 houses of 20 m2 and one tower; 4 people are owed to each house, 0.2 of each age band
    specs = [(x * 9, y * 30, 4.4721, "house", 1.0, np.nan) for x in range(100) for y in range(10)]
    points = demand.place(
        people(8000),
        area(),
        buildings=houses(*specs, (950, 900, 40, "apartments", 12.5, np.nan)),
        rules=DemandRules(min_floor_area_m2=1.0),
    )
    small = points.loc[points["residents"] < 1_000_000]
    assert len(small) == 1000
    assert persons(small["residents"]) == pytest.approx(4.0, abs=0.021)
    assert persons(small[list(AGE_BANDS)]) == pytest.approx(4.0 / 21, abs=0.002)
    assert persons(points["residents"].max()) == pytest.approx(4000, abs=1)


def test_equal_weights_give_equal_residents():
    points = demand.place(people(1003), area(), output_areas=metric([Point(10 + x, 500) for x in range(50)]))
    assert persons(points["residents"]) == pytest.approx(1003 / 50, abs=0.021)


@pytest.mark.parametrize("total", [210, 1993, 3045])
def test_no_age_of_a_small_dong_is_better_served_than_another(total):
    # streets of unequal length: the few children of whole persons used to stand on the full stretches of 50 m
    chance = np.random.default_rng(total)
    ends = np.column_stack(
        [chance.uniform(5, 900, 400), chance.uniform(5, 990, 400), chance.uniform(4, 90, 400)]
    )
    streets = metric([LineString([(x, y), (x + long, y)]) for x, y, long in ends])
    population = people(total)
    points = demand.place(population, area(), streets=streets)
    assert len(points) > 400
    everyone = points["residents"].to_numpy()
    near = np.array([points.geometry.x < x for x in (100, 350, 700)])  # as if only these were served
    shares = near @ everyone / everyone.sum()
    for bands in BROAD_AGES.values():
        lived = points[list(bands)].sum(axis=1).to_numpy()
        assert near @ lived / lived.sum() == pytest.approx(shares, abs=0.02)


def test_streets_are_clipped_to_the_dong_and_nobody_lives_in_a_tunnel_or_on_a_bridge():
    streets = metric(
        [
            LineString([(900, 50), (1100, 50)]),
            LineString([(0, 500), (900, 500)]),
            LineString([(0, 700), (900, 700)]),
        ],
        tunnel=[False, True, False],
        bridge=[False, False, True],
    )
    points = demand.place(people(100, 50), area(), streets=streets)
    assert points.groupby("dong_code")["residents"].sum().to_dict() == {WEST: 100_000, MIDDLE: 50_000}
    assert points.geometry.x.tolist() == [925, 975, 1025, 1075]  # every 50 m, in the middle of its stretch
    assert points["residents"].tolist() == [50_000, 50_000, 25_000, 25_000]


def test_a_dong_with_residents_and_no_evidence_keeps_them_and_says_so(caplog):
    points = demand.place(people(7, 0, 0), area())
    assert points[["method", "residents", "dong_code"]].to_numpy().tolist() == [["area", 7_000, WEST]]
    assert WEST in caplog.text


def test_crowded_output_areas_give_way_to_streets_but_serve_where_there_are_none():
    few = metric([Point(500, 500), Point(1500, 500)])
    streets = metric([LineString([(10, 10), (60, 10)])])
    points = demand.place(people(5000, 5000), area(), output_areas=few, streets=streets)
    assert points.set_index("dong_code")["method"].to_dict() == {WEST: "streets", MIDDLE: "output_areas"}


def test_another_method_is_taken_wherever_it_finds_anything():
    evidence = {
        "buildings": houses((10, 10, 20, "apartments", 10.0, np.nan), (1010, 10, 5, "house", np.nan, np.nan)),
        "output_areas": metric([Point(500, 500), Point(1500, 500), Point(1600, 500)]),
        "streets": metric([LineString([(10, 10), (2200, 10)])]),
    }
    population = people(100, 100, 100)
    found = {
        by: demand.place(population, area(), **evidence, by=by)
        for by in (None, "buildings", "output_areas", "streets", "area")
    }
    methods = {by: points.groupby("dong_code")["method"].first().to_dict() for by, points in found.items()}
    west, middle, east = WEST, MIDDLE, EAST
    assert methods[None] == {west: "buildings", middle: "output_areas", east: "streets"}
    assert methods["buildings"] == {west: "buildings", middle: "buildings", east: "streets"}
    assert methods["output_areas"] == {west: "output_areas", middle: "output_areas", east: "streets"}
    assert methods["streets"] == dict.fromkeys((west, middle, east), "streets")
    assert methods["area"] == dict.fromkeys((west, middle, east), "area")
    for points in found.values():
        placed = points.groupby("dong_code")[list(AGE_BANDS)].sum()
        assert placed.equals((population * 1000).astype("int64").rename_axis("dong_code"))
    with pytest.raises(GeometryError, match="no such method"):
        demand.place(population, area(), by="guesses")


def test_a_point_on_a_shared_boundary_counts_once():
    points = demand.place(people(10, 10), area(), output_areas=metric([Point(1000, 500), Point(1500, 500)]))
    assert points[["dong_code", "residents"]].to_numpy().tolist() == [[WEST, 10_000], [MIDDLE, 10_000]]


def test_the_result_is_the_demand_table_and_ids_are_stable():
    points = demand.place(people(100), area(), output_areas=metric([Point(20, 5), Point(10, 5)]))
    full = points.assign(edge_id=pd.NA, offset_m=np.nan, snap_m=np.nan, status="too_far").astype(
        {"edge_id": "Int64"}
    )
    assert list(check(full, "demand").columns) == TABLES["demand"].names
    assert points["demand_id"].tolist() == [f"{WEST}-00001", f"{WEST}-00002"]
    assert points.geometry.x.tolist() == [10, 20]
    assert points["residents"].equals(points[list(AGE_BANDS)].sum(axis=1).rename("residents"))


def test_nobody_at_all_is_an_empty_table():
    points = demand.place(people(), area(), output_areas=metric([Point(20, 5)]))
    assert len(points) == 0
    assert points.crs.to_epsg() == 5179


@settings(max_examples=40, deadline=None)
@given(
    totals=st.lists(st.integers(0, 900), min_size=3, max_size=3),
    bands=st.permutations(range(21)),
    spots=st.lists(st.tuples(st.integers(0, 2999), st.integers(0, 999), st.integers(1, 40)), max_size=30),
    seed=st.integers(0, 2**32 - 1),
)
def test_totals_are_exact_shares_are_whole_and_order_does_not_matter(totals, bands, spots, seed):
    population = people(*totals).iloc[:, list(bands)].set_axis(list(AGE_BANDS), axis=1)
    specs = [(x / 1.0, y, side / 10, "house", float(side), np.nan) for x, y, side in spots]
    buildings = houses(*specs) if specs else None
    rules = DemandRules(min_floor_area_m2=0.0)
    points = demand.place(population, area(), buildings=buildings, rules=rules)
    placed = points.groupby("dong_code")[list(AGE_BANDS)].sum().reindex(population.index, fill_value=0)
    assert placed.equals((population * 1000).astype("int64").rename_axis("dong_code"))
    if buildings is None:
        return
    shuffled = np.random.default_rng(seed).permutation(len(buildings))
    again = demand.place(
        population.iloc[::-1], area().iloc[::-1], buildings=buildings.iloc[shuffled], rules=rules
    )
    pd.testing.assert_frame_equal(rows(points), rows(again))


@settings(max_examples=60, deadline=None)
@given(
    weights=st.lists(st.floats(0.01, 1000), min_size=1, max_size=40),
    people=st.lists(st.integers(0, 300), min_size=1, max_size=21),
)
def test_no_cell_is_more_than_rounded_up_or_down_to_a_thousandth(weights, people):
    weight, counted = np.array(weights), np.array([people]) * 1000
    shared = allotted._allot(counted, np.zeros(len(weight), dtype=int), weight)
    quota = np.outer(weight / weight.sum(), counted)
    assert (shared.sum(axis=0) == counted).all()
    assert (np.abs(shared - quota) < 1 + 1e-6).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: p.iloc[:2], EAST),
        (lambda p: pd.concat([p, p.iloc[:1]]), "twice"),
        (lambda p: p.drop(columns="age_100"), "age_100"),
        (lambda p: p.assign(age_100=0.5), "age_100"),
        (lambda p: p.assign(age_100=-1), "-1"),
        (lambda p: p.assign(age_100="1,234"), "1,234"),
    ],
)
def test_a_population_that_does_not_fit_is_named(change, says):
    with pytest.raises(PopulationError, match=says):
        demand.place(change(people(1, 2, 3)), area())


def test_tables_in_other_coordinates_or_without_columns_are_refused():
    square = Polygon([(0, 0), (1, 0), (1, 1)])
    with pytest.raises(GeometryError, match="buildings must be in the CRS of the area, EPSG:5179"):
        demand.place(
            people(1),
            area(),
            buildings=gpd.GeoDataFrame({"building": ["house"]}, geometry=[square], crs=4326),
        )
    with pytest.raises(GeometryError, match="building"):
        demand.place(people(1), area(), buildings=metric([square]))
    with pytest.raises(GeometryError, match="output areas"):
        demand.place(people(1), area(), output_areas=gpd.GeoDataFrame(geometry=[Point(0, 0)]))


def test_the_callers_tables_are_left_alone():
    tables = (people(50), area(), houses((10, 10, 20, "house", 1.0, np.nan)))
    before = [table.copy() for table in tables]
    demand.place(tables[0], tables[1], buildings=tables[2])
    for now, then in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(now, then)


def real_seoul(folder):
    dongs = gpd.read_file(folder / "boundaries" / "dong__202104.geojson").to_crs(5179)
    names = dongs["adm_nm"].str.split(" ", n=2, expand=True)
    area = gpd.GeoDataFrame(
        {
            "ward_code": dongs["sgg"],
            "ward_name": names[1],
            "dong_code": dongs["adm_cd2"],
            "dong_name": names[2],
        },
        geometry=dongs.geometry,
    )
    table = pd.read_csv(folder / "population" / "dong_population_age__2020q2.tsv", sep="\t", dtype=str)
    table = table[(table["구분"] == "계") & ~table["동"].isin(["소계", "합계"])]
    key = pd.Series(names[1] + " " + names[2].str.replace("·", "."))
    code = pd.Series(area["dong_code"].to_numpy(), index=key)
    counts = table.iloc[:, 5:].apply(lambda c: c.str.replace(",", "").replace("-", "0")).astype("int64")
    population = counts.set_axis(list(AGE_BANDS), axis=1).set_axis(
        code.loc[table["자치구"] + " " + table["동"].str.replace("·", ".")]
    )
    centroids = pd.read_csv(folder / "boundaries" / "output_area_centroid__2016.csv")
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(centroids["X"], centroids["Y"], crs=4326).to_crs(5179)
    )
    return area, population, points


@pytest.mark.real
def test_all_of_seoul_is_placed(shared_data):
    area, population, points = real_seoul(shared_data)
    placed = demand.place(population, area, output_areas=points)
    assert placed["residents"].sum() == 9_985_652_000
    assert (
        placed.groupby("dong_code")[list(AGE_BANDS)]
        .sum()
        .equals((population * 1000).sort_index().rename_axis("dong_code").astype("int64"))
    )
    assert len(placed) == 19_443  # two centroids lie outside the dongs of 2021
    assert demand.methods(placed)["dongs"].to_dict() == {
        "buildings": 0,
        "output_areas": 425,
        "streets": 0,
        "area": 0,
    }
