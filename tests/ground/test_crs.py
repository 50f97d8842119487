"""The metric CRS of a study: chosen, checked, named; where positions can be right."""

import math

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon
from shapely.geometry import box

from sharemap import crs as systems
from sharemap.errors import AreaError, GeometryError

#: Where a zone of UTM is wider than lengths in it are right by 0.1 %, degrees.
_NEAR_EQUATOR, _WELL_INSIDE = 8.0, 2.98


def square(lon, lat, half=0.05):
    """A study area around a place, in degrees."""
    return gpd.GeoSeries([box(lon - half, lat - half, lon + half, lat + half)], crs=4326)


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ((126.978, 37.566), "EPSG:5179"),  # Seoul
        ((126.53, 33.5), "EPSG:5179"),  # Jeju
        ((129.075, 35.18), "EPSG:5179"),  # Busan
        ((130.87, 37.5), "EPSG:5179"),  # Ulleungdo
        ((128.59, 38.2), "EPSG:5179"),  # Sokcho
        ((129.3, 34.35), "EPSG:32652"),  # Tsushima
        ((130.4, 33.59), "EPSG:32652"),  # Fukuoka
        ((125.75, 39.03), "EPSG:32651"),  # Pyongyang
        ((8.69, 49.41), "EPSG:32632"),  # Heidelberg
        ((-8.62, 41.15), "EPSG:32629"),  # Porto
        ((9.52, 47.14), "EPSG:32632"),  # Vaduz
        ((-51.21, -30.04), "EPSG:32722"),  # Porto Alegre
        ((-46.63, -23.55), "EPSG:32723"),  # Sao Paulo
        ((114.3, 30.6), "EPSG:32650"),  # Wuhan
        ((25.47, 65.01), "EPSG:32635"),  # Oulu
        ((179.95, -16.6), "EPSG:32760"),
        ((-179.95, -16.6), "EPSG:32701"),
    ],
)
def test_an_area_is_measured_in_the_grid_of_its_country_or_in_its_zone(place, named):
    assert systems.name_of(systems.chosen(square(*place, half=0.02))) == named


def test_the_parts_of_an_area_decide_together_and_not_the_first_one():
    both = gpd.GeoSeries([box(126.9, 37.4, 127.0, 37.5), box(129.2, 34.3, 129.4, 34.4)], crs=4326)
    assert systems.name_of(systems.chosen(both)) == "EPSG:32652"


def test_an_area_on_both_sides_of_the_antimeridian_is_small():
    parts = MultiPolygon([box(179.9, -17, 180, -16.9), box(-180, -17, -179.95, -16.9)])
    split = gpd.GeoSeries([parts], crs=4326)
    going_on = gpd.GeoSeries([box(179.9, -17, 180.05, -16.9)], crs=4326)
    for area in (split, going_on):
        extent = systems.extent_of(area)
        assert (extent.west, extent.east) == (pytest.approx(179.9), pytest.approx(180.05))
        assert systems.name_of(systems.chosen(area)) == "EPSG:32760"
    east, west = (systems.extent_of(area.to_crs(32760)) for area in (split, going_on))
    assert east.west == pytest.approx(179.9)
    assert west.east == pytest.approx(180.05)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("EPSG:4326", "projected CRS in metres: 'EPSG:4326' -> it is in degrees"),
        ("EPSG:2225", "projected CRS in metres: 'EPSG:2225' -> its unit is US survey foot"),
        ("EPSG:2048", "its axes lead west and south"),
        ("EPSG:32661", "its axes lead south and south"),
        ("EPSG:99", "this names no coordinate system: 'EPSG:99'"),
        ("metres", "this names no coordinate system: 'metres'"),
    ],
)
def test_a_crs_in_which_nothing_can_be_measured_is_refused_by_what_it_lacks(named, said):
    with pytest.raises(GeometryError) as raised:
        systems.chosen(square(8.7, 49.4), named)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("EPSG:5179", r"lengths of the study area in EPSG:5179 (are off by .* %|cannot be measured at all)"),
        ("EPSG:3857", r"EPSG:3857 are off by \+5\d\.\d\d %"),
        ("EPSG:32633", r"EPSG:32633 are off by \+0\.2\d %"),
        ("EPSG:28992", "outside the domain of EPSG:28992"),
    ],
)
def test_a_crs_that_does_not_suit_the_area_is_refused_with_one_that_does(named, said):
    area = square(8.7, 49.4) if named != "EPSG:28992" else square(7.5, 52.0)
    with pytest.raises(AreaError, match=said) as raised:
        systems.chosen(area, named)
    local = str(raised.value).split('"')[1]
    assert systems.chosen(area, local).is_projected


