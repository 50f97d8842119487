"""Blocks that researchers bring: they tile, keep their ids, and what is wrong with them is said."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon, box

from drawn_streets import CITY, WARD, area, barriers, demand, tiles
from sharemap import blocks
from sharemap.errors import AreaError, GeometryError
from sharemap.findings.blocks import worded


def cells(*shapes, ids=None):
    names = ids or [f"C{n}" for n in range(len(shapes))]
    return gpd.GeoDataFrame({"cell": names}, geometry=list(shapes), crs=5179)


GRID = [box(x, y, x + 100, y + 100) for x in range(-50, 400, 100) for y in range(0, 300, 100)]


def test_cells_keep_their_ids_are_clipped_and_the_rest_is_street_space():
    found = blocks.given(cells(*GRID[:-3], ids=[f"C{n:02d}" for n in range(len(GRID) - 3)]), WARD, ids="cell")
    tiles(found.blocks, WARD)
    real = found.blocks[found.blocks["kind"] == "block"]
    assert sorted(real["block_id"]) == [f"C{n:02d}" for n in range(len(GRID) - 3)]
    assert real.area.max() == 10_000
    assert found.report["gap_m2"] == 400 * 300 - 350 * 300
    assert found.blocks.loc[found.blocks["kind"] == "street_space", "area_m2"].sum() == 50 * 300
    assert found.report["overlap_m2"] == 0


def test_ids_from_shapes_survive_order_and_changes_elsewhere():
    before = blocks.given(cells(*GRID), WARD).blocks
    after = blocks.given(cells(*GRID[::-1][2:]), WARD).blocks
    assert set(after.loc[after["kind"] == "block", "block_id"]) < set(before["block_id"])


def test_streets_along_a_cell_are_named_and_people_are_counted():
    cell = cells(box(160, 158, 300, 300), ids=["A"])
    found = blocks.given(
        cell, WARD, ids="cell", streets=barriers(*CITY), demand=demand((7, 200, 200), (5, 10, 10))
    )
    mine = worded(found.blocks).set_index("block_id").loc["A"]
    assert mine["frontage_ko"] == "마루길·큰길 사이" or mine["frontage_ko"] == "큰길·마루길 사이"
    assert mine["residents"] == 7
    assert found.blocks["residents"].sum() == 12


def test_a_little_overlap_goes_to_the_smaller_id_and_much_is_refused():
    little = cells(box(0, 0, 200, 300), box(199.5, 0, 400, 300), ids=["b", "a"])
    found = blocks.given(little, WARD, ids="cell")
    tiles(found.blocks, WARD)
    assert found.report["overlap_m2"] == 150.0
    assert found.blocks.set_index("block_id").loc["a", "area_m2"] == pytest.approx(200.5 * 300)
    with pytest.raises(GeometryError, match="overlap"):
        blocks.given(cells(box(0, 0, 250, 300), box(150, 0, 400, 300)), WARD)


def test_a_bow_tie_is_repaired_and_counted():
    tie = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    found = blocks.given(cells(tie), WARD)
    assert found.report["repaired"] == 1
    tiles(found.blocks, WARD)
    assert shapely.is_valid(found.blocks.geometry.to_numpy()).all()


@pytest.mark.parametrize(
    ("polygons", "options", "reason"),
    [
        (cells(Point(0, 0)), {}, "no polygon"),
        (cells(box(0, 0, 9, 9)), {"ids": "BLK"}, "no such column"),
        (cells(box(0, 0, 9, 9), box(9, 0, 20, 9), ids=["x", "x"]), {"ids": "cell"}, "repeated"),
        (cells(box(0, 0, 9, 9), box(9, 0, 20, 9), ids=["x", None]), {"ids": "cell"}, "empty"),
        (cells(box(9000, 0, 9009, 9)), {}, "lies in the study area"),
        (cells(box(0, 0, 9, 9)).to_crs(4326), {}, "EPSG:5179"),
    ],
)
def test_what_is_no_block_is_named(polygons, options, reason):
    with pytest.raises(GeometryError, match=reason):
        blocks.given(polygons, WARD, **options)


def test_an_empty_study_area_is_named():
    with pytest.raises(AreaError):
        blocks.given(cells(box(0, 0, 9, 9)), area())


def test_blocks_between_streets_say_where_they_are():
    found = blocks.enclose(barriers(*CITY), WARD)
    assert set(worded(found)["frontage_ko"]) == {"큰길·마루길 사이"}


def test_ids_survive_an_unrelated_street():
    before = blocks.enclose(barriers(*CITY), WARD)
    cut = ("street", "residential", "새길", LineString([(170, 250), (400, 250)]))
    after = blocks.enclose(
        barriers(*CITY[:3], cut, ("street", "residential", "옆길", LineString([(160, 230), (400, 230)]))),
        WARD,
    )
    west = before[before.geometry.centroid.x < 160]
    assert set(west["block_id"]) < set(after["block_id"])
