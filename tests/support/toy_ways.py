"""Toy streets given in metres, as an extract would have them; no test by itself."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sharemap import network
from sharemap.sources import osm
from sharemap.units import CRS_WGS84

CRS_METRIC = "EPSG:5179"

X0, Y0 = 955_000.0, 1_950_000.0  # somewhere in Seoul


def ways_of(*ways, nodes=()):
    """Ways of (tags, points in metres); equal points are one node; `nodes` are (point, tags)."""
    counts = [len(part) for _, part in ways]
    xy = np.concatenate([np.array(part, dtype=float) for _, part in ways]) + np.array([X0, Y0])
    to_degrees = pyproj.Transformer.from_crs(CRS_METRIC, CRS_WGS84, always_xy=True)
    places, refs = np.unique(xy, axis=0, return_inverse=True)
    number = {tuple(place): ref + 1 for ref, place in enumerate(places)}
    standing = [{"ref": number[x + X0, y + Y0], **tags} for (x, y), tags in nodes]
    return osm.Ways(
        tags=pd.DataFrame([tags for tags, _ in ways]),
        offsets=np.concatenate([[0], np.cumsum(counts)]),
        refs=refs.reshape(-1) + 1,
        lonlat=np.column_stack(to_degrees.transform(*xy.T)),
        nodes=pd.DataFrame(standing, columns=["ref", *osm.NODE_KEYS]),
    )


def streets_of(*ways, nodes=(), rules=None):
    read = ways_of(*ways, nodes=nodes)
    xy = np.concatenate([np.array(part, dtype=float) for _, part in ways]) + np.array([X0, Y0])
    around = gpd.GeoSeries([shapely.box(*xy.min(axis=0), *xy.max(axis=0)).buffer(1)], crs=CRS_METRIC)
    return network.from_ways(read, around, surroundings_m=0, rules=rules)


def walks_between(streets, pairs):
    """Metres that each walk costs, by networkx over the edges; NaN where there is none. Yards are not told apart."""
    import networkx as nx

    graph = streets.to_networkx()
    at = {(round(d["x"] - X0), round(d["y"] - Y0)): node for node, d in graph.nodes(data=True)}
    found = []
    for begin, end in pairs:
        try:
            cost = nx.shortest_path_length(graph, at[begin], at[end], weight="cost_m")
        except nx.NetworkXNoPath:
            cost = float("nan")
        found.append(cost)
    return np.array(found)
