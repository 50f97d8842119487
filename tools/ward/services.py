"""Which services stand in which place, and what they are called. All names are made up."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tools.ward import plan
from tools.ward.shapes import degrees
from tools.ward.siting import allowed, beyond, odds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tools.ward.people import DongArea
    from tools.ward.places import Board
    from tools.ward.walks import Ground

__all__ = ["HOSTILE", "SPACES", "SUPPORT", "VILLAGES", "Place", "Site", "settle"]

SPACES = (
    "community_centre",
    "shared_space",
    "shared_asset",
    "open_facility",
    "shared_kitchen",
    "toy_library",
    "tool_library",
    "shared_storage",
    "repair_shop",
    "library",
    "bookshop",
)
# support layers and how many sites each gets beside those in community centres and traps
SUPPORT: Mapping[str, int] = MappingProxyType(
    {
        "bike_station": 88,
        "car_share": 34,
        "parking_public": 36,
        "parking_resident": 56,
        "parking_annexed": 18,
        "public_wifi": 40,
        "sharing_org": 12,
    }
)
# support sites beyond the border, which serve residents on this side of it
_BEYOND = ("bike_station",) * 4 + ("car_share", "parking_public") * 2 + ("public_wifi",) * 2
_AT_KERB = ("bike_station", "parking_resident")
_Layers = tuple[tuple[str, ...], ...]
# (flat point, the services of each place)
VILLAGES: tuple[tuple[tuple[float, float], _Layers], ...] = (
    ((1300, 1750), (("library",), ("bookshop",), ("tool_library",), ("shared_kitchen",))),
    ((2100, 2450), (("toy_library",), ("shared_space",), ("repair_shop",))),
    (
        (3400, 1250),
        (
            ("community_centre", "open_facility", "tool_library"),
            ("library",),
            ("bookshop",),
            ("shared_storage",),
            ("shared_kitchen",),
        ),
    ),
    ((2700, 3000), (("bookshop",), ("library",), ("shared_space", "shared_kitchen"))),
    ((1900, 330), (("open_facility",), ("library",), ("repair_shop",), ("shared_asset",))),
)
_BARRIERS: tuple[tuple[str, tuple[float, float], _Layers], ...] = (
    ("river", (1560, 1060), (("bookshop",), ("library",), ("shared_kitchen",))),
    ("railway", (3640, 3080), (("open_facility",), ("shared_kitchen",), ("shared_asset",))),
)
_PAIRS: tuple[tuple[tuple[float, float], _Layers], ...] = (
    ((500, 600), (("library",), ("bookshop",))),
    ((4250, 1850), (("shared_space",), ("tool_library",))),
    ((700, 2300), (("bookshop",), ("library",))),
)
_CHAINS: tuple[tuple[tuple[float, float], _Layers], ...] = (
    ((3300, 2400), (("library",), ("shared_kitchen",), ("bookshop",))),
    ((2000, 3350), (("open_facility",), ("shared_kitchen",), ("library",))),
)
_SUPPORT_ONLY = (4350.0, 2350.0)
_CENTRE = ("community_centre", "open_facility")
_FULL_CENTRE = (*_CENTRE, "tool_library", "library")
# those with the widest gaps choose first
_SINGLES: Mapping[str, int] = MappingProxyType(
    {
        "toy_library": 3,
        "tool_library": 2,
        "shared_storage": 5,
        "repair_shop": 3,
        "library": 16,
        "bookshop": 10,
        "open_facility": 17,
        "shared_space": 6,
        "shared_asset": 6,
        "shared_kitchen": 3,
    }
)
_WORDS = [
    "가람",
    "나래",
    "다솜",
    "라온",
    "마루",
    "바다",
    "사랑",
    "아라",
    "자람",
    "차오름",
    "하늘",
    "햇살",
    "달빛",
    "별빛",
    "꽃길",
    "푸른",
    "맑은",
    "한솔",
    "도담",
    "새봄",
    "은하",
    "온새미",
    "여울",
    "미리내",
    "샛별",
    "너울",
    "단비",
    "시나브로",
    "아름",
    "초록",
    "윤슬",
    "다온",
    "느티",
    "소담",
    "해밀",
    "예그리나",
    "보람",
    "물결",
    "산들",
    "두레",
]
_ENDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "library": ("작은도서관", "마을도서관", "어린이도서관"),
        "bookshop": ("책방", "서점", "북스"),
        "open_facility": ("종합사회복지관", "청소년센터", "문화센터", "체육관"),
        "toy_library": ("장난감도서관",),
        "tool_library": ("공구도서관", "공구대여소"),
        "shared_space": (" 마을활력소", " 공유공간"),
        "shared_asset": ("마을회관", "마을사랑방"),
        "shared_storage": ("공유창고",),
        "repair_shop": ("수리점", "리페어샵"),
        "shared_kitchen": ("공유부엌", "공유주방"),
        "car_share": (" 주차장", "빌딩", "마트"),
        "parking_public": (" 공영주차장(구)",),
        "parking_resident": ("구역",),
        "parking_annexed": ("교회 부설주차장", "빌딩 부설주차장"),
        "public_wifi": ("공원", "경로당", "도서실", "쉼터"),
        "sharing_org": ("협동조합", "사회적기업", "마을기업"),
    }
)
# what a careless or hostile source may hold: layer -> name in a village, so that it reaches every output
HOSTILE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("village 1", "bookshop"): "<img src=x onerror=alert(1)>",
        ("village 2", "shared_space"): "@누리",
        ("village 3", "shared_storage"): '=HYPERLINK("http://x","y")',
        ("village 4", "bookshop"): "북적북적 📚 책방",
        (
            "village 5",
            "shared_asset",
        ): "\u1112\u1161\u11ab\u110b\u116e\u11af\u1106\u1161\u110b\u1173\u11af\u1112\u116c\u1100\u116a\u11ab",
    }
)


@dataclass(frozen=True)
class Place:
    """A building or a spot at the roadside with its services."""

    number: int
    group: str
    xy: tuple[float, float]
    street: str
    dong: str
    layers: tuple[str, ...]
    ward: str = plan.WARD


@dataclass(frozen=True)
class Site:
    """A published service as it truly is, before its file spoils it."""

    layer: str
    name: str
    place: int
    street: str
    dong: str
    lon: float
    lat: float
    ward: str = plan.WARD

    @property
    def address(self) -> str:
        """Address in full."""
        return f"서울특별시 {self.ward} {self.street}"


def settle(board: Board, dongs: list[DongArea]) -> tuple[list[Place], list[Site]]:
    """Put all places down and give them services, names and addresses."""
    wishes = list(_wishes(board, dongs))
    addresses = _Addresses(board.ground)
    areas = np.array([dong.polygon for dong in dongs], dtype=object)
    places = []
    for number, (seat, layers) in enumerate(wishes):
        held = board.seats[seat]
        xy = (board.ground.spots.kerb if held.kerb else board.ground.spots.xy)[held.spot]
        inside = np.flatnonzero(shapely.intersects(areas, shapely.Point(xy)))
        dong = dongs[int(inside[0])].name if inside.size else dongs[0].name
        places.append(
            Place(
                number, held.group, (float(xy[0]), float(xy[1])), addresses.take(xy, held.spot), dong, layers
            )
        )
    outside = beyond(board, shapely.union_all(areas), _BEYOND)
    for number, (xy, layer) in enumerate(zip(outside, _BEYOND, strict=True), start=len(places)):
        ward, dong = plan.NEIGHBOUR
        at = (float(xy[0]), float(xy[1]))
        places.append(Place(number, "", at, addresses.take(xy, number), dong, (layer,), ward))
    return places, _sites(places, board.rng)


def _wishes(board: Board, dongs: list[DongArea]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Seat and services of each place, the demanding ones first."""
    for k, (flat, services) in enumerate(VILLAGES, start=1):
        yield from zip(board.cluster(f"village {k}", len(services), flat), services, strict=True)
    for name, flat, services in _BARRIERS:
        yield from zip(board.barrier(f"barrier {name}", flat), services, strict=True)
    for k, (flat, services) in enumerate(_PAIRS, start=1):
        yield from zip(board.cluster(f"pair {k}", 2, flat, walk=(160, 320)), services, strict=True)
    for k, (flat, services) in enumerate(_CHAINS, start=1):
        yield from zip(board.chain(f"chain {k}", flat), services, strict=True)
    for seat in board.cluster("support only", 3, _SUPPORT_ONLY):
        yield seat, ("bike_station",)
    yield from _centres(board, dongs)
    xy = board.ground.spots.xy
    likely = odds(xy)
    for layer, count in _SINGLES.items():
        may = allowed(xy, [layer])
        for _ in range(count):
            yield board.add(board.choose(board.open() & may, odds=likely)), (layer,)
    for layer, count in SUPPORT.items():
        may, kerb = allowed(xy, [layer]), layer in _AT_KERB
        for _ in range(count):
            spot = board.choose(board.open_for_support(kerb=kerb) & may, odds=likely)
            yield board.add(spot, space=False, kerb=kerb), (layer,)


