"""How the residents of each dong were placed, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from sharemap.findings.words import LANGUAGES, words
from sharemap.schema import check

__all__ = ["Placing", "worded"]


@dataclass(frozen=True, kw_only=True)
class Placing:
    """The share served as residents were placed, and as another method would place them; ``key`` is the service."""

    key: str
    share: float | None
    method_otherwise: str | None
    share_otherwise: float | None


def worded(placing: pd.DataFrame) -> pd.DataFrame:
    """Return the table 'placing' (:func:`sharemap.coverage.placing`) with names of the methods."""
    names: dict[str, Any] = {
        f"{column}_{lang}": [
            None if pd.isna(key) else words(lang)[f"placed_{key}"] for key in placing[column]
        ]
        for column in ("method", "method_otherwise")
        for lang in LANGUAGES
    }
    return check(placing.assign(**names).astype(dict.fromkeys(names, "str")), "placing")
