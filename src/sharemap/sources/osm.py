"""OpenStreetMap extracts: ways as arrays, buildings and water as polygons.

Everything is read through libosmium into flat arrays. Nothing here decides who may walk where: that is
:mod:`sharemap.network`.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sharemap.errors import ExtractError, MissingFileError
from sharemap.units import CRS_METRIC, CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Ways", "barriers", "extent", "read_buildings", "read_water", "read_ways"]

log = logging.getLogger(__name__)

_LINE_KEYS = ("highway", "railway", "waterway")
_RAIL = ("rail", "light_rail", "subway", "narrow_gauge", "monorail", "tram")
_STREAMS = ("river", "canal", "stream")
_WATER_AREAS = ("riverbank", "dock", "river")
_REMEDY = "download the extract again, or check that it is an .osm.pbf or .osm file"


@dataclass(frozen=True)
class Ways:
    """Ways of an extract, flat.

    Attributes
    ----------
    tags
        One row a way: ``way_id`` and one text column for each tag key that occurs; absent tags are ``None``.
    offsets
        ``int64[n_ways + 1]``; the nodes of way ``i`` are ``offsets[i]:offsets[i + 1]``.
    refs
        ``int64``, OSM node ids.
    lonlat
        ``float64[n, 2]``, degrees.
    """

    tags: pd.DataFrame
    offsets: npt.NDArray[np.int64]
    refs: npt.NDArray[np.int64]
    lonlat: npt.NDArray[np.float64]

    def column(self, key: str) -> pd.Series[str]:
        """Return the values of one tag, empty text where a way does not carry it."""
        if key in self.tags.columns:
            return self.tags[key].fillna("").astype(str)
        return pd.Series("", index=self.tags.index, dtype=str)

    def lines(self, chosen: npt.NDArray[np.bool_]) -> gpd.GeoSeries:
        """Return the chosen ways as LineStrings in EPSG:5179, indexed like :attr:`tags`."""
        counts = np.diff(self.offsets)
        owner = np.repeat(np.arange(len(counts)), counts)
        keep = chosen[owner]
        positions = np.flatnonzero(chosen)
        local = np.searchsorted(positions, owner[keep])
        lines = shapely.linestrings(self.lonlat[keep], indices=local)
        return gpd.GeoSeries(lines, index=self.tags.index[positions], crs=CRS_WGS84).to_crs(CRS_METRIC)


def read_ways(path: Path | str) -> Ways:
    """Read the highways, railways and waterways of an extract.

    Parameters
    ----------
    path
        An ``.osm.pbf``, ``.osm`` or any other file that libosmium reads.

    Returns
    -------
    Ways
        Ways whose nodes are all in the file, in the order of the file. Ways with missing nodes are counted
        in the log and left out: their place is unknown.

    Raises
    ------
    MissingFileError, ExtractError
        If the file does not exist, is damaged, or holds no highway.
    """
    import osmium
    from osmium.geom import WKBFactory, use_nodes

    wkb: list[str] = []
    refs: list[int] = []
    counts: list[int] = []
    tags: list[dict[str, str]] = []
    broken = 0
    to_wkb = WKBFactory().create_linestring
    with _readable(path) as name:
        processor = (
            osmium.FileProcessor(name, osmium.osm.NODE | osmium.osm.WAY)
            .with_locations()
            .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
            .with_filter(osmium.filter.KeyFilter(*_LINE_KEYS))
        )
        for way in processor:
            nodes = [node.ref for node in way.nodes]
            try:
                wkb.append(to_wkb(way, use_nodes.ALL))
            except (osmium.InvalidLocationError, RuntimeError):
                broken += 1
                continue
            refs += nodes
            counts.append(len(nodes))
            tags.append({"way_id": str(way.id), **dict(way.tags)})
    if broken:
        log.warning(
            "%s: %d ways have fewer than two nodes or nodes outside the file and are left out",
            Path(name).name,
            broken,
        )
    if not any("highway" in way for way in tags):
        msg = "the extract holds no streets"
        raise ExtractError(msg, file=path, remedy="use an extract that covers the study area")
    return Ways(
        tags=pd.DataFrame(tags),
        offsets=np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]),
        refs=np.array(refs, dtype=np.int64),
        lonlat=shapely.get_coordinates(shapely.from_wkb(wkb)),
    )


def extent(path: Path | str) -> shapely.Polygon | None:
    """Return the box that an extract says it covers (EPSG:5179), or ``None`` when it says nothing."""
    import osmium

    with _readable(path) as name, osmium.io.Reader(name) as reader:
        box = reader.header().box()
        if not box.valid():
            return None
        low, high = box.bottom_left, box.top_right
        polygon = shapely.segmentize(shapely.box(low.lon, low.lat, high.lon, high.lat), 0.01)
        return gpd.GeoSeries([polygon], crs=CRS_WGS84).to_crs(CRS_METRIC).iloc[0]


def barriers(ways: Ways) -> gpd.GeoDataFrame:
    """Return what may cut blocks: every street, surface railway and waterway of an extract as a line.

    Returns
    -------
    GeoDataFrame
        EPSG:5179 LineStrings with ``kind`` ('street', 'railway' or 'water'), ``highway`` (class, empty for the
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
        frame.reset_index(drop=True), geometry=ways.lines(chosen).to_numpy(), crs=CRS_METRIC
    )


