"""The sheets of the workbook that are one table each."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sharemap.exports._content import Content, degrees, empty, layer_list, nothing, numbered
from sharemap.exports._sheet import Field, Sheet
from sharemap.exports._words import REASONS

__all__ = ["coverage", "one_short", "set_aside", "village_sites", "villages"]

#: The reason of rows that lie outside the study area and its surroundings.
_OUTSIDE = "outside_area"


def villages(content: Content) -> Sheet:
    say, frame = content.say, content.table("villages")
    headers = ("no", "rank", "village", "ward", "dong_code", "dong", "places", "services", "layers")
    if frame is None:
        return empty(say, headers)
    frame = frame.sort_values("rank", kind="stable", ignore_index=True)
    walks = [
        Field(header=say[name], cells=frame[name], width=11, kind="metres")
        for name in ("longest_walk_m", "mean_walk_m", "loop_m")
    ]
    counts = [
        Field(header=say[name], cells=frame[name], width=11, kind="int")
        for name in (
            "residents_5min",
            "residents_10min",
            "residents_15min",
            "residents_65_over_15min",
            "support_sites",
            "neighbours",
        )
    ]
    fields = [
        numbered(say, len(frame), total=say["total"]),
        Field(header=say["rank"], cells=frame["rank"], width=6, kind="int"),
        Field(header=say["village"], cells=frame["name"], width=30),
        Field(header=say["ward"], cells=content.texts(frame, "ward_name"), width=10),
        Field(header=say["dong_code"], cells=content.texts(frame, "dong_code"), width=13, kind="code"),
        Field(header=say["dong"], cells=content.texts(frame, "dong_name"), width=12),
        Field(
            header=say["places"],
            cells=frame["places"],
            width=9,
            kind="int",
            total=int(frame["places"].sum()),
        ),
        Field(header=say["services"], cells=frame["services"], width=9, kind="int"),
        Field(header=say["layers"], cells=layer_list(frame["layers"], content), width=34),
        *walks,
        *counts,
        Field(header=say["village_id"], cells=frame["village_id"], width=14),
    ]
    if content.lang == "ko":
        fields.append(Field(header=say["sentence"], cells=frame["sentence_ko"], width=70))
    return Sheet(fields=fields, frozen=3, wrap=True)


def village_sites(content: Content) -> Sheet:
    say, members, villages = content.say, content.table("village_places"), content.table("villages")
    if members is None or villages is None:
        return empty(say, ("no", "rank", "village", "role", "place", "site", "layer", "address"))
    rows = pd.DataFrame(members.drop(columns="geometry")).assign(**degrees(members))
    rows = rows.merge(
        villages[["village_id", "rank", "name"]].rename(columns={"name": "village"}), on="village_id"
    )
    rows = rows.merge(_sites(content), on="place_id", how="left", suffixes=("", "_site"))
    rows = rows.assign(_role=(rows["role"] != "member").astype(int))
    rows = rows.sort_values(
        ["rank", "_role", "loop_order", "place_id", "site_id"], kind="stable", ignore_index=True
    )
    layer = rows["layer"].map(content.layer_names).fillna(rows["layer"])
    layer = layer.where(layer.notna(), layer_list(rows["layers"], content))
    texts = [
        Field(header=say[header], cells=content.texts(rows, column), width=width)
        for header, column, width in (
            ("address", "address", 40),
            ("hours", "hours", 20),
            ("phone", "phone", 15),
            ("operator", "operator", 18),
        )
    ]
    return Sheet(
        fields=[
            numbered(say, len(rows)),
            Field(header=say["rank"], cells=rows["rank"], width=6, kind="int"),
            Field(header=say["village"], cells=rows["village"], width=28),
            Field(header=say["role"], cells=rows["role"].map(lambda key: say.get(key, key)), width=8),
            Field(
                header=say["loop_order"],
                cells=rows["loop_order"].where(rows["loop_order"] > 0),
                width=8,
                kind="int",
            ),
            Field(header=say["place"], cells=rows["name"], width=28),
            Field(header=say["site"], cells=content.texts(rows, "name_site"), width=28),
            Field(header=say["layer"], cells=layer, width=18),
            *texts,
            Field(header=say["lat"], cells=rows["lat"], width=11, kind="degree"),
            Field(header=say["lon"], cells=rows["lon"], width=11, kind="degree"),
            Field(header=say["source"], cells=content.texts(rows, "source"), width=20),
            Field(header=say["ref_date"], cells=content.texts(rows, "ref_date"), width=12),
            Field(header=say["place_id"], cells=rows["place_id"], width=12),
        ],
        frozen=3,
    )


def _sites(content: Content) -> pd.DataFrame:
    columns = ["place_id", "site_id", "name", "layer", "hours", "phone", "operator", "source", "ref_date"]
    sites = content.table("sites")
    if sites is None:
        return pd.DataFrame({column: pd.Series(dtype=str) for column in columns}).rename(
            columns={"name": "name_site"}
        )
    return pd.DataFrame(sites[columns]).rename(columns={"name": "name_site"})


def one_short(content: Content) -> Sheet:
    say, frame, blocks = content.say, content.table("one_short"), content.table("blocks")
    if frame is None:
        return empty(say, ("no", "rank", "place_a", "place_b", "dong", "walk_m", "block", "residents_15min"))
    frame = frame.sort_values("rank", kind="stable", ignore_index=True)
    streets = nothing() if blocks is None else blocks.set_index("block_id")["streets"]
    around = frame["block_id"].map(streets).astype(object)
    return Sheet(
        fields=[
            numbered(say, len(frame)),
            Field(header=say["rank"], cells=frame["rank"], width=6, kind="int"),
            Field(header=say["place_a"], cells=frame["name_a"], width=32),
            Field(header=say["place_b"], cells=frame["name_b"], width=32),
            Field(header=say["dong"], cells=content.texts(frame, "dong_name"), width=14),
            Field(header=say["walk_m"], cells=frame["walk_m"], width=11, kind="metres"),
            Field(header=say["block"], cells=content.texts(frame, "block_id"), width=16),
            Field(header=say["streets"], cells=around.str.replace(";", ", ", regex=False), width=44),
            Field(header=say["residents_15min"], cells=frame["residents_15min"], width=13, kind="int"),
        ],
        frozen=3,
    )


def coverage(content: Content) -> Sheet:
    say, frame = content.say, content.table("coverage_dong")
    if frame is None:
        return empty(say, ("no", "ward", "dong_code", "dong", "residents"))
    everyone = frame[frame["age_band"] == "all"]
    residents = everyone.drop_duplicates("dong_code").sort_values(
        "dong_code", kind="stable", ignore_index=True
    )
    shares = [
        _share_field(everyone[everyone["key"] == key], residents, header)
        for key, header in _coverage_keys(content, everyone)
    ]
    return Sheet(
        fields=[
            numbered(say, len(residents), total=say["total"]),
            Field(header=say["ward"], cells=residents["ward_name"], width=10),
            Field(header=say["dong_code"], cells=residents["dong_code"], width=13, kind="code"),
            Field(header=say["dong"], cells=residents["dong_name"], width=14),
            Field(
                header=say["residents"],
                cells=residents["residents"],
                width=11,
                kind="int",
                total=int(residents["residents"].sum()),
            ),
            *shares,
        ],
        frozen=4,
    )


def _coverage_keys(content: Content, frame: pd.DataFrame) -> list[tuple[str, str]]:
    say, found = content.say, set(frame["key"])
    named = [("all_groups", say["all_groups"])]
    named += [(entry["group"], entry[f"name_{content.lang}"]) for entry in content.summary["groups"]]
    named += list(content.layer_names.items())
    return [(key, name) for key, name in named if key in found]


def _share_field(part: pd.DataFrame, residents: pd.DataFrame, header: str) -> Field:
    by_dong = part.set_index("dong_code")
    lived_in = int(part["residents"].sum())
    return Field(
        header=header,
        cells=residents["dong_code"].map(by_dong["share"]),
        width=11,
        kind="share",
        total=int(part["covered"].sum()) / lived_in if lived_in else None,
    )


def set_aside(content: Content) -> Sheet:
    say = content.say
    parts = [
        part
        for part in (_rows_aside(content), _rows_fixed(content), _rows_unsnapped(content))
        if part is not None
    ]
    headers = ("no", "kind", "layer", "name", "address", "reason", "value", "file", "row", "count")
    if not parts:
        return empty(say, headers)
    rows = pd.concat(parts, ignore_index=True)
    widths = {"kind": 10, "layer": 18, "name": 30, "address": 38, "reason": 40, "value": 22, "file": 34}
    return Sheet(
        fields=[
            numbered(say, len(rows)),
            *(
                Field(header=say[name], cells=content.texts(rows, name), width=width)
                for name, width in widths.items()
            ),
            Field(header=say["row"], cells=rows["row"], width=8, kind="int"),
            Field(header=say["count"], cells=rows["count"], width=8, kind="int"),
        ],
        frozen=2,
    )


def _rows_aside(content: Content) -> pd.DataFrame | None:
    """Return the rows set aside; those outside the area, often a whole country's, as one line for each file."""
    frame = content.table("set_aside")
    if frame is None:
        return None
    outside = frame["reason"] == _OUTSIDE
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
        }
    )
    return events.sort_values(["layer", "file", "row"], kind="stable")


def _reasons(content: Content, keys: pd.Series[Any]) -> pd.Series[Any]:
    position = ("ko", "en").index(content.lang)
    return keys.map(lambda key: REASONS[key][position] if key in REASONS else key)
