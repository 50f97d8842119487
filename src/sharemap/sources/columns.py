"""Columns of a raw table as the fields of a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import Rule, Source, normalised_header
from sharemap.sources.coordinates import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharemap.sources.tables import RawTable

__all__ = ["clean", "fields_of", "first_filled", "hits", "kept_share", "missing_fields"]

_LATITUDES = (33.0, 39.0)
_LONGITUDES = (124.0, 132.0)
_MOSTLY = 0.5


def fields_of(source: Source, raw: RawTable) -> dict[str, tuple[str, ...]]:
    """Return the columns of a table that hold each field of a source, as ``"A+B"`` where they add up."""
    return _match(source, {normalised_header(name): name for name in reversed(list(raw.frame.columns))})


def _match(source: Source, seen: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    matched = {}
    for name, aliases in source.columns.items():
        columns = []
        for alias in aliases:
            parts = [seen.get(normalised_header(part)) for part in alias.split("+")]
            if all(part is not None for part in parts):
                columns.append("+".join(str(part) for part in parts))
        if columns:
            matched[name] = tuple(dict.fromkeys(columns))
    return matched


def missing_fields(source: Source, raw: RawTable) -> list[str]:
    """Return the fields that a table must have to be read as a source, and has not."""
    return _missing(fields_of(source, raw), raw, address_only=source.address_only)


def _missing(columns: Mapping[str, tuple[str, ...]], raw: RawTable, *, address_only: bool) -> list[str]:
    missing = [] if "name" in columns else ["name"]
    if raw.lonlat is not None:
        return missing
    pair = [name for name in ("lat", "lon") if name not in columns]
    excused = "address" in columns and len(pair) > 1 and (address_only or not _looks_located(raw.frame))
    return missing if excused else missing + pair


def _looks_located(cells: pd.DataFrame) -> bool:
    """Whether some column holds what could be latitudes and another longitudes, whatever they are called."""
    head = cells.head(200)

    def holds(low: float, high: float) -> bool:
        return any(numbers(head[name]).between(low, high).mean() > _MOSTLY for name in head.columns)

    return holds(*_LATITUDES) and holds(*_LONGITUDES)


def clean(column: pd.Series) -> pd.Series:
    """Cells without outer blanks and line breaks; NaN when nothing is left."""
    text = column.astype("str").str.normalize("NFC").str.replace(r"[\s\u3000\u200b\ufeff]+", " ", regex=True)
    text = text.str.strip()
    return text.mask(text.isin(("", "-", "null", "NULL", "None", "nan", "N/A")))


def first_filled(cells: pd.DataFrame, columns: Sequence[str], prefers: Sequence[str] = ()) -> pd.Series:
    """Return the first filled column in each row; one that holds a preferred word goes before the others."""
    filled = pd.Series(np.nan, index=cells.index, dtype="str")
    cleaned = [clean(cells[column]) for column in columns]
    if prefers:
        pattern = "|".join(prefers)
        for column in cleaned:
            filled = filled.fillna(column.where(column.str.contains(pattern, regex=True, na=False)))
    for column in cleaned:
        filled = filled.fillna(column)
    return filled


def kept_share(source: Source, cells: pd.DataFrame) -> float:
    """Return the share of rows that no rule of a source calls another service."""
    other = pd.Series(False, index=cells.index)
    for rule in source.rules:
        if rule.reason == "not_this_service":
            wanted = set(map(normalised_header, rule.columns))
            for name in cells.columns:
                if normalised_header(name) in wanted:
                    other |= hits(rule, clean(cells[name]).fillna(""))
    return 1.0 - float(other.mean()) if len(other) else 1.0


def hits(rule: Rule, text: pd.Series) -> pd.Series:
    """Whether a rule sets rows with these values aside."""
    found = text.isin(rule.equals) | text.str.startswith(rule.starts or ("\0",))
    for word in rule.contains:
        found |= text.str.contains(word, regex=False)
    if rule.only:
        lacking = pd.Series(True, index=text.index)
        for word in rule.only:
            lacking &= ~text.str.contains(word, regex=False)
        found |= lacking
    return found
