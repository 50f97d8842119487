"""Who is served: Reach x demand -> tables.

Everything here is computed from walks to demand points, never from polygons. A resident is *covered* by a layer
when the walk to at least one of its sites, both access legs included, is within the cutoff; by a group, when any
layer of the group covers; and the plan's *promise* is kept for a resident whom all its groups cover.

Missing input is "no data", never zero: a layer counts only when the study names it (:class:`Services`), a group
only when one of its layers does, and when a group of the plan has no layer in the study the promise cannot be
judged, so that it has no row. A layer that the study names but that has no site in reach is a true zero.
"""

from sharemap.coverage.points import at_points, groups_at_points, walks_at_points
from sharemap.coverage.promise import headline
from sharemap.coverage.services import AGES, PROMISE, Services
from sharemap.coverage.tables import by_dong, by_ward

__all__ = [
    "AGES",
    "PROMISE",
    "Services",
    "at_points",
    "by_dong",
    "by_ward",
    "groups_at_points",
    "headline",
    "walks_at_points",
]