def read_water(path: Path | str) -> gpd.GeoDataFrame:
    """Return lakes and river surfaces as polygons (EPSG:5179), in the columns of :func:`barriers`."""
    frame = _polygons(path, ("natural", "waterway", "landuse"))
    water = (
        (frame["natural"] == "water")
        | frame["waterway"].isin(_WATER_AREAS)
        | frame["landuse"].isin(("reservoir", "basin"))
    )
    chosen = frame.loc[water, ["name", "geometry"]].reset_index(drop=True)
    return chosen.assign(kind="water", highway="", tunnel=False, bridge=False)


def read_buildings(path: Path | str) -> gpd.GeoDataFrame:
    """Return buildings as polygons (EPSG:5179) with ``building``, ``levels`` and ``height`` (NaN when unknown)."""
    frame = _polygons(path, ("building",), ("building:levels", "height"))
    return gpd.GeoDataFrame(
        {
            "building": frame["building"],
            "levels": _number(frame["building:levels"]),
            "height": _number(frame["height"]),
        },
        geometry=frame.geometry,
        crs=CRS_METRIC,
    )


def _polygons(path: Path | str, keys: tuple[str, ...], more: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    import osmium
    from osmium.geom import WKBFactory

    columns = (*keys, *more, "name")
    wkb: list[str] = []
    tags: list[tuple[str, ...]] = []
    broken = 0
    to_wkb = WKBFactory().create_multipolygon
    with _readable(path) as name:
        areas = (
            osmium.FileProcessor(name)
            .with_areas(osmium.filter.KeyFilter(*keys))
            .with_filter(osmium.filter.EntityFilter(osmium.osm.AREA))
            .with_filter(osmium.filter.KeyFilter(*keys))
        )
        for area in areas:
            try:
                wkb.append(to_wkb(area))
            except RuntimeError:
                broken += 1
                continue
            tags.append(tuple(area.tags.get(key, "") for key in columns))
    if broken:
        log.warning(
            "%s: %d polygons (%s) are not closed and are left out", Path(name).name, broken, ", ".join(keys)
        )
    frame = pd.DataFrame(tags, columns=list(columns), dtype=str)
    polygons: Any = shapely.make_valid(shapely.from_wkb(wkb)) if wkb else []
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(polygons, crs=CRS_WGS84)).to_crs(CRS_METRIC)


@contextmanager
def _readable(path: Path | str) -> Iterator[str]:
    """Yield the name for libosmium, and turn its errors into ours."""
    if not Path(path).is_file():
        msg = "the street extract does not exist"
        raise MissingFileError(msg, file=path, remedy="check [streets] extract in the study file")
    try:
        yield str(path)
    except RuntimeError as error:
        msg = f"the street extract cannot be read ({error})"
        raise ExtractError(msg, file=path, remedy=_REMEDY) from error


def _number(text: pd.Series[str]) -> pd.Series[float]:
    return pd.to_numeric(text.str.extract(r"^\s*(\d+(?:\.\d+)?)", expand=False), errors="coerce").astype(
        float
    )


def _yes(text: pd.Series[str]) -> pd.Series[bool]:
    return ~text.isin(("", "no"))
