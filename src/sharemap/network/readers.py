"""Doors to a :class:`WalkNetwork`, one for each kind of source."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from sharemap.crs import refuse_other
from sharemap.errors import ExtractError, InputError
from sharemap.network import squares, storage
from sharemap.network.build import assemble, part
from sharemap.network.limits import limited
from sharemap.network.rules import WalkRules, verdict, wheels
from sharemap.network.segments import Segments
from sharemap.network.surroundings import surrounded, warn_where_cut_off
from sharemap.sources import osm
from sharemap.units import CRS_WGS84, STANDARD, WalkProfile

if TYPE_CHECKING:
    from pyproj import CRS

    from sharemap.network.model import WalkNetwork

__all__ = ["clipped", "from_pbf", "from_ways"]

log = logging.getLogger(__name__)

_M_PER_KM = 1000.0


def from_pbf(  # noqa: PLR0913  keyword-only options, each with a default
    path: Path | str,
    area: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    surroundings_m: float = 1275.0,
    rules: WalkRules | None = None,
    profile: WalkProfile = STANDARD,
    cache: Path | str | None = None,
) -> WalkNetwork:
    """Read the walking network of an area from an OSM extract.

    Where the extract ends before the area or its surroundings do, a warning says so, with the share.

    Parameters
    ----------
    path
        ``.osm.pbf`` or ``.osm`` file.
    area
        The study area, in a projected CRS in metres; the network is in it, too.
    surroundings_m
        How far around the area streets are kept, so that its border does not cut walks: at least the cutoff
        plus the longest access leg.
    rules
        Changes to the foot access rules of :mod:`sharemap.network.rules`.
    profile
        Walking profile of the costs.
    cache
        Folder in which networks are kept; one that was made from the same extract, area and parameters is
        reopened instead of read again.

    Raises
    ------
    MissingFileError, ExtractError
        If the file does not exist, is damaged, does not touch the area, or holds no walkable street there.
    GeometryError
        If the area is empty or in no metric CRS, or the surroundings are no length.
    OutputError
        If the cache cannot be written.
    """
    rules = rules or WalkRules()
    if cache is None:
        near = gpd.GeoSeries([surrounded(area, surroundings_m)], crs=area.crs)
        ways = osm.read_ways(path, near=near)
        warn_where_cut_off(path, area, surroundings_m=surroundings_m, ways=ways)
        return from_ways(ways, area, surroundings_m=surroundings_m, rules=rules, profile=profile)
    key = storage.key_of(path, area, **storage.parameters_of(surroundings_m, rules, profile))
    folder = Path(cache) / key[:16]
    try:
        return storage.reopen(folder, key=key)
    except InputError as error:
        log.debug("%s", error)
    streets = from_pbf(path, area, surroundings_m=surroundings_m, rules=rules, profile=profile)
    storage.save(streets, folder, key=key)
    return streets


def from_ways(
    ways: osm.Ways,
    area: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    surroundings_m: float = 1275.0,
    rules: WalkRules | None = None,
    profile: WalkProfile = STANDARD,
) -> WalkNetwork:
    """Do what :func:`from_pbf` does, with ways already read."""
    reason = verdict(ways, rules or WalkRules())
    clip = surrounded(area, surroundings_m)
    pieces, xy, ids = _pieces(ways, area.crs)
    pieces = pieces.loc[_touching(pieces, xy, clip)]
    if pieces.empty:
        msg = "the extract does not touch the study area"
        raise ExtractError(
            msg, remedy="use an extract that covers the area, or check the area's boundary file"
        )
    highway = ways.column("highway").to_numpy()
    kept = pieces.loc[reason[pieces["way"]] == ""]
    attributes = pd.DataFrame(
        {
            "highway": highway,
            "name": ways.column("name").where(lambda name: name != "", None),
            "steps": highway == "steps",
            "tunnel": ~ways.column("tunnel").isin(("", "no")).to_numpy(),
            "bridge": ~ways.column("bridge").isin(("", "no")).to_numpy(),
            "crossing": _is_crossing(ways),
            "source_ids": ways.tags["way_id"].astype(str) if "way_id" in ways.tags.columns else None,
            **wheels(ways),
        }
    )
    segments = Segments(
        tails=kept["tail"].to_numpy(dtype=np.int32),
        heads=kept["head"].to_numpy(dtype=np.int32),
        way=kept["way"].to_numpy(),
        xy=xy,
        osm_id=ids,
        ways=attributes,
        crs=area.crs,
    )
    report = _kept_and_dropped(pieces, xy, reason, highway)
    segments, about_squares = squares.joined(
        segments, squares=squares.is_square(ways), ground=squares.is_on_the_ground(ways)
    )
    segments, about_streets = limited(segments, ways, rules or WalkRules())
    return assemble(segments, profile=profile, report={**report, **about_squares, **about_streets})


def clipped(
    streets: WalkNetwork, area: gpd.GeoDataFrame | gpd.GeoSeries, *, surroundings_m: float = 1275.0
) -> WalkNetwork:
    """Return the part of a network that touches an area and its surroundings; edges stay as they are, ids of the source too.

    Raises
    ------
    GeometryError
        If the area is not in the CRS of the network.
    ExtractError
        If nothing does.
    """
    refuse_other(area.crs, "the area", streets.crs, "the streets")
    near = streets.edges.intersects(surrounded(area, surroundings_m)).to_numpy()
    if not near.any():
        msg = "the streets do not touch the study area"
        raise ExtractError(msg, remedy="use streets that cover the area, or check the area's boundary file")
    return part(streets, near)


def _pieces(ways: osm.Ways, crs: CRS) -> tuple[pd.DataFrame, npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return consecutive node pairs of all highways, the coordinates of the nodes, and their OSM ids."""
    ids, first, number = np.unique(ways.refs, return_index=True, return_inverse=True)
    lon, lat = ways.lonlat[first].T
    transformer = pyproj.Transformer.from_crs(CRS_WGS84, crs, always_xy=True)
    xy = np.column_stack(transformer.transform(lon, lat))
    counts = np.diff(ways.offsets)
    owner = np.repeat(np.arange(len(counts)), counts)
    inner = np.flatnonzero(owner[1:] == owner[:-1])
    pieces = pd.DataFrame({"tail": number[inner], "head": number[inner + 1], "way": owner[inner]})
    street = ways.column("highway").ne("").to_numpy()
    real = street[pieces["way"]] & (pieces["tail"] != pieces["head"])
    return pieces.loc[real], xy, ids


