"""Streets, railways and waterways of an extract as flat arrays."""

from __future__ import annotations

import logging
import math
from array import array
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sharemap.errors import ExtractError
from sharemap.sources.osm.extracts import Box, readable, turns_of, window_of
from sharemap.sources.osm.nodes import NODE_KEYS, no_nodes, read_nodes
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyproj import CRS

__all__ = ["NODE_KEYS", "WAY_KEYS", "Ways", "barriers", "read_ways"]

log = logging.getLogger(__name__)

_Outlines = dict[int, dict[str, str]]

_LINE_KEYS = ("highway", "railway", "waterway")
#: Tags of ways that are read, the most frequent first. The ways of a real country carry hundreds of others, a column
#: each would fill the memory.
WAY_KEYS = (
    *("highway", "name", "service", "bridge", "tunnel", "layer"),
    *("railway", "waterway", "foot", "access", "footway"),
    *("crossing", "area", "cycleway", "indoor", "location", "path", "type"),
    *("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right"),
    *("level", "motorroad", "smoothness", "wheelchair", "stroller", "sac_scale"),
    *("ramp", "ramp:wheelchair", "ramp:stroller", "oneway:foot", "foot:forward", "foot:backward"),
)
_RAIL = ("rail", "light_rail", "subway", "narrow_gauge", "monorail", "tram")
_STREAMS = ("river", "canal", "stream")
_REF = attrgetter("ref")
_WKB_HEAD = 18  # signs of a line's WKB before its coordinates: byte order, kind, number of points


@dataclass(frozen=True)
class Ways:
    """Ways of an extract, flat.

    Attributes
    ----------
    tags
        One row a way: ``way_id`` and a text column a key of :data:`WAY_KEYS` that any of them carries; absent tags
        are ``None``.
    offsets
        ``int64[n_ways + 1]``; the nodes of way ``i`` are ``offsets[i]:offsets[i + 1]``.
    refs
        ``int64``, OSM node ids.
    lonlat
        ``float64[n, 2]``, degrees.
    crs
        The CRS of :meth:`lines`: that of the area for which they were read, else degrees.
    nodes
        What stands on the streets: one row a node that is a barrier or a kerb, ``ref`` (its OSM id) and a text column
        a key of :data:`NODE_KEYS`; absent tags are ``None``.
    bounds
        West, south, east, north in degrees of where all ways of the file begin, near or not: what its header says of
        itself may be another thing.
    """

    tags: pd.DataFrame
    offsets: npt.NDArray[np.int64]
    refs: npt.NDArray[np.int64]
    lonlat: npt.NDArray[np.float64]
    crs: CRS | str = CRS_WGS84
    nodes: pd.DataFrame = field(default_factory=no_nodes)
    bounds: Box | None = None

    def column(self, key: str) -> pd.Series[str]:
        """Return the values of one tag, empty text where a way does not carry it.

        Raises
        ------
        KeyError
            If the tag is not among :data:`WAY_KEYS`: nobody would have read it.
        """
        if key not in WAY_KEYS:
            raise KeyError(key)
        if key in self.tags.columns:
            return self.tags[key].fillna("").astype(str)
        return pd.Series("", index=self.tags.index, dtype=str)

    def lines(self, chosen: npt.NDArray[np.bool_]) -> gpd.GeoSeries:
        """Return the chosen ways as LineStrings in :attr:`crs`, indexed like :attr:`tags`."""
        counts = np.diff(self.offsets)
        owner = np.repeat(np.arange(len(counts)), counts)
        keep = chosen[owner]
        positions = np.flatnonzero(chosen)
        local = np.searchsorted(positions, owner[keep])
        lines = shapely.linestrings(self.lonlat[keep], indices=local)
        return gpd.GeoSeries(lines, index=self.tags.index[positions], crs=CRS_WGS84).to_crs(self.crs)


def read_ways(path: Path | str, *, near: gpd.GeoSeries | gpd.GeoDataFrame | None = None) -> Ways:
    """Read the highways, railways and waterways of an extract.

    Ways that are not near are forgotten at once: a whole country's extract takes its time, but no more memory than
    a city's.

    Parameters
    ----------
    path
        An ``.osm.pbf``, ``.osm`` or any other file that libosmium reads.
    near
        Only ways whose box meets the box of these areas, which are in a metric CRS; by default all.

    Returns
    -------
    Ways
        Ways whose nodes are all in the file, in the order of the file. Ways with missing nodes are counted
        in the log and left out: their place is unknown. Last come ways that are only the outline of a square drawn
        as a relation: they have the tags of the relation, ``type=multipolygon`` among them.

    Raises
    ------
    MissingFileError, ExtractError
        If the file does not exist, is damaged, holds one way twice, or holds no highway (near the areas).
    """
    with readable(path) as name:
        tags, counts, refs, lonlat, bounds = _flat(name, window_of(near))
        nodes = read_nodes(name, refs)
    if "highway" not in tags:
        msg = "the extract holds no streets" + ("" if near is None else " near the study area")
        raise ExtractError(msg, file=path, remedy="use an extract that covers the study area")
    if not tags["way_id"].is_unique:
        msg = "the extract holds one way more than once"
        raise ExtractError(msg, file=path, remedy="use an extract of one moment, without history or changes")
    offsets = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    return Ways(
        tags=tags,
        offsets=offsets,
        refs=refs,
        lonlat=lonlat.reshape(-1, 2),
        nodes=nodes,
        crs=CRS_WGS84 if near is None else near.crs,
        bounds=bounds,
    )


