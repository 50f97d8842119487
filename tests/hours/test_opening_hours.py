"""Opening hours of OpenStreetMap against a reading that goes minute by minute."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharemap import hours
from sharemap.hours.opening_hours import read_opening_hours

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


@pytest.mark.parametrize(
    ("text", "moments"),
    [
        ("24/7", {(0, 0): 1, (6, 1439): 1, (7, 600): 1}),
        ("09:00-18:00", {(0, 600): 1, (0, 1100): 0}),
        ("Mo-Fr 09:00-18:00", {(4, 1079): 1, (4, 1080): 0, (5, 600): 0, (7, 600): -1}),
        ("Mo-Su 10:00-20:00; We off", {(1, 700): 1, (2, 700): 0}),
        ("Mo, We ,Fr 10:00-12:00", {(2, 650): 1, (1, 650): 0}),
        ("Fr-Mo 10:00-12:00", {(6, 650): 1, (0, 650): 1, (3, 650): 0}),
        ("Fr 18:00-02:00", {(4, 1200): 1, (5, 60): 1, (5, 130): 0}),
        ("Su 20:00-26:00", {(6, 1300): 1, (0, 100): 1}),
        ("Tu 09:00-12:00, Tu 14:00-17:00", {(1, 600): 1, (1, 780): 0, (1, 900): 1}),
        ("Mo-Fr 09:00-12:00; Tu 14:00-17:00", {(1, 600): 0, (1, 900): 1}),
        ("Mo–Sa 08:00–20:00; Su,PH closed;", {(5, 600): 1, (6, 600): 0, (7, 600): 0}),
        ("PH,Su 10:00-13:00", {(6, 700): 1, (7, 700): 1, (0, 700): 0}),
        ("Monday - Friday: 9:00-17:00; Sat 10:00-12:00", {(0, 1000): 1, (5, 650): 1, (6, 650): 0}),
        ("off", {(0, 600): 0, (7, 600): 0}),
    ],
)
def test_a_week(text, moments):
    week = read_opening_hours(text)
    assert {moment: week.at(*moment) for moment in moments} == moments
    if text[0] not in "0o":  # hours alone, and nothing but closed, stay what the Korean grammar makes of them
        assert hours.parse(text) == week


@pytest.mark.parametrize(
    "text",
    [
        *("", "sunrise-sunset", 'Mo-Fr 09:00-17:00 "by appointment"', "Apr-Oct Mo-Fr 09:00-18:00"),
        *("SH off", "Mo-Fr 18:00+", "Mo[1] 10:00-12:00", "Mo-Fr", "Mo 25:00-26:00", "Mo 10:00-10:00"),
        *("Mo 09:60-10:00", "Mo-Fr 09:00-18:00 || call us", "week 1-20 Mo 10:00-12:00", "Mon 9am-5pm", "PH-Su 10:00-12:00"),
    ],
)  # fmt: skip
def test_what_is_no_week_is_unknown(text):
    assert read_opening_hours(text) is None
    assert hours.parse(text) is None


spans = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda span: span[0] != span[1])
rules = st.tuples(
    st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True), st.lists(spans, max_size=2)
)


@given(st.lists(rules, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_minute_of_the_week(said):
    def clock(minute):
        return f"{minute // 60:02d}:{minute % 60:02d}"

    def written(days, hours_of_day):
        times = ",".join(f"{clock(begin)}-{clock(end)}" for begin, end in hours_of_day)
        return f"{','.join(DAYS[day] for day in days)} {times or 'off'}"

    week = read_opening_hours("; ".join(written(*rule) for rule in said))
    last = {day: hours_of_day for days, hours_of_day in said for day in days}
    opened = set()
    for day, hours_of_day in last.items():
        for begin, end in hours_of_day:
            length = end - begin if end > begin else end + 1440 - begin
            opened |= {(day * 1440 + begin + step) % (7 * 1440) for step in range(length)}
    found = {
        day * 1440 + minute for day in range(7) for minute in range(0, 1440, 7) if week.at(day, minute) == 1
    }
    assert found == {minute for minute in opened if minute % 1440 % 7 == 0}
