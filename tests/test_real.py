"""The main job on real Seoul: two wards and the whole city, from the files as they were published."""

from __future__ import annotations

import csv
import json
import resource

import geopandas as gpd
import pandas as pd
import pytest

import contract
from sharemap import pipeline

pytestmark = pytest.mark.real

FILES = (
    ("bike_station", "bike_station__202306.csv", "2023-06"),
    ("car_share", "car_share__2017.json", "2017-11"),
    ("parking_public", "parking_public__202506.csv", "2025-06"),
    ("parking_public", "parking_standard__202301.csv", "2023-01"),
    ("tool_library", "tool_library__2019.csv", "2019-11"),
    ("toy_library", "toy_library__2014.csv", "2014"),
    ("library", "library_standard__202607.csv", "2026-07"),
    ("library", "public_library__202604.csv", "2026-04"),
    ("open_facility", "open_facility_standard__202010.csv", "2020-10"),
    ("public_wifi", "public_wifi_standard__2022.csv", "2016-10"),
)


def study_of(shared_data, folder, *, extract, wards):
    text = f"""
[study]
title = "{" ".join(wards)}"
[area]
boundaries = "{shared_data}/boundaries/dong__202104.geojson"
wards = {json.dumps(wards, ensure_ascii=False)}
ref_date = "2021-04"
licence = "자료: 통계청 통계지리정보서비스(SGIS), vuski/admdongkor"
[streets]
extract = "{shared_data}/osm/{extract}-2021-08.osm.pbf"
ref_date = "2021-08"
[population]
table = "{shared_data}/population/dong_population_age__2020q2.tsv"
output_areas = "{shared_data}/boundaries/output_area_centroid__2016.csv"
ref_date = "2020-06"
licence = "출처: 서울특별시 서울 열린데이터광장 (data.seoul.go.kr)"
"""
    for layer, file, date in FILES:
        text += f'[[sites]]\nlayer = "{layer}"\nfile = "{shared_data}/sites/{file}"\nref_date = "{date}"\n'
        text += 'licence = "출처: 서울 열린데이터광장·공공데이터포털"\n'
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return pipeline.read_study(path)


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
    assert summary["residents"] == published[summary["title"]]


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
    assert summary["groups_without_data"] == []


def test_a_ward_map_is_small(ward):
    assert (ward[0] / "map.html").stat().st_size < 5_000_000


@pytest.mark.slow
def test_all_of_seoul_finishes_in_memory(shared_data, tmp_path):
    with (shared_data / "wards.csv").open(encoding="utf-8") as file:
        names = [row["name_ko"] for row in csv.DictReader(file)]
    summary = pipeline.run(study_of(shared_data, tmp_path, extract="seoul", wards=names), tmp_path / "out")
    contract.check_files(tmp_path / "out")
    contract.check_rows_add_up(tmp_path / "out")
    contract.check_people(tmp_path / "out")
    contract.check_reach(tmp_path / "out", most_sites=60)
    assert summary["residents"] == 9_985_652
    assert summary["area"] == {
        "wards": summary["area"]["wards"],
        "dongs": 425,
        "area_km2": pytest.approx(606.971, abs=0.01),
    }
    assert summary["villages"]["count"] >= 5
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    assert gigabytes < 24
