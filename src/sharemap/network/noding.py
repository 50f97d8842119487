"""Where lines of streets meet: at shared vertices, at crossings, over gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sharemap.errors import GeometryError
from sharemap.network.segments import with_points

if TYPE_CHECKING:
    from sharemap.network.segments import Segments

__all__ = ["Joining", "joined_up"]

Int = npt.NDArray[np.intp]
_M_PER_MM = 0.001
_LARGEST_GAP_M = 20.0


@dataclass(frozen=True, kw_only=True)
class Joining:
    """How lines of streets are made to meet, beside where they share a vertex.

    Attributes
    ----------
    crossings
        Whether lines meet where they cross. Tunnels and bridges never do.
    gap_m
        An end that meets nothing is led to the nearest other line within so many metres, at most 20; 0 leads none. The
        way over the gap counts.
    """

    crossings: bool = False
    gap_m: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.gap_m) and 0 <= self.gap_m <= _LARGEST_GAP_M):
            msg = "the gap that is closed between lines of streets must be a short length"
            remedy = "give metres from 0 to 20: wider gaps are walls and rivers"
            raise GeometryError(msg, column="gap_m", value=self.gap_m, remedy=remedy)


def joined_up(segments: Segments, joining: Joining) -> tuple[Segments, dict[str, Any]]:
    """Join the segments of lines as asked, and return what was joined."""
    ground = ~(segments.ways["tunnel"] | segments.ways["bridge"]).to_numpy(dtype=bool)[segments.way]
    crossed = closed = 0
    if joining.crossings:
        segments, crossed = _crossed(segments, np.flatnonzero(ground))
    if joining.gap_m > 0:
        segments, closed = _closed(segments, joining.gap_m)
    return segments, {"crossings_joined": crossed, "gaps_closed": closed, "gap_m": joining.gap_m}


def _crossed(segments: Segments, ground: Int) -> tuple[Segments, int]:
    lines = _lines(segments)[ground]
    first, second = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=_M_PER_MM)
    once = first < second
    a, b = ground[first[once]], ground[second[once]]
    share_a, share_b = _where_they_cross(segments, a, b)
    meets = ~np.isnan(share_a)
    a, b, share_a, share_b = a[meets], b[meets], share_a[meets], share_b[meets]
    places = segments.xy[segments.tails[a]] + _direction(segments, a) * share_a[:, None]
    ends = np.stack([_end_at(segments, a, places), _end_at(segments, b, places)])
    node, xy = _nodes_at(segments, places, ends.max(axis=0, initial=-1))
    # an end that lies on the other line stays what it is; where both have one, they are one node or above each other
    cuts = pd.DataFrame(
        {
            "segment": np.concatenate([a, b]),
            "share": np.concatenate([share_a, share_b]),
            "node": np.concatenate([node, node]),
            "inside": np.concatenate([ends[0] < 0, ends[1] < 0]),
        }
    )
    cuts = cuts.loc[cuts["inside"]].drop_duplicates(["segment", "node"])
    return with_points(segments, cuts, xy), int(cuts["node"].nunique())


def _where_they_cross(
    segments: Segments, a: Int, b: Int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return how far along each of two segments they cross, 0 to 1; no number where they do not or lie in one line."""
    along, onward = _direction(segments, a), _direction(segments, b)
    gap = segments.xy[segments.tails[b]] - segments.xy[segments.tails[a]]
    cross = along[:, 0] * onward[:, 1] - along[:, 1] * onward[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.stack(
            [
                (gap[:, 0] * onward[:, 1] - gap[:, 1] * onward[:, 0]) / cross,
                (gap[:, 0] * along[:, 1] - gap[:, 1] * along[:, 0]) / cross,
            ]
        )
        slack = _M_PER_MM / np.stack([np.hypot(*along.T), np.hypot(*onward.T)])
        meets = ((shares >= -slack) & (shares <= 1 + slack)).all(axis=0) & (cross != 0)
    first, second = np.where(meets, shares.clip(0.0, 1.0), np.nan)
    return first, second


def _end_at(segments: Segments, chosen: Int, places: npt.NDArray[np.float64]) -> Int:
    """Return the end of each segment that lies at a place on it, or -1."""
    ends = np.stack([segments.tails[chosen], segments.heads[chosen]], axis=1).astype(np.intp)
    away = np.hypot(*np.moveaxis(segments.xy[ends] - places[:, None, :], 2, 0))
    nearer = away.argmin(axis=1)
    rows = np.arange(len(chosen))
    return np.where(away[rows, nearer] <= 2 * _M_PER_MM, ends[rows, nearer], -1)


def _nodes_at(
    segments: Segments, places: npt.NDArray[np.float64], known: Int
) -> tuple[Int, npt.NDArray[np.float64]]:
    """Return a node for each place: the known one, else a new one for all of the same place; and where the new ones are."""
    new = known < 0
    _, first, number = np.unique(
        np.round(places[new] / _M_PER_MM), axis=0, return_index=True, return_inverse=True
    )
    node = known.copy()
    node[new] = len(segments.xy) + number.reshape(-1)
    return node, places[new][first]


def _closed(segments: Segments, gap_m: float) -> tuple[Segments, int]:
    """Lead each end that meets nothing to the nearest line of another street, the nearest ends first."""
    degree = np.bincount(np.concatenate([segments.tails, segments.heads]), minlength=len(segments.xy))
    of_node = np.zeros(len(segments.xy), dtype=np.intp)
    of_node[segments.tails] = of_node[segments.heads] = np.arange(len(segments.tails))
    ends = np.flatnonzero(degree == 1)
    lines = _lines(segments)
    covered = (segments.ways["tunnel"] | segments.ways["bridge"]).to_numpy(dtype=bool)[segments.way]
    which, near = shapely.STRtree(lines).query(
        shapely.points(segments.xy[ends]), predicate="dwithin", distance=gap_m
    )
    end = ends[which]
    found = pd.DataFrame(
        {"end": end, "segment": near, "away": shapely.distance(lines[near], shapely.points(segments.xy[end]))}
    )
    other = segments.way[found["segment"]] != segments.way[of_node[found["end"]]]
    found = found.loc[other].sort_values(["end", "away", "segment"], kind="stable").drop_duplicates("end")
    segment, end = found["segment"].to_numpy(dtype=np.intp), found["end"].to_numpy(dtype=np.intp)
    share = _share_along(segments, segment, segments.xy[end])
    places = segments.xy[segments.tails[segment]] + _direction(segments, segment) * share[:, None]
    node = _end_at(segments, segment, places)
    # nobody leaves a tunnel or a bridge but at its ends
    use = (node >= 0) | ~covered[segment]
    segment, end, share, places, node = segment[use], end[use], share[use], places[use], node[use]
    new = node < 0
    node[new] = len(segments.xy) + np.arange(new.sum())
    cuts = pd.DataFrame({"segment": segment[new], "share": share[new], "node": node[new]})
    cut = with_points(segments, cuts, places[new])
    pairs, first = np.unique(np.sort(np.column_stack([end, node]), axis=1), axis=0, return_index=True)
    return replace(
        cut,
        tails=np.concatenate([cut.tails, pairs[:, 0]]).astype(np.int32),
        heads=np.concatenate([cut.heads, pairs[:, 1]]).astype(np.int32),
        way=np.concatenate([cut.way, segments.way[of_node[end[first]]]]),
    ), len(pairs)


def _lines(segments: Segments) -> npt.NDArray[np.object_]:
    return np.asarray(
        shapely.linestrings(np.stack([segments.xy[segments.tails], segments.xy[segments.heads]], axis=1))
    )


def _direction(segments: Segments, chosen: Int) -> npt.NDArray[np.float64]:
    return np.asarray(segments.xy[segments.heads[chosen]] - segments.xy[segments.tails[chosen]])


def _share_along(segments: Segments, chosen: Int, places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    along = _direction(segments, chosen)
    square = (along**2).sum(axis=1)
    there = ((places - segments.xy[segments.tails[chosen]]) * along).sum(axis=1)
    return np.divide(there, square, out=np.zeros_like(there), where=square > 0).clip(0.0, 1.0)
