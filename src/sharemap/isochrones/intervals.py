"""Which parts of which edges are reached: the exact answer that polygons only draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.reach.costs import whole_cutoff

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sharemap.network import WalkNetwork
    from sharemap.reach import NearestCosts

__all__ = ["Origins", "Reached", "of_nearest", "reached", "reached_intervals"]

_CM = 100.0


@dataclass(frozen=True)
class Origins:
    """Where the walks of one or more zones begin, and the nodes that they reach.

    A zone is what one polygon is drawn for: a site, a place, a layer.

    Attributes
    ----------
    zone, node, cost_cm
        Zone, node and the cost of a walk to it, centimetres; a pair may come more than once.
    stops
        ``edge_id``, ``offset_m``, ``snap_m`` of the sites.
    stop_zone
        Zone of each stop.
    """

    zone: NDArray[np.int64]
    node: NDArray[np.int64]
    cost_cm: NDArray[np.int64]
    stops: pd.DataFrame
    stop_zone: NDArray[np.int64]


@dataclass(frozen=True)
class Reached:
    """Reached parts of edges and what is left of the cutoff at nodes, zone by zone.

    Attributes
    ----------
    zone, edge, start_m, stop_m
        Parts that are disjoint in a zone, sorted by zone, edge and start, in metres along the edge from its node
        ``u``.
    spare_m
        For each part the walk that is left where it is entered, metres.
    left_m
        For each part the walk that is left at its beginning and its end, metres: none where it is cut there.
    rate
        For each part how much of the walk a metre along it costs on the way to its beginning and to its end.
    whole, own
        For each part whether it is the entire edge, and whether a site of the zone stands on its edge.
    node_zone, node, node_spare_m
        Reached nodes, sorted by zone and node, and the walk that is left there, metres.
    """

    zone: NDArray[np.int64]
    edge: NDArray[np.int64]
    start_m: NDArray[np.float64]
    stop_m: NDArray[np.float64]
    spare_m: NDArray[np.float64]
    left_m: NDArray[np.float64]
    rate: NDArray[np.float64]
    whole: NDArray[np.bool_]
    own: NDArray[np.bool_]
    node_zone: NDArray[np.int64]
    node: NDArray[np.int64]
    node_spare_m: NDArray[np.float64]


def of_nearest(near: NearestCosts, stops: pd.DataFrame) -> Origins:
    """Return the origins of one zone, that of all the sites of `near`."""
    node = np.flatnonzero(near.cost_cm >= 0)
    nothing = np.zeros(len(node), dtype=np.int64)
    return Origins(
        nothing, node, near.cost_cm[node].astype(np.int64), stops, np.zeros(len(stops), dtype=np.int64)
    )


def reached_intervals(
    streets: WalkNetwork,
    near: NearestCosts,
    stops: pd.DataFrame,
    *,
    minutes: float,
) -> pd.DataFrame:
    """Return the exactly reached parts of edges.

    Parameters
    ----------
    streets
        The network that `near` was made on, turned round if it was then.
    near
        Result of :func:`sharemap.reach.nearest` for `stops`, with the same or a longer cutoff.
    stops
        ``edge_id``, ``offset_m``, ``snap_m``: they reach along their own edge without passing a node.
    minutes
        Inclusive.

    Returns
    -------
    ``edge_id``, ``from_m``, ``to_m`` (metres along the edge from its node ``u``), disjoint, sorted.
    """
    parts = reached(streets, of_nearest(near, stops), minutes)
    return pd.DataFrame({"edge_id": parts.edge, "from_m": parts.start_m, "to_m": parts.stop_m})


def reached(streets: WalkNetwork, origins: Origins, minutes: float) -> Reached:
    """Compute :class:`Reached` for a cutoff."""
    limit_cm = whole_cutoff(streets.profile.metres(minutes))
    within = origins.cost_cm <= limit_cm
    zone, node = origins.zone[within], origins.node[within]
    spare = limit_cm - origins.cost_cm[within]
    node_zone, node, spare = _most(zone, node, spare, len(streets.indptr))
    rows = np.concatenate(
        [
            _from_nodes(streets, (node_zone, node, spare)),
            _from_stops(streets, origins, limit_cm),
        ],
        axis=1,
    )
    rows = rows[:, rows[3] > rows[2]]
    zone, edge, start, stop, left = _merged(rows)
    return Reached(
        zone=zone,
        edge=edge,
        start_m=start / _CM,
        stop_m=stop / _CM,
        spare_m=left / _CM,
        left_m=_left_at_ends(streets, (zone, edge, start, stop), (node_zone, node, spare)) / _CM,
        rate=_rates(streets, edge),
        whole=(start <= 0) & (stop >= streets.edge_length_cm[edge]),
        own=_with_site(origins, zone, edge, len(streets.edge_u)),
        node_zone=node_zone,
        node=node,
        node_spare_m=spare / _CM,
    )


def _most(
    zone: NDArray[np.int64], item: NDArray[np.int64], spare: NDArray[np.int64], n_items: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Sort by zone and item; of equal pairs the most that is left."""
    if len(zone) == 0:
        return zone, item, spare
    key = zone * n_items + item
    order = np.lexsort((spare, key))
    last = np.append(np.diff(key[order]) > 0, True)
    kept = order[last]
    return zone[kept], item[kept], spare[kept]


