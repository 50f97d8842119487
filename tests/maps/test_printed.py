"""The printed pages: what stands on them, where it stands, and that the numbers are those of the tables."""

from __future__ import annotations

import io
import itertools
import json
import math
import re
import runpy
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from shapely import Point

import contract
from runs import run_of
from sharemap import maps, pipeline
from sharemap.errors import MissingFileError, StudyError
from sharemap.maps.paper import bookmarks, labels, typeset
from sharemap.maps.paper.atlas import MOST_VILLAGES
from sharemap.maps.paper.ink import write

TOWN = runpy.run_path(str(Path(__file__).parents[1] / "support" / "town.py"))
MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "$x_1$ \\frac{1}{2} 문화원",
    '=HYPERLINK("http://evil.example/","누르기")',
    "뷁 똠방각하 ᄒᆞᆫ글",
    "😀 이모지 도서관",
    "가나다라마바사" * 72,
    "줄\n바꿈\r\n과\u2028탭\t",
    "W" * 500,
)


def prints_of(tables, summary, lang="ko"):
    return maps.Prints(run_of(tables, summary, lang))


@pytest.fixture(scope="module")
def town():
    """The town with the loop and the services of its candidate, and no other walker."""
    tables, summary = TOWN["town"]()
    village, places = tables["villages"].iloc[0], tables["village_places"]
    return {
        **tables,
        "village_loops": _loops(tables["edges"], village),
        "village_services": _services(places),
    }, summary


def _loops(edges, village):
    found = {
        "village_id": [village["village_id"]], "loop_m": village["loop_m"], "length_m": village["loop_m"],
        "steps_m": 12.5, "tunnel_m": 0.0, "bridge_m": 0.0, "crossing_m": np.nan, "unmarked_crossings": np.nan,
        "signals": "no_data", "barriers_ko": "계단 12.5 m", "barriers_en": "12.5 m of steps",
    }  # fmt: skip
    return gpd.GeoDataFrame(found, geometry=[edges.geometry.iloc[0]], crs=edges.crs)


def _services(places):
    sites = [f"s{number}" for number in range(len(places))]
    found = places.drop(columns="geometry")
    return pd.DataFrame(found.assign(site_id=sites, layer="library", hours="09:00~18:00"))


@pytest.fixture(scope="module")
def rich(town):
    """The town with another walker, unserved areas, and hostile names wherever a name comes from input."""
    tables, summary = town
    names = itertools.cycle(HOSTILE)
    village = tables["villages"].iloc[[0]]
    many = pd.concat([village] * len(HOSTILE), ignore_index=True)
    many = many.assign(
        village_id=[f"V-{number:04d}" for number in range(1, len(HOSTILE) + 1)],
        rank=range(1, len(HOSTILE) + 1),
        name=list(HOSTILE),
        sentence_ko=list(HOSTILE),
        sentence_en=list(HOSTILE),
        doubtful=True,
        doubt_ko=list(HOSTILE),
        doubt_en=list(HOSTILE),
    )
    places = pd.concat(
        [tables["village_places"].assign(village_id=key) for key in many["village_id"]], ignore_index=True
    )
    places = places.assign(name=[next(names) for _ in range(len(places))])
    loops = pd.concat([tables["village_loops"]] * len(many), ignore_index=True)
    loops = loops.assign(village_id=many["village_id"]).set_geometry(
        list(tables["edges"].geometry[: len(many)]), crs="EPSG:5179"
    )
    rich_tables = {
        **tables,
        "villages": many,
        "village_places": places,
        "village_loops": loops,
        "village_services": _services(places),
        "area": tables["area"].assign(dong_name=[HOSTILE[0], HOSTILE[5], HOSTILE[3], "라온동"]),
        "profile_gap": _gap(tables["coverage_dong"]),
        "coverage_profiles_ward": _profiles(tables["coverage_ward"]),
        "gaps": _gaps(tables["area"]),
    }
    walker = {"steps_factor": 1.0, "groups": {}, "all_groups": None, "gap": {}}
    profiles = [
        {
            "profile": key,
            "profile_ko": ko,
            "profile_en": en,
            "speed_kmh": kmh,
            "cutoff_m": kmh * 250,
            **walker,
        }
        for key, ko, en, kmh in (
            ("standard", "일반 성인", "Adult", 4.5),
            ("wheelchair", "휠체어", "Wheelchair", 2.88),
        )
    ]
    villages = {**summary["villages"], "count": len(many)}
    told = {"profiles": profiles, "least_mobile": "wheelchair", "villages": villages, "title": HOSTILE[1]}
    return rich_tables, {**summary, **told}


