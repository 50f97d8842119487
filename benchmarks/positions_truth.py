"""Which published positions of Seoul can be taken to be true, without the checks that are measured with them.

Nothing here imports the package. Addresses are read by two short patterns, wards are those of another boundary file
(2017), and streets are asked the other way round: not how far the street of a name is, but which names are near a point.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

if TYPE_CHECKING:
    from pathlib import Path

WARD = re.compile(r"([가-힣]{1,4}구)(?=[\s가-힣])")
ROAD = re.compile(
    r"([가-힣A-Za-z0-9.·]*(?:[가-힣](?:로|길)|\d[가-힣]?길))\s*(?:지하)?\s*(\d+)(?![\d가-힣]*(?:로|길))"
)
NEAR_M, SAME_M = 60.0, 50.0

#: Lists that the study does not use: file, columns of name, latitude and longitude.
OTHER_LISTS = (
    ("sites/bike_station_derived__202604.csv", "utf-8-sig", "대여소명", "위도", "경도"),
    ("sites_more/library_standard__202404.csv", "cp949", "도서관명", "위도", "경도"),
    ("sites_more/parking_standard__202106.csv", "cp949", "주차장명", "위도", "경도"),
)


def truth(claims: pd.DataFrame, streets: gpd.GeoDataFrame, shared: Path) -> pd.Series:
    """Return for each row why its position can be taken to be true; ``""`` where nothing says so.

    ``list``: another list has that name within 50 m. ``address``: it lies in the ward of its address and a street
    with the name in its address is within 60 m. ``lot``: it has a lot address and lies in its ward; nothing more is known.
    """
    points = np.asarray(shapely.points(claims["x"].to_numpy(), claims["y"].to_numpy()), dtype=object)
    ward, road, _ = read(claims["address"])
    inside = _ward_at(points, shared) == ward
    near = _is_near(points, road, streets)
    listed = _listed(claims, shared)
    why = pd.Series("", index=claims.index, dtype=object)
    why[(road == "") & inside] = "lot"
    why[near & inside] = "address"
    why[listed] = "list"
    return why


def read(addresses: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ward, road and building number of addresses."""
    wards, roads, numbers = [], [], []
    for text in addresses.fillna(""):
        ward = WARD.search(text)
        road = ROAD.search(re.sub(r"(?<=[로길])\s+(?=\d+[가-힣]?길)", "", re.sub(r"\(.*?\)", " ", text)))
        wards.append(ward[1] if ward else "")
        roads.append(road[1] if road else "")
        numbers.append(int(road[2]) if road else 0)
    return np.array(wards, dtype=object), np.array(roads, dtype=object), np.array(numbers)


def wards_2017(shared: Path) -> gpd.GeoDataFrame:
    """Return the wards of the boundary file of 2017."""
    told = json.loads((shared / "boundaries" / "ward__2017.geojson").read_text(encoding="utf-8"))
    names = [one["properties"]["SIG_KOR_NM"] for one in told["features"]]
    shapes = shapely.make_valid(
        np.array([shapely.geometry.shape(one["geometry"]) for one in told["features"]])
    )
    return gpd.GeoDataFrame({"ward": names}, geometry=shapes, crs=4326).to_crs(5179)


def _ward_at(points: np.ndarray, shared: Path) -> np.ndarray:
    wards = wards_2017(shared)
    found = np.full(len(points), "?", dtype=object)
    point, ward = shapely.STRtree(wards.geometry.to_numpy()).query(points, predicate="intersects")
    found[point] = wards["ward"].to_numpy(dtype=object)[ward]
    return found


def _is_near(points: np.ndarray, road: np.ndarray, streets: gpd.GeoDataFrame) -> np.ndarray:
    names = streets["name"].str.replace(" ", "").to_numpy(dtype=object)
    point, street = shapely.STRtree(streets.geometry.to_numpy()).query(
        points, predicate="dwithin", distance=NEAR_M
    )
    near = np.zeros(len(points), dtype=bool)
    near[point[(names[street] == road[point]) & (road[point] != "")]] = True
    return near


def _listed(claims: pd.DataFrame, shared: Path) -> np.ndarray:
    known: dict[str, list[tuple[float, float]]] = defaultdict(list)
    move = Transformer.from_crs(4326, 5179, always_xy=True)
    for name, encoding, title, lat, lon in OTHER_LISTS:
        with (shared / name).open(encoding=encoding, newline="") as file:
            for row in csv.DictReader(file):
                try:
                    at = move.transform(float(row[lon]), float(row[lat]))
                except ValueError:
                    continue
                known[_plain(row[title])].append(at)
    found = np.zeros(len(claims), dtype=bool)
    for number, (name, x, y) in enumerate(zip(claims["name"], claims["x"], claims["y"], strict=True)):
        found[number] = any(np.hypot(x - a, y - b) <= SAME_M for a, b in known.get(_plain(name), ()))
    return found


def _plain(name: str) -> str:
    return re.sub(r"^\d+\.\s*", "", re.sub(r"\s+", "", str(name)))
