"""The map of a printed page: a frame in metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.maps.paper.labels import Room
from sharemap.palette import PAPER

if TYPE_CHECKING:
    from sharemap.findings import Run
    from sharemap.maps.paper.basemap import BaseMap, Extent, Shape
    from sharemap.maps.paper.ink import Axes, Look
    from sharemap.maps.paper.labels import Spot
    from sharemap.maps.paper.page import Page

__all__ = ["MapFrame", "draw", "frame_of", "natural_mm"]

_EDGE = "#9aa39d"


@dataclass(frozen=True)
class MapFrame:
    """One map on a page.

    Attributes
    ----------
    page
        The page.
    axes
        In metres of the CRS of the study.
    box
        Left, top, width and height on the page, millimetres.
    extent
        What ground the box shows.
    room
        Where labels may still go.
    """

    page: Page
    axes: Axes
    box: tuple[float, float, float, float]
    extent: Extent
    room: Room

    @property
    def metres(self) -> float:
        """Metres on the ground of a millimetre on the page."""
        return (self.extent[2] - self.extent[0]) / self.box[2]

    @property
    def run(self) -> Run:
        """What is drawn."""
        return self.page.edition.run

    @property
    def base(self) -> BaseMap:
        """Its geometry."""
        return self.page.edition.base

    def to_page(self, x: float, y: float) -> Spot:
        """Return a position of the ground in millimetres from the top left corner of the map."""
        return (x - self.extent[0]) / self.metres, (self.extent[3] - y) / self.metres

    def to_ground(self, spot: Spot) -> Spot:
        """Return a position of the map on the ground."""
        return self.extent[0] + spot[0] * self.metres, self.extent[3] - spot[1] * self.metres


def frame_of(
    page: Page, box: tuple[float, float, float, float], *, extent: Extent | None = None, edge: bool = True
) -> MapFrame:
    """Return an empty map on a rectangle of the page; the whole area without an extent."""
    axes = page.axes(*box)
    axes.set_axis_on()
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(PAPER)
    for spine in axes.spines.values():
        spine.set(color=_EDGE, linewidth=0.7, visible=edge)
    shown = _filled(extent or page.base.extent, ratio=box[2] / box[3])
    axes.set_xlim(shown[0], shown[2])
    axes.set_ylim(shown[1], shown[3])
    return MapFrame(page, axes, box, shown, Room(box[2], box[3]))


def _filled(extent: Extent, *, ratio: float) -> Extent:
    """Return the box widened to the proportions of the map."""
    west, south, east, north = extent
    width, height = max(east - west, 1.0), max(north - south, 1.0)
    width, height = max(width, height * ratio), max(height, width / ratio)
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def natural_mm(page: Page, wide: float) -> float:
    """Return how high a map of the whole area is that fills a width."""
    west, south, east, north_edge = page.base.extent
    return wide * (north_edge - south) / (east - west)


def draw(axes: Axes, shape: Shape, **look: Look) -> None:
    """Draw a path, filled or not; nothing where there is none."""
    from matplotlib.patches import PathPatch

    if shape is not None:
        axes.add_artist(PathPatch(shape, **look))
