"""The work that all tools do: a network as arrays, and sites that stand on its edges.

Each case holds the same streets twice: contracted (edges between junctions) and by vertex (every OSM vertex a
node). Sites stand on edges; peers that know only nodes get each site as a node of its own, joined to both ends
of its edge, so that everybody answers the same question.
"""

# ruff: noqa: D102  names of one line say it
from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sharemap.network import WalkNetwork

SITES = (
    ("bike_station", "bike_station__202306.csv"),
    ("car_share", "car_share__2017.json"),
    ("parking_public", "parking_public__202506.csv"),
    ("parking_public", "parking_standard__202301.csv"),
    ("tool_library", "tool_library__2019.csv"),
    ("toy_library", "toy_library__2014.csv"),
    ("library", "library_standard__202607.csv"),
    ("library", "public_library__202604.csv"),
    ("open_facility", "open_facility_standard__202010.csv"),
    ("public_wifi", "public_wifi_standard__2022.csv"),
)
EXTRACTS = {"ward": "jung-2021-08.osm.pbf", "seoul": "seoul-2021-08.osm.pbf"}
BOUNDARIES = Path("boundaries") / "dong__202104.geojson"
SURROUNDINGS_M = 1275.0
CUTOFF_CM = 112_500
APART_M = 100_000.0


