"""The stages of a study, each a function that reads tables of the output folder and puts new ones into it.

::

    network -> sites -> reach -> isochrones
                          |
                          +-> coverage -> villages -> deliver

Every stage says which tables it needs; a stage that is run on its own finds them in the folder.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from sharemap import blocks, coverage, demand, isochrones, network, reach, sites, villages
from sharemap.catalog import GROUPS
from sharemap.errors import ExtractError
from sharemap.network import WalkNetwork
from sharemap.schema import check
from sharemap.sources import boundaries, osm, population
from sharemap.sources import sites as site_files
from sharemap.units import CRS_METRIC

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sharemap.pipeline.folder import RunFolder
    from sharemap.pipeline.study import Study

__all__ = ["STAGES", "Counts", "Stage"]

log = logging.getLogger(__name__)

_SUPPORT_MIN = 5.0
_VILLAGE_MIN = 15.0
_COVERED_ENOUGH = 0.999
_STOP_COLUMNS = ["edge_id", "offset_m", "snap_m", "status"]


@dataclass(frozen=True)
class Counts:
    """What a stage did, for its log line."""

    rows_in: int
    rows_out: int
    set_aside: int = 0


@dataclass(frozen=True)
class Stage:
    """One stage: its name, what it says it does, and its function."""

    name: str
    title: str
    run: Callable[[Study, RunFolder], Counts]


def _network(study: Study, folder: RunFolder) -> Counts:
    area = boundaries.read_area(
        study.file(study.area.boundaries), wards=study.area.wards, dongs=study.area.dongs
    )
    folder.put(area=area)
    if study.streets.extract:
        streets, barriers = _from_extract(study, area)
    else:
        streets = (
            network.from_graphml(study.file(study.streets.graphml), profile=study.profile)
            if study.streets.graphml
            else network.from_place(
                study.streets.place, surroundings_m=study.surroundings_m, profile=study.profile
            )
        )
        streets = network.clipped(streets, area, surroundings_m=study.surroundings_m)
        barriers = streets.edges[["highway", "name", "tunnel", "bridge", "geometry"]].assign(kind="street")
    folder.put(nodes=streets.nodes, edges=streets.edges, barriers=_barriers_near(barriers, area, study))
    folder.put_json("network/report.json", dict(streets.report))
    dropped = sum(row["km"] for row in streets.report.get("dropped_km", []))
    log.info("walkable %.1f km, not walkable %.1f km", streets.report["length_km"], dropped)
    return Counts(len(barriers), len(streets.edges))


def _from_extract(study: Study, area: gpd.GeoDataFrame) -> tuple[WalkNetwork, gpd.GeoDataFrame]:
    path = study.file(study.streets.extract)
    ways = osm.read_ways(path)
    box = osm.extent(path)
    if box is not None:
        outside = 1.0 - area.intersection(box).area.sum() / area.area.sum()
        if outside > 1.0 - _COVERED_ENOUGH:
            log.warning("%.1f %% of the study area lies outside the extract %s", 100 * outside, path.name)
    try:
        streets = network.from_ways(
            ways, area, surroundings_m=study.surroundings_m, rules=study.streets.rules, profile=study.profile
        )
    except ExtractError as error:
        error.file = str(path)
        raise
    water = osm.read_water(path)
    return streets, gpd.GeoDataFrame(
        pd.concat([osm.barriers(ways), water], ignore_index=True), crs=CRS_METRIC
    )


def _barriers_near(barriers: gpd.GeoDataFrame, area: gpd.GeoDataFrame, study: Study) -> gpd.GeoDataFrame:
    near = barriers.intersects(area.union_all().buffer(study.surroundings_m).envelope)
    return check(barriers.loc[near].reset_index(drop=True), "barriers")


def _streets(study: Study, folder: RunFolder) -> WalkNetwork:
    """Return the network of the folder, priced for the profile of the study."""
    report = MappingProxyType(folder.json("network/report.json"))
    streets = WalkNetwork(folder.table("nodes"), folder.table("edges"), study.profile, report)
    return streets.with_profile(study.profile)


def _sites(study: Study, folder: RunFolder) -> Counts:
    area = folder.table("area")
    rows = [
        site_files.read_sites(
            study.file(entry.file),
            layer=study.catalog.layer(entry.layer),
            source=entry.source or None,
            ref_date=entry.ref_date or None,
            catalog=study.catalog,
        )
        for entry in study.sites
    ]
    built = sites.build(rows, area, surroundings_m=study.surroundings_m)
    snapped = network.snap(_streets(study, folder), built.sites, max_snap_m=study.parameters.max_snap_m)
    stops = pd.concat([built.sites[["site_id"]], snapped], axis=1)
    folder.put(
        sites=built.sites,
        places=built.places,
        set_aside=built.set_aside,
        ingest=built.counts,
        stops=check(stops, "stops"),
    )
    for row in built.counts.itertuples(index=False):
        log.info(
            "%s (%s): %d rows = %d sites + %d folded + %d set aside",
            *(row.layer, row.file, row.rows_read, row.sites, row.folded, row.set_aside),
        )
    return Counts(int(built.counts["rows_read"].sum()), len(built.sites), len(built.set_aside))


def _reach(study: Study, folder: RunFolder) -> Counts:
    stops = folder.table("stops")
    reached = reach.within(_streets(study, folder), stops, minutes=study.parameters.cutoff_min)
    folder.put(reach=reached.frame())
    return Counts(len(stops), len(reached.node), int((stops["status"] != "ok").sum()))


def _stops_by_layer(study: Study, folder: RunFolder) -> dict[str, pd.DataFrame]:
    layer = folder.table("sites").set_index("site_id")["layer"]
    stops = folder.table("stops")
    groups = dict(list(stops.groupby(layer.reindex(stops["site_id"]).to_numpy())))
    return {key: groups[key].reset_index(drop=True) for key in study.catalog.keys if key in groups}


def _isochrones(study: Study, folder: RunFolder) -> Counts:
    by_layer = _stops_by_layer(study, folder)
    zones = isochrones.by_layer(
        _streets(study, folder),
        by_layer,
        minutes=study.parameters.minutes,
        names={layer.key: layer.name_ko for layer in study.catalog},
        options=isochrones.IsochroneOptions(half_width_m=study.parameters.isochrone_half_width_m),
    )
    folder.put(isochrones=zones)
    return Counts(len(folder.table("stops")), len(zones))


def _coverage(study: Study, folder: RunFolder) -> Counts:
    streets, stops, area = _streets(study, folder), folder.table("stops"), folder.table("area")
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


def services_of(study: Study, without_data: frozenset[str] = frozenset()) -> coverage.Services:
    """Return the layers of which the study has data, by group of the plan."""
    given = {entry.layer for entry in study.sites} - without_data
    layers = {layer.key: layer for layer in study.catalog if layer.key in given}
    return coverage.Services(
        layers={key: layer.group for key, layer in layers.items()},
        groups=GROUPS,
        names={key: layer.name_ko for key, layer in layers.items()},
    )


def _without_data(folder: RunFolder) -> frozenset[str]:
    """Layers whose rows all wait for coordinates: nobody knows whom they serve, and that is not zero."""
    ingest, aside = folder.table("ingest"), folder.table("set_aside")
    sites = ingest.groupby("layer")["sites"].sum()
    waiting = set(aside.loc[aside["reason"].isin(("no_coordinates", "bad_coordinates")), "layer"])
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


def _villages(study: Study, folder: RunFolder) -> Counts:
    streets, people, places = _streets(study, folder), folder.table("demand"), folder.table("places")
    parcels = blocks.enclose(folder.table("barriers"), folder.table("area"), demand=people)
    spaces = places.loc[places["shared_space"] & places["in_area"]].reset_index(drop=True)
    snapped = network.snap(streets, spaces, max_snap_m=study.parameters.max_snap_m)
    stops = snapped.assign(site_id=spaces["place_id"])
    near = reach.within(streets, stops, minutes=_VILLAGE_MIN)
    found = villages.find(
        spaces,
        reach.between(streets, stops, cutoff_m=study.parameters.adjacent_m),
        around=villages.Surroundings(
            place_costs=reach.to_points(streets, near, stops, people),
            demand=people,
            support=_support(study, folder, streets, stops),
            blocks=parcels,
        ),
        rules=villages.VillageRules(
            min_places=study.parameters.min_places, adjacent_m=study.parameters.adjacent_m
        ),
    )
    folder.put(
        blocks=parcels,
        villages=found.villages,
        village_places=found.places,
        village_walks=found.walks,
        one_short=found.one_short,
    )
    folder.put_json("villages_note.json", {"note": found.note})
    return Counts(len(spaces), len(found.villages), int((stops["status"] != "ok").sum()))


def _support(study: Study, folder: RunFolder, streets: WalkNetwork, spaces: pd.DataFrame) -> pd.DataFrame:
    """Return the sites of support layers within five minutes of shared spaces."""
    layer = folder.table("sites").set_index("site_id")["layer"]
    stops = folder.table("stops")
    role = {item.key: item.role for item in study.catalog}
    support = (layer.map(role).reindex(stops["site_id"]) == "support").to_numpy()
    stops = stops.loc[support].reset_index(drop=True)
    walks = reach.to_points(streets, reach.within(streets, spaces, minutes=_SUPPORT_MIN), spaces, stops)
    return pd.DataFrame(
        {
            "place_id": walks.site_ids[walks.site].astype(str),
            "site_id": stops["site_id"].to_numpy()[walks.point],
            "walk_m": walks.cost_m,
        }
    )


STAGES: Mapping[str, Stage] = MappingProxyType(
    {
        stage.name: stage
        for stage in (
            Stage("network", "study area and walking network", _network),
            Stage("sites", "sites and places", _sites),
            Stage("reach", "walks from every site", _reach),
            Stage("isochrones", "isochrones by layer", _isochrones),
            Stage("coverage", "residents and who is served", _coverage),
            Stage("villages", "blocks and village candidates", _villages),
        )
    }
)
