"""A printed page: what is written and drawn on it, in millimetres; title and conditions above, sources below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharemap.maps.drawn import records
from sharemap.maps.paper.ink import DPI, MM_AN_INCH, ON_DISC, Axes, Look, write
from sharemap.maps.paper.typeset import LEADING, PT_MM, disc_mm, fitted, text_mm, wrapped
from sharemap.palette import ACCENT, CLASSES, INK, MUTED, PAPER, VILLAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from sharemap.findings import Run
    from sharemap.maps.paper.basemap import BaseMap
    from sharemap.maps.paper.edition import Edition

__all__ = [
    "A3",
    "BOTTOM",
    "LEFT",
    "NOTE",
    "RIGHT",
    "TOP",
    "WARNING",
    "WIDE",
    "Page",
    "TableColumn",
    "blank",
    "joined",
    "opened",
]

#: Pages, millimetres wide and high.
A3, _A4_UPRIGHT = (420.0, 297.0), (210.0, 297.0)
#: Where the content of an upright page may stand, millimetres from its top left corner.
LEFT, RIGHT, TOP, BOTTOM = 14.0, 196.0, 33.0, 270.5
WIDE = RIGHT - LEFT
#: Where the line stands that says what a map shows.
NOTE = 32.0
#: Ground of the warning that a study is fictional.
WARNING = "#7a1f0b"
_RULE = "#b9c0bc"
_STRIPE = "#f6f6f2"
_SMALL = 6.6
#: Lines of the foot: sources, licences, and one on the method.
_FOOT_LINES = 5


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column of a printed table.

    Attributes
    ----------
    name
        Its heading.
    wide
        Its width, millimetres.
    right
        Whether it is set to the right, as numbers are.
    weight
        Of its letters.
    """

    name: str
    wide: float
    right: bool = False
    weight: str = "regular"


