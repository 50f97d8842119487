"""Columns of a boundary file -> code and name of each district, of its ward and of its province.

A map of Korean dongs has official codes, of one system or another. Any other map may have codes, names and wards, or none:
what it lacks is made up from the order of the districts, and said.
"""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.catalog import normalised_header
from sharemap.errors import AreaError
from sharemap.sources.korea import FROM_STATISTICS, PROVINCES, SEOUL_WARDS
from sharemap.texts import each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

__all__ = ["HEADERS", "BoundaryColumns", "column_of", "described"]

_LOG = logging.getLogger(__name__)

_OFFICIAL = ("adm_cd2", "dong_code", "행정동코드", "EMD_CD", "H_CODE", "ADM_DR_CD", "ADM_CD", "adm_cd")
_NAMES = ("dong_name", "행정동명", "행정동", "adm_nm", "EMD_KOR_NM", "ADM_DR_NM", "ADM_NM", "dong_nm")
_WARD_CODES = ("ward_code", "자치구코드", "sgg", "SIG_CD", "SGG_CD")
_WARD_NAMES = ("ward_name", "자치구명", "자치구", "sggnm", "SIG_KOR_NM", "SGG_NM")
_PROVINCE_NAMES = ("province_name", "sidonm", "시도명", "CTP_KOR_NM", "SIDO_NM")
#: What codes and names are called elsewhere; taken only where every district has one, and its own.
_ANY_CODES = (
    *(
        "SIG_CD",
        "code",
        "id",
        "gid",
        "osm_id",
        "AGS",
        "ARS",
        "GEOID",
        "NUTS_ID",
        "LAU_ID",
        "code_insee",
        "insee",
    ),
    *("dicofre", "dtmnfr", "cd_geocodi", "cod", "codigo", "kode", "nummer", "number"),
)
_ANY_NAMES = (
    *(
        "SIG_KOR_NM",
        "name",
        "GEN",
        "NAMELSAD",
        "NUTS_NAME",
        "LAU_NAME",
        "nome",
        "nom",
        "nombre",
        "naam",
        "navn",
        "namn",
    ),
    *(
        "label",
        "title",
        "district",
        "bezirk",
        "stadtteil",
        "ortsteil",
        "freguesia",
        "bairro",
        "quartier",
        "barrio",
    ),
    *("neighbourhood", "neighborhood", "NAME_4", "NAME_3", "NAME_2", "NAME_1"),
)
#: Headers that are known, as compared.
HEADERS = frozenset(
    map(normalised_header, (*_OFFICIAL, *_NAMES, *_WARD_CODES, *_WARD_NAMES, *_PROVINCE_NAMES))
)
_WARD_DIGITS = 5
_OFFICIAL_DIGITS = 10
_LONG_DIGITS = 8  # of a statistics code since 2018, and of a legal dong
_STATISTICS_DIGITS = (7, _LONG_DIGITS)
_LEGAL = (101, 199)  # numbers of legal dongs within a ward; administrative dongs begin at 510
_ONE_WARD = "0"
_QUALIFIED = 3  # province, ward, dong


@dataclass(frozen=True, kw_only=True)
class BoundaryColumns:
    """What a boundary file does not say of itself.

    Attributes
    ----------
    name, code, ward
        Columns with the name and code of a district and the name of what it is a part of; found when not given.
    title
        What the whole area is called where no column tells wards; the name of the file when not given.
    crs
        Coordinate system of a file that names none.
    """

    name: str = ""
    code: str = ""
    ward: str = ""
    title: str = ""
    crs: str = ""


@dataclass(frozen=True)
class _Voice:
    """How loud something is said of a file."""

    path: Path
    level: int

    def __call__(self, what: str) -> None:
        _LOG.log(self.level, "%s: %s", self.path.name, what)


def described(
    raw: gpd.GeoDataFrame, path: Path, columns: BoundaryColumns, *, level: int = logging.WARNING
) -> pd.DataFrame:
    """Return codes and names of district, ward and province as text, whatever the file calls them.

    What is made up, and what is legal dongs, is said as loud as `level`.

    Raises
    ------
    AreaError
        If a column that is asked for is not there, a district lacks its code, name or ward, or a code has two names.
    """
    code = _asked(raw, columns.code, path)
    name = _asked(raw, columns.name, path)
    of_dongs = code is None and name is None and not columns.ward
    official, called = column_of(raw, _OFFICIAL), column_of(raw, _NAMES)
    if of_dongs and official is not None and called is not None:
        area = _dongs(raw, official, called, _Voice(path, level))
    else:
        first = (code if code is not None else official, name if name is not None else called)
        area = _districts(raw, _Voice(path, level), columns, first)
    _refuse_blanks(area, path)
    _refuse_two_names(area, path)
    return area


