"""Isochrones: exact reached street, and polygons that are nested, monotone and end where the walk ends."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point
from shapely.ops import substring

from sharemap import isochrones, network, reach
from sharemap.errors import GeometryError
from sharemap.isochrones import IsochroneOptions
from sharemap.schema import TABLES
from sharemap.units import PROFILES

EXACT = IsochroneOptions(fill_holes_m2=0.0)


def town(*lines, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=[LineString(line) for line in lines], crs=5179)
    return network.from_lines(frame)


def stops_at(streets, *points):
    sites = gpd.GeoSeries([Point(point) for point in points], crs=5179)
    stops = network.snap(streets, sites)
    stops.insert(0, "site_id", [f"s{number}" for number in range(len(points))])
    return stops


def layer(streets, stops, minutes, options=EXACT):
    zones = isochrones.by_layer(
        streets, {"bike": stops}, names={"bike": "따릉이"}, minutes=minutes, options=options
    )
    return zones.geometry.tolist()


def grid(seed, size=6, spacing=120.0):
    """Streets of a crooked grid with some missing; the largest connected part is what counts."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-35, 35, (size, size, 2)) + np.stack(
        np.meshgrid(*[np.arange(size) * spacing] * 2), axis=2
    )
    lines = []
    for i in range(size):
        for j in range(size):
            for di, dj in ((0, 1), (1, 0)):
                if i + di < size and j + dj < size and rng.random() < 0.8:
                    bend = (xy[i, j] + xy[i + di, j + dj]) / 2 + rng.uniform(-20, 20, 2)
                    lines.append([xy[i, j], bend, xy[i + di, j + dj]])
    return town(*lines)


def origins(streets, stops):
    on = stops[stops["status"] == "ok"]
    lines = streets.edges.geometry.to_numpy()[on["edge_id"].to_numpy(dtype=int)]
    return shapely.line_interpolate_point(lines, on["offset_m"].to_numpy())


def within(small, large):
    """Allow for rounding: corners are true within a tenth of a millimetre."""
    return small.difference(large.buffer(0.002)).area < 1e-6


def same(one, two):
    return within(one, two) and within(two, one)


towns = st.builds(grid, st.integers(0, 10_000))
places = st.lists(st.tuples(st.floats(-50, 650), st.floats(-50, 650)), min_size=1, max_size=5)


@settings(max_examples=100, deadline=None)
@given(
    vertices=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=7),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=5),
)
def test_cutting_many_lines_equals_shapely_one_by_one(vertices, cuts):
    lines = np.array([LineString(vertices), LineString([(5, 5), (9, 9)]), LineString(vertices[::-1])])
    pairs = np.sort(np.array(cuts), axis=1)
    which = np.arange(len(pairs)) % 3
    start, stop = pairs.T * shapely.length(lines[which])
    pieces = isochrones.substrings(lines, which, start, stop)
    for line, low, high, piece in zip(lines[which], start, stop, pieces, strict=True):
        expected = substring(line, low, high)
        assert piece.length == pytest.approx(high - low, abs=1e-9)
        assert piece.hausdorff_distance(expected) < 1e-9
        assert Point(piece.coords[0]).distance(line.interpolate(low)) < 1e-9
        assert Point(piece.coords[-1]).distance(line.interpolate(high)) < 1e-9


def test_flat_ends_are_at_full_width_where_the_walk_ends():
    #   0 ----------200---s-------------- 1000      one minute is 75 m
    streets = town([(0, 0), (1000, 0)])
    (zone,) = layer(streets, stops_at(streets, (300, 10)), [1], IsochroneOptions(ends="flat"))
    assert (
        shapely.symmetric_difference(zone, shapely.box(235, -25, 365, 25)).area < 1e-6
    )  # 75 m less the 10 m leg


