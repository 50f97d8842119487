"""The interactive map's profiles, unserved areas, village cards and the reach of a block, against independent sums."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from runs import run_of
from sharemap import maps
from sharemap.maps import geometry
from sharemap.schema import check

HERE = Path(__file__)
TOWN = runpy.run_path(str(HERE.parents[1] / "support" / "town.py"))
BASE = runpy.run_path(str(HERE.with_name("test_maps.py")))
HOSTILE, EAST, NORTH = TOWN["HOSTILE"], TOWN["EAST"], TOWN["NORTH"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
AGES = ("0_9", "10_19", "20_39", "40_64", "65_over")
PROFILES = (("standard", "일반 성인"), ("wheelchair", "휠체어"))


def homes(rng: np.random.Generator) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Demand points off the borders of blocks; the blocks of the two lower rows stay empty."""
    count = 240
    x = rng.integers(0, 8, count) * 200 + rng.uniform(5, 195, count)
    y = rng.integers(2, 8, count) * 200 + rng.uniform(5, 195, count)
    people = rng.integers(0, 9, count)
    demand = gpd.GeoDataFrame(
        {
            "demand_id": [f"H-{k:03d}" for k in range(count)],
            "residents": people,
            "status": "ok",
            "ward_code": "11990",
        },
        geometry=[Point(EAST + a, NORTH + b) for a, b in zip(x, y, strict=True)],
        crs=5179,
    )
    rows = [
        (profile, home, layer, float(walk), int(sites))
        for profile, _ in PROFILES
        for layer, *_ in TOWN["LAYERS"]
        for home, walk, sites in zip(
            demand["demand_id"], rng.uniform(0.05, 22.0, count), rng.integers(1, 80, count), strict=True
        )
        if walk <= 15
    ]
    served = pd.DataFrame(rows, columns=["profile", "demand_id", "layer", "walk_min", "sites"])
    return demand, served.sample(frac=1.0, random_state=1)


def of_profiles(coverage: pd.DataFrame, name: str) -> pd.DataFrame:
    """The wheelchair reaches a third of those whom the adult reaches."""
    parts = []
    for factor, (key, ko) in zip((1, 3), PROFILES, strict=True):
        covered = coverage["covered"] // factor
        parts.append(
            coverage.assign(
                profile=key, profile_ko=ko, covered=covered, uncovered=coverage["residents"] - covered,
                share=covered / coverage["residents"],
            )
        )  # fmt: skip
    return check(TOWN["counted"](pd.concat(parts, ignore_index=True), name), name)


def profile_gap(by_dong: pd.DataFrame) -> pd.DataFrame:
    gap = by_dong["covered"] - by_dong["covered"] // 3
    frame = by_dong.assign(
        profile="wheelchair", profile_ko="휠체어", both=by_dong["covered"] // 3, only_study_profile=gap,
        only_this_profile=0, neither=by_dong["uncovered"], unknown=0, share=gap / by_dong["residents"],
    )  # fmt: skip
    return check(TOWN["counted"](frame, "profile_gap"), "profile_gap")


