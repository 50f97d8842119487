"""What each tag of OpenStreetMap says about walking: the lines of ``walking.toml``.

:mod:`sharemap.network.rules` obeys them for streets, :mod:`sharemap.network.gates` for what stands on one, and the
page of walking rules is printed from them.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from sharemap.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SAID", "WALKS", "WHEELS", "Line", "lines", "values_of", "wheels_of"]

_FILE = resources.files("sharemap.network").joinpath("walking.toml")

Walk = Literal["", "open", "ends", "shut"]
Wheel = Literal["", "yes", "limited", "no"]

#: What a line may say of walking; empty is nothing.
WALKS = ("", "open", "ends", "shut")
#: Who goes on wheels, and has a column of its own among the edges.
WHEELS = ("stroller", "wheelchair")
#: What may be said of them; empty is nothing.
SAID = ("", "yes", "limited", "no")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the rules: the head of ``walking.toml`` explains its fields.

    Raises
    ------
    StudyError
        If it says what nobody knows.
    """

    keys: tuple[str, ...]
    values: tuple[str, ...]
    why: str
    of: str = "way"
    walk: Walk = ""
    reason: str = ""
    stroller: Wheel = ""
    wheelchair: Wheel = ""
    on: Mapping[str, str] = field(default_factory=dict)
    listed: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", tuple(self.keys))
        object.__setattr__(self, "values", tuple(self.values))
        for name, known in (
            ("of", ("way", "node")),
            ("walk", WALKS),
            *((wheels, SAID) for wheels in WHEELS),
        ):
            if getattr(self, name) not in known:
                msg = "a walking rule says what nobody knows"
                remedy = f"use one of {', '.join(filter(None, known))}"
                raise StudyError(msg, column=name, value=getattr(self, name), remedy=remedy)


@cache
def lines() -> tuple[Line, ...]:
    """Return the lines of ``walking.toml``.

    Raises
    ------
    StudyError
        If two of them say something of the same value.

    Examples
    --------
    >>> lines()[0].keys, lines()[0].walk, "footway" in lines()[0].values
    (('highway',), 'open', True)
    """
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    found = tuple(Line(**entry) for entry in told["line"])
    said = Counter((one.of, key, value) for one in found for key in one.keys for value in one.values)
    twice = [tag for tag, times in said.items() if times > 1]
    if twice:
        msg = "a tag stands in two lines of the walking rules"
        raise StudyError(msg, value=twice[0], remedy="leave it in one")
    return found


def values_of(key: str, walk: Walk, *, of: str = "way", reason: str = "") -> tuple[str, ...]:
    """Return the values of a tag of which the lines say something about walking.

    Parameters
    ----------
    key
        The tag.
    walk
        What is said of it.
    of
        Tag of a ``"way"`` or of a ``"node"``.
    reason
        Only values that are shut for this reason; by default all.

    Examples
    --------
    >>> values_of("motorroad", "shut")
    ('yes',)
    """
    chosen = (one for one in lines() if one.listed and one.of == of and one.walk == walk and key in one.keys)
    return tuple(value for one in chosen if reason in ("", one.reason) for value in one.values)


def wheels_of(wheels: str, *, of: str = "way") -> dict[str, dict[str, str]]:
    """Return what the lines say of strollers or wheelchairs: tag -> value -> ``"yes"``, ``"limited"`` or ``"no"``.

    Examples
    --------
    >>> wheels_of("stroller")["stroller"]
    {'yes': 'yes', 'designated': 'yes', 'limited': 'limited', 'no': 'no'}
    """
    found: dict[str, dict[str, str]] = {}
    for one in lines():
        said = getattr(one, wheels)
        if one.listed and one.of == of and said:
            for key in one.keys:
                found.setdefault(key, {}).update(dict.fromkeys(one.values, said))
    return found
