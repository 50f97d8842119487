"""Which rows of a list are meant: those that a study chooses, and what a list holds that names several services."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import kind_headers, normalised_header
from sharemap.errors import StudyError
from sharemap.sources.matching import cleaned_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sharemap.catalog import Catalog, Layer
    from sharemap.sources.files.raw import RawTable
    from sharemap.sources.matching import Candidate

    #: Column -> the values of the rows that are meant.
    Only = Mapping[str, Sequence[str]]

__all__ = ["Kinds", "Mix", "Named", "not_chosen", "nothing_chosen", "refuse_unknown_columns"]

_MOST_KINDS = 50
_LISTED = 12


@dataclass(frozen=True, kw_only=True)
class Named:
    """What one value of a column says: how many rows have it, and the layer whose words it holds (``""``: none)."""

    value: str
    rows: int
    layer: str


@dataclass(frozen=True, kw_only=True)
class Mix:
    """A column whose values name several services: the commonest value first."""

    column: str
    named: tuple[Named, ...]


def refuse_unknown_columns(raw: RawTable, only: Only) -> None:
    """Refuse to choose by a column that a file does not have.

    Raises
    ------
    StudyError
        Names the column, and those that there are.
    """
    seen = {normalised_header(name) for name in raw.columns}
    for name in only:
        if normalised_header(name) not in seen:
            msg, remedy = "the file has no such column to choose rows by", ", ".join(raw.columns)
            raise StudyError(
                msg, file=raw.file, column="only", value=name, remedy=f"name one of: {remedy[:200]}"
            )


def not_chosen(cells: pd.DataFrame, only: Only) -> tuple[pd.Series, pd.Series]:
    """Return which rows are not meant, and the value for which each is not.

    Examples
    --------
    >>> cells = pd.DataFrame({"구분": ["작은도서관", "공구 대여소", ""]})
    >>> [part.tolist() for part in not_chosen(cells, {"구분": ["작은도서관"]})]
    [[False, True, True], [nan, '공구 대여소', nan]]
    """
    out = pd.Series(False, index=cells.index)
    value = pd.Series(np.nan, index=cells.index, dtype="str")
    by_header = {normalised_header(name): name for name in reversed(list(map(str, cells.columns)))}
    for name, wanted in only.items():
        text = cleaned_text(cells[by_header[normalised_header(name)]])
        fails = ~text.isin(set(cleaned_text(pd.Series(list(wanted), dtype="str")))) & ~out
        out, value = out | fails, value.mask(fails, text)
    return out, value


def nothing_chosen(raw: RawTable, only: Only) -> StudyError:
    """Return the refusal of a choice that no row meets; names what the rows say."""
    by_header = {normalised_header(name): name for name in reversed(list(map(str, raw.frame.columns)))}
    said = [
        f"{name}: {', '.join(cleaned_text(raw.frame[by_header[normalised_header(name)]]).value_counts().index[:_LISTED])}"
        for name in only
    ]
    chosen = ", ".join(f"{name} = {'/'.join(wanted)}" for name, wanted in only.items())
    return StudyError(
        "no row of the file is chosen", file=raw.file, column="only", value=chosen, remedy="; ".join(said)
    )


class Kinds:
    """What the columns of a table that tell kinds of things say, counted piece by piece.

    Parameters
    ----------
    match
        What the table is read as: the columns that it reads are asked only where any list has them.
    columns
        All columns of the table.
    """

    def __init__(self, match: Candidate, columns: Iterable[str]) -> None:
        general = match.source.key == "user_list"
        read = {part for names in match.columns.values() for name in names for part in name.split("+")}
        read |= {name for rule in match.source.rules for name in rule.columns}
        asked = {normalised_header(name) for name in read}
        asked -= {normalised_header(name) for name in match.columns.get("kind", ())} if general else set()
        self._match = match
        self._counts: dict[str, Counter[str]] = {
            name: Counter()
            for name in columns
            if normalised_header(name) in kind_headers() and normalised_header(name) not in asked
        }

    def add(self, cells: pd.DataFrame) -> None:
        """Count the rows of a piece."""
        for name, counts in self._counts.items():
            if name in cells:
                counts.update(cleaned_text(cells[name]).dropna())

    def mix(self, catalog: Catalog) -> Mix | None:
        """Return the first column whose values name several services; None where none does."""
        layers = [self._match.layer, *(one for one in catalog if one.key != self._match.layer.key)]
        for name, counts in self._counts.items():
            if 1 < len(counts) <= _MOST_KINDS:
                told = [
                    Named(value=value, rows=rows, layer=_layer_of(value, layers))
                    for value, rows in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
                ]
                if self._several({one.layer for one in told}):
                    return Mix(column=name, named=tuple(told))
        return None

    def _several(self, named: set[str]) -> bool:
        own = self._match.layer.key
        return bool(named - {own, ""}) or (own in named and len(named) > 1)


def _layer_of(value: str, layers: Sequence[Layer]) -> str:
    """Return the first layer whose words a value holds; the layer that the file is read as is asked first."""
    holds = (one.key for one in layers if one.points and one.words and re.search("|".join(one.words), value))
    return next(holds, "")
