"""OpenStreetMap extracts: ways as arrays, buildings and water as polygons.

Everything is read through libosmium into flat arrays. Nothing here decides who may walk where: that is
:mod:`sharemap.network`.
"""

from __future__ import annotations

from sharemap.sources.osm.areas import read_buildings, read_water
from sharemap.sources.osm.extracts import Box, extent, header_box
from sharemap.sources.osm.ways import NODE_KEYS, WAY_KEYS, Ways, barriers, read_ways

__all__ = [
    "NODE_KEYS",
    "WAY_KEYS",
    "Box",
    "Ways",
    "barriers",
    "extent",
    "header_box",
    "read_buildings",
    "read_water",
    "read_ways",
]
