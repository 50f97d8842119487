"""Population tables of two publishers -> residents of each dong by age."""

from __future__ import annotations

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from sharemap.errors import MissingFileError, PopulationError
from sharemap.schema import AGE_BANDS
from sharemap.sources.boundaries import read_area
from sharemap.sources.population import read_population

AREA = gpd.GeoDataFrame(
    {
        "ward_code": ["11110", "11110"],
        "ward_name": ["종로구", "종로구"],
        "dong_code": ["1111053000", "1111061500"],
        "dong_name": ["사직동", "종로1·2·3·4가동"],
    },
    geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    crs=5179,
)
AGES = [*(f"{low}~{low + 4}세" for low in range(0, 100, 5)), "100세 이상"]
SAJIK = list(range(100, 121))  # 21 bands, 2,310 people
JONGNO = [1000, *[2] * 20]


def thousands(values):
    return [f"{value:,}" if value else "-" for value in values]


def seoul(folder, *, change=None, name="동.tsv"):
    lines = [["기간", "자치구", "동", "구분", "계", *AGES[:-1], "100세 이상+"]]
    for dong, ages in (
        ("합계", [9999] * 21),
        ("소계", [999] * 21),
        ("사직동", SAJIK),
        ("종로1.2.3.4가동", JONGNO),
    ):
        for kind, factor in (("계", 1), ("한국인", 0), ("외국인", 0)):
            counts = [value * factor for value in ages]
            lines.append(["2020.2/4", "종로구", dong, kind, f"{sum(counts):,}", *thousands(counts)])
    if change is not None:
        line, column, value = change
        lines[line][column] = value
    path = folder / name
    path.write_text("\r\n".join("\t".join(line) for line in lines), encoding="utf-8")
    return path


def ministry(folder, *, months=("2025년05월", "2025년06월"), codes=("1111053000", "1111061500")):
    header = ["행정구역"]
    for month in months:
        for sex in ("계", "남", "여"):
            header += [
                f"{month}_{sex}_총인구수",
                f"{month}_{sex}_연령구간인구수",
                *(f"{month}_{sex}_{age}" for age in AGES),
            ]
    lines = [header]
    names = [
        "서울특별시  (1100000000)",
        "서울특별시 종로구 (1111000000)",
        f"서울특별시 종로구 사직동({codes[0]})",
    ]
    names.append(f"서울특별시 종로구 종로1.2.3.4가동  ({codes[1]})")
    for name, ages in zip(names, ([9999] * 21, [999] * 21, SAJIK, JONGNO), strict=True):
        line = [name]
        for month in months:
            for sex in ("계", "남", "여"):
                factor = (month == months[-1]) and (sex == "계")
                counts = [value * factor for value in ages]
                line += [f'"{sum(counts):,}"'] * 2 + [f'"{value:,}"' for value in counts]
        lines.append(line)
    path = folder / "202506_연령별인구현황_월간.csv"
    path.write_text("\n".join(",".join(line) for line in lines), encoding="cp949")
    return path


@pytest.mark.parametrize("table", [seoul, ministry])
def test_both_layouts_give_the_same_people(tmp_path, table):
    people = read_population(table(tmp_path), AREA)
    assert people.index.tolist() == AREA["dong_code"].tolist()
    assert people.index.name == "dong_code"
    assert tuple(people.columns) == AGE_BANDS
    assert people.to_numpy().tolist() == [SAJIK, JONGNO]
    assert (people.dtypes == np.int64).all()
    assert people.attrs["total_difference"] == {}
    assert people.attrs["period"] == {"seoul": "2020.2/4", "ministry": "2025년06월"}[table.__name__]


