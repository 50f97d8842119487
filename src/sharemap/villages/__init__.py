"""Places + walks -> candidate sharing villages.

A *village* is a set of at least ``min_places`` shared spaces that are mutually adjacent: every two of them at
most ``adjacent_m`` of walking apart. The stages, each usable on its own:

1. :func:`adjacency`: walks -> pairs of adjacent places;
2. :func:`cliques`: pairs -> every maximal set of mutually adjacent places;
3. :func:`resolve`: overlapping sets -> disjoint villages and the neighbours left over;
4. :func:`shortest_loop`: the everyday walk through all places of a village;
5. :func:`find`: all of it, with what a planner wants to know about each village, and the pairs that are one
   short.

Every number is exact but for the loop of a village of more than :data:`EXACT_LOOP_PLACES` places, which its
sentence and :attr:`Villages.note` then call approximate.
"""

from __future__ import annotations

from sharemap.villages.cliques import Resolution, adjacency, cliques, resolve
from sharemap.villages.finding import Villages, find
from sharemap.villages.loops import EXACT_LOOP_PLACES, Loop, shortest_loop
from sharemap.villages.rules import RANKING, RankKey, Surroundings, VillageRules

__all__ = [
    "EXACT_LOOP_PLACES",
    "RANKING",
    "Loop",
    "RankKey",
    "Resolution",
    "Surroundings",
    "VillageRules",
    "Villages",
    "adjacency",
    "cliques",
    "find",
    "resolve",
    "shortest_loop",
]
