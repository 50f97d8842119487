"""The tables of a study file: their keys, what they are without them, and what they refuse."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, cast

from sharemap.errors import StudyError
from sharemap.hours import MOMENTS, moment
from sharemap.network import Joining, WalkRules
from sharemap.sources.districts import BoundaryColumns
from sharemap.sources.geocoding import CONFIDENCES, provider_named
from sharemap.sources.osm.tags import tag_rules
from sharemap.units import LEAST_MOBILE

if TYPE_CHECKING:
    from sharemap.catalog import Layer
    from sharemap.sources.geocoding.answers import Confidence
    from sharemap.sources.osm.tags import TagRule

__all__ = [
    "AreaInput",
    "ElevationInput",
    "EvidenceInput",
    "GeocodingInput",
    "Input",
    "Parameters",
    "PopulationInput",
    "SitesInput",
    "StreetsInput",
    "VillagesInput",
]

_MOST_MINUTES = 60.0
_MOST_METRES = 10_000.0
_FEWEST_PLACES = 2  # one place is no neighbourhood
_MOST_PLACES = 1_000
_MOST_RUNS = 100_000
_MOST_SEED = 2**63 - 1


def _must(holds: object, said: str, key: str, value: object, *, remedy: str) -> None:
    """Refuse the value of a key of the study file, unless what it must be holds."""
    if not holds:
        raise StudyError(said, column=key or None, value=value, remedy=remedy)


def _share_of(key: str, value: float) -> None:
    _must(0 <= value <= 1, "a share must be between 0 and 1", key, value, remedy="for example 0.9")


@dataclass(frozen=True)
class Input:
    """One thing that a study is made from.

    Attributes
    ----------
    role
        Key of what it is for; that of site files ends with their layer.
    name_ko, name_en
        What it is called where sources are printed.
    file
        The file as the study names it; for streets that OSMnx fetches, the place.
    ref_date, licence
        Its own; empty where the study does not say.
    is_file
        Whether it is a file.
    """

    role: str
    name_ko: str
    name_en: str
    file: str
    ref_date: str
    licence: str
    is_file: bool = True


@dataclass(frozen=True, kw_only=True)
class AreaInput:
    """``[area]``: the study area, and the metric CRS in which it is measured where not the usual one.

    Attributes
    ----------
    boundaries, place, osm
        Exactly one: a map file; a place that OSMnx looks up; tags of the outlines that are meant in the extract.
    name_column, code_column, ward_column
        Columns of the map file, where they are not found by their name.
    name
        What the whole area is called where nothing tells wards.
    boundaries_crs
        Coordinate system of a map file that names none, or a wrong one.
    """

    boundaries: str = ""
    place: str = ""
    osm: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()
    dongs: tuple[str, ...] = ()
    name: str = ""
    name_column: str = ""
    code_column: str = ""
    ward_column: str = ""
    boundaries_crs: str = ""
    crs: str = ""
    ref_date: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        given = [name for name in ("boundaries", "place", "osm") if getattr(self, name)]
        said = "[area] must name exactly one of boundaries, place and osm"
        _must(len(given) == 1, said, "[area]", given, remedy='for example boundaries = "city.geojson"')
        columns = ("name_column", "code_column", "ward_column", "boundaries_crs", "wards")
        more = [name for name in columns if getattr(self, name)]
        more += [name for name in ("dongs",) if self.place and getattr(self, name)]
        said = f"keys of a boundary file beside {given[0]}"
        _must(self.boundaries or not more, said, "[area]", more, remedy="take them out")
        tag_rules(self.osm)

    @property
    def columns(self) -> BoundaryColumns:
        """What the boundary file does not say of itself."""
        return BoundaryColumns(
            name=self.name_column,
            code=self.code_column,
            ward=self.ward_column,
            title=self.name,
            crs=self.boundaries_crs,
        )


@dataclass(frozen=True, kw_only=True)
class StreetsInput:
    """``[streets]``: where the streets come from, and changes to the rules of who may walk where.

    With ``official``, people walk on Seoul's official pedestrian network; the extract still tells blocks, water
    and buildings. With ``lines``, the lines of a map file are walked as given: those of ``lines_layer``, which meet where
    they have a vertex in common, with ``lines_cross`` also where they cross, and over gaps of ``lines_gap_m``.
    """

    extract: str = ""
    official: str = ""
    official_ref_date: str = ""
    official_licence: str = "출처: 서울특별시 서울 열린데이터광장 (data.seoul.go.kr), OA-21208"
    graphml: str = ""
    lines: str = ""
    lines_layer: str = ""
    lines_cross: bool = False
    lines_gap_m: float = 0.0
    place: str = ""
    ref_date: str = ""
    licence: str = ""
    include_highway: tuple[str, ...] = ()
    exclude_highway: tuple[str, ...] = ()
    include_names: tuple[str, ...] = ()
    exclude_names: tuple[str, ...] = ()

    @property
    def printed_licence(self) -> str:
        """What is printed of the streets: that of OpenStreetMap, but for lines, of which only the study can say."""
        return self.licence or ("" if self.lines else "© OpenStreetMap contributors, ODbL")

    @property
    def joining(self) -> Joining:
        """How the lines are made to meet, as the network module takes it."""
        return Joining(crossings=self.lines_cross, gap_m=self.lines_gap_m)

    @property
    def rules(self) -> WalkRules:
        """The changes as the network module takes them."""
        return WalkRules(**{item.name: getattr(self, item.name) for item in fields(WalkRules)})


@dataclass(frozen=True, kw_only=True)
class PopulationInput:
    """``[population]``: who lives where; date and licence are those of the table, or of the homes without one.

    A study may have none: what needs no residents is made, and what needs them says that there are none.
    """

    table: str = ""
    sheet: str = ""
    output_areas: str = ""
    output_areas_ref_date: str = ""
    output_areas_licence: str = ""
    points: str = ""
    grid: str = ""
    raster: str = ""
    homes_ref_date: str = ""
    homes_licence: str = ""
    max_unplaced: float = 0.01
    ref_date: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        homes = [name for name in (self.points, self.grid, self.raster) if name]
        said = "[population] names more than one of points, grid and raster"
        _must(len(homes) <= 1, said, "", homes, remedy="keep one of them")
        both = [self.raster, self.table]
        said = "[population] names a raster beside a table"
        _must(not all(both), said, "", both, remedy="keep one of them: a raster counts people itself")
        _share_of("[population] max_unplaced", self.max_unplaced)

    @property
    def given(self) -> bool:
        """Whether anything says who lives where."""
        return bool(self.table or self.points or self.grid or self.raster)


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
class EvidenceInput:
    """``[evidence]``: what officers have answered to what was to check."""

    answers: str = ""
    ref_date: str = ""


@dataclass(frozen=True, kw_only=True)
class SitesInput:
    """``[[sites]]``: one published file of one layer and which of its rows are meant, or what OpenStreetMap has of it.

    Attributes
    ----------
    osm
        Tags of the elements of ``[streets] extract`` that are meant; true for those of the catalogue.
    sheet, gpkg_layer
        Sheet of a workbook, layer of a map file; found by their columns when not named.
    only
        Column -> the values of the rows that are meant; all rows without it.
    crs
        Coordinate system of its numbers; by its columns, or by the numbers, when not named.
    """

    layer: str
    file: str = ""
    source: str = ""
    osm: tuple[str, ...] | bool = ()
    sheet: str = ""
    gpkg_layer: str = ""
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    crs: str = ""
    ref_date: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        given = [name for name in ("file", "osm") if getattr(self, name)]
        said, example = (
            "an entry of [[sites]] must name exactly one of file and osm",
            'for example file = "library.csv"',
        )
        _must(len(given) == 1, said, "", given, remedy=f"{example}, or osm = true")
        said = "sites from OpenStreetMap have one source"
        _must(not (self.osm and self.source), said, "source", self.source, remedy="take it out")
        of_file = [name for name in ("sheet", "gpkg_layer", "only", "crs") if getattr(self, name)]
        said = "sites from OpenStreetMap have no file"
        _must(not (self.osm and of_file), said, "osm", of_file, remedy="take them out, or name a file")
        both = [self.sheet, self.gpkg_layer]
        said = "an entry of [[sites]] names both a sheet and a layer of a map file"
        _must(not all(both), said, "sheet", both, remedy="keep one of them")

    def tags_of(self, layer: Layer) -> tuple[TagRule, ...]:
        """Return the tags of the elements that are meant; none for an entry with a file.

        Raises
        ------
        StudyError
            If they cannot be read, or the catalogue knows none of the layer.
        """
        if self.osm is not True:
            return tag_rules(self.osm or ())
        known = "the catalogue knows no tags of OpenStreetMap for this layer"
        _must(layer.osm, known, "osm", layer.key, remedy='name them: osm = ["amenity=library"]')
        return tag_rules(layer.osm)


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
        known = f"use one of {', '.join(CONFIDENCES)}"
        sure = self.min_confidence
        _must(sure in CONFIDENCES, "an unknown confidence", "[geocoding] min_confidence", sure, remedy=known)
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
    unserved_areas: int = 50
    unserved_people: int = 100
    times: tuple[str, ...] = MOMENTS

    def __post_init__(self) -> None:
        _must(
            self.minutes and all(0 < value <= _MOST_MINUTES for value in self.minutes),
            "minutes must be a list of numbers above 0 and at most 60",
            *("[parameters] minutes", list(self.minutes)),
            remedy="for example [5, 10, 15]",
        )
        _must(
            all(0 < value <= _MOST_METRES for value in self.sensitivity_m),
            "sensitivity_m must be a list of metres above 0 and at most 10,000",
            *("[parameters] sensitivity_m", list(self.sensitivity_m)),
            remedy="for example [750, 1125, 1275]",
        )
        _must(
            self.times,
            "times must name at least one weekday and time",
            *("[parameters] times", None),
            remedy='for example ["평일 야간 수 20:00"]',
        )
        for text in self.times:
            moment(text)
        for name in ("adjacent_m", "max_snap_m", "isochrone_half_width_m"):
            metres = getattr(self, name)
            said = "a distance must be a number of metres above 0 and at most 10,000"
            _must(0 < metres <= _MOST_METRES, said, f"[parameters] {name}", metres, remedy="for example 150")
        for name in ("unserved_areas", "unserved_people"):
            number, said = getattr(self, name), "a whole number of 1 or more is needed"
            _must(number >= 1, said, f"[parameters] {name}", number, remedy="for example 50")
        fewest, said = self.min_places, "a village needs at least two places, and at most 1,000"
        _must(
            _FEWEST_PLACES <= fewest <= _MOST_PLACES,
            said,
            "[parameters] min_places",
            fewest,
            remedy="the plan says 3",
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
    blocks_ref_date: str = ""
    blocks_licence: str = ""
    idle_spaces: str = ""
    idle_spaces_ref_date: str = ""
    idle_spaces_licence: str = ""
    stability_runs: int = 200
    seed: int = 20210401

    def __post_init__(self) -> None:
        for name, most in (("stability_runs", _MOST_RUNS), ("seed", _MOST_SEED)):
            number, example = getattr(self, name), "for example 200; 0 turns runs off"
            said = f"a whole number of 0 to {most:,} is needed"
            _must(0 <= number <= most, said, f"[villages] {name}", number, remedy=example)
        said, example = "an id column without own blocks", 'add blocks = "file.gpkg"'
        _must(self.blocks or not self.blocks_id, said, "[villages] blocks_id", self.blocks_id, remedy=example)
