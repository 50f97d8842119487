"""Cells of population files as numbers of people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.errors import PopulationError
from sharemap.texts import each

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["counts", "people_in"]

_APART = re.compile(r"[,\s]")


def people_in(found: pd.DataFrame, columns: list[str], path: Path) -> pd.DataFrame:
    """Return some columns of a population table as numbers of people; the column ``row`` says where they stand."""
    remedy = "write a whole number, or - for nobody; masked (*) counts cannot be used"
    return counts(found[columns], found["row"].to_numpy(), file=path, whole=True, remedy=remedy)


def counts(text: pd.DataFrame, rows: np.ndarray, *, file: Path, whole: bool, remedy: str) -> pd.DataFrame:
    """Return text as numbers of people; thousands commas and blanks go, ``-`` is nobody.

    Raises
    ------
    PopulationError
        If one is no number, is below zero or, where only `whole` ones may be, has a fraction; names row and column.
    """
    bare = text.apply(lambda column: each(column, _bare))
    values = bare.apply(pd.to_numeric, errors="coerce").astype("float64")
    bad = (~np.isfinite(values) | (values < 0) | (whole & (values % 1 != 0))).to_numpy()
    if bad.any():
        row, column = np.argwhere(bad)[0]
        msg = f"a {'population' if whole else 'number of residents'} that is no count"
        name, value = text.columns[column], text.iloc[row, column]
        raise PopulationError(msg, file=file, row=int(rows[row]), column=name, value=value, remedy=remedy)
    return values


def _bare(count: str) -> str:
    bare = _APART.sub("", count)
    return "0" if bare == "-" else bare