@dataclass(frozen=True)
class Case:
    """One graph with its sites, as plain arrays."""

    arrays: dict[str, np.ndarray]

    def __getattr__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    @property
    def n_nodes(self) -> int:
        return len(self.indptr) - 1

    @property
    def n_sites(self) -> int:
        return len(self.stop_edge)

    def save(self, path: Path) -> None:
        np.savez(path, **self.arrays)

    @classmethod
    def load(cls, path: Path) -> Case:
        with np.load(path) as file:
            return cls({name: file[name] for name in file.files})

    def doors(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the two ends of each site's edge and what it costs to get there, centimetres."""
        along = np.rint(
            self.edge_cost[self.stop_edge]
            * np.divide(
                self.stop_offset_m * 100,
                self.edge_length[self.stop_edge],
                out=np.zeros(self.n_sites),
                where=self.edge_length[self.stop_edge] > 0,
            )
        ).astype(np.int64)
        leg = np.rint(self.stop_snap_m * 100).astype(np.int64)
        ends = np.column_stack([self.edge_u[self.stop_edge], self.edge_v[self.stop_edge]])
        return ends, np.column_stack([along + leg, self.edge_cost[self.stop_edge] - along + leg])

    def pieces(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the undirected edges (u, v, metres), the cheapest of parallel ones, and those to the doors."""
        ends, cost = self.doors()
        door = np.repeat(self.n_nodes + np.arange(self.n_sites), 2)
        u, v = np.concatenate([self.edge_u, door]), np.concatenate([self.edge_v, ends.ravel()])
        w = np.concatenate([self.edge_cost, cost.ravel()])
        low, high = np.minimum(u, v), np.maximum(u, v)
        order = np.lexsort((w, high, low))
        low, high, w = low[order], high[order], w[order]
        first = np.ones(len(w), dtype=bool)
        first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        first &= low != high
        return low[first], high[first], w[first] / 100

    def copies(self, n: int) -> Case:
        """Return n copies side by side."""
        if n == 1:
            return self
        old, nodes, edges = self.arrays, self.n_nodes, len(self.edge_u)
        shifted = {
            name: np.concatenate([old[name] + np.asarray(step * k, old[name].dtype) for k in range(n)])
            for name, step in (
                ("indices", nodes),
                ("csr_edge", edges),
                ("edge_u", nodes),
                ("edge_v", nodes),
                ("stop_edge", edges),
                ("x", APART_M),
            )
        }
        steps = np.concatenate([np.diff(self.indptr)] * n)
        same = ("csr_cost", "edge_cost", "edge_length", "stop_offset_m", "stop_snap_m", "stop_layer", "y")
        return Case(
            {
                **old,
                **{name: np.concatenate([old[name]] * n) for name in same},
                **shifted,
                "indptr": np.concatenate([[0], np.cumsum(steps)]).astype(np.int64),
            }
        )


def prepare(extract: str, data: Path, folder: Path) -> dict[str, object]:
    """Read an extract and its sites; save the cases ``<extract>-junction`` and ``<extract>-vertex``."""
    from sharemap import network, sites
    from sharemap.sources import boundaries
    from sharemap.sources import sites as site_files

    area = boundaries.read_area(data / BOUNDARIES, wards=["중구"] if extract == "ward" else _wards(data))
    begin = time.perf_counter()
    streets = network.from_pbf(data / "osm" / EXTRACTS[extract], area, surroundings_m=SURROUNDINGS_M)
    read_s = time.perf_counter() - begin
    rows = [site_files.read_sites(data / "sites" / file, layer=layer) for layer, file in SITES]
    built = sites.build(rows, area, surroundings_m=SURROUNDINGS_M)
    stops = network.snap(streets, built.sites)
    ok = (stops["status"] == "ok").to_numpy()
    layers, code = np.unique(built.sites["layer"].to_numpy(dtype=str)[ok], return_inverse=True)
    junction = Case(
        {
            "indptr": streets.indptr,
            "indices": streets.indices,
            "csr_cost": streets.csr_cost_cm,
            "csr_edge": streets.csr_edge,
            "edge_u": streets.edge_u,
            "edge_v": streets.edge_v,
            "edge_cost": streets.edge_cost_cm,
            "edge_length": streets.edge_length_cm,
            "x": streets.nodes.geometry.x.to_numpy(),
            "y": streets.nodes.geometry.y.to_numpy(),
            "stop_edge": stops["edge_id"].to_numpy(dtype=np.int64, na_value=-1)[ok],
            "stop_offset_m": stops["offset_m"].to_numpy()[ok],
            "stop_snap_m": stops["snap_m"].to_numpy()[ok],
            "stop_layer": code.astype(np.int32),
            "layers": layers,
        }
    )
    junction.save(folder / f"{extract}-junction.npz")
    vertex = by_vertex(junction, streets.edges.geometry.to_numpy())
    vertex.save(folder / f"{extract}-vertex.npz")
    return {
        "read_s": read_s,
        "sites_not_on_a_street": int((~ok).sum()),
        "sites": {str(name): int(n) for name, n in zip(layers, np.bincount(code), strict=True)},
        "junction": (junction.n_nodes, len(junction.edge_u)),
        "vertex": (vertex.n_nodes, len(vertex.edge_u)),
    }


def by_vertex(case: Case, lines: np.ndarray) -> Case:
    """Return the same streets without contraction: every vertex of a line a node, every segment an edge."""
    import shapely

    xy, owner = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(owner, np.arange(len(lines)))
    last = np.searchsorted(owner, np.arange(len(lines)), side="right") - 1
    number = np.full(len(xy), -1, dtype=np.int64)
    number[first], number[last] = case.edge_u, case.edge_v
    inner = number < 0
    number[inner] = case.n_nodes + np.arange(inner.sum())
    place = np.zeros((case.n_nodes + inner.sum(), 2))
    place[number] = xy
    # along a Hilbert curve, as the junctions stand in the contracted network
    order = np.argsort(_hilbert(place), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    number, place = rank[number], place[order]
    tail = np.flatnonzero(owner[1:] == owner[:-1])
    metres = np.hypot(*(xy[tail + 1] - xy[tail]).T)
    u, v, length = number[tail], number[tail + 1], np.rint(metres * 100).astype(np.int32)
    begin = np.concatenate([[0.0], np.cumsum(metres)])
    edge_begin = np.searchsorted(owner[tail], np.arange(len(lines)))
    edge_end = np.searchsorted(owner[tail], np.arange(len(lines)), side="right") - 1
    at = begin[edge_begin[case.stop_edge]] + case.stop_offset_m
    segment = np.searchsorted(begin, at, side="right") - 1
    segment = np.clip(segment, edge_begin[case.stop_edge], edge_end[case.stop_edge])
    offset = np.clip(np.rint((at - begin[segment]) * 100) / 100, 0, length[segment] / 100)
    tails, heads = np.concatenate([u, v]), np.concatenate([v, u])
    edge = np.concatenate([np.arange(len(u))] * 2)
    csr = np.lexsort((edge, heads, tails))
    indptr = np.zeros(len(place) + 1, dtype=np.int64)
    np.cumsum(np.bincount(tails, minlength=len(place)), out=indptr[1:])
    return Case(
        {
            **case.arrays,
            "indptr": indptr,
            "indices": heads[csr].astype(np.int32),
            "csr_cost": length[edge[csr]],
            "csr_edge": edge[csr].astype(np.int32),
            "edge_u": u.astype(np.int32),
            "edge_v": v.astype(np.int32),
            "edge_cost": length,
            "edge_length": length,
            "x": place[:, 0],
            "y": place[:, 1],
            "stop_edge": segment,
            "stop_offset_m": offset,
        }
    )


def streets_of(case: Case) -> WalkNetwork:
    """Return a network on the arrays of a case, without tables: walks ask for nothing else."""
    from sharemap.network import WalkNetwork
    from sharemap.units import STANDARD

    streets = object.__new__(WalkNetwork)
    streets.__dict__.update(
        profile=STANDARD,
        _csr=(case.indptr, case.indices, case.csr_cost, case.csr_edge),
        edge_u=case.edge_u,
        edge_v=case.edge_v,
        edge_cost_cm=case.edge_cost,
        edge_length_cm=case.edge_length,
    )
    return streets


def _hilbert(xy: np.ndarray) -> np.ndarray:
    import geopandas as gpd

    return gpd.GeoSeries(gpd.points_from_xy(*xy.T)).hilbert_distance().to_numpy()


def _wards(data: Path) -> list[str]:
    import geopandas as gpd

    table = gpd.read_file(data / BOUNDARIES, ignore_geometry=True)
    return sorted(table.loc[table["sidonm"] == "서울특별시", "sggnm"].unique())