def test_a_table_with_totals_only_tells_no_age(tmp_path):
    text = seoul(tmp_path).read_text(encoding="utf-8")
    rows = [line.split("\t")[:5] for line in text.splitlines()]
    (tmp_path / "totals.tsv").write_text("\n".join("\t".join(row) for row in rows), encoding="utf-8")
    months = [
        "행정구역,2025년06월_총인구수,2025년06월_세대수",
        '서울특별시 종로구 사직동(1111053000),"2,310",1',
    ]
    months.append('서울특별시 종로구 종로1.2.3.4가동(1111061500),"1,040",1')
    (tmp_path / "month.csv").write_text("\n".join(months), encoding="cp949")
    for name in ("totals.tsv", "month.csv"):
        found = read_population(tmp_path / name, AREA, dongs=AREA)
        assert found.columns.tolist() == ["residents"]
        assert found["residents"].tolist() == [sum(SAJIK), sum(JONGNO)]
        assert found.attrs["total_difference"] == {}
    rows = [line.split("\t")[:9] for line in text.splitlines()]  # some ages are not none
    (tmp_path / "some.tsv").write_text("\n".join("\t".join(row) for row in rows), encoding="utf-8")
    with pytest.raises(PopulationError, match="no columns for some ages"):
        read_population(tmp_path / "some.tsv", AREA)


def _national(folder, rows, *, name="national.csv"):
    header = ["행정구역", "2025년06월_계_총인구수", *(f"2025년06월_계_{age}" for age in AGES)]
    lines = [",".join(header)]
    for where, people in rows:
        lines.append(",".join([where, str(people), *map(str, [people, *[0] * 20])]))
    path = folder / name
    path.write_text("\n".join(lines), encoding="cp949")
    return path


MIDDLE = gpd.GeoDataFrame(
    {
        "ward_code": ["11140", "11140"],
        "ward_name": ["중구", "중구"],
        "dong_code": ["1114052000", "1114054000"],
        "dong_name": ["소공동", "회현동"],
    },
    geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    crs=5179,
)
SEOUL = [("서울특별시 중구 소공동(1114052000)", 2000), ("서울특별시 중구 회현동(1114054000)", 5000)]
BUSAN = [("부산광역시 중구 소공동(2611051000)", 77), ("부산광역시 중구 동광동(2611052000)", 88)]
DAEGU = [("대구광역시 중구 회현동(2711051700)", 99)]


def test_a_ward_of_the_same_name_in_another_city_is_not_taken(tmp_path):
    whole = _national(tmp_path, [*BUSAN, *SEOUL, *DAEGU])
    found = read_population(whole, MIDDLE, dongs=MIDDLE)
    assert found.sum(axis=1).tolist() == [2000, 5000]
    assert (found.attrs["only_in_table"], found.attrs["only_on_map"]) == ({}, [])  # of Busan nobody asked
    lacking = _national(tmp_path, [*BUSAN, SEOUL[1], *DAEGU])
    with pytest.raises(PopulationError, match=r"1 dongs.*중구 소공동.*rows of that name are of 부산광역시"):
        read_population(lacking, MIDDLE, dongs=MIDDLE)
    # codes change when a ward is reorganised: then names join, within the city
    other_codes = _national(
        tmp_path, [*BUSAN, *[(name.replace("11140", "11142"), n) for name, n in SEOUL], *DAEGU]
    )
    assert read_population(other_codes, MIDDLE, dongs=MIDDLE).sum(axis=1).tolist() == [2000, 5000]


def test_a_study_of_two_cities_has_two_wards_of_one_name(tmp_path):
    busan = MIDDLE.assign(
        ward_code="26110", dong_code=["2611051000", "2611052000"], dong_name=["소공동", "동광동"]
    )
    both = gpd.GeoDataFrame(pd.concat([MIDDLE, busan], ignore_index=True), crs=5179)
    renumbered = [
        (name.replace("11140", "11142").replace("26110", "26112"), n) for name, n in [*BUSAN, *SEOUL]
    ]
    found = read_population(_national(tmp_path, renumbered), both, dongs=both)
    assert found.sum(axis=1).to_dict() == {
        "1114052000": 2000, "1114054000": 5000, "2611051000": 77, "2611052000": 88,
    }  # fmt: skip


def test_a_province_with_a_new_code_is_the_same_province(tmp_path):
    area = MIDDLE.assign(ward_code="42110", ward_name="춘천시", dong_code=["4211051000", "4211052000"])
    rows = [
        ("강원특별자치도 춘천시 소공동(5111051000)", 10),
        ("강원특별자치도 춘천시 회현동(5111052000)", 20),
    ]
    assert read_population(_national(tmp_path, rows), area).sum(axis=1).tolist() == [10, 20]


