"""Buildings on the blocks: houses, flats, shops, schools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import Polygon

from tools.ward.shapes import bend, long_axis, noise, polygons_of, subdivide
from tools.ward.steady import direction, turned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.ward.fills import Block
    from tools.ward.streets import Town

__all__ = ["Area", "build"]

_LEAST_M2 = 45.0
_EMPTY_LOTS = 0.13
_LEAST_GAP = 1.2
_KERB = 4.0  # from the middle of a lane to the lot
_RESIDENTIAL = ("apartments", "house", "residential", "detached")


@dataclass(frozen=True)
class Area:
    """A closed way with its tags, EPSG:5179."""

    polygon: Polygon
    tags: Mapping[str, str]

    @property
    def floor_m2(self) -> float:
        """Residential floor area; 0 for anything where nobody lives."""
        if self.tags.get("building") not in _RESIDENTIAL:
            return 0.0
        return self.polygon.area * float(self.tags.get("building:levels", "2"))


def build(town: Town, seed: int) -> tuple[list[Area], list[Area]]:
    """Return the buildings, and the areas of land, water and parks."""
    rng = noise(seed, 2)
    houses: list[tuple[Polygon, Mapping[str, str]]] = []
    land: list[tuple[Polygon, Mapping[str, str]]] = [
        (polygons_of(town.frame.water)[0], {"natural": "water", "water": "river", "name": "가람천"}),
        (town.frame.hill, {"natural": "wood", "leisure": "park", "name": "달마루산"}),
    ]
    numbers = {"complex": 0, "school": 0, "park": 0}
    for block in town.blocks:
        if block.kind in numbers:
            numbers[block.kind] += 1
        land += _land(block, numbers.get(block.kind, 0))
        houses += _houses(block, rng)
    return _areas(_clear(houses, town), 400.0), _areas(land, 30.0)


def _clear(
    houses: list[tuple[Polygon, Mapping[str, str]]], town: Town
) -> list[tuple[Polygon, Mapping[str, str]]]:
    """Leave out what would stand on a street."""
    tree = shapely.STRtree([strand.line for strand in town.strands if "highway" in strand.tags])
    bodies = np.array([polygon for polygon, _ in houses], dtype=object)
    blocked = tree.query(bodies, predicate="dwithin", distance=_LEAST_GAP)[0]
    stays = np.ones(len(houses), dtype=bool)
    stays[blocked] = False
    return [house for house, kept in zip(houses, stays, strict=True) if kept]


def _areas(flat: list[tuple[Polygon, Mapping[str, str]]], step: float) -> list[Area]:
    bent = bend([polygon for polygon, _ in flat], step=step)
    return [
        Area(Polygon(shapely.get_coordinates(polygon.exterior)), tags)
        for polygon, (_, tags) in zip(bent, flat, strict=True)
        if isinstance(polygon, Polygon) and polygon.is_valid
    ]


def _land(block: Block, number: int) -> Iterator[tuple[Polygon, Mapping[str, str]]]:
    inner = block.polygon.buffer(-_KERB, join_style="mitre")
    for polygon in polygons_of(inner)[:1]:
        if block.kind == "complex":
            yield polygon, {"landuse": "residential", "name": f"가온마을 {number}단지"}
        elif block.kind == "school":
            kind = ("초등학교", "중학교", "고등학교")[number % 3]
            yield polygon, {"amenity": "school", "name": f"가온{number}{kind}"}
        elif block.kind == "park":
            yield polygon, {"leisure": "park", "name": f"쌈지공원 {number}호"}
        elif block.kind == "depot":
            yield polygon, {"landuse": "railway", "name": "가온차량기지"}


def _houses(block: Block, rng: np.random.Generator) -> Iterator[tuple[Polygon, Mapping[str, str]]]:
    if block.kind == "slab":
        yield block.polygon, {"building": "apartments", "building:levels": str(int(rng.integers(11, 24)))}
    elif block.kind == "school":
        yield from _school(block.polygon, rng)
    elif block.kind in ("alley", "house", "commercial"):
        lot = 900.0 if block.kind == "commercial" else 470.0
        for plot in polygons_of(block.polygon.buffer(-_KERB, join_style="mitre")):
            for body in _bodies(plot, lot, rng):
                yield body, _house_tags(block.kind, rng)


def _bodies(plot: Polygon, lot: float, rng: np.random.Generator) -> Iterator[Polygon]:
    """Houses on lots that stand back to back in rows, all uneven."""
    middle, angle, length, width = long_axis(plot)
    rows = max(1, round(width / (0.85 * lot**0.5)))
    columns = max(1, round(length * width / lot / rows))
    breaks = [np.sort((np.arange(1, n) + rng.uniform(-0.22, 0.22, n - 1)) / n) for n in (columns,) * rows]
    across = np.linspace(-0.5, 0.5, rows + 1) * width
    low, high, left, right = [], [], [], []
    for row, inner in enumerate(breaks):
        edges = (np.concatenate([[0.0], inner, [1.0]]) - 0.5) * length
        low += [across[row]] * columns
        high += [across[row + 1]] * columns
        left += edges[:-1].tolist()
        right += edges[1:].tolist()
    along = direction(angle)
    across_it = np.array([-along[1], along[0]])
    cells = shapely.transform(
        shapely.box(left, low, right, high), lambda xy: middle + turned(xy, along, across_it)
    )
    gaps = rng.uniform(1.0, 2.6, len(cells))
    built = rng.random(len(cells)) > _EMPTY_LOTS
    bodies = shapely.buffer(shapely.intersection(cells, plot), -gaps, join_style="mitre")
    for body in shapely.simplify(bodies[built], 0.8):
        if isinstance(body, Polygon) and body.area > _LEAST_M2:
            yield Polygon(body.exterior)


def _house_tags(kind: str, rng: np.random.Generator) -> Mapping[str, str]:
    if kind == "commercial":
        use = str(rng.choice(["commercial", "office", "retail", "apartments"], p=[0.45, 0.2, 0.15, 0.2]))
        levels = int(rng.integers(5, 18)) if use in ("office", "apartments") else int(rng.integers(3, 9))
        return {"building": use, "building:levels": str(levels)}
    use = str(
        rng.choice(
            ["house", "residential", "apartments", "commercial", "yes"], p=[0.34, 0.40, 0.12, 0.09, 0.05]
        )
    )
    if use in ("yes", "commercial"):
        return {"building": use}
    levels = int(rng.integers(1, 4)) if use == "house" else int(rng.integers(3, 6))
    return {"building": use, "building:levels": str(levels)}


def _school(lot: Polygon, rng: np.random.Generator) -> Iterator[tuple[Polygon, Mapping[str, str]]]:
    for yard in polygons_of(lot.buffer(-10, join_style="mitre"))[:1]:
        for part, _, _ in subdivide(yard, rng, target=yard.area / 4, wobble=0.0):
            if part is not None:
                for wing in polygons_of(part.buffer(-6, join_style="mitre"))[:1]:
                    yield wing, {"building": "school", "building:levels": "4"}
                return
