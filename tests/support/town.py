"""A little town with every table, for the tests of maps and exports; loaded with ``runpy``, it is no test.

::

    +----------+----------+     two wards of two dongs, 800 m each, a street every 100 m (200 m for tertiary)
    | 가람동   | 나루동   |     A B C: three shared spaces next to each other = the village
    |  A-B  D  |   E      |     E F: one short
    |   C      |   F      |     names are hostile on purpose
    +----------+----------+
    | 다솜동   | 라온1·2동|
    |  (river) |          |
    +----------+----------+
"""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, box, unary_union
from shapely.affinity import translate

from sharemap.schema import TABLES, check

EAST, NORTH, SIDE = 954_000.0, 1_951_000.0, 800.0
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "따옴표 \"둘\" 과 '하나' {{ 7*7 }} {% raw %}",
    "줄\u2028바꿈\u2029과 & 앤드 <b>굵게</b>",
    '=HYPERLINK("http://evil.example/","누르기")',
    "+82 @집 $x_2$ 문화원",
    "書院 😀 이모지 도서관",
    "-1+1|cmd",
)
LAYERS = (
    # key, ko, en, group, role
    ("bike_station", "따릉이", "Public bike", "mobility", "support"),
    ("tool_library", "공구대여소", "Tool library", "goods", "space"),
    ("open_facility", "공공시설 개방", "Open facility", "space", "space"),
    ("library", "도서관", "Library", "information", "space"),
)
GROUPS = (
    ("mobility", "이동", "Mobility"),
    ("space", "공간", "Space"),
    ("goods", "물건", "Goods"),
    ("information", "정보", "Information"),
)
DONGS = (
    ("11990", "가온구", "1199051000", "가람동", 0, 1, 4000),
    ("11990", "가온구", "1199052000", "나루동", 1, 1, 3000),
    ("11991", "노을구", "1199151000", "다솜동", 0, 0, 2000),
    ("11991", "노을구", "1199152000", "라온1·2동", 1, 0, 1000),
)
SHARES = {
    "bike_station": (1.0, 1.0, 0.9, 0.5),
    "tool_library": (1.0, 0.5, 0.0625, 0.0),
    "open_facility": (0.8, 0.75, 0.5, 0.25),
    "library": (1.0, 0.9, 0.25, 0.0),
}
# x, y in hundreds of metres from the town's corner
PLACES = {
    "A": (2.1, 12.1),
    "B": (4.1, 12.1),
    "C": (3.1, 10.1),
    "D": (6.1, 12.1),
    "E": (10.1, 12.1),
    "F": (11.1, 10.1),
    "G": (13.1, 3.1),
}


def _at(x: float, y: float) -> Point:
    return Point(EAST + x * 100, NORTH + y * 100)


def _frame(data: dict | list, geometry: list | None = None) -> pd.DataFrame:
    return (
        pd.DataFrame(data) if geometry is None else gpd.GeoDataFrame(data, geometry=geometry, crs="EPSG:5179")
    )


def _dong_of(x: float, y: float) -> tuple:
    column, row = int(x >= 8), int(y >= 8)
    return next(dong for dong in DONGS if dong[4:6] == (column, row))


def area() -> pd.DataFrame:
    cells = [
        box(EAST + d[4] * SIDE, NORTH + d[5] * SIDE, EAST + (d[4] + 1) * SIDE, NORTH + (d[5] + 1) * SIDE)
        for d in DONGS
    ]
    columns = ("ward_code", "ward_name", "dong_code", "dong_name")
    return _frame({name: [d[i] for d in DONGS] for i, name in enumerate(columns)}, cells)


def edges() -> pd.DataFrame:
    rows, lines = [], []
    steps = np.arange(0, 1601, 100.0)
    for across in (True, False):
        for k, at in enumerate(steps):
            kind = (
                "primary" if k == 8 else "tertiary" if k % 4 == 0 else "footway" if k % 2 else "residential"
            )
            name = f"{'가로' if across else '세로'}{k}길" if k % 2 == 0 else None
            for a, b in itertools.pairwise(steps):
                ends = [(a, at), (b, at)] if across else [(at, a), (at, b)]
                lines.append(LineString([(EAST + x, NORTH + y) for x, y in ends]))
                rows.append((kind, name))
    count = len(rows)
    return _frame(
        {
            "edge_id": np.arange(count), "u": np.arange(count), "v": np.arange(count) + 1,
            "length_m": np.full(count, 100.0), "cost_m": np.full(count, 100.0),
            "highway": [r[0] for r in rows], "name": [r[1] for r in rows],
            "steps": np.zeros(count, bool), "tunnel": np.zeros(count, bool), "bridge": np.zeros(count, bool), "crossing": np.zeros(count, bool),
            "component": np.zeros(count, np.int64),
            "source_ids": [str(row) for row in range(count)], "stroller": "", "wheelchair": "", "ends_only": False,
        },
        lines,
    )  # fmt: skip


