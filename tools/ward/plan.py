"""What somebody drew by hand: the roads, river, hill, railway and districts of the fictional ward.

Coordinates are metres in the *flat* frame (x to the right, y up). :mod:`tools.ward.shapes` bends and turns
it into EPSG:5179. Nothing here exists in Seoul.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ARTERIALS",
    "BOUNDARY",
    "BOUNDARY_ROADS",
    "BRIDGE_ROADS",
    "CORE",
    "DISTRICTS",
    "DONGS",
    "DUAL",
    "EXPRESSWAY",
    "GAPS",
    "HILL",
    "HUBS",
    "NEIGHBOUR",
    "NORTH_BANK",
    "RAILWAY",
    "RIVER",
    "RIVER_HALF_WIDTH",
    "SOUTH_BANK",
    "TUNNEL_ROAD",
    "WARD",
    "WARD_CODE",
    "Dong",
    "Road",
]

Points = tuple[tuple[float, float], ...]

WARD = "가온구"
NEIGHBOUR = ("나린구", "나린동")  # the ward around it, which has no map of its own here
WARD_CODE = "11990"  # no ward of Seoul has it: they run from 11110 to 11740


@dataclass(frozen=True)
class Road:
    """A through road: its name, its OSM class and the points it passes."""

    name: str
    highway: str
    points: Points


@dataclass(frozen=True)
class Dong:
    """A dong: its name, a point inside it, and the share of its people who are old (0 young .. 1 old)."""

    name: str
    seeds: Points
    age: float


RIVER: Points = (
    (-500, 700),
    (200, 800),
    (900, 930),
    (1600, 880),
    (2300, 720),
    (3000, 700),
    (3700, 850),
    (4300, 1010),
    (5100, 980),
)
RIVER_HALF_WIDTH = 52.0
NORTH_BANK = 132.0  # the road on the embankment, from the middle of the river
SOUTH_BANK = -112.0
EXPRESSWAY = 98.0

HILL: Points = (
    (210, 2800),
    (420, 2700),
    (700, 2720),
    (960, 2800),
    (1090, 3010),
    (1120, 3270),
    (1010, 3480),
    (780, 3590),
    (520, 3560),
    (300, 3420),
    (170, 3180),
    (150, 2960),
)

RAILWAY: Points = (
    (2560, 4050),
    (2950, 3560),
    (3420, 3180),
    (3900, 2800),
    (4330, 2360),
    (4720, 1990),
    (5100, 1700),
)

BOUNDARY: Points = (
    (150, 90),
    (960, 30),
    (1640, 90),
    (2330, 110),
    (3010, 50),
    (3720, 20),
    (4330, 190),
    (4520, 640),
    (4640, 1320),
    (4570, 1980),
    (4430, 2560),
    (4260, 3010),
    (3900, 3560),
    (3130, 3690),
    (2430, 3760),
    (1760, 3700),
    (1300, 3660),
    (760, 3420),
    (480, 3130),
    (190, 2690),
    (90, 2100),
    (50, 1480),
    (90, 760),
)
# (name, first and last corner of the boundary that the road follows)
BOUNDARY_ROADS: tuple[tuple[str, str, int, int], ...] = (
    ("남성로", "tertiary", 0, 6),
    ("동마루로", "tertiary", 6, 12),
    ("북성로", "tertiary", 12, 16),
    ("서마루로", "tertiary", 19, 23),
)

DUAL = "가온대로"
TUNNEL_ROAD = "달마루로"
BRIDGE_ROADS = {"누리로": "누리교", "은행나무로": "가온교", "해오름로": "해오름교"}

ARTERIALS: tuple[Road, ...] = (
    Road("가온대로", "primary", ((-330, 1960), (80, 1980), (970, 2090), (1680, 2060), (2390, 1990), (3080, 2060), (3800, 2130), (4560, 2020), (4950, 1930))),
    Road("은행나무로", "primary", ((2270, -300), (2330, 110), (2300, 450), (2340, 850), (2290, 1490), (2390, 1990), (2370, 2640), (2470, 3190), (2430, 3760), (2440, 4060))),
    Road("누리로", "secondary", ((1010, -280), (960, 30), (900, 420), (920, 900), (880, 1480), (970, 2090), (1160, 2620), (1260, 3180), (1300, 3660), (1290, 3930))),
    Road("해오름로", "secondary", ((3760, -320), (3720, 20), (3660, 430), (3730, 880), (3680, 1500), (3800, 2130), (3760, 2660), (3790, 3190), (3900, 3560), (3960, 3900))),
    Road("한울로", "secondary", ((-260, 2430), (120, 2400), (620, 2560), (1160, 2620), (1720, 2690), (2370, 2640), (3060, 2600), (3760, 2660), (4430, 2560), (4800, 2480))),
    Road("달마루로", "secondary", ((-280, 3010), (30, 3060), (640, 3190), (1260, 3180), (1740, 3240), (2470, 3190), (3110, 3170), (3790, 3190), (4150, 3180), (4560, 3290))),
    Road("들꽃로", "tertiary", ((50, 1480), (420, 1560), (880, 1480), (1620, 1530), (2290, 1490), (3050, 1560), (3680, 1500), (4640, 1320))),
    Road("솔내로", "tertiary", ((1600, 980), (1620, 1530), (1680, 2060), (1720, 2690), (1740, 3240), (1760, 3700))),
    Road("글빛로", "tertiary", ((3010, 820), (3050, 1560), (3080, 2060), (3060, 2600), (3110, 3170), (3130, 3690))),
    Road("남들로", "secondary", ((-300, 460), (110, 420), (900, 420), (1610, 470), (2300, 450), (2980, 380), (3660, 430), (4450, 470), (4850, 400))),
    Road("버들로", "tertiary", ((1640, 90), (1610, 470), (1620, 770))),
    Road("물빛로", "tertiary", ((3010, 50), (2980, 380), (3000, 612))),
    Road("새터로", "tertiary", ((420, 1560), (470, 2020), (620, 2560))),
    Road("아침로", "tertiary", ((4180, 1080), (4200, 1410), (4230, 2080), (4120, 2610))),
)  # fmt: skip

CORE: tuple[float, float] = (2540, 2190)  # the square stands in the block around this point

# where more happens than elsewhere: the square, the station, the high streets
HUBS: Points = ((2540, 2190), (1980, 1770), (1680, 2690), (3100, 2600), (3750, 1500), (2320, 450))
# what is lacking (a group of services, or one layer), and the circle in which none of its sites stands, but for
# planted villages and traps: people in the middle walk more than 15 minutes, those near the rim are served from outside
GAPS: tuple[tuple[str, tuple[float, float], float], ...] = (
    ("goods", (620, 3150), 1450),  # the hill dong
    ("goods", (250, 2300), 1080),
    ("goods", (3700, 330), 1520),  # across the river
    ("goods", (4180, 3150), 1300),  # beyond the railway
    ("information", (280, 1180), 1180),  # the apartments in the west
    ("information", (4200, 3150), 1150),  # and in the north-east
    ("information", (4200, 300), 1150),
    ("mobility", (330, 2100), 1040),  # alleys too narrow for a bike station
    ("bike_station", (560, 2250), 1200),
    ("space", (4330, 330), 1280),
    ("space", (230, 380), 950),
    ("space", (330, 2750), 1000),
)

# what fills the superblock that holds the point: the nearest one decides
DISTRICTS: tuple[tuple[float, float, str], ...] = (
    (480, 1230, "apartment"),
    (430, 1800, "alley"),
    (260, 2230, "alley"),
    (760, 2310, "hillside"),
    (640, 2650, "hillside"),
    (1150, 3420, "hillside"),
    (1240, 1250, "grid"),
    (1300, 1800, "alley"),
    (1400, 2350, "alley"),
    (1480, 2930, "apartment"),
    (1520, 3460, "alley"),
    (1960, 1200, "alley"),
    (1980, 1770, "commercial"),
    (2040, 2350, "alley"),
    (2060, 2940, "grid"),
    (2100, 3470, "apartment"),
    (2660, 1150, "apartment"),
    (2700, 1780, "grid"),
    (2700, 2320, "commercial"),
    (2760, 2900, "alley"),
    (2650, 3460, "alley"),
    (2960, 3600, "grid"),
    (3360, 1200, "alley"),
    (3400, 1820, "apartment"),
    (3430, 2370, "alley"),
    (3350, 2900, "grid"),
    (3190, 3270, "depot"),
    (3650, 3350, "alley"),
    (3980, 1240, "grid"),
    (3950, 1800, "alley"),
    (3960, 2380, "apartment"),
    (4000, 2900, "alley"),
    (4050, 3300, "apartment"),
    (4400, 1700, "apartment"),
    (4380, 1250, "alley"),
    (4280, 2400, "alley"),
    (500, 600, "alley"),
    (520, 230, "apartment"),
    (1260, 640, "grid"),
    (1290, 250, "alley"),
    (1960, 620, "apartment"),
    (1980, 280, "alley"),
    (2640, 520, "alley"),
    (2660, 240, "grid"),
    (3320, 530, "commercial"),
    (3350, 220, "alley"),
    (4050, 640, "alley"),
    (4030, 270, "apartment"),
)

DONGS: tuple[Dong, ...] = (
    Dong("한울1동", ((1400, 2350), (1300, 1800)), 0.45),
    Dong("한울2동", ((2040, 2350), (1980, 1770)), 0.40),
    Dong("누리동", ((480, 1230), (1240, 1250)), 0.30),
    Dong("새터동", ((430, 1800), (260, 2230), (760, 2310)), 0.60),
    Dong("달마루동", ((640, 3000), (640, 2650), (1150, 3420), (700, 3400)), 0.80),
    Dong("솔내1동", ((1480, 2930), (1520, 3460)), 0.35),
    Dong("솔내2·3동", ((2060, 2940), (2100, 3470)), 0.30),
    Dong("은행동", ((1960, 1200), (2660, 1150)), 0.35),
    Dong("가온본동", ((2700, 1780), (2700, 2320), (3430, 2370), (3400, 1820)), 0.25),
    Dong("글빛동", ((2760, 2900), (2650, 3460), (3350, 2900), (3400, 3400), (2960, 3600)), 0.50),
    Dong("해오름동", ((3950, 1800), (3960, 2380), (4400, 1700), (4280, 2400), (3360, 1200), (3980, 1240), (4380, 1250)), 0.30),
    Dong("아침동", ((4000, 2900), (4050, 3300), (3650, 3350), (4350, 2720)), 0.55),
    Dong("남들1동", ((500, 600), (520, 230), (1260, 640), (1290, 250), (1960, 620), (1980, 280)), 0.70),
    Dong("남들2동", ((2640, 520), (2660, 240), (3320, 530), (3350, 220), (4050, 640), (4030, 270)), 0.65),
)  # fmt: skip
