"""The kernel: bounded shortest walks -> Reach, and what follows from it for points on edges.

All functions are exact: costs are whole centimetres, partial edges are interpolated linearly, cutoffs are
inclusive, both ends of the edge that a point stands on are used, and two points on one edge are joined along it.
"""

from sharemap.reach.walks import (
    NearestCosts,
    PointCosts,
    Reach,
    between,
    from_frame,
    nearest,
    to_points,
    within,
)

__all__ = ["NearestCosts", "PointCosts", "Reach", "between", "from_frame", "nearest", "to_points", "within"]
