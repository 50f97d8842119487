"""What is within reach of each block, computed from its residents' walks and packed into few characters.

A block's figure for a service is that of its *middle resident*: half of its residents walk no further to the nearest
site. Residents who are unknown to the service are not among them; they are counted beside it. Where nobody lives in a
block, the inhabited demand point nearest to it speaks for it, and the page says so.

Each figure takes three letters of a 64-letter alphabet: two for tenths of a minute, one for the number of sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from sharemap.catalog import GROUPS
from sharemap.coverage import Services, standings
from sharemap.maps.geometry import LETTERS
from sharemap.maps.screen.contract import BlockReach, ReachFigures

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.coverage import Standing
    from sharemap.findings import Run
    from sharemap.maps.drawn import Drawn

__all__ = ["around", "middle"]

_BASE = len(LETTERS)
_NOT_REACHED = _BASE * _BASE - 1
_UNTOLD = _NOT_REACHED - 1


@dataclass(frozen=True)
class _Homes:
    """Inhabited demand points and the block each speaks for; a point may speak for several empty blocks.

    Attributes
    ----------
    point, block
        Positions in the demand table and in the list of blocks, sorted by block.
    people
        Residents of each in thousandths of a person, at least 1.
    blocks
        Number of blocks.
    """

    point: NDArray[np.int64]
    block: NDArray[np.int64]
    people: NDArray[np.int64]
    blocks: int


def around(drawn: Drawn, blocks: gpd.GeoDataFrame) -> BlockReach | None:
    """Return the reach of each block, ready for the page; nothing where the run has no walks of residents.

    Parameters
    ----------
    drawn
        Needs the tables ``demand`` and ``served``. Over a wide area only the study's profile is told.
    blocks
        The blocks of the page, in its order.
    """
    run = drawn.run
    demand, served = run.table("demand"), run.table("served")
    if demand.empty or served.empty or blocks.empty or not (demand["residents"] > 0).any():
        return None
    homes, far = _homes(demand, blocks)
    own = run.summary.profile
    known = set(served["profile"].unique())
    chosen = [key for key in run.profile_names if key in known and (key == own or not drawn.wide)]
    rows = pd.Index(demand["demand_id"]).get_indexer(served["demand_id"])
    served = served.assign(point=rows)[rows >= 0]
    return BlockReach(
        far=far.tolist(),
        by={
            key: [
                _packed(homes, one, own=far == 0)
                for one in _standings(run, served[served["profile"] == key], key)
            ]
            for key in chosen
        },
        unreached=_NOT_REACHED,
        untold=_UNTOLD,
        most_sites=_BASE - 1,
    )


def middle(
    homes: _Homes, minutes: NDArray[np.float64], sites: NDArray[np.int64], known: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return of each block the walk and the sites of its middle resident, and the residents who arrive, in thousandths.

    Where nobody is known there is no walk and no site.

    Parameters
    ----------
    homes
        Who speaks for which block.
    minutes, sites
        Of each demand point: the walk to the nearest site (infinite where there is none) and the sites in reach.
    known
        Whether it is known that it arrives or does not.
    """
    told = known[homes.point]
    walk, of_block = minutes[homes.point], homes.block
    order = np.lexsort((walk, of_block))
    order = order[told[order]]
    people, block = homes.people[order], of_block[order]
    totals = np.bincount(block, weights=people, minlength=homes.blocks)
    before = np.concatenate([[0.0], np.cumsum(totals)[:-1]])
    so_far = np.cumsum(people) - before[block]
    half = np.flatnonzero(2 * so_far >= totals[block])
    some, first = np.unique(block[half], return_index=True)
    chosen = homes.point[order[half[first]]]
    walks, counts = np.full(homes.blocks, np.inf), np.zeros(homes.blocks, dtype=np.int64)
    walks[some], counts[some] = minutes[chosen], sites[chosen]
    arrived = np.bincount(block, weights=people * np.isfinite(walk[order]), minlength=homes.blocks)
    return walks, counts, arrived.astype(np.int64)


def _homes(demand: pd.DataFrame, blocks: gpd.GeoDataFrame) -> tuple[_Homes, NDArray[np.int64]]:
    points, shapes = np.asarray(demand.geometry), np.asarray(blocks.geometry)
    people = demand["residents"].to_numpy(dtype=np.int64)
    lived = np.flatnonzero(people > 0)
    at, block = shapely.STRtree(shapes).query(points[lived], predicate="intersects")
    _, once = np.unique(at, return_index=True)  # on a common border a point counts once
    point, block = lived[at[once]], block[once]
    empty = np.setdiff1d(np.arange(len(shapes)), block)
    far = np.zeros(len(shapes), dtype=np.int64)
    if len(empty):
        (who, nearest), metres = shapely.STRtree(points[lived]).query_nearest(
            shapes[empty], return_distance=True, all_matches=False
        )
        far[empty[who]] = np.maximum(np.rint(metres), 1).astype(np.int64)
        point, block = np.append(point, lived[nearest]), np.append(block, empty[who])
    order = np.argsort(block, kind="stable")
    point, block = point[order].astype(np.int64), block[order].astype(np.int64)
    return _Homes(point=point, block=block, people=people[point], blocks=len(shapes)), far


def _standings(run: Run, served: pd.DataFrame, profile: str) -> list[Standing]:
    """Return where the homes stand with each service, in the order of the page."""
    demand, doors = run.table("demand"), run.table("doors")
    if not doors.empty:
        other = doors[doors["profile"] == profile].set_index("demand_id")["status"]
        demand = demand.assign(
            status=other.reindex(demand["demand_id"])
            .fillna(demand.set_index("demand_id")["status"])
            .to_numpy()
        )
    layers = {one.layer: one.group for one in run.summary.layers if one.served is not None}
    services = Services(
        layers=layers,
        groups=GROUPS,
        names=run.layer_names,
        no_data=frozenset(
            (one.layer, ward)
            for one in run.summary.layers
            if one.layer in layers
            for ward in one.wards_without_data
        ),
    )
    found = {one.key: one for one in standings(served, demand, services)}
    return [found[key] for key in run.service_keys if key in found]


def _packed(homes: _Homes, one: Standing, *, own: NDArray[np.bool_]) -> ReachFigures:
    """Return the figures of a service; `own` are the blocks for which their own residents speak."""
    walk, count, arrived = middle(homes, one.walk, one.sites, ~one.unknown)
    people = [
        np.bincount(homes.block, weights=homes.people * told[homes.point], minlength=homes.blocks).astype(
            np.int64
        )
        for told in (~one.unknown, one.unknown)
    ]
    known, unknown = people
    tenths = np.where((known == 0) & (unknown > 0), _UNTOLD, _NOT_REACHED)
    reached = np.isfinite(walk)
    tenths[reached] = np.minimum(np.rint(walk[reached] * 10), _UNTOLD - 1).astype(np.int64)
    digits = np.column_stack([tenths // _BASE, tenths % _BASE, np.minimum(count, _BASE - 1)])
    return ReachFigures(
        letters=LETTERS[digits].tobytes().decode("ascii"),
        some=_pairs((arrived > 0) & (arrived < known), arrived),
        unknown=_pairs((unknown > 0) & own, unknown),
    )


def _pairs(chosen: NDArray[np.bool_], people: NDArray[np.int64]) -> list[int]:
    at = np.flatnonzero(chosen)
    return np.column_stack([at, people[at]]).ravel().tolist()
