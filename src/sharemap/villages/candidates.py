"""What a planner wants to know about each village candidate: its tables of places, walks, services, residents, scores."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap import blocks as block_room
from sharemap.schema import AGE_BANDS
from sharemap.units import persons, thousandths
from sharemap.villages.cliques import in_millimetres
from sharemap.villages.facts import ELDERLY_BANDS
from sharemap.villages.loops import Loop, shortest_loop
from sharemap.villages.members import (
    complexes,
    dongs_of,
    kinds_of_space,
    leading_places,
    members_of,
    services_of,
)
from sharemap.villages.one_more import best_blocks
from sharemap.villages.ranking import points, ranks, scores, values_of
from sharemap.villages.stability import TrialSetting, stability
from sharemap.villages.streets import loop_table, walked
from sharemap.villages.typed import table_of
from sharemap.villages.values import values

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from sharemap.villages.cliques import Resolution
    from sharemap.villages.doubts import Doubts
    from sharemap.villages.facts import Facts
    from sharemap.villages.rules import Surroundings, VillageRules
    from sharemap.villages.trials import Trials

__all__ = ["CandidateTables", "Found", "candidate_tables"]

_MINUTES = (5, 10, 15)


@dataclass(frozen=True)
class Found:
    """What the search found, and what the tables are made from.

    Attributes
    ----------
    resolution
        The villages, at least one.
    spaces
        Shared spaces (schema 'places'), indexed by place id.
    pairs
        Adjacent pairs, as :func:`sharemap.villages.adjacency` gives them.
    wider
        The same up to the widest threshold that a perturbed run can ask for.
    doubts
        Pairs of spaces that may be one building.
    facts
        What is known about the spaces.
    trials
        The spaces as they may really be, for the perturbed runs; without them sites only close.
    """

    resolution: Resolution
    spaces: gpd.GeoDataFrame
    pairs: pd.DataFrame
    wider: pd.DataFrame
    doubts: Doubts
    facts: Facts
    trials: Trials | None = None


@dataclass(frozen=True, kw_only=True)
class CandidateTables:
    """The tables of the candidates, as the schema describes them but for the words.

    Attributes
    ----------
    villages, places, walks, loops, services, residents, scores, values
        Schema 'villages', and 'village_' with the other names; by rank.
    doubts
        ``village_id``, ``name_a``, ``name_b`` and what :meth:`Doubts.of` gives: pairs that may be one building, and
        places that may stand elsewhere.
    leads
        The leading place of each village.
    """

    villages: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    walks: pd.DataFrame = field(default_factory=lambda: table_of("village_walks"))
    loops: gpd.GeoDataFrame
    services: pd.DataFrame = field(default_factory=lambda: table_of("village_services"))
    residents: pd.DataFrame = field(default_factory=lambda: table_of("village_residents"))
    scores: pd.DataFrame = field(default_factory=lambda: table_of("village_scores"))
    values: pd.DataFrame = field(default_factory=lambda: table_of("village_values"))
    doubts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["village_id"]))
    leads: dict[str, str] = field(default_factory=dict)

    @classmethod
    def nothing(cls, crs: CRS) -> CandidateTables:
        """Return the tables of no candidate at all."""
        return cls(
            villages=table_of("villages", crs=crs),
            places=table_of("village_places", crs=crs),
            loops=table_of("village_loops", crs=crs),
        )


def candidate_tables(found: Found, *, around: Surroundings, rules: VillageRules) -> CandidateTables:
    """Count what there is to know about each village and rank them.

    Parameters
    ----------
    found
        The villages.
    around, rules
        As for :func:`sharemap.villages.find`.
    """
    villages = found.resolution.villages
    members = members_of(villages, found.spaces)
    walks = _walks(members, found.pairs)
    loops = _loops(villages, found.pairs)
    card = _card(found, members, walks, loops)
    residents = _residents(card["village_id"].tolist(), found, around)
    near = _blocks(members, around, rules)
    card = card.assign(
        **_totals(residents, len(card)),
        support_sites=[found.facts.support_sites(found.facts.rows(village)) for village in villages],
        block_ids=[";".join(ids) for ids in near["ids"]],
        geometry=near["shapes"],
    )
    shut = complexes(found.spaces, around.services)
    card = card.assign(
        space_kinds=kinds_of_space(members, around.services),
        in_complex=[len(shut.intersection(village)) for village in villages],
        **_merged(found),
    )
    card = card.join(_next(found, around, rules)).join(dongs_of(members))
    card = _ranked(card.join(leading_places(members, walks)).join(_stability(found, rules)), rules)
    return CandidateTables(
        villages=table_of("villages", card.reset_index(drop=True), crs=found.spaces.crs),
        places=_place_table(
            card, found.resolution, loops, found.spaces.assign(in_complex=found.spaces.index.isin(shut))
        ),
        walks=_walk_table(card, walks, around),
        loops=_loop_lines(card, found, loops, around),
        services=_service_table(card, found.resolution, around),
        residents=_by_rank(residents, card, "village_residents"),
        scores=table_of("village_scores", scores(card, rules.weights)),
        values=values(found.resolution, card, found.pairs, found.facts, around),
        leads=dict(zip(card["village_id"], card["lead"], strict=True)),
        doubts=_doubts(found),
    )


def _card(found: Found, members: gpd.GeoDataFrame, walks: pd.DataFrame, loops: list[Loop]) -> pd.DataFrame:
    """Return what the places and walks alone tell; by position of the village."""
    villages, neighbours = found.resolution.villages, found.resolution.neighbours
    return pd.DataFrame(
        {
            "village_id": [village_id(village) for village in villages],
            "places": [len(village) for village in villages],
            "neighbours": [len(beside) for beside in neighbours],
            "place_ids": [";".join(village) for village in villages],
            "loop_m": [loop.length_mm / 1000.0 for loop in loops],
            "loop_exact": [loop.exact for loop in loops],
            **services_of(members),
            **_distances(walks, len(villages)),
        }
    )


def _ranked(card: pd.DataFrame, rules: VillageRules) -> pd.DataFrame:
    """Return the villages by rank, their index still their position in the search."""
    values = values_of(card)
    total = points(values, rules.weights.array()).sum(axis=1)
    ids = card["place_ids"].to_numpy(dtype=object)
    return card.assign(score=total, rank=ranks(total, values[:, 0], ids)).sort_values("rank")


def _doubts(found: Found) -> pd.DataFrame:
    """Return the pairs for which places of one village may be one building."""
    villages, names = found.resolution.villages, found.spaces["name"]
    pairs = pd.concat(
        [found.doubts.of(village).assign(village_id=village_id(village)) for village in villages]
    )
    named = {f"name_{side}": pairs[side].map(names) for side in ("a", "b")}
    return pairs.assign(**named).reset_index(drop=True)


def _merged(found: Found) -> dict[str, list[Any]]:
    merged = [(found.doubts.buildings(village), len(village)) for village in found.resolution.villages]
    return {
        "doubtful": [count < places for count, places in merged],
        "places_if_merged": [count for count, _ in merged],
    }


def _next(found: Found, around: Surroundings, rules: VillageRules) -> pd.DataFrame:
    """Return what one more space would add, and where."""
    villages = found.resolution.villages
    best = best_blocks(villages, around, rules, found.facts).reindex(range(len(villages)))
    ids = [] if around.blocks is None else around.blocks["block_id"].to_numpy(dtype=object)
    at = best["block"].fillna(-1).to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {
            "next_block_id": np.append(np.asarray(ids, dtype=object), [None])[at],
            "next_longest_walk_m": best["longest_m"].astype("float64"),
            "next_residents_added": best["residents_added"].astype("float64"),
        }
    )


def _stability(found: Found, rules: VillageRules) -> pd.DataFrame:
    setting = TrialSetting(
        pairs=found.wider,
        facts=found.facts,
        doubts=found.doubts.pairs,
        weights=rules.weights,
        min_places=rules.min_places,
        adjacent_m=rules.adjacent_m,
        trials=found.trials,
        nowhere=found.doubts.positions["place_id"].tolist(),
    )
    return stability(found.resolution.villages, setting, rules.perturbation)


def village_id(places: tuple[str, ...]) -> str:
    """Return the stable id of a set of places: 'V' and ten hexadecimal digits.

    Examples
    --------
    >>> village_id(("a", "b", "c")) == village_id(("c", "a", "b"))
    True
    """
    return "V" + hashlib.sha256(";".join(sorted(places)).encode()).hexdigest()[:10]


def _walks(members: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs within one village, with its position."""
    village_of = members.set_index("place_id")["village"]
    of_a, of_b = pairs["a"].map(village_of), pairs["b"].map(village_of)
    inside = (of_a.notna() & (of_a == of_b)).to_numpy()
    return (
        pairs[inside]
        .assign(village=of_a[inside].astype(np.int64))
        .sort_values(["village", "a", "b"], ignore_index=True)
    )


