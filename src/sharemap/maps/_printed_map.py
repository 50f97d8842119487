"""The map of the printed page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.maps._geometry import SIMPLIFY_M, polygons_only
from sharemap.maps._ground import railways, street_classes, water
from sharemap.maps._ink import Sheet, halo, lines_on, patch, write
from sharemap.maps._payload import themes_areas
from sharemap.maps._study import Study, records
from sharemap.maps._words import percent
from sharemap.palette import INK, MUTED, VILLAGE, WATER, share_colour

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GAP_M", "Panel", "map_panel"]

_STREETS: Mapping[str, tuple[float, str]] = {
    "foot": (0.25, "#9aa19c"),
    "minor": (0.5, "#ffffff"),
    "mid": (0.9, "#ffffff"),
    "major": (1.5, "#ffffff"),
    "fast": (1.7, "#ead7a6"),
}
#: Up to this many dongs are named; a city has hundreds.
_FEW_DONGS = 40
#: Ground outside the walking areas is hatched where it is at least this wide.
GAP_M = 120.0


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One map on a page.

    Attributes
    ----------
    box
        Left, top, width and height on the page, millimetres.
    theme
        Key of the service whose shares colour the dongs; that of the page without one.
    extent
        West, south, east and north in EPSG:5179; the whole area without one.
    parts
        What is drawn over the ground: ``"gap"``, ``"streets"``, ``"villages"``, ``"names"``, ``"scale"``.
    """

    box: tuple[float, float, float, float]
    theme: str = ""
    extent: tuple[float, float, float, float] | None = None
    parts: frozenset[str] = frozenset({"gap", "streets", "villages", "names", "scale"})


def map_panel(sheet: Sheet, panel: Panel) -> Any:  # noqa: ANN401  matplotlib
    """Draw the map: ground, shares by dong, what is left out, streets, borders, villages, names.

    Returns
    -------
    The axes, in metres of EPSG:5179, for what else belongs on the map.
    """
    study = sheet.study
    theme = panel.theme or sheet.theme[0]
    axes = sheet.axes(*panel.box)
    axes.set_axis_on()
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("#efeee8")
    for spine in axes.spines.values():
        spine.set(color=MUTED, linewidth=0.8)
    _extent(axes, panel.extent or _around(study), ratio=panel.box[2] / panel.box[3])
    _ground(axes, study)
    _dongs(axes, study, theme)
    if "gap" in panel.parts:
        _gap(axes, study, theme)
    if "streets" in panel.parts:
        _streets(axes, study)
    _mask(axes, study)
    _borders(axes, study)
    if "villages" in panel.parts:
        _villages(axes, study)
    if "names" in panel.parts:
        _names(axes, study, theme)
    if "scale" in panel.parts:
        _scale_bar(axes, sheet)
    return axes


def _around(study: Study) -> tuple[float, float, float, float]:
    west, south, east, north = study.area.total_bounds
    margin = 0.04 * max(east - west, north - south)
    return west - margin, south - margin, east + margin, north + margin


def _extent(axes: Any, box: tuple[float, float, float, float], *, ratio: float) -> None:  # noqa: ANN401
    west, south, east, north = box
    width, height = east - west, north - south
    width, height = max(width, height * ratio), max(height, width / ratio)
    x, y = (west + east) / 2, (south + north) / 2
    axes.set_xlim(x - width / 2, x + width / 2)
    axes.set_ylim(y - height / 2, y + height / 2)
    axes.set_aspect("equal", adjustable="box")


def _ground(axes: Any, study: Study) -> None:  # noqa: ANN401
    areas, streams = water(study)
    patch(axes, areas, facecolor=WATER, edgecolor="none", zorder=2.5)
    lines_on(axes, streams, color=WATER, linewidth=1.2, zorder=2.5)
    rails = railways(study)
    lines_on(axes, rails, color="#6d747a", linewidth=1.4, zorder=6)
    lines_on(axes, rails, color="white", linewidth=0.8, linestyle=(0, (4, 4)), zorder=6)


def _dongs(axes: Any, study: Study, theme: str) -> None:  # noqa: ANN401
    shares = _theme_shares(study, theme)
    for code, shape in zip(study.area["dong_code"], study.area.geometry, strict=True):
        patch(axes, shape, facecolor=share_colour(shares.get(code)), edgecolor="none", alpha=0.85, zorder=2)


def _theme_shares(study: Study, theme: str) -> dict[str, float]:
    frame = study.shares
    if frame.empty:
        return {}
    chosen = frame[frame["key"] == theme]
    return dict(zip(chosen["dong_code"], chosen["share"], strict=True))


def _gap(axes: Any, study: Study, theme: str) -> None:  # noqa: ANN401
    cutoff = float(study.summary["cutoff_min"])
    reached = themes_areas(study, minutes=cutoff).get(theme, {}).get(cutoff)
    if reached is None:
        return
    gap = shapely.difference(shapely.simplify(study.outline, SIMPLIFY_M), reached)
    gap = shapely.difference(gap, water(study)[0])  # nobody walks on the river
    # the inside of ordinary blocks lies off the street but is no gap: keep what is wide
    core = shapely.buffer(gap, -GAP_M / 2)
    parts = shapely.get_parts(polygons_only(shapely.intersection(gap, shapely.buffer(core, GAP_M * 0.7))))
    wide = shapely.MultiPolygon(list(parts[shapely.area(parts) >= GAP_M**2]))
    patch(axes, wide, facecolor="none", edgecolor="#4a3d30", hatch="////", linewidth=0.0, alpha=0.6, zorder=5)
    lines_on(axes, shapely.boundary(np.array([wide], dtype=object)), color="#4a3d30", linewidth=0.6, zorder=5)


