"""Addresses -> positions, for rows that are published without usable coordinates.

Four ways, asked in this order, each of which must name the building or the lot, never a road or a dong:

``entrance_db``
    the entrance of the building in the government's address tables, offline
    (:mod:`~sharemap.sources.geocoding.entrances`);
``same_address``
    published coordinates of a row of another file with the identical full address
    (:mod:`~sharemap.sources.geocoding.neighbours`);
``vworld``, ``kakao``
    two services on the internet, only when the study says so (:mod:`~sharemap.sources.geocoding.online`), with a
    cache of their answers (:mod:`~sharemap.sources.geocoding.cache`).

An answer outside Seoul, or in another ward than the address says, is refused
(:mod:`~sharemap.sources.geocoding.bounds`). What nobody can place keeps its reason.
"""

from __future__ import annotations

from sharemap.sources.geocoding.answers import BY, CONFIDENCES, Answer, Miss
from sharemap.sources.geocoding.bounds import Bounds
from sharemap.sources.geocoding.cache import AnswerCache, cache_folder
from sharemap.sources.geocoding.entrances import EntranceIndex
from sharemap.sources.geocoding.geocoder import Geocoder, Placed
from sharemap.sources.geocoding.indexing import open_index
from sharemap.sources.geocoding.online import PROVIDERS, Kakao, VWorld, provider_named

__all__ = [
    "BY",
    "CONFIDENCES",
    "PROVIDERS",
    "Answer",
    "AnswerCache",
    "Bounds",
    "EntranceIndex",
    "Geocoder",
    "Kakao",
    "Miss",
    "Placed",
    "VWorld",
    "cache_folder",
    "open_index",
    "provider_named",
]
