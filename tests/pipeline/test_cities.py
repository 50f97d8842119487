"""Whole studies of four cities abroad, each from a study file of at most twenty lines, in English."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely.geometry import box

from sharemap import pipeline

pytestmark = [pytest.mark.real, pytest.mark.slow]

HANGUL = re.compile("[가-힣]")
BOXES = {
    "heidelberg": (8.66, 49.39, 8.72, 49.425),
    "porto": (-8.64, 41.14, -8.59, 41.165),
    "poa": (-51.24, -30.06, -51.18, -30.01),
}
STUDIES = {
    "heidelberg": """
[area]
boundaries = "heidelberg.geojson"
[streets]
extract = "{data}/heidelberg.osm.pbf"
ref_date = "2024-09-08"
{sites}""",
    "porto": """
[area]
boundaries = "porto.geojson"
[streets]
extract = "{data}/porto.osm.pbf"
ref_date = "2015-06-06"
[population]
raster = "people.tif"
[[sites]]
layer = "parking_public"
osm = true
""",
    "liechtenstein": """
[area]
osm = ["boundary=administrative & admin_level=8"]
dongs = ["Vaduz", "Triesen", "Schaan"]
name = "Liechtenstein"
[streets]
extract = "{data}/liechtenstein.osm.pbf"
ref_date = "2015-07-27"
{sites}""",
    "poa": """
[area]
boundaries = "poa.geojson"
[streets]
extract = "{data}/poa.osm.pbf"
ref_date = "2020-08-12"
[population]
grid = "{data}/poa_hexgrid.csv"
[elevation]
raster = "{data}/poa_elevation.tif"
[[sites]]
layer = "shared_space"
file = "{data}/poa_poi.csv"
""",
}
SITES = "".join(
    f'[[sites]]\nlayer = "{layer}"\nosm = true\n' for layer in ("library", "parking_public", "car_share")
)


@pytest.fixture(scope="module", params=STUDIES)
def city(request, tmp_path_factory, shared_data):
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    if name in BOXES:
        shape = gpd.GeoDataFrame({"name": [name.title()]}, geometry=[box(*BOXES[name])], crs=4326)
        shape.to_file(folder / f"{name}.geojson")
    if name == "porto":
        west, south, east, north = BOXES[name]
        across = rasterio.transform.from_bounds(west, south, east, north, 50, 25)
        with rasterio.open(
            folder / "people.tif", "w", driver="GTiff", width=50, height=25, count=1, dtype="float32",
            crs="EPSG:4326", transform=across, nodata=-1,
        ) as out:  # fmt: skip
            out.write(np.full((25, 50), 8.5, dtype="float32"), 1)
    text = f'[study]\ntitle = "{name.title()}"' + STUDIES[name].format(
        data=shared_data / "cities", sites=SITES
    )
    assert len(text.splitlines()) <= 20
    (folder / "study.toml").write_text(text, encoding="utf-8")
    told = pipeline.run(pipeline.read_study(folder / "study.toml"), folder / "out", lang="en")
    pipeline.report(folder / "out", lang="en")
    return name, folder / "out", told


def test_everything_that_is_opened_is_there_and_in_english(city):
    _, out, told = city
    for file in ("map.html", "report.html"):
        page = (out / file).read_text(encoding="utf-8").replace("맑은 고딕", "")
        assert not HANGUL.search(re.sub(r'base64,[^"\']*', "", page)), file
    for file in ("map.pdf", "atlas.pdf", "report.pdf", "villages.xlsx"):
        assert (out / file).stat().st_size > 5000, file
    assert not [one.text for one in told.warnings if HANGUL.search(one.text)]


def test_the_study_is_measured_where_it_lies_and_has_sites(city):
    name, _, told = city
    utm = {"heidelberg": 32632, "porto": 32629, "liechtenstein": 32632, "poa": 32722}
    assert told.area.crs == f"EPSG:{utm[name]}"
    assert told.rows.sites_in_area > 3
    assert told.rows.rows_read == told.rows.sites + told.rows.folded + told.rows.set_aside
    assert told.network.length_km > 50


def test_residents_are_those_of_the_input(city, shared_data):
    name, out, told = city
    if name == "porto":
        # the edge of the area is straight in metres, that of the cells along a parallel: some centimetres lie outside
        assert told.residents == pytest.approx(8.5 * 50 * 25, abs=2)
    elif name == "poa":
        cells = pd.read_csv(shared_data / "cities" / "poa_hexgrid.csv")
        inside = gpd.GeoSeries.from_xy(cells["lon"], cells["lat"]).within(box(*BOXES[name]))
        assert told.residents == cells.loc[inside, "population"].sum() > 100_000
        assert pd.read_csv(out / "coverage_dong.csv")["age_band"].eq("all").any()
    else:
        assert pipeline.RunFolder(out).json("population.json") == {"people": "nothing"}