def column_of(raw: pd.DataFrame, aliases: Sequence[str]) -> pd.Series | None:
    """Return the first column of an alias as text; whole numbers lose their decimals, blanks go."""
    seen = {normalised_header(str(name)): name for name in reversed(list(raw.columns))}
    for alias in aliases:
        name = seen.get(normalised_header(alias))
        if name is not None:
            return each(raw[name].astype("str"), _as_text).reset_index(drop=True)
    return None


def _as_text(value: str) -> str:
    text = unicodedata.normalize("NFC", value).strip()
    whole, point, zero = text.partition(".")
    return whole if point and zero == "0" and whole.isdigit() else text


def _asked(raw: gpd.GeoDataFrame, name: str, path: Path) -> pd.Series | None:
    """Return a column that the study names."""
    found = column_of(raw, (name,)) if name else None
    if name and found is None:
        msg = "the boundary file has no such column"
        seen = ", ".join(str(column) for column in raw.columns if column != raw.geometry.name)
        raise AreaError(msg, file=path, value=name, remedy=f"it has {seen or 'no columns at all'}")
    return found


# ------------------------------------------------------------------------------------------- dongs of Korea


def _dongs(raw: gpd.GeoDataFrame, code: pd.Series, name: pd.Series, said: _Voice) -> pd.DataFrame:
    words = name.str.split()
    area = pd.DataFrame({"dong_code": code, "dong_name": words.str[-1]})
    official = _in_official_codes(raw, area, said)
    area["ward_code"], area["ward_name"] = _wards(raw, code, words, official)
    prefix = code.str.slice(0, 2)
    province = prefix.where(official, prefix.map(FROM_STATISTICS))
    known = province.isin(list(PROVINCES))
    own = column_of(raw, _PROVINCE_NAMES)
    named = words.str[0].where(words.map(len, na_action="ignore") >= _QUALIFIED) if own is None else own
    area["province_code"] = province.where(known, "")
    area["province_name"] = named.fillna(province.map(lambda key: PROVINCES.get(key, ("",))[0])).fillna("")
    return area


def _in_official_codes(raw: gpd.GeoDataFrame, area: pd.DataFrame, said: _Voice) -> pd.Series:
    """Return whose code begins with the administrative code of a ward; the others have that of the statistics.

    Eight digits are a legal dong (법정동) in a map of those, else the statistics of 2018 and later. The number within the
    ward tells which: legal dongs have 101 and the following, and so have townships (읍) of the statistics.
    """
    code = area["dong_code"]
    digits = code.str.len()
    number = pd.to_numeric(code.str.slice(5, 8), errors="coerce")
    legal = digits.isin((_LONG_DIGITS, _OFFICIAL_DIGITS)) & number.between(*_LEGAL)
    legal &= ~area["dong_name"].str.endswith("읍").fillna(value=False)
    if legal.any():
        said(
            f"{int(legal.sum())} of {len(area)} areas are legal dongs (법정동); tables of residents are by administrative "
            "dongs (행정동)"
        )
    of_juso = column_of(raw, ("EMD_CD",))
    whole = bool(legal.any()) or (of_juso is not None and bool((of_juso == code).all()))
    return ~digits.isin(_STATISTICS_DIGITS) | (digits.eq(_LONG_DIGITS) & whole)


