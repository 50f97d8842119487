"""Bytes of published files: CSV, JSON and XLSX, the same on every run."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Ledger", "Published", "csv_bytes", "json_bytes", "seoul_json", "xlsx_bytes"]

_MADE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_ZIP_TIME = (2026, 1, 1, 0, 0, 0)

Row = Sequence[object]


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What a file holds, for the tests.

    Attributes
    ----------
    rows
        Rows of data, without the header.
    sites
        Services that a careful reader finds in them.
    set_aside
        Rows by the reason why they are no site.
    defects
        Rows (or sites, where the key says so) by the defect planted in them.
    """

    rows: int
    sites: int
    set_aside: Mapping[str, int] = field(default_factory=dict)
    defects: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Published:
    """A file as a portal would publish it."""

    layer: str
    file: str
    content: bytes
    ledger: Ledger
    ref_date: str
    note_ko: str


def csv_bytes(rows: Sequence[Row], *, encoding: str, newline: str = "\n", quote_all: bool = False) -> bytes:
    """Return rows as CSV; raises UnicodeEncodeError when the encoding cannot hold a cell."""
    out = io.StringIO(newline="")
    if quote_all:
        csv.writer(out, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(out, lineterminator=newline).writerows(rows)
    return out.getvalue().encode(encoding)


def json_bytes(document: object) -> bytes:
    """Return a JSON document with one record a line, near enough to what portals send."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return (text.replace('},{"', '},\n{"') + "\n").encode("utf-8")


def seoul_json(service: str, rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return rows in the envelope of the city's open API."""
    result = {"CODE": "INFO-000", "MESSAGE": "정상 처리되었습니다"}
    return json_bytes({service: {"list_total_count": len(rows), "RESULT": result, "row": list(rows)}})


def xlsx_bytes(header: Row, rows: Sequence[Row], *, title: str) -> bytes:
    """Return rows as a workbook with a title merged over all columns in its first row.

    The archive is stored, not compressed, with fixed times: its bytes do not depend on the zlib at hand.
    """
    import xlsxwriter

    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "author": "sharemap (가상 자료)", "created": _MADE})
    sheet = book.add_worksheet("현황")
    bold = book.add_format({"bold": True, "align": "center"})
    sheet.merge_range(0, 0, 0, len(header) - 1, title, bold)
    sheet.write_row(2, 0, header, bold)
    for number, row in enumerate(rows, start=3):
        sheet.write_row(number, 0, row)
    sheet.set_column(1, 2, 30)
    book.close()
    return _stored(made.getvalue())


def _stored(archive: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as packed, zipfile.ZipFile(out, "w") as plain:
        for name in sorted(packed.namelist(), key=lambda item: (item != "[Content_Types].xml", item)):
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.create_system = 0
            plain.writestr(entry, packed.read(name), compress_type=zipfile.ZIP_STORED)
    return out.getvalue()
