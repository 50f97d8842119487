"""Maps: one interactive page that opens with no network, pages for paper."""

from __future__ import annotations

from sharemap.maps.paper.atlas import PAPER_SIZES, Prints
from sharemap.maps.paper.curve import sensitivity_curve
from sharemap.maps.screen.page import interactive
from sharemap.maps.sketch import points_page, points_picture

__all__ = [
    "PAPER_SIZES",
    "Prints",
    "interactive",
    "points_page",
    "points_picture",
    "sensitivity_curve",
]
