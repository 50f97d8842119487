"""How numbers are written, everywhere the same."""

from __future__ import annotations

import math

import pandas as pd

__all__ = ["NOTHING", "number", "percent", "rounded", "tenths", "whole"]

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
    """Return a whole number with thousands commas.

    Examples
    --------
    >>> whole(9985652), whole(None)
    ('9,985,652', '–')
    """
    return NOTHING if value is None or pd.isna(value) else f"{int(value):,}"


def rounded(value: float) -> str:
    """Return a measured number as a whole one with thousands commas, halves up.

    Examples
    --------
    >>> rounded(1234.5)
    '1,235'
    """
    return f"{math.floor(value + 0.5):,}"


def tenths(value: float) -> str:
    """Return a measured number with one decimal, halves up, without a trailing zero.

    Examples
    --------
    >>> tenths(5.0), tenths(5.25)
    ('5', '5.3')
    """
    return f"{math.floor(value * 10 + 0.5) / 10:g}"


def percent(share: float | None, *, none: str = NOTHING) -> str:
    """Return a share as a percentage with one decimal, halves up.

    Examples
    --------
    >>> percent(0.0625), percent(1.0), percent(None)
    ('6.3%', '100.0%', '–')
    """
    return none if share is None or pd.isna(share) else f"{int(share * 1000 + 0.5) / 10:.1f}%"
