"""What the stages share: how they report, and tables of the folder as objects."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap import coverage, reach
from sharemap.catalog import GROUPS
from sharemap.network import WalkNetwork
from sharemap.reach import DirectedCosts

if TYPE_CHECKING:
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = [
    "Counts",
    "costs_of",
    "services_of",
    "slopes_of",
    "stops_by_layer",
    "streets_of",
    "walks_between",
]


@dataclass(frozen=True)
class Counts:
    """What a stage did, for its log line."""

    rows_in: int
    rows_out: int
    set_aside: int = 0


def streets_of(study: Study, folder: RunFolder) -> WalkNetwork:
    """Return the network of the folder, priced for the profile of the study."""
    report = MappingProxyType(folder.json("network/report.json"))
    streets = WalkNetwork(folder.table("nodes"), folder.table("edges"), study.profile, report)
    return streets.with_profile(study.profile)


def slopes_of(study: Study, folder: RunFolder) -> pd.DataFrame | None:
    """Return how much dearer each edge is uphill and downhill; None without an elevation raster."""
    return folder.table("slopes") if study.elevation.raster else None


def costs_of(
    streets: WalkNetwork, slopes: pd.DataFrame | None, *, to_sites: bool = False
) -> DirectedCosts | None:
    """Return the costs of a profile on slopes; None on the flat.

    Steps have a factor of their own in the profile, which stands for their steepness: on steps the dearer of the
    two counts, not both.

    Parameters
    ----------
    streets
        The network, priced for the profile.
    slopes
        Table ``slopes``.
    to_sites
        Residents walk to the sites; the kernel starts at the sites, so the streets are turned round for it.
    """
    if slopes is None:
        return None
    cost, length = streets.edge_cost_cm.astype(np.float64), streets.edge_length_cm.astype(np.float64)
    ways = [
        np.where(
            cost < 0, -1, np.rint(np.where(cost > length, np.maximum(cost, length * factor), cost * factor))
        )
        for factor in (slopes["forward"].to_numpy(), slopes["backward"].to_numpy())
    ]
    there = DirectedCosts(ways[0].astype(np.int64), ways[1].astype(np.int64))
    return there.reversed() if to_sites else there


def walks_between(
    streets: WalkNetwork, stops: pd.DataFrame, costs: DirectedCosts | None, *, cutoff_m: float
) -> pd.DataFrame:
    """Return the walks between two sites that are no longer than a cutoff; on slopes the longer of the two ways counts.

    Neighbours are to be near whichever of them one comes from, so there is one walk for each pair, as on the flat.

    Parameters
    ----------
    streets, stops, cutoff_m
        As for :func:`sharemap.reach.between`.
    costs
        Directed costs, in either direction; None on the flat.

    Returns
    -------
    ``a``, ``b`` (``a < b``) and ``walk_m``, sorted.
    """
    if costs is None:
        return reach.between(streets, stops, cutoff_m=cutoff_m)
    near = reach.within(streets, stops, minutes=streets.profile.minutes(cutoff_m), costs=costs)
    pairs = reach.to_points(streets, near, stops, stops, costs=costs)
    ids = near.site_ids.astype(str)
    start, end = ids[pairs.site], ids[pairs.point]
    ways = pd.DataFrame(
        {
            "a": np.where(start < end, start, end),
            "b": np.where(start < end, end, start),
            "walk_m": pairs.cost_m,
        }
    )
    walk = ways[start != end].groupby(["a", "b"], sort=True)["walk_m"].agg(["max", "size"])
    there_and_back = walk[walk["size"] == 2]["max"]  # noqa: PLR2004  the other way may be beyond the cutoff
    return there_and_back.rename("walk_m").reset_index()


def stops_by_layer(study: Study, folder: RunFolder) -> dict[str, pd.DataFrame]:
    """Return the stops of each layer that has sites, in the order of the catalogue."""
    layer = folder.table("sites").set_index("site_id")["layer"]
    stops = folder.table("stops")
    groups = dict(list(stops.groupby(layer.reindex(stops["site_id"]).to_numpy())))
    return {key: groups[key].reset_index(drop=True) for key in study.catalog.keys if key in groups}


def services_of(study: Study, without_data: frozenset[str] = frozenset()) -> coverage.Services:
    """Return the layers of which the study has data, by group of the plan."""
    given = {entry.layer for entry in study.sites} - without_data
    layers = {layer.key: layer for layer in study.catalog if layer.key in given}
    return coverage.Services(
        layers={key: layer.group for key, layer in layers.items()},
        groups=GROUPS,
        names={key: layer.name_ko for key, layer in layers.items()},
    )