@pytest.fixture(scope="module")
def rich_atlas(rich):
    return prints_of(*rich).atlas()


def _gap(rows):
    return rows.assign(
        profile="wheelchair", profile_ko="휠체어", only_study_profile=rows["covered"] // 3
    ).assign(share=lambda frame: frame["only_study_profile"] / frame["residents"])


def _profiles(rows):
    return pd.concat(
        [
            rows.assign(profile="standard", profile_ko="일반 성인"),
            rows.assign(profile="wheelchair", profile_ko="휠체어", covered=rows["covered"] // 2),
        ]
    )


def _gaps(area):
    return gpd.GeoDataFrame(
        {
            "profile": "standard", "kind": "promise", "key": "all_groups", "basis": "known", "rank": [1, 2, 3], "ward_name": "가온구",
            "people": [2813, 1500, 7], "new_ward_name": "가온구", "new_dong_name": list(HOSTILE[:3]), "new_streets": ["큰길", None, HOSTILE[4]],
            "new_near": [None, None, HOSTILE[5]], "new_x_m": area.geometry[:3].centroid.x, "new_y_m": area.geometry[:3].centroid.y,
            "residents": [2813, 1500, 7], "residents_65_over": [703, 375, 1], "dong_name": list(HOSTILE[:3]), "dongs": [1, 3, 1],
            "nearest_name": [HOSTILE[0], HOSTILE[5], None], "walk_min": [16.25, 17.0, np.nan], "longest_min": [21.0, 18.0, np.nan],
            "walk_is": ["at_most", "exact", "none"],
        },
        geometry=list(area.geometry[:3].buffer(-100)), crs=area.crs,
    )  # fmt: skip


def pdftotext(pdf: bytes, *options: str) -> str:
    """Return what a reader finds in a PDF, which is not our own code."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(
        [program, *options, "-", "-"], input=pdf, capture_output=True, check=True, timeout=120
    )
    assert b"Error" not in done.stderr, done.stderr
    return done.stdout.decode("utf-8")


def pages_of(pdf: bytes) -> list[str]:
    return [re.sub(r"\s+", " ", page) for page in pdftotext(pdf, "-layout").split("\f")[:-1]]


def words_of(pdf: bytes) -> list[list[tuple[float, float, float, float, str]]]:
    """Return, page by page, the boxes (points) of all words."""
    found = []
    for page in pdftotext(pdf, "-bbox").split("<page ")[1:]:
        pattern = r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
        found.append([(*map(float, word[:4]), unescape(word[4])) for word in re.findall(pattern, page)])
    return found


# ------------------------------------------------------------------------------------------------- setting text


@pytest.mark.parametrize("text", ["가나다 abc 123", "은행동 주민센터 일대", "W" * 40, "1,125 m · 15분"])
@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_text_is_as_wide_as_matplotlib_draws_it(text, weight):
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(20, 2), dpi=400)
    canvas = FigureCanvasAgg(figure)
    with mpl.rc_context({"text.hinting": "none"}):
        drawn = write(figure.add_axes((0, 0, 1, 1)), (0, 0), text, 9.0, weight=weight)
        wide = drawn.get_window_extent(canvas.get_renderer()).width / 400 * 25.4
    assert typeset.text_mm(text, 9.0, weight=weight) == pytest.approx(wide, rel=0.02, abs=0.3)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="가나 다abc,.W1 \n😀", max_size=60), st.floats(8, 60), st.integers(1, 4))
def test_no_line_is_wider_than_its_room_and_nothing_is_lost_unsaid(text, room, most):
    lines = typeset.wrapped(text, room, 9.0, most=most)
    assert len(lines) <= most
    assert all(typeset.text_mm(line, 9.0) <= room + 1e-6 for line in lines)
    kept = "".join(lines).replace(" ", "")
    every = "".join(typeset.drawable(text).split())
    assert kept == every or (kept.endswith("…") and every.startswith(kept[:-1]))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 60), st.floats(2, 30), st.floats(2, 9)), max_size=25)
)
def test_no_label_covers_another_or_leaves_the_map(asked):
    room = labels.Room(100.0, 60.0)
    boxes = []
    for x, y, wide, high in asked:
        spot = room.place((wide, high), labels.circled((x, y), step=4.0), gap=0.0)
        if spot is not None:
            boxes.append((spot[0] - wide / 2, spot[1] - high / 2, spot[0] + wide / 2, spot[1] + high / 2))
    for a, b in itertools.combinations(boxes, 2):
        assert min(a[2], b[2]) - max(a[0], b[0]) < 1e-9 or min(a[3], b[3]) - max(a[1], b[1]) < 1e-9
    assert all(a[0] >= -1e-9 and a[1] >= -1e-9 and a[2] <= 100 + 1e-9 and a[3] <= 60 + 1e-9 for a in boxes)


def test_labels_keep_off_what_they_may_cover_only_in_need():
    spots = [(50.0, 30.0), (50.0, 45.0)]
    room = labels.Room(100.0, 60.0)
    room.shun(np.array([[50.0, 30.0]]))
    assert room.place((10.0, 4.0), spots) == (50.0, 45.0)
    assert room.place((10.0, 4.0), spots) == (50.0, 30.0)
    assert room.place((10.0, 4.0), spots) is None


# ---------------------------------------------------------------------------------------------------- the pages


def test_hostile_names_are_shown_as_text_inside_the_margins_and_cover_nothing(rich_atlas):
    text = " ".join(pages_of(rich_atlas))
    for name in (HOSTILE[0], "$x_1$", "\\frac{1}{2}", HOSTILE[2], "뷁", "똠방각하", "□", "이모지 도서관"):
        assert name in text, name
    assert "W" * 80 not in text  # cut, never run off the page
    assert "W…" in text
    for number, found in enumerate(words_of(rich_atlas), start=1):
        assert found
        for left, top, right, bottom, word in found:
            inside = left > 13 * MM and right < 197.5 * MM and top > 7 * MM and bottom < 293 * MM
            assert inside, (number, word, left / MM, right / MM, top / MM, bottom / MM)
        level = [word for word in found if word[3] - word[1] < 25 or len(word[4]) < 3]
        for a, b in itertools.combinations(level, 2):
            wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            least = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
            assert wide <= 0 or high <= 0 or wide * high < 0.4 * least, (number, a, b)


def test_the_atlas_is_deterministic_and_tells_what_it_is(rich, rich_atlas):
    tables, summary = rich
    pdf = rich_atlas
    assert prints_of(tables, summary).atlas() == pdf
    assert b"/Lang (ko)" in pdf
    assert b"/FontFile2" in pdf
    assert b"/Author (sharemap)" in pdf
    prints = prints_of(tables, summary)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == len(prints.pages)
    assert b"/Count %d >>" % len(prints.pages) in pdf[pdf.rindex(b"/Type /Outlines") :]
    start = int(re.findall(rb"startxref\n(\d+)", pdf)[-1])
    assert pdf[start : start + 5] == b"xref\n"
    entries = re.findall(rb"(\d+) 1\n(\d{10}) 00000 n ", pdf[start:])
    assert len(entries) == 2 + len(prints_of(tables, summary).pages)  # the root, the list, one a page
    assert all(pdf[int(at) :].startswith(number + b" 0 obj") for number, at in entries)
    info = shutil.which("pdfinfo")
    if info:
        told = subprocess.run([info, "-"], input=pdf, capture_output=True, check=True, timeout=60)
        assert told.stderr == b""
        assert f"Pages:           {len(prints.pages)}" in told.stdout.decode()
        assert "$x_1$" in told.stdout.decode()
    assert b"/Lang (en)" in prints_of(tables, summary, "en").page("gap")


def test_every_page_prints_its_conditions_sources_licence_and_that_it_is_fictional(rich, rich_atlas):
    prints = prints_of(*rich)
    printed = pages_of(rich_atlas)
    assert len(printed) == len(prints.pages) == 2 + 2 + 2 + len(HOSTILE)
    for number, text in enumerate(printed, start=1):
        for told in (
            "일반 성인", "시속 4.5 km", "15분 = 1,125 m", "작성 2025-06-30", "2021-08-06 OpenStreetMap", "서울 열린데이터광장 <script>",
            "© OpenStreetMap contributors, ODbL", "가상 자료", "실재하지 않는 구", f"{number} / {len(printed)}",
        ):  # fmt: skip
            assert told in text, (number, told)
    assert not set(re.findall("[가-힣]", _own(prints_of(*TOWN["town"](), "en").page("gap"))))


def _own(pdf):
    """Return the text of a page without the names that come from the input."""
    return re.sub(
        r"가온구|노을구|서울 열린데이터광장|15분 공유생활권|자료: |통계청", "", " ".join(pages_of(pdf))
    )


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_page_that_is_known_can_be_printed(rich, lang):
    prints = prints_of(*rich, lang)
    assert {
        "map",
        "overview",
        "coverage:all_groups",
        "coverage:goods",
        "coverage:library",
        "gap",
        "unserved",
    } < {*prints.known}
    for key in [key for key in prints.known if key < "village:V-0002"]:
        assert prints.page(key, form="png", dpi=50)[:4] == b"\x89PNG", key
    assert prints.canonical("village:2") == "village:V-0002"


def test_scale_bar_and_arrow_are_on_every_map(rich_atlas):
    for number, text in enumerate(pages_of(rich_atlas), start=1):
        assert re.search(r"\b0 \d+ k?m\b", text), number
        assert re.search(r"(^| )북( |$)", text), number


def test_an_unknown_page_names_the_known_ones(rich):
    prints = prints_of(*rich)
    with pytest.raises(StudyError, match="village:V-0001, village:V-0002"):
        prints.page("village:999")
    with pytest.raises(StudyError, match="coverage:all_groups, coverage:mobility"):
        prints.page("coverage:nothing")
    with pytest.raises(StudyError, match="overview"):
        prints.page("poster")
    with pytest.raises(StudyError, match="a4, a3"):
        prints.page("gap", size="b5")
    with pytest.raises(StudyError, match="pdf, png"):
        prints.page("gap", form="svg")


def test_a3_is_the_same_page_enlarged(rich):
    prints = prints_of(*rich)
    found = [words_of(prints.page("village:1", size=size))[0] for size in ("a4", "a3")]
    small, large = (
        sorted(words, key=lambda word: (word[4], round(word[1] / word[3], 3), word[0])) for words in found
    )
    assert [word[4] for word in small] == [word[4] for word in large]
    grown = np.array([word[:4] for word in large]) / np.array([word[:4] for word in small])
    assert np.abs(grown - 2**0.5).max() < 0.02


def test_a_picture_has_the_size_of_its_paper_and_ink_on_its_map(rich):
    prints = prints_of(*rich)
    picture = Image.open(io.BytesIO(prints.page("coverage:all_groups", form="png", dpi=60)))
    assert np.abs(np.array(picture.size) - np.array([210, 297]) / 25.4 * 60).max() <= 1
    assert prints.page("coverage:all_groups", form="png", dpi=60) == prints.page(
        "coverage:all_groups", form="png", dpi=60
    )
    grey = np.asarray(picture.convert("L"), dtype=float)
    # the best served dong (upper left of the map) is lighter than the worst (lower right), in grey too
    y, x = (int(mm / 25.4 * 60) for mm in (39 + 30, 14 + 60))
    v, u = (int(mm / 25.4 * 60) for mm in (39 + 88, 14 + 118))
    assert np.median(grey[y : y + 9, x : x + 9]) - np.median(grey[v : v + 9, u : u + 9]) > 40


# -------------------------------------------------------------------------------- what a run does not have


def test_a_run_says_what_it_does_not_have(town):
    tables, summary = town
    prints = prints_of(tables, summary)
    by_key = dict(zip(prints.pages, pages_of(prints.atlas()), strict=True))
    assert "다른 보행유형과 비교한 자료가 없습니다" in by_key["gap"]
    empty = {**tables, "gaps": _gaps(tables["area"]).iloc[:0], "villages": tables["villages"].iloc[:0]}
    none = {**summary, "villages": {"count": 0, "one_short": 1, "to_check": 0, "places_in_villages": 0}}
    prints = prints_of(empty, none)
    by_key = dict(zip(prints.pages, pages_of(prints.atlas()), strict=True))
    assert "15분 안에 닿지 못하는 주민이 사는 곳이 없습니다" in by_key["unserved"]
    assert "후보지가 없습니다" in by_key["overview"]
    one = {
        "profile": "standard", "kind": "promise", "key": "all_groups", "basis": "known", "age_band": "all", "unserved": 70.0,
        "areas": 0, "reached": 0.0, "rest": 70.0, "next_reached": 60.4, "most": 50, "least": 100,
    }  # fmt: skip
    prints = prints_of(empty, {**none, "unserved": [one]})
    by_key = dict(zip(prints.pages, pages_of(prints.atlas()), strict=True))
    assert "닿게 될 미도달 주민이 100명 이상인 곳이 없습니다" in by_key["unserved"]
    assert "주민 70명은 이 가운데 어느 곳에서도 닿지 않습니다" in by_key["unserved"]
    assert "많아야 60명이 닿습니다" in by_key["unserved"]
    assert not [key for key in prints.known if key.startswith("village:")]


def test_a_study_with_only_an_area_has_all_its_pages(town):
    tables, summary = town
    bare = {
        **summary, "layers": [], "groups": [], "all_groups": None, "sources": [], "groups_without_data": ["goods"],
        "villages": {"count": 0, "one_short": 0, "to_check": 0, "places_in_villages": 0}, "attribution": "", "fictional": False,
    }  # fmt: skip
    prints = prints_of({"area": tables["area"]}, bare)
    assert prints.pages == ("overview", "coverage:all_groups", "gap", "unserved")
    printed = pages_of(prints.atlas())
    assert "(물건)" in printed[0]
    assert "도달률 자료가 없습니다" in printed[1]
    assert "가상 자료" not in " ".join(printed)


def test_without_the_promise_the_first_group_takes_its_place(town):
    tables, summary = town
    prints = prints_of(tables, {**summary, "all_groups": None, "groups_without_data": ["goods"]})
    assert prints.pages[1] == "coverage:mobility"
    assert "이동 도달률" in pages_of(prints.page("coverage:mobility"))[0]


def test_hundreds_of_candidates_stay_bounded_and_none_is_dropped_in_silence(town):
    tables, summary = town
    count = 300
    many = pd.concat([tables["villages"]] * count, ignore_index=True)
    many = many.assign(village_id=[f"V-{n:04d}" for n in range(count)], rank=np.arange(count) + 1)
    prints = prints_of(
        {**tables, "villages": many},
        {**summary, "villages": {"count": count, "one_short": 1, "to_check": 0, "places_in_villages": 0}},
    )
    sheets = [key for key in prints.pages if key.startswith("village:")]
    assert len(sheets) == MOST_VILLAGES
    assert len([key for key in prints.known if key.startswith("village:")]) == count
    sheet = prints._drawn("overview", folio="1 / 1").figure
    text = " ".join(artist.get_text() for axes in sheet.axes for artist in axes.texts)
    assert f"나머지 {count - MOST_VILLAGES}곳은 villages.xlsx" in text
    more = int(re.search(r"외 ([\d,]+)곳은 villages\.xlsx에 있습니다", text).group(1).replace(",", ""))
    assert text.count("15분 4,321") == count - more
    crowded = int(re.search(r"번호를 뺀 후보지 (\d+)곳", text).group(1))
    chart = sheet.axes[1]
    ranks = [artist.get_text() for artist in chart.texts if re.fullmatch(r"[1-9]\d*", artist.get_text())]
    assert len(ranks) == len(set(ranks)) == count - crowded  # each has a number, or is counted as a dot
    assert crowded > 0
    assert prints.canonical("village:300") == "village:V-0299"


def test_a_candidate_of_many_places_says_how_many_are_not_listed(town):
    tables, summary = town
    own = tables["village_places"].iloc[[0]]
    places = pd.concat([own] * 24, ignore_index=True)
    spots = [Point(TOWN["EAST"] + 60 * (n % 6), TOWN["NORTH"] + 60 * (n // 6)) for n in range(24)]
    places = places.assign(
        place_id=[f"P-{n}" for n in range(24)], name=[f"가게{n + 1:02d}호" for n in range(24)],
        loop_order=np.arange(24) + 1, geometry=spots,
    )  # fmt: skip
    (text,) = pages_of(prints_of({**tables, "village_places": places}, summary).page("village:1"))
    listed = text[text.index("구성 장소와 서비스") :]
    more = int(re.search(r"외 구성 장소 (\d+)곳", listed).group(1))
    assert len(set(re.findall(r"가게\d\d호", listed))) == 24 - more
    assert more > 0


def test_bookmarks_need_a_pdf_of_matplotlib():
    with pytest.raises(ValueError, match="unknown build"):
        bookmarks.amended(b"%PDF-1.4 trailer << /Root 1 0 R >>", lang="ko")


# --------------------------------------------------------------------------------- numbers, of the sample ward


@pytest.fixture(scope="module")
def sample_pages(sample_run):
    pdf = (sample_run / "atlas.pdf").read_bytes()
    summary = json.loads((sample_run / "summary.json").read_text(encoding="utf-8"))
    villages = gpd.read_file(sample_run / "villages.gpkg", layer="villages").sort_values("rank")
    keys = [f"village:{key}" for key in villages["village_id"]]
    printed = pages_of(pdf)
    return summary, villages, printed, dict(zip(keys, printed[-len(keys) :], strict=True))


def share_of(covered, residents):
    return f"{int(covered / residents * 1000 + 0.5) / 10:.1f}%"


def test_the_overview_has_the_numbers_of_the_summary_and_of_the_workbook(sample_pages, sample_run):
    import openpyxl

    summary, villages, printed, _ = sample_pages
    promise = summary["all_groups"]
    assert share_of(promise["covered"], summary["residents"]) in printed[0]
    assert f"주민 {summary['residents']:,}명 중 {contract.printed(promise['covered'])}명" in printed[0]
    for count in (summary["villages"]["count"], summary["villages"]["one_short"]):
        assert f"{count:,}곳" in printed[0]
    for row in villages.itertuples():
        line = f"{row.places} {row.services} {row.longest_walk_m:,.0f} m {row.loop_m:,.0f} m {contract.printed(row.residents_15min)}"
        assert line in printed[0], line
    book = openpyxl.load_workbook(sample_run / "villages.xlsx", read_only=True)
    cells = {str(cell) for row in book["후보지 목록"].iter_rows(values_only=True) for cell in row}
    assert {str(value) for value in villages["residents_15min"]} <= cells


def test_the_page_of_the_promise_lists_the_dongs_as_the_csv_has_them(sample_pages, sample_run):
    _, _, printed, _ = sample_pages
    rows = pd.read_csv(sample_run / "coverage_dong.csv", encoding="utf-8-sig", dtype={"dong_code": str})
    rows = rows[(rows["key"] == "all_groups") & (rows["age_band"] == "all")]
    for row in rows.sort_values("uncovered", ascending=False).head(8).itertuples():
        left = row.residents - math.floor(row.covered + 0.5)  # nobody's walk is unknown here
        share = contract.share_in_dong(sample_run, row.dong_code, row.covered, row.residents)
        told = f"{row.dong_name} {row.residents:,.0f} {left:,.0f} 0 {share}"
        assert told in printed[1], told


def test_each_service_has_its_share_of_the_summary(sample_pages):
    summary, _, printed, _ = sample_pages
    text = " ".join(printed)
    for entry in summary["layers"]:
        told = f"{share_of(entry['covered'], summary['residents'])} · 주민 {contract.printed(entry['covered'])}명 닿음 · 시설 {entry['sites_in_area']:,}곳"
        assert told in text, entry["layer"]


def test_the_gap_between_profiles_is_that_of_the_csv(sample_pages, sample_run):
    summary, _, printed, _ = sample_pages
    page = next(text for text in printed if "보행유형 격차" in text)
    rows = contract.read_csv(sample_run / "profile_gap.csv")
    own = rows[(rows["age_band"] == "all") & (rows["profile"] == summary["least_mobile"])]
    lost = own.groupby("key")["only_study_profile"].sum()
    for key, name in (
        ("all_groups", "전체 분야"),
        *((one["group"], one["name_ko"]) for one in summary["groups"]),
    ):
        assert re.search(rf"{name} [\d.]+% [\d.]+% {contract.printed(lost[key])}\b", page), name
    for row in own[own["key"] == "all_groups"].itertuples():
        if row.only_study_profile > 1000:
            lost = row.only_study_profile
            share = contract.share_in_dong(sample_run, row.dong_code, lost, row.residents)
            assert f"{row.dong_name} {contract.printed(lost)} {share}" in page


def test_unserved_areas_are_those_of_the_gpkg(sample_pages, sample_run):
    _, _, printed, _ = sample_pages
    page = next(text for text in printed if "소외지역 (번호" in text)
    rows = gpd.read_file(sample_run / "gaps.gpkg", layer="gaps")
    own = rows[(rows["profile"] == "standard") & (rows["key"] == "all_groups")].sort_values("rank")
    assert f"모두 {len(own)}곳, 주민 {contract.printed(own['people'].sum())}명" in page
    for row in own.itertuples():
        people, old = contract.printed(row.people), contract.printed(row.residents_65_over)
        assert re.search(
            rf"\b{row.rank} {row.new_dong_name} {row.new_streets.split()[0]}.*? {people} {old} ", page
        )
    assert "이 가운데 어느 곳에서도 닿지 않습니다" in page


def test_the_sheet_of_a_candidate_has_its_places_in_the_order_of_the_loop_and_its_figures(
    sample_pages, sample_run
):
    summary, villages, _, sheets = sample_pages
    places = gpd.read_file(sample_run / "villages.gpkg", layer="village_places")
    metres_a_minute = summary["speed_kmh"] * 1000 / 60
    for row in villages.itertuples():
        text = sheets[f"village:{row.village_id}"]
        figures = [f"{contract.printed(getattr(row, f'residents_{n}min'))}명" for n in (5, 10, 15)]
        figures += [
            f"{row.support_sites:,}곳",
            f"{contract.printed(row.residents_65_over_15min)}명",
            row.village_id,
        ]
        figures += [
            f"{m:,.0f} m · {m / metres_a_minute:.1f}분"
            for m in (row.longest_walk_m, row.mean_walk_m, row.loop_m)
        ]
        one = row.rank_low == row.rank_high
        figures += [
            f"{row.rank_low}위" if one else f"{row.rank_low}~{row.rank_high}위",
            f"{row.closures}곳 중 {row.closures_survived}곳",
        ]
        for figure in figures:
            assert figure in text, (row.rank, figure)
        assert row.sentence_ko.split("(")[0] in text
        own = places[(places["village_id"] == row.village_id) & (places["role"] == "member")]
        text = text[text.index("구성 장소와 서비스") :]
        for place in own.sort_values("loop_order").itertuples():
            shown = typeset.drawable(place.name)[:12]
            assert re.search(rf"{place.loop_order} {re.escape(shown)}", text), (row.rank, place.name)


# -------------------------------------------------------------------------------------------- on the command line


def test_pages_are_printed_from_a_finished_run(sample_run, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in sample_run.rglob("*")}
    how = pipeline.Printing(form="png", dpi=50)
    files = pipeline.print_pages(sample_run, pages=("village:1", "gap"), how=how, out=tmp_path / "new")
    assert [file.suffix for file in files] == [".png", ".png"]
    sizes = {Image.open(io.BytesIO(file.read_bytes())).size for file in files}
    assert sizes == {(413, 584)}
    (one,) = pipeline.print_pages(sample_run, pages=("coverage:library",), out=tmp_path / "new")
    assert "도서관" in pages_of(one.read_bytes())[0]
    assert {path: path.stat().st_mtime_ns for path in sample_run.rglob("*")} == before
    with pytest.raises(StudyError, match="village:V"):
        pipeline.print_pages(sample_run, pages=("gap", "village:999"), out=tmp_path / "other")
    assert not (tmp_path / "other").exists()
    with pytest.raises(MissingFileError, match="no finished run"):
        pipeline.print_pages(tmp_path)
    with pytest.raises(StudyError, match="50 to 600"):
        pipeline.Printing(dpi=5000)


def test_the_command_names_what_it_wrote_and_what_it_knows(sample_run, tmp_path):
    command = [sys.executable, "-m", "sharemap", "print", str(sample_run), "--out", str(tmp_path)]
    done = subprocess.run(
        [*command, "-p", "overview", "--size", "a3"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, str(tmp_path / "overview_a3.pdf")), done.stderr
    done = subprocess.run([*command, "-p", "village:nobody"], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("error: no such page: 'village:nobody' -> use one of village:V")
