"""The kernel: bounded shortest walks -> Reach, and what follows from it for points on edges.

All functions are exact: costs are whole centimetres, partial edges are interpolated linearly, cutoffs are
inclusive, both ends of the edge that a point stands on are used, and two points on one edge are joined along it.
Costs may differ by direction (:class:`DirectedCosts`). Where numba cannot compile, scipy does the same, slower.
"""

from sharemap.reach.costs import DirectedCosts
from sharemap.reach.results import NearestCosts, PointCosts, Reach, SiteCounts
from sharemap.reach.walks import between, counts, from_frame, nearest, nearest_by_layer, to_points, within

__all__ = [
    "DirectedCosts",
    "NearestCosts",
    "PointCosts",
    "Reach",
    "SiteCounts",
    "between",
    "counts",
    "from_frame",
    "nearest",
    "nearest_by_layer",
    "to_points",
    "within",
]
