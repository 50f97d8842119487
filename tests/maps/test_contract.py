"""The contract between Python and the page's script, held on both sides: what is written fits it, what is read is in it."""

from __future__ import annotations

import json
import re
import runpy
from collections import Counter
from dataclasses import replace
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from pydantic import TypeAdapter

from runs import run_of
from sharemap import maps
from sharemap.findings import percent
from sharemap.maps.screen import contract, payload, script

HERE = Path(__file__)
PANEL = runpy.run_path(str(HERE.with_name("test_panel.py")))
OTHERS = runpy.run_path(str(HERE.with_name("test_others.py")))
BASE = PANEL["BASE"]


def schema() -> dict:
    """The JSON Schema of the page's data: no field may be missing, and none may be there that it does not name."""
    made = TypeAdapter(contract.PageData).json_schema(mode="serialization")
    for one in objects(made):
        assert sorted(one["required"]) == sorted(one["properties"])
        one["additionalProperties"] = False
    return made


def objects(made: dict) -> list[dict]:
    return [one for one in (made, *made["$defs"].values()) if one["type"] == "object"]


def schema_faults(data: dict) -> list[str]:
    return [error.message[:200] for error in jsonschema.Draft202012Validator(schema()).iter_errors(data)]


def village_numbers() -> dict[str, pd.DataFrame]:
    score = {"village_id": "V-0001", "component": "places", "name_ko": "공유공간 수", "name_en": "shared spaces", "value": 3.0, "reference": 5.0,
             "normalised": 0.6, "weight": 40.0, "points": 24.0}  # fmt: skip
    value = {"village_id": "V-0001", "theme": "동행", "indicator": "children", "name_ko": "15분 안 어린이", "value": 12.0,
             "name_en": "children", "unit": "people", "unit_ko": "명", "unit_en": "residents", "formula_ko": "합",
             "formula_en": "sum", "limits_ko": "주민등록 기준", "limits_en": "registered"}  # fmt: skip
    return {
        "village_scores": pd.DataFrame([score, {**score, "component": "without a word"}]),
        "village_values": pd.DataFrame([value, {**value, "value": None}]),
    }


@pytest.fixture(scope="module")
def full():
    tables, summary = PANEL["full_town"]()
    return {**tables, **village_numbers()}, summary


# --------------------------------------------------------------------------------------------- what is written


def test_the_data_of_every_kind_of_page_fits_the_contract(full):
    tables, summary = full
    wide = {**summary, "area": {**summary["area"], "area_km2": 605.0}}
    bare = {**summary, "layers": [], "groups": [], "all_groups": None}
    for of_tables, of_summary, lang in (
        (tables, summary, "ko"),
        (tables, summary, "en"),
        (tables, wide, "ko"),
        ({"area": tables["area"]}, bare, "ko"),
    ):
        data = BASE["data_of"](maps.interactive(run_of(of_tables, of_summary, lang)))
        assert schema_faults(data) == []


def test_the_data_of_the_sample_ward_fits_the_contract(sample_run):
    data = BASE["data_of"]((sample_run / "map.html").read_text(encoding="utf-8"))
    assert schema_faults(data) == []
    sites = data["sites"]
    assert {len(column) for column in sites.values()} == {len(sites["x"])}
    assert {len(column) for column in data["labels"].values()} == {len(data["labels"]["x"])}
    blocks = data["blocks"]
    columns = ("streets", "dong", "residents", "shape")
    assert {len(blocks["id"])} == {len(blocks[name]) for name in columns} | {len(blocks["near"]["far"])}
    figures = [one for listed in blocks["near"]["by"].values() for one in listed]
    assert {len(one["letters"]) for one in figures} == {3 * len(blocks["id"])}


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("ages"),
        lambda data: data["villages"][0]["card"].update(novel=1),
        lambda data: data["villages"][0].update(facts=data["villages"][0]["facts"][:-1]),
        lambda data: data["gaps"][0].update(rank="1"),
        lambda data: data["sites"]["x"].append(0.5),
    ],
)
def test_data_that_break_the_contract_are_seen(full, change):
    data = BASE["data_of"](maps.interactive(run_of(*full)))
    assert schema_faults(data) == []
    change(data)
    assert len(schema_faults(data)) == 1


# ------------------------------------------------------------------------------------------------ what is read

