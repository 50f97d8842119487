"""Squares join the streets that touch them, and nothing that passes above or below."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

from sharemap import network
from sharemap.network import squares
from sharemap.sources import osm
from sharemap.units import CRS_WGS84

CRS_METRIC = "EPSG:5179"

X0, Y0 = 955000.0, 1950000.0
STREET = {"highway": "residential"}
SQUARE = {"highway": "pedestrian"}
OUTLINE = [(0, 0), (40, 0), (40, 30), (0, 30), (0, 0)]


def town(*ways):
    """A network of (tags, points in metres); equal points are one node."""
    counts = [len(part) for _, part in ways]
    xy = np.concatenate([np.array(part, dtype=float) for _, part in ways]) + np.array([X0, Y0])
    to_degrees = pyproj.Transformer.from_crs(CRS_METRIC, CRS_WGS84, always_xy=True)
    lonlat = np.column_stack(to_degrees.transform(*xy.T))
    _, refs = np.unique(xy, axis=0, return_inverse=True)
    read = osm.Ways(
        tags=pd.DataFrame([tags for tags, _ in ways]),
        offsets=np.concatenate([[0], np.cumsum(counts)]),
        refs=refs.reshape(-1) + 1,
        lonlat=lonlat,
    )
    return network.from_ways(read, gpd.GeoSeries([shapely.Point(X0, Y0).buffer(500)], crs=CRS_METRIC))


def components(streets):
    return int(streets.edges["component"].max()) + 1


@pytest.mark.parametrize(("off", "joined"), [(0.0, True), (0.9, True), (1.1, False)])
def test_a_street_that_ends_on_the_outline_is_joined_within_a_metre(off, joined):
    """::

          |
          | 70 m
    o-----+-----o  y = 30
    |           |
    o-----------o
    """
    streets = town((SQUARE, OUTLINE), (STREET, [(20, 30 + off), (20, 100)]))
    assert components(streets) == (1 if joined else 2)
    assert streets.report["squares"]["rings"] == 1
    assert streets.report["squares"]["rings_joined"] == int(joined)
    assert streets.report["squares"]["joined_length_km"] == (0.14 if joined else 0.0)
    if joined:
        assert streets.edges["length_m"].sum() == pytest.approx(140 + 70 - off, abs=0.12)


def test_a_street_across_a_square_meets_its_outline_twice():
    """::

          |
    o-----+-----o
    |     |     |
    o-----+-----o
          |
    """
    streets = town((SQUARE, OUTLINE), (STREET, [(20, -50), (20, 80)]))
    assert streets.report["squares"]["joined_at_a_crossing"] == 2
    assert components(streets) == 1
    # two outer pieces, the middle, and the outline in two halves
    assert sorted(streets.edges["length_m"]) == pytest.approx([30, 50, 50, 70, 70], abs=0.05)
    again = town((SQUARE, OUTLINE), (STREET, [(20, -50), (20, 80)]))
    pd.testing.assert_frame_equal(pd.DataFrame(streets.edges), pd.DataFrame(again.edges))


def test_a_street_that_runs_past_at_a_vertex_keeps_its_length():
    streets = town((SQUARE, OUTLINE), (STREET, [(-50, 30.5), (20, 30.5), (90, 30.5)]))
    assert components(streets) == 1
    residential = streets.edges["highway"] == "residential"
    assert streets.edges.loc[residential, "length_m"].tolist() == pytest.approx([70, 70], abs=0.05)


@pytest.mark.parametrize(
    "tag", [{"tunnel": "yes"}, {"bridge": "yes"}, {"layer": "-1"}, {"layer": "1"}, {"indoor": "yes"}]
)
@pytest.mark.parametrize("which", ["square", "street"])
def test_nothing_is_joined_on_another_level(tag, which):
    square, street = (dict(tags) for tags in (SQUARE, STREET))
    (square if which == "square" else street).update(tag)
    streets = town((square, OUTLINE), (street, [(20, -50), (20, 80)]), (STREET, [(300, 0), (330, 0)]))
    assert components(streets) == 3
    assert streets.report["squares"]["rings_joined"] == 0


def test_what_meets_already_is_left_as_it_is():
    parts = (SQUARE, OUTLINE), (STREET, [(40, 30), (90, 60)])
    streets = town(*parts)
    assert streets.report["squares"]["rings_joined"] == 0
    assert components(streets) == 1
    assert len(streets.nodes) == 2


def test_two_squares_that_cross_are_joined_once_at_each_crossing():
    """Shifted by half: the outlines cross at two points."""
    other = [(x + 20.0, y + 15.0) for x, y in OUTLINE]
    streets = town((SQUARE, OUTLINE), ({"highway": "footway", "area": "yes"}, other))
    assert streets.report["squares"]["joined_at_a_crossing"] == 2
    assert components(streets) == 1
    assert streets.edges["length_m"].sum() == pytest.approx(280, abs=0.1)


def test_a_closed_footway_that_is_no_square_is_no_square():
    streets = town(({"highway": "footway"}, OUTLINE), (STREET, [(20, -50), (20, 80)]))
    assert streets.report["squares"]["rings"] == 0
    assert components(streets) == 2


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(-60, 90), st.integers(-60, 90)), min_size=2, max_size=5, unique=True))
def test_whatever_crosses_or_touches_is_one_component_and_no_metre_is_lost(points):
    """Against shapely: joined if and only if the street comes within a metre by a vertex, or crosses."""
    inside = [(x + 0.5, y + 0.5) for x, y in points]  # never on a corner or along a side
    streets = town((SQUARE, OUTLINE), (STREET, inside))
    ring, street = shapely.LineString(OUTLINE), shapely.LineString(inside)
    assert (components(streets) == 1) == bool(
        street.intersects(ring) or shapely.distance(shapely.points(inside), ring).min() <= 1
    )
    total = ring.length + shapely.length(shapely.linestrings(list(pairwise(inside)))).sum()
    assert streets.edges["length_m"].sum() == pytest.approx(total, abs=0.1 + 2.0 * len(inside))


@pytest.mark.parametrize("cell_m", [3.0, 25.0, 100.0, 5000.0])
@pytest.mark.parametrize("shift", [0.0, 37.0, 99.6])
def test_the_cells_that_spare_far_streets_lose_no_junction(monkeypatch, cell_m, shift):
    """Short, long and very long streets across and beside a square, wherever the borders of the cells lie."""
    moved = [(x + shift, y + shift) for x, y in OUTLINE]
    streets = [
        [(20, -50), (20, 80)],
        [(-900, 10), (900, 12)],
        [(10, 30.5), (10, 31.5), (10, 45)],
        [(40.5, 20), (300, 20)],
        [(200, 200), (230, 200)],
    ]
    ways = [(STREET, [(x + shift, y + shift) for x, y in street]) for street in streets]
    monkeypatch.setattr(squares, "_CELL_M", cell_m)
    found = town((SQUARE, moved), *ways)
    assert components(found) == 2  # all but the last, which is far from the square
    monkeypatch.setattr(
        squares, "_near", lambda _segments, _outline, chosen: np.ones(len(chosen), dtype=bool)
    )
    assert_geodataframe_equal(found.edges, town((SQUARE, moved), *ways).edges)


@pytest.mark.real
def test_squares_of_a_real_ward_are_islands_no_more(shared_data, monkeypatch):
    from sharemap.sources import boundaries

    area = boundaries.read_area(shared_data / "boundaries" / "dong__202104.geojson", wards=["중구"])
    ways = osm.read_ways(shared_data / "osm" / "jung-2021-08.osm.pbf")
    after = network.from_ways(ways, area).report
    monkeypatch.setattr(squares, "joined", lambda segments, **_: (segments, {}))
    before = network.from_ways(ways, area).report
    assert after["squares"]["rings_joined"] > 10
    assert after["islands"] <= before["islands"] - 10
    assert after["main_length_km"] > before["main_length_km"] + 1
    assert after["length_km"] == pytest.approx(before["length_km"], abs=0.1)
