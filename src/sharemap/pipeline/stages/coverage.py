"""The stage 'coverage': residents, and who is served, by whom, when and how evenly."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap import coverage, hours, sites
from sharemap.coverage import Walker
from sharemap.findings import assumptions as of_assumptions
from sharemap.findings import equity as of_equity
from sharemap.findings import gaps as of_gaps
from sharemap.findings import placing as of_placing
from sharemap.findings.names import in_each_language
from sharemap.pipeline.stages.doors import Doors, doors_elsewhere
from sharemap.pipeline.stages.people import note_nobody, other_method, place_otherwise, place_people
from sharemap.pipeline.stages.shared import (
    Counts,
    by_layer,
    people_known,
    services_of,
    streets_of,
    walkers_of,
)
from sharemap.schema import ages_known, check, nothing, tables_of
from sharemap.units import ELDERLY

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.coverage import Nearest, Services
    from sharemap.findings.names import Names
    from sharemap.network import WalkNetwork
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study
    from sharemap.units import WalkProfile

__all__ = ["run"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Town:
    """What all walkers share; homes and stops as the study's walker meets the street."""

    area: gpd.GeoDataFrame
    people: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    stops: pd.DataFrame
    services: Services
    doubted: list[str]

    @property
    def layer_of_site(self) -> pd.Series[Any]:
        """Layer of each site."""
        return self.sites.set_index("site_id")["layer"]


@dataclass(frozen=True)
class _Walked:
    """What one walker reaches, within the cutoff and beyond."""

    walker: Walker
    streets: WalkNetwork
    stops: dict[str, pd.DataFrame]
    nearest: Nearest

    @property
    def profile(self) -> WalkProfile:
        """How they walk."""
        return self.walker.profile


def run(study: Study, folder: RunFolder) -> Counts:
    """Place the residents, and put ``demand``, the coverage tables and the promise; nothing counts without residents."""
    if not study.population.given:
        return _nobody(study, folder)
    streets = streets_of(study, folder)
    people = place_people(study, folder, streets)
    folder.put(demand=people)
    town = _Town(
        area=folder.table("area"),
        people=people,
        sites=folder.table("sites"),
        stops=folder.table("stops"),
        services=_services(study, folder),
        doubted=_doubted(folder.table("positions")),
    )
    doors = Doors(streets, people, town.sites, town.stops, max_snap_m=study.parameters.max_snap_m)
    walked = [_walk(study, town, doors, one) for one in walkers_of(study, people_known(folder))]
    first = walked[0]
    by_profile = _by_profile(town, walked)
    own = {
        f"coverage_{unit}": by_profile[f"coverage_profiles_{unit}"].loc[
            lambda table: table["profile"] == first.profile.name
        ]
        for unit in ("dong", "ward")
    }
    folder.put(
        **{name: check(frame.reset_index(drop=True), name) for name, frame in own.items()},
        doors=doors_elsewhere([one.walker for one in walked]),
        served=_served(town, walked),
        **by_profile,
        **_by_own_pace(study, town, doors, walked),
        **_more(study, town, walked),
        **_unserved(study, town, walked),
        coverage_when=_when(study, town, first),
        **_hanging_on(study, town, first, _otherwise(study, folder, town, first)),
    )
    folder.put_json("promise.json", coverage.headline(first.walker.served, people, services=town.services))
    met = int(first.walker.served["sites"].sum())
    return Counts(len(people), met, int((people["status"] != "ok").sum()))


def _nobody(study: Study, folder: RunFolder) -> Counts:
    """Put the tables of this stage without a row: of nobody it is known where they live, and nobody is not zero."""
    crs = folder.table("area").crs
    folder.put(**{table.name: nothing(table.name, crs=crs) for table in tables_of("coverage")})
    note_nobody(folder)
    services = _services(study, folder)
    told = {
        "groups_with_data": services.with_data,
        "groups_without_data": services.without_data,
        "no_data": coverage.wards_without_data(services),
    }
    folder.put_json("promise.json", told)
    return Counts(0, 0)


def _services(study: Study, folder: RunFolder) -> Services:
    without_data = sites.without_data(folder.table("ingest"), folder.table("set_aside"))
    return services_of(study, without_data, folder.table("completeness"))


