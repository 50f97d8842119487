"""What the walks give back: frozen results of arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from sharemap.units import WalkProfile

__all__ = ["NearestCosts", "PointCosts", "Reach", "SiteCounts"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_CM = 100.0


@dataclass(frozen=True)
class Reach:
    """All (site, node) pairs with a walk within the cutoff.

    Attributes
    ----------
    site_ids
        Text, one a site, in the order of the stops.
    indptr
        ``int64[n_sites + 1]``; site ``i`` reaches ``node[indptr[i]:indptr[i + 1]]``.
    node, cost_cm
        ``int32``, nodes and the cost of the shortest walk to them, access leg included, centimetres.
    cutoff_m
        Inclusive, metres.
    profile
        The walking profile of the costs.
    """

    site_ids: npt.NDArray[Any]
    indptr: Int64
    node: Int32
    cost_cm: Int32
    cutoff_m: float
    profile: WalkProfile

    def frame(self) -> pd.DataFrame:
        """Return the pairs as table ``reach``, in the order of sites, then nodes."""
        row = np.repeat(np.arange(len(self.site_ids)), np.diff(self.indptr))
        order = np.lexsort((self.node, row))
        site = pd.Categorical.from_codes(row[order], categories=pd.Index(self.site_ids, dtype=object))
        return pd.DataFrame(
            {
                "site_id": site,
                "node_id": self.node[order].astype(np.int64),
                "cost_m": self.cost_cm[order] / _CM,
            }
        )


@dataclass(frozen=True)
class PointCosts:
    """All (point, site) pairs with a walk within the cutoff, both access legs included.

    Attributes
    ----------
    cutoff_m
        Inclusive, metres.
    profile
        The walking profile of the costs.
    n_points
        Number of points asked for, reached or not.
    site_ids
        Text, one a site.
    point, site
        ``int32[k]``, positions of the points and sites of each pair, sorted by point, then site.
    cost_m
        ``float64[k]``, cost of the shortest walk in metres.
    """

    cutoff_m: float
    profile: WalkProfile
    n_points: int
    site_ids: npt.NDArray[Any]
    point: Int32
    site: Int32
    cost_m: npt.NDArray[np.float64]


@dataclass(frozen=True)
class NearestCosts:
    """For each node the nearest of many sites.

    Attributes
    ----------
    cost_cm
        ``int32[n_nodes]``, -1 where no site is within the cutoff.
    site
        ``int32[n_nodes]``, position of that site, -1 where there is none; the lowest of equals.
    cutoff_m
        Inclusive, metres.
    """

    cost_cm: Int32
    site: Int32
    cutoff_m: float


@dataclass(frozen=True)
class SiteCounts:
    """For each layer and node, how many sites of the layer are within the cutoff.

    Attributes
    ----------
    layers
        Keys of the layers, in the order in which they were given.
    count
        ``int32[n_layers, n_nodes]``.
    cutoff_m
        Inclusive, metres.
    """

    layers: tuple[str, ...]
    count: Int32
    cutoff_m: float
