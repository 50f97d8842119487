"""The colours that the maps, the printed pages and the styles of GIS files share.

All of them are told apart in grey as well: lightness falls from class to class, and everything that matters has a
shape, a hatch or a label beside its colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "ACCENT",
    "AREA",
    "CLASSES",
    "GAP_CLASSES",
    "INK",
    "MUTED",
    "NO_SHARE",
    "PAPER",
    "SHORT",
    "UNSERVED",
    "VILLAGE",
    "WATER",
    "colour_named",
    "share_colour",
]

INK, MUTED, ACCENT = "#1c2733", "#4a5963", "#0b4f58"
VILLAGE, UNSERVED, WATER = "#a63d12", "#8a1253", "#bcd5e2"
#: Ground of a printed map without a value, and what lies outside it.
PAPER = "#f3f2ec"
#: Two spaces that are one short of a village; walking areas on the screen.
SHORT, AREA = "#6a3d8f", "#12737f"

#: Lower bounds of the classes of a share, and their colours: the darker, the more residents are left out, so that
#: gaps stand out and well served ground stays light.
CLASSES: tuple[tuple[float, str], ...] = (
    (0.0, "#3b3f78"),
    (0.3, "#5f6aa3"),
    (0.5, "#8b9bc2"),
    (0.7, "#b3c1da"),
    (0.85, "#d3dde9"),
    (0.95, "#eef2ef"),
)
#: Lower bounds of the classes of a gap, and their colours: the darker, the more are reached by the study's profile
#: and not by the other one. Another hue than the classes of a share, so that the two maps are not mistaken.
GAP_CLASSES: tuple[tuple[float, str], ...] = (
    (0.0, "#f7f2e7"),
    (0.01, "#efdcb9"),
    (0.05, "#dfbb80"),
    (0.1, "#c49150"),
    (0.2, "#99672c"),
    (0.35, "#643d12"),
)
#: Where nobody lives, or nothing is known.
NO_SHARE = "#cfc8ba"

_NAMED: Mapping[str, str] = {
    "accent": ACCENT,
    "village": VILLAGE,
    "unserved": UNSERVED,
    "water": WATER,
    "gap": GAP_CLASSES[-2][1],
}


def colour_named(name: str) -> str:
    """Return the colour that data name, such as ``"village"``; ``"#rrggbb"`` is itself.

    Examples
    --------
    >>> colour_named("water"), colour_named("#123456")
    ('#bcd5e2', '#123456')
    """
    return _NAMED.get(name, name)


def share_colour(share: float | None, classes: Sequence[tuple[float, str]] = CLASSES) -> str:
    """Return the colour of a share in its class; of none and of not-a-number the colour of no data.

    Examples
    --------
    >>> share_colour(0.99), share_colour(None), share_colour(0.5, GAP_CLASSES)
    ('#eef2ef', '#cfc8ba', '#643d12')
    """
    if share is None or not share >= 0:
        return NO_SHARE
    return [colour for low, colour in classes if share >= low][-1]
