"""Which places of a search may be one building, or stand elsewhere."""

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

    from sharemap.villages.rules import Surroundings

__all__ = ["BUILDING", "POSITION", "Doubts"]

#: What is asked: are the two one building; does the site stand there.
BUILDING, POSITION = "building", "position"


@dataclass(frozen=True)
class Doubts:
    """Pairs of places that may be one building, and places that may stand elsewhere.

    Attributes
    ----------
    pairs
        ``a``, ``b`` (``a < b``), ``apart_m``, ``same_name`` and ``same_address``, as
        :func:`sharemap.sites.doubtful_pairs` gives them.
    positions
        ``place_id`` and ``site_id``: places that are there only if a contradicted position is true.
    building
        Each place of a pair -> the first of all that may be one building with it, also through others; each place that
        may stand elsewhere -> None.
    """

    pairs: pd.DataFrame
    positions: pd.DataFrame
    building: dict[str, str | None]

    @classmethod
    def among(cls, spaces: gpd.GeoDataFrame, around: Surroundings) -> Doubts:
        """Find the doubts about shared spaces that nobody has settled."""
        doors = around.services if isinstance(around.services, gpd.GeoDataFrame) else None
        pairs = _unsettled(sites.doubtful_pairs(spaces, doors), around.two_buildings)
        positions = _standing_on_nothing_else(spaces, around)
        one = sites.one_each(sorted({*pairs["a"], *pairs["b"]}), pairs)
        return cls(pairs, positions, {**one, **dict.fromkeys(positions["place_id"])})

    def with_elsewhere(self, positions: pd.DataFrame) -> Doubts:
        """Return these doubts and those of places that are there only if a published position is true after all."""
        known = pd.concat([self.positions, positions], ignore_index=True)
        return Doubts(self.pairs, known, {**self.building, **dict.fromkeys(positions["place_id"])})

    def buildings(self, places: Sequence[str]) -> int:
        """How many buildings some places are at least."""
        return buildings(places, self.building)

    def of(self, places: Sequence[str]) -> pd.DataFrame:
        """Return what must be asked to know that some places are as many buildings: pairs, then positions.

        Pairs are those between the places, or, where a place that is not among them makes two of them one, all that
        lead there. Columns: ``question``, ``a``, ``b`` and the others of :attr:`pairs`, ``site_id``.
        """
        asked = self.positions.loc[self.positions["place_id"].isin(places)]
        positions = asked.rename(columns={"place_id": "a"}).assign(same_name=False, same_address="")
        return pd.concat(
            [self._pairs_of(places).assign(question=BUILDING), positions.assign(question=POSITION)],
            ignore_index=True,
        )

    def _pairs_of(self, places: Sequence[str]) -> pd.DataFrame:
        pairs = self.pairs
        between = pairs[pairs["a"].isin(places) & pairs["b"].isin(places)]
        one = sites.one_each(sorted({*pairs["a"], *pairs["b"]}), pairs)
        ours = pd.Series([one.get(place, place) for place in places])
        if len(set(sites.one_each(places, between).values())) == ours.nunique():
            return between
        return pairs[pairs["a"].map(one).isin(ours[ours.duplicated()])]


def _unsettled(pairs: pd.DataFrame, settled: Collection[tuple[str, str]]) -> pd.DataFrame:
    known = {tuple(sorted(pair)) for pair in settled}
    asked = [pair not in known for pair in zip(pairs["a"], pairs["b"], strict=True)]
    return pairs[np.asarray(asked, dtype=bool)].reset_index(drop=True)


def _standing_on_nothing_else(spaces: gpd.GeoDataFrame, around: Surroundings) -> pd.DataFrame:
    """Return the sites in doubt of places of which every shared space is in doubt."""
    if around.positions is None:
        return pd.DataFrame({"place_id": [], "site_id": []}, dtype="str")
    doubted = around.positions.loc[around.positions["moved_m"] == 0, ["place_id", "site_id"]]
    doubted = doubted[doubted["place_id"].isin(spaces["place_id"])]
    if around.services is not None:
        sound = (around.services["role"] == "space") & ~around.services["site_id"].isin(doubted["site_id"])
        doubted = doubted[~doubted["place_id"].isin(around.services.loc[sound, "place_id"])]
    return doubted.sort_values(["place_id", "site_id"], ignore_index=True)
