"""Korean words with the right particles."""

from __future__ import annotations

__all__ = ["Noun"]

_HANGUL_FIRST, _HANGUL_LAST, _FINALS = 0xAC00, 0xD7A3, 28
_CLOSING = " )]}>」』〉》”’\"'.,!?·:;~-"
# 영 일 삼 육 칠 팔 end in a consonant, 이 사 오 구 do not; so do the names of the letters L M N R (엘 엠 엔 알)
_CONSONANT_ENDINGS = frozenset("013678LMNR")
_VOWEL_ENDINGS = frozenset("2459ABCDEFGHIJKOPQSTUVWXYZ")


class Noun(str):
    """A word that takes a particle in the form that its end asks for.

    The particle stands after the colon of a format, both forms, that after a consonant first: '을/를', '이/가',
    '은/는', '과/와'. A word ends in Hangul, a digit or a Latin letter; closing brackets and punctuation are looked
    through.

    Examples
    --------
    >>> f"{Noun('한울도서관'):을/를}", f"{Noun('나눔카페(2호점)'):을/를}", f"{Noun('공구방 3'):이/가}"
    ('한울도서관을', '나눔카페(2호점)을', '공구방 3이')
    >>> f"{Noun('book café'):을/를}"
    'book café을(를)'
    """

    __slots__ = ()

    def __format__(self, particle: str) -> str:
        """Append the particle."""
        after_consonant, slash, after_vowel = particle.partition("/")
        ends = _ends_in_consonant(self)
        if not slash:
            return super().__format__(particle)
        if ends is None:
            return f"{self!s}{after_consonant}({after_vowel})"
        return f"{self!s}{after_consonant if ends else after_vowel}"


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
