"""The walking areas that both maps draw, by theme and minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.maps.geometry import HOLE_WIDE_M2, clean_union, generalised, polygons_only

if TYPE_CHECKING:
    from sharemap.maps.drawn import Drawn

__all__ = ["themes_areas"]


def themes_areas(drawn: Drawn, *, minutes: float | None = None) -> dict[str, dict[float, Any]]:
    """Return the area to draw for each theme and number of minutes, or for one number only.

    A layer's area is its isochrone, simplified; a group's is the union of its layers; the promise is where the
    areas of all groups overlap. These are drawings: numbers never come from them.
    """
    isochrones = drawn.table("isochrones")
    if minutes is not None and not isochrones.empty:
        isochrones = isochrones[isochrones["minutes"] == minutes]
    if isochrones.empty:
        return {}
    isochrones = isochrones.sort_values(["layer", "minutes"], kind="stable")
    summary = drawn.run.summary
    groups = {entry.layer: entry.group for entry in summary.layers}
    simple = generalised(
        np.asarray(isochrones.geometry), drawn.tolerance, least_hole_m2=HOLE_WIDE_M2 if drawn.wide else 0.0
    )
    areas: dict[str, dict[float, Any]] = {}
    for layer, walked, shape in zip(isochrones["layer"], isochrones["minutes"], simple, strict=True):
        areas.setdefault(layer, {})[float(walked)] = polygons_only(shape)
    for key in drawn.run.group_names:
        members = [areas[layer] for layer, group in groups.items() if group == key and layer in areas]
        areas[key] = _united(members)
    if summary.all_groups is not None:
        areas["all_groups"] = _overlap([areas[entry.group] for entry in summary.groups])
    return areas


def _united(members: list[dict[float, Any]]) -> dict[float, Any]:
    found = sorted({minutes for member in members for minutes in member})
    return {
        minutes: clean_union(
            np.array([member[minutes] for member in members if minutes in member], dtype=object)
        )
        for minutes in found
    }


def _overlap(members: list[dict[float, Any]]) -> dict[float, Any]:
    common = sorted(set.intersection(*(set(member) for member in members))) if members else []
    return {
        minutes: polygons_only(shapely.intersection_all([m[minutes] for m in members])) for minutes in common
    }
