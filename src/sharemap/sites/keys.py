"""Names as they are compared, and ids that stay the same."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

from sharemap.texts import each

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["code_key", "name_key", "similar_names", "stable_id"]

_SIMILAR = 0.6
_SHORTEST = 2
_NUMBERED = re.compile(r"^\s*\d+\.\s+")
_BETWEEN = re.compile(r"[\W_]+")
_CODE = re.compile(r"0*(\d+)(?:\.0+)?")


def name_key(names: pd.Series) -> pd.Series:
    """Return names as they are compared: composed, small letters, without blanks and punctuation.

    Examples
    --------
    >>> import pandas as pd
    >>> name_key(pd.Series(["108. 서교동 사거리", "서교동  사거리"])).tolist()
    ['서교동사거리', '서교동사거리']
    """
    return each(names, _name_key)


def _name_key(name: str) -> str:
    text = _NUMBERED.sub("", unicodedata.normalize("NFKC", name).lower())
    return _BETWEEN.sub("", text) or text


def code_key(codes: pd.Series) -> pd.Series:
    """Return codes as they are compared: ``00108``, ``108`` and ``108.0`` are one.

    Examples
    --------
    >>> import pandas as pd
    >>> code_key(pd.Series(["00108", "108.0", "ST-10"])).tolist()
    ['108', '108', 'ST-10']
    """
    return each(codes, _code_key)


def _code_key(code: str) -> str:
    number = _CODE.fullmatch(code.strip())
    return number[1] if number else code.strip()


def similar_names(one: str, other: str) -> bool:
    """Whether two names (as :func:`name_key` gives them) may well be one service.

    They have the same digits and single letters, and one holds the other or most of their pairs of letters.

    Examples
    --------
    >>> similar_names("합정역1번출구앞", "합정역1번출구"), similar_names("합정역1번출구앞", "합정역5번출구앞")
    (True, False)
    """
    if _marks(one) != _marks(other) or min(len(one), len(other)) < _SHORTEST:
        return one == other
    if one in other or other in one:
        return True
    ours, theirs = ({name[i : i + 2] for i in range(len(name) - 1)} for name in (one, other))
    return 2 * len(ours & theirs) >= _SIMILAR * (len(ours) + len(theirs))


def _marks(name: str) -> list[str]:
    return sorted(letter for letter in name if letter.isascii())


def stable_id(prefix: str, parts: Iterable[str]) -> str:
    """Return an id that depends on nothing but the parts.

    Examples
    --------
    >>> stable_id("place", ["a", "b"])
    'place-687d61996b'
    """
    text = "\x1f".join(parts)
    return f"{prefix}-{hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:10]}"
