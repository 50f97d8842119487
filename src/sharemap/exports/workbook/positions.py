"""The sheet of the workbook that goes back to publishers: positions that something contradicts, and room for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.exports.workbook.fields import empty, numbered, public_map, text_fields
from sharemap.exports.workbook.links import links_in_map
from sharemap.exports.workbook.sheet import Field, Sheet

if TYPE_CHECKING:
    from sharemap.findings import Run

__all__ = ["positions"]

_TEXTS = {"service": 16, "name": 30, "address": 36}
_ANSWERS = ("answer_lat", "answer_lon", "answer_address", "answer_note")


def positions(run: Run) -> Sheet:
    """Return the sites whose published position is contradicted, file by file, the farthest off first."""
    say, frame = run.say, run.table("positions")
    doubted = frame.loc[frame["status"] == "contradicted"] if len(frame) else frame
    if doubted.empty:
        return empty(run, "no", *_TEXTS, "contradicted_by", "apart_m", *_ANSWERS)
    rows = doubted.sort_values(
        ["file", "apart_m", "site_id"], ascending=[True, False, True], ignore_index=True
    )
    rows["service"] = rows["layer"].map(run.layer_names).fillna(rows["layer"])
    places = run.table("sites").set_index("site_id")["place_id"].reindex(rows["site_id"])
    links = links_in_map("place", places)
    at = {"lat": rows["published_lat"], "lon": rows["published_lon"]}
    nothing: pd.Series[Any] = pd.Series(None, index=rows.index, dtype=object)
    return Sheet(
        fields=[
            numbered(run, len(rows)),
            *text_fields(run, rows, _TEXTS, links=links),
            Field(header=say["file"], cells=rows["file"], width=24),
            Field(header=say["row"], cells=rows["row"], width=8, kind="int"),
            *_degrees(run, rows),
            Field(header=say["contradicted_by"], cells=rows["site_id"].map(run.positions[1]), width=44),
            Field(header=say["apart_m"], cells=rows["apart_m"], width=10, kind="metres"),
            *(Field(header=say[name], cells=nothing, width=16) for name in _ANSWERS),
            public_map(run, rows["name"], at),
        ],
        frozen=3,
        wrap=True,
        notes=(say["sheet_positions_is"],),
    )


def _degrees(run: Run, rows: pd.DataFrame) -> list[Field]:
    """Return the published position, and the used one where it is another."""
    moved = rows["moved_m"] > 0
    cells = {name: rows[name] for name in ("published_lat", "published_lon")}
    cells |= {name: rows[name].where(moved) for name in ("used_lat", "used_lon")}
    return [Field(header=run.say[name], cells=one, width=11, kind="degree") for name, one in cells.items()]
