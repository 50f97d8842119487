"""The whole search: shared spaces and the walks between them -> villages."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sharemap.errors import GeometryError
from sharemap.schema import check
from sharemap.villages.cards import Cards, deal
from sharemap.villages.cliques import adjacency, cliques, resolve
from sharemap.villages.rules import VillageRules, reach_m
from sharemap.villages.short import MAKES_THREE, free_pairs, one_short
from sharemap.villages.tables import table_of

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sharemap.villages.rules import Surroundings

__all__ = ["Villages", "find"]

_LOG = logging.getLogger(__name__)
_AS_PLANNED = VillageRules()
_MINUTES = 15


@dataclass(frozen=True)
class Villages:
    """Candidate villages and what belongs to them, each table as the schema describes it.

    Attributes
    ----------
    villages, places, walks, one_short
        Schema 'villages', 'village_places', 'village_walks' and 'one_short', by rank.
    note
        Why a table is empty or a number approximate, in English; '' when there is nothing to say.
    """

    villages: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    walks: pd.DataFrame
    one_short: gpd.GeoDataFrame
    note: str = ""


def find(
    places: gpd.GeoDataFrame, walks: pd.DataFrame, *, around: Surroundings, rules: VillageRules = _AS_PLANNED
) -> Villages:
    """Find sharing-village candidates.

    Parameters
    ----------
    places
        Schema 'places'. Only shared spaces inside the study area (``shared_space`` and ``in_area``) can make
        a village; other rows are left aside here.
    walks
        ``a``, ``b`` (place ids) and ``walk_m``: every two shared spaces at most ``adjacent_m`` of walking
        apart, access legs included; longer walks and walks of other places are left aside.
    around
        Residents, support sites and blocks around the places.
    rules
        What makes a village.

    Returns
    -------
    Villages by rank (:data:`sharemap.villages.RANKING`), their members in the order of the everyday loop and
    their neighbours, the walks between members, and the pairs that are one short. The order of the input
    rows changes nothing.

    Pairs that are one short are reported for villages of three: two adjacent shared spaces in no qualifying
    set, neither of them in a village, which one more space would make one.

    Raises
    ------
    GeometryError
        If a table lacks columns or is not in EPSG:5179, an id is repeated or unknown, or the costs reach less
        than 15 minutes.
    """
    known = check(places, "places")
    _check_around(around, rules)
    spaces = known[(known["shared_space"] & known["in_area"]).to_numpy()]
    spaces = spaces.set_index("place_id", drop=False).rename_axis(None).sort_index()
    pairs = _between(walks, known, spaces, rules)
    _check_costs(pairs, around)
    found = cliques(pairs, min_places=rules.min_places)
    resolution = resolve(found, pairs, min_places=rules.min_places)
    notes = []
    if resolution.villages:
        cards = deal(resolution, spaces, pairs, around=around, rules=rules)
        if cards.approximate:
            notes.append(f"the loop is approximate in {', '.join(cards.approximate)}")
    else:
        cards = Cards(table_of("villages"), table_of("village_places"), table_of("village_walks"), ())
        notes.append(_why_none(len(spaces), rules))
    short = table_of("one_short")
    if rules.min_places == MAKES_THREE:
        short = one_short(free_pairs(pairs, found, resolution.villages), spaces, around=around, rules=rules)
    else:
        notes.append(f"pairs cannot be one short of villages of {rules.min_places} places")
    note = "; ".join(notes)
    _LOG.info(
        "%d shared spaces, %d adjacent pairs, %d maximal sets -> %d villages, %d pairs one short%s",
        *(len(spaces), len(pairs), len(found), len(cards.villages), len(short), f" ({note})" if note else ""),
    )
    return Villages(cards.villages, cards.places, cards.walks, short, note)


def _why_none(spaces: int, rules: VillageRules) -> str:
    if spaces < rules.min_places:
        return f"no village: the study area holds {spaces} shared spaces, a village needs {rules.min_places}"
    return f"no village: no {rules.min_places} shared spaces are within {rules.adjacent_m:g} m of walking of each other"


def _between(
    walks: pd.DataFrame, known: gpd.GeoDataFrame, spaces: gpd.GeoDataFrame, rules: VillageRules
) -> pd.DataFrame:
    pairs = adjacency(walks, adjacent_m=rules.adjacent_m)
    for column in ("a", "b"):
        unknown = pairs.loc[~pairs[column].isin(known["place_id"]), column]
        if len(unknown):
            msg = "a walk begins or ends at an unknown place"
            raise GeometryError(
                msg, column=column, value=unknown.iloc[0], remedy="give the places the walks were made for"
            )
    ours = pairs["a"].isin(spaces.index) & pairs["b"].isin(spaces.index)
    return pairs[ours].reset_index(drop=True)


def _check_around(around: Surroundings, rules: VillageRules) -> None:
    costs = around.place_costs
    needed = reach_m(costs.profile, _MINUTES)
    if round(costs.cutoff_m, 6) < needed:
        msg = f"the costs of the places reach less than {_MINUTES} minutes"
        raise GeometryError(
            msg, column="cutoff_m", value=costs.cutoff_m, remedy=f"compute them to {needed:g} m"
        )
    if costs.n_points != len(around.demand):
        msg = "the costs of the places were made for other demand points"
        raise GeometryError(msg, value=costs.n_points, remedy=f"there are {len(around.demand)} demand points")
    if around.support is not None:
        missing = [name for name in ("place_id", "site_id", "walk_m") if name not in around.support.columns]
        if missing:
            msg = "the support sites lack columns"
            raise GeometryError(msg, value=missing, remedy="they need place_id, site_id and walk_m")
    if around.blocks is not None:
        check(around.blocks, "blocks")
    if rules.adjacent_m > needed:
        _LOG.warning("adjacent_m %g is more than a walk of %d minutes", rules.adjacent_m, _MINUTES)


def _check_costs(pairs: pd.DataFrame, around: Surroundings) -> None:
    asked = np.array(sorted({*pairs["a"], *pairs["b"]}), dtype=object)
    missing = asked[~np.isin(asked, np.asarray(around.place_costs.site_ids, dtype=object))]
    if len(missing):
        msg = "a place has walks to other places but no costs from the demand points"
        raise GeometryError(
            msg, column="site_ids", value=missing[0], remedy="compute the costs of every shared space"
        )
