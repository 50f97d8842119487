"""The sheets of the workbook about villages: the list, their facilities, what is known about each, one short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.catalog import source_titles
from sharemap.exports.workbook.content import (
    Content,
    degrees,
    empty,
    layer_list,
    nothing,
    numbered,
    public_map,
)
from sharemap.exports.workbook.links import links_in_map
from sharemap.exports.workbook.sheet import Field, Sheet

if TYPE_CHECKING:
    from sharemap.exports.workbook.sheet import Look

__all__ = ["one_short", "village_sites", "village_values", "villages"]

_UNITS: dict[str, Look] = {"명": "int", "종": "int", "곳": "int", "m": "metres", "비율": "share"}


def villages(content: Content) -> Sheet:
    """Return the candidates by rank; their names open the offline map."""
    say, frame = content.say, content.table("villages")
    headers = ("no", "rank", "village", "ward", "dong_code", "dong", "places", "services", "layers")
    if frame is None:
        return empty(say, headers)
    frame = frame.sort_values("rank", kind="stable", ignore_index=True)
    every = int(frame["places"].sum())
    links = links_in_map("village", frame["village_id"])
    fields = [
        numbered(say, len(frame), total=say["total"]),
        Field(header=say["rank"], cells=frame["rank"], width=6, kind="int", centred=True),
        Field(header=say["village"], cells=frame["name"], width=30, links=links),
        Field(header=say["ward"], cells=content.texts(frame, "ward_name"), width=8, centred=True),
        Field(header=say["dong_code"], cells=content.texts(frame, "dong_code"), width=12, kind="code"),
        Field(header=say["dong"], cells=content.texts(frame, "dong_name"), width=11),
        Field(header=say["places"], cells=frame["places"], width=8, kind="int", total=every),
        Field(header=say["services"], cells=frame["services"], width=8, kind="int"),
        Field(header=say["layers"], cells=layer_list(frame["layers"], content), width=28),
        *_numbers(content, frame, ("longest_walk_m", "mean_walk_m", "loop_m"), "metres"),
        *_numbers(
            content,
            frame,
            ("residents_5min", "residents_10min", "residents_15min", "residents_65_over_15min"),
            "int",
        ),
        *_numbers(content, frame, ("support_sites", "neighbours"), "int"),
        *_steadiness(content, frame),
        public_map(content, frame["name"], degrees(frame)),
        Field(header=say["village_id"], cells=frame["village_id"], width=14, printed=False),
    ]
    if content.lang == "ko":
        fields.append(Field(header=say["sentence"], cells=frame["sentence_ko"], width=110, printed=False))
    return Sheet(fields=fields, frozen=3, wrap=True)


def _numbers(content: Content, frame: pd.DataFrame, names: tuple[str, ...], kind: Look) -> list[Field]:
    return [Field(header=content.say[name], cells=frame[name], width=8.5, kind=kind) for name in names]


def _steadiness(content: Content, frame: pd.DataFrame) -> list[Field]:
    """Return how sure a candidate is: what was not examined is said to be so, and never a zero."""
    say, no_data = content.say, content.say["no_data"]
    told = content.column(frame, "stable").map(lambda key: say.get(f"is_{key}", key), na_action="ignore")
    return [
        Field(
            header=say["score"], cells=content.column(frame, "score"), width=8, kind="points", missing=no_data
        ),
        Field(header=say["stable"], cells=told, width=8, missing=no_data, centred=True),
        Field(
            header=say["stability"],
            cells=content.column(frame, "stability"),
            width=8,
            kind="share",
            missing=no_data,
        ),
        Field(
            header=say["rank_range"],
            cells=_joined(content, frame, ("rank_low", "rank_high"), "~"),
            width=8,
            missing=no_data,
            centred=True,
        ),
        Field(
            header=say["closures"],
            cells=_joined(content, frame, ("closures_survived", "closures"), " / "),
            width=8,
            missing=no_data,
            centred=True,
        ),
        Field(header=say["doubt"], cells=_doubts(content, frame), width=22, missing=no_data),
    ]


def _joined(content: Content, frame: pd.DataFrame, names: tuple[str, str], sign: str) -> pd.Series[Any]:
    first, second = (content.column(frame, name) for name in names)
    texts = [
        None
        if pd.isna(a) or pd.isna(b)
        else str(int(a))
        if a == b and sign == "~"
        else f"{int(a)}{sign}{int(b)}"
        for a, b in zip(first, second, strict=True)
    ]
    return pd.Series(texts, index=frame.index, dtype=object)


def _doubts(content: Content, frame: pd.DataFrame) -> pd.Series[Any]:
    if "doubtful" not in frame:
        return content.column(frame, "doubtful")
    said = frame["doubt_ko"] if content.lang == "ko" else content.say["doubtful"]
    return (
        frame["doubtful"]
        .map({True: content.say["doubtful"], False: content.say["none"]})
        .mask(frame["doubtful"], said)
    )


def village_sites(content: Content) -> Sheet:
    """Return one row for each facility of each candidate; place names open the offline map."""
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
    role = rows["role"].map(lambda key: say.get(key, key))
    order = rows["loop_order"].where(rows["loop_order"] > 0)
    village_links = links_in_map("village", rows["village_id"])
    place_links = links_in_map("place", rows["place_id"])
    texts = [
        Field(header=say[header], cells=content.texts(rows, header), width=width)
        for header, width in (("address", 36), ("hours", 20), ("phone", 15), ("operator", 16), ("source", 18))
    ]
    return Sheet(
        fields=[
            numbered(say, len(rows)),
            Field(header=say["rank"], cells=rows["rank"], width=6, kind="int", centred=True),
            Field(header=say["village"], cells=rows["village"], width=28, links=village_links),
            Field(header=say["role"], cells=role, width=7, centred=True),
            Field(header=say["loop_order"], cells=order, width=7, kind="int", centred=True),
            Field(header=say["place"], cells=rows["name"], width=28, links=place_links),
            Field(header=say["site"], cells=content.texts(rows, "name_site"), width=28),
            Field(header=say["layer"], cells=layer, width=18),
            *texts,
            Field(header=say["ref_date"], cells=content.texts(rows, "ref_date"), width=12, centred=True),
            Field(header=say["lat"], cells=rows["lat"], width=11, kind="degree"),
            Field(header=say["lon"], cells=rows["lon"], width=11, kind="degree"),
            public_map(content, rows["name"], {"lat": rows["lat"], "lon": rows["lon"]}),
            Field(header=say["place_id"], cells=rows["place_id"], width=17, printed=False),
        ],
        frozen=3,
        wrap=True,
    )


def _sites(content: Content) -> pd.DataFrame:
    columns = ["place_id", "site_id", "name", "layer", "hours", "phone", "operator", "source", "ref_date"]
    sites = content.table("sites")
    if sites is None:
        return pd.DataFrame({column: pd.Series(dtype=str) for column in columns}).rename(
            columns={"name": "name_site"}
        )
    titles = source_titles() if content.lang == "ko" else {}
    titled = sites["source"].map(lambda key: titles.get(key, key))
    return pd.DataFrame(sites[columns]).assign(source=titled).rename(columns={"name": "name_site"})


def village_values(content: Content) -> Sheet:
    """Return the indicators of the plan's values, one column each; what no data tell is said to be so."""
    say, villages, values = content.say, content.table("villages"), content.table("village_values")
    if villages is None or values is None:
        return empty(say, ("no", "rank", "village"))
    frame = villages.sort_values("rank", kind="stable", ignore_index=True)
    ids = frame["village_id"]
    indicators = values.drop_duplicates("indicator")
    why = "why_ko" if content.lang == "ko" else "why_en"
    return Sheet(
        fields=[
            numbered(say, len(frame)),
            Field(header=say["rank"], cells=frame["rank"], width=6, kind="int", centred=True),
            Field(header=say["village"], cells=frame["name"], width=30, links=links_in_map("village", ids)),
            *(
                Field(
                    header=f"{name} ({unit})" if content.lang == "ko" else key.replace("_", " "),
                    cells=ids.map(values.loc[values["indicator"] == key].set_index("village_id")["value"]),
                    width=13,
                    kind=_UNITS.get(unit, "figure"),
                    missing=say["no_data"],
                )
                for key, name, unit in indicators[["indicator", "name_ko", "unit"]].itertuples(index=False)
            ),
            Field(header=say["why"], cells=content.column(frame, why), width=60),
        ],
        frozen=3,
        wrap=True,
    )


