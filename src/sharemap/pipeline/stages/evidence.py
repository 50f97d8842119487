"""The stage 'evidence': what the numbers rest on, as statements, and what difference each makes in people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap import coverage, evidence
from sharemap.findings import evidence as of_evidence
from sharemap.pipeline.stages.shared import Counts, services_of, streets_of
from sharemap.pipeline.summary import generated_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sharemap.evidence import Statement
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["run"]


def run(study: Study, folder: RunFolder) -> Counts:
    """Put ``evidence``: statements about lists, positions, places, inputs and homes, what to check first on top."""
    what_if = _what_if(study, folder)
    made = list(_statements(study, folder, what_if))
    answers = folder.table("evidence_answers")
    table = evidence.answered(evidence.statements(made), answers).assign(
        checked_on=generated_at().date().isoformat()
    )
    folder.put(evidence=of_evidence.worded(table, study.catalog))
    return Counts(len(made), int(table["open"].sum()))


def _statements(study: Study, folder: RunFolder, what_if: coverage.WhatIf) -> Iterator[Statement]:
    lists, homes = folder.table("completeness"), folder.table("demand")
    yield from evidence.of_lists(lists, study.catalog, what_if)
    yield from evidence.of_wards(lists, what_if)
    yield from evidence.of_ages(_dated(study), generated_at().date(), what_if)
    yield from evidence.of_homes(homes, what_if)
    yield from evidence.of_hours(folder.table("sites"), lists["layer"].unique())
    yield from evidence.of_groups(folder.json("promise.json")["groups_without_data"])
    yield from evidence.of_positions(folder.table("positions"), what_if)
    yield from evidence.of_pairs(folder.table("to_check"))
    yield from evidence.of_confirmed(folder.table("confirmed"))


def _dated(study: Study) -> Iterator[evidence.DatedInput]:
    """Yield the files of sites and of streets; nobody says when the others are too old."""
    for item in study.inputs:
        kind, _, layer = item.role.partition(":")
        if kind in {"sites", "streets", "official_streets"}:
            yield evidence.DatedInput(
                kind="sites" if kind == "sites" else "streets",
                layer=layer,
                file=study.file(item.file).name,
                ref_date=item.ref_date,
            )


def _what_if(study: Study, folder: RunFolder) -> coverage.WhatIf:
    """Return who is served by the study's own walker, with the layers that its coverage has: none without residents."""
    served, homes, ward = (folder.table(name) for name in ("served", "demand", "coverage_ward"))
    own = served.loc[served["profile"] == study.profile.name]
    position = pd.Series(np.arange(len(homes)), index=homes["demand_id"].to_numpy())
    counted = set(ward.loc[ward["kind"] == "layer", "key"])
    services = services_of(study, frozenset(entry.layer for entry in study.sites) - counted)
    return coverage.WhatIf(
        own.assign(point=position.reindex(own["demand_id"]).to_numpy()),
        homes,
        services,
        _lent(study, folder, services),
    )


def _lent(study: Study, folder: RunFolder, services: coverage.Services) -> dict[str, NDArray[np.bool_]]:
    """Walk from the published hosts of each layer: who would reach it if they lent it."""
    hosts = evidence.hosts(folder.table("sites"), study.catalog)
    stops, homes, lent = folder.table("stops"), folder.table("demand"), {}
    asked = {layer: ids for layer, ids in hosts.items() if layer in services.layers and ids}
    if not asked:
        return {}
    streets = streets_of(study, folder)
    for layer, ids in asked.items():
        own = stops.loc[stops["site_id"].isin(ids)].reset_index(drop=True)
        walks = coverage.walks_at_points(
            streets, own, homes, pd.Series(layer, index=ids), minutes=study.parameters.cutoff_min
        )
        lent[layer] = np.isin(np.arange(len(homes)), walks["point"])
    return lent
