"""What is no candidate yet: sets and pairs that are what they seem only if doubtful places are two, or stand there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sharemap.units import CRS_WGS84, persons
from sharemap.villages.cliques import Resolution, adjacency, cliques, resolve
from sharemap.villages.doubts import POSITION, Doubts
from sharemap.villages.facts import Facts
from sharemap.villages.members import dongs_of, members_of
from sharemap.villages.short import MAKES_THREE, free_pairs
from sharemap.villages.typed import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from sharemap.reach import PointCosts
    from sharemap.villages.candidates import Found
    from sharemap.villages.cliques import Clique
    from sharemap.villages.rules import Elsewhere, Surroundings, VillageRules

__all__ = ["Unsettled", "to_check", "unsettled"]

_MINUTES = 15
_LINE_M = 10.0
_TWO = 2


@dataclass(frozen=True)
class Unsettled:
    """What nobody knows yet beside the candidates.

    Attributes
    ----------
    sets
        What would be candidates, beside those that are, if all their places were buildings where they are said to be.
    asked
        Pairs that would be one short if they were two buildings where they are said to be.
    short
        The pairs that are one short, as :func:`sharemap.villages.short.free_pairs` gives them.
    spaces, doubts, facts
        As of the search, with the spaces at published positions that are not used.
    """

    sets: Resolution
    asked: list[tuple[str, str]]
    short: pd.DataFrame
    spaces: gpd.GeoDataFrame
    doubts: Doubts
    facts: Facts

    def __len__(self) -> int:
        return len(self.sets.villages) + len(self.asked)


def unsettled(
    found: Found, cliques_found: Sequence[Clique], *, around: Surroundings, rules: VillageRules
) -> Unsettled:
    """Look among the places that no candidate took, with those at published positions that are not used."""
    there, pairs = found, found.pairs
    if around.elsewhere is not None and len(around.elsewhere.spaces):
        there = _with_elsewhere(found, around, around.elsewhere, rules)
        pairs = there.pairs
        cliques_found = cliques(pairs, min_places=rules.min_places)
    candidates = found.resolution.villages
    taken = {place for village in candidates for place in village}
    rests = [tuple(place for place in clique if place not in taken) for clique in cliques_found]
    # what is left of a set that a candidate took most of is beside that candidate, and beside no other
    whole = [rest for rest in rests if len(rest) >= rules.min_places]
    sets = resolve(whole, pairs, min_places=rules.min_places)
    free = free_pairs(pairs.head(0), (), ())
    if rules.min_places == MAKES_THREE:
        free = free_pairs(pairs, cliques_found, (*candidates, *sets.villages))
    both = list(zip(free["a"], free["b"], strict=True))
    unsure = np.array([there.doubts.buildings(pair) < _TWO for pair in both], dtype=bool)
    return Unsettled(
        sets,
        [pair for pair, asked in zip(both, unsure, strict=True) if asked],
        free[~unsure].reset_index(drop=True),
        there.spaces,
        there.doubts,
        there.facts,
    )


def _with_elsewhere(found: Found, around: Surroundings, elsewhere: Elsewhere, rules: VillageRules) -> Found:
    more = elsewhere.spaces.set_index("place_id", drop=False).rename_axis(None)
    spaces = gpd.GeoDataFrame(pd.concat([found.spaces, more]).sort_index(), crs=found.spaces.crs)
    walks = adjacency(elsewhere.walks, adjacent_m=rules.adjacent_m)
    walks = walks[walks["a"].isin(spaces.index) & walks["b"].isin(spaces.index)]
    pairs = pd.concat([found.pairs, walks], ignore_index=True).sort_values(["a", "b"], ignore_index=True)
    costs = _both(around.place_costs, elsewhere.place_costs)
    positions = pd.DataFrame({"place_id": more["place_id"], "site_id": more["place_id"]})
    return replace(
        found,
        spaces=spaces,
        pairs=pairs,
        doubts=found.doubts.with_elsewhere(positions),
        facts=Facts.of(spaces, replace(around, place_costs=costs)),
    )


def _both(one: PointCosts, other: PointCosts) -> PointCosts:
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(one, name), getattr(other, name)])
        for name in ("site_ids", "point", "cost_m")
    }
    return replace(one, site=np.concatenate([one.site, other.site + len(one.site_ids)]), **joined)


def to_check(unsure: Unsettled, *, around: Surroundings, rules: VillageRules) -> gpd.GeoDataFrame:
    """Return the table 'to_check': a row for each question, sets before pairs, each by the residents they would have.

    Parameters
    ----------
    unsure
        As :func:`unsettled` gives it.
    around
        For what is known of positions.
    rules
        For the shape.
    """
    if not len(unsure):
        return table_of("to_check", crs=unsure.spaces.crs)
    sets, spaces = unsure.sets, unsure.spaces
    targets = [("village", *both) for both in zip(sets.villages, sets.neighbours, strict=True)]
    targets += [("pair", pair, ()) for pair in unsure.asked]
    card = _cards(targets, unsure)
    sets_asked = zip(card.index.tolist(), card["members"], strict=True)
    asked = pd.concat(
        [unsure.doubts.of(at).assign(set=number) for number, at in sets_asked], ignore_index=True
    )
    rows = asked.join(card.drop(columns="members"), on="set")
    for side in ("a", "b"):
        known = spaces.reindex(rows[side])
        rows[f"name_{side}"], rows[f"address_{side}"] = known["name"].to_numpy(), known["address"].to_numpy()
    rows = _with_positions(rows, spaces, around)
    hulls = np.array(
        [shapely.multipoints(spaces.geometry.loc[list(at)].to_numpy()) for at in card["members"]], object
    )
    outline = pd.Series(shapely.buffer(shapely.convex_hull(hulls), rules.hull_m), index=card.index)
    lines = shapely.buffer(shapely.linestrings(_ends(rows, spaces.crs)), _LINE_M)
    rows["geometry"] = shapely.union(outline.loc[rows["set"]].to_numpy(), lines)
    return table_of("to_check", rows.rename(columns={"a": "place_a", "b": "place_b"}), crs=spaces.crs)


def _cards(targets: Sequence[tuple[str, Clique, Clique]], unsure: Unsettled) -> pd.DataFrame:
    """Return what there is to know about each set and pair, by rank."""
    places = tuple(at for _, at, _ in targets)
    facts, near = unsure.facts, unsure.facts.profile.metres(_MINUTES)
    card = pd.DataFrame(
        {
            "target": [kind for kind, _, _ in targets],
            "members": list(places),
            "place_ids": [";".join(at) for at in places],
            "neighbour_ids": [";".join(beside) for _, _, beside in targets],
            "places": [len(at) for at in places],
            "places_if_merged": [unsure.doubts.buildings(at) for at in places],
            "residents_15min": [
                persons(int(facts.people[facts.within(facts.rows(at), near)].sum())) for at in places
            ],
        }
    ).join(dongs_of(members_of(places, unsure.spaces)))
    card = card.sort_values(["target", "residents_15min", "place_ids"], ascending=[False, False, True])
    return card.assign(rank=np.arange(1, len(card) + 1))


def _with_positions(rows: pd.DataFrame, spaces: gpd.GeoDataFrame, around: Surroundings) -> pd.DataFrame:
    """Add ``lon_a`` to ``lat_b``: where the two places stand, or where a site is said to be and what speaks against it."""
    degrees = spaces.geometry.to_crs(CRS_WGS84)
    for side in ("a", "b"):
        known = degrees.reindex(rows[side])
        rows[f"lon_{side}"], rows[f"lat_{side}"] = known.x.to_numpy(), known.y.to_numpy()
    where = rows["question"] == POSITION
    if around.positions is None or not where.any():
        return rows
    evidence = around.positions.set_index("site_id").reindex(rows.loc[where, "site_id"])
    rows.loc[where, "name_a"] = evidence["name"].to_numpy()
    rows.loc[where, "address_a"] = evidence["address"].to_numpy()
    rows.loc[where, "name_b"] = evidence["other_name"].to_numpy()
    rows.loc[where, "apart_m"] = evidence["apart_m"].to_numpy(dtype=np.float64)
    for axis in ("lon", "lat"):
        rows.loc[where, f"{axis}_a"] = evidence[f"published_{axis}"].to_numpy()
        rows.loc[where, f"{axis}_b"] = evidence[f"against_{axis}"].to_numpy()
    return rows


def _ends(rows: pd.DataFrame, crs: CRS) -> NDArray[np.float64]:
    """Coordinates of the two positions of each question; where one is not known, the other twice."""
    one, other = (
        gpd.GeoSeries.from_xy(rows[f"lon_{side}"], rows[f"lat_{side}"], crs=CRS_WGS84).to_crs(crs)
        for side in ("a", "b")
    )
    ends = np.stack([np.column_stack([side.x, side.y]) for side in (one, other)], axis=1)
    return np.where(np.isfinite(ends), ends, ends[:, :1])