#: Before the script: what JSON.parse gives tells of every field that is read whether the contract names it.
WATCH = """
window.__read = { known: new Set(), unknown: new Set() };
const SCHEMA = %s, cache = new WeakMap(), fresh = Object.fromEntries;
const of = (schema) => (schema.$ref ? SCHEMA.$defs[schema.$ref.split("/").pop()] : schema);
const fits = (schema, value) => of(schema).type === (Array.isArray(value) ? "array" : "object");
const choose = (schema, value) => of(schema.anyOf ? schema.anyOf.find((one) => fits(one, value)) : schema);
const element = (schema, at) => (schema.prefixItems ? schema.prefixItems[at] : schema.items);
const field = (schema, name) => {
  if (schema.properties && Object.hasOwn(schema.properties, name)) {
    __read.known.add(schema.title + "." + name);
    return schema.properties[name];
  }
  if (typeof schema.additionalProperties === "object") return schema.additionalProperties;
  if (!(name in Object.prototype)) __read.unknown.add(schema.title + "." + name);
  return null;
};
const watched = (value, given) => {
  if (value === null || typeof value !== "object" || !given) return value;
  if (cache.has(value)) return cache.get(value);
  const schema = choose(given, value), list = Array.isArray(value);
  const child = (name) => (list ? (/^\\d+$/.test(name) ? element(schema, Number(name)) : null) : field(schema, name));
  const proxy = new Proxy(value, { get: (target, name) =>
    typeof name === "symbol" ? target[name] : watched(target[name], child(name)) });
  cache.set(value, proxy);
  return proxy;
};
const parse = JSON.parse;
JSON.parse = (text) => { JSON.parse = parse; return watched(parse(text), SCHEMA); };
// rows that came as lists become objects: they too tell what they do not have
Object.fromEntries = (entries) => new Proxy(fresh(entries), { get: (target, name) => {
  if (typeof name !== "symbol" && !(name in target)) __read.unknown.add("row." + name);
  return target[name];
} });
"""
#: What the steps of the panel leave out.
MORE_STEPS = """(async () => {
  const q = (s) => document.querySelector(s), tick = () => new Promise((done) => setTimeout(done, 30));
  const change = (s, v) => { q(s).value = v; q(s).dispatchEvent(new Event("change", { bubbles: true })); };
  for (const where of ["village=1", "block=B-045", "pair=1", "place=P-D", "place=P-E", "dong=1199152000", "gap=wheelchair-all-2", "gap=1", "nowhere"]) {
    location.hash = "#" + where;
    await tick();
  }
  change("#profile", "standard");
  q("input[value=none]").click();
  q("input[value=area]").click();
  for (const zoom of [11, 14, 15.5, 18]) { map_sharemap.setZoom(zoom, { animate: false }); await tick(); }
  for (const which of ["all", "theme", "space"]) change("#which-sites", which);
  document.querySelectorAll(".checks input").forEach((box) => { box.click(); box.click(); });
  document.querySelectorAll(".checks input:not(:checked)").forEach((box) => box.click());
  map_sharemap.eachLayer((layer) => { if (layer.listens && layer.listens("click")) layer.fire("click"); });
  document.querySelectorAll("#other-tables th button, #other-tables td button").forEach((one) => one.click());
  q("#query").value = "공"; q("#query").dispatchEvent(new Event("input"));
  q("#query").value = "따릉이"; q("#query").dispatchEvent(new Event("input"));
  q("#found button").click();
  q("#query").value = "없는것"; q("#query").dispatchEvent(new Event("input"));
  q("#query").value = "동 가"; q("#query").dispatchEvent(new Event("input"));
  for (const key of ["ArrowDown", "ArrowUp", "Enter"])
    q("#query").dispatchEvent(new KeyboardEvent("keydown", { key: key }));
  q("#site-list").open = true;
  await tick();
  q("#note button").click();
  map_sharemap.fire("click", { latlng: L.latLng(%s, %s) });
  q("#map_sharemap").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  map_sharemap.fire("click", { latlng: map_sharemap.getBounds().pad(3).getNorthEast() });
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  return { known: [...__read.known], unknown: [...__read.unknown] };
})()"""


def watched(html: str) -> str:
    return html.replace("<head>", f"<head><script>{WATCH % json.dumps(schema())}</script>", 1)


