"""What ``summary.json`` says about profiles, gaps, times and equity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.units import least_mobile

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.pipeline.folder import RunFolder
    from sharemap.pipeline.study import Study

__all__ = ["served_summary"]

_DIGITS = 6


def served_summary(study: Study, folder: RunFolder) -> dict[str, Any]:
    """Return the keys of ``summary.json`` beyond the study's own profile and cutoff.

    ``profiles``: the headline for each profile, with the residents whom the study's profile reaches and it does
    not (``gap``), and those whose street is steps that it cannot use (``residents_on_shut_steps``); ``least_mobile``: which of them reaches least by its figures; ``gaps``: number and residents of
    the unserved areas; ``when``; ``sensitivity``; ``equity``: figures of all residents, each with its sentence;
    ``population_changes``: dongs that only the table or only the map has. ``None`` is "no data", never zero.
    """
    ward, gap = folder.table("coverage_profiles_ward"), folder.table("profile_gap")
    gaps = folder.table("gaps")
    people, on_steps = folder.json("population.json"), _on_steps(folder)
    return {
        "profiles": [
            {
                "profile": profile.name,
                "profile_ko": profile.name_ko,
                "speed_kmh": profile.speed_kmh,
                "steps_factor": profile.steps_factor,
                "cutoff_m": profile.metres(study.parameters.cutoff_min),
                **_covered(_of(ward, profile.name)),
                "residents_on_shut_steps": on_steps if profile.steps_factor is None else 0,
                "gap": _gap(_of(gap, profile.name)) if profile is not study.profile else {},
            }
            for profile in study.profiles
        ],
        "least_mobile": least_mobile(study.profiles).name,
        "gaps": [
            {"profile": profile, "key": key, "count": len(rows), "residents": int(rows["residents"].sum())}
            for (profile, key), rows in gaps.groupby(["profile", "key"], sort=False)
        ],
        "when": _when(folder.table("coverage_when")),
        "sensitivity": _sensitivity(_of(folder.table("sensitivity"), study.profile.name)),
        "equity": _equity(_of(folder.table("equity"), study.profile.name)),
        "population_changes": {
            key: people.get("table", {}).get(key, {}) for key in ("only_in_table", "only_on_map", "unplaced")
        },
        "residents_masked_rows": people.get("own", {}).get("masked_rows", 0),
        "residents_outside": people.get("outside", {}),
    }


def _on_steps(folder: RunFolder) -> int:
    """Count residents whose street is steps: no wheelchair or stroller gets to it."""
    homes, edges = folder.table("demand"), folder.table("edges")
    steps = edges["edge_id"][edges["steps"]]
    return int(homes.loc[homes["edge_id"].isin(steps), "residents"].sum())


def _of(table: pd.DataFrame, profile: str) -> pd.DataFrame:
    return table.loc[table["profile"] == profile]


def _covered(ward: pd.DataFrame) -> dict[str, Any]:
    everyone = ward.loc[(ward["age_band"] == "all") & (ward["kind"] != "layer")]
    summed = everyone.groupby(["kind", "key"], sort=False)[["residents", "covered"]].sum()
    rows = {
        kind: {
            str(key): {"covered": int(row["covered"]), "share": _share(row["covered"], row["residents"])}
            for key, row in summed.loc[kind].iterrows()
        }
        for kind in summed.index.unique("kind")
    }
    return {"groups": rows.get("group", {}), "all_groups": next(iter(rows.get("promise", {}).values()), None)}


def _gap(gap: pd.DataFrame) -> dict[str, Any]:
    everyone = gap.loc[(gap["age_band"] == "all") & (gap["kind"] != "layer")]
    summed = everyone.groupby("key", sort=False)[["residents", "only_study_profile"]].sum()
    return {
        str(key): {
            "residents": int(row["only_study_profile"]),
            "share": _share(row["only_study_profile"], row["residents"]),
        }
        for key, row in summed.iterrows()
    }


def _when(when: pd.DataFrame) -> list[dict[str, Any]]:
    chosen = when.loc[when["kind"] != "layer"]
    names = ("when", "key", "key_ko", "share_open", "share_maybe")
    return [{name: _plain(row[name]) for name in names} for row in chosen.to_dict("records")]


def _sensitivity(table: pd.DataFrame) -> list[dict[str, Any]]:
    chosen = table.loc[table["kind"] != "layer"]
    return [
        {name: _plain(row[name]) for name in ("key", "cutoff_m", "cutoff_min", "own", "share")}
        for row in chosen.to_dict("records")
    ]


def _equity(table: pd.DataFrame) -> list[dict[str, Any]]:
    chosen = table.loc[table["age_band"] == "all"]
    names = ("measure", "level", "figure", "value", "low", "high", "sentence_ko")
    return [{name: _plain(row[name]) for name in names} for row in chosen.to_dict("records")]


def _plain(value: Any) -> Any:  # noqa: ANN401  a cell of a table
    """Return a cell as JSON has it: rounded, None where it is empty."""
    if isinstance(value, float):
        return None if value != value else round(value, _DIGITS)  # noqa: PLR0124  NaN
    return value


def _share(covered: float, residents: float) -> float | None:
    return round(float(covered) / float(residents), _DIGITS) if residents else None
