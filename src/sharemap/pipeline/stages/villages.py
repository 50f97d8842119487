"""The stage 'villages': blocks and village candidates.

On slopes residents walk to the places, as coverage counts; between two places, and between a place and a proposed or
idle space, the longer of the two ways counts, so that neighbours are near whichever of them one comes from; support
services are near when one can walk to them from the place.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from sharemap import blocks, network, reach, sites, villages
from sharemap.catalog import Layer
from sharemap.errors import GeometryError
from sharemap.findings import blocks as of_blocks
from sharemap.findings import notes, words
from sharemap.findings import villages as of_villages
from sharemap.findings.ranks import part_name
from sharemap.pipeline.stages.draws import drawn_sites, moved_stops
from sharemap.pipeline.stages.elsewhere import elsewhere, positions_in_doubt
from sharemap.pipeline.stages.shared import Counts, people_known, streets_of
from sharemap.sources import sites as site_files
from sharemap.sources.around import Around
from sharemap.sources.files.vectors import read_vector
from sharemap.units import PROFILES
from sharemap.villages.typed import table_of

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.network import WalkNetwork
    from sharemap.pipeline.folder import RunFolder
    from sharemap.schema import PeopleKnown
    from sharemap.sources.sites import LayerRows
    from sharemap.study import Study

__all__ = ["read_idle", "run"]

log = logging.getLogger(__name__)

_VILLAGE_MIN = 15.0
_IDLE = "idle_space"
_ELDERLY = PROFILES["elderly"]


@dataclass(frozen=True)
class _Idle:
    """The user's idle spaces: those that can be used, snapped, and an account of every row."""

    usable: pd.DataFrame
    account: pd.DataFrame


def run(study: Study, folder: RunFolder) -> Counts:
    """Find the village candidates, and put them, what belongs to them, and ``blocks``."""
    streets, people, places = streets_of(study, folder), folder.table("demand"), folder.table("places")
    parcels = _blocks(study, folder, people)
    spaces = places.loc[places["shared_space"] & places["in_area"]].reset_index(drop=True)
    snapped = network.snap(streets, spaces, max_snap_m=study.parameters.max_snap_m)
    stops = snapped.assign(site_id=spaces["place_id"])
    known = people_known(folder)
    _warn_of_weights(study, known)
    rules = _rules(study, known)
    minutes = max(rules.perturbation.widest_minutes, study.profile.minutes(study.parameters.adjacent_m))
    ground = villages.Ground.walked(streets, stops, minutes=minutes)
    idle = _idle(study, folder, streets)
    services = _services(study, folder)
    doubted = positions_in_doubt(folder, services)
    widest = max(*villages.THRESHOLDS, rules.perturbation.widest_m(rules.adjacent_m))
    walks = reach.between(streets, stops, cutoff_m=widest)
    around = villages.Surroundings(
        place_costs=ground.residents(people),
        demand=people,
        known=known,
        support=ground.support(_stops_of(study, folder, "support")),
        blocks=parcels,
        ground=ground,
        services=services,
        elderly_costs=_at_elderly_speed(study, people, streets, spaces),
        idle=None if idle is None else idle.usable,
        two_buildings=_two_buildings(folder),
        positions=doubted,
        elsewhere=elsewhere(study, folder, streets, doubted, stops),
    )
    trials = _trials(study, folder, streets, (spaces, stops))
    found = villages.find(spaces, walks, around=around, rules=rules, trials=trials)
    doors = _stops_of(study, folder, "space", in_area=True)
    between_services = reach.between(streets, doors, cutoff_m=float(max(villages.THRESHOLDS)))
    counts = villages.thresholds(
        walks, between_services, min_places=study.parameters.min_places, building=found.building
    )
    folder.put(
        blocks=of_blocks.worded(parcels if known != "nothing" else parcels.assign(residents=float("nan"))),
        village_thresholds=counts,
        village_chance=_by_chance(study, places, streets, (around, rules)),
        **of_villages.worded(found, study.profile, parcels),
    )
    # written also when empty, so that nothing of an earlier study stays in the folder
    folder.put(idle_spaces=_idle_account(idle, found.idle_fits))
    note, note_ko = notes.note(found, "en"), notes.note(found, "ko")
    if note:
        log.info(note)
    folder.put_json("villages_note.json", {"note": note, "note_ko": note_ko})
    _log_thresholds(counts)
    return Counts(len(spaces), len(found.villages), int((stops["status"] != "ok").sum()))


