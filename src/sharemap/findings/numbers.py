"""How numbers are written, everywhere the same."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

__all__ = ["NOTHING", "Parts", "number", "parts", "percent", "rounded", "tenths", "whole"]

#: What stands where there is no number.
NOTHING = "–"


def number(value: float) -> str:
    """Return a number with thousands commas and at most two decimals.

    Examples
    --------
    >>> number(1125.0), number(2.88)
    ('1,125', '2.88')
    """
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def whole(value: float | None) -> str:
    """Return a number of things or of persons as a whole one with thousands commas, halves up.

    Examples
    --------
    >>> whole(9985652), whole(1467.5), whole(None)
    ('9,985,652', '1,468', '–')
    """
    return NOTHING if value is None or pd.isna(value) else rounded(value)


def rounded(value: float) -> str:
    """Return a measured number as a whole one with thousands commas, halves up.

    Examples
    --------
    >>> rounded(1234.5)
    '1,235'
    """
    return f"{math.floor(value + 0.5):,}"


class Parts(NamedTuple):
    """Residents who are served, who are not, and of whom it is unknown, as whole persons."""

    served: str
    unserved: str
    unknown: str


def parts(residents: float | None, covered: float, unknown: float = 0.0) -> Parts:
    """Return the parts of some residents as whole persons that add up to the residents as they are written.

    The served are rounded halves up, as they are wherever they stand alone, the unknown halves down; those who are not
    served are the rest, which is never below nothing.

    Examples
    --------
    >>> parts(100, 33.3, 33.3)
    Parts(served='33', unserved='34', unknown='33')
    >>> parts(1, 0.5, 0.5)
    Parts(served='1', unserved='0', unknown='0')
    >>> parts(None, 0)
    Parts(served='–', unserved='–', unknown='–')
    """
    if residents is None:
        return Parts(NOTHING, NOTHING, NOTHING)
    served, told = math.floor(covered + 0.5), math.ceil(unknown - 0.5)
    rest = math.floor(residents + 0.5) - served - told
    return Parts(f"{served:,}", f"{rest:,}", f"{told:,}")


def tenths(value: float) -> str:
    """Return a measured number with one decimal, halves up, without a trailing zero.

    Examples
    --------
    >>> tenths(5.0), tenths(5.25)
    ('5', '5.3')
    """
    return f"{math.floor(value * 10 + 0.5) / 10:g}"


def percent(share: float | None, *, none: str = NOTHING, few: bool = False) -> str:
    """Return a share as a percentage with one decimal, halves up; in whole ones, and marked, where it rests on little.

    Examples
    --------
    >>> percent(0.0625), percent(1.0), percent(None), percent(0.0625, few=True)
    ('6.3%', '100.0%', '–', '≈6%')
    """
    if few and share is not None and not pd.isna(share):
        return f"≈{int(share * 100 + 0.5)}%"
    return none if share is None or pd.isna(share) else f"{int(share * 1000 + 0.5) / 10:.1f}%"
