"""Whom an adult reaches and another walker does not: the gap between two walking profiles, by dong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sharemap.maps.drawn import records
from sharemap.maps.paper.frame import frame_of
from sharemap.maps.paper.layers import borders, dongs, names, plain_ground, streets
from sharemap.maps.paper.marks import north, scale_bar
from sharemap.maps.paper.page import (
    BOTTOM,
    LEFT,
    NOTE,
    WIDE,
    Column,
    Page,
    ages_of,
    bars,
    border_keys,
    classes,
    dong_of,
    head,
    opened,
    table,
)
from sharemap.maps.profiles import profile_names, theme_keys
from sharemap.maps.words import number, percent
from sharemap.palette import GAP_CLASSES, MUTED, share_colour

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.maps.paper.ink import Sheet

__all__ = ["gap"]

_MAP = (LEFT, 39.0, WIDE, 132.0)
_MOST_OTHERS = 3


def gap(sheet: Sheet, *, folio: str = "") -> Page:
    """Return the page: the gap to the least mobile profile as a map, and the shares of all profiles as a table."""
    say = sheet.say
    page = opened(sheet, say["gap_page"], folio=folio)
    others = [key for key in profile_names(sheet.study, sheet.lang) if key != sheet.study.summary["profile"]]
    frame = _everyone(sheet.study.table("profile_gap"))
    if frame.empty or not others:
        page.paragraph((LEFT, 36), say["gap_none_here"], 10, room=WIDE)
        return page
    least = str(sheet.study.summary.get("least_mobile") or "")
    other = least if least in others else others[-1]
    theme, name = sheet.theme
    own = frame[(frame["profile"] == other) & (frame["key"] == theme)]
    text = say["gap_question"] if theme == "all_groups" else say["gap_question_of"]
    called = profile_names(sheet.study, sheet.lang)
    own_name = called[sheet.study.summary["profile"]]
    told = text.format(own=own_name, other=called[other], minutes=sheet.minutes, name=name)
    page.text((LEFT, NOTE), told, 9, color=MUTED, room=WIDE)
    _map(page, own)
    y = key_ends = _legend(page, _MAP[1] + _MAP[3] + 2.5)
    _dongs(page, own, y)
    y = _profiles(page, [other, *(key for key in others if key != other)], y)
    _ages(page, (other, theme), y)
    return replace(page, picture=(NOTE, key_ends))


def _everyone(frame: pd.DataFrame) -> pd.DataFrame:
    return frame if frame.empty else frame[frame["age_band"] == "all"]


def _map(page: Page, own: pd.DataFrame) -> None:
    frame = frame_of(page.sheet, _MAP)
    north(frame)
    scale_bar(frame)
    plain_ground(frame)
    shares = dict(zip(own["dong_code"], own["share"], strict=True))
    dongs(frame, lambda code: share_colour(shares.get(code), GAP_CLASSES))
    streets(frame, page.sheet.ground.streets, factor=0.75, leave=("foot", "minor"))
    borders(frame)
    labels = {code: percent(share) for code, share in shares.items()}
    by_ward = own.groupby("ward_code")[["only_study_profile", "residents"]].sum()
    wards = {str(row.Index): percent(row.only_study_profile / row.residents) for row in records(by_ward) if row.residents}  # fmt: skip
    names(frame, wards | labels, size=7.5)


def _legend(page: Page, y: float) -> float:
    say = page.say
    y = classes(page, (LEFT, y), say["gap_legend"], GAP_CLASSES)
    border_keys(page, y, x=(LEFT, LEFT + 42))
    return y + 7.0


def _profiles(page: Page, others: list[str], y: float) -> float:
    """Write who is served by which walker, the promise and the groups; return where the table ends."""
    say, study = page.say, page.sheet.study
    called = profile_names(study, page.lang)
    shown = [study.summary["profile"], *others[:_MOST_OTHERS]]
    wide = 104.0
    each = (wide - 24.0 - 20.0) / len(shown)
    y = head(page, (LEFT, y), say["gap_table"], wide=wide)
    columns = [
        Column(name=say["group"], wide=24),
        *(Column(name=called[key], wide=each, right=True) for key in shown),
        Column(name=say["gap_people_head"], wide=20, right=True, weight="bold"),
    ]
    served = _everyone(study.table("coverage_profiles_ward"))
    gaps = _everyone(study.table("profile_gap"))
    groups = [entry["group"] for entry in study.summary["groups"]]
    rows = []
    for key in [key for key in theme_keys(study) if key == "all_groups" or key in groups]:
        lost = gaps[(gaps["profile"] == others[0]) & (gaps["key"] == key)]["only_study_profile"].sum()
        shares = [_share(served, profile, key) for profile in shown]
        rows.append((_theme(page, key), *(percent(share) for share in shares), f"{int(lost):,}"))
    y = table(page, (LEFT, y), columns, rows)
    conditions = {entry["profile"]: entry for entry in study.summary.get("profiles", [])}
    told = [
        say["profile_cond"].format(
            name=called[key],
            speed=number(conditions[key]["speed_kmh"]),
            metres=number(conditions[key]["cutoff_m"]),
        )
        for key in shown
        if key in conditions
    ]
    return page.paragraph((LEFT, y + 1.2), " · ".join(told), 7.5, color=MUTED, room=wide, most=3)


def _ages(page: Page, which: tuple[str, str], y: float) -> None:
    """Write how large the gap is in each age."""
    frame = page.sheet.study.table("profile_gap")
    own = frame[(frame["profile"] == which[0]) & (frame["key"] == which[1])]
    rows = [
        (page.say[f"age_{band}"], people / residents, f"{people:,} ({percent(people / residents)})")
        for band, people, residents in ages_of(own, "only_study_profile")
    ]
    if rows:
        page.text((LEFT, y + 3.0), page.say["gap_by_age"], 8.5, weight="bold", color=MUTED, room=104)
        bars(page, (LEFT, y + 8.2), 104.0, rows)


def _theme(page: Page, key: str) -> str:
    if key == "all_groups":
        return page.say["all_groups"]
    return next(page.name_of(entry) for entry in page.summary["groups"] if entry["group"] == key)


def _share(served: pd.DataFrame, profile: str, key: str) -> float | None:
    if served.empty:
        return None
    sums = served[(served["profile"] == profile) & (served["key"] == key)][["covered", "residents"]].sum()
    return float(sums["covered"] / sums["residents"]) if sums["residents"] else None


def _dongs(page: Page, own: pd.DataFrame, y: float) -> None:
    say = page.say
    x, wide = LEFT + 112.0, WIDE - 112.0
    y = head(page, (x, y), say["gap_dongs_head"], wide=wide)
    order = own.sort_values(["only_study_profile", "dong_code"], ascending=[False, True], kind="stable")
    most = int((BOTTOM - y - 4.6) // 4.6)
    most -= len(order) > most
    columns = (
        Column(name=say["dong"], wide=wide - 38),
        Column(name=say["gap_people_head"], wide=20, right=True, weight="bold"),
        Column(name=say["gap_share_head"], wide=18, right=True),
    )
    rows = [
        (dong_of(page, row), f"{row.only_study_profile:,}", percent(row.share))
        for row in records(order.head(most))
    ]
    y = table(page, (x, y), columns, rows, step=4.6)
    if len(order) > most:
        more = say["dongs_more"].format(all=f"{len(order):,}", n=most).replace("coverage_dong", "profile_gap")
        page.paragraph((x, y + 0.6), more, 7.5, color=MUTED, room=wide, most=2)
