"""The headline numbers of a run, read from its tables."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sharemap.findings.evidence_figures import evidence_figures
from sharemap.findings.figures import Figures
from sharemap.findings.summary import FORMAT, PopulationChanges, PrintedSource, RunWarning, Summary
from sharemap.schema import STAGES
from sharemap.units import THOUSANDTHS, least_mobile, persons

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["attribution", "generated_at", "sources_of", "summary"]


def generated_at() -> datetime:
    """Return when this run is made; ``SOURCE_DATE_EPOCH`` (seconds) fixes it for reproducible outputs."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)


def summary(study: Study, folder: RunFolder) -> Summary:
    """Return the headline numbers from the tables of a run."""
    promise, population = folder.json("promise.json"), folder.json("population.json")
    figures, people = Figures(folder.table, population["people"]), folder.table("demand")
    counted = figures.known != "nothing"
    changes = population.get("table", {})
    own = study.profile
    return Summary(
        format=FORMAT,
        title=study.title,
        fictional=study.fictional,
        generated=generated_at().date().isoformat(),
        profile=own.name,
        profile_ko=own.name_ko,
        profile_en=own.name_en,
        speed_kmh=own.speed_kmh,
        cutoff_min=study.parameters.cutoff_min,
        cutoff_m=study.cutoff_m,
        minutes=study.parameters.minutes,
        adjacent_m=study.parameters.adjacent_m,
        min_places=study.parameters.min_places,
        max_snap_m=study.parameters.max_snap_m,
        area=figures.area(),
        people_known=figures.known,
        residents=_whole(people["residents"]) if counted else None,
        residents_without_street=(
            persons(int(people.loc[people["status"] != "ok", "residents"].sum())) if counted else None
        ),
        residents_by_method={str(k): _whole(v) for k, v in people.groupby("method")["residents"]},
        network=figures.network(folder.json("network/report.json")),
        rows=figures.rows(),
        geocoded=figures.geocoded(),
        layers=figures.layers(study.catalog, promise.get("no_data", {})),
        groups=figures.groups(),
        all_groups=figures.promise(),
        own_pace=figures.own_pace(),
        groups_without_data=tuple(promise.get("groups_without_data", [])),
        own_groups=study.own_groups,
        profiles=figures.profiles(study.profiles, cutoff_min=study.parameters.cutoff_min),
        least_mobile=least_mobile(study.profiles).name,
        unserved=figures.unserved(),
        when=figures.when(),
        sensitivity=figures.sensitivity(own.name),
        equity=figures.equity(own.name),
        intervals=figures.intervals(),
        placing=figures.placing(),
        large_blocks=figures.large_blocks(),
        population_changes=PopulationChanges(
            only_in_table=changes.get("only_in_table", {}),
            only_on_map=tuple(changes.get("only_on_map", [])),
            unplaced=changes.get("unplaced", 0),
        ),
        residents_masked_rows=population.get("own", {}).get("masked_rows", 0),
        residents_outside=population.get("outside", {}),
        villages=figures.villages(folder.json("villages_note.json")),
        evidence=evidence_figures(
            folder.table("evidence"),
            catalog=study.catalog,
            residents=persons(int(people["residents"].sum())),
        ),
        warnings=_warnings(folder),
        sources=sources_of(study),
        attribution=attribution(study),
    )


def _whole(residents: pd.Series[int]) -> int:
    """Return the persons of whole dongs, who are whole persons."""
    return int(residents.sum()) // THOUSANDTHS


def _warnings(folder: RunFolder) -> tuple[RunWarning, ...]:
    """Return what the stages before this one warned of, kept ones too, from the account of the run so far.

    What two stages say in the same words is said once. Gross ones stand first, and those that have no term, mostly about
    single features of a file, last.
    """
    stages = folder.json("provenance.json")["stages"]
    heard = [RunWarning(**one) for need in STAGES["deliver"].before for one in stages[need]["warnings"]]
    once = {one.text: one for one in heard}
    return tuple(sorted(once.values(), key=lambda one: (not one.gross, one.text == one.text_ko)))


def sources_of(study: Study) -> tuple[PrintedSource, ...]:
    """Return every input as it is printed."""
    return tuple(
        PrintedSource(
            name=item.name_ko,
            name_en=item.name_en,
            file=study.file(item.file).name,
            ref_date=item.ref_date,
            licence=item.licence,
        )
        for item in study.inputs
    )


def attribution(study: Study) -> str:
    """Return the line of sources that every map prints."""
    licences = [item.licence for item in sources_of(study) if item.licence]
    return " · ".join(dict.fromkeys(licences))
