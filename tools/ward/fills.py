# ruff: noqa: PLR2004  the numbers are the drawing: lengths in metres, areas in m2, shares
"""What fills a superblock: alleys, planned grids, apartment complexes, a centre, a depot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.ops import nearest_points

from tools.ward import plan
from tools.ward.shapes import enclosed, lines_of, long_axis, polygons_of, subdivide
from tools.ward.skeleton import Face, Strand
from tools.ward.steady import cos, direction, sin, turned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

__all__ = ["Block", "fill"]

_ALLEY_M2 = {"alley": 7_400.0, "hillside": 5_600.0}
_COMPLEX_M2 = 48_000.0
_CENTRE_M2 = 8_500.0
_FRINGE_M2 = 15_000.0


@dataclass(frozen=True)
class Block:
    """A block between streets, and what is built on it."""

    polygon: Polygon
    kind: str


Item = Strand | Block


def fill(face: Face, rng: np.random.Generator) -> Iterator[Item]:
    """Return the streets and blocks of a superblock, in the flat frame."""
    fillers = {
        "grid": _grid,
        "apartment": _apartments,
        "commercial": _centre,
        "depot": _depot,
        "fringe": _fringe,
    }
    yield from fillers.get(face.kind, _alleys)(face, rng)


def _alleys(face: Face, rng: np.random.Generator) -> Iterator[Item]:
    wobble = 0.26 if face.kind == "hillside" else 0.16
    civic = False
    for block, line, depth in subdivide(
        face.polygon, rng, target=_target(_ALLEY_M2[face.kind]), wobble=wobble
    ):
        if line is not None:
            yield Strand(line, {"highway": _alley_class(face, depth, line, rng)})
        elif block is not None:
            civic, was = True, civic
            special = "school" if block.area > 6_500 and not was else ("park" if rng.random() < 0.03 else "")
            yield Block(block, special or "alley")
            if special:
                continue
            if block.area > 3_400 and rng.random() < 0.3:
                yield from _dead_end(block, face.kind, rng)


def _target(area: float) -> Callable[[Polygon], float]:
    """Area of a block, larger here and smaller there: alleys of different decades."""

    def here(part: Polygon) -> float:
        x, y = part.centroid.coords[0]
        return area * (0.92 + 0.42 * float(sin(x / 170 + 1.3 * sin(y / 240)) * cos(y / 150)))

    return here


def _alley_class(face: Face, depth: int, line: LineString, rng: np.random.Generator) -> str:
    if depth < 2 and line.length > 150:
        return "unclassified" if rng.random() < 0.3 else "residential"
    if face.kind == "hillside" and line.length < 95 and rng.random() < 0.3:
        return "steps"
    if line.length < 75:
        return str(
            rng.choice(["residential", "living_street", "service", "footway"], p=[0.6, 0.15, 0.15, 0.1])
        )
    return "residential"


def _dead_end(block: Polygon, kind: str, rng: np.random.Generator) -> Iterator[Strand]:
    middle, angle, length, width = long_axis(block)
    middle = middle + rng.uniform(-0.22, 0.22) * length * direction(angle)
    turn = angle + (1 if rng.random() < 0.5 else -1) * np.pi / 2 + rng.normal(0, 0.08)
    ray = LineString([middle, middle + 2 * (length + width) * direction(turn)])
    for part in lines_of(block.intersection(ray))[:1]:
        coordinates = shapely.get_coordinates(part)
        far = coordinates[-1] if np.allclose(coordinates[0], middle) else coordinates[0]
        if np.hypot(*(far - middle)) > 14 and block.contains(Point(middle)):
            stair = kind == "hillside" and rng.random() < 0.35
            highway = (
                "steps"
                if stair
                else str(rng.choice(["residential", "service", "footway"], p=[0.6, 0.25, 0.15]))
            )
            yield Strand(LineString([far, middle, *_elbow(block, middle, angle, rng)]), {"highway": highway})


def _elbow(
    block: Polygon, middle: NDArray[np.float64], angle: float, rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    """Let half of the dead ends turn a corner."""
    if rng.random() < 0.5:
        return []
    end = middle + rng.choice([-1, 1]) * rng.uniform(16, 32) * direction(angle)
    return [end] if block.buffer(-9).contains(LineString([middle, end])) else []


def _fringe(face: Face, rng: np.random.Generator) -> Iterator[Item]:
    """Streets of the wards around: they go on beyond the border, but nobody is counted there."""
    for _, line, depth in subdivide(face.polygon, rng, target=_FRINGE_M2, wobble=0.12):
        if line is not None:
            yield Strand(line, {"highway": "unclassified" if depth == 0 else "residential"})


def _grid(face: Face, rng: np.random.Generator) -> Iterator[Item]:
    """Planned housing: parallel streets, a little uneven."""
    middle, angle, length, width = long_axis(face.polygon)
    along = direction(angle)
    across = np.array([-along[1], along[0]])
    cuts: list[LineString] = []
    for first, second, extent, pitch in ((along, across, width, 52.0), (across, along, length, 112.0)):
        at = -extent / 2 + pitch * rng.uniform(0.8, 1.1)
        while at < extent / 2 - 0.5 * pitch:
            a, b = (
                middle + second * at - first * 2_000,
                middle + second * (at + rng.normal(0, 4)) + first * 2_000,
            )
            cuts += lines_of(face.polygon.intersection(LineString([a, b])))
            at += pitch * rng.uniform(0.86, 1.16)
    # some lanes stop short, so that the lattice is not perfect
    for line in cuts:
        kept = line
        if rng.random() < 0.25 and line.length > 220:
            crossing = [
                line.intersection(other) for other in cuts if other is not line and line.intersects(other)
            ]
            stops = sorted(line.project(point) for point in crossing if isinstance(point, Point))
            if len(stops) > 3:
                kept = _part(line, stops[len(stops) // 3], line.length)
        yield Strand(
            kept, {"highway": "residential" if kept.length < 320 or rng.random() < 0.7 else "unclassified"}
        )
    noded = shapely.union_all([face.polygon.boundary, *cuts])
    for number, block in enumerate(enclosed(noded)):
        if face.polygon.contains(block.representative_point()):
            yield Block(block, "school" if number == 7 else ("park" if rng.random() < 0.03 else "house"))


def _part(line: LineString, start: float, end: float) -> LineString:
    return LineString([line.interpolate(start), line.interpolate(end)])


def _apartments(face: Face, rng: np.random.Generator) -> Iterator[Item]:
    for block, line, depth in subdivide(face.polygon, rng, target=_COMPLEX_M2, wobble=0.05):
        if line is not None:
            yield Strand(line, {"highway": "tertiary" if depth == 0 and line.length > 260 else "residential"})
        elif block is not None and block.area > 9_000:
            yield from _complex(block, rng)
        elif block is not None:
            yield Block(block, "commercial")


def _complex(block: Polygon, rng: np.random.Generator) -> Iterator[Item]:
    """Draw a complex: a ring of service road with gates, slabs in rows, footways between them."""
    private = {"access": "private"} if rng.random() < 0.14 else {}
    yield Block(block, "complex")
    for court in polygons_of(shapely.simplify(block.buffer(-18, join_style="mitre"), 3)):
        ring = court.buffer(-6).buffer(6).exterior
        yield Strand(LineString(ring), {"highway": "service", "service": "driveway", **private})
        for fraction in np.sort(rng.uniform(0, 1, 4)):
            gate = block.exterior.interpolate(float(fraction), normalized=True)
            inner = nearest_points(gate, ring)[1]
            yield Strand(LineString([gate, inner]), {"highway": "service", **private})
        yield from _slabs(Polygon(ring), rng, private)


def _slabs(court: Polygon, rng: np.random.Generator, private: dict[str, str]) -> Iterator[Item]:
    middle, angle, length, width = long_axis(court)
    along = direction(angle)
    across = np.array([-along[1], along[0]])
    pitch = rng.uniform(44, 54)
    rows = max(1, int(width // pitch))
    # slabs stand between the paths that cross the court, one or two
    paths = np.sort(rng.uniform(-0.34, 0.34, 1 if length < 190 else 2)) * length
    if len(paths) == 2 and paths[1] - paths[0] < 60:
        paths = np.array([-0.18, 0.18]) * length
    inner = court.buffer(-4)
    for row in range(rows):
        at = (row - (rows - 1) / 2) * pitch
        if row < rows - 1:
            yield from _paths(
                court,
                middle
                + turned(np.array([[-length, at + pitch / 2], [length, at + pitch / 2]]), along, across),
                private,
            )
        for left, right in zip([-length / 2, *paths], [*paths, length / 2], strict=True):
            for start, end in _slots(left + 6, right - 6, rng):
                box = shapely.box(start, at - 6.5, end, at + 6.5)
                slab = shapely.transform(box, lambda xy: middle + turned(xy, along, across))
                if inner.contains(slab):
                    yield Block(slab, "slab")
    for path in paths:
        yield from _paths(
            court, middle + turned(np.array([[path, -width], [path, width]]), along, across), private
        )


def _paths(court: Polygon, ends: NDArray[np.float64], private: dict[str, str]) -> Iterator[Strand]:
    for part in lines_of(court.intersection(LineString(ends))):
        yield Strand(part, {"highway": "footway", **private})


def _slots(left: float, right: float, rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Yield where slabs begin and end between two crossing paths."""
    while right - left > 30:
        size = min(rng.uniform(40, 64), right - left)
        yield left, left + size
        left += size + rng.uniform(14, 22)


