"""Where the residents of a study live: part of the stage 'coverage'."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sharemap import demand, network
from sharemap.findings import whole
from sharemap.pipeline.stages.shared import dongs_around
from sharemap.schema import ages_known, check
from sharemap.sources import boundaries, osm, population
from sharemap.sources.population_raster import check_population_raster, read_population_raster
from sharemap.sources.residents import read_residents
from sharemap.units import persons

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sharemap.network import WalkNetwork
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["check_people", "note_nobody", "other_method", "place_otherwise", "place_people"]

log = logging.getLogger(__name__)

#: Why homes join no street -> the term and the line that say so.
_UNKNOWN = {
    "too_far": (
        "warn_far_residents",
        "%(residents)s residents live farther than %(metres)g m from any street: whether they are served is unknown",
    ),
    "only_island": (
        "warn_island_residents",
        "%(residents)s residents live within %(metres)g m of no streets but such that are cut off from all others: whether they are served is unknown",
    ),
    "only_tunnel_or_bridge": (
        "warn_covered_residents",
        "%(residents)s residents live within %(metres)g m of no streets but tunnels and bridges: whether they are served is unknown",
    ),
}


def place_people(study: Study, folder: RunFolder, streets: WalkNetwork) -> gpd.GeoDataFrame:
    """Return table ``demand``, and put ``population.json``: what was read, and whom it could not place."""
    area = folder.table("area")
    table, residents = _read(study, area)
    cells = _cells(study, area) if study.population.raster else None
    if cells is not None:
        people = demand.place_cells(cells, buildings=_buildings(study, area), streets=streets.edges)
    elif residents is not None:
        people = _placed(study, area, table, residents)
    else:
        people = _spread(study, area, table, streets)
    facts: dict[str, object] = {
        name: frame.attrs
        for name, frame in (("table", table), ("own", residents), ("raster", cells))
        if frame is not None
    }
    facts["people"] = "ages" if ages_known(people) else "totals"
    folder.put_json("population.json", facts | dict(people.attrs))
    if facts["people"] == "totals":
        log.warning(
            "the residents come without ages: no number of an age is given, nor who is served by own pace, and every "
            "walker is about all residents",
            extra={"term": "warn_no_ages"},
        )
    for method, row in demand.methods(people).iterrows():
        if row["points"]:
            log.info("residents placed by %s: %s in %d dongs", method, whole(row["residents"]), row["dongs"])
    snapped = network.snap(streets, people, max_snap_m=study.parameters.max_snap_m)
    _warn_of_unknown(people["residents"].groupby(snapped["status"]).sum(), study.parameters.max_snap_m)
    return check(people.join(snapped), "demand")


def _warn_of_unknown(residents: pd.Series[int], max_snap_m: float) -> None:
    """Log how many residents join no street, each reason by itself: an island beside a home is no want of streets."""
    for status, (term, line) in _UNKNOWN.items():
        if missed := persons(residents.get(status, 0)):
            facts = {"residents": whole(missed), "metres": max_snap_m}
            log.warning(line, facts, extra={"term": term})


def check_people(study: Study, area: gpd.GeoDataFrame) -> None:
    """Refuse a population that cannot be used; it is read as it is before residents are placed.

    Raises
    ------
    InputError
        As :func:`place_people`, as far as that needs no streets.
    """
    if study.population.raster:
        check_population_raster(study.file(study.population.raster), area)
    table, residents = _read(study, area)
    if residents is not None:
        _placed(study, area, table, residents)
    elif study.population.output_areas:
        boundaries.read_output_areas(study.file(study.population.output_areas), crs=area.crs)


def _read(study: Study, area: gpd.GeoDataFrame) -> tuple[pd.DataFrame | None, gpd.GeoDataFrame | None]:
    """Read the table of residents by dong, and those that stand somewhere, as far as the study has them."""
    own = study.population.points or study.population.grid
    residents = (
        read_residents(study.file(own), crs=area.crs, grid=bool(study.population.grid)) if own else None
    )
    return _table(study, area) if study.population.table else None, residents


def _cells(study: Study, area: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return read_population_raster(study.file(study.population.raster), area)


def _buildings(study: Study, area: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    extract = study.streets.extract
    return osm.read_buildings(study.file(extract), near=area) if extract else None


def _placed(
    study: Study, area: gpd.GeoDataFrame, table: pd.DataFrame | None, residents: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    method = "grid" if study.population.grid else "points"
    return demand.placed(residents, area, population=table, method=method)


def note_nobody(folder: RunFolder) -> None:
    """Put ``population.json`` of a study without residents, and warn of what is not made without them."""
    folder.put_json("population.json", {"people": "nothing"})
    log.warning(
        "the study has no [population]: what counts residents is not given (shares, unserved areas, equity, intervals)",
        extra={"term": "warn_no_people"},
    )


def other_method(study: Study, people: pd.DataFrame) -> str | None:
    """Return another method by which the residents can be placed: along streets, or where they are, on output areas."""
    if study.population.points or study.population.grid or study.population.raster:
        return None
    most = people.groupby("method")["residents"].sum().idxmax() if len(people) else "streets"
    if most != "streets":
        return "streets"
    return "output_areas" if study.population.output_areas else None


def place_otherwise(study: Study, folder: RunFolder, streets: WalkNetwork, method: str) -> gpd.GeoDataFrame:
    """Return the residents of a study as table ``demand`` has them, placed by one method wherever it finds anything.

    Parameters
    ----------
    method
        One of :data:`sharemap.demand.METHODS`, such as :func:`other_method` gives; a study with its own points or
        grid has no other.
    """
    area = folder.table("area")
    people = _spread(study, area, _table(study, area), streets, by=method)
    snapped = network.snap(streets, people, max_snap_m=study.parameters.max_snap_m)
    return check(people.join(snapped), "demand")


def _table(study: Study, area: gpd.GeoDataFrame) -> pd.DataFrame:
    wards = sorted(set(area["ward_code"]))
    return population.read_population(
        study.file(study.population.table),
        area,
        dongs=dongs_around(study, area, wards),
        sheet=study.population.sheet or None,
        max_unplaced=study.population.max_unplaced,
    )


def _spread(
    study: Study,
    area: gpd.GeoDataFrame,
    table: pd.DataFrame | None,
    streets: WalkNetwork,
    *,
    by: str | None = None,
) -> gpd.GeoDataFrame:
    if table is None:  # the study file has been checked
        msg = "no population"
        raise RuntimeError(msg)
    output_areas = study.population.output_areas
    # streets run through every dong: where they are asked for, no building need be read
    buildings = None if by == "streets" else _buildings(study, area)
    return demand.place(
        table,
        area,
        buildings=buildings,
        output_areas=boundaries.read_output_areas(study.file(output_areas), crs=area.crs)
        if output_areas
        else None,
        streets=streets.edges,
        by=by,
    )
