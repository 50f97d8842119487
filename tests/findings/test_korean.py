"""Particles and numbers as Korean readers expect them."""

from __future__ import annotations

import pytest

from sharemap.findings.korean import Noun
from sharemap.findings.numbers import rounded, tenths


@pytest.mark.parametrize(
    ("word", "ends"),
    [
        ("도서관", "을"),
        ("나눔카페", "를"),
        ("주민센터 ", "를"),
        ("공유부엌(본점)", "을"),
        ("마을방 2", "를"),
        ("마을방 10", "을"),
        ("LH", "를"),
        ("북카페 M", "을"),
        ("cafe", "을(를)"),
        ("圖書館", "을(를)"),
        ("", "을(를)"),
    ],
)
def test_particles_follow_the_last_sound(word, ends):
    assert f"{Noun(word):을/를}" == word + ends
    assert f"{Noun(word)}" == word


def test_minutes_read_well():
    assert [tenths(value) for value in (5.0, 5.25, 0.04, 12.349)] == ["5", "5.3", "0", "12.3"]
    assert [rounded(value) for value in (0.49, 2.5, 3.5, 12345)] == ["0", "3", "4", "12,345"]
