"""Maps: one interactive page that opens with no network, pages for paper."""

from __future__ import annotations

from sharemap.maps._curve import sensitivity_curve
from sharemap.maps._interactive import interactive
from sharemap.maps._offline import leftovers
from sharemap.maps._points import points_page, points_picture
from sharemap.maps._printed_atlas import PAPER_SIZES, Prints

__all__ = [
    "PAPER_SIZES",
    "Prints",
    "interactive",
    "leftovers",
    "points_page",
    "points_picture",
    "sensitivity_curve",
]