def _touching(
    pieces: pd.DataFrame, xy: npt.NDArray[np.float64], clip: shapely.Polygon | shapely.MultiPolygon
) -> npt.NDArray[np.bool_]:
    shapely.prepare(clip)
    inside = shapely.contains_xy(clip, xy)
    tail, head = pieces["tail"].to_numpy(), pieces["head"].to_numpy()
    touching = inside[tail] | inside[head]
    low_x, low_y, high_x, high_y = clip.bounds
    a, b = xy[tail], xy[head]
    near = (
        ~touching
        & (np.maximum(a[:, 0], b[:, 0]) >= low_x)
        & (np.minimum(a[:, 0], b[:, 0]) <= high_x)
        & (np.maximum(a[:, 1], b[:, 1]) >= low_y)
        & (np.minimum(a[:, 1], b[:, 1]) <= high_y)
    )
    if near.any():
        crossing = shapely.linestrings(np.stack([a[near], b[near]], axis=1))
        touching[near] = shapely.intersects(clip, crossing)
    return np.asarray(touching)


def _is_crossing(ways: osm.Ways) -> npt.NDArray[np.bool_]:
    marked = ways.column("footway").eq("crossing") | ways.column("highway").eq("crossing")
    marked |= ways.column("path").eq("crossing") | ways.column("cycleway").eq("crossing")
    return np.asarray(marked | ~ways.column("crossing").isin(("", "no")))


def _kept_and_dropped(
    pieces: pd.DataFrame,
    xy: npt.NDArray[np.float64],
    reason: npt.NDArray[np.str_],
    highway: npt.NDArray[Any],
) -> dict[str, Any]:
    length = np.hypot(*(xy[pieces["tail"]] - xy[pieces["head"]]).T) / _M_PER_KM
    table = (
        pd.DataFrame({"highway": highway[pieces["way"]], "reason": reason[pieces["way"]], "km": length})
        .groupby(["highway", "reason"], sort=True)["km"]
        .sum()
        .round(3)
        .reset_index()
    )
    dropped = table.loc[table["reason"] != ""]
    for row in dropped.itertuples(index=False):
        log.debug("not walkable: %s, %s, %.1f km", row.highway, row.reason, row.km)
    return {
        "kept_km": table.loc[table["reason"] == ""].set_index("highway")["km"].to_dict(),
        "dropped_km": dropped.to_dict("records"),
    }
