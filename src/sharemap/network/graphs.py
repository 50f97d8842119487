"""Doors to a :class:`WalkNetwork` from what OSMnx makes: its graphs, their files, and places it fetches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from sharemap.errors import ExtractError, MissingFileError
from sharemap.network.readers import from_lines
from sharemap.units import CRS_METRIC, CRS_WGS84, STANDARD, WalkProfile

if TYPE_CHECKING:
    import networkx as nx

    from sharemap.network.model import WalkNetwork

__all__ = ["from_graphml", "from_osmnx", "from_place"]


def from_graphml(path: Path | str, *, profile: WalkProfile = STANDARD) -> WalkNetwork:
    """Read a graph that OSMnx saved with ``save_graphml``.

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
    return from_osmnx(graph, profile=profile)


def from_place(place: str, *, surroundings_m: float = 1275.0, profile: WalkProfile = STANDARD) -> WalkNetwork:
    """Download the walking network of a named place and its surroundings with OSMnx (needs internet).

    OSMnx's own walk filter decides what is walkable.

    Raises
    ------
    ExtractError
        If there is no connection or no such place.
    """
    import osmnx

    try:
        found = osmnx.geocode_to_gdf(place).to_crs(CRS_METRIC)
        around = found.buffer(surroundings_m).to_crs(CRS_WGS84).union_all()
        graph = osmnx.graph_from_polygon(around, network_type="walk", simplify=True)
    except Exception as error:  # requests, geocoding and empty answers all end the same way for the user
        msg = f"the streets of the place cannot be fetched ({type(error).__name__})"
        remedy = "check the name and the connection, or use [streets] extract with a file"
        raise ExtractError(msg, value=place, remedy=remedy) from error
    return from_osmnx(graph, profile=profile)


def from_osmnx(graph: nx.MultiDiGraph, *, profile: WalkProfile = STANDARD) -> WalkNetwork:
    """Turn an OSMnx graph (simplified or not) into a network; its two directions become one edge.

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
        edges = edges.to_crs(CRS_METRIC)
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
        crs=CRS_METRIC,
    )
    return from_lines(lines, profile=profile)


def _first(edges: gpd.GeoDataFrame, column: str) -> pd.Series[str]:
    """Return one text an edge: OSMnx puts lists where merged ways differ."""
    if column not in edges.columns:
        return pd.Series("", index=range(len(edges)), dtype=str)
    values = [value[0] if isinstance(value, list) else value for value in edges[column]]
    return pd.Series(values, dtype=object).fillna("").astype(str)
