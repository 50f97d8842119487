"""The parameters of the village finder."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from sharemap import reach
from sharemap.errors import StudyError
from sharemap.villages.perturbing import Perturbation
from sharemap.villages.ranking import VillageWeights

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd

    from sharemap.network import WalkNetwork
    from sharemap.reach import PointCosts, Reach
    from sharemap.schema import PeopleKnown

__all__ = ["SUPPORT_MIN", "Elsewhere", "Ground", "Surroundings", "VillageRules"]

#: Support services within this many minutes belong to a village.
SUPPORT_MIN = 5.0


@dataclass(frozen=True, kw_only=True)
class VillageRules:
    """What makes a village, and how villages are ranked and tried.

    Attributes
    ----------
    min_places
        Mutually adjacent shared spaces that make a village; the plan says three.
    adjacent_m
        Longest walk between two adjacent places, access legs included. 400 m is about five minutes.
    face_m
        A place faces a block that begins within this many metres, straight.
    hull_m
        Where a village or a pair has no block, it is drawn as the convex hull of its places widened by this.
    edge_m
        A village is drawn as the part of its blocks within this many metres, straight, of one of its places; so
        is the block for a third space.
    step_m
        Blocks for one more space whose walks to the others are less than this longer than the shortest count as
        equally near; of them the one that serves most residents is proposed.
    weights
        Weights of the rank.
    perturbation
        The perturbed runs; none by default.

    Examples
    --------
    >>> VillageRules(adjacent_m=300).min_places
    3
    """

    min_places: int = 3
    adjacent_m: float = 400.0
    face_m: float = 15.0
    hull_m: float = 25.0
    edge_m: float = 200.0
    step_m: float = 50.0
    weights: VillageWeights = field(default_factory=VillageWeights)
    perturbation: Perturbation = field(default_factory=lambda: Perturbation(runs=0))

    def __post_init__(self) -> None:
        if not isinstance(self.min_places, int) or self.min_places < 2:  # noqa: PLR2004  one place is no set
            msg = "a village needs at least two places"
            raise StudyError(msg, column="min_places", value=self.min_places, remedy="the plan says 3")
        for name in ("adjacent_m", "face_m", "hull_m", "edge_m", "step_m"):
            if not 0 < getattr(self, name) < float("inf"):
                msg = "a village rule takes positive metres"
                raise StudyError(
                    msg, column=name, value=getattr(self, name), remedy="leave it out for the default"
                )


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The streets around the places: for loops along them, and for where one more space should stand.

    Attributes
    ----------
    streets
        The walking network.
    stops
        ``site_id`` (place ids) and the columns of :func:`sharemap.network.snap`, one row a place.
    reached
        Walks from them, to ``adjacent_m`` at least, from :func:`sharemap.reach.within`.
    back
        Walks to them, where they are not the same (slopes).
    """

    streets: WalkNetwork
    stops: pd.DataFrame
    reached: Reach
    back: Reach | None = None

    @classmethod
    def walked(cls, streets: WalkNetwork, stops: pd.DataFrame, *, minutes: float) -> Ground:
        """Walk from the places, and where that is not the same, to them."""
        there, towards = reach.within(streets, stops, minutes=minutes), streets.reversed()
        back = None if towards is streets else reach.within(towards, stops, minutes=minutes)
        return cls(streets=streets, stops=stops, reached=there, back=back)

    @cached_property
    def both_ways(self) -> Reach:
        """Walks between the places and the nodes: where there and back differ, the longer of the two."""
        return self.reached if self.back is None else reach.both_ways(self.reached, self.back)

    def residents(self, demand: pd.DataFrame) -> PointCosts:
        """Return the walks from demand points to the places."""
        towards = self.reached if self.back is None else self.back
        return reach.to_points(self.streets.reversed(), towards, self.stops, demand)

    def support(self, stops: pd.DataFrame) -> pd.DataFrame:
        """Return ``place_id``, ``site_id``, ``walk_m``: the sites of support layers that one can walk to from places."""
        near = reach.within(self.streets, self.stops, minutes=SUPPORT_MIN)
        walks = reach.to_points(self.streets, near, self.stops, stops)
        return pd.DataFrame(
            {
                "place_id": walks.site_ids[walks.site].astype(str),
                "site_id": stops["site_id"].to_numpy()[walks.point],
                "walk_m": walks.cost_m,
            }
        )


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Shared spaces at published positions that are not used: what there would be if they were true after all.

    Attributes
    ----------
    spaces
        Schema 'places', one row a site, its ``place_id`` the id of the site.
    walks
        ``a``, ``b``, ``walk_m``: walks between them and to the places, as for :func:`sharemap.villages.find`.
    place_costs
        Walks of residents to them.
    """

    spaces: gpd.GeoDataFrame
    walks: pd.DataFrame
    place_costs: PointCosts


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What lies around the places. What is not given is not known: it gives "no data", never zero.

    Attributes
    ----------
    place_costs
        Walks from demand points to places, to 15 minutes at least; its ``site_ids`` are place ids.
    demand
        The demand points (schema 'demand'), in the row order that `place_costs` refers to; none where nothing is known.
    known
        What is known of the residents. What counts people whom nobody knows of gives no data; weigh the rank by
        :meth:`VillageWeights.known`.
    support
        ``place_id``, ``site_id``, ``walk_m``: sites of support layers near places; ``None`` when unknown.
    blocks
        Schema 'blocks'; ``None`` when there are none.
    ground
        The streets; without them no loop is drawn and no block is proposed.
    services
        Schema 'sites' with ``role`` ('space' or 'support'), and, where they are published, ``fee`` ('무료' or
        '유료') and ``operator_kind``: the services in the places.
    elderly_costs
        As `place_costs`, for the elderly profile.
    idle
        Idle spaces, as :func:`sharemap.villages.idle_spaces` wants them.
    two_buildings
        Pairs of place ids that somebody has confirmed to be two buildings.
    positions
        Schema 'positions' with ``place_id``: the shared spaces whose published position is contradicted. Where
        ``moved_m`` is 0 it is used nevertheless.
    elsewhere
        Shared spaces at published positions that are not used, because others agree on another one.
    """

    place_costs: PointCosts
    demand: gpd.GeoDataFrame
    known: PeopleKnown = "ages"
    support: pd.DataFrame | None = None
    blocks: gpd.GeoDataFrame | None = None
    ground: Ground | None = None
    services: pd.DataFrame | None = None
    elderly_costs: PointCosts | None = None
    idle: pd.DataFrame | None = None
    two_buildings: Collection[tuple[str, str]] = ()
    positions: pd.DataFrame | None = None
    elsewhere: Elsewhere | None = None
