"""Statements about inputs: how old they are, whose home meets no street, which sites tell their hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.catalog import yardsticks
from sharemap.evidence.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    import pandas as pd

    from sharemap.evidence.statements import PeopleIf, Status

__all__ = ["DatedInput", "of_ages", "of_groups", "of_homes", "of_hours"]

_MONTHS = 12
_DATE = re.compile(r"^(\d{4})(?:\D?(\d{2}))?")
_ROUGH = frozenset({"streets", "area"})


@dataclass(frozen=True, kw_only=True)
class DatedInput:
    """A file with its date: the key of its threshold (``sites`` or ``streets``), its layer if it has one, its name."""

    kind: str
    layer: str
    file: str
    ref_date: str


def of_ages(inputs: Iterable[DatedInput], today: date, difference: PeopleIf) -> Iterator[Statement]:
    """Make a statement for each file: it still tells how things are.

    If a list of sites does not, the most that can be is that nothing of its layer is there any more.
    """
    for one in inputs:
        months = _months(one.ref_date, today)
        limit = yardsticks().ages[one.kind]
        status, case = _aged(months, limit.up_to_date, limit.out_of_date)
        asked = status == "doubtful" and one.layer in difference.layers
        yield Statement(
            about="input",
            about_id=f"{one.layer or one.kind}:{one.file}",
            dimension="age",
            case=case,
            status=status,
            name=one.file,
            layer=one.layer or None,
            value=None if months is None else float(months),
            unit="months",
            expected=float(limit.out_of_date if status == "doubtful" else limit.up_to_date),
            expected_source=limit.source,
            source_file=one.file,
            source_date=one.ref_date or None,
            method="left_out" if asked else "none",
            if_true=difference.as_filed if asked else None,
            if_false=difference.without(one.layer) if asked else None,
        )


def of_homes(demand: pd.DataFrame, difference: PeopleIf) -> Iterator[Statement]:
    """Make statements about homes: those that meet no street are unserved; residents live where they were placed.

    If homes without a street are not unserved, all of them are served.
    """
    lost = demand["status"] != "ok"
    if lost.any():
        yield Statement(
            about="homes",
            about_id="no_street",
            dimension="network",
            case="no_street",
            status="unknown",
            value=float(lost.sum()),
            method="counted",
            if_true=difference.as_filed,
            if_false=difference.if_all_on_street,
        )
    for method, rows in demand.groupby("method", sort=True):
        rough = method in _ROUGH
        yield Statement(
            about="homes",
            about_id=str(method),
            dimension="people",
            case="placed_roughly" if rough else "placed",
            status="doubtful" if rough else "plausible",
            value=float(len(rows)),
            affects=("promise", "coverage", "gaps", "villages"),
        )


def of_hours(sites: pd.DataFrame, layers: Iterable[str]) -> Iterator[Statement]:
    """Make a statement for each layer: its sites are open when somebody comes."""
    inside = sites.loc[sites["in_area"]]
    for layer in layers:
        own = inside.loc[inside["layer"] == layer, "hours"]
        if own.empty:
            continue
        share = float(own.notna().mean())
        known = share >= yardsticks().hours
        yield Statement(
            about="layer",
            about_id=layer,
            dimension="hours",
            case="hours_known" if known else "hours_unknown",
            status="plausible" if known else "unknown",
            layer=layer,
            value=share,
            unit="share",
            expected=yardsticks().hours,
            expected_source=yardsticks().hours_source,
            affects=("coverage_when",),
        )


def of_groups(without_data: Iterable[str]) -> Iterator[Statement]:
    """Make a statement for each group of the plan of which the study has no data: the promise cannot be judged."""
    for group in without_data:
        yield Statement(
            about="group",
            about_id=group,
            dimension="complete",
            case="group_missing",
            status="unknown",
            affects=("promise",),
        )


def _months(ref_date: str, today: date) -> int | None:
    """Return how many months ago a date was: of a year alone its end counts, so that nothing looks older than it is."""
    found = _DATE.match(ref_date)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or _MONTHS)
    return (today.year - year) * _MONTHS + today.month - month


def _aged(months: int | None, up_to_date: int, out_of_date: int) -> tuple[Status, str]:
    if months is None:
        return "unknown", "undated"
    if months > out_of_date:
        return "doubtful", "out_of_date"
    return "plausible", "up_to_date" if months <= up_to_date else "ageing"
