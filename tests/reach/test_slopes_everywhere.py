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
from sharemap import coverage, isochrones, network, pipeline, reach, villages
from sharemap.catalog import GROUPS
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
    return streets.with_profile(streets.profile, slopes), stops, points


def by_networkx(streets, stops):
    """Walks from each stop to each other one, metres: the stops are nodes that cut their edges."""
    graph = nx.MultiDiGraph()
    there, back = streets.edge_forward_cm, streets.edge_backward_cm
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
    streets, stops, _ = tilted
    found = reach.between(streets, stops, cutoff_m=600.0)
    turned = reach.between(streets.reversed(), stops, cutoff_m=600.0)
    pd.testing.assert_frame_equal(found, turned)
    oracle = by_networkx(streets, stops)
    longer = {pair: max(oracle[pair], oracle[pair[::-1]]) for pair in oracle if pair[0] < pair[1]}
    assert any(abs(oracle[pair] - oracle[pair[::-1]]) > 10 for pair in longer)
    walks = {(row.a, row.b): row.walk_m for row in found.itertuples()}
    assert len(walks) > 10
    assert set(walks) == {pair for pair, walk in longer.items() if walk <= 600.0}
    for pair, walk in walks.items():
        assert walk == pytest.approx(longer[pair], abs=0.1)


def test_costs_that_are_level_give_the_walks_of_the_flat(tilted):
    streets, stops, _ = tilted
    flat = dataclasses.replace(streets, slopes=None)
    level = flat.with_profile(flat.profile, streets.slopes * 0 + 1)
    found = reach.between(level, stops, cutoff_m=600.0)
    pd.testing.assert_frame_equal(found, reach.between(flat, stops, cutoff_m=600.0))


def test_the_loop_is_drawn_as_the_walk_in_its_order(tilted):
    streets, stops, points = tilted
    ground = villages.Ground.walked(streets, stops, minutes=streets.profile.minutes(2500.0))
    oracle = by_networkx(streets, stops)
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
            cost = (streets.edge_forward_cm if forward else streets.edge_backward_cm)[edge]
            rate = cost / streets.edge_length_cm[edge]
            total += metres * rate
        assert total + way.access_m == pytest.approx(oracle[one, other], abs=0.2)


def test_spots_count_the_longer_way(tilted):
    streets, stops, _ = tilted
    there, back = (reach.within(one, stops, minutes=8) for one in (streets, streets.reversed()))
    ground = villages.Ground.walked(streets, stops, minutes=8)
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
    hilly = streets.with_profile(streets.profile, slopes)
    zones = isochrones.by_layer(hilly, {"a": stops}, names={"a": "가"}, minutes=[4])
    west, _, east, _ = zones.total_bounds
    # 300 m of flat street: up the hill to the site from 150 m west, down from 240 m east
    assert (west, east) == (pytest.approx(350.0), pytest.approx(740.0))


@pytest.fixture(scope="module")
def small(root):
    """The sample ward with the layers that make shared spaces, and one more."""
    study = pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml")
    chosen = {layer.key for layer in study.catalog if layer.role == "space"} | {"library"}
    return dataclasses.replace(
        study,
        sites=tuple(entry for entry in study.sites if entry.layer in chosen),
        parameters=dataclasses.replace(study.parameters, minutes=(15.0,)),
        villages=dataclasses.replace(study.villages, stability_runs=5),
    )


@pytest.fixture(scope="module")
def hilly(small, tmp_path_factory):
    """A run on ridges, its raster, and what a notebook makes of its network and that raster."""
    out = tmp_path_factory.mktemp("hilly")
    pipeline.run(small, out / "flat", only=("network",))
    dem = raster(
        out / "dem.tif",
        gpd.read_parquet(out / "flat/network/edges.parquet").total_bounds,
        lambda x, y: 60 * np.abs(np.sin(x / 190)) + 0.03 * (y - y.min()),
        cell=30.0,
    )
    pipeline.run(
        dataclasses.replace(small, elevation=ElevationInput(raster=str(dem))), out / "run", only=_STAGES
    )
    nodes, edges = (gpd.read_parquet(out / f"run/network/{name}.parquet") for name in ("nodes", "edges"))
    streets = network.WalkNetwork(nodes, edges).with_profile(small.profile, read_slopes(dem, edges))
    return streets, out / "run"


