"""What the value indicators of plan task 3-3 are called, how each is computed and what it cannot say.

Residents are registered residents, not visitors or workers; a service that can be reached is not a service that is
used; fees and operators are as published, and the share that is published is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.findings.words import LANGUAGES, words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["worded"]

# the unit of each indicator, and its limits
_TELLS = {
    "children_15min": ("people", "registered"),
    "adults_15min": ("people", "registered"),
    "elderly_15min": ("people", "registered"),
    "elderly_share": ("share", "registered"),
    "free_or_public_share": ("share", "published", "opening"),
    "known_share": ("share", "trust"),
    "elderly_profile": ("people", "registered", "no_slopes"),
    "elderly_profile_share": ("share", "own_profile", "no_slopes"),
    "operator_kinds": ("kinds", "published", "depth"),
    "operators": ("places", "published", "spelling"),
    "link_density": ("share", "links"),
    "loop_per_place": ("metres", "no_signals"),
}


def worded(values: pd.DataFrame) -> pd.DataFrame:
    """Return the table 'village_values' with names, units, formulas and limits; no value is said to be no data."""
    said = {name: told for lang in LANGUAGES for name, told in _said(values, lang).items()}
    return values.assign(unit=[_TELLS[key][0] for key in values["indicator"]], **said)


def _said(values: pd.DataFrame, lang: str) -> dict[str, list[str]]:
    say, keys = words(lang), values["indicator"]
    limits = {key: " ".join(say[f"limit_{one}"] for one in tells[1:]) for key, tells in _TELLS.items()}
    return {
        f"name_{lang}": [say[f"value_{key}"] for key in keys],
        f"unit_{lang}": [say[f"unit_{_TELLS[key][0]}"] for key in keys],
        f"formula_{lang}": [say[f"value_{key}_formula"] for key in keys],
        f"limits_{lang}": [
            say["value_no_data"].format(limits=limits[key]) if missing else limits[key]
            for key, missing in zip(keys, values["value"].isna(), strict=True)
        ],
    }
