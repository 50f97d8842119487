"""Elevation, own residents and profiles through the study file, on the sample ward with three layers."""

from __future__ import annotations

import dataclasses
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine

import contract
from sharemap import pipeline
from sharemap.errors import MissingFileError, StudyError
from sharemap.schema import AGE_BANDS
from sharemap.study.parts import ElevationInput, PopulationInput
from sharemap.units import ELDERLY, THOUSANDTHS

_STAGES = ("network", "sites", "reach", "coverage")


@pytest.fixture(scope="module")
def small(root):
    study = pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml")
    few = [entry for entry in study.sites if entry.layer in {"library", "tool_library"}]
    return dataclasses.replace(study, sites=tuple(few))


@pytest.fixture(scope="module")
def flat(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("flat")
    pipeline.run(small, folder, only=_STAGES)
    return folder


def test_a_hill_makes_walks_longer_for_everybody(small, flat, tmp_path):
    west, south, east, north = gpd.read_parquet(flat / "network/edges.parquet").total_bounds
    cell = 30.0
    shape = (int((north - south) / cell) + 8, int((east - west) / cell) + 8)
    # ridges every 600 m: no street is level for long
    height = 60 * np.abs(np.sin(np.arange(shape[1]) * cell / 190))[None, :].repeat(shape[0], axis=0)
    settings = {"driver": "GTiff", "height": shape[0], "width": shape[1], "count": 1, "dtype": "float32"}
    transform = Affine(cell, 0, west - 4 * cell, 0, -cell, north + 4 * cell)
    with rasterio.open(tmp_path / "dem.tif", "w", **settings, crs=5179, transform=transform) as file:
        file.write(height.astype("float32"), 1)
    elevation = ElevationInput(raster=str(tmp_path / "dem.tif"))
    pipeline.run(dataclasses.replace(small, elevation=elevation), tmp_path / "out", only=_STAGES)
    slopes = pd.read_parquet(tmp_path / "out/network/slopes.parquet")
    assert slopes["known"].all()
    assert slopes["forward"].max() > 1.5
    level, hilly = (
        pd.read_parquet(folder / "served.parquet").set_index(["profile", "demand_id", "layer"])
        for folder in (flat, tmp_path / "out")
    )
    # downhill can be quicker than level by a sixth, so single homes may gain; the ward does not
    assert len(hilly) < len(level)
    both = hilly.join(level[["walk_m"]].rename(columns={"walk_m": "walk_m_level"}), how="inner")
    assert (both["walk_m"] >= both["walk_m_level"] * np.exp(-0.175) - 1).all()
    assert both["walk_m"].mean() > both["walk_m_level"].mean() * 1.05
    names = hilly.index.get_level_values("profile")
    reached = {name: set(hilly.index[names == name].droplevel(0)) for name in ("standard", "wheelchair")}
    assert reached["wheelchair"] < reached["standard"]
    inputs = json.loads((tmp_path / "out/provenance.json").read_text(encoding="utf-8"))["inputs"]
    assert "elevation" in {item["role"] for item in inputs}


def test_own_residents_instead_of_a_table_and_one_profile_alone(small, flat, tmp_path):
    people = gpd.read_parquet(flat / "demand.parquet").iloc[::40]
    bands = people[list(AGE_BANDS)]  # thousandths of a person, taken for persons
    own = bands.assign(x=people.geometry.x, y=people.geometry.y)
    own.to_csv(tmp_path / "homes.csv", index=False)
    population = PopulationInput(points=str(tmp_path / "homes.csv"))
    study = dataclasses.replace(small, population=population, profiles=small.profiles[:1])
    pipeline.run(study, tmp_path / "out", only=("network", "sites", "reach", "coverage"))
    found = pd.read_parquet(tmp_path / "out/demand.parquet")
    assert found["residents"].sum() == people["residents"].sum() * THOUSANDTHS
    assert found["method"].unique().tolist() == ["points"]
    assert found[list(AGE_BANDS)].sum().tolist() == (bands.sum() * THOUSANDTHS).tolist()
    gap = pd.read_csv(tmp_path / "out/profile_gap.csv")
    assert gap["profile"].unique().tolist() == ["standard"]
    assert (gap["only_study_profile"] == 0).all()
    facts = json.loads((tmp_path / "out/population.json").read_text(encoding="utf-8"))
    assert facts["own"]["rows"] == len(people)
    assert facts["outside"] == {"rows": 0, "people": 0.0}


def test_everybody_at_their_own_pace_whatever_the_profiles(root, tmp_path):
    study = pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml")
    layers = {"bike_station", "library", "tool_library", "open_facility"}  # one of each group
    study = dataclasses.replace(study, sites=tuple(one for one in study.sites if one.layer in layers))
    with_elderly = dataclasses.replace(study, profiles=(study.profile, ELDERLY))
    for name, one in (("with", with_elderly), ("without", study)):
        pipeline.run(one, tmp_path / name, only=_STAGES)
    contract.check_own_pace(tmp_path / "with")
    for unit in ("dong", "ward"):
        same = (
            (tmp_path / name / f"coverage_own_pace_{unit}.csv").read_bytes() for name in ("with", "without")
        )
        assert len(set(same)) == 1
    walked = pd.read_parquet(tmp_path / "without/served.parquet", columns=["profile"])["profile"]
    assert set(walked) == {"standard", "wheelchair"}


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        ("[parameters]", '[parameters]\nprofiles = ["snail"]', StudyError, "unknown walking profile"),
        (
            "[parameters]",
            '[profiles.stone]\nspeed_kmh = 0\n[parameters]\nprofiles = ["stone"]',
            StudyError,
            "0.1 to 30 km/h",
        ),
        ("[parameters]", "[parameters]\nsensitivity_m = [0]", StudyError, "sensitivity_m"),
        ("[parameters]", '[parameters]\ntimes = ["새벽"]', StudyError, "weekday and time"),
        ("[parameters]", '[elevation]\nraster = "dem.tif"\n[parameters]', MissingFileError, "dem.tif"),
        ("[parameters]", "[elevation]\nmin_known = 2\n[parameters]", StudyError, "between 0 and 1"),
        (
            "[population]",
            '[population]\npoints = "a.csv"\ngrid = "b.gpkg"',
            StudyError,
            "more than one of points, grid and raster",
        ),
        ("[population]", '[population]\npoints = "a.csv"', MissingFileError, "a.csv"),
    ],
)
def test_what_is_wrong_with_the_new_keys_is_named(  # noqa: PLR0917
    root, tmp_path, old, new, error, said
):
    sample = root / "data" / "raw" / "sample"
    text = (sample / "study.toml").read_text(encoding="utf-8")
    for file in sample.iterdir():
        if file.is_file():
            (tmp_path / file.name).symlink_to(file)
    (tmp_path / "study.toml").unlink()
    (tmp_path / "study.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(error, match=said):
        pipeline.read_study(tmp_path / "study.toml")