def _loops(villages: tuple[tuple[str, ...], ...], pairs: pd.DataFrame) -> list[Loop]:
    walk_mm = in_millimetres(pairs)
    found = []
    for village in villages:
        matrix = np.zeros((len(village), len(village)), dtype=np.int64)
        for i, one in enumerate(village):
            for j in range(i + 1, len(village)):
                matrix[i, j] = matrix[j, i] = walk_mm[one, village[j]]
        found.append(shortest_loop(matrix))
    return found


def _distances(walks: pd.DataFrame, count: int) -> dict[str, NDArray[np.float64]]:
    whole = np.rint(walks["walk_m"].to_numpy() * 1000.0).astype(np.int64)
    grouped = pd.Series(whole).groupby(walks["village"].to_numpy())
    mean = (grouped.sum() / grouped.size() / 1000.0).reindex(range(count), fill_value=0.0)
    return {
        "longest_walk_m": walks.groupby("village")["walk_m"]
        .max()
        .reindex(range(count), fill_value=0.0)
        .to_numpy(),
        "mean_walk_m": mean.to_numpy(dtype=np.float64),
    }


def _residents(ids: list[str], found: Found, around: Surroundings) -> pd.DataFrame:
    """Each resident counts once for a village: by the walk to the nearest of its places."""
    facts = found.facts
    ages = around.demand[list(AGE_BANDS)].fillna(0).to_numpy(dtype=np.int64)
    parts = []
    for key, village in zip(ids, found.resolution.villages, strict=True):
        point, cost = facts.nearest(facts.rows(village))
        for minutes in _MINUTES:
            near = point[cost <= facts.profile.metres(minutes)]
            counted = [int(facts.people[near].sum()), *ages[near].sum(axis=0).tolist()]
            columns = {"age_band": ["all", *AGE_BANDS], "residents": persons(counted)}
            parts.append(pd.DataFrame({"village_id": key, "minutes": minutes, **columns}))
    return pd.concat(parts, ignore_index=True)


