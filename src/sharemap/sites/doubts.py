"""Pairs of places that may be one building under two addresses: a ward officer must see them before counting them.

A community centre is published as '신사1동 자치회관' by one office and as '신사1동 주민센터' by another, with two
addresses 60 m apart; another moved, and one list still has the old address some streets away. Whether it is one
building no file says, so nothing is merged here: the pair is named.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from sharemap.sites.keys import name_key
from sharemap.sites.rules import DoubtRules
from sharemap.texts import each

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

__all__ = ["doubtful_pairs", "one_each", "stems"]

_AS_USUAL = DoubtRules()
_SHORTEST_STEM = 2
_SUFFIXES = (
    "자치회관", "주민자치회관", "주민자치센터", "자치센터", "주민센터", "행정복지센터", "복합청사",
    "주민공동시설", "공동이용시설", "사무소", "청사", "문화센터", "문화의집", "복합문화센터", "작은도서관", "도서관",
    "새마을문고", "마을문고", "문고", "공구도서관", "공구대여소", "장난감도서관", "북카페", "다목적실", "회의실", "강의실",
    "강당", "체육관", "마을회관", "경로당", "복지관", "복지센터", "마을활력소", "커뮤니티센터", "센터", "회관",
)  # fmt: skip
_FACILITY = re.compile(f"(?:{'|'.join(sorted(_SUFFIXES, key=len, reverse=True))})$")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")


def stems(names: pd.Series) -> pd.Series:
    """Return names as they are compared, without brackets and the kinds of facility at their end.

    Examples
    --------
    >>> stems(pd.Series(["신사1동 자치회관", "신사1동주민센터(별관)", "도서관"])).tolist()
    ['신사1동', '신사1동', '도서관']
    """
    return each(name_key(each(names, lambda name: _BRACKETS.sub("", name))), _without_kind)


def _without_kind(name: str) -> str:
    while (shorter := _FACILITY.sub("", name)) != name and len(shorter) >= _SHORTEST_STEM:
        name = shorter
    return name


def doubtful_pairs(spaces: gpd.GeoDataFrame, *, rules: DoubtRules = _AS_USUAL) -> pd.DataFrame:
    """Return the pairs of places that may be one building.

    Two places are in doubt when they stand near each other, or when they stand in the same dong and their names have
    one of :func:`stems` or are the same but for blanks and punctuation.

    Parameters
    ----------
    spaces
        ``place_id``, ``name``, ``dong_code`` and geometry in EPSG:5179.
    rules
        How near, straight, each time.

    Returns
    -------
    ``a``, ``b`` (``a < b``), ``apart_m`` and ``same_name``, sorted.
    """
    ids = spaces["place_id"].to_numpy(dtype=object)
    shapes = spaces.geometry.to_numpy()
    widest = max(rules.near_m, rules.same_stem_m, rules.same_name_m)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=widest)
    once = ids[first].astype(str) < ids[second].astype(str)
    first, second = first[once], second[once]
    apart = np.asarray(shapely.distance(shapes[first], shapes[second]), dtype=np.float64)
    stem, name = (of(spaces["name"]).to_numpy(dtype=object) for of in (stems, name_key))
    dong = spaces["dong_code"].fillna("").to_numpy(dtype=object)
    alike = (stem[first] == stem[second]) & (apart <= rules.same_stem_m)
    alike |= (name[first] == name[second]) & (apart <= rules.same_name_m)
    long_enough = np.array([len(stem[at]) >= _SHORTEST_STEM for at in first], dtype=bool)
    same = alike & (dong[first] == dong[second]) & long_enough
    found = pd.DataFrame({"a": ids[first], "b": ids[second], "apart_m": apart, "same_name": same})
    found = found.astype({"a": "str", "b": "str"})
    return found[same | (apart < rules.near_m)].sort_values(["a", "b"], ignore_index=True)


def one_each(places: Sequence[str], doubts: pd.DataFrame) -> dict[str, str]:
    """Return for each place the smallest id among the places that may be one building with it.

    Examples
    --------
    >>> one_each(["p", "q", "r"], pd.DataFrame({"a": ["p", "q"], "b": ["q", "z"]}))
    {'p': 'p', 'q': 'p', 'r': 'r'}
    """
    leader = {place: place for place in sorted(places)}
    for a, b in zip(doubts["a"], doubts["b"], strict=True):
        if a in leader and b in leader:
            low, high = sorted((leader[a], leader[b]))
            leader = {place: low if lead == high else lead for place, lead in leader.items()}
    return leader
