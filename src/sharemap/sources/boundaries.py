"""Boundary files -> the dongs of a study area, and output areas."""

from __future__ import annotations

import difflib
import logging
import re
import unicodedata
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import normalised_header
from sharemap.crs import chosen as chosen_crs
from sharemap.errors import AreaError
from sharemap.schema import check
from sharemap.sources.coordinates import points_of
from sharemap.sources.files.vectors import read_vector
from sharemap.sources.published import read_table
from sharemap.texts import each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from pyproj import CRS

__all__ = ["SEOUL_WARDS", "dong_name_key", "read_area", "read_dongs", "read_output_areas"]

_LOG = logging.getLogger(__name__)

#: Wards of Seoul: statistics code (SGIS) -> administrative code and name. The two codes share numbers.
SEOUL_WARDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "11010": ("11110", "종로구"),
        "11020": ("11140", "중구"),
        "11030": ("11170", "용산구"),
        "11040": ("11200", "성동구"),
        "11050": ("11215", "광진구"),
        "11060": ("11230", "동대문구"),
        "11070": ("11260", "중랑구"),
        "11080": ("11290", "성북구"),
        "11090": ("11305", "강북구"),
        "11100": ("11320", "도봉구"),
        "11110": ("11350", "노원구"),
        "11120": ("11380", "은평구"),
        "11130": ("11410", "서대문구"),
        "11140": ("11440", "마포구"),
        "11150": ("11470", "양천구"),
        "11160": ("11500", "강서구"),
        "11170": ("11530", "구로구"),
        "11180": ("11545", "금천구"),
        "11190": ("11560", "영등포구"),
        "11200": ("11590", "동작구"),
        "11210": ("11620", "관악구"),
        "11220": ("11650", "서초구"),
        "11230": ("11680", "강남구"),
        "11240": ("11710", "송파구"),
        "11250": ("11740", "강동구"),
    }
)

_OFFICIAL = ("adm_cd2", "dong_code", "행정동코드", "EMD_CD", "H_CODE", "ADM_DR_CD", "ADM_CD", "adm_cd")
_NAMES = ("dong_name", "행정동명", "행정동", "adm_nm", "EMD_KOR_NM", "ADM_DR_NM", "ADM_NM", "dong_nm")
_WARD_CODES = ("ward_code", "자치구코드", "sgg", "SIG_CD", "SGG_CD")
_WARD_NAMES = ("ward_name", "자치구명", "자치구", "sggnm", "SIG_KOR_NM", "SGG_NM")
_OFFICIAL_DIGITS = 10
_STATISTICS_DIGITS = (7, 8)
_WARD_DIGITS = 5
_LISTED = 30
_SURFACE = 2  # dimensions of a polygon
_BETWEEN = re.compile(r"[\s.·ㆍ・‧,]+")
_ORDINAL = re.compile(r"제(?=\d)")
_WHOLE = re.compile(r"\d+\.0")


def dong_name_key(names: pd.Series) -> pd.Series:
    """Return dong names as they are compared: the middle dots, full stops and blanks in them vary.

    Examples
    --------
    >>> dong_name_key(pd.Series(["종로1·2·3·4가동", "종로1.2.3.4가동", "창신제1동"])).tolist()
    ['종로1234가동', '종로1234가동', '창신1동']
    """
    return each(names, _dong_name_key)


def _dong_name_key(name: str) -> str:
    return _ORDINAL.sub("", _BETWEEN.sub("", unicodedata.normalize("NFKC", name)))


