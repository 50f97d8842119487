"""The ground of the page: streets, water and railways in letters, and the names of streets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.maps.ground import railways, street_classes, street_kinds, water
from sharemap.maps.screen.contract import ShownGround, StreetNames

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.maps.drawn import Drawn
    from sharemap.maps.geometry import Packer

__all__ = ["background", "street_names"]

#: Classes of streets that are named, by their rank.
_NAMED = ("major", "mid", "minor")
#: One name of a street stands in each square of this side, metres.
_SQUARE_M = 600.0
_MIDDLE, _BEFORE, _AFTER = 0.5, 0.35, 0.65


def background(drawn: Drawn, packer: Packer) -> ShownGround:
    """Return streets, water and railways."""
    areas, streams = water(drawn)
    tolerance = drawn.tolerance
    classes = street_classes(drawn)
    return ShownGround(
        streets={kind: packer.lines(lines, tolerance=tolerance) for kind, lines in classes.items()},
        water=packer.polygons(areas, tolerance=tolerance),
        streams=packer.lines(streams, tolerance=tolerance),
        railway=packer.lines(railways(drawn), tolerance=tolerance),
    )


def street_names(drawn: Drawn, packer: Packer) -> StreetNames:
    """Return the names of streets, each at the longest of its pieces near by: the larger street and name first."""
    pieces = _pieces(drawn)
    lines = np.asarray(pieces["geometry"] if len(pieces) else [], dtype=object)
    x, y = packer.points(_along(lines, _MIDDLE))
    rank = [_NAMED.index(kind) for kind in pieces["_class"]] if len(pieces) else []
    names = pieces["name"].tolist() if len(pieces) else []
    labels = sorted(
        zip(rank, names, x, y, _angles(lines), strict=True), key=lambda one: (one[0], -len(one[1]), *one[1:4])
    )
    return StreetNames(
        name=[name for _, name, *_ in labels],
        rank=[rank for rank, *_ in labels],
        x=[x for _, _, x, _, _ in labels],
        y=[y for _, _, _, y, _ in labels],
        angle=[angle for *_, angle in labels],
    )


def _pieces(drawn: Drawn) -> pd.DataFrame:
    """Return the streets that are named: the longest piece of each name, in each square unless the area is wide."""
    streets = drawn.table("edges")
    if streets.empty:
        return streets
    kinds = street_kinds(streets)
    wanted = (
        np.isin(kinds, _NAMED[:1] if drawn.wide else _NAMED) & ~streets["tunnel"] & streets["name"].notna()
    )
    named = streets.assign(_class=kinds)[wanted]
    lines = np.asarray(named.geometry)
    middles = shapely.centroid(lines)
    pieces = named.assign(
        _length=shapely.length(lines),
        _column=np.floor(shapely.get_x(middles) / _SQUARE_M),
        _row=np.floor(shapely.get_y(middles) / _SQUARE_M),
    ).sort_values(["_length", "edge_id"], ascending=[False, True], kind="stable")
    return pieces.drop_duplicates("name" if drawn.wide else ["name", "_column", "_row"])


def _angles(lines: Any) -> list[int]:  # noqa: ANN401  array of geometry
    """Return the angle of each line at its middle, degrees clockwise on the screen, never upside down."""
    before, after = (shapely.get_coordinates(_along(lines, part)) for part in (_BEFORE, _AFTER))
    run = after - before
    angle = -np.degrees(np.arctan2(run[:, 1], run[:, 0]))
    return [int(one) for one in np.rint((angle + 90) % 180 - 90)]


def _along(lines: Any, part: float) -> Any:  # noqa: ANN401  arrays of geometry
    return shapely.line_interpolate_point(lines, part, normalized=True)
