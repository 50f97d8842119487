"""A small map of one file: where its rows lie, in one page that needs nothing else."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_page"]

# Seoul with its neighbours, EPSG:5179, metres
_WEST, _SOUTH, _EAST, _NORTH = 930_000.0, 1_930_000.0, 978_000.0, 1_972_000.0
_WIDTH = 800.0
_STYLE = "body{font-family:'Malgun Gothic','NanumGothic',sans-serif;margin:1rem;max-width:60rem}pre{white-space:pre-wrap}"


def check_page(rows: pd.DataFrame, *, title: str, report: str, lang: str = "ko") -> str:
    """Return an HTML page with the report on a file and a map of its rows around Seoul.

    Parameters
    ----------
    rows
        Columns ``x``, ``y`` (EPSG:5179, metres), ``coord_fix`` and ``reason``; rows without a position are left
        out. Rows that were corrected are squares, rows set aside crosses, all others dots.
    title, report
        Text; escaped here.
    lang
        ``"ko"`` or ``"en"``.
    """
    located = rows.loc[rows["x"].notna()]
    inside = located["x"].between(_WEST, _EAST) & located["y"].between(_SOUTH, _NORTH)
    shown = located.loc[inside]
    scale = _WIDTH / (_EAST - _WEST)
    x = ((shown["x"] - _WEST) * scale).to_numpy()
    y = ((_NORTH - shown["y"]) * scale).to_numpy()
    kind = np.where(shown["reason"] != "", 2, np.where(shown["coord_fix"] != "", 1, 0))
    marks = "".join(
        f'<path class="k{number}" d="{"".join(_mark(number, a, b) for a, b in _spots(x, y, kind == number))}"/>'
        for number in range(3)
    )
    height = (_NORTH - _SOUTH) * scale
    words = _WORDS[lang]
    note = words["note"].format(
        shown=len(shown), away=len(located) - len(shown), none=len(rows) - len(located)
    )
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}.k0{{stroke:#08519c;stroke-width:4;stroke-linecap:round}}"
        ".k1{fill:#d95f02;stroke:#000}.k2{stroke:#a50f15;stroke-width:1.5;fill:none}</style></head><body>"
        f"<h1>{escape(title)}</h1><pre>{escape(report)}</pre>"
        f'<svg viewBox="0 0 {_WIDTH:.0f} {height:.0f}" role="img" aria-label="{escape(note)}">'
        f'<rect width="100%" height="100%" fill="#f4f4f2" stroke="#999"/>{marks}</svg><p>{escape(note)}</p>'
        "</body></html>\n"
    )


def _spots(x: np.ndarray, y: np.ndarray, taken: np.ndarray) -> list[tuple[float, float]]:
    """One mark a pixel is enough."""
    pixels = np.unique(np.column_stack([x[taken], y[taken]]).round(0), axis=0)
    return [(float(a), float(b)) for a, b in pixels]


def _mark(kind: int, x: float, y: float) -> str:
    if kind == 0:
        return f"M{x:.0f} {y:.0f}h0"
    if kind == 1:
        return f"M{x - 4:.0f} {y - 4:.0f}h8v8h-8z"
    return f"M{x - 4:.0f} {y - 4:.0f}l8 8m0 -8l-8 8"


_WORDS = {
    "ko": {
        "note": "서울 일대(48 × 42 km)에 {shown:,}행. 점: 정상, 네모: 좌표 보정, 가위표: 제외. "
        "이 범위 밖 {away:,}행, 위치 없음 {none:,}행."
    },
    "en": {
        "note": "{shown:,} rows around Seoul (48 × 42 km). Dot: as published, square: corrected, cross: set aside. "
        "{away:,} rows lie beyond, {none:,} have no position."
    },
}
