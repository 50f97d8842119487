"""Which places of a search may be one building."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from sharemap import sites
from sharemap.villages.cliques import buildings

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["Doubts"]


@dataclass(frozen=True)
class Doubts:
    """Pairs of places that may be one building.

    Attributes
    ----------
    pairs
        ``a``, ``b`` (``a < b``), ``apart_m``, ``same_name`` and ``same_address``, as :func:`sharemap.sites.doubtful_pairs` gives them.
    building
        Each place of them -> the first of all that may be one building with it, also through others.
    """

    pairs: pd.DataFrame
    building: dict[str, str]

    @classmethod
    def among(
        cls,
        spaces: gpd.GeoDataFrame,
        services: pd.DataFrame | None = None,
        *,
        settled: Collection[tuple[str, str]] = (),
    ) -> Doubts:
        """Find the pairs among shared spaces, with the `services` in them, that nobody has `settled` to be two."""
        doors = services if isinstance(services, gpd.GeoDataFrame) else None
        pairs = sites.doubtful_pairs(spaces, doors)
        known = {tuple(sorted(pair)) for pair in settled}
        asked = [pair not in known for pair in zip(pairs["a"], pairs["b"], strict=True)]
        pairs = pairs[np.asarray(asked, dtype=bool)].reset_index(drop=True)
        return cls(pairs, sites.one_each(sorted({*pairs["a"], *pairs["b"]}), pairs))

    def buildings(self, places: Sequence[str]) -> int:
        """How many buildings some places are at least."""
        return buildings(places, self.building)

    def of(self, places: Sequence[str]) -> pd.DataFrame:
        """Return the pairs for which some places are fewer buildings than places.

        Those between the places, or, where a place that is not among them makes two of them one, all that lead there.
        """
        pairs = self.pairs
        between = pairs[pairs["a"].isin(places) & pairs["b"].isin(places)]
        if len(set(sites.one_each(places, between).values())) == self.buildings(places):
            return between
        ours = pd.Series([self.building.get(place, place) for place in places])
        return pairs[pairs["a"].map(self.building).isin(ours[ours.duplicated()])]
