"""Walks -> demand points: the nearest site of each layer, the sites in reach, and what groups make of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap import reach
from sharemap.coverage.services import PROMISE
from sharemap.errors import GeometryError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from sharemap.coverage.services import Services
    from sharemap.network import WalkNetwork
    from sharemap.reach import PointCosts
    from sharemap.units import WalkProfile

__all__ = ["Dense", "at_points", "blank", "combined", "groups_at_points", "walks_at_points"]

_CHUNK = 4_000_000  # pairs reduced at a time, so that memory does not grow with the number of pairs
_STOPS = 2_000  # sites walked from at a time, for the same reason
_SITE_BITS = 24  # cost and site in one number: the smallest is the nearest, the first site of equals
_CM = 100.0


def at_points(
    costs: PointCosts, layer_of_site: pd.Series[Any], *, doubted: Collection[str] = ()
) -> pd.DataFrame:
    """Reduce the walks to one row for each demand point and layer.

    Parameters
    ----------
    costs
        All (demand point, site) pairs within the cutoff, sites of all layers together.
    layer_of_site
        Layer of each site, indexed by ``site_id``.
    doubted
        Sites whose position is in doubt: they count, and are counted apart.

    Returns
    -------
    ``point`` (position of the demand point), ``layer``, ``cost_m`` and ``walk_min`` (walk to the nearest site),
    ``sites`` (sites within the cutoff), ``doubted`` (those of them that are in doubt) and ``site_id`` (the nearest, the
    first of equals); a pair without a site in reach has no row. Sorted by point and layer.

    Raises
    ------
    GeometryError
        If a site has no layer.
    """
    code, layers = _layer_codes(pd.Index(costs.site_ids), layer_of_site)
    tally = _Tally.empty(costs.n_points, len(layers))
    tally.add(costs, code, np.arange(len(costs.site_ids)), pd.Index(costs.site_ids).isin(list(doubted)))
    return tally.frame(layers, costs.site_ids, costs.profile)


def walks_at_points(  # noqa: PLR0913  the network, the sites, the people, and which sites are what
    streets: WalkNetwork,
    stops: pd.DataFrame,
    points: pd.DataFrame,
    layer_of_site: pd.Series[Any],
    *,
    minutes: float,
    doubted: Collection[str] = (),
) -> pd.DataFrame:
    """Walk from every site and reduce the walks at once, so that the pairs of a city need not fit in memory.

    Parameters
    ----------
    streets
        The network, with the profile to walk by; on slopes people walk to the sites.
    stops, points
        Sites (with ``site_id``) and demand points, with the columns of :func:`sharemap.network.snap`.
    layer_of_site
        Layer of each site, indexed by ``site_id``.
    minutes
        Inclusive.
    doubted
        As for :func:`at_points`.

    Returns
    -------
    What :func:`at_points` returns for all sites together.
    """
    site_ids, towards = stops["site_id"].to_numpy(dtype=object), streets.reversed()
    code, layers = _layer_codes(pd.Index(site_ids), layer_of_site)
    tally, in_doubt = _Tally.empty(len(points), len(layers)), pd.Index(site_ids).isin(list(doubted))
    # neighbours in space share streets: the order of the edges keeps a chunk together
    order = np.argsort(stops["edge_id"].astype("Int64").fillna(-1).to_numpy(dtype=np.int64), kind="stable")
    for start in range(0, len(stops), _STOPS):
        chosen = np.sort(order[start : start + _STOPS])
        part = stops.iloc[chosen].reset_index(drop=True)
        reached = reach.within(towards, part, minutes=minutes)
        pairs = reach.to_points(towards, reached, part, points)
        tally.add(pairs, code[chosen], chosen, in_doubt[chosen])
    return tally.frame(layers, site_ids, streets.profile)


@dataclass(frozen=True)
class _Tally:
    """Nearest site (cost and site in one number) and numbers of sites of each point and layer, still growing."""

    nearest: NDArray[np.int64]
    sites: NDArray[np.int64]
    doubted: NDArray[np.int64]
    width: int

    @classmethod
    def empty(cls, n_points: int, n_layers: int) -> _Tally:
        width = max(n_layers, 1)
        size = n_points * width
        sites, doubted = np.zeros((2, size), dtype=np.int64)
        return cls(np.full(size, np.iinfo(np.int64).max), sites, doubted, width)

    def add(
        self,
        pairs: PointCosts,
        code: NDArray[np.intp],
        position: NDArray[np.intp],
        in_doubt: NDArray[np.bool_],
    ) -> None:
        """Add pairs; `code` is the layer and `position` the number of each of their sites."""
        for chunk in _chunks(len(pairs.point)):
            key = pairs.point[chunk].astype(np.int64) * self.width + code[pairs.site[chunk]]
            walk = np.rint(pairs.cost_m[chunk] * _CM).astype(np.int64) << _SITE_BITS
            np.minimum.at(self.nearest, key, walk | position[pairs.site[chunk]])
            self.sites[:] += np.bincount(key, minlength=len(self.sites))
            if in_doubt.any():
                doubted = in_doubt[pairs.site[chunk]]
                self.doubted[:] += np.bincount(key[doubted], minlength=len(self.sites))

    def frame(self, layers: pd.Index[Any], site_ids: NDArray[Any], profile: WalkProfile) -> pd.DataFrame:
        reached = np.flatnonzero(self.sites)
        found = self.nearest[reached]
        cost_m = (found >> _SITE_BITS) / _CM
        site = found & ((1 << _SITE_BITS) - 1)
        return pd.DataFrame(
            {
                "point": reached // self.width,
                "layer": pd.Series(np.asarray(layers, dtype=object)[reached % self.width], dtype="str"),
                "cost_m": cost_m,
                "walk_min": profile.minutes(cost_m),
                "sites": self.sites[reached],
                "doubted": self.doubted[reached],
                "site_id": pd.Series(np.asarray(site_ids, dtype=object)[site], dtype="str"),
            }
        )


def _layer_codes(
    site_ids: pd.Index[Any], layer_of_site: pd.Series[Any]
) -> tuple[NDArray[np.intp], pd.Index[Any]]:
    layer = layer_of_site.reindex(site_ids)
    known = layer.notna().to_numpy()
    if not known.all():
        msg = f"{int((~known).sum())} sites have no layer"
        raise GeometryError(msg, value=site_ids[~known][:5].tolist(), remedy="index the layers by site_id")
    return pd.factorize(layer, sort=True)


@dataclass(frozen=True)
class Dense:
    """Walks (minutes, inf where not reached) and sites of each point (rows) and layer of the study (columns).

    Of the ``sites`` in reach ``doubted`` are in doubt.
    """

    walk: NDArray[np.float64]
    sites: NDArray[np.int64]
    doubted: NDArray[np.int64]
    services: Services

    @classmethod
    def of(cls, served: pd.DataFrame, n_points: int, services: Services) -> Dense:
        """Spread the rows of :func:`at_points`.

        Raises
        ------
        GeometryError
            If the rows belong to other layers or demand points.
        """
        layers = pd.Index(list(services.layers))
        code, names = pd.factorize(served["layer"])
        strange = sorted(set(names) - set(layers))
        if strange:
            msg = "sites are reached of layers that the study does not name"
            raise GeometryError(msg, value=strange, remedy="name every layer in Services.layers")
        point = served["point"].to_numpy(dtype=np.int64)
        if len(point) and not (point.min() >= 0 and point.max() < n_points):
            msg = "walks lead to demand points that are not there"
            raise GeometryError(
                msg, value=int(point.max()), remedy="pass the demand points the walks were computed for"
            )
        column = layers.get_indexer(pd.Index(names))[code]
        walk = np.full((n_points, len(layers)), np.inf)
        sites, doubted = np.zeros((2, n_points, len(layers)), dtype=np.int64)
        walk[point, column] = served["walk_min"].to_numpy()
        sites[point, column] = served["sites"].to_numpy()
        doubted[point, column] = served["doubted"].to_numpy()
        return cls(walk, sites, doubted, services)

    def groups(self) -> NDArray[np.int64]:
        """Return how many groups with data each point reaches."""
        walks = [self.walk[:, columns_of(group, self.services)] for group in self.services.with_data]
        reached = [np.isfinite(walk).any(axis=1) for walk in walks]
        return np.sum(reached, axis=0, dtype=np.int64) if reached else np.zeros(len(self.walk), np.int64)

    def rows(self) -> Iterator[tuple[str, str, str, NDArray[np.float64], NDArray[np.int64]]]:
        """Return kind, key, Korean name, walk and sites of each layer, group and the promise."""
        for kind, key, name, walk in combined(self.walk, self.services):
            yield kind, key, name, walk, self.sites[:, members(kind, key, self.services)].sum(axis=1)


def combined(
    walk: NDArray[np.float64], services: Services
) -> Iterator[tuple[str, str, str, NDArray[np.float64]]]:
    """Return the walks to layers, to groups (the nearest layer) and of the promise (the farthest group).

    Parameters
    ----------
    walk
        Minutes or metres, ``float64[n_points, n_layers]``, inf where there is no walk.
    services
        The layers, in the order of the columns.
    """
    for column, layer in enumerate(services.layers):
        yield "layer", layer, services.names[layer], walk[:, column]
    groups = {group: walk[:, columns_of(group, services)].min(axis=1) for group in services.with_data}
    for group, nearest in groups.items():
        yield "group", group, services.groups[group], nearest
    if not services.without_data:
        yield "promise", PROMISE, services.promise_ko, np.max(list(groups.values()), axis=0)


def columns_of(group: str, services: Services) -> list[int]:
    """Return the columns of the layers of a group."""
    return [column for column, own in enumerate(services.layers.values()) if own == group]


def members(kind: str, key: str, services: Services) -> Sequence[int]:
    """Return the columns of the layers that belong to a layer, a group or the promise."""
    if kind == "layer":
        return [list(services.layers).index(key)]
    if kind == "group":
        return columns_of(key, services)
    return [column for column, group in enumerate(services.layers.values()) if group in services.groups]


def groups_at_points(served: pd.DataFrame, n_points: int, *, services: Services) -> pd.DataFrame:
    """Walk to the nearest site of each group, wide: one row a demand point, for gaps and maps.

    Returns
    -------
    Index: position of the point. For each group with data a column ``<group>_min`` (minutes, NaN where it is
    not reached); ``groups`` (number of groups reached); and ``promise_min`` (minutes to the farthest of them,
    NaN unless all groups of the plan are reached, and everywhere when the promise cannot be judged).
    """
    dense = Dense.of(served, n_points, services)
    walks, promise = {}, np.full(n_points, np.nan)
    for kind, key, _, walk in combined(dense.walk, services):
        if kind == "group":
            walks[f"{key}_min"] = blank(walk)
        elif kind == "promise":
            promise = blank(walk)
    return pd.DataFrame({**walks, "groups": dense.groups(), "promise_min": promise})


def blank(walk: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return walks with NaN where there is none."""
    return np.where(np.isfinite(walk), walk, np.nan)


def _chunks(size: int) -> Iterator[slice]:
    for start in range(0, size, _CHUNK):
        yield slice(start, start + _CHUNK)
