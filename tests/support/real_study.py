"""A study of real Seoul on the published files beside the checkout; no test by itself."""

from __future__ import annotations

import json

from sharemap import pipeline

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


def study_of(shared_data, folder, *, extract, wards, minutes=(5, 10, 15)):
    text = f"""
[study]
title = "{" ".join(wards)}"
[area]
boundaries = "{shared_data}/boundaries/dong__202104.geojson"
wards = {json.dumps(wards, ensure_ascii=False)}
ref_date = "2021-04"
licence = "자료: 통계청 통계지리정보서비스(SGIS), vuski/admdongkor"
[parameters]
minutes = {list(minutes)}
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
