"""A whole study of one town, laid out at several places on the globe: the same numbers everywhere."""

import csv
import json

import geopandas as gpd
import pandas as pd
import pytest

from geodesic_town import GEOD, SIDE, STEP_M, TOWNS, GeodesicTown
from sharemap import pipeline
from sharemap.errors import AreaError
from sharemap.schema import AGE_BANDS

#: Corners of the grid at which a library stands, and where each position is put wrong.
LIBRARIES = {"North": 76, "East": 44, "Swapped": 12, "Moon": 20, "Nowhere": 22}
STUDY = """
[study]
title = "A town anywhere"
[area]
boundaries = "town.geojson"
{crs}
[streets]
extract = "town.osm.pbf"
[population]
points = "homes.csv"
[parameters]
minutes = [5, 9]
[villages]
stability_runs = 0
[[sites]]
layer = "library"
file = "library.csv"
"""


TO_COVERAGE = ["network", "sites", "reach", "isochrones", "coverage"]


def written(folder, town, crs=""):
    """The files of a study: one dong, 3 residents at every corner of the grid, and libraries."""
    area = town.area()
    names = {"dong_code": "9901051000", "dong_name": "Centre", "ward_code": "99010", "ward_name": "Town"}
    parts = gpd.GeoDataFrame({key: [value] * len(area) for key, value in names.items()}, geometry=area)
    parts.to_file(folder / "town.geojson")
    with (folder / "homes.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["lon", "lat", *AGE_BANDS])
        out.writerows([*place, 1, 1, *[0] * (len(AGE_BANDS) - 3), 1] for place in town.places)
    at = {name: town.places[corner] for name, corner in LIBRARIES.items()}
    at |= {
        "Swapped": at["Swapped"][::-1],
        "Moon": (at["Moon"][0] + 90, -at["Moon"][1] + 40),
        "Nowhere": (0, 0),
    }
    with (folder / "library.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["도서관명", "소재지도로명주소", "위도", "경도"])
        out.writerows([name, f"{name} street 1", lat, lon] for name, (lon, lat) in at.items())
    (folder / "study.toml").write_text(STUDY.format(crs=crs), encoding="utf-8")
    return pipeline.read_study(folder / "study.toml")


def told(folder):
    """What must not depend on where the town lies: who is served, and what became of the rows."""
    sites = gpd.read_parquet(folder / "sites.parquet").sort_values("name")
    aside = pd.read_csv(folder / "set_aside.csv").sort_values("name")
    ward = pd.read_csv(folder / "coverage_profiles_ward.csv")
    columns = ["profile", "kind", "key", "age_band", "residents", "covered", "unknown"]
    return {
        "served": ward[columns].sort_values(columns[:4]).fillna(-1).to_numpy().tolist(),
        "sites": list(zip(sites["name"], sites["coord_fix"].fillna(""), strict=True)),
        "aside": dict(zip(aside["name"], aside["reason"], strict=True)),
    }


@pytest.fixture(scope="module")
def at_home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    study = written(folder, GeodesicTown(folder, *TOWNS["seoul"][:2]))
    pipeline.run(study, folder / "out", only=TO_COVERAGE)
    return told(folder / "out")


def test_who_is_served_at_home_is_neither_nobody_nor_everybody(at_home):
    row = next(row for row in at_home["served"] if row[:4] == ["standard", "layer", "library", "all"])
    assert 0 < row[5] < row[4] == 3 * SIDE**2
    assert [name for name, fix in at_home["sites"] if fix == "swapped"] == ["Swapped"]
    assert at_home["aside"] == {"Moon": "bad_coordinates", "Nowhere": "no_coordinates"}


@pytest.mark.parametrize(
    ("place", "crs"),
    [("arctic", ""), ("southern", ""), ("zone border", "EPSG:32632"), ("seoul", "EPSG:32652")],
)
def test_the_same_town_has_the_same_numbers_wherever_it_lies(place, crs, at_home, tmp_path):
    lon, lat, usual = TOWNS[place]
    study = written(tmp_path, GeodesicTown(tmp_path, lon, lat), f'crs = "{crs}"' if crs else "")
    pipeline.run(study, tmp_path / "out", only=TO_COVERAGE)
    assert told(tmp_path / "out") == at_home
    kept = pipeline.RunFolder(tmp_path / "out")
    assert {kept.table(name).crs.to_string() for name in ("sites", "isochrones", "edges", "gaps")} == {
        crs or usual
    }
    facts = json.loads((tmp_path / "out" / "provenance.json").read_text(encoding="utf-8"))
    assert facts["crs"] == (crs or usual)


def test_a_whole_study_across_the_antimeridian(at_home, tmp_path):
    lon, lat, crs = TOWNS["antimeridian"]
    town, out = GeodesicTown(tmp_path, lon, lat), tmp_path / "out"
    summary = pipeline.run(written(tmp_path, town), out, lang="en")
    assert told(out) == at_home
    assert summary.area.crs == crs
    assert summary.network.length_km == pytest.approx(town.length_m / 1000, rel=0.001)
    page = (out / "map.html").read_text(encoding="utf-8")
    assert f"Computed in {crs}, drawn in EPSG:3857." in page
    zones = pipeline.RunFolder(out).table("isochrones")
    assert 0 < zones["area_m2"].max() < (SIDE * STEP_M) ** 2
    site = gpd.read_parquet(out / "sites.parquet").to_crs(4326).set_index("name")["geometry"]
    for name in ("North", "Swapped"):
        apart = GEOD.inv(site[name].x, site[name].y, *town.places[LIBRARIES[name]])[2]
        assert apart < 0.01


def test_a_crs_that_does_not_suit_stops_before_anything_is_read(tmp_path):
    town = GeodesicTown(tmp_path, *TOWNS["arctic"][:2])
    study = written(tmp_path, town, 'crs = "EPSG:5179"')
    with pytest.raises(AreaError, match=r"town\.geojson.*EPSG:5179") as raised:
        pipeline.run(study, tmp_path / "out", only=["network"])
    assert raised.value.column == "[area] crs"