def test_a_crossing_reached_with_a_metre_to_spare_does_not_fan_out():
    #          |
    #   s------+------     the crossing is 74 m away, one minute is 75 m
    #          |
    streets = town([(0, 0), (74, 0)], [(74, 0), (200, 0)], [(74, 0), (74, 100)], [(74, 0), (74, -100)])
    (zone,) = layer(streets, stops_at(streets, (0, 0)), [1])
    assert zone.bounds[2] == pytest.approx(75, abs=0.01)
    assert zone.bounds[3] == pytest.approx(25, abs=0.01)
    assert zone.contains(Point(74, 0))


def test_both_ends_of_a_long_edge_are_entered_and_its_middle_is_not():
    #   +------------+
    #   |            |     a loop of 500 m from the site's crossing back to it
    #   +-----s------+     two minutes are 150 m
    streets = town(
        [(50, 0), (0, 0), (0, 150), (100, 150), (100, 0), (50, 0)], [(50, 0), (50, -20)], [(50, 0), (90, -20)]
    )
    stops = stops_at(streets, (50, 0))
    near = reach.nearest(streets, stops, minutes=2)
    found = isochrones.reached_intervals(streets, near, stops, minutes=2)
    long = int(streets.edges["length_m"].idxmax())
    length = streets.edges.loc[long, "length_m"]
    parts = found.loc[found["edge_id"] == long, ["from_m", "to_m"]].to_numpy()
    assert len(parts) == 2
    assert (parts[:, 1] - parts[:, 0]).tolist() == pytest.approx([150, 150])
    assert (parts[0, 0], parts[1, 1]) == (0, length)


def test_a_site_reaches_along_its_own_edge_without_a_node():
    streets = town([(0, 0), (2000, 0)])
    stops = stops_at(streets, (1000, 0), (1100, 0))
    near = reach.nearest(streets, stops, minutes=1)
    assert (near.cost_cm == -1).all()
    found = isochrones.reached_intervals(streets, near, stops, minutes=1)
    assert found[["from_m", "to_m"]].to_numpy().tolist() == [[925, 1175]]


@settings(max_examples=12, deadline=None)
@given(streets=towns, points=places, minutes=st.floats(0.2, 8))
def test_reached_street_agrees_with_networkx(streets, points, minutes):
    stops = stops_at(streets, *points)
    near = reach.nearest(streets, stops, minutes=10)
    found = isochrones.reached_intervals(streets, near, stops, minutes=minutes)
    graph = streets.to_networkx()
    cost = dict.fromkeys(graph, np.inf)
    for stop in stops[stops["status"] == "ok"].itertuples():
        edge = streets.edges.loc[stop.edge_id]
        at = {}
        for node, metres in ((edge["u"], stop.offset_m), (edge["v"], edge["length_m"] - stop.offset_m)):
            lengths = nx.single_source_dijkstra_path_length(graph, node, weight="cost_m")
            for other, walked in lengths.items():
                at[other] = min(at.get(other, np.inf), stop.snap_m + metres + walked)
        cost = {node: min(walked, at.get(node, np.inf)) for node, walked in cost.items()}
    cutoff = streets.profile.metres(minutes)
    for edge in streets.edges.itertuples():
        parts = found.loc[found["edge_id"] == edge.edge_id, ["from_m", "to_m"]].to_numpy()
        for spot in np.linspace(0, edge.length_m, 7):
            walks = [cost[edge.u] + spot, cost[edge.v] + edge.length_m - spot]
            own = stops[(stops["status"] == "ok") & (stops["edge_id"] == edge.edge_id)]
            walks += [stop.snap_m + abs(stop.offset_m - spot) for stop in own.itertuples()]
            inside = any(low - 0.02 <= spot <= high + 0.02 for low, high in parts)
            if abs(min(walks) - cutoff) > 0.05:  # costs are whole centimetres
                assert inside == (min(walks) <= cutoff)


