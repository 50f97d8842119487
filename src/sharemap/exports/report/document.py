"""A document as a list of parts, written as one HTML page or as PDF: both say the same, because both read this."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from sharemap.fonts import drawable, font_file
from sharemap.pages import policy
from sharemap.palette import ACCENT, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "Document",
    "Grid",
    "Heading",
    "Part",
    "Picture",
    "Points",
    "Text",
    "document_html",
    "document_pdf",
]

_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
_MARGIN_MM = 18.0
_PICTURE_MM = 174.0
_PICTURE_HIGH_MM = 205.0
#: Least room below a heading, and for the first rows of a table: what begins on a page does not end there at once.
_HEADING_ROOM_PT, _ROW_PT, _ROWS_TOGETHER = 70.0, 16.0, 6
_LONG_CELL = 400
_BODY, _SMALL, _CELL = 9.5, 8.0, 7.8


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading; level 1 begins a section, 2 a part of it."""

    text: str
    level: int = 1


@dataclass(frozen=True, kw_only=True)
class Text:
    """A paragraph; ``"lead"`` is large, ``"warning"`` stands in a box, ``"small"`` is a note."""

    text: str
    look: str = ""


@dataclass(frozen=True, kw_only=True)
class Points:
    """A list of short statements."""

    texts: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table of texts, with a caption; numbers are set to the right.

    Attributes
    ----------
    headers, rows
        Texts as they are shown.
    right
        Positions of columns with numbers.
    widths
        Relative widths of the columns; equal without them.
    """

    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()
    widths: Sequence[float] = ()


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A PNG with its caption, which is also what a screen reader says."""

    png: bytes
    caption: str


