"""Maps: one interactive page that opens with no network, one picture for paper."""

from __future__ import annotations

from sharemap.maps._curve import sensitivity_curve
from sharemap.maps._interactive import interactive
from sharemap.maps._offline import leftovers
from sharemap.maps._points import points_page, points_picture
from sharemap.maps._printed import printed, printed_pdf

__all__ = [
    "interactive",
    "leftovers",
    "points_page",
    "points_picture",
    "printed",
    "printed_pdf",
    "sensitivity_curve",
]