@dataclass(frozen=True)
class Page:
    """A page being drawn.

    Attributes
    ----------
    edition
        The run, and what else it shares with others.
    size
        Width and height, millimetres.
    figure
        The figure of matplotlib.
    picture
        Where the line above its map begins and the map's key ends; none where it has no map.
    """

    edition: Edition
    size: tuple[float, float]
    figure: Any
    ink: Axes
    picture: tuple[float, float] | None = None

    @property
    def run(self) -> Run:
        """What is printed."""
        return self.edition.run

    @property
    def base(self) -> BaseMap:
        """Its geometry."""
        return self.edition.base

    @property
    def say(self) -> Mapping[str, str]:
        """The words."""
        return self.edition.run.say

    # ------------------------------------------------------------------------------------------- axes and text

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return bare axes on a rectangle of the page, millimetres from its top left corner."""
        return _axes(self.figure, self.size, (left, top, width, height))

    def column(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes whose units are millimetres, y downwards."""
        return _column(self.figure, self.size, (left, top, width, height))

    def text(self, at: tuple[float, float], text: object, size: float, **look: Look) -> None:
        """Write one line; `room` cuts it with '…', `right` puts its end at the point."""
        room, weight = look.pop("room", None), look.get("weight", "regular")
        if look.pop("right", False):
            look["ha"] = "right"
        shown = text if room is None else fitted(text, room, size, weight=weight)
        write(self.ink, at, shown, size, **look)

    def paragraph(self, at: tuple[float, float], text: object, size: float, **look: Look) -> float:
        """Write text over at most `most` lines of the width `room`; return where it ends."""
        room, most = look.pop("room", WIDE), look.pop("most", 4)
        step = size * PT_MM * look.pop("leading", LEADING)
        lines = wrapped(text, room, size, most=most, weight=look.get("weight", "regular"))
        for row, line in enumerate(lines):
            write(self.ink, (at[0], at[1] + row * step), line, size, **look)
        return at[1] + len(lines) * step

    # ------------------------------------------------------------------------------------- lines, fields, marks

    def rule(self, y: float, *, x: tuple[float, float] = (LEFT, RIGHT), **look: Look) -> None:
        """Draw a horizontal line."""
        look = {"color": _RULE, "linewidth": 0.6} | look
        self.ink.plot(x, (y, y), solid_capstyle="butt", **look)

    def box(self, box: tuple[float, float, float, float], **look: Look) -> None:
        """Fill a rectangle: left, top, width, height."""
        from matplotlib.patches import Rectangle

        look = {"facecolor": PAPER, "edgecolor": "none", "linewidth": 0.6, **look}
        self.ink.add_artist(Rectangle(box[:2], box[2], box[3], **look))

    def disc(
        self, at: tuple[float, float], rank: int, size: float, *, points: float = 0.0, zorder: float = 2.0
    ) -> None:
        """Write a number on a disc, `points` wide or as wide as the number needs."""
        wide = points or disc_mm(rank, size) / PT_MM
        self.ink.plot(*at, "o", markersize=wide, color=VILLAGE, zorder=zorder)
        self.text(at, rank, size, zorder=zorder + 1, **ON_DISC)

    def swatch(self, at: tuple[float, float], text: str, *, room: float, **look: Look) -> None:
        """Draw one field of a legend and what it means."""
        self.box((*at, 7, 3.6), **{"edgecolor": MUTED, **look})
        self.text((at[0] + 9, at[1] - 0.1), text, 8, room=room - 9)

    def key_row(self, at: tuple[float, float], text: str, *, room: float, **mark: Look) -> None:
        """Draw one mark or line of a legend and what it means; `line` draws a line, else a mark stands there."""
        line = mark.pop("line", False)
        xs, ys = ((at[0], at[0] + 7), (at[1] + 1.8, at[1] + 1.8)) if line else (at[0] + 3.5, at[1] + 1.8)
        self.ink.plot(xs, ys, **mark)
        self.text((at[0] + 9, at[1] - 0.1), text, 8, room=room - 9)

    def border_keys(self, y: float, *, x: tuple[float, float]) -> None:
        """Draw the keys of the borders of dongs and wards, at two places of a row."""
        few = self.edition.few_dongs
        look = {"color": MUTED, "linewidth": 0.9} if few else {"color": "#8d989c", "linewidth": 0.6}
        look["linestyle"] = (0, (4, 2)) if few else "-"
        self.key_row((x[0], y), self.say["legend_dong"], room=x[1] - x[0], line=True, **look)
        self.key_row((x[1], y), self.say["legend_ward"], room=40, line=True, color=INK, linewidth=1.6)

    # ----------------------------------------------------------------------------------------- parts of a page

    def head(self, at: tuple[float, float], text: str, *, wide: float = WIDE) -> float:
        """Write the heading of a part, with a line above it; return where its content begins."""
        self.rule(at[1], x=(at[0], at[0] + wide), color=MUTED, linewidth=0.7)
        self.text((at[0], at[1] + 1.4), text, 9.5, weight="bold", room=wide)
        return at[1] + 7.4

    def table(
        self,
        at: tuple[float, float],
        columns: Sequence[TableColumn],
        rows: Sequence[Sequence[object]],
        *,
        step: float = 5.2,
    ) -> float:
        """Write a table, every other row tinted; return where it ends."""
        x, y = at
        wide = sum(column.wide for column in columns)
        self._cells((x, y), columns, [column.name for column in columns], size=7.5, color=MUTED)
        y += 4.6
        self.rule(y - 0.3, x=(x, x + wide))
        for number_of, row in enumerate(rows):
            if number_of % 2:
                self.box((x, y, wide, step), facecolor=_STRIPE, zorder=0.5)
            self._cells((x, y + (step - 3.6) / 2), columns, row, size=8.5)
            y += step
        return y

    def dong_table(
        self,
        at: tuple[float, float],
        columns: Sequence[TableColumn],
        dongs: pd.DataFrame,
        cells: Callable[[Any], tuple[str, ...]],
        *,
        more: str,
    ) -> None:
        """List dongs by name and `cells` down to the foot of the page; `more` tells how many of them are listed."""
        x, y = at
        most = int((BOTTOM - y - 4.6) // 4.6)
        most -= len(dongs) > most
        rows = [(self.edition.dong_of(row), *cells(row)) for row in records(dongs.head(most))]
        y = self.table(at, columns, rows, step=4.6)
        if len(dongs) > most:
            told = more.format(all=f"{len(dongs):,}", n=most)
            room = sum(column.wide for column in columns)
            self.paragraph((x, y + 0.6), told, 7.5, color=MUTED, room=room, most=2)

    def _cells(
        self, at: tuple[float, float], columns: Sequence[TableColumn], cells: Sequence[object], **look: Look
    ) -> None:
        x, size = at[0], look.pop("size")
        for column, cell in zip(columns, cells, strict=True):
            weight = "regular" if "color" in look else column.weight
            spot = (x + column.wide - 1.2 if column.right else x + 0.8, at[1])
            self.text(spot, cell, size, right=column.right, room=column.wide - 2, weight=weight, **look)
            x += column.wide

    def bars(
        self,
        at: tuple[float, float],
        wide: float,
        rows: Sequence[tuple[str, float | None, str]],
        *,
        names: float = 0.0,
    ) -> float:
        """Draw named bars between 0 and 1 with what to write at their end; return where they end.

        A value that is missing has no bar, only its text; `names` is the room for the names where it is fixed.
        """
        x, y = at
        longest = max((text_mm(name, 8.5) for name, *_ in rows), default=0.0) + 3.0
        names = names or min(longest, wide * 0.46)
        ends = max((text_mm(end, 8.5, weight="bold") for *_, end in rows), default=0.0) + 3.0
        room = wide - names - ends
        for name, value, end in rows:
            self.text((x, y), name, 8.5, room=names - 1)
            for part, colour in ((1.0, "#e6e8e4"), (value or 0.0, ACCENT)):
                long = room * min(max(part, 0.0), 1.0)
                self.box((x + names, y + 0.3, long, 3.0), facecolor=colour)
            self.text((x + wide, y), end, 8.5, weight="bold", right=True)
            y += 5.4
        return y

    def classes(
        self, at: tuple[float, float], title: str, steps: Sequence[tuple[float, str]] = CLASSES
    ) -> float:
        """Draw the classes of a map as one row of fields under its title; return where it ends."""
        self.text(at, title, 8.5, weight="bold", room=WIDE, color=INK)
        each = WIDE / len(steps)
        for number_of, (text, colour) in enumerate(self.class_names(steps)):
            spot = (at[0] + number_of * each, at[1] + 5.2)
            self.swatch(spot, text, room=each - 1, facecolor=colour)
        return at[1] + 10.6

    def class_names(self, steps: Sequence[tuple[float, str]]) -> Iterator[tuple[str, str]]:
        """Return what each class of a map means, and its colour."""
        for at, (low, colour) in enumerate(steps):
            a, b = f"{low * 100:g}", f"{steps[at + 1][0] * 100:g}" if at + 1 < len(steps) else ""
            text = self.say["below" if at == 0 else "between" if b else "or_more"]
            yield text.format(a=a, b=b), colour


def blank(edition: Edition, size: tuple[float, float]) -> Page:
    """Return an empty page; its `ink` has millimetres as units, y downwards."""
    from matplotlib.figure import Figure

    wide, high = size
    figure = Figure(figsize=(wide / MM_AN_INCH, high / MM_AN_INCH), dpi=DPI, facecolor="white")
    return Page(edition, size, figure, _column(figure, size, (0, 0, wide, high)))


def _axes(figure: Any, size: tuple[float, float], box: tuple[float, float, float, float]) -> Axes:  # noqa: ANN401
    (wide, high), (left, top, width, height) = size, box
    axes = figure.add_axes((left / wide, 1 - (top + height) / high, width / wide, height / high))
    axes.set_axis_off()
    return axes


def _column(figure: Any, size: tuple[float, float], box: tuple[float, float, float, float]) -> Axes:  # noqa: ANN401
    axes = _axes(figure, size, box)
    axes.set_xlim(0, box[2])
    axes.set_ylim(box[3], 0)
    return axes


def opened(edition: Edition, title: str, *, note: str = "", folio: str = "", indent: float = 0.0) -> Page:
    """Return an upright page with its title, conditions, sources and number.

    Parameters
    ----------
    edition
        The run.
    title
        What the page shows.
    note
        Stands before the conditions.
    folio
        Number of the page.
    indent
        Room that the title leaves free before it.
    """
    page = blank(edition, _A4_UPRIGHT)
    left, warning = RIGHT, edition.warning
    if warning:
        box = {"facecolor": WARNING, "edgecolor": "none", "boxstyle": "square,pad=0.4"}
        look = {"weight": "bold", "color": "white", "right": True, "bbox": box, "zorder": 3}
        page.text((RIGHT - 1, 9.2), warning, 7.5, **look)
        left -= text_mm(warning, 7.5, weight="bold") + 4
    page.text((LEFT, 9.0), page.run.summary.title, 8.5, color=MUTED, room=left - LEFT - 4)
    page.text((LEFT + indent, 14.2), title, 18, weight="bold", room=WIDE - indent)
    told = f"{note} · {edition.conditions}" if note else edition.conditions
    page.text((LEFT, 23.6), told, 8.5, color=MUTED, room=WIDE)
    page.rule(29.4, color=ACCENT, linewidth=1.8)
    _foot(page, folio)
    return page


def _foot(page: Page, folio: str) -> None:
    y, credit = BOTTOM + 3.0, page.run.summary.attribution
    page.rule(y - 1.4)
    lines = _FOOT_LINES - 1 - len(wrapped(credit, WIDE, _SMALL, most=2))
    told = _listed(page, page.edition.sources, lines=lines)
    y = page.paragraph((LEFT, y), told, _SMALL, most=lines, color=MUTED)
    y = page.paragraph((LEFT, y), credit, _SMALL, most=2, color=MUTED)
    page.paragraph((LEFT, y), page.edition.method, _SMALL, most=1, room=WIDE - 16, color=MUTED)
    if folio:
        page.text((RIGHT, y - 0.4), folio, 9, weight="bold", color=MUTED, right=True)


def _listed(page: Page, names: Sequence[str], *, lines: int) -> str:
    """Return as many names as some lines hold, and how many more there are."""
    room = WIDE * (lines - 0.15) - text_mm(page.say["print_sources_more"], _SMALL)
    shown: list[str] = []
    for name in names:
        room -= text_mm(name + ", ", _SMALL)
        if room < 0:
            break
        shown.append(name)
    more = len(names) - len(shown)
    return joined(shown) + (page.say["print_sources_more"].format(n=more) if more else "")


def joined(sources: Sequence[str]) -> str:
    """Return sources as one line: a comma within a day of reference, a stroke between days."""
    return ", ".join(sources).replace(" /,", " /")
