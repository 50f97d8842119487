"""Raw facility rows -> sites -> places.

A *site* is one published service: one row after folding bays, access points, rooms and repeated rows. A
*place* is one building: sites that are near, or have the same address (:class:`PlaceRules`). Every row ends
in exactly one of: a site, folded into a site, set aside with its reason.
"""

from __future__ import annotations

from sharemap.addresses import address_key
from sharemap.sites.build import SiteTables, build
from sharemap.sites.confirmed import Confirmed
from sharemap.sites.doubts import doubtful_pairs, one_each
from sharemap.sites.folding import waiting
from sharemap.sites.keys import name_key
from sharemap.sites.rules import DoubtRules, PlaceRules
from sharemap.sites.unplaced import without_coordinates, without_data

__all__ = [
    "Confirmed",
    "DoubtRules",
    "PlaceRules",
    "SiteTables",
    "address_key",
    "build",
    "doubtful_pairs",
    "name_key",
    "one_each",
    "waiting",
    "without_coordinates",
    "without_data",
]
