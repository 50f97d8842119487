"""The headline numbers of a run: what ``summary.json`` holds, as one type.

Shares are between 0 and 1 with six decimals, parts of the residents are persons with up to three. ``None`` is "no data".
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  pydantic reads the annotations
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from sharemap.errors import InputError
from sharemap.findings.blocks import LargeBlocks  # noqa: TC001  pydantic reads the annotations
from sharemap.findings.evidence_figures import EvidenceFigures  # noqa: TC001  likewise
from sharemap.findings.placing import Placing  # noqa: TC001  likewise
from sharemap.findings.sureness import Chance, ShareInterval, VillageCounts
from sharemap.schema import FORMAT, PeopleKnown

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import TypeAdapter

__all__ = [
    "FORMAT",
    "AreaFigures",
    "Chance",
    "DroppedStreets",
    "EquityFigure",
    "GapFigure",
    "GroupFigures",
    "LayerFigures",
    "NetworkFigures",
    "OwnPace",
    "PopulationChanges",
    "PrintedSource",
    "ProfileFigures",
    "RowCounts",
    "RunWarning",
    "SensitivityShare",
    "Served",
    "ShareInterval",
    "Summary",
    "TimeShare",
    "UnservedList",
    "VillageCounts",
    "summary_schema",
]


@dataclass(frozen=True, kw_only=True)
class AreaFigures:
    """The study area, and the CRS in which it and everything in it is measured."""

    wards: tuple[str, ...]
    dongs: int
    area_km2: float
    crs: str


@dataclass(frozen=True, kw_only=True)
class DroppedStreets:
    """Streets that nobody may walk on, by class and reason."""

    highway: str
    reason: str
    km: float


@dataclass(frozen=True, kw_only=True)
class NetworkFigures:
    """The walking network: its pieces, each walked by itself, and its islands, which are not used."""

    nodes: int
    edges: int
    length_km: float | None
    pieces: int | None
    islands: int | None
    islands_length_km: float | None
    dropped_km: tuple[DroppedStreets, ...]


@dataclass(frozen=True, kw_only=True)
class RowCounts:
    """Rows read = sites + folded + set aside."""

    rows_read: int
    sites: int
    folded: int
    set_aside: int
    sites_in_area: int
    places: int
    places_in_area: int


@dataclass(frozen=True, kw_only=True)
class Served:
    """Residents in three parts: served, known not to be, and unknown; no share where nobody lives.

    ``share`` is as filed. It is at least ``share_at_least``, what it would be without sites in doubt, and at most
    ``share_at_most``, what it would be if all unknown residents were served.
    """

    covered: float
    uncovered: float
    unknown: float
    share: float | None
    share_at_least: float | None
    share_at_most: float | None


@dataclass(frozen=True, kw_only=True)
class LayerFigures:
    """One layer: its rows and whom it serves, as :class:`Served` has it; ``covered`` and what follows are None without data.

    ``wards_without_data`` are the wards of which its files tell nothing, code and name.
    """

    layer: str
    name_ko: str
    name_en: str
    group: str
    role: str
    colour: str
    symbol: str
    rows_read: int
    sites: int
    folded: int
    set_aside: int
    places: int
    sites_in_area: int
    places_in_area: int
    unsnapped: int
    wards_without_data: Mapping[str, str]
    covered: float | None
    uncovered: float | None
    unknown: float | None
    share: float | None
    share_at_least: float | None
    share_at_most: float | None

    @property
    def served(self) -> Served | None:
        """Whom it serves; None without data."""
        told = {item.name: getattr(self, item.name) for item in fields(Served)}
        return None if self.covered is None else Served(**told)


@dataclass(frozen=True, kw_only=True)
class GroupFigures(Served):
    """One group of the plan's services."""

    group: str
    name_ko: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class OwnPace:
    """Who is served when each age walks at its own pace: residents of ``age_band`` as ``profile``, the others as the study."""

    profile: str
    age_band: str
    groups: Mapping[str, Served]
    all_groups: Served | None


@dataclass(frozen=True, kw_only=True)
class GapFigure:
    """Residents of the age that a profile is about whom the study's profile reaches and that one does not."""

    residents: float
    share: float | None


@dataclass(frozen=True, kw_only=True)
class ProfileFigures:
    """The headline for one walking profile.

    ``groups`` and ``all_groups`` say who would be served if everybody walked so. ``gap`` (by group, and
    ``all_groups``) counts residents of ``age_band``, all of them where it is ``"all"``, and is empty for the study's
    own. ``residents_by_other_door`` join another street than they do for the study's walker, because this one cannot use
    that one, and ``residents_without_street`` none.
    """

    profile: str
    profile_ko: str
    profile_en: str
    speed_kmh: float
    steps_factor: float | None
    cutoff_m: float
    age_band: str
    groups: Mapping[str, Served]
    all_groups: Served | None
    residents_by_other_door: float | None
    residents_without_street: float | None
    gap: Mapping[str, GapFigure]


