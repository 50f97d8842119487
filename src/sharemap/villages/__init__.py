"""Places + walks -> candidate sharing villages.

A *village* is a set of at least ``min_places`` shared spaces that are mutually adjacent: every two of them at
most ``adjacent_m`` of walking apart. The stages, each usable on its own:

1. :func:`adjacency`: walks -> pairs of adjacent places;
2. :func:`cliques`: pairs -> every maximal set of mutually adjacent places;
3. :func:`resolve`: overlapping sets -> disjoint villages and the neighbours left over;
4. :func:`shortest_loop` and :func:`walked`: the everyday walk through all places of a village, as an order and as a
   line along the streets;
5. :func:`find`: all of it, with what a planner wants to know about each village (rank and its parts, stability under
   perturbed runs, doubts, value indicators), the pairs that are one short, the idle spaces that fit, and what must be checked first;
6. :func:`thresholds`: how many candidates other thresholds give, and how many a naive reading would find;
7. :func:`by_chance`: how many chance would give.

Every number is exact but for the loop of a village of more than :data:`EXACT_LOOP_PLACES` places, which ``loop_exact``
then tells. Names and sentences are made of the numbers by :mod:`sharemap.findings`.
"""

from __future__ import annotations

from sharemap.villages.by_chance import by_chance
from sharemap.villages.cliques import Resolution, TooManyCliquesError, adjacency, cliques, resolve
from sharemap.villages.doubts import Doubts
from sharemap.villages.finding import Villages, find
from sharemap.villages.loops import EXACT_LOOP_PLACES, Loop, shortest_loop
from sharemap.villages.perturbing import Perturbation
from sharemap.villages.ranking import COMPONENTS, Component, VillageWeights
from sharemap.villages.rules import Elsewhere, Ground, Surroundings, VillageRules
from sharemap.villages.streets import Walked, walked
from sharemap.villages.thresholds import THRESHOLDS, thresholds
from sharemap.villages.trials import Trials
from sharemap.villages.values import INDICATORS

__all__ = [
    "COMPONENTS",
    "EXACT_LOOP_PLACES",
    "INDICATORS",
    "THRESHOLDS",
    "Component",
    "Doubts",
    "Elsewhere",
    "Ground",
    "Loop",
    "Perturbation",
    "Resolution",
    "Surroundings",
    "TooManyCliquesError",
    "Trials",
    "VillageRules",
    "VillageWeights",
    "Villages",
    "Walked",
    "adjacency",
    "by_chance",
    "cliques",
    "find",
    "resolve",
    "shortest_loop",
    "thresholds",
    "walked",
]
