"""What a printed map carries besides its ground: ranks on discs, plates with names, scale bar and north arrow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sharemap.maps.paper.ink import ON_DISC, write
from sharemap.maps.paper.typeset import PT_MM, disc_mm, text_mm
from sharemap.palette import INK, VILLAGE

if TYPE_CHECKING:
    from sharemap.maps.paper.frame import MapFrame
    from sharemap.maps.paper.ink import Look
    from sharemap.maps.paper.labels import Spot

__all__ = ["badge", "north", "plated", "scale_bar"]

_KILOMETRE = 1000.0


def badge(frame: MapFrame, spot: Spot, rank: int, *, size: float, **look: Look) -> None:
    """Draw a rank on a disc of the map, or on another `marker`."""
    place, wide = frame.to_ground(spot), disc_mm(rank, size) / PT_MM
    look = {"marker": "o", "color": VILLAGE, "markeredgecolor": "white", "linestyle": "none"} | look
    frame.axes.plot(*place, markersize=wide, markeredgewidth=1.0, zorder=12, **look)
    write(frame.axes, place, rank, size, zorder=13, **ON_DISC)


def plated(frame: MapFrame, spots: list[Spot], lines: tuple[str, str], *, size: float) -> bool:
    """Write up to two lines on a white plate where there is room; a halo would drown in white streets."""
    shown = tuple(line for line in lines if line)
    wide = max(text_mm(line, size, weight="bold") for line in shown) + 1.8
    high = len(shown) * size * PT_MM * 1.2 + 1.4
    spot = frame.room.place((wide, high), spots)
    if spot is None:
        return False
    plate = {"boxstyle": "round,pad=0.22", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    look = {"weight": "bold", "ha": "center", "va": "center", "zorder": 11, "linespacing": 1.15}
    write(frame.axes, frame.to_ground(spot), shown, size, bbox=plate, **look)
    return True


def scale_bar(frame: MapFrame, *, share: float = 0.2, size: float = 8.0) -> None:
    """Draw a scale bar in the lower left corner."""
    wanted = (frame.extent[2] - frame.extent[0]) * share
    power = 10 ** math.floor(math.log10(wanted))
    length = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    far = f"{length / _KILOMETRE:g} km" if length >= _KILOMETRE else f"{length:g} m"
    wide, x = length / frame.metres, 4.0
    y, high = frame.box[3] - 4.5, 1.3
    letters = size * PT_MM
    plate = (x - 2.2, y - letters - 2.6, x + wide + text_mm(far, size) / 2 + 1.6, y + high + 1.2)
    _boxed(frame, plate, facecolor="white", alpha=0.8, zorder=13)
    frame.room.take(*plate)
    for half, colour in ((0, INK), (1, "white")):
        left = x + half * wide / 2
        bar = (left, y, left + wide / 2, y + high)
        _boxed(frame, bar, facecolor=colour, edgecolor=INK, linewidth=0.7, zorder=14)
    look = {"ha": "center", "va": "bottom", "zorder": 14}
    write(frame.axes, frame.to_ground((x, y - 0.8)), "0", size, **look)
    write(frame.axes, frame.to_ground((x + wide, y - 0.8)), far, size, **look)


def _boxed(frame: MapFrame, box: tuple[float, float, float, float], **look: Look) -> None:
    (west, north), (east, south) = frame.to_ground(box[:2]), frame.to_ground(box[2:])
    frame.axes.fill([west, east, east, west], [south, south, north, north], **look)


def north(frame: MapFrame, *, size: float = 9.0) -> None:
    """Draw the north arrow in the upper right corner."""
    x, y, tall, half = frame.box[2] - 5.5, 3.2, 8.0, 2.1
    letters = size * PT_MM * 1.3
    plate = (x - half - 1.6, y - 1.6, x + half + 1.6, y + tall + letters + 1.2)
    frame.room.take(x - half - 2, 0, frame.box[2], plate[3] + 0.3)
    _boxed(frame, plate, facecolor="white", alpha=0.75, zorder=13)
    for side, colour in ((-1, INK), (1, "white")):
        spots = ((x, y), (x + side * half, y + tall), (x, y + tall * 0.76))
        xs, ys = zip(*map(frame.to_ground, spots), strict=True)
        frame.axes.fill(xs, ys, facecolor=colour, edgecolor=INK, linewidth=0.7, zorder=14)
    look = {"weight": "bold", "ha": "center", "zorder": 14}
    write(frame.axes, frame.to_ground((x, y + tall + 0.4)), frame.run.say["north"], size, **look)
