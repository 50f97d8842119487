"""Conditions on the tags of OpenStreetMap, as a study or the catalogue writes them.

========================  ==========================================================================
``amenity=library``       the tag has this value, alone or in a list (``library;archive``)
``amenity=cafe;bar``      one of these values
``shop=*``                any value but ``no``
``access!=private;no``    none of these values; no such tag is fine
``a=b & c!=d``            all of them
========================  ==========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["TagRule", "tag_rules"]

_ANY = "*"


@dataclass(frozen=True)
class _Condition:
    """One key with the values that it must have, or must not."""

    key: str
    values: frozenset[str]
    must: bool

    def holds(self, value: str | None) -> bool:
        """Whether the value of a tag, None where it is missing, is as it must be."""
        parts = {part.strip() for part in (value or "").split(";")} - {""}
        found = bool(parts - {"no"}) if _ANY in self.values else not parts.isdisjoint(self.values)
        return found if self.must else not found


@dataclass(frozen=True)
class TagRule:
    """Conditions that hold together.

    Attributes
    ----------
    text
        As it is written.
    conditions
        All of them must hold.
    """

    text: str
    conditions: tuple[_Condition, ...]

    @property
    def key(self) -> str:
        """A key without which no element can be meant."""
        return next(condition.key for condition in self.conditions if condition.must)

    def holds(self, tag: Callable[[str], str | None]) -> bool:
        """Whether an element is meant, by a function that returns the value of a tag.

        Examples
        --------
        >>> (rule,) = tag_rules(["amenity=parking & access!=private;no"])
        >>> rule.holds({"amenity": "parking"}.get), rule.holds({"amenity": "parking", "access": "no"}.get)
        (True, False)
        """
        return all(condition.holds(tag(condition.key)) for condition in self.conditions)


def tag_rules(texts: Sequence[str]) -> tuple[TagRule, ...]:
    """Read conditions; an element is meant where one of the texts holds.

    Raises
    ------
    StudyError
        If a text is no condition, or says only what must not be.
    """
    return tuple(_rule(text) for text in texts)


def _rule(text: str) -> TagRule:
    conditions = []
    for part in text.split("&"):
        key, equals, values = part.partition("=")
        listed = frozenset(value.strip() for value in values.split(";"))
        must = not key.endswith("!")
        name = key.removesuffix("!").strip()
        if not equals or not name or "" in listed or any(sign in name for sign in "!* "):
            raise _unread(text)
        conditions.append(_Condition(name, listed, must))
    if not any(condition.must for condition in conditions):
        raise _unread(text)
    return TagRule(text, tuple(conditions))


def _unread(text: str) -> StudyError:
    msg = "a condition on tags that cannot be read"
    remedy = 'write it like "amenity=library" or "amenity=parking & access!=private;no"'
    return StudyError(msg, column="osm", value=text, remedy=remedy)
