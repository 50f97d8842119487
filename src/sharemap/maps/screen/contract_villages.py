"""What the page's script is told of village candidates: a part of :mod:`sharemap.maps.screen.contract`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "NextSpace",
    "ResidentsIn",
    "ShownLoop",
    "ShownMember",
    "ShownScore",
    "ShownService",
    "ShownValue",
    "ShownVillage",
    "ShownWalk",
    "VillageCard",
    "VillageFacts",
]

#: Steps east and north of the origin.
Spot = tuple[int, int]
#: A line in letters.
Line = str
#: Polygons, each a list of rings in letters, the outer one first.
Polygons = list[list[Line]]


class VillageFacts(NamedTuple):
    """The numbers of a village card, each a column of the table of villages."""

    places: float
    services: float
    longest_walk_m: float
    mean_walk_m: float
    loop_m: float
    residents_5min: float | None
    residents_10min: float | None
    residents_15min: float | None
    residents_65_over_15min: float | None
    support_sites: float
    neighbours: float


@dataclass(frozen=True, kw_only=True)
class ShownMember:
    """A place of a village; its order on the loop is 0 for a neighbour."""

    place: str
    member: bool
    order: int
    name: str
    address: str
    layers: list[str]
    at: Spot


@dataclass(frozen=True, kw_only=True)
class ShownWalk:
    """The walk between two places of a village."""

    a: str
    b: str
    metres: float
    minutes: float


@dataclass(frozen=True, kw_only=True)
class ShownService:
    """A site at a place of a village, as it was published."""

    layer: str
    name: str
    hours: str
    capacity: float | None
    phone: str
    operator: str
    address: str


@dataclass(frozen=True, kw_only=True)
class ResidentsIn:
    """Residents within so many minutes: everyone, and by the ages of the page."""

    minutes: int
    all: int
    ages: list[int]


@dataclass(frozen=True, kw_only=True)
class ShownScore:
    """One component of a village's score."""

    component: str
    value: float | None
    weight: float
    points: float


@dataclass(frozen=True, kw_only=True)
class ShownValue:
    """One indicator of a village's value."""

    name: str
    value: float | None
    unit: str


@dataclass(frozen=True, kw_only=True)
class ShownLoop:
    """The everyday loop along the streets, with what stands in its way; nothing where no data tell."""

    lines: list[Line]
    barriers: str


@dataclass(frozen=True, kw_only=True)
class NextSpace:
    """The block where one more space would fit best."""

    block: str
    longest_walk_m: float
    residents: int | None


@dataclass(frozen=True, kw_only=True)
class VillageCard:
    """What the card of a village says beyond its facts; nothing where the run has no table for it."""

    why: str
    score: float
    exact: bool
    doubtful: bool
    doubt: str
    caution: str
    stable: str
    stability: float | None
    rank_low: int | None
    rank_high: int | None
    survived: int | None
    closures: int | None
    next: NextSpace | None
    loop: ShownLoop | None
    services: dict[str, list[ShownService]]
    ages: list[ResidentsIn]
    scores: list[ShownScore]
    values: list[ShownValue]


@dataclass(frozen=True, kw_only=True)
class ShownVillage:
    """A village candidate."""

    id: str
    rank: int
    name: str
    dong: str
    facts: VillageFacts
    sentence: str
    blocks: list[str]
    shape: Polygons
    at: Spot
    places: list[ShownMember]
    walks: list[ShownWalk]
    card: VillageCard
