"""Slopes in isochrones, adjacency and loops, against an independent search on a small tilted town."""

from __future__ import annotations

import dataclasses
import itertools

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from shapely import LineString, Point

import village_contract
from sharemap import isochrones, network, pipeline, reach, villages
from sharemap.pipeline.stages import shared
from sharemap.sources.elevation import read_slopes
from sharemap.study.parts import ElevationInput
from sharemap.villages.streets import walked

_STAGES = ("network", "sites", "reach", "isochrones", "coverage", "villages")


def raster(path, bounds, height, cell=10.0):
    """Write the heights that a function of x and y gives."""
    west, south, east, north = bounds
    x = np.arange(west - 5 * cell, east + 5 * cell, cell) + cell / 2
    y = np.arange(north + 5 * cell, south - 5 * cell, -cell) - cell / 2
    settings = {"driver": "GTiff", "width": len(x), "height": len(y), "count": 1, "dtype": "float32"}
    transform = Affine(cell, 0, x[0] - cell / 2, 0, -cell, y[0] + cell / 2)
    with rasterio.open(path, "w", **settings, crs=5179, transform=transform) as file:
        file.write(height(*np.meshgrid(x, y)).astype("float32"), 1)
    return path


@pytest.fixture(scope="module")
def tilted(tmp_path_factory):
    """A crooked grid of 600 m on a slope of 15 % that rises to the north-east, and ten places."""
    rng = np.random.default_rng(7)
    xy = 1_000_000 + np.stack(np.meshgrid(np.arange(6), np.arange(6), indexing="ij"), -1) * 120.0
    xy += rng.uniform(-25, 25, xy.shape)
    pairs = [((i, j), (i + di, j + dj)) for i, j in np.ndindex(6, 6) for di, dj in ((1, 0), (0, 1))]
    lines = [LineString([xy[a], xy[b]]) for a, b in pairs if max(b) < 6 and rng.random() > 0.12]
    streets = network.from_lines(gpd.GeoDataFrame(geometry=lines, crs=5179))
    heights = raster(
        tmp_path_factory.mktemp("dem") / "dem.tif",
        streets.edges.total_bounds,
        lambda x, y: 0.11 * ((x - 1e6) + (y - 1e6)) + 100,
    )
    slopes = read_slopes(heights, streets.edges, min_known=1.0)
    points = gpd.GeoDataFrame(
        {"place_id": [f"p{at}" for at in range(10)]},
        geometry=[Point(*(1_000_000 + rng.uniform(50, 550, 2))) for _ in range(10)],
        crs=5179,
    )
    stops = network.snap(streets, points, max_snap_m=150).assign(site_id=points["place_id"])
    return streets, slopes, stops, points


def by_networkx(streets, costs, stops):
    """Walks from each stop to each other one, metres: the stops are nodes that cut their edges."""
    graph = nx.MultiDiGraph()
    there, back = costs.forward_cm, costs.backward_cm
    for edge, (u, v) in enumerate(zip(streets.edge_u, streets.edge_v, strict=True)):
        length = streets.edge_length_cm[edge]
        on = stops[stops["edge_id"] == edge].sort_values("offset_m")
        chain = [(0.0, int(u)), *((row.offset_m * 100 / length, row.site_id) for row in on.itertuples())]
        chain.append((1.0, int(v)))
        for (low, one), (high, other) in itertools.pairwise(chain):
            graph.add_edge(one, other, weight=(high - low) * there[edge])
            graph.add_edge(other, one, weight=(high - low) * back[edge])
    legs = stops.set_index("site_id")["snap_m"]
    found = {}
    for one in legs.index:
        for other, cost in nx.single_source_dijkstra_path_length(graph, one).items():
            if isinstance(other, str) and other != one:
                found[one, other] = cost / 100 + legs[one] + legs[other]
    return found


def test_neighbours_are_near_by_the_longer_of_the_two_ways(tilted):
    streets, slopes, stops, _ = tilted
    costs = shared.costs_of(streets, slopes)
    found = shared.walks_between(streets, stops, costs, cutoff_m=600.0)
    turned = shared.walks_between(streets, stops, costs.reversed(), cutoff_m=600.0)
    pd.testing.assert_frame_equal(found, turned)
    oracle = by_networkx(streets, costs, stops)
    longer = {pair: max(oracle[pair], oracle[pair[::-1]]) for pair in oracle if pair[0] < pair[1]}
    assert any(abs(oracle[pair] - oracle[pair[::-1]]) > 10 for pair in longer)
    walks = {(row.a, row.b): row.walk_m for row in found.itertuples()}
    assert len(walks) > 10
    assert set(walks) == {pair for pair, walk in longer.items() if walk <= 600.0}
    for pair, walk in walks.items():
        assert walk == pytest.approx(longer[pair], abs=0.1)


