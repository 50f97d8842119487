"""The compiled outline against GEOS, directed costs, places, ends, and the error on real streets."""

from __future__ import annotations

import importlib.util
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

from sharemap import isochrones, network, reach
from sharemap.errors import GeometryError
from sharemap.isochrones import IsochroneOptions, drawing
from sharemap.isochrones.outline import outline_of
from sharemap.isochrones.rings import Rings, assembled

PER_METRE_M2 = 0.001  # GEOS works on a millimetre grid: half a millimetre to either side of an outline


def town(*lines, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=[LineString(line) for line in lines], crs=5179)
    return network.from_lines(frame)


def stops_at(streets, *points):
    stops = network.snap(streets, gpd.GeoSeries([Point(point) for point in points], crs=5179))
    stops.insert(0, "site_id", [f"s{number}" for number in range(len(points))])
    return stops


def crooked(seed, size=5, spacing=110.0):
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(size) * spacing] * 2), axis=2)
    # some towns are exactly square: sides of pieces then coincide everywhere
    xy = grid + rng.uniform(-30, 30, grid.shape) * (seed % 3)
    lines = []
    for i in range(size):
        for j in range(size):
            for a, b in ((0, 1), (1, 0)):
                if i + a < size and j + b < size and rng.random() < 0.8:
                    middle = (xy[i, j] + xy[i + a, j + b]) / 2 + rng.uniform(-15, 15, 2) * (seed % 2)
                    lines.append([xy[i, j], middle, xy[i + a, j + b]])
    return town(*lines)


# without shrinking: it would draw hundreds of towns with GEOS
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
towns = st.builds(crooked, st.integers(0, 10_000))
small = st.builds(crooked, st.integers(0, 10_000), st.just(3))
places = st.lists(st.tuples(st.floats(-50, 500), st.floats(-50, 500)), min_size=1, max_size=4)
kinds = st.sampled_from(["flat", "pointed"])
#: Two minutes from (500, 0) along a straight street.
TWO_MINUTES = Polygon([(350, 0), (375, -25), (625, -25), (650, 0), (625, 25), (375, 25)])


def by_geos(streets, stops, minutes, half_width=25.0):
    """Union of the flat buffers of every reached segment, of a wedge at each bend and a disc at each node."""
    near = reach.nearest(streets, stops, minutes=minutes)
    cutoff = np.floor(100 * streets.profile.metres(minutes)) / 100  # whole centimetres
    parts = isochrones.reached_intervals(streets, near, stops, minutes=minutes)
    lines = isochrones.substrings(
        streets.edges.geometry.to_numpy(), *(parts[name].to_numpy() for name in ("edge_id", "from_m", "to_m"))
    )
    inner, outer = [], []
    for part, line in zip(parts.itertuples(), lines, strict=True):
        edge = streets.edges.loc[part.edge_id]
        ends = [near.cost_cm[edge["u"]]] * int(part.from_m == 0)
        ends += [near.cost_cm[edge["v"]]] * int(part.to_m == edge["length_m"])
        spare = [cutoff - cost / 100 for cost in ends if cost >= 0]
        own = stops[(stops["edge_id"] == part.edge_id).fillna(value=False)]
        own = own[own["offset_m"].between(part.from_m, part.to_m)]
        spare += (cutoff - own["snap_m"]).tolist()
        width = min(max(spare), half_width)
        xy = shapely.get_coordinates(line)
        for a, b in pairwise(xy):
            if (a != b).any():
                inner.append(shapely.buffer(LineString([a, b]), width, cap_style="flat"))
        outer += [shapely.buffer(Point(vertex), width * 1.036, quad_segs=6) for vertex in xy[1:-1]]
    for node in np.flatnonzero(near.cost_cm >= 0):
        radius = min(cutoff - near.cost_cm[node] / 100, half_width)
        if radius > 0:
            point = streets.nodes.geometry.iloc[node]
            inner.append(shapely.buffer(point, radius, quad_segs=12))
            outer.append(shapely.buffer(point, radius * 1.036, quad_segs=12))
    return shapely.union_all(inner, grid_size=0.001), shapely.union_all(inner + outer, grid_size=0.001)


