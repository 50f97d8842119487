"""The walking network: OSM ways -> WalkNetwork; snapping points to its edges.

Builders: :func:`from_pbf` (an extract), :func:`from_ways` (an extract already read), :func:`from_graphml` and
:func:`from_osmnx` (an OSMnx graph), :func:`from_lines` (any lines that share end points). All give the same
type with the same guarantees.
"""

from sharemap.network.graphs import from_graphml, from_osmnx, from_place
from sharemap.network.islands import left_out
from sharemap.network.model import WalkNetwork
from sharemap.network.noding import Joining
from sharemap.network.official import from_official
from sharemap.network.polylines import from_lines
from sharemap.network.readers import clipped, from_pbf, from_ways
from sharemap.network.rules import WalkRules, verdict
from sharemap.network.snapping import snap
from sharemap.network.storage import reopen, save
from sharemap.network.surroundings import known_share, surrounded, warn_where_cut_off

__all__ = [
    "Joining",
    "WalkNetwork",
    "WalkRules",
    "clipped",
    "from_graphml",
    "from_lines",
    "from_official",
    "from_osmnx",
    "from_pbf",
    "from_place",
    "from_ways",
    "known_share",
    "left_out",
    "reopen",
    "save",
    "snap",
    "surrounded",
    "verdict",
    "warn_where_cut_off",
]