@settings(max_examples=12, deadline=None)
@given(streets=towns, points=places, fill=st.sampled_from([0.0, 2500.0]))
def test_polygons_are_nested_hold_their_origins_and_all_reached_street(streets, points, fill):
    stops = stops_at(streets, *points)
    minutes = (0.5, 2, 5)
    zones = layer(streets, stops, minutes, IsochroneOptions(fill_holes_m2=fill))
    near = reach.nearest(streets, stops, minutes=5)
    reached = [isochrones.reached_intervals(streets, near, stops, minutes=m) for m in minutes]
    reached = [parts for parts in reached if len(parts)]
    assert len(zones) == len(reached)
    for smaller, larger in pairwise(zones):
        assert within(smaller, larger)
    for zone, parts in zip(zones, reached, strict=True):
        assert zone.is_valid
        assert outside(streets, zone, parts) == 0
    if (stops["status"] == "ok").any() and zones:
        inside = stops["snap_m"].le(5 * 75 - 1).to_numpy()[stops["status"] == "ok"]
        assert shapely.distance(zones[-1], origins(streets, stops)[inside]).max(initial=0.0) < 1e-6


def outside(streets, zone, parts, step=10.0):
    """Reached points, one every 10 m, further than a centimetre outside the polygon."""
    lines = streets.edges.geometry.to_numpy()
    missed = 0
    for part in parts.itertuples():
        along = np.append(np.arange(part.from_m, part.to_m, step), part.to_m)
        missed += int(
            (shapely.distance(zone, shapely.line_interpolate_point(lines[part.edge_id], along)) > 0.02).sum()
        )
    return missed


@settings(max_examples=12, deadline=None)
@given(streets=towns, points=places, more=places)
def test_one_more_site_only_adds(streets, points, more):
    before = layer(streets, stops_at(streets, *points), [1, 3])
    after = layer(streets, stops_at(streets, *points, *more), [1, 3])
    for small, large in zip(before[::-1], after[::-1], strict=False):
        assert within(small, large)


@settings(max_examples=8, deadline=None)
@given(streets=towns, points=places)
def test_the_order_of_sites_does_not_show(streets, points):
    stops = stops_at(streets, *points)
    base = layer(streets, stops, [2, 5], IsochroneOptions())
    turned = layer(streets, stops.iloc[::-1], [2, 5], IsochroneOptions())
    assert [zone.wkb for zone in base] == [zone.wkb for zone in turned]


def test_small_blocks_are_filled_and_large_ones_stay_open():
    def ring(x, y, side):
        return [[(x, y), (x, y + side), (x + side, y + side)], [(x + side, y + side), (x + side, y), (x, y)]]

    # holes of 40 m and 150 m side
    streets = town(*ring(0, 0, 90), [(90, 90), (300, 90)], *ring(300, 90, 200))
    stops = stops_at(streets, (200, 90))
    (zone,) = layer(streets, stops, [10], IsochroneOptions(fill_holes_m2=2500.0))
    assert zone.contains(Point(45, 45))
    assert not zone.contains(Point(400, 190))
    (bare,) = layer(streets, stops, [10])
    assert not bare.contains(Point(45, 45))


def test_steps_shorten_the_walk_of_the_elderly_and_stop_a_wheelchair():
    lines = [[(0, 0), (100, 0)], [(100, 0), (1000, 0)]]
    streets = town(*lines, highway=["residential", "steps"])
    reached = {}
    for name in ("standard", "elderly", "wheelchair"):
        profile = PROFILES[name]
        walked = streets.with_profile(profile)
        stops = stops_at(walked, (0, 0))
        (zone,) = layer(walked, stops, [300 / profile.metres(1)])  # 300 m of flat street for everybody
        reached[name] = zone.bounds[2]
    assert reached["standard"] == pytest.approx(300, abs=0.1)
    assert reached["elderly"] == pytest.approx(200, abs=0.1)  # 100 m flat, then 200 m at double cost
    assert reached["wheelchair"] == pytest.approx(
        125, abs=0.5
    )  # the street ends at the steps, drawn with a round end


