"""The study file: what to analyse, from which files, with which parameters.

A study is a TOML file; its relative paths are relative to it. Every key is described in
``starter.toml`` beside this file, which ``sharemap init`` writes; an unknown key is an error that names the nearest
known one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sharemap.catalog import GROUPS, Catalog, Layer
from sharemap.catalog import load as load_catalog
from sharemap.errors import MissingFileError, StudyError
from sharemap.hours import MOMENTS, moment
from sharemap.network import WalkRules
from sharemap.pipeline import document
from sharemap.sites import PlaceRules
from sharemap.sources.geocoding import CONFIDENCES, provider_named
from sharemap.units import LEAST_MOBILE, PROFILES, WalkProfile, profile_named
from sharemap.villages import VillageWeights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.catalog import Group, Role
    from sharemap.sources.geocoding.answers import Confidence

__all__ = [
    "AreaInput",
    "ElevationInput",
    "GeocodingInput",
    "Parameters",
    "PopulationInput",
    "SitesInput",
    "StreetsInput",
    "Study",
    "VillagesInput",
    "read",
    "starter",
]

_MOST_MINUTES = 60.0
_MOST_METRES = 10_000.0


def _share_of(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        msg = "a share must be between 0 and 1"
        raise StudyError(msg, column=name, value=value, remedy="for example 0.9")


@dataclass(frozen=True, kw_only=True)
class AreaInput:
    """``[area]``: the study area."""

    boundaries: str
    wards: tuple[str, ...] = ()
    dongs: tuple[str, ...] = ()
    ref_date: str = ""
    licence: str = ""


@dataclass(frozen=True, kw_only=True)
class Published:
    """What is printed beside a file: its date and licence."""

    ref_date: str
    licence: str


@dataclass(frozen=True, kw_only=True)
class StreetsInput:
    """``[streets]``: where the streets come from, and changes to the rules of who may walk where.

    With ``official``, people walk on Seoul's official pedestrian network; the extract still tells blocks, water
    and buildings.
    """

    extract: str = ""
    official: str = ""
    official_ref_date: str = ""
    official_licence: str = "출처: 서울특별시 서울 열린데이터광장 (data.seoul.go.kr), OA-21208"
    graphml: str = ""
    place: str = ""
    ref_date: str = ""
    licence: str = "© OpenStreetMap contributors, ODbL"
    include_highway: tuple[str, ...] = ()
    exclude_highway: tuple[str, ...] = ()
    include_names: tuple[str, ...] = ()
    exclude_names: tuple[str, ...] = ()

    @property
    def published_official(self) -> Published:
        """Date and licence of the official network."""
        return Published(ref_date=self.official_ref_date, licence=self.official_licence)

    @property
    def rules(self) -> WalkRules:
        """The changes as the network module takes them."""
        return WalkRules(**{item.name: getattr(self, item.name) for item in fields(WalkRules)})


@dataclass(frozen=True, kw_only=True)
class PopulationInput:
    """``[population]``: who lives where."""

    table: str = ""
    sheet: str = ""
    output_areas: str = ""
    points: str = ""
    grid: str = ""
    max_unplaced: float = 0.01
    ref_date: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        if not (self.table or self.points or self.grid):
            msg = "[population] lacks a key"
            raise StudyError(
                msg, value="table", remedy='for example table = "population.tsv", or points or grid'
            )
        if self.points and self.grid:
            msg = "[population] names both points and grid"
            raise StudyError(msg, value=[self.points, self.grid], remedy="keep one of them")
        _share_of("[population] max_unplaced", self.max_unplaced)


@dataclass(frozen=True, kw_only=True)
class ElevationInput:
    """``[elevation]``: a raster of heights, for the costs of slopes."""

    raster: str = ""
    min_known: float = 0.9
    ref_date: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        _share_of("[elevation] min_known", self.min_known)


@dataclass(frozen=True, kw_only=True)
class SitesInput:
    """``[[sites]]``: one published file of one layer."""

    layer: str
    file: str
    source: str = ""
    ref_date: str = ""
    licence: str = ""


@dataclass(frozen=True, kw_only=True)
class GeocodingInput:
    """``[geocoding]``: how rows without usable coordinates get a position; not at all when nothing is named."""

    address_tables: tuple[str, ...] = ()
    same_address: bool = False
    online: tuple[str, ...] = ()
    min_confidence: str = "low"
    # a station at 0,0 has been taken away, the address notwithstanding
    except_layers: tuple[str, ...] = ("bike_station",)
    cache: str = ""
    ref_date: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        if self.min_confidence not in CONFIDENCES:
            msg = "an unknown confidence"
            remedy = f"use one of {', '.join(CONFIDENCES)}"
            raise StudyError(
                msg, column="[geocoding] min_confidence", value=self.min_confidence, remedy=remedy
            )
        for name in self.online:
            provider_named(name)

    @property
    def active(self) -> bool:
        """Whether anything is to be geocoded."""
        return bool(self.address_tables or self.same_address or self.online)

    @property
    def confidence(self) -> Confidence:
        """The least confidence that counts."""
        return cast("Confidence", self.min_confidence)


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """``[parameters]``: how to walk and what counts as a village."""

    profile: str = "standard"
    profiles: tuple[str, ...] = (LEAST_MOBILE,)
    minutes: tuple[float, ...] = (5.0, 10.0, 15.0)
    adjacent_m: float = 400.0
    min_places: int = 3
    max_snap_m: float = 150.0
    isochrone_half_width_m: float = 25.0
    sensitivity_m: tuple[float, ...] = tuple(float(metres) for metres in range(750, 1276, 75))
    gap_link_m: float = 200.0
    times: tuple[str, ...] = MOMENTS

    def __post_init__(self) -> None:
        if not self.minutes or not all(0 < value <= _MOST_MINUTES for value in self.minutes):
            msg = "minutes must be a list of numbers above 0 and at most 60"
            raise StudyError(
                msg, column="[parameters] minutes", value=list(self.minutes), remedy="for example [5, 10, 15]"
            )
        if not all(0 < value <= _MOST_METRES for value in self.sensitivity_m):
            msg = "sensitivity_m must be a list of metres above 0 and at most 10,000"
            raise StudyError(
                msg,
                column="[parameters] sensitivity_m",
                value=list(self.sensitivity_m),
                remedy="for example [750, 1125, 1275]",
            )
        if not self.times:
            msg = "times must name at least one weekday and time"
            raise StudyError(msg, column="[parameters] times", remedy='for example ["평일 야간 수 20:00"]')
        for text in self.times:
            moment(text)
        for name in ("adjacent_m", "max_snap_m", "isochrone_half_width_m", "gap_link_m"):
            if not 0 < getattr(self, name) < float("inf"):
                msg = "a distance must be a positive number of metres"
                raise StudyError(
                    msg, column=f"[parameters] {name}", value=getattr(self, name), remedy="for example 150"
                )
        if self.min_places < 2:  # noqa: PLR2004  one place is no neighbourhood
            msg = "a village needs at least two places"
            raise StudyError(
                msg, column="[parameters] min_places", value=self.min_places, remedy="the plan says 3"
            )

    @property
    def cutoff_min(self) -> float:
        """The longest of the minutes: what 'served' means."""
        return max(self.minutes)


@dataclass(frozen=True, kw_only=True)
class VillagesInput:
    """``[villages]``: own blocks, idle spaces, and how the candidates are tried."""

    blocks: str = ""
    blocks_id: str = ""
    idle_spaces: str = ""
    stability_runs: int = 200
    seed: int = 20210401

    def __post_init__(self) -> None:
        for name in ("stability_runs", "seed"):
            if getattr(self, name) < 0:
                msg = "a whole number of 0 or more is needed"
                raise StudyError(
                    msg,
                    column=f"[villages] {name}",
                    value=getattr(self, name),
                    remedy="for example 200; 0 turns runs off",
                )
        if self.blocks_id and not self.blocks:
            msg = "an id column without own blocks"
            raise StudyError(
                msg, column="[villages] blocks_id", value=self.blocks_id, remedy='add blocks = "file.gpkg"'
            )


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study file, read and checked."""

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
    catalog: Catalog

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
        """How far around the area streets and sites matter: the longest walk of any profile or sensitivity."""
        longest = max(profile.metres(self.parameters.cutoff_min) for profile in self.profiles)
        return max(longest + self.parameters.max_snap_m, *self.parameters.sensitivity_m, 0.0)


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
    "parameters": Parameters,
    "places": PlaceRules,
    "villages": VillagesInput,
    "village_weights": VillageWeights,
}
_KNOWN = (*_TABLES, "sites", "profiles", "layers")