def _two_buildings(folder: RunFolder) -> list[tuple[str, str]]:
    asked = folder.table("confirmed")
    two = asked[asked["answer"] == "different"]
    return list(zip(two["place_a"], two["place_b"], strict=True))


def _trials(
    study: Study, folder: RunFolder, streets: WalkNetwork, own: tuple[gpd.GeoDataFrame, pd.DataFrame]
) -> villages.Trials | None:
    """Draw the shared spaces as they may really be, and walk from everywhere they may stand."""
    if not study.villages.stability_runs:
        return None
    (spaces, stops), drawing = own, drawn_sites(study, folder, streets)
    rules = _rules(study, people_known(folder))
    moved = drawing.moved
    known = drawing.positions[drawing.positions["published"]].set_index("position_id")["building"]
    ours = moved["building"].isin(known.reindex(spaces["place_id"]))
    unlisted = drawing.sites[~drawing.sites["published"] & drawing.sites["space"]]["building"]
    area = shapely.union_all(folder.table("area").geometry.to_numpy())
    shapely.prepare(area)
    ours |= moved["building"].isin(unlisted) & shapely.contains_xy(area, moved["x"], moved["y"])
    moved = moved[ours].reset_index(drop=True)
    others = moved_stops(study, streets, moved).assign(site_id=moved["position_id"])
    return villages.Trials.walked(
        drawing,
        streets,
        pd.concat([stops, others], ignore_index=True),
        folder.table("demand"),
        _stops_of(study, folder, "support"),
        minutes=rules.perturbation.widest_minutes,
        widest_m=rules.perturbation.widest_m(rules.adjacent_m),
    )


def _by_chance(
    study: Study,
    places: gpd.GeoDataFrame,
    streets: WalkNetwork,
    searched: tuple[villages.Surroundings, villages.VillageRules],
) -> pd.DataFrame:
    """Count the candidates that chance would give among all places of the study area, shared spaces or not."""
    around, rules = searched
    inside = places.loc[places["in_area"]].reset_index(drop=True)
    stops = network.snap(streets, inside, max_snap_m=study.parameters.max_snap_m)
    near = (stops["status"] == "ok").to_numpy()
    walks = reach.between(
        streets,
        stops.assign(site_id=inside["place_id"])[near].reset_index(drop=True),
        cutoff_m=rules.adjacent_m,
    )
    met = inside[near].reset_index(drop=True)
    return villages.by_chance(met, walks, rules=rules, doubts=villages.Doubts.among(met, around))


def _warn_of_weights(study: Study, known: PeopleKnown) -> None:
    """Say which components of the rank nobody knows."""
    own, left = study.village_weights, study.village_weights.known(known)
    parts = [
        part.column for part in villages.COMPONENTS if getattr(own, part.weight) != getattr(left, part.weight)
    ]
    if parts:
        named = {lang: ", ".join(part_name(part, lang) for part in parts) for lang in ("ko", "en")}
        log.warning(
            "candidates are ranked without %(parts)s, which nobody knows; the other weights count in proportion",
            {"parts": named["en"], "parts_ko": named["ko"]},
            extra={"term": "warn_ranked_without"},
        )


def _rules(study: Study, known: PeopleKnown) -> villages.VillageRules:
    return villages.VillageRules(
        min_places=study.parameters.min_places,
        adjacent_m=study.parameters.adjacent_m,
        weights=study.village_weights.known(known),
        perturbation=villages.Perturbation(runs=study.villages.stability_runs, seed=study.villages.seed),
    )


