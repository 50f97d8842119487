"""Reached street -> polygons."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from sharemap.errors import GeometryError
from sharemap.isochrones.outline import outline_of
from sharemap.isochrones.pieces import pieces_of
from sharemap.isochrones.rings import Rings, assembled
from sharemap.isochrones.unions import united

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sharemap.isochrones.intervals import Reached
    from sharemap.network import WalkNetwork

__all__ = ["Canvas", "IsochroneOptions"]

log = logging.getLogger(__name__)

_NOTHING_M2 = 1e-9
_DENT_M2 = 1e-7
_SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]), np.array([0, 4])


@dataclass(frozen=True, kw_only=True)
class IsochroneOptions:
    """How reached street is drawn.

    Attributes
    ----------
    half_width_m
        Half the width that a reached street is drawn with.
    fill_holes_m2
        Holes smaller than this are filled: the insides of blocks, whose houses stand on reached street all
        around. 2,500 m2 is a hole of 50 m x 50 m.
    ends
        Where a walk ends on a street, ``"pointed"`` draws it nowhere wider than the walk that is left, because who
        leaves the street for a door walks on: that is what a building beside it is judged by. ``"flat"`` draws the
        street at full width up to there.
    """

    half_width_m: float = 25.0
    fill_holes_m2: float = 2500.0
    ends: Literal["flat", "pointed"] = "pointed"

    def __post_init__(self) -> None:
        if not (0 < self.half_width_m < np.inf and 0 <= self.fill_holes_m2 < np.inf):
            msg = "the width must be positive, holes not negative"
            raise GeometryError(msg, value=self, remedy="for example half_width_m=25.0, fill_holes_m2=2500.0")
        if self.ends not in {"flat", "pointed"}:
            msg = "an unknown kind of end"
            raise GeometryError(msg, value=self.ends, remedy='use "flat" or "pointed"')


class Canvas:
    """One network prepared for drawing: its coordinates as arrays.

    Parameters
    ----------
    streets
        The network.
    options
        How to draw.

    Notes
    -----
    A street is drawn as a strip for each straight stretch, a wedge for the outside of each bend and a disc at each
    node. A part of it is drawn as a part of the same pieces, so that a longer walk never draws less. Where
    less than the half-width of the walk is left, pieces and discs are only as wide as that.
    """

    def __init__(self, streets: WalkNetwork, options: IsochroneOptions | None = None) -> None:
        self.streets = streets
        self.options = IsochroneOptions() if options is None else options
        lines = np.asarray(streets.edges.geometry.to_numpy(), dtype=object)
        xy, owner = shapely.get_coordinates(lines, return_index=True)
        self._lines = xy, np.searchsorted(owner, np.arange(len(lines) + 1)).astype(np.int64)
        self._length = shapely.length(lines)
        self._stretch = self._length / np.maximum(streets.edge_length_cm / 100.0, 0.005)
        self._nodes = shapely.get_coordinates(streets.nodes.geometry.to_numpy())

    def draw(self, reached: Reached, n_zones: int) -> NDArray[Any]:
        """Return a MultiPolygon for each zone, ``None`` where it reaches no street.

        Holds Python's lock only between zones, so that several may be drawn at a time, each in a thread.
        """
        drawn = np.full(n_zones, None, dtype=object)
        zone, edge, parts = self._parts(reached)
        part = np.searchsorted(zone, np.arange(n_zones + 1))
        radius = np.minimum(reached.node_spare_m, self.options.half_width_m)
        discs = np.column_stack([self._nodes[reached.node], radius])
        discs, owner = discs[radius > 0], reached.node_zone[radius > 0]
        disc = np.searchsorted(owner, np.arange(n_zones + 1))
        for number in range(n_zones):
            mine = slice(part[number], part[number + 1])
            round_ = slice(disc[number], disc[number + 1])
            corners, begins = pieces_of(self._lines, edge[mine], parts[mine], discs[round_])
            if len(begins) > 1:
                drawn[number] = _union(corners, begins, self.options.fill_holes_m2)
        return drawn

    def _parts(self, reached: Reached) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Zone, edge, and the columns that :func:`pieces_of` takes."""
        stretch = self._stretch[reached.edge]
        # what is reached to the end ends at the end, whatever rounding says
        stop = np.where(reached.whole, self._length[reached.edge], reached.stop_m * stretch)
        width = np.minimum(reached.spare_m, self.options.half_width_m)
        rate = reached.rate / stretch[:, None]
        if self.options.ends == "flat":
            left = np.full((len(stop), 2), np.inf)
            return (
                *(reached.zone, reached.edge),
                np.column_stack([reached.start_m * stretch, stop, width, left, rate]),
            )
        parts = np.column_stack([reached.start_m * stretch, stop, width, reached.left_m, rate])
        return _waisted(reached, parts)


