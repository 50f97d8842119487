"""The ground under the results: streets by class, their names, water and railways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.maps.geometry import clean_union, repaired

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sharemap.maps.drawn import Study
    from sharemap.maps.geometry import Packer

__all__ = [
    "background",
    "near",
    "railways",
    "street_classes",
    "street_kinds",
    "street_labels",
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
_LABELLED = ("major", "mid", "minor")


def street_classes(study: Study) -> dict[str, Any]:
    """Return the streets to draw: class -> array of lines, clipped to the area and its surroundings.

    Walkable streets come from the network, expressways from the background.
    """
    walkable, ground = study.table("edges"), surface(study, "street")
    classes: dict[str, Any] = {}
    for frame in (walkable, ground):
        if frame.empty:
            continue
        kinds = street_kinds(frame)
        lines = np.asarray(frame.geometry)
        for kind in sorted(set(kinds)):
            if frame is walkable or kind == "fast" or walkable.empty:
                classes[kind] = lines[kinds == kind]
    kept = {kind: lines for kind, lines in classes.items() if not study.wide or kind in _WIDE_CLASSES}
    return {kind: near(study, lines) for kind, lines in kept.items()}


def surface(study: Study, kind: str) -> pd.DataFrame:
    """Return what the background holds of a kind, tunnels left out."""
    ground = study.table("barriers")
    if ground.empty:
        return ground
    chosen = ground["kind"] == kind
    return ground[chosen & ~ground["tunnel"]] if "tunnel" in ground.columns else ground[chosen]


def street_kinds(streets: pd.DataFrame) -> Any:  # noqa: ANN401  array of str
    """Return the class of each street."""
    if "highway" not in streets.columns:
        return np.full(len(streets), "mid", dtype=object)
    return streets["highway"].map(_STREET_CLASSES).fillna("foot").to_numpy()


def near(study: Study, geometries: Any) -> Any:  # noqa: ANN401  arrays of geometry
    """Return the geometries that come within 500 m of the area, cut at the box of that."""
    around = shapely.simplify(shapely.buffer(study.outline, _MARGIN_M), _MARGIN_M / 10)
    shapely.prepare(around)
    found = geometries[shapely.intersects(around, geometries)]
    clipped = shapely.clip_by_rect(found, *shapely.bounds(around))
    return clipped[~shapely.is_empty(clipped)]


def background(study: Study, packer: Packer) -> dict[str, Any]:
    """Return water, railway and streets, packed."""
    areas, streams = water(study)
    return {
        "streets": {
            kind: packer.lines(lines, tolerance=study.tolerance)
            for kind, lines in street_classes(study).items()
        },
        "water": packer.polygons(areas, tolerance=study.tolerance),
        "streams": packer.lines(streams, tolerance=study.tolerance),
        "railway": packer.lines(railways(study), tolerance=study.tolerance),
    }


def water(study: Study) -> tuple[shapely.MultiPolygon, Any]:
    """Return the water surfaces as one multipolygon, and the streams as an array of lines."""
    ground = surface(study, "water")
    if ground.empty:
        return shapely.MultiPolygon(), np.array([], dtype=object)
    shapes = near(study, repaired(np.asarray(ground.geometry)))
    is_line = shapely.get_dimensions(shapes) == 1
    return clean_union(shapes[~is_line]), shapes[is_line]


def railways(study: Study) -> Any:  # noqa: ANN401  array of geometry
    """Return the surface railways as an array of lines."""
    ground = surface(study, "railway")
    shapes = near(study, np.asarray(ground.geometry)) if not ground.empty else np.array([], dtype=object)
    return shapes[shapely.get_dimensions(shapes) == 1]


def street_labels(study: Study, packer: Packer) -> list[list[Any]]:
    """Name, class, position and angle (degrees, clockwise on screen) of the longest piece of each named street."""
    streets = study.table("edges")
    if streets.empty:
        return []
    kinds = streets["highway"].map(_STREET_CLASSES)
    wanted = _WIDE_CLASSES[1:2] if study.wide else _LABELLED
    named = streets.assign(_class=kinds)[streets["name"].notna() & kinds.isin(wanted) & ~streets["tunnel"]]
    if named.empty:
        return []
    pieces = named.assign(_length=shapely.length(np.asarray(named.geometry)))
    pieces = pieces.sort_values(["_length", "edge_id"], ascending=[False, True], kind="stable")
    if not study.wide:
        cell = np.floor(shapely.get_x(shapely.centroid(np.asarray(pieces.geometry))) / 600.0)
        row = np.floor(shapely.get_y(shapely.centroid(np.asarray(pieces.geometry))) / 600.0)
        pieces = pieces.assign(_cell=cell, _row=row).drop_duplicates(["name", "_cell", "_row"])
    else:
        pieces = pieces.drop_duplicates("name")
    lines = np.asarray(pieces.geometry)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.35, normalized=True))
    after = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.65, normalized=True))
    run = after - before
    angle = -np.degrees(np.arctan2(run[:, 1], run[:, 0]))
    angle = np.rint((angle + 90) % 180 - 90).astype(int)
    x, y = packer.points(middle)
    order = {kind: position for position, kind in enumerate(_LABELLED)}
    rank = pieces["_class"].map(order).tolist()
    labels = [
        [name, level, *at]
        for name, level, *at in zip(pieces["name"], rank, x, y, angle.tolist(), strict=True)
    ]
    return sorted(labels, key=lambda label: (label[1], -len(label[0]), label[0], label[2], label[3]))
