"""Isochrones: how wrong, how fast: ``python benchmarks/isochrones.py [accuracy|speed|same] [--extract ward|seoul]``.

``accuracy`` draws the 15 minutes of 50 real bike stations with sharemap and with the recipes of its peers, and asks of
every test point whether it lies inside and whether it can be reached. ``speed`` draws every layer of the city at 5, 10
and 15 minutes, and sites one by one. ``same`` draws sites again as the union of their pieces by GEOS.

What is asked
-------------
test points
    *streets*: a point every 20 m along every edge of the main component, from half a step in. *buildings*: a point
    inside (``representative_point``) of every building of the extract that is no more than 150 m from a street.
reachable
    The walk from the station to the point is at most 1,125 m: station to its nearest point on an edge (access leg),
    along the streets, partial edges by length, and for buildings from the nearest point on an edge to the building.
    Costs to nodes are scipy's dijkstra, not sharemap's kernel.
inside
    In the polygon or at most 2 cm from it.
fin, fex, wrong
    Over all stations together: inside but not reachable, in per cent of those inside; reachable but not inside, in
    per cent of those reachable; and both numbers together in per cent of those reachable.
same reach
    All recipes get the very nodes that the exact walks reach. OSMnx itself would begin at the node nearest to the
    station; that is a row of its own.
"""

# ruff: noqa: ARG005, SLF001  recipes take the same two things; one part is switched off on purpose
from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from sharemap import isochrones, network
from sharemap.isochrones import drawing

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CUTOFF_M = 1125.0
STEP_M = 20.0
TOLERANCE_M = 0.02
OURS = {
    "sharemap": isochrones.IsochroneOptions(),
    "sharemap, flat ends": isochrones.IsochroneOptions(ends="flat"),
}
PEERS = {
    "convex hull of nodes": lambda nodes, lines: shapely.convex_hull(shapely.multipoints(nodes)),
    "concave hull of nodes, ratio 0.3": lambda nodes, lines: shapely.concave_hull(
        shapely.multipoints(nodes), ratio=0.3
    ),
    "node buffers, 50 m": lambda nodes, lines: shapely.union_all(shapely.buffer(nodes, 50.0)),
    "edge buffers, 25 m (OSMnx recipe)": lambda nodes, lines: shapely.union_all(shapely.buffer(lines, 25.0)),
    "same, infilled": lambda nodes, lines: _infilled(shapely.union_all(shapely.buffer(lines, 25.0))),
}