def read_area(
    path: Path | str, *, wards: Sequence[str] = (), dongs: Sequence[str] = (), crs: CRS | str | None = None
) -> gpd.GeoDataFrame:
    """Read the dongs of a study area.

    Parameters
    ----------
    path
        A map file of dongs: admdongkor, SGIS, TL_SCCO_GEMD, or columns named like the schema's.
    wards
        Wards to keep, by name or code (5 or 10 digits, administrative).
    dongs
        Dongs to keep, by name ("소공동", "중구 소공동") or code; only within `wards` where both are given.
    crs
        The metric CRS in which it is wanted; by default the one that suits it, see :func:`sharemap.crs.chosen`: in
        Korea EPSG:5179, elsewhere the UTM zone.

    Returns
    -------
    Table ``area`` of the schema in that CRS, which all that is made from it is in; valid polygons, RangeIndex in the order of the codes.

    Raises
    ------
    MissingFileError
        If there is no such file.
    AreaError
        If it is no map of dongs, names no CRS, or a ward or dong matches nothing or several; or the
        CRS does not suit it.
    GeometryError
        If `crs` names no projected CRS in metres.
    """
    path = Path(path)
    chosen = _read(path, wards, dongs)
    return _area(chosen.to_crs(_crs_of(chosen, crs, path)))


