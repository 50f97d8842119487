"""The ground under the results: streets by class, water and railways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.maps.geometry import clean_union, repaired

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sharemap.maps.drawn import Drawn

__all__ = [
    "near",
    "railways",
    "street_classes",
    "street_kinds",
    "surface",
    "water",
]

_MARGIN_M = 500.0
_STREET_CLASSES: Mapping[str, str] = {
    "motorway": "fast",
    "motorway_link": "fast",
    "trunk": "fast",
    "trunk_link": "fast",
    "primary": "major",
    "primary_link": "major",
    "secondary": "major",
    "secondary_link": "major",
    "tertiary": "mid",
    "tertiary_link": "mid",
    "unclassified": "mid",
    "residential": "minor",
    "living_street": "minor",
    "road": "minor",
    "pedestrian": "minor",
}
_WIDE_CLASSES = ("fast", "major", "mid")


def street_classes(drawn: Drawn) -> dict[str, Any]:
    """Return the streets to draw: class -> array of lines, clipped to the area and its surroundings.

    Walkable streets come from the network, expressways from the background.
    """
    walkable, ground = drawn.table("edges"), surface(drawn, "street")
    classes: dict[str, Any] = {}
    for frame in (walkable, ground):
        if frame.empty:
            continue
        kinds = street_kinds(frame)
        lines = np.asarray(frame.geometry)
        for kind in sorted(set(kinds)):
            if frame is walkable or kind == "fast" or walkable.empty:
                classes[kind] = lines[kinds == kind]
    kept = {kind: lines for kind, lines in classes.items() if not drawn.wide or kind in _WIDE_CLASSES}
    return {kind: near(drawn, lines) for kind, lines in kept.items()}


def surface(drawn: Drawn, kind: str) -> pd.DataFrame:
    """Return what the background holds of a kind, tunnels left out."""
    ground = drawn.table("barriers")
    if ground.empty:
        return ground
    chosen = ground["kind"] == kind
    return ground[chosen & ~ground["tunnel"]] if "tunnel" in ground.columns else ground[chosen]


def street_kinds(streets: pd.DataFrame) -> Any:  # noqa: ANN401  array of str
    """Return the class of each street."""
    if "highway" not in streets.columns:
        return np.full(len(streets), "mid", dtype=object)
    return streets["highway"].map(_STREET_CLASSES).fillna("foot").to_numpy()


def near(drawn: Drawn, geometries: Any) -> Any:  # noqa: ANN401  arrays of geometry
    """Return the geometries that come within 500 m of the area, cut at the box of that."""
    around = shapely.simplify(shapely.buffer(drawn.outline, _MARGIN_M), _MARGIN_M / 10)
    shapely.prepare(around)
    found = geometries[shapely.intersects(around, geometries)]
    clipped = shapely.clip_by_rect(found, *shapely.bounds(around))
    return clipped[~shapely.is_empty(clipped)]


def water(drawn: Drawn) -> tuple[shapely.MultiPolygon, Any]:
    """Return the water surfaces as one multipolygon, and the streams as an array of lines."""
    ground = surface(drawn, "water")
    if ground.empty:
        return shapely.MultiPolygon(), np.array([], dtype=object)
    shapes = near(drawn, repaired(np.asarray(ground.geometry)))
    is_line = shapely.get_dimensions(shapes) == 1
    return clean_union(shapes[~is_line]), shapes[is_line]


def railways(drawn: Drawn) -> Any:  # noqa: ANN401  array of geometry
    """Return the surface railways as an array of lines."""
    ground = surface(drawn, "railway")
    shapes = near(drawn, np.asarray(ground.geometry)) if not ground.empty else np.array([], dtype=object)
    return shapes[shapely.get_dimensions(shapes) == 1]
