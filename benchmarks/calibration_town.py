"""Random towns of which everything is known, and lists of them with errors: nothing of sharemap is used here.

A town is a grid of streets with gaps, buildings with services on it, homes, and what is true about them by brute force
(scipy's Dijkstra, networkx' cliques). What is published of it has wrong positions, closed rows and lacks some.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, product

import networkx as nx
import numpy as np
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

SIDE_M, GRID_M = 6000.0, 120.0
#: Kind of service: whether it makes a shared space, its group, and how many a town has of it.
KINDS = {
    "reading": (True, "space", 50),
    "room": (True, "space", 30),
    "tool": (True, "goods", 20),
    "toy": (True, "goods", 12),
    "bike": (False, "mobility", 16),
    "wifi": (False, "information", 10),
}
#: Distance between a published position and the true one: share of the rows, metres; between them in proportion of logs.
ERROR_M = (
    (0.0, 0.05),
    (0.5, 1.0),
    (0.75, 9.4),
    (0.8, 24.5),
    (0.85, 64.0),
    (0.9, 196.0),
    (0.94, 440.0),
    (0.95, 999.0),
    (1.0, 5633.0),
)
CLOSED, MISSING = 0.041, 0.038
#: The same of lists that somebody keeps on the spot, as that of the bicycles; which kinds have one differs from town to town.
KEPT_ERROR_M = ((0.0, 0.05), (0.95, 1.0), (0.98, 12.0), (0.99, 58.7), (0.995, 150.0), (1.0, 600.0))
KEPT_CLOSED, KEPT_MISSING = 0.017, 0.023
WARDS = 3  # on a side
GAPS = 0.2  # share of the streets of the grid that are not there
FEWEST = 3  # places of a village
SNAP_M = 150.0


@dataclass
class Town:
    """What is true: streets, buildings, services, homes."""

    lines: np.ndarray
    ends: np.ndarray
    nodes: np.ndarray
    buildings: np.ndarray
    services: list[tuple[str, int, str]]  # kind, building, "ok" | "closed" | "missing"
    homes: np.ndarray
    residents: np.ndarray
    ward: np.ndarray
    adjacent_m: float
    door_m: np.ndarray
    kept: frozenset[str] = frozenset()  # kinds whose list is kept on the spot
    published: list[tuple[str, int, float, float]] = field(default_factory=list)


def build(seed: int, factor: float, dense: float = 1.0, kept: float = 0.0) -> Town:
    """Return a town and its lists, with errors so many times as long and as frequent as measured.

    `dense` is how many times as many shared spaces it has: many candidates come of it, and shares near 1. `kept` is how
    likely the list of a kind is one that is kept on the spot: sets come of it of which one can be sure.
    """
    rng = np.random.default_rng([seed, 77])
    nodes, ends = _streets(rng)
    lines = shapely.linestrings(nodes[ends])
    held = frozenset(kind for kind, sure in zip(KINDS, _kept(seed), strict=True) if sure < kept)
    buildings, services = _services(rng, lines, factor, dense, held)
    homes = _beside(rng, lines, 900)
    town = Town(
        lines=lines, ends=ends, nodes=nodes, buildings=buildings, services=services, homes=homes,
        residents=rng.integers(20, 400, len(homes)), ward=_ward(homes),
        adjacent_m=400.0 * rng.uniform(0.8, 1.2), door_m=rng.normal(0, 10, len(buildings)).clip(-50, 50),
        kept=held,
    )  # fmt: skip
    for number, (kind, at, state) in enumerate(services):
        if state == "missing":
            continue
        town.published.append((kind, number, *_published(rng, buildings[at], factor, kind in held)))
    return town


def _kept(seed):
    """Return a number of each kind; drawn apart, so that a town without kept lists stays the town that it was."""
    return np.random.default_rng([seed, 78]).random(len(KINDS))


def _published(rng, true, factor, kept):
    """Return a wrong position in the town; what lies outside is found by whoever reads a list, and corrected."""
    errors = KEPT_ERROR_M if kept else ERROR_M
    while True:
        share, turn = rng.random(), rng.uniform(0, 2 * np.pi)
        far = factor * np.exp(np.interp(share, [q for q, _ in errors], [np.log(m) for _, m in errors]))
        x, y = true + far * np.array([np.cos(turn), np.sin(turn)])
        if 0 <= x <= SIDE_M and 0 <= y <= SIDE_M:
            return float(x), float(y)


def _streets(rng):
    steps = int(SIDE_M / GRID_M) + 1
    at = np.arange(steps * steps).reshape(steps, steps)
    nodes = (
        np.stack(np.meshgrid(np.arange(steps), np.arange(steps), indexing="ij"), axis=-1).reshape(-1, 2)
        * GRID_M
    )
    nodes = nodes + rng.uniform(-25, 25, nodes.shape)
    ends = np.vstack(
        [
            np.column_stack([at[:-1].ravel(), at[1:].ravel()]),
            np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()]),
        ]
    )
    ends = ends[rng.random(len(ends)) > GAPS]
    graph = sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(nodes), len(nodes)))
    _, part = connected_components(graph, directed=False)
    main = part == np.bincount(part).argmax()
    ends = ends[main[ends[:, 0]]]
    used, ends = np.unique(ends, return_inverse=True)
    return nodes[used], ends.reshape(-1, 2)


def _beside(rng, lines, count, near=None):
    """Return points up to 20 m from a street, anywhere or near some points."""
    if near is None:
        line = lines[rng.integers(0, len(lines), count)]
    else:
        line = lines[shapely.STRtree(lines).nearest(shapely.points(near.clip(0, SIDE_M)))]
    on = shapely.get_coordinates(shapely.line_interpolate_point(line, rng.random(count), normalized=True))
    return (on + rng.uniform(-14, 14, (count, 2))).clip(0, SIDE_M)


def _services(rng, lines, factor, dense, kept):
    together, clustered = rng.uniform(0.2, 0.6), rng.uniform(0.2, 0.8)
    middles = rng.uniform(0, SIDE_M, (12, 2))
    buildings, kinds_in, services = [], [], []
    many = {
        kind: count * (dense if space else 1.0) / (1 - (KEPT_CLOSED if kind in kept else CLOSED) * factor)
        for kind, (space, _, count) in KINDS.items()
    }
    kinds = [kind for kind, count in many.items() for _ in range(rng.poisson(count))]
    for kind in rng.permutation(kinds):
        space = KINDS[kind][0]
        free = [at for at, held in enumerate(kinds_in) if space and kind not in held and "space" in held]
        if free and rng.random() < together:
            at = int(rng.choice(free))
        else:
            near = rng.uniform(0, SIDE_M, (1, 2))
            if rng.random() < clustered:
                near = middles[rng.integers(0, len(middles))][None] + rng.normal(0, 350, (1, 2))
            at = len(buildings)
            buildings.append(_beside(rng, lines, 1, near)[0])
            kinds_in.append({"space"} if space else {"support"})
        kinds_in[at].add(kind)
        draw = rng.random()
        closed, missing = (KEPT_CLOSED, KEPT_MISSING) if kind in kept else (CLOSED, MISSING)
        state = (
            "closed" if draw < closed * factor else "missing" if draw < (closed + missing) * factor else "ok"
        )
        services.append((str(kind), at, state))
    return np.array(buildings), services


def _ward(points):
    cell = (points // (SIDE_M / WARDS)).clip(0, WARDS - 1).astype(int)
    return cell[:, 0] * WARDS + cell[:, 1]


def walks(town: Town, starts: np.ndarray, targets: np.ndarray, limit: float) -> np.ndarray:
    """Return the walks from each start to each target, both legs included; inf beyond a limit or 150 m from a street."""
    points = np.vstack([starts, targets])
    tree, shapes = shapely.STRtree(town.lines), shapely.points(points)
    edge = tree.nearest(shapes)
    leg = shapely.distance(shapes, town.lines[edge])
    along = shapely.line_locate_point(town.lines[edge], shapes)
    length = shapely.length(town.lines)
    count = len(town.nodes)
    row, column, metres = [*town.ends[:, 0]], [*town.ends[:, 1]], [*length]
    for number, (of, at) in enumerate(zip(edge, along, strict=True)):
        row += [count + number] * 2
        column += [*town.ends[of]]
        metres += [max(at, 1e-9), max(length[of] - at, 1e-9)]
    graph = sparse.coo_array((metres, (row, column)), shape=(count + len(points),) * 2).tocsr()
    # only starts and targets on one edge meet without passing a node
    found = dijkstra(graph, directed=False, indices=count + np.arange(len(starts)), limit=limit)
    found = found[:, count + len(starts) :]
    same = edge[: len(starts), None] == edge[None, len(starts) :]
    direct = np.abs(along[: len(starts), None] - along[None, len(starts) :])
    found = np.where(same, np.minimum(found, direct), found)
    found = found + leg[: len(starts), None] + leg[None, len(starts) :]
    far = leg > SNAP_M
    found[far[: len(starts)]] = np.inf
    found[:, far[len(starts) :]] = np.inf
    return np.where(found <= limit, found, np.inf)


def true_shares(town: Town, cutoff_m: float = 1125.0) -> dict[tuple[str, str], float]:
    """Return the share of residents served, by service ('reading', 'goods', 'all_groups') and unit ('area' or a ward)."""
    open_ = [(kind, at) for kind, at, state in town.services if state != "closed"]
    cost = walks(town, town.buildings, town.homes, cutoff_m)
    near = {kind: (cost[[at for of, at in open_ if of == kind]] <= cutoff_m).any(axis=0) for kind in KINDS}
    groups: dict[str, np.ndarray] = {}
    for kind, (_, group, _) in KINDS.items():
        groups[group] = groups.get(group, np.zeros(len(town.homes), dtype=bool)) | near[kind]
    served = {**near, **groups, "all_groups": np.logical_and.reduce(list(groups.values()))}
    shares = {}
    for key, reached in served.items():
        shares[key, "area"] = town.residents[reached].sum() / town.residents.sum()
        for ward in np.unique(town.ward):
            lived = town.residents[town.ward == ward]
            shares[key, str(ward)] = lived[reached[town.ward == ward]].sum() / lived.sum()
    return shares


def true_villages(town: Town) -> list[set[int]]:
    """Return the villages of the true buildings."""
    held = sorted({at for kind, at, state in town.services if state != "closed" and KINDS[kind][0]})
    cost = walks(town, town.buildings[held], town.buildings[held], 700.0)
    cost = cost + town.door_m[held][:, None] + town.door_m[held][None]
    graph = nx.Graph()
    for i, j in combinations(range(len(held)), 2):
        if cost[i, j] <= town.adjacent_m:
            graph.add_edge(held[i], held[j], metres=cost[i, j])
    sets = [tuple(sorted(one)) for one in nx.find_cliques(graph)]
    villages: list[set[int]] = []
    taken: set[int] = set()
    while True:
        left = [tuple(p for p in one if p not in taken) for one in sets]
        left = [one for one in left if len(one) >= FEWEST]
        if not left:
            return villages
        best = min(
            left,
            key=lambda one: (-len(one), sum(graph.edges[p]["metres"] for p in combinations(one, 2)), one),
        )
        villages.append(set(best))
        taken.update(best)


def why_not(town: Town, places: list[list[int]], villages: list[set[int]]) -> str:
    """Return why places are no village: 'same' building, 'gone', 'apart' (too far from one another), 'other' village; '' if they are."""
    if is_true(town, places, villages):
        return ""
    held = {at for kind, at, state in town.services if state != "closed" and KINDS[kind][0]}
    of = [sorted({town.services[number][1] for number in place}) for place in places]
    if any(not set(one) & held for one in of):
        return "gone"
    if len({one[0] for one in of}) < len(of):
        return "same"
    at = np.array([one[0] for one in of])
    cost = (
        walks(town, town.buildings[at], town.buildings[at], 700.0)
        + town.door_m[at][:, None]
        + town.door_m[at][None]
    )
    return "other" if cost[np.triu_indices(len(at), 1)].max() <= town.adjacent_m else "apart"


def is_true(town: Town, places: list[list[int]], villages: list[set[int]]) -> bool:
    """Whether places, each the numbers of its published services, are different buildings of one true village."""
    of = [sorted({town.services[number][1] for number in place}) for place in places]
    for chosen in product(*of):
        if len(set(chosen)) >= FEWEST and any(set(chosen) <= village for village in villages):
            return True
    return False
