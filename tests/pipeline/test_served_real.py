"""A whole run on the real ward: exact walks, profiles, gaps and times, from the files of the output folder alone."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

import contract
from real_study import study_of
from sharemap import network, pipeline
from sharemap.units import PROFILES

pytestmark = [pytest.mark.real, pytest.mark.slow]

_STAGES = ("network", "sites", "reach", "coverage")
_COSTS = {"standard": 1.0, "elderly": 2.0, "wheelchair": np.inf}
_CUTOFFS = {"standard": 1125.0, "elderly": 720.0, "wheelchair": 720.0}


@pytest.fixture(scope="module")
def out(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("jung")
    study = study_of(shared_data, folder, extract="jung", wards=["중구"], minutes=[15])
    text = study.path.read_text(encoding="utf-8")
    text = text.replace("[parameters]", '[parameters]\nprofiles = ["elderly", "wheelchair"]')
    study.path.write_text(text, encoding="utf-8")
    pipeline.run(pipeline.read_study(study.path), folder / "out", only=_STAGES)
    return folder / "out"


def walks(out, profile, homes, stops):
    """Shortest walks from homes to stops by scipy over the exported network; nothing of sharemap is used."""
    columns = ["edge_id", "u", "v", "length_m", "steps"]
    edges = pd.read_parquet(out / "network/edges.parquet", columns=columns).set_index("edge_id")
    factor = np.where(edges["steps"], _COSTS[profile], 1.0)
    edges["per_m"] = factor
    n = len(pd.read_parquet(out / "network/nodes.parquet", columns=["node_id"]))
    doors = pd.concat([homes, stops], ignore_index=True)
    doors["node"] = n + np.arange(len(doors))
    rows = [edges[["u", "v"]].set_axis(["a", "b"], axis=1).assign(w=edges["length_m"] * factor)]
    on = edges.loc[doors["edge_id"].astype(int)].reset_index(drop=True)
    for end, metres in (("u", doors["offset_m"]), ("v", on["length_m"] - doors["offset_m"])):
        rows.append(
            pd.DataFrame({"a": doors["node"], "b": on[end], "w": doors["snap_m"] + metres * on["per_m"]})
        )
    # two doors on one edge are joined along it
    both = doors.merge(doors, on="edge_id").query("node_x < node_y")
    along = (both["offset_m_x"] - both["offset_m_y"]).abs() * edges["per_m"].loc[
        both["edge_id"].astype(int)
    ].to_numpy()
    rows.append(
        pd.DataFrame(
            {"a": both["node_x"], "b": both["node_y"], "w": both["snap_m_x"] + both["snap_m_y"] + along}
        ).assign(same=True)
    )
    pairs = pd.concat(rows, ignore_index=True)
    pairs = pairs.loc[np.isfinite(pairs["w"]) & (pairs["a"] != pairs["b"])]
    # a door is no way through: walks come in and go out over its two ends, so passing costs two legs more
    pairs = pairs.groupby(["a", "b"])["w"].min().clip(lower=1e-9).reset_index()
    graph = coo_array((pairs["w"], (pairs["a"], pairs["b"])), shape=(n + len(doors),) * 2).tocsr()
    found = dijkstra(graph, directed=False, indices=doors["node"].to_numpy()[: len(homes)], limit=3000)
    return found[:, n + len(homes) :], len(both)


def doors_of(out, profile):
    """Homes and sites where a walker meets the street: where steps are of no use to it, at another one."""
    nodes, edges = (gpd.read_parquet(out / f"network/{name}.parquet") for name in ("nodes", "edges"))
    streets = network.WalkNetwork(nodes, edges).with_profile(PROFILES[profile])
    people, sites = (gpd.read_parquet(out / f"{name}.parquet") for name in ("demand", "sites"))
    homes = network.snap(streets, people)
    moved = homes["edge_id"].ne(people["edge_id"]).fillna(False)
    told = pd.read_parquet(out / "doors.parquet").query("profile == @profile")
    assert set(people.loc[moved, "demand_id"]) == set(told["demand_id"])
    homes = pd.DataFrame(people[["demand_id"]]).join(homes)
    return homes, pd.concat([sites[["site_id"]], network.snap(streets, sites)], axis=1)


@pytest.mark.parametrize("profile", list(_COSTS))
def test_nearest_walks_of_200_homes_are_exact_to_a_decimetre(out, profile):
    people, stops = (frame.query("status == 'ok'").reset_index(drop=True) for frame in doors_of(out, profile))
    layer = pd.read_parquet(out / "sites.parquet").set_index("site_id")["layer"].reindex(stops["site_id"])
    near = people["edge_id"].isin(stops["edge_id"])
    homes = pd.concat(
        [people[near].sample(60, random_state=1, replace=near.sum() < 60), people.sample(140, random_state=2)]
    )
    true, same_edge = walks(out, profile, homes, stops)
    assert len(homes) == 200
    assert same_edge > 20
    served = pd.read_parquet(out / "served.parquet").query("profile == @profile")
    served = served.set_index(["demand_id", "layer"])
    checked = 0
    for key in layer.unique():
        best = true[:, (layer == key).to_numpy()].min(axis=1)
        count = (true[:, (layer == key).to_numpy()] <= _CUTOFFS[profile]).sum(axis=1)
        for home, walk, sites in zip(homes["demand_id"], best, count, strict=True):
            found = served.loc[(home, key)] if (home, key) in served.index else None
            if abs(walk - _CUTOFFS[profile]) < 0.1:
                continue
            assert (found is not None) == (walk <= _CUTOFFS[profile])
            if found is not None:
                assert found["walk_m"] == pytest.approx(walk, abs=0.1)
                assert abs(found["sites"] - sites) <= 1  # one that stands at the cutoff to the centimetre
                checked += 1
    assert checked > 300


def test_every_table_of_the_ward_adds_up(out):
    contract.check_people(out)
    contract.check_own_pace(out)
    counted = ("residents", "covered", "uncovered", "unknown")
    files = (contract.read_csv(out / f"coverage_profiles_{unit}.csv") for unit in ("dong", "ward"))
    dong, ward = (contract.thousandths_of(table, *counted) for table in files)
    for table in (dong, ward):
        assert (table["covered"] + table["uncovered"] + table["unknown"] == table["residents"]).all()
    keys = ["profile", "kind", "key", "age_band"]
    summed = dong.groupby(keys)[["residents", "covered"]].sum()
    pd.testing.assert_frame_equal(summed, ward.groupby(keys)[["residents", "covered"]].sum())
    own = contract.thousandths_of(contract.read_csv(out / "coverage_ward.csv"), *counted)
    mine = ward.query("profile == 'standard'").drop(columns=["profile", "profile_ko"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(own, mine, check_dtype=False)

    everyone = ward.query("age_band == 'all'").set_index(["profile", "kind", "key"])
    gap = contract.read_csv(out / "profile_gap.csv").query("age_band == 'all'")
    gap = contract.thousandths_of(gap, "only_study_profile", "only_this_profile")
    lost = gap.groupby(["profile", "kind", "key"])[["only_study_profile", "only_this_profile"]].sum()
    assert (lost["only_this_profile"] == 0).all()
    for (profile, kind, key), row in lost.iterrows():
        covered = [everyone.loc[(name, kind, key), "covered"] for name in ("standard", profile)]
        assert covered[0] - covered[1] == row["only_study_profile"]
    areas = contract.thousandths_of(gpd.read_file(out / "gaps.gpkg", layer="gaps"), "people")
    lists = contract.thousandths_of(
        contract.read_csv(out / "unserved.csv"), "unserved", "reached", "rest", "next_reached"
    )
    for one in lists.itertuples():
        band = ward[ward["age_band"] == one.age_band].set_index(["profile", "kind", "key"])
        assert one.unserved == band.loc[(one.profile, one.kind, one.key), "uncovered"]
        own = areas[(areas["profile"] == one.profile) & (areas["key"] == one.key)].sort_values("rank")
        assert own["people"].sum() == one.reached == one.unserved - one.rest
        assert own["people"].is_monotonic_decreasing
        assert len(own) == one.areas <= 50
        assert one.areas == 50 or one.next_reached < 100_000
        assert (own["people"] >= 100_000).all()


def test_every_age_of_a_dong_is_served_like_all_of_it(out):
    rows = contract.read_csv(out / "coverage_dong.csv")
    assert len(set(pd.read_parquet(out / "demand.parquet", columns=["method"])["method"])) <= 2
    wide = rows.pivot_table(index=["dong_code", "key"], columns="age_band", values="share")
    apart = wide.drop(columns="all").sub(wide["all"], axis=0).abs()
    assert len(apart.columns) == 5
    assert apart.max().max() < 0.002  # 소공동 was .25 apart when persons were whole


def test_sensitivity_and_times_agree_with_the_coverage(out):
    ward = contract.read_csv(out / "coverage_ward.csv").query("age_band == 'all'").set_index("key")
    curve = contract.read_csv(out / "sensitivity.csv").query("profile == 'standard'")
    for key, rows in curve.groupby("key"):
        assert rows.loc[rows["own"], "covered"].item() == ward.loc[key, "covered"]
        assert rows.sort_values("cutoff_m")["covered"].is_monotonic_increasing
        assert {750.0, 1125.0, 1275.0} <= set(rows["cutoff_m"])
    when = contract.read_csv(out / "coverage_when.csv").dropna(subset=["covered_open"])
    assert len(when) > 6
    assert (when["covered_open"] <= when["covered_maybe"]).all()
    assert (when["covered_maybe"] <= ward.loc[when["key"], "covered"].to_numpy()).all()
    bikes = contract.read_csv(out / "coverage_when.csv").query("key == 'bike_station'")
    assert bikes["covered_open"].isna().all()  # no data, not zero
    assert json.loads((out / "population.json").read_text(encoding="utf-8"))["table"]["unplaced"] == 0
