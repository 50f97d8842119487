"""Tables that views show without knowing them: what the schema declares as :class:`sharemap.schema.Shown`, ready to show.

A view shows each of them in its own way and says nothing of its own: the workbook as a sheet, the report as a section,
the map as a table that can be sorted and, where it has a geometry, as a layer with an entry in the legend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharemap.findings.numbers import NOTHING, number
from sharemap.schema import shown_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["Listed", "listed"]

_YES, _NO = "○", "×"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One table as every view shows it.

    Attributes
    ----------
    key
        Its name in :data:`sharemap.schema.TABLES`.
    title, note
        What it holds, and what it says in a sentence.
    rows
        Its rows as they stand in the table; with a geometry where it has one.
    headings
        The columns that are shown, in their order: name -> what is written over it.
    kinds
        Their kinds: ``"text"``, ``"int"``, ``"float"`` or ``"bool"``.
    name
        Column with the text that stands for a row on the map.
    colour
        Of its layer on the map: a name of the palette, or ``"#rrggbb"``.
    located
        Whether it is a layer of the map.
    """

    key: str
    title: str
    note: str
    rows: pd.DataFrame
    headings: Mapping[str, str]
    kinds: Mapping[str, str]
    name: str
    colour: str
    located: bool

    @property
    def numbers(self) -> frozenset[int]:
        """Positions of the columns with numbers."""
        return frozenset(at for at, kind in enumerate(self.kinds.values()) if kind in ("int", "float"))

    def texts(self) -> list[list[str]]:
        """Return the cells that are shown as texts, row by row."""
        return [[_text(value) for value in row] for row in self.rows[list(self.headings)].to_numpy(object)]


def listed(tables: Mapping[str, pd.DataFrame], lang: str) -> list[Listed]:
    """Return the tables of a run that views show without knowing them, in ``"ko"`` or ``"en"``."""
    found = []
    for table in shown_tables():
        shown = table.shown
        if shown is None or table.name not in tables:
            continue
        kinds = {column.name: column.kind for column in table.columns}
        headings = table.headings(lang)
        found.append(
            Listed(
                key=table.name,
                title=table.title(lang),
                note=shown.note_ko if lang == "ko" else shown.note_en,
                rows=tables[table.name],
                headings={column: headings[column] for column in shown.columns},
                kinds={column: kinds[column] for column in shown.columns},
                name=shown.name,
                colour=shown.colour,
                located=table.spatial,
            )
        )
    return found


def _text(value: Any) -> str:  # noqa: ANN401  a cell
    if value is None or value != value:  # noqa: PLR0124  NaN and NA are what does not equal itself
        return NOTHING
    if isinstance(value, bool):
        return _YES if value else _NO
    return value if isinstance(value, str) else number(value)
