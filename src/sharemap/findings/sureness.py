"""How sure the headline numbers are: intervals of shares, and candidates beside what chance gives."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Chance", "ShareInterval", "VillageCounts"]


@dataclass(frozen=True, kw_only=True)
class ShareInterval:
    """The share of a group or of the promise, and its 90 % interval over drawings of the sites."""

    kind: str
    key: str
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Chance:
    """Candidates when it is drawn by lot which places are shared spaces: mean, 5th and 95th percentile."""

    mean: float
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class VillageCounts:
    """Village candidates; ``to_check`` counts the sets and pairs of the table, not its questions.

    ``chance`` is how many chance would give; None when the study asks for no perturbed runs.
    """

    count: int
    one_short: int
    to_check: int
    places_in_villages: int
    chance: Chance | None
    note: str
    note_ko: str
