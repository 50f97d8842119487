"""Unserved areas: what one more site would reach, one after the other.

An unserved area is the unserved residents whom one new site, at the street corner that is best for it, would reach. They
are found one after the other (:func:`sharemap.siting.greedy`): a home that one of them holds is in no later one, and
none is wider than the walk. What is about an age is ranked by its people. A home of which the inputs do not tell is in
none: one that meets no street, or one in a ward of which a layer has no data, where that decides. Beside that list,
which is of who is *known* to be unserved, stands the one *as filed*, where no row means no site.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sharemap import siting
from sharemap.coverage.by_unit import thousandths_of
from sharemap.coverage.new_sites import Homes, Walks, places_of
from sharemap.coverage.points import combined, members
from sharemap.coverage.services import AGES
from sharemap.coverage.standing import Blind, standings
from sharemap.errors import GeometryError
from sharemap.schema import TABLES, check
from sharemap.units import THOUSANDTHS, persons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sharemap.coverage.nearest import Nearest
    from sharemap.coverage.services import Services
    from sharemap.coverage.walker import Walker
    from sharemap.network import WalkNetwork
    from sharemap.units import WalkProfile

__all__ = ["Unserved", "UnservedRules", "unserved_areas"]


@dataclass(frozen=True, kw_only=True)
class UnservedRules:
    """Which unserved areas are listed.

    Attributes
    ----------
    most
        So many at most, of each walker and service.
    least
        None that would reach fewer people than this.
    known_m
        Sites are known up to this distance around the study area: a walk that is longer may miss a nearer site
        beyond it, and is an upper bound.
    """

    most: int = 50
    least: int = 100
    known_m: float = float("inf")

    def __post_init__(self) -> None:
        for name in ("most", "least"):
            if getattr(self, name) < 1:
                msg = "a list of unserved areas needs a whole number of 1 or more"
                raise GeometryError(msg, column=name, value=getattr(self, name), remedy="for example 50")


@dataclass(frozen=True)
class Unserved:
    """The unserved areas of one walker.

    Attributes
    ----------
    areas
        Schema ``gaps``: one row an area, but for its sentence.
    lists
        Schema ``unserved``: one row a list, how many people its areas would reach and how many are left.
    """

    areas: gpd.GeoDataFrame
    lists: pd.DataFrame


@dataclass(frozen=True)
class _Asked:
    """One list: the service, who is out of its reach, and their nearest walks and sites, however far."""

    kind: str
    key: str
    key_ko: str
    basis: str
    unserved: NDArray[np.bool_]
    without_data: NDArray[np.bool_]
    walks: Walks

    @property
    def named(self) -> dict[str, str]:
        return {"kind": self.kind, "key": self.key, "key_ko": self.key_ko, "basis": self.basis}


def unserved_areas(  # noqa: PLR0913  the streets, the walks within and beyond the cutoff, the people, the places
    streets: WalkNetwork,
    walker: Walker,
    nearest: Nearest,
    *,
    sites: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    services: Services,
    minutes: float,
    rules: UnservedRules | None = None,
) -> Unserved:
    """Find the unserved areas of each group and of the promise.

    Parameters
    ----------
    streets
        The network with the profile to walk by; on slopes people walk to the sites. New sites may stand at its corners
        inside the area.
    walker
        Who walks, their homes, and what they reach.
    nearest
        Nearest sites without a cutoff, for the same walker.
    sites
        ``site_id``, ``name``, ``layer`` and positions.
    area
        The dongs of the study (schema ``area``).
    services, minutes
        The services, and the cutoff.
    rules
        See :class:`UnservedRules`.

    Returns
    -------
    Each area has a place for its site, the people whom it would reach by age (of those not served, and reached by no
    earlier area), the dong where most of them live, and the walk of the middle one of them (half of them walk longer)
    to the nearest site that there is, which for the promise is the nearest site of the group that is farthest. The
    polygon is for the eye: circles around the homes, no wider than the walk to the new site.
    """
    rules = UnservedRules() if rules is None else rules
    asked, demand = list(_asked(walker, nearest, services)), walker.homes
    corners = siting.corners(streets, within=shapely.union_all(np.asarray(area.geometry)))
    counted = thousandths_of(demand)[:, list(AGES).index(streets.profile.age_band)]
    chosen = siting.greedy_for_each(
        *(streets, demand, corners),
        weights=np.broadcast_to(counted, (len(asked), len(demand))),
        served=np.array([~one.unserved for one in asked], dtype=bool).reshape(len(asked), len(demand)),
        minutes=minutes,
        sites=rules.most,
        least=rules.least * THOUSANDTHS,
    )
    used = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(one.candidate for one in chosen)]))
    places = places_of(streets, corners.iloc[used], sites, area)
    homes = Homes.of(demand, counted, cutoff_m=streets.profile.metres(minutes), known_m=rules.known_m)
    parts = [
        homes.by_site(found.site, np.asarray(corners.geometry)[found.candidate], one.walks, one.without_data)
        .join(places.iloc[np.searchsorted(used, found.candidate)].reset_index(drop=True))
        .assign(**one.named)
        for one, found in zip(asked, chosen, strict=True)
        if len(found.candidate)
    ]
    lists = [_list(one, found) for one, found in zip(asked, chosen, strict=True)]
    return Unserved(
        areas=_checked(parts, sites, streets),
        lists=_lists(lists, streets.profile, rules),
    )


def _asked(walker: Walker, nearest: Nearest, services: Services) -> Iterator[_Asked]:
    """Return what is asked of each group and the promise: of who is known, and as filed where that is another list."""
    no_street = Blind.of(walker.homes, services).no_street
    far = combined(nearest.cost_m, services)
    for one, (*_, cost) in zip(standings(walker.served, walker.homes, services), far, strict=True):
        if one.kind == "layer":
            continue
        without_data = one.unknown & ~no_street
        walks = Walks(cost, _target(nearest, cost, members(one.kind, one.key, services)))
        named = (one.kind, one.key, one.name)
        yield _Asked(*named, "known", one.unserved, without_data, walks)
        if without_data.any():
            yield _Asked(*named, "as_filed", one.unserved | without_data, without_data, walks)


def _target(
    nearest: Nearest,
    cost: NDArray[np.float64],
    columns: Any,  # noqa: ANN401  list or range
) -> NDArray[Any]:
    """Return the site that each walk leads to: the first of the layers whose nearest site is as far as the walk."""
    columns = list(columns)
    same = nearest.cost_m[:, columns] == cost[:, None]
    site = nearest.site_id[np.arange(len(cost)), np.asarray(columns)[same.argmax(axis=1)]]
    return np.where(np.isfinite(cost), site, "")


def _list(one: _Asked, found: siting.Chosen) -> dict[str, Any]:
    reached = int(found.gain.sum())
    return {
        **one.named,
        "areas": len(found.gain),
        "unserved": persons(reached + found.left),
        "reached": persons(reached),
        "rest": persons(found.left),
        "next_reached": persons(found.next_gain),
    }


def _lists(rows: list[dict[str, Any]], profile: WalkProfile, rules: UnservedRules) -> pd.DataFrame:
    names = [column.name for column in TABLES["unserved"].columns]
    table = pd.DataFrame(rows, columns=names).assign(profile=profile.name, profile_ko=profile.name_ko)
    table = table.assign(age_band=profile.age_band, most=rules.most, least=rules.least)
    return check(table.astype({"areas": "int64"}) if rows else _blank("unserved"), "unserved")


def _checked(parts: list[pd.DataFrame], sites: pd.DataFrame, streets: WalkNetwork) -> gpd.GeoDataFrame:
    if not parts:
        nothing = gpd.GeoDataFrame(_blank("gaps"), geometry="geometry", crs=streets.crs)
        return check(nothing, "gaps", said=False)
    profile = streets.profile
    rows = pd.concat(parts, ignore_index=True)
    named = sites.drop_duplicates("site_id").set_index("site_id")[["name", "layer"]]
    rows["nearest_name"] = named["name"].reindex(rows["site_id"]).to_numpy()
    rows["nearest_layer"] = named["layer"].reindex(rows["site_id"]).to_numpy()
    rows["nearest_site_id"] = rows["site_id"].where(rows["site_id"] != "")
    for name in ("cost_m", "longest_m"):
        rows[name] = rows[name].where(np.isfinite(rows[name]))
    rows["walk_m"] = rows["cost_m"]
    rows["walk_min"], rows["longest_min"] = (
        profile.minutes(rows[name].to_numpy()) for name in ("cost_m", "longest_m")
    )
    rows["gap_id"] = [
        f"{profile.name}-{key}-{rank:04d}" + ("" if basis == "known" else "-filed")
        for key, rank, basis in zip(rows["key"], rows["rank"], rows["basis"], strict=True)
    ]
    rows = rows.assign(profile=profile.name, profile_ko=profile.name_ko, age_band=profile.age_band)
    return check(gpd.GeoDataFrame(rows, geometry="geometry", crs=streets.crs), "gaps", said=False)


def _blank(table: str) -> pd.DataFrame:
    kinds = {"text": "str", "int": "int64", "float": "float64", "persons": "float64", "geometry": "object"}
    columns = TABLES[table].unsaid.columns
    return pd.DataFrame({column.name: pd.Series(dtype=kinds[column.kind]) for column in columns})
