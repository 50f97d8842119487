"""Ink for the printed pages: what is written on them, and the files that come of them."""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sharemap.fonts import drawable, font_file
from sharemap.maps.paper.bookmarks import amended
from sharemap.palette import INK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = [
    "DPI",
    "MM_AN_INCH",
    "ON_DISC",
    "About",
    "Axes",
    "Look",
    "enlarge",
    "every_glyph",
    "pdf_of",
    "png_of",
    "write",
]

#: Axes of matplotlib, which ships no types, and its many options.
Axes = Any
Look = Any

#: Dots an inch of a picture.
DPI = 200
MM_AN_INCH = 25.4
#: How a number or sign looks in the middle of a mark.
ON_DISC: Mapping[str, Look] = MappingProxyType(
    {"weight": "bold", "color": "white", "ha": "center", "va": "center_baseline"}
)
_EMBEDDED_TRUETYPE = 42


@dataclass(frozen=True, kw_only=True)
class About:
    """What a file says about itself.

    Attributes
    ----------
    title
        Title of the document.
    subject
        What its numbers were made with.
    made
        Day of making, ISO.
    lang
        Language of its text.
    bookmarks
        One a page; none for a single page.
    """

    title: str
    subject: str
    made: str
    lang: str
    bookmarks: Sequence[str] = ()


@contextmanager
def every_glyph() -> Iterator[None]:
    """Fail on a missing sign, which would be printed as an empty box: drawable() has replaced them all."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*[Gg]lyph.*")
        yield


def pdf_of(figures: Iterable[Any], about: About) -> bytes:
    """Return pages as one PDF with its fonts inside; the same pages give the same bytes.

    Parameters
    ----------
    figures
        The pages; each is let go when it is written.
    about
        Title and the like.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages

    buffer = io.BytesIO()
    day = datetime.fromisoformat(about.made).replace(tzinfo=UTC)
    told = {"Title": about.title, "Subject": about.subject, "Author": "sharemap", "Creator": "sharemap"}
    logging.getLogger("fontTools.subset").setLevel(logging.ERROR)  # it reports every table that it leaves out
    settings = {"pdf.fonttype": _EMBEDDED_TRUETYPE, "pdf.compression": 6}
    dated = {"CreationDate": day, "ModDate": day}
    with mpl.rc_context(settings), every_glyph(), PdfPages(buffer, metadata=told | dated) as book:
        for figure in figures:
            book.savefig(figure)
    return amended(buffer.getvalue(), lang=about.lang, titles=about.bookmarks)


def png_of(
    figure: Any,  # noqa: ANN401  matplotlib
    about: About,
    *,
    dpi: int = DPI,
    part: tuple[float, float, float, float] | None = None,
) -> bytes:
    """Return a page as PNG; the same page gives the same bytes.

    Parameters
    ----------
    figure
        The page.
    about
        Title and the like.
    dpi
        Dots an inch.
    part
        Left, top, width and height of what is shown of the page, millimetres; all of it without.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.transforms import Bbox

    box = None
    if part is not None:
        left, top, wide, high = (side / MM_AN_INCH for side in part)
        box = Bbox.from_bounds(left, figure.get_size_inches()[1] - top - high, wide, high)
    buffer = io.BytesIO()
    told = {"Title": about.title, "Description": about.subject, "Software": "sharemap"}
    # hinted letters are up to 4 % wider than they were measured, and than the PDF has them
    with mpl.rc_context({"text.hinting": "none"}), every_glyph():
        FigureCanvasAgg(figure).print_figure(buffer, format="png", dpi=dpi, bbox_inches=box, metadata=told)
    return buffer.getvalue()


def write(axes: Axes, at: tuple[float, float], text: object, size: float, **look: Look) -> Any:  # noqa: ANN401
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


def enlarge(figure: Any, factor: float) -> None:  # noqa: ANN401  matplotlib
    """Make a page and all that stands on it larger: letters, lines and marks alike."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    for artist in figure.findobj():
        if isinstance(artist, Text):
            artist.set_fontsize(float(artist.get_fontsize()) * factor)
        elif isinstance(artist, Line2D):
            artist.set_markersize(artist.get_markersize() * factor)
            artist.set_markeredgewidth(artist.get_markeredgewidth() * factor)
        if isinstance(artist, Line2D | Patch):
            artist.set_linewidth(artist.get_linewidth() * factor)
    figure.set_size_inches(*(side * factor for side in figure.get_size_inches()))
