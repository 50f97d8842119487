"""An unserved area in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.findings.numbers import whole
from sharemap.findings.words import people, words
from sharemap.schema import check
from sharemap.units import PROFILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from sharemap.units import WalkProfile

__all__ = ["worded"]


def worded(
    gaps: gpd.GeoDataFrame,
    names: Mapping[str, str],
    *,
    cutoff_min: float,
    profiles: Iterable[WalkProfile] = tuple(PROFILES.values()),
) -> gpd.GeoDataFrame:
    """Return the table 'gaps' with a sentence for each row.

    Parameters
    ----------
    gaps
        Result of :func:`sharemap.coverage.gaps`.
    names
        Korean names of the layers.
    cutoff_min
        The cutoff in minutes.
    profiles
        The walkers: where one is about an age, the sentence counts its people.
    """
    ages = {one.name: one.age_band for one in profiles}
    said = [_sentence(row, names, cutoff_min, ages) for row in gaps.to_dict("records")]
    return check(gaps.assign(sentence_ko=said), "gaps")


def _sentence(
    row: dict[Any, Any], names: Mapping[str, str], cutoff_min: float, ages: Mapping[str, str]
) -> str:
    say, age = words("ko"), ages.get(row["profile"], "all")
    place = say["gap_place_of_many" if row["dongs"] > 1 else "gap_place"]
    missed = say["gap_missed_promise" if row["kind"] == "promise" else "gap_missed"]
    return say["gap_sentence"].format(
        place=place.format(ward=row["ward_name"], dong=row["dong_name"], dongs=row["dongs"]),
        people=people(age, "ko"),
        residents=whole(row["residents" if age == "all" else f"residents_{age}"]),
        minutes=cutoff_min,
        missed=missed.format(group=row["key_ko"]),
        profile=row["profile_ko"],
        nearest=_nearest(row, names),
    )


def _nearest(row: dict[Any, Any], names: Mapping[str, str]) -> str:
    say, layer = words("ko"), row["nearest_layer"]
    if row["walk_is"] == "none":
        return say["gap_nearest_none"]
    text = say["gap_nearest_at_most" if row["walk_is"] == "at_most" else "gap_nearest"]
    return text.format(layer=names.get(layer, layer), name=row["nearest_name"], walk=row["walk_min"])
