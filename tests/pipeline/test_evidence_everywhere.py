"""Wrong streets, a ward without a row and a list without coordinates: seen in map, workbook, report, summary and exit code."""

from __future__ import annotations

import io
import json
import re
import runpy
import subprocess
import sys
from html import escape
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from sharemap import pipeline

WARNINGS = runpy.run_path(str(Path(__file__).with_name("test_warnings.py")))
SILENT = "no row of 가온구"
FAULTS = {
    "streets": "wrong.osm: its streets cover",
    "zeroed": "19 of 20 rows of the layer 'tool_library'",
    "silent": SILENT,
}
ELSEWHERE = "서점명,주소,위도,경도\n먼 서점,부산광역시 해운대구 우동 1,35.163,129.163\n"


def faulty(sample, folder, faults):
    """The sample with some of three faults; the file of the study."""
    WARNINGS["zeroed"](sample, folder)
    if "zeroed" not in faults:
        (folder / "tool_library.csv").write_bytes((sample / "tool_library.csv").read_bytes())
    text = (folder / "study.toml").read_text(encoding="utf-8")
    if "silent" in faults:
        (folder / "books.csv").write_text(ELSEWHERE, encoding="utf-8")
        text = text.replace('"bookshop.json"', '"books.csv"')
    if "streets" in faults:
        area = gpd.read_file(folder / "dong.geojson").to_crs(5179)
        WARNINGS["streets_over"](folder / "wrong.osm", area, 0.6)
        text = text.replace('"gaon.osm.pbf"', '"wrong.osm"')
    head, *entries = text.split("[[sites]]")
    kept = [entry for entry in entries if any(f'"{layer}"' in entry for layer in WARNINGS["FEW"])]
    (folder / "study.toml").write_text("[[sites]]".join([head, *kept]), encoding="utf-8")
    return folder / "study.toml"


