"""A weekday and time to ask about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sharemap.errors import StudyError

__all__ = ["DAYS", "MOMENTS", "Moment", "moment"]

#: Weekdays from Monday, as Korean writes them.
DAYS = "월화수목금토일"

#: What the plan asks about: weekday afternoon and evening, and the weekend.
MOMENTS = ("평일 낮 수 14:00", "평일 야간 수 20:00", "주말 토 14:00")

_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOMENT = re.compile(
    rf"^(?:(?P<label>.+?)\s+)?(?:(?P<day>[{DAYS}])(?:요일)?|(?P<english>{'|'.join(_ENGLISH)})[a-z]*)"
    r"\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})$",
    re.IGNORECASE,
)
_HOURS, _MINUTES = 24, 60


@dataclass(frozen=True)
class Moment:
    """A weekday (0 is Monday) and a minute of the day.

    Attributes
    ----------
    text
        As a study names it.
    label
        The name in it; ``""`` without one.
    weekday, minute
        When.
    """

    text: str
    label: str
    weekday: int
    minute: int


def moment(text: str) -> Moment:
    """Read a moment: a name, a weekday in Korean or English, and a time.

    Raises
    ------
    StudyError
        If it is none.

    Examples
    --------
    >>> moment("평일 야간 수 20:00")
    Moment(text='평일 야간 수 20:00', label='평일 야간', weekday=2, minute=1200)
    >>> moment("Saturday 9:30").weekday
    5
    """
    found = _MOMENT.match(text.strip())
    if found is None or int(found["hour"]) >= _HOURS or int(found["minute"]) >= _MINUTES:
        msg = "not a weekday and time"
        raise StudyError(
            msg, column="times", value=text, remedy='for example "평일 야간 수 20:00" or "evening Wed 20:00"'
        )
    hour, minute = int(found["hour"]), int(found["minute"])
    day = DAYS.index(found["day"]) if found["day"] else _ENGLISH.index(found["english"].lower())
    return Moment(text.strip(), found["label"] or "", day, hour * _MINUTES + minute)
