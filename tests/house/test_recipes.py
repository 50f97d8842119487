"""The recipes of CONTRIBUTING, each followed word for word in a copy of the sources: what they promise comes true."""

from __future__ import annotations

import io
import json
import re
import shutil
import tomllib
from dataclasses import fields

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest

import portal_server as play
from recipe import Copy, steps
from sharemap import palette
from sharemap.exports import FORMATS
from sharemap.schema import STAGES, TABLES
from sharemap.units import WalkProfile

RECIPES = {
    "A layer": 2,
    "A source": 2,
    "A profile attribute": 4,
    "An output format": 2,
    "A stage": 5,  # and docs/tables.md, which is printed
}
"""Recipe -> the most files that it may take."""


def of_sample(root, folder, *layers, **parameters):
    """Write the sample's study with a few of its layers, and return its file."""
    shutil.copytree(root / "data" / "raw" / "sample", folder, ignore=shutil.ignore_patterns("truth"))
    head, *entries = (folder / "study.toml").read_text(encoding="utf-8").split("[[sites]]")
    few = [entry for entry in entries if re.search(rf'layer = "({"|".join(layers)})"', entry)]
    for name, value in parameters.items():
        head = re.sub(rf"^{name} = .*$", f"{name} = {json.dumps(value)}", head, flags=re.MULTILINE)
    (folder / "study.toml").write_text("[[sites]]".join([head, *few]), encoding="utf-8")
    return folder / "study.toml"


