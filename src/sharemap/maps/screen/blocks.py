"""What is within reach of each block, computed from its residents' walks and packed into few characters.

A block's figure for a service is that of its *middle resident*: half of its residents walk no further to the nearest
site. Where nobody lives in a block, the inhabited demand point nearest to it speaks for it, and the page says so.

Each figure takes three letters of a 64-letter alphabet: two for tenths of a minute, one for the number of sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from sharemap.maps.geometry import LETTERS
from sharemap.maps.screen.contract import BlockReach, ReachFigures

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.findings import Run
    from sharemap.maps.drawn import Drawn

__all__ = ["around", "middle"]

_BASE = len(LETTERS)
_NOT_REACHED = _BASE * _BASE - 1


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
    served = served.assign(_row=rows)[rows >= 0]
    return BlockReach(
        far=far.tolist(),
        by={key: _figures(run, served[served["profile"] == key], homes, len(demand)) for key in chosen},
        unreached=_NOT_REACHED,
        most_sites=_BASE - 1,
    )


def middle(
    homes: _Homes, minutes: NDArray[np.float64], sites: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return of each block the walk and the sites of its middle resident, and the residents who arrive, in thousandths.

    Parameters
    ----------
    homes
        Who speaks for which block.
    minutes, sites
        Of each demand point: the walk to the nearest site (infinite where there is none) and the sites in reach.
    """
    walk = minutes[homes.point]
    order = np.lexsort((walk, homes.block))
    people, block = homes.people[order], homes.block[order]
    totals = np.bincount(block, weights=people, minlength=homes.blocks)
    before = np.concatenate([[0.0], np.cumsum(totals)[:-1]])
    so_far = np.cumsum(people) - before[block]
    half = np.flatnonzero(2 * so_far >= totals[block])
    _, first = np.unique(block[half], return_index=True)
    chosen = homes.point[order[half[first]]]
    arrived = np.bincount(block, weights=people * np.isfinite(walk[order]), minlength=homes.blocks)
    return minutes[chosen], sites[chosen], arrived.astype(np.int64)


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


def _figures(run: Run, served: pd.DataFrame, homes: _Homes, demands: int) -> list[ReachFigures]:
    walks: dict[str, tuple[NDArray[np.float64], NDArray[np.int64]]] = {}
    for layer, part in served.groupby("layer", observed=True):
        minutes, sites = np.full(demands, np.inf), np.zeros(demands, dtype=np.int64)
        minutes[part["_row"]], sites[part["_row"]] = part["walk_min"], part["sites"]
        walks[str(layer)] = minutes, sites
    never = np.full(demands, np.inf), np.zeros(demands, dtype=np.int64)
    for entry in run.summary.groups:
        members = [walks.get(one.layer, never) for one in run.summary.layers if one.group == entry.group]
        walks[entry.group] = (
            np.min([minutes for minutes, _ in members], axis=0),
            np.sum([sites for _, sites in members], axis=0),
        )
    groups = [walks[entry.group] for entry in run.summary.groups]
    if groups:  # the promise is kept when the last of the groups is reached
        walks["all_groups"] = (
            np.max([minutes for minutes, _ in groups], axis=0),
            np.sum([sites for _, sites in groups], axis=0),
        )
    return [_packed(homes, *walks.get(key, never)) for key in run.service_keys]


def _packed(homes: _Homes, minutes: NDArray[np.float64], sites: NDArray[np.int64]) -> ReachFigures:
    walk, count, arrived = middle(homes, minutes, sites)
    tenths = np.full(len(walk), _NOT_REACHED)
    reached = np.isfinite(walk)
    tenths[reached] = np.minimum(np.rint(walk[reached] * 10), _NOT_REACHED - 1).astype(np.int64)
    digits = np.column_stack([tenths // _BASE, tenths % _BASE, np.minimum(count, _BASE - 1)])
    whole = np.bincount(homes.block, weights=homes.people, minlength=homes.blocks)
    some = np.flatnonzero((arrived > 0) & (arrived < whole))
    flat = np.column_stack([some, arrived[some]]).ravel().tolist()
    return ReachFigures(letters=LETTERS[digits].tobytes().decode("ascii"), some=flat)
