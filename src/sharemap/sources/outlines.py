"""The outlines of districts put right: what was wrong with them, and what their area was before and is now."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import shapely

from sharemap.errors import AreaError

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["apart", "repaired"]

_LOG = logging.getLogger(__name__)

_SURFACE = 2  # dimensions of a polygon
_SPIKE_LEG_M = 5.0  # both sides of a spike are longer
_SPIKE_SINE = 0.02  # and the angle between them is smaller than a degree
_TOLD_CHANGE = 0.001  # share of its area by which a repair may change a district without a word
_NOISE_M2 = 1.0  # overlaps by the last digits of coordinates
_SLIVER = 0.01  # share of the smaller district; a larger overlap is no slip of who drew it
_TOLD = 5  # districts that are named
_KM2 = 1e6


def repaired(
    shapes: NDArray[np.object_], names: pd.Series, path: Path, *, level: int = logging.WARNING
) -> NDArray[np.object_]:
    """Return valid polygons: outlines that cross themselves, holes outside of their shell, and spikes are put right.

    Parameters
    ----------
    shapes
        In metres.
    names
        What the districts are called, by the number of their feature.
    path
        The boundary file, for what is said of it.
    level
        How loud it is said.

    Raises
    ------
    AreaError
        If one is no polygon.
    """
    before = np.abs(shapely.area(shapes))
    done = shapes.copy()
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    done[broken] = [_sound(shape) for shape in shapes[broken]]
    spiked = np.flatnonzero(_spikes(done))
    done[spiked] = [_without_spikes(shape) for shape in done[spiked]]
    bad = (shapely.get_dimensions(done) != _SURFACE) | shapely.is_empty(done)
    if bad.any():
        row = int(bad.argmax())
        kind = shapely.GeometryType(int(shapely.get_type_id(shapes[row]))).name.lower()
        msg, remedy = "a district that is no polygon", "use a map of polygons"
        raise AreaError(
            msg, file=path, row=int(names.index[row]) + 1, value=f"{names.iloc[row]}: {kind}", remedy=remedy
        )
    if len(broken):
        _LOG.log(level, "%s: %d invalid polygons repaired", path.name, len(broken))
    if len(spiked):
        _LOG.log(
            level,
            "%s: %d polygons had spikes, which are cut off: %s",
            path.name,
            len(spiked),
            _some(names, spiked),
        )
    _tell_changes((before, shapely.area(done)), names, path, level)
    return done


def _sound(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the surface that an invalid shape means: its shells, without what of its holes lies in them."""
    surfaces = []
    for part in shapely.get_parts(shapely.get_parts(shape)):
        if shapely.get_type_id(part) != shapely.GeometryType.POLYGON:
            continue
        shell = shapely.make_valid(shapely.Polygon(part.exterior))
        holes = [shapely.make_valid(shapely.Polygon(ring)) for ring in part.interiors]
        surfaces.append(shapely.difference(shell, shapely.union_all(holes)) if holes else shell)
    return _surface(shapely.union_all(surfaces))


def _surface(shape: shapely.Geometry) -> shapely.Geometry:
    if shapely.get_type_id(shape) != shapely.GeometryType.GEOMETRYCOLLECTION:
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == _SURFACE])


