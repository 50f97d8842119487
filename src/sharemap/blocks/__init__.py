"""Streets -> blocks: areas enclosed by carriageways, railways, water and the edge of the study area.

>>> from sharemap import blocks
>>> sorted(name for name in blocks.__all__ if name.islower())
['enclose', 'of_points']
"""

from __future__ import annotations

from sharemap.blocks.enclosures import CARRIAGEWAYS, STREET_SPACE, SliverRule, enclose
from sharemap.blocks.facing import of_points

__all__ = ["CARRIAGEWAYS", "STREET_SPACE", "SliverRule", "enclose", "of_points"]
