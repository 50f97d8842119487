"""What all sections of the report need: the tables, the summary, and how a number is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "MOST_ROWS",
    "NOT_EXAMINED",
    "Content",
    "count",
    "group_names",
    "promise_key",
    "ratio",
    "rows_of",
    "share",
]

NOT_EXAMINED = "이 실행에는 해당 산출물이 없습니다."
MOST_ROWS = 15
_PERCENT = 100


@dataclass(frozen=True)
class Content:
    """The tables, the summary and the pictures of a run."""

    tables: Mapping[str, pd.DataFrame]
    summary: Mapping[str, Any]
    pictures: Mapping[str, bytes]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, an empty one where the run has none."""
        frame = self.tables.get(name)
        return pd.DataFrame() if frame is None else frame

    @property
    def minutes(self) -> str:
        """The cutoff in minutes, as it is said."""
        return f"{self.summary['cutoff_min']:g}"

    @property
    def promise(self) -> str:
        """The key of the promise, or of the service that stands for it."""
        return promise_key(self.summary)


def promise_key(summary: Mapping[str, Any]) -> str:
    """Return the key of the plan's promise, or of the first group where the promise cannot be judged."""
    if summary["all_groups"] is not None or not summary["groups"]:
        return "all_groups"
    return str(summary["groups"][0]["group"])


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows by column name."""
    return iter(frame.itertuples(index=False))


def group_names() -> Mapping[str, str]:
    """Return the service groups by key."""
    from sharemap.catalog import GROUPS

    return GROUPS


def ratio(part: int, whole: int) -> float | None:
    """Return a share, or nothing where there is no whole."""
    return part / whole if whole else None


def share(value: float | None, *, none: str = "–") -> str:
    """Return a share as a percentage."""
    return none if value is None or pd.isna(value) else f"{int(value * 10 * _PERCENT + 0.5) / 10:.1f}%"


def count(value: Any) -> str:  # noqa: ANN401  a cell
    """Return a whole number as it is printed."""
    return "–" if pd.isna(value) else f"{int(value):,}"
