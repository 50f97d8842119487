from __future__ import annotations

import dataclasses
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import contract
from sharemap import catalog, exports, pipeline
from sharemap.errors import AreaError, ExtractError, InputError, MissingFileError, OutputError, SiteFileError

SPACE = {layer.key for layer in catalog.load() if layer.role == "space"}


@pytest.fixture(scope="module")
def study(root):
    return pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml")


@pytest.fixture(scope="module")
def out(sample_run):
    return sample_run


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
    planted = {
        frozenset(
            frozenset((site["layer"], site["name"]) for site in place["sites"] if site["layer"] in SPACE)
            for place in village["places"]
        )
        for village in truth["villages"]
    }
    assert len(planted) >= 5
    members = gpd.read_file(out / "villages.gpkg", layer="village_places").query("role == 'member'")
    sites = pd.read_parquet(out / "sites.parquet").query("layer in @SPACE")
    named = {
        place: frozenset(zip(rows["layer"], rows["name"], strict=True))
        for place, rows in sites.groupby("place_id")
    }
    found = {
        frozenset(named[place] for place in rows["place_id"]) for _, rows in members.groupby("village_id")
    }
    assert found == planted


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
    book = openpyxl.load_workbook(out / "villages.xlsx")
    for sheet in book:
        assert "가상" in sheet.oddHeader.left.text, sheet.title  # printed at the top of every page
    first = " ".join(
        str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell
    )
    assert "가상 자료" in first
    assert "4.5 km" in first


class _Loads(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in {"src", "href", "xlink:href", "action"} and tag != "a":
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


@pytest.fixture(scope="module")
def small(study):
    """The same ward with three of its layers."""
    few = [entry for entry in study.sites if entry.layer in {"library", "tool_library", "bookshop"}]
    return dataclasses.replace(study, sites=tuple(few))


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_stage_by_stage_and_a_second_run_give_the_same_bytes_and_leave_other_files_alone(
    small, tmp_path, monkeypatch
):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "my notes.txt").write_text("mine")
    pipeline.run(small, folder)
    first = everything(folder)
    for name in pipeline.STAGES:
        pipeline.run(small, folder, only=(name,), anew=True)
    second = everything(folder)
    assert second.keys() == first.keys()
    changed = {str(name) for name, content in first.items() if second[name] != content}
    assert changed <= {"provenance.json"}  # it holds the seconds that each stage took
    assert second[Path("my notes.txt")] == b"mine"
    assert json.loads(second[Path("summary.json")])["groups_without_data"] == ["mobility", "space"]


def test_a_stage_without_its_inputs_says_which_command_makes_them(study, tmp_path):
    with pytest.raises(MissingFileError, match=r"stops\.parquet.*run `sharemap sites`"):
        pipeline.run(study, tmp_path / "new", only=("reach",))
    assert not (tmp_path / "new").exists()


