"""Adding a stage with a table, and adding a format, step by step in a copy of the sources."""

from __future__ import annotations

import io
import json
import re
import shutil

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest

from recipe import Copy
from sharemap.exports import FORMATS
from sharemap.schema import STAGES, TABLES

STAGE = '''
"""The stage 'benches': where people can sit down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from sharemap.pipeline.stages.shared import Counts
from sharemap.schema import check

if TYPE_CHECKING:
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["run"]


def run(study: Study, folder: RunFolder) -> Counts:
    """Put a bench into every dong."""
    dongs = folder.table("area")
    benches = gpd.GeoDataFrame(
        {"bench": "벤치 " + dongs["dong_name"], "dong_name": dongs["dong_name"], "seats": range(1, len(dongs) + 1)},
        geometry=dongs.representative_point(),
    )
    benches["shade"] = benches["seats"] > 3
    folder.put(benches=check(benches, "benches"))
    return Counts(len(dongs), len(benches))
'''
COLUMNS = '''
"""Tables of benches."""

from __future__ import annotations

from sharemap.schema.columns import GEOMETRY, Table, flag, integer, table, text

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = (
    table(
        "benches",
        text("bench", "벤치", "name of the bench", unique=True),
        text("dong_name", "행정동", "dong it stands in"),
        integer("seats", "자리수", "seats"),
        flag("shade", "그늘", "there is shade"),
        GEOMETRY,
    ),
)
'''
FACTS = """
[benches]
file = "benches.gpkg"
stage = "benches"
ko = "쉴 곳"
en = "Benches"

[benches.shown]
columns = ["bench", "dong_name", "seats", "shade"]
name = "bench"
colour = "water"
note_ko = "걷다가 앉을 수 있는 곳입니다."
note_en = "Where one can sit down on the way."
"""


def with_a_stage(root, folder):
    copy = Copy(root, folder)
    copy.edit(
        "src/sharemap/schema/stages.toml",
        "[deliver]\n",
        '[benches]\ntitle = "where people can sit down"\nneeds = ["network"]\nfiles = []\nstudy = []\n\n[deliver]\n',
    )
    copy.edit(
        "src/sharemap/schema/stages.toml",
        '["isochrones", "villages"]',
        '["isochrones", "villages", "benches"]',
    )
    tables = (folder / "src/sharemap/schema/tables.toml").read_text(encoding="utf-8")
    copy.edit("src/sharemap/schema/tables.toml", tables, tables + FACTS)
    copy.add("src/sharemap/schema/benches.py", COLUMNS.lstrip())
    schema = "src/sharemap/schema/__init__.py"
    copy.edit(schema, "import coverage, network", "import benches, coverage, network")
    copy.edit(schema, "coverage, villages)", "coverage, villages, benches)")
    copy.add("src/sharemap/pipeline/stages/benches.py", STAGE.lstrip())
    stages = "src/sharemap/pipeline/stages/__init__.py"
    copy.edit(stages, "import coverage, deliver", "import benches, coverage, deliver")
    copy.edit(stages, "villages, deliver)", "villages, benches, deliver)")
    copy.edit("README.md", " | deliver [STUDY", " | benches | deliver [STUDY")
    return copy


@pytest.fixture(scope="module")
def stage(root, tmp_path_factory):
    """The copy with the new stage, and the folder of a run of it."""
    copy = with_a_stage(root, tmp_path_factory.mktemp("stage"))
    sample = copy.folder / "sample"
    shutil.copytree(root / "data" / "raw" / "sample", sample, ignore=shutil.ignore_patterns("truth"))
    text = (sample / "study.toml").read_text(encoding="utf-8")
    head, *entries = text.split("[[sites]]")
    few = [entry for entry in entries if re.search(r'layer = "(library|tool_library|bookshop)"', entry)]
    (sample / "study.toml").write_text("[[sites]]".join([head, *few]), encoding="utf-8")
    out = copy.folder / "out"
    done = copy.sharemap("run", sample / "study.toml", "--out", out)
    assert done.returncode == 0, done.stderr
    return copy, out


@pytest.mark.slow
def test_a_new_stage_with_a_table_touches_at_most_nine_files(stage):
    copy, _ = stage
    assert len(copy.touched) <= 9
    assert "benches" in copy.sharemap("--help").stdout


@pytest.mark.slow
def test_it_runs_is_stored_described_and_kept(stage):
    copy, out = stage
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
def test_the_workbook_has_a_sheet_of_it(stage):
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
def test_the_report_has_a_section_of_it(stage):
    copy, out = stage
    done = copy.sharemap("report", out)
    assert done.returncode == 0, done.stderr
    page = (out / "report.html").read_text(encoding="utf-8")
    assert re.search(r"<h2[^>]*>[^<]*쉴 곳", page)
    assert "걷다가 앉을 수 있는 곳입니다." in page
    for name in gpd.read_file(out / "benches.gpkg", layer="benches")["bench"][:10]:
        assert name in page


def test_a_new_format_touches_two_files_and_is_known_everywhere(root, sample_run, tmp_path):
    copy = Copy(root, tmp_path)
    formats = "src/sharemap/exports/files/formats.py"
    copy.edit(
        formats,
        "#: Format -> function",
        """def _jsonl(job: Job) -> list[Lost]:
    for name, frame in job.tables.items():
        plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
        plain.to_json(job.new(f"{name}.jsonl"), orient="records", lines=True, force_ascii=False)
    return []


#: Format -> function""",
    )
    copy.edit(formats, '"parquet": _parquet}', '"parquet": _parquet, "jsonl": _jsonl}')
    copy.edit("README.md", "csv, parquet\n", "csv, parquet, jsonl\n")
    assert len(copy.touched) == 2
    done = copy.sharemap(
        "export", sample_run, "--format", "jsonl", "--table", "sites", "--out", tmp_path / "out"
    )
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "out" / "sites.jsonl").read_text(encoding="utf-8").splitlines()
    sites = gpd.read_parquet(sample_run / "sites.parquet")
    assert [json.loads(line)["site_id"] for line in lines] == sites["site_id"].tolist()
    assert "parquet, jsonl" in copy.sharemap("export", "--help").stdout


def test_the_readme_names_every_format(root):
    (line,) = [
        line
        for line in (root / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("sharemap export")
    ]
    assert re.findall(r"\b(\w+)(?: \([^)]*\))?(?:,|$)", line.split("#")[1]) == list(FORMATS)


def test_every_table_that_is_shown_can_be_shown():
    for table in TABLES.values():
        if table.shown is not None:
            assert {table.shown.name, *table.shown.columns} <= set(table.names) - {"geometry"}, table.name
            assert len(table.ko) <= 31, "the title of a sheet"
        if table.phone is not None:
            assert table.spatial
            assert {table.phone.name, *table.phone.details} <= set(table.names), table.name
