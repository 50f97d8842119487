"""The places of each village: what they hold, where they are and which of them leads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.texts import contains

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["complexes", "dongs_of", "kinds_of_space", "leading_places", "members_of", "services_of"]

# what says that a door is inside an apartment complex: its name, or the number of a block; shops of one are for all
_COMPLEX = re.compile(
    r"아파트|단지|주공|관리(?:사무소|동|실)|(?:주민|입주자)\s?공동\s?(?:이용)?시설|(?<![\d가-힣])\d{3,4}\s?동(?![가-힣])"
    r"|[가-힣]{2,}\d차(?!\w)"
)
_SHOP = re.compile(r"상가|산업단지|단지길|단지로")


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


def kinds_of_space(members: pd.DataFrame, services: pd.DataFrame | None) -> list[int]:
    """How many kinds of shared space the places of each village hold; where sites are not given, of any service."""
    if services is None:
        return services_of(members)["services"]
    spaces = services.loc[services["role"] == "space", ["place_id", "layer"]]
    held = members[["village", "place_id"]].merge(spaces, on="place_id")
    kinds = held.groupby("village")["layer"].nunique()
    return kinds.reindex(range(int(members["village"].max()) + 1), fill_value=0).tolist()


def complexes(places: pd.DataFrame, services: pd.DataFrame | None) -> set[str]:
    """Return the places whose shared spaces all stand inside apartment complexes, as far as names and addresses say.

    Examples
    --------
    >>> rows = [("p", "샘터작은도서관", "진관2로 111-7 220동 지하1층"), ("q", "도서관", "불광2동 23"), ("r", "방", "5단지 상가")]
    >>> complexes(pd.DataFrame(rows, columns=["place_id", "name", "address"]), None)
    {'p'}
    """
    doors = places
    if services is not None:
        doors = services.loc[(services["role"] == "space") & services["place_id"].isin(places["place_id"])]
    text = doors["name"].fillna("") + " " + doors["address"].fillna("")
    inside = contains(text, _COMPLEX) & ~contains(text, _SHOP)
    return set(doors["place_id"]) - set(doors.loc[~inside, "place_id"])


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
