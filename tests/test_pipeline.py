from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser

import contract
import geopandas as gpd
import pandas as pd
import pytest

from sharemap import exports, pipeline
from sharemap.errors import AreaError, ExtractError, InputError, MissingFileError, OutputError, SiteFileError


@pytest.fixture(scope="module")
def study(root):
    return pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml")


@pytest.fixture(scope="module")
def out(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "made" / "on the way"
    pipeline.run(study, folder)
    return folder


def test_every_file_of_the_contract_is_there(out):
    contract.check_files(out)


def test_rows_read_are_sites_and_folded_and_set_aside(out):
    contract.check_rows_add_up(out)


def test_walks_equal_an_independent_run_over_the_exported_files(out):
    pairs, worst = contract.check_reach(out)
    assert pairs > 50_000
    assert worst < 0.1


def test_people_add_up(out):
    contract.check_people(out)


def test_numbers_agree_wherever_they_are_shown(out):
    contract.check_numbers_agree(out)


def test_the_planted_villages_are_found_all_and_only(out, root):
    truth = json.loads((root / "data/raw/sample/truth/villages.json").read_text(encoding="utf-8"))
    planted = {frozenset(member["name"] for member in village["places"]) for village in truth["villages"]}
    members = gpd.read_file(out / "villages.gpkg", layer="village_places").query("role == 'member'")
    places = pd.read_parquet(out / "sites.parquet")[["place_id", "name"]]
    found = set()
    for _, rows in members.groupby("village_id"):
        names = places.loc[places["place_id"].isin(rows["place_id"]), "name"]
        known = frozenset().union(*planted)
        found.add((len(rows), frozenset(names) & known))
    assert found == {(len(village), village) for village in planted}


def test_provenance_names_every_input_with_its_hash(out, study):
    made = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    files = {item["file"] for item in made["inputs"]}
    assert {entry.file for entry in study.sites} <= files
    assert all(re.fullmatch(r"[0-9a-f]{64}", item["sha256"]) for item in made["inputs"])
    assert list(made["stages"]) == list(pipeline.STAGES)
    assert made["parameters"]["profile"]["name"] == "standard"


def test_codes_are_text_and_set_aside_names_file_and_row(out):
    dong = pd.read_csv(out / "coverage_dong.csv", encoding="utf-8-sig", dtype=str)
    assert dong["dong_code"].str.fullmatch(r"\d{10}").all()
    aside = pd.read_csv(out / "set_aside.csv", encoding="utf-8-sig")
    assert aside["file"].notna().all()
    assert (aside["row"] >= 1).all()


def test_every_map_and_sheet_says_that_the_ward_is_fictional_and_how_it_was_walked(out):
    import openpyxl

    page = (out / "map.html").read_text(encoding="utf-8")
    assert "가상" in page
    assert "4.5" in page
    book = openpyxl.load_workbook(out / "villages.xlsx", read_only=True)
    for sheet in book:
        text = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
        printed = f"{text} {sheet.title}"
        assert "가상" in printed, sheet.title
        break


class _Loads(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in {"src", "href", "xlink:href", "action"} and tag not in {"a"}:
                self.found.append((tag, value))


def test_the_map_loads_nothing_from_anywhere(out):
    parser = _Loads()
    parser.feed((out / "map.html").read_text(encoding="utf-8"))
    assert [value for _, value in parser.found if not value.startswith(("data:", "#"))] == []


def test_hostile_names_are_text_everywhere(out):
    page = (out / "map.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    names = pd.read_parquet(out / "sites.parquet")["name"]
    assert names.str.contains("<img", regex=False).any()
    import openpyxl

    book = openpyxl.load_workbook(out / "villages.xlsx")
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_stage_by_stage_gives_the_same_tables(out, study, tmp_path):
    for name in pipeline.STAGES:
        pipeline.run(study, tmp_path / "steps", only=(name,))
    for file in ("sites.parquet", "stops.parquet", "reach.parquet", "demand.parquet", "coverage_dong.csv"):
        assert (tmp_path / "steps" / file).read_bytes() == (out / file).read_bytes(), file
    one = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    two = json.loads((tmp_path / "steps" / "summary.json").read_text(encoding="utf-8"))
    assert one == two


def test_a_stage_without_its_inputs_says_which_command_makes_them(study, tmp_path):
    with pytest.raises(MissingFileError, match=r"stops\.parquet.*run `sharemap sites`"):
        pipeline.run(study, tmp_path / "new", only=("reach",))
    assert not (tmp_path / "new").exists()


def test_a_damaged_table_is_named(out, study, tmp_path):
    shutil.copytree(out, tmp_path / "copy")
    (tmp_path / "copy" / "stops.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(InputError, match=r"stops\.parquet: the file is damaged"):
        pipeline.run(study, tmp_path / "copy", only=("reach",))


def test_a_second_run_is_the_same_and_leaves_other_files_alone(study, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "my notes.txt").write_text("mine")
    pipeline.run(study, folder)
    first = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    pipeline.run(study, folder)
    changed = [str(name) for name, content in first.items() if (folder / name).read_bytes() != content]
    assert (folder / "my notes.txt").read_text() == "mine"
    assert set(changed) <= {"provenance.json"}  # it holds the seconds that each stage took


# --- wrong input: one clear error, nothing written ------------------------------------------------------------


@pytest.fixture
def copy(root, tmp_path):
    shutil.copytree(root / "data" / "raw" / "sample", tmp_path / "sample", ignore=shutil.ignore_patterns("truth"))
    return tmp_path / "sample"


def edited(folder, old, new):
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return pipeline.read_study(path)


def refused(study, tmp_path, kind, said):
    with pytest.raises(kind, match=said) as caught:
        pipeline.run(study, tmp_path / "out")
    assert "->" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_an_area_that_matches_nothing(copy, tmp_path):
    refused(edited(copy, '"가온구"', '"없는구"'), tmp_path, AreaError, "없는구")


def test_a_damaged_extract(copy, tmp_path):
    path = copy / "gaon.osm.pbf"
    path.write_bytes(path.read_bytes()[:5000])
    refused(pipeline.read_study(copy / "study.toml"), tmp_path, ExtractError, r"gaon\.osm\.pbf")


def test_site_files_with_the_wrong_columns(copy, tmp_path):
    study = pipeline.read_study(copy / "study.toml")
    name = next(entry.file for entry in study.sites if entry.file.endswith(".csv"))
    (copy / name).write_text("가,나,다\n1,2,3\n", encoding="utf-8")
    refused(study, tmp_path, SiteFileError, re.escape(name))


def test_a_streets_file_of_another_city(copy, tmp_path):
    study = edited(copy, "gaon.osm.pbf", "elsewhere.osm") if (copy / "elsewhere.osm").exists() else None
    (copy / "elsewhere.osm").write_text(
        '<osm version="0.6"><node id="1" lat="35.1" lon="129.0"/><node id="2" lat="35.1" lon="129.01"/>'
        '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way></osm>'
    )
    study = edited(copy, "gaon.osm.pbf", "elsewhere.osm")
    refused(study, tmp_path, ExtractError, r"elsewhere\.osm: the extract does not touch the study area")


def test_a_full_disk_leaves_the_old_result_as_it_was(out, study, tmp_path, monkeypatch):
    folder = tmp_path / "old"
    shutil.copytree(out, folder)
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def full(frame, path):
        import errno

        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(exports, "write_csv", full)
    with pytest.raises(OutputError, match=r"No space left on device.*free some space"):
        pipeline.run(study, folder)
    after = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before


def test_an_output_path_that_is_a_file(study, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="choose a folder"):
        pipeline.run(study, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "x"
