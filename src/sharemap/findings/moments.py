"""A weekday and time as people say it."""

from __future__ import annotations

from sharemap.findings.words import words
from sharemap.hours import moment

__all__ = ["told"]

_LABELS = ("moment_daytime", "moment_evening", "moment_weekend")


def told(when: str, lang: str) -> str:
    """Return a time as a study names it, in a language; a name of the study's own stays as it is.

    Examples
    --------
    >>> told("평일 낮 수 14:00", "ko"), told("평일 낮 수 14:00", "en"), told("market Sat 9:30", "ko")
    ('평일 낮 (수 14:00)', 'weekday daytime (Wed 14:00)', 'market (토 09:30)')
    """
    asked, days = moment(when), words(lang)["weekdays"].split()
    ours = {words("ko")[term]: words(lang)[term] for term in _LABELS}
    label = ours.get(asked.label, asked.label)
    time = f"{days[asked.weekday]} {asked.minute // 60:02d}:{asked.minute % 60:02d}"
    return f"{label} ({time})" if label else time
