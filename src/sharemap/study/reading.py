"""The study file: what to analyse, from which files, with which parameters.

A study is a TOML file; its relative paths are relative to it. Every key is described in
``starter.toml`` beside this file, which ``sharemap init`` writes; an unknown key is an error that names the nearest
known one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sharemap.catalog import GROUPS, Catalog, Layer
from sharemap.catalog import load as load_catalog
from sharemap.errors import GeometryError, MissingFileError, StudyError
from sharemap.schema import BROAD_AGES, STAGES
from sharemap.sites import Confirmed, PlaceRules
from sharemap.study.entries import known_keys, load, table_of
from sharemap.study.extracted import area_source, refuse_area, refuse_sites, site_source
from sharemap.study.grouping import regrouped
from sharemap.study.parts import (
    AreaInput,
    ElevationInput,
    EvidenceInput,
    GeocodingInput,
    Input,
    Parameters,
    PopulationInput,
    SitesInput,
    StreetsInput,
    VillagesInput,
)
from sharemap.units import ELDERLY, PROFILES, WalkProfile, profile_named
from sharemap.villages import VillageWeights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sharemap.catalog import Group, Role

__all__ = ["Study", "read", "starter"]

#: What the inputs are called where sources are printed: role -> (Korean, English); site files by their layer.
_CALLED: Mapping[str, tuple[str, str]] = {
    "boundaries": ("행정동 경계", "district boundaries"),
    "streets": ("보행망", "streets"),
    "official_streets": ("공식 보행망", "official walking network"),
    **dict.fromkeys(
        ("population", "population_points", "population_grid", "population_raster"), ("인구", "population")
    ),
    "elevation": ("표고", "elevation"),
    "output_areas": ("집계구", "output areas"),
    "geocoding": ("주소 좌표", "address positions"),
    "own_blocks": ("자체 블록", "own blocks"),
    "idle_spaces": ("유휴공간", "idle spaces"),
    "evidence_answers": ("확인 답변", "answers to what was to check"),
}


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study file, read and checked; ``lang``, the language of what people open, is asked beside it."""

    path: Path
    title: str
    fictional: bool
    area: AreaInput
    streets: StreetsInput
    population: PopulationInput
    parameters: Parameters
    places: PlaceRules
    villages: VillagesInput
    village_weights: VillageWeights
    sites: tuple[SitesInput, ...]
    geocoding: GeocodingInput
    profile: WalkProfile
    profiles: tuple[WalkProfile, ...]  # that of the study first
    elevation: ElevationInput
    evidence: EvidenceInput
    catalog: Catalog
    confirmed: tuple[Confirmed, ...] = ()
    own_groups: bool = False  # the catalogue has the groups as this study defines them
    lang: str = "ko"

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Everything that the study is made from, in the order in which it is printed: the one list of it."""
        return tuple(item for item in (*_own_inputs(self), *self.site_inputs) if item.file)

    @property
    def site_inputs(self) -> tuple[Input, ...]:
        """What the sites are made from, one for each entry."""
        return tuple(_site_inputs(self))

    def file(self, name: str) -> Path:
        """Return the path of a file that the study names, relative to the study file.

        Hangul in file names is composed on some systems and decomposed on others; both find the file. The
        folder of a fetch stands for its manifest.
        """
        path = self.path.parent / Path(name).expanduser()
        if (path / "manifest.json").is_file():
            return path / "manifest.json"
        if path.exists() or not path.parent.is_dir():
            return path
        wanted = unicodedata.normalize("NFC", path.name)
        same = [
            entry for entry in path.parent.iterdir() if unicodedata.normalize("NFC", entry.name) == wanted
        ]
        return same[0] if same else path

    @property
    def cutoff_m(self) -> float:
        """The cutoff in metres."""
        return self.profile.metres(self.parameters.cutoff_min)

    @property
    def surroundings_m(self) -> float:
        """How far around the area streets and sites matter: the longest walk of any pace or sensitivity."""
        longest = max(pace.metres(self.parameters.cutoff_min) for pace in (*self.profiles, ELDERLY))
        return max(longest + self.parameters.max_snap_m, *self.parameters.sensitivity_m, 0.0)


def _own_inputs(study: Study) -> Iterator[Input]:
    area, streets, people, heights = study.area, study.streets, study.population, study.elevation
    geocoding, villages = study.geocoding, study.villages
    walked = streets.extract or streets.graphml or streets.lines or streets.place
    looked_up = {"streets": streets.place, "boundaries": area.place}
    of_table = (people.ref_date, people.licence)
    of_homes = (people.homes_ref_date, people.homes_licence) if people.table else of_table
    for role, *published in (
        ("boundaries", *area_source(area, streets)),
        ("streets", walked, streets.ref_date, streets.printed_licence),
        ("official_streets", streets.official, streets.official_ref_date, streets.official_licence),
        ("population", people.table, *of_table),
        ("population_points", people.points, *of_homes),
        ("population_grid", people.grid, *of_homes),
        ("population_raster", people.raster, *of_table),
        ("elevation", heights.raster, heights.ref_date, heights.licence),
        ("output_areas", people.output_areas, people.output_areas_ref_date, people.output_areas_licence),
        *(("geocoding", file, geocoding.ref_date, geocoding.licence) for file in geocoding.address_tables),
        ("own_blocks", villages.blocks, villages.blocks_ref_date, villages.blocks_licence),
        ("idle_spaces", villages.idle_spaces, villages.idle_spaces_ref_date, villages.idle_spaces_licence),
        ("evidence_answers", study.evidence.answers, study.evidence.ref_date, ""),
    ):
        file, ref_date, licence = published
        yield Input(
            *(role, *_CALLED[role], file, ref_date, licence),
            is_file=not (role in looked_up and file == looked_up[role]),
        )


def _site_inputs(study: Study) -> Iterator[Input]:
    for entry in study.sites:
        layer = study.catalog.layer(entry.layer)
        names = (layer.name_ko, layer.name_en)
        yield Input(f"sites:{layer.key}", *names, *site_source(entry, study.streets))


@dataclass(frozen=True, kw_only=True)
class _Head:
    title: str = ""
    fictional: bool = False


@dataclass(frozen=True, kw_only=True)
class _OwnProfile:
    """``[profiles.NAME]``: a walking profile of the user's own."""

    speed_kmh: float
    name_ko: str = ""
    name_en: str = ""
    steps_factor: float = 1.0
    steps: bool = True
    age_band: str = "all"
    wheels: str = ""
    source: str = "study file"


