"""The sections of tables that the report does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.exports.report.content import MOST_ROWS
from sharemap.exports.report.document import Grid, Heading, Text
from sharemap.findings.others import listed
from sharemap.schema import NUMBERS

if TYPE_CHECKING:
    from sharemap.exports.report.content import IllustratedRun
    from sharemap.exports.report.document import Part

__all__ = ["others"]


def others(run: IllustratedRun) -> list[Part]:
    """Return a section for each table that the schema declares as shown: what it says, and its first rows."""
    parts: list[Part] = []
    for one in listed(run.tables, run.lang):
        rows, columns = one.texts(), one.columns
        numbers = frozenset(at for at, column in enumerate(columns.values()) if column.kind in NUMBERS)
        caption = one.title if len(rows) <= MOST_ROWS else f"{one.title} ({MOST_ROWS} / {len(rows):,})"
        shown = Grid(caption=caption, headers=[*columns], rows=rows[:MOST_ROWS], right=numbers)
        parts += [Heading(text=one.title), Text(text=one.note)]
        parts.append(shown if rows else Text(text=run.none_of("none") if one.counts else run.say["none"]))
    return parts