def _mask(axes: Any, study: Study) -> None:  # noqa: ANN401
    """Pale what lies outside the area."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    outside = shapely.difference(shapely.box(west, south, east, north), study.outline)
    patch(axes, outside, facecolor="#efeee8", edgecolor="none", alpha=0.5, zorder=6.5)


def _streets(axes: Any, study: Study) -> None:  # noqa: ANN401
    classes = street_classes(study)
    for kind, (width, colour) in _STREETS.items():
        if kind in classes:
            if kind != "foot":
                lines_on(axes, classes[kind], color="#a5aba6", linewidth=width + 0.35, zorder=3)
            lines_on(axes, classes[kind], color=colour, linewidth=width, zorder=4)


def _borders(axes: Any, study: Study) -> None:  # noqa: ANN401
    borders = shapely.boundary(np.asarray(study.area.geometry))
    lines_on(axes, borders, color=MUTED, linewidth=0.9, linestyle=(0, (5, 3)), zorder=7)
    wards = [np.asarray(part.geometry) for _, part in study.area.groupby("ward_code", sort=True)]
    outlines = np.array([shapely.boundary(shapely.union_all(ward)) for ward in wards], dtype=object)
    lines_on(axes, outlines, color=INK, linewidth=2.0, zorder=8)


def _villages(axes: Any, study: Study) -> None:  # noqa: ANN401
    places, villages = study.table("places"), study.table("villages")
    if not places.empty and not study.wide:
        spaces = places[places["shared_space"] & places["in_area"]]
        spots = shapely.get_coordinates(np.asarray(spaces.geometry))
        axes.plot(
            spots[:, 0],
            spots[:, 1],
            "o",
            markersize=3.6,
            color=INK,
            markeredgecolor="white",
            markeredgewidth=0.5,
            zorder=9,
        )
    for village in [] if villages.empty else reversed(records(villages.sort_values("rank"))):
        patch(axes, village.geometry, facecolor=VILLAGE, edgecolor="none", alpha=0.22, zorder=8)
        patch(axes, village.geometry, facecolor="none", edgecolor=VILLAGE, linewidth=1.8, zorder=9)
        middle = shapely.point_on_surface(village.geometry)
        axes.plot(
            middle.x,
            middle.y,
            "o",
            markersize=15,
            color=VILLAGE,
            markeredgecolor="white",
            markeredgewidth=1.4,
            zorder=12,
        )
        write(
            axes,
            (middle.x, middle.y),
            village.rank,
            9.5,
            weight="bold",
            color="white",
            ha="center",
            va="center_baseline",
            zorder=13,
        )


def _names(axes: Any, study: Study, theme: str) -> None:  # noqa: ANN401
    """Name the dongs with their share; over a city, where hundreds would cover the map, the wards."""
    few = len(study.area) <= _FEW_DONGS
    code, name = ("dong_code", "dong_name") if few else ("ward_code", "ward_name")
    shares = _theme_shares(study, theme) if few else _ward_shares(study, theme)
    # a plate, not a halo: on the darkest class a halo drowns in white streets
    plate = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    look = {"weight": "bold", "ha": "center", "va": "center", "zorder": 11, "linespacing": 1.1, "bbox": plate}
    for (key, label), part in study.area.groupby([code, name], sort=True):
        at = shapely.point_on_surface(shapely.union_all(np.asarray(part.geometry)))
        lines = (label, percent(shares[key])) if key in shares else (label,)
        write(axes, (at.x, at.y), lines, 9.5, **look)


def _ward_shares(study: Study, theme: str) -> dict[str, float]:
    frame = study.table("coverage_ward")
    if frame.empty:
        return {}
    chosen = frame[(frame["key"] == theme) & (frame["age_band"] == "all")]
    return dict(zip(chosen["ward_code"], chosen["share"], strict=True))


def _scale_bar(axes: Any, sheet: Sheet) -> None:  # noqa: ANN401
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    width = east - west
    wanted = width / 5
    power = 10 ** math.floor(math.log10(wanted))
    length = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    x, y = west + width * 0.02, south + width * 0.02
    for part, colour in ((0, INK), (1, "white")):
        left = x + part * length / 2
        axes.fill(
            [left, left + length / 2, left + length / 2, left],
            [y, y, y + width * 0.005, y + width * 0.005],
            facecolor=colour, edgecolor=INK, linewidth=0.8, zorder=14,
        )  # fmt: skip
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"  # noqa: PLR2004  metres in a kilometre
    write(
        axes,
        (x + length, y + width * 0.008),
        text,
        10,
        ha="center",
        va="bottom",
        zorder=14,
        path_effects=halo(),
    )
    write(axes, (x, y + width * 0.008), "0", 10, ha="center", va="bottom", zorder=14, path_effects=halo())
    top, side = north - width * 0.02, east - width * 0.025
    arrow = {"arrowstyle": "-|>,head_width=0.45,head_length=0.8", "color": INK, "linewidth": 1.6}
    axes.annotate("", (side, top), (side, top - width * 0.045), arrowprops=arrow, zorder=14)
    write(
        axes,
        (side, top - width * 0.048),
        sheet.say["north"],
        11,
        weight="bold",
        ha="center",
        zorder=14,
        path_effects=halo(),
    )
