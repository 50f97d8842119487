"""A week of opening hours."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CLOSED", "DAY", "OPEN", "UNKNOWN", "Span", "Week"]

OPEN, CLOSED, UNKNOWN = 1, 0, -1
DAY = 24 * 60

Span = tuple[int, int]


@dataclass(frozen=True)
class Week:
    """Spans of minutes from midnight for each day, Monday to Sunday and public holidays.

    Attributes
    ----------
    opened, maybe
        Eight tuples of (begin, end), half-open; an end beyond 1,440 goes on after midnight. ``maybe`` is what the
        text leaves open. Outside both the site is closed.
    """

    opened: tuple[tuple[Span, ...], ...]
    maybe: tuple[tuple[Span, ...], ...]

    def at(self, weekday: int, minute: int) -> int:
        """Return :data:`OPEN`, :data:`CLOSED` or :data:`UNKNOWN` at a weekday (0 is Monday) and minute."""
        for spans, state in ((self.opened, OPEN), (self.maybe, UNKNOWN)):
            today = any(begin <= minute < end for begin, end in spans[weekday])
            after_midnight = any(begin <= minute + DAY < end for begin, end in spans[(weekday - 1) % 7])
            if today or after_midnight:
                return state
        return CLOSED
