"""A sheet of the workbook: typed columns, a header that stays in sight, nothing that Excel could run."""

from __future__ import annotations

import io
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Self

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

__all__ = ["Book", "Edges", "Field", "Look", "Sheet", "clean", "lines_of"]

Look = Literal["text", "code", "int", "metres", "share", "degree", "minutes", "points", "figure", "thin"]

_FORMATS: Mapping[str, str] = {
    "text": "General",
    "code": "@",
    "int": "#,##0",
    "metres": "#,##0",
    "minutes": "0.0",
    "points": "0.0",
    "figure": "#,##0.##",
    "share": "0.0%",
    "thin": '"≈"0%',
    "degree": "0.000000",
}
_FONT = "맑은 고딕"
_INK, _HEADER, _TOTAL, _LINE = "#1C2733", "#DCE8E8", "#F1F4F4", "#B9C4C6"
_MUST, _WANTED = "#0B4F58", "#F6E7B8"
_MAX_TEXT = 32_767
_A3, _A4 = 8, 9  # paper sizes as Excel numbers them
_A4_CHARACTERS = 180  # column widths that a landscape A4 page still shows legibly
_MAX_PRINT_HEADER = 100
_MAX_PRINT_FOOTER = 200  # the whole line holds 255 characters
#: What Excel bears: links a sheet, and characters of one link.
_MOST_LINKS, _LONGEST_LINK = 65_530, 2_079
_WIDE_SIGN = 1.75  # widths of a Hangul syllable or an emoji, in digits
_LINE_PT, _PAD_PT, _MOST_LINES = 13.5, 4.5, 12


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a sheet.

    Attributes
    ----------
    header, cells, width, kind
        Its head, its values, its width in digits, and how a value is shown.
    total
        Value in the total row.
    links
        For each cell where it leads, or nothing; from :mod:`sharemap.exports.workbook.links` only.
    thin
        For each cell whether its share rests on little: it is shown as a whole per cent, and marked.
    missing
        What an empty cell says, such as that there are no data; nothing by default.
    centred
        Whether values stand in the middle, for ranks and short words.
    printed
        Whether it is printed; columns that are not stand last.
    """

    header: str
    cells: pd.Series[Any]
    width: float
    kind: Look = "text"
    total: float | str | None = None
    links: Sequence[str | None] = ()
    thin: Sequence[bool] = ()
    missing: str = ""
    centred: bool = False
    printed: bool = True


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table of a sheet: its columns, how many of them stay in sight on the left, and notes beneath it."""

    fields: Sequence[Field]
    frozen: int = 2
    empty: str = ""
    wrap: bool = False
    notes: Sequence[str] = ()

    @property
    def printed(self) -> list[Field]:
        """The columns that go to paper."""
        return [column for column in self.fields if column.printed]


@dataclass(frozen=True, kw_only=True)
class Edges:
    """What stands at the edges of every printed page."""

    title: str
    under_title: str = ""
    foot: str = ""
    page: str = ""


