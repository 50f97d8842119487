"""Layers of which no row could be placed: nobody knows whom they serve."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sharemap.sources.reasons import WAITING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["without_coordinates", "without_data"]

log = logging.getLogger(__name__)

_LACKING = WAITING - {"address_not_in_seoul"}


def without_coordinates(ingest: pd.DataFrame, set_aside: pd.DataFrame) -> pd.DataFrame:
    """Return of how many rows of each file the position is not known.

    Parameters
    ----------
    ingest, set_aside
        The tables of these names.

    Returns
    -------
    DataFrame
        ``layer``, ``file``, ``rows`` that are sites of the layer wherever they stand, and ``waiting``, those of them
        without usable coordinates. Rows whose address is known to lie elsewhere are not among either.
    """
    waits = set_aside["reason"].isin(_LACKING)
    known = waits | (set_aside["reason"] == "outside_area")
    by = ["layer", "file"]
    # a row of a sheet stands in a.xlsx#sheet, and the file is a.xlsx
    whole = set_aside["file"].where(
        set_aside["file"].isin(ingest["file"]), set_aside["file"].str.replace(r"#[^#]*$", "", regex=True)
    )
    counts = set_aside.assign(file=whole, waiting=waits, other=~known).groupby(by)[["waiting", "other"]].sum()
    files = ingest.groupby(by, sort=False)["rows_read"].sum().to_frame("rows").join(counts).fillna(0)
    files["rows"] -= files.pop("other")
    return files.astype("int64").reset_index()


def without_data(ingest: pd.DataFrame, set_aside: pd.DataFrame) -> frozenset[str]:
    """Return the layers whose rows all wait for coordinates: they count as no data, and that is not zero.

    Parameters
    ----------
    ingest, set_aside
        The tables of these names. Every layer without a site is logged, and why.
    """
    sites = ingest.groupby("layer")["sites"].sum()
    waiting = set(set_aside.loc[set_aside["reason"].isin(_LACKING), "layer"])
    empty = frozenset(str(key) for key in sites.index[sites == 0])
    for key in sorted(empty & waiting):
        log.warning(
            "%(layer)s: no row has usable coordinates; the layer counts as no data, not as zero",
            {"layer": key},
            extra={"term": "warn_layer_without_data"},
        )
    for key in sorted(empty - waiting):
        log.warning(
            "%(layer)s: no site in the study area or its surroundings",
            {"layer": key},
            extra={"term": "warn_layer_without_site"},
        )
    return empty & waiting
