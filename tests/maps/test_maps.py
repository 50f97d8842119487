from __future__ import annotations

import io
import itertools
import json
import re
import runpy
import warnings
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image
from shapely import MultiPolygon, Point, Polygon, box

from page_loads import leftovers
from runs import run_of
from sharemap import fonts, maps, palette
from sharemap.findings import percent
from sharemap.maps import geometry
from sharemap.maps.drawn import Drawn
from sharemap.maps.isochrones import themes_areas
from sharemap.maps.screen import offline
from sharemap.pages import policy

TOWN = runpy.run_path(str(Path(__file__).parents[1] / "support" / "town.py"))
HOSTILE = TOWN["HOSTILE"]


@pytest.fixture(scope="module")
def town():
    return TOWN["town"]()


@pytest.fixture(scope="module")
def page(town):
    tables, summary = town
    return maps.interactive(run_of(tables, summary))


class Text(HTMLParser):
    """Collects elements, table rows and the data block of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.rows: dict[str, list[list[str]]] = {}
        self.data = ""
        self.section = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "section":
            self.section = dict(attrs).get("id", "")
        if tag == "tr":
            self.rows.setdefault(self.section, []).append([])
        if tag in ("td", "th") and self.rows.get(self.section):
            self.rows[self.section][-1].append("")

    def handle_data(self, data):
        tag, attrs = self.tags[-1] if self.tags else ("", {})
        if attrs.get("id") == "sharemap-data" and not self.data:
            self.data = data
        elif tag in ("td", "th"):
            self.rows[self.section][-1][-1] += data


def data_of(html: str) -> dict:
    return json.loads(Text(html).data)


# ------------------------------------------------------------------------------------------------- one page


def test_the_page_loads_nothing_and_says_what_it_must(town, page):
    _, summary = town
    assert leftovers(page) == []
    assert 'lang="ko"' in page
    assert "user-scalable=no" not in page
    for text in (
        "시속 4.5 km",
        "15분 = 1,125 m",
        "2025-06-30",
        "© OpenStreetMap contributors, ODbL",
        "공공누리 제1유형",
    ):
        assert text in page
    assert '<p class="ribbon"' in page
    assert '<p class="ribbon"' not in maps.interactive(run_of(town[0], {**summary, "fictional": False}))
    # Leaflet is inside with its notice, once; nothing of jQuery or bootstrap is
    assert page.count("@preserve") == 1
    assert "BSD 2-Clause" in page
    assert "jquery" not in page.lower()


def test_the_same_input_gives_the_same_page(town, page):
    tables, summary = town
    shuffled = {name: frame.iloc[::-1] for name, frame in tables.items() if name not in ("edges", "barriers")}
    assert maps.interactive(run_of({**tables, **shuffled}, summary)) == page


def test_hostile_names_stay_text(page):
    parsed = Text(page)
    assert not [tag for tag, attrs in parsed.tags if tag == "img" or "onerror" in attrs]
    assert [tag for tag, _ in parsed.tags].count("title") == 1
    # our own scripts and nothing else: error counter, Leaflet, the data, the programme
    scripts = [attrs for tag, attrs in parsed.tags if tag == "script"]
    assert sum(attrs.get("type") == "application/json" for attrs in scripts) == 1
    assert len(scripts) == 4
    assert not set("<>&\u2028\u2029") & set(parsed.data)
    names = json.loads(parsed.data)["sites"]["name"]
    assert set(HOSTILE) <= set(names)  # unchanged, once decoded
    assert "{{ 7*7 }}" in parsed.data  # never a template either
    assert "<b>굵게</b>" not in page


def test_the_tables_hold_the_numbers_of_the_summary(town, page):
    tables, summary = town
    rows = Text(page).rows
    head, *coverage = rows["table-coverage"]
    assert head[-6:] == ["도달 주민", "미도달", "미상 주민", "도달률", "적어도", "많아야"]
    for entry, row in zip(summary["layers"], coverage, strict=False):
        assert row[1:] == [
            entry["name_ko"],
            str(entry["sites"]),  # all of them inside
            str(entry["sites"]),
            f"{entry['covered']:,}",
            f"{summary['residents'] - entry['covered']:,}",
            "0",
            *[percent(entry["share"])] * 3,
        ]
    assert coverage[-1][0] == "전체 분야"
    assert coverage[-1][4:] == ["4,825", "5,175", "0", "48.3%", "48.3%", "48.3%"]
    _, *by_dong = rows["table-dong"]
    assert [row[1] for row in by_dong] == tables["area"]["dong_name"].tolist()
    assert [row[3] for row in by_dong] == ["80.0%", "50.0%", "6.3%", "0.0%"]
    _, *counts, total = rows["table-rows"]
    for entry, row in zip(summary["layers"], counts, strict=True):
        assert [int(cell) for cell in row[1:5]] == [
            entry[k] for k in ("rows_read", "sites", "folded", "set_aside")
        ]
    sums = [str(sum(int(row[k]) for row in counts)) for k in range(1, 7)]
    assert total[1:] == sums
    _, village = rows["table-villages"]
    assert village[1] == f"가람동 {HOSTILE[0]}"
    assert village[5:] == ["310 m", "812 m", "900", "2,500", "4,321", "2"]
    assert 'data-share="0.4825" data-covered="4825.0">48.3%' in page


def test_sites_of_the_surroundings_are_told_apart_and_places_counted_once(town):
    tables, summary = town
    layers = [{**entry, "sites_in_area": entry["sites"] - 1} for entry in summary["layers"]]
    every = sum(entry["sites"] for entry in layers)
    inside = every - len(layers)
    told = {**summary, "layers": layers, "rows": {"sites_in_area": inside, "places": 6}}
    html = maps.interactive(run_of(tables, told))
    assert f'data-count="sites_n">{inside}곳</dd>' in html
    assert f'<dd class="around">주변 {len(layers)}곳 포함 {every}곳</dd>' in html
    assert '<dd class="around">' not in maps.interactive(run_of(tables, summary))
    rows = Text(html).rows
    head, *coverage = rows["table-coverage"]
    assert head[2:4] == ["시설 (구역 안)", "시설 (주변 포함)"]
    assert [row[2:4] for row in coverage[: len(layers)]] == [
        [str(entry["sites_in_area"]), str(entry["sites"])] for entry in layers
    ]
    assert rows["table-rows"][-1][5] == "6"
    pages = [maps.Prints(run_of(tables, each)).page("map", form="png", dpi=50) for each in (told, summary)]
    assert pages[0] != pages[1]


def test_the_english_page_has_no_korean_of_ours(town):
    tables, summary = town
    villages = tables["villages"].assign(name="가람동 나눔방 일대")
    named = [{**entry, "name_en": f"Source {n}"} for n, entry in enumerate(summary["sources"])]
    html = maps.interactive(run_of({**tables, "villages": villages}, {**summary, "sources": named}, "en"))
    assert "일대" not in html
    assert (
        data_of(html)["villages"][0]["name"]
        == Text(html).rows["table-villages"][1][1]
        == "가람동 나눔방 area"
    )
    assert [row[0] for row in Text(html).rows["table-sources"][1:]] == ["Source 0", "Source 1"]
    html = maps.interactive(run_of(tables, summary, "en"))
    assert 'lang="en"' in html
    assert not [text for text in data_of(html)["say"].values() if re.search("[가-힣]", text)]
    heads = [row for rows in Text(html).rows.values() for row in rows[:1]]
    assert not re.search("[가-힣]", str(heads))


def test_a_study_with_only_an_area_makes_a_page(town):
    tables, summary = town
    bare = {
        **summary,
        "layers": [],
        "groups": [],
        "all_groups": None,
        "sources": [],
        "groups_without_data": ["goods"],
    }
    html = maps.interactive(run_of({"area": tables["area"]}, bare))
    assert leftovers(html) == []
    assert "(물건)" in html
    assert (
        maps.Prints(run_of({"area": tables["area"]}, bare)).page("map", form="png", dpi=50)[:4] == b"\x89PNG"
    )


# --------------------------------------------------------------------------------------------- no network


def test_all_of_leaflet_is_inside_with_its_pictures_and_its_notice():
    inside = offline.leaflet()
    assert leftovers(inside) == []
    assert inside.count("url(data:image/png;base64,iVBOR") == 3
    assert "sourceMappingURL" not in inside
    assert "Redistributions of source code" in inside


def test_every_page_forbids_whatever_a_text_of_the_input_would_load(town):
    """A cell that begins with @import is a text like any other: it stops no run, and loads nothing."""
    cell = "@import url(https://x.example/a.css); <img src=https://x.example/a.png>"
    tables, summary = town
    hostile = {**tables, "sites": tables["sites"].assign(name=cell)}
    page = maps.interactive(run_of(hostile, {**summary, "title": cell}))
    head = page.split("<title>")[0]
    assert policy(script=True) in head
    assert "@import url(https://x.example/a.css); &lt;img" in page


@pytest.mark.parametrize(
    "loads",
    [
        '<img src="http://x.example/a.png">',
        "<iframe src=//x.example></iframe>",
        '<style>a { background: url("https://x.example/a.png") }</style>',
        "<style>@import 'https://x.example/a.css';</style>",
        '<script>L.tileLayer("https://tile.example/{z}/{x}/{y}.png")</script>',
        '<script>fetch("https://x.example/a.json")</script>',
        '<div style="background: url(https://x.example/a.png)"></div>',
        '<base href="https://x.example/">',
    ],
)
def test_the_gate_sees_what_a_browser_would_load(loads):
    assert len(leftovers(f"<html>{loads}</html>")) == 1


def test_the_gate_lets_readers_links_and_data_through():
    html = '<a href="https://x.example">x</a><img src="data:image/png;base64,AA"><style>a{behavior:url(#default#VML)}</style>'
    assert leftovers(html) == []


# ------------------------------------------------------------------------------------------------- geometry


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def numbers(text):
    """Whole numbers from letters, letter by letter."""
    found, value, weight = [], 0, 1
    for letter in text:
        digit = LETTERS.index(letter)
        value += digit % 32 * weight
        weight *= 32
        if digit < 32:
            found.append(-(value + 1) // 2 if value % 2 else value // 2)
            value, weight = 0, 1
    assert weight == 1  # the last number is complete
    return found


def unpacked(packer, text):
    steps = np.cumsum(np.array(numbers(text)).reshape(-1, 2), axis=0)
    return steps * 1e-5 + (packer.lon, packer.lat)


def test_numbers_of_any_size_come_back_from_their_letters():
    values = [0, 1, -1, 15, -16, 16, -17, 511, 512, -512, -513, 80_000, -80_000, 2**29, -(2**29)]
    text, ends = geometry._lettered(np.array(values))
    assert numbers(text) == values
    assert ends.tolist()[:4] == [1, 2, 3, 4]  # what is small takes one letter
    assert len(text) == ends[-1]


def test_packed_geometry_unpacks_to_within_a_metre_and_a_half(town):
    area = town[0]["area"]
    packer = geometry.Packer.around(area)
    ring = Polygon(
        [(0, 0), (400, 0), (400, 300), (0, 300)], [[(100, 100), (100, 200), (200, 200), (200, 100)]]
    )
    shape = shapely.transform(
        MultiPolygon([ring, box(600, 0, 700, 50)]), lambda xy: xy + np.array([954_000, 1_951_000])
    )
    packed = packer.polygons(shape, tolerance=0.0)
    assert [len(rings) for rings in packed] == [2, 1]
    degrees = [unpacked(packer, flat) for rings in packed for flat in rings]
    import geopandas as gpd

    for part, original in zip(
        degrees, [r for p in shape.geoms for r in (p.exterior, *p.interiors)], strict=True
    ):
        back = gpd.GeoSeries([Polygon(part)], crs=4326).to_crs(5179).iloc[0]
        assert shapely.hausdorff_distance(back.exterior, original) < 1.5


def test_packed_lines_keep_their_length(town):
    tables, _ = town
    packer = geometry.Packer.around(tables["area"])
    packed = packer.lines(np.asarray(tables["edges"].geometry))
    import geopandas as gpd

    lines = gpd.GeoSeries([shapely.LineString(unpacked(packer, flat)) for flat in packed], crs=4326).to_crs(
        5179
    )
    assert lines.length.sum() == pytest.approx(tables["edges"].geometry.length.sum(), rel=0.01)


def test_a_group_is_the_union_of_its_layers_and_the_promise_their_overlap(town):
    tables, summary = town
    areas = themes_areas(Drawn(run_of(tables, summary)))
    for minutes in (5.0, 10.0, 15.0):
        promise = areas["all_groups"][minutes]
        groups = [areas[entry["group"]][minutes] for entry in summary["groups"]]
        assert promise.area == pytest.approx(shapely.intersection_all(groups).area)
        assert all(shapely.difference(promise, group).area < 1 for group in groups)
    for small, large in itertools.pairwise((5.0, 10.0, 15.0)):
        assert areas["goods"][small].area < areas["goods"][large].area


def test_filling_small_holes_keeps_large_ones_and_drops_what_stood_in_the_small():
    #  +------------------+
    #  |  +--+   +------+ |   left hole 20 x 20 with an island 5 x 5, right hole 100 x 100
    #  |  |[]|   |      | |
    #  |  +--+   +------+ |
    #  +------------------+
    holes = [box(10, 50, 30, 70).exterior, box(80, 20, 180, 120).exterior]
    shape = MultiPolygon([Polygon(box(0, 0, 200, 140).exterior, holes), box(15, 55, 20, 60)])
    (drawn,) = geometry.generalised(np.array([shape], dtype=object), 2.0, least_hole_m2=1_000.0)
    assert drawn.is_valid
    assert len(drawn.geoms) == 1
    assert drawn.area == pytest.approx(200 * 140 - 100 * 100)
    (exact,) = geometry.generalised(np.array([shape], dtype=object), 2.0)
    assert exact.area == pytest.approx(shape.area)


def test_a_wide_area_draws_only_the_larger_streets(town):
    tables, summary = town
    wide = {**summary, "area": {**summary["area"], "area_km2": 605.0}}
    drawn = data_of(maps.interactive(run_of(tables, wide)))
    assert set(drawn["background"]["streets"]) == {"fast", "major", "mid"}
    assert drawn["wide"]
    # only blocks that a village or a pair mentions
    assert set(drawn["blocks"]["id"]) < set(tables["blocks"]["block_id"])
    near = data_of(maps.interactive(run_of(tables, summary)))
    assert {"minor", "foot"} <= set(near["background"]["streets"])
    assert len(near["blocks"]["id"]) == len(tables["blocks"])


def test_share_colours_darken_as_more_are_left_out_even_in_grey():
    grey = [
        np.dot([int(colour[at : at + 2], 16) for at in (1, 3, 5)], [0.299, 0.587, 0.114])
        for _, colour in palette.CLASSES
    ]
    assert all(b - a > 12 for a, b in itertools.pairwise(grey))


# -------------------------------------------------------------------------------------------- the printed map


def test_the_printed_map_is_a3_and_has_ink_where_the_map_is(town):
    tables, summary = town
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        content = maps.Prints(run_of(tables, summary)).page("map", size="a3", form="png")
    picture = Image.open(io.BytesIO(content))
    assert picture.info["Title"] == summary["title"]
    width, height = picture.size
    assert abs(width / 200 * 25.4 - 420) < 0.3
    assert abs(height / 200 * 25.4 - 297) < 0.3
    pixels = np.asarray(picture.convert("L"))
    # the worst dong (lower right of the map) is darker than the best (upper left)
    best = np.median(pixels[int(height * 0.17) : int(height * 0.2), int(width * 0.13) : int(width * 0.16)])
    worst = np.median(pixels[int(height * 0.6) : int(height * 0.63), int(width * 0.5) : int(width * 0.55)])
    assert best - worst > 30
    assert maps.Prints(run_of(tables, summary)).page("map", size="a3", form="png") == content


def test_signs_that_the_font_lacks_become_a_square_and_hanja_stays():
    assert fonts.drawable("書院 😀 도서관\u2028옆") == "書院 □ 도서관 옆"
    assert fonts.drawable("\ue000") == "□"


def test_printing_changes_no_setting_of_matplotlib(town):
    import sys

    import matplotlib as mpl

    before = dict(mpl.rcParams)
    maps.Prints(run_of(*town, "en")).page("map", size="a3", form="png")
    assert dict(mpl.rcParams) == before
    assert "koreanize_matplotlib" not in sys.modules


# ----------------------------------------------------------------------------------------------- in a browser

STEPS = """
(() => {
  const out = {}, q = (s) => document.querySelector(s), all = (s) => [...document.querySelectorAll(s)];
  const card = () => q("#card").innerText;
  out.errors = document.documentElement.dataset.errors || "0";
  out.headline = q(".promise strong").textContent;
  out.theme = q("#theme").selectedOptions[0].textContent;
  out.canvases = all("#map_sharemap canvas").length;
  out.villages = all("#village-list button").length;
  q("#village-list button").click();
  out.village = card();
  out.badges = all(".stop").length;
  const input = q("#query");
  input.value = "나루"; input.dispatchEvent(new Event("input"));
  out.found = all("#found button").map((b) => b.innerText);
  input.value = "B-045"; input.dispatchEvent(new Event("input"));
  q("#found button").click();
  out.block = card();
  q("input[value=area]").click();
  out.minutes = all("#minutes label").map((l) => l.innerText.trim());
  map_sharemap.fire("click", { latlng: L.latLng(%(lat)s, %(lon)s) });
  out.here = card();
  q("#theme").value = "library"; q("#theme").dispatchEvent(new Event("change"));
  out.legend = q("#legend").innerText;
  q("#site-list").open = true;
  q("#site-list").dispatchEvent(new Event("toggle"));
  out.sites = all("#table-sites tbody tr").length;
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  out.closed = q("#card").hidden;
  out.images = all("img").length;
  out.injected = all("script").length;
  out.loaded = performance.getEntriesByType("resource").map((r) => r.name).filter((n) => !n.startsWith("data:"));
  out.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  out.errors_after = document.documentElement.dataset.errors || "0";
  return out;
})()"""


@pytest.mark.browser
def test_the_page_works_in_a_browser_with_no_network(town, page, browser, tmp_path):
    import geopandas as gpd

    tables, summary = town
    spot = gpd.GeoSeries([Point(TOWN["EAST"] + 210, TOWN["NORTH"] + 1200)], crs=5179).to_crs(4326).iloc[0]
    browser.visit(page, tmp_path)
    report = browser.run(STEPS % {"lat": spot.y, "lon": spot.x})
    assert browser.complaints == []
    assert browser.requests == [(tmp_path / "map.html").as_uri()]
    assert report["errors"] == report["errors_after"] == "0"
    assert report["loaded"] == []
    assert report["images"] == 0
    assert report["injected"] == 4
    assert report["overflow"] == 0
    # what the reader sees is what the summary says
    assert report["headline"] == "48.3%"
    assert report["theme"] == "전체 분야 (계획의 약속) 48.3%"
    assert report["villages"] == summary["villages"]["count"]
    assert report["canvases"] >= 5
    assert f"1. 가람동 {HOSTILE[0]}" in report["village"]
    assert all(
        text in report["village"]
        for text in ("310 m", "812 m", "4,321", "1,080", HOSTILE[1], "1 – 3", "310 m · 4.1분")
    )
    assert report["badges"] == 4
    assert any("나루동" in text for text in report["found"])
    assert "B-045" in report["block"]
    assert "가로10길" in report["block"]
    assert report["minutes"] == ["5분", "10분", "15분"]
    assert "가온구 가람동" in report["here"]
    assert re.search(r"공구대여소|공구 대여", report["here"])
    assert "5분 안" in report["here"]
    assert "도서관 72.0%" not in report["legend"]  # walking areas are drawings and carry no share
    assert "15분 도보권" in report["legend"]
    assert report["sites"] == len(tables["sites"])
    assert report["closed"]
