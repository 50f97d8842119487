"""Where one more space should stand: the block that is nearest to all of a set of places, by walking.

A block is entered where a street node lies on or beside it. For every such node the walks to all places of the set
are known from the reach of the places, exactly; of the nodes within ``adjacent_m`` of all of them

1. the smallest sum of walks decides (for a pair: the tightest triangle), in blocks that differ by less than
   ``step_m``;
2. among those, the node from which most residents are reached within 15 minutes;
3. then the lowest block id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap import reach
from sharemap.units import persons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sharemap.network import WalkNetwork
    from sharemap.reach import PointCosts
    from sharemap.villages.facts import Facts
    from sharemap.villages.rules import Ground, Surroundings, VillageRules

__all__ = ["Newcomers", "best_blocks", "spots_near"]

_MINUTES = 15.0
_CM = 100.0


def spots_near(sets: Sequence[tuple[str, ...]], ground: Ground, *, adjacent_m: float) -> pd.DataFrame:
    """Return the street nodes within `adjacent_m` of every place of each set.

    Returns
    -------
    ``set`` (position), ``node``, ``walks_m`` (sum of the walks to the places), ``longest_m``.
    """
    row = {place: at for at, place in enumerate(ground.both_ways.site_ids)}
    found = [_common(ground, [row[place] for place in places], adjacent_m) for places in sets]
    sizes = [len(node) for node, _, _ in found]
    columns = [np.concatenate([np.empty(0), *(part[at] for part in found)]) for at in range(3)]
    return pd.DataFrame(
        {
            "set": np.repeat(np.arange(len(sets)), sizes),
            "node": columns[0].astype(np.int64),
            "walks_m": columns[1] / _CM,
            "longest_m": columns[2] / _CM,
        }
    )


def _common(ground: Ground, rows: Sequence[int], adjacent_m: float) -> tuple[NDArray[Any], ...]:
    """Nodes that all places reach, with the sum and the largest of the costs in centimetres."""
    node, total, longest = _near(ground, rows[0], adjacent_m)
    for other in rows[1:]:
        theirs, cost, _ = _near(ground, other, adjacent_m)
        node, ours, at = np.intersect1d(node, theirs, assume_unique=True, return_indices=True)
        total, longest = total[ours] + cost[at], np.maximum(longest[ours], cost[at])
    return node, total, longest


def _near(ground: Ground, row: int, adjacent_m: float) -> tuple[NDArray[Any], ...]:
    walks = ground.both_ways
    part = slice(walks.indptr[row], walks.indptr[row + 1])
    cost = walks.cost_cm[part].astype(np.int64)
    near = cost <= round(adjacent_m * _CM)
    return walks.node[part][near].astype(np.int64), cost[near], cost[near]


def best_blocks(
    sets: Sequence[tuple[str, ...]], around: Surroundings, rules: VillageRules, facts: Facts
) -> pd.DataFrame:
    """Return the block for one more space of each set; indexed by the position of the set, none where there is none.

    Parameters
    ----------
    sets
        Place ids; each set mutually adjacent.
    around
        With ``ground`` and ``blocks``; without them nothing is proposed.
    rules, facts
        What is adjacent, and what is near the places.

    Returns
    -------
    ``block`` (position in ``around.blocks``), ``node``, ``walks_m``, ``longest_m``, ``residents_15min``,
    ``residents_added``: residents within 15 minutes of the node and, of them, those within 15 minutes of no place
    of the set.
    """
    empty = pd.DataFrame(
        columns=["block", "node", "walks_m", "longest_m", "residents_15min", "residents_added"], dtype="int64"
    )
    if around.ground is None or around.blocks is None or not len(sets):
        return empty
    spots = spots_near(sets, around.ground, adjacent_m=rules.adjacent_m)
    spots = spots.merge(_entrances(spots["node"].unique(), around, rules), on="node")
    if spots.empty:
        return empty
    spots = spots.sort_values(["set", "block", "walks_m", "node"]).drop_duplicates(["set", "block"])
    tightest = spots.groupby("set")["walks_m"].transform("min")
    tight = spots[spots["walks_m"] < tightest + rules.step_m].reset_index(drop=True)
    nodes, which = np.unique(tight["node"], return_inverse=True)
    newcomers = Newcomers.at_nodes(nodes, around)
    tight["residents_15min"] = newcomers.residents()[which]
    tight["block_id"] = around.blocks["block_id"].to_numpy()[tight["block"]]
    best = tight.sort_values(["set", "residents_15min", "block_id"], ascending=[True, False, True])
    best = best.drop_duplicates("set").set_index("set")
    position = {node: at for at, node in enumerate(nodes.tolist())}
    best["residents_added"] = [
        newcomers.added(position[node], sets[at], facts)
        for at, node in zip(best.index, best["node"], strict=True)
    ]
    return best[empty.columns.tolist()]


def _entrances(nodes: NDArray[np.int64], around: Surroundings, rules: VillageRules) -> pd.DataFrame:
    """Return which nodes lie on or beside which blocks; in tunnels and on bridges nobody enters a block."""
    ground, blocks = around.ground, around.blocks
    if ground is None or blocks is None:
        return pd.DataFrame({"node": [], "block": []}, dtype="int64")
    usable = _on_the_ground(ground.streets)
    nodes = nodes[usable[nodes]]
    real = np.flatnonzero((blocks["kind"] == "block").to_numpy())
    tree = shapely.STRtree(blocks.geometry.to_numpy()[real])
    points = ground.streets.nodes.geometry.to_numpy()[nodes]
    node, block = tree.query(points, predicate="dwithin", distance=rules.face_m)
    return pd.DataFrame({"node": nodes[node], "block": real[block]})


def _on_the_ground(streets: WalkNetwork) -> NDArray[np.bool_]:
    usable = np.zeros(len(streets.nodes), dtype=bool)
    usable[streets.edge_u[streets.joined]] = True
    usable[streets.edge_v[streets.joined]] = True
    return usable


@dataclass(frozen=True)
class Newcomers:
    """Residents within 15 minutes of spots where a space could open.

    Attributes
    ----------
    starts, point
        CSR over spots: demand points within 15 minutes.
    people
        Residents of the demand points, in thousandths of a person.
    profile_m
        Metres of 15 minutes.
    """

    starts: NDArray[np.int64]
    point: NDArray[np.int64]
    people: NDArray[np.int64]
    profile_m: float

    @classmethod
    def at_nodes(cls, nodes: NDArray[np.int64], around: Surroundings) -> Newcomers:
        """Walk from street nodes."""
        if around.ground is None:
            msg = "spots on streets need the streets"
            raise ValueError(msg)
        streets = around.ground.streets
        edge = streets.csr_edge[streets.indptr[nodes]].astype(np.int64)
        at_v = streets.edge_u[edge] != nodes
        stops = pd.DataFrame(
            {
                "site_id": nodes.astype(str),
                "edge_id": edge,
                "offset_m": np.where(at_v, streets.edge_length_cm[edge] / _CM, 0.0),
                "snap_m": 0.0,
                "status": "ok",
            }
        )
        return cls.at_stops(stops, around)

    @classmethod
    def at_stops(cls, stops: pd.DataFrame, around: Surroundings) -> Newcomers:
        """Walk from stops (``site_id`` and the columns of :func:`sharemap.network.snap`)."""
        if around.ground is None:
            msg = "stops on streets need the streets"
            raise ValueError(msg)
        # residents walk to the spot
        streets = around.ground.streets.with_profile(around.place_costs.profile).reversed()
        near = reach.within(streets, stops, minutes=_MINUTES)
        costs: PointCosts = reach.to_points(streets, near, stops, around.demand)
        order = np.argsort(costs.site, kind="stable")
        starts = np.zeros(len(stops) + 1, dtype=np.int64)
        np.cumsum(np.bincount(costs.site, minlength=len(stops)), out=starts[1:])
        return cls(
            starts=starts,
            point=costs.point[order].astype(np.int64),
            people=around.demand["residents"].to_numpy(dtype=np.int64),
            profile_m=costs.profile.metres(_MINUTES),
        )

    def residents(self) -> NDArray[np.float64]:
        """Residents near each spot, in persons."""
        before = np.concatenate([[0], np.cumsum(self.people[self.point])])
        return persons(before[self.starts[1:]] - before[self.starts[:-1]])

    def added(self, spot: int, places: Sequence[str], facts: Facts) -> float:
        """Residents near a spot and near none of some places, in persons."""
        ours = self.point[self.starts[spot] : self.starts[spot + 1]]
        theirs = facts.within(facts.rows(places), self.profile_m)
        return persons(int(self.people[np.setdiff1d(ours, theirs, assume_unique=True)].sum()))
