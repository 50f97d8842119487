"""A small map of the sites of one file: dots with a scale, and nothing to load."""

from __future__ import annotations

import html
import io
from typing import TYPE_CHECKING

import numpy as np
import shapely

from sharemap.crs import name_of
from sharemap.fonts import drawable, font_file
from sharemap.pages import policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["points_page", "points_picture"]

_WIDTH = 760.0
_HEIGHTS = (200.0, 900.0)
_EDGE = 20.0
_LEAST_M = 500.0
_DOT = {"": "#1f5fa8", "swapped": "#c2410c"}
_LEGEND = {
    "ko": {"": "발행된 좌표", "swapped": "위도·경도를 바로잡은 좌표"},
    "en": {"": "position as published", "swapped": "latitude and longitude exchanged"},
}
_NICE = (1, 2, 5)
_BAR_SHARE = 0.25
_DPI = 120
_KILOMETRE = 1000


def points_page(points: gpd.GeoDataFrame, *, title: str, lines: Sequence[str], lang: str = "ko") -> str:
    """Return a page of its own with the map and an explanation below it; all text is escaped.

    Parameters
    ----------
    points
        ``name``, ``row``, ``coord_fix`` and positions in a metric CRS; at least one.
    title, lines
        Heading, and the explanation line by line.
    lang
        ``"ko"`` or ``"en"``.
    """
    x, y = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    west, north, metres = _frame(x, y)
    height = float(np.clip((y.max() - y.min()) / metres + 2 * _EDGE, *_HEIGHTS))
    column, line = (x - west) / metres + _EDGE, (north - y) / metres + _EDGE
    body = "\n".join(
        [*_dots(points, column, line), _bar(metres, height), *_legend(points, lang)],
    )
    heading, label = html.escape(title), html.escape(f"{title}: {len(points):,}")
    explanation = html.escape("\n".join(lines))
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">{policy()}<title>{heading}</title>\n'
        "<style>body{font-family:'Malgun Gothic','NanumGothic',sans-serif;margin:1rem;color:#1c2733}"
        "svg{border:1px solid #9aa7b2;max-width:100%;height:auto}pre{white-space:pre-wrap}</style></head>\n"
        f'<body><h1>{heading}</h1>\n<svg role="img" aria-label="{label}" viewBox="0 0 {_WIDTH:.0f} {height:.0f}" '
        f'width="{_WIDTH:.0f}" height="{height:.0f}">\n{body}\n</svg>\n<pre>{explanation}</pre></body></html>\n'
    )


def _frame(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float, float]:
    """West and north edge, and metres a unit of the drawing."""
    wide, high = max(_LEAST_M, float(np.ptp(x))), max(_LEAST_M, float(np.ptp(y)))
    metres = max(wide / (_WIDTH - 2 * _EDGE), high / (_HEIGHTS[1] - 2 * _EDGE))
    return float(x.min() + x.max()) / 2 - metres * (_WIDTH - 2 * _EDGE) / 2, float(y.max()), metres


def _dots(points: gpd.GeoDataFrame, column: NDArray[np.float64], line: NDArray[np.float64]) -> list[str]:
    """One dot for all sites that would cover each other, with the name of the first and how many more."""
    drawn: dict[tuple[float, float, str], list[str]] = {}
    rows = zip(column.round(), line.round(), points["coord_fix"], points["name"], points["row"], strict=True)
    for left, top, fix, name, row in rows:
        drawn.setdefault((float(left), float(top), str(fix)), []).append(f"{name} ({row})")
    dots = []
    for (left, top, fix), names in drawn.items():
        more = f" +{len(names) - 1}" if len(names) > 1 else ""
        said = html.escape("".join(c if c.isprintable() else "·" for c in names[0]) + more)
        shape = _shape(left, top, fix)
        dots.append(f"<g><title>{said}</title>{shape}</g>")
    return dots


def _shape(left: float, top: float, fix: str) -> str:
    """Draw a disc, or a diamond for a repaired position: never told by colour alone."""
    colour = _DOT.get(fix, _DOT["swapped"])
    if not fix:
        return f'<circle cx="{left:g}" cy="{top:g}" r="3" fill="{colour}" fill-opacity="0.7"/>'
    path = f"M{left:g} {top - 5:g}l5 5l-5 5l-5 -5z"
    return f'<path d="{path}" fill="{colour}"/>'


def _bar(metres: float, height: float) -> str:
    length = _nice(metres * _WIDTH * _BAR_SHARE)
    text = f"{length / _KILOMETRE:g} km" if length >= _KILOMETRE else f"{length:g} m"
    return (
        f'<path d="M{_EDGE:g} {height - 10:g}h{length / metres:.1f}" stroke="#1c2733" stroke-width="2"/>'
        f'<text x="{_EDGE:g}" y="{height - 15:g}" font-size="12">{text}</text>'
    )


def _nice(length: float) -> float:
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step * power for step in _NICE if step * power <= length))


def _legend(points: gpd.GeoDataFrame, lang: str) -> list[str]:
    fixes = sorted(set(points["coord_fix"]))
    lines = []
    for number, fix in enumerate(fixes):
        top = 14 + 16 * number
        count = int((points["coord_fix"] == fix).sum())
        said = f"{_LEGEND[lang].get(fix, fix)} {count:,}"
        lines.append(
            f'{_shape(10, top - 4, fix)}<text x="20" y="{top}" font-size="12">{html.escape(said)}</text>'
        )
    return lines


def points_picture(points: gpd.GeoDataFrame, *, title: str, lang: str = "ko") -> bytes:
    """Return the same map as a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    figure = Figure(figsize=(7, 7), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    font = FontProperties(fname=str(font_file("regular")), size=9)
    for fix, mark in (("", "o"), ("swapped", "D")):
        those = points.loc[points["coord_fix"] == fix]
        if len(those):
            x, y = shapely.get_coordinates(those.geometry.to_numpy()).T / _KILOMETRE
            label = f"{_LEGEND[lang][fix]} {len(those):,}"
            axes.scatter(x, y, s=9, marker=mark, c=_DOT[fix], alpha=0.7, label=label, linewidths=0)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(f"{name_of(points.crs)} (km)", fontproperties=font)
    axes.set_title(drawable(title), fontproperties=font, parse_math=False)
    axes.legend(prop=font)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()
