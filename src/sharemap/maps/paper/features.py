"""The features that pages put on a printed map: ground, dongs, streets, borders, candidates, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from sharemap.findings import percent
from sharemap.findings.doubted import doubted_wards
from sharemap.maps.paper.edition import everyone
from sharemap.maps.paper.frame import draw, frame_of
from sharemap.maps.paper.labels import circled
from sharemap.maps.paper.marks import badge, north, plated, scale_bar
from sharemap.maps.paper.typeset import disc_mm, fitted
from sharemap.palette import CLASSES, INK, MUTED, PAPER, VILLAGE, WATER, share_colour

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharemap.findings import Run
    from sharemap.maps.paper.basemap import Shape
    from sharemap.maps.paper.frame import MapFrame
    from sharemap.maps.paper.page import Page

__all__ = [
    "DOUBTED",
    "borders",
    "dongs",
    "dots_of_spaces",
    "doubted",
    "hatched",
    "names",
    "plain_ground",
    "rails",
    "share_labels",
    "streets",
    "values_of",
    "villages",
    "whole_area",
]

#: Leans the other way than the hatch of ground outside walking areas.
DOUBTED = "\\\\\\\\"
_BLANK = "#fbfaf6"
_HATCH = "#4a3d30"
_STREETS: Mapping[str, tuple[float, str]] = {
    "foot": (0.25, "#a9afaa"),
    "minor": (0.5, "#ffffff"),
    "mid": (0.9, "#ffffff"),
    "major": (1.5, "#ffffff"),
    "fast": (1.7, "#ead7a6"),
}


def whole_area(
    page: Page,
    box: tuple[float, float, float, float],
    shares: Mapping[str, float] | None = None,
    *,
    classes: Sequence[tuple[float, str]] = CLASSES,
    hatch: Shape = None,
) -> MapFrame:
    """Return a map of the whole area on a rectangle of the page, to be drawn on.

    Parameters
    ----------
    page
        The page.
    box
        Left, top, width and height, millimetres.
    shares
        Dong code -> share that colours it; blank dongs and more of the streets without.
    classes
        Of the shares.
    hatch
        Ground to be hatched.
    """
    frame = frame_of(page, box)
    north(frame)
    scale_bar(frame)
    plain_ground(frame)
    dongs(frame, shares, classes)
    hatched(frame, hatch)
    leave = ("foot",) if shares is None else ("foot", "minor")
    streets(frame, page.base.streets, factor=0.75, leave=leave)
    borders(frame)
    return frame


def dongs(
    frame: MapFrame, shares: Mapping[str, float] | None, classes: Sequence[tuple[float, str]] = CLASSES
) -> None:
    """Fill each dong with the colour of its share; all alike without any."""
    for code, shape in zip(frame.base.area["dong_code"], frame.base.dong_paths, strict=True):
        colour = _BLANK if shares is None else share_colour(shares.get(code), classes)
        draw(frame.axes, shape, facecolor=colour, edgecolor="none", alpha=0.9, zorder=2)


def values_of(run: Run, theme: str) -> dict[str, float]:
    """Return the share of a service by dong, as it is drawn."""
    return run.drawn_shares(theme)


def doubted(frame: MapFrame, theme: str) -> bool:
    """Hatch the wards of which some file of a service says nothing, or is doubted; whether there are any."""
    wards = doubted_wards(frame.run).get(theme, [])
    area = frame.base.area
    for code, shape in zip(area["ward_code"], frame.base.dong_paths, strict=True):
        if code in wards:
            look = {"facecolor": "none", "edgecolor": INK, "zorder": 4}
            draw(frame.axes, shape, hatch=DOUBTED, linewidth=0.0, alpha=0.45, **look)
    return bool(wards)


def hatched(frame: MapFrame, shape: Shape) -> None:
    """Hatch some ground."""
    look = {"facecolor": "none", "edgecolor": _HATCH, "zorder": 5}
    draw(frame.axes, shape, hatch="/////", linewidth=0.0, alpha=0.6, **look)
    draw(frame.axes, shape, linewidth=0.5, **look)


def plain_ground(frame: MapFrame) -> None:
    """Draw water and railways."""
    areas, streams = frame.base.water
    draw(frame.axes, areas, facecolor=WATER, edgecolor="none", zorder=2.5)
    draw(frame.axes, streams, fill=False, edgecolor=WATER, linewidth=0.9, zorder=2.5)
    rails(frame, frame.base.rails)


def rails(frame: MapFrame, shape: Shape, *, width: float = 1.2) -> None:
    """Draw railways as lines that are white between the sleepers."""
    draw(frame.axes, shape, fill=False, edgecolor="#747b80", linewidth=width, zorder=6)
    sleepers = {"linewidth": width * 0.55, "linestyle": (0, (4, 4)), "zorder": 6}
    draw(frame.axes, shape, fill=False, edgecolor="white", **sleepers)


def streets(
    frame: MapFrame, shapes: Mapping[str, Shape], *, factor: float = 1.0, leave: tuple[str, ...] = ()
) -> None:
    """Draw streets by class, each with a thin edge.

    Parameters
    ----------
    frame
        The map.
    shapes
        Class -> path.
    factor
        How much wider than on a map of a whole ward.
    leave
        Classes that are not drawn.
    """
    for kind, (width, colour) in _STREETS.items():
        shape = None if kind in leave else shapes.get(kind)
        if kind == "foot":
            look = {"linewidth": width * factor, "zorder": 3.4}
            draw(frame.axes, shape, fill=False, edgecolor=colour, **look)
            continue
        line = {"fill": False, "capstyle": "round", "joinstyle": "round"}
        edge = width * factor + 0.3 + 0.12 * factor
        draw(frame.axes, shape, edgecolor="#aab0ab", linewidth=edge, zorder=3, **line)
        draw(frame.axes, shape, edgecolor=colour, linewidth=width * factor, zorder=4, **line)


def borders(
    frame: MapFrame,
    *,
    factor: float = 1.0,
    cover: float = 0.55,
    shapes: tuple[Shape, Shape, Shape] | None = None,
) -> None:
    """Draw the borders of dongs and wards, and pale what lies outside.

    Parameters
    ----------
    frame
        The map.
    factor
        How much wider than usual.
    cover
        How much the outside is paled, 0 to 1.
    shapes
        What lies outside, the borders of dongs and those of wards; of the whole area without them.
    """
    base = frame.base
    outside, dong_borders, ward_borders = shapes or (base.outside, base.dong_borders, base.ward_borders)
    few = shapes is not None or frame.page.edition.few_dongs
    draw(frame.axes, outside, facecolor=PAPER, edgecolor="none", alpha=cover, zorder=6.5)
    look = {"fill": False, "joinstyle": "round"}
    thin, wide, colour, dashes = (0.8, 1.7, MUTED, (0, (5, 3))) if few else (0.3, 1.0, "#8d989c", "-")
    dashed = {"edgecolor": colour, "linewidth": thin * factor, "linestyle": dashes, "zorder": 7}
    draw(frame.axes, dong_borders, **dashed, **look)
    draw(frame.axes, ward_borders, edgecolor=INK, linewidth=wide * factor, zorder=8, **look)


def villages(frame: MapFrame, *, size: float = 9.0) -> int:
    """Draw the village candidates, each with its rank on a disc.

    Returns
    -------
    How many discs found no room; those candidates are marked by a dot.
    """
    base = frame.base
    table = frame.run.table("villages")
    if table.empty:
        return 0
    ranks = table["rank"].to_numpy()
    for shape in base.villages:
        draw(frame.axes, shape, facecolor=VILLAGE, edgecolor="none", alpha=0.25, zorder=8)
        draw(frame.axes, shape, fill=False, edgecolor=VILLAGE, linewidth=1.3, zorder=9)
    middles = shapely.get_coordinates(shapely.point_on_surface(np.asarray(table.geometry)))
    crowded = 0
    for at in np.argsort(ranks, kind="stable"):
        wide = disc_mm(int(ranks[at]), size)
        spots = circled(frame.to_page(*middles[at]), step=wide * 0.55)
        spot = frame.room.place((wide, wide), spots, gap=0.2, mind=False)
        if spot is None:
            crowded += 1
            frame.axes.plot(*middles[at], "o", markersize=3.5, color=VILLAGE, zorder=11.5)
        else:
            badge(frame, spot, int(ranks[at]), size=size)
    return crowded


def dots_of_spaces(frame: MapFrame) -> None:
    """Draw the places with a shared space as dots, unless the area is so wide that they would cover it."""
    places = frame.run.table("places")
    if places.empty or frame.base.wide:
        return
    spaces = places[places["shared_space"] & places["in_area"]]
    spots = shapely.get_coordinates(np.asarray(spaces.geometry))
    look = {"markersize": 3.6, "markeredgecolor": "white", "markeredgewidth": 0.5, "zorder": 9}
    frame.axes.plot(spots[:, 0], spots[:, 1], "o", color=INK, **look)
    if len(spots):
        frame.room.shun(np.array([frame.to_page(*spot) for spot in spots.tolist()]))


def names(frame: MapFrame, shares: Mapping[str, str], *, size: float = 8.0) -> None:
    """Name the dongs, with what there is to say of each; over a city, where hundreds would cover it, the wards.

    Parameters
    ----------
    frame
        The map.
    shares
        Dong code -> text; ward code -> text when there are many dongs.
    size
        Of the letters, points.
    """
    area = frame.base.area
    few = frame.page.edition.few_dongs
    code, name = ("dong_code", "dong_name") if few else ("ward_code", "ward_name")
    for (key, label), part in area.groupby([code, name], sort=True):
        shape = shapely.union_all(np.asarray(part.geometry))
        at = shapely.point_on_surface(shape)
        spots = [
            spot
            for spot in circled(frame.to_page(at.x, at.y), step=3.2, rings=4)
            if shapely.contains_xy(shape, *frame.to_ground(spot))
        ]
        plated(frame, spots, (fitted(label, 26.0, size, weight="bold"), shares.get(str(key), "")), size=size)


def share_labels(run: Run, theme: str) -> dict[str, str]:
    """Return what to print with the names: shares by dong, and by ward."""
    labels = {code: percent(share, few=code in run.thin) for code, share in values_of(run, theme).items()}
    frame = everyone(run.table("coverage_ward"))
    if frame.empty:
        return labels
    chosen = frame[frame["key"] == theme]
    return labels | {
        str(code): percent(share) for code, share in zip(chosen["ward_code"], chosen["share"], strict=True)
    }
