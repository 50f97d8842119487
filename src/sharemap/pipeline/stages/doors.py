"""Where homes and sites meet the street for each walker: part of the stage 'coverage'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sharemap import network
from sharemap.schema import TABLES, check

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from sharemap.coverage import Walker
    from sharemap.network import WalkNetwork
    from sharemap.units import WalkProfile

__all__ = ["Doors", "doors_elsewhere"]

_STOP = ["edge_id", "offset_m", "snap_m", "status"]


@dataclass(frozen=True)
class Doors:
    """Homes and sites, joined to the streets by the study's walker.

    Attributes
    ----------
    streets
        The network for the study's walker.
    homes, sites
        Points; homes with their stops.
    stops
        The stops of the sites, in their order.
    max_snap_m
        Longest access leg.
    """

    streets: WalkNetwork
    homes: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    stops: pd.DataFrame
    max_snap_m: float

    def of(self, profile: WalkProfile) -> tuple[WalkNetwork, gpd.GeoDataFrame, pd.DataFrame]:
        """Return streets, homes and stops of a walker, each point joined to the nearest street that this one can use."""
        streets = self.streets.with_profile(profile)
        if streets.edges["component"].equals(self.streets.edges["component"]):
            return streets, self.homes, self.stops
        homes, sites = (
            network.snap(streets, points, max_snap_m=self.max_snap_m) for points in (self.homes, self.sites)
        )
        stops = pd.concat([self.sites[["site_id"]], sites], axis=1)
        return streets, self.homes.assign(**{name: homes[name] for name in _STOP}), check(stops, "stops")


def doors_elsewhere(walkers: Sequence[Walker]) -> pd.DataFrame:
    """Return the homes that a walker joins elsewhere than the first, the study's (schema ``doors``)."""
    own, *others = walkers
    parts = [pd.DataFrame({name: own.homes[:0][name] for name in ("demand_id", *_STOP)})]
    for one in others:
        moved = _differs(own.homes, one.homes)
        names = {"profile": one.profile.name, "profile_ko": one.profile.name_ko}
        parts.append(pd.DataFrame(one.homes.loc[moved, ["demand_id", *_STOP]]).assign(**names))
    whole = pd.concat(parts, ignore_index=True)
    return check(
        whole.reindex(columns=TABLES["doors"].names).astype({"profile": "str", "profile_ko": "str"}), "doors"
    )


def _differs(own: pd.DataFrame, other: pd.DataFrame) -> pd.Series[bool]:
    """Return which homes another walker joins to another edge, or to none."""
    edges = [homes["edge_id"].astype("Int64").fillna(-1) for homes in (own, other)]
    return (edges[0] != edges[1]) | (own["status"] != other["status"])
