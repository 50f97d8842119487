"""Pedestrian squares joined to the streets that touch them.

Squares are drawn as closed outlines, often without a node in common with the streets that end at them or run across
them, and would be islands::

              |                       |
              | street                |          V  vertex of the street, at most 1 m off the outline:
        o-----V-----o           o-----C-----o       it becomes a point of the outline
        |  square   |           |     |     |    C  outline and street cross: both get a new point there
        o-----------o           o-----C-----o
                                      |

Nothing is joined where one of the two is in a tunnel, on a bridge or on another level (``layer``, ``level``, ``indoor``,
``location``). A ring that says ``area=no`` is a street that runs in a circle.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sharemap.network.segments import with_points

if TYPE_CHECKING:
    from sharemap.network.segments import Segments
    from sharemap.sources.osm import Ways

__all__ = ["is_on_the_ground", "is_square", "joined"]

Bools = npt.NDArray[np.bool_]

_TOUCHES_M = 1.0
_CELL_M = 100.0
_M_PER_KM = 1000.0
_NUMBER = r"-?\d+(?:\.\d+)?"
_LEVELS = re.compile(rf"({_NUMBER})(?:-({_NUMBER}))?")


def is_square(ways: Ways) -> Bools:
    """Say of each way whether it is the outline of a square, or a piece of one."""
    first, last = ways.offsets[:-1], ways.offsets[1:] - 1
    closed = ways.refs[first] == ways.refs[last]
    area = ways.column("area")
    drawn = (ways.column("highway").eq("pedestrian") & area.ne("no")) | area.eq("yes")
    # a square drawn as a relation: its outline may be in pieces
    part = ways.column("type").eq("multipolygon")
    return np.asarray((closed & drawn) | part)


def is_on_the_ground(ways: Ways) -> Bools:
    """Say of each way whether it is on the ground: in no tunnel, on no bridge and on no other level."""
    level = ways.column("level")
    ground = ways.column("layer").isin(("", "0")) & level.map(
        {one: _touches_level_0(one) for one in level.unique()}
    )
    for key in ("tunnel", "bridge", "indoor"):
        ground &= ways.column(key).isin(("", "no"))
    return np.asarray(
        ground & ~ways.column("location").isin(("underground", "overground", "roof")), dtype=bool
    )


def _touches_level_0(level: str) -> bool:
    """Whether 0 is among the levels: ``0;1`` and ``-1-0`` have it, ``-1;-2`` and ``0.5`` do not; what is no level has.

    Examples
    --------
    >>> [_touches_level_0(level) for level in ("", "0", "-1", "-1;0", "-2;-1", "-1-1", "1-2", "-3--1", "0.5", "G")]
    [True, True, False, True, False, True, False, False, False, True]
    """
    found = [_LEVELS.fullmatch(part.strip()) for part in level.split(";")]
    spans = [(float(one[1]), float(one[2] or one[1])) for one in found if one]
    return not spans or any(min(span) <= 0 <= max(span) for span in spans)


def joined(segments: Segments, *, squares: Bools, ground: Bools) -> tuple[Segments, dict[str, Any]]:
    """Join squares to the streets, and to the squares, that touch them.

    Parameters
    ----------
    segments
        All walkable streets.
    squares, ground
        For each row of ``segments.ways``: it is the outline of a square; it is on the ground, neither tunnel nor
        bridge nor another level.

    Returns
    -------
    segments
        The same streets with the new points in them. A street stays where it is; an outline moves by at most 1 m,
        to a vertex of the street that touches it.
    report
        ``squares``: how many there are, how many were joined and where, and the length of the joined outlines.
    """
    on_ground = np.flatnonzero(ground[segments.way])
    outline = on_ground[squares[segments.way[on_ground]]]
    on_ground = on_ground[_near(segments, outline, on_ground)]
    touches, crossings = _touches(segments, outline, on_ground), _crossings(segments, outline, on_ground)
    cuts, xy = _cuts(segments, touches, crossings)
    rings = np.unique(segments.way[outline])
    met = np.unique(segments.way[np.intersect1d(outline, cuts["segment"])])
    length = math.fsum(_lengths(segments)[np.isin(segments.way, met)])
    report = {
        "rings": len(rings),
        "rings_joined": len(met),
        "joined_at_a_vertex": len(touches),
        "joined_at_a_crossing": len(crossings),
        "tolerance_m": _TOUCHES_M,
        "joined_length_km": round(length / _M_PER_KM, 3),
    }
    return (with_points(segments, cuts, xy) if len(cuts) else segments), {"squares": report}


def _near(segments: Segments, outline: npt.NDArray[np.intp], chosen: npt.NDArray[np.intp]) -> Bools:
    """Whether segments share a cell of the ground with an outline: no other can touch one.

    Cheap numbers, so that geometries are made of the few segments around squares and not of a whole city's.
    """
    low, high = _cells(segments, outline)
    counts = np.prod(high - low + 1, axis=1)
    owner = np.repeat(np.arange(len(outline)), counts)
    nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    wide = (high - low + 1)[owner, 0]
    taken = np.unique(_number(low[owner] + np.column_stack([nth % wide, nth // wide])))
    low, high = _cells(segments, chosen)
    corners = (np.column_stack([x[:, 0], y[:, 1]]) for x in (low, high) for y in (low, high))
    in_cell = [np.isin(_number(corner), taken) for corner in corners]
    # the four corners of a box are all its cells, unless it is longer than two
    return np.asarray((high - low > 1).any(axis=1) | np.any(in_cell, axis=0))


def _cells(
    segments: Segments, chosen: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the first and last cell, in both directions, of the boxes of segments and what is near enough to them."""
    a, b = segments.xy[segments.tails[chosen]], segments.xy[segments.heads[chosen]]
    low, high = np.minimum(a, b) - _TOUCHES_M, np.maximum(a, b) + _TOUCHES_M
    return np.floor(low / _CELL_M).astype(np.int64), np.floor(high / _CELL_M).astype(np.int64)


