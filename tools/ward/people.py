"""The dongs of the sample ward and the people who live there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import Polygon

from tools.ward import plan
from tools.ward.shapes import bend, degrees, enclosed, noise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tools.ward.buildings import Area
    from tools.ward.skeleton import Skeleton

__all__ = ["AGES", "DongArea", "divide", "dong_geojson", "population_table"]

RESIDENTS = 230_000
AGES = (
    *(f"{age}~{age + 4}세" for age in range(0, 100, 5)),
    "100세 이상+",
)
_YOUNG = (34, 38, 40, 42, 60, 88, 92, 90, 82, 84, 80, 72, 60, 44, 32, 22, 13, 6, 2, 0.5, 0.1)
_OLD = (16, 19, 23, 30, 46, 52, 46, 44, 46, 62, 72, 86, 94, 92, 74, 62, 44, 25, 10, 3, 0.8)
_FOREIGN = (6, 4, 3, 6, 60, 70, 48, 36, 26, 26, 30, 34, 20, 8, 3, 2, 1, 0.4, 0.1, 0, 0)


@dataclass(frozen=True)
class DongArea:
    """A dong, EPSG:5179."""

    name: str
    code: str
    stat_code: str
    age: float
    polygon: BaseGeometry


def divide(frame: Skeleton) -> list[DongArea]:
    """Divide the ward into dongs along its through roads and its river; they tile it exactly."""
    noded = shapely.union_all([shapely.segmentize(line, 40) for line in frame.dividers], grid_size=0.01)
    faces = [face for face in enclosed(noded) if frame.ward.contains(face.representative_point())]
    seeds = shapely.points([seed for dong in plan.DONGS for seed in dong.seeds])
    owner = np.array([k for k, dong in enumerate(plan.DONGS) for _ in dong.seeds])
    middles = [face.centroid for face in faces]
    nearest = np.array([int(owner[np.argmin(shapely.distance(middle, seeds))]) for middle in middles])
    flat = [
        shapely.coverage_union_all([face for face, which in zip(faces, nearest, strict=True) if which == k])
        for k in range(len(plan.DONGS))
    ]
    bent = bend(flat, step=1e9)
    return [
        DongArea(dong.name, f"{plan.WARD_CODE}{510 + 10 * k}00", f"11990{51 + k}", dong.age, polygon)
        for k, (dong, polygon) in enumerate(zip(plan.DONGS, bent, strict=True))
    ]


def dong_geojson(dongs: list[DongArea]) -> str:
    """Return the boundary file, as vuski/admdongkor lays it out."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "OBJECTID": number,
                "adm_nm": f"서울특별시 {plan.WARD} {dong.name}",
                "adm_cd": dong.stat_code,
                "adm_cd2": dong.code,
                "sgg": plan.WARD_CODE,
                "sido": "11",
                "sidonm": "서울특별시",
                "sggnm": plan.WARD,
            },
            "geometry": {"type": "MultiPolygon", "coordinates": _coordinates(dong.polygon)},
        }
        for number, dong in enumerate(dongs, start=1)
    ]
    head = {
        "type": "FeatureCollection",
        "name": "가온구 (가상의 표본 자치구)",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    }
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return json.dumps(head, ensure_ascii=False)[:-1] + f', "features": [\n{lines}\n]}}\n'


def _coordinates(geometry: BaseGeometry) -> list[list[list[list[float]]]]:
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon)]
    return [
        [degrees(shapely.get_coordinates(ring)).tolist() for ring in (part.exterior, *part.interiors)]
        for part in parts
    ]


def population_table(dongs: list[DongArea], buildings: list[Area], seed: int) -> str:
    """Return the registered population in the layout of the city's statistics, with its subtotals, commas and dashes."""
    rng = noise(seed, 3)
    floor = _floor(dongs, buildings)
    weight = floor * rng.uniform(0.85, 1.15, len(dongs))
    totals = RESIDENTS * weight / weight.sum()
    koreans = np.array(
        [_split(total * 0.972, _mix(dong.age), rng) for total, dong in zip(totals, dongs, strict=True)]
    )
    foreigners = np.array(
        [_split(total * 0.028 * rng.uniform(0.4, 1.6), np.array(_FOREIGN), rng) for total in totals]
    )
    rows = ["\t".join(["기간", "자치구", "동", "구분", "계", *AGES])]
    rows += _rows("합계", "합계", koreans.sum(axis=0), foreigners.sum(axis=0))
    rows += _rows(plan.WARD, "소계", koreans.sum(axis=0), foreigners.sum(axis=0))
    for dong, own, other in zip(dongs, koreans, foreigners, strict=True):
        rows += _rows(plan.WARD, dong.name.replace("·", "."), own, other)
    return "\r\n".join(rows)


def _floor(dongs: list[DongArea], buildings: list[Area]) -> NDArray[np.float64]:
    points = [area.polygon.centroid for area in buildings]
    floor = np.array([area.floor_m2 for area in buildings])
    tree = shapely.STRtree(points)
    return np.array([floor[tree.query(dong.polygon, predicate="intersects")].sum() for dong in dongs])


def _mix(age: float) -> NDArray[np.float64]:
    return (1 - age) * np.array(_YOUNG) / sum(_YOUNG) + age * np.array(_OLD) / sum(_OLD)


def _split(total: float, shares: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    uneven = shares * rng.uniform(0.9, 1.1, len(shares))
    return np.rint(total * uneven / uneven.sum()).astype(np.int64)


def _rows(ward: str, dong: str, koreans: NDArray[np.int64], foreigners: NDArray[np.int64]) -> Iterator[str]:
    for kind, numbers in (("계", koreans + foreigners), ("한국인", koreans), ("외국인", foreigners)):
        cells = [f"{number:,}" if number else "-" for number in (numbers.sum(), *numbers)]
        yield "\t".join(["2026.1/4", ward, dong, kind, *cells])
