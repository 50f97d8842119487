"""Workbooks (XLSX, XLS, ODS) -> raw tables: the sheets that are the list, merged cells told in each of their rows."""

from __future__ import annotations

import dataclasses
import io
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.catalog import GUIDE_SHEET, normalised_header
from sharemap.errors import SiteFileError
from sharemap.sources.files.archives import locked, refuse_bomb, refuse_password
from sharemap.sources.files.header import find_header
from sharemap.sources.files.raw import RawTable, cell_text, unread_rows
from sharemap.sources.files.text import assemble

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sharemap.sources.files.header import Header

__all__ = ["read_workbook"]

_LOG = logging.getLogger(__name__)

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_BYTE = 256
#: What no text of a cell holds: letters of two bytes that were taken for two letters of one.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read_workbook(path: Path, data: bytes, known: frozenset[str], sheet: str | None) -> RawTable:
    """Read the sheet of a workbook with the best header, and all that have the same known columns; or one sheet.

    Raises
    ------
    SiteFileError
        If the workbook cannot be read, is empty, has a password, or has no such sheet.
    """
    sheets = {name: one for name, one in _sheets(path, data, sheet).items() if _filled(one.records)}
    if not sheets:
        msg = "the workbook is empty"
        raise SiteFileError(msg, file=path, remedy="download it again")
    headers = {name: find_header(one.records, known) for name, one in sheets.items()}
    records = {name: one.told(headers[name]) for name, one in sheets.items()}
    taken = _best_sheets(records, headers, known)
    left_out = {name: rows for name, rows in records.items() if name not in taken}
    for name, rows in left_out.items():
        facts = {"file": path.name, "sheet": name, "rows": _filled(rows)}
        said = "%(file)s: the sheet '%(sheet)s' with %(rows)d rows is left out: other header"
        _LOG.warning(said, facts, extra={"term": "warn_left_out"})
    tables = [
        assemble(records[name], headers[name], path=path, encoding="binary", sheet=name)
        for name in taken
        if len(taken) == 1 or _filled(records[name][headers[name].last + 1 :])
    ]
    unread = [row for name, rows in left_out.items() for row in unread_rows(name, enumerate(rows, start=1))]
    return dataclasses.replace(
        _stack(tables),
        # a sheet with a header and no rows is none of the tables
        above=sum(
            _filled(records[name][: headers[name].last + 1]) - len(headers[name].above) for name in taken
        ),
        left_out=tuple((name, _filled(rows)) for name, rows in left_out.items()),
        unread=pd.DataFrame(unread, columns=["sheet", "row", "text"]) if unread else None,
        merged=tuple(row for name in taken for row in sheets[name].filled(headers[name])),
    )


@dataclass(frozen=True)
class _Sheet:
    """The cells of a sheet as text, and what its merged cells say."""

    records: list[list[str]]
    merged: tuple[tuple[range, int], ...]

    def told(self, header: Header) -> list[list[str]]:
        """Return the records with what a merged cell below the header says in each of its rows."""
        below = self._below(header)
        if not below:
            return self.records
        records = [list(record) for record in self.records]
        for rows, column in below:
            for row in rows:
                # a row of nothing but merged cells is none
                own = row < len(records) and any(map(str.strip, self.records[row]))
                if own and not records[row][column].strip():
                    records[row][column] = records[rows.start][column]
        return records

    def filled(self, header: Header) -> list[int]:
        """Return the rows, from 1, that a merged cell below the header says something in."""
        return sorted({row + 1 for rows, _ in self._below(header) for row in rows[1:]})

    def _below(self, header: Header) -> list[tuple[range, int]]:
        return [(rows, column) for rows, column in self.merged if rows.start > header.last]


def _sheets(path: Path, data: bytes, sheet: str | None) -> dict[str, _Sheet]:
    """Cells of a workbook's sheets, or of the one that is asked for."""
    from python_calamine import CalamineError, PasswordError, load_workbook

    refuse_password(data, file=path)
    if data.startswith(_ZIP):
        refuse_bomb(data, file=path)
    try:
        book = load_workbook(io.BytesIO(data))
        if sheet is not None and sheet not in book.sheet_names:
            msg, remedy = "the workbook has no such sheet", f"use one of: {', '.join(book.sheet_names)}"
            raise SiteFileError(msg, file=path, value=sheet, remedy=remedy)
        names = [sheet] if sheet is not None else _data_sheets(book.sheet_names)
        found = {name: _sheet(book.get_sheet_by_name(name)) for name in names}
    except PasswordError as error:
        raise locked(path) from error
    except (CalamineError, ValueError) as error:
        if isinstance(error, SiteFileError):
            raise
        msg = f"the workbook cannot be read ({error})"
        remedy = "open it in Excel and save it as .xlsx"
        raise SiteFileError(msg, file=path, value=sheet, remedy=remedy) from error
    return _with_true_code_page(found, path) if data.startswith(_OLE) else found


def _sheet(sheet: Any) -> _Sheet:  # noqa: ANN401  calamine has no types
    cells = sheet.to_python(skip_empty_area=False)
    records = [[cell if type(cell) is str else cell_text(cell) for cell in row] for row in cells]
    merged = []
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        # a whole number is an amount: told in each row it would be counted as often
        amount = isinstance(cells[top][left], float) and cells[top][left].is_integer()
        if bottom > top and not amount:
            merged.append((range(top, bottom + 1), left))
    return _Sheet(records, tuple(merged))


def _with_true_code_page(sheets: dict[str, _Sheet], path: Path) -> dict[str, _Sheet]:
    """Read the texts of an old workbook again whose letters of two bytes were taken for western ones.

    Such a workbook states a western code page, and holds UTF-16. No text of a cell has the control characters that
    show it.
    """
    texts = [cell for one in sheets.values() for record in one.records for cell in record]
    if not any(map(_CONTROL.search, (*texts, *sheets))):
        return sheets
    found = {
        _wide(name): dataclasses.replace(
            one, records=[[_wide(cell) for cell in record] for record in one.records]
        )
        for name, one in sheets.items()
    }
    if any(_CONTROL.search(cell) for one in found.values() for record in one.records for cell in record):
        msg = "the texts of the workbook cannot be read: the code page that it states is not true"
        raise SiteFileError(msg, file=path, remedy="open it in a spreadsheet and save it as .xlsx")
    said = (
        "%(file)s: the code page that it states is not true; its texts are read as UTF-16: look at the names"
    )
    _LOG.warning(said, {"file": path.name}, extra={"term": "warn_code_page"})
    return found


def _wide(text: str) -> str:
    """Return text of which each letter is one byte of UTF-16 as that text; other text as it is.

    Examples
    --------
    >>> _wide("도서관".encode("utf-16-le").decode("latin-1")), _wide("library"), _wide("37.56")
    ('도서관', 'library', '37.56')
    """
    if text.isascii() and not _CONTROL.search(text):
        return text
    try:
        raw = b"".join(_byte(letter) for letter in text)
        wide = raw.decode("utf-16-le")
    except (UnicodeError, ValueError):
        return text
    return text if _CONTROL.search(wide) else wide


def _byte(letter: str) -> bytes:
    """Return the byte that a letter was in the western code page; five bytes are none of its letters."""
    return bytes([ord(letter)]) if ord(letter) < _BYTE else letter.encode("cp1252")


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
