"""What is said of places that may be one building, or may not stand where they are published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.findings import positions as of_positions
from sharemap.findings.korean import Noun
from sharemap.findings.numbers import rounded
from sharemap.findings.words import words

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.villages import Villages

__all__ = ["cautions", "doubts", "questions"]

_BUILDING = "building"


def doubts(found: Villages, lang: str) -> list[str]:
    """Say what is in doubt about the places of each village; '' where nothing is."""
    say, said = words(lang), []
    card = found.villages
    of_village = dict(iter(found.doubts.groupby("village_id")))
    for key, merged in zip(card["village_id"], card["places_if_merged"], strict=True):
        if key not in of_village:
            said.append("")
            continue
        asked = of_village[key]
        about = _told(asked, found.positions, lang)
        parts = [
            say[f"doubt_{question}s"].format(told=", ".join(told[0] for told in about if told[1] == question))
            for question in dict.fromkeys(asked["question"])
        ]
        said.append(say["doubt_still_enough"].format(told=" ".join(parts), places=merged))
    return said


def cautions(found: Villages, lang: str) -> list[str]:
    """Say what to bear in mind of each village: spaces of one kind only, doors that may be shut to outsiders."""
    say, members = words(lang), found.places[found.places["role"] == "member"]
    shut = members[members["in_complex"]].groupby("village_id")["name"].agg(", ".join)
    return [
        " ".join(
            [
                *([say["caution_one_kind"]] if kinds == 1 else []),
                *([say["caution_complex"].format(names=shut[key])] if key in shut.index else []),
            ]
        )
        for key, kinds in zip(found.villages["village_id"], found.villages["space_kinds"], strict=True)
    ]


def questions(asked: pd.DataFrame, positions: pd.DataFrame | None, lang: str) -> list[str]:
    """Say what an officer must answer, for each row of 'to_check'."""
    say, many = words(lang), asked.duplicated("rank", keep=False)
    rows = zip(
        *(asked[name] for name in ("target", "places", "places_if_merged")),
        _told(asked, positions, lang),
        many,
        strict=True,
    )
    return [
        " ".join(
            [
                say[f"to_check_{question}"].format(told=told),
                *([say["to_check_also"]] if more else []),
                say[f"to_check_{target}_{question}"].format(places=places, merged=merged),
            ]
        )
        for target, places, merged, (told, question), more in rows
    ]


def _told(asked: pd.DataFrame, positions: pd.DataFrame | None, lang: str) -> list[tuple[str, str]]:
    """Return what each question is about, and its kind."""
    known = {} if positions is None else {row["site_id"]: row for row in positions.to_dict("records")}
    return [
        (_pair(row, lang) if row["question"] == _BUILDING else _position(row, known, lang), row["question"])
        for row in asked.to_dict("records")
    ]


def _pair(row: dict[Any, Any], lang: str) -> str:
    say = words(lang)
    why = say["doubt_same_name"] if row["same_name"] else ""
    if row["same_address"]:
        why += say["doubt_same_address"].format(address=row["same_address"])
    return say["doubt_pair"].format(
        one=Noun(f"‘{row['name_a']}’"), other=f"‘{row['name_b']}’", why=why, metres=rounded(row["apart_m"])
    )


def _position(row: dict[Any, Any], known: dict[str, dict[Any, Any]], lang: str) -> str:
    evidence = known[row["site_id"]]
    return words(lang)["doubt_position"].format(
        name=Noun(f"‘{evidence['name']}’"), why=of_positions.reason(evidence, lang)
    )
