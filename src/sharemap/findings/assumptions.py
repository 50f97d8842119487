"""What other assumptions would make of the promise, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.catalog import GROUPS
from sharemap.findings.words import LANGUAGES, words
from sharemap.schema import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["worded"]


def worded(assumptions: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the table 'assumptions' (:func:`sharemap.coverage.assumptions`) with what is changed, and how it was measured.

    Parameters
    ----------
    assumptions
        Numbers and keys.
    names
        Korean names of the layers.
    """
    said: dict[str, list[str]] = {}
    for lang in LANGUAGES:
        say = words(lang)
        called = {**names, **GROUPS} if lang == "ko" else {}
        said[f"changed_{lang}"] = [
            say[f"assume_{case}"].format(setting=called.get(setting, setting))
            for case, setting in zip(assumptions["assumption"], assumptions["setting"], strict=True)
        ]
        said[f"source_{lang}"] = [
            say[f"assumed_by_{case}" if examined else "assumed_not_examined"]
            for case, examined in zip(assumptions["assumption"], assumptions["examined"], strict=True)
        ]
    return check(assumptions.assign(**said).astype(dict.fromkeys(said, "str")), "assumptions")
