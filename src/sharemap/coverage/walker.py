"""One walker: how they walk, where their homes meet the street, and what they reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sharemap.units import WalkProfile

__all__ = ["Walker"]


@dataclass(frozen=True, kw_only=True)
class Walker:
    """One walker of a run.

    Attributes
    ----------
    profile
        How they walk.
    homes
        The demand points of the run, joined to streets that this walker can use: a home whose nearest street is a
        flight of steps has another door for a wheelchair, or none.
    served
        Result of :func:`walks_at_points` for these homes.
    """

    profile: WalkProfile
    homes: gpd.GeoDataFrame
    served: pd.DataFrame