def _centre(face: Face, rng: np.random.Generator) -> Iterator[Item]:
    core = Point(plan.CORE)
    for block, line, depth in subdivide(face.polygon, rng, target=_CENTRE_M2, wobble=0.06):
        if line is not None:
            wide = "tertiary" if depth == 0 else "residential"
            yield Strand(line, {"highway": "pedestrian" if depth > 3 and rng.random() < 0.25 else wide})
        elif block is not None and block.contains(core):
            yield from _square(block)
        elif block is not None:
            yield Block(block, "commercial")
            if rng.random() < 0.5:
                yield from _dead_end(block, face.kind, rng)


def _square(block: Polygon) -> Iterator[Item]:
    court = polygons_of(block.buffer(-14).simplify(2))[0]
    ring = LineString(court.exterior.coords)
    yield Strand(
        ring, {"highway": "pedestrian", "area": "yes", "name": "가온광장", "surface": "paving_stones"}
    )
    for fraction in (0.08, 0.33, 0.58, 0.83):
        point = ring.interpolate(fraction, normalized=True)
        yield Strand(LineString([point, nearest_points(point, block.exterior)[1]]), {"highway": "footway"})


def _depot(face: Face, _rng: np.random.Generator) -> Iterator[Item]:
    """Streets of a railway yard that meet no other street: the island of the network."""
    yield Block(face.polygon, "depot")
    for yard in polygons_of(face.polygon.buffer(-22, join_style="mitre"))[:1]:
        middle, angle, length, width = long_axis(yard)
        along = direction(angle)
        across = np.array([-along[1], along[0]])
        yield Strand(LineString(yard.exterior), {"highway": "residential", "name": "차량기지길"})
        for start, step in ((middle, along * length), (middle - along * length / 6, across * width)):
            for part in lines_of(yard.intersection(LineString([start - step, start + step]))):
                yield Strand(part, {"highway": "residential", "name": "차량기지길"})