def _waisted(
    reached: Reached, parts: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Split edges where the walks from their two ends meet with less left than the half-width."""
    start, stop, width, left_start, left_stop, rate_start, rate_stop = parts.T
    meet = (left_start - left_stop + rate_start * stop) / (rate_start + rate_stop)
    left = left_start - rate_stop * meet
    split = reached.whole & ~reached.own & (meet > start) & (meet < stop) & (left < width)
    before, after = parts[split], parts[split]
    before[:, 1] = after[:, 0] = meet[split]
    before[:, 4] = after[:, 3] = np.maximum(left[split], 0.0)
    order = np.argsort(
        np.concatenate([np.flatnonzero(~split), np.flatnonzero(split), np.flatnonzero(split)]), kind="stable"
    )
    number = np.concatenate([np.flatnonzero(~split), np.flatnonzero(split), np.flatnonzero(split)])[order]
    return reached.zone[number], reached.edge[number], np.concatenate([parts[~split], before, after])[order]


def _union(corners: NDArray[np.float64], begins: NDArray[np.int64], fill_m2: float) -> Any:  # noqa: ANN401  geometry
    """Union of convex pieces as a MultiPolygon without small holes.

    Should rounding leave an outline open or crossing itself, GEOS does that zone again on a millimetre grid.
    """
    corners, begins = _sound(corners, begins)
    if len(begins) == 1:
        return None
    if _compiles():
        shape = assembled(Rings(*outline_of(corners, begins)), fill_m2)
        if shape is not None and shape.is_valid:
            return shape
        log.debug("an outline did not close and is drawn again by GEOS")
    xy, piece = _closed(corners, begins)
    whole = united(np.asarray(shapely.polygons(shapely.linearrings(xy, indices=piece))))
    return assembled(Rings.of(whole), fill_m2)


def _sound(
    corners: NDArray[np.float64], begins: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Pieces without those of no area; those that rounding left clockwise or dented become their convex hull."""
    size = np.diff(begins)
    piece = np.repeat(np.arange(len(size)), size)
    following = np.arange(1, len(corners) + 1)
    following[begins[1:] - 1] = begins[:-1]
    x, y = (corners - corners[begins[:-1]][piece]).T  # small numbers, so that areas keep their digits
    area = np.bincount(piece, x * y[following] - x[following] * y, minlength=len(size)) / 2.0
    side_x, side_y = x[following] - x, y[following] - y
    turn = side_x * side_y[following] - side_y * side_x[following]
    dented = np.bincount(piece, turn < -_DENT_M2, minlength=len(size)) > 0
    wrong = dented | (area < 0)
    flat = np.abs(area) < _NOTHING_M2
    keep = np.repeat(~(wrong | flat), size)
    spoilt = [shapely.multipoints(corners[begins[at] : begins[at + 1]]) for at in np.flatnonzero(wrong)]
    around = np.atleast_1d(shapely.convex_hull(np.array(spoilt, dtype=object)))
    around = shapely.orient_polygons(around[shapely.area(around) >= _NOTHING_M2])
    hulls = [shapely.get_coordinates(hull)[:-1] for hull in around]
    sizes = np.concatenate([size[~(wrong | flat)], [len(hull) for hull in hulls]]).astype(np.int64)
    return np.concatenate([corners[keep], *hulls]), np.concatenate([[0], np.cumsum(sizes)])


def _closed(
    corners: NDArray[np.float64], begins: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    size = np.diff(begins)
    source = np.repeat(np.arange(len(size)), size + 1)
    nth = np.arange(len(source)) - np.repeat(np.cumsum(size + 1) - size - 1, size + 1)
    return corners[begins[source] + np.where(nth == size[source], 0, nth)], source


@cache
def _compiles() -> bool:
    """Whether the outlines can be compiled here; without, GEOS draws the same, slower."""
    log.info(
        "isochrones are drawn by compiled code; the first time on a machine this takes some seconds more"
    )
    try:
        outline_of(*_SQUARE)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  numba, LLVM and the linker fail in many ways, all with one remedy
        log.warning("numba cannot compile (%s): isochrones go through GEOS, slower, same polygons", error)
        return False
    return hasattr(pieces_of, "py_func")
