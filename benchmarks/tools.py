"""Sharemap and its peers on one case. Run by ``run.py``, each in a process of its own; prints one JSON line.

Two kinds of work, both with a cutoff of 1,125 m (15 minutes):

coverage
    for every node and layer, the cost to the nearest site and the number of sites within the cutoff
pairs
    all (site, node) pairs within the cutoff with their costs
"""

# ruff: noqa: D102  the tools share three methods, described above
from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from cases import CUTOFF_CM, Case, streets_of

if TYPE_CHECKING:
    from collections.abc import Callable

CUTOFF_M = CUTOFF_CM / 100
TOLERANCE_M = 0.1
# written by kernels of virtual machines that lend free memory
LENDINGS = Path("/sys/module/page_reporting/parameters/passes")
TRIES = 8
SCIPY_BATCH = 16  # the quickest of 4 to 256 on Seoul: its dense answer stays in the cache


class Tool:
    """What all tools share; imports are not part of building, only of whole processes."""

    modules: tuple[str, ...] = ()
    share = 1.0

    def load(self) -> None:
        for module in self.modules:
            importlib.import_module(module)


class Sharemap(Tool):
    """Our own, on arrays."""

    modules = ("pandas", "sharemap.reach")

    def build(self, case: Case) -> None:
        import pandas as pd

        self.case, self.streets = case, streets_of(case)
        self.stops = pd.DataFrame(
            {
                "site_id": np.arange(case.n_sites).astype(str),
                "edge_id": pd.array(case.stop_edge, dtype="Int64"),
                "offset_m": case.stop_offset_m,
                "snap_m": case.stop_snap_m,
            }
        )
        codes = range(len(case.layers))
        self.layers = {str(case.layers[code]): self.stops[case.stop_layer == code] for code in codes}

    def coverage(self) -> tuple[np.ndarray, np.ndarray]:
        from sharemap import reach

        near = reach.nearest_by_layer(self.streets, self.layers)
        counted = reach.counts(self.streets, self.layers)
        return np.stack([costs.cost_cm for costs in near.values()]), counted.count

    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        from sharemap import reach

        got = reach.within(self.streets, self.stops)
        return got.indptr, got.node, got.cost_cm


class Scipy(Tool):
    """scipy.sparse.csgraph.dijkstra: nearest with min_only, the rest in batches of sources."""

    modules = ("scipy.sparse.csgraph",)

    def build(self, case: Case) -> None:
        from scipy.sparse import csr_array

        self.case = case
        ends, cost = case.doors()
        starts = np.concatenate([case.indptr, case.indptr[-1] + 2 * np.arange(1, case.n_sites + 1)])
        size = case.n_nodes + case.n_sites
        self.graph = csr_array(
            (
                np.concatenate([case.csr_cost, cost.ravel()]) / 100,
                np.concatenate([case.indices, ends.ravel()]).astype(np.int32),
                starts.astype(np.int32),
            ),
            shape=(size, size),
        )

    def _batches(self):
        from scipy.sparse.csgraph import dijkstra

        n = self.case.n_nodes
        for low in range(0, self.case.n_sites, SCIPY_BATCH):
            part = np.arange(low, min(low + SCIPY_BATCH, self.case.n_sites))
            # costs in metres are floats here: a hair above the cutoff, so that it is inclusive
            yield part, dijkstra(self.graph, indices=n + part, limit=CUTOFF_M + 1e-6)[:, :n]

    def coverage(self) -> tuple[np.ndarray, np.ndarray]:
        from scipy.sparse.csgraph import dijkstra

        case, n = self.case, self.case.n_nodes
        near = [
            dijkstra(
                self.graph,
                indices=n + np.flatnonzero(case.stop_layer == code),
                limit=CUTOFF_M + 1e-6,
                min_only=True,
            )[:n]
            for code in range(len(case.layers))
        ]
        count = np.zeros((len(case.layers), n), dtype=np.int32)
        for part, cost in self._batches():
            reached = np.isfinite(cost)
            for code in np.unique(case.stop_layer[part]):
                count[code] += reached[case.stop_layer[part] == code].sum(axis=0)
        near = np.stack(near)
        return np.where(np.isfinite(near), np.rint(near * 100), -1).astype(np.int64), count

    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        sizes, nodes, costs = [[0]], [], []
        for part, cost in self._batches():
            row, node = np.nonzero(np.isfinite(cost))
            sizes.append(np.bincount(row, minlength=len(part)))
            nodes.append(node.astype(np.int32))
            costs.append(cost[row, node])
        cost = np.rint(np.concatenate(costs) * 100).astype(np.int32)
        return np.cumsum(np.concatenate(sizes)), np.concatenate(nodes), cost


