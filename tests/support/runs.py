"""Runs for tests of what a run says: from a folder, or from hand-made tables completed as the schema describes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap import catalog
from sharemap.findings import FORMAT, Run, Summary
from sharemap.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SERVED = ("covered", "uncovered", "unknown", "share", "share_at_least", "share_at_most")
_EMPTY = {"text": "", "int": 0, "float": float("nan"), "persons": 0.0, "share": float("nan"), "bool": False}


def run_of(tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any], lang: str = "ko") -> Run:
    """Return a run of tables and of a summary that may be partial."""
    return Run({name: completed(name, frame) for name, frame in tables.items()}, summary_of(summary), lang)


def run_in(folder: Path, lang: str = "ko") -> Run:
    """Return the run that lies in an output folder."""
    from sharemap import pipeline

    opened = pipeline.RunFolder(folder)
    tables = {name: opened.table(name) for name, table in TABLES.items() if (folder / table.file).is_file()}
    return run_of(tables, json.loads((folder / "summary.json").read_text(encoding="utf-8")), lang)


def completed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the columns that the schema describes and the hand-made one lacks."""
    if name not in TABLES:
        return frame
    missing = [column for column in TABLES[name].columns if column.name not in frame]
    return frame.assign(
        **{column.name: pd.NA if column.nullable else _EMPTY[column.kind] for column in missing}
    )


def in_parts(found: Mapping[str, Any] | None, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return residents in three parts: where a hand-made summary says only who is served, nobody is unknown."""
    if found is None or found["covered"] is None:
        return None
    covered, share = found["covered"], found["share"]
    rest = {
        "uncovered": given["residents"] - covered,
        "unknown": 0,
        "share_at_least": share,
        "share_at_most": share,
    }
    return {"covered": covered, "share": share, **{key: found.get(key, value) for key, value in rest.items()}}


def summary_of(given: Mapping[str, Any]) -> Summary:
    """Return a typed summary; what is not given is empty, and counts are those of the layers."""
    known = {layer.key: layer for layer in catalog.load()}
    layers = [
        {
            "colour": getattr(known.get(one["layer"]), "colour", "#51606e"),
            "symbol": getattr(known.get(one["layer"]), "symbol", one["name_ko"][:1]),
            "sites_in_area": one["sites"],
            "places_in_area": one["places"],
            "wards_without_data": {},
            **dict.fromkeys(_SERVED),
            **one,
            **(in_parts(one, given) or {}),
        }
        for one in given["layers"]
    ]
    groups = [{**one, **(in_parts(one, given) or {})} for one in given["groups"]]
    promise = in_parts(given["all_groups"], given)
    counts = {
        name: sum(one[name] for one in layers)
        for name in ("rows_read", "sites", "folded", "set_aside", "sites_in_area", "places")
    }
    served = {
        "groups": {},
        "all_groups": promise,
        "gap": {},
        "residents_by_other_door": 0,
        "residents_without_street": 0,
        "age_band": "all",
    }
    pace = {
        "groups": {one["group"]: {key: one[key] for key in _SERVED} for one in groups},
        "all_groups": promise,
    }
    if own_pace := given.get("own_pace"):
        paced = {key: in_parts(one, given) for key, one in own_pace["groups"].items()}
        pace = {"groups": paced, "all_groups": in_parts(own_pace["all_groups"], given)}
    walkers = [
        {**served, **one, "all_groups": in_parts(one["all_groups"], given)}
        for one in given.get("profiles", [])
    ]
    own = {key: given[key] for key in ("profile", "profile_ko", "speed_kmh", "cutoff_m")}
    network = dict.fromkeys(("pieces", "islands", "islands_length_km"), 0)
    return Summary.from_json({
        "format": FORMAT, "profile_en": "Adult", "max_snap_m": 150.0, "people_known": "ages", "residents_without_street": 0,
        "residents_by_method": {}, "geocoded": {}, "groups_without_data": (), "own_groups": False, "least_mobile": given["profile"],
        "profiles": [{**own, "profile_en": "Adult", "steps_factor": 1.0, **served}], "unserved": (), "intervals": (), "when": (),
        "sensitivity": (), "equity": (), "residents_masked_rows": 0, "residents_outside": {},
        "placing": {"key": "all_groups", "share": None, "method_otherwise": None, "share_otherwise": None},
        "large_blocks": {"count": 0, "residents": 0.0},
        "population_changes": {"only_in_table": {}, "only_on_map": (), "unplaced": 0}, **given,
        **({"profiles": walkers} if walkers else {}), "groups": groups, "all_groups": promise,
        "own_pace": {"profile": "elderly", "age_band": "65_over", **pace},
        "network": {**network, "dropped_km": (), **given["network"]}, "layers": layers,
        "rows": {**counts, "places_in_area": counts["places"], **given.get("rows", {})},
        "villages": {"note": "", "note_ko": "", "chance": None, **given["villages"]},
        "evidence": {"by_status": {}, "open": 0, "silent": {}, "hosted": (), **given.get("evidence", {})},
        "warnings": given.get("warnings", []),
        "sources": [{"name_en": one["name"], **one} for one in given["sources"]],
    })  # fmt: skip
