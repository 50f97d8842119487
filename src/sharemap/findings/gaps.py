"""An unserved area in a sentence, and what a list of them leaves over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.findings.numbers import parts, whole
from sharemap.findings.run import ALL_GROUPS
from sharemap.findings.words import people, words
from sharemap.schema import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from sharemap.findings.names import Names
    from sharemap.findings.run import Run
    from sharemap.findings.summary import UnservedList

__all__ = ["list_of", "rest_in", "rest_of", "site_of", "worded"]


def worded(gaps: gpd.GeoDataFrame, names: Mapping[str, Names], *, cutoff_min: float) -> gpd.GeoDataFrame:
    """Return the table 'gaps' with a sentence for each row.

    Parameters
    ----------
    gaps
        The areas of :func:`sharemap.coverage.unserved_areas`.
    names
        What services and walkers are called, by language.
    cutoff_min
        The cutoff in minutes.
    """
    rows = gaps.to_dict("records")
    said = {
        f"sentence_{lang}": [_sentence(row, lang, named, cutoff_min) for row in rows]
        for lang, named in names.items()
    }
    return check(gaps.assign(**said), "gaps")


def site_of(row: Mapping[Any, Any], lang: str, *, dong: str = "") -> str:
    """Say where the new site of an unserved area would stand.

    Parameters
    ----------
    row
        A row of table 'gaps'.
    lang
        ``"ko"`` or ``"en"``.
    dong
        What its dong is called, where there is little room: then no site near by is named.

    Examples
    --------
    >>> row = {"new_ward_name": "중구", "new_dong_name": "명동", "new_streets": "명동길 · 퇴계로", "new_near": None}
    >>> site_of(row, "ko")
    '중구 명동 명동길 · 퇴계로 교차점'
    """
    say, streets, near = words(lang), row["new_streets"], row["new_near"]
    told = say["new_site" if isinstance(streets, str) else "new_site_unnamed"]
    place = told.format(dong=dong or f"{row['new_ward_name']} {row['new_dong_name']}", streets=streets)
    if dong:
        return place
    return say["new_site_near"].format(place=place, near=near) if isinstance(near, str) else place


def list_of(run: Run, profile: str, key: str, basis: str = "known") -> UnservedList | None:
    """Return what a list of unserved areas adds up to; nothing where the run has none."""
    asked = (profile, key, basis)
    return next((one for one in run.summary.unserved if (one.profile, one.key, one.basis) == asked), None)


def rest_in(found: UnservedList) -> str:
    """Return who is in no area of a list, so that they and those who are add up as they are written."""
    return parts(found.unserved, found.reached).unserved


def rest_of(run: Run, profile: str, key: str) -> list[str]:
    """Say who is not served and in no area of a list: reached by none of them, or of whom it is not known."""
    found, filed = list_of(run, profile, key), list_of(run, profile, key, "as_filed")
    if found is None:
        return []
    said = []
    if (rest := rest_in(found)) != whole(0):
        told = {"people": run.people_of(profile), "rest": rest, "minutes": run.minutes}
        term = "unserved_rest" if found.next_reached else "unserved_rest_none"
        said.append(run.say[term].format(**told, next=whole(found.next_reached)))
    if filed is not None:
        said.append(
            run.say["unserved_untold"].format(
                people=run.people_of(profile),
                untold=whole(filed.unserved - found.unserved),
                n=whole(filed.areas),
                reached=whole(filed.reached),
            )
        )
    return said


def _sentence(row: dict[Any, Any], lang: str, names: Names, cutoff_min: float) -> str:
    say = words(lang)
    group = names.services.get(row["key"], row["key"])
    promise = row["key"] == ALL_GROUPS
    place = say["gap_place_of_many" if row["dongs"] > 1 else "gap_place"]
    told = say["gap_sentence"].format(
        site=site_of(row, lang),
        offered=say["gap_offered_promise" if promise else "gap_offered"].format(group=group),
        place=place.format(ward=row["ward_name"], dong=row["dong_name"], dongs=row["dongs"]),
        people=people(row["age_band"], lang),
        reached=whole(row["people"]),
        minutes=cutoff_min,
        missed=say["gap_missed_promise" if promise else "gap_missed"].format(group=group),
        profile=names.walkers.get(row["profile"], row["profile"]),
        nearest=_nearest(row, say, names.services),
    )
    untold = row["residents_no_data"]
    return f"{told} {say['gap_no_data'].format(residents=whole(untold))}" if untold else told


def _nearest(row: dict[Any, Any], say: Mapping[str, str], names: Mapping[str, str]) -> str:
    layer = row["nearest_layer"]
    if row["walk_is"] == "none":
        return say["gap_nearest_none"]
    text = say["gap_nearest_at_most" if row["walk_is"] == "at_most" else "gap_nearest"]
    return text.format(layer=names.get(layer, layer), name=row["nearest_name"], walk=row["walk_min"])
