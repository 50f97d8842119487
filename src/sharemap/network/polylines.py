"""From lines that share end points, with whatever columns they have, to a :class:`WalkNetwork`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sharemap.crs import refuse_not_metric
from sharemap.errors import GeometryError
from sharemap.network.build import assemble
from sharemap.network.noding import Joining, joined_up
from sharemap.network.segments import Segments
from sharemap.network.walking import SAID, WHEELS
from sharemap.units import STANDARD, WalkProfile

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.network.model import WalkNetwork

__all__ = ["LineEnds", "from_lines", "marked", "of_lines", "says_yes"]

log = logging.getLogger(__name__)

_MARKS = ("steps", "tunnel", "bridge", "crossing", "ends_only")
_ATTRIBUTES = ("highway", "name", *_MARKS, *WHEELS, "source_ids")
_MM_PER_M = _M_PER_KM = 1000.0
#: Streets of a city hang together; where less of the lines does, they are drawn otherwise than they are read.
_OF_ONE_PIECE = 0.9
#: What a column of marks says where it says no: OSM, shapefiles, GDAL and spreadsheets each have their own.
_NO = frozenset(("", "0", "0.0", "f", "false", "n", "no", "none", "nan", "<na>"))


@dataclass(frozen=True)
class LineEnds:
    """Where lines end: lines meet where they end at the same node.

    Attributes
    ----------
    number
        ``int64[n, 2]``, the node at which each line begins and ends, from 0.
    osm_id
        ``int64``, id of each node in the source, -1 where it has none.
    """

    number: npt.NDArray[np.int64]
    osm_id: npt.NDArray[np.int64]


def from_lines(
    lines: gpd.GeoDataFrame, *, joining: Joining | None = None, profile: WalkProfile = STANDARD
) -> WalkNetwork:
    """Make a network of lines.

    Parameters
    ----------
    lines
        LineStrings in a projected CRS in metres, which the network is in, too. Lines meet where their end points are equal;
        crossing is not meeting. The columns ``highway`` (class of OSM), ``name``, ``steps``, ``tunnel``, ``bridge``,
        ``crossing``, ``ends_only``, ``stroller``, ``wheelchair`` (yes, limited or no) and ``source_ids`` (else the index) are
        used when they are there.
    joining
        Lines then meet wherever they have a vertex in common (within a millimetre), and where this says.
    profile
        Walking profile of the costs.

    Raises
    ------
    GeometryError, ExtractError
        If the CRS is not projected in metres, a geometry is not a LineString or has coordinates that are no numbers; or
        there is no line.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> square = [LineString([(0, 0), (100, 0)]), LineString([(100, 0), (100, 100)])]
    >>> from_lines(gpd.GeoDataFrame(geometry=square, crs="EPSG:5179")).edges["length_m"].tolist()
    [200.0]
    """
    if joining is None:
        return of_lines(lines, ends=None, profile=profile, report={})
    coords, owner = _coordinates(lines)
    _, first, number = np.unique(np.round(coords * _MM_PER_M), axis=0, return_index=True, return_inverse=True)
    segments = _segments(
        lines, owner, number.reshape(-1), coords[first], np.full(len(first), -1, dtype=np.int64)
    )
    segments, report = joined_up(segments, joining)
    streets = assemble(segments, profile=profile, report=report)
    share = streets.report["main_length_km"] / max(streets.report["length_km"], _M_PER_KM**-1)
    if share < _OF_ONE_PIECE:
        log.warning(
            "only %(share).1f %% of the street lines hang together: if they cross without a common vertex, say so (crossings); if they end short of each other, close the gaps (gap_m)",
            {"share": 100 * share},
            extra={"term": "warn_lines_apart"},
        )
    return streets


def of_lines(
    lines: gpd.GeoDataFrame, *, ends: LineEnds | None, profile: WalkProfile, report: dict[str, Any]
) -> WalkNetwork:
    """Make a network of lines that meet at their ends; with ``ends``, where these say so, and nodes keep their ids."""
    coords, owner = _coordinates(lines)
    at_end = _at_end(owner)
    ends = ends or _meeting(coords[at_end])
    number = np.empty(len(coords), dtype=np.int64)
    number[at_end] = ends.number.reshape(-1)
    is_inner = np.ones(len(coords), dtype=bool)
    is_inner[at_end] = False
    inner = int(is_inner.sum())
    number[is_inner] = len(ends.osm_id) + np.arange(inner)
    xy = np.zeros((len(ends.osm_id) + inner, 2))
    xy[number] = coords
    osm_id = np.concatenate([ends.osm_id, np.full(inner, -1, dtype=np.int64)])
    return assemble(_segments(lines, owner, number, xy, osm_id), profile=profile, report=report)


def _coordinates(lines: gpd.GeoDataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    refuse_not_metric(lines.crs, "the lines")
    geometry = lines.geometry.to_numpy()
    if not (shapely.get_type_id(geometry) == shapely.GeometryType.LINESTRING).all():
        msg = "every geometry must be a LineString"
        raise GeometryError(msg, remedy="use .explode() on MultiLineStrings")
    coords, owner = shapely.get_coordinates(geometry, return_index=True)
    return coords, owner


def _segments(
    lines: gpd.GeoDataFrame,
    owner: npt.NDArray[np.int64],
    number: npt.NDArray[np.int64],
    xy: npt.NDArray[np.float64],
    osm_id: npt.NDArray[np.int64],
) -> Segments:
    step = np.flatnonzero(owner[1:] == owner[:-1])
    step = step[number[step] != number[step + 1]]
    return Segments(
        tails=number[step].astype(np.int32),
        heads=number[step + 1].astype(np.int32),
        way=owner[step],
        xy=xy,
        osm_id=osm_id,
        ways=_attributes(lines),
        crs=lines.crs,
    )


def _at_end(owner: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the positions of the first and the last point of each line, line by line."""
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.append(first[1:], len(owner)) - 1
    return np.column_stack([first, last[: len(first)]]).reshape(-1).astype(np.int64)