@dataclass(frozen=True, kw_only=True)
class _OwnLayer:
    """``[layers.KEY]``: a layer of the user's own, read with the common Korean headers."""

    name_ko: str
    group: str
    role: str
    name_en: str = ""
    colour: str = "#5b5b5b"
    symbol: str = "＋"


_TABLES: Mapping[str, type[Any]] = {
    "study": _Head,
    "area": AreaInput,
    "streets": StreetsInput,
    "population": PopulationInput,
    "geocoding": GeocodingInput,
    "elevation": ElevationInput,
    "evidence": EvidenceInput,
    "parameters": Parameters,
    "places": PlaceRules,
    "villages": VillagesInput,
    "village_weights": VillageWeights,
}
_KNOWN = (*_TABLES, "sites", "confirmed", "profiles", "layers", "groups")


def read(path: Path | str, *, only: Iterable[str] = tuple(STAGES)) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path
        The file.
    only
        The stages that it is read for, keys of :data:`sharemap.schema.STAGES`: only files that they, or the stages
        before them, are made from need be there.

    Raises
    ------
    MissingFileError
        If it does not exist, or a file that it names and that is needed does not.
    StudyError
        If it is no TOML, or has an unknown key, a missing key or a value of the wrong type.
    """
    path = Path(path)
    content = load(path)
    known_keys(content, _KNOWN, where="the study file", path=path)
    parts = {
        name: table_of(kind, content.get(name, {}), where=f"[{name}]", path=path)
        for name, kind in _TABLES.items()
    }
    if "population" in content and not parts["population"].given:
        msg = "[population] lacks a key"
        remedy = 'add table = "population.tsv", or points, grid or raster; or take [population] out: what needs no residents is made'
        raise StudyError(msg, file=path, value="table", remedy=remedy)
    entries = content.get("sites", [])
    if not isinstance(entries, list) or not entries:
        msg = "the study names no site files"
        raise StudyError(
            msg,
            file=path,
            remedy='add at least one [[sites]] with layer = "..." and file = "..." (or osm = true)',
        )
    sites = _entries(SitesInput, entries, "sites", path)
    head: _Head = parts.pop("study")
    names = dict.fromkeys((parts["parameters"].profile, *parts["parameters"].profiles))
    profiles = [_profile(name, content.get("profiles", {}), path) for name in names]
    study = Study(
        path=path,
        title=head.title or path.stem,
        fictional=head.fictional,
        sites=sites,
        confirmed=_entries(Confirmed, content.get("confirmed", []), "confirmed", path),
        profile=profiles[0],
        profiles=tuple(profiles),
        catalog=regrouped(_catalog(content.get("layers", {}), path), content.get("groups", {}), path),
        own_groups="groups" in content,
        **parts,
    )
    _check(study)
    _check_files(study, only)
    return study


def _entries(kind: type[Any], entries: object, name: str, path: Path) -> tuple[Any, ...]:
    if not isinstance(entries, list):
        msg = f"[[{name}]] must be a list of tables"
        raise StudyError(msg, file=path, value=entries, remedy=f"write [[{name}]] with two brackets")
    return tuple(
        table_of(kind, entry, where=f"[[{name}]] {number}", path=path)
        for number, entry in enumerate(entries, 1)
    )


def _profile(name: str, own: object, path: Path) -> WalkProfile:
    if not isinstance(own, dict) or name not in own:
        try:
            return profile_named(name)
        except StudyError as error:
            error.file = str(path)
            raise
    if name in PROFILES:
        msg = "a profile of your own cannot take a built-in name"
        raise StudyError(msg, file=path, value=name, remedy="give it another name")
    table: _OwnProfile = table_of(_OwnProfile, own[name], where=f"[profiles.{name}]", path=path)
    ages = ("all", *BROAD_AGES)
    if table.age_band not in ages:
        msg = "an age that results do not tell apart"
        remedy = f"use one of {', '.join(ages)}"
        raise StudyError(msg, file=path, column="age_band", value=table.age_band, remedy=remedy)
    try:
        return WalkProfile(
            name=name,
            name_ko=table.name_ko or name,
            name_en=table.name_en or name,
            speed_kmh=table.speed_kmh,
            steps_factor=table.steps_factor if table.steps else None,
            age_band=table.age_band,
            wheels=table.wheels,
            source=table.source,
        )
    except StudyError as error:
        error.file = str(path)
        raise


def _catalog(own: object, path: Path) -> Catalog:
    catalog = load_catalog()
    if not isinstance(own, dict):
        msg = "[layers] must hold one table a layer"
        raise StudyError(msg, file=path, value=own, remedy="write [layers.my_layer]")
    for key, table in own.items():
        layer: _OwnLayer = table_of(_OwnLayer, table, where=f"[layers.{key}]", path=path)
        catalog = catalog.with_layer(_own_layer(key, layer, path))
    return catalog


def _own_layer(key: str, layer: _OwnLayer, path: Path) -> Layer:
    allowed = {"group": tuple(GROUPS), "role": ("space", "support")}
    for name, known in allowed.items():
        if getattr(layer, name) not in known:
            msg = f"an unknown {name}"
            remedy = f"use one of {', '.join(known)}"
            raise StudyError(
                msg, file=path, column=f"[layers.{key}] {name}", value=getattr(layer, name), remedy=remedy
            )
    return Layer(
        key=key,
        name_ko=layer.name_ko,
        name_en=layer.name_en or key,
        group=cast("Group", layer.group),
        role=cast("Role", layer.role),
        colour=layer.colour,
        symbol=layer.symbol,
        task="",
    )


def _check(study: Study) -> None:
    named = [item for item in ("extract", "graphml", "lines", "place") if getattr(study.streets, item)]
    if len(named) != 1:
        msg = "[streets] must name exactly one of extract, graphml, lines and place"
        raise StudyError(msg, file=study.path, value=named, remedy='for example extract = "seoul.osm.pbf"')
    try:
        _ = study.streets.joining
    except GeometryError as error:
        raise StudyError(
            error.problem, file=study.path, column="lines_gap_m", value=error.value, remedy=error.remedy
        ) from error
    if study.streets.official and not study.streets.extract:
        msg = "[streets] names an official network without an extract"
        remedy = (
            "add extract: the official network has only ways for walkers, and blocks lie between carriageways"
        )
        raise StudyError(msg, file=study.path, value=study.streets.official, remedy=remedy)
    refuse_area(study.area, study.streets, study.path)
    for entry in study.sites:
        refuse_sites(entry, _layer(study, entry.layer), study.streets, study.path)
        if not _layer(study, entry.layer).points:
            msg = "this service has no places that could be reached"
            raise StudyError(msg, file=study.path, value=entry.layer, remedy="take that [[sites]] entry out")
    for key in study.geocoding.except_layers:
        _layer(study, key)


def _check_files(study: Study, only: Iterable[str]) -> None:
    stages = {need for name in only for need in (name, *STAGES[name].before)}
    roles = {role for name in stages for role in STAGES[name].files}
    needed = [item.file for item in study.inputs if item.is_file and item.role.partition(":")[0] in roles]
    for name in needed:
        if not study.file(name).is_file():
            folder = study.file(name).is_dir()
            msg = f"a file that the study names {'is a folder' if folder else 'does not exist'}"
            raise MissingFileError(
                msg, file=study.file(name), remedy=f"correct its path in {study.path.name}"
            )


def _layer(study: Study, key: str) -> Layer:
    try:
        return study.catalog.layer(key)
    except StudyError as error:
        error.file = str(study.path)
        raise


def starter() -> str:
    """Return the commented starter study that ``sharemap init`` writes."""
    return resources.files("sharemap.study").joinpath("starter.toml").read_text(encoding="utf-8")
