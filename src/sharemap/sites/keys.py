"""Names and addresses as they are compared, and ids that stay the same."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["address_key", "code_key", "name_key", "similar_names", "stable_id"]

_SIDO = r"^(서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충청북|충청남|충북|충남|전라북|전라남|전북|전남|경상북|경상남|경북|경남|제주)(?:특별자치[시도]|특별시|광역시|[시도])?\s+"
# road (or dong) and building number; the number may not go on into a longer road name ("강남대로 102길",
# "은평로 3마길"): side streets are numbered, and split once more by 가, 나, 다 ... or 번
_BUILDING = (
    r"(?P<road>[^\s\d]\S*?(?:로|길|가|동|리)(?:\s?\d+[가-힣]?길)?)\s*(?P<under>지하)?\s*(?P<hill>산)?\s*"
    r"(?P<number>\d+(?:-\d+)?)(?:번지)?(?![\d길로가동번-]|[가-힣]길)"
)
_REGION = r"(\S+[구군시])\s"
_SIMILAR = 0.6
_SHORTEST = 2


def name_key(names: pd.Series) -> pd.Series:
    """Return names as they are compared: composed, small letters, without blanks and punctuation.

    Examples
    --------
    >>> import pandas as pd
    >>> name_key(pd.Series(["108. 서교동 사거리", "서교동  사거리"])).tolist()
    ['서교동사거리', '서교동사거리']
    """
    text = names.str.normalize("NFKC").str.lower().str.replace(r"^\s*\d+\.\s+", "", regex=True)
    bare = text.str.replace(r"[\W_]+", "", regex=True)
    return bare.mask(bare == "", text)


def address_key(addresses: pd.Series, *, region: bool = False) -> pd.Series:
    """Return road (or dong) and building number of addresses; NaN without a building number.

    Parameters
    ----------
    addresses
        Addresses as published, with or without city and ward, brackets, floors and building names.
    region
        Whether to keep the ward, and the province outside Seoul, before it.

    Examples
    --------
    >>> import pandas as pd
    >>> address_key(pd.Series(["서울특별시 중구 다산로 32길 5(신당동) 2층", "다산로32길 5", "강남구 강남대로 102길"])).tolist()
    ['다산로32길 5', '다산로32길 5', nan]
    """
    text = addresses.str.normalize("NFKC").str.replace(r"\([^)]*\)?|\[[^\]]*\]?", " ", regex=True)
    text = text.str.replace(r"\s+", " ", regex=True).str.strip()
    sido = text.str.extract(_SIDO, expand=False).fillna("").replace("서울", "")
    text = text.str.replace(_SIDO, "", regex=True)
    found = text.str.extract(_BUILDING)
    road = found["road"].str.replace(" ", "", regex=False)
    number = found["under"].fillna("") + found["hill"].fillna("") + found["number"]
    key = road + " " + number
    if not region:
        return key
    ward = text.str.extract(_REGION, expand=False).fillna("")
    return (sido + " " + ward + " " + key).str.strip()


def code_key(codes: pd.Series) -> pd.Series:
    """Return codes as they are compared: ``00108``, ``108`` and ``108.0`` are one.

    Examples
    --------
    >>> import pandas as pd
    >>> code_key(pd.Series(["00108", "108.0", "ST-10"])).tolist()
    ['108', '108', 'ST-10']
    """
    return codes.str.strip().str.replace(r"^0*(\d+)(?:\.0+)?$", r"\1", regex=True)


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
