"""How the perturbed runs of :mod:`sharemap.villages.stability` differ from the study."""

from __future__ import annotations

from dataclasses import dataclass

from sharemap.addresses import SAME_BUILDING_M
from sharemap.errors import StudyError

__all__ = ["Perturbation"]

_MINUTES = 15
#: From here on `stable` is earned: in generated towns at least so many of the candidates called so are true
#: (benchmarks/CALIBRATION.md), at half, at once and at twice the measured errors.
STABLE_FROM = 0.8
_SPREADS = ("adjacency", "speed", "weights", "fold")
_SNAP_ERRORS = 5  # standard deviations at which an error of snapping is cut off


@dataclass(frozen=True, kw_only=True)
class Perturbation:
    """How the perturbed runs differ from the study.

    Attributes
    ----------
    runs
        How many; 0 turns them off.
    seed
        The same seed gives the same runs.
    adjacency, speed, weights
        Largest share by which the threshold, the speed and each weight change, up and down.
    snap_m
        Standard deviation of the error of an access leg, metres.
    closure
        Chance that a site of a shared space closes, where sites are not drawn (:mod:`sharemap.perturbed`).
    fold_m, fold
        Places nearer than this, straight, are one building, and by which share that changes, up and down.
    stable_from
        A candidate is stable when it stays in at least this share of the runs.

    Raises
    ------
    StudyError
        If a value makes no sense.
    """

    runs: int = 200
    seed: int = 20210401
    adjacency: float = 0.2
    speed: float = 0.1
    weights: float = 0.5
    snap_m: float = 10.0
    closure: float = 0.05
    fold_m: float = SAME_BUILDING_M
    fold: float = 0.6
    stable_from: float = STABLE_FROM

    def __post_init__(self) -> None:
        for name in (*_SPREADS, "closure", "stable_from"):
            _between(name, getattr(self, name), below=1.0, inclusive=name == "stable_from")
        for name in ("runs", "seed", "snap_m", "fold_m"):
            _between(name, getattr(self, name), below=float("inf"))

    def widest_m(self, adjacent_m: float) -> float:
        """Return the longest walk that a run may ask for: the threshold at its largest, and five errors of snapping."""
        return adjacent_m * (1 + self.adjacency) + 2 * _SNAP_ERRORS * self.snap_m

    @property
    def widest_minutes(self) -> float:
        """The longest walk of residents that a run may ask for, in minutes of the study's own speed."""
        return _MINUTES * (1 + self.speed) if self.runs else float(_MINUTES)


def _between(name: str, value: float, *, below: float, inclusive: bool = False) -> None:
    if not (0 <= value < below or (inclusive and value == below)):
        msg = "a perturbation out of range"
        remedy = (
            "leave it out for the default" if below > 1 else "use a share from 0 to below 1, for example 0.2"
        )
        raise StudyError(msg, column=name, value=value, remedy=remedy)