def _from_nodes(
    streets: WalkNetwork, nodes: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Rows (zone, edge, start, stop, spare), centimetres, of what is entered from either end."""
    zone, node, spare = nodes
    degree = np.diff(streets.indptr)[node]
    source = np.repeat(np.arange(len(node)), degree)
    nth = np.arange(len(source)) - np.repeat(np.cumsum(degree) - degree, degree)
    edge = streets.csr_edge[streets.indptr[node][source] + nth].astype(np.int64)
    n_edges = len(streets.edge_u)
    lanes, lane = np.unique(zone[source] * n_edges + edge, return_inverse=True)
    left = np.full((2, len(lanes)), -1, dtype=np.int64)
    for end, ends in enumerate((streets.edge_u, streets.edge_v)):
        here = ends[edge] == node[source]  # of a loop, both
        left[end, lane[here]] = spare[source[here]]
    zone, edge = lanes // max(n_edges, 1), lanes % max(n_edges, 1)
    there, back = (
        cost[edge].astype(np.int64) for cost in (streets.edge_forward_cm, streets.edge_backward_cm)
    )
    return _entered((zone, edge), streets.edge_length_cm[edge].astype(np.float64), left, (there, back))


def _entered(
    lane: tuple[NDArray[np.int64], NDArray[np.int64]],
    length: NDArray[np.float64],
    left: NDArray[np.int64],
    ways: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> NDArray[np.float64]:
    there, back = ways
    from_u, from_v = np.where(there >= 0, left[0], -1), np.where(back >= 0, left[1], -1)
    # whole numbers: two walks that just meet do meet
    both = (from_u >= 0) & (from_v >= 0) & (from_u * back + from_v * there >= there * back)
    share_u, share_v = (
        np.minimum(np.divide(spare, cost, out=np.ones(len(cost)), where=cost > 0), 1.0)
        for spare, cost in ((from_u, there), (from_v, back))
    )
    zone, edge = lane
    zeros = np.zeros_like(length)
    by_u = np.array(
        [
            *(zone, edge, zeros),
            np.where(both, length, share_u * length),
            np.maximum(from_u, np.where(both, from_v, 0)),
        ]
    )
    by_v = np.array([zone, edge, length - share_v * length, length, from_v])
    return np.concatenate([by_u[:, from_u >= 0], by_v[:, (from_v >= 0) & ~both]], axis=1)


def _from_stops(streets: WalkNetwork, origins: Origins, limit_cm: int) -> NDArray[np.float64]:
    known = origins.stops["edge_id"].notna().to_numpy()
    on = origins.stops.loc[known]
    edge = on["edge_id"].to_numpy(dtype=np.int64)
    length = streets.edge_length_cm[edge].astype(np.float64)
    left = limit_cm - np.rint(on["snap_m"].to_numpy(dtype=np.float64) * _CM)
    offset = np.clip(np.rint(on["offset_m"].to_numpy(dtype=np.float64) * _CM), 0, length)
    ahead, behind = (
        np.divide(left * length, cost[edge], out=np.zeros_like(length), where=cost[edge] > 0)
        for cost in (streets.edge_forward_cm, streets.edge_backward_cm)
    )
    rows = np.array(
        [
            *(origins.stop_zone[known], edge),
            *(np.maximum(offset - behind, 0), np.minimum(offset + ahead, length), left),
        ]
    )
    return rows[:, left >= 0]


def _left_at_ends(
    streets: WalkNetwork,
    parts: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
    nodes: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
) -> NDArray[np.float64]:
    """Return what is left of the walk at the two ends of each part: that of the node, none at a cut."""
    zone, edge, start, stop = parts
    node_zone, node, spare = nodes
    left = np.zeros((len(edge), 2))
    if len(node) == 0:
        return left
    n_nodes = len(streets.indptr)
    known = node_zone * n_nodes + node
    ends = ((start <= 0, streets.edge_u), (stop >= streets.edge_length_cm[edge], streets.edge_v))
    for column, (uncut, end) in enumerate(ends):
        wanted = zone * n_nodes + end[edge]
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        left[:, column] = np.where(uncut & (known[at] == wanted), spare[at], 0)
    return left


def _with_site(
    origins: Origins, zone: NDArray[np.int64], edge: NDArray[np.int64], n_edges: int
) -> NDArray[np.bool_]:
    known = origins.stops["edge_id"].notna().to_numpy()
    site_edge = origins.stops.loc[known, "edge_id"].to_numpy(dtype=np.int64)
    return np.isin(zone * n_edges + edge, origins.stop_zone[known] * n_edges + site_edge)


def _rates(streets: WalkNetwork, edge: NDArray[np.int64]) -> NDArray[np.float64]:
    length = np.maximum(streets.edge_length_cm[edge].astype(np.float64), 0.5)
    # a way that is shut or free is as good as level: nobody walks it to its end
    ways = (cost[edge] for cost in (streets.edge_backward_cm, streets.edge_forward_cm))
    return np.column_stack([np.where(cost > 0, cost / length, 1.0) for cost in ways])


def _merged(
    rows: NDArray[np.float64],
) -> tuple[
    NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]
]:
    """Merge overlapping rows of an edge; sorted by zone, edge and start."""
    zone, edge, start, stop, left = rows[:, np.lexsort((rows[3], rows[2], rows[1], rows[0]))]
    if len(edge) == 0:
        return zone.astype(np.int64), edge.astype(np.int64), start, stop, left
    # edges laid end to end, so that one running maximum serves all
    change = np.zeros(len(edge))
    change[1:] = (np.diff(edge) != 0) | (np.diff(zone) != 0)
    lane = np.cumsum(change) * (stop.max() + 1.0)
    covered = np.maximum.accumulate(lane + stop)
    fresh = np.ones(len(edge), dtype=bool)
    fresh[1:] = (lane + start)[1:] > covered[:-1]
    first = np.flatnonzero(fresh)
    return (
        zone[first].astype(np.int64),
        edge[first].astype(np.int64),
        start[first],
        np.maximum.reduceat(stop, first),
        np.maximum.reduceat(left, first),
    )
