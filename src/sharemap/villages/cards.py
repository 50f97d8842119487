"""What a planner wants to know about each village: the 'villages', 'village_places' and 'village_walks' tables."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap import blocks as block_room
from sharemap.schema import AGE_BANDS
from sharemap.villages.cliques import in_millimetres
from sharemap.villages.loops import Loop, shortest_loop
from sharemap.villages.rules import RANKING, reach_m
from sharemap.villages.sentences import in_dong, sentences
from sharemap.villages.tables import table_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.villages.cliques import Resolution
    from sharemap.villages.rules import Surroundings, VillageRules

__all__ = ["Cards", "deal", "elderly", "village_name"]

_AROUND = " 일대"
_MINUTES = (5, 10, 15)
_ELDERLY_FROM = 65


@dataclass(frozen=True)
class Cards:
    """The three tables of the villages, and the ids of those whose loop is approximate."""

    villages: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    walks: pd.DataFrame
    approximate: tuple[str, ...]


def deal(
    resolution: Resolution,
    spaces: gpd.GeoDataFrame,
    pairs: pd.DataFrame,
    *,
    around: Surroundings,
    rules: VillageRules,
) -> Cards:
    """Count what there is to know about each village and rank them.

    Parameters
    ----------
    resolution
        The villages, at least one.
    spaces
        Shared spaces (schema 'places'), indexed by place id.
    pairs
        Adjacent pairs, as :func:`sharemap.villages.adjacency` gives them.
    around, rules
        As for :func:`sharemap.villages.find`.
    """
    members = _members(resolution.villages, spaces)
    walks = _walks(members, pairs)
    loops = _loops(resolution.villages, pairs)
    near = _blocks(members, around, rules)
    ids = [village_id(village) for village in resolution.villages]
    card = pd.DataFrame(
        {
            "village_id": ids,
            "places": [len(village) for village in resolution.villages],
            "neighbours": [len(beside) for beside in resolution.neighbours],
            "place_ids": [";".join(village) for village in resolution.villages],
            "loop_m": [loop.length_mm / 1000.0 for loop in loops],
            "loop_exact": [loop.exact for loop in loops],
            **_services(members),
            **_distances(walks, len(ids)),
            **_residents(members, around, len(ids)),
            "support_sites": _support(members, around, len(ids)),
            "block_ids": [";".join(found) for found in near["ids"]],
            "geometry": near["shapes"],
        }
    )
    card = card.join(_where(members)).join(_lead(members, walks))
    order = card.sort_values([key.column for key in RANKING], ascending=[key.ascending for key in RANKING])
    card = order.assign(rank=np.arange(1, len(order) + 1))
    card["lead"] = [in_dong(lead, dong) for lead, dong in zip(card["lead"], card["dong_name"], strict=True)]
    card["name"] = [f"{lead}{_AROUND}" for lead in card["lead"]]
    card["sentence_ko"] = sentences(card, around.place_costs.profile)
    return Cards(
        villages=table_of("villages", card.reset_index(drop=True)),
        places=_place_table(card, resolution, loops, spaces),
        walks=_walk_table(card, walks, around),
        approximate=tuple(card.loc[~card["loop_exact"], "village_id"]),
    )


def village_id(places: tuple[str, ...]) -> str:
    """Return the stable id of a set of places: 'V' and ten hexadecimal digits.

    Examples
    --------
    >>> village_id(("a", "b", "c")) == village_id(("c", "a", "b"))
    True
    """
    return "V" + hashlib.sha256(";".join(sorted(places)).encode()).hexdigest()[:10]


def village_name(name: str, *, lang: str) -> str:
    """Return the stored name of a village for readers of ``"ko"`` or ``"en"``; names of the input stay as they are.

    Examples
    --------
    >>> village_name("한울1동 한울도서관 일대", lang="ko"), village_name("한울1동 한울도서관 일대", lang="en")
    ('한울1동 한울도서관 일대', '한울1동 한울도서관 area')
    """
    return name if lang == "ko" or not name.endswith(_AROUND) else f"{name.removesuffix(_AROUND)} area"


def elderly(demand: pd.DataFrame) -> NDArray[np.int64]:
    """Residents of 65 and over at each demand point."""
    bands = [band for band in AGE_BANDS if int(band.split("_")[1]) >= _ELDERLY_FROM]
    return demand[bands].sum(axis=1).to_numpy(dtype=np.int64)


def _members(villages: tuple[tuple[str, ...], ...], spaces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row a member: its village's position and what is known about the place."""
    at = np.repeat(np.arange(len(villages)), [len(village) for village in villages])
    chosen = spaces.loc[[place for village in villages for place in village]]
    return chosen.assign(village=at).reset_index(drop=True)


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


