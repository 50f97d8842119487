"""A town that no office of Korea has drawn: any polygons, sites from OpenStreetMap, every output in English."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import openpyxl
import osmnx
import pandas as pd
import pytest
import shapely

from sharemap import pipeline
from sharemap.cli.studies import _headline
from sharemap.findings import Summary
from sharemap.schema import AGE_BANDS

DRAWN = runpy.run_path(str(Path(__file__).parents[1] / "support" / "drawn_osm.py"))
LON, LAT = -51.22, -30.03  # Porto Alegre: the southern hemisphere
EAST, NORTH = DRAWN["EAST"], DRAWN["NORTH"]
SIDE, STEP = 2000, 200

STUDY = """
[study]
title = "Any town"
[area]
boundaries = "districts.geojson"
name = "Town"
[streets]
extract = "town.osm"
ref_date = "2024-05"
[population]
points = "homes.csv"
[parameters]
minutes = [10]
sensitivity_m = [750]
[villages]
stability_runs = 0
[[sites]]
layer = "library"
osm = true
[[sites]]
layer = "library"
file = "list.csv"
[[sites]]
layer = "bookshop"
osm = ["shop=books;stationery"]
"""


def drawn():
    """A grid of streets; two libraries, one of them drawn twice; a bookshop, and one far away."""
    town = DRAWN["Extract"](LON, LAT)
    at = {(x, y): town.node(x, y) for x in range(0, SIDE + 1, STEP) for y in range(0, SIDE + 1, STEP)}
    for line in range(0, SIDE + 1, STEP):
        for refs in (
            [at[line, y] for y in range(0, SIDE + 1, STEP)],
            [at[x, line] for x in range(0, SIDE + 1, STEP)],
        ):
            inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            town._add("way", "", inside, {"highway": "residential", "name": f"Rua {line}"})
    town.square(310, 310, 60, amenity="library", name="Biblioteca Central", opening_hours="Mo-Fr 09:00-18:00")
    town.node(340, 340, amenity="library", name="Biblioteca Central")
    town.node(1510, 1490, amenity="library", name="Biblioteca Leste")
    town.node(1010, 990, shop="stationery;books")
    town.node(0, 90_000, shop="books", name="Longe")
    town.node(500, 500, shop="bakery")
    return town


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    drawn().save(folder / "town.osm")
    half = SIDE / 2 * EAST
    boxes = [shapely.box(LON + west, LAT, LON + west + half, LAT + SIDE * NORTH) for west in (0, half)]
    gpd.GeoDataFrame({"bairro": ["Centro Histórico", "Leste"]}, geometry=boxes, crs=4326).to_file(
        folder / "districts.geojson"
    )
    homes = [(x, y) for x in range(100, SIDE, 200) for y in range(0, SIDE + 1, 200)]
    rows = pd.DataFrame([(LON + x * EAST, LAT + y * NORTH) for x, y in homes], columns=["lon", "lat"])
    rows.assign(**dict.fromkeys(AGE_BANDS, 1)).to_csv(folder / "homes.csv", index=False)
    listed = pd.DataFrame(
        {
            "name": ["Biblioteca Leste"],
            "lat": [LAT + 1500 * NORTH],
            "lon": [LON + 1500 * EAST],
            "address": [""],
        }
    )
    listed.to_csv(folder / "list.csv", index=False)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    study = pipeline.read_study(folder / "study.toml")
    pipeline.run(study, folder / "out", lang="en")
    return folder / "out"


def test_every_element_is_a_site_folded_or_set_aside(made):
    counts = pd.read_csv(made / "ingest.csv").set_index(["layer", "file"])
    told = counts[["rows_read", "sites", "folded", "set_aside"]]
    assert told.loc[("library", "town.osm")].tolist() == [3, 1, 2, 0]
    assert told.loc[("library", "list.csv")].tolist() == [1, 1, 0, 0]
    assert told.loc[("bookshop", "town.osm")].tolist() == [2, 1, 0, 1]
    assert (told["rows_read"] == told[["sites", "folded", "set_aside"]].sum(axis=1)).all()
    sites = pd.read_parquet(made / "sites.parquet")
    assert sorted(sites.loc[sites["layer"] == "library", "name"]) == [
        "Biblioteca Central",
        "Biblioteca Leste",
    ]
    assert set(sites["ref_date"].dropna()) == {"2024-05"}
    (aside,) = pd.read_csv(made / "set_aside.csv").to_dict("records")
    assert (aside["name"], aside["reason"]) == ("Longe", "outside_area")


def test_districts_go_through_every_stage(made):
    area = gpd.read_parquet(made / "area.parquet")
    assert area["dong_name"].tolist() == ["Centro Histórico", "Leste"]
    assert area.crs.to_epsg() == 32722
    dongs = pd.read_csv(made / "coverage_dong.csv", dtype={"dong_code": str, "ward_code": str})
    assert set(dongs["dong_name"]) == {"Centro Histórico", "Leste"}
    wards = pd.read_csv(made / "coverage_ward.csv", dtype={"ward_code": str})
    assert set(wards["ward_name"]) == {"Town"}
    for name in ("map.html", "villages.xlsx", "atlas.pdf"):
        assert (made / name).stat().st_size > 1000


def test_a_list_and_openstreetmap_speak_of_each_other(made):
    """The list has one library that the extract has too: each file judges the other's position."""
    positions = pd.read_csv(made / "positions.csv")
    east = positions.loc[positions["name"] == "Biblioteca Leste"].iloc[0]
    assert {east["file"], east["other_file"]} == {"town.osm", "list.csv"}
    assert east["agrees_m"] < 50


