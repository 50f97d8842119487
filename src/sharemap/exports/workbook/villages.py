"""The sheets of the workbook about villages: the list, their facilities, what is known about each, one short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.catalog import source_titles
from sharemap.exports.workbook.fields import degrees, empty, layer_list, numbered, public_map, texts
from sharemap.exports.workbook.links import links_in_map
from sharemap.exports.workbook.sheet import Field, Sheet

if TYPE_CHECKING:
    from sharemap.exports.workbook.sheet import Look
    from sharemap.findings import Run

__all__ = ["one_short", "village_sites", "village_values", "villages"]

_UNITS: dict[str, Look] = {
    "people": "int",
    "kinds": "int",
    "places": "int",
    "metres": "metres",
    "share": "share",
}


def villages(run: Run) -> Sheet:
    """Return the candidates by rank; their names open the offline map."""
    say, frame = run.say, run.villages
    headers = (
        "no",
        "order",
        "village_name",
        "ward",
        "dong_code",
        "dong",
        "col_places",
        "col_services",
        "service",
    )
    if frame.empty:
        return empty(run, *headers)
    frame = frame.sort_values("rank", kind="stable", ignore_index=True)
    every = int(frame["places"].sum())
    links = links_in_map("village", frame["village_id"])
    fields = [
        numbered(run, len(frame), total=say["total"]),
        Field(header=say["order"], cells=frame["rank"], width=6, kind="int", centred=True),
        Field(header=say["village_name"], cells=frame["name"], width=30, links=links),
        Field(header=say["ward"], cells=texts(frame, "ward_name"), width=8, centred=True),
        Field(header=say["dong_code"], cells=texts(frame, "dong_code"), width=12, kind="code"),
        Field(header=say["dong"], cells=texts(frame, "dong_name"), width=11),
        Field(header=say["col_places"], cells=frame["places"], width=8, kind="int", total=every),
        Field(header=say["col_services"], cells=frame["services"], width=8, kind="int"),
        Field(header=say["service"], cells=layer_list(frame["layers"], run), width=28),
        *_numbers(run, frame, ("longest_walk_m", "mean_walk_m", "loop_m"), "metres"),
        *_numbers(
            run,
            frame,
            ("residents_5min", "residents_10min", "residents_15min", "residents_65_over_15min"),
            "int",
        ),
        *_numbers(run, frame, ("support_sites", "neighbours"), "int"),
        *_steadiness(run, frame),
        public_map(run, frame["name"], degrees(frame)),
        Field(header=say["village_id"], cells=frame["village_id"], width=14, printed=False),
    ]
    sentence = frame[f"sentence_{run.lang}"]
    fields.append(Field(header=say["sentence"], cells=sentence, width=110, printed=False))
    return Sheet(fields=fields, frozen=3, wrap=True)


def _numbers(run: Run, frame: pd.DataFrame, names: tuple[str, ...], kind: Look) -> list[Field]:
    say = run.say
    return [
        Field(header=say[f"col_{name}"], cells=frame[name], width=8.5, kind=kind, missing=say["no_data"])
        for name in names
    ]


def _steadiness(run: Run, frame: pd.DataFrame) -> list[Field]:
    """Return how sure a candidate is: what was not examined is said to be so, and never a zero."""
    say, no_data = run.say, run.say["no_data"]
    told = frame["stable"].map(
        lambda key: say["no_data" if key == "not_examined" else f"is_{key}"], na_action="ignore"
    )
    return [
        Field(header=say["score"], cells=frame["score"], width=8, kind="points", missing=no_data),
        Field(header=say["stability"], cells=told, width=8, missing=no_data, centred=True),
        Field(
            header=say["stability_share"],
            cells=frame["stability"],
            width=8,
            kind="share",
            missing=no_data,
        ),
        Field(
            header=say["rank_range"],
            cells=_joined(frame, ("rank_low", "rank_high"), "~"),
            width=8,
            missing=no_data,
            centred=True,
        ),
        Field(
            header=say["closures_head"],
            cells=_joined(frame, ("closures_survived", "closures"), " / "),
            width=8,
            missing=no_data,
            centred=True,
        ),
        Field(header=say["doubt_head"], cells=_doubts(run, frame), width=22, missing=no_data),
        Field(header=say["caution_head"], cells=_cautions(run, frame), width=22, missing=no_data),
    ]


def _joined(frame: pd.DataFrame, names: tuple[str, str], sign: str) -> pd.Series[Any]:
    first, second = (frame[name] for name in names)
    texts = [
        None
        if pd.isna(a) or pd.isna(b)
        else str(int(a))
        if a == b and sign == "~"
        else f"{int(a)}{sign}{int(b)}"
        for a, b in zip(first, second, strict=True)
    ]
    return pd.Series(texts, index=frame.index, dtype=object)


def _doubts(run: Run, frame: pd.DataFrame) -> pd.Series[Any]:
    return frame[f"doubt_{run.lang}"].where(frame["doubtful"], run.say["none"])


def _cautions(run: Run, frame: pd.DataFrame) -> pd.Series[Any]:
    said = frame[f"caution_{run.lang}"]
    return said.mask(said == "", run.say["none"])


def village_sites(run: Run) -> Sheet:
    """Return one row for each facility of each candidate; place names open the offline map."""
    say, members, villages = run.say, run.table("village_places"), run.villages
    if members.empty or villages.empty:
        return empty(run, "no", "order", "village_name", "role", "place", "site", "service", "address")
    rows = pd.DataFrame(members.drop(columns="geometry")).assign(**degrees(members))
    rows = rows.merge(
        villages[["village_id", "rank", "name"]].rename(columns={"name": "village"}), on="village_id"
    )
    rows = rows.merge(_sites(run), on="place_id", how="left", suffixes=("", "_site"))
    rows = rows.assign(_role=(rows["role"] != "member").astype(int))
    rows = rows.sort_values(
        ["rank", "_role", "loop_order", "place_id", "site_id"], kind="stable", ignore_index=True
    )
    layer = rows["layer"].map(run.layer_names).fillna(rows["layer"])
    layer = layer.where(layer.notna(), layer_list(rows["layers"], run))
    role = rows["role"].map(lambda key: say[f"role_{key}"])
    order = rows["loop_order"].where(rows["loop_order"] > 0)
    village_links = links_in_map("village", rows["village_id"])
    place_links = links_in_map("place", rows["place_id"])
    details = [
        Field(header=say[header], cells=texts(rows, header), width=width)
        for header, width in (("address", 36), ("hours", 20), ("phone", 15), ("operator", 16), ("source", 18))
    ]
    return Sheet(
        fields=[
            numbered(run, len(rows)),
            Field(header=say["order"], cells=rows["rank"], width=6, kind="int", centred=True),
            Field(header=say["village_name"], cells=rows["village"], width=28, links=village_links),
            Field(header=say["role"], cells=role, width=7, centred=True),
            Field(header=say["loop_order"], cells=order, width=7, kind="int", centred=True),
            Field(header=say["place"], cells=rows["name"], width=28, links=place_links),
            Field(header=say["site"], cells=texts(rows, "name_site"), width=28),
            Field(header=say["service"], cells=layer, width=18),
            *details,
            Field(header=say["ref_date"], cells=texts(rows, "ref_date"), width=12, centred=True),
            Field(header=say["lat"], cells=rows["lat"], width=11, kind="degree"),
            Field(header=say["lon"], cells=rows["lon"], width=11, kind="degree"),
            public_map(run, rows["name"], {"lat": rows["lat"], "lon": rows["lon"]}),
            Field(header=say["place_id"], cells=rows["place_id"], width=17, printed=False),
        ],
        frozen=3,
        wrap=True,
    )


def _sites(run: Run) -> pd.DataFrame:
    columns = ["place_id", "site_id", "name", "layer", "hours", "phone", "operator", "source", "ref_date"]
    sites = run.table("sites")
    if sites.empty:
        return pd.DataFrame({column: pd.Series(dtype=str) for column in columns}).rename(
            columns={"name": "name_site"}
        )
    titles = source_titles() if run.lang == "ko" else {}
    titled = sites["source"].map(lambda key: titles.get(key, key))
    return pd.DataFrame(sites[columns]).assign(source=titled).rename(columns={"name": "name_site"})


def village_values(run: Run) -> Sheet:
    """Return the indicators of the plan's values, one column each; what no data tell is said to be so."""
    say, villages, values = run.say, run.villages, run.table("village_values")
    if villages.empty or values.empty:
        return empty(run, "no", "order", "village_name")
    frame = villages.sort_values("rank", kind="stable", ignore_index=True)
    ids = frame["village_id"]
    indicators = values.drop_duplicates("indicator")
    told = [f"{name}_{run.lang}" for name in ("name", "unit")]
    return Sheet(
        fields=[
            numbered(run, len(frame)),
            Field(header=say["order"], cells=frame["rank"], width=6, kind="int", centred=True),
            Field(
                header=say["village_name"], cells=frame["name"], width=30, links=links_in_map("village", ids)
            ),
            *(
                Field(
                    header=f"{name} ({counted})",
                    cells=ids.map(values.loc[values["indicator"] == key].set_index("village_id")["value"]),
                    width=13,
                    kind=_UNITS.get(unit, "figure"),
                    missing=say["no_data"],
                )
                for key, unit, name, counted in indicators[["indicator", "unit", *told]].itertuples(
                    index=False
                )
            ),
            Field(header=say["why"], cells=frame[f"why_{run.lang}"], width=60),
        ],
        frozen=3,
        wrap=True,
    )


