"""Opening hours as published -> open, closed or unknown."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharemap.errors import StudyError
from sharemap.hours import CLOSED, DAYS, OPEN, UNKNOWN, moment, parse, states

MON, WED, SAT, SUN = 0, 2, 5, 6


def at(text, day, clock):
    week = parse(text)
    assert week is not None, text
    hour, minute = map(int, clock.split(":"))
    return week.at(day, hour * 60 + minute)


@pytest.mark.parametrize(
    ("text", "day", "clock", "state"),
    [
        ("평일 09:00~18:00", WED, "09:00", OPEN),
        ("평일 09:00~18:00", WED, "18:00", CLOSED),  # half-open
        ("평일 09:00~18:00", SAT, "14:00", UNKNOWN),  # no word about Saturdays
        ("평일 09:00~19:00, 주말 09:00~15:00", SAT, "14:59", OPEN),
        ("평일 09:00~19:00, 주말 09:00~15:00", SUN, "15:00", CLOSED),
        ("평일 00:00~23:59, 토요일 00:00~23:59, 공휴일 00:00~23:59", WED, "23:59", OPEN),
        ("평일 09:00~01:00", WED, "00:30", OPEN),  # Tuesday's night
        ("평일 09:00~01:00", MON, "00:30", CLOSED),  # what is not told ends at midnight
        ("평일 09:00~01:00", SAT, "00:30", OPEN),  # Friday's night
        ("평일 12:00~12:00", WED, "14:00", UNKNOWN),  # all day or never
        ("24시간", SUN, "03:00", OPEN),
        ("24시간 연중무휴", SUN, "03:00", OPEN),
        ("연중무휴 09:00~18:00", SUN, "10:00", OPEN),
        ("09:00~18:00 연중무휴", SUN, "10:00", OPEN),
        ("매일 0900~1800", SUN, "10:00", OPEN),
        ("09:00-18:00", WED, "14:00", OPEN),
        ("09:00-18:00", SAT, "14:00", UNKNOWN),
        ("09:00-18:00", SAT, "20:00", CLOSED),  # on whatever day, it shuts at six
        ("오전 9시 ~ 오후 6시 30분", WED, "18:29", OPEN),
        ("09시부터 18시까지", WED, "17:00", OPEN),
        ("화~금 07:00~22:00, 토~일 09:00~20:00", SUN, "19:00", OPEN),
        ("화~금 07:00~22:00, 토~일 09:00~20:00", MON, "14:00", UNKNOWN),
        ("토~월 10:00~12:00", MON, "11:00", OPEN),
        ("월,수,금 10:00~12:00", WED, "11:00", OPEN),
        ("평일 및 토요일 : 09:00~22:00, 일요일 : 09:00~18:00", SAT, "20:00", OPEN),
        ("평일, 주말 : 09:00~18:00(수,금 : 09:00~20:00)", WED, "19:00", OPEN),
        ("평일, 주말 : 09:00~18:00(수,금 : 09:00~20:00)", MON, "19:00", CLOSED),
        ("평일 10:00~12:00, 13:00~18:00", WED, "12:30", CLOSED),
        ("평일 10:00~12:00, 13:00~18:00", WED, "13:00", OPEN),
        ("평일 09:00~18:00 (점심시간 12:00~13:00)", WED, "12:30", CLOSED),
        ("평일 09:00~18:00 (점심시간 12:00~13:00)", WED, "13:00", OPEN),
        ("월요일 휴무, 10시~19시", MON, "14:00", CLOSED),
        ("휴관일: 매주 월요일, 공휴일 / 운영시간 10:00~18:00", MON, "14:00", CLOSED),
        ("휴관일: 매주 월요일, 공휴일 / 운영시간 10:00~18:00", WED, "14:00", OPEN),
        ("토·일·공휴일 휴무, 평일 0900-1800", SAT, "14:00", CLOSED),
        ("둘째 월요일 휴관 09:00~18:00", MON, "14:00", UNKNOWN),
        ("평일 : 09:00~18:00, 주말 : 09:00?17:00", SAT, "16:00", OPEN),  # a dash that cp949 has lost
        ("평일 ０９：００～１８：００", WED, "14:00", OPEN),
    ],
)
def test_what_is_published_is_read(text, day, clock, state):
    assert at(text, day, clock) == state


@pytest.mark.parametrize(
    "text",
    [
        "",
        "문의",
        "연중무휴",
        "평일",
        "9시~6시",  # in the evening, or the next morning?
        "25:00~26:00",
        "평일 09:60~18:00",
        "평일 10:00~21:00 *동절기 야간 미운영",
        "평일 : 09:00~22:00, 어린이자료실: 09:00~18:00",
        "평일 : 월,금,일 : 13:00~17:00",
        "점심시간",
        "자치구도서관 공지사항 계정용-검색 제외",
    ],
)
def test_what_is_not_understood_to_the_last_word_is_unknown(text):
    assert parse(text) is None


clocks = st.integers(0, 24 * 60 - 1)


@given(clocks, clocks, st.integers(0, 6), clocks)
def test_a_span_holds_its_minutes_and_no_others(begin, end, day, minute):
    text = f"매일 {begin // 60:02d}:{begin % 60:02d}~{end // 60:02d}:{end % 60:02d}"
    last = 24 * 60 if end == 24 * 60 - 1 else end
    if begin == end:
        expected = UNKNOWN
    elif begin < end:
        expected = OPEN if begin <= minute < last else CLOSED
    else:
        expected = OPEN if minute >= begin or minute < end else CLOSED
    assert parse(text).at(day, minute) == expected


@given(st.text(max_size=30) | st.text(alphabet="평일주말월화수목금토휴무관매~:,0129시간오전후 ", max_size=30))
def test_no_text_breaks_it(text):
    week = parse(text)
    assert week is None or {week.at(day, minute) for day in range(7) for minute in (0, 840)} <= {-1, 0, 1}


def test_moments_and_states():
    one = moment("평일 야간 수요일 20:00")
    assert (one.label, one.weekday, one.minute) == ("평일 야간", WED, 1200)
    assert (moment("일 9:05").label, moment("Sunday 9:05").weekday, moment("fri 9:05").minute) == ("", 6, 545)
    for wrong in ("", "20:00", "수 24:00", "수 10:60", "평일 20:00"):
        with pytest.raises(StudyError, match="weekday and time"):
            moment(wrong)
    hours = pd.Series({"a": "평일 09:00~18:00", "b": "24시간", "c": None, "d": "문의"}, dtype="str")
    table = states(hours, [moment("낮 수 14:00"), one])
    assert table["state"].tolist() == [1, 1, -1, -1, 0, 1, -1, -1]
    assert table["when"].unique().tolist() == ["낮 수 14:00", "평일 야간 수요일 20:00"]
    assert DAYS == "월화수목금토일"


@pytest.mark.real
def test_nearly_all_published_hours_are_read(shared_data):
    from sharemap.sources.sites import read_sites

    files = {
        "library_standard__202607.csv": "library",
        "public_library__202604.csv": "library",
        "open_facility_standard__202010.csv": "open_facility",
        "parking_standard__202301.csv": "parking_public",
    }
    for file, layer in files.items():
        texts = read_sites(shared_data / "sites" / file, layer=layer).frame["hours"].dropna()
        read = texts.map(lambda text: parse(text) is not None)
        assert len(texts) > 100
        assert read.mean() > 0.93, file
