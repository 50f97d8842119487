"""What the page's script is told, every field by its name: the contract between Python and the browser.

All of it goes to JSON as it stands (:func:`as_json`). Where thousands of rows make names too heavy, a table goes as
columns of equal length (sites, blocks, names of streets). A row of plain numbers is a named tuple: it goes as a list,
and :class:`RowNames` tells the script its names once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sharemap.maps.screen.contract_villages import Line, Polygons, ShownVillage, Spot  # noqa: TC001  read when a schema is made

__all__ = [
    "BlockReach",
    "ColourClass",
    "Colours",
    "GapWalk",
    "GenericColumn",
    "GenericTable",
    "Letters",
    "PageData",
    "Percent",
    "ReachFigures",
    "RowNames",
    "ShareOf",
    "ShownBlocks",
    "ShownDong",
    "ShownGap",
    "ShownGround",
    "ShownLayer",
    "ShownPair",
    "ShownProfile",
    "ShownSites",
    "ShownTheme",
    "StreetNames",
    "as_json",
]


class ShareOf(NamedTuple):
    """Residents of a dong who are served, and their share."""

    covered: int
    share: float | None


class GapWalk(NamedTuple):
    """The walk from an unserved area to the nearest site, of its middle and of its farthest resident."""

    walk_m: float | None
    walk_min: float | None
    longest_min: float | None
    walk_is: str


@dataclass(frozen=True, kw_only=True)
class RowNames:
    """The names in each kind of row that goes as a list."""

    facts: tuple[str, ...]
    shares: tuple[str, ...]
    walk: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Letters:
    """How geometry is packed: the origin in degrees, the step in degrees, the alphabet, the bits of a letter."""

    lon: float
    lat: float
    step: float
    alphabet: str
    bits: int


@dataclass(frozen=True, kw_only=True)
class Percent:
    """How a share is rounded: to whole steps of this many in one, halves up, shown with so many decimals."""

    steps: int
    decimals: int


@dataclass(frozen=True, kw_only=True)
class ColourClass:
    """The lower bound of a class and its colour."""

    low: float
    colour: str


@dataclass(frozen=True, kw_only=True)
class Colours:
    """The colours that the drawing shares with the printed maps, and the classes of shares and gaps."""

    ink: str
    area: str
    loop: str
    village: str
    short: str
    gap: str
    water: str
    no_share: str
    classes: list[ColourClass]
    gap_classes: list[ColourClass]


@dataclass(frozen=True, kw_only=True)
class ShownTheme:
    """What a reader may choose to see: the promise, a group or a layer, with its share of all residents.

    ``bounds`` says what the share is at least and at most; nothing where both are the share.
    """

    key: str
    kind: Literal["promise", "group", "layer"]
    name: str
    covered: int | None
    unknown: int | None
    share: float | None
    bounds: str


@dataclass(frozen=True, kw_only=True)
class ShownLayer:
    """A layer of sites."""

    key: str
    name: str
    group: str
    role: str
    colour: str
    symbol: str
    sites: int


@dataclass(frozen=True, kw_only=True)
class ShownProfile:
    """A walking profile, with the people it is about in the order of the themes; nothing where the run has no such table.

    ``counted`` names these people, and ``note`` says where they are assumed.
    """

    key: str
    name: str
    speed: float | None
    counted: str
    note: str
    residents: list[int | None] | None
    covered: list[int | None] | None
    unknown: list[int | None] | None
    gap: list[int | None] | None


@dataclass(frozen=True, kw_only=True)
class ShownGround:
    """The ground: streets by class, water, railways."""

    streets: dict[str, list[Line]]
    water: Polygons
    streams: list[Line]
    railway: list[Line]


@dataclass(frozen=True, kw_only=True)
class StreetNames:
    """Names of streets, as columns: class (0 is the largest), position, angle in degrees clockwise."""

    name: list[str]
    rank: list[int]
    x: list[int]
    y: list[int]
    angle: list[int]


@dataclass(frozen=True, kw_only=True)
class ShownDong:
    """A dong: its shares by theme, and by profile the people it is about, in the order of the themes and in all.

    ``unknown`` has only the profiles to which somebody in the dong is unknown; ``thin`` says that its shares rest on
    little and are written as whole per cents.
    """

    code: str
    name: str
    ward: str
    ward_code: str
    thin: bool
    residents: int | None
    shares: dict[str, ShareOf]
    by: dict[str, list[int | None]]
    unknown: dict[str, list[int | None]]
    gap: dict[str, list[int | None]]
    counted: dict[str, int]
    shape: Polygons
    at: Spot


@dataclass(frozen=True, kw_only=True)
class ShownPair:
    """Two spaces that are one short of a village."""

    rank: int
    names: tuple[str, str]
    ends: list[Spot]
    dong: str
    walk: float
    block: str
    residents: int | None


@dataclass(frozen=True, kw_only=True)
class ShownSites:
    """The sites, as columns; a layer and a `position` are their places among those of the page, `doubt` contradicts it."""

    layer: list[int]
    name: list[str]
    address: list[str]
    hours: list[str]
    phone: list[str]
    operator: list[str]
    capacity: list[float | None]
    ref_date: list[str]
    source: list[str]
    place_id: list[str]
    dong_name: list[str]
    x: list[int]
    y: list[int]
    swapped: list[int]
    position: list[int]
    doubt: list[str]
    in_area: list[int]
    loose: list[int]


@dataclass(frozen=True, kw_only=True)
class ShownGap:
    """An unserved area; `at` is where its new site would stand, `people` are those it is ranked by."""

    id: str
    profile: str
    key: str
    rank: int
    people: int
    counted: str
    residents: int
    ages: list[int]
    site: str
    dong: str
    dongs: int
    nearest: str
    layer: str
    walk: GapWalk
    sentence: str
    at: Spot
    shape: Polygons


@dataclass(frozen=True, kw_only=True)
class ReachFigures:
    """Of each block three letters, then block and number where only some arrive of those who are not unknown.

    ``unknown`` has block and number where there are unknown residents.
    """

    letters: str
    some: list[int]
    unknown: list[int]


@dataclass(frozen=True, kw_only=True)
class BlockReach:
    """What is within reach of each block.

    Attributes
    ----------
    far
        Metres to the home that speaks for a block without residents, 0 elsewhere.
    by
        Profile -> figures in the order of the themes.
    unreached
        Tenths of minutes that mean that no site is in reach.
    untold
        Tenths of minutes that mean that all residents are unknown.
    most_sites
        A count of sites that means so many or more.
    """

    far: list[int]
    by: dict[str, list[ReachFigures]]
    unreached: int
    untold: int
    most_sites: int


@dataclass(frozen=True, kw_only=True)
class ShownBlocks:
    """The blocks, as columns; over a wide area streets and dong are told of those that are mentioned.

    ``large`` are the positions of those of which one figure tells little.
    """

    id: list[str]
    streets: list[str]
    dong: list[str]
    residents: list[int | None]
    large: list[int]
    shape: list[Polygons]
    near: BlockReach | None


@dataclass(frozen=True, kw_only=True)
class GenericColumn:
    """A column of a table that has no view of its own."""

    title: str
    kind: str
    number: bool


@dataclass(frozen=True, kw_only=True)
class GenericTable:
    """A table that has no view of its own: listed under the map and, where its rows lie somewhere, drawn on it.

    Attributes
    ----------
    names
        The text that stands for each row on the map.
    spots, lines, shapes
        Where each row lies; two of the three are empty, all where `kind` is ``none``.
    """

    key: str
    title: str
    note: str
    kind: Literal["none", "points", "lines", "polygons"]
    colour: str
    columns: list[GenericColumn]
    names: list[str]
    rows: list[list[str | float | bool | None]]
    spots: list[Spot]
    lines: list[list[Line]]
    shapes: list[Polygons]


@dataclass(frozen=True, kw_only=True)
class PageData:
    """Everything the script is told."""

    say: dict[str, str]
    colours: Colours
    percent: Percent
    ages: list[str]
    row_names: RowNames
    letters: Letters
    wide: bool
    cutoff: str
    minutes: list[float]
    residents: int | None  # people are thousandths of a person everywhere: they add up exactly
    most_unknown: float
    few: int
    profile: str
    least_mobile: str
    profiles: list[ShownProfile]
    themes: list[ShownTheme]
    doubted: dict[
        str, list[str]
    ]  # theme -> codes of the wards of which its files say nothing, or are doubted
    layers: list[ShownLayer]
    background: ShownGround
    labels: StreetNames
    dongs: list[ShownDong]
    outline: Polygons
    wards: list[Line]
    areas: dict[str, dict[str, Polygons]]
    villages: list[ShownVillage]
    short: list[ShownPair]
    sites: ShownSites
    positions: list[str]
    places: dict[str, str]
    gaps: list[ShownGap]
    rests: dict[str, dict[str, str]]
    blocks: ShownBlocks
    others: list[GenericTable]


def as_json(data: PageData) -> str:
    """Return the data as JSON that cannot end the script element it stands in, nor mean anything else in HTML."""
    text = json.dumps(data, default=_fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _fields(data: Any) -> dict[str, Any]:  # noqa: ANN401  whatever json cannot write by itself
    return vars(data)