def _number(cells: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.asarray(cells[:, 0] * 2**31 + cells[:, 1])


def _touches(
    segments: Segments, outline: npt.NDArray[np.intp], on_ground: npt.NDArray[np.intp]
) -> pd.DataFrame:
    """Return the vertices of other streets that lie on an outline: each on the nearest segment of each square."""
    nodes = np.unique(np.concatenate([segments.tails[on_ground], segments.heads[on_ground]]))
    tree = shapely.STRtree(_lines(segments, outline))
    which, near = tree.query(shapely.points(segments.xy[nodes]), predicate="dwithin", distance=_TOUCHES_M)
    node, segment = nodes[which], outline[near]
    way = segments.way[segment]
    share = _share_along(segments, segment, segments.xy[node])
    off = _off(segments, segment, share, segments.xy[node])
    found = pd.DataFrame({"segment": segment, "share": share, "node": node, "way": way, "off": off})
    own = pd.MultiIndex.from_arrays(
        [
            np.concatenate([segments.tails[outline], segments.heads[outline]]),
            np.tile(segments.way[outline], 2),
        ]
    )
    found = found.loc[~pd.MultiIndex.from_frame(found[["node", "way"]]).isin(own)]
    found = found.sort_values(["node", "way", "off", "segment"], kind="stable")
    return found.drop_duplicates(["node", "way"])[["segment", "share", "node"]]


def _crossings(
    segments: Segments, outline: npt.NDArray[np.intp], on_ground: npt.NDArray[np.intp]
) -> pd.DataFrame:
    """Return where outlines and other streets cross, away from the ends of the streets' segments."""
    tree = shapely.STRtree(_lines(segments, outline))
    which, near = tree.query(_lines(segments, on_ground))
    ring, street = outline[near], on_ground[which]
    # of two squares that cross, each is the other's street: once is enough
    twice = np.isin(street, outline) & (ring > street)
    other = (segments.way[ring] != segments.way[street]) & ~twice
    ring, street = ring[other], street[other]
    begin, onward = segments.xy[segments.tails[ring]], _direction(segments, ring)
    from_, along = segments.xy[segments.tails[street]], _direction(segments, street)
    apart, cross = from_ - begin, _cross(onward, along)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, street_share = _cross(apart, along) / cross, _cross(apart, onward) / cross
    length = np.hypot(*along.T)
    # nearer to an end than that, the end itself is the vertex that touches
    clear = (street_share * length > _TOUCHES_M) & ((1 - street_share) * length > _TOUCHES_M)
    meets = (cross != 0) & (share >= 0) & (share < 1) & clear
    found = pd.DataFrame(
        {"segment": ring, "share": share, "street": street, "street_share": street_share}
    ).loc[meets]
    return found.sort_values(["segment", "street"], kind="stable", ignore_index=True)


def _cuts(
    segments: Segments, touches: pd.DataFrame, crossings: pd.DataFrame
) -> tuple[pd.DataFrame, npt.NDArray[np.float64]]:
    """Return which segments get which points where, and the places of the new points."""
    street = crossings["street"].to_numpy(dtype=np.intp)
    new = len(segments.xy) + np.arange(len(crossings))
    xy = segments.xy[segments.tails[street]]
    xy = xy + _direction(segments, street) * crossings[["street_share"]].to_numpy(dtype=np.float64)
    across = pd.DataFrame({"segment": street, "share": crossings["street_share"], "node": new})
    cuts = pd.concat([touches, crossings[["segment", "share"]].assign(node=new), across], ignore_index=True)
    return cuts.sort_values(["segment", "share", "node"], kind="stable", ignore_index=True), xy


def _lines(segments: Segments, chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.object_]:
    ends = np.stack([segments.xy[segments.tails[chosen]], segments.xy[segments.heads[chosen]]], axis=1)
    return np.asarray(shapely.linestrings(ends))


def _direction(segments: Segments, chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    return np.asarray(segments.xy[segments.heads[chosen]] - segments.xy[segments.tails[chosen]])


def _lengths(segments: Segments) -> npt.NDArray[np.float64]:
    return np.hypot(*(segments.xy[segments.heads] - segments.xy[segments.tails]).T)


def _cross(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _share_along(
    segments: Segments, chosen: npt.NDArray[np.intp], places: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    along = _direction(segments, chosen)
    square = (along**2).sum(axis=1)
    there = ((places - segments.xy[segments.tails[chosen]]) * along).sum(axis=1)
    return np.divide(there, square, out=np.zeros_like(there), where=square > 0).clip(0.0, 1.0)


def _off(
    segments: Segments,
    chosen: npt.NDArray[np.intp],
    share: npt.NDArray[np.float64],
    places: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    foot = segments.xy[segments.tails[chosen]] + _direction(segments, chosen) * share[:, None]
    return np.hypot(*(places - foot).T)
