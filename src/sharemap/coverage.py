"""Who is served: Reach x demand -> tables.

Everything here is computed from walks to demand points, never from polygons. A resident is *covered* by a layer
when the walk to at least one of its sites, both access legs included, is within the cutoff; by a group, when any
layer of the group covers; and the plan's *promise* is kept for a resident whom all its groups cover.

Missing input is "no data", never zero: a layer counts only when the study names it (:class:`Services`), a group
only when one of its layers does, and when a group of the plan has no layer in the study the promise cannot be
judged, so that it has no row. A layer that the study names but that has no site in reach is a true zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.errors import GeometryError
from sharemap.schema import AGE_BANDS, check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from sharemap.reach import PointCosts

__all__ = ["AGES", "PROMISE", "Services", "at_points", "by_dong", "by_ward", "groups_at_points", "headline"]

#: Key of the promise: all groups of the plan.
PROMISE = "all_groups"

#: Age bands of the coverage tables and the five-year bands that they are made of.
AGES: Mapping[str, tuple[str, ...]] = {
    "all": AGE_BANDS,
    "0_9": AGE_BANDS[0:2],
    "10_19": AGE_BANDS[2:4],
    "20_39": AGE_BANDS[4:8],
    "40_64": AGE_BANDS[8:13],
    "65_over": AGE_BANDS[13:],
}

_CHUNK = 4_000_000  # pairs reduced at a time, so that memory does not grow with the number of pairs
_PERCENT = 100


@dataclass(frozen=True, kw_only=True)
class Services:
    """What the study has data for, and how the plan groups it.

    Attributes
    ----------
    layers
        Layer key -> group key, for each layer of which the study has data, in the order of the tables.
    groups
        Group key -> Korean name, for every group of the plan, with data or without.
    names
        Layer key -> Korean name.
    promise_ko
        Korean name of the promise.

    Examples
    --------
    >>> services = Services(
    ...     layers={"bike_station": "mobility"},
    ...     groups={"mobility": "이동", "goods": "물건"},
    ...     names={"bike_station": "따릉이"},
    ... )
    >>> services.without_data
    ('goods',)
    """

    layers: Mapping[str, str]
    groups: Mapping[str, str]
    names: Mapping[str, str]
    promise_ko: str = "모든 분야"

    def __post_init__(self) -> None:
        unknown = sorted(set(self.layers.values()) - set(self.groups))
        unnamed = sorted(set(self.layers) - set(self.names))
        if unknown or unnamed:
            msg = "a layer has a group or no name that the plan does not know"
            raise GeometryError(
                msg, value=unknown or unnamed, remedy="take layers, groups and names from the catalogue"
            )

    @property
    def with_data(self) -> tuple[str, ...]:
        """Groups with at least one layer in the study, in the order of the plan."""
        return tuple(group for group in self.groups if group in set(self.layers.values()))

    @property
    def without_data(self) -> tuple[str, ...]:
        """Groups of the plan with no layer in the study."""
        return tuple(group for group in self.groups if group not in set(self.layers.values()))


def at_points(costs: PointCosts, layer_of_site: pd.Series[Any]) -> pd.DataFrame:
    """Reduce the walks to one row for each demand point and layer.

    Parameters
    ----------
    costs
        All (demand point, site) pairs within the cutoff, sites of all layers together.
    layer_of_site
        Layer of each site, indexed by ``site_id``.

    Returns
    -------
    ``point`` (position of the demand point), ``layer``, ``cost_m`` and ``walk_min`` (walk to the nearest site),
    ``sites`` (sites within the cutoff); a pair without a site in reach has no row. Sorted by point and layer.

    Raises
    ------
    GeometryError
        If a site has no layer.
    """
    site_ids = pd.Index(costs.site_ids)
    layer = layer_of_site.reindex(site_ids)
    known = layer.notna().to_numpy()
    if not known.all():
        msg = f"{int((~known).sum())} sites have no layer"
        raise GeometryError(msg, value=site_ids[~known][:5].tolist(), remedy="index the layers by site_id")
    code, layers = pd.factorize(layer, sort=True)
    width = max(len(layers), 1)
    nearest = np.full(costs.n_points * width, np.inf)
    sites = np.zeros(costs.n_points * width, dtype=np.int64)
    for chunk in _chunks(len(costs.point)):
        key = costs.point[chunk].astype(np.int64) * width + code[costs.site[chunk]]
        np.minimum.at(nearest, key, costs.cost_m[chunk])
        sites += np.bincount(key, minlength=len(sites))
    reached = np.flatnonzero(sites)
    return pd.DataFrame(
        {
            "point": reached // width,
            "layer": pd.Series(np.asarray(layers, dtype=object)[reached % width], dtype="str"),
            "cost_m": nearest[reached],
            "walk_min": np.asarray(costs.profile.minutes(nearest[reached])),  # type: ignore[arg-type]
            "sites": sites[reached],
        }
    )


def by_dong(
    served: pd.DataFrame, demand: pd.DataFrame, area: pd.DataFrame, *, services: Services
) -> pd.DataFrame:
    """Coverage of each dong (schema ``coverage_dong``).

    Parameters
    ----------
    served
        Result of :func:`at_points`.
    demand
        Demand points (schema ``demand``; their street access is not used), in the order of the positions in
        `served`. Points that meet no street have no row in `served`: their residents are uncovered.
    area
        The dongs of the study (schema ``area``), so that dongs without residents have their rows too.
    services
        The layers with data and the groups of the plan.

    Returns
    -------
    One row for each dong, service (layers, groups, promise) and age band, in that order.

    Raises
    ------
    GeometryError
        If the tables do not belong together.

    Notes
    -----
    Medians and percentiles are over covered residents: the shortest walk within which at least half (95 %) of
    them reach the service. The walk to a group is the walk to the nearest site of any of its layers; the walk
    of the promise is the longest of the walks to the nearest site of each group. ``mean_sites`` is over all
    residents, uncovered ones with none; for a group and for the promise the sites of all their layers count.
    """
    keys = ["ward_code", "ward_name", "dong_code", "dong_name"]
    return check(_table(served, demand, area[keys], services), "coverage_dong")


def by_ward(
    served: pd.DataFrame, demand: pd.DataFrame, area: pd.DataFrame, *, services: Services
) -> pd.DataFrame:
    """Coverage of each ward (schema ``coverage_ward``); see :func:`by_dong`.

    Only the dongs of `area` count: the ward of a study of two dongs is those two dongs.
    """
    return check(_table(served, demand, area[["ward_code", "ward_name"]], services), "coverage_ward")


def groups_at_points(served: pd.DataFrame, n_points: int, *, services: Services) -> pd.DataFrame:
    """Walk to the nearest site of each group, wide: one row a demand point, for gaps and maps.

    Returns
    -------
    Index: position of the point. For each group with data a column ``<group>_min`` (minutes, NaN where it is
    not reached); ``groups`` (number of groups reached); and ``promise_min`` (minutes to the farthest of them,
    NaN unless all groups of the plan are reached, and everywhere when the promise cannot be judged).
    """
    dense = _Dense.of(served, n_points, services)
    walks = {f"{group}_min": _blank(dense.group(group)[0]) for group in services.with_data}
    reached = sum(
        (np.isfinite(walk).astype(np.int64) for walk in walks.values()), np.zeros(n_points, dtype=np.int64)
    )
    promise = np.full(n_points, np.inf) if services.without_data else dense.promise()[0]
    return pd.DataFrame({**walks, "groups": reached, "promise_min": _blank(promise)})


def headline(served: pd.DataFrame, demand: pd.DataFrame, *, services: Services) -> dict[str, Any]:
    """Return the plan's promise in a few numbers.

    Returns
    -------
    ``residents``; ``groups_with_data`` and ``groups_without_data``; ``residents_by_groups``, how many residents
    reach 0, 1, 2 ... groups; ``covered_groups_with_data`` and ``share_groups_with_data``, those who reach every
    group that has data; ``covered_all_groups`` and ``share_all_groups``, the promise, ``None`` when it cannot be
    judged. Shares are ``None`` where nobody lives.
    """
    groups = groups_at_points(served, len(demand), services=services)["groups"].to_numpy()
    residents = demand["residents"].to_numpy(dtype=np.int64)
    by_groups = np.bincount(groups, residents, minlength=len(services.with_data) + 1).astype(np.int64)
    total, covered = int(residents.sum()), int(by_groups[-1]) if services.with_data else 0
    share = covered / total if total else None
    judged = not services.without_data
    return {
        "residents": total,
        "groups_with_data": list(services.with_data),
        "groups_without_data": list(services.without_data),
        "residents_by_groups": {number: int(count) for number, count in enumerate(by_groups)},
        "covered_groups_with_data": covered,
        "share_groups_with_data": share,
        "covered_all_groups": covered if judged else None,
        "share_all_groups": share if judged else None,
    }


@dataclass(frozen=True)
class _Dense:
    """Walks (minutes, inf where not reached) and sites of each point (rows) and layer of the study (columns)."""

    walk: NDArray[np.float64]
    sites: NDArray[np.int64]
    services: Services

    @classmethod
    def of(cls, served: pd.DataFrame, n_points: int, services: Services) -> _Dense:
        layers = pd.Index(list(services.layers))
        strange = sorted(set(served["layer"]) - set(layers))
        if strange:
            msg = "sites are reached of layers that the study does not name"
            raise GeometryError(msg, value=strange, remedy="name every layer in Services.layers")
        point = served["point"].to_numpy(dtype=np.int64)
        if len(point) and not (point.min() >= 0 and point.max() < n_points):
            msg = "walks lead to demand points that are not there"
            raise GeometryError(
                msg, value=int(point.max()), remedy="pass the demand points the walks were computed for"
            )
        column = layers.get_indexer(pd.Index(served["layer"]))
        walk = np.full((n_points, len(layers)), np.inf)
        sites = np.zeros((n_points, len(layers)), dtype=np.int64)
        walk[point, column] = served["walk_min"].to_numpy()
        sites[point, column] = served["sites"].to_numpy()
        return cls(walk, sites, services)

    def group(self, group: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        columns = [column for column, own in enumerate(self.services.layers.values()) if own == group]
        return self.walk[:, columns].min(axis=1), self.sites[:, columns].sum(axis=1)

    def promise(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        walks = [self.group(group)[0] for group in self.services.groups]
        return np.max(walks, axis=0), self.sites.sum(axis=1)

    def rows(self) -> Iterator[tuple[str, str, str, NDArray[np.float64], NDArray[np.int64]]]:
        for column, layer in enumerate(self.services.layers):
            yield "layer", layer, self.services.names[layer], self.walk[:, column], self.sites[:, column]
        for group in self.services.with_data:
            yield "group", group, self.services.groups[group], *self.group(group)
        if not self.services.without_data:
            yield "promise", PROMISE, self.services.promise_ko, *self.promise()


def _table(
    served: pd.DataFrame, demand: pd.DataFrame, units: pd.DataFrame, services: Services
) -> pd.DataFrame:
    code = [name for name in units.columns if name.endswith("_code")][-1]
    units = units.drop_duplicates(code).sort_values(code, ignore_index=True)
    unit = pd.Index(units[code]).get_indexer(pd.Index(demand[code]))
    if (unit < 0).any():
        strange = sorted(set(demand.loc[unit < 0, code]))
        msg = f"residents live in a {code.removesuffix('_code')} that the area does not have"
        raise GeometryError(msg, column=code, value=strange, remedy="pass the area the demand was placed in")
    persons = np.column_stack(
        [demand[list(bands)].sum(axis=1).to_numpy(dtype=np.int64) for bands in AGES.values()]
    )
    dense = _Dense.of(served, len(demand), services)
    tables = [
        _figures(_Walks(walk, sites, unit), persons, len(units)).assign(
            kind=kind, key=key, key_ko=name, order=order
        )
        for order, (kind, key, name, walk, sites) in enumerate(dense.rows())
    ]
    if not tables:
        msg = "the study names no layer"
        raise GeometryError(msg, remedy="name at least one layer in Services.layers")
    figures = pd.concat(tables).sort_values(["unit", "order", "age"], ignore_index=True)
    named = units.iloc[figures["unit"]].reset_index(drop=True)
    return pd.concat([named, figures], axis=1)


@dataclass(frozen=True)
class _Walks:
    """Walks of one service: minutes (inf where not reached), sites in reach and unit of each demand point."""

    minutes: NDArray[np.float64]
    sites: NDArray[np.int64]
    unit: NDArray[np.intp]


def _figures(walks: _Walks, persons: NDArray[np.int64], n_units: int) -> pd.DataFrame:
    reached = np.isfinite(walks.minutes)
    points = np.flatnonzero(reached)
    points = points[np.lexsort((walks.minutes[points], walks.unit[points]))]
    parts = []
    for age, (band, lived) in enumerate(zip(AGES, persons.T, strict=True)):
        residents = _summed(lived, walks.unit, n_units)
        covered = _summed(np.where(reached, lived, 0), walks.unit, n_units)
        met = _summed(lived * walks.sites, walks.unit, n_units)
        some = residents > 0
        ends = np.cumsum(covered)
        running = np.cumsum(lived[points])
        percentile = {
            name: _percentile(walks.minutes[points], running, ends - covered, covered, percent)
            for name, percent in (("median_min", 50), ("p95_min", 95))
        }
        parts.append(
            pd.DataFrame(
                {
                    "unit": np.arange(n_units),
                    "age": age,
                    "age_band": band,
                    "residents": residents,
                    "covered": covered,
                    "uncovered": residents - covered,
                    "share": np.divide(covered, residents, out=np.full(n_units, np.nan), where=some),
                    **percentile,
                    "mean_sites": np.divide(met, residents, out=np.full(n_units, np.nan), where=some),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _percentile(
    minutes: NDArray[np.float64],
    running: NDArray[np.int64],
    before: NDArray[np.int64],
    covered: NDArray[np.int64],
    percent: int,
) -> NDArray[np.float64]:
    """Walk of the person at a percentile of each unit; persons are counted, so this is exact."""
    person = before + -(-covered * percent // _PERCENT)
    some = covered > 0
    found = np.full(len(covered), np.nan)
    found[some] = minutes[np.searchsorted(running, person[some], side="left")]
    return found


def _summed(values: NDArray[np.int64], unit: NDArray[np.intp], n_units: int) -> NDArray[np.int64]:
    # floats are exact up to 2^53: nine billion million persons
    return np.rint(np.bincount(unit, values, minlength=n_units)).astype(np.int64)


def _blank(walk: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(walk), walk, np.nan)


def _chunks(size: int) -> Iterator[slice]:
    for start in range(0, size, _CHUNK):
        yield slice(start, start + _CHUNK)
