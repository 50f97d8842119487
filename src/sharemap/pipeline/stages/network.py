"""The stage 'network': study area, walking network and barriers."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from sharemap import network
from sharemap.errors import ExtractError
from sharemap.findings import percent
from sharemap.pipeline.stages.shared import Counts, area_of
from sharemap.schema import check
from sharemap.sources import osm
from sharemap.sources.street_lines import read_street_lines

if TYPE_CHECKING:
    from sharemap.network import WalkNetwork
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["run"]

log = logging.getLogger(__name__)

_M_PER_KM = 1000.0
#: Classes on which hardly anybody walks.
_FAST = ("motorway", "motorway_link", "trunk", "trunk_link")
#: From which share and length on islands are a sizeable part of a dong's streets, and how many dongs are named.
_SIZEABLE, _SIZEABLE_M, _NAMED = 0.2, 1_000.0, 10


def run(study: Study, folder: RunFolder) -> Counts:
    """Read the area and the streets, and put ``area``, ``nodes``, ``edges`` and ``barriers``."""
    area = area_of(study)
    folder.put(area=area)
    if study.streets.extract:
        streets, barriers = _from_extract(study, area)
    else:
        streets = network.clipped(_as_given(study, area), area, surroundings_m=study.surroundings_m)
        barriers = streets.edges[["highway", "name", "tunnel", "bridge", "geometry"]].assign(kind="street")
    _warn_of_islands(streets, area)
    folder.put(nodes=streets.nodes, edges=streets.edges, barriers=_barriers_near(barriers, area, study))
    folder.put_json("network/report.json", dict(streets.report))
    dropped = sum(row["km"] for row in streets.report.get("dropped_km", []))
    log.info("walkable %.1f km, not walkable %.1f km", streets.report["length_km"], dropped)
    return Counts(len(barriers), len(streets.edges))


def _as_given(study: Study, area: gpd.GeoDataFrame) -> WalkNetwork:
    """Return streets that somebody has already chosen: a graph, lines, or what OSMnx fetches."""
    streets, profile = study.streets, study.profile
    if streets.graphml:
        return network.from_graphml(study.file(streets.graphml), crs=area.crs, profile=profile)
    if not streets.lines:
        return network.from_place(
            streets.place, surroundings_m=study.surroundings_m, crs=area.crs, profile=profile
        )
    path = study.file(streets.lines)
    try:
        return _of_lines(study, area, read_street_lines(path, layer=streets.lines_layer))
    except ExtractError as error:
        error.file = str(path)
        raise


def _of_lines(study: Study, area: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> WalkNetwork:
    around = gpd.GeoSeries([network.surrounded(area, study.surroundings_m)], crs=area.crs)
    near = lines.iloc[lines.sindex.query(around.to_crs(lines.crs).iloc[0], predicate="intersects", sort=True)]
    near = near.to_crs(area.crs)
    for column, excluded in (
        ("highway", study.streets.exclude_highway),
        ("name", study.streets.exclude_names),
    ):
        if excluded and column in near.columns:
            near = near.loc[~near[column].isin(excluded)]
    streets = network.from_lines(
        near.reset_index(drop=True), joining=study.streets.joining, profile=study.profile
    )
    fast = streets.edges.loc[streets.edges["highway"].isin(_FAST), "length_m"].sum() / _M_PER_KM
    if fast:
        log.warning(
            "%(km).1f km of the street lines are motorways and trunk roads, and walked as given",
            {"km": fast},
            extra={"term": "warn_fast_lines"},
        )
    return replace(streets, report={**streets.report, "lines": lines.attrs["lines"]})


def _warn_of_islands(streets: WalkNetwork, area: gpd.GeoDataFrame) -> None:
    """Name the dongs of which a sizeable part of the streets is not used."""
    found = network.left_out(streets.edges, area)
    share = found["island_m"] / found["length_m"].where(found["length_m"] > 0)
    most = share.loc[(share >= _SIZEABLE) & (found["island_m"] >= _SIZEABLE_M)].sort_values(
        ascending=False, kind="stable"
    )
    if most.empty:
        return
    dongs = area.loc[most.index]
    parts = zip(dongs["ward_name"], dongs["dong_name"], most, strict=True)
    named = [f"{ward} {dong} ({percent(part)})" for ward, dong, part in parts]
    names = ", ".join(named[:_NAMED]) + (f" +{len(named) - _NAMED}" if len(named) > _NAMED else "")
    log.warning(
        "much of the streets is cut off from all others and not used in %(names)s",
        {"names": names},
        extra={"term": "warn_islands"},
    )


def _from_extract(study: Study, area: gpd.GeoDataFrame) -> tuple[WalkNetwork, gpd.GeoDataFrame]:
    path = study.file(study.streets.extract)
    around = gpd.GeoSeries([network.surrounded(area, study.surroundings_m)], crs=area.crs)
    ways = osm.read_ways(path, near=around)
    network.warn_where_cut_off(path, area, surroundings_m=study.surroundings_m, ways=ways)
    barriers = pd.concat([osm.barriers(ways), osm.read_water(path, near=around)], ignore_index=True)
    return _walked(study, area, ways), gpd.GeoDataFrame(barriers, crs=area.crs)


def _walked(study: Study, area: gpd.GeoDataFrame, ways: osm.Ways) -> WalkNetwork:
    """Return the streets that people walk on: the official network's where the study names it."""
    if study.streets.official:
        official = network.from_official(
            study.file(study.streets.official), crs=area.crs, profile=study.profile
        )
        return network.clipped(official, area, surroundings_m=study.surroundings_m)
    try:
        return network.from_ways(
            ways, area, surroundings_m=study.surroundings_m, rules=study.streets.rules, profile=study.profile
        )
    except ExtractError as error:
        error.file = str(study.file(study.streets.extract))
        raise


def _barriers_near(barriers: gpd.GeoDataFrame, area: gpd.GeoDataFrame, study: Study) -> gpd.GeoDataFrame:
    near = barriers.intersects(network.surrounded(area, study.surroundings_m).envelope)
    return check(barriers.loc[near].reset_index(drop=True), "barriers")
