"""What every output folder must hold, checked from the files alone: shared by the sample and the real wards."""

from __future__ import annotations

import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from sharemap import catalog

FILES = (
    "summary.json",
    "network/nodes.parquet",
    "network/edges.parquet",
    "sites.parquet",
    "places.parquet",
    "stops.parquet",
    "set_aside.csv",
    "reach.parquet",
    "isochrones.gpkg",
    "coverage_dong.csv",
    "coverage_ward.csv",
    "coverage_own_pace_dong.csv",
    "coverage_own_pace_ward.csv",
    "coverage_profiles_dong.csv",
    "coverage_profiles_ward.csv",
    "served.parquet",
    "variety.csv",
    "profile_gap.csv",
    "profile_gap.gpkg",
    "gaps.gpkg",
    "unserved.csv",
    "sensitivity.csv",
    "coverage_when.csv",
    "equity.csv",
    "blocks.gpkg",
    "villages.gpkg",
    "villages.xlsx",
    "map.html",
    "map.png",
    "map.pdf",
    "atlas.pdf",
    "provenance.json",
)
COLUMNS = {
    "network/nodes.parquet": ["node_id", "geometry"],
    "network/edges.parquet": ["edge_id", "u", "v", "length_m", "highway", "tunnel", "bridge", "geometry"],
    "stops.parquet": ["site_id", "edge_id", "offset_m", "snap_m", "status"],
    "reach.parquet": ["site_id", "node_id", "cost_m"],
}


def read_csv(path):
    return pd.read_csv(path, encoding="utf-8-sig", dtype={"ward_code": str, "dong_code": str})


def check_files(out):
    for name in FILES:
        assert (out / name).stat().st_size > 0, name
    assert not list(out.glob(".partial*"))
    for name, columns in COLUMNS.items():
        assert set(columns) <= set(pd.read_parquet(out / name).columns), name
    assert gpd.read_parquet(out / "network/edges.parquet").crs.to_epsg() == 5179


def check_rows_add_up(out):
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    sites = pd.read_parquet(out / "sites.parquet")
    aside = read_csv(out / "set_aside.csv")
    for layer in summary["layers"]:
        key = layer["layer"]
        assert layer["rows_read"] == layer["sites"] + layer["folded"] + layer["set_aside"], key
        assert layer["sites"] == (sites["layer"] == key).sum(), key
        assert layer["set_aside"] == (aside["layer"] == key).sum(), key
        mine = sites.loc[sites["layer"] == key]
        assert layer["places"] == mine["place_id"].nunique(), key
        # rows of a site are those that became it: the site itself and what was folded into it
        assert mine["rows"].sum() == layer["sites"] + layer["folded"], key
    for name in ("rows_read", "sites", "folded", "set_aside"):
        assert summary["rows"][name] == sum(layer[name] for layer in summary["layers"])
    assert aside["reason_ko"].notna().all()
    assert aside["reason_en"].notna().all()


def check_reach(out, *, most_sites=400):
    """Shortest walks by scipy over the exported nodes, edges and stops; nothing of sharemap is used."""
    cutoff = json.loads((out / "summary.json").read_text(encoding="utf-8"))["cutoff_m"]
    edges = pd.read_parquet(
        out / "network/edges.parquet", columns=["edge_id", "u", "v", "length_m"]
    ).set_index("edge_id")
    n = len(pd.read_parquet(out / "network/nodes.parquet", columns=["node_id"]))
    stops = pd.read_parquet(out / "stops.parquet").query("status == 'ok'")
    stops = stops.iloc[np.linspace(0, len(stops) - 1, min(most_sites, len(stops))).astype(int)]
    door = n + np.arange(len(stops))
    ends = edges.loc[stops["edge_id"].astype(int)]
    leg, off = stops["snap_m"].to_numpy(), stops["offset_m"].to_numpy()
    pairs = pd.DataFrame(
        {
            "a": np.concatenate([edges["u"], edges["v"], door, door]),
            "b": np.concatenate([edges["v"], edges["u"], ends["u"], ends["v"]]),
            "w": np.concatenate(
                [edges["length_m"], edges["length_m"], leg + off, leg + ends["length_m"] - off]
            ),
        }
    )
    pairs = pairs.loc[pairs["a"] != pairs["b"]].groupby(["a", "b"])["w"].min().clip(lower=1e-9).reset_index()
    graph = coo_array((pairs["w"], (pairs["a"], pairs["b"])), shape=(n + len(stops),) * 2).tocsr()
    true = dijkstra(graph, indices=door, limit=cutoff + 0.1)[:, :n]
    reach = pd.read_parquet(out / "reach.parquet")
    row = pd.Series(np.arange(len(stops)), index=stops["site_id"].to_numpy())
    reach = reach.assign(row=row.reindex(reach["site_id"].astype(str)).to_numpy()).dropna(subset="row")
    mine = np.full_like(true, np.inf)
    mine[reach["row"].astype(int), reach["node_id"]] = reach["cost_m"]
    both = np.isfinite(mine)
    assert both.any()
    assert (np.isfinite(true) | ~both).all(), "a pair that cannot be reached"
    assert (true[~both] > cutoff - 0.1).all(), "a pair is missing"
    assert np.abs(true[both] - mine[both]).max() < 0.1
    return int(both.sum()), float(np.abs(true[both] - mine[both]).max())


def printed(persons):
    """Persons as every output writes them: whole, half up."""
    return f"{math.floor(round(persons, 3) + 0.5):,}"


