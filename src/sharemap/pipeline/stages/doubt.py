"""The stage 'doubt': how sure the shares are, over drawings of the sites as they may really be."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from sharemap import coverage, sites
from sharemap.pipeline.stages.draws import drawn_sites, moved_stops
from sharemap.pipeline.stages.shared import Counts, services_of, streets_of
from sharemap.schema import nothing, tables_of

if TYPE_CHECKING:
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["run"]

log = logging.getLogger(__name__)


def run(study: Study, folder: RunFolder) -> Counts:
    """Draw the sites, and put ``coverage_interval`` and ``ward_interval``; intervals are empty when the study asks for no drawings."""
    if not study.population.given:  # of whom shares would be
        folder.put(**{table.name: nothing(table.name) for table in tables_of("doubt")})
        return Counts(0, 0)
    begun = time.perf_counter()
    streets, people = streets_of(study, folder), folder.table("demand")
    drawing = drawn_sites(study, folder, streets)
    served = coverage.served_in_drawings(
        streets,
        folder.table("stops"),
        moved_stops(study, streets, drawing.moved),
        people,
        drawing,
        services=services_of(study, sites.without_data(folder.table("ingest"), folder.table("set_aside"))),
        minutes=study.parameters.cutoff_min,
    )
    table = coverage.intervals(served, people, folder.table("area"))
    folder.put(coverage_interval=table, ward_interval=coverage.of_wards(table))
    log.info(
        "%d drawings of %d sites, %d positions walked from, in %.1f s",
        *(drawing.runs, len(drawing.sites), len(drawing.positions), time.perf_counter() - begun),
    )
    return Counts(len(people), len(table))
