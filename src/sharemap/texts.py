"""Rules of text by Python's own `re` and `unicodedata`, asked once for each distinct value.

What a blank, a letter or a composed syllable is differs between the engines that tables use for their text, and from one
of their releases to the next. Names decide ids, and words decide which rows are left out, so none of these engines is
asked; a column has few distinct values, so nothing is lost by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

__all__ = ["contains", "each"]


def each(text: pd.Series, rule: Callable[[str], str | None]) -> pd.Series:
    """Return what a rule makes of each text; missing values stay missing, and None is one.

    Examples
    --------
    >>> each(pd.Series(["가 1", None, "가 1"]), lambda text: text.replace(" ", "")).tolist()
    ['가1', nan, '가1']
    """
    number, distinct = pd.factorize(text)
    made = np.array([*map(rule, distinct.tolist()), None], dtype=object)
    return pd.Series(made[number], index=text.index, name=text.name, dtype="str")


def contains(text: pd.Series, pattern: re.Pattern[str]) -> pd.Series:
    r"""Return whether a pattern is found in each text; in a missing one it is not.

    Examples
    --------
    >>> import re
    >>> contains(pd.Series(["주차장\u30001", None, "주차장"]), re.compile(r"\s")).tolist()
    [True, False, False]
    """
    number, distinct = pd.factorize(text)
    found = np.array([*(pattern.search(value) is not None for value in distinct.tolist()), False])
    return pd.Series(found[number], index=text.index, name=text.name)
