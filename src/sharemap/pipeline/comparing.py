"""Two runs side by side: which candidates appeared, vanished or moved, why, and what the runs were made from.

A candidate of one run is the same as one of the other when they have the same places (the same id). Of those left,
two are the same candidate with other places when at least half of the places of both together are in both; best
matches first. All others appeared or vanished.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.errors import InputError, MissingFileError
from sharemap.findings.ranks import amount, part_name
from sharemap.pipeline.folder import RunFolder
from sharemap.villages import COMPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Comparison", "compare"]

_SAME = 0.5
_PARTS = ("provenance.json", "villages.gpkg", "village_scores.csv")
_MISSING = "-"
_NOISE = 1e-9


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs.

    Attributes
    ----------
    villages
        ``change`` ('appeared', 'vanished', 'moved', 'changed' or 'same'), ``name``, ``village_a``, ``village_b``,
        ``rank_a``, ``rank_b``, ``score_a``, ``score_b``, ``why_ko``, ``why_en``; what changed most stands first.
    inputs
        ``role``, ``file``, ``a``, ``b``: inputs whose content differs, as the first digits of their sha256.
    parameters
        ``name``, ``a``, ``b``: parameters that differ, nested ones with dots.
    notes
        What must be known before anything is concluded: different versions, stale stages.
    """

    villages: pd.DataFrame
    inputs: pd.DataFrame
    parameters: pd.DataFrame
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return everything as one document for JSON."""
        return {
            "villages": json.loads(self.villages.to_json(orient="records", force_ascii=False)),
            "inputs": self.inputs.to_dict("records"),
            "parameters": self.parameters.to_dict("records"),
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class _Run:
    path: Path
    provenance: dict[str, Any]
    villages: pd.DataFrame
    points: pd.DataFrame
    amounts: pd.DataFrame


def compare(run_a: Path | str, run_b: Path | str) -> Comparison:
    """Compare the village candidates of two output folders.

    Parameters
    ----------
    run_a, run_b
        The earlier and the later run.

    Raises
    ------
    MissingFileError
        If a folder is not there or holds no village candidates.
    InputError
        If a folder holds damaged files, those of another version of sharemap, or villages of an older study.
    """
    a, b = _read(Path(run_a)), _read(Path(run_b))
    return Comparison(
        villages=_villages(a, b),
        inputs=_inputs(a, b),
        parameters=_parameters(a, b),
        notes=tuple(_notes(a, b)),
    )


def _read(path: Path) -> _Run:
    if not path.is_dir():
        msg = "the folder of the run does not exist"
        raise MissingFileError(msg, file=path, remedy="give the --out folders of two runs")
    for name in _PARTS:
        if not (path / name).is_file():
            msg = f"the folder holds no finished village candidates ({name} is not there)"
            raise MissingFileError(
                msg, file=path, remedy="run `sharemap run` or `sharemap villages` with that --out"
            )
    provenance = _provenance(path / "provenance.json")
    if "villages" not in provenance.get("stages", {}):
        msg = "the villages in the folder are of another study, or of this one with other parameters"
        raise InputError(msg, file=path, remedy="run `sharemap villages` with that --out again")
    folder = RunFolder(path)
    villages, scores = folder.table("villages"), folder.table("village_scores")
    for frame, column, file in (
        (villages, "score", "villages.gpkg"),
        (scores, "points", "village_scores.csv"),
    ):
        if column not in frame.columns:
            msg = "the run was made by another version of sharemap"
            raise InputError(msg, file=path / file, column=column, remedy="run the study again")
    return _Run(
        path=path,
        provenance=provenance,
        villages=pd.DataFrame(villages.drop(columns="geometry")).sort_values("rank"),
        points=scores.pivot_table(index="village_id", columns="component", values="points"),
        amounts=scores.pivot_table(index="village_id", columns="component", values="value"),
    )


def _provenance(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        msg = f"the file is damaged ({type(error).__name__})"
        raise InputError(msg, file=file, remedy="run the study again") from error
    if not isinstance(content, dict):
        msg = "the file is damaged (no table)"
        raise InputError(msg, file=file, remedy="run the study again")
    return content


def _villages(a: _Run, b: _Run) -> pd.DataFrame:
    pairs = _matched(a.villages, b.villages)
    at_a, at_b = a.villages.set_index("village_id"), b.villages.set_index("village_id")
    rows = []
    for one, other in pairs:
        mine = None if one is None else at_a.loc[one]
        theirs = None if other is None else at_b.loc[other]
        change = _change(mine, theirs)
        known: Any = theirs if theirs is not None else mine
        why_ko, why_en = _why((a, one, mine), (b, other, theirs))
        rows.append(
            {
                "change": change,
                "name": known["name"],
                "village_a": one,
                "village_b": other,
                "rank_a": None if mine is None else mine["rank"],
                "rank_b": None if theirs is None else theirs["rank"],
                "score_a": None if mine is None else mine["score"],
                "score_b": None if theirs is None else theirs["score"],
                "why_ko": why_ko,
                "why_en": why_en,
            }
        )
    columns = [
        "change",
        "name",
        "village_a",
        "village_b",
        "rank_a",
        "rank_b",
        "score_a",
        "score_b",
        "why_ko",
        "why_en",
    ]
    table = pd.DataFrame(rows, columns=columns).astype({"rank_a": "Int64", "rank_b": "Int64"})
    order = {"appeared": 0, "vanished": 1, "moved": 2, "changed": 3, "same": 4}
    best = table[["rank_a", "rank_b"]].astype("float64").min(axis=1)
    keys = table.assign(kind=table["change"].map(order), best=best)
    return table.loc[keys.sort_values(["kind", "best", "name"]).index].reset_index(drop=True)


def _change(mine: Any, theirs: Any) -> str:  # noqa: ANN401  rows of a table, or nothing
    if mine is None:
        return "appeared"
    if theirs is None:
        return "vanished"
    if mine["rank"] != theirs["rank"]:
        return "moved"
    alike = mine["place_ids"] == theirs["place_ids"] and abs(mine["score"] - theirs["score"]) <= _NOISE
    return "same" if alike else "changed"


def _matched(a: pd.DataFrame, b: pd.DataFrame) -> list[tuple[str | None, str | None]]:
    """Return the pairs that are one candidate, and those that have no counterpart."""
    of_a = {key: set(places.split(";")) for key, places in zip(a["village_id"], a["place_ids"], strict=True)}
    of_b = {key: set(places.split(";")) for key, places in zip(b["village_id"], b["place_ids"], strict=True)}
    likeness = sorted(
        (-len(one & other) / len(one | other), key, match)
        for key, one in of_a.items()
        for match, other in of_b.items()
        if 2 * len(one & other) >= len(one | other) * 2 * _SAME
    )
    pairs: list[tuple[str | None, str | None]] = []
    for _, key, match in likeness:
        if key in of_a and match in of_b:
            pairs.append((key, match))
            del of_a[key], of_b[match]
    return [*pairs, *((key, None) for key in of_a), *((None, key) for key in of_b)]


def _why(one: tuple[_Run, str | None, Any], other: tuple[_Run, str | None, Any]) -> tuple[str, str]:
    """Say what changed: places that came and went, and components of the score by how much they moved it."""
    (a, key, mine), (b, match, theirs) = one, other
    if mine is None or theirs is None:
        places = (theirs if mine is None else mine)["places"]
        here, ko = ("appeared", "새로 나타남") if mine is None else ("vanished", "사라짐")
        return f"공유공간 {places}곳의 후보지가 {ko}", f"a candidate of {places} shared spaces {here}"
    before, after = set(mine["place_ids"].split(";")), set(theirs["place_ids"].split(";"))
    told_ko: list[str] = []
    told_en: list[str] = []
    if before != after:
        came, went = len(after - before), len(before - after)
        told_ko.append(f"공유공간 {came}곳 더해짐, {went}곳 빠짐")
        told_en.append(f"{came} shared spaces more, {went} fewer")
    was, now = (dict(run.amounts.loc[at]) for run, at in ((a, str(key)), (b, str(match))))
    scored, scores = (dict(run.points.loc[at]) for run, at in ((a, str(key)), (b, str(match))))
    moved = {part.column: float(scores[part.column]) - float(scored[part.column]) for part in COMPONENTS}
    for item in sorted(COMPONENTS, key=lambda part: -abs(moved[part.column])):
        points = moved[item.column]
        if abs(points) <= _NOISE:
            continue
        old, new = float(was[item.column]), float(now[item.column])
        told_ko.append(
            f"{part_name(item.column)} {old:,.0f}→{amount(item.column, new, 'ko')} ({points:+.2f}점)"
        )
        told_en.append(
            f"{part_name(item.column, 'en')} {old:,.0f} to {amount(item.column, new, 'en')} ({points:+.2f} points)"
        )
    if not told_ko and mine["rank"] != theirs["rank"]:
        return "그대로이나 다른 후보지의 순위가 바뀜", "unchanged itself; others moved"
    return "; ".join(told_ko) or "변화 없음", "; ".join(told_en) or "no change"


def _inputs(a: _Run, b: _Run) -> pd.DataFrame:
    listed = [
        {(item["role"], item["file"]): item["sha256"][:12] for item in run.provenance.get("inputs", [])}
        for run in (a, b)
    ]
    keys = sorted({*listed[0], *listed[1]})
    rows = [
        {"role": key[0], "file": key[1], "a": listed[0].get(key, _MISSING), "b": listed[1].get(key, _MISSING)}
        for key in keys
        if listed[0].get(key) != listed[1].get(key)
    ]
    return pd.DataFrame(rows, columns=["role", "file", "a", "b"])


def _parameters(a: _Run, b: _Run) -> pd.DataFrame:
    flat = [dict(_flat(run.provenance.get("parameters", {}))) for run in (a, b)]
    rows = [
        {"name": name, "a": flat[0].get(name, _MISSING), "b": flat[1].get(name, _MISSING)}
        for name in sorted({*flat[0], *flat[1]})
        if flat[0].get(name) != flat[1].get(name)
    ]
    return pd.DataFrame(rows, columns=["name", "a", "b"])


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", json.dumps(value, ensure_ascii=False)


def _notes(a: _Run, b: _Run) -> Iterator[str]:
    versions = [run.provenance.get("sharemap", "unknown") for run in (a, b)]
    if versions[0] != versions[1]:
        yield f"made by different versions of sharemap: {versions[0]} and {versions[1]}"
    for run in (a, b):
        stale = run.provenance.get("stale_stages", {})
        if stale:
            yield f"{run.path}: the stages {', '.join(stale)} are of another study or other parameters"
    titles = [run.provenance.get("study", {}).get("title", "") for run in (a, b)]
    if titles[0] != titles[1]:
        yield f"the studies have different titles: {titles[0]} and {titles[1]}"