def _totals(residents: pd.DataFrame, count: int) -> dict[str, NDArray[np.float64]]:
    """Return the columns of 'villages' about residents, from the table by age."""
    cube = thousandths(residents["residents"]).reshape(count, len(_MINUTES), -1)
    elders = [1 + AGE_BANDS.index(band) for band in ELDERLY_BANDS]
    return {
        **{f"residents_{minutes}min": persons(cube[:, at, 0]) for at, minutes in enumerate(_MINUTES)},
        "residents_65_over_15min": persons(cube[:, -1, elders].sum(axis=1)),
    }


def _blocks(members: gpd.GeoDataFrame, around: Surroundings, rules: VillageRules) -> dict[str, list[Any]]:
    """Ids of the blocks that each village stands on or faces, and its shape: their union, or the widened hull.

    The union ends ``edge_m`` from the places: a place at the foot of Bukhansan faces a block of 30 km2, and no
    village is as large as a mountain.
    """
    points = members.groupby("village")["geometry"].agg(list)
    shapes = [shapely.convex_hull(shapely.multipoints(found)).buffer(rules.hull_m) for found in points]
    ids: list[list[str]] = [[] for _ in shapes]
    if around.blocks is None or not len(around.blocks):
        return {"ids": ids, "shapes": shapes}
    faced = block_room.of_points(around.blocks, members.geometry, face_m=rules.face_m)
    faced["village"] = members["village"].to_numpy()[faced["point"].to_numpy()]
    ground = around.blocks.set_index("block_id").geometry
    for key, found in faced.groupby("village")["block_id"]:
        village = int(str(key))
        ids[village] = sorted(set(found))
        around_places = shapely.multipoints(points[village]).buffer(rules.edge_m)
        shapes[village] = shapely.union_all(ground.loc[ids[village]].to_numpy()) & around_places
    return {"ids": ids, "shapes": shapes}


