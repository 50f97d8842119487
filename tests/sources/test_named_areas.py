"""Study areas without a boundary file: a place by its name, and outlines of an extract."""

from __future__ import annotations

import runpy
from pathlib import Path

import geopandas as gpd
import osmnx
import pytest
import shapely
from shapely.geometry import Point, box

from sharemap.errors import AreaError
from sharemap.sources.named_areas import read_outlines, read_place
from sharemap.sources.osm.tags import tag_rules

Extract = runpy.run_path(str(Path(__file__).parents[1] / "support" / "drawn_osm.py"))["Extract"]
LEVEL_8 = tag_rules(["boundary=administrative & admin_level=8"])


def fake(monkeypatch, *shapes):
    asked = []

    def geocode(place):
        asked.append(place)
        return gpd.GeoDataFrame({"name": ["Heidelberg"] * len(shapes)}, geometry=list(shapes), crs=4326)

    monkeypatch.setattr(osmnx, "geocode_to_gdf", geocode)
    return asked


def test_a_place_is_one_district_in_the_crs_that_suits_it(monkeypatch):
    asked = fake(monkeypatch, box(8.6, 49.3, 8.7, 49.4))
    area = read_place("Heidelberg, Germany")
    assert asked == ["Heidelberg, Germany"]
    assert area.iloc[:, :4].to_numpy().tolist() == [["0", "Heidelberg", "1", "Heidelberg"]]
    assert area.crs.to_epsg() == 32632
    assert read_place("Heidelberg", crs="EPSG:25832").crs.to_epsg() == 25832


def test_a_place_without_an_outline_or_a_connection_says_what_to_do(monkeypatch):
    fake(monkeypatch, Point(8.6, 49.3))
    with pytest.raises(AreaError, match=r"no outline: 'Heidelberg'.*\[area\] boundaries with a file"):
        read_place("Heidelberg")

    def offline(place):
        raise ConnectionError(place)

    monkeypatch.setattr(osmnx, "geocode_to_gdf", offline)
    with pytest.raises(
        AreaError, match=r"cannot be looked up \(ConnectionError\).*check the name and the connection"
    ):
        read_place("Heidelberg")


@pytest.fixture
def town():
    """Two municipalities that share a side, in a larger one; sides and a point have the tags of the whole."""
    drawn = Extract(8.69, 49.41)
    tags = {"boundary": "administrative", "admin_level": "8"}
    for number, x in enumerate((0, 1000)):
        ring = drawn.square(x, 0, 1000, **tags)
        drawn.relation((ring, "outer"), type="boundary", name=("West", "Ost")[number], **tags)
    whole = drawn.square(0, 0, 2000)
    drawn.relation(
        (whole, "outer"), type="boundary", name="Kreis", boundary="administrative", admin_level="6"
    )
    drawn.node(500, 500, name="West", **tags)
    return drawn


def test_outlines_of_an_extract_are_districts(town, tmp_path):
    path = town.save(tmp_path / "town.osm")
    area = read_outlines(path, LEVEL_8, title="Town")
    assert sorted(area["dong_name"]) == ["Ost", "West"]
    assert set(area["ward_name"]) == {"Town"}
    assert area["dong_code"].str.fullmatch(r"r\d+").all()
    assert area.crs.to_epsg() == 32632
    assert shapely.area(shapely.intersection(*area.geometry)) < 1
    assert read_outlines(path, LEVEL_8)["ward_name"].tolist() == ["town", "town"]
    assert read_outlines(path, LEVEL_8, dongs=["Ost"])["dong_name"].tolist() == ["Ost"]


def test_outlines_that_are_not_there_not_whole_or_of_two_levels(town, tmp_path, caplog):
    path = town.save(tmp_path / "town.osm")
    with pytest.raises(
        AreaError, match="no outline of the extract has these tags: 'boundary=administrative & admin_level=9'"
    ):
        read_outlines(path, tag_rules(["boundary=administrative & admin_level=9"]))
    with pytest.raises(AreaError, match="districts overlap"):
        read_outlines(path, tag_rules(["boundary=administrative"]))
    town.relation((999_999, "outer"), type="boundary", name="Weg", boundary="administrative", admin_level="8")
    cut = town.save(tmp_path / "cut.osm")
    assert len(read_outlines(cut, LEVEL_8)) == 2
    assert "1 outlines are not whole in the extract, or no areas, and are left out: Weg" in caplog.text


@pytest.mark.real
def test_liechtenstein_from_its_extract(shared_data):
    """Eleven municipalities of 160 km2; the statistics office says 160.5."""
    area = read_outlines(shared_data / "cities" / "liechtenstein.osm.pbf", LEVEL_8)
    assert len(area) == 11
    assert area.geometry.area.sum() / 1e6 == pytest.approx(160.5, rel=0.005)
    assert set(area["dong_name"]) >= {"Vaduz", "Schaan", "Balzers"}
