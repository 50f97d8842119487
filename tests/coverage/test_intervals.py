"""Intervals of coverage: each drawing counted again as a study of its own, and the sites as filed give the share as filed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sharemap import coverage, network, perturbed
from sharemap.coverage import Services
from sharemap.errors import GeometryError
from sharemap.schema import AGE_BANDS
from sharemap.units import THOUSANDTHS

SERVICES = Services(
    layers={"room": "space", "tool": "goods", "bike": "mobility"},
    groups={"space": "공간", "goods": "물건", "mobility": "이동"},
    names={"room": "방", "tool": "공구", "bike": "따릉이"},
)
MINUTES = 5.0  # 375 m


def snapped(streets, xy):
    return network.snap(streets, gpd.GeoSeries(shapely.points(np.asarray(xy)), crs=5179)).reset_index(
        drop=True
    )


@pytest.fixture(scope="module")
def town():
    chance = np.random.default_rng(11)
    across = [shapely.LineString([(0, y), (3000, y)]) for y in range(0, 3001, 150)]
    along = [shapely.LineString([(x, 0), (x, 3000)]) for x in range(0, 3001, 150)]
    lines = shapely.node(shapely.MultiLineString([*across, *along])).geoms
    streets = network.from_lines(gpd.GeoDataFrame(geometry=list(lines), crs=5179))
    layers = chance.choice(list(SERVICES.layers), 60)
    xy = chance.uniform(0, 3000, (60, 2))
    sites = pd.DataFrame(
        {
            "site_id": [f"s{at:02d}" for at in range(60)],
            "place_id": [f"p{at // 2:02d}" for at in range(60)],
            "layer": layers,
            "source": layers,
            "space": layers != "bike",
            "x": xy[:, 0],
            "y": xy[:, 1],
        }
    )
    homes = snapped(streets, chance.uniform(0, 3000, (250, 2)))
    dong = chance.integers(0, 5, 250)
    named = {
        "ward_code": np.array(["11110", "11110", "11140", "11140", "11170"])[dong],
        "ward_name": np.array(["가구", "가구", "나구", "나구", "다구"])[dong],
        "dong_code": np.array([f"111105{n}000" for n in range(5)])[dong],
        "dong_name": np.array([f"{n}동" for n in range(5)])[dong],
    }
    people = chance.integers(0, 300, 250) * THOUSANDTHS
    demand = homes.assign(**named, **dict.fromkeys(AGE_BANDS, 0)).assign(age_30_34=people, residents=people)
    return streets, sites, demand


def drawn(town, runs=30):
    streets, sites, demand = town
    position = perturbed.PositionErrors((0.5, 0.3, 0.2), (0.0, 80.0, 700.0))
    errors = perturbed.Errors(default=perturbed.LayerErrors(position=position, closed=0.1, missing=0.1))
    drawing = perturbed.draw(sites, perturbed.DrawingRules(runs=runs, seed=3, errors=errors))
    stops = snapped(streets, sites[["x", "y"]]).assign(site_id=sites["site_id"])
    moved = snapped(streets, drawing.moved[["x", "y"]])
    served = coverage.served_in_drawings(
        streets, stops, moved, demand, drawing, services=SERVICES, minutes=MINUTES
    )
    return drawing, stops, moved, served


def stops_of_run(drawing, stops, moved, run):
    """The sites of one run as a table of stops, each looked up in words: what a study of that run would read."""
    rows, layer = [], []
    n_published = int(drawing.positions["published"].sum())
    for site in np.flatnonzero(drawing.present[run]):
        of = drawing.sites.iloc[site]
        own = of["building"]
        lead = drawing.leader[run, own]
        position = drawing.position[run, lead]
        if position >= n_published:
            stop = moved.iloc[position - n_published]
        elif lead == own:
            stop = stops.set_index("site_id").loc[of["site_id"]]
        else:
            first = drawing.sites[drawing.sites["building"] == lead].iloc[0]["site_id"]
            stop = stops.set_index("site_id").loc[first]
        rows.append(stop[["edge_id", "offset_m", "snap_m", "status"]].to_dict() | {"site_id": f"r{site}"})
        layer.append(of["layer"])
    table = pd.DataFrame(rows)
    table["edge_id"] = table["edge_id"].astype("Int64")
    return table, pd.Series(layer, index=table["site_id"])


def test_every_drawing_is_what_a_study_of_its_sites_counts(town):
    streets, _, demand = town
    drawing, stops, moved, served = drawn(town)
    area = demand.drop_duplicates("dong_code")
    bits = {key: served.spread(sets) for _, key, _, sets in served.rows()}
    people = demand["residents"].to_numpy()
    for run in (0, 7, 29):
        table, layer = stops_of_run(drawing, stops, moved, run)
        walks = coverage.walks_at_points(streets, table, demand, layer, minutes=MINUTES)
        wards = coverage.by_ward(walks, demand, area, services=SERVICES)
        everyone = wards[wards["age_band"] == "all"]
        for key, one in everyone.groupby("key"):
            counted = (bits[key][:, run] * people).sum() / THOUSANDTHS
            assert counted == pytest.approx(one["covered"].sum(), abs=1e-6), (run, key)


def test_the_share_as_filed_and_its_rank_are_those_of_the_coverage_table(town):
    streets, sites, demand = town
    _, stops, _, served = drawn(town)
    area = demand.drop_duplicates("dong_code")
    layer = sites.set_index("site_id")["layer"]
    walks = coverage.walks_at_points(streets, stops, demand, layer, minutes=MINUTES)
    table = coverage.intervals(served, demand, area)
    for level, unit, told in (
        ("ward", "ward_code", coverage.by_ward),
        ("dong", "dong_code", coverage.by_dong),
    ):
        counted = told(walks, demand, area, services=SERVICES).query("age_band == 'all'")
        both = table[table["level"] == level].merge(counted, on=[unit, "key"], suffixes=("", "_counted"))
        assert len(both) == len(counted)
        assert both["share"].tolist() == pytest.approx(both["share_counted"].tolist(), nan_ok=True)
        rank = both.groupby("key")["share_counted"].rank(ascending=False, method="min")
        assert both["rank"].tolist() == rank.tolist()


def test_intervals_are_percentiles_of_the_drawings_and_ranks_are_among_wards(town):
    _, _, demand = town
    _, _, _, served = drawn(town)
    table = coverage.intervals(served, demand, demand.drop_duplicates("dong_code"))
    people = demand["residents"].to_numpy()
    sets = next(sets for _, key, _, sets in served.rows() if key == "goods")
    by_ward = {
        ward: (served.spread(sets)[own.to_numpy()][:, :-1] * people[own][:, None]).sum(axis=0)
        / people[own].sum()
        for ward in sorted(demand["ward_code"].unique())
        for own in [demand["ward_code"] == ward]
    }
    shares = np.array(list(by_ward.values()))
    ranks = 1 + (shares[:, None, :] < shares[None, :, :]).sum(axis=1)
    rows = table[(table["level"] == "ward") & (table["key"] == "goods")]
    for at, row in enumerate(rows.itertuples()):
        ordered = np.sort(shares[at])
        assert (row.share_low, row.share_high) == pytest.approx((ordered[0], ordered[29]))
        assert (row.rank_low, row.rank_high) == (np.sort(ranks[at])[0], np.sort(ranks[at])[29])
    wards = coverage.of_wards(table)
    assert wards["rank"].is_monotonic_increasing
    assert wards["ward_code"].nunique() == len(wards) == 3


def test_without_drawings_there_is_a_share_and_no_interval(town):
    _, _, demand = town
    _, _, _, served = drawn(town, runs=0)
    table = coverage.intervals(served, demand, demand.drop_duplicates("dong_code"))
    assert table["share"].notna().any()
    assert table[["share_low", "share_high", "rank_low", "rank_high"]].isna().all(axis=None)


def test_stops_and_homes_of_something_else_are_refused(town):
    streets, _, demand = town
    drawing, stops, moved, served = drawn(town, runs=2)
    common = {"services": SERVICES, "minutes": MINUTES}
    with pytest.raises(GeometryError, match="stops"):
        coverage.served_in_drawings(streets, stops.iloc[1:], moved, demand, drawing, **common)
    with pytest.raises(GeometryError, match="stops"):
        coverage.served_in_drawings(streets, stops, moved.iloc[1:], demand, drawing, **common)
    with pytest.raises(GeometryError, match="homes"):
        coverage.intervals(served, demand.iloc[1:], demand)
