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

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

__all__ = ["doubtful_pairs", "grouped", "stem"]

_NEAR_M = 40.0
_SAME_STEM_M = 100.0
_SAME_NAME_M = 400.0
_SHORTEST_STEM = 2
_SUFFIXES = (
    "자치회관", "주민자치회관", "주민자치센터", "자치센터", "주민센터", "행정복지센터", "복합청사",
    "주민공동시설", "공동이용시설", "사무소", "청사", "문화센터", "문화의집", "복합문화센터", "작은도서관", "도서관",
    "새마을문고", "마을문고", "문고", "공구도서관", "공구대여소", "장난감도서관", "북카페", "다목적실", "회의실", "강의실",
    "강당", "체육관", "마을회관", "경로당", "복지관", "복지센터", "마을활력소", "커뮤니티센터", "센터", "회관",
)  # fmt: skip
_FACILITY = re.compile(f"(?:{'|'.join(sorted(_SUFFIXES, key=len, reverse=True))})$")
_NOT_LETTERS = re.compile(r"[\W_]+")


def stem(name: str) -> str:
    """Return a name without blanks, brackets, punctuation and the kinds of facility at its end.

    Examples
    --------
    >>> stem("신사1동 자치회관"), stem("신사1동주민센터(별관)"), stem("도서관")
    ('신사1동', '신사1동', '도서관')
    """
    bare = _NOT_LETTERS.sub("", re.sub(r"\([^)]*\)|\[[^\]]*\]", "", name)).lower()
    while (shorter := _FACILITY.sub("", bare)) != bare and len(shorter) >= _SHORTEST_STEM:
        bare = shorter
    return bare


def doubtful_pairs(spaces: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the pairs of places that may be one building.

    Two places are in doubt when they stand less than 40 m apart, straight, or when they stand in the same dong and
    their names have the same :func:`stem` (at most 100 m apart) or are the same but for blanks and punctuation (at
    most 400 m: one of two lists may have an old address).

    Parameters
    ----------
    spaces
        ``place_id``, ``name``, ``dong_code`` and geometry in EPSG:5179.

    Returns
    -------
    ``a``, ``b`` (``a < b``), ``apart_m`` and ``same_name``, sorted.
    """
    ids = spaces["place_id"].to_numpy(dtype=object)
    shapes = spaces.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_SAME_NAME_M)
    once = ids[first].astype(str) < ids[second].astype(str)
    first, second = first[once], second[once]
    stems = np.array([stem(name) for name in spaces["name"]], dtype=object)
    names = np.array([_NOT_LETTERS.sub("", name).lower() for name in spaces["name"]], dtype=object)
    dong = spaces["dong_code"].fillna("").to_numpy(dtype=object)
    apart = np.asarray(shapely.distance(shapes[first], shapes[second]), dtype=np.float64)
    alike = ((stems[first] == stems[second]) & (apart <= _SAME_STEM_M)) | (names[first] == names[second])
    long_enough = np.array([len(stems[at]) >= _SHORTEST_STEM for at in first], dtype=bool)
    same = alike & (dong[first] == dong[second]) & long_enough
    found = pd.DataFrame({"a": ids[first], "b": ids[second], "apart_m": apart, "same_name": same})
    found = found.astype({"a": "str", "b": "str"})
    return found[same | (apart < _NEAR_M)].sort_values(["a", "b"], ignore_index=True)


def grouped(places: Sequence[str], doubts: pd.DataFrame) -> dict[str, str]:
    """Return for each place the smallest id among the places that may be one building with it.

    Examples
    --------
    >>> grouped(["p", "q", "r"], pd.DataFrame({"a": ["p", "q"], "b": ["q", "z"]}))
    {'p': 'p', 'q': 'p', 'r': 'r'}
    """
    leader = {place: place for place in sorted(places)}
    for a, b in zip(doubts["a"], doubts["b"], strict=True):
        if a in leader and b in leader:
            low, high = sorted((leader[a], leader[b]))
            leader = {place: low if lead == high else lead for place, lead in leader.items()}
    return leader