@dataclass(frozen=True, kw_only=True)
class UnservedList:
    """A list of unserved areas: how many people of ``age_band`` are not served, in its areas, and in none of them.

    ``basis`` is ``"known"`` (of who is known not to be served) or ``"as_filed"`` (as if a ward without data had no site,
    where that is another list); one more site would reach ``next_reached`` of the rest.
    """

    profile: str
    kind: str
    key: str
    basis: str
    age_band: str
    unserved: float
    areas: int
    reached: float
    rest: float
    next_reached: float
    most: int
    least: int


@dataclass(frozen=True, kw_only=True)
class TimeShare:
    """Share served at a weekday and time: by sites known to be open, by those that may be, and at most."""

    when: str
    key: str
    key_ko: str
    share_open: float | None
    share_maybe: float | None
    share_at_most: float | None


@dataclass(frozen=True, kw_only=True)
class SensitivityShare:
    """Share served within another cutoff; ``own`` marks the study's."""

    key: str
    cutoff_m: float
    cutoff_min: float
    own: bool
    share: float | None
    share_at_most: float | None


@dataclass(frozen=True, kw_only=True)
class EquityFigure:
    """One figure of equity among all residents, its extremes without any one dong, and its sentence."""

    measure: str
    level: str
    figure: str
    value: float | None
    low: float | None
    high: float | None
    sentence_ko: str


@dataclass(frozen=True, kw_only=True)
class PopulationChanges:
    """Dongs that only the table or only the map has, and the residents who are placed nowhere."""

    only_in_table: Mapping[str, int]
    only_on_map: tuple[str, ...]
    unplaced: int


@dataclass(frozen=True, kw_only=True)
class PrintedSource:
    """One input, as every map and sheet prints it."""

    name: str
    name_en: str
    file: str
    ref_date: str
    licence: str


@dataclass(frozen=True, kw_only=True)
class RunWarning:
    """What a stage warned of: as it was logged, and in Korean where the warning has a term.

    A ``gross`` one stops a run that does not allow it.
    """

    stage: str
    text: str
    text_ko: str
    gross: bool


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The headline numbers of a run.

    ``people_known`` says what the study knows of its residents; where it is ``"nothing"`` every number of residents is
    None, and where it is ``"totals"`` every number of an age. ``all_groups`` is the promise of the plan, residents who reach
    all of its groups; None also when the study has no layer of some group (``groups_without_data``), because it then cannot
    be judged. ``residents_without_street`` are those whose walk nobody knows: neither served nor unserved.
    """

    format: int
    title: str
    fictional: bool
    generated: str
    profile: str
    profile_ko: str
    profile_en: str
    speed_kmh: float
    cutoff_min: float
    cutoff_m: float
    minutes: tuple[float, ...]
    adjacent_m: float
    min_places: int
    max_snap_m: float
    area: AreaFigures
    people_known: PeopleKnown
    residents: int | None
    residents_without_street: float | None
    residents_by_method: Mapping[str, int]
    network: NetworkFigures
    rows: RowCounts
    geocoded: Mapping[str, int]
    layers: tuple[LayerFigures, ...]
    groups: tuple[GroupFigures, ...]
    all_groups: Served | None
    own_pace: OwnPace
    groups_without_data: tuple[str, ...]
    own_groups: bool
    profiles: tuple[ProfileFigures, ...]
    least_mobile: str
    unserved: tuple[UnservedList, ...]
    when: tuple[TimeShare, ...]
    sensitivity: tuple[SensitivityShare, ...]
    equity: tuple[EquityFigure, ...]
    intervals: tuple[ShareInterval, ...]
    placing: Placing
    large_blocks: LargeBlocks
    population_changes: PopulationChanges
    residents_masked_rows: int
    residents_outside: Mapping[str, Any]
    villages: VillageCounts
    evidence: EvidenceFigures
    warnings: tuple[RunWarning, ...]
    sources: tuple[PrintedSource, ...]
    attribution: str

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``summary.json``."""
        found: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return found

    @classmethod
    def from_json(cls, content: Mapping[str, Any], *, file: Path | str | None = None) -> Summary:
        """Read the content of ``summary.json``.

        Raises
        ------
        InputError
            If it is of another format, or not what :func:`summary_schema` describes.
        """
        from pydantic import ValidationError

        remedy = "make the folder anew with `sharemap run`"
        if content.get("format") != FORMAT:
            msg = f"a result of format {content.get('format', 1)}; this version reads format {FORMAT}"
            raise InputError(msg, file=file, remedy=remedy)
        try:
            return _adapter().validate_python(content)
        except ValidationError as error:
            first = error.errors()[0]
            msg = f"summary.json is not as described ({first['msg']})"
            at = ".".join(map(str, first["loc"]))
            raise InputError(msg, file=file, column=at, remedy=remedy) from error


def summary_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``summary.json``.

    Examples
    --------
    >>> summary_schema()["title"]
    'Summary'
    """
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_adapter().json_schema()}


@cache
def _adapter() -> TypeAdapter[Summary]:
    # only who reads or writes a summary waits for pydantic, which pandera brings along
    from pydantic import TypeAdapter

    return TypeAdapter(Summary)