class _Sampled(Tool):
    """A tool that walks from some sites only; its time is scaled to all of them, and the report says so."""

    sites = 100

    def _begin(self, case: Case) -> None:
        self.case = case
        self.sample = np.unique(np.linspace(0, case.n_sites - 1, self.sites).astype(int))
        self.share = len(self.sample) / case.n_sites

    def walk(self, door: int) -> dict[int, float]:
        raise NotImplementedError

    def pairs(self) -> dict[int, dict[int, float]]:
        return {int(site): self.walk(self.case.n_nodes + int(site)) for site in self.sample}

    coverage = pairs  # counting adds next to nothing to walking; nearest is not even asked of these


class Networkx(_Sampled):
    """networkx.single_source_dijkstra_path_length on a Graph."""

    modules = ("networkx",)

    def build(self, case: Case) -> None:
        import networkx as nx

        self._begin(case)
        self.graph = nx.Graph()
        u, v, metres = (values.tolist() for values in case.pieces())
        self.graph.add_weighted_edges_from(zip(u, v, metres, strict=True), weight="length")

    def walk(self, door: int) -> dict[int, float]:
        import networkx as nx

        return nx.single_source_dijkstra_path_length(
            self.graph, door, cutoff=CUTOFF_M + 1e-6, weight="length"
        )


class Osmnx(_Sampled):
    """The recipe of OSMnx's isochrone notebook: ego_graph on a MultiDiGraph."""

    modules = ("networkx",)
    sites = 20

    def build(self, case: Case) -> None:
        import networkx as nx

        self._begin(case)
        self.graph = nx.MultiDiGraph()
        u, v, metres = (values.tolist() for values in case.pieces())
        self.graph.add_weighted_edges_from(zip(u, v, metres, strict=True), weight="length")
        self.graph.add_weighted_edges_from(zip(v, u, metres, strict=True), weight="length")

    def walk(self, door: int) -> dict[int, float]:
        import networkx as nx

        # the recipe gives nodes, not costs
        near = nx.ego_graph(self.graph, door, radius=CUTOFF_M + 1e-6, distance="length")
        return dict.fromkeys(near.nodes, np.nan)


class Igraph(_Sampled):
    """igraph.Graph.distances, which knows no cutoff."""

    modules = ("igraph",)
    sites = 10

    def build(self, case: Case) -> None:
        import igraph

        self._begin(case)
        u, v, metres = case.pieces()
        self.graph = igraph.Graph(n=case.n_nodes + case.n_sites, edges=np.column_stack([u, v]).tolist())
        self.graph.es["length"] = metres.tolist()

    def walk(self, door: int) -> dict[int, float]:
        cost = np.array(self.graph.distances(source=[door], weights="length")[0])
        near = np.flatnonzero(cost <= CUTOFF_M + 1e-6)
        return dict(zip(near.tolist(), cost[near].tolist(), strict=True))


class Pandana(Tool):
    """pandana.Network: contraction hierarchy, then set_pois + nearest_pois, set + aggregate, nodes_in_range."""

    modules = ("pandana", "pandas")

    def build(self, case: Case) -> None:
        import pandana
        import pandas as pd

        self.case = case
        u, v, metres = case.pieces()
        # pandana joins sites to the nearest node by place, so each door gets a place of its own, out of the way;
        # lengths are given and do not follow from places
        x = pd.Series(np.concatenate([case.x, case.x.max() + 1e5 + 10 * np.arange(case.n_sites)]))
        y = pd.Series(np.concatenate([case.y, np.full(case.n_sites, case.y.min())]))
        self.network = pandana.Network(x, y, pd.Series(u), pd.Series(v), pd.DataFrame({"length": metres}))

    def coverage(self) -> tuple[np.ndarray, np.ndarray]:
        import pandas as pd

        case, near, count = self.case, [], []
        self.network.precompute(CUTOFF_M)  # quicker than without, at the price of memory
        for code, name in enumerate(case.layers):
            door = pd.Series(case.n_nodes + np.flatnonzero(case.stop_layer == code))
            self.network.set_pois(
                str(name),
                CUTOFF_M,
                1,
                self.network.nodes_df["x"].loc[door],
                self.network.nodes_df["y"].loc[door],
            )
            near.append(self.network.nearest_pois(CUTOFF_M, str(name), num_pois=1)[1].to_numpy())
            self.network.set(door, name=str(name))
            count.append(self.network.aggregate(CUTOFF_M, type="count", name=str(name)).to_numpy())
        n = case.n_nodes
        cost = np.rint(np.stack(near)[:, :n] * 100)
        # pandana says "the cutoff" where there is nothing
        return np.where(cost < CUTOFF_CM, cost, -1), np.rint(np.stack(count)[:, :n]).astype(np.int32)

    def pairs(self):
        doors = (self.case.n_nodes + np.arange(self.case.n_sites)).tolist()
        return self.network.nodes_in_range(doors, CUTOFF_M)


