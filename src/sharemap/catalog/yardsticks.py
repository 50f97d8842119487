"""From when on evidence is doubted, as facts with their source: ``yardsticks.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.catalog.entries import entry_as, facts, named

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Ages", "Yardsticks", "yardsticks"]

_FILE = "yardsticks.toml"


@dataclass(frozen=True, kw_only=True)
class Ages:
    """Months up to which a file is up to date and from which it is out of date, and who says so."""

    up_to_date: int
    out_of_date: int
    source: str


@dataclass(frozen=True, kw_only=True)
class Yardsticks:
    """Shares from which a list is plausible as complete and hours as known, and ages by kind of input."""

    complete: float
    complete_source: str
    hours: float
    hours_source: str
    ages: Mapping[str, Ages]


@cache
def yardsticks() -> Yardsticks:
    """Return what ``yardsticks.toml`` says.

    Examples
    --------
    >>> yardsticks().complete, yardsticks().ages["sites"].out_of_date
    (0.75, 48)
    """
    told = facts(_FILE)
    with named(_FILE):
        return Yardsticks(
            complete=float(told["complete"]["plausible_from"]),
            complete_source=told["complete"]["source"],
            hours=float(told["hours"]["plausible_from"]),
            hours_source=told["hours"]["source"],
            ages=MappingProxyType({kind: entry_as(Ages, entry) for kind, entry in told["age"].items()}),
        )
