"""The districts that a study asks for, by code or by name, with as much of the full name as tells them apart."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from sharemap.errors import AreaError
from sharemap.sources.korea import PROVINCES, spellings
from sharemap.texts import each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["choose", "dong_name_key"]

_LISTED = 30
_OFFICIAL_DIGITS = 10
_BETWEEN = re.compile(r"[\s.·ㆍ・‧,]+")
_ORDINAL = re.compile(r"제(?=\d)")


def dong_name_key(names: pd.Series) -> pd.Series:
    """Return dong names as they are compared: the middle dots, full stops and blanks in them vary.

    Examples
    --------
    >>> import pandas as pd
    >>> dong_name_key(pd.Series(["종로1·2·3·4가동", "종로1.2.3.4가동", "창신제1동"])).tolist()
    ['종로1234가동', '종로1234가동', '창신1동']
    """
    return each(names, _dong_name_key)


def _dong_name_key(name: str) -> str:
    return _ORDINAL.sub("", _BETWEEN.sub("", unicodedata.normalize("NFKC", name)))


def choose(
    frame: gpd.GeoDataFrame, path: Path, *, wards: Sequence[str] = (), dongs: Sequence[str] = ()
) -> gpd.GeoDataFrame:
    """Return the districts of some wards and, of those, the districts of some names; all when none is asked for.

    Parameters
    ----------
    frame
        Code and name of each district, its ward and its province.
    path
        The boundary file, for what is said of it.
    wards
        Names ("중구", "서울 중구") or codes (5 or 10 digits, administrative).
    dongs
        Names ("소공동", "중구 소공동", "서울 중구 소공동") or codes.

    Raises
    ------
    AreaError
        If a name matches nothing, or several that it does not tell apart; with what there is.
    """
    if wards:
        hits = [_of_ward(frame, str(ward), path) for ward in wards]
        frame = frame.loc[np.logical_or.reduce(hits)]
    if dongs:
        hits = [_of_name(frame, str(dong), path) for dong in dongs]
        frame = frame.loc[np.logical_or.reduce(hits)]
    return frame


def _of_ward(frame: pd.DataFrame, wanted: str, path: Path) -> NDArray[np.bool_]:
    text = wanted.strip()
    end = "0" * (_OFFICIAL_DIGITS // 2)
    code = text.removesuffix(end) if text.isdigit() and len(text) == _OFFICIAL_DIGITS else text
    by_code = (frame["ward_code"] == code).to_numpy(dtype=bool)
    hit = by_code if by_code.any() else _named(frame, text, ["ward_name"])
    if not hit.any():
        raise _no_match(_full(frame, ["ward_name"], qualified=_repeats(frame)), wanted, path, "ward")
    found = frame.loc[hit].drop_duplicates("ward_code")
    if len(found) > 1:
        raise _several(found, ["ward_name"], "ward_code", wanted, path)
    return hit


def _repeats(frame: pd.DataFrame) -> bool:
    """Whether two wards of a file have the same name."""
    return bool(frame.drop_duplicates("ward_code")["ward_name"].duplicated().any())


def _of_name(frame: pd.DataFrame, wanted: str, path: Path) -> NDArray[np.bool_]:
    by_code = frame["dong_code"].eq(wanted.strip()).to_numpy(dtype=bool)
    hit = by_code if by_code.any() else _named(frame, wanted, ["dong_name", "ward_name"])
    if not hit.any():
        raise _no_match(frame["dong_name"], wanted, path, "dong")
    if hit.sum() > 1:
        raise _several(frame.loc[hit], ["ward_name", "dong_name"], "dong_code", wanted, path)
    return hit


def _named(frame: pd.DataFrame, wanted: str, columns: list[str]) -> NDArray[np.bool_]:
    """Return which rows have a name: alone, or with more of the full name before it, the province in any spelling.

    A province before it that nobody knows of the row contradicts nothing.
    """
    key = _dong_name_key(wanted)
    name = dong_name_key(frame[columns[0]])
    hit = name == key
    for column in columns[1:]:
        name = dong_name_key(frame[column]) + name
        hit |= name == key
    for province in frame["province_name"].unique():
        ours = (frame["province_name"] == province).to_numpy(dtype=bool)
        before = spellings(province) if province else _provinces()
        full = name.loc[ours]
        shorter = dong_name_key(frame.loc[ours, columns[0]])
        for spelling in before:
            said = _dong_name_key(spelling)
            hit.loc[ours] |= (said + full == key) | (said + shorter == key)
    return hit.to_numpy(dtype=bool)


def _provinces() -> tuple[str, ...]:
    return tuple({name: None for names in PROVINCES.values() for name in names})


def _full(frame: pd.DataFrame, columns: list[str], *, qualified: bool = True) -> pd.Series:
    """Return full names, from the province on."""
    full = frame[columns[0]].astype("str")
    for column in columns[1:]:
        full = full + " " + frame[column]
    return (frame["province_name"] + " " + full).str.strip() if qualified else full


def _several(frame: pd.DataFrame, columns: list[str], code: str, wanted: str, path: Path) -> AreaError:
    what = code.removesuffix("_code")
    full = _full(frame, columns, qualified=len(frame["province_name"].unique()) > 1)
    if full.duplicated().any():
        full = full + " (" + frame[code] + ")"
        remedy = f"write the code of one of: {', '.join(sorted(full))}"
    else:
        remedy = f"write one of: {', '.join(sorted(full))}"
    msg = f"several {what}s have this name"
    return AreaError(msg, file=path, column=f"{what}s", value=wanted, remedy=remedy)


def _no_match(names: pd.Series, wanted: str, path: Path, what: str) -> AreaError:
    known = sorted(set(names))
    near = difflib.get_close_matches(wanted, known, n=5, cutoff=0.5)
    if near:
        remedy = f"did you mean {', '.join(near)}?"
    else:
        more = "" if len(known) <= _LISTED else f" and {len(known) - _LISTED} more"
        remedy = f"the file has {', '.join(known[:_LISTED])}{more}"
    msg = f"no {what} of the boundary file matches"
    return AreaError(msg, file=path, column=f"{what}s", value=wanted, remedy=remedy)
