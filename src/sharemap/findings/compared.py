"""What two runs side by side say: why a candidate changed, and what must be known before anything is concluded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.findings.numbers import rounded
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
    say, of_row = words(lang), dict(list(moves.groupby("row")))
    whys: list[str] = []
    for number, row in enumerate(changes.to_dict("records")):
        change, moved = row["change"], row["came"] or row["went"]
        if change in ("appeared", "vanished"):
            whys.append(say[f"compared_{change}"].format(n=row["places"]))
            continue
        told = [say["compared_places"].format(came=row["came"], went=row["went"])] if moved else []
        told += _parts(of_row.get(number, moves.iloc[:0]), lang)
        whys.append("; ".join(told) or say["compared_moved" if change == "moved" else "compared_same"])
    return whys


def _parts(moves: pd.DataFrame, lang: str) -> Iterator[str]:
    """Yield how the components moved the score of one candidate."""
    for move in moves.to_dict("records"):
        part = move["component"]
        said = {
            "name": part_name(part, lang),
            "was": rounded(move["was"]),
            "now": amount(part, move["now"], lang),
        }
        yield words(lang)["compared_part"].format(**said, points=move["points"])


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
