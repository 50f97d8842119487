"""Doors to a :class:`WalkNetwork` from what OSMnx makes: its graphs, their files, and places it fetches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from sharemap.crs import chosen, read_crs
from sharemap.errors import ExtractError, MissingFileError
from sharemap.network.readers import from_lines
from sharemap.units import CRS_WGS84, STANDARD, WalkProfile

if TYPE_CHECKING:
    import networkx as nx
    from pyproj import CRS

    from sharemap.network.model import WalkNetwork

__all__ = ["from_graphml", "from_osmnx", "from_place"]


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

    OSMnx's own walk filter decides what is walkable. The network is in `crs`, or in the one that suits the place.

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
        graph = osmnx.graph_from_polygon(around, network_type="walk", simplify=True)
    except Exception as error:  # requests, geocoding and empty answers all end the same way for the user
        msg = f"the streets of the place cannot be fetched ({type(error).__name__})"
        remedy = "check the name and the connection, or use [streets] extract with a file"
        raise ExtractError(msg, value=place, remedy=remedy) from error
    return from_osmnx(graph, crs=metric, profile=profile)


def from_osmnx(
    graph: nx.MultiDiGraph, *, crs: CRS | str | None = None, profile: WalkProfile = STANDARD
) -> WalkNetwork:
    """Turn an OSMnx graph (simplified or not) into a network; its two directions become one edge.

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
    import osmnx

    if not graph.number_of_edges():
        msg = "the street graph has no edges"
        raise ExtractError(msg, remedy="check the place or the graph file")
    try:
        edges = osmnx.convert.graph_to_gdfs(osmnx.convert.to_undirected(graph), nodes=False)
        edges = edges.to_crs(_metric(edges, crs))
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"the street graph is none of OSMnx ({type(error).__name__}: {error})"
        remedy = "give a MultiDiGraph with crs, and x and y at every node"
        raise ExtractError(msg, remedy=remedy) from error
    first = {name: _first(edges, name) for name in ("highway", "name", "tunnel", "bridge")}
    lines = gpd.GeoDataFrame(
        {
            "highway": first["highway"],
            "name": first["name"],
            "tunnel": ~first["tunnel"].isin(("", "no")),
            "bridge": ~first["bridge"].isin(("", "no")),
        },
        geometry=edges.geometry.to_numpy(),
        crs=edges.crs,
    )
    return from_lines(lines, profile=profile)


def _metric(edges: gpd.GeoDataFrame, crs: CRS | str | None) -> CRS:
    if crs is None and edges.crs.is_projected:
        return edges.crs
    return chosen(edges) if crs is None else read_crs(crs)


def _first(edges: gpd.GeoDataFrame, column: str) -> pd.Series[str]:
    """Return one text an edge: OSMnx puts lists where merged ways differ."""
    if column not in edges.columns:
        return pd.Series("", index=range(len(edges)), dtype=str)
    values = [value[0] if isinstance(value, list) else value for value in edges[column]]
    return pd.Series(values, dtype=object).fillna("").astype(str)
