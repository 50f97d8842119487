"""Two runs side by side, from the command line down."""

from __future__ import annotations

import json
import shutil

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

from drawn_city import DRAWN, grid_walks, nobody, places_of
from sharemap import exports, pipeline
from sharemap.cli import app
from sharemap.errors import InputError, MissingFileError
from sharemap.findings import LANGUAGES
from sharemap.findings.ranks import amount, part_name
from sharemap.findings.villages import worded
from sharemap.schema import FORMAT
from sharemap.units import STANDARD
from sharemap.villages import COMPONENTS, VillageRules, find


def folder_of(path, rows, *, adjacent_m=400.0, sha="a" * 64, version="1"):
    around = nobody(places_of(rows))
    found = find(places_of(rows), grid_walks(rows), around=around, rules=VillageRules(adjacent_m=adjacent_m))
    tables = worded(found, STANDARD)
    path.mkdir()
    of_gpkg = {
        name: table for name, table in tables.items() if name in ("villages", "village_places", "one_short")
    }
    exports.write_gpkg(of_gpkg, path / "villages.gpkg")
    exports.write_csv(tables["village_scores"], path / "village_scores.csv")
    provenance = {
        "format": FORMAT,
        "sharemap": version,
        "study": {"title": "시험"},
        "inputs": [{"role": "sites:library", "file": "library.csv", "sha256": sha}],
        "parameters": {"adjacent_m": adjacent_m, "profile": {"speed_kmh": 4.5}},
        "stages": {"villages": {}},
    }
    (path / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    return path


@pytest.fixture
def runs(tmp_path):
    a = folder_of(tmp_path / "a", DRAWN)
    # b loses p and x, e moves nearer, and a village of three stands near q
    new = [row for row in DRAWN if row[0] not in ("p", "x")]
    new += [("n1", 2300, 0, "tool"), ("n2", 2350, 0, "toy")]
    b = folder_of(tmp_path / "b", new, adjacent_m=350.0, sha="b" * 64)
    return a, b


def test_a_run_is_the_same_as_itself(runs):
    found = pipeline.compare(runs[0], runs[0])
    assert found.villages["change"].tolist() == ["same"]
    assert found.villages["why_ko"].tolist() == ["변화 없음"]
    assert found.inputs.empty
    assert found.parameters.empty
    assert found.notes == ()


def test_what_appeared_vanished_and_changed_is_said_with_its_reason(tmp_path, runs):
    a, _ = runs
    b = tmp_path / "c"
    shutil.copytree(a, b)
    villages = gpd.read_file(b / "villages.gpkg", layer="villages")
    scores = pd.read_csv(b / "village_scores.csv", encoding="utf-8-sig")
    other = villages.assign(village_id="Vnew", place_ids="x1;x2;x3", rank=2, name="새 곳 일대")
    changed = villages.assign(village_id="Vmore", place_ids=villages["place_ids"] + ";zz", rank=1, score=70.0)
    more = scores.assign(
        village_id="Vmore", points=scores["points"] + (scores["component"] == "places") * 2.5
    )
    exports.write_gpkg({"villages": pd.concat([changed, other])}, b / "villages.gpkg")
    exports.write_csv(pd.concat([more, scores.assign(village_id="Vnew")]), b / "village_scores.csv")
    found = pipeline.compare(a, b).villages
    assert found[["change", "rank_a", "rank_b"]].astype(object).where(
        found[["change", "rank_a", "rank_b"]].notna(), None
    ).to_numpy().tolist() == [
        ["appeared", None, 2],
        ["changed", 1, 1],
    ]
    assert "공유공간 1곳 더해짐, 0곳 빠짐" in found["why_ko"][1]
    assert "(+2.50점)" in found["why_ko"][1]
    back = pipeline.compare(b, a).villages
    assert back["change"].tolist() == ["vanished", "changed"]
    assert "(-2.50 points)" in back["why_en"][1]


def test_parameters_and_inputs_that_differ_are_listed(runs):
    found = pipeline.compare(*runs)
    assert found.parameters.to_numpy().tolist() == [["adjacent_m", "400.0", "350.0"]]
    assert found.inputs.to_numpy().tolist() == [["sites:library", "library.csv", "a" * 12, "b" * 12]]
    assert set(found.villages["change"]) <= {"appeared", "vanished", "moved", "changed", "same"}


def test_the_command_prints_and_writes_both_formats(runs, tmp_path):
    for lang, word in (("ko", "나타남"), ("en", "appeared")):
        result = CliRunner().invoke(app, ["compare", *map(str, runs), "--lang", lang])
        assert result.exit_code == 0, result.output
        assert word in result.output
        assert "adjacent_m" in result.output
    for name in ("deep/compare.csv", "compare.json"):
        result = CliRunner().invoke(app, ["compare", *map(str, runs), "--out", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "deep/compare.csv", encoding="utf-8-sig")
    document = json.loads((tmp_path / "compare.json").read_text(encoding="utf-8"))
    assert len(document["villages"]) == len(table)
    assert document["parameters"][0]["name"] == "adjacent_m"
    wrong = CliRunner().invoke(app, ["compare", *map(str, runs), "--out", "compare.txt"])
    assert wrong.exit_code == 2


def test_folders_that_are_no_runs_are_named(runs, tmp_path):
    a, b = runs
    with pytest.raises(MissingFileError, match="does not exist"):
        pipeline.compare(tmp_path / "nowhere", b)
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingFileError, match=r"no finished run \(provenance\.json"):
        pipeline.compare(a, tmp_path / "empty")
    provenance = json.loads((b / "provenance.json").read_text(encoding="utf-8"))
    (b / "provenance.json").write_text(json.dumps({**provenance, "stages": {}}), encoding="utf-8")
    with pytest.raises(InputError, match="another study"):
        pipeline.compare(a, b)
    (b / "provenance.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        pipeline.compare(a, b)
    (a / "village_scores.csv").unlink()
    with pytest.raises(MissingFileError, match=r"village_scores\.csv is not there"):
        pipeline.compare(a, a)


@pytest.mark.parametrize("made", [{"format": 1}, {"format": FORMAT + 1}, {}])
def test_a_run_of_another_version_is_refused_with_what_to_do(runs, made):
    file = runs[0] / "provenance.json"
    others = {
        key: value for key, value in json.loads(file.read_text(encoding="utf-8")).items() if key != "format"
    }
    file.write_text(json.dumps(made | others), encoding="utf-8")
    with pytest.raises(InputError, match=r"another version.*anew with `sharemap run`"):
        pipeline.compare(*runs)


def test_every_component_has_words():
    keys = [item.column for item in COMPONENTS]
    assert all(len({part_name(key, lang) for key in keys}) == len(keys) for lang in LANGUAGES)
    assert all("7" in amount(key, 7, lang) for key in keys for lang in LANGUAGES)
