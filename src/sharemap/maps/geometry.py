"""Geometry for the screen: simplified, in degrees, packed into few characters.

A ring or line is packed as whole steps of 1e-5 degree (about one metre) from a common origin, each vertex as the
difference to the one before: ``dx dy dx dy ...``. A difference is written in letters of a 64-letter alphabet, five bits
each, the lowest first, the sixth bit telling that more follow; the sign is the lowest bit. That takes an eighth of the
space of GeoJSON, and a browser reads a text of many letters sooner than a list of many numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from sharemap.crs import extent_of
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = [
    "BITS",
    "HOLE_WIDE_M2",
    "LETTERS",
    "SIMPLIFY_M",
    "SIMPLIFY_WIDE_M",
    "STEP",
    "Packer",
    "clean_union",
    "generalised",
    "polygons_only",
    "repaired",
]

Geometries = np.ndarray[Any, np.dtype[np.object_]]

#: How far a drawn line may lie from the computed one, metres.
SIMPLIFY_M = 2.5
#: The same for a whole city.
SIMPLIFY_WIDE_M = 20.0
#: Holes that a whole city's drawing fills, m2.
HOLE_WIDE_M2 = 20_000.0
#: The 64 letters that figures and geometry are packed in; none of them means anything in JSON or HTML.
LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype="S1")
#: Bits of a letter that count; the next one says that more letters follow.
BITS = 5
_MORE = 1 << BITS
#: Degrees of one step.
STEP = 1e-5
_HALF_TURN = 180.0
_POLYGON = 3


@dataclass(frozen=True)
class Packer:
    """Packs geometry of a study relative to an origin.

    Attributes
    ----------
    lon, lat
        The origin, degrees.
    crs
        The CRS of the geometry.
    """

    lon: float
    lat: float
    crs: CRS

    @classmethod
    def around(cls, area: gpd.GeoDataFrame) -> Packer:
        """Return a packer whose origin is the south-west corner of an area."""
        extent = extent_of(area)
        return cls(round(extent.west, 3), round(extent.south, 3), area.crs)

    def lines(self, geometries: Geometries, *, tolerance: float = SIMPLIFY_M) -> list[str]:
        """Pack the lines of some geometries, merged where they meet, one text a line."""
        parts = shapely.get_parts(geometries)
        if len(parts) == 0:
            return []
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
        return self._packed(shapely.simplify(merged, tolerance), closed=False)

    def polygons(self, geometry: shapely.Geometry, *, tolerance: float = SIMPLIFY_M) -> list[list[str]]:
        """Pack one (multi)polygon: a list of polygons, each a list of rings, the outer one first."""
        simple = shapely.simplify(geometry, tolerance) if tolerance > 0 else geometry
        parts = shapely.get_parts(polygons_only(simple))
        packed = []
        for part in parts:
            rings = self._packed(shapely.get_rings(part), closed=True)
            if rings and rings[0]:
                packed.append([ring for ring in rings if ring])
        return packed

    def shapes(
        self, geometries: Geometries, *, tolerance: np.ndarray[Any, np.dtype[np.float64]]
    ) -> list[list[list[str]]]:
        """Pack many (multi)polygons at once, each simplified by its own tolerance (metres), as :meth:`polygons` does."""
        parts, shape = shapely.get_parts(shapely.simplify(geometries, tolerance), return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        packed: list[list[list[str]]] = [[] for _ in geometries]
        outer = -1
        for ring, of in zip(self._packed(rings, closed=True), part.tolist(), strict=True):
            if of != outer:
                outer, kept = of, bool(ring)
                if kept:
                    packed[shape[of]].append([ring])
            elif kept and ring:
                packed[shape[of]][-1].append(ring)
        return packed

    def points(self, geometries: Geometries) -> tuple[list[int], list[int]]:
        """Pack points (or the representative points of other shapes): all x steps and all y steps, absolute."""
        spots = shapely.point_on_surface(geometries)
        steps = self._steps(spots)
        return steps[:, 0].tolist(), steps[:, 1].tolist()

    def _steps(self, geometries: Geometries) -> np.ndarray[Any, np.dtype[np.int64]]:
        degrees = gpd.GeoSeries(geometries, crs=self.crs).to_crs(CRS_WGS84)
        coordinates = shapely.get_coordinates(np.asarray(degrees.array))
        lon, lat = (coordinates - (self.lon, self.lat)).T
        # across the antimeridian the short way round
        lon = np.where(np.abs(lon) > _HALF_TURN, lon - np.copysign(2 * _HALF_TURN, lon), lon)
        return np.rint(np.column_stack([lon, lat]) / STEP).astype(np.int64)

    def _packed(self, geometries: Geometries, *, closed: bool) -> list[str]:
        if len(geometries) == 0:
            return []
        steps = self._steps(geometries)
        counts = shapely.get_num_coordinates(geometries)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        moved = np.ones(len(steps), dtype=bool)
        moved[1:] = (steps[1:] != steps[:-1]).any(axis=1)
        moved[starts] = True
        line = np.repeat(np.arange(len(counts)), counts)[moved]
        steps = steps[moved]
        first = np.ones(len(steps), dtype=bool)
        first[1:] = line[1:] != line[:-1]
        deltas = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        deltas[first] = steps[first]
        starts = np.flatnonzero(first)
        vertices = np.diff(np.append(starts, len(steps)))
        text, ends = _lettered(deltas.ravel())
        bounds = np.append(0, ends[1::2])[np.append(starts, len(steps))].tolist()
        least = 4 if closed else 2
        return [
            text[start:end] if count >= least else ""
            for start, end, count in zip(bounds[:-1], bounds[1:], vertices.tolist(), strict=True)
        ]


def _lettered(values: np.ndarray[Any, np.dtype[np.int64]]) -> tuple[str, np.ndarray[Any, np.dtype[np.int64]]]:
    """Return whole numbers in letters, and where the letters of each end."""
    folded = np.where(values < 0, -2 * values - 1, 2 * values)
    lengths = np.ones(len(folded), dtype=np.int64)
    rest = folded >> BITS
    while rest.any():
        lengths += rest > 0
        rest = rest >> BITS
    ends = np.cumsum(lengths)
    place = np.arange(int(ends[-1])) - np.repeat(ends - lengths, lengths)
    digits = (np.repeat(folded, lengths) >> (BITS * place)) & (_MORE - 1)
    digits[place < np.repeat(lengths, lengths) - 1] += _MORE
    return LETTERS[digits].tobytes().decode("ascii"), ends


def generalised(geometries: Geometries, tolerance: float, *, least_hole_m2: float = 0.0) -> Geometries:
    """Return polygons with fewer vertices, made for drawing.

    Parameters
    ----------
    geometries
        Polygons or multipolygons.
    tolerance
        Metres that an outline may move (Douglas-Peucker). When holes are filled, the shapes are a city's, with
        rings of a hundred thousand vertices on which Douglas-Peucker takes quadratic time; then corners are
        taken off by area (Visvalingam-Whyatt), those below `tolerance` squared.
    least_hole_m2
        Holes smaller than this are filled.
    """
    if least_hole_m2 <= 0:
        simple = shapely.simplify(geometries, tolerance, preserve_topology=False)
        return np.array([polygons_only(shape) for shape in simple], dtype=object)
    full = [_without_holes(shape, least_hole_m2) for shape in geometries]
    thinned = [shapely.coverage_simplify([shape], tolerance)[0] for shape in full]
    return np.array([polygons_only(shape) for shape in thinned], dtype=object)


def _without_holes(shape: shapely.MultiPolygon, least_m2: float) -> shapely.MultiPolygon:
    """Return the shape with its small holes filled, and without the parts that stood in them."""
    kept = []
    for part in shapely.get_parts(shape):
        outer, *holes = shapely.get_rings(part)
        kept.append(
            shapely.Polygon(outer, [hole for hole in holes if shapely.Polygon(hole).area >= least_m2])
        )
    spots = shapely.point_on_surface(kept)
    inner, outer_part = shapely.STRtree(kept).query(spots, predicate="within")
    islands = set(inner[inner != outer_part].tolist())
    return shapely.MultiPolygon([part for at, part in enumerate(kept) if at not in islands])


def repaired(geometries: Geometries) -> Geometries:
    """Return valid geometries; only those at fault are touched."""
    wrong = ~shapely.is_valid(geometries)
    if not wrong.any():
        return geometries
    fixed = geometries.copy()
    fixed[wrong] = shapely.make_valid(geometries[wrong])
    return fixed


def polygons_only(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygonal part of a geometry, repaired."""
    valid = geometry if shapely.is_valid(geometry) else shapely.make_valid(geometry)
    parts = shapely.get_parts(shapely.get_parts(valid))
    chosen = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    return shapely.MultiPolygon(list(parts[chosen]))


def clean_union(geometries: Geometries) -> shapely.MultiPolygon:
    """Return the union of polygons, repaired."""
    return polygons_only(shapely.union_all(repaired(geometries)))
