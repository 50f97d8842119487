"""Streets and stops as the arrays that the kernel takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sharemap.errors import GeometryError
from sharemap.reach.yards import open_steps, with_doors
from sharemap.units import whole_cm

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from sharemap.network import WalkNetwork

__all__ = [
    "Anchors",
    "anchors_of",
    "entries_of",
    "graph_of",
    "seeds_of",
    "whole_cutoff",
]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_CM = 100.0
_IMPASSABLE = -1
_LONGEST_CM = 2**30
_FAR = 2**31 - 1


@dataclass(frozen=True)
class Anchors:
    """Where points meet the network.

    Attributes
    ----------
    edge
        ``int32[n]``, -1 where there is none that can be walked.
    at
        How far along the edge from ``u``, whole centimetres of length.
    along
        ``int32[n, 2]``, cost of the part between ``u`` and the point, walked from ``u`` and walked towards ``u``;
        -1 where that direction of the edge cannot be walked.
    leave, arrive
        ``int32[n, 2]``, cost from the point to ``u`` and ``v``, and from ``u`` and ``v`` to the point; -1 where
        that cannot be walked. Who stands at an end of the edge is there, whatever its directions.
    access
        Access leg.
    """

    edge: Int32
    at: Int32
    along: Int32
    leave: Int32
    arrive: Int32
    access: Int32


def whole_cutoff(metres: float) -> int:
    """Whole centimetres of a cutoff, rounded down: nothing beyond it is within.

    Examples
    --------
    1,125 m stays 112,500 cm although 15 * 4.5 / 0.06 is a float:

    >>> whole_cutoff(15 * 4.5 / 0.06)
    112500
    """
    if not 0 <= metres * _CM <= _LONGEST_CM:
        msg = "a cutoff must be a walk of no less than nothing and no more than 10,000 km"
        raise GeometryError(msg, value=metres, remedy="give positive minutes, for example 15")
    return int(np.floor(round(metres * _CM, 6)))


def graph_of(streets: WalkNetwork) -> tuple[Int32, Int32]:
    """Return the graph as the kernel takes it: starts, and (neighbour, cost) packed side by side.

    A step is one cache line away from its cost; what cannot be walked is left out.
    """
    cost = streets.csr_cost_cm
    if streets.slopes is None and not streets.edge_ends_only.any():
        return _packed(streets.indptr, streets.indices, cost)
    passable = open_steps(streets)
    before = np.zeros(len(cost) + 1, dtype=np.int64)
    np.cumsum(passable, out=before[1:])
    return _packed(before[streets.indptr], streets.indices[passable], cost[passable])


def entries_of(streets: WalkNetwork) -> tuple[Int32, Int32]:
    """Return which edges begin or end at each node, and which of the two (0: ``u``, 1: ``v``)."""
    return _packed(streets.indptr, streets.csr_edge, ~streets.csr_forward)


def anchors_of(streets: WalkNetwork, stops: pd.DataFrame) -> Anchors:
    """Return where stops meet the network and what the parts of their edges cost.

    Raises
    ------
    GeometryError
        If a column is missing, a stop stands on an edge that is not there, beyond its end, or its offset or access
        leg is not a length.
    """
    if missing := {"edge_id", "offset_m", "snap_m"} - set(stops.columns):
        msg = "the stops lack a column"
        raise GeometryError(msg, column=", ".join(sorted(missing)), remedy="use the table of network.snap")
    n_edges = len(streets.edge_u)
    edge = _edges(stops, n_edges)
    on_edge = edge >= 0
    offset, access = (_lengths(stops, name, on_edge) for name in ("offset_m", "snap_m"))
    if not n_edges:
        none = np.full((len(edge), 2), _IMPASSABLE, dtype=np.int32)
        return Anchors(none[:, 0], none[:, 0], none, none, none, whole_cm(access))
    length = np.where(on_edge, streets.edge_length_cm[edge], 0) / _CM
    beyond = offset > length + 1 / _CM
    if beyond.any():
        at = int(np.argmax(beyond))
        msg = f"a stop stands beyond the end of its edge of {length[at]:g} m"
        raise GeometryError(msg, row=at, column="offset_m", value=float(offset[at]), remedy="snap again")
    share = np.divide(offset, length, out=np.zeros_like(offset), where=length > 0).clip(0.0, 1.0)
    forward, backward = (
        np.where(on_edge, cost[edge], _IMPASSABLE).astype(np.int32)
        for cost in (streets.edge_forward_cm, streets.edge_backward_cm)
    )
    from_u, to_u = (np.rint(np.maximum(cost, 0) * share).astype(np.int32) for cost in (forward, backward))
    known = (forward >= 0) | (backward >= 0)
    return Anchors(
        edge=np.where(known, edge, -1).astype(np.int32),
        at=whole_cm(share * length),
        along=_where_open((forward, from_u), (backward, to_u)),
        leave=_where_open((backward, to_u), (forward, forward - from_u), at_end=(share == 0, share == 1)),
        arrive=_where_open((forward, from_u), (backward, backward - to_u), at_end=(share == 0, share == 1)),
        access=whole_cm(access),
    )


def seeds_of(streets: WalkNetwork, anchors: Anchors) -> tuple[Int32, Int32]:
    """Return the nodes where walks begin and what it costs to get there; node -1 is no way out.

    They are both ends of the edge that each point stands on and, where that is open only for walks that begin or end
    there, the doors of its yard.
    """
    if not len(streets.edge_u):
        return np.full((len(anchors.edge), 2), -1, dtype=np.int32), np.zeros(
            (len(anchors.edge), 2), dtype=np.int32
        )
    nodes = np.column_stack([streets.edge_u[anchors.edge], streets.edge_v[anchors.edge]])
    cost = np.minimum(anchors.leave.astype(np.int64) + anchors.access[:, None], _FAR)
    nodes[(anchors.leave < 0) | (anchors.edge < 0)[:, None]] = -1
    seeds = np.array(nodes, dtype=np.int32, order="C"), np.array(cost, dtype=np.int32, order="C")
    return with_doors(streets, anchors.edge, seeds) if streets.edge_ends_only.any() else seeds


def _where_open(
    *parts: tuple[Int32, Int32], at_end: Iterable[npt.NDArray[np.bool_] | bool] = (False, False)
) -> Int32:
    """Return the columns of (cost of the whole direction, cost of its part), -1 where it is shut."""
    columns = [
        np.where(whole >= 0, part, np.where(end, 0, _IMPASSABLE))
        for (whole, part), end in zip(parts, at_end, strict=True)
    ]
    return np.array(np.column_stack(columns), dtype=np.int32, order="C")


def _packed(
    starts: npt.NDArray[np.integer], first: npt.NDArray[np.integer], second: npt.NDArray[np.generic]
) -> tuple[Int32, Int32]:
    # always fresh and writeable: compiled code is kept for one type of array, and mapped files are read-only
    pairs = np.empty((len(first), 2), dtype=np.int32)
    pairs[:, 0], pairs[:, 1] = first, second
    return np.array(starts, dtype=np.int32), pairs


def _edges(stops: pd.DataFrame, n_edges: int) -> Int64:
    """Return the edge of each stop, -1 where there is none."""
    edge = np.asarray(stops["edge_id"].astype("Int64").fillna(-1), dtype=np.int64)
    wrong = (edge >= n_edges) | (edge < -1)
    if wrong.any():
        at = int(np.argmax(wrong))
        msg = "a stop stands on an edge that is not there"
        value = int(edge[at])
        raise GeometryError(msg, row=at, column="edge_id", value=value, remedy="snap again on this network")
    return edge


def _lengths(stops: pd.DataFrame, name: str, on_edge: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    values = stops[name].to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = on_edge & ~((values >= 0) & (values * _CM <= _LONGEST_CM))
    if wrong.any():
        at = int(np.argmax(wrong))
        msg = "a stop stands on an edge but its place on it is no length"
        raise GeometryError(msg, row=at, column=name, value=float(values[at]), remedy="snap again")
    return np.where(on_edge, values, 0.0)
