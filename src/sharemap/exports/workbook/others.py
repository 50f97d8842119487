"""The sheets of tables that the workbook does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.exports.workbook.sheet import Field, Look, Sheet
from sharemap.findings.others import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings import Run
    from sharemap.findings.others import Listed

__all__ = ["others"]

_LOOKS: Mapping[str, Look] = {"text": "text", "int": "int", "float": "figure", "bool": "text"}
_NARROW, _WIDE = 12, 30


def others(run: Run) -> list[tuple[str, Sheet]]:
    """Return a sheet with its title for each table that the schema declares as shown."""
    return [
        (one.title, Sheet(fields=_fields(one), empty=run.say["none"], notes=(one.note,), wrap=True))
        for one in listed(run.tables, run.lang)
    ]


def _fields(one: Listed) -> list[Field]:
    shown = pd.DataFrame(one.texts(), columns=list(one.headings), dtype=object)
    return [
        Field(
            header=heading,
            cells=shown[column] if one.kinds[column] == "bool" else _cells(one.rows[column]),
            width=_WIDE if one.kinds[column] == "text" else _NARROW,
            kind=_LOOKS[one.kinds[column]],
        )
        for column, heading in one.headings.items()
    ]


def _cells(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.astype(object).where(column.notna(), None)
