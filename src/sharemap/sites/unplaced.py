"""Layers of which no row could be placed: nobody knows whom they serve."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sharemap.sources.reasons import WAITING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["without_data"]

log = logging.getLogger(__name__)


def without_data(ingest: pd.DataFrame, set_aside: pd.DataFrame) -> frozenset[str]:
    """Return the layers whose rows all wait for coordinates: they count as no data, and that is not zero.

    Parameters
    ----------
    ingest, set_aside
        The tables of these names. Every layer without a site is logged, and why.
    """
    sites = ingest.groupby("layer")["sites"].sum()
    waiting = set(set_aside.loc[set_aside["reason"].isin(WAITING - {"address_not_in_seoul"}), "layer"])
    empty = frozenset(str(key) for key in sites.index[sites == 0])
    for key in sorted(empty & waiting):
        log.warning("%s: no row has usable coordinates; the layer counts as no data, not as zero", key)
    for key in sorted(empty - waiting):
        log.warning("%s: no site in the study area or its surroundings", key)
    return empty & waiting