def test_a_damaged_table_is_named(out, study, tmp_path):
    shutil.copytree(out, tmp_path / "copy")
    (tmp_path / "copy" / "stops.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(InputError, match=r"stops\.parquet: the file is damaged"):
        pipeline.run(study, tmp_path / "copy", only=("reach",))


# --- wrong input: one clear error, nothing written ------------------------------------------------------------


@pytest.fixture
def copy(root, tmp_path):
    shutil.copytree(
        root / "data" / "raw" / "sample", tmp_path / "sample", ignore=shutil.ignore_patterns("truth")
    )
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
    (copy / "elsewhere.osm").write_text(
        '<osm version="0.6"><node id="1" lat="35.1" lon="129.0"/><node id="2" lat="35.1" lon="129.01"/>'
        '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way></osm>'
    )
    study = edited(copy, "gaon.osm.pbf", "elsewhere.osm")
    refused(
        study, tmp_path, ExtractError, r"elsewhere\.osm: the extract holds no streets near the study area"
    )


@pytest.mark.slow
def test_streets_from_a_graph_that_osmnx_saved(copy, tmp_path):
    import networkx as nx
    import osmnx

    from sharemap import network
    from sharemap.sources import boundaries

    area = boundaries.read_area(copy / "dong.geojson", wards=["가온구"])
    streets = network.from_pbf(copy / "gaon.osm.pbf", area)
    graph = nx.MultiDiGraph(crs="EPSG:5179")
    graph.add_nodes_from((n, {"x": p.x, "y": p.y}) for n, p in enumerate(streets.nodes.geometry))
    for edge in streets.edges.itertuples():
        for u, v, line in ((edge.u, edge.v, edge.geometry), (edge.v, edge.u, edge.geometry.reverse())):
            graph.add_edge(
                u, v, length=edge.length_m, highway=edge.highway, osmid=edge.edge_id, geometry=line
            )
    osmnx.save_graphml(graph, copy / "walk.graphml")
    study = edited(copy, 'extract = "gaon.osm.pbf"', 'graphml = "walk.graphml"')
    study = dataclasses.replace(study, sites=study.sites[:2])
    summary = pipeline.run(study, tmp_path / "out")
    assert summary.network.length_km == pytest.approx(streets.report["length_km"], rel=0.001)
    assert summary.residents_by_method == {"streets": summary.residents}
    contract.check_files(tmp_path / "out")
    contract.check_reach(tmp_path / "out", most_sites=50)


def test_people_walk_on_the_official_network_and_blocks_stay_those_of_the_extract(copy, tmp_path):
    """The sample's own walkways as a file of OA-21208: the same walks, the same barriers, both files named."""
    folder = tmp_path / "osm"
    pipeline.run(pipeline.read_study(copy / "study.toml"), folder, only=("network",))
    edges = gpd.read_parquet(folder / "network" / "edges.parquet").to_crs(4326)
    links = pd.DataFrame(dict.fromkeys(range(22), ""), index=edges.index)
    links[0], links[4], links[5] = "LINK", edges.to_wkt()["geometry"], edges["edge_id"]
    links[7], links[8], links[9] = edges["u"], edges["v"], edges["length_m"]
    for column, mark in ((16, "bridge"), (17, "tunnel")):
        links[column] = edges[mark].astype(int)
    links.to_csv(copy / "walk.csv", index=False, encoding="cp949")

    study = edited(copy, 'extract = "gaon.osm.pbf"', 'extract = "gaon.osm.pbf"\nofficial = "walk.csv"')
    official = tmp_path / "official"
    pipeline.run(study, official, only=("network", "sites"))
    walked = gpd.read_parquet(official / "network" / "edges.parquet")
    assert walked["length_m"].sum() == pytest.approx(edges["length_m"].sum(), rel=1e-4)
    assert walked["bridge"].sum() == edges["bridge"].sum() > 0
    assert (official / "network" / "barriers.parquet").read_bytes() == (
        folder / "network" / "barriers.parquet"
    ).read_bytes()
    stops = pd.read_parquet(official / "stops.parquet")
    assert (stops["status"] == "ok").mean() > 0.9
    made = json.loads((official / "provenance.json").read_text(encoding="utf-8"))
    assert {"streets", "official_streets"} <= {item["role"] for item in made["inputs"]}


def test_a_full_disk_leaves_the_old_result_as_it_was(out, study, tmp_path, monkeypatch):
    folder = tmp_path / "old"
    shutil.copytree(out, folder)
    before = everything(folder)

    def full(_frame, path):
        import errno

        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(exports, "write_csv", full)
    with pytest.raises(OutputError, match=r"No space left on device.*free some space"):
        pipeline.run(study, folder, anew=True)
    assert everything(folder) == before


def test_an_output_path_that_is_a_file(study, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="choose a folder"):
        pipeline.run(study, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "x"


def test_a_file_that_cannot_be_replaced_leaves_everything_as_it_was(out, study, tmp_path):
    folder = tmp_path / "out"
    shutil.copytree(out, folder)
    (folder / "villages.xlsx").unlink()
    (folder / "villages.xlsx").mkdir()  # as a file that another program holds open: it cannot be replaced
    before = everything(folder)
    other = dataclasses.replace(study, title="other")
    with pytest.raises(OutputError, match=r"villages\.xlsx.*close it in other programs"):
        pipeline.run(other, folder, only=("deliver",))
    assert everything(folder) == before
    assert not list(folder.glob(".partial*"))


def test_stages_of_two_studies_are_not_mixed(small, tmp_path):
    from sharemap.units import PROFILES

    folder = tmp_path / "out"
    pipeline.run(small, folder, only=("network", "sites", "reach"))
    slow = dataclasses.replace(small, profile=PROFILES["elderly"])
    for stage in ("sites", "coverage", "deliver"):
        with pytest.raises(
            InputError, match=r"the stage '(network|sites|reach)' of another study.*-> run `sharemap"
        ):
            pipeline.run(slow, folder, only=(stage,))
    pipeline.run(slow, folder, only=("network",))
    made = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert list(made["stages"]) == ["network"]  # the other stages belong to the other study
    # the first stage that is to be made again is named: those behind it stand on it
    with pytest.raises(InputError, match=r"the stage 'sites'.*run `sharemap sites`"):
        pipeline.run(slow, folder, only=("coverage",))


def test_a_file_without_any_usable_row_is_no_data_and_not_zero(copy, tmp_path, caplog):
    study = pipeline.read_study(copy / "study.toml")
    study = dataclasses.replace(
        study,
        sites=tuple(entry for entry in study.sites if entry.layer in {"library", "bookshop", "tool_library"}),
    )
    (copy / "library.csv").write_text(
        "도서관명,소재지도로명주소,위도,경도\n가,가온로 1,0,0\n나,가온로 2,,\n", encoding="utf-8"
    )
    (copy / "bookshop.json").write_text(
        '[{"STORE_NAME": "서점", "ADRES": "가온로 3", "XCNTS": "", "YDNTS": ""}]', encoding="utf-8"
    )
    with caplog.at_level("WARNING", logger="sharemap"):
        summary = pipeline.run(study, tmp_path / "out", allow_incomplete=True)
    assert "information" in summary.groups_without_data
    assert [group.group for group in summary.groups] == ["goods"]
    shown = {layer.layer: (layer.sites, layer.covered, layer.share) for layer in summary.layers}
    assert shown["library"] == (0, None, None)
    assert "library: no row has usable coordinates" in caplog.text
    contract.check_files(tmp_path / "out")
    contract.check_rows_add_up(tmp_path / "out")


def test_hangul_file_names_are_found_composed_and_decomposed(copy):
    import unicodedata

    (copy / "library.csv").rename(copy / unicodedata.normalize("NFD", "도서관 목록.csv"))
    study = edited(copy, '"library.csv"', '"도서관 목록.csv"')
    assert study.file("도서관 목록.csv").is_file()
