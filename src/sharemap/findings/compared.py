"""What two runs side by side say: why a candidate changed, and what must be known before anything is concluded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.findings.ranks import amount, part_name
from sharemap.findings.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

__all__ = ["notes", "whys"]


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
        "; ".join(_why(row, of_row.get(number, moves.iloc[:0]), lang))
        for number, row in enumerate(changes.itertuples(index=False))
    ]


def _why(row: Any, moves: pd.DataFrame, lang: str) -> list[str]:  # noqa: ANN401  a row of a table
    say = words(lang)
    if row.change in ("appeared", "vanished"):
        return [say[f"compared_{row.change}"].format(n=row.places)]
    told = [say["compared_places"].format(came=row.came, went=row.went)] if row.came or row.went else []
    for move in moves.itertuples(index=False):
        part, now = str(move.component), float(str(move.now))
        told.append(
            say["compared_part"].format(
                name=part_name(part, lang), was=move.was, now=amount(part, now, lang), points=move.points
            )
        )
    return told or [say["compared_others" if row.change == "moved" else "compared_same"]]


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
