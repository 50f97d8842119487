"""Studies that know less of their residents: nothing, or only how many they are. What rests on more is unknown, not zero."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from html import unescape

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio
from affine import Affine
from shapely import box

from sharemap import pipeline
from sharemap.cli.studies import _headline
from sharemap.errors import StudyError
from sharemap.findings import Run, Summary, words
from sharemap.maps.drawn import Drawn
from sharemap.maps.isochrones import themes_areas
from sharemap.schema import AGE_BANDS, BROAD_AGES, TABLES
from sharemap.study.parts import PopulationInput
from sharemap.units import ELDERLY, THOUSANDTHS

_LAYERS = {
    "library",
    "bookshop",
    "shared_kitchen",
    "toy_library",
    "tool_library",
    "open_facility",
    "bike_station",
}
_SAID = {lang: words(lang)["no_people"] for lang in ("ko", "en")}


@pytest.fixture(scope="module")
def few(root):
    study = pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml")
    return dataclasses.replace(
        study,
        sites=tuple(one for one in study.sites if one.layer in _LAYERS),
        villages=dataclasses.replace(study.villages, stability_runs=5),
    )


@pytest.fixture(scope="module")
def known(few, tmp_path_factory):
    folder = tmp_path_factory.mktemp("known")
    pipeline.run(
        few, folder, only=[name for name in pipeline.STAGES if name not in {"doubt", "evidence", "deliver"}]
    )
    return folder


@pytest.fixture(scope="module")
def unknown(few, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unknown")
    pipeline.run(dataclasses.replace(few, population=PopulationInput()), folder, lang="en")
    pipeline.report(folder)
    return folder


@pytest.fixture(scope="module")
def summary(unknown):
    return json.loads((unknown / "summary.json").read_text(encoding="utf-8"))


def _table(folder, name):
    return pipeline.RunFolder(folder).table(name)


def test_what_needs_no_residents_is_what_it_is_with_them(known, unknown):
    for file in (
        "network/edges.parquet",
        "sites.parquet",
        "positions.csv",
        "reach.parquet",
        "village_chance.csv",
    ):
        assert (known / file).read_bytes() == (unknown / file).read_bytes(), file
    for name in ("isochrones", "village_thresholds"):
        pd.testing.assert_frame_equal(_table(known, name), _table(unknown, name))
    blocks = [_table(folder, "blocks").drop(columns="residents") for folder in (known, unknown)]
    pd.testing.assert_frame_equal(*blocks)
    found = [_table(folder, "villages").set_index("village_id").sort_index() for folder in (known, unknown)]
    assert len(found[0]) >= 3
    same = ["place_ids", "services", "longest_walk_m", "loop_m", "support_sites", "doubtful"]
    pd.testing.assert_frame_equal(found[0][same], found[1][same])
    pairs = [
        _table(folder, "one_short").sort_values(["place_a", "place_b"], ignore_index=True)
        for folder in (known, unknown)
    ]
    pd.testing.assert_frame_equal(
        pairs[0][["place_a", "place_b", "walk_m"]], pairs[1][["place_a", "place_b", "walk_m"]]
    )


def test_no_table_counts_nobody_as_zero(unknown):
    counted = 0
    for name, table in TABLES.items():
        people = [
            column.name for column in table.columns if column.kind == "persons" or column.name == "residents"
        ]
        if not people or not (unknown / table.file).is_file():
            continue
        rows = _table(unknown, name)
        assert rows[people].isna().all(axis=None), name
        counted += len(rows) * len(people)
    assert counted > 1000
    for name in ("demand", "served", "coverage_dong", "coverage_ward", "gaps", "equity", "coverage_interval"):
        assert _table(unknown, name).empty


def test_the_summary_has_no_number_of_people(summary):
    assert summary["people_known"] == "nothing"
    assert summary["residents"] is None
    assert summary["all_groups"] is summary["own_pace"]["all_groups"] is None
    assert summary["groups"] == summary["unserved"] == summary["equity"] == summary["intervals"] == []
    numbers = ("covered", "uncovered", "unknown", "share", "share_at_least", "share_at_most")
    assert {one[name] for one in summary["layers"] for name in numbers} == {None}
    assert {one["residents_without_street"] for one in summary["profiles"]} == {None}
    assert summary["large_blocks"]["residents"] is None
    assert summary["villages"]["count"] >= 3
    assert summary["network"]["length_km"] > 100
    assert [one["text_ko"] for one in summary["warnings"] if "[population]" in one["text"]] == [
        words("ko")["warn_no_people"]
    ]


def test_ranks_rest_on_what_is_known_and_say_so(unknown, summary):
    scores = _table(unknown, "village_scores")
    people = scores["component"].str.startswith("residents")
    assert scores.loc[people, "value"].isna().all()
    assert (scores.loc[people, ["weight", "points"]] == 0).all(axis=None)
    rest = scores[~people]
    assert rest["value"].notna().all()
    # the points of what is left are of the whole hundred
    expected = 100 * rest["normalised"] * rest["weight"] / (40 + 20 + 10 + 5)
    assert rest["points"].to_numpy() == pytest.approx(expected.to_numpy())
    villages = _table(unknown, "villages").set_index("village_id")
    assert rest.groupby("village_id")["points"].sum().to_dict() == pytest.approx(villages["score"].to_dict())
    assert villages.sort_values("rank")["score"].is_monotonic_decreasing
    assert not villages["sentence_ko"].str.contains(r"주민 \d").any()
    assert not villages["why_en"].str.contains("residents").any()
    said = next(one for one in summary["warnings"] if "ranked without" in one["text"])
    assert words("ko")["part_residents_15min"] in said["text_ko"]
    assert "65" in said["text"]


def test_nobody_can_say_how_many_people_hang_on_a_statement(unknown):
    rows = _table(unknown, "evidence")
    assert len(rows) > 10
    assert rows[["people_if_true", "people_if_false", "people_difference"]].isna().all(axis=None)
    assert set(rows["method"]) == {"none"}
    assert (rows["about"] != "homes").all()
    assert (rows["about"] != "group").all()  # every group has a layer


def test_map_workbook_atlas_and_report_say_why_there_are_no_shares(unknown):
    page = unescape((unknown / "map.html").read_text(encoding="utf-8"))
    before, data = page.split('"say":', 1)
    assert before.count(_SAID["en"]) >= 3  # the headline, the table of dongs, the unserved areas
    assert '"residents":null' in data
    book = openpyxl.load_workbook(unknown / "villages.xlsx")
    said = [
        sheet.title
        for sheet in book
        if any(cell == _SAID["en"] for row in sheet.iter_rows(values_only=True) for cell in row)
    ]
    say = words("en")
    assert {say["sheet_summary"], say["sheet_coverage"], say["gap_list"], say["other_walkers"]} <= set(said)
    report = unescape((unknown / "report.html").read_text(encoding="utf-8"))
    assert report.count(_SAID["ko"]) >= 5
    assert words("ko")["warn_no_people"] in report
    for zero in ("주민 0명", "주민 –명", "명이 살고"):
        assert zero not in report
    assert "0 residents" not in page


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not on this machine")
def test_the_atlas_says_why_there_are_no_shares(unknown):
    told = subprocess.run(
        [shutil.which("pdftotext"), "-layout", unknown / "atlas.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    pages = [" ".join(page.split()) for page in told.split("\f")]
    assert "No population was given" in pages[0]
    assert sum("No population was given" in page for page in pages) >= 4
    assert "Nobody is" not in told


def test_the_terminal_says_it_too(unknown, summary, capsys):
    _headline(Summary.from_json(summary), unknown)
    told = capsys.readouterr().out
    assert _SAID["en"] in told
    assert "(no residents)" not in told
    assert "0 (" not in told


def test_it_can_be_exported_printed_and_compared(unknown, tmp_path):
    done = pipeline.export(unknown, out=tmp_path / "export", formats=("gpkg", "geojson", "shp", "kml", "csv"))
    assert done
    dongs = gpd.read_file(next((tmp_path / "export").glob("**/*area*.geojson")))
    assert len(dongs) == 14
    compared = pipeline.compare(unknown, unknown)
    assert set(compared.villages["change"]) == {"same"}


def test_weights_of_residents_alone_rank_nothing(root):
    with pytest.raises(StudyError, match="at least one weight"):
        pipeline.read_study(root / "data/raw/sample/study.toml").village_weights.__class__(
            places=0, services=0, closeness=0, support=0
        ).known("nothing")


# ---------------------------------------------------------------------------------- residents without ages


@pytest.fixture(scope="module")
def totals(few, known, tmp_path_factory):
    """The same homes as points of a published grid have them: where, and how many, no ages."""
    folder = tmp_path_factory.mktemp("totals")
    homes = _table(known, "demand")
    rows = pd.DataFrame({"id": range(len(homes)), "x": homes.geometry.x, "y": homes.geometry.y})
    rows.assign(population=homes["residents"] / THOUSANDTHS).to_csv(folder / "grid.csv", index=False)
    study = dataclasses.replace(
        few, population=PopulationInput(points=str(folder / "grid.csv")), profiles=(*few.profiles, ELDERLY)
    )
    pipeline.run(study, folder / "out", lang="en")
    pipeline.report(folder / "out")
    return folder / "out"


def test_totals_are_those_of_the_study_that_knows_ages(known, totals):
    for name in ("coverage_dong", "coverage_ward", "sensitivity", "coverage_when", "variety"):
        with_ages, without = (_table(folder, name) for folder in (known, totals))
        for column in ("age_band", "profile"):
            if column in with_ages:
                wanted = "all" if column == "age_band" else "standard"
                with_ages = with_ages[with_ages[column] == wanted]
                assert column == "profile" or set(without[column]) == {"all"}
                without = without[without[column] == wanted]
        assert len(without)
        pd.testing.assert_frame_equal(with_ages.reset_index(drop=True), without.reset_index(drop=True))
    places = ["village_id", "place_ids", "residents_5min", "residents_10min", "residents_15min"]
    found = [
        _table(folder, "villages")[places].sort_values("village_id", ignore_index=True)
        for folder in (known, totals)
    ]
    pd.testing.assert_frame_equal(*found)
    for name in ("blocks", "one_short"):
        pd.testing.assert_frame_equal(*(pd.DataFrame(_table(folder, name)) for folder in (known, totals)))


def test_no_age_is_told_where_none_is_known(totals):
    homes = _table(totals, "demand")
    assert homes[list(AGE_BANDS)].isna().all(axis=None)
    assert (homes["residents"] > 0).all()
    for name in ("coverage_own_pace_dong", "coverage_own_pace_ward"):
        assert _table(totals, name).empty
    gaps = _table(totals, "gaps")
    assert len(gaps)
    assert gaps[[f"residents_{age}" for age in BROAD_AGES]].isna().all(axis=None)
    assert set(gaps["age_band"]) == {"all"}
    assert _table(totals, "gap")["residents_65_over"].isna().all()
    villages = _table(totals, "villages")
    assert villages["residents_65_over_15min"].isna().all()
    assert set(_table(totals, "village_residents")["age_band"]) == {"all"}
    values = _table(totals, "village_values")
    assert values.loc[values["indicator"].str.contains("elderly|children|adults"), "value"].isna().all()
    equity = _table(totals, "equity")
    of_ages = (equity["level"] == "age") | (equity["figure"] == "concentration_65_over")
    assert of_ages.any()
    assert equity.loc[of_ages, "value"].isna().all()
    assert equity.loc[of_ages, "sentence_ko"].str.contains("나이 자료가 없어").all()
    persons = equity[(equity["level"] == "person") & (equity["figure"] == "gini")]
    assert persons["value"].notna().all()


def test_walkers_who_tell_of_an_age_count_everybody_and_say_so(totals):
    told = Summary.from_json(json.loads((totals / "summary.json").read_text(encoding="utf-8")))
    assert told.people_known == "totals"
    assert {one.profile: one.age_band for one in told.profiles} == dict.fromkeys(
        ("standard", "wheelchair", "elderly"), "all"
    )
    assert told.own_pace.all_groups is None
    assert dict(told.own_pace.groups) == {}
    assert any("without ages" in one.text for one in told.warnings)
    run = Run({}, told, "en")
    assert "Older adult" in run.assumed("elderly")
    assert run.own_pace == words("en")["own_pace_unknown"]
    everyone = _table(totals, "coverage_profiles_ward")
    elderly = everyone[(everyone["profile"] == "elderly") & (everyone["key"] == run.promise)]
    assert elderly["residents"].tolist() == [told.residents]


def test_outputs_say_that_ages_are_not_known(totals):
    page = unescape((totals / "map.html").read_text(encoding="utf-8"))
    assert words("en")["own_pace_unknown"] in page
    assert '"ages":[]' in page
    book = openpyxl.load_workbook(totals / "villages.xlsx")
    say = words("en")
    head, *rows = book[say["gap_list"]].iter_rows(values_only=True)
    column = head.index(say["age_65_over"])
    assert {row[column] for row in rows if isinstance(row[0], int)} == {say["no_data"]}
    report = unescape((totals / "report.html").read_text(encoding="utf-8"))
    assert words("ko")["own_pace_unknown"] in report
    assert words("ko")["warn_no_ages"] in report
    assert "65세 이상 0명" not in report


# ---------------------------------------------------------------------------------- people of a raster


def test_a_raster_of_people_through_the_study_file(root, known, tmp_path):
    homes, area = _table(known, "demand"), _table(known, "area")
    west, south, east, north = area.total_bounds
    step = 250.0
    shape = (int((north - south) / step) + 3, int((east - west) / step) + 3)
    transform = Affine(step, 0, west - 130, 0, -step, north + 170)
    column, row = (~transform) * (homes.geometry.x.to_numpy(), homes.geometry.y.to_numpy())
    people = np.zeros(shape)
    np.add.at(people, (row.astype(int), column.astype(int)), homes["residents"] / THOUSANDTHS)
    settings = {"driver": "GTiff", "height": shape[0], "width": shape[1], "count": 1, "dtype": "float64"}
    with rasterio.open(tmp_path / "pop.tif", "w", **settings, crs=area.crs, transform=transform) as file:
        file.write(people, 1)
    sample = root / "data" / "raw" / "sample"
    text = f"""