def _spikes(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which shapes have a corner from which the outline goes back where it came from."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, of_part = shapely.get_rings(parts[polygons], return_index=True)
    found = np.zeros(len(shapes), dtype=bool)
    found[owner[np.flatnonzero(polygons)[of_part[_sharp(rings)[1]]]]] = True
    return found


def _sharp(rings: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the tips of spikes: their number among all corners of the rings, and their ring."""
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(corners):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    first = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    last = np.r_[first[1:], len(ring)] - 1  # the same point as the first
    back = np.arange(len(ring)) - 1
    back[first] = last - 1
    ahead = np.arange(len(ring)) + 1
    ahead[last] = first + 1
    one, two = corners[back] - corners, corners[ahead] - corners
    legs = np.hypot(*one.T), np.hypot(*two.T)
    long = np.minimum(*legs) > _SPIKE_LEG_M
    with np.errstate(invalid="ignore", divide="ignore"):
        sine = np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]) / (legs[0] * legs[1])
    sharp = long & ((one * two).sum(axis=1) > 0) & (sine < _SPIKE_SINE)
    sharp[last] = False
    tips = np.flatnonzero(sharp)
    return tips, ring[tips]


def _without_spikes(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape whose spikes end where they begin; a ring that is nothing but a spike goes."""
    done = []
    for part in shapely.get_parts(shape):
        shell, *holes = (_blunt(ring) for ring in shapely.get_rings(part))
        if shell is not None:
            done.append(shapely.Polygon(shell, [hole for hole in holes if hole is not None]))
    return _surface(shapely.union_all([_sound(part) for part in done]))


def _blunt(ring: shapely.LinearRing) -> NDArray[np.float64] | None:
    corners = shapely.get_coordinates(ring)
    while len(corners) > 3:  # noqa: PLR2004  two corners and the first again are no surface
        tips, _ = _sharp(np.array([shapely.LinearRing(corners)], dtype=object))
        if not len(tips):
            return corners
        open_ring = np.delete(corners[:-1], tips[:1], axis=0)
        corners = np.vstack([open_ring, open_ring[:1]])
    return None


def _tell_changes(
    areas: tuple[NDArray[np.float64], NDArray[np.float64]], names: pd.Series, path: Path, level: int
) -> None:
    before, after = areas
    changed = np.flatnonzero(np.abs(after - before) > _TOLD_CHANGE * np.maximum(before, after))
    for row in changed[:_TOLD]:
        _LOG.log(
            level,
            "%s: %s had %.3f km2 as it is drawn and has %.3f km2 after the repair: look at its outline",
            *(path.name, names.iloc[row], before[row] / _KM2, after[row] / _KM2),
        )
    if len(changed) > _TOLD:
        _LOG.log(
            level, "%s: so have %d more: %s", path.name, len(changed) - _TOLD, _some(names, changed[_TOLD:])
        )


def _some(names: pd.Series, rows: NDArray[np.int64]) -> str:
    told = ", ".join(names.iloc[rows[:_TOLD]])
    return told if len(rows) <= _TOLD else f"{told} and {len(rows) - _TOLD} more"


def apart(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Return districts that do not overlap: a sliver that two of them share belongs to the first by code.

    Parameters
    ----------
    frame
        In metres, in the order of the codes, with ``dong_name`` and ``ward_name``.
    path
        The boundary file, for what is said of it.

    Raises
    ------
    AreaError
        If two share more than a hundredth of the smaller: they are no districts of one level.
    """
    shapes = frame.geometry.to_numpy()
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = pairs[:, pairs[0] < pairs[1]]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    smaller = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    much = shared > _SLIVER * smaller
    if much.any():
        at = int(np.where(much, shared, 0.0).argmax())
        one, two = (frame["ward_name"] + " " + frame["dong_name"]).iloc[[first[at], second[at]]]
        msg = f"districts overlap: {one} and {two} share {shared[at] / _KM2:.3f} km2"
        more = f", and so do {int(much.sum()) - 1} more pairs" if much.sum() > 1 else ""
        remedy = "keep one of them, or choose districts of one level with dongs = [...] or wards = [...]"
        raise AreaError(msg + more, file=path, remedy=remedy)
    slivers = np.flatnonzero(shared > _NOISE_M2)
    if not len(slivers):
        return frame
    done = shapes.copy()
    for at in slivers.tolist():
        done[second[at]] = _surface(shapely.difference(done[second[at]], done[first[at]]))
    total = float(shared[slivers].sum())
    _LOG.warning(
        "%s: %d pairs of districts share slivers of %.0f m2 together, which go to the first by code",
        *(path.name, len(slivers), total),
    )
    return frame.set_geometry(done, crs=frame.crs)
