"""A sheet of the workbook: typed columns, a header that stays in sight, nothing that Excel could run."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Self

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

__all__ = ["Book", "Field", "Look", "Sheet", "clean"]

Look = Literal["text", "code", "int", "metres", "share", "degree", "minutes"]

_FORMATS: Mapping[str, str] = {
    "text": "General",
    "code": "@",
    "int": "#,##0",
    "metres": "#,##0",
    "minutes": "0.0",
    "share": "0.0%",
    "degree": "0.000000",
}
_FONT = "맑은 고딕"
_INK, _HEADER, _TOTAL, _LINE = "#1C2733", "#DCE8E8", "#F1F4F4", "#B9C4C6"
_MUST, _WANTED = "#0B4F58", "#F6E7B8"
_MAX_TEXT = 32_767
_A3, _A4 = 8, 9  # paper sizes as Excel numbers them
_A4_CHARACTERS = 180  # column widths that a landscape A4 page still shows legibly
_MAX_PRINT_HEADER = 100


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a sheet."""

    header: str
    cells: pd.Series[Any]
    width: float
    kind: Look = "text"
    total: float | str | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table of a sheet: its columns and how many of them stay in sight on the left."""

    fields: Sequence[Field]
    frozen: int = 2
    empty: str = ""
    wrap: bool = False


class Book:
    """An XLSX file in memory, the same bytes for the same content.

    Parameters
    ----------
    title
        Shown at the top of each printed page.
    created
        ISO date written into the file instead of the clock's.
    page
        Word before the page number.
    """

    def __init__(self, *, title: str, created: str, page: str) -> None:
        import xlsxwriter

        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._buffer,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "nan_inf_to_errors": False,
            },
        )
        self._book.set_properties({"title": clean(title), "author": "sharemap", "created": _date(created)})
        self._title, self._page = title, page
        self._styles: dict[tuple[str, ...], Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    def bytes(self) -> bytes:
        """Return the file; only after the ``with`` block has ended."""
        return self._buffer.getvalue()

    def sheet(self, name: str) -> Any:  # noqa: ANN401  xlsxwriter has no types
        """Add an empty sheet, A4 landscape, one page wide."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        title = clean(self._title)[:_MAX_PRINT_HEADER].replace("&", "&&")
        sheet.set_header(f"&L{title}&R&A")
        sheet.set_footer(f"&R{self._page} &P / &N")
        sheet.hide_gridlines(2)
        return sheet

    def style(self, kind: str = "text", *looks: str) -> Any:  # noqa: ANN401
        """Return a cell format; looks: ``bold``, ``big``, ``header``, ``total``, ``border``, ``wrap``, ``muted``.

        The later of two looks that set the same thing wins; ``must`` and ``wanted`` colour a header.
        """
        key = (kind, *looks)
        if key not in self._styles:
            self._styles[key] = self._book.add_format(_look(kind, looks))
        return self._styles[key]

    def listing(self, name: str, content: Sheet) -> None:
        """Add a sheet that is one table: header in the first row, filter, total row, header repeated in print."""
        sheet = self.sheet(name)
        end = self.table(sheet, content, top=0)
        sheet.freeze_panes(1, content.frozen)
        sheet.repeat_rows(0)
        for position, column in enumerate(content.fields):
            sheet.set_column(position, position, column.width)
        if sum(column.width for column in content.fields) > _A4_CHARACTERS:
            sheet.set_paper(_A3)  # on A4 nobody could read it
        if end > 1:
            sheet.autofilter(0, 0, len(content.fields[0].cells), len(content.fields) - 1)

    def table(self, sheet: Any, content: Sheet, *, top: int) -> int:  # noqa: ANN401
        """Write a table with its header in row `top`; return the row after it."""
        rows = len(content.fields[0].cells)
        has_total = rows > 0 and any(column.total is not None for column in content.fields)
        sheet.set_row(top, 32)
        for position, column in enumerate(content.fields):
            sheet.write_string(top, position, clean(column.header), self.style("text", "header", "wrap"))
            self._column(sheet, column, (top + 1, position), wrap=content.wrap)
            if has_total:
                _cell(
                    sheet,
                    (top + 1 + rows, position),
                    column.total,
                    column.kind,
                    self.style(column.kind, "total"),
                )
        if rows == 0:
            sheet.write_string(top + 1, 0, content.empty, self.style("text", "muted"))
        return top + 1 + max(rows, 1) + int(has_total)

    def _column(self, sheet: Any, column: Field, start: tuple[int, int], *, wrap: bool) -> None:  # noqa: ANN401
        looks = ("border", "wrap") if wrap and column.kind == "text" else ("border",)
        style = self.style(column.kind, *looks)
        row, position = start
        for offset, value in enumerate(column.cells.tolist()):
            _cell(sheet, (row + offset, position), value, column.kind, style)


def clean(text: str) -> str:
    """Return text that a cell can hold: no control signs but line breaks, at most 32,767 characters."""
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]", "", text)
    return kept if len(kept) <= _MAX_TEXT else kept[: _MAX_TEXT - 1] + "…"


def _cell(sheet: Any, at: tuple[int, int], value: object, kind: str, style: Any) -> None:  # noqa: ANN401
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124  NaN is what differs from itself
        sheet.write_blank(*at, None, style)
    elif kind in ("text", "code") or isinstance(value, str):
        sheet.write_string(*at, clean(str(value)), style)
    else:
        sheet.write_number(*at, value, style)


def _look(kind: str, looks: tuple[str, ...]) -> dict[str, Any]:
    look: dict[str, Any] = {
        "font_name": _FONT,
        "font_size": 10,
        "font_color": _INK,
        "num_format": _FORMATS[kind],
        "valign": "vcenter",
    }
    extra: Mapping[str, Mapping[str, Any]] = {
        "bold": {"bold": True},
        "big": {"font_size": 16, "bold": True},
        "muted": {"font_color": "#51606E"},
        "warn": {"bold": True, "font_color": "#A1260D"},
        "border": {"border": 1, "border_color": _LINE},
        "header": {"bold": True, "bg_color": _HEADER, "border": 1, "border_color": _LINE, "align": "center"},
        "total": {"bold": True, "bg_color": _TOTAL, "border": 1, "border_color": _LINE, "top": 2},
        "wrap": {"text_wrap": True},
        "must": {"bg_color": _MUST, "font_color": "#FFFFFF"},
        "wanted": {"bg_color": _WANTED},
        "centred": {"align": "center"},
        "top": {"valign": "top"},
        "small": {"font_size": 9},
    }
    for name in looks:
        look |= extra[name]
    return look


def _date(text: str) -> datetime:
    day = datetime.fromisoformat(text[:10])
    return day.replace(tzinfo=None) if day.tzinfo is None else day.astimezone(UTC).replace(tzinfo=None)
