"""Who is served by a service, dong by dong: a full page for one service, and small maps, several to a page, for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from sharemap.findings import number, parts, percent, whole
from sharemap.findings.doubted import doubted_wards
from sharemap.maps.paper.edition import ages_of
from sharemap.maps.paper.features import (
    DOUBTED,
    borders,
    dongs,
    doubted,
    hatched,
    names,
    share_labels,
    values_of,
    whole_area,
)
from sharemap.maps.paper.frame import draw, frame_of
from sharemap.maps.paper.ink import write
from sharemap.maps.paper.marks import north, scale_bar
from sharemap.maps.paper.page import BOTTOM, LEFT, TOP, WIDE, Page, TableColumn, opened
from sharemap.palette import INK, MUTED, WATER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharemap.maps.paper.edition import Edition
    from sharemap.maps.paper.frame import MapFrame

__all__ = ["coverage", "services", "small_maps"]

_MAP = (LEFT, 39.0, WIDE, 130.0)
_SMALL_WIDE = 89.0
#: Wider areas than this, width to height, leave room for a third row of small maps.
_RATIO = 1.35
_GAP = 4.0
#: Height of what stands above a small map, and its distance from the one above.
_SMALL_HEAD = 13.6
#: Room for the names of the bars, millimetres.
_NAMES = 19.0
#: More sites than this are drawn as finer dots.
_MANY_DOTS = 250


def coverage(edition: Edition, key: str, *, folio: str = "") -> Page:
    """Return the page of one service, one group, or the promise (``"all_groups"``)."""
    say = edition.run.say
    promised = key == "all_groups"
    title = say["near_promise" if promised else "coverage_title"].format(name=edition.run.service_names[key])
    page = opened(edition, title, folio=folio)
    note = say["legend_share"].format(minutes=edition.run.minutes)
    note = " ".join(filter(None, (note, edition.run.thin_note)))
    page.text((LEFT, 32.0), note, 9, color=MUTED, room=WIDE)
    frame = whole_area(page, _MAP, values_of(page.run, key), hatch=page.base.left_out(key))
    _dots(frame, key, size=3.0)
    names(frame, share_labels(page.run, key), size=7.5)
    y = _legend(page, key, _MAP[1] + _MAP[3] + 2.5)
    if doubted(frame, key):
        page.swatch((LEFT, y - 1.2), page.say["legend_doubted"], room=WIDE, facecolor="white", hatch=DOUBTED)
        y += 4.4
    _figures(page, key, y + 1.5)
    _dong_table(page, key, y + 1.5)
    return page


def services(edition: Edition, title: str, keys: Sequence[str], *, folio: str = "") -> Page:
    """Return a page of small maps, as many as :func:`small_maps` says, one a service or group."""
    page = opened(edition, title, folio=folio)
    say, rows = page.say, small_maps(edition) // 2
    high = (BOTTOM - 18.0 - TOP) / rows - _SMALL_HEAD
    for at, key in enumerate(keys):
        row, column = divmod(at, 2)
        spot = (LEFT + column * (_SMALL_WIDE + _GAP), TOP + row * (high + _SMALL_HEAD))
        frame = _small(page, key, (*spot, _SMALL_WIDE, high))
        if at == 0:  # the maps of a page have one scale
            north(frame, size=8)
            scale_bar(frame, size=7.5, share=0.25)
    some_doubted = not doubted_wards(page.run).keys().isdisjoint(keys)
    y = page.classes(
        (LEFT, BOTTOM - (20.5 if some_doubted else 16.5)),
        say["legend_share"].format(minutes=page.run.minutes),
    )
    if not page.base.wide:
        hatch = say["hatch_of"].format(width=number(page.base.gap_m))
        page.swatch((LEFT, y), hatch, room=90, facecolor="white", hatch="/////")
    if any(map(edition.layer, keys)):
        page.key_row((LEFT + 92, y), say["site_dot"], room=60, marker="o", markersize=3.2, color=INK)
    page.key_row((LEFT + 154, y), say["legend_ward"], room=30, line=True, color=INK, linewidth=1.2)
    if some_doubted:
        page.swatch((LEFT, y + 4.6), say["legend_doubted"], room=WIDE, facecolor="white", hatch=DOUBTED)
    return page


def small_maps(edition: Edition) -> int:
    """Return how many small maps a page holds: six of a wide area, four of others."""
    west, south, east, north_edge = edition.base.extent
    return 6 if (east - west) / (north_edge - south) > _RATIO else 4


def _small(page: Page, key: str, box: tuple[float, float, float, float]) -> MapFrame:
    x, y, wide, high = box
    page.text((x, y), page.run.service_names[key], 11, weight="bold", room=wide - 22)
    page.text((x + wide, y + 0.8), _group_of(page, key), 8, color=MUTED, right=True, room=20)
    page.text((x, y + 5.4), _fact(page, key), 8, color=MUTED, room=wide)
    frame = frame_of(page, (x, y + 10.2, wide, high))
    shares = values_of(page.run, key)
    dongs(frame, shares)
    doubted(frame, key)
    draw(frame.axes, page.base.water[0], facecolor=WATER, edgecolor="none", zorder=2.5)
    if not page.base.wide:  # on a stamp of a city it would be dust
        hatched(frame, page.base.left_out(key))
    borders(frame, factor=0.6, cover=0.75)
    _dots(frame, key, size=2.4)
    if not shares:
        at = frame.to_ground((3.0, 3.0))
        write(frame.axes, at, page.say["print_no_share"], 8, color=MUTED, zorder=20)
    return frame


def _group_of(page: Page, key: str) -> str:
    """Return the group of a layer; nothing for a group."""
    layer = page.edition.layer(key)
    return page.run.group_names.get(layer.group, layer.group) if layer else ""


def _fact(page: Page, key: str) -> str:
    say, figures, layer = page.say, page.edition.figures(key), page.edition.layer(key)
    counts = [one.sites_in_area for one in page.run.summary.layers if key in {one.layer, one.group}]
    sites = f"{layer.sites_in_area if layer else sum(counts):,}"
    if figures is None or figures.share is None:
        return say["small_none"].format(sites=sites)
    text = say["small_fact" if layer else "small_fact_group"]
    told = text.format(share=percent(figures.share), covered=whole(figures.covered), sites=sites)
    unknown = say["unknown_n"].format(n=whole(figures.unknown)) if figures.unknown else ""
    return " · ".join(part for part in (told, unknown) if part)


def _dots(frame: MapFrame, key: str, *, size: float) -> None:
    """Draw the sites of a service; those of a whole group would cover the map."""
    sites = frame.run.table("sites")
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
    say, promised = page.say, key == "all_groups"
    title = say["printed_share" if promised else "printed_share_of"]
    y = page.classes((LEFT, y), title.format(minutes=page.run.minutes, name=page.run.service_names[key]))
    gap = say["printed_gap" if promised else "hatch_of"].format(width=number(page.base.gap_m))
    page.swatch((LEFT, y), gap, room=100, facecolor="white", hatch="/////")
    if page.edition.layer(key):
        page.key_row((LEFT + 58, y), say["site_dot"], room=60, marker="o", markersize=3.6, color=INK)
    page.border_keys(y, x=(LEFT + 122, LEFT + 153))
    return y + 6.0


def _figures(page: Page, key: str, y: float) -> None:
    """Write the headline number of the service, its groups and the ages."""
    say, figures, layer, wide = page.say, page.edition.figures(key), page.edition.layer(key), 70.0
    if figures is None or figures.share is None:
        text = page.run.missing_promise if key == "all_groups" else page.run.none_of("print_no_share")
        page.paragraph((LEFT, y), text, 9, room=wide)
        return
    page.rule(y, x=(LEFT, LEFT + wide), color=MUTED, linewidth=0.7)
    page.text((LEFT, y + 0.6), percent(figures.share), 24, weight="bold", room=40)
    page.text((LEFT, y + 11.4), page.edition.of_residents(figures.covered), 8.5, color=MUTED, room=wide)
    y += 17.0
    if told := page.run.parts(figures):
        y = page.paragraph((LEFT, y - 1.2), told, 8, color=MUTED, room=wide, most=3) + 1.2
    if layer:
        told = say["sites_told"].format(n=f"{layer.sites_in_area:,}", all=f"{layer.sites:,}")
        page.text((LEFT, y - 1.2), told, 8.5, color=MUTED, room=wide)
        y += 5.0
    if key == "all_groups":
        groups = page.run.summary.groups
        rows = [(page.run.named(one), one.share, percent(one.share)) for one in groups]
        y = page.bars((LEFT, y), wide, rows, names=_NAMES) + 1.5
    ages = _ages(page, key)
    if ages:
        page.text((LEFT, y), say["by_age"], 8.5, weight="bold", color=MUTED)
        page.bars((LEFT, y + 5.0), wide, ages, names=_NAMES)


def _ages(page: Page, key: str) -> list[tuple[str, float, str]]:
    frame = page.run.table("coverage_ward")
    own = frame if frame.empty else frame[frame["key"] == key]
    return [
        (page.say[f"age_{band}"], covered / residents, percent(covered / residents))
        for band, covered, residents in ages_of(own, "covered")
    ]


def _dong_table(page: Page, key: str, y: float) -> None:
    """List the dongs with most residents left out: the planner's first question."""
    say, shares = page.say, page.run.shares
    x, wide = LEFT + 78.0, WIDE - 78.0
    y = page.head((x, y), say["worst_dongs"], wide=wide)
    if shares.empty or not (shares["key"] == key).any():
        page.paragraph((x, y), page.run.none_of("print_no_share"), 9, room=wide)
        return
    columns = (
        TableColumn(name=say["dong"], wide=wide - 80),
        TableColumn(name=say["residents"], wide=22, right=True),
        TableColumn(name=say["left_out"], wide=22, right=True, weight="bold"),
        TableColumn(name=say["unknown"], wide=18, right=True),
        TableColumn(name=say["share"], wide=18, right=True),
    )
    own = shares[shares["key"] == key]
    own = own.sort_values(["uncovered", "dong_code"], ascending=[False, True], kind="stable")
    page.dong_table(
        (x, y),
        columns,
        own,
        lambda row: (
            whole(row.residents),
            parts(row.residents, row.covered, row.unknown).unserved,
            parts(row.residents, row.covered, row.unknown).unknown,
            percent(row.share, few=row.dong_code in page.run.thin),
        ),
        more=say["dongs_more"],
    )
