"""What the page says about other walking profiles: who is served by each, and the gap between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.maps.drawn import records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharemap.maps.drawn import Study

__all__ = ["dong_counts", "profile_names", "profiles", "theme_keys"]


def theme_keys(study: Study) -> list[str]:
    """Return the keys of the themes in the order of the page: the promise, groups, layers."""
    promise = [] if study.summary["all_groups"] is None else ["all_groups"]
    groups = [entry["group"] for entry in study.summary["groups"]]
    return promise + groups + [entry["layer"] for entry in study.summary["layers"]]


def profile_names(study: Study, lang: str) -> dict[str, str]:
    """Return the profiles that the tables know, the study's first: key -> name."""
    frame = study.table("coverage_profiles_ward")
    own = {study.summary["profile"]: study.summary["profile_ko"]}
    if not frame.empty:
        listed = frame.drop_duplicates("profile")
        own |= dict(zip(listed["profile"], listed["profile_ko"], strict=True))
    return {key: name if lang == "ko" else key for key, name in own.items()}


def profiles(study: Study, *, lang: str) -> list[dict[str, Any]]:
    """Return each profile with the residents it serves and the gap to the study's, in the order of the themes.

    Where the run has no such tables, the list holds the study's profile only and no numbers.
    """
    keys = theme_keys(study)
    served, gap = study.table("coverage_profiles_ward"), study.table("profile_gap")
    conditions = {entry["profile"]: entry for entry in study.summary.get("profiles", [])}
    listed = []
    for key, name in profile_names(study, lang).items():
        known = conditions.get(key, {})
        listed.append(
            {
                "key": key,
                "name": name,
                "speed": known.get("speed_kmh"),
                "residents": _totals(served, key, "residents", keys),
                "covered": _totals(served, key, "covered", keys),
                "gap": _totals(gap, key, "only_study_profile", keys),
            }
        )
    return listed


def dong_counts(study: Study, *, table: str, column: str) -> dict[str, dict[str, list[int | None]]]:
    """Return people by dong and profile, in the order of the themes: dong -> profile -> counts."""
    frame = _everyone(study.table(table))
    if frame.empty:
        return {}
    keys = theme_keys(study)
    wide = frame.pivot_table(index=["dong_code", "profile"], columns="key", values=column, aggfunc="sum")
    wide = wide.reindex(columns=keys)
    found: dict[str, dict[str, list[int | None]]] = {}
    for row in records(wide):
        dong, profile = row[0]
        found.setdefault(str(dong), {})[str(profile)] = [_people(value) for value in row[1:]]
    return found


def _totals(frame: pd.DataFrame, profile: str, column: str, keys: Sequence[str]) -> list[int | None] | None:
    mine = _everyone(frame)
    if mine.empty:
        return None
    mine = mine[mine["profile"] == profile]
    if mine.empty:
        return None
    sums: Mapping[Any, Any] = mine.groupby("key")[column].sum().to_dict()
    return [_people(sums.get(key)) for key in keys]


def _everyone(frame: pd.DataFrame) -> pd.DataFrame:
    return frame if frame.empty else frame[frame["age_band"] == "all"]


def _people(value: Any) -> int | None:  # noqa: ANN401  numpy number or nothing
    return None if pd.isna(value) else int(value)
