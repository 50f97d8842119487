"""The printed map: one A3 landscape page, readable in grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.findings import number, percent, whole
from sharemap.maps.drawn import records
from sharemap.maps.paper.features import (
    borders,
    dongs,
    dots_of_spaces,
    hatched,
    names,
    plain_ground,
    share_labels,
    streets,
    values_of,
    villages,
)
from sharemap.maps.paper.frame import frame_of
from sharemap.maps.paper.ink import ON_DISC, write
from sharemap.maps.paper.marks import north, scale_bar
from sharemap.maps.paper.page import A3, WARNING, blank, joined
from sharemap.maps.paper.typeset import fitted, wrapped
from sharemap.palette import ACCENT, CLASSES, INK, MUTED, VILLAGE

if TYPE_CHECKING:
    from sharemap.maps.paper.edition import Edition
    from sharemap.maps.paper.ink import Axes, Look
    from sharemap.maps.paper.page import Page

__all__ = ["landscape"]

_WIDE = A3[0] - 24
_ASIDE = 112.0
_MOST_VILLAGES = 14


def landscape(edition: Edition) -> Page:
    """Return the page: the map with its headline numbers, villages, legend and sources beside it.

    The map shows the share of residents by dong who reach all service groups, the ground that the drawn walking
    areas of the groups leave out (hatched), and the numbered village candidates.
    """
    page = blank(edition, A3)
    _title(page)
    _map(page)
    _aside(page)
    _foot(page)
    return page


def _map(page: Page) -> None:
    theme = page.run.promise
    frame = frame_of(page, (12, 34, 276, 232))
    north(frame, size=11)
    scale_bar(frame, size=10)
    plain_ground(frame)
    dongs(frame, values_of(page.run, theme))
    hatched(frame, page.base.left_out(theme))
    streets(frame, page.base.streets)
    borders(frame, factor=1.15)
    dots_of_spaces(frame)
    villages(frame, size=9.5)
    names(frame, share_labels(page.run, theme), size=9.5)


def _title(page: Page) -> None:
    title, warning = page.run.summary.title, page.edition.warning
    axes = page.column(12, 9, _WIDE, 21)
    room = _WIDE - (150 if warning else 0)
    write(axes, (0, 0), fitted(title, room, 25, weight="bold"), 25, weight="bold")
    write(axes, (0, 12.5), page.edition.conditions, 12.5, color=MUTED)
    write(axes, (_WIDE, 13.5), page.run.data_age, 9.5, color=MUTED, ha="right")
    axes.plot((0, _WIDE), (20, 20), color=ACCENT, linewidth=2.2)
    if page.run.warned:
        told = f"{page.run.warned}: {page.run.warnings[0]}"
        page.text((12, 30.3), told, 9.5, weight="bold", color=WARNING, room=_WIDE)
    if warning:
        box = {"facecolor": WARNING, "edgecolor": "none", "boxstyle": "square,pad=0.45"}
        write(axes, (_WIDE - 2, 3), warning, 12, weight="bold", color="white", ha="right", bbox=box)


def _aside(page: Page) -> None:
    axes = page.column(296, 34, _ASIDE, 232)
    top = _headline(axes, page)
    top = _groups(axes, page, top + 5)
    top = _village_list(axes, page, top + 5)
    _legend(axes, page, max(top + 5, 168))


def _headline(axes: Axes, page: Page) -> float:
    run, say, promise = page.run, page.say, page.run.summary.all_groups
    if promise is None:
        for row, line in enumerate(wrapped(run.missing_promise, _ASIDE, 12, most=4)):
            write(axes, (0, 2 + row * 5.5), line, 12)
    else:
        write(axes, (0, 0), percent(promise.share), 40, weight="bold", color=ACCENT)
        write(axes, (0, 17), say["promise_head"].format(minutes=run.minutes), 12)
        write(axes, (0, 22.5), page.edition.of_residents(promise.covered), 10.5, color=MUTED)
        if bounds := run.bounds(promise):
            told = f"{bounds} · {say['unknown_n'].format(n=whole(promise.unknown))}"
            write(axes, (_ASIDE, 22.5), told, 9, color=MUTED, ha="right")
    for position, (key, value) in enumerate(page.edition.counts):
        write(axes, (position * 38, 30), say[key], 10, color=MUTED)
        write(axes, (position * 38, 34.5), say["count_of"].format(n=f"{value:,}"), 17, weight="bold")
    write(axes, (76, 42), run.sites_around, 8.5, color=MUTED)
    return 43.0


def _groups(axes: Axes, page: Page, top: float) -> float:
    if page.run.uncounted:
        return top
    _head(axes, top, page.say["printed_groups"].format(minutes=page.run.minutes))
    top += 8
    for group in page.run.summary.groups:
        write(axes, (0, top + 0.2), page.run.named(group), 10.5)
        axes.barh(top + 2, 62, left=30, height=3.6, color="#e4e7e4", linewidth=0)
        axes.barh(top + 2, 62 * (group.share or 0.0), left=30, height=3.6, color=ACCENT, linewidth=0)
        write(axes, (_ASIDE, top + 0.2), percent(group.share), 10.5, weight="bold", ha="right")
        top += 6
    return top


def _village_list(axes: Axes, page: Page, top: float) -> float:
    say, ranked = page.say, page.run.villages
    _head(axes, top, say["villages_n"])
    top += 8
    if ranked.empty:
        write(axes, (0, top), say["no_villages"], 10.5)
        return top + 6
    within = say["min_unit"].format(n=15)
    for village in records(ranked.sort_values("rank", kind="stable").head(_MOST_VILLAGES)):
        axes.plot(2.4, top + 1.9, "o", markersize=12.5, color=VILLAGE)
        write(axes, (2.4, top + 1.9), village.rank, 8.5, **ON_DISC)
        write(axes, (7, top), fitted(village.name, 62, 10.5), 10.5)
        fact = f"{say['places']} {village.places} · {within} {whole(village.residents_15min)}"
        write(axes, (_ASIDE, top + 0.4), fact, 9, color=MUTED, ha="right")
        top += 6
    more = len(ranked) - _MOST_VILLAGES
    if more > 0:
        write(axes, (7, top), say["printed_more"].format(n=more), 9.5, color=MUTED)
        top += 6
    return top


def _head(axes: Axes, top: float, text: str) -> None:
    axes.plot((0, _ASIDE), (top, top), color=MUTED, linewidth=0.8)
    write(axes, (0, top + 1.6), text, 11.5, weight="bold")


def _legend(axes: Axes, page: Page, top: float) -> None:
    say, theme = page.say, page.run.promise
    of = "" if theme == "all_groups" else "_of"
    told = {"name": page.run.service_names[theme], "width": number(page.base.gap_m)}
    _head(axes, top, say[f"printed_share{of}"].format(minutes=page.run.minutes, **told))
    top += 8.5
    for at, (text, colour) in enumerate(page.class_names(CLASSES)):
        column, row = divmod(at, 3)
        _swatch(axes, (column * 56, top + row * 5.4), text, facecolor=colour)
    top += 17
    _swatch(axes, (0, top), say[f"printed_gap{of}"].format(**told), facecolor="white", hatch="////////")
    _swatch(axes, (0, top + 5.4), say["legend_village"], facecolor="#ead0c3", edgecolor=VILLAGE)
    axes.plot(4, top + 12.8, "o", markersize=5, color=INK)
    write(axes, (10.5, top + 10.9), say["printed_space"], 9.5)
    axes.plot((0, 8), (top + 18.2, top + 18.2), color=MUTED, linewidth=1, linestyle=(0, (4, 2)))
    write(axes, (10.5, top + 16.3), say["legend_dong"], 9.5)
    axes.plot((56, 64), (top + 18.2, top + 18.2), color=INK, linewidth=2)
    write(axes, (66.5, top + 16.3), say["legend_ward"], 9.5)


def _swatch(axes: Axes, at: tuple[float, float], text: str, **look: Look) -> None:
    from matplotlib.patches import Rectangle

    look.setdefault("edgecolor", MUTED)
    axes.add_patch(Rectangle(at, 8, 4, linewidth=0.7, **look))
    write(axes, (at[0] + 10.5, at[1] + 0.1), text, 9.5)


def _foot(page: Page) -> None:
    axes = page.column(12, 269, _WIDE, 22)
    told = (
        (page.run.summary.attribution, 1),
        (joined(page.edition.sources), 3),
        (f"{page.edition.method} {page.run.crs}.", 1),
    )
    lines = [line for text, most in told for line in wrapped(text, _WIDE, 8.5, most=most)]
    for row, line in enumerate(lines):
        write(axes, (0, row * 4.3), line, 8.5, color=MUTED)