def test_the_licence_of_openstreetmap_is_printed(made):
    told = json.loads((made / "summary.json").read_text(encoding="utf-8"))
    assert "ODbL" in json.dumps(told["sources"], ensure_ascii=False)


HANGUL = re.compile("[가-힣]+")
FONT = "맑은 고딕"  # a typeface by its own name


def texts_of(folder):
    """What people open, as text: the page without its pictures, every cell, every page on paper."""
    for name in ("map.html", "report.html"):
        page = (folder / name).read_text(encoding="utf-8").replace(FONT, "")
        yield name, re.sub(r'data:[a-z]+/[a-z+0-9-]+;base64,[^"\']*', "", page)
    for path in folder.glob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        yield path.name, " ".join(book.sheetnames)
        for sheet in book:
            yield f"{path.name} {sheet.title}", " ".join(str(cell.value) for row in sheet for cell in row)
            notes = [sheet.oddHeader.center.text or "", sheet.oddFooter.center.text or ""]
            yield f"{path.name} {sheet.title} on paper", "".join(notes)
    if shutil.which("pdftotext"):
        for name in ("map.pdf", "atlas.pdf", "report.pdf"):
            told = subprocess.run(
                ["pdftotext", str(folder / name), "-"], capture_output=True, check=True, encoding="utf-8"
            )
            yield name, told.stdout


def test_nothing_that_is_opened_holds_a_korean_word(made):
    pipeline.report(made, lang="en")
    found = {name: HANGUL.findall(text)[:5] for name, text in texts_of(made) if HANGUL.search(text)}
    assert found == {}


def test_the_terminal_speaks_english_of_the_same(made, capsys):
    """The warnings that every output carries, and the last lines of the run."""
    told = Summary.from_json(json.loads((made / "summary.json").read_text(encoding="utf-8")))
    assert told.warnings
    assert not [one.text for one in told.warnings if HANGUL.search(one.text)]
    _headline(told, made)
    assert not HANGUL.search(capsys.readouterr().out)


@pytest.mark.parametrize("source", ["place", "osm"])
def test_an_area_without_a_boundary_file(tmp_path, monkeypatch, source):
    """Looked up once, the place is kept with the stage; outlines come from the extract itself."""
    town = drawn()
    side = town.square(0, 0, SIDE)
    town.relation((side, "outer"), type="boundary", boundary="administrative", name="Centro")
    town.save(tmp_path / "town.osm")
    outline = shapely.box(LON, LAT, LON + SIDE * EAST, LAT + SIDE * NORTH)
    monkeypatch.setattr(osmnx, "geocode_to_gdf", lambda _: gpd.GeoDataFrame(geometry=[outline], crs=4326))
    asked = {"place": 'place = "Centro, Brasil"', "osm": 'osm = ["boundary=administrative"]'}[source]
    text = STUDY.replace('boundaries = "districts.geojson"\nname = "Town"', asked)
    text = text.replace('[population]\npoints = "homes.csv"\n', "").replace('file = "list.csv"', "osm = true")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    pipeline.run(pipeline.read_study(tmp_path / "study.toml"), tmp_path / "out", only=["network", "sites"])
    area = gpd.read_parquet(tmp_path / "out" / "area.parquet")
    assert area["dong_name"].tolist() == ["Centro"]
    assert area.to_crs(4326).union_all().symmetric_difference(outline).area < 1e-5 * outline.area
    assert len(pd.read_parquet(tmp_path / "out" / "sites.parquet")) == 3
