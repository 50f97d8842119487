"""A ward whose streets and blocks are drawn by hand; no test by itself."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from sharemap.units import THOUSANDTHS


def barriers(*rows, tunnel=None):
    """Rows of (kind, highway, name, geometry)."""
    frame = gpd.GeoDataFrame(
        {
            "kind": pd.Series([row[0] for row in rows], dtype="str"),
            "highway": pd.Series([row[1] for row in rows], dtype="str"),
            "name": pd.Series([row[2] for row in rows], dtype="str"),
        },
        geometry=[row[3] for row in rows],
        crs=5179,
    )
    return frame if tunnel is None else frame.assign(tunnel=tunnel)


def street(name, *xy, highway="residential"):
    return ("street", highway, name, LineString(xy))


def area(*boxes):
    number = range(1, len(boxes) + 1)
    return gpd.GeoDataFrame(
        {
            "ward_code": "99010",
            "ward_name": "가온구",
            "dong_code": [f"990105{n}000" for n in number],
            "dong_name": [f"한울{n}동" for n in number],
        },
        geometry=[box(*corners) for corners in boxes],
        crs=5179,
    )


def demand(*rows):
    """Rows of (residents, x, y)."""
    return gpd.GeoDataFrame(
        {"residents": [row[0] * THOUSANDTHS for row in rows]},
        geometry=[Point(row[1:]) for row in rows],
        crs=5179,
    )


def tiles(found, study):
    """Rows do not overlap and leave nothing out."""
    whole = shapely.union_all(study.geometry.to_numpy())
    together = shapely.union_all(found.geometry.to_numpy())
    assert shapely.area(shapely.symmetric_difference(whole, together)) < 1e-3
    assert found.area.sum() == pytest.approx(whole.area, abs=1e-3)


# A ward of 400 x 300 m, two dongs that meet at x = 200 (which cuts nothing). The wide avenue runs east as two
# carriageways 16 m apart; 솔길 ends in the middle of a block; the stream is lined by nothing.
#
#   300 +-----------------+------------------+
#       |        A      마루길       B        |
#   200 |     솔길---     |                  |
#   158 +====== 큰길 =====+==================+
#   142 +====== 큰길 =====+==================+
#       |        C      마루길       D        |
#     0 +-----------------+------------------+
#       0                160                400
CITY = (
    street("큰길", (-5, 142), (405, 142), highway="primary"),
    street("큰길", (405, 158), (-5, 158), highway="primary"),
    street("마루길", (160, -5), (160, 305)),
    street("솔길", (40, 200), (100, 200)),
    street("발길", (0, 250), (400, 250), highway="footway"),
    street("주차장길", (0, 260), (400, 260), highway="service"),
    street("계단", (300, 0), (300, 300), highway="steps"),
)
WARD = area((0, 0, 200, 300), (200, 0, 400, 300))
