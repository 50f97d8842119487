"""Everybody at the pace of their own age: the promise is made to anyone, and not everybody is quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sharemap.coverage.services import AGES
from sharemap.schema import AGE_BANDS
from sharemap.units import ELDERLY

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.coverage.walker import Walker

__all__ = ["by_own_pace"]


def by_own_pace(own: Walker, slower: Walker) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Let each age walk at its own pace: residents of 65 and over as older adults do, the others as the study says.

    Parameters
    ----------
    own, slower
        The walker of the study, and one who walks as :data:`sharemap.units.ELDERLY`.

    Returns
    -------
    Walks and demand points for :func:`by_dong` and :func:`by_ward`. Each point stands there twice, once with the
    residents under 65 and once, as many rows further down, with those of 65 and over.
    """
    old = list(AGES[ELDERLY.age_band])
    young = [band for band in AGE_BANDS if band not in old]
    twice = pd.concat(
        [
            one.homes.assign(**dict.fromkeys(bands, 0))
            for one, bands in zip((own, slower), (old, young), strict=True)
        ],
        ignore_index=True,
    )
    below = slower.served.assign(point=slower.served["point"] + len(own.homes))
    walks = pd.concat([own.served, below], ignore_index=True)
    return walks, twice.assign(residents=twice[list(AGE_BANDS)].sum(axis=1))
