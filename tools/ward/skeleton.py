"""Through roads, river, hill and railway in the flat frame, and the superblocks between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.ops import substring

from tools.ward import plan
from tools.ward.shapes import enclosed, lines_of, offset, polygons_of, smooth
from tools.ward.steady import cos, direction, sin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

__all__ = ["GROUND", "Face", "Skeleton", "Strand", "skeleton"]

GROUND = 0
_BRIDGE_CLEAR = 45.0
_LEAST_FACE_M2 = 4_000.0
_FRINGE_M = 250.0  # how far side streets go on beyond the border
_NO_FRINGE_M = 330.0  # the far side of the hill is wood
_LEAST_WIDTH = 14.0  # area over outline
_LANES = 11.0  # half the distance between the two carriageways of the boulevard
_ROAD_TAGS = {
    "primary": {"lanes": "6", "maxspeed": "60", "surface": "asphalt"},
    "secondary": {"lanes": "4", "maxspeed": "50", "surface": "asphalt"},
    "tertiary": {"lanes": "2", "maxspeed": "30"},
}


@dataclass(frozen=True)
class Strand:
    """A line with OSM tags; strands of level 0 meet where they cross, the others only at their ends."""

    line: LineString
    tags: Mapping[str, str]
    level: int = GROUND


@dataclass(frozen=True)
class Face:
    """A superblock and what fills it."""

    polygon: Polygon
    kind: str


@dataclass(frozen=True)
class Skeleton:
    """What was drawn by hand, as geometry."""

    ward: Polygon
    corridor: Polygon
    water: BaseGeometry
    hill: Polygon
    strands: list[Strand]
    faces: list[Face]
    dividers: list[LineString] = field(repr=False)


def skeleton() -> Skeleton:
    """Build the skeleton; no randomness."""
    ring = smooth(plan.BOUNDARY, closed=True)
    ward = Polygon(ring)
    river = smooth(plan.RIVER)
    corridor = Polygon(
        np.vstack(
            [
                shapely.get_coordinates(offset(river, plan.NORTH_BANK)),
                shapely.get_coordinates(offset(river, plan.SOUTH_BANK))[::-1],
            ]
        )
    )
    hill = Polygon(smooth(plan.HILL, closed=True))
    near = ward.buffer(280)
    roads = [*_through(corridor, hill), *_boundary(ring, corridor), *_banks(river, near)]
    ground = [strand.line for strand in roads if strand.level == GROUND]
    rail = smooth(plan.RAILWAY)
    return Skeleton(
        ward=ward,
        corridor=corridor,
        water=river.buffer(plan.RIVER_HALF_WIDTH, cap_style="flat").intersection(ward.buffer(600)),
        hill=hill,
        strands=[
            *roads,
            *_expressway(river, near),
            *_riverside(river, ward),
            *_trails(hill),
            *_rails(rail, ground, near),
        ],
        faces=[
            *_faces([*ground, ring], ward, [corridor, hill, rail.buffer(15)]),
            *_fringe([*ground, ring], ward, [corridor, hill.buffer(_NO_FRINGE_M), rail.buffer(15)]),
        ],
        dividers=[*(smooth(road.points) for road in plan.ARTERIALS), ring, river],
    )


def _through(corridor: Polygon, hill: Polygon) -> Iterator[Strand]:
    for road in plan.ARTERIALS:
        tags = {"highway": road.highway, "name": road.name, **_ROAD_TAGS[road.highway]}
        line = smooth(road.points)
        if road.name == plan.DUAL:
            # traffic keeps to the right, so each carriageway is drawn in its own direction
            yield Strand(offset(line, -_LANES), {**tags, "lanes": "4", "oneway": "yes"})
            yield Strand(offset(line, _LANES).reverse(), {**tags, "lanes": "4", "oneway": "yes"})
            continue
        below = hill if road.name == plan.TUNNEL_ROAD else Polygon()
        for part in lines_of(line.difference(corridor).difference(below)):
            yield Strand(part, tags)
        for part in lines_of(line.intersection(below)):
            tunnel = {"tunnel": "yes", "layer": "-1", "tunnel:name": "달마루터널", "lit": "yes"}
            yield Strand(part, {**tags, **tunnel}, -1)
        if road.name in plan.BRIDGE_ROADS:
            bridge = {
                "bridge": "yes",
                "layer": "1",
                "bridge:name": plan.BRIDGE_ROADS[road.name],
                "sidewalk": "both",
            }
            for part in lines_of(line.intersection(corridor)):
                yield Strand(part, {**tags, **bridge}, 1)


def _boundary(ring: LineString, corridor: Polygon) -> Iterator[Strand]:
    for name, highway, first, last in plan.BOUNDARY_ROADS:
        start = ring.project(Point(plan.BOUNDARY[first]))
        end = ring.project(Point(plan.BOUNDARY[last])) if last < len(plan.BOUNDARY) else ring.length
        for part in lines_of(substring(ring, start, end).difference(corridor)):
            yield Strand(part, {"highway": highway, "name": name, **_ROAD_TAGS[highway]})


def _banks(river: LineString, near: Polygon) -> Iterator[Strand]:
    for name, distance in (("가람북로", plan.NORTH_BANK), ("가람남로", plan.SOUTH_BANK)):
        for part in lines_of(offset(river, distance).intersection(near)):
            yield Strand(part, {"highway": "tertiary", "name": name, **_ROAD_TAGS["tertiary"]})


def _expressway(river: LineString, near: Polygon) -> Iterator[Strand]:
    """Elevated expressway: no sidewalk, so nobody walks there."""
    tags = {
        "highway": "trunk",
        "name": "가람도시고속도로",
        "oneway": "yes",
        "bridge": "yes",
        "layer": "2",
        "maxspeed": "80",
        "motorroad": "yes",
    }
    carriageways = [offset(river, plan.EXPRESSWAY - 6), offset(river, plan.EXPRESSWAY + 6).reverse()]
    wide = near.buffer(120)
    for line in carriageways:
        for part in lines_of(line.intersection(wide)):
            yield Strand(part, tags, 2)
    bank = shapely.get_coordinates(offset(river, plan.NORTH_BANK))
    link = {"highway": "trunk_link", "oneway": "yes", "maxspeed": "40"}
    upper = shapely.get_coordinates(carriageways[1].reverse())
    for at, step in ((58, 9), (132, -9)):
        middle = (
            bank[at + step // 3] * 0.7 + upper[at + step // 3] * 0.3,
            upper[at + 2 * step // 3] * 0.8 + bank[at + 2 * step // 3] * 0.2,
        )
        yield Strand(LineString(np.round([bank[at], *middle, upper[at + step]], 2)), link, 3)


def _riverside(river: LineString, ward: Polygon) -> Iterator[Strand]:
    """Paths on both banks, and the ramps and steps that lead down to them."""
    inside = ward.buffer(40)
    paths = (
        (70.0, {"highway": "cycleway", "name": "가람천자전거길", "surface": "asphalt"}),
        (61.0, {"highway": "footway", "name": "가람천산책로"}),
        (-62.0, {"highway": "footway", "name": "가람천산책로"}),
        (-72.0, {"highway": "cycleway", "name": "가람천자전거길", "foot": "no"}),
    )
    for distance, tags in paths:
        for part in lines_of(offset(river, distance).intersection(inside)):
            yield Strand(part, tags)
    bridges = shapely.union_all(
        [smooth(road.points) for road in plan.ARTERIALS if road.name in plan.BRIDGE_ROADS]
    )
    for bank, inner, step in ((plan.NORTH_BANK, 61.0, 13), (plan.SOUTH_BANK, -62.0, 15)):
        top, low = (shapely.get_coordinates(offset(river, distance)) for distance in (bank, inner))
        for k in range(step, len(top) - 2, step):
            link = LineString([top[k], low[k + 1]])
            if inside.contains(link) and link.distance(bridges) > _BRIDGE_CLEAR:
                kind = (
                    {"highway": "steps", "step_count": "24"}
                    if k % 2
                    else {"highway": "footway", "incline": "down"}
                )
                yield Strand(link, kind)


def _trails(hill: Polygon) -> Iterator[Strand]:
    """Draw a path around the hill and trails to the top, steep in their middle part."""
    yield Strand(LineString(hill.exterior), {"highway": "path", "name": "달마루둘레길", "surface": "ground"})
    top = np.array([640.0, 3150.0])
    for k, turn in enumerate(np.deg2rad([10.0, 62.0, 118.0, 171.0, 226.0, 288.0, 335.0])):
        ray = LineString([top, top + 900 * direction(turn)])
        foot = np.asarray(ray.intersection(hill.exterior).coords[0])
        side = np.array([-sin(turn), cos(turn)]) * (34 if k % 2 else -27)
        trail = smooth(
            [
                tuple(top),
                tuple(top * 0.6 + foot * 0.4 + side),
                tuple(top * 0.25 + foot * 0.75 - side),
                tuple(foot),
            ]
        )
        for start, end, highway in ((0.0, 0.35, "path"), (0.35, 0.68, "steps"), (0.68, 1.0, "path")):
            yield Strand(
                LineString(substring(trail, start, end, normalized=True).coords),
                {"highway": highway, "name": f"달마루{k + 1}길"},
            )


def _rails(rail: LineString, ground: list[LineString], near: Polygon) -> Iterator[Strand]:
    crossings = shapely.union_all([line.buffer(16) for line in ground])
    for side in (-2.5, 2.5):
        track = offset(rail, side).intersection(near)
        tags = {"railway": "rail", "name": "가온선", "electrified": "contact_line", "gauge": "1435"}
        for part in lines_of(track.difference(crossings)):
            yield Strand(part, tags, 4)
        for part in lines_of(track.intersection(crossings)):
            yield Strand(part, {**tags, "bridge": "yes", "layer": "1"}, 4)


def _faces(lines: list[LineString], ward: Polygon, without: list[Polygon]) -> Iterator[Face]:
    noded = shapely.union_all([*lines, *(polygon.boundary for polygon in without[:2])], grid_size=0.01)
    gone = shapely.union_all(without)
    kinds = np.array([district[2] for district in plan.DISTRICTS])
    seeds = shapely.points([district[:2] for district in plan.DISTRICTS])
    for polygon in enclosed(noded):
        if not ward.contains(polygon.representative_point()):
            continue
        for part in polygons_of(polygon.difference(gone)):
            if part.area < _LEAST_FACE_M2 or part.area / part.length < _LEAST_WIDTH:
                continue  # slivers between the carriageways
            inside = np.flatnonzero(shapely.contains(part, seeds))
            near = inside if inside.size else np.arange(len(seeds))
            yield Face(part, str(kinds[near][np.argmin(shapely.distance(part.centroid, seeds[near]))]))


def _fringe(lines: list[LineString], ward: Polygon, without: list[Polygon]) -> Iterator[Face]:
    outer = ward.buffer(_FRINGE_M)
    noded = shapely.union_all([*lines, outer.exterior], grid_size=0.01)
    gone = shapely.union_all(without)
    for polygon in enclosed(noded):
        middle = polygon.representative_point()
        if outer.contains(middle) and not ward.contains(middle):
            for part in polygons_of(polygon.difference(gone)):
                if part.area > _LEAST_FACE_M2 and part.area / part.length > _LEAST_WIDTH:
                    yield Face(part, "fringe")