def share_in_dong(out, code, covered, residents):
    """A share of a dong as every output writes it: a whole per cent where fewer than 100 points or people carry it."""
    placed = read_csv(out / "placing.csv").set_index("dong_code").loc[code]
    part, whole = round(covered * 1000), round(residents * 1000)
    if min(placed["points"], placed["residents"]) < 100:
        return f"≈{(200 * part + whole) // (2 * whole)}%"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def thousandths_of(table, *names):
    """Columns of persons as whole thousandths: these add up exactly."""
    counted = {name: (table[name] * 1000).round().astype("int64") for name in names}
    return table.assign(**counted)


def check_people(out):
    """Covered + uncovered + unknown = residents, dongs add up to wards, and the demand points to both."""
    counted = ("residents", "covered", "uncovered", "unknown")
    dong, ward = (
        thousandths_of(read_csv(out / f"coverage_{unit}.csv"), *counted) for unit in ("dong", "ward")
    )
    people = pd.read_parquet(out / "demand.parquet")
    for table in (dong, ward):
        assert (table["covered"] + table["uncovered"] + table["unknown"] == table["residents"]).all()
        rows = table.loc[(table["age_band"] == "all") & (table["key"] == table["key"].iloc[0])]
        assert rows["unknown"].sum() == people.loc[people["status"] != "ok", "residents"].sum()
        bands = (
            table.loc[table["age_band"] != "all"]
            .groupby(["ward_code", "kind", "key"])[["residents", "covered"]]
            .sum()
        )
        whole = (
            table.loc[table["age_band"] == "all"]
            .groupby(["ward_code", "kind", "key"])[["residents", "covered"]]
            .sum()
        )
        pd.testing.assert_frame_equal(bands, whole, check_index_type=False)
    keys = ["ward_code", "kind", "key", "age_band"]
    summed = dong.groupby(keys)[["residents", "covered"]].sum()
    pd.testing.assert_frame_equal(summed, ward.set_index(keys).sort_index()[["residents", "covered"]])
    everyone = (
        ward.loc[(ward["age_band"] == "all") & (ward["kind"] == "layer")].groupby("key")["residents"].sum()
    )
    assert (everyone == people["residents"].sum()).all()


def check_own_pace(out):
    """Own pace, counted anew home by home from the walks of both paces and the ages of the people at each home."""
    homes = pd.read_parquet(out / "demand.parquet").set_index("demand_id")
    ages = [name for name in homes if name.startswith("age_")]
    old = homes[[name for name in ages if int(name.split("_")[1]) >= 65]].sum(axis=1)
    walks = pd.read_parquet(out / "served.parquet")
    walks["group"] = walks["layer"].map({layer.key: layer.group for layer in catalog.load()})
    by_dong, ward = (
        thousandths_of(read_csv(out / f"coverage_own_pace_{unit}.csv"), "covered")
        for unit in ("dong", "ward")
    )
    found = by_dong.set_index(["dong_code", "key", "age_band"])["covered"]
    groups = sorted(set(walks["group"]))
    reached = {
        pace: {
            group: homes.index.isin(
                walks.loc[(walks["profile"] == pace) & (walks["group"] == group), "demand_id"]
            )
            for group in groups
        }
        for pace in ("standard", "elderly")
    }
    for key in (*groups, "all_groups") if len(groups) == 4 else groups:
        meant = groups if key == "all_groups" else [key]
        quick, slow = (
            np.all([reached[pace][one] for one in meant], axis=0) for pace in ("standard", "elderly")
        )
        served = ((homes["residents"] - old) * quick + old * slow).groupby(homes["dong_code"]).sum()
        elders = (old * slow).groupby(homes["dong_code"]).sum()
        for dong in served.index:
            assert found[dong, key, "all"] == served[dong], (dong, key)
            assert found[dong, key, "65_over"] == elders[dong], (dong, key)
    ward = ward.set_index(["ward_code", "key", "age_band"])["covered"]
    summed = by_dong.groupby(ward.index.names)["covered"].sum()
    pd.testing.assert_series_equal(summed, ward.sort_index())


def check_numbers_agree(out):
    """One number, wherever it is shown."""
    import openpyxl

    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    ward = read_csv(out / "coverage_ward.csv").query("age_band == 'all'")
    for layer in summary["layers"]:
        rows = ward.loc[(ward["kind"] == "layer") & (ward["key"] == layer["layer"])]
        assert round(rows["covered"].sum(), 3) == layer["covered"]
        assert rows["covered"].sum() / rows["residents"].sum() == round_trip(layer["share"])
    if summary["all_groups"]:
        rows = ward.loc[ward["kind"] == "promise"]
        assert round(rows["covered"].sum(), 3) == summary["all_groups"]["covered"]
    villages = gpd.read_file(out / "villages.gpkg", layer="villages")
    assert len(villages) == summary["villages"]["count"]
    assert villages["places"].sum() == summary["villages"]["places_in_villages"]
    book = openpyxl.load_workbook(out / "villages.xlsx", read_only=True)
    cells = {
        str(cell)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    }
    numbers = {float(cell) for cell in cells if _number(cell)}
    page = (out / "map.html").read_text(encoding="utf-8")
    for value in (summary["residents"], *(layer["covered"] for layer in summary["layers"])):
        assert float(value) in numbers or printed(value) in " ".join(cells), value
        assert printed(value) in page, value
    for name in villages["name"]:
        assert name in cells


def _number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


class round_trip:  # noqa: N801  reads as an assertion
    """Equal to six decimals, as summary.json writes shares."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return abs(other - self.value) <= 5e-7

    __hash__ = None
