"""Population tables of two publishers -> residents of each dong by age."""

from __future__ import annotations

import logging

import geopandas as gpd
import numpy as np
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
