"""The sheets of tables that the workbook does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sharemap.exports.workbook.fields import texts
from sharemap.exports.workbook.sheet import Field, Look, Sheet
from sharemap.findings.others import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings import Run
    from sharemap.findings.others import Listed

__all__ = ["others"]

_LONGEST_NAME = 31
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
#: Kind of a column -> how a cell is shown, and how wide.
_SHOWN: Mapping[str, tuple[Look, int]] = {
    "text": ("text", 30),
    "int": ("int", 12),
    "float": ("figure", 12),
    "persons": ("int", 12),
    "share": ("share", 12),
    "bool": ("text", 12),
}


def others(run: Run) -> list[tuple[str, Sheet]]:
    """Return a sheet with its title for each table that the schema declares as shown."""
    return [
        (
            _sheet_name(one.title),
            Sheet(
                fields=_fields(one),
                empty=run.none_of("none") if one.counts else run.say["none"],
                notes=(one.note,),
                wrap=True,
            ),
        )
        for one in listed(run.tables, run.lang)
    ]


def _sheet_name(title: str) -> str:
    """Return a title as the name of a sheet: without the signs that Excel does not bear there, and as short as it must be."""
    title = " ".join(title.translate(_NOT_IN_NAMES).split())
    return title if len(title) <= _LONGEST_NAME else f"{title[: _LONGEST_NAME - 1].rstrip(' ,')}…"


def _fields(one: Listed) -> list[Field]:
    told = pd.DataFrame(one.texts(), columns=[*one.shown.columns_of(one.lang)], dtype=object)
    fields = []
    for heading, column in one.columns.items():
        kind, width = _SHOWN[column.kind]
        cells = told[column.name] if column.kind == "bool" else texts(one.rows, column.name)
        fields.append(Field(header=heading, cells=cells, width=width, kind=kind))
    return fields
