"""Unserved areas: whom one more site would reach, one after the other, on a map and in a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap.findings import whole
from sharemap.findings.gaps import list_of, rest_of, site_of
from sharemap.maps.drawn import records
from sharemap.maps.geometry import polygons_only
from sharemap.maps.paper.basemap import fields_path
from sharemap.maps.paper.features import names, whole_area
from sharemap.maps.paper.frame import draw, natural_mm
from sharemap.maps.paper.labels import circled
from sharemap.maps.paper.marks import badge
from sharemap.maps.paper.page import BOTTOM, LEFT, NOTE, WIDE, Page, TableColumn, opened
from sharemap.maps.paper.typeset import disc_mm
from sharemap.palette import MUTED, UNSERVED
from sharemap.units import sum_persons

if TYPE_CHECKING:
    from sharemap.maps.paper.edition import Edition

__all__ = ["unserved"]

_MAP_TOP, _MAP_HIGH = 39.0, (124.0, 160.0)
_FACE = "#e7d0dc"
_STEP = 5.0


def unserved(edition: Edition, *, folio: str = "") -> Page:
    """Return the page, for the study's profile and the promise, or the first group where there is no promise."""
    run, say = edition.run, edition.run.say
    page = opened(edition, say["gap_list"], folio=folio)
    theme, profile = run.promise, run.summary.profile
    named = {"own": run.profile_names[profile], "minutes": run.minutes}
    which = say["unserved_all" if theme == "all_groups" else "unserved_of"]
    note = say["unserved_note"].format(name=which.format(name=run.service_names[theme]), **named)
    page.text((LEFT, NOTE), note, 9, color=MUTED, room=WIDE)
    own = found = run.table("gaps")
    if not found.empty:
        found = found[found["basis"] == "known"]
        own = found[(found["profile"] == profile) & (found["key"] == theme)]
        own = own.sort_values("rank", kind="stable")
    most = min(_MAP_HIGH[1], natural_mm(page, WIDE))
    least = min(_MAP_HIGH[0], most)
    high = max(min(BOTTOM - _MAP_TOP - 34.0 - len(own) * _STEP, most), least)
    numbered = min(len(own), int((BOTTOM - _MAP_TOP - high - 10.5 - 21.4) // _STEP))
    _map(page, own, high, numbered)
    y = _legend(page, _MAP_TOP + high + 3.0)
    if own.empty:
        one = list_of(run, profile, theme)
        term = "unserved_few" if one is not None and one.unserved else "unserved_none"
        none = say[term].format(minutes=run.minutes, least="" if one is None else whole(one.least))
        page.paragraph((LEFT, y + 2), run.uncounted or " ".join([none, *rest_of(run, profile, theme)]), 10)
        return page
    _others(page, found, _list(page, own, y, numbered) + 3.0)
    return replace(page, picture=(NOTE, y))


def _map(page: Page, own: pd.DataFrame, high: float, numbered: int) -> None:
    frame = whole_area(page, (LEFT, _MAP_TOP, WIDE, high))
    shapes = np.array([polygons_only(shape) for shape in own.geometry] if len(own) else [], dtype=object)
    simple = shapely.intersection(page.base.outline, shapely.simplify(shapes, page.base.tolerance))
    path = fields_path(simple)
    draw(frame.axes, path, facecolor=_FACE, edgecolor="none", alpha=0.8, zorder=5)
    line = {"facecolor": "none", "edgecolor": UNSERVED, "zorder": 5.5}
    draw(frame.axes, path, linewidth=0.4 if page.base.wide else 0.9, hatch="....", **line)
    for row in records(own.head(numbered)):
        rank, at = row.rank, (row.new_x_m, row.new_y_m)
        wide = disc_mm(rank, 8.5)
        spot = frame.room.place((wide, wide), circled(frame.to_page(*at), step=wide * 0.6))
        if spot is not None:  # a number without room stands in the table
            badge(frame, spot, rank, size=8.5, marker="s", color=UNSERVED)
    names(frame, {}, size=7.5)


def _legend(page: Page, y: float) -> float:
    look = {"facecolor": _FACE, "hatch": "....", "edgecolor": UNSERVED}
    page.swatch((LEFT, y), page.say["unserved_legend"], room=70, **look)
    page.border_keys(y, x=(LEFT + 72, LEFT + 112))
    return y + 7.5


def _list(page: Page, own: pd.DataFrame, y: float, most: int) -> float:
    say = page.say
    profile, key = own["profile"].iloc[0], own["key"].iloc[0]
    told = {"people": page.run.people_of(profile), "reached": whole(sum_persons(own["people"]))}
    title = say["unserved_sum"].format(n=f"{len(own):,}", **told)
    y = page.head((LEFT, y), title)
    columns = (
        TableColumn(name=say["order"], wide=11, right=True, weight="bold"),
        TableColumn(name=say["unserved_where"], wide=66),
        TableColumn(name=say["unserved_reached"], wide=20, right=True, weight="bold"),
        TableColumn(name=say["age_65_over"], wide=17, right=True),
        TableColumn(name=say["nearest"], wide=44),
        TableColumn(name=say["unserved_walk"], wide=24, right=True),
    )
    rows = [
        (
            row.rank,
            _site(page, row),
            whole(row.people),
            whole(row.residents_65_over),
            row.nearest_name if isinstance(row.nearest_name, str) else say["walk_none"],
            _walk(page, row.walk_min, row.walk_is),
        )
        for row in records(own.head(most))
    ]
    y = page.table((LEFT, y), columns, rows, step=_STEP)
    notes = [say["unserved_star"]] if (own["walk_is"] == "at_most").any() else []
    notes = [*rest_of(page.run, profile, key), *notes]
    if len(own) > most:
        notes.insert(0, say["unserved_more"].format(all=f"{len(own):,}", n=most))
    for at, note in enumerate(notes):
        page.text((LEFT, y + 1.2 + at * 4.2), note, 7.5, color=MUTED, room=WIDE)
    return y + 1.2 + len(notes) * 4.2


def _others(page: Page, found: pd.DataFrame, y: float) -> None:
    """Count the unserved areas of each service and walker, where there is room."""
    say = page.say
    keys = [key for key in page.run.service_names if (found["key"] == key).any()]
    called = page.run.profile_names
    profiles = [key for key in called if (found["profile"] == key).any()]
    if y + 13.0 + len(keys) * _STEP > BOTTOM or not profiles:
        return
    each = (WIDE - 40.0) / len(profiles)
    columns = [TableColumn(name=say["group"], wide=40), *(TableColumn(name=called[key], wide=each, right=True) for key in profiles)]  # fmt: skip
    rows = []
    for key in keys:
        own = [found[(found["key"] == key) & (found["profile"] == profile)] for profile in profiles]
        told = [say["unserved_count"].format(n=len(one), reached=whole(sum_persons(one["people"]))) for one in own]  # fmt: skip
        rows.append((page.run.service_names[key], *told))
    y = page.head((LEFT, y), say["unserved_others"])
    page.table((LEFT, y), columns, rows, step=_STEP)


def _site(page: Page, row: Any) -> str:  # noqa: ANN401  a named tuple
    names = {"ward_name": row.new_ward_name, "dong_name": row.new_dong_name}
    return site_of(row._asdict(), page.run.lang, dong=page.edition.dong_of(row._replace(**names)))


def _walk(page: Page, minutes: float, how: str) -> str:
    if pd.isna(minutes):
        return "–"
    text = page.say["unserved_at_most" if how == "at_most" else "unserved_min"]
    return text.format(min=f"{int(minutes * 10 + 0.5) / 10:.1f}")
