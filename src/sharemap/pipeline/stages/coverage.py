"""The stage 'coverage': residents, and who is served."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sharemap import coverage, demand, network, reach
from sharemap.pipeline.stages.shared import Counts, services_of, streets_of
from sharemap.schema import check
from sharemap.sources import boundaries, osm, population
from sharemap.sources.reasons import WAITING

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.network import WalkNetwork
    from sharemap.pipeline.folder import RunFolder
    from sharemap.pipeline.study import Study

__all__ = ["run"]

log = logging.getLogger(__name__)


def run(study: Study, folder: RunFolder) -> Counts:
    """Place the residents, and put ``demand``, the coverage tables and the promise."""
    streets, stops, area = streets_of(study, folder), folder.table("stops"), folder.table("area")
    people = _demand(study, folder, streets)
    folder.put(demand=people)
    reached = reach.from_frame(folder.table("reach"), stops, cutoff_m=study.cutoff_m, profile=study.profile)
    costs = reach.to_points(streets, reached, stops, people)
    served = coverage.at_points(costs, folder.table("sites").set_index("site_id")["layer"])
    services = services_of(study, _without_data(folder))
    folder.put(
        coverage_dong=coverage.by_dong(served, people, area, services=services),
        coverage_ward=coverage.by_ward(served, people, area, services=services),
    )
    folder.put_json("promise.json", coverage.headline(served, people, services=services))
    return Counts(len(people), len(costs.point), int((people["status"] != "ok").sum()))


def _without_data(folder: RunFolder) -> frozenset[str]:
    """Layers whose rows all wait for coordinates: nobody knows whom they serve, and that is not zero."""
    ingest, aside = folder.table("ingest"), folder.table("set_aside")
    sites = ingest.groupby("layer")["sites"].sum()
    waiting = set(aside.loc[aside["reason"].isin(WAITING - {"address_not_in_seoul"}), "layer"])
    empty = frozenset(str(key) for key in sites.index[sites == 0])
    for key in sorted(empty & waiting):
        log.warning("%s: no row has usable coordinates; the layer counts as no data, not as zero", key)
    for key in sorted(empty - waiting):
        log.warning("%s: no site in the study area or its surroundings", key)
    return empty & waiting


def _demand(study: Study, folder: RunFolder, streets: WalkNetwork) -> gpd.GeoDataFrame:
    area = folder.table("area")
    table = population.read_population(study.file(study.population.table), area)
    output_areas = study.population.output_areas
    people = demand.place(
        table,
        area,
        buildings=osm.read_buildings(study.file(study.streets.extract)) if study.streets.extract else None,
        output_areas=boundaries.read_output_areas(study.file(output_areas)) if output_areas else None,
        streets=streets.edges,
    )
    for method, row in demand.methods(people).iterrows():
        if row["points"]:
            log.info("residents placed by %s: %d in %d dongs", method, row["residents"], row["dongs"])
    snapped = network.snap(streets, people, max_snap_m=study.parameters.max_snap_m)
    missed = people.loc[(snapped["status"] != "ok").to_numpy(), "residents"].sum()
    if missed:
        log.warning(
            "%d residents live farther than %g m from any street", missed, study.parameters.max_snap_m
        )
    return check(people.join(snapped), "demand")
