"""Streets -> blocks: areas enclosed by carriageways, railways, water and the edge of the study area.

Researchers may bring blocks of their own instead (:func:`given`): output areas, cadastral blocks, H3 cells.

>>> from sharemap import blocks
>>> sorted(name for name in blocks.__all__ if name.islower())
['enclose', 'given', 'of_points']
"""

from __future__ import annotations

from sharemap.blocks.enclosures import CARRIAGEWAYS, STREET_SPACE, SliverRule, enclose
from sharemap.blocks.faces import LARGE_M2
from sharemap.blocks.facing import of_points
from sharemap.blocks.own import GivenBlocks, given

__all__ = [
    "CARRIAGEWAYS",
    "LARGE_M2",
    "STREET_SPACE",
    "GivenBlocks",
    "SliverRule",
    "enclose",
    "given",
    "of_points",
]
