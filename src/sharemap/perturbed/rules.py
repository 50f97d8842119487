"""How much is drawn: the numbers that decide what a drawing costs, and what is assumed about where sites stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from sharemap.errors import StudyError
from sharemap.perturbed.measured import Errors

__all__ = ["DrawingRules"]


@dataclass(frozen=True, kw_only=True)
class DrawingRules:
    """How sites are drawn as they may really be.

    Attributes
    ----------
    runs
        How many times.
    seed
        The same seed gives the same drawing.
    errors
        How wrong the published lists are.
    alternatives
        Other positions that are drawn for each building, once: so walks are known ahead, and a run only chooses.
    still_m
        An error of at most this standard deviation moves nothing: the published position is walked from.
    atom_m
        How far a building may lie from another one that it may really be.
    together
        Share of shared spaces that stand in a building with another one; empty to take it from the sites.
    """

    runs: int = 200
    seed: int = 20210401
    errors: Errors = field(default_factory=Errors.measured)
    alternatives: int = 6
    still_m: float = 2.0
    atom_m: float = 6_000.0
    together: float | None = None

    def __post_init__(self) -> None:
        for name in ("runs", "seed", "still_m", "atom_m"):
            self._at_least(name, 0)
        self._at_least("alternatives", 1)
        if not 0 <= (self.together or 0.0) <= 1:
            msg = "a share out of range"
            raise StudyError(msg, column="together", value=self.together, remedy="from 0 to 1")

    def _at_least(self, name: str, least: float) -> None:
        value = getattr(self, name)
        if not least <= value < float("inf"):
            msg = "a number of the drawing out of range"
            raise StudyError(msg, column=name, value=value, remedy=f"use {least:g} or more")
