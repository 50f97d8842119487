"""What is no candidate yet: sets and pairs that are what they seem only if doubtful places are two buildings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from sharemap.units import persons
from sharemap.villages.cliques import resolve
from sharemap.villages.members import dongs_of, members_of
from sharemap.villages.typed import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from sharemap.villages.candidates import Found
    from sharemap.villages.cliques import Clique, Resolution
    from sharemap.villages.rules import VillageRules

__all__ = ["to_check", "unsettled"]

_MINUTES = 15


def unsettled(
    found: Sequence[Clique], candidates: Resolution, pairs: pd.DataFrame, *, min_places: int
) -> Resolution:
    """Return the sets that would be candidates, beside those that are, if all their places were buildings of their own."""
    taken = {place for village in candidates.villages for place in village}
    rests = [tuple(place for place in clique if place not in taken) for clique in found]
    return resolve(rests, pairs, min_places=min_places)


def to_check(
    sets: Resolution, short: Sequence[tuple[str, str]], found: Found, *, rules: VillageRules
) -> gpd.GeoDataFrame:
    """Return the table 'to_check': a row for each question, sets before pairs, each by the residents they would have.

    Parameters
    ----------
    sets
        As :func:`unsettled` gives them.
    short
        Pairs that would be one short, and may be one building.
    found
        What is known about the places, and which of them may be one building.
    rules
        For the shape.
    """
    spaces, doubts, facts = found.spaces, found.doubts, found.facts
    targets = [("village", *both) for both in zip(sets.villages, sets.neighbours, strict=True)]
    targets += [("pair", pair, ()) for pair in short]
    if not targets:
        return table_of("to_check")
    places = tuple(at for _, at, _ in targets)
    near = facts.profile.metres(_MINUTES)
    ends = [shapely.multipoints(spaces.geometry.loc[list(at)].to_numpy()) for at in places]
    card = pd.DataFrame(
        {
            "target": [kind for kind, _, _ in targets],
            "place_ids": [";".join(at) for at in places],
            "neighbour_ids": [";".join(beside) for _, _, beside in targets],
            "places": [len(at) for at in places],
            "places_if_merged": [doubts.buildings(at) for at in places],
            "residents_15min": [
                persons(int(facts.people[facts.within(facts.rows(at), near)].sum())) for at in places
            ],
            "geometry": shapely.buffer(shapely.convex_hull(np.array(ends, dtype=object)), rules.hull_m),
        }
    ).join(dongs_of(members_of(places, spaces)))
    card = card.sort_values(["target", "residents_15min", "place_ids"], ascending=[False, False, True])
    card["rank"] = np.arange(1, len(card) + 1)
    asked = pd.concat([doubts.of(places[at]).assign(set=at) for at in card.index], ignore_index=True)
    rows = asked.join(card, on="set")
    for side in ("a", "b"):
        known = spaces.loc[rows[side]]
        rows[f"name_{side}"], rows[f"address_{side}"] = known["name"].to_numpy(), known["address"].to_numpy()
    return table_of("to_check", rows.rename(columns={"a": "place_a", "b": "place_b"}))
