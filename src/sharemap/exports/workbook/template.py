"""The workbook in which a ward enters what no portal publishes: a sheet to fill in, and a guide."""

from __future__ import annotations

import math
import os
import tempfile
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharemap.catalog import GUIDE_SHEET
from sharemap.exports.files.writing import unwritable
from sharemap.exports.workbook.sheet import Book, Edges

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sharemap.catalog import Template, TemplateColumn

__all__ = ["template_workbook", "write_template"]

_CREATED = "2026-01-01"  # a fixed date: the same template is the same file
_HEADER = 3  # rows above it: title, hint, what is needed
_BORDERED, _CHECKED, _PRINTED = 60, 5_000, 45
_HEADS: Mapping[str, tuple[str, ...]] = {"required": ("must",), "coordinates": ("wanted",), "optional": ()}
_KINDS: Mapping[str, str] = {"lat": "degree", "lon": "degree", "number": "int", "choice": "text"}
_RANGES: Mapping[str, tuple[float, float]] = {"lat": (37.40, 37.72), "lon": (126.70, 127.25)}
_HOURS = [f"{hour:02d}:00" for hour in range(25)]
_GUIDE_WIDTHS = (20, 7, 50, 24, 24, 22)
_MAX_MESSAGE = 250  # Excel shows 255


def template_workbook(form: Template) -> bytes:
    """Return the workbook of a layer, the same bytes for the same layer.

    The first sheet is the table to fill in: headers, formats, drop-downs and checks, no data. The second one
    explains each column with examples, which no reader takes for data.

    Parameters
    ----------
    form
        From :func:`sharemap.catalog.template`.
    """
    with Book(edges=Edges(title=form.title_ko, page=_said()["page"]), created=_CREATED) as book:
        _entry(book, form)
        _guide(book, form)
    return book.bytes()


