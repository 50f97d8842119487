"""The main job on two real wards, from the files as they were published."""

from __future__ import annotations

import csv

import geopandas as gpd
import pandas as pd
import pytest

import contract
from real_study import study_of
from sharemap import pipeline

pytestmark = pytest.mark.real


@pytest.fixture(
    scope="module", params=[("jung", "중구"), ("dongdaemun", "동대문구")], ids=["jung", "dongdaemun"]
)
def ward(request, shared_data, tmp_path_factory):
    extract, name = request.param
    folder = tmp_path_factory.mktemp(extract)
    summary = pipeline.run(study_of(shared_data, folder, extract=extract, wards=[name]), folder / "out")
    return folder / "out", summary


def test_every_file_of_the_contract_is_there(ward):
    contract.check_files(ward[0])


def test_rows_add_up(ward):
    contract.check_rows_add_up(ward[0])


def test_walks_equal_scipy_over_the_exported_files(ward):
    pairs, worst = contract.check_reach(ward[0], most_sites=2000)
    assert pairs > 100_000
    assert worst < 0.1


def test_people_add_up_to_the_published_total(ward, shared_data):
    out, summary = ward
    contract.check_people(out)
    with (shared_data / "wards.csv").open(encoding="utf-8") as file:
        published = {row["name_ko"]: int(row["population_2020q2"]) for row in csv.DictReader(file)}
    assert summary.residents == published[summary.title]


def test_numbers_agree_wherever_they_are_shown(ward):
    contract.check_numbers_agree(ward[0])


def test_villages_are_three_adjacent_places(ward):
    out, summary = ward
    walks = pd.DataFrame(gpd.read_file(out / "villages.gpkg", layer="village_walks"))
    villages = gpd.read_file(out / "villages.gpkg", layer="villages")
    assert (walks["walk_m"] <= 400).all()
    for village in villages.itertuples():
        pairs = walks.loc[walks["village_id"] == village.village_id]
        assert len(pairs) == village.places * (village.places - 1) / 2
        assert village.places >= 3
    assert summary.groups_without_data == ()


def test_a_ward_map_is_small(ward):
    assert (ward[0] / "map.html").stat().st_size < 5_000_000


def test_an_area_beyond_the_extract_is_warned_of_with_its_share(shared_data, tmp_path, caplog):
    study = study_of(shared_data, tmp_path, extract="dongdaemun", wards=["동대문구", "중구"])
    with caplog.at_level("WARNING", logger="sharemap"):
        pipeline.run(study, tmp_path / "out", only=("network",), allow_incomplete=True)
    (said,) = [
        record.getMessage()
        for record in caplog.records
        if "of the study area lies outside" in record.getMessage()
    ]
    share = float(said.split(" %")[0])
    assert 5 < share < 50  # most of 중구 lies west of the extract
    assert "dongdaemun-2021-08.osm.pbf" in said
