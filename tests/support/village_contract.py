"""What villages and blocks of any finished run must fulfil, found again by other means; no test by itself."""

from __future__ import annotations

import itertools

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely

from sharemap import network
from sharemap.pipeline.folder import RunFolder

_ROUNDING_M = 0.1  # parts of edges are whole centimetres in the run, and not here


def check_cliques(study, out):
    """Every set of three or more neighbours is represented, villages are disjoint, and members are neighbours.

    What is left when candidates are taken out has enough places only if doubtful ones are two buildings, and is asked
    about.
    """
    walks = _walks(study, out)
    members = gpd.read_file(out / "villages.gpkg", layer="village_places")
    inside = members[members["role"] == "member"]
    assert inside["place_id"].is_unique
    assert gpd.read_file(out / "villages.gpkg", layer="villages")["village_id"].is_unique
    limit, least = study.parameters.adjacent_m, study.parameters.min_places
    for _, village in inside.groupby("village_id"):
        assert len(village) >= least
        for pair in itertools.combinations(sorted(village["place_id"]), 2):
            assert walks[pair] <= limit + _ROUNDING_M
    graph = nx.Graph(pair for pair, walk in walks.items() if walk <= limit - _ROUNDING_M)
    cliques = [set(clique) for clique in nx.find_cliques(graph) if len(clique) >= least]
    assert cliques
    asked = gpd.read_file(out / "villages.gpkg", layer="to_check").drop_duplicates("rank")
    asked = asked[asked["target"] == "village"]
    unsure = [set(ids.split(";")) for ids in asked["place_ids"]]
    assert all(asked["places_if_merged"] < least)
    assert all(asked["places"] >= least)
    beside = set(";".join(asked["neighbour_ids"].fillna("")).split(";"))
    shown = set(members["place_id"]).union(beside, *unsure)
    taken = set(inside["place_id"]).union(*unsure)
    assert all(clique <= shown and clique & taken for clique in cliques)
    graph.remove_nodes_from(taken)
    assert max((len(clique) for clique in nx.find_cliques(graph)), default=0) < least


def check_blocks(out):
    """Blocks tile the area, and no id is given twice."""
    blocks = gpd.read_file(out / "blocks.gpkg", layer="blocks")
    area = shapely.union_all(gpd.read_parquet(out / "area.parquet").geometry.to_numpy())
    assert blocks["block_id"].is_unique
    assert blocks.area.sum() == pytest.approx(area.area, rel=1e-6)
    assert shapely.difference(area, shapely.union_all(blocks.geometry.to_numpy())).area < area.area * 1e-6


def _walks(study, out):
    """Walks between shared spaces by Dijkstra's search of networkx; each space is a node that cuts its edge."""
    with RunFolder(out) as folder:
        places = folder.table("places")
        streets = network.WalkNetwork(folder.table("nodes"), folder.table("edges")).with_profile(
            study.profile
        )
    spaces = places[places["shared_space"] & places["in_area"]].reset_index(drop=True)
    stops = network.snap(streets, spaces, max_snap_m=study.parameters.max_snap_m)
    stops = stops.assign(place_id=spaces["place_id"])[(stops["status"] == "ok").to_numpy()]
    graph = nx.Graph()
    cost_m = streets.edge_cost_cm / 100
    for u, v, cost in zip(streets.edge_u.tolist(), streets.edge_v.tolist(), cost_m.tolist(), strict=True):
        if cost >= 0 and cost < graph.get_edge_data(u, v, {"weight": np.inf})["weight"]:
            graph.add_edge(u, v, weight=cost)
    for edge, on in stops.groupby("edge_id"):
        length = streets.edge_length_cm[edge] / 100
        ends = [(0.0, int(streets.edge_u[edge])), (1.0, int(streets.edge_v[edge]))]
        along = sorted(zip(on["offset_m"] / length, on["place_id"], strict=True))
        for (low, one), (high, other) in itertools.pairwise([ends[0], *along, ends[1]]):
            graph.add_edge(one, other, weight=(high - low) * cost_m[edge])
    legs = dict(zip(stops["place_id"], stops["snap_m"], strict=True))
    limit = study.parameters.adjacent_m + 2 * _ROUNDING_M
    return {
        (one, other): walk + legs[one] + legs[other]
        for one in legs
        for other, walk in nx.single_source_dijkstra_path_length(graph, one, cutoff=limit).items()
        if isinstance(other, str) and one < other
    }
