"""What the log warns of reaches every reader; a gross gap of the input stops a run that does not allow it."""

from __future__ import annotations

import ast
import dataclasses
import io
import json
import logging
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from string import Formatter

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely

from real_study import study_of
from sharemap import network, pipeline
from sharemap.errors import ExtractError, SiteFileError
from sharemap.findings import words
from sharemap.findings.warned import warned
from sharemap.pipeline.hearing import hearing

#: A file name that HTML would run and a spreadsheet would reckon.
HOSTILE = "=cmd<script>alert(1)<b>.csv"
FEW = {"bookshop", "library", "tool_library"}


@pytest.fixture(scope="module")
def sample(root):
    return root / "data" / "raw" / "sample"


@pytest.fixture(scope="module")
def study(sample):
    whole = pipeline.read_study(sample / "study.toml")
    return dataclasses.replace(whole, sites=tuple(entry for entry in whole.sites if entry.layer in FEW))


def zeroed(sample, folder, name="tool_library.csv"):
    """A copy of the sample whose list of tool libraries has no usable position, 19 rows and one that has."""
    shutil.copytree(sample, folder, ignore=shutil.ignore_patterns("truth"))
    rows = "".join(f"{at},도서관 {at},가온로 {at},0,0\n" for at in range(19))
    x, y = gpd.read_file(sample / "dong.geojson").to_crs(4326).representative_point().iloc[0].coords[0]
    (folder / "tool_library.csv").unlink()
    head = "연번,공구도서관명,주소,위도,경도\n"
    (folder / name).write_text(f"{head}{rows}20,있는 도서관,가온로 99,{y},{x}\n", encoding="utf-8")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text.replace('"tool_library.csv"', json.dumps(name)), encoding="utf-8")
    read = pipeline.read_study(folder / "study.toml")
    return dataclasses.replace(read, sites=tuple(entry for entry in read.sites if entry.layer in FEW))


def streets_over(file, area, share):
    """Write an extract whose streets, a lattice of 250 m, cover the west of an area's box, in shares of its width."""
    left, low, right, high = area.total_bounds
    end = left + share * (right - left)
    xs, ys = np.arange(left, end + 1, 250.0), np.arange(low, high + 1, 250.0)
    at = {(x, y): number for number, (x, y) in enumerate(((x, y) for x in xs for y in ys), start=1)}
    points = gpd.GeoSeries(gpd.points_from_xy(*np.array(list(at)).T), crs=5179).to_crs(4326)
    nodes = [f'<node id="{n}" version="1" lat="{p.y:.7f}" lon="{p.x:.7f}"/>' for n, p in enumerate(points, 1)]
    lines = [[at[x, y] for y in ys] for x in xs] + [[at[x, y] for x in xs] for y in ys]
    ways = [
        f'<way id="{n}" version="1">{"".join(f"<nd ref={chr(34)}{ref}{chr(34)}/>" for ref in line)}'
        '<tag k="highway" v="residential"/></way>'
        for n, line in enumerate(lines, start=1)
    ]
    file.write_text(f'<osm version="0.6">{"".join(nodes)}{"".join(ways)}</osm>', encoding="utf-8")
    return str(file)


@pytest.fixture(scope="module")
def hostile(sample, tmp_path_factory):
    """A finished run that was allowed to go on, told in English, with the list of a hostile name."""
    folder = tmp_path_factory.mktemp("warned")
    done = zeroed(sample, folder / "in", HOSTILE)
    summary = pipeline.run(done, folder / "out", lang="en", allow_incomplete=True)
    return done, folder / "out", summary


# ---------------------------------------------------------------------------------------------- streets


@pytest.mark.parametrize("part", [0.25, 0.5, 1.0])
def test_the_known_share_is_what_lies_within_500_m_of_a_street(part):
    area = gpd.GeoSeries([shapely.box(0, 0, 4000, 2000)], crs=5179)
    streets = np.array([shapely.LineString([(x, 0), (x, 2000)]) for x in np.arange(0, 4000 * part + 1, 100)])
    assert network.known_share(area, streets) == pytest.approx(min(part + 500 / 4000, 1.0), abs=0.01)


def test_streets_of_another_place_are_refused_and_nothing_is_written(study, tmp_path):
    area = gpd.read_file(study.file(study.area.boundaries)).to_crs(5179)
    wrong = streets_over(tmp_path / "wrong.osm", area, 0.3)
    asked = dataclasses.replace(study, streets=dataclasses.replace(study.streets, extract=wrong))
    with pytest.raises(
        ExtractError, match=r"wrong.osm: its streets cover .*% of the study area.*--allow-incomplete"
    ):
        pipeline.run(asked, tmp_path / "out", only=("network",))
    assert not (tmp_path / "out").exists()

    pipeline.run(asked, tmp_path / "out", only=("network",), allow_incomplete=True)
    told = json.loads((tmp_path / "out/provenance.json").read_text(encoding="utf-8"))
    (gross,) = [one for one in told["stages"]["network"]["warnings"] if one["gross"]]
    assert re.search(r"wrong\.osm.*[345]\d\.\d%만 덮습니다", gross["text_ko"])
    with pytest.raises(ExtractError):  # what was let through is not kept for who does not let it through
        pipeline.run(asked, tmp_path / "out", only=("network",))