def gaps() -> gpd.GeoDataFrame:
    rows = []
    for profile, ko in PROFILES:
        for rank, people in ((1, 700), (2, 30)):
            rows.append({
                "gap_id": f"{profile}-all-{rank}", "profile": profile, "profile_ko": ko, "kind": "promise", "key": "all_groups",
                "key_ko": "전체 분야", "basis": "known", "rank": rank, "age_band": "all",
                "people": float(people + (profile == "wheelchair")), "residents": float(people + (profile == "wheelchair")),
                "residents_no_data": 0.0, "new_x_m": EAST + 300.0, "new_y_m": NORTH + 200.0 + 300 * (rank - 1),
                "new_ward_name": "노을구", "new_dong_name": "다솜동", "new_streets": HOSTILE[2], "new_near": None if rank == 2 else HOSTILE[3],
                **{f"residents_{band}": people // 5 for band in AGES}, "points": 3, "ward_name": "노을구",
                "dong_code": "1199151000", "dong_name": "다솜동", "dongs": rank, "nearest_site_id": None if rank == 2 else "x",
                "nearest_name": None if rank == 2 else HOSTILE[0], "nearest_layer": None if rank == 2 else "library",
                "walk_m": np.nan if rank == 2 else 1500.0, "walk_min": np.nan if rank == 2 else 20.0,
                "longest_min": np.nan, "walk_is": "none" if rank == 2 else "exact", "sentence_ko": f"소외 {HOSTILE[1]}",
                "sentence_en": f"unserved {HOSTILE[1]}",
            })  # fmt: skip
    shapes = [box(EAST + 100, NORTH + 100 + 300 * (k % 2), EAST + 500, NORTH + 300 + 300 * (k % 2)) for k in range(4)]  # fmt: skip
    return check(TOWN["counted"](gpd.GeoDataFrame(rows, geometry=shapes, crs=5179), "gaps"), "gaps")


def village_parts() -> dict[str, pd.DataFrame]:
    way = LineString([(EAST + 210, NORTH + 1210), (EAST + 410, NORTH + 1210), (EAST + 310, NORTH + 1010)])
    loop = {
        "village_id": "V-0001", "loop_m": 812.0, "length_m": 800.0, "access_m": 20.0, "steps_m": 12.0, "tunnel_m": 0.0,
        "bridge_m": 0.0, "crossing_m": np.nan, "unmarked_crossings": pd.NA, "signals": "no_data", "barriers_ko": "계단 12 m <b>",
        "barriers_en": "steps 12 m <b>",
    }  # fmt: skip
    service = {
        "village_id": "V-0001", "place_id": "P-A", "role": "member", "site_id": "s1", "layer": "library", "name": HOSTILE[4],
        "address": "가온로 1", "capacity": 42.0, "hours": "평일 09:00~18:00", "phone": "02-1", "operator": HOSTILE[5],
    }  # fmt: skip
    bands = [f"age_{low:02d}_{low + 4:02d}" for low in range(0, 100, 5)] + ["age_100"]
    residents = [
        {"village_id": "V-0001", "minutes": minutes, "age_band": band, "residents": minutes * (k + 1)}
        for minutes in (5, 10, 15)
        for k, band in enumerate(bands)
    ]
    residents += [
        {"village_id": "V-0001", "minutes": m, "age_band": "all", "residents": m * sum(range(1, 22))}
        for m in (5, 10, 15)
    ]
    return {
        "village_loops": gpd.GeoDataFrame([loop], geometry=[way], crs=5179),
        "village_services": pd.DataFrame([service]),
        "village_residents": pd.DataFrame(residents),
    }


def full_town():
    tables, summary = TOWN["town"]()
    demand, served = homes(np.random.default_rng(7))
    villages = tables["villages"].assign(
        doubtful=True,
        doubt_ko="두 곳이 한 건물일 수 있습니다.",
        doubt_en="Two may be one building.",
        stable="unstable",
        stability=0.41,
    )
    more = {
        "demand": demand, "served": served, "coverage_profiles_dong": of_profiles(tables["coverage_dong"], "coverage_profiles_dong"),
        "coverage_profiles_ward": of_profiles(tables["coverage_ward"], "coverage_profiles_ward"),
        "profile_gap": profile_gap(tables["coverage_dong"]), "gaps": gaps(), "villages": villages, **village_parts(),
    }  # fmt: skip
    return {**tables, **more}, {**summary, "least_mobile": "wheelchair", "profiles": conditions(summary)}


def conditions(summary: dict) -> list[dict]:
    served = {"groups": {}, "all_groups": summary["all_groups"], "gap": {}}
    return [
        {"profile": key, "profile_ko": ko, "profile_en": key.title(), "speed_kmh": 4.5, "steps_factor": 1.0, "cutoff_m": 1125.0, **served}
        for key, ko in PROFILES
    ]  # fmt: skip


@pytest.fixture(scope="module")
def full():
    return full_town()


@pytest.fixture(scope="module")
def page(full):
    return maps.interactive(run_of(*full))


@pytest.fixture(scope="module")
def data(page):
    return BASE["data_of"](page)


def walks_of(full: tuple, profile: str) -> dict:
    served = full[0]["served"]
    mine = served[served["profile"] == profile]
    return {
        (home, layer): (walk, sites)
        for home, layer, walk, sites in zip(
            mine["demand_id"], mine["layer"], mine["walk_min"], mine["sites"], strict=True
        )
    }


def expected(full: tuple, block: int, walks: dict, keys: list[list[str]]) -> tuple:
    """The middle resident of a block, person by person: minutes, sites and the number of residents who arrive."""
    demand = full[0]["demand"]
    lived = demand[demand["residents"] > 0]
    shape = full[0]["blocks"].geometry.iloc[block]
    inside = lived[lived.within(shape)]
    if inside.empty:
        inside = lived.loc[[lived.distance(shape).idxmin()]]
    people = []
    for home, count in zip(inside["demand_id"], inside["residents"], strict=True):
        found = [[walks[home, layer] for layer in group if (home, layer) in walks] for group in keys]
        nearest = [min((walk for walk, _ in part), default=np.inf) for part in found]
        people += [(max(nearest), sum(sites for part in found for _, sites in part))] * count
    people.sort(key=lambda one: one[0])
    middle = people[(len(people) - 1) // 2]
    return *middle, sum(np.isfinite(walk) for walk, _ in people)


def told(data: dict, block: int, profile: str, key: str) -> tuple:
    at = [theme["key"] for theme in data["themes"]].index(key)
    figures = data["blocks"]["near"]["by"][profile][at]
    text, flat = figures["letters"], figures["some"]
    a, b, c = (LETTERS.index(letter) for letter in text[3 * block : 3 * block + 3])
    some = dict(zip(flat[::2], flat[1::2], strict=True))
    return (a * 64 + b) / 10, c, some.get(block)


@pytest.mark.parametrize("profile", ["standard", "wheelchair"])
def test_what_a_block_reaches_is_what_its_middle_resident_reaches(full, data, profile):
    layers = {key: [[key]] for key, *_ in TOWN["LAYERS"]}
    groups = {group: [[k for k, _, _, g, _ in TOWN["LAYERS"] if g == group]] for group, *_ in TOWN["GROUPS"]}
    promise = {"all_groups": [part for parts in groups.values() for part in parts]}
    empty, walks = 0, walks_of(full, profile)
    for block in range(64):
        far = data["blocks"]["near"]["far"][block]
        empty += far > 0
        lived = data_people(full, block)
        for key, parts in (layers | groups | promise).items():
            minutes, sites, arrived = expected(full, block, walks, parts)
            shown, count, some = told(data, block, profile, key)
            if np.isfinite(minutes):
                assert shown == pytest.approx(minutes, abs=0.0501)
                if key != "all_groups":
                    assert count == min(sites, 63)
            else:
                assert shown == 409.5
            if lived and 0 < arrived < lived:
                assert some == arrived
            else:
                assert some is None or not lived
    assert empty >= 16  # the two lower rows have no homes


def data_people(full: tuple, block: int) -> int:
    demand, shape = full[0]["demand"], full[0]["blocks"].geometry.iloc[block]
    return int(demand.loc[demand.within(shape), "residents"].sum())


def test_a_page_without_walks_of_residents_has_no_reach_of_blocks(full):
    tables, summary = full
    for missing in ("served", "demand"):
        less = {name: frame for name, frame in tables.items() if name != missing}
        assert BASE["data_of"](maps.interactive(run_of(less, summary)))["blocks"]["near"] is None


def test_a_wide_area_carries_all_blocks_of_the_study_profile_only(full):
    tables, summary = full
    wide = {**summary, "area": {**summary["area"], "area_km2": 605.0}}
    data = BASE["data_of"](maps.interactive(run_of(tables, wide)))
    assert len(data["blocks"]["id"]) == 64
    assert list(data["blocks"]["near"]["by"]) == ["standard"]


def test_many_shapes_are_packed_as_one_by_one(full):
    blocks = full[0]["blocks"]
    packer = geometry.Packer.around(full[0]["area"])
    shapes = np.array(blocks.geometry, dtype=object)
    shapes[3] = shapes[3].difference(shapes[3].centroid.buffer(20)).union(Point(EAST, NORTH).buffer(9))
    packed = packer.shapes(shapes, tolerance=np.full(len(shapes), 1.5))
    assert packed == [packer.polygons(shape, tolerance=1.5) for shape in shapes]
    assert len(packed[3]) == 2
    assert max(len(rings) for rings in packed[3]) == 2


def test_profiles_and_their_gap_stand_in_the_page_as_in_the_tables(full, page, data):
    tables, _ = full
    everyone = tables["coverage_profiles_ward"].query("age_band == 'all'")
    gap = tables["profile_gap"].query("age_band == 'all'")
    keys = [theme["key"] for theme in data["themes"]]
    assert [one["key"] for one in data["profiles"]] == ["standard", "wheelchair"]
    assert data["least_mobile"] == "wheelchair"
    for at, name in enumerate(keys):
        chair = everyone[(everyone["profile"] == "wheelchair") & (everyone["key"] == name)]
        assert data["profiles"][1]["covered"][at] == 1000 * chair["covered"].sum()
        assert data["profiles"][1]["residents"][at] == 1000 * chair["residents"].sum() == 10_000_000
        assert (
            data["profiles"][1]["gap"][at] == 1000 * gap.loc[gap["key"] == name, "only_study_profile"].sum()
        )
    assert data["profiles"][0]["gap"] is None
    rows = BASE["Text"](page).rows
    first = rows["table-profiles"][1]
    assert first[0] == "전체 분야"
    chair = int(everyone.query("profile == 'wheelchair' and key == 'all_groups'")["covered"].sum())
    served = [["4,825", "48.3%", "0"], [f"{chair:,}", f"{chair / 100:.1f}%", "0"]]  # and nobody unknown
    assert first[1:] == [*served[0], *served[1], f"{4825 - chair:,}"]
    by_dong = rows["table-gap-1"][1:]
    assert sum(int(row[3].replace(",", "")) for row in by_dong) == 4825 - chair
    assert len(rows["table-gaps"]) == 5


def test_a_run_of_one_profile_says_so(full):
    summary = {key: value for key, value in full[1].items() if key not in ("least_mobile", "profiles")}
    html = maps.interactive(run_of(TOWN["town"]()[0], summary))
    data = BASE["data_of"](html)
    assert [one["covered"] for one in data["profiles"]] == [None]
    assert data["gaps"] == []
    assert data["villages"][0]["card"]["loop"] is None
    rows = html.split('id="table-profiles"')[1]
    assert "이 결과에는 자료가 없습니다." in rows


STEPS = """(() => {
  const out = {}, q = (s) => document.querySelector(s), all = (s) => [...document.querySelectorAll(s)];
  const change = (s, v) => { q(s).value = v; q(s).dispatchEvent(new Event("change", { bubbles: true })); };
  const card = () => q("#card").innerText;
  // what Leaflet has marked for the next frame is drawn now
  const pixels = () => map_sharemap.eachLayer((l) => { if (l instanceof L.Canvas) l._redraw(); }) && all("#map_sharemap canvas").map((c) => c.toDataURL()).join("");
  out.profiles = all("#profile option").map((o) => o.textContent);
  const before = pixels();
  change("#profile", "wheelchair");
  out.changed = pixels() !== before;
  out.head = q(".promise").innerText;
  out.theme = q("#theme").selectedOptions[0].textContent;
  out.area_off = q("input[value=area]").disabled;
  out.note = q("#profile-note").textContent;
  change("#profile", "standard");
  out.back = q(".promise strong").textContent;
  q("input[value=area]").click();
  const far = pixels();
  all("#minutes input")[0].click();
  out.minutes_changed = pixels() !== far;
  out.area_on = !q("input[value=area]").disabled;
  q("input[value=gap]").click();
  out.gap_profile = q("#profile").value;
  out.gap_legend = q("#legend").innerText;
  out.gap_labels = all(".label.dong").map((n) => n.innerText);
  out.gaps = all("#gap-list button").map((b) => b.innerText);
  q("#gap-list button").click();
  out.gap_card = card();
  out.gap_shown = q("#show-gaps").checked;
  out.gap_badges = all(".badge.gap").length;
  change("#theme", "library");
  out.gap_note = q("#gap-note").textContent;
  change("#theme", "all_groups");
  change("#profile", "standard");
  out.view_after = q("#view input:checked").value;
  out.flag = q("#village-list .flag").textContent;
  q("#village-list button").click();
  all("#card details").forEach((d) => { d.open = true; });
  out.village = card();
  const spot = L.latLng(%(lat)s, %(lon)s);
  map_sharemap.fire("click", { latlng: spot });
  out.block = card();
  const where = map_sharemap.latLngToContainerPoint(spot), box = q("#card").getBoundingClientRect(), home = q("#map_sharemap").getBoundingClientRect();
  out.hidden = where.x + home.x > box.left && where.y + home.y > box.top;
  map_sharemap.fire("click", { latlng: L.latLng(%(empty_lat)s, %(empty_lon)s) });
  out.empty = card();
  const input = q("#query");
  input.value = "b-045"; input.dispatchEvent(new Event("input"));
  out.found = all("#found button").map((b) => b.innerText);
  q("#found button").click();
  out.searched = card();
  out.focused = q("#card").contains(document.activeElement);
  out.images = all("img").length;
  out.loaded = performance.getEntriesByType("resource").map((r) => r.name).filter((n) => !n.startsWith("data:"));
  out.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  out.errors = document.documentElement.dataset.errors || "0";
  return out;
})()"""


def degrees(x: float, y: float) -> Point:
    return gpd.GeoSeries([Point(EAST + x, NORTH + y)], crs=5179).to_crs(4326).iloc[0]


@pytest.mark.browser
@pytest.mark.parametrize(
    "screen",
    [{"width": 1366, "height": 768}, {"width": 390, "height": 844, "phone": True}],
    ids=["office", "phone"],
)
def test_switches_cards_and_blocks_work_in_a_browser_with_no_network(full, page, browser, tmp_path, screen):
    spot, empty = degrees(300, 1300), degrees(500, 100)
    steps = STEPS % {"lat": spot.y, "lon": spot.x, "empty_lat": empty.y, "empty_lon": empty.x}
    browser.visit(page, tmp_path, **screen)
    report = browser.run(steps)
    assert browser.complaints == []
    assert browser.requests == [(tmp_path / "map.html").as_uri()]
    assert report["errors"] == "0"
    assert report["loaded"] == []
    assert report["images"] == report["overflow"] == 0
    check_switches(report, BASE["data_of"](page))
    check_gaps(report)
    check_village(report)
    check_blocks(report, full)


def check_switches(report: dict, data: dict) -> None:
    chair = data["profiles"][1]["covered"][0] // 1000
    assert report["profiles"][1].startswith("휠체어")
    assert report["changed"]
    assert report["minutes_changed"]
    assert f"{chair / 100:.1f}%" in report["head"]
    assert f"주민 10,000명 중 {chair:,}명 · 휠체어 기준" in report["head"]
    assert report["theme"] == f"전체 분야 (계획의 약속) {chair / 100:.1f}%"
    assert report["area_off"]
    assert report["area_on"]
    assert "‘일반 성인’ 기준뿐" in report["note"]
    assert report["back"] == "48.3%"
    assert report["gap_profile"] == "wheelchair"  # the study's own profile has no gap to itself
    assert f"격차 주민 {4825 - chair:,}명" in report["gap_legend"]
    assert (
        "가람동\n53.4%" in report["gap_labels"]
    )  # 3,200 reached by the adult, 1,066 by the wheelchair, of 4,000
    assert report["view_after"] == "share"


def check_gaps(report: dict) -> None:
    assert len(report["gaps"]) == report["gap_badges"] == 2
    assert "닿게 될 주민 701명" in report["gaps"][0]
    assert HOSTILE[0] in report["gaps"][0]
    assert f"노을구 다솜동 {HOSTILE[2]} 교차점 (‘{HOSTILE[3]}’ 부근)" in report["gaps"][0]
    assert "노을구 다솜동" in report["gap_card"]
    assert all(text in report["gap_card"] for text in ("701", *HOSTILE[:4], "1,500 m · 20.0분", "140"))
    assert report["gap_shown"]
    assert "분야별로만" in report["gap_note"]


def check_village(report: dict) -> None:
    assert "현장확인" in report["flag"].replace(" ", "")
    for text in (
        "두 곳이 한 건물일 수 있습니다.", "불안정: 조건을 바꾼 계산의 41%에서만 남음", "1 – 2", "종합점수 61.5점", HOSTILE[4],
        "평일 09:00~18:00", "규모 42", HOSTILE[5], "계단 12 m <b>", "거리를 따라 걷는 일상동선", "310 m · 4.1분", "B-009", "3곳 중 1곳",
    ):  # fmt: skip
        assert text in report["village"], text
    # ages 0 to 9 are the first two of the 5-year bands: 1 + 2 times the minutes
    assert re.search(r"0~9세\s+15\s+30\s+45", report["village"])
    assert re.search(r"전체\s+1,155\s+2,310\s+3,465", report["village"])


def check_blocks(report: dict, full: tuple) -> None:
    assert not report["hidden"]  # the card does not lie over the place that was clicked
    block = 6 * 8 + 1  # x 200 to 400, y 1200 to 1400
    assert f"B-{block:03d}" in report["block"]
    minutes, sites, _ = expected(full, block, walks_of(full, "standard"), [["bike_station"]])
    text = f"{minutes:.1f}분 · {min(sites, 63)}곳" if np.isfinite(minutes) else "15분 안에 없음"
    assert text in report["block"]
    assert "주민이 없는 블록입니다" in report["empty"]
    assert "B-002" in report["empty"]
    assert any("B-045" in text for text in report["found"])
    assert "B-045" in report["searched"]
    assert "15분" in report["searched"]
    assert report["focused"]
