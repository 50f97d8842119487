"""What the page says about walking profiles: who is served by each, and the gap between them.

People are counted in thousandths of a person here: the page adds them up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.maps.drawn import records
from sharemap.maps.screen.contract import ShownProfile
from sharemap.units import thousandths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings import Run

__all__ = ["dong_counts", "people_counted", "profiles"]


def profiles(run: Run) -> list[ShownProfile]:
    """Return each profile with the residents it serves and the gap to the study's, in the order of the themes.

    Where the run has no such tables there are no numbers.
    """
    served, gap = run.of_walkers("coverage_profiles_ward"), run.of_walkers("profile_gap")
    return [
        ShownProfile(
            key=one.profile,
            name=run.profile_names[one.profile],
            speed=one.speed_kmh,
            counted=run.people_of(one.profile),
            note=run.assumed(one.profile),
            residents=_totals(run, served, one.profile, "residents"),
            covered=_totals(run, served, one.profile, "covered"),
            unknown=_totals(run, served, one.profile, "unknown"),
            gap=_totals(run, gap, one.profile, "only_study_profile"),
        )
        for one in run.summary.profiles
    ]


def dong_counts(run: Run, *, table: str, column: str) -> dict[str, dict[str, list[int | None]]]:
    """Return people by dong and profile, in the order of the themes: dong -> profile -> counts."""
    frame = run.of_walkers(table)
    if frame.empty:
        return {}
    counted = frame.assign(**{column: thousandths(frame[column])})
    wide = counted.pivot_table(index=["dong_code", "profile"], columns="key", values=column, aggfunc="sum")
    wide = wide.reindex(columns=run.service_keys)
    found: dict[str, dict[str, list[int | None]]] = {}
    for row in records(wide):
        dong, profile = row[0]
        found.setdefault(str(dong), {})[str(profile)] = [_people(value) for value in row[1:]]
    return found


def people_counted(run: Run) -> dict[str, dict[str, int]]:
    """Return how many people of each dong are counted where it is about a walker: dong -> profile -> people."""
    frame, found = run.of_walkers("coverage_profiles_dong"), dict[str, dict[str, int]]()
    if not frame.empty:
        for row in records(frame.drop_duplicates(["dong_code", "profile"])):
            found.setdefault(str(row.dong_code), {})[str(row.profile)] = int(thousandths(row.residents))
    return found


def _totals(run: Run, frame: pd.DataFrame, profile: str, column: str) -> list[int | None] | None:
    mine = frame if frame.empty else frame[frame["profile"] == profile]
    if mine.empty:
        return None
    sums: Mapping[Any, Any] = (
        pd.Series(thousandths(mine[column])).groupby(mine["key"].to_numpy()).sum().to_dict()
    )
    return [_people(sums.get(key)) for key in run.service_keys]


def _people(value: Any) -> int | None:  # noqa: ANN401  numpy number or nothing
    return None if pd.isna(value) else int(value)
