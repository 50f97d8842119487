"""What the numbers rest on: whether the lists are complete, whether a published position is true.

Both are answered from what the files say of each other; what difference an answer makes in people is computed above,
from walks.
"""

from __future__ import annotations

from sharemap.evidence.complete import UNKNOWN, Planned, completeness, hosts, planned

__all__ = ["UNKNOWN", "Planned", "completeness", "hosts", "planned"]
