"""A week of opening hours, and the state of many sites at some moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharemap.hours.moments import Moment

__all__ = ["CLOSED", "DAY", "OPEN", "UNKNOWN", "Span", "Week", "states"]

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


def states(hours: pd.Series[str], moments: Sequence[Moment]) -> pd.DataFrame:
    """Return the state of each site at each moment.

    Parameters
    ----------
    hours
        Opening hours as published, indexed by ``site_id``; empty where none are.
    moments
        When to ask.

    Returns
    -------
    ``site_id``, ``when`` (name of the moment) and ``state``: 1 open, 0 closed, -1 unknown.

    Examples
    --------
    >>> from sharemap.hours import moment
    >>> hours = pd.Series({"a": "평일 09:00~18:00", "b": "24시간", "c": None}, dtype="str")
    >>> states(hours, [moment("수 20:00")])["state"].tolist()
    [0, 1, -1]
    """
    from sharemap.hours.parsing import parse

    texts = hours.fillna("")
    weeks = {text: parse(text) for text in texts.unique()}
    parts = []
    for one in moments:
        state = {
            text: UNKNOWN if week is None else week.at(one.weekday, one.minute)
            for text, week in weeks.items()
        }
        parts.append(
            pd.DataFrame(
                {
                    "site_id": hours.index.astype("str"),
                    "when": one.name,
                    "state": texts.map(state).to_numpy(dtype="int64"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
