"""Every street corner as a candidate for a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from sharemap.network import WalkNetwork

__all__ = ["corners"]

_CM = 100.0


def corners(streets: WalkNetwork, *, within: shapely.Geometry | None = None) -> gpd.GeoDataFrame:
    """Return the nodes of the network at which a site could stand.

    A site can stand where a point may join the street: at an end of an edge of a piece that is walked
    (:attr:`sharemap.network.WalkNetwork.joined`).

    Parameters
    ----------
    streets
        The network; its profile decides which edges can be used.
    within
        Only corners inside this area or on its border, in the CRS of the streets; by default all.

    Returns
    -------
    One row a corner, in the order of the nodes: ``node_id``, and where it meets the street as
    :func:`sharemap.network.snap` says it: at an end of its first such edge, without an access leg.

    Examples
    --------
    A street of two parts, the second of which is a bridge: nobody puts a site at its far end.

    >>> from shapely import LineString
    >>> from sharemap import network
    >>> parts = [LineString([(0, 0), (300, 0)]), LineString([(300, 0), (400, 0)])]
    >>> lines = gpd.GeoDataFrame({"bridge": [False, True]}, geometry=parts, crs="EPSG:5179")
    >>> corners(network.from_lines(lines))[["node_id", "edge_id", "offset_m"]].to_numpy().tolist()
    [[0, 0, 0.0], [1, 0, 300.0]]
    """
    # a corner stands on a street that somebody can walk: nobody has a door on one that is shut both ways
    shut = (streets.edge_forward_cm < 0) & (streets.edge_backward_cm < 0)
    usable = np.flatnonzero(streets.joined & ~shut)
    node = np.concatenate([streets.edge_u[usable], streets.edge_v[usable]])
    edge = np.concatenate([usable, usable])
    offset_m = np.concatenate([np.zeros(len(usable)), streets.edge_length_cm[usable] / _CM])
    order = np.lexsort((edge, node))
    node, first = np.unique(node[order], return_index=True)
    chosen = order[first]
    where = np.asarray(streets.nodes.geometry)[node]
    table = gpd.GeoDataFrame(
        {
            "node_id": node.astype(np.int64),
            "edge_id": pd.array(edge[chosen], dtype="Int64"),
            "offset_m": offset_m[chosen],
            "snap_m": 0.0,
            "status": pd.array(["ok"] * len(node), dtype="str"),
        },
        geometry=where,
        crs=streets.nodes.crs,
    )
    if within is None:
        return table
    shapely.prepare(within)
    return table[shapely.intersects(within, where)].reset_index(drop=True)
