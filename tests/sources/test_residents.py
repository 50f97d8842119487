"""A user's own residents, dongs that change between two dates, and workbooks of several years."""

from __future__ import annotations

import sys
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from sharemap import demand
from sharemap.errors import PopulationError
from sharemap.schema import AGE_BANDS, ages_known
from sharemap.sources.population import read_population
from sharemap.sources.residents import read_residents

DONGS = ["1111051500", "1111051600"]
AGES = [*(f"{low}~{low + 4}세" for low in range(0, 100, 5)), "100세 이상"]
X, Y = 953_000.0, 1_952_000.0


def area(names=("상일동", "나동")):
    return gpd.GeoDataFrame(
        {
            "ward_code": "11110",
            "ward_name": "종로구",
            "dong_code": DONGS[: len(names)],
            "dong_name": list(names),
        },
        geometry=[box(X + 1000 * i, Y, X + 1000 * (i + 1), Y + 1000) for i in range(len(names))],
        crs=5179,
    )


def table(west=50, east=70):
    rows = [[n // 21 + (band < n % 21) for band in range(21)] for n in (west, east)]
    return pd.DataFrame(rows, index=DONGS, columns=list(AGE_BANDS))


def write(folder, text, name="homes.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def with_ages(rows, *, header="x,y"):
    lines = [",".join([header, *AGE_BANDS])]
    lines += [",".join(map(str, [x, y, *ages])) for x, y, ages in rows]
    return "\n".join(lines)


def test_points_with_ages_become_demand_points_as_they_are(tmp_path, caplog):
    rows = [
        (X + 10, Y + 10, [1] * 21),
        (X + 1500, Y + 10, [2] * 21),
        (X + 9000, Y, [5] * 21),  # outside
        (X + 20, Y + 10, [0] * 21),  # nobody
    ]
    found = demand.placed(read_residents(write(tmp_path, with_ages(rows)), crs=5179), area())
    assert found["residents"].tolist() == [21_000, 42_000]
    assert found["dong_code"].tolist() == DONGS
    assert found["method"].unique().tolist() == ["points"]
    assert found.attrs["outside"] == {"rows": 1, "people": 105.0}
    assert "outside the area" in caplog.text
    assert demand.methods(found).loc["points"].to_dict() == {"dongs": 2, "points": 2, "residents": 63}


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 300),
    st.integers(0, 300),
    st.lists(st.tuples(st.integers(0, 1999), st.integers(1, 500)), min_size=1, max_size=12),
)
def test_points_with_a_table_keep_its_totals_exactly(west, east, homes):
    own = gpd.GeoDataFrame(
        {"residents": [float(n) for _, n in homes]},
        geometry=[Point(X + at, Y + 500) for at, _ in homes],
        crs=5179,
    )
    found = demand.placed(own, area(), population=table(west, east), method="grid")
    summed = found.groupby("dong_code")[list(AGE_BANDS)].sum().reindex(DONGS, fill_value=0)
    assert np.array_equal(summed.to_numpy(), table(west, east).to_numpy() * 1000)
    assert (found["residents"] == found[list(AGE_BANDS)].sum(axis=1)).all()
    assert found["demand_id"].is_unique


def test_a_grid_puts_its_people_inside_its_cells(tmp_path):
    cells = gpd.GeoDataFrame(
        {"val": [30, 10, None]},
        geometry=[box(X + 100 * i, Y, X + 100 * (i + 1), Y + 100) for i in range(3)],
        crs=5179,
    ).to_crs(4326)
    path = tmp_path / "grid.gpkg"
    cells.to_file(path)
    found = read_residents(path, crs=5179, grid=True)
    assert found["residents"].tolist() == [30, 10, 0]
    assert found.attrs["has_ages"] is False
    placed = demand.placed(found, area(), population=table(40, 0), method="grid")
    assert placed["residents"].tolist() == [30_000, 10_000]
    assert placed.geometry.x.to_numpy() == pytest.approx([X + 50, X + 150], abs=0.1)
    alone = demand.placed(found, area(), method="grid")
    assert alone["residents"].tolist() == [30_000, 10_000]
    assert alone[list(AGE_BANDS)].isna().all(axis=None)  # unknown, not zero
    assert not ages_known(alone)
    assert ages_known(placed)
    with pytest.raises(PopulationError, match="no point"):
        read_residents(path, crs=5179)


def test_degrees_korean_headers_masks_and_totals(tmp_path, caplog):
    where = gpd.GeoSeries([Point(X + 10, Y + 10)], crs=5179).to_crs(4326)[0]
    text = "경도,위도,인구\n" + f'{where.x},{where.y},"1,200"\n{where.x},{where.y},*\n'
    found = read_residents(write(tmp_path, text), crs=5179)
    assert found["residents"].tolist() == [1200]
    assert found.attrs["masked_rows"] == 1
    assert "masked" in caplog.text
    assert found.geometry.x[0] == pytest.approx(X + 10, abs=0.01)
    lines = with_ages([(X + 1, Y + 1, [1] * 21)]).splitlines()
    stated = write(tmp_path, f"{lines[0]},residents\n{lines[1]},25\n")
    found = read_residents(stated, crs=5179)
    assert found["residents"].tolist() == [21]
    assert found.attrs["total_difference"] == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,y,residents\n1,2,-3\n", "row 2, column residents: a number of residents that is no count: '-3'"),
        ("x,y,residents\n1,2,many\n", "no count: 'many'"),
        ("x,y,homes\n1,2,3\n", "no column for the number of residents"),
        ("a,b,residents\n1,2,3\n", "coordinates"),
        ("x,y,residents\n1,,3\n", "a coordinate that is no number"),
    ],
)
def test_what_is_wrong_with_own_residents_is_named(tmp_path, text, said):
    with pytest.raises(PopulationError, match=said):
        read_residents(write(tmp_path, text), crs=5179)


