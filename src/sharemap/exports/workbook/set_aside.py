"""The sheet of the workbook about rows that were set aside or corrected."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sharemap.exports.workbook.content import Content, empty, numbered
from sharemap.exports.workbook.links import links_in_map
from sharemap.exports.workbook.sheet import Field, Sheet
from sharemap.exports.workbook.words import REASONS

__all__ = ["set_aside"]

#: Reasons of rows that the study does not concern: elsewhere, or another kind of thing.
_NOT_OURS = ("outside_area", "not_this_service")


def set_aside(content: Content) -> Sheet:
    """Return the rows that were set aside, moved, placed by their address, or that meet no street."""
    say = content.say
    every = (_rows_aside(content), _rows_fixed(content), _rows_geocoded(content), _rows_unsnapped(content))
    parts = [part for part in every if part is not None]
    headers = ("no", "kind", "layer", "name", "address", "reason", "value", "file", "row", "count")
    if not parts:
        return empty(say, headers)
    rows = pd.concat(parts, ignore_index=True)
    widths = {"kind": 12, "layer": 18, "name": 30, "address": 38, "reason": 40, "value": 22, "file": 28}
    return Sheet(
        fields=[
            numbered(say, len(rows)),
            *(
                Field(
                    header=say[name],
                    cells=content.texts(rows, name),
                    width=width,
                    links=links_in_map("place", rows["place_id"]) if name == "name" else (),
                )
                for name, width in widths.items()
            ),
            Field(header=say["row"], cells=rows["row"], width=8, kind="int"),
            Field(header=say["count"], cells=rows["count"], width=8, kind="int"),
        ],
        frozen=2,
        wrap=True,
    )


def _rows_aside(content: Content) -> pd.DataFrame | None:
    """Return the rows set aside; those that are not ours, often a whole country's, as one line for each file."""
    frame = content.table("set_aside")
    if frame is None:
        return None
    outside = frame["reason"].isin(_NOT_OURS)
    inside: pd.DataFrame = frame.loc[~outside].assign(count=1)
    if outside.any():
        keys = ["layer", "file", "reason", "reason_ko", "reason_en"]
        folded = frame.loc[outside].groupby(keys, as_index=False, sort=True).size()
        folded = folded.rename(columns={"size": "count"})
        folded = folded.assign(name=content.say["see_set_aside"], address=None, value=None, row=float("nan"))
        inside = pd.DataFrame(pd.concat([folded, inside], ignore_index=True))
    return _events(content, inside, "kind_set_aside", inside[f"reason_{content.lang}"], inside["value"])


def _rows_fixed(content: Content) -> pd.DataFrame | None:
    sites = content.table("sites")
    if sites is None:
        return None
    fixed = sites.loc[sites["coord_fix"] != ""]
    return _events(content, fixed, "kind_corrected", _reasons(content, fixed["coord_fix"]), None)


def _rows_geocoded(content: Content) -> pd.DataFrame | None:
    sites = content.table("sites")
    if sites is None or "geocoded_by" not in sites:
        return None
    found = sites.loc[sites["geocoded_by"].fillna("") != ""]
    how = content.say["geocoded_how"]
    said = [
        how.format(by=by, confidence=content.say.get(f"sure_{sure}", sure))
        for by, sure in zip(found["geocoded_by"], found["geocode_confidence"], strict=True)
    ]
    reason = pd.Series(said, index=found.index, dtype=object)
    return _events(content, found, "kind_geocoded", reason, found["geocode_match"])


def _rows_unsnapped(content: Content) -> pd.DataFrame | None:
    sites, stops = content.table("sites"), content.table("stops")
    if sites is None or stops is None:
        return None
    status = sites["site_id"].map(stops.set_index("site_id")["status"])
    loose = status.notna() & (status != "ok")
    return _events(content, sites.loc[loose], "kind_unsnapped", _reasons(content, status.loc[loose]), None)


def _events(
    content: Content, frame: pd.DataFrame, kind: str, reason: pd.Series[Any], value: pd.Series[Any] | None
) -> pd.DataFrame | None:
    if frame.empty:
        return None
    events = pd.DataFrame(
        {
            "kind": content.say[kind],
            "layer": frame["layer"].map(content.layer_names).fillna(frame["layer"]),
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
    return events.sort_values(["layer", "file", "row"], kind="stable")


def _reasons(content: Content, keys: pd.Series[Any]) -> pd.Series[Any]:
    position = ("ko", "en").index(content.lang)
    return keys.map(lambda key: REASONS[key][position] if key in REASONS else key)