def test_costs_that_are_level_give_the_walks_of_the_flat(tilted):
    streets, _, stops, _ = tilted
    level = reach.DirectedCosts(streets.edge_cost_cm, streets.edge_cost_cm)
    found = shared.walks_between(streets, stops, level, cutoff_m=600.0)
    pd.testing.assert_frame_equal(found, reach.between(streets, stops, cutoff_m=600.0))


def test_the_loop_is_drawn_as_the_walk_in_its_order(tilted):
    streets, slopes, stops, points = tilted
    costs = shared.costs_of(streets, slopes)
    minutes = streets.profile.minutes(2500.0)
    ground = villages.Ground(
        streets=streets,
        stops=stops,
        reached=reach.within(streets, stops, minutes=minutes, costs=costs),
        back=reach.within(streets, stops, minutes=minutes, costs=costs.reversed()),
        costs=costs,
    )
    oracle = by_networkx(streets, costs, stops)
    doors = points.set_index("place_id").geometry
    for one, other in itertools.permutations(doors.index, 2):
        way = walked(ground, doors, [one, other], closed=False)
        # what the pieces cost, up and down, from their own lengths and directions
        total, xy = 0.0, np.array(way.xy)
        line = LineString(xy)
        assert shapely.get_point(line, 0).equals(doors[one])
        for edge, metres in way.parts:
            shape = streets.edges.geometry.iloc[edge]
            inner = [
                (a, b)
                for a, b in itertools.pairwise(xy[1:-1])
                if (a != b).any() and shape.distance(Point((a + b) / 2)) < 1e-6
            ]
            a, b = inner[0]
            forward = shape.project(Point(b)) > shape.project(Point(a))
            rate = (costs.forward_cm if forward else costs.backward_cm)[edge] / streets.edge_length_cm[edge]
            total += metres * rate
        assert total + way.access_m == pytest.approx(oracle[one, other], abs=0.2)


def test_spots_count_the_longer_way(tilted):
    streets, slopes, stops, _ = tilted
    costs = shared.costs_of(streets, slopes)
    there, back = (reach.within(streets, stops, minutes=8, costs=one) for one in (costs, costs.reversed()))
    ground = villages.Ground(streets=streets, stops=stops, reached=there, back=back, costs=costs)
    ways = [walks.frame().set_index(["site_id", "node_id"])["cost_m"] for walks in (there, back)]
    expected = pd.concat(ways, axis=1, join="inner").max(axis=1).sort_index()
    found = ground.both_ways.frame().set_index(["site_id", "node_id"])["cost_m"].sort_index()
    assert len(found) > 50
    assert found.to_dict() == expected.to_dict()


def test_isochrones_show_who_can_walk_to_a_site():
    # 1 km that rises to the east; downhill is quicker up to a point, uphill never
    streets = network.from_lines(gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1000, 0)])], crs=5179))
    stops = pd.DataFrame(
        {"site_id": ["s"], "edge_id": [0], "offset_m": [500.0], "snap_m": [0.0], "status": ["ok"]}
    )
    slopes = pd.DataFrame({"forward": [2.0], "backward": [1.25]})
    towards = shared.costs_of(streets, slopes, to_sites=True)
    zones = isochrones.by_layer(streets, {"a": stops}, names={"a": "가"}, minutes=[4], costs=towards)
    west, _, east, _ = zones.total_bounds
    # 300 m of flat street: up the hill to the site from 150 m west, down from 240 m east
    assert (west, east) == (pytest.approx(350.0), pytest.approx(740.0))


@pytest.mark.slow
def test_a_flat_raster_is_no_raster_byte_for_byte(root, tmp_path):
    study = pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml")
    chosen = {layer.key for layer in study.catalog if layer.role == "space"} | {"library"}
    study = dataclasses.replace(
        study,
        sites=tuple(entry for entry in study.sites if entry.layer in chosen),
        parameters=dataclasses.replace(study.parameters, minutes=(15.0,)),
        villages=dataclasses.replace(study.villages, stability_runs=5),
    )
    pipeline.run(study, tmp_path / "none", only=_STAGES)
    edges = gpd.read_parquet(tmp_path / "none/network/edges.parquet")
    level = raster(tmp_path / "dem.tif", edges.total_bounds, lambda x, _: np.full_like(x, 30.0), cell=50.0)
    with_raster = dataclasses.replace(study, elevation=ElevationInput(raster=str(level)))
    pipeline.run(with_raster, tmp_path / "level", only=_STAGES)
    files = {path.relative_to(tmp_path / "none") for path in (tmp_path / "none").rglob("*") if path.is_file()}
    differ = {
        str(file)
        for file in files
        if (tmp_path / "none" / file).read_bytes() != (tmp_path / "level" / file).read_bytes()
    }
    assert differ == {"provenance.json"}
    village_contract.check_cliques(with_raster, tmp_path / "level")
    village_contract.check_blocks(tmp_path / "level")
    assert len(gpd.read_file(tmp_path / "level/villages.gpkg", layer="villages")) >= 1