TOOLS = {
    "sharemap": Sharemap,
    "scipy": Scipy,
    "networkx": Networkx,
    "osmnx recipe": Osmnx,
    "igraph": Igraph,
    "pandana": Pandana,
}


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def timed(function, *arguments):
    begin = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - begin, result


def check_coverage(ours, theirs, *, exact: bool) -> dict[str, float]:
    """Compare costs (to 0.1 m) and counts (but for pairs at the cutoff); fail if an exact peer differs."""
    near, count = ours
    other, other_count = theirs
    at_limit = CUTOFF_CM - 100 * TOLERANCE_M
    both = (near >= 0) & (other >= 0)
    alone = ((near >= 0) != (other >= 0)) & (np.maximum(near, other) < at_limit)
    worst = float(np.abs(near[both] - other[both]).max(initial=0)) / 100
    off = int(np.abs(count.astype(np.int64) - other_count).sum())
    if exact:
        assert not alone.any(), "a node is reached by one and not by the other"
        assert worst <= TOLERANCE_M, f"costs differ by {worst} m"
        assert off <= 1e-5 * count.sum(), f"{off} counts differ"
    return {
        "costs": int(both.sum()),
        "worst_m": worst,
        "counted pairs": int(count.sum()),
        "counts_off": off,
        "reached_by_one_only": int(alone.sum()),
    }


def check_pairs(case: Case, ours, theirs) -> dict[str, float]:
    """Assert equal pairs and costs to 0.1 m but for pairs at the cutoff; `theirs` all rows, or some in a dict."""
    indptr, node, cost = ours
    if isinstance(theirs, tuple):
        begin, other_node, other_cost = theirs
        row = np.repeat(np.arange(case.n_sites), np.diff(indptr))
        other_row = np.repeat(np.arange(case.n_sites), np.diff(begin))
    else:
        keep = np.concatenate([np.arange(indptr[s], indptr[s + 1]) for s in theirs])
        row = np.repeat(list(theirs), [indptr[s + 1] - indptr[s] for s in theirs])
        node, cost = node[keep], cost[keep]
        flat = [(s, n, c) for s, walk in theirs.items() for n, c in walk.items() if n < case.n_nodes]
        other_row, other_node, other_cost = (np.array(column) for column in zip(*flat, strict=True))
        other_cost = other_cost * 100
    one, two = row * np.int64(case.n_nodes) + node, other_row * np.int64(case.n_nodes) + other_node
    mine, others = np.argsort(one), np.argsort(two)
    _, a, b = np.intersect1d(one[mine], two[others], assume_unique=True, return_indices=True)
    worst = float(np.nanmax(np.abs(cost[mine][a] - other_cost[others][b]), initial=0)) / 100
    off = len(one) + len(two) - 2 * len(a)
    assert worst <= TOLERANCE_M, f"costs differ by {worst} m"
    assert off <= 1e-5 * len(one) + 1, f"{off} pairs differ"
    return {"pairs": len(one), "worst_m": worst, "pairs_off": off}


