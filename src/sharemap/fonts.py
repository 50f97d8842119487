"""Hangul for the printed map, from files: no font is registered and no setting of matplotlib is touched."""

from __future__ import annotations

import logging
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sharemap.errors import MissingFileError

__all__ = ["drawable", "font_file"]

_FILES = {"regular": "NanumGothic.ttf", "bold": "NanumGothicBold.ttf"}
_LOG = logging.getLogger(__name__)


@cache
def font_file(weight: str) -> Path:
    """Return the path of NanumGothic, ``"regular"`` or ``"bold"``.

    The files come with the koreanize-matplotlib package; the package itself is never imported, because that
    changes matplotlib's settings for the whole process.

    Raises
    ------
    MissingFileError
        If the package is not installed.
    """
    spec = find_spec("koreanize_matplotlib")
    folders = [] if spec is None else list(spec.submodule_search_locations or [])
    for folder in folders:
        path = Path(folder) / "fonts" / _FILES[weight]
        if path.is_file():
            return path
    msg = "the Hangul font of the printed map is missing"
    raise MissingFileError(msg, file=_FILES[weight], remedy="install the package koreanize-matplotlib")


def drawable(text: object, *, weight: str = "regular") -> str:
    """Return text in which each sign that the font lacks is a white square.

    Examples
    --------
    >>> drawable("작은도서관 😀")
    '작은도서관 □'
    """
    known = _signs(weight)
    line = " ".join(str(text).split())
    shown = "".join(sign if ord(sign) in known else "□" for sign in line)
    if shown != line:
        _LOG.info("the font has no sign for some of %r", line)
    return shown


@cache
def _signs(weight: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(font_file(weight))).get_charmap())
