"""The walking network as one frozen type with checked invariants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sharemap.errors import GeometryError
from sharemap.schema import check
from sharemap.units import STANDARD, WalkProfile, whole_cm

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import networkx as nx

__all__ = ["WalkNetwork"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_CM = 100.0
_IMPASSABLE = -1


@dataclass(frozen=True)
class WalkNetwork:
    """Streets that can be walked, with their costs for one walking profile.

    Attributes
    ----------
    nodes
        Table ``nodes`` of :mod:`sharemap.schema`; row ``i`` is node ``i``.
    edges
        Table ``edges``; row ``i`` is edge ``i``; each LineString runs from node ``u`` to node ``v``. Undirected.
        Parallel edges, loops and zero-length edges are allowed.
    profile
        The walking profile of ``cost_m`` and ``component``. :meth:`with_profile` gives another view.
    report
        Plain figures on how the network was made: kilometres kept and dropped by class, islands.

    Notes
    -----
    Costs are whole centimetres, so that sums are exact whatever their order; ``length_m`` and ``cost_m`` are
    the same numbers in metres.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    profile: WalkProfile = STANDARD
    report: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", check(self.nodes, "nodes"))
        object.__setattr__(self, "edges", check(self.edges, "edges"))
        for name, column in (("nodes", "node_id"), ("edges", "edge_id")):
            ids = getattr(self, name)[column].to_numpy()
            if not np.array_equal(ids, np.arange(len(ids))):
                msg = f"{column} must run from 0 in the order of the rows"
                raise GeometryError(
                    msg, value=ids[:5].tolist(), remedy="build the network with sharemap.network"
                )
        ends = np.concatenate([self.edge_u, self.edge_v])
        if len(ends) and not (ends.min() >= 0 and ends.max() < len(self.nodes)):
            msg = "an edge ends at a node that is not there"
            raise GeometryError(
                msg, value=int(ends.max()), remedy="nodes and edges must come from the same run"
            )

    @cached_property
    def edge_u(self) -> Int32:
        """Node where each edge begins."""
        return self.edges["u"].to_numpy(dtype=np.int32)

    @cached_property
    def edge_v(self) -> Int32:
        """Node where each edge ends."""
        return self.edges["v"].to_numpy(dtype=np.int32)

    @cached_property
    def edge_length_cm(self) -> Int32:
        """Length of each edge in whole centimetres."""
        return whole_cm(self.edges["length_m"])

    @cached_property
    def edge_cost_cm(self) -> Int32:
        """Cost of each edge for the profile in whole centimetres; -1 where it cannot be used."""
        cost = self.edges["cost_m"].to_numpy(dtype=np.float64)
        return whole_cm(np.where(np.isnan(cost), _IMPASSABLE / _CM, cost))

    @cached_property
    def _csr(self) -> tuple[Int64, Int32, Int32, Int32]:
        open_edges = np.flatnonzero(self.edge_cost_cm >= 0).astype(np.int32)
        u, v = self.edge_u[open_edges], self.edge_v[open_edges]
        tails, heads = np.concatenate([u, v]), np.concatenate([v, u])
        edge = np.concatenate([open_edges, open_edges])
        order = np.lexsort((edge, heads, tails))
        indptr = np.zeros(len(self.nodes) + 1, dtype=np.int64)
        np.cumsum(np.bincount(tails, minlength=len(self.nodes)), out=indptr[1:])
        return indptr, heads[order], self.edge_cost_cm[edge[order]], edge[order]

    @property
    def indptr(self) -> Int64:
        """CSR row starts: neighbours of node ``i`` are ``indptr[i]:indptr[i + 1]``."""
        return self._csr[0]

    @property
    def indices(self) -> Int32:
        """CSR neighbours."""
        return self._csr[1]

    @property
    def csr_cost_cm(self) -> Int32:
        """Cost of the step to each CSR neighbour, centimetres."""
        return self._csr[2]

    @property
    def csr_edge(self) -> Int32:
        """Edge that leads to each CSR neighbour."""
        return self._csr[3]

    def with_profile(self, profile: WalkProfile) -> WalkNetwork:
        """Return the same streets with the costs and components of another walking profile."""
        return replace(self, edges=priced(self.edges, len(self.nodes), profile), profile=profile)

    def to_networkx(self) -> nx.MultiGraph:
        """Return a networkx MultiGraph with ``length_m``, ``cost_m`` and ``edge_id`` on its edges.

        Impassable edges are left out. Meant for checks and for other people's tools, not for our own work.
        """
        import networkx as nx

        graph = nx.MultiGraph(crs=self.nodes.crs)
        graph.add_nodes_from(
            (node, {"x": x, "y": y})
            for node, x, y in zip(
                self.nodes["node_id"], self.nodes.geometry.x, self.nodes.geometry.y, strict=True
            )
        )
        passable = self.edges.loc[self.edges["cost_m"].notna(), ["u", "v", "edge_id", "length_m", "cost_m"]]
        graph.add_edges_from(
            (u, v, edge, {"edge_id": edge, "length_m": length, "cost_m": cost})
            for u, v, edge, length, cost in passable.itertuples(index=False)
        )
        return graph


def priced(edges: gpd.GeoDataFrame, n_nodes: int, profile: WalkProfile) -> gpd.GeoDataFrame:
    """Return edges with ``cost_m`` and ``component`` for a profile; component 0 is the longest."""
    steps = edges["steps"].to_numpy(dtype=bool)
    length = edges["length_m"].to_numpy(dtype=np.float64)
    factor = np.nan if profile.steps_factor is None else profile.steps_factor
    cost = np.where(steps, np.rint(length * factor * _CM) / _CM, length)
    return edges.assign(cost_m=cost, component=_components(edges, n_nodes, ~np.isnan(cost)))


def _components(edges: gpd.GeoDataFrame, n_nodes: int, passable: npt.NDArray[np.bool_]) -> Int64:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    u, v = edges["u"].to_numpy()[passable], edges["v"].to_numpy()[passable]
    graph = coo_array((np.ones(len(u), dtype=np.int8), (u, v)), shape=(n_nodes, n_nodes))
    _, label = connected_components(graph, directed=False)
    component = np.full(len(edges), _IMPASSABLE, dtype=np.int64)
    if not len(u):
        return component
    lengths = pd.Series(edges["length_m"].to_numpy()[passable]).groupby(label[u]).sum()
    ranked = lengths.sort_values(ascending=False, kind="stable").index
    rank = pd.Series(np.arange(len(ranked)), index=ranked)
    component[passable] = rank.reindex(label[u]).to_numpy()
    return component
