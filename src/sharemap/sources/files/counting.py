"""How many records a file holds, counted by another way than the one that reads them.

A row that a reader loses is lost to every count that begins with what was read. So the account of rows begins here: text
is counted without columns and pieces, a workbook in its own XML, a map by what its driver states, JSON by its longest
list. What is counted are records with anything in them, headers and titles included.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from sharemap.catalog import GUIDE_SHEET, normalised_header
from sharemap.sources.files.packed import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sharemap.sources.files.raw import RawTable

__all__ = ["records_of"]

_ZIPPED = frozenset({".xlsx", ".xlsm"})
_BOOKS = _ZIPPED | {".xls", ".ods"}
_PARQUET = frozenset({".parquet", ".geoparquet"})
_MARKS = ",\t;|"
_SAMPLE = 1_000_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BESIDE = frozenset({"fields", "columns", "DESCRIPTION"})


def records_of(path: Path, table: RawTable, *, sheet: str | None = None) -> int | None:
    """Return how many records a file holds, or one of its sheets or layers; None where nothing else can count them.

    Parameters
    ----------
    path
        The file.
    table
        What was read from it: asked only what kind of file it is.
    sheet
        The sheet or layer that was asked for.
    """
    suffix = path.suffix.lower()
    if table.lonlat is not None:
        return _features(path, sheet)
    if suffix in _BOOKS:
        return _sheets(path, sheet)
    if table.header_rows:
        return _lines(path, table.encoding)
    return _objects(path, table.encoding)


def _lines(path: Path, encoding: str) -> int:
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(_SAMPLE).splitlines()[:20]
        file.seek(0)
        mark = max(_MARKS, key=lambda one: sum(line.count(one) for line in head))
        return sum(any(map(str.strip, record)) for record in csv.reader(file, delimiter=mark))


def _objects(path: Path, encoding: str) -> int:
    """Return the length of the longest list of objects that lies in no other; a single object is one."""
    lengths = list(_lists(json.loads(path.read_text(encoding=encoding).removeprefix("\ufeff"))))
    return max(lengths, default=1)


def _lists(node: Any) -> Iterator[int]:  # noqa: ANN401  whatever JSON holds
    if isinstance(node, list) and any(isinstance(one, dict) for one in node):
        yield len(node)
    elif isinstance(node, dict):
        for key, child in node.items():
            if key not in _BESIDE:
                yield from _lists(child)


def _features(path: Path, layer: str | None) -> int:
    if path.suffix.lower() != ".zip":
        return _of_map(path, layer, "")
    with unpacked(path) as maps:
        return sum(_of_map(where, layer, name if len(maps) > 1 else "") for name, where in maps)


def _of_map(where: Path, layer: str | None, inside: str) -> int:
    import pyarrow.parquet as pq
    import pyogrio

    if where.suffix.lower() in _PARQUET:
        return int(pq.read_metadata(where).num_rows)
    found = 0
    for name, shape in pyogrio.list_layers(where):
        known = {inside, inside.rpartition("/")[2], str(name), f"{inside}/{name}"}
        if shape is not None and (layer is None or layer in known):
            # names of fields may be cut inside a letter: none is asked for
            info = pyogrio.read_info(where, layer=name, force_feature_count=True, encoding="ISO-8859-1")
            found += int(info["features"])
    return found


def _sheets(path: Path, sheet: str | None) -> int:
    if path.suffix.lower() in _ZIPPED and zipfile.is_zipfile(path):
        rows = dict(_rows_of_xml(path))
    else:
        rows = dict(_rows_one_by_one(path))
    if sheet is not None:
        return rows[sheet]
    guide = normalised_header(GUIDE_SHEET)
    told = [count for name, count in rows.items() if normalised_header(name) != guide]
    return sum(told or rows.values())


def _rows_one_by_one(path: Path) -> Iterator[tuple[str, int]]:
    """Ask for the rows one by one: an old workbook has no text to count in."""
    from python_calamine import load_workbook

    book = load_workbook(io.BytesIO(path.read_bytes()))
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).iter_rows()
        yield name, sum(any(str(cell).strip() for cell in row) for row in rows)


def _rows_of_xml(path: Path) -> Iterator[tuple[str, int]]:
    with zipfile.ZipFile(path) as book:
        names = set(book.namelist())
        links = {
            one.get("Id"): str(one.get("Target")).removeprefix("/xl/").removeprefix("xl/")
            for one in ET.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314  no entities: checked before
        }
        texts = _shared(book) if "xl/sharedStrings.xml" in names else []
        listed = ET.fromstring(book.read("xl/workbook.xml"))  # noqa: S314
        for one in listed.iter(f"{_MAIN}sheet"):
            part = f"xl/{links[one.get(_RELATION)]}"
            if part in names and "worksheets/" in part:
                yield str(one.get("name")), _filled_rows(book, part, texts)


def _shared(book: zipfile.ZipFile) -> list[bool]:
    """Return which of the texts that cells share say anything."""
    told = []
    with book.open("xl/sharedStrings.xml") as file:
        for _, one in ET.iterparse(file):  # noqa: S314
            if one.tag == f"{_MAIN}si":
                told.append(any((part.text or "").strip() for part in one.iter(f"{_MAIN}t")))
                one.clear()
    return told


def _filled_rows(book: zipfile.ZipFile, part: str, texts: list[bool]) -> int:
    found = 0
    with book.open(part) as file:
        for _, row in ET.iterparse(file):  # noqa: S314
            if row.tag == f"{_MAIN}row":
                found += any(_says(cell, texts) for cell in row.iter(f"{_MAIN}c"))
                row.clear()
    return found


def _says(cell: ET.Element, texts: list[bool]) -> bool:
    value = cell.find(f"{_MAIN}v")
    if cell.get("t") == "inlineStr":
        return any((part.text or "").strip() for part in cell.iter(f"{_MAIN}t"))
    if value is None or not (value.text or "").strip():
        return False
    return texts[int(str(value.text))] if cell.get("t") == "s" else True
