"""The large-scale map of one village candidate: streets, blocks, places in the order of the loop, what stands near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.maps.drawn import records
from sharemap.maps.geometry import polygons_only, repaired
from sharemap.maps.paper.basemap import area_path, fields_path, line_path
from sharemap.maps.paper.features import borders, rails, streets
from sharemap.maps.paper.frame import MapFrame, draw, frame_of
from sharemap.maps.paper.ink import ON_DISC, Look, write
from sharemap.maps.paper.labels import beside, circled
from sharemap.maps.paper.marks import badge, north, scale_bar
from sharemap.maps.paper.typeset import PT_MM, disc_mm, fitted, text_mm
from sharemap.palette import INK, MUTED, VILLAGE, WATER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharemap.findings.summary import LayerFigures
    from sharemap.maps.paper.basemap import Extent
    from sharemap.maps.paper.page import Page

__all__ = ["Local", "local_map"]

_MARGIN_M, _LEAST_M = 70.0, 420.0
_BLOCK, _GROUND, _OURS = "#e9e6dc", "#f6f5f0", "#f1dccf"
_BADGE = 8.5
_NAME_MM = 42.0
_STREET_NAMES = 14
_INSET = (26.0, 26.0)
_SYMBOL = 6.2


@dataclass(frozen=True)
class Local:
    """A candidate and what its map shows.

    Attributes
    ----------
    row
        Its row in the table of candidates, a named tuple.
    members
        Its places in the order of the loop.
    neighbours
        The places beside it.
    loop
        Its row in the table of loops: the line along the streets.
    """

    row: Any
    members: Sequence[Any]
    neighbours: Sequence[Any]
    loop: Any

    @property
    def places(self) -> list[Any]:
        """Its places, then its neighbours."""
        return [*self.members, *self.neighbours]


def local_map(
    page: Page, local: Local, box: tuple[float, float, float, float]
) -> tuple[list[LayerFigures], int]:
    """Draw the map.

    Returns
    -------
    The support layers that it shows, and how many numbers of places found no room.
    """
    frame = frame_of(page, box, extent=_extent(local))
    frame.axes.set_facecolor(_GROUND)
    _ground(frame, local)
    north(frame)
    scale_bar(frame)
    _loop(frame, local)
    _inset(frame, local)
    spots, hidden = _numbers(frame, local)
    shown = _support(frame, local)
    _names(frame, local, spots)
    _street_names(frame)
    return shown, hidden


def _extent(local: Local) -> Extent:
    shapes = [*(row.geometry for row in local.places), local.loop.geometry]
    west, south, east, north_edge = map(float, shapely.total_bounds(shapes))
    x, y = (west + east) / 2, (south + north_edge) / 2
    wide = max(east - west + 2 * _MARGIN_M, _LEAST_M)
    high = max(north_edge - south + 2 * _MARGIN_M, _LEAST_M)
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _ground(frame: MapFrame, local: Local) -> None:
    base, extent = frame.base, frame.extent
    blocks = base.near("blocks", extent)
    if not blocks.empty:
        blocks = blocks[blocks["kind"] == "block"]
        ours = blocks["block_id"].isin(str(local.row.block_ids).split(";")).to_numpy()
        for chosen, colour in ((~ours, _BLOCK), (ours, _OURS)):
            path = fields_path(np.asarray(blocks.geometry)[chosen])
            draw(frame.axes, path, facecolor=colour, edgecolor="none", zorder=1)
    waters = base.near("water", extent)
    if not waters.empty:
        clipped = shapely.clip_by_rect(repaired(np.asarray(waters.geometry)), *extent)
        flat = shapely.get_dimensions(clipped) == 2  # noqa: PLR2004  surfaces
        path = area_path(shapely.union_all(clipped[flat])) if flat.any() else None
        draw(frame.axes, path, facecolor=WATER, edgecolor="none", zorder=2.5)
        look = {"fill": False, "edgecolor": WATER, "linewidth": 2.0, "zorder": 2.5}
        draw(frame.axes, line_path(clipped[~flat], tolerance=0.3), **look)
    tracks = base.near("railway", extent)
    if not tracks.empty:
        rails(frame, line_path(np.asarray(tracks.geometry), tolerance=0.3), width=2.2)
    streets(frame, base.streets_near(extent), factor=_width(frame))
    edge = area_path(polygons_only(local.row.geometry))
    draw(frame.axes, edge, fill=False, edgecolor=VILLAGE, linewidth=1.2, alpha=0.75, zorder=8)
    borders(frame, factor=1.0, cover=0.25, shapes=base.borders_near(extent))


def _width(frame: MapFrame) -> float:
    """Return how much wider streets are drawn than on the map of a ward: they grow with the scale."""
    return float(np.clip(7.0 / frame.metres, 1.2, 3.2))


def _loop(frame: MapFrame, local: Local) -> None:
    # there and back along one street is one line: two would fill each other's gaps
    once = shapely.union_all(local.loop.geometry, grid_size=0.01)
    path = line_path(np.array([once], dtype=object), tolerance=0.2)
    dense = shapely.get_coordinates(shapely.segmentize(once, 2.0 * frame.metres))
    frame.room.shun(np.array([frame.to_page(*at) for at in dense.tolist()]))
    line = {"fill": False, "joinstyle": "round"}
    draw(frame.axes, path, edgecolor="white", linewidth=4.4, alpha=0.9, zorder=9, **line)
    draw(frame.axes, path, edgecolor=VILLAGE, linewidth=2.1, linestyle=(0, (3, 1.2)), zorder=9.5, **line)


def _inset(frame: MapFrame, local: Local) -> None:
    """Show where in the area the map lies, in the corner that hides the fewest places."""
    wide, high = frame.box[2:]
    corners = [
        (wide - _INSET[0], high - _INSET[1]),
        (0.0, 0.0),
        (wide - _INSET[0] - 12.0, 0.0),
        (wide * 0.4, high - _INSET[1]),
    ]
    spots = [frame.to_page(*at) for at in shapely.get_coordinates([row.geometry for row in local.places])]
    hidden = [
        sum(left - 3 < x < left + _INSET[0] + 3 and top - 3 < y < top + _INSET[1] + 3 for x, y in spots)
        for left, top in corners
    ]
    left, top = corners[hidden.index(min(hidden))]
    frame.room.take(left, top, left + _INSET[0], top + _INSET[1])
    small = frame_of(frame.page, (frame.box[0] + left, frame.box[1] + top, *_INSET))
    small.axes.set_facecolor("white")
    area, wards = frame.base.small
    draw(small.axes, area, facecolor="#e6e3d8", edgecolor="none")
    draw(small.axes, wards, fill=False, edgecolor=INK, linewidth=0.7)
    at = shapely.point_on_surface(local.row.geometry)
    small.axes.plot(at.x, at.y, "s", markersize=6, color="none", markeredgecolor=VILLAGE, markeredgewidth=1.6)


def _numbers(frame: MapFrame, local: Local) -> tuple[list[tuple[float, float]], int]:
    """Draw the places; return where their marks stand, and how many numbers found no room."""
    spots, hidden = [], 0
    for row in local.places:
        at = frame.to_page(row.geometry.x, row.geometry.y)
        member = row.role == "member"
        wide = disc_mm(int(row.loop_order), _BADGE) if member else 2.6
        spot = frame.room.place((wide, wide), circled(at, step=wide * 0.55), gap=0.1, mind=False)
        if spot is None:
            hidden += member
            spot = at
        _leader(frame, at, spot)
        if member:
            badge(frame, spot, int(row.loop_order), size=_BADGE)
        else:
            look = {"markeredgecolor": INK, "markeredgewidth": 1.4, "zorder": 11}
            frame.axes.plot(*frame.to_ground(spot), "o", markersize=6.5, color="white", **look)
        spots.append(spot)
    return spots, hidden


def _leader(frame: MapFrame, at: tuple[float, float], spot: tuple[float, float]) -> None:
    if at != spot:
        (x, y), (u, v) = frame.to_ground(at), frame.to_ground(spot)
        frame.axes.plot((x, u), (y, v), color=INK, linewidth=0.7, zorder=10.5)
        frame.axes.plot(x, y, "o", markersize=2.4, color=INK, zorder=10.5)


def _support(frame: MapFrame, local: Local) -> list[LayerFigures]:
    """Draw the support sites by their signs; one without room is a dot."""
    support = {one.layer: one for one in frame.run.summary.layers if one.role == "support"}
    sites = frame.base.near("sites", frame.extent)
    if sites.empty:
        return []
    ours = {row.place_id for row in local.places}  # listed with the place itself
    sites = sites[sites["layer"].isin(support) & ~sites["place_id"].isin(ours)]
    sites = sites.sort_values(["layer", "site_id"], kind="stable")
    wide = _SYMBOL * PT_MM * 1.5
    for row in records(sites):
        layer = support[row.layer]
        at = frame.to_page(row.geometry.x, row.geometry.y)
        spot = frame.room.place((wide, wide), [at], gap=0.0)
        place = frame.to_ground(at)
        side = wide / PT_MM if spot else 3.0
        look = {"markeredgecolor": "white", "markeredgewidth": 0.5, "zorder": 10}
        frame.axes.plot(*place, "s", markersize=side, color=layer.colour, **look)
        if spot:
            write(frame.axes, place, layer.symbol, _SYMBOL, zorder=10.2, **ON_DISC)
    found = set(sites["layer"])
    return [layer for key, layer in support.items() if key in found]


def _names(frame: MapFrame, local: Local, spots: list[tuple[float, float]]) -> None:
    for row, spot in zip(local.places, spots, strict=True):
        member = row.role == "member"
        size, weight = (8.0, "bold") if member else (7.0, "regular")
        text = fitted(row.name, _NAME_MM, size, weight=weight) if isinstance(row.name, str) else ""
        if not text:
            continue
        wide, high = text_mm(text, size, weight=weight) + 1.2, size * PT_MM * 1.25
        away = 0.6 + (disc_mm(int(row.loop_order), _BADGE) / 2 if member else 1.3)
        at = frame.room.place((wide, high), beside(spot, (wide, high), away), gap=0.1)
        if at is not None:
            _haloed(frame, at, text, size, weight=weight, color=INK if member else MUTED, zorder=13)


def _haloed(frame: MapFrame, at: tuple[float, float], text: str, size: float, **look: Look) -> None:
    """Write text over its own white outline, as two texts: one that readers of the PDF can find, one drawn."""
    from matplotlib.patheffects import Stroke

    look = {"ha": "center", "va": "center", **look}
    outline = [Stroke(linewidth=size * 0.28, foreground="white")]
    place = frame.to_ground(at)
    write(frame.axes, place, text, size, **{**look, "path_effects": outline, "zorder": look["zorder"] - 0.1})
    write(frame.axes, place, text, size, **look)


def _street_names(frame: MapFrame) -> None:
    """Name the longest streets of the map along their middle."""
    edges = frame.base.near("edges", frame.extent)
    if edges.empty or "name" not in edges.columns:
        return
    edges = edges[edges["name"].notna() & (edges["name"] != "")]
    pieces = edges.assign(geometry=shapely.clip_by_rect(np.asarray(edges.geometry), *frame.extent))
    pieces = pieces.assign(_long=shapely.length(np.asarray(pieces.geometry)))
    total = pieces.groupby("name")["_long"].sum()
    order = total.reset_index().sort_values(["_long", "name"], ascending=[False, True], kind="stable")
    for name in order["name"].head(_STREET_NAMES):
        own = pieces[pieces["name"] == name].sort_values(["_long", "edge_id"], ascending=[False, True])
        for line in np.asarray(own.geometry)[:3]:
            if _along(frame, line, name):
                break


def _along(frame: MapFrame, line: Any, name: str) -> bool:  # noqa: ANN401  a line of shapely
    size = 6.3
    text = fitted(name, 30.0, size)
    middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
    ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [0.3, 0.7], normalized=True))
    if len(ends) < 2 or shapely.is_empty(middle):  # noqa: PLR2004  both ends of a piece
        return False
    turn = float(np.arctan2(ends[1, 1] - ends[0, 1], ends[1, 0] - ends[0, 0]))
    angle = (np.degrees(turn) + 90) % 180 - 90
    wide, high = text_mm(text, size), size * PT_MM
    cos, sin = abs(np.cos(turn)), abs(np.sin(turn))
    box = (wide * cos + high * sin, wide * sin + high * cos)
    spot = frame.room.place(box, [frame.to_page(middle.x, middle.y)], gap=0.2)
    if spot is None:
        return False
    look = {"color": "#5d666b", "rotation": angle, "rotation_mode": "anchor", "zorder": 8.8}
    _haloed(frame, spot, text, size, **look)
    return True