Part = Heading | Text | Points | Grid | Picture


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document: what stands on every page, and its parts.

    Attributes
    ----------
    title, subtitle
        At its head.
    warning
        Said at the head and on every page, such as that the data are fictional; ``""`` for none.
    foot
        On every page: source and licence.
    lang
        ``"ko"`` or ``"en"``.
    made
        Day of making, ISO.
    """

    title: str
    subtitle: str
    parts: Sequence[Part]
    warning: str = ""
    foot: str = ""
    lang: str = "ko"
    made: str = ""
    contents: str = field(default="차례")


def document_html(document: Document) -> str:
    """Return a document as one HTML page that loads nothing from anywhere and prints on A4.

    Examples
    --------
    >>> page = document_html(Document(title="<b>", subtitle="", parts=[Text(text="1 < 2")]))
    >>> "<h1>&lt;b&gt;</h1>" in page, "1 &lt; 2" in page
    (True, True)
    """
    style = resources.files("sharemap.exports.report").joinpath("document.css").read_text(encoding="utf-8")
    sections = [part for part in document.parts if isinstance(part, Heading) and part.level == 1]
    listed = "".join(
        f'<li><a href="#s{at}">{_safe(part.text)}</a></li>' for at, part in enumerate(sections, 1)
    )
    warning = f'<p class="warning">{_safe(document.warning)}</p>' if document.warning else ""
    return (
        f'<!doctype html>\n<html lang="{_safe(document.lang)}"><head><meta charset="utf-8">{policy()}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_safe(document.title)}</title><style>{style}</style></head><body>\n"
        f'<header>{warning}<h1>{_safe(document.title)}</h1><p class="subtitle">{_safe(document.subtitle)}</p></header>\n'
        f'<nav aria-label="{_safe(document.contents)}"><h2>{_safe(document.contents)}</h2><ol>{listed}</ol></nav>\n<main>\n'
        + "\n".join(_html_parts(document.parts))
        + f"\n</main>\n<footer><p>{_safe(document.foot)}</p></footer></body></html>\n"
    )


def _html_parts(parts: Sequence[Part]) -> Iterator[str]:
    section = 0
    for part in parts:
        if isinstance(part, Heading):
            section += part.level == 1
            mark = f' id="s{section}"' if part.level == 1 else ""
            yield f"<h{part.level + 1}{mark}>{_safe(part.text)}</h{part.level + 1}>"
        elif isinstance(part, Text):
            yield (
                f'<p class="{_safe(part.look)}">{_safe(part.text)}</p>'
                if part.look
                else f"<p>{_safe(part.text)}</p>"
            )
        elif isinstance(part, Points):
            yield "<ul>" + "".join(f"<li>{_safe(text)}</li>" for text in part.texts) + "</ul>"
        elif isinstance(part, Grid):
            yield _html_table(part)
        else:
            data = base64.b64encode(part.png).decode("ascii")
            yield (
                f'<figure><img src="data:image/png;base64,{data}" alt="{_safe(part.caption)}">'
                f"<figcaption>{_safe(part.caption)}</figcaption></figure>"
            )


def _html_table(grid: Grid) -> str:
    kinds = ['class="n"' if at in grid.right else "" for at in range(len(grid.headers))]
    head = "".join(
        f'<th scope="col" {kind}>{_safe(text)}</th>' for kind, text in zip(kinds, grid.headers, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td {kind}>{_safe(text)}</td>" for kind, text in zip(kinds, row, strict=True))
        + "</tr>"
        for row in grid.rows
    )
    return (
        f'<div class="table"><table><caption>{_safe(grid.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _safe(text: object) -> str:
    """Return text for HTML; signs that HTML forbids, and those that turn the reading direction, show as U+FFFD."""
    return escape(_UNFIT.sub("\ufffd", str(text)))


def document_pdf(document: Document) -> bytes:
    """Return a document as PDF, A4 upright, with the Hangul font inside; the same document gives the same bytes.

    Raises
    ------
    MissingFileError
        If the Hangul font is not installed.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    buffer = io.BytesIO()
    template = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=_MARGIN_MM * mm,
        rightMargin=_MARGIN_MM * mm,
        topMargin=_MARGIN_MM * mm,
        bottomMargin=(_MARGIN_MM + 4) * mm,
        title=document.title,
        author="sharemap",
        invariant=1,
        lang=document.lang,
    )
    _register()

    def furniture(canvas: Any, page: Any) -> None:  # noqa: ANN401  reportlab
        canvas.saveState()
        canvas.setFont("NanumGothic", 7)
        canvas.setFillColor(MUTED)
        canvas.drawString(_MARGIN_MM * mm, 10 * mm, _fitting(document.foot, (_PICTURE_MM - 12) * mm))
        canvas.drawRightString(A4[0] - _MARGIN_MM * mm, 10 * mm, str(page.page))
        if document.warning:
            canvas.setFillColor("#7a1f0b")
            canvas.drawRightString(A4[0] - _MARGIN_MM * mm, A4[1] - 11 * mm, _drawn(document.warning))
        canvas.restoreState()

    template.build(list(_flow(document)), onFirstPage=furniture, onLaterPages=furniture)
    return buffer.getvalue()


@cache
def _register() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("NanumGothic", str(font_file("regular"))))
    pdfmetrics.registerFont(TTFont("NanumGothic-Bold", str(font_file("bold"))))
    pdfmetrics.registerFontFamily("NanumGothic", normal="NanumGothic", bold="NanumGothic-Bold")


def _drawn(text: object) -> str:
    return drawable(str(text).replace("\N{MINUS SIGN}", "-"))  # the font has no sign of its own for minus