def _doubted(positions: pd.DataFrame) -> list[str]:
    """Return the sites of whose position the files say two things."""
    return positions.loc[positions["status"] == "contradicted", "site_id"].tolist()


def _walk(study: Study, town: _Town, doors: Doors, profile: WalkProfile) -> _Walked:
    begun = time.perf_counter()
    streets, homes, stops = doors.of(profile)
    walker = _walker(study, town, (streets, homes, stops))
    grouped = by_layer(stops, town.layer_of_site, study.catalog.keys)
    nearest = coverage.nearest_at_points(streets, grouped, homes, services=town.services)
    seconds = time.perf_counter() - begun
    log.info("%s walks to %d pairs of home and layer in %.1f s", profile.name, len(walker.served), seconds)
    return _Walked(walker, streets, grouped, nearest)


def _walker(study: Study, town: _Town, met: tuple[WalkNetwork, gpd.GeoDataFrame, pd.DataFrame]) -> Walker:
    streets, homes, stops = met
    served = coverage.walks_at_points(
        streets,
        stops,
        homes,
        town.layer_of_site,
        minutes=study.parameters.cutoff_min,
        doubted=town.doubted,
    )
    return Walker(profile=streets.profile, homes=homes, served=served)


def _by_own_pace(study: Study, town: _Town, doors: Doors, walked: list[_Walked]) -> dict[str, pd.DataFrame]:
    """Return who is served when each age walks at its own pace; older adults walk for it wherever ages are known."""
    if not ages_known(town.people):
        names = [f"coverage_own_pace_{unit}" for unit in ("dong", "ward")]
        return {name: nothing(name) for name in names}
    slower = next((one.walker for one in walked if one.profile == ELDERLY), None)
    if slower is None:
        slower = _walker(study, town, doors.of(ELDERLY))
    walks = coverage.by_own_pace(walked[0].walker, slower)
    return {
        "coverage_own_pace_dong": check(
            coverage.by_dong(*walks, town.area, services=town.services), "coverage_own_pace_dong"
        ),
        "coverage_own_pace_ward": check(
            coverage.by_ward(*walks, town.area, services=town.services), "coverage_own_pace_ward"
        ),
    }


def _served(town: _Town, walked: list[_Walked]) -> pd.DataFrame:
    """Return the nearest sites of each home, all profiles together."""
    demand_id = town.people["demand_id"].to_numpy()
    name = town.sites.set_index("site_id")["name"]
    parts = [
        one.served.assign(
            profile=one.profile.name,
            demand_id=demand_id[one.served["point"]],
            walk_m=one.served["cost_m"],
            site_name=name.reindex(one.served["site_id"]).to_numpy(),
        )
        for one in (each.walker for each in walked)
    ]
    whole = pd.concat(parts, ignore_index=True)
    repeated = ["profile", "demand_id", "layer", "site_id", "site_name"]
    return check(whole.astype(dict.fromkeys(repeated, "str")), "served")


def _by_profile(town: _Town, walked: list[_Walked]) -> dict[str, pd.DataFrame]:
    """Return the coverage of all profiles, and the gap between the study's and each other one."""
    area = town.area
    common: dict[str, Any] = {"services": town.services}
    tables: dict[str, list[pd.DataFrame]] = {}

    def add(name: str, frame: pd.DataFrame) -> None:
        tables.setdefault(name, []).append(frame)

    own = walked[0].walker
    for one in (each.walker for each in walked):
        names = {"profile": one.profile.name, "profile_ko": one.profile.name_ko}
        walks = (one.served, one.homes, area)
        add("coverage_profiles_dong", coverage.by_dong(*walks, **common).assign(**names))
        add("coverage_profiles_ward", coverage.by_ward(*walks, **common).assign(**names))
        add("variety", coverage.variety(*walks, **common, profile=one.profile))
        # the study's own profile has no gap to itself, but a run with one profile still has its tables
        if one is own and len(walked) > 1:
            continue
        add("profile_gap", coverage.gap_by_dong(own, one, area, **common))
        add("gap", coverage.gap_at_points(own, one, **common))
    return {name: check(pd.concat(frames, ignore_index=True), name) for name, frames in tables.items()}


def _names(study: Study) -> dict[str, Names]:
    return in_each_language(study.catalog, study.profiles)