def _meeting(coords: npt.NDArray[np.float64]) -> LineEnds:
    """Give numbers to ends so that equal points are one node; a closed line meets itself."""
    places, number = np.unique(coords, axis=0, return_inverse=True)
    return LineEnds(number.reshape(-1, 2).astype(np.int64), np.full(len(places), -1, dtype=np.int64))


def _attributes(lines: gpd.GeoDataFrame) -> pd.DataFrame:
    defaults: dict[str, Any] = {"highway": "unclassified", "name": None}
    defaults |= dict.fromkeys(_MARKS, False) | dict.fromkeys(WHEELS, "")
    given = {name: pd.Series(lines[name].to_numpy()) for name in _ATTRIBUTES if name in lines.columns}
    table = pd.DataFrame(
        {name: given.get(name, value) for name, value in defaults.items()}, index=range(len(lines))
    ).assign(source_ids=given.get("source_ids", pd.Series(lines.index.astype(str))))
    highway = table["highway"].astype(object)
    highway = highway.where(highway.notna() & (highway != ""), "unclassified").astype(str)
    texts = {name: table[name].astype(object) for name in ("name", "source_ids")}
    return table.assign(
        highway=highway,
        **{name: text.where(text.notna() & (text != ""), None) for name, text in texts.items()},
        **{name: marked(table[name]) for name in _MARKS},
        **{name: table[name].where(table[name].isin(SAID), "").astype(str) for name in WHEELS},
    ).assign(steps=lambda all_: all_["steps"] | all_["highway"].eq("steps"))[list(_ATTRIBUTES)]


def marked(values: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """Return where a column of marks says yes, whatever it is written in.

    Examples
    --------
    >>> marked(pd.Series(["yes", "no", "T", "F", 1, 0.0, None, "viaduct", True])).tolist()
    [True, False, True, False, True, False, False, True, True]
    """
    if values.dtype == bool:
        return np.asarray(values, dtype=bool)
    return np.array([says_yes(value) for value in values.to_numpy(dtype=object)], dtype=bool)


def says_yes(value: object) -> bool:
    """Return whether one mark says yes."""
    return value is not None and str(value).strip().lower() not in _NO
