"""From an extract to a ready network, by sharemap or OSMnx; run by ``run.py``, prints one JSON line."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from cases import BOUNDARIES, EXTRACTS, SURROUNDINGS_M, _wards, prepare


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def sharemap(extract: str, data: Path) -> dict[str, object]:
    from sharemap import network
    from sharemap.sources import boundaries

    area = boundaries.read_area(data / BOUNDARIES, wards=["중구"] if extract == "ward" else _wards(data))
    path = data / "osm" / EXTRACTS[extract]
    begin = time.perf_counter()
    streets = network.from_pbf(path, area, surroundings_m=SURROUNDINGS_M)
    ready = (len(streets.indptr), streets.edges["component"].max())
    result = {"seconds": time.perf_counter() - begin, "peak_mb": peak_mb(), "edges": len(streets.edges)}
    assert ready[0] == len(streets.nodes) + 1
    if hasattr(network, "reopen"):
        with tempfile.TemporaryDirectory() as folder:
            saved = Path(folder) / "network"
            network.save(streets, saved)
            begin = time.perf_counter()
            again = network.reopen(saved)
            assert len(again.indptr) == len(streets.indptr)
            result["reopen_s"] = time.perf_counter() - begin
    return result


def osmnx(extract: str, data: Path, folder: Path) -> dict[str, object]:
    """OSMnx on the same extract: XML (made before, not counted), its walk filter, simplified."""
    import osmium
    import osmnx as ox

    plain = folder / f"{extract}.osm"
    if not plain.exists():
        # plain XML of highways and their nodes is all that OSMnx reads
        ways = osmium.FileProcessor(str(data / "osm" / EXTRACTS[extract])).with_filter(
            osmium.filter.KeyFilter("highway")
        )
        with osmium.BackReferenceWriter(
            str(plain), ref_src=str(data / "osm" / EXTRACTS[extract]), overwrite=True
        ) as out:
            for thing in ways:
                if thing.is_way():
                    out.add(thing)
    ox.settings.useful_tags_way = sorted({*ox.settings.useful_tags_way, "foot", "area", "service"})
    begin = time.perf_counter()
    graph = ox.graph_from_xml(plain, simplify=False, retain_all=True)
    graph.remove_edges_from(
        [(u, v, k) for u, v, k, tags in graph.edges(keys=True, data=True) if not _walkable(tags)]
    )
    graph.remove_nodes_from([node for node, degree in graph.degree() if not degree])
    graph = ox.simplify_graph(graph)
    return {"seconds": time.perf_counter() - begin, "peak_mb": peak_mb(), "edges": len(graph.edges)}


def _walkable(tags: dict[str, object]) -> bool:
    """OSMnx's filter for network_type='walk', on tags instead of on Overpass."""
    shut = "abandoned bus_guideway construction cycleway motor no planned platform proposed raceway razed rest_area"
    return not (
        str(tags.get("highway")) in {*shut.split(), "services", "motorway", "motorway_link"}
        or tags.get("area") == "yes"
        or tags.get("foot") == "no"
        or tags.get("service") == "private"
        or tags.get("access") == "private"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["sharemap", "osmnx", "prepare"])
    parser.add_argument("extract", choices=list(EXTRACTS))
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    try:
        if given.what == "prepare":
            result = prepare(given.extract, given.data, given.folder)
        elif given.what == "sharemap":
            result = sharemap(given.extract, given.data)
        else:
            result = osmnx(given.extract, given.data, given.folder)
    except ModuleNotFoundError as error:
        result = {"not_installed": error.name}
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
