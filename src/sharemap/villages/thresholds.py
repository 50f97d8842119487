"""How many candidates there are for other thresholds, and how many a naive reading of the data would find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sharemap.villages.cliques import TooManyCliquesError, adjacency, buildings, cliques, resolve
from sharemap.villages.typed import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["THRESHOLDS", "thresholds"]

#: Metres of walking for which candidates are counted.
THRESHOLDS: tuple[int, ...] = (250, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750, 800)

#: More maximal sets than this are not worth resolving: the reading has gone wrong long before.
_MOST = 50_000


def thresholds(
    walks: pd.DataFrame,
    unfolded: pd.DataFrame | None = None,
    *,
    metres: Sequence[int] = THRESHOLDS,
    min_places: int = 3,
    building: Mapping[str, str | None] | None = None,
) -> pd.DataFrame:
    """Count maximal sets and disjoint villages by adjacency threshold.

    Parameters
    ----------
    walks
        ``a``, ``b``, ``walk_m`` between shared spaces, up to the largest of the thresholds.
    unfolded
        The same between the published services, each counted as a place of its own.
    metres
        Whole metres.
    min_places
        Places that make a village.
    building
        Places that may be one building, as for :func:`resolve`; the naive reading knows of none.

    Returns
    -------
    Table 'village_thresholds'. A reading with more than 50,000 sets is not counted: its cells are empty.

    Examples
    --------
    One building that publishes three services is three places to the naive reader:

    >>> places = pd.DataFrame({"a": ["p"], "b": ["q"], "walk_m": [300.0]})
    >>> services = pd.DataFrame({"a": ["1", "1", "2"], "b": ["2", "3", "3"], "walk_m": [0.0, 0.0, 0.0]})
    >>> thresholds(places, services, metres=[400]).values.tolist()
    [[400, 0, 0, 1, 1]]
    """
    rows = []
    for limit in metres:
        sets, villages = _counted(walks, limit, min_places, building or {})
        naive = (None, None) if unfolded is None else _counted(unfolded, limit, min_places, {})
        rows.append((limit, sets, villages, *naive))
    return table_of("village_thresholds", pd.DataFrame(rows, columns=table_of("village_thresholds").columns))


def _counted(
    walks: pd.DataFrame, limit: float, min_places: int, building: Mapping[str, str | None]
) -> tuple[int | None, int | None]:
    pairs = adjacency(walks, adjacent_m=limit)
    try:
        found = cliques(pairs, min_places=min_places, at_most=_MOST)
    except TooManyCliquesError:
        return None, None
    sets = [clique for clique in found if buildings(clique, building) >= min_places]
    return len(sets), len(resolve(sets, pairs, min_places=min_places, building=building).villages)
