"""Positions that are no positions: written with too few decimals, or one point for the addresses of a whole list."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from sharemap.addresses import address_key
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    import pandas as pd
    from pyproj import CRS

__all__ = ["coarse", "crowded", "warn_of_positions"]

_LOG = logging.getLogger(__name__)

#: Three decimals of a degree are 111 m: more than a building.
_STEP = 1e-3
_SAME_DEGREE = 1e-7
#: So many different addresses have no building in common.
_CROWD = 5
#: A list is said to be coarse when so many rows are, and this share: a true position may end in zeros.
_FEW, _SHARE = 3, 0.1


def coarse(frame: pd.DataFrame, crs: CRS | str) -> pd.Series:
    """Return which rows have a position that is written in three decimals of a degree or less.

    Parameters
    ----------
    frame
        ``x`` and ``y``, and ``reason``: ``""`` where there is a position.
    crs
        What ``x`` and ``y`` are in.

    Examples
    --------
    >>> import pandas as pd
    >>> spots = pd.DataFrame({"x": [127.0, 126.98765], "y": [37.56, 37.56], "reason": ""})
    >>> coarse(spots, "EPSG:4326").tolist()
    [True, False]
    """
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(crs, CRS_WGS84, always_xy=True).transform(frame["x"], frame["y"])
    few = [np.abs(value - np.rint(np.asarray(value) / _STEP) * _STEP) < _SAME_DEGREE for value in (lon, lat)]
    return (frame["reason"] == "") & few[0] & few[1]


def crowded(frame: pd.DataFrame) -> pd.Series:
    """Return which rows stand at one point with those of at least four other addresses.

    Parameters
    ----------
    frame
        ``x``, ``y`` and ``reason`` as above, and ``address``.

    Examples
    --------
    >>> import pandas as pd
    >>> spots = pd.DataFrame({"x": 1.0, "y": 2.0, "reason": "", "address": [f"중구 을지로 {n}" for n in range(1, 7)]})
    >>> crowded(spots).sum(), crowded(spots.head(4)).sum()
    (np.int64(6), np.int64(0))
    """
    text = frame["address"].astype("str")
    told = frame.loc[(frame["reason"] == "") & text.notna(), ["x", "y"]].round()
    told["address"] = address_key(text.loc[told.index], region=True).fillna(text.loc[told.index])
    many = told.groupby(["x", "y"])["address"].transform("nunique") >= _CROWD
    return many.reindex(frame.index, fill_value=False)


def warn_of_positions(frame: pd.DataFrame, crs: CRS | str, file: str) -> None:
    """Say it when many rows of a file are coarse, or any are crowded."""
    few = int(coarse(frame, crs).sum())
    if few >= max(_FEW, _SHARE * len(frame)):
        said = "%(file)s: %(rows)d positions have three decimals of a degree or fewer: none is true to a building"
        _LOG.warning(said, {"file": file, "rows": few}, extra={"term": "warn_coarse_positions"})
    if many := int(crowded(frame).sum()):
        said = (
            "%(file)s: %(rows)d rows of different addresses stand at one point: that is no position of theirs"
        )
        _LOG.warning(said, {"file": file, "rows": many}, extra={"term": "warn_crowded_point"})
