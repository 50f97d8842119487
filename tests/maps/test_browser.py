"""The interactive map as people use it: real keys and clicks in a Chromium that has no network."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from page_loads import leftovers
from runs import run_of
from sharemap import catalog, maps

HERE = Path(__file__)
TOWN = runpy.run_path(str(HERE.parents[1] / "support" / "town.py"))
PANEL = runpy.run_path(str(HERE.with_name("test_panel.py")))
SCREENS = {
    "office": {"width": 1366, "height": 768},
    "large": {"width": 1920, "height": 1080},
    "phone": {"width": 390, "height": 844, "phone": True},
    "tablet": {"width": 820, "height": 1180},
    "half": {"width": 960, "height": 700},
}
WORST = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "<!--<script>",
    '=HYPERLINK("http://evil.example/","누르기")',
    "😀 👩‍👩‍👧‍👦 🇰🇷",
    "긴이름" * 166 + "끝끝",
    "뷁 쀍 ᄒᆞᆫ 書院",
    "줄\u2028바꿈\u2029끝 @@css@@ {{ 7*7 }}",
    "\u202eהפוך\u2066 bidi",
)
STATE = """({
  hash: location.hash, card: document.getElementById("card").hidden ? null : document.getElementById("card").innerText,
  title: document.getElementById("card").hidden ? null : document.querySelector("#card h2").textContent,
  note: document.getElementById("note").hidden ? null : document.getElementById("note-text").textContent,
  said: document.getElementById("announce").textContent, inside: document.getElementById("card").contains(document.activeElement),
  focus: document.activeElement.id || document.activeElement.className || document.activeElement.tagName,
  size: map_sharemap.getBounds().getNorth() - map_sharemap.getBounds().getSouth(),
  images: document.querySelectorAll("img").length, scripts: document.querySelectorAll("script").length,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})"""
MIDDLE = """(() => { const box = document.querySelector(%s).getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2]; })()"""
FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def full():
    return PANEL["full_town"]()


@pytest.fixture(scope="module")
def page(full):
    return maps.interactive(run_of(*full))


def middle(browser, selector: str) -> list[float]:
    return browser.run(MIDDLE % json.dumps(selector))


def sees(browser, east: float, north: float) -> bool:
    """Whether the map shows a point of the town, in the part of it that no card covers."""
    at = gpd.GeoSeries.from_xy([TOWN["EAST"] + east], [TOWN["NORTH"] + north], crs=5179).to_crs(4326).iloc[0]
    return browser.run(
        f"""(() => {{ const p = map_sharemap.latLngToContainerPoint([{at.y}, {at.x}]), size = map_sharemap.getSize();
          const home = map_sharemap.getContainer().getBoundingClientRect(), x = home.x + p.x, y = home.y + p.y;
          const card = document.getElementById("card"), box = card.getBoundingClientRect();
          const covered = !card.hidden && x > box.left && x < box.right && y > box.top && y < box.bottom;
          return p.x > 0 && p.y > 0 && p.x < size.x && p.y < size.y && !covered; }})()"""
    )


def quiet(browser, folder: Path) -> None:
    """Nothing was complained of, and nothing asked for but the file itself."""
    assert browser.complaints == []
    assert set(browser.requests) == {(folder / "map.html").as_uri()}


# --------------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize("screen", ["office", "phone", "tablet", "half"])
def test_an_address_leads_to_its_card(full, page, browser, tmp_path, screen):
    village = full[0]["villages"].iloc[0]
    several = full[0]["places"].query("place_id == 'P-D'").iloc[0]
    alone = full[0]["sites"].query("place_id == 'P-E'").iloc[0]
    gap = full[0]["gaps"].query("gap_id == 'wheelchair-all-1'").iloc[0]
    browser.visit(page, tmp_path, **SCREENS[screen])
    for fragment, texts, spot in (
        ("#village=V-0001", (f"1. {village['name']}", "4,321"), (310, 1110)),
        ("#village=1", (f"1. {village['name']}", "4,321"), (310, 1110)),
        ("#place=P-D", (several["name"], f"{several['sites']}곳"), (610, 1210)),
        ("#place=P-E", (alone["name"], alone["address"]), (1010, 1210)),
        ("#gap=wheelchair-all-1", ("소외지역 1위", f"{gap['residents']:,.0f}", "휠체어 기준"), (300, 200)),
        ("#gap=2", ("소외지역 2위", "일반 성인 기준"), (300, 500)),
        ("#dong=1199152000", ("라온1·2동", "1,000"), (1200, 400)),
        ("#block=B-045", ("B-045", "가로10길"), (1100, 1100)),
        ("#pair=1", ("2,222", "322 m"), (1060, 1110)),
    ):
        if screen == "office":  # the address of a page that is opened, elsewhere one that changes
            browser.visit(page, tmp_path, fragment=fragment, **SCREENS[screen])
        else:
            browser.run(f"location.hash = {json.dumps(fragment)}; 1")
            browser.run(FRAMES)
        seen = browser.run(STATE)
        assert seen["title"], fragment
        assert all(text in seen["card"] for text in texts), (fragment, seen["card"])
        assert sees(browser, *spot), fragment
        assert seen["inside"]  # a reader that follows the focus is taken there ...
        assert seen["title"] in seen["said"]  # ... and one that listens is told
        assert seen["note"] is None
        quiet(browser, tmp_path)
    assert full[0]["gaps"]["gap_id"].is_unique


def test_an_address_that_changes_leads_on_and_the_gap_brings_its_profile(page, browser, tmp_path):
    browser.visit(page, tmp_path, fragment="#dong=1199152000")
    wide = browser.run(STATE)["size"]
    browser.run("location.hash = '#village=V-0001'; 1")
    browser.run(FRAMES)
    seen = browser.run(STATE)
    assert seen["title"].startswith("1. ")
    assert seen["size"] < wide
    browser.run("location.hash = '#gap=wheelchair-all-1'; 1")
    browser.run(FRAMES)
    assert browser.run("document.getElementById('profile').value") == "wheelchair"
    assert browser.run("document.getElementById('show-gaps').checked")
    browser.run("location.hash = '#tables'; 1")
    browser.run(FRAMES)
    assert browser.run(STATE)["note"] is None  # a part of the page is no place of the map
    quiet(browser, tmp_path)


def test_an_address_of_nowhere_is_said_as_text(page, browser, tmp_path):
    browser.visit(page, tmp_path)
    scripts = browser.run(STATE)["scripts"]
    for fragment, shown in (
        ("#village=V-9999", "village=V-9999"),
        ("#village=", "village="),
        ("#place=", "place="),
        ("#gap=-1", "gap=-1"),
        ("#constructor=1", "constructor=1"),
        ("#__proto__=x", "__proto__=x"),
        ("#%E0%A4%A", "%E0%A4%A"),
        ("#dong=<img src=x onerror=alert(1)>", "dong=<img src=x onerror=alert(1)>"),
        ("#dong=%3Cscript%3Ealert(1)%3C/script%3E", "dong=<script>alert(1)</script>"),
        ("#" + "가" * 3000, "가" * 80 + "’"),
    ):
        if fragment == "#village=V-9999":
            browser.visit(page, tmp_path, fragment=fragment)
        else:
            browser.run(f"location.hash = {json.dumps(fragment)}; 1")
            browser.run(FRAMES)
        seen = browser.run(STATE)
        assert f"‘{shown}" in seen["note"], fragment
        assert seen["card"] is None
        assert (seen["images"], seen["scripts"], seen["overflow"]) == (0, scripts, 0)
        assert (
            browser.run("document.querySelectorAll('#village-list button').length") == 1
        )  # the map is there
        quiet(browser, tmp_path)
    browser.click(*middle(browser, "#note button"))
    assert browser.run(STATE)["note"] is None


def test_the_address_follows_the_card_and_brings_it_back(page, browser, tmp_path):
    found = {}
    for name, selector in (("village", "#village-list button"), ("gap", "#gap-list button")):
        browser.visit(page, tmp_path)
        browser.run(
            "document.documentElement.style.scrollBehavior = 'auto';"
            f"document.querySelector({json.dumps(selector)}).scrollIntoView(); 1"
        )
        browser.click(*middle(browser, selector))
        found[name] = browser.run(STATE)
    for name, text, kind in (
        ("dong", "다솜동", "동"),
        ("place", "따릉이 3", "시설"),
        ("block", "B-045", "블록"),
    ):
        browser.visit(page, tmp_path)
        browser.run("document.getElementById('query').focus(); 1")
        browser.write(text)
        assert kind in browser.run("document.querySelector('#found button').innerText")
        browser.key("Enter")
        found[name] = browser.run(STATE)
    assert {name: seen["hash"] for name, seen in found.items()} == {
        "village": "#village=V-0001", "gap": "#gap=standard-all-1", "dong": "#dong=1199151000", "place": "#place=P-%EB%94%B0%EB%A6%89%EC%9D%B4%203", "block": "#block=B-045",
    }  # fmt: skip
    for seen in found.values():
        browser.visit(page, tmp_path, fragment=seen["hash"])
        assert browser.run(STATE)["card"] == seen["card"]
        browser.key("Escape")
        left = browser.run(STATE)
        assert (left["hash"], left["card"]) == ("", None)
    quiet(browser, tmp_path)


# ------------------------------------------------------------------------------------------ keys and clicks


def test_everything_is_reached_by_keys(page, browser, tmp_path):
    browser.visit(page, tmp_path)
    browser.run("document.documentElement.style.scrollBehavior = 'auto'; 1")
    browser.key("Tab")
    assert browser.run("document.activeElement.className") == "skip"
    assert browser.run("document.activeElement.getBoundingClientRect().left") >= 0
    browser.key("Enter")
    assert browser.run("Math.abs(document.getElementById('tables').getBoundingClientRect().top)") < 5
    browser.key("Tab")
    assert browser.run("document.activeElement.closest('section[aria-labelledby]').id") == "table-coverage"
    # from the top again: what Tab passes, in order, each with a ring that is seen
    browser.visit(page, tmp_path)
    passed = []
    for _ in range(60):
        browser.key("Tab")
        if browser.run("document.activeElement === document.body"):
            break  # the end of the page
        passed.append(browser.run(
            "(() => { const a = document.activeElement, s = getComputedStyle(a.matches('.segments input') ? a.nextElementSibling : a); "
            "return [a.id || a.value || a.className || a.textContent, s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
        ))  # fmt: skip
    names = [name for name, *_ in passed]
    for name in (
        "query",
        "theme",
        "profile",
        "share",
        "show-villages",
        "show-gaps",
        "which-sites",
        "map_sharemap",
    ):
        assert name in names, name
    assert [one for one in passed if one[1] != "solid" or one[2] < 2] == []
    assert names.index("query") < names.index("theme") < names.index("map_sharemap")
    # Enter on the map asks about its middle, Escape leads back to the map
    browser.run(
        "document.getElementById('map_sharemap').focus(); map_sharemap.setZoom(15.5, { animate: false }); 1"
    )
    browser.key("Enter")
    assert "B-0" in browser.run(STATE)["card"]
    assert browser.run(STATE)["inside"]
    browser.key("Escape")
    assert browser.run(STATE)["focus"] == "map_sharemap"
    # search, choose by arrow, and come back to where one was
    browser.run("document.getElementById('query').focus(); 1")
    browser.write("동")
    assert browser.run("document.getElementById('found').hidden")  # one letter is too little
    browser.write(" 가람")
    browser.key("ArrowDown")
    browser.key("ArrowDown")
    second = browser.run("document.activeElement.querySelector('b').textContent")
    browser.key("Enter")
    seen = browser.run(STATE)
    assert seen["title"] == second
    assert seen["inside"]
    browser.key("Escape")
    assert browser.run(STATE)["focus"] == "query"
    quiet(browser, tmp_path)


def test_a_click_on_the_map_opens_what_is_there(full, page, browser, tmp_path):
    browser.visit(page, tmp_path)
    browser.click(*middle(browser, ".badge"))
    village = full[0]["villages"].iloc[0]
    seen = browser.run(STATE)
    assert seen["title"] == f"1. {village['name']}"
    for column in (
        "longest_walk_m",
        "loop_m",
        "residents_5min",
        "residents_10min",
        "residents_15min",
        "support_sites",
    ):
        assert f"{village[column]:,.0f}" in seen["card"], column
    browser.key("Escape")
    assert browser.run("document.activeElement !== document.body")
    before = browser.run("document.querySelectorAll('.badge').length")
    browser.click(*middle(browser, "#show-villages"))
    assert browser.run("document.querySelectorAll('.badge').length") == before - 1
    browser.click(*middle(browser, "#show-villages"))
    browser.click(*middle(browser, "#show-gaps"))
    assert browser.run("document.querySelectorAll('.badge').length") == before + 2
    quiet(browser, tmp_path)


# --------------------------------------------------------------------------------------------- what is seen

CONTRAST = """(() => {
  const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m.slice(0, 3), 1] : m; };
  const over = (top, low) => top.slice(0, 3).map((v, i) => v * top[3] + low[i] * (1 - top[3]));
  const light = (c) => c.slice(0, 3).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const ground = (node, base) => {
    const layers = [];
    for (; node; node = node.parentElement) {
      const c = parse(getComputedStyle(node).backgroundColor);
      if (node.matches(".leaflet-container") && layers.length) return layers.reduceRight((low, top) => over(top, low), base);
      if (c[3]) layers.push(c);
      if (c[3] === 1) break;
    }
    return layers.reduceRight((low, top) => over(top, low), [255, 255, 255]);
  };
  const data = JSON.parse(document.getElementById("sharemap-data").textContent), found = [], seen = new Set();
  const hex = (c) => [1, 3, 5].map((at) => parseInt(c.slice(at, at + 2), 16));
  const grounds = [[255, 255, 255], ...[...data.colours.classes, ...data.colours.gap_classes].map((c) => hex(c.colour))];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const node = text.parentElement;
    if (!text.textContent.trim() || node.closest("script, style, noscript, option, .unseen, .skip") || !node.getClientRects().length) continue;
    if ([...(function* () { for (let n = node; n; n = n.parentElement) yield n; })()].some((n) => getComputedStyle(n).opacity === "0")) continue;
    const style = getComputedStyle(node), size = parseFloat(style.fontSize), big = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    const worst = Math.min(...grounds.map((base) => ratio(parse(style.color), ground(node, base))));
    seen.add(style.color);
    if (worst < (big ? 3 : 4.5)) found.push([text.textContent.trim().slice(0, 30), style.color, worst.toFixed(2)]);
  }
  return { found: found, colours: seen.size };
})()"""


@pytest.mark.parametrize("screen", ["office", "phone"])
def test_all_text_has_contrast_enough(page, browser, tmp_path, screen):
    browser.visit(page, tmp_path, fragment="#nowhere", **SCREENS[screen])
    views = [
        "1",
        "document.querySelector('#view input[value=area]').click()",
        "document.getElementById('query').value = '가람'; document.getElementById('query').dispatchEvent(new Event('input'))",
    ]
    views += [
        "document.getElementById('show-gaps').click(); document.querySelector('#view input[value=gap]').click()"
    ]
    views += [
        "document.querySelector('#village-list button').click(); document.querySelectorAll('#card details').forEach((d) => { d.open = true; })"
    ]
    views += [
        "document.querySelector('#which-sites').value = 'all'; document.querySelector('#which-sites').dispatchEvent(new Event('change'))"
    ]
    views += ["map_sharemap.fire('click', { latlng: map_sharemap.getCenter() })"]
    for view in views:
        browser.run(f"{view}; 1")
        told = browser.run(CONTRAST)
        assert told["found"] == [], view
        assert told["colours"] >= 6  # the test has seen the page


def test_nothing_is_told_by_colour_alone(page, browser, tmp_path):
    symbols = [layer.symbol for layer in catalog.load().layers]
    assert len(set(symbols)) == len(symbols)
    browser.visit(page, tmp_path, **SCREENS["large"])
    browser.run("document.getElementById('show-gaps').click(); 1")
    told = browser.run("""({
      dongs: [...document.querySelectorAll(".label.dong")].map((n) => n.innerText),
      classes: [...document.querySelectorAll("#legend .classes li, #key li")].map((n) => n.innerText.trim()),
      badges: [...document.querySelectorAll(".badge span")].map((n) => [n.innerText, getComputedStyle(n).borderRadius]),
    })""")
    assert [text for text in told["dongs"] if not re.search(r"\d+\.\d%", text)] == []
    assert len(told["dongs"]) == 4
    assert all(told["classes"])
    shapes = {radius for _, radius in told["badges"]}
    assert len(shapes) == 2  # villages round, unserved areas square
    assert all(number.isdigit() for number, _ in told["badges"])


BOXES = """(() => {
  const box = (n) => { const b = n.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom].map(Math.round); };
  const all = (s) => [...document.querySelectorAll(s)].filter((n) => n.getClientRects().length);
  const parts = Object.fromEntries([["zoom", ".leaflet-control-zoom"], ["scale", ".leaflet-control-scale"], ["key", "#key"], ["card", "#card"], ["sources", ".attribution"]]
    .flatMap(([name, s]) => all(s).slice(0, 1).map((n) => [name, box(n)])));
  return { map: box(document.getElementById("map_sharemap")), parts: parts, labels: all(".label.dong span").map(box),
    targets: all("button, select, input, .top nav a").filter((n) => !n.matches(".segments input, .checks input")).concat(all(".segments label, .checks label")).map((n) => [n.id || n.textContent, Math.round(n.getBoundingClientRect().height)]),
    overflow: document.documentElement.scrollWidth - innerWidth, height: innerHeight };
})()"""


def apart(a: list[int], b: list[int]) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_from_afar_each_ward_carries_the_share_of_its_table(full, browser, tmp_path):
    tables, summary = full
    wide = {**summary, "area": {**summary["area"], "area_km2": 605.0}}
    browser.visit(maps.interactive(run_of(tables, wide)), tmp_path)
    browser.run(
        "document.getElementById('show-villages').click(); map_sharemap.setZoom(12.25, { animate: false }); 1"
    )
    names = {
        "standard": "coverage_profiles_ward",
        "wheelchair": "coverage_profiles_ward",
        "gap": "profile_gap",
    }
    for profile, name in names.items():
        rows = tables[name].query("key == 'all_groups' and age_band == 'all'")
        people = (
            rows["only_study_profile"]
            if profile == "gap"
            else rows["covered"].where(rows["profile"] == profile)
        )
        wards = (
            rows.assign(people=people)
            .dropna(subset="people")
            .groupby("ward_name")[["people", "residents"]]
            .sum()
        )
        browser.run(
            "document.querySelector('#view input[value=gap]').click(); 1" if profile == "gap"
            else f"(() => {{ const p = document.getElementById('profile'); p.value = '{profile}'; p.dispatchEvent(new Event('change')); }})(); 1"
        )  # fmt: skip
        expected = {
            f"{ward}\n{int(row.people / row.residents * 1000 + 0.5) / 10:.1f}%"
            for ward, row in wards.iterrows()
        }
        assert (
            set(browser.run("[...document.querySelectorAll('.label.ward')].map((n) => n.innerText)"))
            == expected
        )


@pytest.mark.parametrize("screen", list(SCREENS))
def test_the_parts_of_the_page_stay_apart_on_every_screen(page, browser, tmp_path, screen):
    for fragment in ("", "#village=V-0001"):
        browser.visit(page, tmp_path, fragment=fragment, **SCREENS[screen])
        browser.run(FRAMES)
        told = browser.run(BOXES)
        assert told["overflow"] <= 0
        left, top, right, bottom = told["map"]
        assert (bottom - top) >= 0.4 * told["height"]
        assert bottom <= told["height"] + 1
        parts = told["parts"]
        assert {"zoom", "scale", "sources"} <= set(parts)
        wide = SCREENS[screen][
            "width"
        ]  # on small ones the legend stands below the map, else it gives way to the card
        assert ("key" in parts) == (wide >= 1280 or (wide >= 900 and not fragment))
        named = [(name, box) for name, box in parts.items() if not (wide < 900 and name == "card")]
        for k, (name, box) in enumerate(named):
            assert left <= box[0] <= box[2] <= right + 1, name
            assert [other for other, at in named[k + 1 :] if not apart(box, at)] == [], name
        labels = told["labels"]
        assert all(apart(a, b) for k, a in enumerate(labels) for b in labels[k + 1 :])
        if screen == "phone":
            assert [target for target in told["targets"] if target[1] < 42] == []


def test_the_page_prints_on_a4_with_the_whole_map(page, browser, tmp_path):
    browser.visit(page, tmp_path, **SCREENS["office"])
    before = browser.run("[map_sharemap.getSize(), map_sharemap.getZoom()]")
    paper = browser.paper()
    sizes = {
        (round(float(w)), round(float(h)))
        for w, h in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
    }
    assert sizes == {(595, 842), (842, 595)}  # and the widest table across
    # every layer of the map is on the paper as dots, fine enough for print: a reader of PDF draws no strokes under masks
    widths = [int(w) for w in re.findall(rb"/Subtype /Image\s+/Width (\d+)", paper)]
    layers = browser.run("document.querySelectorAll('#map_sharemap canvas').length")
    assert sum(width >= 1900 for width in widths) >= layers >= 5
    assert browser.run("[map_sharemap.getSize(), map_sharemap.getZoom()]") == before
    quiet(browser, tmp_path)


# ----------------------------------------------------------------------------------------------- languages


def hangul(texts: list[str]) -> set[str]:
    return {word for text in texts for word in re.findall("[가-힣]+", text)}


def test_the_english_page_keeps_korean_for_names_only(full, browser, tmp_path):
    tables, summary = full
    html = maps.interactive(run_of(tables, summary, "en"))
    data = [
        frame[column].dropna().astype(str).tolist()
        for frame in tables.values()
        for column in frame.columns
        if not column.endswith("_ko") and frame[column].map(lambda value: isinstance(value, str)).any()
    ]
    names = " ".join(text for column in data for text in column)
    names += " ".join(
        [
            summary["title"],
            summary["attribution"],
            *summary["area"]["wards"],
            *(source["name"] + source["licence"] for source in summary["sources"]),
        ]
    )
    browser.visit(html, tmp_path)
    assert browser.run("document.documentElement.lang") == "en"
    spoken = """[...document.querySelectorAll("body *")].flatMap((n) => ["aria-label", "title", "placeholder", "label"].map((a) => n.getAttribute(a) || ""))
      .concat(document.body.innerText, [...document.querySelectorAll("option")].map((o) => o.textContent))"""
    steps = (
        "1", "document.querySelector('#village-list button').click(); document.querySelectorAll('details').forEach((d) => { d.open = true; })",
        "document.querySelector('#view input[value=area]').click()", "document.querySelector('#view input[value=gap]').click()",
        "document.getElementById('show-gaps').click()", "document.querySelector('#gap-list button').click()",
        "document.getElementById('query').value = 'B-0'; document.getElementById('query').dispatchEvent(new Event('input'))",
        "document.querySelector('#found button').click()", "map_sharemap.fire('click', { latlng: map_sharemap.getCenter() })",
        *(f"location.hash = '{fragment}'" for fragment in ("#pair=1", "#place=P-D", "#place=P-E", "#dong=1199151000", "#nowhere")),
    )  # fmt: skip
    for step in steps:
        browser.run(f"{step}; 1")
        browser.run(FRAMES)
        left = {word for word in hangul(browser.run(spoken)) if word not in names}
        assert left == set(), step
    quiet(browser, tmp_path)


# -------------------------------------------------------------------------------------------- hostile names


def hostile(full: tuple) -> tuple:
    """The town, with every name that comes from outside replaced by the worst of names."""
    tables, summary = full
    tables = dict(tables)

    def named(frame, *columns):
        return frame.assign(**{column: [WORST[(k + shift) % len(WORST)] for k in range(len(frame))] for shift, column in enumerate(columns)})  # fmt: skip

    dongs = dict(zip(tables["area"]["dong_name"], WORST, strict=False))
    wards = dict(zip(sorted(set(tables["area"]["ward_name"])), WORST[3:], strict=False))
    for name, frame in tables.items():
        for column, renamed in (("dong_name", dongs), ("ward_name", wards)):
            if column in frame.columns:
                tables[name] = tables[name].assign(**{column: frame[column].replace(renamed)})
    tables["sites"] = named(tables["sites"], "name", "address", "hours", "phone", "operator", "source")
    tables["places"] = named(tables["places"], "name", "address")
    streets = tables["edges"]["name"].map({name: WORST[k % len(WORST)] for k, name in enumerate(tables["edges"]["name"].dropna().unique())})  # fmt: skip
    tables["edges"] = tables["edges"].assign(name=streets)
    tables["blocks"] = named(tables["blocks"], "streets")
    tables["villages"] = tables["villages"].assign(
        name=WORST[5],
        sentence_ko=WORST[0],
        why_ko=WORST[1],
        doubt_ko=WORST[2],
        sentence_en=WORST[0],
        why_en=WORST[1],
        doubt_en=WORST[2],
    )
    tables["village_places"] = named(tables["village_places"], "name", "address")
    tables["village_services"] = named(
        tables["village_services"], "name", "hours", "phone", "operator", "address"
    )
    tables["village_loops"] = tables["village_loops"].assign(barriers_ko=WORST[0], barriers_en=WORST[0])
    tables["one_short"] = named(tables["one_short"], "name_a", "name_b")
    tables["gaps"] = named(tables["gaps"], "nearest_name", "sentence_ko", "sentence_en")
    sources = [
        {**source, "name": WORST[k], "file": WORST[k + 1], "licence": WORST[k + 2]}
        for k, source in enumerate(summary["sources"])
    ]
    layers = [{**layer, "name_ko": WORST[k]} for k, layer in enumerate(summary["layers"])]
    summary = {**summary, "title": WORST[5] + WORST[0], "sources": sources, "layers": layers, "attribution": WORST[0], "profile_ko": WORST[1]}  # fmt: skip
    return tables, summary


@pytest.fixture(scope="module")
def worst(full):
    tables, summary = hostile(full)
    return tables, summary, maps.interactive(run_of(tables, summary))


@pytest.mark.parametrize("screen", ["office", "phone"])
def test_the_worst_names_are_text_everywhere(worst, browser, tmp_path, screen):
    tables, summary, html = worst
    assert leftovers(html) == []
    shown = [
        name.translate(dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])) for name in WORST
    ]
    browser.visit(html, tmp_path, **SCREENS[screen])
    assert browser.run("document.title") == summary["title"]
    for fragment, wanted in (
        ("#village=V-0001", (0, 1, 2, 5)), ("#gap=1", (0, 1)), ("#place=P-A", (0, 1)), ("#pair=1", (0, 1)),
        *((f"#dong={code}", (k,)) for k, code in enumerate(tables["area"]["dong_code"])), *((f"#block=B-{k:03d}", (k,)) for k in range(9)),
    ):  # fmt: skip
        browser.run(f"location.hash = {json.dumps(fragment)}; 1")
        browser.run(FRAMES)
        seen = browser.run(STATE)
        assert seen["note"] is None
        raw = browser.run("document.getElementById('card').textContent")
        for k in wanted:
            assert shown[k] in raw, (fragment, WORST[k])
        assert (seen["images"], seen["scripts"], seen["overflow"]) == (0, 4, 0), fragment
    for name in shown:
        browser.run(
            f"document.getElementById('query').value = {json.dumps(name[:40])}; document.getElementById('query').dispatchEvent(new Event('input')); 1"
        )
        assert browser.run("document.querySelectorAll('#found button').length") > 0, name
    browser.run(
        "document.getElementById('query').value = ''; document.getElementById('query').dispatchEvent(new Event('input')); location.hash = ''; 1"
    )
    browser.key("Escape")
    browser.run("document.getElementById('site-list').open = true; 1")
    browser.run(FRAMES)
    body = browser.run("document.body.innerText + document.getElementById('table-sites').textContent")
    assert [name for name in shown if name not in body] == []
    told = browser.run(BOXES)
    assert told["overflow"] <= 0
    assert told["map"][3] - told["map"][1] >= 0.4 * told["height"]
    assert max(right - left for left, _, right, _ in told["labels"]) <= 190
    assert browser.run("document.querySelector('.top').offsetHeight") < 0.35 * told["height"]
    if screen == "office":
        assert len(browser.paper()) > 50_000
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html)
    quiet(browser, tmp_path)


# ------------------------------------------------------------------------------------------------ bare runs


def test_a_study_with_little_in_it_still_makes_a_map(full, browser, tmp_path):
    tables, summary = full
    one = {
        **summary,
        "layers": summary["layers"][:1],
        "groups": summary["groups"][:1],
        "all_groups": None,
        "groups_without_data": ["goods"],
    }
    none = {**one, "layers": [], "groups": [], "sources": []}
    empty = {**summary, "villages": {"count": 0, "one_short": 0, "to_check": 0, "places_in_villages": 0}}
    bare = {"area": tables["area"]}
    no_villages = {
        name: frame.iloc[:0] if name.startswith(("village", "one_short", "gaps")) else frame
        for name, frame in tables.items()
    }
    for of_tables, of_summary, said in (
        (bare, none, "기준을 채운 후보지가 없습니다."),
        (no_villages, empty, "기준을 채운 후보지가 없습니다."),
        (
            tables | {name: tables[name].query("layer == 'bike_station'") for name in ("sites", "served")},
            one,
            "따릉이",
        ),
    ):
        browser.visit(maps.interactive(run_of(of_tables, of_summary)), tmp_path)
        quiet(browser, tmp_path)
        for step in ("document.getElementById('which-sites').value = 'all'; document.getElementById('which-sites').dispatchEvent(new Event('change'))",
                     "document.querySelectorAll('#view input:enabled').forEach((input) => input.click())",
                     "map_sharemap.fire('click', { latlng: map_sharemap.getCenter() })", "location.hash = '#gap=1'"):  # fmt: skip
            browser.run(f"{step}; 1")
        browser.run(FRAMES)
        assert said in browser.run("document.body.innerText")
        assert browser.run(STATE)["overflow"] == 0
        assert browser.run("document.documentElement.dataset.ready") == "1"
        quiet(browser, tmp_path)


def test_the_browser_has_eyes(browser, tmp_path):
    """What the other tests rely on: requests, console errors, exceptions and dialogs are seen."""
    browser.visit(
        "<!DOCTYPE html><meta charset=utf-8><img src='http://evil.example/x.png'><script>console.error('told'); fetch('http://evil.example/y').catch(() => 0); throw new Error('thrown');</script>",
        tmp_path,
    )
    assert {"http://evil.example/x.png", "http://evil.example/y"} <= set(browser.requests)
    assert any("told" in text for text in browser.complaints)
    assert any("thrown" in text for text in browser.complaints)
    assert np.frombuffer(browser.picture()[:4], np.uint8).tolist() == [0x89, 0x50, 0x4E, 0x47]
