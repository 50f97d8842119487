"""Tables that have no view of their own, on the map and below it, made by hand."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, MultiLineString, Point, box

from runs import run_of
from sharemap import maps
from sharemap.maps.drawn import Drawn
from sharemap.maps.geometry import Packer
from sharemap.maps.screen import payload
from sharemap.maps.screen.contract import GenericColumn
from sharemap.maps.screen.others import generic_table

TOWN = runpy.run_path(str(Path(__file__).parents[1] / "support" / "town.py"))
HOSTILE, EAST, NORTH = TOWN["HOSTILE"], TOWN["EAST"], TOWN["NORTH"]
COLUMNS = {
    "label": GenericColumn(title="이름", kind="text", number=False),
    "people": GenericColumn(title="주민수", kind="float", number=True),
    "open": GenericColumn(title="열림", kind="text", number=False),
}
ROWS = pd.DataFrame(
    {
        "label": ["나", HOSTILE[0], "가", None],
        "people": [9.0, 1000.25, None, 80.0],
        "open": [True, False, True, False],
    }
)


def at(x: float, y: float) -> Point:
    return Point(EAST + x, NORTH + y)


SHAPES = {
    "points": [at(300, 1300), at(700, 900), at(1100, 500), at(1300, 300)],
    "lines": [
        LineString([at(100 + 300 * k, 100), at(300 + 300 * k, 700)]) for k in range(3)
    ] + [MultiLineString([[at(1200, 900), at(1200, 1100)], [at(1300, 900), at(1300, 1100)]])],
    "polygons": [box(EAST + 350 * k, NORTH + 1100, EAST + 350 * k + 200, NORTH + 1300) for k in range(4)],
    "none": [None] * 4,
}  # fmt: skip


def others(drawn: Drawn) -> list:
    packer = Packer.around(drawn.area)
    made = []
    for key, shapes in SHAPES.items():
        frame = ROWS if key == "none" else gpd.GeoDataFrame(ROWS, geometry=shapes, crs=5179)
        said = {
            "key": key,
            "title": f"{key} {HOSTILE[1]}",
            "note": "설명",
            "colour": "#0b4f58",
        }
        made.append(generic_table(frame, packer, columns=COLUMNS, name="label", tolerance=1.0, **said))
    return made


@pytest.fixture
def page(monkeypatch):
    made = payload.payload
    monkeypatch.setattr(
        "sharemap.maps.screen.page.payload",
        lambda drawn: replace(made(drawn), others=others(drawn)),
    )
    return maps.interactive(run_of(*TOWN["town"]()))


def test_rows_and_their_geometry_go_together():
    tables = {table.key: table for table in others(Drawn(run_of(*TOWN["town"]())))}
    assert {key: table.kind for key, table in tables.items()} == {key: key for key in SHAPES}
    for table in tables.values():
        assert table.rows == [
            ["나", 9.0, True],
            [HOSTILE[0], 1000.25, False],
            ["가", None, True],
            [None, 80.0, False],
        ]
    assert len(tables["points"].spots) == len(tables["polygons"].shapes) == 4
    assert [len(line) for line in tables["lines"].lines] == [1, 1, 1, 2]
    assert not (tables["points"].lines)
    assert not (tables["points"].shapes)
    assert not (tables["none"].spots)


TABLE = """(() => [...document.querySelectorAll("#table-%s tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent)))()"""


@pytest.mark.browser
def test_a_table_of_its_own_is_listed_and_sorted(page, browser, tmp_path):
    browser.visit(page, tmp_path)
    heads = browser.run("[...document.querySelectorAll('#other-tables h3')].map((n) => n.textContent)")
    assert heads == [f"{key} {HOSTILE[1]}" for key in SHAPES]
    said = [
        ["1", "나", "9", "○"],
        ["2", HOSTILE[0], "1,000.25", "×"],
        ["3", "가", "–", "○"],
        ["4", "–", "80", "×"],
    ]
    assert browser.run(TABLE % "none") == said
    order = """(() => { document.querySelectorAll("#table-none th button")[%d].click();
      return [[...document.querySelectorAll("#table-none tbody tr")].map((row) => Number(row.cells[0].textContent)),
        [...document.querySelectorAll("#table-none th[aria-sort]")].map((head) => head.getAttribute("aria-sort"))]; })()"""
    assert browser.run(order % 1) == [
        [2, 4, 1, 3],
        ["none", "descending", "none"],
    ]  # numbers, not their letters
    assert browser.run(order % 1) == [[1, 4, 2, 3], ["none", "ascending", "none"]]  # what is empty stays last
    assert browser.run(order % 0) == [[2, 3, 1, 4], ["ascending", "none", "none"]]
    assert browser.run("document.querySelectorAll('#table-none td button').length") == 0  # it lies nowhere
    assert browser.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["points", "lines", "polygons"])
def test_a_table_of_its_own_is_drawn_where_its_rows_lie(page, browser, tmp_path, kind):
    browser.visit(page, tmp_path)
    count = "(() => { let n = 0; map_sharemap.eachLayer(() => { n += 1; }); return n; })()"
    before, legend = browser.run(count), browser.run("document.getElementById('legend').innerText")
    assert f"{kind} {HOSTILE[1]}" not in legend
    switched = f"document.getElementById('show-{kind}').click(); 1"
    browser.run(switched)
    assert browser.run(count) == before + 5  # four rows and their group
    assert f"{kind} {HOSTILE[1]}" in browser.run("document.getElementById('legend').innerText")
    browser.run(switched)
    assert browser.run(count) == before
    browser.run(switched)
    assert browser.run(count) == before + 5
    # the card of a row, from the table and from the map
    browser.run(f"document.querySelectorAll('#table-{kind} td button')[1].click(); 1")
    card = browser.run("document.getElementById('card').innerText")
    assert all(text in card for text in (HOSTILE[0], f"{kind} {HOSTILE[1]}", "1,000.25", "주민수"))
    assert browser.run("document.getElementById('card').contains(document.activeElement)")
    spot = gpd.GeoSeries([SHAPES[kind][1].centroid], crs=5179).to_crs(4326).iloc[0]
    seen = f"map_sharemap.getBounds().contains([{spot.y}, {spot.x}])"
    assert browser.run(seen)
    x, y = browser.run(f"""(() => {{ const home = map_sharemap.getContainer().getBoundingClientRect();
      const p = map_sharemap.latLngToContainerPoint([{spot.y}, {spot.x}]); return [home.x + p.x, home.y + p.y]; }})()""")
    browser.key("Escape")
    browser.run("scrollTo(0, 0); 1")
    browser.click(x, y)
    assert "1,000.25" in browser.run("document.getElementById('card').innerText")
    assert browser.run("document.querySelector('.leaflet-tooltip').textContent") == HOSTILE[0]
    assert browser.run("document.querySelectorAll('img').length") == 0
    assert browser.complaints == []
