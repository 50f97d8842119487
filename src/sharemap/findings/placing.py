"""How the residents of each dong were placed, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.findings.words import words
from sharemap.schema import check

if TYPE_CHECKING:
    import pandas as pd

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
    say = words("ko")
    names = {
        f"{column}_ko": placing[column].map(lambda key: say[f"placed_{key}"], na_action="ignore")
        for column in ("method", "method_otherwise")
    }
    return check(placing.assign(**names).astype(dict.fromkeys(names, "str")), "placing")
