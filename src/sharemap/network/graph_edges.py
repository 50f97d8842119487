"""The edges of an OSMnx graph as lines: its two directions as one, lists of merged ways read by a stated rule.

OSMnx merges the ways between two junctions into one edge (``simplify``), and keeps what they say as lists in no order: whether
20 m of 300 are steps, and which, is lost. So an edge counts as steps, tunnel or bridge as soon as any of its ways is one, its
class is the one with the most traffic, and its names are all of them. Graphs that are not simplified lose nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from sharemap.network.polylines import LineEnds, says_yes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import networkx as nx

__all__ = ["GraphEdges", "edges_of"]

#: Classes, the most traffic first; what stands in no list comes before the ways of people on foot.
_TRAFFIC = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary",
    "tertiary_link", "unclassified", "residential", "living_street", "road", "service", "", "pedestrian", "track", "cycleway",
    "bridleway", "path", "footway", "corridor", "steps",
)  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(_TRAFFIC)}
_MARKS = ("tunnel", "bridge")


@dataclass(frozen=True)
class GraphEdges:
    """The streets of a graph.

    Attributes
    ----------
    lines
        Each street once, in the CRS of the graph: ``highway``, ``name``, ``steps``, ``tunnel``, ``bridge``, ``source_ids``.
    ends
        The nodes at which they meet.
    mixed
        ``bool``, streets of which the graph does not say which part is steps, tunnel or bridge.
    """

    lines: gpd.GeoDataFrame
    ends: LineEnds
    mixed: npt.NDArray[np.bool_]


def edges_of(graph: nx.MultiDiGraph) -> GraphEdges:
    """Read the edges of a graph.

    Raises
    ------
    KeyError, TypeError, AttributeError, ValueError, CRSError
        If it is none of OSMnx.
    """
    crs, number = CRS.from_user_input(graph.graph["crs"]), {node: row for row, node in enumerate(graph.nodes)}
    xy = np.array([(data["x"], data["y"]) for _, data in graph.nodes(data=True)], dtype=np.float64)
    u, v, keys, facts = zip(*_all(graph), strict=True)
    ends = np.array([[number[a] for a in u], [number[b] for b in v]], dtype=np.int64).T
    coords, offsets = _drawn(facts, ends, xy)
    kept = _once(facts, ends, coords, offsets)
    owner = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    chosen = np.isin(owner, kept)
    position = np.full(len(offsets) - 1, -1)
    position[kept] = np.arange(len(kept))
    table = pd.DataFrame([_said(facts[row]) for row in kept])
    mixed = table.pop("mixed").to_numpy(dtype=bool)
    table["source_ids"] = [f"{u[row]},{v[row]},{keys[row]}" for row in kept]
    lines = shapely.linestrings(coords[chosen], indices=position[owner[chosen]])
    ids = [node if isinstance(node, int) else -1 for node in graph.nodes]
    return GraphEdges(
        gpd.GeoDataFrame(table, geometry=lines, crs=crs),
        LineEnds(ends[kept], np.array(ids, dtype=np.int64)),
        mixed,
    )


def _all(graph: nx.MultiDiGraph) -> Iterator[tuple[Any, Any, Any, dict[str, Any]]]:
    if graph.is_multigraph():
        yield from graph.edges(keys=True, data=True)
    else:
        yield from ((u, v, 0, data) for u, v, data in graph.edges(data=True))


def _drawn(
    facts: tuple[dict[str, Any], ...], ends: npt.NDArray[np.int64], xy: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the points of each edge from its first node to its second; straight where the graph draws no line."""
    shapes = np.array([data.get("geometry") for data in facts], dtype=object)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    begins = np.searchsorted(owner, np.arange(len(shapes) + 1))
    parts: list[npt.NDArray[np.float64]] = []
    for row, (first, last) in enumerate(ends):
        inner = points[begins[row] : begins[row + 1]]
        here, there = xy[first], xy[last]
        if len(inner):
            away = np.abs(inner[0] - here).sum() + np.abs(inner[-1] - there).sum()
            if away > np.abs(inner[-1] - here).sum() + np.abs(inner[0] - there).sum():
                inner = inner[::-1]
            inner = inner[int((inner[0] == here).all()) : len(inner) - int((inner[-1] == there).all())]
        parts.append(np.concatenate([[here], inner, [there]]))
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    return np.concatenate(parts), offsets


def _once(
    facts: tuple[dict[str, Any], ...],
    ends: npt.NDArray[np.int64],
    coords: npt.NDArray[np.float64],
    offsets: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Return the edges without those that are another one there and back: same nodes, same line, same ways."""
    seen: dict[tuple[Any, ...], int] = {}
    for row, data in enumerate(facts):
        shape = coords[offsets[row] : offsets[row + 1]]
        drawn = min(shape.tobytes(), shape[::-1].tobytes())
        ways = tuple(sorted(str(one) for one in _values(data.get("osmid"))))
        kind = tuple(sorted(str(one) for one in _values(data.get("highway"))))
        seen.setdefault((*sorted(ends[row].tolist()), drawn, ways, kind), row)
    return np.fromiter(seen.values(), dtype=np.int64, count=len(seen))


def _values(value: object) -> list[Any]:
    """Return what an edge says of one thing: OSMnx puts lists, sets after some versions, where merged ways differ."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    return [] if value is None or value != value else [value]  # noqa: PLR0124  no number


def _said(data: dict[str, Any]) -> dict[str, Any]:
    classes = sorted({str(one) for one in _values(data.get("highway"))})
    highway = min(classes, key=lambda name: (_RANK.get(name, _RANK[""]), name), default="unclassified")
    said: dict[str, Any] = {
        "highway": highway,
        "name": " / ".join(sorted({str(one) for one in _values(data.get("name"))})) or None,
        "steps": "steps" in classes,
    }
    several = len(_values(data.get("osmid"))) > 1
    mixed = "steps" in classes and len(classes) > 1
    for mark in _MARKS:
        said[mark] = any(says_yes(value) for value in _values(data.get(mark)))
        # a way without the tag says nothing, and OSMnx leaves it out of the list
        mixed |= said[mark] and several
    return {**said, "mixed": mixed}
