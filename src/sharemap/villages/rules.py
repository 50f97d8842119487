"""The parameters of the village finder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.errors import StudyError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sharemap.reach import PointCosts
    from sharemap.units import WalkProfile

__all__ = ["RANKING", "RankKey", "Surroundings", "VillageRules", "reach_m"]


@dataclass(frozen=True, kw_only=True)
class VillageRules:
    """What makes a village.

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
        Blocks for a third space whose distances differ by less than this count as equally near.

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
class RankKey:
    """One component of the ranking."""

    column: str
    ascending: bool
    ko: str


#: Candidates are ranked by the first of these in which they differ. Each is a column of 'villages'.
RANKING: tuple[RankKey, ...] = (
    RankKey(column="places", ascending=False, ko="공유공간이 많은 순"),
    RankKey(column="services", ascending=False, ko="서비스 종류가 많은 순"),
    RankKey(column="residents_15min", ascending=False, ko="15분 안에 사는 주민이 많은 순"),
    RankKey(column="mean_walk_m", ascending=True, ko="공유공간 사이 평균 보행거리가 짧은 순"),
    RankKey(column="village_id", ascending=True, ko="후보번호 순"),
)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What lies around the places.

    Attributes
    ----------
    place_costs
        Walks from demand points to places, to 15 minutes at least; its ``site_ids`` are place ids.
    demand
        The demand points (schema 'demand'), in the row order that `place_costs` refers to.
    support
        ``place_id``, ``site_id``, ``walk_m``: sites of support layers near places; ``None`` when unknown.
    blocks
        Schema 'blocks'; ``None`` when there are none.
    """

    place_costs: PointCosts
    demand: gpd.GeoDataFrame
    support: pd.DataFrame | None = None
    blocks: gpd.GeoDataFrame | None = None


def reach_m(profile: WalkProfile, minutes: float) -> float:
    """Metres walked in some minutes, without the last digits of the float: 15 minutes at 2.88 km/h are 720 m.

    Examples
    --------
    >>> from sharemap.units import PROFILES
    >>> reach_m(PROFILES["elderly"], 15)
    720.0
    """
    return round(profile.metres(minutes), 6)