@settings(phases=PHASES, max_examples=4, deadline=None)
@given(streets=small, points=places, minutes=st.floats(0.3, 3))
def test_the_polygon_lies_between_the_exact_buffer_and_arcs_drawn_around_it(streets, points, minutes):
    stops = stops_at(streets, *points)
    options = IsochroneOptions(fill_holes_m2=0.0, ends="flat")
    zones = isochrones.by_layer(
        streets, {"a": stops}, names={"a": "가"}, minutes=[minutes], options=options
    ).geometry
    least, most = by_geos(streets, stops, minutes)
    if least.is_empty:
        assert len(zones) == 0
        return
    allowed = PER_METRE_M2 * (least.length + most.length)
    assert least.difference(zones[0]).area <= allowed
    assert zones[0].difference(most).area <= allowed


@settings(phases=PHASES, max_examples=6, deadline=None)
@given(
    streets=towns, points=places, minutes=st.floats(0.3, 6), ends=kinds, fill=st.sampled_from([0.0, 2500.0])
)
def test_compiled_and_geos_draw_the_same_polygon(streets, points, minutes, ends, fill):
    stops = stops_at(streets, *points)
    options = IsochroneOptions(ends=ends, fill_holes_m2=fill)
    with pytest.MonkeyPatch.context() as patch:
        fast = isochrones.by_site(streets, stops, minutes=[minutes], options=options)
        patch.setattr(drawing, "_compiles", lambda: False)
        slow = isochrones.by_site(streets, stops, minutes=[minutes], options=options)
    assert fast["site_id"].tolist() == slow["site_id"].tolist()
    for one, two in zip(fast.geometry, slow.geometry, strict=True):
        assert one.is_valid
        # a hole of about the size that is filled may fall to either side
        assert one.symmetric_difference(two).area <= PER_METRE_M2 * one.length or fill


@settings(phases=PHASES, max_examples=60, deadline=None)
@given(
    corners=st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 6), st.integers(1, 6)),
        min_size=1,
        max_size=12,
    ),
    turn=st.sampled_from([0.0, 0.3]),
)
def test_rectangles_with_coinciding_sides_unite(corners, turn):
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    boxes = [
        np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], dtype=float) @ spin.T
        for x, y, w, h in corners
    ]
    whole = shapely.union_all([Polygon(box) for box in boxes], grid_size=1e-6)
    rings = Rings(*outline_of(np.concatenate(boxes), np.arange(0, 4 * len(boxes) + 1, 4)))
    # boxes that touch in a corner only: either way of tracing the outline, but then it must say so by being invalid
    shape = assembled(rings, 0.0)
    if shape is not None and shape.is_valid:
        assert shape.symmetric_difference(whole).area < 1e-3
    else:
        assert _touches_in_a_corner(boxes)


def _touches_in_a_corner(boxes):
    pieces = [Polygon(box).buffer(-1e-5, join_style="mitre") for box in boxes]
    wide = [Polygon(box).buffer(1e-5, join_style="mitre") for box in boxes]
    return len(shapely.get_parts(shapely.union_all(pieces))) + 0 > 0 and any(
        0 < one.intersection(two).area < 1e-8 for one in wide for two in wide if one is not two
    )


@settings(phases=PHASES, max_examples=12, deadline=None)
@given(streets=towns, points=places, more=places, ends=kinds)
def test_nested_in_the_cutoff_and_growing_with_sites_and_streets(streets, points, more, ends):
    options = IsochroneOptions(ends=ends)

    def drawn(net, sites, minutes):
        zones = isochrones.by_layer(net, {"a": sites}, names={"a": "가"}, minutes=minutes, options=options)
        return dict(zip(zones["minutes"], zones.geometry, strict=True))

    few = drawn(streets, stops_at(streets, *points), [1, 2, 4])
    for small, large in pairwise(few.values()):
        assert outside(small, large) < 1e-3
    many = drawn(streets, stops_at(streets, *points, *more), [2])
    if 2 in few:
        assert outside(few[2], many[2]) < 1e-3


def outside(small, large):
    return small.difference(large.buffer(0.001)).area


