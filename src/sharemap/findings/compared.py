"""What two runs side by side say: why a candidate changed, and what must be known before anything is concluded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.villages import COMPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

__all__ = ["notes", "whys"]

#: Term -> (Korean, English).
_SAID: Mapping[str, tuple[str, str]] = {
    "appeared": ("공유공간 {n}곳의 후보지가 새로 나타남", "a candidate of {n} shared spaces appeared"),
    "vanished": ("공유공간 {n}곳의 후보지가 사라짐", "a candidate of {n} shared spaces vanished"),
    "places": ("공유공간 {came}곳 더해짐, {went}곳 빠짐", "{came} shared spaces more, {went} fewer"),
    "component": (
        "{name} {was:,.0f}→{now:,.0f}{unit} ({points:+.2f}점)",
        "{name} {was:,.0f} to {now:,.0f}{unit} ({points:+.2f} points)",
    ),
    "others": ("그대로이나 다른 후보지의 순위가 바뀜", "unchanged itself; others moved"),
    "same": ("변화 없음", "no change"),
}
_COMPONENTS = {part.column: part for part in COMPONENTS}


def whys(changes: pd.DataFrame, moves: pd.DataFrame, lang: str) -> list[str]:
    """Return for each candidate what changed: places that came and went, and components by how much they moved it.

    Parameters
    ----------
    changes, moves
        From :func:`sharemap.compare.candidates`.
    lang
        ``"ko"`` or ``"en"``.
    """
    of_row = dict(list(moves.groupby("row")))
    return [
        "; ".join(_why(row, of_row.get(number, moves.iloc[:0]), lang == "en"))
        for number, row in enumerate(changes.itertuples(index=False))
    ]


def _why(row: Any, moves: pd.DataFrame, at: int) -> list[str]:  # noqa: ANN401  a row of a table
    if row.change in ("appeared", "vanished"):
        return [_SAID[row.change][at].format(n=row.places)]
    told = [_SAID["places"][at].format(came=row.came, went=row.went)] if row.came or row.went else []
    for move in moves.itertuples(index=False):
        part = _COMPONENTS[str(move.component)]
        name, unit = ((part.ko, part.unit_ko), (part.en, part.unit_en))[at]
        told.append(
            _SAID["component"][at].format(
                name=name, unit=unit, was=move.was, now=move.now, points=move.points
            )
        )
    return told or [_SAID["others" if row.change == "moved" else "same"][at]]


def notes(runs: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield what must be known of two runs: different versions or titles, stages that belong to another study.

    Parameters
    ----------
    runs
        Name and provenance of each of the two.
    """
    versions = [made.get("sharemap", "unknown") for _, made in runs]
    if len(set(versions)) > 1:
        yield f"made by different versions of sharemap: {' and '.join(versions)}"
    for name, made in runs:
        if made.get("stale_stages"):
            yield f"{name}: the stages {', '.join(made['stale_stages'])} are of another study or other parameters"
    titles = [made.get("study", {}).get("title", "") for _, made in runs]
    if len(set(titles)) > 1:
        yield f"the studies have different titles: {' and '.join(titles)}"
