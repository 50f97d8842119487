"""Walks from sites: tables in, arrays through the kernel, frozen results out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sharemap.errors import GeometryError
from sharemap.reach.costs import (
    Anchors,
    anchors_of,
    entries_of,
    graph_of,
    seeds_of,
    whole_cutoff,
)
from sharemap.reach.engine import Pool, function, in_threads
from sharemap.reach.pairs import Notebook, Part, Rows
from sharemap.reach.results import NearestCosts, PointCosts, Reach, SiteCounts
from sharemap.units import whole_cm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.network import WalkNetwork
    from sharemap.units import WalkProfile

__all__ = [
    "between",
    "both_ways",
    "counts",
    "from_frame",
    "nearest",
    "nearest_by_layer",
    "to_points",
    "within",
]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_CM = 100.0
_FAR = 2**31 - 1
_SOURCES_A_TASK = 64
_SOURCES_A_BATCH = 4096
_PAIRS_A_PAGE = 2**20


def within(streets: WalkNetwork, stops: pd.DataFrame, *, minutes: float = 15.0) -> Reach:
    """Find every node within some minutes of each site.

    Parameters
    ----------
    streets
        The network, with the profile to walk by; walks are from the sites (on ``streets.reversed()``, to them).
    stops
        ``site_id`` and the columns of :func:`sharemap.network.snap`. Sites that meet no street reach nothing
        but keep their row.
    minutes
        Inclusive.

    Raises
    ------
    GeometryError
        If a stop stands on an edge that is not there or not at a length on it, or two stops have one ``site_id``.

    Examples
    --------
    A street of 300 m, and a site 10 m beside its first third::

        0 ---- 100 m ----+---------- 200 m ---------- 1
                         x

    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> from sharemap import network
    >>> streets = network.from_lines(gpd.GeoDataFrame(geometry=[LineString([(0, 0), (300, 0)])], crs="EPSG:5179"))
    >>> stops = pd.DataFrame({"site_id": ["x"], "edge_id": [0], "offset_m": [100.0], "snap_m": [10.0], "status": ["ok"]})
    >>> within(streets, stops).frame()["cost_m"].tolist()
    [110.0, 210.0]
    """
    cutoff_m = streets.profile.metres(minutes)
    site_ids = _site_ids(stops)
    graph, cutoff = graph_of(streets), whole_cutoff(cutoff_m)
    nodes, leave = seeds_of(streets, anchors_of(streets, stops))
    n_nodes = len(graph[0]) - 1
    walk = function("walks_from_sources", graph, (nodes, leave), cutoff, _scratch(0), _scratch(0))
    room = max(n_nodes, min(_PAIRS_A_PAGE, n_nodes * len(stops)))
    pool: Pool[tuple[tuple[Int32, Int32], Notebook]] = Pool(lambda: (_scratch(n_nodes), Notebook(room)))

    def listed(sources: npt.NDArray[np.intp], part: slice) -> list[Part]:
        found: list[Part] = []
        left = sources[part]
        with pool.taken() as (scratch, notebook):
            while len(left):
                rows = walk(graph, (nodes[left], leave[left]), cutoff, scratch, notebook.free())
                found.append(notebook.written(rows))
                left = left[len(rows) - 1 :]
                if len(left):
                    notebook.turn()
        return found

    result = Rows(len(stops))
    for low in range(0, len(stops), _SOURCES_A_BATCH):
        # neighbours in space find each other's nodes in the cache
        order = np.argsort(nodes[low : low + _SOURCES_A_BATCH].max(axis=1), kind="stable")
        sources = low + order
        parts = in_threads(partial(listed, sources), len(sources), at_least=_SOURCES_A_TASK)
        result.add(list(chain.from_iterable(parts)), order)
        for _, notebook in pool.all():
            notebook.again()
    indptr, node, cost = result.csr()
    return Reach(
        site_ids=site_ids,
        indptr=indptr,
        node=node,
        cost_cm=cost,
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
    """Find for each node the nearest site within some minutes, in one pass over all sites.

    Parameters and errors are those of :func:`within`.
    """
    return nearest_by_layer(streets, {"": stops}, minutes=minutes)[""]


def nearest_by_layer(
    streets: WalkNetwork,
    stops_by_layer: Mapping[str, pd.DataFrame],
    *,
    minutes: float = 15.0,
) -> dict[str, NearestCosts]:
    """Do what :func:`nearest` does for several layers, each in a thread of its own."""
    cutoff_m = streets.profile.metres(minutes)
    graph, cutoff = graph_of(streets), whole_cutoff(cutoff_m)
    seeds = [seeds_of(streets, anchors_of(streets, stops)) for stops in stops_by_layer.values()]
    if not seeds:
        return {}
    n_nodes = len(graph[0]) - 1
    spread = function("nearest_source", graph, seeds[0], cutoff, _scratch(0))

    def task(part: slice) -> NearestCosts:
        cost, site = np.full(n_nodes, _FAR, dtype=np.int32), np.full(n_nodes, -1, dtype=np.int32)
        spread(graph, seeds[part.start], cutoff, (cost, site))
        return NearestCosts(cost_cm=cost, site=site, cutoff_m=cutoff_m)

    return dict(zip(stops_by_layer, in_threads(task, len(seeds), at_least=1, at_most=1), strict=True))


def counts(
    streets: WalkNetwork,
    stops_by_layer: Mapping[str, pd.DataFrame],
    *,
    minutes: float = 15.0,
) -> SiteCounts:
    """Count for each node the sites of each layer within some minutes, without listing the pairs.

    Parameters
    ----------
    streets, minutes
        Those of :func:`within`.
    stops_by_layer
        For each layer the columns of :func:`sharemap.network.snap`. A layer without sites counts zero.

    Raises
    ------
    GeometryError
        As :func:`within`.
    """
    cutoff_m = streets.profile.metres(minutes)
    graph, cutoff = graph_of(streets), whole_cutoff(cutoff_m)
    shape = (len(stops_by_layer), len(graph[0]) - 1)
    seeds = [seeds_of(streets, anchors_of(streets, stops)) for stops in stops_by_layer.values()]
    nodes, leave = (_as_wide([one[part] for one in seeds]) for part in range(2))
    layer = np.repeat(np.arange(len(seeds), dtype=np.int32), [len(node) for node, _ in seeds])
    order = np.argsort(nodes.max(axis=1), kind="stable")
    nodes, leave, layer = nodes[order], leave[order], layer[order]
    none = np.zeros((0, 0), dtype=np.int32)
    add = function("add_counts", graph, (nodes, leave, layer), cutoff, _scratch(0), none)
    # whoever comes first takes a sum that is free: whole numbers add up to the same in any order
    pool: Pool[tuple[tuple[Int32, Int32], Int32]] = Pool(
        lambda: (_scratch(shape[1]), np.zeros(shape, dtype=np.int32))
    )

    def task(part: slice) -> None:
        with pool.taken() as (scratch, mine):
            add(graph, (nodes[part], leave[part], layer[part]), cutoff, scratch, mine)

    in_threads(task, len(nodes), at_least=_SOURCES_A_TASK)
    sums = [mine for _, mine in pool.all()]
    total = sums[0] if sums else np.zeros(shape, dtype=np.int32)
    for mine in sums[1:]:
        total += mine
    return SiteCounts(layers=tuple(stops_by_layer), count=total, cutoff_m=cutoff_m)


def to_points(streets: WalkNetwork, reached: Reach, stops: pd.DataFrame, points: pd.DataFrame) -> PointCosts:
    """Find all (point, site) pairs within the cutoff of a :class:`Reach`.

    Parameters
    ----------
    streets, reached, stops
        The walks, and the network (turned round if it was then) and the stops (same rows) they were made from.
    points
        The columns of :func:`sharemap.network.snap`, one row a point; points that meet no street are reached by
        nobody.

    Raises
    ------
    GeometryError
        If stops and reach do not belong together, or as :func:`within`.
    """
    if len(stops) != len(reached.site_ids):
        msg = "stops and reach do not belong together"
        raise GeometryError(
            msg,
            value=(len(stops), len(reached.site_ids)),
            remedy="pass the stops that the reach was made from",
        )
    order, slots = _slots(streets, anchors_of(streets, points))
    sources = _sources(anchors_of(streets, stops))
    entries, cutoff = entries_of(streets), whole_cutoff(reached.cutoff_m)
    node, cost = np.array(reached.node, dtype=np.int32), np.array(reached.cost_cm, dtype=np.int32)
    carry = function("costs_to_points", entries, (reached.indptr, node, cost), sources, slots, cutoff)

    def task(part: slice) -> Part:
        rows = reached.indptr[part.start : part.stop + 1]
        near = slice(rows[0], rows[-1])
        result: Part = carry(entries, (rows - rows[0], node[near], cost[near]), sources[part], slots, cutoff)
        return result

    rows = Rows(len(stops))
    rows.add(in_threads(task, len(stops), at_least=_SOURCES_A_TASK), np.arange(len(stops)))
    starts, slot, walk = rows.csr()
    found = order[slot]
    regroup = function("regrouped", starts, found, walk, len(points))
    starts, site, walk = regroup(starts, found, walk, len(points))
    return PointCosts(
        cutoff_m=reached.cutoff_m,
        profile=reached.profile,
        n_points=len(points),
        site_ids=reached.site_ids,
        point=np.repeat(np.arange(len(points), dtype=np.int32), np.diff(starts)),
        site=site,
        cost_m=walk / _CM,
    )


def between(streets: WalkNetwork, stops: pd.DataFrame, *, cutoff_m: float) -> pd.DataFrame:
    """Find all walks between two sites that are no longer than a cutoff; on slopes the longer of there and back counts.

    Neighbours are to be near whichever of them one comes from, so there is one walk for each pair.

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
    ids, n = reached.site_ids.astype(str), len(stops)
    site, point = pairs.site.astype(np.int64), pairs.point.astype(np.int64)
    there, back = ids[site] < ids[point], ids[point] < ids[site]
    key, walk_m = _longer(
        (site[there] * n + point[there], pairs.cost_m[there]),
        (point[back] * n + site[back], pairs.cost_m[back]),
    )
    frame = pd.DataFrame({"a": ids[key // n], "b": ids[key % n], "walk_m": walk_m})
    return frame.sort_values(["a", "b"], kind="stable", ignore_index=True)


def both_ways(there: Reach, back: Reach) -> Reach:
    """Return the longer of two walks, from and to the same sites, to each node that both reach."""
    n_nodes = 1 + max(int(walks.node.max(initial=0)) for walks in (there, back))
    key, cost_cm = _longer(
        *(
            (
                np.repeat(np.arange(len(walks.site_ids)), np.diff(walks.indptr)) * n_nodes + walks.node,
                walks.cost_cm,
            )
            for walks in (there, back)
        )
    )
    return replace(
        there,
        indptr=np.searchsorted(key, np.arange(len(there.site_ids) + 1) * n_nodes).astype(np.int64),
        node=(key % n_nodes).astype(np.int32),
        cost_cm=cost_cm,
    )


def _longer(
    there: tuple[Int64, npt.NDArray[Any]], back: tuple[Int64, npt.NDArray[Any]]
) -> tuple[Int64, npt.NDArray[Any]]:
    """Return the keys that two lists of walks share, ascending, and the longer walk; the other may be beyond a cutoff."""
    key, one, other = np.intersect1d(there[0], back[0], assume_unique=True, return_indices=True)
    return key, np.maximum(there[1][one], back[1][other])


def _site_ids(stops: pd.DataFrame) -> npt.NDArray[Any]:
    if "site_id" not in stops:
        msg = "the stops lack a column"
        remedy = "put the ids of the sites beside the table of network.snap"
        raise GeometryError(msg, column="site_id", remedy=remedy)
    twice = stops["site_id"].duplicated()
    if twice.any():
        at = int(np.argmax(twice))
        msg = "two stops have one id"
        value = stops["site_id"].iloc[at]
        raise GeometryError(
            msg, row=at, column="site_id", value=value, remedy="give each site an id of its own"
        )
    return stops["site_id"].to_numpy(dtype=object)


def _as_wide(seeds: list[Int32]) -> Int32:
    """Return the seeds of all layers below each other, as wide as the widest; -1 is no node."""
    width = max((part.shape[1] for part in seeds), default=2)
    parts = [np.pad(part, ((0, 0), (0, width - part.shape[1])), constant_values=-1) for part in seeds]
    return np.concatenate([*parts, np.empty((0, width), dtype=np.int32)])


def _scratch(n_nodes: int) -> tuple[Int32, Int32]:
    return np.full(n_nodes, _FAR, dtype=np.int32), np.empty(n_nodes, dtype=np.int32)


def _slots(streets: WalkNetwork, target: Anchors) -> tuple[Int32, tuple[Int64, Int32]]:
    """Return points in the order of their edges: their positions, and what the kernel wants of them."""
    by_edge = np.argsort(target.edge, kind="stable")
    order = np.asarray(by_edge[target.edge[by_edge] >= 0], dtype=np.int32)
    first = np.zeros(len(streets.edge_u) + 1, dtype=np.int64)
    np.cumsum(np.bincount(target.edge[order], minlength=len(streets.edge_u)), out=first[1:])
    through = target.arrive.astype(np.int64) + target.access[:, None]
    through[target.arrive < 0] = _FAR
    columns = [through.clip(max=_FAR), target.at, target.along, target.access]
    return order, (first, np.ascontiguousarray(np.column_stack(columns)[order], dtype=np.int32))


def _sources(anchors: Anchors) -> Int32:
    columns = [anchors.edge, anchors.at, anchors.along, anchors.access]
    return np.ascontiguousarray(np.column_stack(columns), dtype=np.int32)
