"""The walking network as one frozen type with checked invariants."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sharemap.crs import refuse_other
from sharemap.errors import GeometryError
from sharemap.network.islands import walked
from sharemap.network.pricing import factors, on_slopes, priced
from sharemap.schema import check
from sharemap.units import STANDARD, WalkProfile, whole_cm

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import networkx as nx
    import pandas as pd
    from pyproj import CRS

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
    slopes
        Where there and back differ: ``forward`` and ``backward`` of table ``slopes``, how much dearer each edge is
        from ``u`` to ``v`` and from ``v`` to ``u`` than on the flat; infinite where that cannot be walked. ``None``
        is flat.

    Raises
    ------
    GeometryError
        If nodes, edges and slopes are not of one network.

    Notes
    -----
    Costs are whole centimetres, so that sums are exact whatever their order; ``length_m`` and ``cost_m`` are
    the same numbers in metres. ``cost_m`` is that of the flat street, slopes or not.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    profile: WalkProfile = STANDARD
    report: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    slopes: pd.DataFrame | None = None

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
        refuse_other(self.edges.crs, "the edges", self.nodes.crs, "the nodes")
        ends = np.concatenate([self.edge_u, self.edge_v])
        if len(ends) and not (ends.min() >= 0 and ends.max() < len(self.nodes)):
            msg = "an edge ends at a node that is not there"
            raise GeometryError(
                msg, value=int(ends.max()), remedy="nodes and edges must come from the same run"
            )
        if self.slopes is not None:
            object.__setattr__(self, "slopes", factors(self.slopes, len(self.edges)))

    @property
    def crs(self) -> CRS:
        """The projected CRS in metres that nodes and edges are in."""
        return self.nodes.crs

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
        """Cost of each edge for the profile on the flat, in whole centimetres; -1 where it cannot be used."""
        cost = self.edges["cost_m"].to_numpy(dtype=np.float64)
        return whole_cm(np.where(np.isnan(cost), _IMPASSABLE / _CM, cost))

    @cached_property
    def walked(self) -> npt.NDArray[np.bool_]:
        """Whether each edge is of a piece that is walked, and no island (:func:`sharemap.network.islands.walked`)."""
        return walked(self.edges)

    @cached_property
    def joined(self) -> npt.NDArray[np.bool_]:
        """Whether points may join each edge: it is of a piece that is walked, and neither a tunnel nor a bridge."""
        covered = (self.edges["tunnel"] | self.edges["bridge"]).to_numpy(dtype=bool)
        return np.asarray(self.walked & ~covered)

    @cached_property
    def edge_ends_only(self) -> npt.NDArray[np.bool_]:
        """Whether each edge is open only for walks that begin or end on it, or beyond it on others of the kind."""
        return self.edges["ends_only"].to_numpy(dtype=bool)

    @cached_property
    def _there_and_back(self) -> tuple[Int32, Int32]:
        if self.slopes is None:
            return self.edge_cost_cm, self.edge_cost_cm
        return on_slopes(self.edge_cost_cm, self.edge_length_cm, self.slopes)

    @property
    def edge_forward_cm(self) -> Int32:
        """Cost of each edge from its node ``u`` to ``v``; -1 where that cannot be walked."""
        return self._there_and_back[0]

    @property
    def edge_backward_cm(self) -> Int32:
        """Cost of each edge from its node ``v`` to ``u``; on the flat the same array."""
        return self._there_and_back[1]

    @cached_property
    def _csr(self) -> tuple[Int64, Int32, Int32, Int32]:
        open_edges = np.flatnonzero(self.edge_cost_cm >= 0).astype(np.int32)
        u, v = self.edge_u[open_edges], self.edge_v[open_edges]
        tails, heads = np.concatenate([u, v]), np.concatenate([v, u])
        edge = np.concatenate([open_edges, open_edges])
        order = np.lexsort((edge, heads, tails))
        indptr = np.zeros(len(self.nodes) + 1, dtype=np.int64)
        np.cumsum(np.bincount(tails, minlength=len(self.nodes)), out=indptr[1:])
        edge = edge[order]
        cost = self.edge_forward_cm[edge]
        if self.slopes is not None:
            cost = np.where(order < len(open_edges), cost, self.edge_backward_cm[edge])
        return indptr, heads[order], cost, edge

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
        """Cost of the step to each CSR neighbour, centimetres; -1 where slopes shut this direction."""
        return self._csr[2]

    @property
    def csr_edge(self) -> Int32:
        """Edge that leads to each CSR neighbour."""
        return self._csr[3]

    @cached_property
    def csr_forward(self) -> npt.NDArray[np.bool_]:
        """Whether each CSR entry leads from the edge's ``u`` to its ``v``; of a loop's two, the first."""
        tails = np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))
        forward = tails == self.edge_u[self.csr_edge]
        loops = np.flatnonzero(self.edge_u[self.csr_edge] == self.edge_v[self.csr_edge])
        _, first = np.unique(self.csr_edge[loops], return_index=True)
        forward[loops] = False
        forward[loops[first]] = True
        return forward

    def with_profile(self, profile: WalkProfile, slopes: pd.DataFrame | None = None) -> WalkNetwork:
        """Return the same streets with the costs and components of another walking profile.

        Parameters
        ----------
        profile
            How somebody walks.
        slopes
            Table ``slopes``, as :func:`sharemap.sources.elevation.read_slopes` gives it, one row for each edge in
            their order. By default the slopes that these streets have: streets stay flat or hilly.

        Raises
        ------
        GeometryError
            If the slopes are not of these streets.

        Examples
        --------
        A street of 300 m, up from its beginning to its end:

        >>> import geopandas as gpd, pandas as pd
        >>> from shapely import LineString
        >>> from sharemap import network
        >>> from sharemap.units import STANDARD
        >>> street = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (300, 0)])], crs="EPSG:5179")
        >>> slopes = pd.DataFrame({"forward": [1.5], "backward": [1.0]})
        >>> hilly = network.from_lines(street).with_profile(STANDARD, slopes)
        >>> hilly.edge_forward_cm.tolist(), hilly.edge_backward_cm.tolist()
        ([45000], [30000])
        """
        edges = priced(self.edges, len(self.nodes), profile)
        return WalkNetwork(self.nodes, edges, profile, self.report, self.slopes if slopes is None else slopes)

    def reversed(self) -> WalkNetwork:
        """Return the streets with there and back exchanged; flat streets are the same both ways.

        Walks of :mod:`sharemap.reach` begin at the sites. On streets that are turned round, the same walks are
        those of the residents *to* the sites. Rooms that ask who can walk to a site (:mod:`sharemap.coverage`,
        :mod:`sharemap.isochrones`, :mod:`sharemap.villages`) turn the streets themselves.

        Examples
        --------
        A site at the upper end of a street of 300 m, which is half as far again on the way up:

        >>> import geopandas as gpd, pandas as pd
        >>> from shapely import LineString
        >>> from sharemap import network, reach
        >>> from sharemap.units import STANDARD
        >>> street = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (300, 0)])], crs="EPSG:5179")
        >>> slopes = pd.DataFrame({"forward": [1.5], "backward": [1.0]})
        >>> hilly = network.from_lines(street).with_profile(STANDARD, slopes)
        >>> site = pd.DataFrame({"site_id": ["x"], "edge_id": [0], "offset_m": [300.0], "snap_m": [0.0]})
        >>> reach.within(hilly, site).frame()["cost_m"].tolist()  # down from the site
        [300.0, 0.0]
        >>> reach.within(hilly.reversed(), site).frame()["cost_m"].tolist()  # up to the site
        [450.0, 0.0]
        """
        return self if self.slopes is None else self._turned

    @cached_property
    def _turned(self) -> WalkNetwork:
        exchanged = {"forward": "backward", "backward": "forward"}
        slopes = None if self.slopes is None else self.slopes.rename(columns=exchanged)
        turned = WalkNetwork(self.nodes, self.edges, self.profile, self.report, slopes)
        turned.__dict__["_turned"] = self
        return turned

    def to_networkx(self) -> nx.MultiGraph:
        """Return a networkx MultiGraph with ``length_m``, ``cost_m``, ``edge_id`` and ``ends_only`` on its edges.

        A path that passes over an edge with ``ends_only`` and begins and ends elsewhere is no walk. Impassable edges are left out. Meant for checks and for other people's tools, not for our own work.
        """
        import networkx as nx

        graph = nx.MultiGraph(crs=self.nodes.crs)
        graph.add_nodes_from(
            (node, {"x": x, "y": y})
            for node, x, y in zip(
                self.nodes["node_id"], self.nodes.geometry.x, self.nodes.geometry.y, strict=True
            )
        )
        told = ["edge_id", "length_m", "cost_m", "ends_only"]
        passable = self.edges.loc[self.edges["cost_m"].notna(), ["u", "v", *told]]
        graph.add_edges_from(
            (u, v, facts[0], dict(zip(told, facts, strict=True)))
            for u, v, *facts in passable.itertuples(index=False)
        )
        return graph