def one_short(content: Content) -> Sheet:
    """Return the pairs that one more shared space would make a village; names open the offline map."""
    say, frame, blocks = content.say, content.table("one_short"), content.table("blocks")
    if frame is None:
        return empty(say, ("no", "rank", "place_a", "place_b", "dong", "walk_m", "block", "residents_15min"))
    frame = frame.sort_values("rank", kind="stable", ignore_index=True)
    streets = nothing() if blocks is None else blocks.set_index("block_id")["streets"]
    around = frame["block_id"].map(streets).astype(object).where(lambda text: text.notna(), None)
    where = content.texts(frame, "frontage_ko") if "frontage_ko" in frame else around
    where = where.where(where.astype(bool) & where.notna(), None)
    walks = [
        Field(header=say[name], cells=frame[name], width=11, kind="metres", missing=say["no_data"])
        for name in ("walk_a_m", "walk_b_m")
        if name in frame
    ]
    people = [
        Field(header=say[name], cells=frame[name], width=14, kind="int", missing=say["no_data"])
        for name in ("residents_15min", "residents_added")
        if name in frame
    ]
    if content.column(frame, "idle_fits").notna().any():
        people.append(Field(header=say["idle_fits"], cells=frame["idle_fits"], width=10, kind="int"))
    both = [f"{a} · {b}" for a, b in zip(frame["name_a"], frame["name_b"], strict=True)]
    return Sheet(
        fields=[
            numbered(say, len(frame)),
            Field(header=say["rank"], cells=frame["rank"], width=6, kind="int", centred=True),
            *(
                Field(
                    header=say[f"place_{end}"],
                    cells=frame[f"name_{end}"],
                    width=28,
                    links=links_in_map("place", frame[f"place_{end}"]),
                )
                for end in "ab"
            ),
            Field(header=say["walk_m"], cells=frame["walk_m"], width=11, kind="metres"),
            Field(header=say["dong"], cells=content.texts(frame, "dong_name"), width=13),
            Field(
                header=say["block_where"],
                cells=where,
                width=38,
                missing=say["no_data"],
                links=links_in_map("pair", frame["rank"]),
            ),
            *walks,
            *people,
            public_map(content, both, degrees(frame)),
            Field(
                header=say["streets"],
                cells=around.str.replace(";", ", ", regex=False),
                width=44,
                printed=False,
            ),
            Field(header=say["block"], cells=content.texts(frame, "block_id"), width=16, printed=False),
        ],
        frozen=4,
        wrap=True,
    )
