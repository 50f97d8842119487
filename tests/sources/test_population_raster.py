"""Population rasters in several coordinate systems, held against every cell cut by itself."""

from __future__ import annotations

import logging
import tracemalloc

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely import LineString, Point, Polygon, box

from sharemap import demand
from sharemap.errors import MissingFileError, PopulationError
from sharemap.schema import AGE_BANDS
from sharemap.sources.population_raster import check_population_raster, read_population_raster
from two_dongs import AREA, X, Y

_MOLLWEIDE = "ESRI:54009"


def _write(folder, values, crs, transform, *, name="pop.tif", nodata=None):
    path = folder / name
    settings = {"driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1}
    with rasterio.open(
        path, "w", **settings, dtype=str(values.dtype), crs=crs, transform=transform, nodata=nodata
    ) as file:
        file.write(values, 1)
    return path


def _around(crs, step, *, shape=(40, 60)):
    """Return a grid that holds the area and more, its corner no round number of cells away from it."""
    west, south, east, north = Transformer.from_crs(5179, crs, always_xy=True).transform_bounds(
        *AREA.total_bounds
    )
    middle = (west + east) / 2, (south + north) / 2
    left, top = middle[0] - step * (shape[1] / 2 + 0.37), middle[1] + step * (shape[0] / 2 + 0.21)
    return Affine(step, 0, left, 0, -step, top)


def _brute(values, crs, transform, *, nodata=None):
    """Add up each cell by itself, as anybody would: dong -> people."""
    to_metric = Transformer.from_crs(crs, 5179, always_xy=True)
    people = dict.fromkeys(AREA["dong_code"], 0.0)
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            value = float(values[row, column])
            if value == nodata or np.isnan(value) or value <= 0:
                continue
            corners = [transform * (column + dx, row + dy) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))]
            cell = Polygon([to_metric.transform(*corner) for corner in corners])
            for code, dong in zip(AREA["dong_code"], AREA.geometry, strict=True):
                people[code] += value * cell.intersection(dong).area / cell.area
    return people


@pytest.mark.parametrize(
    "made",
    [
        (_MOLLWEIDE, 100.0, "float32", -200.0),  # as GHSL
        ("EPSG:4326", 1 / 1200, "float32", -99999.0),  # as WorldPop: 3 arc-seconds
        ("EPSG:32652", 250.0, "int32", None),  # UTM, whole people, negative where nobody knows
        ("EPSG:5179", 90.0, "float64", None),
    ],
)
def test_the_people_are_those_of_each_cell_by_its_share_of_area(tmp_path, caplog, made):
    crs, step, dtype, nodata = made
    random = np.random.default_rng(7)
    values = (random.gamma(0.6, 40, (40, 60))).astype(dtype)
    values[random.random(values.shape) < 0.2] = 0
    missing = random.random(values.shape) < 0.1
    values[missing] = -200 if nodata is None else nodata
    if nodata is None and dtype == "float64":
        values[5, 5] = np.nan
    transform = _around(crs, step)
    path = _write(tmp_path, values, crs, transform, nodata=nodata)
    with caplog.at_level(logging.WARNING):
        cells = read_population_raster(path, AREA)
    expected = _brute(values, crs, transform, nodata=nodata)
    assert expected["1199051000"] > 100
    assert cells.groupby("dong_code")["people"].sum().to_dict() == pytest.approx(expected, rel=1e-9)
    assert cells.attrs["no_data"] > 0
    assert "no data" in caplog.text
    placed = demand.place_cells(cells)
    assert int(placed["residents"].sum()) == round(1000 * sum(expected.values()))
    assert placed[list(AGE_BANDS)].isna().all(axis=None)
    assert placed["demand_id"].is_unique
    within = placed.sjoin(AREA[["dong_code", "geometry"]], predicate="within")
    assert (within["dong_code_left"] == within["dong_code_right"]).all()
    assert len(within) == len(placed)