def test_the_table_is_the_one_described_and_layers_without_reach_have_no_row():
    streets = town([(0, 0), (1000, 0)])
    far = stops_at(streets, (0, 9000))
    near = stops_at(streets, (500, 0))
    zones = isochrones.by_layer(
        streets,
        {"tool": near, "bike": near, "toy": far},
        names={"tool": "공구", "bike": "따릉이", "toy": "장난감"},
    )
    assert list(zones.columns) == TABLES["isochrones"].names
    assert zones[["layer", "layer_ko", "minutes"]].to_numpy().tolist() == [
        ["bike", "따릉이", 5.0],
        ["bike", "따릉이", 10.0],
        ["bike", "따릉이", 15.0],
        ["tool", "공구", 5.0],
        ["tool", "공구", 10.0],
        ["tool", "공구", 15.0],
    ]
    assert zones["cutoff_m"].tolist() == [375.0, 750.0, 1125.0] * 2
    assert zones["area_m2"].tolist() == pytest.approx(zones.geometry.area.tolist())
    assert set(zones.geom_type) == {"MultiPolygon"}
    assert zones.geometry[0].equals(zones.geometry[3])
    empty = isochrones.by_layer(streets, {"toy": far}, names={"toy": "장난감"})
    assert len(empty) == 0
    assert list(empty.columns) == TABLES["isochrones"].names


def test_each_site_on_its_own_is_what_a_layer_of_one_site_is():
    streets = grid(3)
    stops = stops_at(streets, (100, 100), (500, 500), (0, 9000))
    zones = isochrones.by_site(streets, stops, minutes=[2, 4])
    assert zones["site_id"].tolist() == ["s0", "s0", "s1", "s1"]
    alone = layer(streets, stops.iloc[[1]], [2, 4], IsochroneOptions())
    assert [zone.wkb for zone in zones.geometry[2:]] == [zone.wkb for zone in alone]


@pytest.mark.parametrize("minutes", [[], [0], [-5, 5]])
def test_cutoffs_must_be_positive(minutes):
    streets = town([(0, 0), (10, 0)])
    with pytest.raises(GeometryError, match="cutoff"):
        layer(streets, stops_at(streets, (0, 0)), minutes)


def test_options_are_checked():
    with pytest.raises(GeometryError, match="positive"):
        IsochroneOptions(half_width_m=0.0)


@pytest.mark.real
def test_jung_gu_is_drawn_nested_with_all_reached_street_inside(shared_data):
    dongs = gpd.read_file(shared_data / "boundaries" / "dong__202104.geojson").to_crs(5179)
    area = dongs.loc[dongs["sgg"] == "11140", ["geometry"]]
    streets = network.from_pbf(shared_data / "osm" / "jung-2021-08.osm.pbf", area)
    table = pd.read_csv(shared_data / "sites" / "tool_library__2019.csv")
    points = gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"], crs=4326)).to_crs(5179)
    stops = network.snap(streets, points).assign(site_id=table.index.astype(str))
    zones = isochrones.by_layer(streets, {"tool_library": stops}, names={"tool_library": "공구도서관"})
    shapes = zones.geometry.tolist()
    assert len(shapes) == 3
    assert all(within(small, large) for small, large in pairwise(shapes))
    near = reach.nearest(streets, stops, minutes=15)
    for minutes, shape in zip((5, 10, 15), shapes, strict=True):
        parts = isochrones.reached_intervals(streets, near, stops, minutes=minutes)
        lines = isochrones.substrings(
            streets.edges.geometry.to_numpy(),
            parts["edge_id"].to_numpy(),
            parts["from_m"].to_numpy(),
            parts["to_m"].to_numpy(),
        )
        points = shapely.points(shapely.get_coordinates(shapely.segmentize(lines, 10.0)))
        shapely.prepare(shape)
        missed = points[~shapely.intersects(shape, points)]
        assert (shapely.distance(shape, missed) < 0.02).all()
