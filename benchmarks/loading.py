"""From an extract to a ready network, and points onto it, by sharemap or OSMnx.

Run by ``run.py``, each in a process of its own; prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from cases import BOUNDARIES, EXTRACTS, SURROUNDINGS_M, _wards, prepare


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def sharemap(extract: str, data: Path) -> dict[str, object]:
    from sharemap import network
    from sharemap.sources import boundaries

    area = boundaries.read_area(data / BOUNDARIES, wards=["중구"] if extract == "ward" else _wards(data))
    path = data / "osm" / EXTRACTS[extract]
    begin, processor = time.perf_counter(), time.process_time()
    streets = network.from_pbf(path, area, surroundings_m=SURROUNDINGS_M)
    ready = (len(streets.indptr), streets.edges["component"].max())
    result = {
        "seconds": time.perf_counter() - begin,
        "processor_s": time.process_time() - processor,
        "peak_mb": peak_mb(),
        "edges": len(streets.edges),
    }
    assert ready[0] == len(streets.nodes) + 1
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "network"
        network.save(streets, saved)
        begin = time.perf_counter()
        again = network.reopen(saved)
        assert len(again.indptr) == len(streets.indptr)
        result["reopen_s"] = time.perf_counter() - begin
    return result


def osmnx(extract: str, data: Path, folder: Path, *, whole: bool) -> dict[str, object]:
    """OSMnx on the same extract: XML (made before, not counted), its walk filter, simplified.

    Either the whole extract as XML, as any converter writes it, or only its highways and their nodes, filtered
    beforehand by somebody who knows that OSMnx reads nothing else.
    """
    import osmium
    import osmnx as ox

    source = str(data / "osm" / EXTRACTS[extract])
    plain = folder / f"{extract}{'-whole' * whole}.osm"
    if whole and not plain.exists():
        with osmium.SimpleWriter(str(plain)) as out:
            for thing in osmium.FileProcessor(source):
                out.add(thing)
    elif not plain.exists():
        ways = osmium.FileProcessor(source).with_filter(osmium.filter.KeyFilter("highway"))
        with osmium.BackReferenceWriter(str(plain), ref_src=source, overwrite=True) as out:
            for thing in ways:
                if thing.is_way():
                    out.add(thing)
    ox.settings.useful_tags_way = sorted({*ox.settings.useful_tags_way, "foot", "area", "service"})
    begin, processor = time.perf_counter(), time.process_time()
    graph = ox.graph_from_xml(plain, simplify=False, retain_all=True)
    graph.remove_edges_from(
        [(u, v, k) for u, v, k, tags in graph.edges(keys=True, data=True) if not _walkable(tags)]
    )
    graph.remove_nodes_from([node for node, degree in graph.degree() if not degree])
    graph = ox.simplify_graph(graph)
    return {
        "seconds": time.perf_counter() - begin,
        "processor_s": time.process_time() - processor,
        "peak_mb": peak_mb(),
        "edges": len(graph.edges),
    }


def _walkable(tags: dict[str, object]) -> bool:
    """OSMnx's filter for network_type='walk', on tags instead of on Overpass."""
    shut = "abandoned bus_guideway construction cycleway motor no planned platform proposed raceway razed rest_area"
    return "highway" in tags and not (
        str(tags["highway"]) in {*shut.split(), "services", "motorway", "motorway_link"}
        or tags.get("area") == "yes"
        or tags.get("foot") == "no"
        or tags.get("service") == "private"
        or tags.get("access") == "private"
    )


N_POINTS = 100_000
MAX_SNAP_M = 150.0


def snapping(extract: str, data: Path) -> dict[str, object]:
    """Both join the same points to the same streets in turns; distances compared."""
    import geopandas as gpd
    import osmnx as ox
    import shapely

    from sharemap import network
    from sharemap.sources import boundaries

    area = boundaries.read_area(data / BOUNDARIES, wards=["중구"] if extract == "ward" else _wards(data))
    streets = network.from_pbf(data / "osm" / EXTRACTS[extract], area, surroundings_m=SURROUNDINGS_M)
    outline = area.union_all()
    shapely.prepare(outline)
    west, south, east, north = outline.bounds
    xy = np.random.default_rng(0).uniform((west, south), (east, north), (4 * N_POINTS, 2))
    xy = xy[shapely.contains_xy(outline, xy)][:N_POINTS]
    points = gpd.GeoSeries.from_xy(*xy.T, crs=area.crs)
    graph = _graph_of(streets)
    ours_s, theirs_s = [], []
    for _ in range(3):
        begin = time.perf_counter()
        stops = network.snap(streets, points, max_snap_m=MAX_SNAP_M)
        ours_s.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        _, distance = ox.distance.nearest_edges(graph, *xy.T, return_dist=True)
        theirs_s.append(time.perf_counter() - begin)
    ok, other = (stops["status"] == "ok").to_numpy(), np.asarray(distance)
    worst = np.abs(stops["snap_m"].to_numpy()[ok] - other[ok]).max()
    assert worst <= 0.005 + 1e-6, f"access legs differ by {worst} m"  # ours are whole centimetres
    assert (ok == (other <= MAX_SNAP_M)).all(), "a point is joined by one and not by the other"
    return {
        "points": len(points),
        "joined": int(ok.sum()),
        "ours_s": statistics.median(ours_s),
        "theirs_s": statistics.median(theirs_s),
        "worst_m": float(worst),
    }


def _graph_of(streets):
    """Return what snapping may use, as the graph that OSMnx asks for."""
    import networkx as nx

    edges = streets.edges
    edges = edges[(edges["component"] == 0) & ~edges["tunnel"] & ~edges["bridge"]]
    graph = nx.MultiDiGraph(crs=streets.edges.crs)
    xy = streets.nodes.geometry.get_coordinates().to_numpy()
    graph.add_nodes_from((node, {"x": x, "y": y}) for node, (x, y) in enumerate(xy.tolist()))
    columns = (edges[name] for name in ("u", "v", "edge_id", "geometry"))
    graph.add_edges_from((u, v, edge, {"geometry": line}) for u, v, edge, line in zip(*columns, strict=True))
    return graph


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["sharemap", "osmnx", "osmnx-highways", "prepare", "snapping"])
    parser.add_argument("extract", choices=list(EXTRACTS))
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    try:
        if given.what == "prepare":
            result = prepare(given.extract, given.data, given.folder)
        elif given.what == "sharemap":
            result = sharemap(given.extract, given.data)
        elif given.what == "snapping":
            result = snapping(given.extract, given.data)
        else:
            result = osmnx(given.extract, given.data, given.folder, whole=given.what == "osmnx")
    except ModuleNotFoundError as error:
        result = {"not_installed": error.name}
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
