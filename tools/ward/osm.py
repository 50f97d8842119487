"""The extract of the sample ward, as OSM would hold it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, MultiLineString

from tools.ward.shapes import bend, degrees

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from tools.ward.buildings import Area
    from tools.ward.streets import Streets, Town

__all__ = ["write_extract"]

_STAMP = "2026-01-01T00:00:00Z"
_MARGIN = (
    0.016  # degrees: as real extracts do, the box holds all that people next door may walk; nothing is there
)


@dataclass(frozen=True)
class _Way:
    xy: NDArray[np.float64]
    tags: Mapping[str, str]


def write_extract(path: Path, town: Town, streets: Streets, areas: list[Area]) -> None:
    """Write ``.osm.pbf``: nodes, then ways, with positive sorted ids and a bounding box."""
    import osmium

    ways = [
        *_street_ways(streets),
        *_rivers(town),
        *(_Way(shapely.get_coordinates(area.polygon), area.tags) for area in areas),
    ]
    lonlat, refs = _nodes(ways)
    header = osmium.io.Header()
    header.set("generator", "sharemap sample (fictional ward 가온구)")
    low, high = lonlat.min(axis=0) - _MARGIN, lonlat.max(axis=0) + _MARGIN
    header.add_box(osmium.osm.Box(*(float(value) for value in (*low, *high))))
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        common = {"version": 1, "timestamp": _STAMP, "changeset": 1, "uid": 1, "user": "sharemap"}
        for number, (lon, lat) in enumerate(lonlat.tolist(), start=1):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat), **common))
        for number, (way, nodes) in enumerate(zip(ways, refs, strict=True), start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=dict(way.tags), **common))


def _street_ways(streets: Streets) -> Iterator[_Way]:
    """Join the pieces of a strand into ways; where a piece is missing, the way ends."""
    bounds = np.flatnonzero(np.diff(streets.way, prepend=-1, append=-1))
    for start, end in itertools.pairwise(bounds):
        lines = streets.lines[start:end]
        merged = shapely.line_merge(MultiLineString(lines), directed=True) if len(lines) > 1 else lines[0]
        for line in sorted(shapely.get_parts(merged), key=lambda part: part.coords[0]):
            yield _Way(shapely.get_coordinates(line), streets.tags[start])


def _rivers(town: Town) -> Iterator[_Way]:
    from tools.ward import plan
    from tools.ward.shapes import smooth

    river = smooth(plan.RIVER).intersection(town.frame.ward.buffer(600))
    for line in bend([river]):
        if isinstance(line, LineString):
            yield _Way(shapely.get_coordinates(line), {"waterway": "river", "name": "가람천"})


def _nodes(ways: list[_Way]) -> tuple[NDArray[np.float64], list[list[int]]]:
    """Coordinates of the nodes in the order the ways first use them, and the node ids of each way."""
    lonlat = degrees(np.vstack([way.xy for way in ways]))
    keys = np.rint(lonlat * 1e7).astype(np.int64)
    _, first, number = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(1, len(first) + 1)
    ids = rank[number.ravel()]
    splits = np.cumsum([len(way.xy) for way in ways])[:-1]
    refs = [_without_repeats(part) for part in np.split(ids, splits)]
    return lonlat[np.sort(first)], refs


def _without_repeats(ids: NDArray[np.int64]) -> list[int]:
    keep = np.concatenate([[True], np.diff(ids) != 0])
    return [int(number) for number in ids[keep]]
