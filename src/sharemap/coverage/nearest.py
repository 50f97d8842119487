"""The nearest site of each layer however far it is: for gaps, for other cutoffs and for what is open at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap import reach
from sharemap.reach.costs import anchors_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sharemap.coverage.services import Services
    from sharemap.network import WalkNetwork
    from sharemap.reach import NearestCosts
    from sharemap.reach.costs import Anchors

__all__ = ["Nearest", "nearest_at_points"]

_CM = 100.0
_FARTHEST_M = 200_000.0  # no walk in a city and its surroundings is longer
_NO_WAY = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Nearest:
    """The nearest site of each layer (columns, in the order of the services) for each point (rows).

    Attributes
    ----------
    cost_m
        ``float64[n_points, n_layers]``, access legs included, inf where no site can be walked to.
    site_id
        ``object[n_points, n_layers]``, ``""`` where there is none; the first of equals.
    """

    cost_m: NDArray[np.float64]
    site_id: NDArray[Any]


def nearest_at_points(
    streets: WalkNetwork,
    stops_by_layer: Mapping[str, pd.DataFrame],
    points: pd.DataFrame,
    *,
    services: Services,
) -> Nearest:
    """Find for each demand point the nearest site of each layer, without a cutoff.

    Parameters
    ----------
    streets
        The network, with the profile to walk by; on slopes people walk to the sites.
    stops_by_layer
        ``site_id`` and the columns of :func:`sharemap.network.snap` for each layer; a layer that is not there
        has no sites.
    points
        Demand points with the columns of :func:`sharemap.network.snap`.
    services
        The layers of the columns.
    """
    asked = {key: stops_by_layer[key] for key in services.layers if key in stops_by_layer}
    minutes, towards = streets.profile.minutes(_FARTHEST_M), streets.reversed()
    at_nodes = reach.nearest_by_layer(towards, asked, minutes=minutes)
    target = anchors_of(towards, points)
    shape = (len(points), len(services.layers))
    cost_m, site_id = np.full(shape, np.inf), np.full(shape, "", dtype=object)
    for column, key in enumerate(services.layers):
        if key not in asked:
            continue
        cost, site = _through_nodes(streets, at_nodes[key], target)
        _along_edges(anchors_of(towards, asked[key]), target, cost, site)
        met = cost < _NO_WAY
        cost_m[met, column] = cost[met] / _CM
        site_id[met, column] = asked[key]["site_id"].to_numpy(dtype=object)[site[met]]
    return Nearest(cost_m, site_id)


def _through_nodes(
    streets: WalkNetwork, at_nodes: NearestCosts, target: Anchors
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return cost and site of the walks that come in over an end of the point's edge."""
    cost = np.full(len(target.edge), _NO_WAY)
    site = np.full(len(target.edge), -1, dtype=np.int64)
    on_edge = np.flatnonzero(target.edge >= 0)
    for end, nodes in enumerate((streets.edge_u, streets.edge_v)):
        node = nodes[target.edge[on_edge]]
        last = target.arrive[on_edge, end]
        walk = at_nodes.cost_cm[node].astype(np.int64) + last + target.access[on_edge]
        better = (at_nodes.cost_cm[node] >= 0) & (last >= 0)
        found = at_nodes.site[node]
        # equal walks: the first site, whichever end it comes in by
        better &= (walk < cost[on_edge]) | ((walk == cost[on_edge]) & (found < site[on_edge]))
        cost[on_edge[better]], site[on_edge[better]] = walk[better], found[better]
    return cost, site


def _along_edges(source: Anchors, target: Anchors, cost: NDArray[np.int64], site: NDArray[np.int64]) -> None:
    """Let the sites on the point's own edge come along it, in place."""
    here = pd.DataFrame({"edge": target.edge, "point": np.arange(len(target.edge))}).query("edge >= 0")
    there = pd.DataFrame({"edge": source.edge, "site": np.arange(len(source.edge))}).query("edge >= 0")
    pairs = here.merge(there, on="edge")
    point, origin = pairs["point"].to_numpy(), pairs["site"].to_numpy()
    begin, end = np.take(source.at, origin), np.take(target.at, point)
    ahead = target.along[point, 0].astype(np.int64) - source.along[origin, 0]
    back = source.along[origin, 1].astype(np.int64) - target.along[point, 1]
    way = np.where(begin < end, ahead, np.where(begin > end, back, 0))
    # a stretch lies on one edge: its direction is open for both of its ends or for neither
    shut = (begin != end) & (target.along[point, np.where(begin < end, 0, 1)] < 0)
    walk = np.where(shut, _NO_WAY, way + source.access[origin] + target.access[point])
    order = np.lexsort((origin, walk, point))
    first = order[np.unique(point[order], return_index=True)[1]]
    at = point[first]
    better = (walk[first] < cost[at]) | ((walk[first] == cost[at]) & (origin[first] < site[at]))
    better &= walk[first] < _NO_WAY
    cost[at[better]], site[at[better]] = walk[first][better], origin[first][better]
