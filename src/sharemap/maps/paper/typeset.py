"""Text of the printed pages set to a width: measured in the font that draws it, broken into lines, cut with '…'."""

from __future__ import annotations

from functools import cache

from sharemap.fonts import drawable, font_file

__all__ = ["LEADING", "PT_MM", "disc_mm", "fitted", "text_mm", "wrapped"]

#: Millimetres in a point.
PT_MM = 25.4 / 72
#: Height of a line in sizes of the letter.
LEADING = 1.45
_CUT = "…"
_EM_PT = 100
_FIXED_POINT = 65536.0


def text_mm(text: object, size: float, *, weight: str = "regular") -> float:
    """Return how wide one line of text is printed, millimetres.

    Parameters
    ----------
    text
        One line; what the font lacks is measured as the square that stands for it.
    size
        Size of the letter, points.
    weight
        ``"regular"`` or ``"bold"``.

    Examples
    --------
    >>> round(text_mm("가나", 10.0) / text_mm("가", 10.0), 6), text_mm("", 10.0)
    (2.0, 0.0)
    """
    return _ems(drawable(text, weight=weight), weight) * size * PT_MM


def disc_mm(rank: int, size: float) -> float:
    """Return how wide the disc of a rank is, millimetres."""
    return max(1.75 * size * PT_MM, text_mm(rank, size, weight="bold") + size * PT_MM * 0.75)


def fitted(text: object, room_mm: float, size: float, *, weight: str = "regular") -> str:
    """Return one line of text, its end replaced by '…' when it is wider than the room.

    Examples
    --------
    >>> fitted("공유공간", 100.0, 9.0), fitted("공유공간", 9.0, 9.0)
    ('공유공간', '공유…')
    """
    line = drawable(text, weight=weight)
    room = room_mm / (size * PT_MM)
    if _ems(line, weight) <= room:
        return line
    used = _ems(_CUT, weight)
    kept = 0
    for sign in line:
        used += _em(sign, weight)
        if used > room:
            break
        kept += 1
    return line[:kept].rstrip() + _CUT


def wrapped(
    text: object, room_mm: float, size: float, *, most: int, weight: str = "regular"
) -> tuple[str, ...]:
    """Return text broken into at most `most` lines; the last one ends in '…' when not all of it fits.

    Lines break at blanks; a word that is wider than the room breaks anywhere.

    Examples
    --------
    >>> wrapped("가나 다라마바", 8.0, 9.0, most=3)
    ('가나', '다라', '마바')
    """
    room = room_mm / (size * PT_MM)
    lines = _broken(drawable(text, weight=weight), room, weight, most)
    if len(lines) <= most:
        return tuple(lines)
    last = " ".join(lines[most - 1 :])
    return (*lines[: most - 1], fitted(last + _CUT, room_mm, size, weight=weight))


def _broken(line: str, room: float, weight: str, most: int) -> list[str]:
    """Return the lines, one more than `most` when there are more; the last one then holds all the rest."""
    lines: list[str] = []
    words, current = line.split(" "), ""
    while words:
        word = words.pop(0)
        joined = f"{current} {word}" if current else word
        if _ems(joined, weight) <= room:
            current = joined
            continue
        if current:
            lines.append(current)
            current, words = "", [word, *words]
        else:
            head = _as_much_as_fits(word, room, weight)
            lines.append(word[:head])
            words = [word[head:], *words] if word[head:] else words
        if len(lines) == most:
            return [*lines, " ".join(words)] if words else lines
    return [*lines, current] if current else lines


def _as_much_as_fits(word: str, room: float, weight: str) -> int:
    used = 0.0
    for at, sign in enumerate(word):
        used += _em(sign, weight)
        if used > room:
            return max(at, 1)
    return len(word)


def _ems(line: str, weight: str) -> float:
    return sum(_em(sign, weight) for sign in line)


@cache
def _em(sign: str, weight: str) -> float:
    """Return how far a sign moves the pen, in sizes of the letter."""
    from matplotlib.ft2font import FT2Font, LoadFlags

    font = _font(weight)
    assert isinstance(font, FT2Font)  # noqa: S101  for the type checker
    glyph = font.load_char(ord(sign), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / _FIXED_POINT / _EM_PT


@cache
def _font(weight: str) -> object:
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(font_file(weight)))
    font.set_size(_EM_PT, 72)
    return font
