"""Why a village candidate ranks where it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.findings.numbers import rounded
from sharemap.findings.words import words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["amount", "part_name", "why"]

_HIGHLIGHTS = 2
_AMOUNTS = {
    "places": "count_of",
    "services": "amount_kinds",
    "residents_15min": "people",
    "residents_65_over_15min": "people",
    "mean_walk_m": "amount_metres",
    "support_sites": "count_of",
}


def part_name(component: str, lang: str = "ko") -> str:
    """Return the name of a component of the score.

    Examples
    --------
    >>> part_name("places"), part_name("places", "en")
    ('공유공간 수', 'shared spaces')
    """
    return words(lang)[f"part_{component}"]


def amount(component: str, value: float, lang: str) -> str:
    """Return the value of a component of the score with its unit.

    Examples
    --------
    >>> amount("mean_walk_m", 1234.5, "ko"), amount("services", 3, "en")
    ('1,235m', '3')
    """
    return words(lang)[_AMOUNTS[component]].format(n=rounded(value))


def why(card: pd.DataFrame, parts: pd.DataFrame, lang: str) -> list[str]:
    """Say what each score is made of and what the next better one has more of.

    Parameters
    ----------
    card
        Villages by rank, with ``village_id``, ``rank``, ``score``, ``stable`` and ``stability``.
    parts
        Table 'village_scores'.
    lang
        'ko' or 'en'.
    """
    known = parts.dropna(subset="value")
    of_village = {key: part.set_index("component") for key, part in known.groupby("village_id")}
    said, above = [], None
    for row in card.to_dict("records"):
        mine = of_village[row["village_id"]]
        told = [_rank(row, mine, len(card), lang)]
        if above is not None:
            less = of_village[above["village_id"]]["points"] - mine["points"]
            told.append(_below(float(above["score"] - row["score"]), less, lang))
        if row["stable"] != "not_examined":
            told.append(words(lang)[f"why_{row['stable']}"].format(percent=100 * row["stability"]))
        said.append(" ".join(told))
        above = row
    return said


def _rank(row: dict[Any, Any], mine: pd.DataFrame, candidates: int, lang: str) -> str:
    say = words(lang)
    best = mine.sort_values("points", ascending=False, kind="stable").head(_HIGHLIGHTS)
    most = [
        say["why_part"].format(
            name=part_name(component, lang), amount=amount(component, value, lang), points=points
        )
        for component, value, points in zip(best.index, best["value"], best["points"], strict=True)
    ]
    return say["why_rank"].format(
        score=row["score"], candidates=rounded(candidates), rank=rounded(row["rank"]), most=", ".join(most)
    )


def _below(points: float, less: pd.Series[float], lang: str) -> str:
    say, most = words(lang), str(less.idxmax())
    text = say["why_below" if less[most] > 0 else "why_below_in_none"]
    return text.format(points=points, name=part_name(most, lang), less=less[most])