[area]
boundaries = "{sample}/dong.geojson"
wards = ["가온구"]
[streets]
extract = "{sample}/gaon.osm.pbf"
[population]
raster = "pop.tif"
ref_date = "2025"
[[sites]]
layer = "library"
file = "{sample}/library.csv"
"""
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    study = pipeline.read_study(tmp_path / "study.toml")
    assert [item.ref_date for item in study.inputs if item.role == "population_raster"] == ["2025"]
    pipeline.run(study, tmp_path / "out", only=("network", "sites", "reach", "coverage"))
    placed = _table(tmp_path / "out", "demand")
    inside = [
        people[at]
        * box(*(transform * (at[1], at[0] + 1)), *(transform * (at[1] + 1, at[0]))).intersection(whole).area
        / step**2
        for whole in [area.union_all()]
        for at in zip(*np.nonzero(people), strict=True)
    ]
    assert int(placed["residents"].sum()) == pytest.approx(1000 * sum(inside), abs=1)
    assert sum(inside) > 0.9 * homes["residents"].sum() / THOUSANDTHS
    assert set(placed["method"]) <= {"buildings", "streets", "area"}
    assert (placed["method"] != "area").mean() > 0.9
    assert placed[list(AGE_BANDS)].isna().all(axis=None)
    facts = json.loads((tmp_path / "out/population.json").read_text(encoding="utf-8"))
    assert facts["people"] == "totals"
    assert facts["raster"]["people"] == pytest.approx(sum(inside))
    # who is served differs from the houses themselves only as far as people moved within their cells
    shares = [
        _table(folder, "coverage_ward").query("key == 'library' and age_band == 'all'")["share"].item()
        for folder in (known, tmp_path / "out")
    ]
    assert shares[1] == pytest.approx(shares[0], abs=0.05)


@pytest.mark.parametrize(
    "keys",
    [
        {"raster": "a.tif", "points": "b.csv"},
        {"raster": "a.tif", "grid": "b.gpkg"},
        {"raster": "a.tif", "table": "b.tsv"},
    ],
)
def test_a_raster_stands_alone(keys):
    with pytest.raises(StudyError, match="raster"):
        PopulationInput(**keys)


def test_the_map_draws_the_walking_area_of_every_group(unknown):
    """How far people walk is known without knowing how many they are."""
    areas = themes_areas(Drawn(pipeline.RunFolder(unknown).finished("en")))
    for group in ("mobility", "space", "goods", "information"):
        assert areas[group][15.0].area > 0, group