def _more(study: Study, town: _Town, walked: list[_Walked]) -> dict[str, pd.DataFrame]:
    """Return sensitivity and equity of all profiles."""
    tables: dict[str, list[pd.DataFrame]] = {"sensitivity": [], "equity": []}
    for one in walked:
        common: dict[str, Any] = {"services": town.services, "profile": one.profile}
        served, homes = one.walker.served, one.walker.homes
        cutoffs = study.parameters.sensitivity_m
        own = one.profile.metres(study.parameters.cutoff_min)
        tables["sensitivity"].append(
            coverage.sensitivity(one.nearest, homes, **common, cutoffs_m=cutoffs, own_m=own)
        )
        tables["equity"].append(coverage.equity(served, homes, **common))
    whole = {name: pd.concat(frames, ignore_index=True) for name, frames in tables.items()}
    return {
        "sensitivity": check(whole["sensitivity"], "sensitivity"),
        "equity": of_equity.worded(whole["equity"]),
    }


def _unserved(study: Study, town: _Town, walked: list[_Walked]) -> dict[str, pd.DataFrame]:
    """Return the unserved areas of all profiles, and what their lists add up to."""
    parameters, begun = study.parameters, time.perf_counter()
    rules = coverage.UnservedRules(
        most=parameters.unserved_areas, least=parameters.unserved_people, known_m=study.surroundings_m
    )
    found = [
        coverage.unserved_areas(
            *(one.streets, one.walker, one.nearest),
            sites=town.sites,
            area=town.area,
            services=town.services,
            minutes=parameters.cutoff_min,
            rules=rules,
        )
        for one in walked
    ]
    areas = pd.concat([one.areas for one in found], ignore_index=True)
    log.info("%d unserved areas in %.1f s", len(areas), time.perf_counter() - begun)
    return {
        "gaps": of_gaps.worded(areas, _names(study), cutoff_min=parameters.cutoff_min),
        "unserved": check(pd.concat([one.lists for one in found], ignore_index=True), "unserved"),
    }


def _when(study: Study, town: _Town, first: _Walked) -> pd.DataFrame:
    moments = [hours.moment(text) for text in study.parameters.times]
    published = town.sites.set_index("site_id")["hours"]
    told = hours.states(published, moments[:1])
    unread = int(((told["state"] == hours.UNKNOWN).to_numpy() & published.notna().to_numpy()).sum())
    log.info(
        "opening hours: %d of %d sites publish some; at %s %d of these cannot be told open or closed",
        *(int(published.notna().sum()), len(published), moments[0].text, unread),
    )
    return coverage.at_times(
        first.streets,
        first.stops,
        town.people,
        hours.states(published, moments),
        services=town.services,
        cutoff_m=study.cutoff_m,
    )


def _otherwise(study: Study, folder: RunFolder, town: _Town, first: _Walked) -> coverage.Placement | None:
    """Return the residents as another method places them, with the nearest sites of the study's walker."""
    method = other_method(study, town.people)
    if method is None:
        return None
    begun = time.perf_counter()
    homes = place_otherwise(study, folder, first.streets, method)
    nearest = coverage.nearest_at_points(first.streets, first.stops, homes, services=town.services)
    seconds = time.perf_counter() - begun
    log.info("residents placed by %s instead: %d points in %.1f s", method, len(homes), seconds)
    return coverage.Placement(homes, nearest)


def _hanging_on(
    study: Study, town: _Town, first: _Walked, otherwise: coverage.Placement | None
) -> dict[str, pd.DataFrame]:
    """Return what the shares hang on: how residents were placed, and everything else that was assumed."""
    common: dict[str, Any] = {"services": town.services, "cutoff_m": study.cutoff_m}
    own = coverage.Placement(first.walker.homes, first.nearest)
    begun = time.perf_counter()
    others = coverage.assumptions(
        first.streets,
        first.stops,
        first.walker,
        first.nearest,
        **common,
        cutoffs_m=study.parameters.sensitivity_m,
        otherwise=otherwise,
    )
    log.info("%d figures under other assumptions in %.1f s", len(others), time.perf_counter() - begun)
    return {
        "placing": of_placing.worded(coverage.placing(own, otherwise, town.area, **common)),
        "assumptions": of_assumptions.worded(others, _names(study)),
    }
