"""Two runs side by side: which candidates appeared, vanished or moved, and by which components of their score.

A candidate of one run is the same as one of the other when they have the same places (the same id). Of those left,
two are the same candidate with other places when at least half of the places of both together are in both; best
matches first. All others appeared or vanished.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.villages import COMPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["CHANGES", "Candidates", "candidates", "inputs", "parameters"]

#: What became of a candidate: what matters most stands first.
CHANGES = ("appeared", "vanished", "moved", "changed", "same")

_SAME = 0.5
_MISSING = "-"
_NOISE = 1e-9
_SHA_DIGITS = 12
_OF_ONE = ("village", "rank", "score")
_COLUMNS = [
    "change",
    "name",
    *(f"{name}_{run}" for name in _OF_ONE for run in "ab"),
    "places",
    "came",
    "went",
]


@dataclass(frozen=True)
class Candidates:
    """The candidates of one run: tables 'villages' and 'village_scores'."""

    villages: pd.DataFrame
    scores: pd.DataFrame

    def by_id(self) -> dict[str, Any]:
        """Return the rows of 'villages' by rank: id -> row."""
        ranked = self.villages.sort_values("rank")
        return dict(zip(ranked["village_id"], ranked.to_dict("records"), strict=True))

    def of_components(self, column: str) -> dict[str, dict[str, float]]:
        """Return a column of 'village_scores': id -> component -> number."""
        rows = self.scores.groupby("village_id")
        return {str(key): dict(zip(part["component"], part[column], strict=True)) for key, part in rows}


def candidates(a: Candidates, b: Candidates) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the candidates of two runs.

    Parameters
    ----------
    a, b
        Those of the earlier and of the later run.

    Returns
    -------
    changes, moves
        ``change`` (one of :data:`CHANGES`), ``name``, ``village_a``, ``village_b``, ``rank_a``, ``rank_b``,
        ``score_a``, ``score_b``, ``places`` (shared spaces of the later one), ``came`` and ``went`` (how many it has
        more and fewer); what changed most stands first. And for each candidate of both runs (``row`` of the first
        table) the components that moved its score: ``component``, ``was``, ``now``, ``points``, the most first.
    """
    at_a, at_b = a.by_id(), b.by_id()
    pairs = _matched(at_a, at_b)
    rows = [_row(at_a.get(one or ""), at_b.get(other or "")) for one, other in pairs]
    table = pd.DataFrame(rows, columns=_COLUMNS).astype({"rank_a": "Int64", "rank_b": "Int64"})
    best = table[["rank_a", "rank_b"]].astype("float64").min(axis=1)
    keys = table.assign(kind=table["change"].map(CHANGES.index), best=best)
    changes = table.loc[keys.sort_values(["kind", "best", "name"]).index].reset_index(drop=True)
    return changes, _moves(a, b, changes)


def _row(mine: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None) -> list[Any]:
    known = theirs or mine or {}
    before, after = (set() if one is None else set(one["place_ids"].split(";")) for one in (mine, theirs))
    both = mine is not None and theirs is not None
    of_each = [
        None if one is None else one[f"{name}_id" if name == "village" else name]
        for name in _OF_ONE
        for one in (mine, theirs)
    ]
    moves = (len(after - before), len(before - after)) if both else (0, 0)
    return [_change(mine, theirs), known["name"], *of_each, known["places"], *moves]


def _change(mine: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None) -> str:
    if mine is None:
        return "appeared"
    if theirs is None:
        return "vanished"
    if mine["rank"] != theirs["rank"]:
        return "moved"
    alike = mine["place_ids"] == theirs["place_ids"] and abs(mine["score"] - theirs["score"]) <= _NOISE
    return "same" if alike else "changed"


def _matched(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[tuple[str | None, str | None]]:
    """Return the pairs that are one candidate, and those that have no counterpart."""
    of_a, of_b = ({key: set(row["place_ids"].split(";")) for key, row in rows.items()} for rows in (a, b))
    likeness = sorted(
        (-len(one & other) / len(one | other), key, match)
        for key, one in of_a.items()
        for match, other in of_b.items()
        if len(one & other) >= len(one | other) * _SAME
    )
    pairs: list[tuple[str | None, str | None]] = []
    for _, key, match in likeness:
        if key in of_a and match in of_b:
            pairs.append((key, match))
            del of_a[key], of_b[match]
    return [*pairs, *((key, None) for key in of_a), *((None, key) for key in of_b)]


def _moves(a: Candidates, b: Candidates, changes: pd.DataFrame) -> pd.DataFrame:
    """Return by how many points each component moved the candidates that both runs have."""
    points = a.of_components("points"), b.of_components("points")
    values = a.of_components("value"), b.of_components("value")
    both = changes[changes["village_a"].notna() & changes["village_b"].notna()]
    rows = []
    for row, one, other in zip(both.index, both["village_a"], both["village_b"], strict=True):
        moved = [
            (row, part.column, values[0][one][part.column], values[1][other][part.column], by)
            for part in COMPONENTS
            if abs(by := float(points[1][other][part.column]) - float(points[0][one][part.column])) > _NOISE
        ]
        rows += sorted(moved, key=lambda found: -abs(found[-1]))
    return pd.DataFrame(rows, columns=["row", "component", "was", "now", "points"])


def inputs(a: Sequence[Mapping[str, Any]], b: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the inputs whose content differs: ``role``, ``file``, and ``a``, ``b``, the beginnings of their hashes.

    Parameters
    ----------
    a, b
        ``inputs`` of the provenance of two runs.
    """
    listed = [{(item["role"], item["file"]): item["sha256"][:_SHA_DIGITS] for item in run} for run in (a, b)]
    rows = [(*key, *pair) for key, pair in _different(*listed)]
    return pd.DataFrame(rows, columns=["role", "file", "a", "b"])


def parameters(a: Mapping[str, Any], b: Mapping[str, Any]) -> pd.DataFrame:
    """Return the parameters that differ: ``name`` (nested ones with dots), ``a``, ``b``.

    Examples
    --------
    >>> parameters({"adjacent_m": 400.0, "profile": {"speed_kmh": 4.5}}, {"adjacent_m": 350.0}).to_numpy().tolist()
    [['adjacent_m', '400.0', '350.0'], ['profile.speed_kmh', '4.5', '-']]
    """
    rows = [(name, *pair) for name, pair in _different(dict(_flat(a)), dict(_flat(b)))]
    return pd.DataFrame(rows, columns=["name", "a", "b"])


def _different(a: Mapping[Any, str], b: Mapping[Any, str]) -> Iterator[tuple[Any, tuple[str, str]]]:
    for key in sorted({*a, *b}):
        if a.get(key) != b.get(key):
            yield key, (a.get(key, _MISSING), b.get(key, _MISSING))


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", json.dumps(value, ensure_ascii=False)
