"""Everybody at the pace of their own age: the promise is made to anyone, and not everybody is quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sharemap.coverage.services import AGES
from sharemap.schema import AGE_BANDS
from sharemap.units import ELDERLY

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["by_own_pace"]


def by_own_pace(
    served: pd.DataFrame, slower: pd.DataFrame, demand: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Let each age walk at its own pace: residents of 65 and over as older adults do, the others as the study says.

    Parameters
    ----------
    served, slower
        Results of :func:`at_points` for the profile of the study and for :data:`sharemap.units.ELDERLY`.
    demand
        Demand points (schema ``demand``).

    Returns
    -------
    Walks and demand points for :func:`by_dong` and :func:`by_ward`. Each point stands there twice, once with the
    residents under 65 and once, as many rows further down, with those of 65 and over.
    """
    old = list(AGES[ELDERLY.age_band])
    young = [band for band in AGE_BANDS if band not in old]
    twice = pd.concat([demand.assign(**dict.fromkeys(bands, 0)) for bands in (old, young)], ignore_index=True)
    walks = pd.concat([served, slower.assign(point=slower["point"] + len(demand))], ignore_index=True)
    return walks, twice.assign(residents=twice[list(AGE_BANDS)].sum(axis=1))