def read(path: Path | str) -> Study:
    """Read and check a study file.

    Raises
    ------
    MissingFileError
        If it does not exist, or a file that it names does not.
    StudyError
        If it is no TOML, or has an unknown key, a missing key or a value of the wrong type.
    """
    path = Path(path)
    content = document.load(path)
    document.known_keys(content, _KNOWN, where="the study file", path=path)
    parts = {
        name: document.table_of(kind, content.get(name, {}), where=f"[{name}]", path=path)
        for name, kind in _TABLES.items()
    }
    entries = content.get("sites", [])
    if not isinstance(entries, list) or not entries:
        msg = "the study names no site files"
        raise StudyError(
            msg, file=path, remedy='add at least one [[sites]] with layer = "..." and file = "..."'
        )
    sites = tuple(
        document.table_of(SitesInput, entry, where=f"[[sites]] {number}", path=path)
        for number, entry in enumerate(entries, 1)
    )
    head: _Head = parts.pop("study")
    names = dict.fromkeys((parts["parameters"].profile, *parts["parameters"].profiles))
    profiles = [_profile(name, content.get("profiles", {}), path) for name in names]
    study = Study(
        path=path,
        title=head.title or path.stem,
        fictional=head.fictional,
        sites=sites,
        profile=profiles[0],
        profiles=tuple(profiles),
        catalog=_catalog(content.get("layers", {}), path),
        **parts,
    )
    _check(study)
    return study


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
    table: _OwnProfile = document.table_of(_OwnProfile, own[name], where=f"[profiles.{name}]", path=path)
    try:
        return WalkProfile(
            name=name,
            name_ko=table.name_ko or name,
            name_en=table.name_en or name,
            speed_kmh=table.speed_kmh,
            steps_factor=table.steps_factor if table.steps else None,
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
        layer: _OwnLayer = document.table_of(_OwnLayer, table, where=f"[layers.{key}]", path=path)
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
    named = [item for item in ("extract", "graphml", "place") if getattr(study.streets, item)]
    if len(named) != 1:
        msg = "[streets] must name exactly one of extract, graphml and place"
        raise StudyError(msg, file=study.path, value=named, remedy='for example extract = "seoul.osm.pbf"')
    if study.streets.official and not study.streets.extract:
        msg = "[streets] names an official network without an extract"
        remedy = (
            "add extract: the official network has only ways for walkers, and blocks lie between carriageways"
        )
        raise StudyError(msg, file=study.path, value=study.streets.official, remedy=remedy)
    for entry in study.sites:
        if not _layer(study, entry.layer).points:
            msg = "this service has no places that could be reached"
            raise StudyError(msg, file=study.path, value=entry.layer, remedy="take that [[sites]] entry out")
    for key in study.geocoding.except_layers:
        _layer(study, key)
    inputs = [study.area.boundaries, study.streets.extract, study.streets.graphml, study.streets.official]
    inputs += [study.population.table, study.population.output_areas, study.population.points]
    inputs += [study.population.grid, study.elevation.raster, *(entry.file for entry in study.sites)]
    inputs += [study.villages.blocks, study.villages.idle_spaces, *study.geocoding.address_tables]
    for name in filter(None, inputs):
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
    return resources.files("sharemap.pipeline").joinpath("starter.toml").read_text(encoding="utf-8")
