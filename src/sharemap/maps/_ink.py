"""Ink for the printed map: the page and what is written and drawn on it."""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.fonts import drawable, font_file
from sharemap.maps._geometry import SIMPLIFY_M
from sharemap.maps._words import number
from sharemap.palette import INK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sharemap.maps._study import Study

__all__ = [
    "A3",
    "A4",
    "A4_UPRIGHT",
    "Sheet",
    "blank",
    "every_glyph",
    "halo",
    "lines_on",
    "patch",
    "pdf_of",
    "write",
]

#: Pages, millimetres wide and high.
A3, A4, A4_UPRIGHT = (420.0, 297.0), (297.0, 210.0), (210.0, 297.0)
_DPI = 200
_MM_AN_INCH = 25.4
_EMBEDDED_TRUETYPE = 42


@dataclass(frozen=True)
class Sheet:
    """The page being drawn."""

    figure: Any
    study: Study
    say: Mapping[str, str]
    lang: str
    size: tuple[float, float] = A3

    def axes(self, left: float, top: float, width: float, height: float) -> Any:  # noqa: ANN401  matplotlib
        """Return bare axes on a rectangle of the page, millimetres from its top left corner."""
        wide, high = self.size
        box = (left / wide, 1 - (top + height) / high, width / wide, height / high)
        axes = self.figure.add_axes(box)
        axes.set_axis_off()
        return axes

    def column(self, left: float, top: float, width: float, height: float) -> Any:  # noqa: ANN401
        """Return axes whose units are millimetres, y downwards."""
        axes = self.axes(left, top, width, height)
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        return axes

    @property
    def theme(self) -> tuple[str, str]:
        """The theme of the map: the promise, or the first group when there is none."""
        groups = self.study.summary["groups"]
        if self.study.summary["all_groups"] is not None or not groups:
            return "all_groups", self.say["all_groups"]
        return groups[0]["group"], groups[0][f"name_{self.lang}"]

    @property
    def minutes(self) -> str:
        """The cutoff in minutes, as written."""
        return number(self.study.summary["cutoff_min"])


def blank(study: Study, say: Mapping[str, str], lang: str, *, size: tuple[float, float]) -> Sheet:
    """Return an empty page."""
    from matplotlib.figure import Figure

    wide, high = size
    figure = Figure(figsize=(wide / _MM_AN_INCH, high / _MM_AN_INCH), dpi=_DPI, facecolor="white")
    return Sheet(figure, study, say, lang, size)


@contextmanager
def every_glyph() -> Iterator[None]:
    """Fail on a missing sign, which would be printed as an empty box: drawable() has replaced them all."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*[Gg]lyph.*")
        yield


def pdf_of(sheets: Iterable[Sheet], *, title: str, made: str) -> bytes:
    """Return pages as one PDF with its fonts inside; the same pages give the same bytes.

    Parameters
    ----------
    sheets
        The pages; each is let go when it is written.
    title
        Title of the document.
    made
        Day of making, ISO.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages

    buffer = io.BytesIO()
    day = datetime.fromisoformat(made).replace(tzinfo=UTC)
    about = {"Title": title, "Creator": "sharemap", "CreationDate": day, "ModDate": day}
    logging.getLogger("fontTools.subset").setLevel(logging.ERROR)  # it reports every table that it leaves out
    fonts = {"pdf.fonttype": _EMBEDDED_TRUETYPE, "pdf.compression": 9}
    with mpl.rc_context(fonts), every_glyph(), PdfPages(buffer, metadata=about) as book:
        for sheet in sheets:
            book.savefig(sheet.figure)
    return buffer.getvalue()


def write(axes: Any, at: tuple[float, float], text: object, size: float, **look: Any) -> Any:  # noqa: ANN401
    """Write one or more lines of text at a point, in the Hangul font."""
    from matplotlib.font_manager import FontProperties

    weight = look.pop("weight", "regular")
    return axes.text(
        *at,
        "\n".join(drawable(line, weight=weight) for line in (text if isinstance(text, tuple) else (text,))),
        fontproperties=FontProperties(fname=str(font_file(weight)), size=size),
        color=look.pop("color", INK),
        va=look.pop("va", "top"),
        parse_math=False,
        **look,
    )


def halo(width: float = 2.5) -> list[Any]:
    """Return the white outline that keeps text readable on a map."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground="white")]


def patch(axes: Any, geometry: shapely.Geometry, **look: Any) -> None:  # noqa: ANN401
    """Fill or hatch a (multi)polygon, holes left open."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    parts = [part for part in shapely.get_parts(shapely.get_parts(geometry)) if part.geom_type == "Polygon"]
    rings = [ring for part in parts for ring in shapely.get_rings(shapely.orient_polygons(part))]
    if not rings:
        return
    path = Path.make_compound_path(*(Path(shapely.get_coordinates(ring), closed=True) for ring in rings))
    axes.add_patch(PathPatch(path, **look))


def lines_on(axes: Any, geometries: Any, **look: Any) -> None:  # noqa: ANN401
    """Draw lines, merged where they meet."""
    from matplotlib.collections import LineCollection

    parts = shapely.get_parts(shapely.get_parts(geometries))
    lines = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    if len(lines) == 0:
        return
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    simple = shapely.simplify(merged, SIMPLIFY_M)
    axes.add_collection(
        LineCollection([shapely.get_coordinates(line) for line in simple], **look), autolim=False
    )
