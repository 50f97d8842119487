"""Why a row cannot be a site: the first reason that applies, and the value at fault."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import normalised_header
from sharemap.sources.matching import cleaned_text, hits
from sharemap.texts import contains, each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharemap.catalog import Rule, Source

__all__ = ["reasons_of"]

_TOTALS = frozenset({"합계", "소계", "총계", "계", "총합계", "total"})
_PLANNED = re.compile(
    r"미운영|개소\s*예정|개관\s*예정|개점\s*예정|운영\s*예정|오픈\s*예정|운영\s*중단|운영\s*종료|휴업|폐업"
)
_CLOSED = re.compile(rf"{_PLANNED.pattern}|폐관|폐쇄|폐점")
_NOTE = re.compile(r"^(?:※|\*|(?:주|자료|출처|비고)\s*[):：])")
_TIME_OF_DAY = re.compile(r"\d\s*[:시]")


def reasons_of(
    frame: pd.DataFrame,
    cells: pd.DataFrame,
    position: tuple[np.ndarray, pd.Series, pd.Series],
    source: tuple[Source, Mapping[str, tuple[str, ...]]],
    *,
    first: Sequence[tuple[str, pd.Series, pd.Series]] = (),
) -> tuple[pd.Series, pd.Series]:
    """Return the first reason that applies to each row, and the value at fault.

    Parameters
    ----------
    frame
        The fields of the rows.
    cells
        Their cells as published.
    position
        What is wrong with the position of each, ``""`` where nothing is, and the published latitude and longitude.
    source
        The source, and which columns its fields are read from.
    first
        Reasons that are asked before all others: key, rows, value.
    """
    reason = pd.Series("", index=frame.index, dtype="str")
    value = pd.Series(np.nan, index=frame.index, dtype="str")

    def apply(mask: pd.Series, key: str, text: pd.Series) -> None:
        nonlocal reason, value
        fresh = mask.to_numpy(dtype=bool) & (reason == "").to_numpy()
        reason = reason.mask(fresh, key)
        value = value.mask(fresh, text)

    located, *pair = position
    for key, mask, text in first:
        apply(mask, key, text)
    blank = frame["name"].isna() & frame["address"].isna() & (located != "")
    rules, columns = source
    # a total is written "합 계" as well; a list put together from several has the header of each
    bare = each(frame["name"], lambda name: name.replace(" ", "").lower())
    headers = {normalised_header(name) for name in columns.get("name", ())}
    note = contains(frame["name"], _NOTE) & frame["address"].isna() & (located != "")
    apply(blank | note | bare.isin(_TOTALS | headers), "not_a_site", frame["name"])
    apply(_totals(cells, pd.Series(located != "", index=frame.index)), "not_a_site", frame["name"])
    for rule in rules.rules:
        _apply_rule(rule, cells, apply)
    for name in ("name", "address", "hours", *columns.get("status", ())):
        text = frame[name] if name in frame else cleaned_text(cells[name])
        closed = contains(text, _PLANNED if name == "hours" else _CLOSED)
        if name == "hours":  # "10:00~19:00, 야간 미운영" is open
            closed &= ~contains(text, _TIME_OF_DAY)
        apply(closed, "not_operating", text)
    published = (pair[0] + ", " + pair[1]).where((pair[0] != "") | (pair[1] != ""))
    for key in ("no_coordinates", "bad_coordinates"):
        apply(pd.Series(located == key, index=frame.index), key, published)
    return reason, value


def _totals(cells: pd.DataFrame, lost: pd.Series) -> pd.Series:
    """Return which of the rows without a position say in any of their cells that they are a total."""
    found = pd.Series(False, index=cells.index)
    for name in cells.columns if lost.any() else ():
        text = each(cells.loc[lost, name].astype("str"), lambda cell: "".join(cell.split()).lower())
        found.loc[lost] |= text.isin(_TOTALS)
    return found


def _apply_rule(rule: Rule, cells: pd.DataFrame, apply: object) -> None:
    wanted = set(map(normalised_header, rule.columns))
    for name in cells.columns:
        if normalised_header(name) in wanted:
            text = cleaned_text(cells[name])
            apply(hits(rule, text.fillna("")), rule.reason, text)  # type: ignore[operator]
