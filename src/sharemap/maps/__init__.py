"""Maps: one interactive page that opens with no network, one picture for paper."""

from __future__ import annotations

from sharemap.maps._interactive import interactive
from sharemap.maps._offline import leftovers
from sharemap.maps._printed import printed, printed_pdf

__all__ = ["interactive", "leftovers", "printed", "printed_pdf"]
