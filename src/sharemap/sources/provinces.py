"""Korea's cities and provinces: the first two digits of an administrative code, and their names."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["of_codes", "of_names"]

#: Code -> what every form of its name begins with.
_PROVINCES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "11": ("서울",),
        "26": ("부산",),
        "27": ("대구",),
        "28": ("인천",),
        "29": ("광주광역", "광주시"),
        "30": ("대전",),
        "31": ("울산",),
        "36": ("세종",),
        "41": ("경기",),
        "43": ("충청북", "충북"),
        "44": ("충청남", "충남"),
        "46": ("전라남", "전남"),
        "47": ("경상북", "경북"),
        "48": ("경상남", "경남"),
        "50": ("제주",),
        "51": ("강원",),
        "52": ("전라북", "전북"),
    }
)
#: Codes that were given up when a province got another name: maps and tables of different years have both.
_NOW = MappingProxyType({"42": "51", "45": "52"})


def of_codes(codes: pd.Series[str]) -> pd.Series[str]:
    """Return the province of administrative codes, ``""`` where it is none.

    Examples
    --------
    >>> import pandas as pd
    >>> of_codes(pd.Series(["1114052000", "42110", "x", "99"])).tolist()
    ['11', '51', '', '']
    """
    first = codes.astype("str").str.slice(0, 2).replace(dict(_NOW))
    return first.where(first.isin(list(_PROVINCES)), "")


def of_names(names: pd.Series[str]) -> pd.Series[str]:
    """Return the province of names, ``""`` where it is none.

    Examples
    --------
    >>> import pandas as pd
    >>> of_names(pd.Series(["서울특별시", "전북특별자치도", "광주광역시", "어느 곳"])).tolist()
    ['11', '52', '29', '']
    """
    bare = names.astype("str").str.strip()
    found = bare.copy().mask(bare.notna(), "")
    for code, begins in _PROVINCES.items():
        found = found.mask(bare.str.startswith(begins), code)
    return found