def test_a_city_column_tells_wards_of_one_name_apart(tmp_path):
    head = ["시도", "자치구", "동", "계", *AGES]
    rows = [
        [city, "중구", dong, str(people), str(people), *["0"] * 20]
        for city, dong, people in (
            ("부산광역시", "소공동", 77), ("서울특별시", "소공동", 2000), ("서울특별시", "회현동", 5000),
        )
    ]  # fmt: skip
    text = "\n".join("\t".join(row) for row in [head, *rows])
    (tmp_path / "cities.tsv").write_text(text, encoding="utf-8")
    assert read_population(tmp_path / "cities.tsv", MIDDLE).sum(axis=1).tolist() == [2000, 5000]
    blind = "\n".join("\t".join(row[1:]) for row in [head, *rows])
    (tmp_path / "blind.tsv").write_text(blind, encoding="utf-8")
    with pytest.raises(PopulationError, match=r"several rows.*시도"):
        read_population(tmp_path / "blind.tsv", MIDDLE)


def test_the_order_is_that_of_the_area_and_only_its_dongs_are_read(tmp_path):
    path = seoul(tmp_path, change=(7, 6, "*"))  # 사직동 is masked
    people = read_population(path, AREA.iloc[[1]])
    assert people.to_numpy().tolist() == [JONGNO]
    both = read_population(seoul(tmp_path), AREA.iloc[::-1])
    assert both.to_numpy().tolist() == [JONGNO, SAJIK]


def test_a_statistics_code_in_the_area_joins_by_name(tmp_path):
    area = AREA.assign(dong_code=["1101053", "1101061"])
    assert read_population(ministry(tmp_path), area).to_numpy().tolist() == [SAJIK, JONGNO]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((7, 6, "*"), "row 8, column 5~9세.*'\\*'"),
        ((7, 6, "-5"), "row 8, column 5~9세.*-5"),
        ((7, 6, "1.5"), "row 8, column 5~9세.*1.5"),
        ((7, 6, ""), "row 8, column 5~9세"),
        ((7, 2, "사직1동"), "종로구 사직동"),
        ((10, 2, "사직동"), "not in the population table"),
        ((0, 5, "0~9세"), "5-year"),
        ((0, 5, "영유아"), "age_00_04"),
        ((0, 2, "마을"), "자치구, 동"),
    ],
)
def test_what_is_no_count_or_not_there_is_named(tmp_path, change, said):
    with pytest.raises(PopulationError, match=said) as caught:
        read_population(seoul(tmp_path, change=change), AREA)
    assert caught.value.remedy


def test_a_dong_that_stands_twice(tmp_path):
    path = seoul(tmp_path)
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([*lines, lines[7]]), encoding="utf-8")
    with pytest.raises(PopulationError, match="several rows"):
        read_population(path, AREA)


def test_a_total_that_is_not_the_sum_is_reported_not_hidden(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        people = read_population(seoul(tmp_path, change=(7, 4, "2,313")), AREA)
    assert people.attrs["total_difference"] == {"1111053000": 3}
    assert "1111053000" in caplog.text
    assert people.loc["1111053000"].sum() == sum(SAJIK)


def test_a_missing_and_a_foreign_file(tmp_path):
    with pytest.raises(MissingFileError):
        read_population(tmp_path / "none.tsv", AREA)
    path = tmp_path / "a.csv"
    path.write_text("명칭,주소\n가,나\n", encoding="utf-8")
    with pytest.raises(PopulationError, match="no population table"):
        read_population(path, AREA)
    path.write_bytes(b"")
    with pytest.raises(PopulationError, match="empty"):
        read_population(path, AREA)


@pytest.mark.real
def test_seoul_has_its_9985652_people(shared_data):
    area = read_area(shared_data / "boundaries" / "dong__202104.geojson")
    people = read_population(shared_data / "population" / "dong_population_age__2020q2.tsv", area)
    assert people.shape == (425, 21)
    assert people.to_numpy().sum() == 9_985_652
    assert people.attrs["total_difference"] == {}