def _wards(
    raw: gpd.GeoDataFrame, code: pd.Series, words: pd.Series, official: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Ward codes and names, from their columns, else from the dong's code and full name, else the code alone."""
    prefix = code.str.slice(0, _WARD_DIGITS)
    by_statistics = prefix.map(lambda key: SEOUL_WARDS.get(key, (key, None))[0])
    own = column_of(raw, _WARD_CODES)
    ward_code = prefix.where(official, by_statistics) if own is None else own.str.slice(0, _WARD_DIGITS)
    names = dict(SEOUL_WARDS.values())
    own_name = column_of(raw, _WARD_NAMES)
    ward_name = words.str[-2].where(words.str.len() > 1) if own_name is None else own_name
    return ward_code, ward_name.astype("str").fillna(ward_code.map(names)).fillna(ward_code)


# ------------------------------------------------------------------------------------------- any districts


def _districts(
    raw: gpd.GeoDataFrame,
    said: _Voice,
    columns: BoundaryColumns,
    first: tuple[pd.Series | None, pd.Series | None],
) -> pd.DataFrame:
    code, name = (
        _every(raw, aliases, alone=alone) if found is None else found
        for found, aliases, alone in zip(first, (_ANY_CODES, _ANY_NAMES), (True, False), strict=True)
    )
    if name is None:
        number = _numbers(raw, pd.Series("", index=range(len(raw))))
        name = number if code is None else code
        said("no column tells the names of districts; they are called by number")
    if code is None:
        code = _numbers(raw, name)
        said("no column tells the codes of districts; they are numbered by name")
    area = pd.DataFrame({"dong_code": code, "dong_name": name})
    area["ward_code"], area["ward_name"] = _parents(raw, said, columns)
    of_korea = area["ward_code"].str.slice(0, 2)
    known = of_korea.isin(list(PROVINCES)) & area["ward_code"].str.fullmatch(r"\d{5}")
    area["province_code"] = of_korea.where(known, "")
    own = column_of(raw, _PROVINCE_NAMES)
    by_code = area["province_code"].map(lambda key: PROVINCES.get(key, ("",))[0])
    area["province_name"] = by_code if own is None else own.fillna("")
    return area


def _every(raw: gpd.GeoDataFrame, aliases: Sequence[str], *, alone: bool) -> pd.Series | None:
    """Return the first known column that every district fills; `alone` asks that no two have the same in it."""
    for alias in aliases:
        found = column_of(raw, (alias,))
        if found is not None and (found.fillna("") != "").all() and (found.is_unique or not alone):
            return found
    return None


def _numbers(raw: gpd.GeoDataFrame, name: pd.Series) -> pd.Series:
    """Return numbers from 1, in the order of the names and, where they are the same, from north to south."""
    inside = raw.geometry.representative_point()
    order = np.lexsort(
        (inside.x.to_numpy(), -inside.y.to_numpy(), name.astype(object).to_numpy().astype(str))
    )
    number = np.empty(len(raw), dtype=np.int64)
    number[order] = np.arange(1, len(raw) + 1)
    return pd.Series(number).astype("str").str.zfill(len(str(len(raw))))


def _parents(raw: gpd.GeoDataFrame, said: _Voice, columns: BoundaryColumns) -> tuple[Any, Any]:
    """Codes and names of the wards: of their columns, else one ward for all."""
    asked = _asked(raw, columns.ward, said.path)
    name = column_of(raw, _WARD_NAMES) if asked is None else asked
    code = column_of(raw, _WARD_CODES) if asked is None else None
    if name is None and code is None:
        title = columns.title or unicodedata.normalize("NFC", said.path.stem)
        said(f"no column tells wards; all {len(raw)} districts are one, '{title}'")
        return _ONE_WARD, title
    if name is None:
        return code, code
    if code is None:
        number, names = pd.factorize(name, sort=True)
        made = pd.Series(number + 1).astype("str").str.zfill(len(str(len(names))))
        return made.where(name.notna()), name
    return code, name


# ------------------------------------------------------------------------------------------- what is refused


def _refuse_blanks(area: pd.DataFrame, path: Path) -> None:
    must = area[["dong_code", "dong_name", "ward_code", "ward_name"]]
    bad = must.isna().any(axis=1) | (must == "").any(axis=1)
    if bad.any():
        row = int(bad.to_numpy().argmax())
        missing = [name for name in must.columns if must[name].fillna("").iloc[row] == ""]
        msg = "a dong without its code, name or ward"
        raise AreaError(
            msg, file=path, row=row + 1, column=missing[0], remedy="fill it in or delete the feature"
        )


def _refuse_two_names(area: pd.DataFrame, path: Path) -> None:
    """Refuse one code for two districts; parts of one district that stand in several features are one."""
    told = area[["dong_code", "dong_name", "ward_code"]].drop_duplicates()
    twice = told["dong_code"].duplicated(keep=False)
    if twice.any():
        code = told.loc[twice, "dong_code"].iloc[0]
        names = told.loc[told["dong_code"] == code, "dong_name"]
        msg = f"one code has several names ({', '.join(names)})"
        remedy = "correct the code of one of them, or name the right column in [area] code_column"
        raise AreaError(msg, file=path, column="dong_code", value=code, remedy=remedy)
