"""Published files -> raw tables: text cells exactly as published, and the row each one stands in."""

from __future__ import annotations

import csv
import io
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap import catalog
from sharemap.catalog import normalised_header
from sharemap.errors import SiteFileError
from sharemap.sources.decode import decode, read_bytes
from sharemap.sources.header import Header, find_header
from sharemap.sources.portals.kept import is_kept, read_kept
from sharemap.sources.quotes import refuse_open_quotes
from sharemap.sources.records import json_records, looks_like_an_answer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["RawTable", "read_table"]

_LOG = logging.getLogger(__name__)

_SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_SPATIAL = frozenset({".geojson", ".shp", ".gpkg", ".parquet", ".geoparquet", ".zip", ".fgb", ".kml"})
_JSON = frozenset({".json"})
_TEXT = frozenset({".csv", ".tsv", ".txt"})
_DELIMITERS = ("\t", ",", ";", "|")
_SNIFFED_LINES = 20
_FIELD_LIMIT = 10_000_000
_UNNAMED = re.compile(r"열\d+")


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """A published table as it stands in its file.

    Attributes
    ----------
    file
        The file.
    frame
        Text columns exactly as published, ``""`` where a cell is blank; blank records are left out.
    rows
        Row of each record as a spreadsheet shows it, from 1, header included, in each sheet of its own; for
        JSON and map files the number of the record.
    encoding
        Encoding of a text file; ``"binary"`` for workbooks and map files.
    header_rows
        Rows of the header; empty when the file names its fields itself.
    sheet
        Sheet of a workbook; with several sheets their names, joined by commas.
    lonlat
        Columns ``lon`` and ``lat`` (EPSG:4326) of a map file's geometries, else None.
    """

    file: Path
    frame: pd.DataFrame
    rows: NDArray[np.int64]
    encoding: str
    header_rows: tuple[int, ...] = ()
    sheet: str | None = None
    lonlat: pd.DataFrame | None = None


def read_table(
    path: Path | str, *, known: Collection[str] | None = None, sheet: str | None = None
) -> RawTable:
    """Read a published file: CSV, TSV, XLSX, XLS, JSON, GeoJSON, SHP, GPKG, GeoParquet or what `fetch` has kept.

    The encoding (UTF-8, UTF-16, cp949), the delimiter, the sheet and the header are found. A header that is
    spread over several merged rows is put together; a second header row of API codes is skipped.

    Parameters
    ----------
    path
        The file.
    known
        Headers that are known (any spelling); all aliases of the catalogue if not given.
    sheet
        Sheet of a workbook; if not given, the one with the best header and all that have the same known
        columns. A warning names each sheet with rows that is left out.

    Raises
    ------
    MissingFileError
        If there is no such file.
    SiteFileError
        If it is empty, binary, undecodable, an error message of a portal, or holds no record.
    """
    path = Path(path)
    if is_kept(path):
        return read_kept(path)
    headers = _all_headers() if known is None else frozenset(map(normalised_header, known))
    suffix = path.suffix.lower()
    if suffix in _SPATIAL:
        return _read_spatial(path)
    data = read_bytes(path)
    if suffix in _SPREADSHEETS:
        return _read_workbook(path, data, headers, sheet)
    marked = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[", b"<")
    if marked and suffix in _TEXT:  # a title such as "[붙임1] 도서관 현황" is no JSON
        marked = looks_like_an_answer(decode(data, file=path)[0])
    if marked or suffix in _JSON:
        return _read_json(path, data)
    return _read_text(path, data, headers)


def _all_headers() -> frozenset[str]:
    return frozenset(
        header for layer in catalog.load() for source in layer.sources for header in source.headers
    )


def _read_text(path: Path, data: bytes, known: frozenset[str]) -> RawTable:
    text, encoding = decode(data, file=path)
    records = _split(text, path)
    header = find_header(records, known)
    return _assemble(records, header, path=path, encoding=encoding)


def _split(text: str, path: Path) -> list[list[str]]:
    text = text.removeprefix("\ufeff")
    lines = text.splitlines()[:_SNIFFED_LINES]
    delimiter = max(_DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))
    csv.field_size_limit(_FIELD_LIMIT)
    refuse_open_quotes(text, delimiter=delimiter, file=path)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        msg = f"the file is no table of text ({error})"
        raise SiteFileError(msg, file=path, remedy="export it as CSV again") from error


def _assemble(
    records: Sequence[Sequence[str]], header: Header, *, path: Path, encoding: str, sheet: str | None = None
) -> RawTable:
    body = records[header.last + 1 :]
    if not body:
        msg = "the file has a header but no rows"
        raise SiteFileError(msg, file=path, value=list(header.names), remedy="download it again")
    width = max(len(header.names), *map(len, body))
    padded = [record if len(record) == width else [*record, *[""] * (width - len(record))] for record in body]
    frame = pd.DataFrame(padded, dtype="str")
    extra = tuple(f"열{column + 1}" for column in range(len(header.names), width))
    frame.columns = pd.Index([*header.names, *extra], dtype=str)
    stripped = frame.apply(lambda column: column.str.strip() != "")
    unnamed = [name for name in frame.columns if _UNNAMED.fullmatch(name) and not stripped[name].any()]
    filled = stripped.any(axis=1).to_numpy()
    if not filled.any():
        msg = "the file has a header but no rows"
        raise SiteFileError(msg, file=path, value=list(header.names), remedy="download it again")
    rows = np.arange(header.last + 2, header.last + 2 + len(frame), dtype=np.int64)
    return RawTable(
        file=path,
        frame=frame.loc[filled].drop(columns=unnamed).reset_index(drop=True),
        rows=rows[filled],
        encoding=encoding,
        header_rows=tuple(range(header.first + 1, header.last + 2)),
        sheet=sheet,
    )


