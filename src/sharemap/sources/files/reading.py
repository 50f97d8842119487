"""Published files -> raw tables: text cells exactly as published, and the row each one stands in."""

from __future__ import annotations

import dataclasses
import io
import logging
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import GUIDE_SHEET, normalised_header
from sharemap.errors import SiteFileError
from sharemap.sources.files.archives import locked, refuse_bomb, refuse_password
from sharemap.sources.files.decode import decode, read_bytes, unreadable
from sharemap.sources.files.header import Header, find_header
from sharemap.sources.files.raw import MOST_COLUMNS, RawTable, cell_text, refuse_excess, too_wide
from sharemap.sources.files.records import json_records, looks_like_an_answer
from sharemap.sources.files.text import assemble, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["read_file"]

_LOG = logging.getLogger(__name__)

_SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_SPATIAL = frozenset({".geojson", ".shp", ".gpkg", ".parquet", ".geoparquet", ".zip", ".fgb", ".kml"})
_JSON = frozenset({".json"})
_TEXT = frozenset({".csv", ".tsv", ".txt"})
_START = 1000
_ZIP = b"PK\x03\x04"


def read_file(
    path: Path, *, known: frozenset[str], sheet: str | None, keep: frozenset[str] | None, whole: bool
) -> RawTable:
    """Read a file; see :func:`sharemap.sources.published.read_table`, whose headers are as compared here."""
    suffix = path.suffix.lower()
    if suffix in _SPATIAL:
        return refuse_excess(_read_spatial(path))
    if suffix in _SPREADSHEETS:
        return refuse_excess(_read_workbook(path, read_bytes(path), known, sheet))
    if suffix in _JSON or _looks_like_json(path):
        return refuse_excess(_read_json(path, read_bytes(path)))
    return read_text(path, known=known, keep=keep, whole=whole)


def _looks_like_json(path: Path) -> bool:
    """Whether a file that is not called so is JSON or XML; a title such as "[붙임1] 도서관 현황" is none."""
    try:
        with path.open("rb") as file:
            start = file.read(_START).lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    except OSError as error:
        raise unreadable(path, error) from error
    if start not in (b"{", b"[", b"<"):
        return False
    return path.suffix.lower() not in _TEXT or looks_like_an_answer(decode(read_bytes(path), file=path)[0])


def _read_workbook(path: Path, data: bytes, known: frozenset[str], sheet: str | None) -> RawTable:
    sheets = _sheets(path, data, sheet)
    sheets = {name: records for name, records in sheets.items() if _filled(records)}
    if not sheets:
        msg = "the workbook is empty"
        raise SiteFileError(msg, file=path, remedy="download it again")
    headers = {name: find_header(records, known) for name, records in sheets.items()}
    taken = _best_sheets(sheets, headers, known)
    left_out = [(name, _filled(records)) for name, records in sheets.items() if name not in taken]
    for name, rows in left_out:
        _LOG.warning("%s: the sheet %r with %d rows is left out: other header", path.name, name, rows)
    tables = [
        assemble(sheets[name], headers[name], path=path, encoding="binary", sheet=name)
        for name in taken
        if len(taken) == 1 or _filled(sheets[name][headers[name].last + 1 :])
    ]
    return dataclasses.replace(_stack(tables), left_out=tuple(left_out))


def _sheets(path: Path, data: bytes, sheet: str | None) -> dict[str, list[list[str]]]:
    """Cells of a workbook's sheets, or of the one that is asked for."""
    from python_calamine import CalamineError, PasswordError, load_workbook

    refuse_password(data, file=path)
    if data.startswith(_ZIP):
        refuse_bomb(data, file=path)
    try:
        book = load_workbook(io.BytesIO(data))
        names = [sheet] if sheet is not None else _data_sheets(book.sheet_names)
        return {
            name: [
                [cell if type(cell) is str else cell_text(cell) for cell in row] for row in _rows(book, name)
            ]
            for name in names
        }
    except PasswordError as error:
        raise locked(path) from error
    except (CalamineError, ValueError) as error:
        msg = f"the workbook cannot be read ({error})"
        remedy = "open it in Excel and save it as .xlsx"
        raise SiteFileError(msg, file=path, value=sheet, remedy=remedy) from error


def _data_sheets(names: list[str]) -> list[str]:
    """Names without the guide of a template, whose examples are no data."""
    guide = normalised_header(GUIDE_SHEET)
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
        sheets=np.repeat([str(table.sheet) for table in tables], [len(table.rows) for table in tables]),
    )


def _rows(book: object, name: str) -> list[list[object]]:
    sheet = book.get_sheet_by_name(name)  # type: ignore[attr-defined]
    rows: list[list[object]] = sheet.to_python(skip_empty_area=False)
    return rows


def _read_json(path: Path, data: bytes) -> RawTable:
    text, encoding = decode(data, file=path)
    records = json_records(text.removeprefix("\ufeff"), file=path)
    if records is None:
        return _read_spatial(path)
    names = {name for record in records for name in record}
    if len(names) > MOST_COLUMNS:
        raise too_wide(path, len(names))
    frame = pd.DataFrame(records, dtype=object)
    frame = frame.where(frame.notna(), "").map(cell_text).astype(str)
    frame.columns = frame.columns.astype(str)
    return RawTable(
        file=path,
        frame=frame,
        rows=np.arange(1, len(frame) + 1, dtype=np.int64),
        encoding=encoding,
    )


def _refuse_no_map(data: bytes, path: Path) -> None:
    """Refuse an archive of tables: which of them is meant, only its owner knows."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
    if not any(name.lower().endswith(tuple(_SPATIAL - {".zip"})) for name in names):
        msg = "the archive holds no map file"
        raise SiteFileError(
            msg, file=path, value=", ".join(names[:5]), remedy="unpack it, and name the file that it holds"
        )


def _read_spatial(path: Path) -> RawTable:
    from sharemap.sources.files.vectors import read_vector

    if path.suffix.lower() == ".zip":
        data = read_bytes(path)
        refuse_bomb(data, file=path, maps=True)
        _refuse_no_map(data, path)
    layer = read_vector(path, error=SiteFileError)
    points = layer.geometry.representative_point().to_crs("EPSG:4326")
    lonlat = pd.DataFrame({"lon": points.x.to_numpy(), "lat": points.y.to_numpy()})
    frame = pd.DataFrame(layer.drop(columns=layer.geometry.name)).reset_index(drop=True)
    frame = frame.astype(object).where(frame.notna(), "").map(cell_text).astype(str)
    if not len(frame):
        msg = "the file holds no features"
        raise SiteFileError(msg, file=path, remedy="export it again")
    rows = np.arange(1, len(frame) + 1, dtype=np.int64)
    return RawTable(file=path, frame=frame, rows=rows, encoding="binary", lonlat=lonlat)
