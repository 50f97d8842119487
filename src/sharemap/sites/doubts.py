"""Pairs of places that may be one building under two addresses: a ward officer must see them before counting them.

A community centre is published as '신사1동 자치회관' by one office and as '신사1동 주민센터' by another, with two
addresses 60 m apart; another moved, and one list still has the old address some streets away. Whether it is one
building no file says, so nothing is merged here: the pair is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from sharemap.addresses import address_key
from sharemap.sites.keys import name_key
from sharemap.sites.rules import DoubtRules
from sharemap.texts import each

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

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
_CENTRE = re.compile(
    r"(?:서울특별시|서울시|서울)?(?:[가-힣]{1,4}구)?(?P<dong>[가-힣]+\d*(?:가동|동|가))"
    r"(?:주민자치센터|주민자치회관|자치회관|자치센터|주민센터|행정복지센터|복합청사|사무소|청사)"
)
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")


def stems(names: pd.Series) -> pd.Series:
    """Return names as they are compared, without brackets and the kinds of facility at their end.

    Examples
    --------
    >>> stems(pd.Series(["신사1동 자치회관", "신사1동주민센터(별관)", "도서관"])).tolist()
    ['신사1동', '신사1동', '도서관']
    """
    return each(name_key(each(names, lambda name: _BRACKETS.sub("", name))), _without_kind)


def institutions(names: pd.Series) -> pd.Series:
    """Return names as one institution bears them: the centre of a dong under any of its words, whatever room follows.

    Examples
    --------
    >>> institutions(pd.Series(["서대문구 천연동 주민센터 다목적실", "천연동 자치회관 2층 두루방", "천연 도서관(별관)"])).tolist()
    ['천연동주민센터', '천연동주민센터', '천연도서관']
    """
    return each(name_key(each(names, lambda name: _BRACKETS.sub("", name) or name)), _institution)


def _institution(name: str) -> str:
    centre = _CENTRE.match(name)
    return f"{centre['dong']}주민센터" if centre else name


def _without_kind(name: str) -> str:
    while (shorter := _FACILITY.sub("", name)) != name and len(shorter) >= _SHORTEST_STEM:
        name = shorter
    return name


def doubtful_pairs(
    spaces: gpd.GeoDataFrame, doors: gpd.GeoDataFrame | None = None, *, rules: DoubtRules = _AS_USUAL
) -> pd.DataFrame:
    """Return the pairs of places that may be one building.

    Two places are in doubt when a shared space of one stands near one of the other; when two of them stand in the same
    dong and their names have one of :func:`stems` or are those of one of :func:`institutions`; or when any sites
    of them, support sites included, have the same address. Names of support sites say nothing: those of wifi repeat.

    Parameters
    ----------
    spaces
        ``place_id``, ``name``, ``dong_code`` and geometry in a metric CRS.
    doors
        The sites in them: ``place_id``, ``name``, ``address``, ``dong_code``, ``role`` and geometry. Without them each
        place is one site where it stands.
    rules
        How near, straight, each time.

    Returns
    -------
    ``a``, ``b`` (``a < b``), ``apart_m`` (between the two sites that are nearest of those in doubt), ``same_name`` and
    ``same_address`` (the address, or ''), sorted.
    """
    known = (
        _Doors.of(spaces) if doors is None else _Doors.of(doors[doors["place_id"].isin(spaces["place_id"])])
    )
    found = pd.concat([known.near(rules), known.of_one_address(rules)], ignore_index=True)
    pairs = found.groupby(["a", "b"], sort=True).agg(
        apart_m=("apart_m", "min"), same_name=("same_name", "any"), same_address=("same_address", "max")
    )
    return pairs.reset_index().astype({"a": "str", "b": "str", "same_address": "str"})


@dataclass(frozen=True)
class _Doors:
    """Sites with what is compared: those that are spaces first."""

    sites: pd.DataFrame
    shapes: NDArray[np.object_]
    spaces: int

    @classmethod
    def of(cls, doors: gpd.GeoDataFrame) -> _Doors:
        space = np.ones(len(doors), dtype=bool)
        if "role" in doors.columns:
            space = (doors["role"] == "space").to_numpy(dtype=bool)
        order = np.argsort(~space, kind="stable")
        ordered = doors.iloc[order].reset_index(drop=True)
        address = address_key(ordered["address"]) if "address" in ordered.columns else None
        compared = pd.DataFrame(
            {
                "place": ordered["place_id"],
                "stem": stems(ordered["name"]),
                "name": institutions(ordered["name"]),
                "dong": ordered["dong_code"].fillna(""),
                "address": address
                if address is not None
                else pd.Series(np.nan, index=ordered.index, dtype="str"),
            }
        )
        return cls(compared, ordered.geometry.to_numpy(), int(space.sum()))

    def near(self, rules: DoubtRules) -> pd.DataFrame:
        """Pairs of spaces that stand near, or are named alike in one dong."""
        shapes = self.shapes[: self.spaces]
        widest = max(rules.near_m, rules.same_stem_m, rules.same_name_m)
        first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=widest)
        found = self._apart(first, second)
        stem, name, dong = (self.sites[key].to_numpy(dtype=object) for key in ("stem", "name", "dong"))
        first, second, apart = (found[key].to_numpy() for key in ("first", "second", "apart_m"))
        alike = (stem[first] == stem[second]) & (apart <= rules.same_stem_m)
        alike |= (name[first] == name[second]) & (apart <= rules.same_name_m)
        long_enough = np.array([len(stem[at]) >= _SHORTEST_STEM for at in first], dtype=bool)
        same = alike & (dong[first] == dong[second]) & long_enough
        return found.assign(same_name=same, same_address="")[same | (apart < rules.near_m)]

    def of_one_address(self, rules: DoubtRules) -> pd.DataFrame:
        """Pairs of sites of any role that have one address."""
        known = self.sites[["place", "address"]].assign(site=self.sites.index).dropna(subset="address")
        same = known[["address", "site"]].merge(known[["address", "site"]], on="address")
        found = self._apart(same["site_x"].to_numpy(), same["site_y"].to_numpy())
        address = self.sites["address"].to_numpy(dtype=object)[found["first"]]
        return found.assign(same_name=False, same_address=address)[found["apart_m"] <= rules.same_address_m]

    def _apart(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> pd.DataFrame:
        """Pairs of sites of two places, the place that comes first in the alphabet first."""
        place = self.sites["place"].to_numpy(dtype=object)
        once = place[first].astype(str) < place[second].astype(str)
        first, second = first[once], second[once]
        apart = np.asarray(shapely.distance(self.shapes[first], self.shapes[second]), dtype=np.float64)
        return pd.DataFrame(
            {"first": first, "second": second, "a": place[first], "b": place[second], "apart_m": apart}
        )


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
