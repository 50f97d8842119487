"""Geometry of the sample: smooth lines, the bend of the flat frame, cutting polygons."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer
from shapely import LineString, Polygon

from sharemap.units import CRS_WGS84
from tools.ward.steady import cos, direction, sin, steady

CRS_METRIC = "EPSG:5179"

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Array = NDArray[np.float64]

__all__ = [
    "bend",
    "cut",
    "degrees",
    "enclosed",
    "lines_of",
    "noise",
    "offset",
    "polygons_of",
    "smooth",
    "subdivide",
    "to_metric",
]

_EAST, _NORTH = 953_450.0, 1_948_250.0  # EPSG:5179 of the flat origin: about 126.97 E, 37.53 N
_TURN = np.deg2rad(-9.0)
_LONGEST_STEP = 30.0
_NARROWEST = 14.0


def to_metric(xy: Array) -> Array:
    """Bend and turn flat coordinates into EPSG:5179, metres, shape (n, 2).

    The bend is smooth and its slope stays below one, so lines that meet still meet and none cross anew.
    """
    x, y = xy[:, 0], xy[:, 1]
    two_pi = 2 * np.pi
    dx = 42 * sin(two_pi * (y / 1700 + 0.12) + 0.9 * sin(two_pi * x / 2600))
    dy = 46 * sin(two_pi * (x / 1900 + 0.41) + 0.8 * sin(two_pi * y / 2300))
    dx += 9 * sin(two_pi * (0.8 * x + y) / 640) + 3.2 * sin(two_pi * (y - 0.3 * x) / 210 + 1.0)
    dy += 8 * sin(two_pi * (x - 0.7 * y) / 560 + 2.0) + 3.0 * sin(two_pi * (x + 0.4 * y) / 190)
    x, y = x + dx, y + dy
    along, up = cos(_TURN), sin(_TURN)
    return np.column_stack([_EAST + along * x - up * y, _NORTH + up * x + along * y])


def bend(geometries: Iterable[BaseGeometry], *, step: float = _LONGEST_STEP) -> list[BaseGeometry]:
    """Flat geometries as EPSG:5179, with a vertex at least every `step` metres so that they bend."""
    array = np.asarray(list(geometries), dtype=object)
    return list(shapely.transform(shapely.segmentize(array, step), to_metric)) if array.size else []


def degrees(xy: Array) -> Array:
    """EPSG:5179 to longitude and latitude, rounded to the 7 decimals that OSM keeps."""
    transformer = Transformer.from_crs(CRS_METRIC, CRS_WGS84, always_xy=True)
    return np.round(np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])), 7)


def noise(seed: int, stream: int) -> np.random.Generator:
    """Independent stream of random numbers: a change in one stage leaves the others as they are."""
    return np.random.default_rng([seed, stream])


def smooth(points: Sequence[tuple[float, float]], *, closed: bool = False, step: float = 30.0) -> LineString:
    """Curve through points (cubic spline over the chord length)."""
    from scipy.interpolate import CubicSpline

    xy = np.asarray(points, dtype=float)
    if closed:
        xy = np.vstack([xy, xy[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    curve = CubicSpline(along, xy, bc_type="periodic" if closed else "natural")
    inner = [
        np.linspace(a, b, max(2, int((b - a) / step)), endpoint=False) for a, b in itertools.pairwise(along)
    ]
    sampled = curve(np.concatenate([*inner, along[-1:]]))
    if closed:
        sampled[-1] = sampled[0]
    return LineString(np.round(sampled, 2))


def offset(line: LineString, distance: float) -> LineString:
    """Parallel of a smooth line, to the left for a positive distance, vertex by vertex."""
    xy = shapely.get_coordinates(line)
    tangent = np.gradient(xy, axis=0)
    tangent /= np.hypot(tangent[:, :1], tangent[:, 1:])
    return LineString(np.round(xy + distance * np.column_stack([-tangent[:, 1], tangent[:, 0]]), 2))


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """Return the polygons of any geometry, without crumbs."""
    return [
        part
        for part in shapely.get_parts(shapely.get_parts(geometry))
        if isinstance(part, Polygon) and part.area > 1.0
    ]


def enclosed(lines: BaseGeometry) -> list[Polygon]:
    """Return the polygons that noded lines enclose."""
    found = shapely.get_parts(np.asarray(shapely.polygonize(shapely.get_parts(lines)), dtype=object))
    return [face for face in found if isinstance(face, Polygon) and face.area > 1.0]


def lines_of(geometry: BaseGeometry) -> list[LineString]:
    """Return the lines of any geometry, without crumbs."""
    return [
        part
        for part in shapely.get_parts(shapely.get_parts(geometry))
        if isinstance(part, LineString) and part.length > 1.0
    ]


def cut(polygon: Polygon, point: Array, angle: float) -> tuple[list[Polygon], list[LineString]]:
    """Halves of a polygon along a straight cut, and the cut itself."""
    reach = 2 * float(np.hypot(*(np.asarray(polygon.bounds[2:]) - np.asarray(polygon.bounds[:2])))) + 10.0
    along = reach * direction(angle)
    across = np.array([-along[1], along[0]])
    start, end = point - along, point + along
    left = Polygon([start, end, end + across, start + across])
    halves = [*polygons_of(polygon.intersection(left)), *polygons_of(polygon.difference(left))]
    return halves, lines_of(polygon.intersection(LineString([start, end])))


def long_axis(polygon: Polygon) -> tuple[Array, float, float, float]:
    """Middle, angle of the long side, long and short side of the smallest box around a polygon."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    a, b = float(np.hypot(*first)), float(np.hypot(*second))
    along = first if a >= b else second
    return corners[:4].mean(axis=0), float(steady(np.arctan2(along[1], along[0]))), max(a, b), min(a, b)


def subdivide(
    polygon: Polygon,
    rng: np.random.Generator,
    *,
    target: float | Callable[[Polygon], float],
    wobble: float = 0.06,
) -> Iterator[tuple[Polygon | None, LineString | None, int]]:
    """Cut a polygon across its long axis until the parts are about `target` m2.

    Yields ``(None, cut line, depth)`` for each cut and ``(block, None, depth)`` for each part that stays.
    """
    stack = [(polygon, 0)]
    while stack:
        part, depth = stack.pop()
        middle, angle, length, width = long_axis(part)
        wanted = target(part) if callable(target) else target
        if part.area < wanted * rng.uniform(0.75, 1.7) or length < _NARROWEST:
            yield part, None, depth
            continue
        shift = rng.uniform(-0.09, 0.09) * length
        point = middle + shift * direction(angle)
        across = angle + np.pi / 2 + rng.normal(0.0, wobble * min(1.0, 2 * width / length + 0.3))
        halves, lines = cut(part, point, across)
        for line in lines:
            yield None, line, depth
        stack.extend((half, depth + 1) for half in halves)
