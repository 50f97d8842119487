"""Which idle spaces of the user's list would complete a pair or enlarge a village."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap import reach
from sharemap.villages.one_more import Newcomers
from sharemap.villages.typed import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sharemap.villages.facts import Facts
    from sharemap.villages.rules import Surroundings

__all__ = ["idle_fits"]


def idle_fits(
    targets: Sequence[tuple[str, str, int, tuple[str, ...]]],
    facts: Facts,
    *,
    around: Surroundings,
    adjacent_m: float,
) -> pd.DataFrame:
    """Return the table 'idle_fits': for each pair or village the idle spaces within `adjacent_m` of all its places.

    The best has the smallest sum of walks to the places (the tightest triangle of a pair); then more residents
    within 15 minutes; then the smaller id.

    Parameters
    ----------
    targets
        Kind ('pair' or 'village'), id, rank and places of each.
    facts
        What is known about the places.
    around
        With ``ground`` and ``idle``: ``site_id``, ``name``, ``address`` and the columns of
        :func:`sharemap.network.snap`.
    adjacent_m
        Metres of walking, inclusive.
    """
    idle, ground = around.idle, around.ground
    if idle is None or ground is None or not len(idle) or not targets:
        return table_of("idle_fits")
    walks = _walks(around, adjacent_m)
    newcomers = Newcomers.at_stops(idle, around)
    residents = newcomers.residents()
    row = {place: at for at, place in enumerate(ground.reached.site_ids)}
    rows = []
    for kind, key, rank, places in targets:
        to_all = walks[[row[place] for place in places]]
        fits = np.flatnonzero(np.isfinite(to_all).all(axis=0))
        total = np.rint(to_all[:, fits].sum(axis=0) * 100)
        ids = idle["site_id"].to_numpy(dtype=object)[fits].astype(str)
        for place, at in enumerate(fits[np.lexsort((ids, -residents[fits], total))], start=1):
            rows.append(
                (
                    *(kind, key, rank, place, idle["site_id"].iloc[at], idle["name"].iloc[at]),
                    *(idle["address"].iloc[at], to_all[:, at].max(), to_all[:, at].sum(), residents[at]),
                    newcomers.added(int(at), places, facts),
                )
            )
    columns = table_of("idle_fits").columns
    return table_of("idle_fits", pd.DataFrame(rows, columns=columns))


def _walks(around: Surroundings, adjacent_m: float) -> NDArray[np.float64]:
    """Return the walks between each place and each idle space, the longer way; infinite beyond the adjacency."""
    ground, idle = around.ground, around.idle
    if ground is None or idle is None:
        return np.empty((0, 0))
    ways = [(ground.streets, ground.reached)]
    if ground.back is not None:
        ways.append((ground.streets.reversed(), ground.back))
    walks = np.zeros((len(ground.stops), len(idle)))
    for streets, reached in ways:
        costs = reach.to_points(streets, reached, ground.stops, idle)
        way = np.full(walks.shape, np.inf)
        near = costs.cost_m <= adjacent_m
        way[costs.site[near], costs.point[near]] = costs.cost_m[near]
        walks = np.maximum(walks, way)
    return walks
