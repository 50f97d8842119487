"""Who is served in many drawings of the sites at once: walks are searched once, each drawing is one bit.

Every position that a drawing may choose is walked from once. What a walk to a home means is then a set of drawings:
those in which some site of a layer stands at that position. A home is served by the layer in the union of the sets
of all walks to it, by a group in the union of its layers, and by the promise in what the sets of all groups share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap import reach
from sharemap.coverage.points import columns_of
from sharemap.coverage.services import PROMISE
from sharemap.errors import GeometryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sharemap.coverage.services import Services
    from sharemap.network import WalkNetwork
    from sharemap.perturbed import Drawing

__all__ = ["DrawnServed", "served_in_drawings"]

_STOPS = 2_000  # positions walked from at a time, so that memory does not grow with the number of walks
_BITS = 64


@dataclass(frozen=True)
class DrawnServed:
    """In which drawings each home is served by each layer.

    Attributes
    ----------
    sets
        ``uint64[n_points, n_layers, words]``: one bit for each drawing, and after the last one a bit for the sites as
        they are published.
    runs
        How many drawings.
    services
        The layers of the columns.
    """

    sets: NDArray[np.uint64]
    runs: int
    services: Services

    def rows(self) -> Iterator[tuple[str, str, str, NDArray[np.uint64]]]:
        """Return kind, key, Korean name and ``uint64[n_points, words]`` of each layer, group and the promise."""
        services = self.services
        for column, layer in enumerate(services.layers):
            yield "layer", layer, services.names[layer], self.sets[:, column]
        groups = {
            group: np.bitwise_or.reduce(self.sets[:, columns_of(group, services)], axis=1)
            for group in services.with_data
        }
        for group, found in groups.items():
            yield "group", group, services.groups[group], found
        if groups and not services.without_data:
            yield "promise", PROMISE, services.promise_ko, np.bitwise_and.reduce(list(groups.values()))

    def spread(self, sets: NDArray[np.uint64]) -> NDArray[np.uint8]:
        """Return ``uint8[n_points, runs + 1]``: 1 where a home is served."""
        plain = np.ascontiguousarray(sets.astype("<u8")).view(np.uint8)
        return np.unpackbits(plain, axis=1, count=self.runs + 1, bitorder="little")


def served_in_drawings(  # noqa: PLR0913  the town, and what is drawn of it
    streets: WalkNetwork,
    stops: pd.DataFrame,
    moved: pd.DataFrame,
    points: pd.DataFrame,
    drawing: Drawing,
    *,
    services: Services,
    minutes: float,
) -> DrawnServed:
    """Walk from every position that a drawing may choose, and say in which drawings each home is served.

    Parameters
    ----------
    streets
        The network, with the profile to walk by; on slopes people walk to the sites.
    stops
        ``site_id`` and the columns of :func:`sharemap.network.snap` of the published sites.
    moved
        The columns of :func:`sharemap.network.snap` of ``drawing.moved``, in its order.
    points
        Demand points with the columns of :func:`sharemap.network.snap`.
    drawing
        The sites as they may really be.
    services
        The layers that count.
    minutes
        Inclusive.

    Raises
    ------
    GeometryError
        If stops or positions do not belong to the drawing.
    """
    sources = _sources(stops, moved, drawing)
    sets = _sets(drawing, len(sources), services)
    found = np.zeros((len(points), len(services.layers), sets.shape[2]), dtype=np.uint64)
    towards = streets.reversed()
    # neighbours in space share streets: the order of the edges keeps a chunk together
    edge = sources["edge_id"].astype("Int64").fillna(-1).to_numpy(dtype=np.int64)
    asked = np.flatnonzero(sets.any(axis=(1, 2)) & (edge >= 0))
    asked = asked[np.argsort(edge[asked], kind="stable")]
    for start in range(0, len(asked), _STOPS):
        part = asked[start : start + _STOPS]
        near = sources.iloc[part].reset_index(drop=True)
        pairs = reach.to_points(towards, reach.within(towards, near, minutes=minutes), near, points)
        for column in range(len(services.layers)):
            _unite(found[:, column], pairs.point, sets[part, column], pairs.site)
    return DrawnServed(found, drawing.runs, services)


def _sources(stops: pd.DataFrame, moved: pd.DataFrame, drawing: Drawing) -> pd.DataFrame:
    """Return the stops of the published sites in the order of the drawing, then those of the other positions."""
    listed = drawing.sites.loc[drawing.sites["published"], "site_id"]
    at = pd.Index(stops["site_id"]).get_indexer(pd.Index(listed))
    if (at < 0).any() or len(moved) != len(drawing.moved):
        msg = "the stops do not belong to the drawing"
        raise GeometryError(
            msg,
            column="site_id",
            value=listed.to_numpy()[at < 0][:1].tolist() or len(moved),
            remedy="draw from the sites that the stops were made for",
        )
    columns = ["edge_id", "offset_m", "snap_m", "status"]
    both = pd.concat([stops.iloc[at][columns], moved[columns]], ignore_index=True)
    return both.assign(site_id=np.arange(len(both)))


def _sets(drawing: Drawing, n_sources: int, services: Services) -> NDArray[np.uint64]:
    """Return the drawings in which some site of a layer stands at a source, ``uint64[n_sources, n_layers, words]``."""
    runs, words = drawing.runs, -(-(drawing.runs + 1) // _BITS)
    sets = np.zeros((n_sources, len(services.layers), words), dtype=np.uint64)
    at, published = _source_of(drawing), drawing.sites["published"].to_numpy(dtype=bool)
    for column, layer in enumerate(services.layers):
        ours = np.flatnonzero((drawing.sites["layer"] == layer).to_numpy(dtype=bool))
        there = np.zeros((n_sources, words * _BITS), dtype=bool)
        run, site = np.nonzero(drawing.present[:, ours])
        there[at[run, ours[site]], run] = True
        there[ours[published[ours]], runs] = True
        sets[:, column] = np.packbits(there, axis=1, bitorder="little").view("<u8")
    return sets


def _source_of(drawing: Drawing) -> NDArray[np.int64]:
    """Return ``int64[runs, sites]``: the source that each site is walked from."""
    building, published = drawing.building_of_site, drawing.sites["published"].to_numpy(dtype=bool)
    n_listed = int(published.sum())
    n_buildings = int(drawing.positions["published"].sum())
    first = np.zeros(n_buildings, dtype=np.int64)
    first[building[:n_listed][::-1]] = np.arange(n_listed)[::-1]
    at = drawing.stands_at().astype(np.int64)
    still = at < n_buildings
    # where its building stands as published a site has its own door; in another building that one's
    own = np.where(at == building[None, :], np.arange(len(building))[None, :], first[np.where(still, at, 0)])
    return np.where(still, own, n_listed + at - n_buildings)


def _unite(
    found: NDArray[np.uint64], point: NDArray[np.int32], sets: NDArray[np.uint64], site: NDArray[np.int32]
) -> None:
    """Add the sets of the walks to those of the points, in place; the walks are sorted by point."""
    some = np.asarray(sets.any(axis=1), dtype=bool)
    counts = some[site]
    point, site = point[counts], site[counts]
    if not len(point):
        return
    starts = np.flatnonzero(np.r_[True, point[1:] != point[:-1]])
    found[point[starts]] |= np.bitwise_or.reduceat(sets[site], starts, axis=0)
