"""From ways or lines to a :class:`WalkNetwork`, as array work."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sharemap.errors import ExtractError, GeometryError
from sharemap.network.chains import Chains, contract
from sharemap.network.islands import walked
from sharemap.network.model import WalkNetwork
from sharemap.network.passing import with_hubs
from sharemap.network.pricing import priced
from sharemap.units import CRS_WGS84, WalkProfile, whole_cm

if TYPE_CHECKING:
    from sharemap.network.segments import Segments

__all__ = ["assemble", "part"]

_LISTED = 20
_M_PER_KM = 1000.0
#: What is the same all along an edge.
_KIND = ["highway", "steps", "tunnel", "bridge", "crossing", "stroller", "wheelchair", "ends_only"]


def assemble(segments: Segments, *, profile: WalkProfile, report: dict[str, Any]) -> WalkNetwork:
    """Contract segments into edges, number nodes along a Hilbert curve, and find the components.

    Raises
    ------
    ExtractError, GeometryError
        If there is no segment, or one has coordinates that are no numbers.
    """
    if not len(segments.tails):
        msg = "there is no walkable street in the study area"
        raise ExtractError(msg, remedy="check that the extract covers the area, and the rules in [streets]")
    _located(segments)
    segments = with_hubs(segments)
    kind = segments.ways.groupby(_KIND, sort=True).ngroup().to_numpy().astype(np.int32)
    chains = contract(segments.tails, segments.heads, kind[segments.way], n_nodes=len(segments.xy))
    nodes, number = _nodes(segments, chains)
    edges = _edges(segments, chains, number)
    edges = priced(edges, len(nodes), profile)
    return WalkNetwork(nodes=nodes, edges=edges, profile=profile, report={**report, **_islands(edges)})


def part(streets: WalkNetwork, keep: npt.NDArray[np.bool_]) -> WalkNetwork:
    """Return some edges of a network and their nodes, numbered anew in the same order."""
    edges = streets.edges.loc[keep]
    kept, ends = np.unique(edges[["u", "v"]].to_numpy(), return_inverse=True)
    ends = ends.reshape(-1, 2)
    nodes = streets.nodes.iloc[kept].reset_index(drop=True).assign(node_id=np.arange(len(kept)))
    edges = edges.reset_index(drop=True).assign(edge_id=np.arange(len(edges)), u=ends[:, 0], v=ends[:, 1])
    edges = priced(edges, len(nodes), streets.profile)
    slopes = None if streets.slopes is None else streets.slopes.loc[keep].reset_index(drop=True)
    return WalkNetwork(nodes, edges, streets.profile, {**streets.report, **_islands(edges)}, slopes)


def _located(segments: Segments) -> None:
    nowhere = np.asarray(~np.isfinite(segments.xy).all(axis=1))
    lost = nowhere[segments.tails] | nowhere[segments.heads]
    if lost.any():
        msg = "a street has coordinates that are no numbers"
        way = int(segments.way[lost].min())
        remedy = "mend or drop it: shapely.is_valid finds such lines"
        raise GeometryError(msg, row=way, value=f"{int(lost.sum())} pieces", remedy=remedy)


def _nodes(segments: Segments, chains: Chains) -> tuple[gpd.GeoDataFrame, npt.NDArray[np.int64]]:
    """Return the node table, and the node number of each point (-1 for shape points)."""
    junctions = np.unique(
        np.concatenate([chains.nodes[chains.offsets[:-1]], chains.nodes[chains.offsets[1:] - 1]])
    )
    points = gpd.GeoSeries(shapely.points(segments.xy[junctions]), crs=segments.crs)
    # neighbours in space become neighbours in memory: the kernel is bound by cache misses
    along = points.hilbert_distance().to_numpy()
    order = np.lexsort((segments.xy[junctions, 1], segments.xy[junctions, 0], along))
    number = np.full(len(segments.xy), -1, dtype=np.int64)
    number[junctions[order]] = np.arange(len(junctions))
    table = gpd.GeoDataFrame(
        {"node_id": np.arange(len(junctions)), "osm_id": segments.osm_id[junctions[order]]},
        geometry=points.to_numpy()[order],
        crs=segments.crs,
    )
    return table, number


def _edges(segments: Segments, chains: Chains, number: npt.NDArray[np.int64]) -> gpd.GeoDataFrame:
    counts = np.diff(chains.offsets)
    lines = shapely.linestrings(segments.xy[chains.nodes], indices=np.repeat(np.arange(len(counts)), counts))
    way = segments.ways.iloc[
        segments.way[chains.segments[chains.offsets[:-1] - np.arange(len(chains.offsets) - 1)]]
    ].reset_index(drop=True)
    table = gpd.GeoDataFrame(
        {
            "u": number[chains.nodes[chains.offsets[:-1]]],
            "v": number[chains.nodes[chains.offsets[1:] - 1]],
            "length_m": whole_cm(shapely.length(lines)) / 100.0,
            **{column: way[column] for column in ("name", *_KIND)},
            "source_ids": _source_ids(segments, chains),
        },
        geometry=lines,
        crs=segments.crs,
    )
    order = np.lexsort((table["length_m"], table["highway"], table["v"], table["u"]))
    return table.iloc[order].reset_index(drop=True).assign(edge_id=np.arange(len(table)))


def _source_ids(segments: Segments, chains: Chains) -> npt.NDArray[np.object_]:
    """Return the ids of the ways that each edge is made of, in its order, each once a stretch."""
    n = len(chains.offsets) - 1
    if "source_ids" not in segments.ways.columns:
        return np.full(n, None, dtype=object)
    ids = segments.ways["source_ids"].to_numpy(dtype=object)
    way, chain = segments.way[chains.segments], np.repeat(np.arange(n), np.diff(chains.offsets) - 1)
    new = np.ones(len(way), dtype=bool)
    new[1:] = (way[1:] != way[:-1]) | (chain[1:] != chain[:-1])
    way, chain = way[new], chain[new]
    first = np.flatnonzero(np.diff(chain, prepend=-1))
    found = ids[way[first]]
    parts = np.diff(np.append(first, len(way)))
    for one in np.flatnonzero(parts > 1):
        run = ids[way[first[one] : first[one] + parts[one]]]
        found[one] = " ".join(text for text in run if text) or None
    return np.asarray(found, dtype=object)


def _islands(edges: gpd.GeoDataFrame) -> dict[str, Any]:
    on_piece = walked(edges)
    pieces = edges.loc[on_piece]
    off = edges.loc[~on_piece & (edges["component"] >= 0).to_numpy()]
    listed = _listed(off)
    return {
        "length_km": _km(edges["length_m"]),
        "main_length_km": _km(edges.loc[edges["component"] == 0, "length_m"]),
        "pieces": int(pieces["component"].nunique()),
        "pieces_length_km": _km(pieces["length_m"]),
        "other_pieces": _records(_listed(pieces.loc[pieces["component"] > 0])),
        "islands": len(listed),
        "islands_length_km": _km(off["length_m"]),
        "largest_islands": _records(listed),
    }


def _listed(off_main: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return components, the longest first: ``length_m``, ``lon`` and ``lat``."""
    middle = shapely.line_interpolate_point(off_main.geometry.to_numpy(), 0.5, normalized=True)
    wgs84 = gpd.GeoSeries(middle, index=off_main.index, crs=off_main.crs).to_crs(CRS_WGS84)
    return (
        pd.DataFrame(
            {
                "component": off_main["component"],
                "length_m": off_main["length_m"],
                "lon": wgs84.x,
                "lat": wgs84.y,
            }
        )
        .groupby("component")
        .agg(length_m=("length_m", "sum"), lon=("lon", "median"), lat=("lat", "median"))
        .sort_values("length_m", ascending=False, kind="stable")
    )


def _records(listed: pd.DataFrame) -> list[dict[str, Any]]:
    rounded = listed.head(_LISTED).round({"length_m": 2, "lon": 6, "lat": 6})
    return [{str(key): value for key, value in row.items()} for row in rounded.to_dict("records")]


def _km(lengths_m: pd.Series) -> float:
    """Sum exactly: the last digit of a plain sum depends on the library's order."""
    return round(math.fsum(lengths_m) / _M_PER_KM, 3)
