"""The places of each village: what they hold, where they are and which of them leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["dongs_of", "leading_places", "members_of", "services_of"]


def members_of(villages: tuple[tuple[str, ...], ...], spaces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row a member: its village's position and what is known about the place."""
    at = np.repeat(np.arange(len(villages)), [len(village) for village in villages])
    chosen = spaces.loc[[place for village in villages for place in village]]
    return chosen.assign(village=at).reset_index(drop=True)


def services_of(members: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the kinds of service in the places of each village, counted and listed."""
    kinds = [
        sorted({layer for layers in places for layer in layers.split(";") if layer})
        for _, places in members.groupby("village")["layers"]
    ]
    return {"services": [len(found) for found in kinds], "layers": [";".join(found) for found in kinds]}


def dongs_of(members: pd.DataFrame) -> pd.DataFrame:
    """Return ward and dong of most of the places; of equals, the lowest dong code. By position of the village."""
    columns = ["village", "dong_code"]
    counted = members.dropna(subset="dong_code").groupby(columns, as_index=False).size()
    best = counted.sort_values(
        ["village", "size", "dong_code"], ascending=[True, False, True]
    ).drop_duplicates("village")
    names = members.sort_values("place_id").drop_duplicates("dong_code")[
        ["dong_code", "dong_name", "ward_name"]
    ]
    known = best.merge(names, on="dong_code").set_index("village")[["ward_name", "dong_code", "dong_name"]]
    return known.reindex(range(int(members["village"].max()) + 1))


def leading_places(members: pd.DataFrame, walks: pd.DataFrame) -> pd.Series[str]:
    """Return the leading place: most services, most sites, most central, lowest id. By position."""
    both = pd.concat([walks.rename(columns={"a": "place_id"}), walks.rename(columns={"b": "place_id"})])
    whole = (
        pd.Series(np.rint(both["walk_m"].to_numpy() * 1000.0).astype(np.int64))
        .groupby(both["place_id"].to_numpy())
        .sum()
    )
    ranked = members.assign(
        kinds=members["layers"].map(lambda layers: len(set(layers.split(";")) - {""})),
        away=members["place_id"].map(whole),
    ).sort_values(
        ["village", "kinds", "sites", "away", "place_id"], ascending=[True, False, False, True, True]
    )
    return ranked.drop_duplicates("village").set_index("village")["place_id"].rename("lead")
