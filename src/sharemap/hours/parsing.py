"""Text of opening hours -> week: a strict little grammar."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

from sharemap.hours.moments import DAYS
from sharemap.hours.opening_hours import read_opening_hours
from sharemap.hours.week import DAY, Span, Week

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["parse"]

_WEEK = frozenset(range(7))
_HOLIDAY = 7
_EVERY = frozenset(range(8))
_WEEKDAYS, _WEEKEND = frozenset(range(5)), frozenset((5, 6))
_NOON, _HOUR = 12, 60

_TIME = r"(?:(?P<{0}half>오전|오후|아침|저녁|새벽|밤|낮)\s*)?(?P<{0}h>\d{{1,2}})(?:\s*[:시]\s*(?P<{0}m>\d{{2}})?\s*분?|(?P<{0}q>\d{{2}}))?"
_SPAN = (
    rf"{_TIME.format('a')}\s*(?:부터\s*[~?]?|[~?])\s*(?:익일|다음\s*날)?\s*{_TIME.format('b')}\s*(?:까지)?"
)
_DAY = rf"(?:[{DAYS}]요일|[{DAYS}](?![가-힣])|[{DAYS}](?=[{DAYS}]|공휴|및|은|는|휴))"
_TOKENS = re.compile(
    rf"""
      (?P<pause>(?:점심|브레이크|휴게|휴식)\s*(?:시간|타임)?\s*:?\s*(?={_TIME.format("x")}))
    | (?P<always>(?:연중\s*무휴\s*)?24\s*시간(?:\s*연중\s*무휴)?|상시\s*(?:개방|운영)?)
    | (?P<every>연중\s*무휴|무휴|매일|연중)
    | (?P<nth>매월|격주|(?:첫|둘|두|셋|세|넷|네|다섯)\s*(?:번)?째\s*주?|[1-5]\s*(?:번)?째\s*주?|[1-5]주(?:차)?)
    | (?P<shut>(?:정기\s*)?(?:휴관일?|휴무일?|휴일(?=\s*:)|휴업|휴장일?|미운영|제외|쉽니다|쉼|닫음))
    | (?P<range>{_DAY}\s*~\s*{_DAY})
    | (?P<weekdays>평일|주중)
    | (?P<weekend>주말)
    | (?P<holiday>법정\s*공휴일|국?공휴일|명절|휴일)
    | (?P<day>{_DAY})
    | (?P<span>{_SPAN})
    | (?P<label>(?:운영|이용|영업|개방|개관|관람)\s*시간)
    | (?P<filler>운영|이용|개방|개관|영업|시간|매주|및|과|와|은|는|에는|에)
    | (?P<mark>[\s,;:/().·ㆍ\[\]*'|+&-]+)
    """,
    re.VERBOSE,
)


@dataclass
class _Reading:
    """What has been read so far: an empty list of spans is a closed day, None is a day not named."""

    opened: list[list[Span] | None] = field(default_factory=lambda: [None] * 8)
    maybe: list[list[Span]] = field(default_factory=lambda: [[] for _ in range(8)])
    pauses: list[Span] = field(default_factory=list)
    days: set[int] = field(default_factory=set)  # named, waiting for hours
    last: frozenset[int] = frozenset()  # had hours last
    shut_next: bool = False  # "휴관일: 월요일"
    pause_next: bool = False
    nth: bool = False
    unnamed: list[Span] = field(default_factory=list)  # hours before any day


def parse(text: str) -> Week | None:
    """Read opening hours in Korean, or as OpenStreetMap writes them; None when they are not understood to the last word.

    Examples
    --------
    >>> week = parse("평일 09:00~22:00(점심시간 12:00~13:00), 토 0900~1700, 일요일 휴관")
    >>> [week.at(2, 21 * 60), week.at(2, 12 * 60 + 30), week.at(5, 20 * 60), week.at(6, 10 * 60)]
    [1, 0, 0, 0]
    >>> parse("평일 10:00~21:00 *동절기 야간 미운영") is None
    True
    """
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(
        r"\s*[～∼〜–—−]\s*|(?<=[\d시분월화수목금토일])\s*-\s*(?=[\d오월화수목금토일])", "~", text
    ).strip()
    reading, position = _Reading(), 0
    while position < len(text):
        token = _TOKENS.match(text, position)
        if token is None or not _take(reading, token):
            return read_opening_hours(text)
        position = token.end()
    return _finished(reading)


def _take(reading: _Reading, token: re.Match[str]) -> bool:
    """Read one token; False when it makes no sense here."""
    kind = str(token.lastgroup) if token.lastgroup in _HANDLERS else _kind(token)
    if kind in ("filler", "mark"):
        return True
    return _HANDLERS[kind](reading, token)


def _kind(token: re.Match[str]) -> str:
    return next(name for name in (*_HANDLERS, "filler", "mark") if token.group(name) is not None)


def _name_days(reading: _Reading, days: frozenset[int]) -> bool:
    if reading.shut_next:
        return _shut(reading, days)
    if days & reading.days:  # "평일 : 월,금,일 : 13:00~17:00": which of them?
        return False
    reading.days |= days
    return True


def _take_day(reading: _Reading, token: re.Match[str]) -> bool:
    return _name_days(reading, frozenset((DAYS.index(token.group()[0]),)))


def _take_range(reading: _Reading, token: re.Match[str]) -> bool:
    first, last = (DAYS.index(part.strip()[0]) for part in token.group("range").split("~"))
    days = [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return _name_days(reading, frozenset(days))


def _take_span(reading: _Reading, token: re.Match[str]) -> bool:
    begin, end = (_minute(token, part) for part in "ab")
    if begin is None or end is None:
        return False
    bare = all(token.group(f"{part}{unit}") is None for part in "ab" for unit in ("m", "q", "half"))
    if end < begin and bare:  # "9시~6시": morning to evening, or to the next morning?
        return False
    unclear = begin == end
    end = DAY if end == DAY - 1 else end
    span = (begin, end if end > begin else end + DAY)
    if reading.pause_next:
        reading.pauses.append(span)
        reading.pause_next = False
        return end > begin and not unclear
    return _open(reading, span, unclear=unclear)


def _open(reading: _Reading, span: Span, *, unclear: bool) -> bool:
    if reading.shut_next:
        return False
    fresh = bool(reading.days)
    days = frozenset(reading.days) or reading.last
    reading.days.clear()
    if not days:
        if unclear:
            return False
        reading.unnamed.append(span)
        return True
    for day in days:
        spans = reading.opened[day]
        # named anew: replaces what a wider word ("평일") said; more hours of the same day add up
        kept = [] if spans is None or fresh else spans
        reading.opened[day] = kept if unclear else [*kept, span]
        if unclear:  # "00:00~00:00" is closed in one file and all day in another
            reading.maybe[day] = [(0, DAY)]
    reading.last = days
    return True


def _take_always(reading: _Reading, _: re.Match[str]) -> bool:
    if not reading.days:
        reading.days |= _EVERY
    return _open(reading, (0, DAY), unclear=False)


def _take_every(reading: _Reading, token: re.Match[str]) -> bool:
    if reading.days or reading.shut_next:
        return False
    if any(
        spans is not None for spans in reading.opened
    ):  # "평일 ..., 연중무휴": no day is shut, hours unknown
        return True
    if reading.unnamed:  # "09:00~18:00 연중무휴"
        spans, reading.unnamed = reading.unnamed, []
        reading.days |= _EVERY
        return all(_open(reading, span, unclear=False) for span in spans)
    reading.days |= _EVERY if "무휴" in token.group() else _WEEK
    return True


def _take_shut(reading: _Reading, _: re.Match[str]) -> bool:
    if not reading.days:
        reading.shut_next = True
        return True
    days = frozenset(reading.days)
    reading.days.clear()
    return _shut(reading, days)


def _shut(reading: _Reading, days: frozenset[int]) -> bool:
    if reading.nth:  # the second Monday: this Monday may be it
        for day in days:
            reading.maybe[day] = [(0, DAY)]
            reading.opened[day] = []
    else:
        for day in days:
            reading.opened[day], reading.maybe[day] = [], []
    return True


def _take_pause(reading: _Reading, _: re.Match[str]) -> bool:
    reading.pause_next = True
    return not reading.days


def _take_label(reading: _Reading, _: re.Match[str]) -> bool:
    reading.shut_next = False  # "휴관일: 월요일 / 운영시간: ..." has come to the hours
    return True


def _take_nth(reading: _Reading, _: re.Match[str]) -> bool:
    reading.nth = True
    return True


def _minute(token: re.Match[str], part: str) -> int | None:
    hour = int(token.group(f"{part}h"))
    minute = int(token.group(f"{part}m") or token.group(f"{part}q") or 0)
    half = token.group(f"{part}half")
    if half in ("오후", "저녁", "밤", "낮") and hour < _NOON:
        hour += _NOON
    if half in ("오전", "아침", "새벽") and hour == _NOON:
        hour = 0
    good = hour * _HOUR + minute <= DAY and minute < _HOUR
    return hour * _HOUR + minute if good else None


def _finished(reading: _Reading) -> Week | None:
    """Return the week; None when nothing or half a sentence was read."""
    if reading.days or reading.pause_next or not (reading.unnamed or any(map(_said, reading.opened))):
        return None
    shut_only = not reading.unnamed and not any(reading.opened) and not any(reading.maybe)
    for day in range(8):
        if reading.opened[day] is not None:
            continue
        # hours without a day are those of the days on which it opens, and these are most surely weekdays
        sure = reading.unnamed and day in _WEEKDAYS
        reading.opened[day] = list(reading.unnamed) if sure else []
        if not sure:
            reading.maybe[day] = list(reading.unnamed) or [(0, DAY)]
    if shut_only and all(_said(spans) for spans in reading.opened) and not any(reading.maybe):
        return None
    return Week(
        tuple(_without(spans or [], reading.pauses) for spans in reading.opened),
        tuple(_without(spans, reading.pauses) for spans in reading.maybe),
    )


def _said(spans: list[Span] | None) -> bool:
    return spans is not None


def _without(spans: list[Span], pauses: list[Span]) -> tuple[Span, ...]:
    return tuple(reduce(lambda left, pause: list(_cut(left, pause)), pauses, spans))


def _cut(spans: Iterable[Span], pause: Span) -> Iterator[Span]:
    for begin, end in spans:
        pieces = ((begin, min(end, pause[0])), (max(begin, pause[1]), end))
        yield from (piece for piece in pieces if piece[0] < piece[1])


_HANDLERS = {
    "pause": _take_pause,
    "always": _take_always,
    "every": _take_every,
    "label": _take_label,
    "nth": _take_nth,
    "shut": _take_shut,
    "range": _take_range,
    "weekdays": lambda reading, _: _name_days(reading, _WEEKDAYS),
    "weekend": lambda reading, _: _name_days(reading, _WEEKEND),
    "holiday": lambda reading, _: _name_days(reading, frozenset((_HOLIDAY,))),
    "day": _take_day,
    "span": _take_span,
}