GEOCODED = {4: ("entrance_db", "high", "=가온구 <b>가온로</b> 4")}


def sites() -> pd.DataFrame:
    rows = []
    for letter, (x, y) in PLACES.items():
        for key, *_ in LAYERS[1:] if letter in "AD" else LAYERS[1 + "ABCDEFG".index(letter) % 3 :][:1]:
            rows.append((letter, key, x, y))
    rows += [(f"따릉이 {k}", "bike_station", 1 + 3.7 * (k % 4), 1 + 3.3 * (k // 4)) for k in range(16)]
    data = []
    for number, (place, key, x, y) in enumerate(rows):
        dong = _dong_of(x, y)
        name = HOSTILE[number % len(HOSTILE)] if len(place) == 1 else place
        data.append({
            "site_id": f"{key}-{number:04d}", "layer": key, "name": name, "address": f"가온로 {number} (가람동) <i>",
            "capacity": float(number) if key == "bike_station" else np.nan, "hours": "09:00~18:00", "phone": "02-0000-0000",
            "operator": None, "operator_kind": None, "fee": None, "kind": None, "ref_date": "2024-01-01", "source": "열린자료 <b>", "file": f"{key}.csv", "row": number + 2,
            "rows": 1, "coord_fix": "swapped" if number == 3 else "",
            **dict(zip(("geocoded_by", "geocode_confidence", "geocode_match"), GEOCODED.get(number, ("", "", "")), strict=True)), "place_id": f"P-{place}", "in_area": True,
            "ward_name": dong[1], "dong_code": dong[2], "dong_name": dong[3],
        })  # fmt: skip
    return _frame(data, [_at(r[2], r[3]) for r in rows])


def places(of_sites: pd.DataFrame) -> pd.DataFrame:
    first = of_sites.drop_duplicates("place_id").reset_index(drop=True)
    grouped = of_sites.groupby("place_id")["layer"]
    joined = first["place_id"].map(grouped.agg(lambda keys: ";".join(sorted(set(keys)))))
    return _frame(
        {
            "place_id": first["place_id"], "name": first["name"], "address": first["address"], "layers": joined,
            "sites": first["place_id"].map(grouped.size()), "shared_space": joined != "bike_station", "evidence": "single",
            "in_area": True, **{k: first[k] for k in ("ward_name", "dong_code", "dong_name")},
        },
        list(first.geometry),
    )  # fmt: skip


def stops(of_sites: pd.DataFrame) -> pd.DataFrame:
    count = len(of_sites)
    stop = pd.DataFrame({
        "site_id": of_sites["site_id"], "edge_id": pd.array(range(count), dtype="Int64"), "offset_m": 10.0, "snap_m": 10.0, "status": "ok",
    })  # fmt: skip
    stop.loc[count - 1, ["edge_id", "offset_m", "snap_m", "status"]] = [pd.NA, np.nan, np.nan, "too_far"]
    return stop


def coverage() -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = []
    keys = [(k, "layer", ko, SHARES[k]) for k, ko, *_ in LAYERS]
    keys += [(g, "group", ko, SHARES[next(r[0] for r in LAYERS if r[3] == g)]) for g, ko, _ in GROUPS]
    keys += [("all_groups", "promise", "전체 분야", (0.8, 0.5, 0.0625, 0.0))]
    for key, kind, ko, shares in keys:
        for dong, share in zip(DONGS, shares, strict=True):
            for band, part in (("all", 1.0), ("65_over", 0.25)):
                residents = int(dong[6] * part)
                covered = int(residents * share)
                rows.append({
                    "ward_code": dong[0], "ward_name": dong[1], "dong_code": dong[2], "dong_name": dong[3], "kind": kind,
                    "key": key, "key_ko": ko, "age_band": band, "residents": residents, "covered": covered,
                    "uncovered": residents - covered, "unknown": 0, "undoubted": covered, "share": covered / residents,
                    "share_at_least": covered / residents, "share_at_most": covered / residents, "median_min": 6.0, "p95_min": 13.0,
                    "mean_sites": 1.5,
                })  # fmt: skip
    by_dong = pd.DataFrame(rows)
    wards = by_dong.groupby(
        ["ward_code", "ward_name", "kind", "key", "key_ko", "age_band"], as_index=False, sort=False
    )[["residents", "covered", "uncovered", "unknown", "undoubted"]].sum()
    share = wards["covered"] / wards["residents"]
    wards = wards.assign(
        share=share, share_at_least=share, share_at_most=share, median_min=6.0, p95_min=13.0, mean_sites=1.5
    )
    return by_dong, wards


def isochrones(of_sites: pd.DataFrame) -> pd.DataFrame:
    rows, shapes = [], []
    for key, ko, *_ in LAYERS:
        for minutes in (5.0, 10.0, 15.0):
            reach = minutes * 75 * 0.5
            diamonds = [
                Point(p).buffer(reach, quad_segs=1) for p in of_sites.geometry[of_sites["layer"] == key]
            ]
            shape = unary_union(diamonds)
            rows.append((key, ko, minutes, minutes * 75, shape.area))
            shapes.append(shape)
    return _frame(
        {
            n: [r[i] for r in rows]
            for i, n in enumerate(("layer", "layer_ko", "minutes", "cutoff_m", "area_m2"))
        },
        shapes,
    )


def blocks() -> pd.DataFrame:
    cells = [
        translate(box(EAST, NORTH, EAST + 200, NORTH + 200), 200 * i, 200 * j)
        for j in range(8)
        for i in range(8)
    ]
    dongs = [_dong_of(2 * i + 1, 2 * j + 1) for j in range(8) for i in range(8)]
    return _frame(
        {
            "block_id": [f"B-{k:03d}" for k in range(64)], "kind": "block", "dong_code": [d[2] for d in dongs],
            "dong_name": [d[3] for d in dongs], "area_m2": 40_000.0, "residents": np.arange(64) * 3,
            "streets": [f"가로{2 * (k // 8)}길;세로{2 * (k % 8)}길" for k in range(64)],
            "frontage_ko": [f"가로{2 * (k // 8)}길·세로{2 * (k % 8)}길 사이" for k in range(64)],
            "frontage_en": [f"between 가로{2 * (k // 8)}길 and 세로{2 * (k % 8)}길" for k in range(64)],
        },
        cells,
    )  # fmt: skip


def villages(of_places: pd.DataFrame, of_blocks: pd.DataFrame) -> dict[str, pd.DataFrame]:
    by_id = of_places.set_index("place_id")
    members = ["P-A", "P-B", "P-C"]
    ground = of_blocks.loc[[int(y // 2) * 8 + int(x // 2) for x, y in (PLACES[p] for p in "ABC")]]
    village = {
        "village_id": "V-0001", "rank": 1, "name": f"가람동 {HOSTILE[0]}", "ward_name": "가온구", "dong_code": "1199051000",
        "dong_name": "가람동", "places": 3, "services": 3, "layers": "library;open_facility;tool_library", "longest_walk_m": 310.25,
        "mean_walk_m": 250.5, "loop_m": 812.0, "residents_5min": 900, "residents_10min": 2500, "residents_15min": 4321,
        "residents_65_over_15min": 1080, "support_sites": 2, "neighbours": 1, "place_ids": ";".join(members),
        "loop_exact": True, "score": 61.5, "doubtful": False, "doubt_ko": "", "doubt_en": "", "space_kinds": 1, "in_complex": 1, "caution_ko": "모두 한 종류", "caution_en": "of one kind", "places_if_merged": 3, "stable": "stable",
        "stability": 0.93, "rank_low": 1, "rank_high": 2, "closures_survived": 1, "closures": 3, "next_block_id": "B-009",
        "next_longest_walk_m": 350.0, "next_residents_added": 120, "why_ko": "종합점수 61.5점", "why_en": "score 61.5",
        "block_ids": ";".join(ground["block_id"]), "sentence_ko": f"세 곳이 서로 5분 안에 있습니다. {HOSTILE[1]}",
        "sentence_en": f"Three within 5 min. {HOSTILE[1]}",
    }  # fmt: skip
    rows = [*((p, "member", k + 1) for k, p in enumerate(members)), ("P-D", "neighbour", 0)]
    listed = [
        {
            "village_id": "V-0001", "place_id": p, "role": role, "name": by_id.loc[p, "name"], "address": by_id.loc[p, "address"],
            "layers": by_id.loc[p, "layers"], "loop_order": order, "in_complex": p == "P-A",
        }
        for p, role, order in rows
    ]  # fmt: skip
    walks = [
        {"village_id": "V-0001", "place_a": a, "place_b": b, "walk_m": m, "walk_min": m / 75}
        for a, b, m in (("P-A", "P-B", 200.0), ("P-A", "P-C", 310.25), ("P-B", "P-C", 301.75))
    ]
    short = {
        "rank": 1, "place_a": "P-E", "name_a": by_id.loc["P-E", "name"], "place_b": "P-F", "name_b": by_id.loc["P-F", "name"],
        "dong_name": "나루동", "walk_m": 322.0, "block_id": "B-045", "residents_15min": 2222,
        "frontage_ko": "가로10길·세로10길 사이", "frontage_en": "between 가로10길 and 세로10길", "walk_a_m": 200.0, "walk_b_m": 210.0, "triangle_m": 732.0, "residents_added": 33,
        "idle_fits": 1,
    }  # fmt: skip
    pair = LineString([by_id.loc["P-E", "geometry"], by_id.loc["P-F", "geometry"]])
    return {
        "villages": _frame([village], [unary_union(list(ground.geometry))]),
        "village_places": _frame(listed, [by_id.loc[p, "geometry"] for p, *_ in rows]),
        "village_walks": _frame(walks),
        "one_short": _frame([short], [pair]),
    }


def set_aside() -> pd.DataFrame:
    return _frame([
        {
            "layer": "library", "source": "열린자료", "file": "library.csv", "row": 7, "name": HOSTILE[4], "address": None,
            "reason": "no_coordinates", "reason_ko": "좌표 없음", "reason_en": "no coordinates", "value": "0.0, 0.0",
        },
        {
            "layer": "tool_library", "source": "열린자료", "file": "tool_library.csv", "row": 9, "name": "문 닫은 곳", "address": "=1+1",
            "reason": "outside", "reason_ko": "구역 밖", "reason_en": "outside the area", "value": None,
        },
    ])  # fmt: skip


def background() -> pd.DataFrame:
    river = LineString(
        [(EAST - 300, NORTH + 250), (EAST + 700, NORTH + 150), (EAST + 1900, NORTH + 380)]
    ).buffer(60)
    rail = LineString([(EAST - 300, NORTH + 900), (EAST + 1900, NORTH + 700)])
    road = LineString([(EAST - 300, NORTH + 420), (EAST + 1900, NORTH + 520)])
    return _frame(
        {"kind": ["water", "railway", "street"], "highway": [None, None, "trunk"]}, [river, rail, road]
    )


def tables() -> dict[str, pd.DataFrame]:
    of_sites, of_blocks = sites(), blocks()
    of_places = places(of_sites)
    by_dong, by_ward = coverage()
    town = {
        "area": area(), "edges": edges(), "sites": of_sites, "places": of_places, "stops": stops(of_sites),
        "set_aside": set_aside(), "coverage_dong": by_dong, "coverage_ward": by_ward, "isochrones": isochrones(of_sites),
        "blocks": of_blocks, **villages(of_places, of_blocks),
    }  # fmt: skip
    return {name: check(counted(frame, name), name) for name, frame in town.items()} | {
        "barriers": background()
    }


def counted(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Whole persons are written above as whole numbers."""
    return frame.astype({one.name: "float64" for one in TABLES[name].columns if one.kind == "persons"})


def summary(of_tables: dict[str, pd.DataFrame]) -> dict:
    everyone = (
        of_tables["coverage_ward"].query("age_band == 'all'").groupby("key")[["residents", "covered"]].sum()
    )
    served = {
        key: {"covered": int(row.covered), "share": row.covered / row.residents}
        for key, row in everyone.iterrows()
    }
    of_sites = of_tables["sites"]
    aside = of_tables["set_aside"]["layer"].value_counts()
    layers = []
    for key, ko, en, group, role in LAYERS:
        mine = of_sites[of_sites["layer"] == key]
        out = int(aside.get(key, 0))
        layers.append({
            "layer": key, "name_ko": ko, "name_en": en, "group": group, "role": role, "rows_read": len(mine) + out + 1,
            "sites": len(mine), "folded": 1, "set_aside": out, "places": int(mine["place_id"].nunique()), "unsnapped": 0,
            **served[key],
        })  # fmt: skip
    return {
        "title": "가온구·노을구 15분 공유생활권 <b>", "fictional": True, "generated": "2025-06-30", "profile": "standard",
        "profile_ko": "일반 성인", "speed_kmh": 4.5, "cutoff_min": 15, "cutoff_m": 1125.0, "minutes": [5, 10, 15],
        "adjacent_m": 400.0, "min_places": 3, "area": {"wards": ["가온구", "노을구"], "dongs": 4, "area_km2": 2.56, "crs": "EPSG:5179"},
        "residents": 10_000, "network": {"nodes": 289, "edges": 544, "length_km": 54.4}, "layers": layers,
        "groups": [{"group": g, "name_ko": ko, "name_en": en, **served[g]} for g, ko, en in GROUPS],
        "all_groups": served["all_groups"], "villages": {"count": 1, "one_short": 1, "to_check": 0, "places_in_villages": 3},
        "sources": [
            {"name": "서울 열린데이터광장 <script>", "file": "library.csv", "ref_date": "2024-01-01", "licence": "공공누리 제1유형"},
            {"name": "OpenStreetMap", "file": "town.osm.pbf", "ref_date": "2021-08-06", "licence": "ODbL 1.0"},
        ],
        "attribution": "© OpenStreetMap contributors, ODbL · 자료: 서울 열린데이터광장 & 통계청",
    }  # fmt: skip


def town() -> tuple[dict[str, pd.DataFrame], dict]:
    frames = tables()
    return frames, summary(frames)