@given(st.lists(st.floats(0, 500, allow_nan=False), min_size=1, max_size=12))
def test_homes_without_ages_keep_their_total_to_the_thousandth(people):
    where = [Point(X + 3 * at, Y + 5) for at in range(len(people))]
    homes = gpd.GeoDataFrame({"residents": people}, geometry=where, crs=5179)
    exact = sum(map(Fraction, people)) * 1000
    if exact < 1:
        return
    found = demand.placed(homes, area())
    assert abs(int(found["residents"].sum()) - exact) <= Fraction(1, 2) + Fraction(1, 10**6)
    at = {round(x): count for x, count in zip(found.geometry.x - X, found["residents"], strict=True)}
    for number, one in enumerate(people):
        assert abs(at.get(3 * number, 0) - one * 1000) <= 1 + 1e-6


def test_a_table_of_totals_gives_its_homes_no_age():
    homes = gpd.GeoDataFrame(
        {"residents": [1.0, 3.0]}, geometry=[Point(X + 1, Y + 1), Point(X + 2, Y + 1)], crs=5179
    )
    totals = table(0, 0)
    totals = totals.assign(residents=[7] + [0] * (len(totals) - 1))[["residents"]]
    found = demand.placed(homes, area(), population=totals)
    assert found["residents"].tolist() == [1750, 5250]
    assert found[list(AGE_BANDS)].isna().all(axis=None)


@pytest.mark.real
def test_the_hexagons_of_porto_alegre_as_they_are(shared_data):
    file = shared_data / "cities" / "poa_hexgrid.csv"
    cells = read_residents(file, crs="EPSG:32722")
    rows = pd.read_csv(file)
    assert cells["residents"].tolist() == rows["population"].tolist()
    west, south, east, north = cells.total_bounds
    whole = gpd.GeoDataFrame(
        {"ward_code": "1", "ward_name": "POA", "dong_code": ["1"], "dong_name": ["POA"]},
        geometry=[box(west - 9, south - 9, east + 9, north + 9)],
        crs=cells.crs,
    )
    placed = demand.placed(cells, whole)
    assert placed["residents"].sum() == 1000 * rows["population"].sum()
    assert len(placed) == (rows["population"] > 0).sum()
    assert not ages_known(placed)


def test_fractions_and_nobody_are_refused_without_a_table(tmp_path):
    with pytest.raises(PopulationError, match="whole number"):
        demand.placed(
            read_residents(write(tmp_path, with_ages([(X + 1, Y + 1, [0.5] * 21)])), crs=5179), area()
        )
    with pytest.raises(PopulationError, match="none of the residents"):
        demand.placed(read_residents(write(tmp_path, with_ages([(X - 900, Y, [1] * 21)])), crs=5179), area())


# ------------------------------------------------------------------------------- dongs of two dates


def published(folder, dongs, name="동.csv"):
    """A table of the Seoul layout: dong -> persons of each age."""
    lines = [",".join(["기간", "자치구", "동", "계", *AGES])]
    lines += [",".join(["2024", "종로구", dong, str(n * 21), *[str(n)] * 21]) for dong, n in dongs.items()]
    return write(folder, "\n".join(lines), name)


def test_a_dong_that_was_split_is_named_with_its_parts(tmp_path):
    path = published(tmp_path, {"상일1동": 3, "상일2동": 4, "나동": 5})
    with pytest.raises(PopulationError, match="종로구 상일동 <-> 종로구 상일1동, 종로구 상일2동"):
        read_population(path, area(), dongs=area())


def test_residents_of_dongs_that_the_map_lacks_are_counted_or_refused(tmp_path, caplog):
    path = published(tmp_path, {"상일동": 90, "나동": 9, "새동": 1})
    study = area().iloc[[0]].reset_index(drop=True)
    found = read_population(path, study, dongs=area(), max_unplaced=0.01)
    assert found.attrs["only_in_table"] == {"종로구 새동": 21}
    assert found.attrs["unplaced"] == 21
    assert found.attrs["only_on_map"] == []
    assert found.to_numpy().sum() == 90 * 21
    assert "새동" in caplog.text
    with pytest.raises(PopulationError, match=r"1\.0 % of their wards"):
        read_population(path, study, dongs=area(), max_unplaced=0.005)


