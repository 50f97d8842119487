"""The sheet of the workbook about rows that were set aside or corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.exports.workbook.fields import empty, numbered, text_fields
from sharemap.exports.workbook.links import links_in_map
from sharemap.exports.workbook.sheet import Field, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings import Run

__all__ = ["set_aside"]

#: What was done to coordinates, and the term that says it; anything else is why a site meets no street.
_FIXES: Mapping[str, str] = {"swapped": "swapped", "answered": "answered", "agreed": "position_agreed"}
#: Reasons of rows that the study does not concern: elsewhere, or another kind of thing.
_NOT_OURS = ("outside_area", "not_this_service")


def set_aside(run: Run) -> Sheet:
    """Return the rows that were set aside, moved, placed by their address, or that meet no street."""
    say = run.say
    every = (_rows_aside(run), _rows_fixed(run), _rows_geocoded(run), _rows_unsnapped(run))
    parts = [part for part in every if part is not None]
    if not parts:
        return empty(
            run, "no", "kind", "service", "name", "address", "reason", "value", "file", "row", "count"
        )
    rows = pd.concat(parts, ignore_index=True)
    widths = {"kind": 12, "service": 18, "name": 30, "address": 38, "reason": 40, "value": 22, "file": 28}
    return Sheet(
        fields=[
            numbered(run, len(rows)),
            *text_fields(run, rows, widths, links=links_in_map("place", rows["place_id"])),
            Field(header=say["row"], cells=rows["row"], width=8, kind="int"),
            Field(header=say["count"], cells=rows["count"], width=8, kind="int"),
        ],
        frozen=2,
        wrap=True,
    )


def _rows_aside(run: Run) -> pd.DataFrame | None:
    """Return the rows set aside; those that are not ours, often a whole country's, as one line for each file."""
    frame = run.table("set_aside")
    if frame.empty:
        return None
    outside = frame["reason"].isin(_NOT_OURS)
    inside: pd.DataFrame = frame.loc[~outside].assign(count=1)
    if outside.any():
        keys = ["layer", "file", "reason", "reason_ko", "reason_en"]
        folded = frame.loc[outside].groupby(keys, as_index=False, sort=True).size()
        folded = folded.rename(columns={"size": "count"})
        folded = folded.assign(name=run.say["see_set_aside"], address=None, value=None, row=float("nan"))
        inside = pd.DataFrame(pd.concat([folded, inside], ignore_index=True))
    return _events(run, inside, "set_aside", inside[f"reason_{run.lang}"], inside["value"])


def _rows_fixed(run: Run) -> pd.DataFrame | None:
    sites = run.table("sites")
    if sites.empty:
        return None
    fixed = sites.loc[sites["coord_fix"] != ""]
    return _events(run, fixed, "kind_corrected", _reasons(run, fixed["coord_fix"]), None)


def _rows_geocoded(run: Run) -> pd.DataFrame | None:
    sites = run.table("sites")
    if sites.empty:
        return None
    found = sites.loc[sites["geocoded_by"].fillna("") != ""]
    how = run.say["geocoded_how"]
    said = [
        how.format(by=by, confidence=run.say[f"sure_{sure}"])
        for by, sure in zip(found["geocoded_by"], found["geocode_confidence"], strict=True)
    ]
    reason = pd.Series(said, index=found.index, dtype=object)
    return _events(run, found, "kind_geocoded", reason, found["geocode_match"])


def _rows_unsnapped(run: Run) -> pd.DataFrame | None:
    sites, stops = run.table("sites"), run.table("stops")
    if sites.empty or stops.empty:
        return None
    status = sites["site_id"].map(stops.set_index("site_id")["status"])
    loose = status.notna() & (status != "ok")
    return _events(run, sites.loc[loose], "unsnapped_n", _reasons(run, status.loc[loose]), None)


def _events(
    run: Run, frame: pd.DataFrame, kind: str, reason: pd.Series[Any], value: pd.Series[Any] | None
) -> pd.DataFrame | None:
    if frame.empty:
        return None
    events = pd.DataFrame(
        {
            "kind": run.say[kind],
            "service": frame["layer"].map(run.layer_names).fillna(frame["layer"]),
            "name": frame["name"],
            "address": frame["address"],
            "reason": reason,
            "value": value if value is not None else pd.Series(None, index=frame.index, dtype=object),
            "file": frame["file"],
            "row": frame["row"],
            "count": frame["count"] if "count" in frame.columns else 1,
            "place_id": frame["place_id"] if "place_id" in frame.columns else None,
        }
    )
    return events.sort_values(["service", "file", "row"], kind="stable")


def _reasons(run: Run, keys: pd.Series[Any]) -> pd.Series[Any]:
    return keys.map(lambda key: run.say[_FIXES.get(key, f"status_{key}")])