def test_people_of_a_cell_stand_on_its_houses_or_streets(tmp_path):
    values = np.zeros((10, 20))
    values[2, 3], values[2, 4], values[5, 12], values[9, 19] = 30.5, 7.25, 12.0, 0.6
    transform = Affine(100, 0, X, 0, -100, Y + 1000)
    cells = read_population_raster(_write(tmp_path, values, "EPSG:5179", transform), AREA)
    assert sorted(cells["people"]) == pytest.approx([0.6, 7.25, 12, 30.5])
    houses = gpd.GeoDataFrame(
        {"building": ["apartments", "house", "house"], "levels": [10.0, 1.0, 1.0]},
        geometry=[box(X + 310, Y + 710, X + 330, Y + 730), box(X + 350, Y + 750, X + 360, Y + 760),
                  box(X + 450, Y + 750, X + 452, Y + 752)],
        crs=5179,
    )  # fmt: skip
    streets = gpd.GeoDataFrame(
        geometry=[
            LineString([(X + 400, Y + 705), (X + 600, Y + 705)]),
            LineString([(X + 1200, Y + 450), (X + 1300, Y + 450)]),
        ],
        crs=5179,
    )
    placed = demand.place_cells(cells, buildings=houses, streets=streets)
    of = dict(iter(placed.groupby("method")))
    # floor area 4,000 and 100 m2: a resident has more than 5 m2 of it
    assert sorted(of["buildings"]["residents"]) == [round(30_500 * 100 / 4100), round(30_500 * 4000 / 4100)]
    # the hut in the next cell is too small for its people: they live along the street in the cell
    assert of["streets"]["residents"].sum() == 7_250 + 12_000
    along = of["streets"].geometry
    assert along.y.isin([Y + 705, Y + 450]).all()
    assert along.x.between(X + 400, X + 500).sum() == 2  # the street goes on beyond the cell
    assert of["area"]["residents"].tolist() == [600]
    assert box(X + 1900, Y, X + 2000, Y + 100).contains(of["area"].geometry.iloc[0])
    assert int(placed["residents"].sum()) == round(1000 * (30.5 + 7.25 + 12 + 0.6))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 9), st.floats(1e-4, 900)), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 1999), st.integers(0, 999)), max_size=8),
)
def test_nobody_is_lost_and_each_cell_keeps_its_own(spots, ends):
    of_cell = {}
    for east, north, people in spots:
        of_cell[east, north] = of_cell.get((east, north), 0.0) + people
    shapes = [box(X + 100 * e, Y + 100 * n, X + 100 * (e + 1), Y + 100 * (n + 1)) for e, n in of_cell]
    names = AREA.drop(columns="geometry").iloc[[e // 10 for e, _ in of_cell]].reset_index(drop=True)
    cells = gpd.GeoDataFrame(names.assign(people=list(of_cell.values())), geometry=shapes, crs=5179)
    lines = [
        LineString([(X + a, Y + b), (X + 2000 - a, Y + 1000 - b)]) for a, b in ends if (a, b) != (1000, 500)
    ]
    streets = gpd.GeoDataFrame(geometry=lines, crs=5179)
    placed = demand.place_cells(cells, streets=streets)
    assert int(placed["residents"].sum()) == pytest.approx(1000 * sum(of_cell.values()), abs=0.5 + 1e-6)
    if not len(placed):
        return
    tree = cells.sindex
    at = dict.fromkeys(range(len(cells)), 0)
    for point, residents in zip(placed.geometry, placed["residents"], strict=True):
        inside = [number for number in tree.query(point) if shapes[number].buffer(1e-6).contains(point)]
        assert inside
        if len(inside) == 1:
            at[inside[0]] += residents
    on_border = [
        point
        for point in placed.geometry
        if len([n for n in tree.query(point) if shapes[n].buffer(1e-6).contains(point)]) > 1
    ]
    if not on_border:
        for number, people in enumerate(of_cell.values()):
            assert abs(at[number] - 1000 * people) <= 1 + 1e-6


def test_what_is_wrong_with_a_raster_is_named(tmp_path):
    here = _around("EPSG:4326", 0.001)
    values = np.ones((40, 60), dtype="float32")
    elsewhere = _write(
        tmp_path, values, "EPSG:4326", Affine(0.001, 0, 8.6, 0, -0.001, 49.5), name="heidelberg.tif"
    )
    nowhere = _write(tmp_path, values, None, here, name="nowhere.tif")
    nobody = _write(tmp_path, -values, "EPSG:4326", here, name="nobody.tif")
    text = tmp_path / "text.tif"
    text.write_text("no raster", encoding="utf-8")
    for path, said in (
        (elsewhere, r"lies elsewhere than the study area.*heidelberg|heidelberg.*lies elsewhere"),
        (nowhere, "coordinate system"),
        (text, "no raster"),
    ):
        for read in (read_population_raster, check_population_raster):
            with pytest.raises(PopulationError, match=said):
                read(path, AREA)
    with pytest.raises(PopulationError, match="nobody in the study area"):
        read_population_raster(nobody, AREA)
    with pytest.raises(MissingFileError, match=r"gone\.tif"):
        check_population_raster(tmp_path / "gone.tif", AREA)


def test_of_a_raster_of_the_world_only_the_part_around_the_area_is_read(tmp_path):
    path, step = tmp_path / "world.tif", 0.001
    settings = {"driver": "GTiff", "height": 170_000, "width": 360_000, "count": 1, "dtype": "float32"}
    tiles = {"tiled": True, "blockxsize": 256, "blockysize": 256, "SPARSE_OK": "TRUE", "BIGTIFF": "YES"}
    with rasterio.open(
        path, "w", **settings, **tiles, crs="EPSG:4326", transform=Affine(step, 0, -180, 0, -step, 85)
    ) as file:
        at = Transformer.from_crs(5179, 4326, always_xy=True).transform(X + 500, Y + 500)
        row, column = file.index(*at)
        file.write(np.full((1, 1), 42.0, dtype="float32"), 1, window=((row, row + 1), (column, column + 1)))
    tracemalloc.start()
    cells = read_population_raster(path, AREA)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert cells["people"].sum() == pytest.approx(42)
    assert cells.geometry.union_all().contains(Point(X + 500, Y + 500))
    assert most < 20_000_000
