"""Doors to a :class:`WalkNetwork` from what OSMnx makes: its graphs, their files, and places it fetches."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj.exceptions import CRSError

from sharemap.crs import chosen, read_crs
from sharemap.errors import ExtractError, GeometryError, MissingFileError
from sharemap.network.graph_edges import edges_of
from sharemap.network.polylines import of_lines
from sharemap.units import CRS_WGS84, STANDARD, WalkProfile

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    from pyproj import CRS

    from sharemap.network.model import WalkNetwork

__all__ = ["from_graphml", "from_osmnx", "from_place"]

log = logging.getLogger(__name__)

_M_PER_KM = 1000.0


def from_graphml(
    path: Path | str, *, crs: CRS | str | None = None, profile: WalkProfile = STANDARD
) -> WalkNetwork:
    """Read a graph that OSMnx saved with ``save_graphml``.

    Parameters
    ----------
    path, crs, profile
        The file, and as in :func:`from_osmnx`.

    Raises
    ------
    MissingFileError, ExtractError
        If the file does not exist or is no graphml of OSMnx.
    """
    import osmnx

    if not Path(path).is_file():
        msg = "the street graph does not exist"
        raise MissingFileError(msg, file=path, remedy="check [streets] graphml in the study file")
    try:
        graph = osmnx.load_graphml(path)
    except Exception as error:  # osmnx lets XML, key and value errors through as they come
        msg = f"the street graph cannot be read ({type(error).__name__})"
        raise ExtractError(msg, file=path, remedy="save it again with osmnx.save_graphml") from error
    return from_osmnx(graph, crs=crs, profile=profile)


def from_place(
    place: str,
    *,
    surroundings_m: float = 1275.0,
    crs: CRS | str | None = None,
    profile: WalkProfile = STANDARD,
) -> WalkNetwork:
    """Download the walking network of a named place and its surroundings with OSMnx (needs internet).

    OSMnx's own walk filter decides what is walkable. The graph is not simplified: that loses which part of a street is
    steps, and streets are joined between junctions here anyway. The network is in
    `crs`, or in the one that suits the place.

    Raises
    ------
    ExtractError
        If there is no connection or no such place.
    """
    import osmnx

    try:
        found = osmnx.geocode_to_gdf(place)
        metric = chosen(found, crs)
        found = found.to_crs(metric)
        around = found.buffer(surroundings_m).to_crs(CRS_WGS84).union_all()
        graph = osmnx.graph_from_polygon(around, network_type="walk", simplify=False)
    except Exception as error:  # requests, geocoding and empty answers all end the same way for the user
        msg = f"the streets of the place cannot be fetched ({type(error).__name__})"
        remedy = "check the name and the connection, or use [streets] extract with a file"
        raise ExtractError(msg, value=place, remedy=remedy) from error
    return from_osmnx(graph, crs=metric, profile=profile)


def from_osmnx(
    graph: nx.MultiDiGraph, *, crs: CRS | str | None = None, profile: WalkProfile = STANDARD
) -> WalkNetwork:
    """Turn an OSMnx graph (simplified or not) into a network; its two directions become one edge.

    What is in the graph is walked as given. Nodes keep their ids (``osm_id``), edges say which of the graph's they are
    made of (``source_ids``). Where a simplified graph merged ways of several kinds, an edge is steps, tunnel or bridge as
    soon as one of its ways is, and a warning says how many are: a graph made with ``simplify=False`` knows better.

    Parameters
    ----------
    graph
        In degrees or projected.
    crs
        The metric CRS in which the network is wanted; by default that of a graph which is projected in metres, else
        the one that suits its streets (:func:`sharemap.crs.chosen`).
    profile
        Walking profile of the costs.

    Raises
    ------
    ExtractError, GeometryError
        If the graph has no edges, lacks what OSMnx puts into one, or has coordinates that are no numbers.
    """
    if not graph.number_of_edges():
        msg = "the street graph has no edges"
        raise ExtractError(msg, remedy="check the place or the graph file")
    try:
        edges = edges_of(graph)
    except (KeyError, TypeError, AttributeError, ValueError, CRSError) as error:
        msg = f"the street graph is none of OSMnx ({type(error).__name__}: {error})"
        remedy = "give a MultiDiGraph with crs, and x and y at every node"
        raise ExtractError(msg, remedy=remedy) from error
    if not np.isfinite(edges.lines.total_bounds).all():
        msg = "a node of the street graph has coordinates that are no numbers"
        raise GeometryError(msg, remedy="mend or drop it")
    lines = edges.lines.to_crs(_metric(edges.lines, crs))
    mixed_km = round(float(shapely.length(lines.geometry.to_numpy()[edges.mixed]).sum()) / _M_PER_KM, 3)
    if edges.mixed.any():
        log.warning(
            "%(edges)d streets of the graph (%(km).1f km) are merged of ways of several kinds, and it does not say which part is steps, tunnel or bridge: each counts as such as a whole",
            {"edges": int(edges.mixed.sum()), "km": mixed_km},
            extra={"term": "warn_graph_merged"},
        )
    return of_lines(lines, ends=edges.ends, profile=profile, report={"merged_km": mixed_km})


def _metric(edges: gpd.GeoDataFrame, crs: CRS | str | None) -> CRS:
    if crs is None and edges.crs.is_projected:
        return edges.crs
    return chosen(edges) if crs is None else read_crs(crs)
