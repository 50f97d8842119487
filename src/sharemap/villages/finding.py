"""The whole search: shared spaces and the walks between them -> villages."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sharemap.errors import GeometryError
from sharemap.schema import check
from sharemap.villages.candidates import CandidateTables, Found, candidate_tables
from sharemap.villages.cliques import adjacency, cliques, resolve
from sharemap.villages.doubts import Doubts
from sharemap.villages.facts import Facts
from sharemap.villages.idle import idle_fits
from sharemap.villages.known import as_known
from sharemap.villages.rules import VillageRules
from sharemap.villages.short import one_short
from sharemap.villages.to_check import to_check, unsettled

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sharemap.villages.rules import Surroundings
    from sharemap.villages.trials import Trials

__all__ = ["Villages", "find"]

_LOG = logging.getLogger(__name__)
_AS_PLANNED = VillageRules()
_MINUTES = 15
_OF_VILLAGES = ("places", "walks", "loops", "services", "residents", "scores", "values")


@dataclass(frozen=True, kw_only=True)
class Villages(CandidateTables):
    """Candidate villages and what belongs to them: numbers and keys, for :mod:`sharemap.findings` to make words of.

    Attributes
    ----------
    one_short, idle_fits
        Schema 'one_short' and 'idle_fits'; by rank.
    to_check
        Schema 'to_check'; by rank.
    positions
        What is known of the positions that are asked about, as :class:`Surroundings` has it.
    building
        Places that may be one building or stand elsewhere, as :func:`resolve` and :func:`thresholds` want them.
    spaces, services_in_spaces
        How many shared spaces of the study area were searched, and how many services they hold.
    unreached
        How many places meet no street, by the reason (``status_*`` of ``words.toml``).
    rules
        What made a village.
    """

    one_short: gpd.GeoDataFrame
    idle_fits: pd.DataFrame
    to_check: gpd.GeoDataFrame
    positions: pd.DataFrame | None
    building: dict[str, str | None]
    spaces: int
    services_in_spaces: int
    unreached: dict[str, int]
    rules: VillageRules

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables under their names in the schema, without words."""
        return {
            "villages": self.villages,
            **{f"village_{name}": getattr(self, name) for name in _OF_VILLAGES},
            "one_short": self.one_short,
            "idle_fits": self.idle_fits,
            "to_check": self.to_check,
        }


