"""The upright page of the atlas: title and conditions above, sources below, and what stands between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharemap.maps.drawn import records, source_name
from sharemap.maps.paper.ink import A4_UPRIGHT, Axes, Look, Sheet, blank, write
from sharemap.maps.paper.layers import FEW_DONGS, PAPER
from sharemap.maps.paper.typeset import LEADING, PT_MM, fitted, text_mm, wrapped
from sharemap.maps.words import number
from sharemap.palette import ACCENT, CLASSES, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

__all__ = [
    "AGES",
    "BOTTOM",
    "LEFT",
    "NOTE",
    "RIGHT",
    "TOP",
    "WIDE",
    "Column",
    "Page",
    "ages_of",
    "bars",
    "border_keys",
    "classes",
    "conditions",
    "dong_of",
    "head",
    "joined",
    "key_row",
    "opened",
    "sources_told",
    "swatch",
    "table",
]

#: Where the content of a page may stand, millimetres from its top left corner.
LEFT, RIGHT, TOP, BOTTOM = 14.0, 196.0, 33.0, 270.5
WIDE = RIGHT - LEFT
#: Where the line stands that says what a map shows.
NOTE = 32.0
#: Ages that the pages tell apart.
AGES = ("0_9", "10_19", "20_39", "40_64", "65_over")
_WARNING = "#7a1f0b"
_RULE = "#b9c0bc"
_STRIPE = "#f6f6f2"
_SMALL = 6.6
#: Lines of the foot: sources, licences, and one on the method.
_FOOT_LINES = 5


@dataclass(frozen=True)
class Page:
    """An upright page; `ink` has the page's millimetres as units, y downwards.

    `picture` is where the line above its map begins and the map's key ends; none where it has no map.
    """

    sheet: Sheet
    ink: Axes
    picture: tuple[float, float] | None = None

    @property
    def say(self) -> Mapping[str, str]:
        """The words."""
        return self.sheet.say

    @property
    def summary(self) -> Mapping[str, Any]:
        """The content of ``summary.json``."""
        return self.sheet.study.summary

    @property
    def lang(self) -> str:
        """The language."""
        return self.sheet.lang

    def name_of(self, entry: Mapping[str, Any]) -> str:
        """Return the name of a layer or group of the summary."""
        return str(entry[f"name_{self.lang}"])

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

    def rule(self, y: float, *, x: tuple[float, float] = (LEFT, RIGHT), **look: Look) -> None:
        """Draw a horizontal line."""
        look = {"color": _RULE, "linewidth": 0.6} | look
        self.ink.plot(x, (y, y), solid_capstyle="butt", **look)

    def box(self, box: tuple[float, float, float, float], **look: Look) -> None:
        """Fill a rectangle: left, top, width, height."""
        from matplotlib.patches import Rectangle

        look = {"facecolor": PAPER, "edgecolor": "none", "linewidth": 0.6, **look}
        self.ink.add_artist(Rectangle(box[:2], box[2], box[3], **look))


def conditions(summary: Mapping[str, Any], say: Mapping[str, str], lang: str) -> str:
    """Return what the numbers were made with: profile, speed, cutoff, day."""
    return say["conditions"].format(
        profile=summary["profile_ko"] if lang == "ko" else summary["profile"],
        speed=number(summary["speed_kmh"]),
        minutes=number(summary["cutoff_min"]),
        metres=number(summary["cutoff_m"]),
        date=summary["generated"],
    )


def opened(sheet: Sheet, title: str, *, note: str = "", folio: str = "", indent: float = 0.0) -> Page:
    """Return a page with its title, conditions, sources and number.

    Parameters
    ----------
    sheet
        Words, language and geometry.
    title
        What the page shows.
    note
        Stands before the conditions.
    folio
        Number of the page.
    indent
        Room that the title leaves free before it.
    """
    fresh = blank(sheet)
    page = Page(fresh, fresh.column(0, 0, *A4_UPRIGHT))
    summary, say = page.summary, page.say
    left = RIGHT
    if summary["fictional"]:
        warning = f"{say['fictional']} · {say['fictional_long']}"
        box = {"facecolor": _WARNING, "edgecolor": "none", "boxstyle": "square,pad=0.4"}
        look = {"weight": "bold", "color": "white", "right": True, "bbox": box, "zorder": 3}
        page.text((RIGHT - 1, 9.2), warning, 7.5, **look)
        left -= text_mm(warning, 7.5, weight="bold") + 4
    page.text((LEFT, 9.0), summary["title"], 8.5, color=MUTED, room=left - LEFT - 4)
    page.text((LEFT + indent, 14.2), title, 18, weight="bold", room=WIDE - indent)
    told = conditions(summary, say, page.lang)
    page.text((LEFT, 23.6), f"{note} · {told}" if note else told, 8.5, color=MUTED, room=WIDE)
    page.rule(29.4, color=ACCENT, linewidth=1.8)
    _foot(page, folio)
    return page


def _foot(page: Page, folio: str) -> None:
    summary, say = page.summary, page.say
    y = BOTTOM + 3.0
    page.rule(y - 1.4)
    credit = wrapped(summary["attribution"], WIDE, _SMALL, most=2)
    told = _listed(page, sources_told(summary, say, page.lang), lines=_FOOT_LINES - 1 - len(credit))
    look = {"color": MUTED}
    y = page.paragraph((LEFT, y), told, _SMALL, most=_FOOT_LINES - 1 - len(credit), **look)
    y = page.paragraph((LEFT, y), summary["attribution"], _SMALL, most=2, **look)
    method = say["method_coverage"].format(minutes=page.sheet.minutes)
    page.paragraph((LEFT, y), method, _SMALL, most=1, room=WIDE - 16, **look)
    if folio:
        page.text((RIGHT, y - 0.4), folio, 9, weight="bold", color=MUTED, right=True)


def sources_told(summary: Mapping[str, Any], say: Mapping[str, str], lang: str) -> list[str]:
    """Return the sources for one line, by their day of reference: the first of each day begins with it."""
    named = sorted({(s["ref_date"] or "", source_name(s, lang)) for s in summary["sources"]}, reverse=True)
    days = dict.fromkeys(day for day, _ in named)
    told = []
    for day in days:
        names = sorted(name for own, name in named if own == day)
        told += [f"{day or say['print_no_day']} {names[0]}", *names[1:]]
        told[-1] += " /"
    if told:
        told[-1] = told[-1].removesuffix(" /")
        told[0] = f"{say['print_sources']}: {told[0]}"
    return told


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


def head(page: Page, at: tuple[float, float], text: str, *, wide: float = WIDE) -> float:
    """Write the heading of a part, with a line above it; return where its content begins."""
    page.rule(at[1], x=(at[0], at[0] + wide), color=MUTED, linewidth=0.7)
    page.text((at[0], at[1] + 1.4), text, 9.5, weight="bold", room=wide)
    return at[1] + 7.4


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table.

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


def table(
    page: Page,
    at: tuple[float, float],
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    *,
    step: float = 5.2,
) -> float:
    """Write a table, every other row tinted; return where it ends."""
    x, y = at
    wide = sum(column.wide for column in columns)
    _cells(page, (x, y), columns, [column.name for column in columns], size=7.5, color=MUTED)
    y += 4.6
    page.rule(y - 0.3, x=(x, x + wide))
    for number_of, row in enumerate(rows):
        if number_of % 2:
            page.box((x, y, wide, step), facecolor=_STRIPE, zorder=0.5)
        _cells(page, (x, y + (step - 3.6) / 2), columns, row, size=8.5)
        y += step
    return y


def _cells(
    page: Page, at: tuple[float, float], columns: Sequence[Column], cells: Sequence[object], **look: Look
) -> None:
    x, size = at[0], look.pop("size")
    for column, cell in zip(columns, cells, strict=True):
        weight = "regular" if "color" in look else column.weight
        spot = (x + column.wide - 1.2 if column.right else x + 0.8, at[1])
        page.text(spot, cell, size, right=column.right, room=column.wide - 2, weight=weight, **look)
        x += column.wide


def bars(
    page: Page,
    at: tuple[float, float],
    wide: float,
    rows: Sequence[tuple[str, float | None, str]],
    *,
    names: float = 0.0,
) -> float:
    """Draw named bars between 0 and 1 with what to write at their end; return where they end.

    A value that is missing has no bar, only its text; `names` is the room for the names where it is fixed.
    """
    from matplotlib.patches import Rectangle

    x, y = at
    longest = max((text_mm(name, 8.5) for name, *_ in rows), default=0.0) + 3.0
    names = names or min(longest, wide * 0.46)
    ends = max((text_mm(end, 8.5, weight="bold") for *_, end in rows), default=0.0) + 3.0
    room = wide - names - ends
    for name, value, end in rows:
        page.text((x, y), name, 8.5, room=names - 1)
        for part, colour in ((1.0, "#e6e8e4"), (value or 0.0, ACCENT)):
            bar = Rectangle((x + names, y + 0.3), room * min(max(part, 0.0), 1.0), 3.0, facecolor=colour)
            page.ink.add_artist(bar)
        page.text((x + wide, y), end, 8.5, weight="bold", right=True)
        y += 5.4
    return y


def dong_of(page: Page, row: Any) -> str:  # noqa: ANN401  a named tuple
    """Return the name of a dong, with its ward where there are several: names occur twice in a city."""
    one_ward = len(page.summary["area"]["wards"]) == 1
    return str(row.dong_name) if one_ward else f"{row.ward_name} {row.dong_name}"


def ages_of(frame: pd.DataFrame, column: str) -> list[tuple[str, int, int]]:
    """Return each age that lives here: its key, people of a column, and all residents of that age."""
    sums = frame.groupby("age_band")[[column, "residents"]].sum()
    found = {str(row[0]): (int(row[1]), int(row[2])) for row in records(sums)}
    return [(band, *found[band]) for band in AGES if band in found and found[band][1] > 0]


def swatch(page: Page, at: tuple[float, float], text: str, *, room: float, **look: Look) -> None:
    """Draw one field of a legend and what it means."""
    page.box((at[0], at[1], 7, 3.6), **{"edgecolor": MUTED, **look})
    page.text((at[0] + 9, at[1] - 0.1), text, 8, room=room - 9)


def key_row(page: Page, at: tuple[float, float], text: str, *, room: float, **mark: Look) -> None:
    """Draw one mark or line of a legend and what it means; `line` draws a line, else a mark stands there."""
    line = mark.pop("line", False)
    xs, ys = ((at[0], at[0] + 7), (at[1] + 1.8, at[1] + 1.8)) if line else (at[0] + 3.5, at[1] + 1.8)
    page.ink.plot(xs, ys, **mark)
    page.text((at[0] + 9, at[1] - 0.1), text, 8, room=room - 9)


def border_keys(page: Page, y: float, *, x: tuple[float, float]) -> None:
    """Draw the keys of the borders of dongs and wards, at two places of a row."""
    many = len(page.sheet.study.area) > FEW_DONGS
    look = {"color": "#8d989c", "linewidth": 0.6} if many else {"color": MUTED, "linewidth": 0.9}
    look["linestyle"] = "-" if many else (0, (4, 2))
    key_row(page, (x[0], y), page.say["legend_dong"], room=x[1] - x[0], line=True, **look)
    key_row(page, (x[1], y), page.say["legend_ward"], room=40, line=True, color=INK, linewidth=1.6)


def classes(
    page: Page,
    at: tuple[float, float],
    title: str,
    steps: Sequence[tuple[float, str]] = CLASSES,
    *,
    wide: float = WIDE,
) -> float:
    """Draw the classes of a map as one row of fields under its title; return where it ends."""
    say = page.say
    page.text(at, title, 8.5, weight="bold", room=wide, color=INK)
    lows = [low for low, _ in steps]
    each = wide / len(steps)
    for number_of, (low, colour) in enumerate(steps):
        a, b = f"{low * 100:g}", f"{lows[number_of + 1] * 100:g}" if number_of + 1 < len(lows) else ""
        text = say["below"] if number_of == 0 else say["or_more"] if not b else say["between"]
        spot = (at[0] + number_of * each, at[1] + 5.2)
        swatch(page, spot, text.format(a=a, b=b), room=each - 1, facecolor=colour)
    return at[1] + 10.6