def _read_workbook(path: Path, data: bytes, known: frozenset[str], sheet: str | None) -> RawTable:
    from python_calamine import CalamineError, load_workbook

    try:
        book = load_workbook(io.BytesIO(data))
        names = [sheet] if sheet is not None else _data_sheets(book.sheet_names)
        sheets = {name: [[_cell(cell) for cell in row] for row in _rows(book, name)] for name in names}
    except (CalamineError, ValueError) as error:
        msg = f"the workbook cannot be read ({error})"
        raise SiteFileError(
            msg, file=path, value=sheet, remedy="open it in Excel and save it as .xlsx"
        ) from error
    sheets = {name: records for name, records in sheets.items() if _filled(records)}
    if not sheets:
        msg = "the workbook is empty"
        raise SiteFileError(msg, file=path, remedy="download it again")
    headers = {name: find_header(records, known) for name, records in sheets.items()}
    taken = _best_sheets(sheets, headers, known)
    for name in sheets:
        if name not in taken:
            rows = _filled(sheets[name])
            _LOG.warning("%s: the sheet %r with %d rows is left out: other header", path.name, name, rows)
    return _stack(
        [
            _assemble(sheets[name], headers[name], path=path, encoding="binary", sheet=name)
            for name in taken
            if len(taken) == 1 or _filled(sheets[name][headers[name].last + 1 :])
        ]
    )


def _data_sheets(names: list[str]) -> list[str]:
    """Names without the guide of a template, whose examples are no data."""
    guide = normalised_header(catalog.GUIDE_SHEET)
    return [name for name in names if normalised_header(name) != guide] or names


def _filled(records: Sequence[Sequence[str]]) -> int:
    return sum(any(cell.strip() for cell in record) for record in records)


def _best_sheets(
    sheets: Mapping[str, Sequence[Sequence[str]]], headers: Mapping[str, Header], known: frozenset[str]
) -> list[str]:
    """Return the sheet with the best header, one with rows before one without, and all that equal it."""
    bodies = {name: _filled(records[headers[name].last + 1 :]) for name, records in sheets.items()}
    best = max(headers, key=lambda name: (bodies[name] > 0, headers[name].matched))

    def found(name: str) -> set[str]:
        columns = set(map(normalised_header, headers[name].names))
        return columns & known if headers[best].matched else columns

    return [name for name in headers if name == best or (bodies[best] and found(name) == found(best))]


def _stack(tables: Sequence[RawTable]) -> RawTable:
    """Return the tables of several sheets as one; columns are as the first sheet spells them."""
    first = tables[0]
    if len(tables) == 1:
        return first
    spelled = {normalised_header(name): name for name in reversed(first.frame.columns)}
    frames = []
    for table in tables:
        own = set(table.frame.columns)
        wanted = {name: spelled.get(normalised_header(name), name) for name in own}
        frames.append(table.frame.rename(columns={a: b for a, b in wanted.items() if b not in own}))
        _LOG.info("%s: the sheet %r has %d rows", table.file.name, table.sheet, len(table.frame))
    return RawTable(
        file=first.file,
        frame=pd.concat(frames, ignore_index=True).fillna(""),
        rows=np.concatenate([table.rows for table in tables]),
        encoding=first.encoding,
        header_rows=first.header_rows,
        sheet=", ".join(str(table.sheet) for table in tables),
    )


def _rows(book: object, name: str) -> list[list[object]]:
    sheet = book.get_sheet_by_name(name)  # type: ignore[attr-defined]
    rows: list[list[object]] = sheet.to_python(skip_empty_area=False)
    return rows


def _cell(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _read_json(path: Path, data: bytes) -> RawTable:
    text, encoding = decode(data, file=path)
    records = json_records(text.removeprefix("\ufeff"), file=path)
    if records is None:
        return _read_spatial(path)
    frame = pd.DataFrame(records, dtype=object)
    frame = frame.where(frame.notna(), "").map(_cell).astype(str)
    frame.columns = frame.columns.astype(str)
    return RawTable(
        file=path,
        frame=frame,
        rows=np.arange(1, len(frame) + 1, dtype=np.int64),
        encoding=encoding,
    )


def _read_spatial(path: Path) -> RawTable:
    from sharemap.sources.vectors import read_vector

    layer = read_vector(path, error=SiteFileError)
    points = layer.geometry.to_crs("EPSG:5179").representative_point().to_crs("EPSG:4326")
    lonlat = pd.DataFrame({"lon": points.x.to_numpy(), "lat": points.y.to_numpy()})
    frame = pd.DataFrame(layer.drop(columns=layer.geometry.name)).reset_index(drop=True)
    frame = frame.astype(object).where(frame.notna(), "").map(_cell).astype(str)
    if not len(frame):
        msg = "the file holds no features"
        raise SiteFileError(msg, file=path, remedy="export it again")
    rows = np.arange(1, len(frame) + 1, dtype=np.int64)
    return RawTable(file=path, frame=frame, rows=rows, encoding="binary", lonlat=lonlat)