def test_a_street_that_is_added_only_adds():
    lines = [[(0, 0), (100, 0)], [(100, 0), (200, 60)], [(200, 60), (400, 60)]]
    sites = gpd.GeoSeries([Point(20, 5)], crs=5179)
    zones = []
    for some in (lines, [*lines, [(0, 0), (200, 60)]]):
        streets = town(*some)
        stops = network.snap(streets, sites).assign(site_id="a")
        zones.append(isochrones.by_site(streets, stops, minutes=[3]).geometry[0])
    # the dead end at (0, 0) becomes a bend: its arc is drawn around the same circle with other corners
    assert outside(zones[0], zones[1].buffer(0.88)) < 1e-3
    assert zones[1].area > zones[0].area


def test_uphill_reaches_less_and_the_streets_as_they_are_ask_who_comes_to_the_site():
    # u --- uphill --> v, a site in the middle: uphill costs double
    streets = town([(0, 0), (1000, 0)])
    stops = stops_at(streets, (500, 0))
    streets = streets.with_profile(streets.profile, pd.DataFrame({"forward": [2.0], "backward": [1.0]}))
    (towards,) = isochrones.by_site(streets, stops, minutes=[4]).geometry
    (away,) = isochrones.by_site(streets.reversed(), stops, minutes=[4]).geometry
    assert away.bounds == pytest.approx((200, -25, 650, 25))
    assert towards.bounds == pytest.approx((350, -25, 800, 25))
    near = reach.nearest(streets, stops, minutes=4)
    parts = isochrones.reached_intervals(streets, near, stops, minutes=4)
    assert parts[["from_m", "to_m"]].to_numpy().tolist() == [[200, 650]]


def test_a_way_that_is_shut_is_not_entered_from_that_end():
    streets = town([(0, 0), (100, 0)], [(100, 0), (400, 0)], [(100, 0), (100, 300)])
    stops = stops_at(streets, (50, 0))
    u = streets.edge_u
    far = int(np.flatnonzero(shapely.bounds(streets.edges.geometry.to_numpy())[:, 2] > 300)[0])
    crossing = int(
        np.flatnonzero(shapely.distance(streets.nodes.geometry.to_numpy(), Point(100, 0)) < 0.1)[0]
    )
    slopes = pd.DataFrame({"forward": np.ones(len(u)), "backward": 1.0})
    slopes.loc[far, "forward" if u[far] == crossing else "backward"] = np.inf
    (zone,) = isochrones.by_site(
        streets.with_profile(streets.profile, slopes).reversed(), stops, minutes=[3]
    ).geometry
    assert zone.bounds[2] < 130
    assert zone.bounds[3] == pytest.approx(175)


def test_a_place_is_all_its_sites():
    streets = crooked(7)
    stops = stops_at(streets, (0, 0), (400, 400), (200, 200))
    of_site = pd.Series({"s0": "p", "s1": "p", "s2": "q"})
    zones = isochrones.by_place(streets, stops, of_site, minutes=[1, 2])
    assert zones["place_id"].tolist() == ["p", "p", "q", "q"]
    assert list(zones.columns) == ["place_id", "minutes", "cutoff_m", "area_m2", "geometry"]
    both = isochrones.by_layer(streets, {"a": stops.iloc[:2]}, names={"a": "가"}, minutes=[1, 2])
    assert [zone.wkb for zone in zones.geometry[:2]] == [zone.wkb for zone in both.geometry]
    with pytest.raises(GeometryError, match="no place"):
        isochrones.by_place(streets, stops, of_site.drop("s1"))


def test_pointed_ends_are_nowhere_wider_than_the_walk_that_is_left():
    streets = town([(0, 0), (1000, 0)])
    stops = stops_at(streets, (500, 0))
    (zone,) = isochrones.by_site(streets, stops, minutes=[2]).geometry
    assert zone.symmetric_difference(TWO_MINUTES).area < 1e-6
    # two walks that meet with 10 m left each: 20 m wide there
    ring = town(
        [(0, 0), (0, 140), (200, 140), (200, 0)],
        [(200, 0), (0, 0)],
        [(0, 0), (0, -50)],
        [(200, 0), (200, -50)],
    )
    stop = stops_at(ring, (100, 0))
    (zone,) = isochrones.by_site(ring, stop, minutes=[350 / 75]).geometry
    assert zone.covers(Point(100, 149.9))
    assert not zone.intersects(Point(100, 150.2))