def sharemap(*command):
    line = [sys.executable, "-m", "sharemap", *map(str, command)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def sample(root):
    return root / "data" / "raw" / "sample"


@pytest.fixture(scope="module")
def all_three(sample, tmp_path_factory):
    """A run that was allowed to go on with all three faults, told in English; its terminal and its folder."""
    folder = tmp_path_factory.mktemp("faulty")
    study = faulty(sample, folder / "in", FAULTS)
    done = sharemap("run", study, "--out", folder / "out", "--lang", "en", "--allow-incomplete")
    assert done.returncode == 0, done.stderr
    pipeline.report(folder / "out")
    return done.stdout, folder / "out"


@pytest.mark.parametrize(
    ("faults", "stages", "code"),
    [
        (("streets",), ("network",), 3),
        (("zeroed",), ("network", "sites"), 3),
        (("silent",), ("network", "sites"), 0),  # its residents are unknown, and told so: no number misleads
    ],
)
def test_the_exit_code_says_it(sample, tmp_path, faults, stages, code):
    study = faulty(sample, tmp_path / "in", faults)
    for stage in stages:
        done = sharemap(stage, study, "--out", tmp_path / "out")
    assert done.returncode == code
    assert FAULTS[faults[0]] in done.stderr


def test_the_terminal_and_the_summary_say_all_three(all_three):
    terminal, out = all_three
    told = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    warnings = {one["text"]: one["gross"] for one in told["warnings"]}
    for said in FAULTS.values():
        assert said in terminal
        assert [said in text for text in warnings].count(True) == 1
    assert sorted(
        gross for text, gross in warnings.items() if any(said in text for said in FAULTS.values())
    ) == [
        False,
        True,
        True,
    ]
    assert told["evidence"]["open"] > 0
    (books,) = [one for one in told["layers"] if one["layer"] == "bookshop"]
    assert books["wards_without_data"] == {"11990": "가온구"}


def test_the_map_says_all_three_and_hatches_the_ward(all_three):
    _, out = all_three
    page = (out / "map.html").read_text(encoding="utf-8")
    note = re.search(r'<details class="warnings gross".*?</details>', page, re.DOTALL)[0]
    for said in FAULTS.values():
        assert escape(said) in note
    data = json.loads(re.search(r'id="sharemap-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    assert data["doubted"]["bookshop"] == ["11990"]
    assert {dong["ward_code"] for dong in data["dongs"]} == {"11990"}
    (table,) = [one for one in data["others"] if one["key"] == "evidence"]
    findings = [
        row[[column["title"] for column in table["columns"]].index("finding en")] for row in table["rows"]
    ]
    assert [text for text in findings if "no row of this ward in books.csv" in text]


def test_the_workbook_says_all_three_and_has_a_sheet_of_what_to_check(all_three):
    _, out = all_three
    book = openpyxl.load_workbook(io.BytesIO((out / "villages.xlsx").read_bytes()))
    first = [
        str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None
    ]
    for said in FAULTS.values():
        assert [said in text for text in first].count(True) == 1
    told = json.loads((out / "summary.json").read_text(encoding="utf-8"))["evidence"]["open"]
    assert f"{told} to check." in first
    sheet = book["Evidence, what to check first"]
    told = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert any("no row of this ward in books.csv" in text for text in told)
    assert {"doubtful", "unknown"} <= set(told)


def test_the_report_says_all_three_and_has_a_chapter_of_what_to_check(all_three):
    _, out = all_three
    page = (out / "report.html").read_text(encoding="utf-8")
    for said in ("wrong.osm", "20행 중 19행", "가온구의 행이 없습니다"):
        assert said in page
    chapter = page.partition("근거와 확인할 것</h2>")[2]
    assert "books.csv에 이 구의 행이 없음" in chapter


def test_the_tables_say_it_for_scripts(all_three):
    _, out = all_three
    lists = pd.read_csv(out / "completeness.csv", encoding="utf-8-sig").set_index("layer")
    assert lists.loc["bookshop", ["status", "rows", "rows_elsewhere"]].tolist() == ["no_data", 0, 1]
    assert lists.loc["tool_library", ["status", "rows", "sites"]].tolist() == ["listed", 1, 1]
    assert lists.loc["tool_library", "rows_elsewhere"] == 19  # their addresses name no ward
    told = pd.read_csv(out / "evidence.csv", encoding="utf-8-sig")
    (row,) = told.loc[told["evidence_id"] == "complete:no_data:layer_ward:bookshop:11990"].to_dict("records")
    assert (row["status"], row["source_file"], row["method"]) == ("unknown", "books.csv", "all_served")
    assert row["people_if_false"] >= row["people_if_true"]


def test_answers_of_officers_are_obeyed_by_the_next_run(sample, tmp_path):
    """A ward has none, two places are one, a site stands elsewhere: read from a filled-in list beside the study."""
    study = faulty(sample, tmp_path / "in", ("silent",))
    asked = pipeline.read_study(study)
    pipeline.run(asked, tmp_path / "out", only=("network", "sites"))
    sites = gpd.read_parquet(tmp_path / "out" / "sites.parquet")
    spaces = sites[sites["in_area"] & (sites["layer"] == "library")].drop_duplicates("place_id")
    one, other, moved = (spaces.iloc[at] for at in range(3))
    lines = [
        "근거번호,답,경도,위도,확인한 사람,확인일",
        "complete:no_data:layer_ward:bookshop:11990,맞음,,,김주무,2026-11-29",
        f"identity:two_buildings:pair:{one.place_id}:{other.place_id},아님,,,김주무,2026-11-29",
        f"position:contradicted:site:{moved.site_id},아님,127.0001,37.5501,이주무,2026-11-28",
        "complete:plan_none:layer:library,,,,,",
    ]
    (study.parent / "answers.csv").write_text("\n".join(lines), encoding="utf-8")
    with study.open("a", encoding="utf-8") as text:
        text.write('\n[evidence]\nanswers = "answers.csv"\n')
    pipeline.run(pipeline.read_study(study), tmp_path / "out", only=("network", "sites"))

    lists = pd.read_csv(tmp_path / "out" / "completeness.csv", encoding="utf-8-sig").set_index("layer")
    assert lists.loc["bookshop", "status"] == "none"
    after = gpd.read_parquet(tmp_path / "out" / "sites.parquet").set_index("site_id")
    assert after.loc[one.site_id, "place_id"] == after.loc[other.site_id, "place_id"]
    spot = after.to_crs(4326).loc[moved.site_id, "geometry"]
    assert (round(spot.x, 4), round(spot.y, 4)) == (127.0001, 37.5501)
    obeyed = pd.read_csv(tmp_path / "out" / "confirmed.csv", encoding="utf-8-sig").set_index("answer")
    assert obeyed["who"].to_dict() == {"same": "김주무", "position": "이주무"}
    given = pd.read_csv(tmp_path / "out" / "evidence_answers.csv", encoding="utf-8-sig")
    assert given["row"].tolist() == [2, 3, 4]
