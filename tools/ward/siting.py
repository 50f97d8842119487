"""Where a service is likely to stand, where it stands nowhere, and the few that stand beyond the border."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from sharemap import catalog
from tools.ward import plan
from tools.ward.shapes import to_metric
from tools.ward.steady import exp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tools.ward.places import Board
    from tools.ward.walks import Ground

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

__all__ = ["allowed", "beyond", "odds"]

_HUB_M = 520.0
_ELSEWHERE = 0.12  # how likely a place far from all hubs is, against one in a hub
_BEYOND_M = (90.0, 700.0)  # from the border
_BEYOND_APART = 500.0
_KERB = 6.0
_STREETS = ("residential", "unclassified", "tertiary", "secondary")


def allowed(xy: Floats, layers: Iterable[str]) -> Mask:
    """Whether services of these layers may stand at points (n, 2) of EPSG:5179: outside the gaps of the plan."""
    lacking = {word for layer in layers for word in (layer, catalog.layer(layer).group)}
    ok = np.ones(len(xy), dtype=bool)
    for what, flat, radius in plan.GAPS:
        if what in lacking:
            ok &= _away(xy, flat) > radius
    return ok


def odds(xy: Floats) -> Floats:
    """How likely a service is at each point: more in the high streets than in the back alleys."""
    return _ELSEWHERE + sum(
        (exp(-((_away(xy, hub) / _HUB_M) ** 2)) for hub in plan.HUBS), start=np.zeros(len(xy))
    )


def beyond(board: Board, ward: BaseGeometry, layers: Sequence[str]) -> Floats:
    """Return a point at the roadside outside the ward for each layer, EPSG:5179, shape (n, 2)."""
    xy = _roadside(board.ground)
    away = shapely.distance(shapely.points(xy), ward)
    free = (away >= _BEYOND_M[0]) & (away <= _BEYOND_M[1])
    chosen = []
    for layer in layers:
        at = xy[board.choose(free & allowed(xy, [layer]))]
        free &= np.hypot(*(xy - at).T) >= _BEYOND_APART
        chosen.append(at)
    return np.array(chosen)


def _roadside(ground: Ground) -> Floats:
    """Middle of each piece of street that is open to all, a few metres to its side."""
    streets = ground.streets
    usable = [
        k
        for k, tags in enumerate(streets.tags)
        if tags.get("highway") in _STREETS and not {"bridge", "tunnel", "access"} & set(tags)
    ]
    lines = np.array(streets.lines, dtype=object)[usable]
    middle, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, share, normalized=True))
        for share in (0.5, 0.55)
    )
    along = (ahead - middle) / np.hypot(*(ahead - middle).T)[:, None]
    return np.asarray(middle + _KERB * np.column_stack([-along[:, 1], along[:, 0]]))


def _away(xy: Floats, flat: tuple[float, float]) -> Floats:
    return np.asarray(np.hypot(*(xy - to_metric(np.array([flat]))[0]).T))