def _blocks(study: Study, folder: RunFolder, people: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return blocks between streets, or the study's own."""
    barriers, area = folder.table("barriers"), folder.table("area")
    if not study.villages.blocks:
        folder.put_json("blocks_report.json", {})
        return blocks.enclose(barriers, area, demand=people)
    path = study.file(study.villages.blocks)
    polygons = read_vector(path, error=GeometryError).to_crs(area.crs)
    try:
        own = blocks.given(polygons, area, ids=study.villages.blocks_id, streets=barriers, demand=people)
    except GeometryError as error:
        error.file = str(path)
        raise
    folder.put_json("blocks_report.json", own.report)
    return own.blocks


def _services(study: Study, folder: RunFolder) -> gpd.GeoDataFrame:
    """Return sites with the role of their layer, and with fee and operator kind where the sites carry them."""
    table = folder.table("sites")
    role = {item.key: item.role for item in study.catalog}
    return table.assign(role=table["layer"].map(role))


def _stops_of(study: Study, folder: RunFolder, role: str, *, in_area: bool = False) -> pd.DataFrame:
    """Return the stops of the sites of one role."""
    table = folder.table("sites").set_index("site_id")
    stops = folder.table("stops")
    roles = {item.key: item.role for item in study.catalog}
    chosen = table["layer"].map(roles).reindex(stops["site_id"]) == role
    if in_area:
        chosen &= table["in_area"].reindex(stops["site_id"])
    return stops.loc[chosen.to_numpy(dtype=bool)].reset_index(drop=True)


def _at_elderly_speed(
    study: Study, people: gpd.GeoDataFrame, streets: WalkNetwork, spaces: gpd.GeoDataFrame
) -> reach.PointCosts:
    """Return the walks of residents at elderly speed; the streets they may use can differ, so all is snapped anew."""
    slow, limit = streets.with_profile(_ELDERLY), study.parameters.max_snap_m
    stops = network.snap(slow, spaces, max_snap_m=limit).assign(site_id=spaces["place_id"])
    homes = network.snap(slow, people, max_snap_m=limit)
    return villages.Ground.walked(slow, stops, minutes=_VILLAGE_MIN).residents(homes)


def _idle(study: Study, folder: RunFolder, streets: WalkNetwork) -> _Idle | None:
    """Read the user's list of idle spaces as any file of sites is read: every row is used or accounted for."""
    if not study.villages.idle_spaces:
        return None
    area = folder.table("area")
    rows = read_idle(study, area)
    built = sites.build([rows], area, surroundings_m=study.parameters.adjacent_m)
    snapped = network.snap(streets, built.sites, max_snap_m=study.parameters.max_snap_m)
    found = pd.concat([pd.DataFrame(built.sites.drop(columns="geometry")), snapped], axis=1)
    aside, say = built.set_aside, words("ko")
    account = pd.DataFrame(
        {
            "row": [*found["row"], *aside["row"]],
            "idle_id": [*found["site_id"], *[None] * len(aside)],
            "name": [*found["name"], *aside["name"]],
            "address": [*found["address"], *aside["address"]],
            "status": [*found["status"], *aside["reason"]],
            "status_ko": [
                *(say[f"status_{status}"] for status in found["status"]),
                *aside["reason_ko"],
            ],
        }
    )
    usable = found[(found["status"] == "ok").to_numpy()].reset_index(drop=True)
    log.info("%d idle spaces, %d of them on a street, %d rows set aside", len(found), len(usable), len(aside))
    return _Idle(usable, account)


def read_idle(study: Study, area: gpd.GeoDataFrame) -> LayerRows:
    """Read the user's list of idle spaces."""
    return site_files.read_sites(
        study.file(study.villages.idle_spaces),
        layer=_idle_layer(study),
        near=Around(area, study.parameters.adjacent_m),
    )


def _idle_layer(study: Study) -> Layer:
    """Return the catalogue's layer of idle spaces, or one that is read with the common Korean headers."""
    if _IDLE in study.catalog.keys:
        return study.catalog.layer(_IDLE)
    own = Layer(
        key=_IDLE,
        name_ko="유휴공간",
        name_en="Idle spaces",
        group="space",
        role="space",
        colour="#5b5b5b",
        symbol="＋",
        task="2-1",
    )
    return study.catalog.with_layer(own).layer(_IDLE)


def _idle_account(idle: _Idle | None, fits: pd.DataFrame) -> pd.DataFrame:
    if idle is None:
        return table_of("idle_spaces")
    counted = {}
    for column, target in (("pairs", "pair"), ("villages", "village")):
        times = fits.loc[fits["target"] == target, "idle_id"].value_counts()
        counted[column] = idle.account["idle_id"].map(times).fillna(0)
    return table_of("idle_spaces", idle.account.assign(**counted).sort_values("row", ignore_index=True))


def _log_thresholds(counts: pd.DataFrame) -> None:
    for row in counts.fillna(-1).itertuples(index=False):
        log.info(
            "adjacent within %d m: %s sets, %s villages; services as places: %s sets, %s villages",
            *(row.threshold_m, *("too many" if value < 0 else value for value in row[1:])),
        )
