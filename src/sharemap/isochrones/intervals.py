"""Which parts of which edges are reached: the exact answer that polygons only draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sharemap.network import WalkNetwork
    from sharemap.reach import NearestCosts

__all__ = ["Reached", "cutoff_cm", "reached", "reached_intervals"]

_CM = 100.0


@dataclass(frozen=True)
class Reached:
    """Reached parts of edges and what is left of the cutoff at nodes.

    Attributes
    ----------
    edge, start_m, stop_m
        Disjoint reached parts, sorted by edge and start, in metres along the edge from its node ``u``.
    spare_m
        For each part the walk that is left where it is entered, metres.
    whole
        For each part whether it is the entire edge.
    node_spare_m
        For each node the walk that is left there, metres; negative where it is not reached.
    """

    edge: NDArray[np.int64]
    start_m: NDArray[np.float64]
    stop_m: NDArray[np.float64]
    spare_m: NDArray[np.float64]
    whole: NDArray[np.bool_]
    node_spare_m: NDArray[np.float64]


def cutoff_cm(streets: WalkNetwork, minutes: float) -> int:
    """Whole centimetres walked in some minutes, rounded down as the kernel does."""
    return int(np.floor(round(streets.profile.metres(minutes) * _CM, 6)))


def reached_intervals(
    streets: WalkNetwork, near: NearestCosts, stops: pd.DataFrame, *, minutes: float
) -> pd.DataFrame:
    """Return the exactly reached parts of edges.

    Parameters
    ----------
    streets
        The network the costs were computed on.
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
    parts = reached(streets, near, stops, cutoff_cm(streets, minutes))
    return pd.DataFrame({"edge_id": parts.edge, "from_m": parts.start_m, "to_m": parts.stop_m})


def reached(streets: WalkNetwork, near: NearestCosts, stops: pd.DataFrame, limit_cm: int) -> Reached:
    """Compute :class:`Reached` for a cutoff in centimetres."""
    spare = np.where(
        (near.cost_cm >= 0) & (near.cost_cm <= limit_cm), limit_cm - near.cost_cm.astype(np.int64), -1
    )
    rows = np.concatenate([_from_nodes(streets, spare), _from_stops(streets, stops, limit_cm)], axis=1)
    rows = rows[:, rows[2] > rows[1]]
    edge, start, stop, left = _merged(rows)
    return Reached(
        edge=edge,
        start_m=start / _CM,
        stop_m=stop / _CM,
        spare_m=left / _CM,
        whole=(start <= 0) & (stop >= streets.edge_length_cm[edge]),
        node_spare_m=spare / _CM,
    )


def _from_nodes(streets: WalkNetwork, spare: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rows (edge, start, stop, spare), centimetres, of what is entered from either end."""
    cost, length = streets.edge_cost_cm.astype(np.float64), streets.edge_length_cm.astype(np.float64)
    edges = np.arange(len(cost), dtype=np.float64)
    from_u = np.where(cost >= 0, spare[streets.edge_u], -1).astype(np.float64)
    from_v = np.where(cost >= 0, spare[streets.edge_v], -1).astype(np.float64)
    through = (from_u >= 0) & (from_v >= 0) & (from_u + from_v >= cost)
    share_u = np.minimum(np.divide(from_u, cost, out=np.ones_like(cost), where=cost > 0), 1.0)
    share_v = np.minimum(np.divide(from_v, cost, out=np.ones_like(cost), where=cost > 0), 1.0)
    by_u = np.array(
        [
            edges,
            np.zeros_like(length),
            np.where(through, length, share_u * length),
            np.maximum(from_u, np.where(through, from_v, 0)),
        ]
    )
    by_v = np.array([edges, length - share_v * length, length, from_v])
    return np.concatenate([by_u[:, from_u >= 0], by_v[:, (from_v >= 0) & ~through]], axis=1)


def _from_stops(streets: WalkNetwork, stops: pd.DataFrame, limit_cm: int) -> NDArray[np.float64]:
    on = stops.loc[stops["edge_id"].notna()]
    edge = on["edge_id"].to_numpy(dtype=np.int64)
    length = streets.edge_length_cm[edge].astype(np.float64)
    cost = streets.edge_cost_cm[edge].astype(np.float64)
    left = limit_cm - np.rint(on["snap_m"].to_numpy(dtype=np.float64) * _CM)
    offset = np.clip(np.rint(on["offset_m"].to_numpy(dtype=np.float64) * _CM), 0, length)
    far = np.divide(left * length, cost, out=np.zeros_like(length), where=cost > 0)
    rows = np.array([edge, np.maximum(offset - far, 0), np.minimum(offset + far, length), left])
    return rows[:, (left >= 0) & (cost >= 0)]


def _merged(
    rows: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Merge overlapping rows of an edge; sorted by edge and start."""
    edge, start, stop, left = rows[:, np.lexsort((rows[2], rows[1], rows[0]))]
    if len(edge) == 0:
        return edge.astype(np.int64), start, stop, left
    # edges laid end to end, so that one running maximum serves all
    lane = edge * (stop.max() + 1.0)
    covered = np.maximum.accumulate(lane + stop)
    fresh = np.ones(len(edge), dtype=bool)
    fresh[1:] = (lane + start)[1:] > covered[:-1]
    first = np.flatnonzero(fresh)
    return (
        edge[first].astype(np.int64),
        start[first],
        np.maximum.reduceat(stop, first),
        np.maximum.reduceat(left, first),
    )