def write_template(form: Template, path: Path | str) -> None:
    """Write the workbook of a layer, all or nothing; an existing file is replaced.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    path = Path(path)
    content = template_workbook(form)
    with unwritable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            partial.chmod(0o666 & ~_umask())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# ------------------------------------------------------------------------------------------- the table


def _entry(book: Book, form: Template) -> None:
    sheet = book.sheet(_said()["entry_sheet"])
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, form.title_ko, book.style("text", "big"))
    sheet.set_row(1, 20)
    sheet.write_string(1, 0, _said()["hint"], book.style("text", "muted"))
    sheet.set_row(_HEADER - 1, 18)
    sheet.set_row(_HEADER, 34)
    for row in range(_HEADER + 1, _HEADER + 1 + _BORDERED):
        sheet.set_row(row, 18)
    for position, column in enumerate(form.columns):
        _heads(book, sheet, column, position)
        kind = _kind(column)
        sheet.set_column(position, position, column.width, book.style(kind))
        for row in range(_HEADER + 1, _HEADER + 1 + _BORDERED):
            sheet.write_blank(row, position, None, book.style(kind, "border"))
        for check in _checks(column):
            sheet.data_validation(_HEADER + 1, position, _HEADER + _CHECKED, position, check)
    names = [column.key for column in form.columns]
    sheet.freeze_panes(_HEADER + 1, names.index("name") + 1)
    sheet.repeat_rows(_HEADER - 1, _HEADER)
    sheet.set_paper(8)  # A3: on A4 nobody could read twenty columns
    sheet.print_area(0, 0, _HEADER + _PRINTED, len(form.columns) - 1)


def _heads(book: Book, sheet: Any, column: TemplateColumn, position: int) -> None:  # noqa: ANN401  xlsxwriter
    said = _said()
    need = said["needs"][column.need]
    if column.unit:
        need += said["unit_head"].format(unit=column.unit)
    look = _HEADS[column.need]
    sheet.write_string(_HEADER - 1, position, need, book.style("text", "muted", "small", "centred"))
    sheet.write_string(_HEADER, position, column.header, book.style("text", "header", "wrap", *look))


def _kind(column: TemplateColumn) -> str:
    if column.look in ("code", "time"):
        return "code"  # as text: 02-... and 09:00 stay what was typed
    return _KINDS.get(column.look, "text")


def _checks(column: TemplateColumn) -> Iterator[dict[str, Any]]:
    """Yield what Excel checks in the cells of a column."""
    said = {
        "input_title": column.header[:32],
        "input_message": column.note_ko[:_MAX_MESSAGE],
        "error_title": _said()["error_title"],
    }
    errors = _said()["errors"]
    if column.look in _RANGES:
        low, high = _RANGES[column.look]
        between = {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
        yield {**said, **between, "error_message": errors[column.look]}
    elif column.look == "number":
        least = {"validate": "decimal", "criteria": ">=", "value": 0}
        yield {**said, **least, "error_message": errors["number"]}
    elif column.look == "time":
        yield {**said, **_list(_HOURS), "error_type": "information", "error_message": errors["time"]}
    elif column.look == "choice":
        free = {"error_type": "information"} if column.key == "kind" else {}
        yield {**said, **_list(column.choices), **free, "error_message": errors["choice"]}
    else:
        yield {**{key: text for key, text in said.items() if key != "error_title"}, "validate": "any"}


def _list(choices: Sequence[str]) -> dict[str, Any]:
    return {"validate": "list", "source": list(choices)}


# ------------------------------------------------------------------------------------------- the guide


def _guide(book: Book, form: Template) -> None:
    said = _said()
    sheet = book.sheet(GUIDE_SHEET)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    for position, width in enumerate(_GUIDE_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, said["guide"].format(title=form.title_ko), book.style("text", "big"))
    row = _lines(book, sheet, 1, [*([form.note_ko] if form.note_ko else []), *said["rules"]])
    row = _table(book, sheet, row, said["columns"], _column_rows(form))
    outcomes = [tuple(said["outcome_heads"]), *((a, "", b) for a, b in said["outcomes"])]
    row = _table(book, sheet, row, said["outcomes_title"], outcomes)
    _signature(book, sheet, row)


def _lines(book: Book, sheet: Any, row: int, lines: Sequence[str]) -> int:  # noqa: ANN401
    for number, line in enumerate(lines, start=1):
        sheet.set_row(row, 20)
        sheet.write_string(row, 0, f"{number}. {line}", book.style("text"))
        row += 1
    return row + 1


def _column_rows(form: Template) -> list[tuple[str, ...]]:
    """One row a column: examples stand below each other, so that no reader could take them for records."""
    said = _said()
    rows: list[tuple[str, ...]] = [tuple(said["column_heads"])]
    for column in form.columns:
        note = column.note_ko + (said["unit_note"].format(unit=column.unit) if column.unit else "")
        examples = [str(text) or said["blank"] for text in column.examples]
        need = said["needs"][column.need]
        rows.append((column.header, need, note, " / ".join(column.choices), *examples))
    return rows


def _table(book: Book, sheet: Any, row: int, title: str, rows: Sequence[tuple[str, ...]]) -> int:  # noqa: ANN401
    sheet.set_row(row, 24)
    sheet.write_string(row, 0, title, book.style("text", "bold"))
    for offset, cells in enumerate(rows, start=1):
        sheet.set_row(row + offset, 22 + 14 * (_lines_of(cells) - 1))
        look = ("header",) if offset == 1 else ("border", "wrap")
        for position, text in enumerate(cells):
            shown = (
                (*look, *_HEADS["required"])
                if text == _said()["needs"]["required"] and position == 1
                else look
            )
            shown = (*shown, "centred") if position == 1 else shown
            sheet.write_string(row + offset, position, text, book.style("code", *shown))
        if not any(cells[1:2]):
            sheet.merge_range(row + offset, 0, row + offset, 1, cells[0], book.style("code", *look))
            sheet.merge_range(row + offset, 2, row + offset, 5, cells[2], book.style("code", *look))
    return row + len(rows) + 2


def _lines_of(cells: Sequence[str]) -> int:
    """How many lines the longest cell takes; a Hangul syllable is nearly two characters wide."""
    widths = _GUIDE_WIDTHS if any(cells[1:2]) else (25, 1, sum(_GUIDE_WIDTHS[2:]))
    return max(math.ceil(1.8 * len(text) / width) for text, width in zip(cells, widths, strict=False)) or 1


def _signature(book: Book, sheet: Any, row: int) -> None:  # noqa: ANN401
    """Who made the list and under which terms: asked here, so that the table holds sites only."""
    said = _said()
    sheet.set_row(row, 24)
    sheet.write_string(row, 0, said["signature"], book.style("text", "bold"))
    for offset, label in enumerate(said["signed"], start=1):
        sheet.set_row(row + offset, 22)
        sheet.merge_range(row + offset, 0, row + offset, 1, label, book.style("code", "header"))
        sheet.merge_range(row + offset, 2, row + offset, 5, "", book.style("code", "border"))
    sheet.write_string(row + len(said["signed"]) + 1, 0, said["signature_note"], book.style("text", "muted"))


@cache
def _said() -> Mapping[str, Any]:
    text = resources.files("sharemap.exports.workbook").joinpath("template.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
