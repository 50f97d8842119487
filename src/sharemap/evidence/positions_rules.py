"""How far a position may lie from what is said of it: the distances of ``positions.toml``, each with its source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

from sharemap.errors import StudyError

__all__ = ["PositionRules", "sources", "usual"]

_FILE = resources.files("sharemap.evidence").joinpath("positions.toml")


@dataclass(frozen=True, kw_only=True)
class PositionRules:
    """Distances in metres that decide what becomes of a position.

    Attributes
    ----------
    agree_m
        Two positions of one address or facility agree up to this far apart.
    conflict_m
        Farther apart than this they cannot both be true, even where nothing says which one is.
    ward_m
        How far outside the ward of its address a position may lie.
    road_near_m, road_strained_m, road_far_m
        A street of the name in the address is there; is a little far; is not there.
    number_slack_m
        By how much two positions on one road may lie farther apart than their building numbers allow.
    dong_near_m, dong_far_m
        Another address of the same legal dong is near; none is.
    dong_border_m
        How far outside the administrative dong of its address a position may lie.
    coarse_m
        What the last digit of a position may be worth.

    Raises
    ------
    StudyError
        If a distance is not positive.
    """

    agree_m: float
    conflict_m: float
    ward_m: float
    road_near_m: float
    road_strained_m: float
    road_far_m: float
    number_slack_m: float
    dong_near_m: float
    dong_far_m: float
    dong_border_m: float
    coarse_m: float

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0 < value < float("inf"):
                msg = "a distance between positions must be positive"
                raise StudyError(msg, column=item.name, value=value, remedy="use metres, for example 150")


@cache
def usual() -> PositionRules:
    """Return the distances of ``positions.toml``.

    Examples
    --------
    >>> usual().agree_m < usual().conflict_m
    True
    """
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return PositionRules(**{name: float(entry["value"]) for name, entry in told.items()})


def sources() -> dict[str, tuple[float, str, str]]:
    """Return each distance with why it is that long and where that is from.

    Examples
    --------
    >>> sorted(sources()) == sorted(vars(usual()))
    True
    """
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: (float(entry["value"]), entry["why"], entry["source"]) for name, entry in told.items()}