def _flat(
    name: str, window: Box | None
) -> tuple[pd.DataFrame, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64], Box]:
    """Return tags, number of nodes, node ids and coordinates of the ways that meet a window, and the box of all."""
    import osmium
    from osmium.geom import WKBFactory, use_nodes

    to_wkb = WKBFactory().create_linestring
    rows: list[dict[str, str]] = []
    counts, refs, lonlat = array("q"), array("q"), array("d")
    broken, west, south, east, north = 0, math.inf, math.inf, -math.inf, -math.inf
    outlines = _outlines(name)
    for way in _ways(name, outlines):
        try:
            line = array("d", bytes.fromhex(to_wkb(way, use_nodes.ALL)[_WKB_HEAD:]))
        except (osmium.InvalidLocationError, RuntimeError):
            broken += 1
            continue
        west, south, east, north = (
            min(west, line[0]), min(south, line[1]), max(east, line[0]), max(north, line[1])
        )  # fmt: skip
        if window is not None and not _meets(line, window):
            continue
        lonlat.extend(line)
        counts.append(len(line) // 2)
        refs.extend(map(_REF, way.nodes))
        rows.append({"way_id": str(way.id)} | outlines.get(way.id, {}) | _known(way.tags))
    if broken:
        log.warning(
            "%s: %d ways have fewer than two nodes or nodes outside the file and are left out",
            Path(name).name,
            broken,
        )
    known = {key for row in rows for key in row}
    tags = pd.DataFrame(rows, columns=[key for key in ("way_id", *WAY_KEYS) if key in known])
    return tags, np.array(counts), np.array(refs), np.array(lonlat), (west, south, east, north)


def _known(tags: Any) -> dict[str, str]:  # noqa: ANN401  osmium has no types
    """Return the tags of :data:`WAY_KEYS`; asking for each costs less than an object for every tag."""
    left, value = len(tags), tags.get
    found = {}
    for key in WAY_KEYS:
        if not left:
            break
        if text := value(key):
            found[key] = text
            left -= 1
    return found


def _meets(line: array[float], window: Box) -> bool:
    """Whether the box of a line (lon, lat, lon, lat ...) meets a window."""
    west, south, east, north = window
    if west <= line[0] <= east and south <= line[1] <= north:
        return True
    lon, lat = line[0::2], line[1::2]
    if not (min(lat) <= north and max(lat) >= south):
        return False
    return any(min(lon) + turn <= east and max(lon) + turn >= west for turn in turns_of(window))


def _outlines(name: str) -> _Outlines:
    """Return the tags of squares that are drawn as relations, for each way of their outlines."""
    import osmium

    outlines: _Outlines = {}
    relations = osmium.FileProcessor(name, osmium.osm.RELATION).with_filter(
        osmium.filter.KeyFilter("highway")
    )
    for relation in relations:
        if relation.tags.get("type") == "multipolygon":
            tags = _known(relation.tags)
            outlines |= {member.ref: tags for member in relation.members if member.type == "w"}
    return outlines


def _ways(name: str, outlines: _Outlines) -> Iterator[Any]:
    """Yield the ways that are lines, then those that are only the outline of a square."""
    import osmium

    def ways(chosen: Any) -> Any:  # noqa: ANN401  osmium has no types
        return (
            osmium.FileProcessor(name, osmium.osm.NODE | osmium.osm.WAY)
            .with_locations()
            .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
            .with_filter(chosen)
        )

    yield from ways(osmium.filter.KeyFilter(*_LINE_KEYS))
    if outlines:
        for way in ways(osmium.filter.IdFilter(outlines)):
            if not any(key in way.tags for key in _LINE_KEYS):
                yield way


def barriers(ways: Ways) -> gpd.GeoDataFrame:
    """Return what may cut blocks: every street, surface railway and waterway of an extract as a line.

    Returns
    -------
    GeoDataFrame
        LineStrings in :attr:`Ways.crs` with ``kind`` ('street', 'railway' or 'water'), ``highway`` (class, empty for the
        others), ``name``, ``tunnel``, ``bridge``.
    """
    highway, railway, waterway = (ways.column(key) for key in _LINE_KEYS)
    kind = np.select(
        [highway != "", railway.isin(_RAIL), waterway.isin(_STREAMS)],
        ["street", "railway", "water"],
        default="",
    )
    chosen = kind != ""
    frame = pd.DataFrame(
        {
            "kind": kind,
            "highway": highway,
            "name": ways.column("name"),
            "tunnel": _yes(ways.column("tunnel")),
            "bridge": _yes(ways.column("bridge")),
        }
    ).loc[chosen]
    return gpd.GeoDataFrame(
        frame.reset_index(drop=True), geometry=ways.lines(chosen).to_numpy(), crs=ways.crs
    )


def _yes(text: pd.Series[str]) -> pd.Series[bool]:
    return ~text.isin(("", "no"))
