"""Columns of a raw table -> the text, hours and capacity of each row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import normalised_header
from sharemap.sources.coordinates import numbers
from sharemap.sources.matching import cleaned_text
from sharemap.texts import contains, each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharemap.catalog import HoursSpan

__all__ = ["capacity_of", "first_filled", "hours_of", "meant", "other_address"]


def first_filled(cells: pd.DataFrame, columns: Sequence[str], prefers: Sequence[str] = ()) -> pd.Series:
    """Return the first filled column in each row; one that holds a preferred word goes before the others."""
    filled = pd.Series(np.nan, index=cells.index, dtype="str")
    cleaned = [cleaned_text(cells[column]) for column in columns]
    if prefers:
        pattern = re.compile("|".join(prefers))
        for column in cleaned:
            filled = filled.fillna(column.where(contains(column, pattern)))
    for column in cleaned:
        filled = filled.fillna(column)
    return filled


def meant(text: pd.Series, meanings: Mapping[str, str]) -> pd.Series:
    """Return what published values mean, in either case; a value without a known meaning stays as it is."""
    if not meanings:
        return text
    known = {value.upper(): meaning for value, meaning in meanings.items()}
    return each(text, lambda value: known.get(value.upper(), value))


def other_address(cells: pd.DataFrame, columns: Sequence[str], address: pd.Series) -> pd.Series:
    """Return the first filled address that is not the one already taken."""
    other = pd.Series(np.nan, index=cells.index, dtype="str")
    for column in columns[1:]:
        text = cleaned_text(cells[column])
        other = other.fillna(text.where(text != address))
    return other


def capacity_of(cells: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Return the first capacity that each row states; that of columns joined by ``+`` is their sum."""
    capacity = pd.Series(np.nan, index=cells.index, dtype="float64")
    for column in columns:
        parts = [numbers(cells[part]) for part in ([column] if column in cells else column.split("+"))]
        capacity = capacity.fillna(pd.concat(parts, axis=1).sum(axis=1, min_count=1))
    return capacity.where(capacity >= 0)


def hours_of(cells: pd.DataFrame, spans: Sequence[HoursSpan]) -> pd.Series:
    """Return opening hours of several kinds of day as one text: ``평일 09:00~18:00, 주말 10:00~17:00``."""
    by_header = {normalised_header(name): name for name in reversed(list(cells.columns))}
    merged = pd.Series("", index=cells.index, dtype="str")
    for span in spans:
        opens, closes = (
            _clock(
                first_filled(
                    cells, [by_header[key] for key in map(normalised_header, aliases) if key in by_header]
                )
            )
            for aliases in (span.opens, span.closes)
        )
        known = opens.notna() & closes.notna() & ~((opens == "00:00") & (closes == "00:00"))
        text = (span.label + " " + opens + "~" + closes).where(known, "")
        merged = merged + text.where((merged == "") | (text == ""), ", " + text)
    return merged.mask(merged == "")


def _clock(text: pd.Series) -> pd.Series:
    """``900``, ``0900``, ``9:00`` and ``09:00:00`` -> ``09:00``; other text stays."""
    digits = text.str.extract(r"^(\d{1,2}):?(\d{2})(?::?\d{2})?$")
    known = digits.notna().all(axis=1)
    return (digits[0].str.zfill(2) + ":" + digits[1]).where(known, text.where(text != "0", "00:00"))
