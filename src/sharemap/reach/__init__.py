"""The kernel: bounded shortest walks -> Reach, and what follows from it for points on edges.

All functions are exact: costs are whole centimetres, partial edges are interpolated linearly, cutoffs are
inclusive, both ends of the edge that a point stands on are used, and two points on one edge are joined along it.
Where numba cannot compile, scipy does the same, slower.

On slopes (:meth:`sharemap.network.WalkNetwork.with_profile`) there and back differ. Walks begin at the sites; walks of
residents to the sites are those on ``streets.reversed()``. Of neighbours the longer of the two ways counts
(:func:`between`, :func:`both_ways`).
"""

from sharemap.reach.results import NearestCosts, PointCosts, Reach, SiteCounts
from sharemap.reach.walks import (
    between,
    both_ways,
    counts,
    from_frame,
    nearest,
    nearest_by_layer,
    to_points,
    within,
)

__all__ = [
    "NearestCosts",
    "PointCosts",
    "Reach",
    "SiteCounts",
    "between",
    "both_ways",
    "counts",
    "from_frame",
    "nearest",
    "nearest_by_layer",
    "to_points",
    "within",
]
