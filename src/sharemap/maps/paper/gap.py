"""Whom an adult reaches and another walker does not: the gap between two walking profiles, by dong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sharemap.findings import number, percent, whole
from sharemap.maps.drawn import records
from sharemap.maps.paper.edition import ages_of
from sharemap.maps.paper.features import names, whole_area
from sharemap.maps.paper.page import LEFT, NOTE, WIDE, Page, TableColumn, opened
from sharemap.palette import GAP_CLASSES, MUTED
from sharemap.units import sum_persons

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.maps.paper.edition import Edition

__all__ = ["gap"]

_MAP = (LEFT, 39.0, WIDE, 132.0)
#: Width of the table of profiles; the list of dongs stands beside it.
_TABLE = 104.0
_MOST_OTHERS = 3


def gap(edition: Edition, *, folio: str = "") -> Page:
    """Return the page: the gap to the least mobile profile as a map, and the shares of all profiles as a table."""
    run, say = edition.run, edition.run.say
    page = opened(edition, say["gap_page"], folio=folio)
    called, summary = run.profile_names, run.summary
    others = [key for key in called if key != summary.profile]
    frame = run.of_walkers("profile_gap")
    if frame.empty or not others:
        page.paragraph((LEFT, 36), run.none_of("gap_none_here"), 10)
        return page
    theme = run.promise
    other = summary.least_mobile if summary.least_mobile in others else others[-1]
    own = frame[(frame["profile"] == other) & (frame["key"] == theme)]
    text = say["gap_question" if theme == "all_groups" else "gap_question_of"]
    who = {"own": called[summary.profile], "other": called[other], "people": run.people_of(other)}
    told = text.format(**who, minutes=run.minutes, name=run.service_names[theme])
    page.text((LEFT, NOTE), told, 9, color=MUTED, room=WIDE)
    _map(page, own)
    y = key_ends = _legend(page, _MAP[1] + _MAP[3] + 2.5)
    _dongs(page, own, y)
    y = _profiles(page, [other, *(key for key in others if key != other)], y)
    _ages(page, (other, theme), y)
    return replace(page, picture=(NOTE, key_ends))


def _map(page: Page, own: pd.DataFrame) -> None:
    shares = dict(zip(own["dong_code"], own["share"], strict=True))
    frame = whole_area(page, _MAP, shares, classes=GAP_CLASSES)
    labels = {code: percent(share, few=code in page.run.thin) for code, share in shares.items()}
    by_ward = own.groupby("ward_code")[["only_study_profile", "residents"]].agg(sum_persons)
    wards = {str(row.Index): percent(row.only_study_profile / row.residents) for row in records(by_ward) if row.residents}  # fmt: skip
    names(frame, wards | labels, size=7.5)


def _legend(page: Page, y: float) -> float:
    y = page.classes((LEFT, y), page.say["gap_legend"], GAP_CLASSES)
    page.border_keys(y, x=(LEFT, LEFT + 42))
    return y + 7.0


def _profiles(page: Page, others: list[str], y: float) -> float:
    """Write who is served by which walker, the promise and the groups; return where the table ends."""
    say, run = page.say, page.run
    shown = [run.summary.profile, *others[:_MOST_OTHERS]]
    each = (_TABLE - 24.0 - 20.0) / len(shown)
    y = page.head((LEFT, y), say["table_profiles"], wide=_TABLE)
    columns = [
        TableColumn(name=say["group"], wide=24),
        *(TableColumn(name=run.profile_names[key], wide=each, right=True) for key in shown),
        TableColumn(name=say["gap_people_head"], wide=20, right=True, weight="bold"),
    ]
    served, gaps = run.of_walkers("coverage_profiles_ward"), run.of_walkers("profile_gap")
    rows = []
    for key in [key for key in run.service_keys if page.edition.layer(key) is None]:
        lost = sum_persons(gaps[(gaps["profile"] == others[0]) & (gaps["key"] == key)]["only_study_profile"])
        shares = [percent(_share(served, profile, key)) for profile in shown]
        rows.append((run.service_names[key], *shares, whole(lost)))
    y = page.table((LEFT, y), columns, rows)
    known = {one.profile: one for one in run.summary.profiles}
    told = [
        say["profile_cond"].format(
            name=run.profile_names[key],
            speed=number(known[key].speed_kmh),
            metres=number(known[key].cutoff_m),
        )
        for key in shown
    ]
    told += [
        f"{run.profile_names[key]}: {run.people_of(key)}" for key in shown if known[key].age_band != "all"
    ]
    told += [run.assumed(others[0])] if run.assumed(others[0]) else []
    return page.paragraph((LEFT, y + 1.2), " · ".join(told), 7.5, color=MUTED, room=_TABLE, most=3)


def _ages(page: Page, which: tuple[str, str], y: float) -> None:
    """Write how large the gap is in each age."""
    frame = page.run.table("profile_gap")
    own = frame[(frame["profile"] == which[0]) & (frame["key"] == which[1])]
    age = {one.profile: one.age_band for one in page.run.summary.profiles}[which[0]]
    own = own if age == "all" else own[own["age_band"] == age]
    rows = [
        (page.say[f"age_{band}"], people / residents, f"{whole(people)} ({percent(people / residents)})")
        for band, people, residents in ages_of(own, "only_study_profile")
    ]
    if rows:
        page.text((LEFT, y + 3.0), page.say["gap_by_age"], 8.5, weight="bold", color=MUTED, room=_TABLE)
        page.bars((LEFT, y + 8.2), _TABLE, rows)


def _share(served: pd.DataFrame, profile: str, key: str) -> float | None:
    if served.empty:
        return None
    mine = served[(served["profile"] == profile) & (served["key"] == key)]
    residents = sum_persons(mine["residents"])
    return sum_persons(mine["covered"]) / residents if residents else None


def _dongs(page: Page, own: pd.DataFrame, y: float) -> None:
    say = page.say
    x, wide = LEFT + 112.0, WIDE - 112.0
    y = page.head((x, y), say["gap_dongs_head"], wide=wide)
    columns = (
        TableColumn(name=say["dong"], wide=wide - 38),
        TableColumn(name=say["gap_people_head"], wide=20, right=True, weight="bold"),
        TableColumn(name=say["gap_share_head"], wide=18, right=True),
    )
    page.dong_table(
        (x, y),
        columns,
        own.sort_values(["only_study_profile", "dong_code"], ascending=[False, True], kind="stable"),
        lambda row: (
            whole(row.only_study_profile),
            percent(row.share, few=row.dong_code in page.run.thin),
        ),
        more=say["dongs_more"].replace("coverage_dong", "profile_gap"),
    )
