"""Tables that views show without knowing them: what the schema declares as shown, ready to show.

A view shows each of them in its own way and says nothing of its own: the workbook as a sheet, the report as a section,
the map as a table that can be sorted and, where it has a geometry, as a layer with an entry in the legend.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sharemap.findings.numbers import NOTHING, number, percent, whole
from sharemap.schema import Shown, Table, shown_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from sharemap.schema import Column

__all__ = ["Listed", "listed"]

#: Columns of tables whose rows are about residents.
_PEOPLE = ("residents", "share")
_YES, _NO = "○", "×"


@dataclass(frozen=True)
class Listed:
    """One table as every view shows it.

    Attributes
    ----------
    table, shown
        Its description; on the map the column ``shown.name`` stands for a row, in ``shown.colour``.
    rows
        Its rows as they stand in the table; with a geometry where ``table.spatial``.
    lang
        ``"ko"`` or ``"en"``.
    """

    table: Table
    shown: Shown
    rows: pd.DataFrame
    lang: str

    @property
    def title(self) -> str:
        """What it holds."""
        return self.table.title(self.lang)

    @property
    def counts(self) -> bool:
        """Whether its rows are about residents, so that a run that knows of none has none."""
        return any(name in _PEOPLE for name in self.table.names)

    @property
    def note(self) -> str:
        """What it says, in a sentence."""
        return self.shown.note_ko if self.lang == "ko" else self.shown.note_en

    @property
    def columns(self) -> dict[str, Column]:
        """The columns that are shown, by what is written over them."""
        headings = self.table.headings(self.lang)
        described = {column.name: column for column in self.table.columns}
        return {headings[name]: described[name] for name in self.shown.columns_of(self.lang)}

    def texts(self) -> list[list[str]]:
        """Return the cells that are shown as texts, row by row."""
        written: dict[str, Callable[[Any], str]] = {"persons": whole, "share": percent}
        kinds = [column.kind for column in self.columns.values()]
        return [
            [written.get(kind, _text)(value) for kind, value in zip(kinds, row, strict=True)]
            for row in self.rows[[*self.shown.columns_of(self.lang)]].to_numpy(object)
        ]


def listed(tables: Mapping[str, pd.DataFrame], lang: str) -> list[Listed]:
    """Return the tables of a run that views show without knowing them."""
    return [
        Listed(table, _in(lang, table, table.shown), tables[table.name], lang)
        for table in shown_tables()
        if table.shown is not None
        and table.name in tables
        and not (table.shown.unless_empty and tables[table.name].empty)
    ]


def _in(lang: str, table: Table, shown: Shown) -> Shown:
    """Return what is shown with sentences in a language: where a column says the same in English, that one."""
    if lang == "ko":
        return shown
    told = {f"{name.removesuffix('_ko')}_en": name for name in table.names if name.endswith("_ko")}
    english = {ko: en for en, ko in told.items() if en in table.names}
    columns = tuple(english.get(name, name) for name in shown.columns)
    return replace(shown, columns=columns, name=english.get(shown.name, shown.name))


def _text(value: Any) -> str:  # noqa: ANN401  a cell
    if value is None or value != value:  # noqa: PLR0124  NaN and NA are what does not equal itself
        return NOTHING
    if isinstance(value, bool):
        return _YES if value else _NO
    return value if isinstance(value, str) else number(value)