def full_page(full, monkeypatch, lang: str) -> str:
    made = payload.payload

    def with_others(drawn):
        return replace(made(drawn), others=OTHERS["others"](drawn))

    with monkeypatch.context() as patched:
        patched.setattr("sharemap.maps.screen.page.payload", with_others)
        return watched(maps.interactive(run_of(*full, lang)))


def read_by_the_script(browser, html: str, folder: Path) -> tuple[dict, dict[str, int]]:
    """What a page's script read in all that a reader may do, and how often each of its functions ran."""
    browser.send("Profiler.enable")
    browser.send("Profiler.startPreciseCoverage", callCount=True, detailed=False)
    browser.visit(html, folder)
    spot, empty = PANEL["degrees"](300, 1300), PANEL["degrees"](500, 100)
    browser.run(PANEL["STEPS"] % {"lat": spot.y, "lon": spot.x, "empty_lat": empty.y, "empty_lon": empty.x})
    told = browser.run(MORE_STEPS % (spot.y, spot.x))
    browser.paper()
    ran = browser.send("Profiler.takePreciseCoverage")["result"]
    browser.send("Profiler.stopPreciseCoverage")
    assert browser.complaints == []
    functions = next(
        one["functions"] for one in ran if "showHere" in {f["functionName"] for f in one["functions"]}
    )
    places = {
        f"{f['functionName']} at {f['ranges'][0]['startOffset']}": f["ranges"][0]["count"] for f in functions
    }
    return told, {place: count for place, count in places.items() if not place.startswith(" ")}


@pytest.mark.browser
def test_the_script_reads_what_the_contract_names_and_all_of_it(full, browser, tmp_path, monkeypatch):
    known: set[str] = set()
    calls: Counter[str] = Counter()
    tables, summary = full
    wide = {**summary, "area": {**summary["area"], "area_km2": 605.0}}
    # few points carry each dong
    tables = {**tables, "placing": tables["coverage_dong"][["dong_code", "residents"]].assign(points=9)}
    for of_summary, lang in ((summary, "ko"), (summary, "en"), (wide, "ko")):
        html = full_page((tables, of_summary), monkeypatch, lang)
        told, ran = read_by_the_script(browser, html, tmp_path)
        assert told["unknown"] == []
        known |= set(told["known"])
        calls.update(ran)
    # the steps went through the whole script, so that nothing in it reads unseen
    assert len(calls) > 200
    assert [name for name, count in calls.items() if not count] == []
    # and nothing is carried that nobody reads
    named = {f"{one['title']}.{name}" for one in objects(schema()) for name in one["properties"]}
    assert named - known == set()


@pytest.mark.browser
def test_a_field_that_the_contract_does_not_name_is_seen(full, browser, tmp_path):
    html = watched(maps.interactive(run_of(*full)))
    for old, new, wrong in (
        ("village.card.doubtful", "village.card.dubious", "VillageCard.dubious"),
        ("facts.residents_15min", "facts.residents_15", "row.residents_15"),
        ("D.least_mobile", "D.leastMobile", "PageData.leastMobile"),
    ):
        assert old in html
        browser.visit(html.replace(old, new), tmp_path)
        browser.run("document.querySelector('#view input[value=gap]').click(); 1")
        assert wrong in browser.run("[...__read.unknown]")


# ------------------------------------------------------------------------------------------------ said once


@pytest.mark.browser
def test_the_script_rounds_a_share_as_python_does(full, browser, tmp_path):
    shares = [k / 2000 for k in range(2001)] + [k / 7 for k in range(8)] + [0.0625, 0.48249999, None]
    browser.visit(maps.interactive(run_of(*full)), tmp_path)
    for few in (False, True):
        asked = f"return {json.dumps(shares)}.map((share) => percent(share, {json.dumps(few)}));\n}})()"
        joined = re.sub(r"\}\)\(\);\Z", lambda _, asked=asked: asked, script.script("words"))
        assert browser.run(joined) == [percent(share, few=few) for share in shares]


def test_no_colour_of_the_palette_is_written_in_the_script_or_the_style_again(root):
    del root
    from sharemap import palette

    shared = {
        value.lower() for name, value in vars(palette).items() if name.isupper() and isinstance(value, str)
    } | {colour for classes in (palette.CLASSES, palette.GAP_CLASSES) for _, colour in classes}
    folder = Path(script.__file__).parent
    for path in (*folder.glob("app/*.js"), folder / "app.css"):
        written = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8").lower()))
        assert written & shared == set(), path.name