def by_layer(out):
    layer = gpd.read_parquet(out / "sites.parquet").set_index("site_id")["layer"]
    stops = pd.read_parquet(out / "stops.parquet")
    return layer, stops, dict(list(stops.groupby(layer.reindex(stops["site_id"]).to_numpy())))


@pytest.mark.slow
def test_a_notebook_on_slopes_gives_the_numbers_of_the_run_for_walks_and_coverage(small, hilly):
    streets, out = hilly
    layer, stops, layers = by_layer(out)
    sites, people = (gpd.read_parquet(out / f"{name}.parquet") for name in ("sites", "demand"))
    ran = pd.read_parquet(out / "reach.parquet")
    own = reach.within(streets.reversed(), stops, minutes=15).frame()
    assert own["cost_m"].tolist() == ran["cost_m"].tolist()
    assert own["node_id"].tolist() == ran["node_id"].tolist()
    # the same without turning the streets, or without the slopes, is something else
    assert not reach.within(streets, stops, minutes=15).frame()["cost_m"].equals(own["cost_m"])
    services = coverage.Services(
        layers={key: small.catalog.layer(key).group for key in layers},
        groups=GROUPS,
        names=dict.fromkeys(layers, "가"),
    )
    for profile in small.profiles:
        streets = streets.with_profile(profile)
        # each walker meets streets that it can use
        met, doors = (network.snap(streets, points) for points in (sites, people))
        stops = pd.concat([sites[["site_id"]], met], axis=1)
        people = people.assign(**{name: doors[name] for name in doors.columns})
        layers = dict(list(stops.groupby(layer.reindex(stops["site_id"]).to_numpy())))
        served = coverage.walks_at_points(streets, stops, people, layer, minutes=15)
        ran = pd.read_parquet(out / "served.parquet").query("profile == @profile.name")
        assert served["cost_m"].tolist() == ran["walk_m"].tolist()
        assert served["site_id"].tolist() == ran["site_id"].tolist()
        assert people["demand_id"].to_numpy()[served["point"]].tolist() == ran["demand_id"].tolist()
        nearest = coverage.nearest_at_points(streets, layers, people, services=services)
        near = [served.loc[served["layer"] == key].set_index("point")["cost_m"] for key in services.layers]
        for column, walks in enumerate(near):
            assert nearest.cost_m[walks.index, column].tolist() == walks.tolist()
    zones = gpd.read_file(out / "isochrones.gpkg", layer="isochrones")
    streets = streets.with_profile(small.profile)
    _, _, layers = by_layer(out)
    drawn = isochrones.by_layer(streets, layers, names=dict.fromkeys(layers, "가"), minutes=[15])
    assert drawn["layer"].tolist() == zones["layer"].tolist()
    assert drawn.geometry.tolist() == zones.geometry.tolist()


@pytest.mark.slow
def test_a_notebook_on_slopes_gives_the_villages_of_the_run(hilly):
    streets, out = hilly
    people, places = (gpd.read_parquet(out / f"{name}.parquet") for name in ("demand", "places"))
    spaces = places.loc[places["shared_space"] & places["in_area"]].reset_index(drop=True)
    stops = network.snap(streets, spaces).assign(site_id=spaces["place_id"])
    ground = villages.Ground.walked(streets, stops, minutes=15)
    assert ground.back is not None
    found = villages.find(
        spaces,
        reach.between(streets, stops, cutoff_m=500.0),
        around=villages.Surroundings(place_costs=ground.residents(people), demand=people, ground=ground),
    )
    ran = gpd.read_file(out / "villages.gpkg", layer="villages")
    assert len(ran) > 0
    own = found.tables()["villages"].set_index("village_id").loc[ran["village_id"]]
    for column in ("loop_m", "residents_15min", "places"):
        assert own[column].tolist() == ran[column].tolist()
    loops = gpd.read_file(out / "villages.gpkg", layer="village_loops").set_index("village_id")["length_m"]
    own = found.tables()["village_loops"].set_index("village_id")["length_m"]
    assert own.to_dict() == pytest.approx(loops.to_dict())


@pytest.mark.slow
def test_a_flat_raster_is_no_raster_byte_for_byte(small, tmp_path):
    study = small
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
