"""Why a village candidate must be looked at on site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.findings.korean import Noun
from sharemap.findings.numbers import rounded
from sharemap.findings.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sharemap.villages import Villages

__all__ = ["doubts"]


def doubts(found: Villages, names: Mapping[str, str]) -> list[str]:
    """Say which two places of each village may be one building; '' where there are none."""
    say, said = words("ko"), []
    card = found.villages
    of_village = dict(iter(found.doubts.groupby("village_id")))
    for key, merged in zip(card["village_id"], card["places_if_merged"], strict=True):
        pairs = "" if key not in of_village else ", ".join(_pairs(of_village[key], names))
        text = say["doubt_still_enough" if merged >= found.rules.min_places else "doubt_too_few"]
        said.append(text.format(pairs=pairs, places=merged) if pairs else "")
    return said


def _pairs(doubtful: pd.DataFrame, names: Mapping[str, str]) -> list[str]:
    say = words("ko")
    rows = zip(*(doubtful[name] for name in ("a", "b", "apart_m", "same_name")), strict=True)
    return [
        say["doubt_pair_same_name" if same else "doubt_pair"].format(
            one=Noun(f"‘{names[a]}’"), other=f"‘{names[b]}’", metres=rounded(apart)
        )
        for a, b, apart, same in rows
    ]