def test_the_crs_that_a_study_names_is_taken_where_it_suits():
    assert systems.name_of(systems.chosen(square(127.0, 37.5), "EPSG:5186")) == "EPSG:5186"
    assert systems.name_of(systems.chosen(square(8.7, 49.4), "EPSG:25832")) == "EPSG:25832"


def test_an_area_as_large_as_a_country_is_refused_and_says_how_wrong_it_would_be():
    with pytest.raises(AreaError, match=r"EPSG:32632 are off by \+0\.\d\d %"):
        systems.chosen(gpd.GeoSeries([box(6, 47, 15, 55)], crs=4326))


def test_an_area_beyond_utm_is_refused_with_a_remedy():
    with pytest.raises(AreaError, match=r"beyond the zones of UTM.*\[area\] crs"):
        systems.chosen(square(20.0, 85.0))


def test_numbers_that_are_none_of_their_crs_are_refused():
    metres = gpd.GeoSeries([box(955_000, 1_950_000, 956_000, 1_951_000)], crs=4326)
    with pytest.raises(AreaError, match="none of its coordinate system: 'EPSG:4326: 955000"):
        systems.chosen(metres)


@settings(max_examples=60, deadline=None)
@given(
    lon=st.floats(-180, 180), lat=st.floats(-79, 83), bearing=st.floats(0, 360), metres=st.floats(50, 5000)
)
def test_a_length_in_the_chosen_crs_is_that_on_the_ground(lon, lat, bearing, metres):
    """Against the geodesic: to 0.1 % anywhere, or the area is refused (by the equator, across a zone's edge)."""
    half = 0.02
    area = square(lon, lat, half)
    if abs(lat) < _NEAR_EQUATOR and abs(lon % 6 - 3) + half > _WELL_INSIDE:
        lon += 1.0  # zones are too wide there for what lies on both sides of their edge: see the next test
        area = square(lon, lat, half)
    chosen = systems.chosen(area)
    geod = pyproj.Geod(ellps="WGS84")
    east, north, _ = geod.fwd(lon, lat, bearing, metres)
    drawn = gpd.GeoSeries([LineString([(lon, lat), (lon + (east - lon + 180) % 360 - 180, north)])], crs=4326)
    steps = drawn.segmentize(0.0005)
    measured = float(steps.to_crs(chosen).length.iloc[0])
    on_the_ground = abs(geod.geometry_length(steps.iloc[0]))
    assert measured == pytest.approx(on_the_ground, rel=0.00115)


def test_across_the_edge_of_a_zone_at_the_equator_a_local_projection_is_asked_for():
    area = square(-78.0, -0.2)
    with pytest.raises(AreaError, match=r"are off by \+0\.1\d %") as raised:
        systems.chosen(area)
    local = str(raised.value).split('"')[1]
    assert "+lon_0=-78" in local
    assert systems.name_of(systems.chosen(area, local)) == local


def test_positions_of_lists_can_be_anywhere_in_korea_and_around_an_area_elsewhere():
    assert systems.places_of(square(127.0, 37.5)) == systems.Extent(124.0, 33.0, 132.0, 39.0)
    places = systems.places_of(square(8.7, 49.4))
    here, far = np.array([8.7, 10.0]), np.array([49.4, 50.3])
    assert places.holds(here, far).all()
    assert not places.holds(far, here).any()  # exchanged, they are told
    assert not places.holds(np.array([0.0, np.nan]), np.array([0.0, np.nan])).any()
    fiji = systems.places_of(square(179.99, -16.6))
    assert fiji.holds(np.array([179.5, -179.5]), np.array([-16.6, -16.6])).all()
    polar = systems.places_of(square(20.0, 78.0))
    kilometres = math.cos(math.radians(78.0)) * (polar.east - 20.0) * 111
    assert 90 < kilometres < 160


def test_two_tables_in_different_crs_are_refused_by_the_names_of_both():
    with pytest.raises(GeometryError, match="EPSG:32632: 'none' -> set its CRS, then"):
        systems.refuse_other(None, "points", systems.read_crs(32632), "the streets")
    wkt = systems.read_crs(pyproj.CRS(5179).to_wkt())
    systems.refuse_other(wkt, "points", systems.read_crs(5179), "the streets")


def test_shapefiles_leave_in_what_the_country_exchanges():
    assert systems.shapefile_crs(pyproj.CRS(5179)) == "EPSG:5186"
    assert systems.shapefile_crs(pyproj.CRS(32722)) == "EPSG:32722"
