"""The people of cells: on the houses of each cell, else along its streets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from sharemap.demand.evidence import DemandRules, on_buildings, on_streets
from sharemap.demand.persons import in_thousandths, shared_out
from sharemap.units import THOUSANDTHS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["place_cells"]

log = logging.getLogger(__name__)


def place_cells(
    cells: gpd.GeoDataFrame,
    *,
    buildings: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    rules: DemandRules | None = None,
) -> gpd.GeoDataFrame:
    """Spread the people of cells over points inside each.

    Parameters
    ----------
    cells
        Polygons, none over another, each in one dong and with its columns, with ``people`` (numbers, also fractions): a
        grid or raster cut at the dongs.
    buildings, streets, rules
        As for :func:`place`: a cell stands on its residential floor area where enough of it is mapped, else along its
        streets, else on the houses that there are, else on one point.

    Returns
    -------
    As :func:`place`, without ages: the thousandths of all points add up to the people of all cells, rounded.
    """
    rules = DemandRules() if rules is None else rules
    people = in_thousandths(cells["people"].to_numpy(dtype=np.float64))
    lived = people > 0
    cells, people = cells.loc[lived].reset_index(drop=True), people[lived]
    houses = on_buildings(buildings, cells, rules)
    floor = np.bincount(houses["dong"], houses["weight"], minlength=len(cells))
    housed = (floor > 0) & (floor * THOUSANDTHS >= rules.min_floor_area_m2 * people)
    along = on_streets(streets, cells, np.flatnonzero(~housed), rules)
    walked = _has(along, len(cells))
    housed |= (floor > 0) & ~walked
    bare = np.flatnonzero(~housed & ~walked)
    if len(bare):
        log.warning(
            "%d of %d cells have residents but no house or street: each stands on one point, %g people in all",
            *(len(bare), len(cells), people[bare].sum() / THOUSANDTHS),
        )
    spots = shapely.get_coordinates(shapely.point_on_surface(cells.geometry.to_numpy()[bare]))
    alone = pd.DataFrame({"dong": bare, "x": spots[:, 0], "y": spots[:, 1], "weight": 1.0})
    parts = [
        houses[housed[houses["dong"]]].assign(method="buildings"),
        along.assign(method="streets"),
        alone.assign(method="area"),
    ]
    some = [part for part in parts if len(part)] or parts[-1:]
    return shared_out(pd.concat(some), cells, people[:, None])


def _has(candidates: pd.DataFrame, count: int) -> NDArray[np.bool_]:
    return np.bincount(candidates["dong"], minlength=count) > 0