def _fitting(text: str, width: float, *, size: float = 7.0) -> str:
    """Return as much of a line as a width in points has room for."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    line = _drawn(text)
    shown = line
    while shown and stringWidth(shown + ("" if shown == line else "…"), "NanumGothic", size) > width:
        shown = shown[:-1]
    return shown if shown == line else shown + "…"


def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    base = ParagraphStyle(
        "body",
        fontName="NanumGothic",
        fontSize=_BODY,
        leading=_BODY * 1.55,
        textColor=HexColor(INK),
        spaceAfter=5,
    )

    def like(name: str, **look: Any) -> ParagraphStyle:  # noqa: ANN401  reportlab's options
        return ParagraphStyle(name, parent=base, **look)

    bold = {"fontName": "NanumGothic-Bold"}
    cell = {"fontSize": _CELL, "leading": _CELL * 1.35, "spaceAfter": 0}
    return {
        "": base,
        "title": like("title", **bold, fontSize=17, leading=24, spaceAfter=3),
        "subtitle": like("subtitle", textColor=HexColor(MUTED), spaceAfter=10),
        "h1": like(
            "h1", **bold, fontSize=13.5, leading=18, spaceBefore=12, spaceAfter=5, textColor=HexColor(ACCENT)
        ),
        "h2": like("h2", **bold, fontSize=10.5, leading=15, spaceBefore=8, spaceAfter=3),
        "lead": like("lead", **bold, fontSize=12.5, leading=19),
        "small": like("small", fontSize=_SMALL, leading=_SMALL * 1.5, textColor=HexColor(MUTED)),
        "warning": like(
            "warning",
            **bold,
            textColor=HexColor("#7a1f0b"),
            borderColor=HexColor("#7a1f0b"),
            borderWidth=0.8,
            borderPadding=5,
            spaceBefore=6,
            spaceAfter=12,
        ),
        "cell": like("cell", **cell),
        "cell_right": like("cell_right", **cell, alignment=2),
        "head": like("head", **cell, **bold),
        "head_right": like("head_right", **cell, **bold, alignment=2),
    }


def _flow(document: Document) -> Iterator[Any]:
    """Parts as what reportlab flows over pages."""
    from reportlab.platypus import CondPageBreak, KeepTogether, ListFlowable, Paragraph, Spacer

    styles = _styles()

    def paragraph(text: object, style: str) -> Any:  # noqa: ANN401
        return Paragraph(escape(_drawn(text)), styles[style])

    yield paragraph(document.title, "title")
    yield paragraph(document.subtitle, "subtitle")
    if document.warning:
        yield paragraph(document.warning, "warning")
    for part, follows in zip(document.parts, [*document.parts[1:], None], strict=True):
        if isinstance(part, Heading):
            yield CondPageBreak(_HEADING_ROOM_PT + _room(follows))
            heading = paragraph(part.text, f"h{part.level}")
            heading.keepWithNext = 1
            yield heading
        elif isinstance(part, Text):
            yield paragraph(part.text, part.look)
        elif isinstance(part, Points):
            yield ListFlowable(
                [paragraph(text, "") for text in part.texts], bulletType="bullet", leftIndent=12
            )
        elif isinstance(part, Grid):
            yield CondPageBreak(_room(part))
            yield paragraph(part.caption, "small")
            yield _pdf_table(part, styles)
            yield Spacer(1, 8)
        else:
            yield KeepTogether([_pdf_picture(part), paragraph(part.caption, "small")])


def _room(part: Part | None) -> float:
    """Return the height in points that a part needs at least where it begins."""
    if isinstance(part, Picture):
        return float(_pdf_picture(part).drawHeight) + 2 * _ROW_PT
    return (min(len(part.rows), _ROWS_TOGETHER) + 2) * _ROW_PT if isinstance(part, Grid) else 0.0


def _pdf_table(grid: Grid, styles: dict[str, Any]) -> Any:  # noqa: ANN401
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, Table

    shares = list(grid.widths) or [1.0] * len(grid.headers)
    widths = [share / sum(shares) * _PICTURE_MM * mm for share in shares]
    kinds = ["cell_right" if at in grid.right else "cell" for at in range(len(grid.headers))]
    rows = [
        [
            Paragraph(escape(_drawn(text)), styles["head_right" if at in grid.right else "head"])
            for at, text in enumerate(grid.headers)
        ]
    ]
    rows += [
        [Paragraph(escape(_drawn(text)), styles[kind]) for kind, text in zip(kinds, row, strict=True)]
        for row in grid.rows
    ]
    look = [
        ("BACKGROUND", (0, 0), (-1, 0), HexColor("#e8eceb")),
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, HexColor("#c3cac8")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
    # a row that no page holds is cut; all others stay whole
    huge = any(len(str(text)) > _LONG_CELL for row in grid.rows for text in row)
    return Table(rows, colWidths=widths, repeatRows=1, splitInRow=int(huge), style=look)


def _pdf_picture(picture: Picture) -> Any:  # noqa: ANN401
    from reportlab.lib.units import mm
    from reportlab.platypus import Image

    image = Image(io.BytesIO(picture.png))
    scale = min(_PICTURE_MM * mm / image.imageWidth, _PICTURE_HIGH_MM * mm / image.imageHeight)
    image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
    return image
