"""Who is served by a service, dong by dong: a full page for one service, and small maps, several to a page, for many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.maps.drawn import missing_promise, records
from sharemap.maps.paper.frame import draw, frame_of
from sharemap.maps.paper.ink import write
from sharemap.maps.paper.layers import (
    borders,
    dong_values,
    hatched,
    names,
    plain_ground,
    share_labels,
    streets,
    values_of,
)
from sharemap.maps.paper.marks import north, scale_bar
from sharemap.maps.paper.page import (
    BOTTOM,
    LEFT,
    TOP,
    WIDE,
    Column,
    Page,
    ages_of,
    bars,
    border_keys,
    classes,
    dong_of,
    head,
    key_row,
    opened,
    swatch,
    table,
)
from sharemap.maps.words import number, percent
from sharemap.palette import INK, MUTED, WATER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharemap.maps.paper.frame import Frame
    from sharemap.maps.paper.ink import Sheet

__all__ = ["coverage", "services", "small_maps", "theme_name"]

_MAP = (LEFT, 39.0, WIDE, 130.0)
_SMALL_WIDE = 89.0
#: Wider areas than this, width to height, leave room for a third row of small maps.
_RATIO = 1.35
_GAP = 4.0
#: Room for the names of the bars, millimetres.
_NAMES = 19.0
#: More sites than this are drawn as finer dots.
_MANY_DOTS = 250


def theme_name(sheet: Sheet, key: str) -> str:
    """Return what a service, a group or the promise is called."""
    summary = sheet.study.summary
    for entries, name in ((summary["groups"], "group"), (summary["layers"], "layer")):
        for entry in entries:
            if entry[name] == key:
                return str(entry[f"name_{sheet.lang}"])
    return sheet.say["all_groups"]


def coverage(sheet: Sheet, key: str, *, folio: str = "") -> Page:
    """Return the page of one service, one group, or the promise (``"all_groups"``)."""
    say = sheet.say
    name = theme_name(sheet, key)
    title = say["promise_title"] if key == "all_groups" else say["coverage_title"].format(name=name)
    page = opened(sheet, title, folio=folio)
    page.text((LEFT, 32.0), say["coverage_note"].format(minutes=sheet.minutes), 9, color=MUTED, room=WIDE)
    frame = frame_of(page.sheet, _MAP)
    north(frame)
    scale_bar(frame)
    plain_ground(frame)
    dong_values(frame, key)
    hatched(frame, sheet.ground.left_out(key))
    streets(frame, sheet.ground.streets, factor=0.75, leave=("foot", "minor"))
    borders(frame)
    _dots(frame, key, size=3.0)
    names(frame, share_labels(sheet.study, key), size=7.5)
    y = _legend(page, key, _MAP[1] + _MAP[3] + 2.5)
    _figures(page, key, y + 1.5)
    _dong_table(page, key, y + 1.5)
    return page


def services(sheet: Sheet, title: str, keys: Sequence[str], *, folio: str = "") -> Page:
    """Return a page of small maps, as many as :func:`small_maps` says, one a service or group."""
    page = opened(sheet, title, folio=folio)
    rows = small_maps(sheet) // 2
    high = (BOTTOM - 18.0 - TOP) / rows - 13.6
    for at, key in enumerate(keys):
        row, column = divmod(at, 2)
        spot = (LEFT + column * (_SMALL_WIDE + _GAP), TOP + row * (high + 13.6))
        frame = _small(page, key, (*spot, _SMALL_WIDE, high))
        if at == 0:  # the maps of a page have one scale
            north(frame, size=8)
            scale_bar(frame, size=7.5, share=0.25)
    y = classes(page, (LEFT, BOTTOM - 16.5), sheet.say["legend_share"].format(minutes=sheet.minutes))
    if not sheet.study.wide:
        hatch = sheet.say["hatch_of"].format(width=number(sheet.ground.gap_m))
        swatch(page, (LEFT, y), hatch, room=90, facecolor="white", hatch="/////")
    if any(_group_of(page, key) for key in keys):
        key_row(page, (LEFT + 92, y), sheet.say["site_dot"], room=60, marker="o", markersize=3.2, color=INK)
    key_row(page, (LEFT + 154, y), sheet.say["legend_ward"], room=30, line=True, color=INK, linewidth=1.2)
    return page


def small_maps(sheet: Sheet) -> int:
    """Return how many small maps a page holds: six of a wide area, four of others."""
    west, south, east, north_edge = sheet.ground.extent
    return 6 if (east - west) / (north_edge - south) > _RATIO else 4


def _small(page: Page, key: str, box: tuple[float, float, float, float]) -> Frame:
    sheet, say = page.sheet, page.say
    at = box[:2]
    page.text(at, theme_name(sheet, key), 11, weight="bold", room=_SMALL_WIDE - 22)
    page.text((at[0] + _SMALL_WIDE, at[1] + 0.8), _group_of(page, key), 8, color=MUTED, right=True, room=20)
    page.text((at[0], at[1] + 5.4), _fact(page, key), 8, color=MUTED, room=_SMALL_WIDE)
    frame = frame_of(sheet, (at[0], at[1] + 10.2, *box[2:]))
    areas, _ = sheet.ground.water
    dong_values(frame, key)
    draw(frame.axes, areas, facecolor=WATER, edgecolor="none", zorder=2.5)
    if not sheet.study.wide:  # on a stamp of a city it would be dust
        hatched(frame, sheet.ground.left_out(key))
    borders(frame, factor=0.6, cover=0.75)
    _dots(frame, key, size=2.4)
    if not values_of(sheet.study, key):
        write(frame.axes, frame.to_ground((3.0, 3.0)), say["print_no_share"], 8, color=MUTED, zorder=20)
    return frame


def _group_of(page: Page, key: str) -> str:
    """Return the group of a layer; nothing for a group."""
    groups = [entry["group"] for entry in page.summary["layers"] if entry["layer"] == key]
    return theme_name(page.sheet, groups[0]) if groups else ""


def _entry(page: Page, key: str) -> dict[str, Any] | None:
    summary = page.summary
    if key == "all_groups":
        return summary["all_groups"]
    found = [entry for entry in summary["groups"] if entry["group"] == key]
    found += [entry for entry in summary["layers"] if entry["layer"] == key]
    return found[0] if found else None


def _fact(page: Page, key: str) -> str:
    say, entry = page.say, _entry(page, key) or {}
    sites = f"{int(entry.get('sites_in_area', entry.get('sites', 0))):,}"
    if entry.get("share") is None:
        return say["small_none"].format(sites=sites)
    text = say["small_fact"] if "layer" in entry else say["small_fact_group"]
    return text.format(share=percent(entry["share"]), covered=f"{entry['covered']:,}", sites=sites)


def _dots(frame: Frame, key: str, *, size: float) -> None:
    """Draw the sites of a service; those of a whole group would cover the map."""
    sites = frame.study.table("sites")
    if sites.empty:
        return
    spots = shapely.get_coordinates(np.asarray(sites.geometry[sites["layer"] == key]))
    many = len(spots) > _MANY_DOTS
    look = {"markeredgecolor": "white", "markeredgewidth": 0.0 if many else 0.4, "zorder": 9}
    size = size * 0.4 if many else size
    if len(spots):
        frame.axes.plot(spots[:, 0], spots[:, 1], "o", markersize=size, color=INK, **look)
        frame.room.shun(np.array([frame.to_page(*spot) for spot in spots.tolist()]))


def _legend(page: Page, key: str, y: float) -> float:
    say, name = page.say, theme_name(page.sheet, key)
    title = say["printed_share"] if key == "all_groups" else say["printed_share_of"]
    y = classes(page, (LEFT, y), title.format(minutes=page.sheet.minutes, name=name))
    gap = say["printed_gap"] if key == "all_groups" else say["hatch_of"]
    swatch(
        page,
        (LEFT, y),
        gap.format(width=number(page.sheet.ground.gap_m)),
        room=100,
        facecolor="white",
        hatch="/////",
    )
    if any(entry["layer"] == key for entry in page.summary["layers"]):
        mark = {"marker": "o", "markersize": 3.6, "color": INK}
        key_row(page, (LEFT + 58, y), say["site_dot"], room=60, **mark)
    border_keys(page, y, x=(LEFT + 122, LEFT + 153))
    return y + 6.0


def _figures(page: Page, key: str, y: float) -> None:
    """Write the headline number of the service, its groups and the ages."""
    say, entry, summary = page.say, _entry(page, key), page.summary
    wide = 70.0
    if entry is None or entry.get("share") is None:
        text = (
            missing_promise(page.sheet.study, say, page.lang)
            if key == "all_groups"
            else say["print_no_share"]
        )
        page.paragraph((LEFT, y), text, 9, room=wide)
        return
    page.rule(y, x=(LEFT, LEFT + wide), color=MUTED, linewidth=0.7)
    page.text((LEFT, y + 0.6), percent(entry["share"]), 24, weight="bold", room=40)
    of = say["of_residents"].format(residents=f"{summary['residents']:,}", covered=f"{entry['covered']:,}")
    page.text((LEFT, y + 11.4), of, 8.5, color=MUTED, room=wide)
    y += 17.0
    if "layer" in entry:
        told = say["sites_told"].format(
            n=f"{entry.get('sites_in_area', entry['sites']):,}", all=f"{entry['sites']:,}"
        )
        page.text((LEFT, y - 1.2), told, 8.5, color=MUTED, room=wide)
        y += 5.0
    if key == "all_groups":
        rows = [(page.name_of(one), one["share"], percent(one["share"])) for one in summary["groups"]]
        y = bars(page, (LEFT, y), wide, rows, names=_NAMES) + 1.5
    ages = _ages(page, key)
    if ages:
        page.text((LEFT, y), say["by_age"], 8.5, weight="bold", color=MUTED)
        bars(page, (LEFT, y + 5.0), wide, ages, names=_NAMES)


def _ages(page: Page, key: str) -> list[tuple[str, float, str]]:
    frame = page.sheet.study.table("coverage_ward")
    if frame.empty:
        return []
    return [
        (page.say[f"age_{band}"], covered / residents, percent(covered / residents))
        for band, covered, residents in ages_of(frame[frame["key"] == key], "covered")
    ]


def _dong_table(page: Page, key: str, y: float) -> None:
    """List the dongs with most residents left out: the planner's first question."""
    say, shares = page.say, page.sheet.study.shares
    x, wide = LEFT + 78.0, WIDE - 78.0
    y = head(page, (x, y), say["worst_dongs"], wide=wide)
    if shares.empty or not (shares["key"] == key).any():
        page.text((x, y), say["print_no_share"], 9)
        return
    own = shares[shares["key"] == key]
    own = own.sort_values(["uncovered", "dong_code"], ascending=[False, True], kind="stable")
    most = int((BOTTOM - y - 4.6) // 4.6)
    most -= len(own) > most
    named = [
        (
            dong_of(page, row),
            f"{row.residents:,}",
            f"{row.uncovered:,}",
            percent(row.share),
        )
        for row in records(own.head(most))
    ]
    columns = (
        Column(name=say["dong"], wide=wide - 66),
        Column(name=say["residents"], wide=22, right=True),
        Column(name=say["left_out"], wide=22, right=True, weight="bold"),
        Column(name=say["share"], wide=22, right=True),
    )
    y = table(page, (x, y), columns, named, step=4.6)
    if len(own) > most:
        page.text(
            (x, y + 0.6),
            say["dongs_more"].format(all=f"{len(own):,}", n=most),
            7.5,
            color=MUTED,
            room=wide,
        )