def test_streets_all_over_the_area_are_nothing_to_warn_of(study, tmp_path):
    area = gpd.read_file(study.file(study.area.boundaries)).to_crs(5179)
    right = streets_over(tmp_path / "right.osm", area, 1.0)
    asked = dataclasses.replace(study, streets=dataclasses.replace(study.streets, extract=right))
    pipeline.run(asked, tmp_path / "out", only=("network",))
    told = json.loads((tmp_path / "out/provenance.json").read_text(encoding="utf-8"))
    assert told["stages"]["network"]["warnings"] == []


# ---------------------------------------------------------------------------------------------- sites


def test_a_file_almost_without_coordinates_is_refused(sample, tmp_path):
    zeroed(sample, tmp_path / "in")
    command = ["run", tmp_path / "in" / "study.toml", "--out", tmp_path / "out"]
    done = subprocess.run(
        [sys.executable, "-m", "sharemap", *map(str, command)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "error: tool_library.csv: 19 of 20 rows of the layer 'tool_library' have no usable"
    )
    assert "-> add coordinates" in last
    assert "--allow-incomplete" in last
    assert not (tmp_path / "out").exists()


def test_some_rows_without_coordinates_are_warned_of(study, tmp_path):
    pipeline.run(study, tmp_path / "out", only=("network", "sites"))
    told = json.loads((tmp_path / "out/provenance.json").read_text(encoding="utf-8"))
    (one,) = told["stages"]["sites"]["warnings"]  # 4 of the 13 tool libraries; the other files have them all
    assert one["text_ko"].startswith("공구")
    assert "tool_library.csv의 13행 중 4행에" in one["text_ko"]
    assert not one["gross"]


def test_no_site_at_all_is_refused_by_layer_and_reason(study, tmp_path):
    far = tmp_path / "far.csv"
    far.write_text(
        "도서관명,소재지도로명주소,위도,경도\n가,부산 1,35.1,129.0\n나,부산 2,35.1,129.1\n", encoding="utf-8"
    )
    (entry,) = [entry for entry in study.sites if entry.layer == "library"]
    asked = dataclasses.replace(study, sites=(dataclasses.replace(entry, file=str(far)),))
    with pytest.raises(SiteFileError, match=r"no usable site.*library: outside_area 2 .*--allow-incomplete"):
        pipeline.run(asked, tmp_path / "out")
    summary = pipeline.run(asked, tmp_path / "out", allow_incomplete=True)
    assert (
        "시설이 하나도 없습니다. 제외된 행: 도서관·작은도서관: 분석 구역과 그 주변 밖 2."
        in summary.warnings[0].text_ko
    )
    assert summary.warnings[0].gross
    assert summary.rows.sites_in_area == 0


def test_residents_without_a_street_are_said_to_be_unknown(study, tmp_path):
    """Whose walk nobody knows is not said to reach nothing."""
    near = dataclasses.replace(study, parameters=dataclasses.replace(study.parameters, max_snap_m=25.0))
    pipeline.run(near, tmp_path / "out", only=("network", "sites", "reach", "coverage"))
    made = json.loads((tmp_path / "out/provenance.json").read_text(encoding="utf-8"))
    told = [one for one in made["stages"]["coverage"]["warnings"] if "farther than 25 m" in one["text"]]
    homes = gpd.read_parquet(tmp_path / "out/demand.parquet")
    far = homes.loc[homes["status"] != "ok", "residents"].sum() / 1000
    (one,) = told
    assert f"{int(far + 0.5):,}" in one["text_ko"]
    assert "‘미상’으로 셉니다" in one["text_ko"]
    assert one["text"].endswith("whether they are served is unknown")


# ---------------------------------------------------------------------------------------------- where it is said


def test_the_summary_has_gross_warnings_first(hostile):
    _, out, summary = hostile
    stored = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert [one["text"] for one in stored["warnings"]] == [one.text for one in summary.warnings]
    first = summary.warnings[0]
    assert (first.stage, first.gross) == ("sites", True)
    assert first.text.startswith(f"{HOSTILE}: 19 of 20 rows")
    assert [one.gross for one in summary.warnings] == sorted(
        (one.gross for one in summary.warnings), reverse=True
    )


def test_the_map_says_it_above_the_map_as_text(hostile):
    _, out, summary = hostile
    page = (out / "map.html").read_text(encoding="utf-8")
    note = re.search(r'<details class="warnings gross".*?</details>', page, re.DOTALL)[0]
    assert page.index(note) < page.index('<main class="stage">')
    assert f"Warnings: {len(summary.warnings)}" in note
    for one in summary.warnings:
        assert f"<li>{escape(one.text)}</li>" in note
    assert "<script>alert" not in page
    assert '<p class="age">Data of 2026' in page


def test_the_workbook_says_it_on_its_first_sheet_as_text(hostile):
    _, out, summary = hostile
    sheet = openpyxl.load_workbook(io.BytesIO((out / "villages.xlsx").read_bytes())).worksheets[0]
    cells = {str(cell.value): cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    for one in summary.warnings:
        assert cells[one.text].data_type == "s"  # a formula would be "f"
    assert cells[summary.warnings[0].text].row < cells[f"{summary.residents:,}"].row
    assert any(text.startswith("Data of 2026") for text in cells)


def test_the_first_page_of_the_atlas_says_it(hostile):
    _, out, summary = hostile
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    read = ["pdftotext", "-layout", "-l", "1", out / "atlas.pdf", "-"]
    page = subprocess.run(read, capture_output=True, text=True, check=True).stdout
    assert f"Warnings: {len(summary.warnings)}" in page
    assert f"{HOSTILE}: 19 of 20 rows" in page
    assert "Data of 2026" in page


def test_the_report_says_it_at_its_beginning_and_among_the_limits(hostile):
    _, out, summary = hostile
    pipeline.report(out)
    page = (out / "report.html").read_text(encoding="utf-8")
    said = escape(summary.warnings[0].text_ko)
    assert page.count(said) == 2
    assert page.index(said) < page.index("<h2 id=")
    assert page.rindex(said) > page.index(words("ko")["limits"])
    assert "<script>alert" not in page
    assert "자료 기준일 2026" in page


def test_a_kept_run_carries_its_warnings_and_the_terminal_ends_with_them(hostile, tmp_path):
    done, out, summary = hostile
    copy = shutil.copytree(out, tmp_path / "out")
    with pytest.raises(SiteFileError):
        pipeline.run(done, copy)
    again = pipeline.run(done, copy, lang="ko", allow_incomplete=True)
    assert again.warnings == summary.warnings
    entries = json.loads((copy / "provenance.json").read_text(encoding="utf-8"))["stages"]
    before = json.loads((out / "provenance.json").read_text(encoding="utf-8"))["stages"]
    assert {name: entry["seconds"] for name, entry in entries.items() if name != "deliver"} == {
        name: entry["seconds"] for name, entry in before.items() if name != "deliver"
    }
    assert escape(summary.warnings[0].text_ko) in (copy / "map.html").read_text(encoding="utf-8")


def test_the_terminal_ends_with_them(hostile, capsys):
    from sharemap.cli.studies import _headline

    _, out, summary = hostile
    _headline(summary, out)
    lines = capsys.readouterr().out.splitlines()
    told = lines[-len(summary.warnings) :]
    assert told[0].startswith(f"Warnings: {len(summary.warnings)}")
    assert all(line.endswith(one.text) for line, one in zip(told, summary.warnings, strict=True))
    assert any("Data of 2026" in line for line in lines)


# ---------------------------------------------------------------------------------------------- the parts


def test_a_warning_is_heard_once_and_without_signs_that_move_the_cursor(study):
    log = logging.getLogger("sharemap.network")
    with hearing("network", study.catalog) as found:
        for _ in range(3):
            log.warning("%s: 5 broken", "a\x1b[2J\nb")
        log.info("nothing to worry about")
    log.warning("too late")
    assert found == [warned("network", "a [2J b: 5 broken", facts={})]


def test_every_term_of_a_warning_is_there_with_the_facts_that_fill_it(root):
    found = []
    for file in (root / "src/sharemap").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            extra = [key.value for key in getattr(node, "keywords", ()) if key.arg == "extra"]
            if not extra or not isinstance(extra[0].values[0], ast.Constant):
                continue
            given = node.args[1] if len(node.args) > 1 else ast.Dict(keys=[], values=[])
            term = extra[0].values[0].value
            blanks = {name for _, name, _, _ in Formatter().parse(words("ko")[term]) if name}
            if isinstance(given, ast.Dict):
                facts = {key.value for key in given.keys if isinstance(key, ast.Constant)}
                spread = any(key is None for key in given.keys)
                assert spread or blanks <= facts, (file, term)
            found.append(term)
    assert len(found) >= 6


# ---------------------------------------------------------------------------------------------- real wards


@pytest.mark.real
def test_the_streets_of_the_next_ward_are_refused(shared_data, tmp_path):
    asked = study_of(shared_data, tmp_path, extract="dongdaemun", wards=["중구"])
    with pytest.raises(ExtractError, match=r"dongdaemun-2021-08.osm.pbf: its streets cover [3-6]\d\.\d%"):
        pipeline.run(asked, tmp_path / "out", only=("network",))


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(
    ("extract", "ward"),
    [("jung", "중구"), ("dongdaemun", "동대문구"), ("seoul", "강북구"), ("seoul", "관악구")],
)
def test_mountain_and_river_of_a_real_ward_are_no_gap(shared_data, tmp_path, extract, ward):
    asked = study_of(shared_data, tmp_path, extract=extract, wards=[ward])
    pipeline.run(asked, Path(tmp_path) / "out", only=("network", "sites"))
    told = json.loads((tmp_path / "out/provenance.json").read_text(encoding="utf-8"))
    assert not [one for stage in told["stages"].values() for one in stage["warnings"] if one["gross"]]