def street_points(streets: network.WalkNetwork) -> pd.DataFrame:
    """Every 20 m along every edge of the main component: ``edge_id``, ``offset_m``, ``snap_m`` = 0, x, y."""
    edges = streets.edges[(streets.edges["component"] == 0) & (streets.edges["length_m"] > 0)]
    length = edges["length_m"].to_numpy()
    count = np.maximum((length / STEP_M).astype(int), 1)
    row = np.repeat(np.arange(len(edges)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    share = (nth + 0.5) / count[row]
    points = shapely.line_interpolate_point(edges.geometry.to_numpy()[row], share, normalized=True)
    return _points(edges["edge_id"].to_numpy()[row], share * length[row], np.zeros(len(row)), points)


def building_points(streets: network.WalkNetwork, extract: Path) -> pd.DataFrame:
    """Return a point inside every building, with the nearest point on an edge."""
    import osmium

    factory, shapes = osmium.geom.WKBFactory(), []
    areas = osmium.FileProcessor(str(extract)).with_areas().with_filter(osmium.filter.KeyFilter("building"))
    for thing in areas:
        # rings that cross themselves make no area: 'invalid area'
        with contextlib.suppress(RuntimeError):
            if thing.is_area():
                shapes.append(shapely.from_wkb(bytes.fromhex(factory.create_multipolygon(thing))))
    inside = gpd.GeoSeries(shapes, crs=4326).to_crs(5179).representative_point()
    stops = network.snap(streets, inside)
    ok = (stops["status"] == "ok").to_numpy()
    stops = stops[ok]
    columns = (stops[name].to_numpy() for name in ("edge_id", "offset_m", "snap_m"))
    return _points(*columns, inside.to_numpy()[ok])


def _points(edge: Any, offset: Any, snap: Any, geometry: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {"edge_id": np.asarray(edge, dtype=np.int64), "offset_m": offset, "snap_m": snap, "point": geometry}
    )


class Truth:
    """Exact walks by scipy's dijkstra."""

    def __init__(self, streets: network.WalkNetwork) -> None:
        self.streets = streets
        edges = streets.edges[streets.edges["cost_m"].notna()]
        u, v, cost = (edges[name].to_numpy() for name in ("u", "v", "cost_m"))
        self.graph = _undirected(u, v, cost, len(streets.nodes))

    def from_stop(self, stop: Any) -> np.ndarray:
        """Metres to every node from a stop, access leg included."""
        length = self.streets.edges["length_m"].iloc[stop.edge_id]
        ends = [self.streets.edge_u[stop.edge_id], self.streets.edge_v[stop.edge_id]]
        begin = np.array([stop.snap_m + stop.offset_m, stop.snap_m + length - stop.offset_m])
        return np.min(dijkstra(self.graph, indices=ends, limit=CUTOFF_M) + begin[:, None], axis=0)

    def from_nearest_node(self, stop: Any) -> np.ndarray:
        """Metres to every node from the node nearest to the stop, as OSMnx begins."""
        streets = self.streets
        place = shapely.line_interpolate_point(streets.edges.geometry.iloc[stop.edge_id], stop.offset_m)
        main = np.unique(streets.edge_u[streets.edges["component"].to_numpy() == 0])
        node = main[np.argmin(shapely.distance(streets.nodes.geometry.to_numpy()[main], place))]
        return np.asarray(dijkstra(self.graph, indices=node, limit=CUTOFF_M))


def _undirected(u: np.ndarray, v: np.ndarray, cost: np.ndarray, n: int) -> csr_array:
    low, high = np.minimum(u, v), np.maximum(u, v)
    order = np.lexsort((cost, high, low))
    low, high, cost = low[order], high[order], np.maximum(cost[order], 1e-9)
    first = np.append(True, (np.diff(low) != 0) | (np.diff(high) != 0))
    low, high, cost = low[first], high[first], cost[first]
    tails, heads = np.concatenate([low, high]), np.concatenate([high, low])
    return csr_array((np.concatenate([cost, cost]), (tails, heads)), shape=(n, n))


def reachable(streets: network.WalkNetwork, stop: Any, cost: np.ndarray, points: pd.DataFrame) -> np.ndarray:
    """Which points the exact walk reaches: over either end of their edge, or along it."""
    edge, offset = points["edge_id"].to_numpy(), points["offset_m"].to_numpy()
    length = streets.edges["length_m"].to_numpy()[edge]
    metres = np.minimum(cost[streets.edge_u[edge]] + offset, cost[streets.edge_v[edge]] + length - offset)
    along = np.where(edge == stop.edge_id, stop.snap_m + np.abs(offset - stop.offset_m), np.inf)
    return np.minimum(metres, along) + points["snap_m"].to_numpy() <= CUTOFF_M + 1e-6


def reached_graph(streets: network.WalkNetwork, cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Reached nodes, and the edges between them: the subgraph that recipes draw."""
    near = cost <= CUTOFF_M + 1e-6
    between = near[streets.edge_u] & near[streets.edge_v]
    return streets.nodes.geometry.to_numpy()[near], streets.edges.geometry.to_numpy()[between]


def accuracy(
    streets: network.WalkNetwork, stops: pd.DataFrame, asked: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return for each recipe and kind of test point how many are inside, reachable, and wrong."""
    seconds, zones = {}, {}
    isochrones.by_site(streets, stops.iloc[:1], minutes=[1])  # loads the compiled code
    for name, options in OURS.items():
        begin = time.perf_counter()
        drawn = isochrones.by_site(streets, stops, minutes=[15], options=options)
        seconds[name] = time.perf_counter() - begin
        zones[name] = drawn.set_index("site_id").geometry
    trees = {kind: shapely.STRtree(points["point"].to_numpy()) for kind, points in asked.items()}
    counts: dict[tuple[str, str], np.ndarray] = {}
    truth = Truth(streets)
    for stop in stops.itertuples():
        cost = truth.from_stop(stop)
        shapes = {name: drawn[str(stop.site_id)] for name, drawn in zones.items()}
        nodes, lines = reached_graph(streets, cost)
        for name, recipe in PEERS.items():
            begin = time.perf_counter()
            shapes[name] = recipe(nodes, lines)
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - begin
        _, lines = reached_graph(streets, truth.from_nearest_node(stop))
        shapes["edge buffers from the nearest node (OSMnx)"] = shapely.union_all(shapely.buffer(lines, 25.0))
        for kind, points in asked.items():
            true = reachable(streets, stop, cost, points)
            for name, shape in shapes.items():
                inside = np.zeros(len(points), dtype=bool)
                inside[trees[kind].query(shape, predicate="dwithin", distance=TOLERANCE_M)] = True
                found = np.array([inside.sum(), true.sum(), (inside & ~true).sum(), (true & ~inside).sum()])
                counts[name, kind] = counts.get((name, kind), 0) + found
    return _shares(counts, seconds, len(stops))


def _shares(counts: dict[tuple[str, str], np.ndarray], seconds: dict[str, float], n: int) -> pd.DataFrame:
    rows = []
    for (name, kind), (inside, true, fin, fex) in counts.items():
        rows.append(
            {
                "polygon": name,
                "points": kind,
                "reachable": true,
                "fin_pct": 100 * fin / max(inside, 1),
                "fex_pct": 100 * fex / true,
                "wrong_pct": 100 * (fin + fex) / true,
                "fex": fex,
                "ms": 1e3 * seconds.get(name, np.nan) / n,
            }
        )
    return pd.DataFrame(rows).sort_values(["points", "wrong_pct"], ignore_index=True)


def _infilled(shape: Any) -> Any:
    return shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(shape)])


def asked_points(
    streets: network.WalkNetwork, extract: Path, *, half_width_m: float
) -> dict[str, pd.DataFrame]:
    """Return the test points by kind."""
    buildings = building_points(streets, extract)
    return {
        "streets": street_points(streets),
        f"buildings within {half_width_m:g} m": buildings[buildings["snap_m"] <= half_width_m],
        "all buildings": buildings,
    }


def ward(data: Path, *, stations: int) -> tuple[network.WalkNetwork, pd.DataFrame, Path]:
    """Return the streets of one ward, some of its bike stations and the extract."""
    return _case(data, "ward", stations)[:3]


def _case(data: Path, extract: str, stations: int) -> tuple[network.WalkNetwork, pd.DataFrame, Path, Any]:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from cases import BOUNDARIES, EXTRACTS, SITES, SURROUNDINGS_M, _wards

    from sharemap import sites
    from sharemap.sources import boundaries
    from sharemap.sources import sites as site_files

    path = data / "osm" / EXTRACTS[extract]
    area = boundaries.read_area(data / BOUNDARIES, wards=["중구"] if extract == "ward" else _wards(data))
    streets = network.from_pbf(path, area, surroundings_m=SURROUNDINGS_M)
    rows = [site_files.read_sites(data / "sites" / file, layer=layer) for layer, file in SITES]
    built = sites.build(rows, area, surroundings_m=SURROUNDINGS_M).sites
    stops = network.snap(streets, built).assign(
        site_id=np.arange(len(built)).astype(str), layer=built["layer"].to_numpy()
    )
    stops = stops[(stops["status"] == "ok").to_numpy()]
    bikes = stops[stops["layer"] == "bike_station"]
    bikes = bikes[built["in_area"].to_numpy()[bikes.index]]
    some = np.linspace(0, len(bikes) - 1, stations).astype(int)
    return streets, bikes.iloc[some], path, stops


def speed(streets: network.WalkNetwork, stops: pd.DataFrame) -> None:
    """Print seconds for all layers of the case, and for its bike stations one by one."""
    layers = {str(key): rows for key, rows in stops.groupby("layer")}
    names = {key: key for key in layers}
    bikes = layers["bike_station"]
    isochrones.by_site(streets, bikes.iloc[:1], minutes=[1])
    for label, some, minutes in (
        ("one layer (bike_station), 15", {"bike_station": bikes}, [15]),
        (f"{len(layers)} layers, 15", layers, [15]),
        (f"{len(layers)} layers, 5 10 15", layers, [5, 10, 15]),
    ):
        _timed(
            label,
            lambda some=some, minutes=minutes: isochrones.by_layer(
                streets, some, names=names, minutes=minutes
            ),
        )
    _timed(f"{len(bikes):,} sites one by one, 15", lambda: isochrones.by_site(streets, bikes, minutes=[15]))


def _timed(label: str, draw: Any) -> None:
    begin, cpu = time.perf_counter(), time.process_time()
    zones = draw()
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    vertices = int(shapely.get_num_coordinates(zones.geometry.to_numpy()).sum())
    print(
        f"| {label} | {len(zones):,} | {wall:.1f} | {cpu:.1f} | {len(zones) / wall:.0f} | {vertices:,} | {peak:,.0f} |",
        flush=True,
    )


def same(streets: network.WalkNetwork, stops: pd.DataFrame) -> None:
    """Print how far the polygons are from the union of the same pieces by GEOS."""
    fast = isochrones.by_site(streets, stops, minutes=[15])
    drawing._compiles = lambda: False
    begin = time.perf_counter()
    slow = isochrones.by_site(streets, stops, minutes=[15])
    seconds = time.perf_counter() - begin
    apart = shapely.area(shapely.symmetric_difference(fast.geometry.to_numpy(), slow.geometry.to_numpy()))
    length = shapely.length(fast.geometry.to_numpy())
    print(
        f"{len(fast)} sites: symmetric difference at most {apart.max():.1f} m2 ({(apart / length).max() * 1e3:.2f} mm a"
        f" metre of outline), {apart.sum() / fast.area.sum():.1e} of the area; GEOS on its millimetre grid"
        f" {1e3 * seconds / len(fast):.0f} ms a site"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["accuracy", "speed", "same"])
    parser.add_argument("--extract", choices=["ward", "seoul"], default="seoul")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--stations", type=int, default=50)
    given = parser.parse_args()
    streets, some, extract, stops = _case(given.data, given.extract, given.stations)
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    if given.what == "accuracy":
        pd.set_option("display.width", 200, "display.max_columns", 20, "display.max_colwidth", 60)
        found = accuracy(streets, some, asked_points(streets, extract, half_width_m=25.0))
        print(found.round(2).to_string(index=False))
    elif given.what == "speed":
        print(
            "| what | polygons | s | CPU s | polygons a second | vertices | peak MB so far |\n|---|---|---|---|---|---|---|"
        )
        speed(streets, stops)
    else:
        same(streets, some)


if __name__ == "__main__":
    main()
