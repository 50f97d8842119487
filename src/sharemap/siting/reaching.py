"""Which homes reach which candidates: walks of some homes at a time, so that the pairs of a city need no memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sharemap import reach
from sharemap.errors import GeometryError
from sharemap.reach.costs import anchors_of, seeds_of, whole_cutoff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sharemap.network import WalkNetwork

__all__ = ["Reaching", "gains", "whole_weights"]

Int64 = npt.NDArray[np.int64]
Homes = npt.NDArray[np.intp]

#: Pairs of home and corner that a batch is to have, about 50 MB; the next batch is cut to what the last one had.
_PAIRS = 4_000_000
_FIRST_BATCH = 512
_LARGEST_BATCH = 4096
#: Sums of weights are made in floats that hold whole numbers exactly up to here.
_MOST = 2**53
_FAR = 2**31 - 1


def gains(
    streets: WalkNetwork, homes: pd.DataFrame, candidates: pd.DataFrame, *, weights: Int64, minutes: float
) -> Int64:
    """Return what one site at each candidate would reach, if it were the only one.

    Parameters
    ----------
    streets
        The network, with the profile to walk by; on slopes residents walk to the site.
    homes
        The columns of :func:`sharemap.network.snap`, one row a home; who meets no street is reached by nobody.
    candidates
        The same columns; with ``node_id`` (see :func:`corners`) walks end at the nodes, which is quicker.
    weights
        Whole numbers, none of them negative, one for each home, or a row of them for each of several questions; what
        is served already weighs nothing.
    minutes
        Inclusive.

    Returns
    -------
    For each candidate the sum of the weights of the homes that reach it; for several questions a row of them each.

    Raises
    ------
    GeometryError
        If the weights are not whole numbers of these homes, or as :func:`sharemap.reach.within`.

    Examples
    --------
    Homes of 3 and 5 people at the ends of a street of 1,500 m, and candidates there and in the middle:

    >>> import geopandas as gpd, numpy as np, pandas as pd
    >>> from shapely import LineString
    >>> from sharemap import network
    >>> street = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1500, 0)])], crs="EPSG:5179")
    >>> streets = network.from_lines(street)
    >>> homes = pd.DataFrame({"edge_id": 0, "offset_m": [0.0, 1500.0], "snap_m": 0.0})
    >>> candidates = pd.DataFrame({"edge_id": 0, "offset_m": [0.0, 750.0, 1500.0], "snap_m": 0.0})
    >>> gains(streets, homes, candidates, weights=np.array([3, 5]), minutes=15).tolist()
    [3, 8, 5]
    """
    weights = whole_weights(weights, len(homes))
    found = Reaching.of(streets, homes, candidates, minutes).gains(np.atleast_2d(weights))
    return found[0] if weights.ndim == 1 else found


def whole_weights(weights: Int64, n_homes: int) -> Int64:
    """Return the weights, once it is known that they are some.

    Raises
    ------
    GeometryError
        If they are not.
    """
    weights = np.asarray(weights)
    whole = np.issubdtype(weights.dtype, np.integer) and weights.ndim in {1, 2}
    if (
        not whole
        or weights.shape[-1] != n_homes
        or (weights.size and (weights.min() < 0 or weights.sum(axis=-1, dtype=float).max() >= _MOST))
    ):
        msg = "the weights are not whole numbers of the homes"
        raise GeometryError(
            msg,
            value=(weights.dtype.name, weights.shape),
            remedy="give one number of 0 or more for each home",
        )
    return weights.astype(np.int64, copy=False)


@dataclass(frozen=True)
class Reaching:
    """Homes, candidates and the walks between them."""

    streets: WalkNetwork
    homes: pd.DataFrame
    candidates: pd.DataFrame
    minutes: float

    @classmethod
    def of(
        cls, streets: WalkNetwork, homes: pd.DataFrame, candidates: pd.DataFrame, minutes: float
    ) -> Reaching:
        """Return the walks of tables that may have other columns too: rows of fewer columns are taken sooner."""
        at_nodes = ["node_id"] if "node_id" in candidates else []
        return cls(streets, _plain(homes, []), _plain(candidates, at_nodes), minutes)

    def gains(self, weights: Int64) -> Int64:
        """Return the sums of the weights (questions in rows, homes in columns) for each candidate, in rows."""
        total = np.zeros((len(weights), len(self.candidates)), dtype=np.int64)
        for home, candidate in self._pairs(np.flatnonzero(weights.any(axis=0))):
            for row, own in enumerate(weights):
                weight = own[home]
                met = weight > 0
                # floats hold these whole numbers exactly: see whole_weights
                summed = np.bincount(candidate[met], weights=weight[met], minlength=total.shape[1])
                total[row] += summed.astype(np.int64)
        return total

    def of_candidates(self, candidates: Int64) -> list[Homes]:
        """Return the homes that reach each of some candidates: the same walks, begun at the other end."""
        towards = self.streets.reversed()
        stops = self.candidates.iloc[candidates].assign(site_id=np.arange(len(candidates)))
        reached = reach.within(towards, stops, minutes=self.minutes)
        if self._at_node is None:
            pairs = reach.to_points(towards, reached, stops, self.homes)
            return [pairs.point[pairs.site == site] for site in range(len(candidates))]
        return [
            self._through_ends(reached.node[begin:end], reached.cost_cm[begin:end], reached.cutoff_m)
            for begin, end in pairwise(reached.indptr)
        ]

    def _through_ends(
        self, node: npt.NDArray[np.int32], cost_cm: npt.NDArray[np.int32], cutoff_m: float
    ) -> Homes:
        """Return the homes that reach a corner: who walks there comes over an end of the own street."""
        cost = np.full(len(self.streets.nodes) + 1, _FAR, dtype=np.int64)
        cost[node] = cost_cm
        ends, leave = self._doors
        return np.flatnonzero((cost[ends] + leave).min(axis=1) <= whole_cutoff(cutoff_m))

    def _pairs(self, homes: Homes) -> Iterator[tuple[Homes, npt.NDArray[np.int32]]]:
        """Return the pairs of some homes and all candidates, a batch of homes at a time."""
        homes, size = self._along_streets(homes), _FIRST_BATCH
        while len(homes):
            part, homes = homes[:size], homes[size:]
            stops = self.homes.iloc[part].assign(site_id=part)
            reached = reach.within(self.streets, stops, minutes=self.minutes)
            size = int(np.clip(len(part) * _PAIRS / max(len(reached.node), 1), 1, _LARGEST_BATCH))
            if self._at_node is None:
                found = reach.to_points(self.streets, reached, stops, self.candidates)
                yield part[found.site], found.point
                continue
            candidate = self._at_node[reached.node]
            met = candidate >= 0
            yield np.repeat(part, np.diff(reached.indptr))[met], candidate[met]

    def _along_streets(self, homes: Homes) -> Homes:
        """Return the homes that meet a street, in the order of the streets: neighbours follow each other."""
        edge = self.homes["edge_id"].to_numpy()[homes]
        return homes[np.argsort(edge, kind="stable")][np.count_nonzero(edge < 0) :]

    @cached_property
    def _doors(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """The nodes at both ends of the street of each home (-1: no way out) and what it costs to get there."""
        return seeds_of(self.streets, anchors_of(self.streets, self.homes))

    @cached_property
    def _at_node(self) -> npt.NDArray[np.int32] | None:
        """The candidate at each node, -1 where there is none; nothing where candidates stand anywhere."""
        if "node_id" not in self.candidates:
            return None
        found = np.full(len(self.streets.nodes), -1, dtype=np.int32)
        found[self.candidates["node_id"].to_numpy()] = np.arange(len(self.candidates))
        return found


def _plain(points: pd.DataFrame, more: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "edge_id": points["edge_id"].astype("Int64").fillna(-1).to_numpy(dtype=np.int64),
            **{name: points[name].to_numpy() for name in ("offset_m", "snap_m", *more)},
        }
    )