def _place_table(
    card: pd.DataFrame, resolution: Resolution, loops: list[Loop], spaces: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Members in the order of the loop, then neighbours; villages by rank."""
    rows = []
    for at, key in zip(card.index, card["village_id"], strict=True):
        village = resolution.villages[at]
        rows += [(key, village[place], "member", step) for step, place in enumerate(loops[at].order, start=1)]
        rows += [(key, place, "neighbour", 0) for place in resolution.neighbours[at]]
    table = pd.DataFrame(rows, columns=["village_id", "place_id", "role", "loop_order"])
    known = spaces.loc[
        table["place_id"], ["name", "address", "layers", "in_complex", "geometry"]
    ].reset_index(drop=True)
    return table_of("village_places", table.join(known), crs=spaces.crs)


def _walk_table(card: pd.DataFrame, walks: pd.DataFrame, around: Surroundings) -> pd.DataFrame:
    rank = card["rank"]
    ordered = walks.assign(rank=walks["village"].map(rank)).sort_values(["rank", "a", "b"], ignore_index=True)
    return table_of(
        "village_walks",
        {
            "village_id": ordered["village"].map(card["village_id"]),
            "place_a": ordered["a"],
            "place_b": ordered["b"],
            "walk_m": ordered["walk_m"],
            "walk_min": around.place_costs.profile.minutes(1.0) * ordered["walk_m"],
        },
    )


def _loop_lines(
    card: pd.DataFrame, found: Found, loops: list[Loop], around: Surroundings
) -> gpd.GeoDataFrame:
    if around.ground is None:
        return table_of("village_loops", crs=found.spaces.crs)
    doors = found.spaces.geometry
    drawn = []
    for at, key, loop_m in zip(card.index, card["village_id"], card["loop_m"], strict=True):
        village = found.resolution.villages[at]
        order = [village[place] for place in loops[at].order]
        drawn.append((key, float(loop_m), walked(around.ground, doors, order)))
    return loop_table(drawn, around.ground)


def _service_table(card: pd.DataFrame, resolution: Resolution, around: Surroundings) -> pd.DataFrame:
    """Services of members, then of neighbours; villages by rank."""
    if around.services is None:
        return table_of("village_services")
    parts = []
    for at, key in zip(card.index, card["village_id"], strict=True):
        for role, places in (("member", resolution.villages[at]), ("neighbour", resolution.neighbours[at])):
            ours = around.services[around.services["place_id"].isin(places)]
            parts.append(ours.sort_values(["place_id", "layer", "site_id"]).assign(village_id=key, role=role))
    return table_of("village_services", pd.concat(parts, ignore_index=True))


def _by_rank(table: pd.DataFrame, card: pd.DataFrame, name: str) -> pd.DataFrame:
    rank = card.set_index("village_id")["rank"]
    order = table["village_id"].map(rank).sort_values(kind="stable").index
    return table_of(name, table.loc[order].reset_index(drop=True))