def one_short(run: Run) -> Sheet:
    """Return the pairs that one more shared space would make a village; names open the offline map."""
    say, frame, blocks = run.say, run.table("one_short"), run.table("blocks")
    if frame.empty:
        return empty(
            run, "no", "order", "place_a", "place_b", "dong", "walk_m", "pair_block", "col_residents_15min"
        )
    frame = frame.sort_values("rank", kind="stable", ignore_index=True)
    streets = pd.Series(dtype=object) if blocks.empty else blocks.set_index("block_id")["streets"]
    around = frame["block_id"].map(streets).astype(object).where(lambda text: text.notna(), None)
    where = texts(frame, f"frontage_{run.lang}")
    where = where.where(where.astype(bool) & where.notna(), None)
    walks = [
        Field(header=say[name], cells=frame[name], width=11, kind="metres", missing=say["no_data"])
        for name in ("walk_a_m", "walk_b_m")
    ]
    people = [
        Field(header=say[f"col_{name}"], cells=frame[name], width=14, kind="int", missing=say["no_data"])
        for name in ("residents_15min", "residents_added")
    ]
    if frame["idle_fits"].notna().any():
        people.append(Field(header=say["idle_fits"], cells=frame["idle_fits"], width=10, kind="int"))
    both = [f"{a} · {b}" for a, b in zip(frame["name_a"], frame["name_b"], strict=True)]
    return Sheet(
        fields=[
            numbered(run, len(frame)),
            Field(header=say["order"], cells=frame["rank"], width=6, kind="int", centred=True),
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
            Field(header=say["dong"], cells=texts(frame, "dong_name"), width=13),
            Field(
                header=say["block_where"],
                cells=where,
                width=38,
                missing=say["no_data"],
                links=links_in_map("pair", frame["rank"]),
            ),
            *walks,
            *people,
            public_map(run, both, degrees(frame)),
            Field(
                header=say["streets"],
                cells=around.str.replace(";", ", ", regex=False),
                width=44,
                printed=False,
            ),
            Field(header=say["pair_block"], cells=texts(frame, "block_id"), width=16, printed=False),
        ],
        frozen=4,
        wrap=True,
    )
