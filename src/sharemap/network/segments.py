"""Straight pieces of streets, from which a network is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from pyproj import CRS

__all__ = ["Segments"]


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