def _services(members: pd.DataFrame) -> dict[str, list[Any]]:
    kinds = [
        sorted({layer for layers in places for layer in layers.split(";") if layer})
        for _, places in members.groupby("village")["layers"]
    ]
    return {"services": [len(found) for found in kinds], "layers": [";".join(found) for found in kinds]}


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


def _residents(members: pd.DataFrame, around: Surroundings, count: int) -> dict[str, NDArray[np.int64]]:
    """Each resident counts once for a village: by the walk to the nearest of its places."""
    costs = around.place_costs
    village_of = (
        members.set_index("place_id")["village"].reindex(costs.site_ids).fillna(-1).to_numpy(dtype=np.int64)
    )
    village = village_of[costs.site]
    ours = village >= 0
    nearest = (
        pd.DataFrame({"village": village[ours], "point": costs.point[ours], "cost_m": costs.cost_m[ours]})
        .groupby(["village", "point"], as_index=False)["cost_m"]
        .min()
    )
    people = around.demand["residents"].to_numpy(dtype=np.int64)
    counted = {}
    for minutes in _MINUTES:
        within = nearest[nearest["cost_m"] <= reach_m(costs.profile, minutes)]
        counted[f"residents_{minutes}min"] = _sums(within, people, count)
    within = nearest[nearest["cost_m"] <= reach_m(costs.profile, _MINUTES[-1])]
    counted["residents_65_over_15min"] = _sums(within, elderly(around.demand), count)
    return counted


def _sums(within: pd.DataFrame, people: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, within["village"].to_numpy(), people[within["point"].to_numpy()])
    return total


def _support(members: pd.DataFrame, around: Surroundings, count: int) -> NDArray[np.int64]:
    if around.support is None:
        return np.zeros(count, dtype=np.int64)
    near = around.support[around.support["walk_m"] <= reach_m(around.place_costs.profile, _MINUTES[0])]
    found = near.merge(members[["place_id", "village"]], on="place_id")
    sites = found.drop_duplicates(["village", "site_id"])["village"].to_numpy(dtype=np.int64)
    return np.bincount(sites, minlength=count).astype(np.int64)


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


def _where(members: pd.DataFrame) -> pd.DataFrame:
    """Return ward and dong of most of the places; of equals, the lowest dong code. By position of the village."""
    columns = ["village", "dong_code"]
    counted = members.dropna(subset="dong_code").groupby(columns, as_index=False).size()
    best = counted.sort_values(
        ["village", "size", "dong_code"], ascending=[True, False, True]
    ).drop_duplicates("village")
    names = members.sort_values("place_id").drop_duplicates("dong_code")[
        ["dong_code", "dong_name", "ward_name"]
    ]
    known = best.merge(names, on="dong_code").set_index("village")[["ward_name", "dong_code", "dong_name"]]
    return known.reindex(range(int(members["village"].max()) + 1))


def _lead(members: pd.DataFrame, walks: pd.DataFrame) -> pd.Series[str]:
    """Return the name of the leading place: most services, most sites, most central, lowest id. By position."""
    both = pd.concat([walks.rename(columns={"a": "place_id"}), walks.rename(columns={"b": "place_id"})])
    whole = (
        pd.Series(np.rint(both["walk_m"].to_numpy() * 1000.0).astype(np.int64))
        .groupby(both["place_id"].to_numpy())
        .sum()
    )
    ranked = members.assign(
        kinds=members["layers"].map(lambda layers: len(set(layers.split(";")) - {""})),
        away=members["place_id"].map(whole),
    ).sort_values(
        ["village", "kinds", "sites", "away", "place_id"], ascending=[True, False, False, True, True]
    )
    return ranked.drop_duplicates("village").set_index("village")["name"].rename("lead")


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
    known = spaces.loc[table["place_id"], ["name", "address", "layers", "geometry"]].reset_index(drop=True)
    return table_of("village_places", table.join(known))


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
