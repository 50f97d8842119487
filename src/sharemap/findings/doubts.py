"""Why a village candidate must be looked at on site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.findings.korean import Noun
from sharemap.findings.numbers import rounded
from sharemap.findings.words import words

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.villages import Villages

__all__ = ["doubts", "questions"]


def doubts(found: Villages) -> list[str]:
    """Say which two places of each village may be one building; '' where there are none."""
    say, said = words("ko"), []
    card = found.villages
    of_village = dict(iter(found.doubts.groupby("village_id")))
    for key, merged in zip(card["village_id"], card["places_if_merged"], strict=True):
        pairs = "" if key not in of_village else ", ".join(_pairs(of_village[key]))
        said.append(say["doubt_still_enough"].format(pairs=pairs, places=merged) if pairs else "")
    return said


def questions(asked: pd.DataFrame, lang: str) -> list[str]:
    """Say what an officer must answer, for each row of 'to_check'."""
    say, many = words(lang), asked.duplicated("rank", keep=False)
    return [
        say[f"to_check_{target}"].format(
            pair=pair, also=say["to_check_also"] if more else "", places=places, merged=merged
        )
        for target, pair, more, places, merged in zip(
            asked["target"],
            _pairs(asked, lang),
            many,
            asked["places"],
            asked["places_if_merged"],
            strict=True,
        )
    ]


def _pairs(doubtful: pd.DataFrame, lang: str = "ko") -> list[str]:
    say = words(lang)
    columns = ("name_a", "name_b", "apart_m", "same_name", "same_address")
    return [
        say["doubt_pair"].format(
            one=Noun(f"‘{one}’"), other=f"‘{other}’", why=_why(alike, address, lang), metres=rounded(apart)
        )
        for one, other, apart, alike, address in zip(*(doubtful[name] for name in columns), strict=True)
    ]


def _why(alike: bool, address: str, lang: str) -> str:  # noqa: FBT001  a cell
    say = words(lang)
    name = say["doubt_same_name"] if alike else ""
    return name + (say["doubt_same_address"].format(address=address) if address else "")