def find(
    places: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    *,
    around: Surroundings,
    rules: VillageRules = _AS_PLANNED,
    trials: Trials | None = None,
) -> Villages:
    """Find sharing-village candidates.

    Parameters
    ----------
    places
        Schema 'places'. Only shared spaces inside the study area (``shared_space`` and ``in_area``) can make
        a village; other rows are left aside here.
    walks
        ``a``, ``b`` (place ids) and ``walk_m``: every two shared spaces at most ``adjacent_m`` of walking
        apart, access legs included, and for perturbed runs at most ``perturbation.widest_m(adjacent_m)``; longer
        walks and walks of other places are left aside.
    around
        Residents, support sites and blocks around the places.
    rules
        What makes a village.
    trials
        The shared spaces as they may really be, for the perturbed runs; without them sites only close.

    Returns
    -------
    Villages by rank (:mod:`sharemap.villages.ranking`), their members in the order of the everyday loop and
    their neighbours, the walks between members, and the pairs that are one short. The order of the input
    rows changes nothing.

    Places that may be one building count as one, and those that may stand elsewhere not at all. A set that has enough
    places only if they are several, and stand there, is no candidate: it is listed to be checked, after the candidates
    are found, and so is a doubtful pair that is one short.

    Pairs that are one short are reported for villages of three: two adjacent shared spaces in no set of enough places,
    neither of them in a village or in a set to be checked, which one more space would make one.

    Raises
    ------
    GeometryError
        If a table lacks columns or is in no metric CRS, an id is repeated or unknown, or the costs reach less
        than 15 minutes.
    """
    known = check(places, "places")
    _check_around(around, rules)
    spaces = known[(known["shared_space"] & known["in_area"]).to_numpy()]
    spaces = spaces.set_index("place_id", drop=False).rename_axis(None).sort_index()
    wider = _between(walks, known, spaces, rules)
    _check_costs(wider, around)
    pairs = wider[wider["walk_m"] <= rules.adjacent_m].reset_index(drop=True)
    cliques_found = cliques(pairs, min_places=rules.min_places)
    doubts = Doubts.among(spaces, around)
    resolution = resolve(cliques_found, pairs, min_places=rules.min_places, building=doubts.building)
    facts = Facts.of(spaces, around)
    found = Found(resolution, spaces, pairs, wider, doubts, facts, trials)
    tables = CandidateTables.nothing(spaces.crs)
    if resolution.villages:
        tables = candidate_tables(found, around=around, rules=rules)
    unsure = unsettled(found, cliques_found, around=around, rules=rules)
    short = one_short(unsure.short, spaces, facts, around=around, rules=rules)
    fits = idle_fits(_targets(tables, short), facts, around=around, adjacent_m=rules.adjacent_m)
    _LOG.info(
        "%d shared spaces, %d adjacent pairs, %d maximal sets -> %d villages, %d pairs one short, %d to check",
        *(len(spaces), len(pairs), len(cliques_found), len(tables.villages), len(short), len(unsure)),
    )
    result = Villages(
        **vars(tables),
        one_short=_counted(short, fits, around),
        idle_fits=fits,
        to_check=to_check(unsure, around=around, rules=rules),
        positions=around.positions,
        building=doubts.building,
        spaces=len(spaces),
        services_in_spaces=int(spaces["sites"].sum()),
        unreached=_unreached(around),
        rules=rules,
    )
    told: dict[str, Any] = as_known(result.tables(), around.known)
    return replace(result, **{name.removeprefix("village_"): table for name, table in told.items()})


def _unreached(around: Surroundings) -> dict[str, int]:
    """Places that meet no street take part in nothing."""
    if around.ground is None:
        return {}
    status = around.ground.stops["status"]
    return {str(why): int(count) for why, count in status[status != "ok"].value_counts().items()}


def _targets(tables: CandidateTables, short: pd.DataFrame) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """Return what an idle space could complete or enlarge: pairs and villages, with their places."""
    pairs = [
        ("pair", f"{a};{b}", rank, (a, b))
        for a, b, rank in zip(short["place_a"], short["place_b"], short["rank"], strict=True)
    ]
    of = tables.villages
    return pairs + [
        ("village", key, rank, tuple(places.split(";")))
        for key, rank, places in zip(of["village_id"], of["rank"], of["place_ids"], strict=True)
    ]


def _counted(short: gpd.GeoDataFrame, fits: pd.DataFrame, around: Surroundings) -> gpd.GeoDataFrame:
    """Return the pairs with how many idle spaces fit; nothing where no list was given."""
    if around.idle is None or not len(short):
        return short
    times = fits.loc[fits["target"] == "pair", "target_id"].value_counts()
    key = short["place_a"] + ";" + short["place_b"]
    return short.assign(idle_fits=key.map(times).fillna(0).astype("Int64"))


def _between(
    walks: pd.DataFrame, known: gpd.GeoDataFrame, spaces: gpd.GeoDataFrame, rules: VillageRules
) -> pd.DataFrame:
    widest = rules.adjacent_m
    if rules.perturbation.runs:
        widest = max(widest, rules.perturbation.widest_m(rules.adjacent_m))
    pairs = adjacency(walks, adjacent_m=widest)
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
    needed = costs.profile.metres(_MINUTES)
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
        check(around.blocks, "blocks", said=False)
    if around.ground is not None and around.ground.reached.cutoff_m < rules.adjacent_m:
        msg = "the reach of the places is shorter than the adjacency"
        raise GeometryError(
            msg,
            column="cutoff_m",
            value=around.ground.reached.cutoff_m,
            remedy=f"compute it to {rules.adjacent_m:g} m",
        )
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