class Book:
    """An XLSX file in memory, the same bytes for the same content.

    Parameters
    ----------
    edges
        Title, conditions and sources on each printed page, and the word before the page number.
    created
        ISO date written into the file instead of the clock's.
    too_many
        Sentence with ``{n}`` for links that Excel has no room for.
    """

    def __init__(self, *, edges: Edges, created: str, too_many: str = "{n}") -> None:
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
        self._book.set_properties(
            {"title": clean(edges.title), "author": "sharemap", "created": _date(created)}
        )
        self._edges, self._too_many = edges, too_many
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
        sheet.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.6)
        edges = self._edges
        under = f"\n{_edge(edges.under_title, _MAX_PRINT_HEADER)}" if edges.under_title else ""
        sheet.set_header(f"&L{_edge(edges.title, _MAX_PRINT_HEADER)}{under}&R&A")
        sheet.set_footer(f"&L{_edge(edges.foot, _MAX_PRINT_FOOTER)}&R{edges.page} &P / &N")
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
        printed = content.printed
        if sum(column.width for column in printed) > _A4_CHARACTERS:
            sheet.set_paper(_A3)  # on A4 nobody could read it
        sheet.print_area(0, 0, end - 1, len(printed) - 1)
        if end > 1:
            sheet.autofilter(0, 0, len(content.fields[0].cells), len(content.fields) - 1)

    def titled(self, sheet: Any, row: int, title: str, content: Sheet) -> int:  # noqa: ANN401
        """Write a table under a title in `row`; return the row after it."""
        sheet.write_string(row, 0, clean(title), self.style("text", "bold"))
        return self.table(sheet, content, top=row + 1)

    def table(self, sheet: Any, content: Sheet, *, top: int) -> int:  # noqa: ANN401
        """Write a table with its header in row `top`; return the row after it and its notes."""
        rows = len(content.fields[0].cells)
        has_total = rows > 0 and any(column.total is not None for column in content.fields)
        sheet.set_row(top, _height(max(2, *(lines_of(c.header, c.width) for c in content.fields))))
        left_out = 0
        for position, column in enumerate(content.fields):
            sheet.write_string(top, position, clean(column.header), self.style("text", "header", "wrap"))
            left_out += self._column(sheet, column, (top + 1, position), wrap=content.wrap)
            if has_total:
                look = ("total", "centred") if column.centred else ("total",)
                at = (top + 1 + rows, position)
                _cell(sheet, at, column.total, column.kind, self.style(column.kind, *look))
        if content.wrap:
            _fit_rows(sheet, content, top + 1)
        if rows == 0:
            sheet.write_string(top + 1, 0, content.empty, self.style("text", "muted"))
        end = top + 1 + max(rows, 1) + int(has_total)
        notes = [*content.notes, *([self._too_many.format(n=f"{left_out:,}")] if left_out else [])]
        for row, note in enumerate(notes, start=end):
            sheet.write_string(row, 0, clean(note), self.style("text", "muted"))
        return end + len(notes)

    def _column(self, sheet: Any, column: Field, start: tuple[int, int], *, wrap: bool) -> int:  # noqa: ANN401
        """Write the cells of a column; return how many links there was no room for."""
        looks = ["border"]
        looks += ["wrap"] if wrap and column.kind == "text" and column.printed else []
        looks += ["centred"] if column.centred else ["indented"] if column.kind in ("text", "code") else []
        style, nothing = self.style(column.kind, *looks), self.style("text", "border", "missing")
        linked = self.style(column.kind, *looks, "link") if column.links else None
        marked = self.style("thin", *looks) if any(column.thin) else style
        row, position = start
        left_out = 0
        links = column.links or [None] * len(column.cells)
        thin = column.thin or [False] * len(column.cells)
        for offset, (value, link, few) in enumerate(zip(column.cells.tolist(), links, thin, strict=True)):
            at = (row + offset, position)
            if column.missing and _is_missing(value):
                sheet.write_string(*at, column.missing, nothing)
            elif link is None or _is_missing(value):
                _cell(sheet, at, value, column.kind, marked if few else style)
            elif sheet.hlink_count < _MOST_LINKS and len(link) <= _LONGEST_LINK:
                sheet.write_url(*at, link, linked, clean(str(value)))
            else:
                left_out += 1
                _cell(sheet, at, value, column.kind, style)
        return left_out


def lines_of(text: str, width: float) -> int:
    r"""Return how many lines a text takes in a column of a width in digits.

    Examples
    --------
    >>> lines_of("가나다라마", 6), lines_of("abcde", 7), lines_of("a\nb", 6)
    (2, 1, 2)
    """
    room = max(width - 1.5, 1.0)
    return sum(max(1, math.ceil(_units(part) / room)) for part in text.split("\n"))


def _units(text: str) -> float:
    return sum(_WIDE_SIGN if unicodedata.east_asian_width(sign) in "WFA" else 1.0 for sign in text)


def _height(lines: int) -> float:
    return _LINE_PT * min(lines, _MOST_LINES) + _PAD_PT


def _fit_rows(sheet: Any, content: Sheet, top: int) -> None:  # noqa: ANN401
    """Set the height of each row to its longest text, because not every program does so when it opens a file."""
    texts = [column for column in content.printed if column.kind == "text" and len(column.cells)]
    for offset, cells in enumerate(zip(*(column.cells.tolist() for column in texts), strict=True)):
        lines = [
            lines_of(clean(str(text)), column.width)
            for text, column in zip(cells, texts, strict=True)
            if not _is_missing(text)
        ]
        sheet.set_row(top + offset, _height(max(lines, default=1)))


def _edge(text: str, most: int) -> str:
    """Return a line of a page's edge; the sign & begins a code there, and is doubled to be itself."""
    line = " ".join(clean(text).split())
    shown = line[:most]
    while len(shown.replace("&", "&&")) > most - (shown != line):
        shown = shown[:-1]
    return shown.replace("&", "&&") + ("" if shown == line else "…")


def clean(text: str) -> str:
    """Return text that a cell can hold: no control signs but line breaks, at most 32,767 characters."""
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]", "", text)
    return kept if len(kept) <= _MAX_TEXT else kept[: _MAX_TEXT - 1] + "…"


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value != value  # noqa: PLR0124  NaN is what differs from itself


def _cell(sheet: Any, at: tuple[int, int], value: object, kind: str, style: Any) -> None:  # noqa: ANN401
    if _is_missing(value):
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
        "indented": {"indent": 1},
        "link": {"font_color": "#0B4F9E", "underline": 1},
        "missing": {"font_color": "#51606E", "align": "center", "font_size": 9},
        "top": {"valign": "top"},
        "small": {"font_size": 9},
    }
    for name in looks:
        look |= extra[name]
    return look


def _date(text: str) -> datetime:
    day = datetime.fromisoformat(text[:10])
    return day.replace(tzinfo=None) if day.tzinfo is None else day.astimezone(UTC).replace(tzinfo=None)
