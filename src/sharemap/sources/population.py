"""Registered population tables -> residents of each dong by 5-year age."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sharemap.errors import PopulationError
from sharemap.schema import AGE_BANDS
from sharemap.sources.files.raw import RawTable
from sharemap.sources.population_counts import people_in
from sharemap.sources.population_join import DongChanges, TableLayout, join, reported
from sharemap.sources.provinces import of_codes, of_names
from sharemap.sources.published import read_table

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["age_columns", "read_population"]

_LOG = logging.getLogger(__name__)

_AGE = re.compile(r"^(?:(?P<low>\d+)\s*[~∼\-–]\s*(?P<high>\d+)\s*세|(?P<year>\d+)\s*세|100\s*세\s*이상\+?)$")
_MINISTRY = re.compile(r"^(?P<period>\d{4}년\s*\d{1,2}월)[_\s](?:(?P<sex>계|남|여)[_\s])?(?P<what>.+)$")
_REGION = re.compile(r"^(?P<name>.*?)\s*\(\s*(?P<code>\d{10})\s*\)\s*$")
_YEAR = re.compile(r"(?:19|20)\d{2}(?:[.\-_]?(?:0[1-9]|1[0-2]))?")
_SUBTOTALS = frozenset({"소계", "합계", "계"})
_BAND_YEARS = 5
_CITIES = ("시도", "시도명", "시·도", "광역시도", "광역시도명", "시군")
_KNOWN = (*_CITIES, "기간", "자치구", "동", "구분", "계", "행정구역", "합계", "동별(2)", "동별(3)", "시점")


def read_population(
    path: Path | str,
    area: gpd.GeoDataFrame,
    *,
    dongs: gpd.GeoDataFrame | None = None,
    sheet: str | None = None,
    max_unplaced: float = 0.01,
) -> pd.DataFrame:
    """Read how many residents of each 5-year age each dong of an area has.

    Understands the table of the Seoul statistics site (기간, 자치구, 동, 구분, 계, 0~4세 ...) and the monthly
    table of the Ministry of the Interior (행정구역, 2025년06월_계_0~4세 ...), the latter joined by code. Where codes differ,
    ward and dong join within the city or province, where the table tells it.

    Parameters
    ----------
    path
        The table: CSV, TSV or workbook.
    area
        Dongs of the study area, table ``area`` of the schema.
    dongs
        All dongs on the map in the wards of the area. With them, dongs that only the table or only the map has
        are found: boundaries change, and a table of another year has other dongs.
    sheet
        Sheet of a workbook. If not given, and the sheets are years, the newest.
    max_unplaced
        Largest share of the residents of these wards that may live in dongs that the map does not have.

    Returns
    -------
    Index ``dong_code`` in the order of `area`, columns :data:`sharemap.schema.AGE_BANDS`, int64; of a table with totals
    and no column of an age, ``residents`` alone. Its
    ``attrs`` carry ``file``, ``period`` and ``total_difference``: dongs whose published total is not the sum
    of their ages, with total minus sum; with `dongs` also ``only_in_table`` (dong -> residents, who are placed
    nowhere), ``only_on_map`` and ``unplaced``.

    Raises
    ------
    MissingFileError
        If there is no such file.
    PopulationError
        If the table is in neither layout, lacks a dong of the area, holds a value that is no count, or more than
        `max_unplaced` of its residents live in dongs that the map does not have.
    """
    path = Path(path)
    raw = _table(path, sheet)
    layout = _ministry(raw) if "행정구역" in raw.frame.columns else _seoul(raw)
    layout = layout.of_provinces(area)
    changes = DongChanges.between(layout, area if dongs is None else dongs)
    found = join(layout, area, changes, path)
    counted = layout.ages or {"residents": layout.people}
    bands = pd.DataFrame(
        {name: people_in(found, columns, path).sum(axis=1) for name, columns in counted.items()}
    )
    result = bands.loc[:, list(AGE_BANDS) if layout.ages else ["residents"]].astype("int64")
    result.index = pd.Index(area["dong_code"].to_numpy(dtype=object), name="dong_code", dtype="str")
    difference = _difference(found, result, layout, path)
    if difference:
        _LOG.warning(
            "%s: %d dongs whose total is not the sum of their ages: %s",
            path.name,
            len(difference),
            difference,
        )
    result.attrs = {"file": path.name, "period": layout.period, "total_difference": difference}
    if dongs is not None:
        result.attrs = result.attrs | reported(changes, layout, path, max_unplaced)
    return result


def _table(path: Path, sheet: str | None) -> RawTable:
    ages = [f"{low}~{low + 4}세" for low in range(0, 100, _BAND_YEARS)]
    raw = read_table(path, known=(*_KNOWN, *ages), sheet=sheet, error=PopulationError)
    newest = _newest(raw)
    if newest is not None:
        raw = read_table(path, known=(*_KNOWN, *ages), sheet=newest, error=PopulationError)
    frame = raw.frame.rename(columns=lambda name: " ".join(name.split()))
    return RawTable(
        file=raw.file, frame=frame, rows=raw.rows, encoding=raw.encoding, header_rows=raw.header_rows
    )


def _newest(raw: RawTable) -> str | None:
    """Return the sheet of the newest year when a workbook has one sheet for each, else None."""
    sheets = (raw.sheet or "").split(", ")
    years = [_YEAR.search(name) for name in sheets]
    if len(sheets) == 1 or not all(years):
        return None
    when = {name: match.group() for name, match in zip(sheets, years, strict=True) if match}
    last = max(when.values())
    newest = [name for name, year in when.items() if year == last]
    if len(newest) > 1:
        msg = "the workbook has several sheets of its newest year"
        raise PopulationError(
            msg, file=raw.file, value=newest, remedy="name one with sheet = ... under [population]"
        )
    _LOG.warning("%s: %d sheets of several years, %r is used", raw.file.name, len(sheets), newest[0])
    return newest[0]


def _ministry(raw: RawTable) -> TableLayout:
    parsed = {name: match for name in raw.frame.columns if (match := _MINISTRY.match(name))}
    periods = sorted({match["period"] for match in parsed.values()})
    if not periods:
        raise _unknown(raw)
    period = periods[-1]
    if len(periods) > 1:
        _LOG.warning("%s: %d months side by side, %s is used", raw.file.name, len(periods), period)
    both = {
        match["what"]: name
        for name, match in parsed.items()
        if match["period"] == period and match["sex"] in {"계", None}
    }
    places = raw.frame["행정구역"].str.extract(_REGION)
    words = places["name"].str.split()
    rows = raw.frame.assign(
        code=places["code"],
        province=of_codes(places["code"].fillna("")),
        city=words.str[:-2].str.join(" "),
        ward=words.str[-2],
        dong=words.str[-1],
        row=raw.rows,
    )
    rows = rows.loc[places["code"].notna() & ~places["code"].str.endswith("00000", na=False)]
    total = both.get("총인구수", both.get("연령구간인구수"))
    return TableLayout(rows=rows, ages=_ages(both, raw, total), total=total, period=period)


def _seoul(raw: RawTable) -> TableLayout:
    frame = raw.frame
    ward, dong = (
        _first(frame, names) for names in (("자치구", "동별(2)", "구"), ("동", "동별(3)", "행정동"))
    )
    if ward is None or dong is None:
        raise _unknown(raw)
    named = _first(frame, _CITIES)
    city = pd.Series("", index=frame.index) if named is None else frame[named].str.strip()
    rows = frame.assign(
        code="",
        province=of_names(city),
        city=city,
        ward=frame[ward].str.strip(),
        dong=frame[dong].str.strip(),
        row=raw.rows,
    )
    if "구분" in frame:
        rows = rows.loc[frame["구분"].str.strip().isin(_SUBTOTALS)]
    rows = rows.loc[~rows["dong"].isin(_SUBTOTALS)]
    period = ""
    when = _first(frame, ("기간", "시점"))
    if when is not None and len(rows):
        period = max(rows[when])
        rows = rows.loc[rows[when] == period]
    total = _first(frame, ("계", "합계"))
    ages = _ages({name: name for name in frame.columns}, raw, total)
    return TableLayout(rows=rows, ages=ages, total=total, period=period)


def _first(frame: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in frame.columns), None)


def age_columns(columns: list[str]) -> dict[str, list[str]]:
    """Return the columns of each age band among some headers, those of the schema or Korean ones; empty if none."""
    korean = {name: name for name in columns if _AGE.match(str(name).strip())}
    if korean:
        return _bands(korean, None)
    return {band: [band] if band in columns else [] for band in AGE_BANDS}


def _ages(columns: dict[str, str], raw: RawTable, total: str | None) -> dict[str, list[str]]:
    """Return the columns of each age band; none at all of a table that has totals only."""
    ages = _bands(columns, raw)
    if total is not None and not any(ages.values()):
        return {}
    missing = [band for band, names in ages.items() if not names]
    if missing:
        msg = "no columns for some ages"
        wanted = ", ".join(missing)
        raise PopulationError(
            msg, file=raw.file, value=wanted, remedy="download the table with 5-year ages up to 100세 이상"
        )
    return ages


def _bands(columns: dict[str, str], raw: RawTable | None) -> dict[str, list[str]]:
    """Columns of each band; ages by single years are added up."""
    ages: dict[str, list[str]] = {band: [] for band in AGE_BANDS}
    for title, name in columns.items():
        match = _AGE.match(title.strip())
        if match is None:
            continue
        low = int(match["low"] or match["year"] or 100)
        high = int(match["high"] or match["year"] or 100)
        if high // _BAND_YEARS != low // _BAND_YEARS:
            msg = "ages must come by single years or 5-year bands"
            raise PopulationError(
                msg,
                file=None if raw is None else raw.file,
                column=name,
                remedy="download the table with 5-year ages",
            )
        ages[AGE_BANDS[min(low // _BAND_YEARS, len(AGE_BANDS) - 1)]].append(name)
    return ages


def _unknown(raw: RawTable) -> PopulationError:
    msg = "no population table that is known"
    remedy = "it needs 자치구, 동, 계, 0~4세 ... or 행정구역, 2025년06월_계_총인구수, 2025년06월_계_0~4세 ..."
    return PopulationError(msg, file=raw.file, value=", ".join(raw.frame.columns[:12]), remedy=remedy)


def _difference(found: pd.DataFrame, result: pd.DataFrame, layout: TableLayout, path: Path) -> dict[str, int]:
    if layout.total is None:
        return {}
    total = people_in(found, [layout.total], path)[layout.total].to_numpy()
    apart = total - result.sum(axis=1).to_numpy()
    return {str(code): int(value) for code, value in zip(result.index, apart, strict=True) if value}
