"""Published files -> raw tables: text cells exactly as published, and the row each one stands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.sources.files.decode import decode, read_bytes, unreadable
from sharemap.sources.files.map_features import read_map
from sharemap.sources.files.packed import MAPS
from sharemap.sources.files.raw import MOST_COLUMNS, RawTable, cell_text, refuse_excess, too_wide
from sharemap.sources.files.records import json_records, looks_like_an_answer
from sharemap.sources.files.text import read_text
from sharemap.sources.files.workbooks import read_workbook

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Wanted", "read_file"]

_SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_SPATIAL = MAPS | {".zip"}
_JSON = frozenset({".json"})
_TEXT = frozenset({".csv", ".tsv", ".txt"})
_START = 1000


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is wanted of a file; see :func:`sharemap.sources.published.read_table`, whose headers are as compared here."""

    known: frozenset[str]
    sheet: str | None = None
    keep: frozenset[str] | None = None
    whole: bool = True
    crs: str | None = None


def read_file(path: Path, wanted: Wanted) -> RawTable:
    """Read a file of any format; see :func:`sharemap.sources.published.read_table`."""
    suffix = path.suffix.lower()
    if suffix in _SPATIAL:
        return refuse_excess(read_map(path, known=wanted.known, layer=wanted.sheet, crs=wanted.crs))
    if suffix in _SPREADSHEETS:
        return refuse_excess(read_workbook(path, read_bytes(path), wanted.known, wanted.sheet))
    if suffix in _JSON or _looks_like_json(path):
        return refuse_excess(_read_json(path, read_bytes(path), wanted))
    return read_text(path, known=wanted.known, keep=wanted.keep, whole=wanted.whole)


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


def _read_json(path: Path, data: bytes, wanted: Wanted) -> RawTable:
    text, encoding = decode(data, file=path)
    records = json_records(text.removeprefix("\ufeff"), file=path)
    if records is None:
        return read_map(path, known=wanted.known, crs=wanted.crs)
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
