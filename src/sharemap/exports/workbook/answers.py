"""The workbook of what to check: officers fill in answers, and the next run reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.catalog import answer_form
from sharemap.exports.workbook.sheet import Book, Edges, clean, lines_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings import Run

__all__ = ["answers_workbook"]

_WIDTHS: Mapping[str, int] = {
    "evidence_id": 24, "finding": 46, "question": 40, "people": 30, "answer": 10, "lon": 11, "lat": 11, "who": 14,
    "date": 12, "note": 30,
}  # fmt: skip
_TO_FILL_IN = ("answer", "lon", "lat", "who", "date", "note")
_HEADER = 2  # rows above it: title and hint


def answers_workbook(run: Run) -> bytes:
    """Return the workbook in which officers answer what is doubtful or unknown, what to check first on top.

    Answers that the study has already got stand in it, those that have been obeyed and are no longer asked too, so that
    it can be filled in further and named in the study again.
    """
    form, lang = answer_form(), run.lang
    title = form.sheet[("ko", "en").index(lang)]
    with Book(edges=Edges(title=run.summary.title), created=run.summary.generated) as book:
        sheet = book.sheet(title)
        sheet.write_string(0, 0, title, book.style("text", "big"))
        sheet.write_string(1, 0, run.say["evidence_hint"], book.style("text", "muted"))
        for at, (key, width) in enumerate(_WIDTHS.items()):
            sheet.set_column(at, at, width)
            look = ("must",) if key == "answer" else ("wanted",) if key in _TO_FILL_IN else ()
            sheet.write_string(
                _HEADER, at, form.header(key, lang), book.style("text", "header", "wrap", *look)
            )
        rows = _rows(run)
        for number, row in enumerate(rows, start=_HEADER + 1):
            _write(book, sheet, number, row, lang)
        _choices(sheet, len(rows), lang)
        sheet.freeze_panes(_HEADER + 1, 1)
        sheet.repeat_rows(_HEADER)
    return book.bytes()


def _rows(run: Run) -> list[dict[str, Any]]:
    """Return what is asked and what has been answered, by the keys of the columns."""
    asked, given = run.table("evidence"), run.table("evidence_answers")
    if asked.empty:
        return []
    told: dict[Any, dict[Any, Any]] = given.set_index("evidence_id").to_dict("index") if len(given) else {}
    shown = asked[asked["open"] | asked["answer"].notna()]
    rows: list[dict[str, Any]] = [
        {
            "evidence_id": row["evidence_id"],
            "finding": row[f"finding_{run.lang}"],
            "question": row[f"question_{run.lang}"],
            "people": row[f"people_{run.lang}"],
            **told.get(row["evidence_id"], {}),
        }
        for row in shown.to_dict("records")
    ]
    known = set(shown["evidence_id"])
    obeyed = run.say["evidence_obeyed"]
    return rows + [
        {"evidence_id": key, "finding": obeyed, **answer} for key, answer in told.items() if key not in known
    ]


def _write(book: Book, sheet: Any, number: int, row: Mapping[str, Any], lang: str) -> None:  # noqa: ANN401
    lines = 1
    for at, (key, width) in enumerate(_WIDTHS.items()):
        value, style = (
            row.get(key),
            book.style("degree" if key in {"lon", "lat"} else "code", "border", "wrap"),
        )
        if value is None or pd.isna(value):
            sheet.write_blank(number, at, None, style)
        elif key in {"lon", "lat"}:
            sheet.write_number(number, at, float(value), style)
        else:
            text = clean(answer_form().said(str(value), lang) if key == "answer" else str(value))
            sheet.write_string(number, at, text, style)
            lines = max(lines, lines_of(text, width))
    sheet.set_row(number, 4 + 13.5 * lines)


def _choices(sheet: Any, rows: int, lang: str) -> None:  # noqa: ANN401
    form, at = answer_form(), list(_WIDTHS).index("answer")
    choices = [form.said(key, lang) for key in form.answers]
    if rows:
        sheet.data_validation(
            _HEADER + 1, at, _HEADER + rows, at, {"validate": "list", "source": choices, "ignore_blank": True}
        )
