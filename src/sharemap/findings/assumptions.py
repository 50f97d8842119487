"""What other assumptions would make of the promise, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.findings.words import words
from sharemap.schema import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sharemap.findings.names import Names

__all__ = ["worded"]


def worded(assumptions: pd.DataFrame, names: Mapping[str, Names]) -> pd.DataFrame:
    """Return the table 'assumptions' (:func:`sharemap.coverage.assumptions`) with what is changed, and how it was measured.

    Parameters
    ----------
    assumptions
        Numbers and keys.
    names
        What services are called, by language.
    """
    said: dict[str, list[str]] = {}
    for lang, named in names.items():
        say, called = words(lang), named.services
        said[f"changed_{lang}"] = [
            say[f"assume_{case}"].format(setting=called.get(setting, setting))
            for case, setting in zip(assumptions["assumption"], assumptions["setting"], strict=True)
        ]
        said[f"source_{lang}"] = [
            say[f"assumed_by_{case}" if examined else "assumed_not_examined"]
            for case, examined in zip(assumptions["assumption"], assumptions["examined"], strict=True)
        ]
    return check(assumptions.assign(**said).astype(dict.fromkeys(said, "str")), "assumptions")