def test_a_dong_of_the_map_beyond_the_study_without_people_is_reported(tmp_path):
    path = published(tmp_path, {"상일동": 90})
    study = area().iloc[[0]].reset_index(drop=True)
    found = read_population(path, study, dongs=area())
    assert found.attrs["only_on_map"] == ["종로구 나동"]
    with pytest.raises(PopulationError, match="나동"):
        read_population(path, area(), dongs=area())


@pytest.mark.parametrize(("value", "said"), [("*", "masked"), ("-7", "no count"), ("3.5", "no count")])
def test_suppressed_negative_and_fractional_counts_are_refused(tmp_path, value, said):
    path = published(tmp_path, {"상일동": 90, "나동": 9})
    text = path.read_text(encoding="utf-8").replace(",9,9,", f",{value},9,", 1)
    with pytest.raises(PopulationError, match=said) as caught:
        read_population(write(tmp_path, text), area())
    assert (caught.value.row, caught.value.column, caught.value.value) == (3, "0~4세", value)


def book(folder, sheets):
    path = folder / "인구.xlsx"
    with pd.ExcelWriter(path) as writer:
        for name, persons in sheets.items():
            rows = [["종로구", dong, n * 21, *[n] * 21] for dong, n in persons.items()]
            frame = pd.DataFrame(rows, columns=["자치구", "동", "계", *AGES])
            frame.to_excel(writer, sheet_name=name, index=False)
    return path


def test_a_sheet_a_year_takes_the_newest_and_says_so(tmp_path, caplog):
    path = book(
        tmp_path,
        {
            "2022년": {"상일동": 1, "나동": 1},
            "2024년": {"상일동": 3, "나동": 4},
            "2023년": {"상일동": 2, "나동": 2},
        },
    )
    assert read_population(path, area())["age_00_04"].tolist() == [3, 4]
    assert "'2024년' is used" in caplog.text
    assert read_population(path, area(), sheet="2022년")["age_00_04"].tolist() == [1, 1]
    with pytest.raises(PopulationError, match="1999"):
        read_population(path, area(), sheet="1999년")


def test_sheets_of_wards_are_read_together_and_repeated_dongs_refused(tmp_path):
    path = book(tmp_path, {"가": {"상일동": 3}, "나": {"나동": 4}})
    assert read_population(path, area())["age_00_04"].tolist() == [3, 4]
    twice = book(tmp_path, {"가": {"상일동": 3, "나동": 4}, "나": {"상일동": 3, "나동": 4}})
    with pytest.raises(PopulationError, match="several rows"):
        read_population(twice, area())
    months = book(
        tmp_path, {"2024년 상반기": {"상일동": 3, "나동": 4}, "2024년 하반기": {"상일동": 3, "나동": 4}}
    )
    with pytest.raises(PopulationError, match="sheet = "):
        read_population(months, area())


# ---------------------------------------------------------------------------------------------- cells of the grid H3

CELLS = {
    "89a901291abffff": (-51.1582459466033, -30.0538460280879),
    "89a9012a3cfffff": (-51.2118666785315, -30.1005760100267),
}


@pytest.mark.parametrize("grid", [True, False])
def test_cells_of_h3_are_people_in_the_middle_of_each(tmp_path, grid):
    path = tmp_path / "hex.csv"
    path.write_text(
        "hex,population\n" + "".join(f"{cell},{n}\n" for n, cell in enumerate(CELLS, 5)), encoding="utf-8"
    )
    found = read_residents(path, crs="EPSG:32722", grid=grid)
    assert found["residents"].tolist() == [5.0, 6.0]
    degrees = found.to_crs(4326).geometry
    # the file that published these cells gives their middles too
    for point, (lon, lat) in zip(degrees, CELLS.values(), strict=True):
        assert (point.x, point.y) == pytest.approx((lon, lat), abs=1e-5)


def test_a_cell_that_is_none_is_named(tmp_path):
    path = tmp_path / "hex.csv"
    path.write_text("hex,population\n89a901291abffff,1\n8fffffffffffffe,2\n", encoding="utf-8")
    with pytest.raises(PopulationError, match=r"hex\.csv, row 3: no cell of the grid H3: '8fffffffffffffe'"):
        read_residents(path, crs="EPSG:32722", grid=True)


def test_without_the_package_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h3", None)
    path = tmp_path / "hex.csv"
    path.write_text("hex,population\n89a901291abffff,1\n", encoding="utf-8")
    with pytest.raises(PopulationError, match=r"pip install \"sharemap\[h3\]\""):
        read_residents(path, crs="EPSG:32722", grid=True)


def test_coordinates_beside_cells_are_taken_where_points_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h3", None)
    path = tmp_path / "hex.csv"
    path.write_text("hex,lon,lat,population\n89a901291abffff,-51.1,-30.0,1\n", encoding="utf-8")
    (point,) = read_residents(path, crs="EPSG:32722").to_crs(4326).geometry
    assert (point.x, point.y) == pytest.approx((-51.1, -30.0), abs=1e-6)