def test_every_recipe_is_proven_here(root):
    told = (root / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Recipes")[2]
    assert re.findall(r"^### (.*)$", told, re.MULTILINE) == list(RECIPES)


@pytest.mark.parametrize(("title", "most"), RECIPES.items())
def test_a_recipe_takes_no_more_files_than_it_may_and_they_can_be_read(root, tmp_path, title, most):
    copy = Copy(root, tmp_path, title)
    changed = copy.changed(root)
    assert changed == {step.path for step in steps(root, title)}
    assert 0 < len(changed) <= most
    for file in changed:
        text = (tmp_path / file).read_text(encoding="utf-8")
        if file.endswith(".py"):
            compile(text, file, "exec")
        elif file.endswith(".toml"):
            tomllib.loads(text)


def test_a_layer_is_known_read_and_offered_as_a_workbook(root, tmp_path):
    copy = Copy(root, tmp_path, "A layer")
    (tmp_path / "list.csv").write_text(
        "택배함명칭,주소,위도,경도,보관함수\n가온역 택배함,서울특별시 가온구 나래로 1,37.55,127.0,12\n",
        encoding="utf-8",
    )
    told = copy.python(
        "-c",
        "from sharemap import catalog\n"
        "from sharemap.sources.sites import read_sites\n"
        "layer = catalog.layer('parcel_locker')\n"
        "kind = next(one for one in catalog.template(layer).columns if one.key == 'kind')\n"
        "print(catalog.task('2-1').layers[-1], layer.sources[0].key, *kind.choices, read_sites('list.csv').layer.key)",
    )
    assert told.stdout.split() == ["parcel_locker", "parcel_locker_seoul", "실내", "실외", "parcel_locker"], (
        told.stderr
    )
    assert (
        "parcel_locker,무인택배함,Parcel locker,2-1,goods"
        in copy.sharemap("catalog", "layers", "--csv").stdout
    )


def test_a_source_is_fetched_kept_and_read(root, tmp_path):
    copy = Copy(root, tmp_path, "A source")
    assert "repair_cafe_seoul" in copy.sharemap("fetch", "--list", "repair_shop").stdout
    rows = [
        {"CAFE_NO": f"R{one}", "CAFE_NM": f"수리카페 {one}", "ROAD_ADDR": f"서울특별시 중구 다산로 {one}",
         "LAT": 37.55, "LNG": 127.0 + one / 1000, "OPEN_TIME": "평일 10:00~18:00"}
        for one in range(1, 8)
    ]  # fmt: skip
    with play.Server() as portal:
        portal.rows["TbRepairCafe"] = rows
        asked = ("fetch", "repair_shop", "--source", "repair_cafe_seoul", "--out", tmp_path / "raw")
        done = copy.sharemap(*asked, f"--endpoint=seoul={portal.url}", SHAREMAP_SEOUL_KEY=play.KEYS["seoul"])
    assert done.returncode == 0, done.stderr
    assert "repair_cafe_seoul: 7 rows of 7 promised" in done.stdout
    (kept,) = (tmp_path / "raw").glob("repair_cafe_seoul/*/manifest.json")
    told = copy.python(
        "-c",
        "from sharemap.sources.sites import read_sites\n"
        f"read = read_sites({str(kept)!r}, layer='repair_shop')\n"
        "print(read.source.key, read.rows_read, *read.frame['name'])",
    )
    assert told.stdout.strip() == " ".join(["repair_cafe_seoul", "7", *(row["CAFE_NM"] for row in rows)]), (
        told.stderr
    )


@pytest.mark.slow
def test_a_profile_attribute_prices_the_streets_and_is_told(root, tmp_path):
    copy = Copy(root, tmp_path, "A profile attribute")
    study = of_sample(root, tmp_path / "sample", "library", profile="child")
    with study.open("a", encoding="utf-8") as file:
        file.write("\n[profiles.child]\nspeed_kmh = 3.6\nmain_road_factor = 2.0\n")
    done = copy.sharemap("network", study, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    edges = gpd.read_parquet(tmp_path / "out" / "network" / "edges.parquet")
    main = edges["highway"].isin(["primary", "secondary", "tertiary"]) & ~edges["steps"]
    assert 0 < main.sum() < len(edges)
    np.testing.assert_allclose(edges["cost_m"], edges["length_m"] * np.where(main, 2.0, 1.0), atol=0.005)
    told = json.loads((tmp_path / "out" / "provenance.json").read_text(encoding="utf-8"))
    assert told["parameters"]["profile"]["main_road_factor"] == 2.0
    assert told["parameters"]["profiles"][1]["main_road_factor"] == 1.0, "the walkers that there are stay"
    study.write_text(
        study.read_text(encoding="utf-8").replace("main_road_factor = 2.0", "main_road_factor = 0.5")
    )
    done = copy.sharemap("network", study, "--out", tmp_path / "out")
    assert (done.returncode, "main_road_factor" in done.stderr) == (3, True), done.stderr


def test_the_starter_study_tells_of_each_attribute_of_a_profile(root):
    told = (root / "src" / "sharemap" / "study" / "starter.toml").read_text(encoding="utf-8")
    shown = set(re.findall(r"^# (\w+) = ", told.partition("# [profiles.child]")[2], re.MULTILINE))
    assert {one.name for one in fields(WalkProfile)} - {"name", "name_ko", "name_en", "source"} <= shown


def test_a_format_is_written_and_offered(root, sample_run, tmp_path):
    copy = Copy(root, tmp_path, "An output format")
    asked = ("export", sample_run, "--format", "jsonl", "--table", "sites", "--out", tmp_path / "out")
    done = copy.sharemap(*asked)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "out" / "sites.jsonl").read_text(encoding="utf-8").splitlines()
    sites = gpd.read_parquet(sample_run / "sites.parquet")
    assert [json.loads(line)["site_id"] for line in lines] == sites["site_id"].tolist()
    assert "parquet, jsonl" in copy.sharemap("export", "--help").stdout


def test_the_readme_names_every_format(root):
    told = (root / "README.md").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in told if line.startswith("sharemap export")]
    assert re.findall(r"\b(\w+)(?: \([^)]*\))?(?:,|$)", line.split("#")[1]) == list(FORMATS)


@pytest.fixture(scope="module")
def stage(root, tmp_path_factory):
    """The copy with a new stage, and the folder of a run of it."""
    copy = Copy(root, tmp_path_factory.mktemp("stage"), "A stage")
    study = of_sample(root, copy.folder / "sample", "library", "tool_library", "bookshop")
    done = copy.sharemap("run", study, "--out", copy.folder / "out")
    assert done.returncode == 0, done.stderr
    return copy, copy.folder / "out"


