"""Korean sentences with the right particles."""

from __future__ import annotations

import math

__all__ = ["minutes_ko", "number", "with_particle"]

_HANGUL_FIRST, _HANGUL_LAST, _FINALS = 0xAC00, 0xD7A3, 28
_CLOSING = " )]}>」』〉》”’\"'.,!?·:;~-"
# 영 일 삼 육 칠 팔 end in a consonant, 이 사 오 구 do not; so do the names of the letters L M N R (엘 엠 엔 알)
_CONSONANT_ENDINGS = frozenset("013678LMNR")
_VOWEL_ENDINGS = frozenset("2459ABCDEFGHIJKOPQSTUVWXYZ")


def with_particle(word: str, particle: str) -> str:
    """Append a particle in the form that the end of the word asks for.

    Parameters
    ----------
    word
        Ends in Hangul, a digit or a Latin letter; closing brackets and punctuation are looked through.
    particle
        Both forms, that after a consonant first: '을/를', '이/가', '은/는', '과/와'.

    Examples
    --------
    >>> with_particle("한울도서관", "을/를"), with_particle("나눔카페(2호점)", "을/를"), with_particle("공구방 3", "이/가")
    ('한울도서관을', '나눔카페(2호점)을', '공구방 3이')
    >>> with_particle("book café", "을/를")
    'book café을(를)'
    """
    after_consonant, after_vowel = particle.split("/")
    ends = _ends_in_consonant(word)
    if ends is None:
        return f"{word}{after_consonant}({after_vowel})"
    return word + (after_consonant if ends else after_vowel)


def _ends_in_consonant(word: str) -> bool | None:
    """Whether it does; ``None`` where only a speaker knows."""
    last = word.rstrip(_CLOSING)[-1:]
    if last and _HANGUL_FIRST <= ord(last) <= _HANGUL_LAST:
        return (ord(last) - _HANGUL_FIRST) % _FINALS > 0
    if last in _CONSONANT_ENDINGS and last:
        return True
    if last in _VOWEL_ENDINGS and last:
        return False
    return None


def number(value: float) -> str:
    """Whole, with separators: 12,345. Halves go up, as readers expect."""
    return f"{math.floor(value + 0.5):,}"


def minutes_ko(minutes: float) -> str:
    """Minutes to one decimal, without a trailing zero: 5분, 5.2분."""
    return f"{math.floor(minutes * 10 + 0.5) / 10:g}분"
