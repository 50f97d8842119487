"""The colours that the maps, the printed pages and the styles of GIS files share.

All of them are told apart in grey as well: lightness falls from class to class, and everything that matters has a
shape, a hatch or a label beside its colour.
"""

from __future__ import annotations

__all__ = ["ACCENT", "CLASSES", "INK", "MUTED", "NO_SHARE", "VILLAGE", "WATER", "share_colour"]

INK, MUTED, ACCENT = "#1c2733", "#4a5963", "#0b4f58"
VILLAGE, WATER = "#a63d12", "#bcd5e2"

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
#: Where nobody lives, or nothing is known.
NO_SHARE = "#cfc8ba"


def share_colour(share: float | None) -> str:
    """Return the colour of a share; of none and of not-a-number the colour of no data.

    Examples
    --------
    >>> share_colour(0.99), share_colour(None)
    ('#eef2ef', '#cfc8ba')
    """
    if share is None or not share >= 0:
        return NO_SHARE
    return [colour for low, colour in CLASSES if share >= low][-1]
