"""Pairs of shared spaces that would become a village with one more, and the block for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from sharemap.villages.rules import reach_m
from sharemap.villages.tables import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.villages.rules import Surroundings, VillageRules

__all__ = ["MAKES_THREE", "free_pairs", "one_short"]

MAKES_THREE = 3
_MINUTES = 15


def free_pairs(
    pairs: pd.DataFrame, found: Sequence[tuple[str, ...]], villages: Sequence[tuple[str, ...]]
) -> pd.DataFrame:
    """Return the adjacent pairs that lie in none of the cliques and of which neither place is in a village.

    Examples
    --------
    >>> pairs = pd.DataFrame({"a": list("ppqrx"), "b": list("qrrsy"), "walk_m": 100.0})
    >>> free_pairs(pairs, [("p", "q", "r")], [("p", "q", "r")])[["a", "b"]].values.tolist()
    [['x', 'y']]
    """
    taken = {place for village in villages for place in village}
    sets_of: dict[str, set[int]] = {}
    for number, clique in enumerate(found):
        for place in clique:
            sets_of.setdefault(place, set()).add(number)
    nothing: set[int] = set()
    free = [
        a not in taken and b not in taken and not (sets_of.get(a, nothing) & sets_of.get(b, nothing))
        for a, b in zip(pairs["a"], pairs["b"], strict=True)
    ]
    return pairs[np.asarray(free, dtype=bool)].reset_index(drop=True)


def one_short(
    free: pd.DataFrame, spaces: gpd.GeoDataFrame, *, around: Surroundings, rules: VillageRules
) -> gpd.GeoDataFrame:
    """Rank the pairs by the residents within 15 minutes of either; then the shorter walk, then the ids.

    The block for the third space: of the blocks within ``adjacent_m`` of both places, straight, those whose
    distance to the farther of the two is smallest, in steps of ``step_m``; of these the one with most
    residents; then the lowest id. A pair without any such block has none.

    Parameters
    ----------
    free
        As :func:`free_pairs` gives them.
    spaces
        Shared spaces (schema 'places'), indexed by place id.
    """
    if not len(free):
        return table_of("one_short")
    people = _people_of_either(free, around)
    order = free.assign(people=people).sort_values(
        ["people", "walk_m", "a", "b"], ascending=[False, True, True, True]
    )
    order = order.reset_index(drop=True)
    a, b = spaces.loc[order["a"]], spaces.loc[order["b"]]
    ends = np.column_stack([a.geometry.to_numpy(), b.geometry.to_numpy()])
    blocks = around.blocks if around.blocks is not None else table_of("blocks")
    blocks = blocks[(blocks["kind"] == "block").to_numpy()].reset_index(drop=True)
    chosen = _block_between(ends, blocks, rules)
    none = pd.Series(chosen < 0)
    at = np.where(chosen < 0, 0, chosen)
    hull = shapely.buffer(shapely.convex_hull(shapely.multipoints(ends)), rules.hull_m)
    return table_of(
        "one_short",
        {
            "rank": np.arange(1, len(order) + 1),
            "place_a": order["a"],
            "name_a": a["name"].to_numpy(),
            "place_b": order["b"],
            "name_b": b["name"].to_numpy(),
            "dong_name": _taken(blocks["dong_name"], at).mask(none),
            "walk_m": order["walk_m"],
            "block_id": _taken(blocks["block_id"], at).mask(none),
            "residents_15min": order["people"],
            "geometry": _near(_taken(blocks.geometry, at), ends, rules).mask(none, pd.Series(hull)),
        },
    )


def _taken(column: pd.Series[Any], at: NDArray[np.int64]) -> pd.Series[Any]:
    values = column.to_numpy(dtype=object)
    return pd.Series(values[at] if len(values) else np.full(len(at), None), dtype=object)


def _near(shapes: pd.Series[Any], ends: NDArray[Any], rules: VillageRules) -> pd.Series[Any]:
    """Return the parts of blocks near the pair; where a block lies farther off, all of it."""
    near = shapely.buffer(shapely.multipoints(ends), rules.edge_m)
    part = pd.Series(shapely.intersection(shapes.to_numpy(), near), dtype=object)
    return part.mask(shapely.is_empty(part.to_numpy()), shapes)


def _people_of_either(free: pd.DataFrame, around: Surroundings) -> NDArray[np.int64]:
    """Residents near a plus those near b less those near both."""
    costs = around.place_costs
    near = costs.cost_m <= reach_m(costs.profile, _MINUTES)
    reached = sparse.csc_array(
        (np.ones(int(near.sum()), dtype=np.int64), (costs.point[near], costs.site[near])),
        shape=(costs.n_points, len(costs.site_ids)),
    )
    reached.data[:] = 1  # a pair given twice is still one walk
    people = around.demand["residents"].to_numpy(dtype=np.int64)
    column = pd.Series(np.arange(len(costs.site_ids)), index=costs.site_ids)
    a, b = reached[:, column[free["a"]].to_numpy()], reached[:, column[free["b"]].to_numpy()]
    both = a.multiply(b)
    return np.asarray(people @ a + people @ b - people @ both, dtype=np.int64)


def _block_between(ends: NDArray[Any], blocks: gpd.GeoDataFrame, rules: VillageRules) -> NDArray[np.int64]:
    """Position of the block for each pair; -1 where there is none."""
    best = np.full(len(ends), -1, dtype=np.int64)
    shapes = blocks.geometry.to_numpy()
    pair, block = shapely.STRtree(shapes).query(ends[:, 0], predicate="dwithin", distance=rules.adjacent_m)
    farther = np.maximum(
        shapely.distance(shapes[block], ends[pair, 0]), shapely.distance(shapes[block], ends[pair, 1])
    )
    near = farther <= rules.adjacent_m
    candidates = pd.DataFrame(
        {
            "pair": pair[near],
            "steps": np.floor(farther[near] / rules.step_m),
            "residents": blocks["residents"].to_numpy()[block[near]],
            "block_id": blocks["block_id"].to_numpy()[block[near]],
            "block": block[near],
        }
    ).sort_values(["pair", "steps", "residents", "block_id"], ascending=[True, True, False, True])
    first = candidates.drop_duplicates("pair")
    best[first["pair"].to_numpy()] = first["block"].to_numpy()
    return best
