"""Walks from sites: tables in, arrays through the kernel, frozen results out."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sharemap.errors import GeometryError
from sharemap.network import WalkNetwork, whole_cm
from sharemap.reach import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from sharemap.units import WalkProfile

__all__ = ["NearestCosts", "PointCosts", "Reach", "between", "from_frame", "nearest", "to_points", "within"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_CM = 100.0
_SOURCES_A_TASK = 64


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
class _Anchors:
    """Where points meet the network, in centimetres: edge (-1 none), cost along it from u, from v, access leg."""

    edge: Int32
    from_u: Int32
    from_v: Int32
    access: Int32


def within(streets: WalkNetwork, stops: pd.DataFrame, *, minutes: float = 15.0) -> Reach:
    """Find every node within some minutes of each site.

    Parameters
    ----------
    streets
        The network, with the profile to walk by.
    stops
        ``site_id`` and the columns of :func:`sharemap.network.snap`. Sites that meet no street reach nothing
        but keep their row.
    minutes
        Inclusive.

    Raises
    ------
    GeometryError
        If a stop stands on an edge that is not there.

    Examples
    --------
    A street of 300 m in two parts, and a site 10 m from its middle::

        0 ----------- 1 ----------- 2
                x
    """
    cutoff_m = streets.profile.metres(minutes)
    anchors = _anchors(streets, stops)
    graph, cutoff = _graph(streets), _whole(cutoff_m)
    nodes, costs = _seeds(streets, anchors)

    def task(part: slice) -> tuple[Int64, Int32]:
        return kernel.walks_from_sources(graph, nodes[part], costs[part], cutoff)

    rows, found = _joined(task, len(stops))
    return Reach(
        site_ids=stops["site_id"].to_numpy(dtype=object),
        indptr=rows,
        node=np.ascontiguousarray(found[:, 0]),
        cost_cm=np.ascontiguousarray(found[:, 1]),
        cutoff_m=cutoff_m,
        profile=streets.profile,
    )


def from_frame(frame: pd.DataFrame, stops: pd.DataFrame, *, cutoff_m: float, profile: WalkProfile) -> Reach:
    """Rebuild a :class:`Reach` from its table and the stops it was made from."""
    site_ids = stops["site_id"].to_numpy(dtype=object)
    row = pd.Index(site_ids).get_indexer(pd.Index(frame["site_id"].astype(object)))
    if (row < 0).any():
        msg = "the reach table has a site that is not among the stops"
        raise GeometryError(
            msg, value=frame["site_id"].iloc[int(np.argmax(row < 0))], remedy="run the stage 'reach' again"
        )
    order = np.argsort(row, kind="stable")
    indptr = np.zeros(len(site_ids) + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=len(site_ids)), out=indptr[1:])
    return Reach(
        site_ids=site_ids,
        indptr=indptr,
        node=frame["node_id"].to_numpy(dtype=np.int32)[order],
        cost_cm=whole_cm(frame["cost_m"])[order],
        cutoff_m=cutoff_m,
        profile=profile,
    )


def nearest(streets: WalkNetwork, stops: pd.DataFrame, *, minutes: float = 15.0) -> NearestCosts:
    """Find for each node the nearest site within some minutes, in one pass over all sites."""
    cutoff_m = streets.profile.metres(minutes)
    nodes, costs = _seeds(streets, _anchors(streets, stops))
    cost, site = kernel.nearest_source(_graph(streets), nodes, costs, _whole(cutoff_m))
    return NearestCosts(cost_cm=cost, site=site, cutoff_m=cutoff_m)


def to_points(streets: WalkNetwork, reached: Reach, stops: pd.DataFrame, points: pd.DataFrame) -> PointCosts:
    """Find all (point, site) pairs within the cutoff of a :class:`Reach`.

    Parameters
    ----------
    streets, reached, stops
        The network, the walks, and the stops they were made from (same rows).
    points
        The columns of :func:`sharemap.network.snap`, one row a point; points that meet no street are reached by
        nobody.

    Raises
    ------
    GeometryError
        If stops and reach do not belong together.
    """
    if len(stops) != len(reached.site_ids):
        msg = "stops and reach do not belong together"
        raise GeometryError(
            msg,
            value=(len(stops), len(reached.site_ids)),
            remedy="pass the stops that the reach was made from",
        )
    source, target = _anchors(streets, stops), _anchors(streets, points)
    order = np.argsort(target.edge, kind="stable")
    order = order[target.edge[order] >= 0]
    first = np.zeros(len(streets.edges) + 1, dtype=np.int64)
    np.cumsum(np.bincount(target.edge[order], minlength=len(streets.edges)), out=first[1:])
    slots = np.column_stack(
        [target.from_u + target.access, target.from_v + target.access, target.from_u, target.access]
    )[order]
    sources = np.column_stack([source.edge, source.from_u, source.access])
    walks = np.column_stack([reached.node, reached.cost_cm])
    graph = (streets.indptr, streets.csr_edge, streets.edge_u, streets.edge_v)
    cutoff = _whole(reached.cutoff_m)

    def task(part: slice) -> tuple[Int64, Int32]:
        rows = reached.indptr[part.start : part.stop + 1]
        near = walks[rows[0] : rows[-1]]
        return kernel.costs_to_points(graph, (rows - rows[0], near), sources[part], (first, slots), cutoff)

    rows, found = _joined(task, len(stops))
    found[:, 0] = order[found[:, 0]]
    starts, pairs = kernel.regrouped(rows, found, len(points))
    return PointCosts(
        cutoff_m=reached.cutoff_m,
        profile=reached.profile,
        n_points=len(points),
        site_ids=reached.site_ids,
        point=np.repeat(np.arange(len(points), dtype=np.int32), np.diff(starts)),
        site=np.ascontiguousarray(pairs[:, 0]),
        cost_m=pairs[:, 1] / _CM,
    )


def between(streets: WalkNetwork, stops: pd.DataFrame, *, cutoff_m: float) -> pd.DataFrame:
    """Find all walks between two sites that are no longer than a cutoff.

    Parameters
    ----------
    streets
        The network.
    stops
        ``site_id`` and the columns of :func:`sharemap.network.snap`.
    cutoff_m
        Inclusive, metres, access legs included.

    Returns
    -------
    DataFrame
        ``a``, ``b`` (ids, ``a < b`` as text) and ``walk_m``, sorted by ``a``, then ``b``.
    """
    reached = within(streets, stops, minutes=streets.profile.minutes(cutoff_m))
    pairs = to_points(streets, reached, stops, stops)
    ids = reached.site_ids.astype(str)
    a, b = ids[pairs.site], ids[pairs.point]
    once = a < b
    frame = pd.DataFrame({"a": a[once], "b": b[once], "walk_m": pairs.cost_m[once]})
    return frame.sort_values(["a", "b"], kind="stable", ignore_index=True)


def _graph(streets: WalkNetwork) -> tuple[Int64, Int32, Int32]:
    return streets.indptr, streets.indices, streets.csr_cost_cm


def _whole(metres: float) -> int:
    """Whole centimetres of a cutoff, rounded down: nothing beyond it is within."""
    # 1,125 m must stay 112,500 cm although 15 * 4.5 / 0.06 is a float
    return int(np.floor(round(metres * _CM, 6)))


def _anchors(streets: WalkNetwork, stops: pd.DataFrame) -> _Anchors:
    edge = stops["edge_id"].astype("Int64").fillna(-1).to_numpy(dtype=np.int64)
    if len(edge) and edge.max() >= len(streets.edges):
        msg = "a stop stands on an edge that is not there"
        raise GeometryError(msg, column="edge_id", value=int(edge.max()), remedy="snap again on this network")
    known = edge >= 0
    cost = np.where(known, streets.edge_cost_cm[edge], -1) if len(streets.edges) else np.full(len(edge), -1)
    known &= cost >= 0
    offset = np.nan_to_num(stops["offset_m"].to_numpy(dtype=np.float64))
    access = np.nan_to_num(stops["snap_m"].to_numpy(dtype=np.float64))
    length = np.where(known, streets.edge_length_cm[edge], 1) / _CM
    share = np.divide(offset, length, out=np.zeros_like(offset), where=length > 0)
    from_u = np.where(known, np.rint(cost * np.clip(share, 0.0, 1.0)), 0).astype(np.int32)
    return _Anchors(
        edge=np.where(known, edge, -1).astype(np.int32),
        from_u=from_u,
        from_v=np.where(known, cost - from_u, 0).astype(np.int32),
        access=whole_cm(access),
    )


def _seeds(streets: WalkNetwork, anchors: _Anchors) -> tuple[Int32, Int32]:
    known = anchors.edge >= 0
    nodes = np.column_stack([streets.edge_u[anchors.edge], streets.edge_v[anchors.edge]])
    nodes[~known] = -1
    costs = np.column_stack([anchors.from_u + anchors.access, anchors.from_v + anchors.access])
    return np.ascontiguousarray(nodes, dtype=np.int32), np.ascontiguousarray(costs, dtype=np.int32)


def _joined(task: Callable[[slice], tuple[Int64, Int32]], n_sources: int) -> tuple[Int64, Int32]:
    """Run a kernel on slices of the sources in threads and put the rows together in their order."""
    parts = [
        slice(low, min(low + _SOURCES_A_TASK, n_sources)) for low in range(0, n_sources, _SOURCES_A_TASK)
    ]
    if not parts:
        return np.zeros(1, dtype=np.int64), np.empty((0, 2), dtype=np.int32)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = list(pool.map(task, parts))
    counts = np.concatenate([np.diff(rows) for rows, _ in results])
    rows = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return rows, np.concatenate([found for _, found in results])
