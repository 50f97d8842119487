"""Pairs of shared spaces that would become a village with one more, and the block for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap.units import persons
from sharemap.villages.one_more import best_blocks
from sharemap.villages.typed import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.villages.facts import Facts
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
    free: pd.DataFrame, spaces: gpd.GeoDataFrame, facts: Facts, *, around: Surroundings, rules: VillageRules
) -> gpd.GeoDataFrame:
    """Rank the pairs by the residents within 15 minutes of either; then the shorter walk, then the ids.

    The block for the third space is that of :func:`sharemap.villages.one_more.best_blocks`: the tightest triangle,
    then most residents. A pair without any such block has none, and without streets nobody knows.

    Parameters
    ----------
    free
        As :func:`free_pairs` gives them.
    spaces
        Shared spaces (schema 'places'), indexed by place id.
    facts
        What is known about them.
    around, rules
        As for :func:`sharemap.villages.find`.
    """
    if not len(free):
        return table_of("one_short", crs=spaces.crs)
    metres = facts.profile.metres(_MINUTES)
    people = [
        persons(int(facts.people[facts.within(facts.rows(pair), metres)].sum())) for pair in _both(free)
    ]
    order = free.assign(people=people).sort_values(
        ["people", "walk_m", "a", "b"], ascending=[False, True, True, True], ignore_index=True
    )
    best = best_blocks(_both(order), around, rules, facts).reindex(order.index)
    walks = _walks_to(best["node"], order, around)
    a, b = spaces.loc[order["a"]], spaces.loc[order["b"]]
    ends = np.column_stack([a.geometry.to_numpy(), b.geometry.to_numpy()])
    at = best["block"].fillna(-1).to_numpy(dtype=np.int64)
    columns = {
        "rank": np.arange(1, len(order) + 1),
        "place_a": order["a"],
        "name_a": a["name"].to_numpy(),
        "place_b": order["b"],
        "name_b": b["name"].to_numpy(),
        "walk_m": order["walk_m"],
        **{name: _of_block(around.blocks, name, at) for name in ("dong_name", "block_id")},
        "walk_a_m": walks[:, 0],
        "walk_b_m": walks[:, 1],
        "triangle_m": order["walk_m"] + walks.sum(axis=1),
        "residents_15min": order["people"],
        "residents_added": best["residents_added"].astype("float64"),
        "idle_fits": pd.array([pd.NA] * len(order), dtype="Int64"),
        "geometry": _shapes(around.blocks, at, ends, rules),
    }
    return table_of("one_short", columns, crs=spaces.crs)


def _both(pairs: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(pairs["a"], pairs["b"], strict=True))


def _walks_to(node: pd.Series[Any], pairs: pd.DataFrame, around: Surroundings) -> NDArray[np.float64]:
    """Return the walks from the proposed node to the two places; NaN where none is proposed."""
    walks = np.full((len(pairs), 2), np.nan)
    if around.ground is None:
        return walks
    reached = around.ground.both_ways
    row = {place: at for at, place in enumerate(reached.site_ids)}
    for pair in np.flatnonzero(node.notna()):
        for side, name in enumerate(("a", "b")):
            at = row[pairs[name].iloc[pair]]
            part = slice(reached.indptr[at], reached.indptr[at + 1])
            found = np.flatnonzero(reached.node[part] == node.iloc[pair])
            walks[pair, side] = reached.cost_cm[part][found[0]] / 100.0
    return walks


def _of_block(blocks: gpd.GeoDataFrame | None, column: str, at: NDArray[np.int64]) -> NDArray[Any]:
    """Return a column of blocks by position; -1 gives nothing."""
    values = [] if blocks is None else blocks[column].to_numpy(dtype=object)
    return np.append(np.asarray(values, dtype=object), [None])[at]


def _shapes(
    blocks: gpd.GeoDataFrame | None, at: NDArray[np.int64], ends: NDArray[Any], rules: VillageRules
) -> NDArray[Any]:
    """Return the parts of the blocks near the pair, all of a block that lies farther off, or the widened pair."""
    shapes = np.array(
        shapely.buffer(shapely.convex_hull(shapely.multipoints(ends)), rules.hull_m), dtype=object
    )
    chosen = np.flatnonzero(at >= 0)
    if blocks is None or not len(chosen):
        return shapes
    whole = blocks.geometry.to_numpy()[at[chosen]]
    part = shapely.intersection(whole, shapely.buffer(shapely.multipoints(ends[chosen]), rules.edge_m))
    shapes[chosen] = np.where(shapely.is_empty(part), whole, part)
    return shapes
