"""What it costs to walk an edge: by profile, and on slopes by direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sharemap.errors import GeometryError

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.units import WalkProfile

__all__ = ["factors", "on_slopes", "priced"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_CM = 100.0
_IMPASSABLE = -1
_LONGEST_CM = 2.0**30  # no cutoff is longer
_WAYS = ["forward", "backward"]


def priced(edges: gpd.GeoDataFrame, n_nodes: int, profile: WalkProfile) -> gpd.GeoDataFrame:
    """Return edges with ``cost_m`` and ``component`` for a profile; component 0 is the longest."""
    steps = edges["steps"].to_numpy(dtype=bool)
    length = edges["length_m"].to_numpy(dtype=np.float64)
    factor = np.nan if profile.steps_factor is None else profile.steps_factor
    cost = np.where(steps, np.rint(length * factor * _CM) / _CM, length)
    if profile.wheels:
        said = edges[profile.wheels]
        # a ramp is rolled on at the price of the street; what is hard is dearer by nothing that anybody has measured
        cost = np.where(steps & said.eq("yes"), length, cost)
        cost = np.where(said.eq("no"), np.nan, cost)
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


def factors(slopes: pd.DataFrame, n_edges: int) -> pd.DataFrame:
    """Return ``forward`` and ``backward`` of a table ``slopes``, checked.

    Raises
    ------
    GeometryError
        If there is not one row for each edge, or a factor is missing or negative.
    """
    if missing := set(_WAYS) - set(slopes.columns):
        msg = "the slopes lack a column"
        remedy = "use the table of sharemap.sources.elevation.read_slopes"
        raise GeometryError(msg, column=", ".join(sorted(missing)), remedy=remedy)
    if len(slopes) != n_edges:
        msg = "the slopes are not of this network"
        raise GeometryError(
            msg, value=(len(slopes), n_edges), remedy="give one row for each edge, in their order"
        )
    chosen = slopes[_WAYS].astype("float64").reset_index(drop=True)
    values = chosen.to_numpy()
    wrong = ~(values >= 0)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        msg = "a slope is no factor"
        remedy = "0 or more; 1 is level, infinite cannot be walked"
        raise GeometryError(
            msg, row=int(row), column=_WAYS[column], value=float(values[row, column]), remedy=remedy
        )
    return chosen


def on_slopes(cost_cm: Int32, length_cm: Int32, slopes: pd.DataFrame) -> tuple[Int32, Int32]:
    """Return the cost of each edge from ``u`` to ``v`` and from ``v`` to ``u``, whole centimetres; -1 where shut.

    Steps have a factor of their own in the profile, which stands for their steepness: on steps the dearer of the
    two counts, not both.
    """
    cost, length = cost_cm.astype(np.float64), length_cm.astype(np.float64)

    def one_way(factor: npt.NDArray[np.float64]) -> Int32:
        shut = (cost < 0) | np.isinf(factor)
        rate = np.where(shut, 1.0, factor)
        walk = np.rint(np.where(cost > length, np.maximum(cost, length * rate), cost * rate))
        return np.where(shut, _IMPASSABLE, np.minimum(walk, _LONGEST_CM)).astype(np.int32)

    forward, backward = (one_way(slopes[way].to_numpy()) for way in _WAYS)
    return forward, backward