@pytest.mark.slow
def test_a_stage_runs_is_stored_described_and_kept(stage, root):
    copy, out = stage
    assert copy.python("-m", "tools.tables").returncode == 0
    assert "### `benches`" in (copy.folder / "docs" / "tables.md").read_text(encoding="utf-8")
    sources = {name for name in copy.changed(root) if not name.startswith(("out/", "sample/"))}
    assert len(sources) == RECIPES["A stage"] + 1
    assert "benches" in copy.sharemap("--help").stdout
    made = json.loads((out / "provenance.json").read_text(encoding="utf-8"))["stages"]
    assert list(made) == [*(name for name in STAGES if name != "deliver"), "benches", "deliver"]
    assert list(made["benches"]["files"]) == ["benches.gpkg"]
    benches = gpd.read_file(out / "benches.gpkg", layer="benches")
    assert len(benches) == len(gpd.read_parquet(out / "area.parquet"))
    style = pyogrio.read_dataframe(out / "benches.gpkg", layer="layer_styles", read_geometry=False)
    assert "쉴 곳" in style.loc[0, "styleQML"]
    described = pd.read_csv(out / "data_dictionary.csv", encoding="utf-8-sig")
    assert set(described.loc[described["table"] == "benches", "meaning_ko"]) >= {"벤치", "자리수"}
    done = copy.sharemap("benches", copy.folder / "sample" / "study.toml", "--out", out)
    assert "stage benches: kept" in done.stderr
    done = copy.sharemap("export", out, "--format", "csv", "--table", "benches")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_map_has_its_table_as_a_layer_and_as_a_list(stage):
    _, out = stage
    page = (out / "map.html").read_text(encoding="utf-8")
    (told,) = re.findall(
        r'<script type="application/json" id="sharemap-data">(.*?)</script>', page, re.DOTALL
    )
    (table,) = [one for one in json.loads(told)["others"] if one["title"] == "쉴 곳"]
    benches = gpd.read_file(out / "benches.gpkg", layer="benches")
    assert (table["title"], table["note"]) == ("쉴 곳", "걷다가 앉을 수 있는 곳입니다.")
    assert [column["title"] for column in table["columns"]] == ["벤치", "행정동", "자리수", "그늘"]
    assert [row[:3] for row in table["rows"]] == benches[["bench", "dong_name", "seats"]].to_numpy().tolist()
    assert (table["kind"], len(table["spots"]), table["colour"]) == ("points", len(benches), palette.WATER)


@pytest.mark.slow
@pytest.mark.browser
def test_the_map_lists_and_sorts_its_table_and_has_it_in_the_legend(stage, browser, tmp_path):
    _, out = stage
    browser.visit((out / "map.html").read_text(encoding="utf-8"), tmp_path)
    cells = (
        """[...document.querySelectorAll("#table-benches tbody tr")].map((row) => row.cells[3].textContent)"""
    )
    seats = browser.run(cells)
    assert seats == [str(number) for number in range(1, len(seats) + 1)]
    sort = f"""(() => {{ document.querySelectorAll("#table-benches th button")[2].click(); return {cells}; }})()"""
    assert browser.run(sort) == seats[::-1]
    legend = """document.getElementById("legend").innerText"""
    assert "쉴 곳" not in browser.run(legend)
    assert "쉴 곳" in browser.run(
        f"""(() => {{ document.getElementById("show-benches").click(); return {legend}; }})()"""
    )
    assert browser.complaints == []


@pytest.mark.slow
def test_the_workbook_has_a_sheet_of_its_table(stage):
    _, out = stage
    book = openpyxl.load_workbook(io.BytesIO((out / "villages.xlsx").read_bytes()))
    rows = list(book["쉴 곳"].iter_rows(values_only=True))
    assert rows[0] == ("벤치", "행정동", "자리수", "그늘")
    benches = gpd.read_file(out / "benches.gpkg", layer="benches")
    assert [row[:3] for row in rows[1 : len(benches) + 1]] == list(
        zip(benches["bench"], benches["dong_name"], benches["seats"], strict=True)
    )
    assert [row[3] for row in rows[1:6]] == ["×", "×", "×", "○", "○"]
    assert rows[len(benches) + 1][0] == "걷다가 앉을 수 있는 곳입니다."


@pytest.mark.slow
def test_the_report_has_a_section_of_its_table(stage):
    copy, out = stage
    done = copy.sharemap("report", out)
    assert done.returncode == 0, done.stderr
    page = (out / "report.html").read_text(encoding="utf-8")
    assert re.search(r"<h2[^>]*>[^<]*쉴 곳", page)
    assert "걷다가 앉을 수 있는 곳입니다." in page
    for name in gpd.read_file(out / "benches.gpkg", layer="benches")["bench"][:10]:
        assert name in page


def test_every_table_that_is_shown_can_be_shown():
    for table in TABLES.values():
        if table.shown is not None:
            assert {table.shown.name, *table.shown.columns} <= set(table.names) - {"geometry"}, table.name
            assert len(table.ko) <= 31, "the title of a sheet"
        if table.phone is not None:
            assert table.spatial
            assert {table.phone.name, *table.phone.details} <= set(table.names), table.name