def alone(case: Case, tool, work: str, rounds: int) -> dict[str, object]:
    """One tool by itself: build, first and further queries, memory."""
    loaded = rss_mb()
    tool.load()
    build_s, _ = timed(tool.build, case)
    query_s = [timed(getattr(tool, work))[0] / tool.share for _ in range(rounds)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return {"build_s": build_s, "query_s": query_s, "peak_mb": peak, "above_mb": peak - loaded}


def pair(case: Case, peer, work: str, rounds: int) -> dict[str, object]:
    """Sharemap and a peer in turns in one process; answers compared."""
    loaded, ours = rss_mb(), Sharemap()
    ours.load()
    peer.load()
    our_build_s, _ = timed(ours.build, case)
    getattr(ours, work)()  # loads the compiled code
    build_s, _ = timed(peer.build, case)
    mine, theirs, checked = [], [], {}
    for _ in range(rounds):
        for times, tool in ((mine, ours), (theirs, peer), (mine, ours)):
            seconds, answer = timed(getattr(tool, work))
            times.append(seconds / tool.share)
            if tool is ours:
                our_answer = answer
            else:
                their_answer = answer
    if isinstance(their_answer, dict):
        checked = check_pairs(case, our_answer if work == "pairs" else ours.pairs(), their_answer)
    elif work == "coverage":
        checked = check_coverage(our_answer, their_answer, exact=isinstance(peer, Scipy))
    elif isinstance(peer, Scipy):
        checked = check_pairs(case, our_answer, their_answer)
    else:
        checked = {"pairs, doors included": len(their_answer)}
    return {
        "build_s": build_s,
        "query_s": theirs,
        "ours_s": mine,
        "share": peer.share,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        "above_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3 - loaded,
        "ratio": float(np.median(theirs) / np.median(mine)),
        "ratio_with_build": float((build_s + np.median(theirs)) / (our_build_s + np.median(mine))),
        "ratios": [t / ((a + b) / 2) for t, a, b in zip(theirs, mine[::2], mine[1::2], strict=True)],
        "checked": checked,
    }


def have_memory_at_hand(megabytes: int) -> None:
    """Use some memory and give it back, so that the system has it when the next query asks.

    A virtual machine may lend free memory back to its host; fetching it again then takes ten times as long as
    clearing it.
    """
    memory = np.empty(megabytes << 20, dtype=np.uint8)
    memory[:: 1 << 12] = 1


def lendings() -> int:
    """How often this machine has gone through its free memory to lend it to its host; 0 if it does not say."""
    return int(LENDINGS.read_text()) if LENDINGS.exists() else 0


def one_query(query: Callable[[], object], at_hand: int) -> tuple[float, float, float, int]:
    """Seconds by the clock, of the processor and of its part that is ours, and how many queries were left out.

    With memory at hand, a query is left out in which the machine lent memory to its host: every other long query
    meets that, and hardly any short one. The last of eight tries counts, whatever it met.
    """
    times = []
    lent = None
    while len(times) < TRIES and (lent is None or (at_hand and lendings() != lent)):
        have_memory_at_hand(at_hand)
        before, lent = resource.getrusage(resource.RUSAGE_SELF), lendings()
        wall = timed(query)[0]
        after = resource.getrusage(resource.RUSAGE_SELF)
        user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
        times.append((wall, user + system, user))
    return *times[-1], len(times) - 1


def growth(case: Case, work: str, rounds: int, at_hand: int) -> dict[str, object]:
    """Sharemap on 1, 2 and 4 copies of a case, in turns: medians of :func:`one_query`, left out in sum."""
    tools, times = {}, {}
    for copies in (1, 2, 4):
        tools[copies], times[copies] = Sharemap(), []
        tools[copies].build(case.copies(copies))
        getattr(tools[copies], work)()
    for _ in range(rounds):
        for copies, tool in tools.items():
            times[copies].append(one_query(getattr(tool, work), at_hand))
    return {
        str(copies): [*np.median(values, axis=0)[:3], sum(value[3] for value in values)]
        for copies, values in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["alone", "pair", "growth"])
    parser.add_argument("tool", choices=list(TOOLS))
    parser.add_argument("work", choices=["coverage", "pairs"])
    parser.add_argument("case", type=Path)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--at-hand", type=int, default=0, help="MB used and given back before each query of 'growth'"
    )
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    case, tool = Case.load(given.case).copies(given.copies), TOOLS[given.tool]()
    try:
        if given.mode == "growth":
            result = growth(case, given.work, given.rounds, given.at_hand)
        else:
            result = (alone if given.mode == "alone" else pair)(case, tool, given.work, given.rounds)
    except ModuleNotFoundError as error:
        result = {"not_installed": error.name}
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
