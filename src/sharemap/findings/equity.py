"""A figure of equity in a sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sharemap.findings.words import LANGUAGES, words
from sharemap.schema import check

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["worded"]

_NEUTRAL = 0.01
_FIGURES = {"gini": "equity_gini", "palma": "equity_palma", "concentration_65_over": "equity_concentration"}


def worded(equity: pd.DataFrame) -> pd.DataFrame:
    """Return the table 'equity' (:func:`sharemap.coverage.equity`) with names and a sentence for each row."""
    rows, ages = equity.to_dict("records"), bool((equity["age_band"] != "all").any())
    said: dict[str, list[str]] = {}
    for lang in LANGUAGES:
        say = words(lang)
        said[f"measure_{lang}"] = [say[f"equity_{measure}"] for measure in equity["measure"]]
        said[f"sentence_{lang}"] = [_sentence(row, lang, ages=ages) for row in rows]
    return check(equity.assign(**said), "equity")


def _sentence(row: dict[Any, Any], lang: str, *, ages: bool) -> str:
    say = words(lang)
    if row["figure"] == "concentration_income":
        return say["equity_no_income"]
    age = say["equity_everyone" if row["age_band"] == "all" else f"age_{row['age_band']}"]
    level, measure = (say[f"equity_{row[name]}"] for name in ("level", "measure"))
    who = say["equity_who"].format(age=age, level=level, measure=measure)
    if not ages and (row["level"] == "age" or row["figure"] == "concentration_65_over"):
        return say["equity_no_ages"].format(who=who)
    if not math.isfinite(row["value"]):
        return say["equity_no_figure"].format(who=who)
    known = math.isfinite(row["low"])
    interval = say["equity_interval"].format(low=row["low"], high=row["high"]) if known else ""
    text = say[_FIGURES[row["figure"]]]
    return text.format(who=who, value=row["value"], interval=interval, lean=say[_lean(row)])


def _lean(row: dict[Any, Any]) -> str:
    if abs(row["value"]) < _NEUTRAL or row["low"] <= 0 <= row["high"]:
        return "equity_lean_none"
    return "equity_lean_old" if row["value"] > 0 else "equity_lean_young"
