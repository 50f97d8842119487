"""Opening hours as OpenStreetMap writes them (``Mo-Fr 09:00-18:00; PH off``) -> week.

The part of that language that says a week; what depends on months, school holidays, the sun or a telephone call is not
understood, and so are comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sharemap.hours.week import DAY, Span, Week

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_opening_hours"]

_NAMES = ("mo", "tu", "we", "th", "fr", "sa", "su", "ph")
_HOLIDAY, _HOUR, _LATEST = 7, 60, 2 * DAY
_DAY = (
    r"(?:mo(?:n(?:day)?)?|tu(?:e(?:s(?:day)?)?)?|we(?:d(?:nesday)?)?|th(?:u(?:r(?:s(?:day)?)?)?)?|fr(?:i(?:day)?)?"
    r"|sa(?:t(?:urday)?)?|su(?:n(?:day)?)?|ph)(?![a-z])"
)
_RANGE = rf"{_DAY}(?:\s*-\s*{_DAY})?"
_DAYS = re.compile(rf"{_RANGE}(?:\s*,\s*{_RANGE})*")
_TIME = r"(\d{1,2}):(\d{2})"
_SPAN = re.compile(rf"{_TIME}\s*-\s*{_TIME}")
_SPANS = re.compile(rf"{_SPAN.pattern}(?:\s*,\s*{_SPAN.pattern})*")
_SHUT = re.compile(r"(?:off|closed)(?![a-z])")
_ALWAYS = re.compile(r"24/7")
_BLANKS = re.compile(r"[\s:]*")
_AND = re.compile(r"\s*,\s*(?=[a-z])")
_DASHES = re.compile(r"[‐-―−~]")


@dataclass
class _Said:
    """What has been said of each day, public holidays last; None where nothing."""

    days: list[list[Span] | None] = field(default_factory=lambda: [None] * 8)

    def take(self, days: Sequence[int], spans: list[Span], *, more: bool) -> None:
        for day in days:
            self.days[day] = [*(self.days[day] or []), *spans] if more else spans


def read_opening_hours(text: str) -> Week | None:
    """Read opening hours of OpenStreetMap; None when they are not understood to the last letter.

    A rule replaces what was said of its days before, a rule after a comma adds to it. As the language has it, a weekday
    that is not named is closed. A public holiday that is not named stays unknown, unless the rules name no days at all.

    Examples
    --------
    >>> week = read_opening_hours("Mo-Fr 09:00-12:00,13:00-18:00; Sa 10:00-14:00; PH off")
    >>> [week.at(2, 14 * 60), week.at(2, 12 * 60 + 30), week.at(5, 15 * 60), week.at(6, 11 * 60), week.at(7, 11 * 60)]
    [1, 0, 0, 0, 0]
    >>> read_opening_hours("Apr-Oct: Mo-Fr 09:00-18:00") is None
    True
    """
    said = _Said()
    for rule in _DASHES.sub("-", text.lower()).split(";"):
        if rule.strip() and not _take_rule(said, rule.strip()):
            return None
    if all(spans is None for spans in said.days):
        return None
    opened = tuple(tuple(sorted(spans or ())) for spans in said.days)
    unknown = said.days[_HOLIDAY] is None
    return Week(opened, (*((),) * _HOLIDAY, ((0, DAY),) if unknown else ()))


def _take_rule(said: _Said, rule: str) -> bool:
    position, more = 0, False
    while True:
        days = _DAYS.match(rule, position)
        if days is None and more:
            return False
        position = _BLANKS.match(rule, days.end() if days else position).end()  # type: ignore[union-attr]
        named = tuple(range(8)) if days is None else _days(days.group())
        read = _spans(rule, position)
        if read is None:
            return False
        spans, position = read
        said.take(named, spans, more=more)
        if position == len(rule):
            return True
        comma = _AND.match(rule, position)
        if comma is None:
            return False
        position, more = comma.end(), True


def _days(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in text.split(","):
        first, *last = (_NAMES.index(name.strip()[:2]) for name in part.split("-"))
        if not last:
            found.append(first)
        elif _HOLIDAY not in (first, *last):
            found += [(first + step) % _HOLIDAY for step in range((last[0] - first) % _HOLIDAY + 1)]
    return tuple(found)


def _spans(rule: str, position: int) -> tuple[list[Span], int] | None:
    """Return the hours that stand somewhere in a rule, and where they end."""
    if shut := _SHUT.match(rule, position):
        return [], shut.end()
    if always := _ALWAYS.match(rule, position):
        return [(0, DAY)], always.end()
    listed = _SPANS.match(rule, position)
    if listed is None:
        return None
    spans = []
    for hours in _SPAN.finditer(listed.group()):
        begin, end = (int(hours[at]) * _HOUR + int(hours[at + 1]) for at in (1, 3))
        if begin == end or begin >= DAY or end > _LATEST or max(int(hours[2]), int(hours[4])) >= _HOUR:
            return None
        spans.append((begin, end if end > begin else end + DAY))
    return spans, listed.end()
