"""Straight pieces of streets, from which a network is built."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from pyproj import CRS

__all__ = ["Segments", "with_points"]


@dataclass(frozen=True)
class Segments:
    """Straight pieces of walkable streets.

    Attributes
    ----------
    tails, heads
        ``int32[n]``, positions in `xy`.
    way
        ``int64[n]``, row of `ways` that each piece belongs to.
    xy
        ``float64[m, 2]``, in `crs`.
    osm_id
        ``int64[m]``, -1 where there is none.
    ways
        Columns ``highway``, ``name``, ``steps``, ``tunnel``, ``bridge``, ``crossing``, ``stroller``, ``wheelchair``,
        ``ends_only``, and ``source_ids`` where streets have ids in their source.
    crs
        A projected CRS in metres.
    """

    tails: npt.NDArray[np.int32]
    heads: npt.NDArray[np.int32]
    way: npt.NDArray[np.int64]
    xy: npt.NDArray[np.float64]
    osm_id: npt.NDArray[np.int64]
    ways: pd.DataFrame
    crs: CRS


def with_points(segments: Segments, cuts: pd.DataFrame, xy: npt.NDArray[np.float64]) -> Segments:
    """Return segments with new points in them: `cuts` are ``segment``, ``share`` and ``node``, `xy` where the new ones are."""
    cuts = cuts.sort_values(["segment", "share", "node"], kind="stable")
    cut, node = cuts["segment"].to_numpy(dtype=np.intp), cuts["node"].to_numpy(dtype=np.int64)
    pieces = 1 + np.bincount(cut, minlength=len(segments.tails))
    owner = np.repeat(np.arange(len(pieces)), pieces)
    begins = np.cumsum(pieces) - pieces
    tails, heads = segments.tails[owner].astype(np.int64), segments.heads[owner].astype(np.int64)
    # the k-th point of a segment ends its k-th piece and begins the next
    rank = np.arange(len(cut)) - np.searchsorted(cut, cut)
    heads[begins[cut] + rank] = node
    tails[begins[cut] + rank + 1] = node
    real = tails != heads
    return replace(
        segments,
        tails=tails[real].astype(np.int32),
        heads=heads[real].astype(np.int32),
        way=segments.way[owner][real],
        xy=np.concatenate([segments.xy, xy]),
        osm_id=np.concatenate([segments.osm_id, np.full(len(xy), -1, dtype=np.int64)]),
    )
