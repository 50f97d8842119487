"""What is said of village candidates, in sentences made of their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.findings import blocks as of_blocks
from sharemap.findings import values as of_values
from sharemap.findings.doubts import cautions, doubts, questions
from sharemap.findings.korean import Noun
from sharemap.findings.numbers import rounded, tenths
from sharemap.findings.ranks import part_name, why
from sharemap.findings.words import LANGUAGES, words
from sharemap.schema import check

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.units import WalkProfile
    from sharemap.villages import Villages

__all__ = ["barriers", "in_dong", "named", "stored_name", "worded"]

_SHOWN_M = 0.5  # less is 0 m to a reader
_BARRIERS = ("steps", "tunnel", "bridge")


def worded(
    found: Villages, profile: WalkProfile, blocks: gpd.GeoDataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """Return the tables of the search under their names in the schema, with every name and sentence.

    Parameters
    ----------
    found
        What :func:`sharemap.villages.find` found.
    profile
        The walking profile of the walks, for minutes.
    blocks
        Blocks (schema 'blocks', with or without words), where the search had some.
    """
    tables = found.tables()
    loops, short, parts = (tables[name] for name in ("village_loops", "one_short", "village_scores"))
    asked = tables["to_check"]
    said = {
        "villages": _cards(found, profile),
        "village_loops": loops.assign(
            **{
                f"barriers_{lang}": [barriers(row, lang) for row in loops.to_dict("records")]
                for lang in LANGUAGES
            }
        ),
        "village_scores": parts.assign(
            **{f"name_{lang}": [part_name(one, lang) for one in parts["component"]] for lang in LANGUAGES}
        ),
        "village_values": of_values.worded(tables["village_values"]),
        "to_check": asked.assign(
            **{f"question_{lang}": questions(asked, found.positions, lang) for lang in LANGUAGES}
        ),
        "one_short": short.assign(
            **{f"frontage_{lang}": _frontages(short, blocks, lang) for lang in LANGUAGES}
        ),
    }
    return {**tables, **{key: check(table, key) for key, table in said.items()}}


def named(place: str, *, lang: str = "ko") -> str:
    """Return the name of the village around a place.

    Examples
    --------
    >>> named("한울1동 한울도서관"), named("한울1동 한울도서관", lang="en")
    ('한울1동 한울도서관 일대', '한울1동 한울도서관 area')
    """
    return words(lang)["village_named"].format(place=place)


def stored_name(stored: str, *, lang: str) -> str:
    """Return the stored name of a village for readers of ``"ko"`` or ``"en"``; names of the input stay as they are.

    Examples
    --------
    >>> stored_name("한울1동 한울도서관 일대", lang="ko"), stored_name("한울1동 한울도서관 일대", lang="en")
    ('한울1동 한울도서관 일대', '한울1동 한울도서관 area')
    """
    place = stored.removesuffix(named(""))
    return stored if place == stored else named(place, lang=lang)


def in_dong(place: str, dong: object) -> str:
    """Say in which dong a place is, unless its name begins with that.

    Examples
    --------
    >>> in_dong("한울도서관", "한울1동"), in_dong("한울1동주민센터", "한울1동"), in_dong("한울도서관", None)
    ('한울1동 한울도서관', '한울1동주민센터', '한울도서관')
    """
    return place if not isinstance(dong, str) or place.startswith(dong) else f"{dong} {place}"


def barriers(row: dict[Any, Any], lang: str) -> str:
    """Say what is in the way of a loop (a row of 'village_loops')."""
    say = words(lang)
    metres = {kind: float(row[f"{kind}_m"]) for kind in _BARRIERS}
    kinds = [
        say[f"barrier_{kind}"].format(metres=rounded(some))
        for kind, some in metres.items()
        if some >= _SHOWN_M
    ]
    crossed = row["unmarked_crossings"]
    if row["crossing_m"] != row["crossing_m"]:  # NaN: the streets tell of no crossing at all
        crossings = say["crossings_unknown"]
    elif crossed:
        crossings = say["crossings_unmarked"].format(count=rounded(crossed))
    else:
        crossings = say["crossings_marked"]
    return say["barriers_some" if kinds else "barriers_none"].format(
        kinds=", ".join(kinds), crossings=crossings
    )


def _cards(found: Villages, profile: WalkProfile) -> pd.DataFrame:
    """Return the table 'villages' with names and sentences."""
    card = found.villages
    place_name = dict(zip(found.places["place_id"], found.places["name"], strict=True))
    lead = [
        in_dong(place_name[found.leads[key]], dong)
        for key, dong in zip(card["village_id"], card["dong_name"], strict=True)
    ]
    rows = card.to_dict("records")
    return card.assign(
        name=[named(one) for one in lead],
        **{f"doubt_{lang}": doubts(found, lang) for lang in LANGUAGES},
        **{f"caution_{lang}": cautions(found, lang) for lang in LANGUAGES},
        **{
            f"sentence_{lang}": [
                _sentence(row, one, (len(rows), profile), lang) for row, one in zip(rows, lead, strict=True)
            ]
            for lang in LANGUAGES
        },
        **{f"why_{lang}": why(card, found.scores, lang) for lang in LANGUAGES},
    )


def _sentence(row: dict[Any, Any], lead: str, among: tuple[int, WalkProfile], lang: str) -> str:
    say, (candidates, profile) = words(lang), among
    longest, mean = float(row["longest_walk_m"]), float(row["mean_walk_m"])
    rank = say["village_of_many" if candidates > 1 else "village_only"]
    support = say["village_support" if row["support_sites"] else "village_no_support"]
    return say["village_sentence"].format(
        first=rank.format(candidates=rounded(candidates), rank=rounded(row["rank"])),
        lead=Noun(lead),
        places=rounded(row["places"]),
        services=rounded(row["services"]),
        longest_min=tenths(profile.minutes(longest)),
        longest_m=rounded(longest),
        mean_min=tenths(profile.minutes(mean)),
        mean_m=rounded(mean),
        loop=say["amount_metres" if row["loop_exact"] else "village_loop_about"].format(
            n=rounded(row["loop_m"])
        ),
        lived=_lived(row, lang),
        support=support.format(count=rounded(row["support_sites"])),
    )


def _lived(row: dict[Any, Any], lang: str) -> str:
    """Say how many people live around a village, as far as that is known."""
    say, everyone, old = words(lang), row["residents_15min"], row["residents_65_over_15min"]
    if pd.isna(everyone):
        return ""
    if pd.isna(old):
        return say["village_lived_total"].format(residents=rounded(everyone))
    return say["village_lived"].format(residents=rounded(everyone), elderly=rounded(old))


def _frontages(short: gpd.GeoDataFrame, blocks: gpd.GeoDataFrame | None, lang: str) -> pd.Series[Any]:
    """Say where the block for a third space is; nothing where none is proposed."""
    streets = {} if blocks is None else dict(zip(blocks["block_id"], blocks["streets"], strict=True))
    told = {block: of_blocks.frontage(names, lang) for block, names in streets.items()}
    return short["block_id"].map(told).astype("str")