def read_dongs(path: Path | str, *, crs: CRS | str, wards: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """Read the dongs around a study area: all of a boundary file, or those of some wards.

    Parameters
    ----------
    path, wards
        As in :func:`read_area`.
    crs
        That of the study area. Far from it lengths may be wrong, and what it cannot show at all is left out: it tells
        in which dong something near lies.

    Returns
    -------
    Table ``area`` of the schema in that CRS.

    Raises
    ------
    MissingFileError, AreaError
        As :func:`read_area`.
    """
    dongs = _read(Path(path), wards, ()).to_crs(crs)
    return _area(dongs.loc[np.isfinite(dongs.geometry.bounds).all(axis=1)])


def _read(path: Path, wards: Sequence[str], dongs: Sequence[str]) -> gpd.GeoDataFrame:
    """Return the features of the dongs that are wanted, in the CRS of the file."""
    raw = read_vector(path, error=AreaError)
    area = _described(raw, path)
    area["geometry"] = _polygons(raw, path)
    import geopandas as gpd

    frame = gpd.GeoDataFrame(area, geometry="geometry", crs=raw.crs)
    listed = frame.drop_duplicates("dong_code")
    chosen = _choose(listed, path, wards=wards, dongs=dongs)
    _LOG.info("%s: %d of %d dongs chosen", path.name, len(chosen), len(listed))
    return frame.loc[frame["dong_code"].isin(chosen["dong_code"])]


def _area(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return table ``area``: one row a dong, in however many features a file has it."""
    if features["dong_code"].duplicated().any():
        features = features.dissolve("dong_code", aggfunc="first").reset_index()
    return check(features.sort_values("dong_code").reset_index(drop=True), "area")


def _crs_of(area: gpd.GeoDataFrame, wanted: CRS | str | None, path: Path) -> CRS:
    try:
        return chosen_crs(area, wanted)
    except AreaError as error:
        error.file = str(path)
        raise


def _described(raw: gpd.GeoDataFrame, path: Path) -> pd.DataFrame:
    """Codes and names of dong and ward as text, whatever the file calls them."""
    code = _column(raw, _OFFICIAL)
    name = _column(raw, _NAMES)
    if code is None or name is None:
        what = "code" if code is None else "name"
        wanted = ", ".join(_OFFICIAL if code is None else _NAMES)
        msg = f"no column for the {what} of a dong"
        seen = ", ".join(str(column) for column in raw.columns if column != raw.geometry.name)
        raise AreaError(
            msg, file=path, value=seen, remedy=f"use a map of dongs (행정동) with one of {wanted}"
        )
    words = name.str.split()
    area = pd.DataFrame({"dong_code": code, "dong_name": words.str[-1]})
    area["ward_code"], area["ward_name"] = _wards(raw, code, words)
    bad = area.isna().any(axis=1) | (area == "").any(axis=1)
    if bad.any():
        row = int(bad.to_numpy().argmax())
        missing = [name for name in area.columns if area[name].fillna("").iloc[row] == ""]
        msg = "a dong without its code, name or ward"
        raise AreaError(
            msg, file=path, row=row + 1, column=missing[0], remedy="fill it in or delete the feature"
        )
    return area


def _wards(raw: gpd.GeoDataFrame, code: pd.Series, words: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Ward codes and names, from their columns, else from the dong's code and full name."""
    digits = code.str.len()
    prefix = code.str.slice(0, _WARD_DIGITS)
    official = prefix.where(digits == _OFFICIAL_DIGITS)
    by_statistics = prefix.where(digits.isin(_STATISTICS_DIGITS)).map(
        lambda key: SEOUL_WARDS.get(key, (key, None))[0]
    )
    own = _column(raw, _WARD_CODES)
    ward_code = (
        official.fillna(by_statistics).fillna(prefix) if own is None else own.str.slice(0, _WARD_DIGITS)
    )
    names = dict(SEOUL_WARDS.values())
    own_name = _column(raw, _WARD_NAMES)
    ward_name = words.str[-2].where(words.str.len() > 1) if own_name is None else own_name
    return ward_code, ward_name.astype("str").fillna(ward_code.map(names))


def _column(raw: pd.DataFrame, aliases: Sequence[str]) -> pd.Series | None:
    """Return the first column of an alias as text; whole numbers lose their decimals, blanks go."""
    seen = {normalised_header(str(name)): name for name in reversed(list(raw.columns))}
    for alias in aliases:
        name = seen.get(normalised_header(alias))
        if name is not None:
            return each(raw[name].astype("str"), _as_text).reset_index(drop=True)
    return None


def _as_text(value: str) -> str:
    text = unicodedata.normalize("NFC", value).strip()
    return text[:-2] if _WHOLE.fullmatch(text) else text


def _polygons(raw: gpd.GeoDataFrame, path: Path) -> np.ndarray:
    """Return valid polygons; repaired ones keep their area."""
    import shapely

    shapes = raw.geometry.to_numpy()
    repaired = shapely.make_valid(shapes)
    surface = shapely.get_dimensions(repaired) == _SURFACE
    if not surface.all():
        row = int((~surface).argmax()) + 1
        msg = "a dong that is no polygon"
        raise AreaError(
            msg,
            file=path,
            row=row,
            value=str(raw.geom_type.iloc[row - 1]),
            remedy="use a polygon map of dongs",
        )
    mixed = shapely.get_type_id(repaired) == shapely.GeometryType.GEOMETRYCOLLECTION
    for position in np.flatnonzero(mixed):
        parts = shapely.get_parts(repaired[position])
        repaired[position] = shapely.union_all(parts[shapely.get_dimensions(parts) == _SURFACE])
    count = int((~shapely.is_valid(shapes)).sum())
    if count:
        _LOG.warning("%s: %d invalid polygons repaired", path.name, count)
    return repaired


def _choose(
    frame: gpd.GeoDataFrame, path: Path, *, wards: Sequence[str], dongs: Sequence[str]
) -> gpd.GeoDataFrame:
    if wards:
        hits = [_match_ward(frame, str(ward), path) for ward in wards]
        frame = frame.loc[np.logical_or.reduce(hits)]
    if dongs:
        hits = [_match_dong(frame, str(dong), path) for dong in dongs]
        frame = frame.loc[np.logical_or.reduce(hits)]
    return frame


def _match_ward(frame: pd.DataFrame, wanted: str, path: Path) -> np.ndarray:
    text = " ".join(wanted.split())
    code = text[:_WARD_DIGITS] if text.isdigit() and text.endswith("0" * _WARD_DIGITS) else text
    hit = (frame["ward_code"] == code) | (frame["ward_name"] == text.split(" ")[-1])
    if not hit.any():
        raise _no_match(frame["ward_name"], wanted, path)
    return hit.to_numpy()


def _match_dong(frame: pd.DataFrame, wanted: str, path: Path) -> np.ndarray:
    words = dong_name_key(pd.Series(wanted.split() or [""]))
    name = frame["dong_code"].eq(wanted.strip()) | dong_name_key(frame["dong_name"]).eq(words.iloc[-1])
    hit = name & frame["ward_name"].eq(words.iloc[-2]) if len(words) > 1 else name
    if not hit.any():
        raise _no_match(frame["dong_name"], wanted, path)
    if hit.sum() > 1:
        full = (frame["ward_name"] + " " + frame["dong_name"]).loc[hit]
        msg = "several dongs have this name"
        raise AreaError(
            msg, file=path, column="dongs", value=wanted, remedy=f"write one of: {', '.join(sorted(full))}"
        )
    return hit.to_numpy()


def _no_match(names: pd.Series, wanted: str, path: Path) -> AreaError:
    what = str(names.name).removesuffix("_name")
    known = sorted(set(names))
    near = difflib.get_close_matches(wanted, known, n=5, cutoff=0.5)
    if near:
        remedy = f"did you mean {', '.join(near)}?"
    else:
        more = "" if len(known) <= _LISTED else f" and {len(known) - _LISTED} more"
        remedy = f"the file has {', '.join(known[:_LISTED])}{more}"
    msg = f"no {what} of the boundary file matches"
    return AreaError(msg, file=path, column=f"{what}s", value=wanted, remedy=remedy)


def read_output_areas(path: Path | str, *, crs: CRS | str) -> gpd.GeoDataFrame:
    """Read output areas (집계구) as points: centroids of a CSV, or points inside the polygons of a map file.

    Parameters
    ----------
    path
        The file; the numbers of a CSV are degrees, or metres of `crs`.
    crs
        The metric CRS of the study.

    Returns
    -------
    ``oa_code``, ``stat_dong_code`` (7-digit statistics code, "" when unknown) and ``geometry`` in `crs`,
    RangeIndex in the order of the codes.

    Raises
    ------
    MissingFileError
        If there is no such file.
    AreaError
        If it has no codes, no coordinates, or coordinates that are no numbers.
    """
    import geopandas as gpd

    path = Path(path)
    if path.suffix.lower() in {".csv", ".tsv", ".txt"}:
        table, points = _centroids(path, crs)
    else:
        layer = read_vector(path, error=AreaError)
        table, points = pd.DataFrame(layer), layer.geometry.to_crs(crs).representative_point()
    code = _column(table, ("TOT_OA_CD", "TOT_REG_CD", "oa_code", "집계구코드"))
    if code is None:
        msg = "no column for the code of an output area"
        raise AreaError(msg, file=path, value=", ".join(map(str, table.columns)), remedy="name it TOT_OA_CD")
    dong = _column(table, ("ADM_DR_CD", "ADM_CD", "stat_dong_code"))
    frame = gpd.GeoDataFrame(
        {"oa_code": code, "stat_dong_code": code.str.slice(0, 7) if dong is None else dong},
        geometry=points.to_numpy(),
        crs=crs,
    )
    order = frame.assign(x=frame.geometry.x, y=frame.geometry.y).sort_values(["oa_code", "x", "y"]).index
    return frame.loc[order].reset_index(drop=True)


def _centroids(path: Path, crs: CRS | str) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    known = ("X", "Y", "TOT_OA_CD", "TOT_REG_CD", "ADM_DR_CD", "ADM_CD")
    raw = read_table(path, known=known, error=AreaError)
    x, y = (_column(raw.frame, aliases) for aliases in (("X", "lon", "경도"), ("Y", "lat", "위도")))
    if x is None or y is None:
        msg = "no columns for the coordinates of the centroids"
        raise AreaError(msg, file=path, value=", ".join(raw.frame.columns), remedy="name them X and Y")
    return raw.frame, points_of(raw, x, y, crs=crs, error=AreaError)