def _centres(board: Board, dongs: list[DongArea]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """One community centre in each dong; the dong of the village with one has it already."""
    xy = board.ground.spots.xy
    points = shapely.points(xy)
    held = shapely.Point(xy[board.seats[_first_centre()].spot])
    pending = [dong for dong in dongs if not dong.polygon.intersects(held)]
    for k, dong in enumerate(pending):
        group = "co-located" if k == 0 else ""
        middle = dong.polygon.representative_point()
        inside = board.open(group) & shapely.contains(dong.polygon, points)
        away = np.asarray(shapely.distance(points, middle))
        extra = ("public_wifi", *(("tool_library",) if k % 2 else ()), *(("library",) if k % 3 == 0 else ()))
        must = _FULL_CENTRE if k == 0 else _CENTRE
        spot = board.choose(inside & allowed(xy, must), weight=away)
        layers = [*must, *(layer for layer in extra if layer not in must and allowed(xy[[spot]], [layer])[0])]
        yield board.add(spot, group), tuple(layers)


def _first_centre() -> int:
    """Return the number of the first seat of the village that holds a community centre."""
    before = 0
    for _, services in VILLAGES:
        if "community_centre" in services[0]:
            break
        before += len(services)
    return before


class _Addresses:
    """Road-name addresses: the named street in front and a number that grows along it; none is given twice."""

    def __init__(self, ground: Ground) -> None:
        named = [
            k for k, tags in enumerate(ground.streets.tags) if tags.get("name", "").endswith(("로", "길"))
        ]
        named = [
            k
            for k in named
            if ground.streets.tags[k].get("highway") not in ("path", "steps", "trunk", "cycleway")
        ]
        self._tags = ground.streets.tags
        self._pieces = np.array(named)
        self._lines = np.array(ground.streets.lines, dtype=object)[self._pieces]
        self._tree = shapely.STRtree(self._lines)
        self._starts: dict[str, NDArray[np.float64]] = {}
        self._taken: set[str] = set()
        for k in named:
            self._starts.setdefault(ground.streets.tags[k]["name"], ground.streets.nodes[ground.streets.u[k]])

    def take(self, xy: NDArray[np.float64], salt: int) -> str:
        """Street and number of a point; an odd salt gives an even number."""
        name = self._tags[self._pieces[self._tree.nearest(shapely.Point(xy))]]["name"]
        number = 2 * int(np.hypot(*(xy - self._starts[name])) // 20) + 1 + salt % 2
        while f"{name} {number}" in self._taken:
            number += 2
        self._taken.add(f"{name} {number}")
        return f"{name} {number}"


def _sites(places: Sequence[Place], rng: np.random.Generator) -> list[Site]:
    """Name the services; those of one building are published a few metres apart."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    sites = []
    for place in places:
        shared = _building_name(place)
        for k, layer in enumerate(place.layers):
            shift = rng.uniform(-3.5, 3.5, 2) if k else np.zeros(2)
            lon, lat = degrees(np.array([place.xy]) + shift)[0]
            name = HOSTILE.get((place.group, layer)) or _name(layer, place, shared, rng)
            used[layer][name] += 1
            if used[layer][name] > 1:
                name = f"{name} {used[layer][name]}호"
            sites.append(
                Site(layer, name, place.number, place.street, place.dong, float(lon), float(lat), place.ward)
            )
    return sites


def _building_name(place: Place) -> str:
    return f"{place.dong} 주민센터" if "community_centre" in place.layers else ""


def _name(layer: str, place: Place, shared: str, rng: np.random.Generator) -> str:
    if layer == "bike_station":
        return f"{place.street.split()[0]} {rng.choice(['입구', '사거리', '정류장 앞', '공원 앞', '아파트 앞', '교차로 옆'])}"
    if shared:
        dong = place.dong
        return {"tool_library": f"{dong} 공구도서관", "library": f"{dong} 작은도서관"}.get(layer, shared)
    end = str(rng.choice(list(_ENDS[layer])))
    if layer in ("parking_public", "parking_resident"):
        return f"{place.street.split()[0]} {end.strip()}"
    return f"{rng.choice(_WORDS)}{end}"