def test_ends_are_flat_or_pointed():
    with pytest.raises(GeometryError, match="end"):
        IsochroneOptions(ends="round")


def test_without_a_compiler_geos_draws(monkeypatch, caplog):
    def broken(*_):
        msg = "no linker"
        raise RuntimeError(msg)

    drawing._compiles.cache_clear()
    monkeypatch.setattr(drawing, "outline_of", broken)
    streets = town([(0, 0), (1000, 0)])
    (zone,) = isochrones.by_site(streets, stops_at(streets, (500, 0)), minutes=[2]).geometry
    drawing._compiles.cache_clear()
    assert zone.symmetric_difference(TWO_MINUTES).area < 1e-3
    assert "no linker" in caplog.text


def test_an_outline_that_does_not_close_is_drawn_by_geos(monkeypatch):
    monkeypatch.setattr(
        drawing, "outline_of", lambda *_: (np.empty((0, 2)), np.zeros(2, dtype=np.int64), np.zeros(1))
    )
    monkeypatch.setattr(drawing, "_compiles", lambda: True)
    streets = town([(0, 0), (1000, 0)])
    (zone,) = isochrones.by_site(streets, stops_at(streets, (500, 0)), minutes=[2]).geometry
    assert zone.symmetric_difference(TWO_MINUTES).area < 1e-3


def test_an_island_in_a_hole_that_is_filled_is_swallowed_and_others_stay():
    shape = shapely.MultiPolygon(
        [
            shapely.box(0, 0, 40, 40)
            .difference(shapely.box(5, 5, 15, 15))
            .difference(shapely.box(20, 20, 38, 38)),
            shapely.box(9, 9, 11, 11),
            shapely.box(25, 25, 30, 30).difference(shapely.box(26, 26, 27, 27)),
        ]
    )
    filled = assembled(Rings.of(shape), 150.0)
    expected = (
        shapely.box(0, 0, 40, 40).difference(shapely.box(20, 20, 38, 38)).union(shapely.box(25, 25, 30, 30))
    )
    assert filled.symmetric_difference(expected).area < 1e-9
    assert assembled(Rings.of(shape), 0.0).symmetric_difference(shape).area < 1e-9


@pytest.fixture(scope="module")
def benchmark(root):
    spec = importlib.util.spec_from_file_location("benchmark", root / "benchmarks" / "isochrones.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.real
def test_real_stations_exclude_nothing_and_are_wrong_far_less_than_others(shared_data, benchmark):
    streets, stops, extract = benchmark.ward(shared_data, stations=8)
    asked = benchmark.asked_points(streets, extract, half_width_m=25.0)
    found = benchmark.accuracy(streets, stops, asked).set_index(["points", "polygon"])
    for points in ("streets", "buildings within 25 m"):
        rows = found.loc[points]
        assert rows.loc[["sharemap", "sharemap, flat ends"], "fex"].max() == 0
        assert rows.loc["sharemap", "reachable"] > 500
        peers = rows.drop(index=["sharemap", "sharemap, flat ends"])
        assert rows.loc["sharemap", "wrong_pct"] <= 0.6 * peers["wrong_pct"].min()


def test_pieces_that_rounding_spoilt_are_mended_and_leave_no_hole():
    """Flat, clockwise and dented pieces once left the outline of all of Seoul open, and GEOS gave up on them."""
    good = [(0, 0), (10, 0), (10, 10), (0, 10)]
    clockwise = [(20, 0), (20, 10), (30, 10), (30, 0)]
    flat = [(5, 0), (5, 0), (25, 0), (25, 0)]
    bow = [(8, 2), (22, 8), (22, 2), (8, 8)]
    corners = np.array([*good, *clockwise, *flat, *bow], dtype=float)
    shape = drawing._union(corners, np.array([0, 4, 8, 12, 16]), 0.0)
    wanted = shapely.union_all(
        [shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10), shapely.box(8, 2, 22, 8)]
    )
    assert shape.is_valid
    assert shapely.symmetric_difference(shape, wanted).area < 1e-6
    assert drawing._union(np.array(flat, dtype=float), np.array([0, 4]), 0.0) is None
