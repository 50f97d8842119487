"""The user's own points of residents."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.demand.evidence import inside, on_area, require
from sharemap.demand.persons import in_thousandths, named, people_of, points_of, whole_persons
from sharemap.errors import PopulationError
from sharemap.schema import AGE_BANDS, check
from sharemap.units import THOUSANDTHS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["OWN", "placed"]

log = logging.getLogger(__name__)

#: Methods of :func:`placed`: the user's own points or cells.
OWN = ("points", "grid")


def placed(
    residents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    population: pd.DataFrame | None = None,
    method: str = "points",
) -> gpd.GeoDataFrame:
    """Turn a user's own points of residents into demand points.

    Parameters
    ----------
    residents
        Points in the CRS of the area with ``residents`` and, where ages are known, whole numbers for each of
        :data:`sharemap.schema.AGE_BANDS`. Without them, and without `population`, no age is known, and residents may
        have fractions. Those outside the area are left out; ``attrs["outside"]`` of the result
        counts their rows and people.
    area
        The dongs of the study (schema ``area``).
    population
        As for :func:`place`. With it the points only say where people live: they share the residents of their dong
        in proportion, so that totals and ages are those of the table, exactly.
    method
        One of :data:`OWN`.

    Raises
    ------
    PopulationError
        If numbers by age are not whole, or nobody lives in the area.
    """
    dongs = check(area, "area").sort_values("dong_code", ignore_index=True)
    require(residents, "residents", dongs, "residents")
    own = residents.loc[residents["residents"] > 0].reset_index(drop=True)
    found = inside(own.geometry.to_numpy(), np.arange(len(own), dtype=np.float64), dongs)
    source = found["weight"].to_numpy(dtype=np.int64)  # which row of the user's each point is
    outside = own.drop(index=source)
    facts = {"rows": len(outside), "people": float(outside["residents"].sum())}
    if len(outside):
        log.warning("%d rows with %g residents lie outside the area and are left out", *facts.values())
    weighted = found.assign(weight=own["residents"].to_numpy(dtype="float64")[source], method=method)
    if population is None:
        people = _counted(own.iloc[source], found, dongs)
        points = _as_they_came(found.assign(method=method), dongs, people)
    else:
        people = people_of(population, dongs)
        empty = np.setdiff1d(np.flatnonzero(people.sum(axis=1) > 0), found["dong"])
        rest = on_area(dongs, empty).assign(method="area")
        points = points_of(pd.concat([weighted, rest] if len(rest) else [weighted]), dongs, people)
    points.attrs["outside"] = facts
    return points


def _counted(own: gpd.GeoDataFrame, found: pd.DataFrame, dongs: pd.DataFrame) -> NDArray[np.int64]:
    """Return the thousandths of each point and age; of points without ages, of each point."""
    if not len(own) or not len(dongs):
        msg = "none of the residents live in the study area"
        raise PopulationError(msg, remedy="check the coordinate system of the file, or the area")
    if not set(AGE_BANDS) <= set(own.columns):
        return in_thousandths(own["residents"].to_numpy(dtype="float64"))[:, None]
    bands = pd.DataFrame(own[list(AGE_BANDS)]).set_axis(found["dong"].to_numpy(), axis=0)
    return whole_persons(bands) * THOUSANDTHS


def _as_they_came(
    found: pd.DataFrame, dongs: gpd.GeoDataFrame, thousandths: NDArray[np.int64]
) -> gpd.GeoDataFrame:
    """Return points with the persons they came with, in the order of dong and place."""
    order = np.lexsort((found["y"], found["x"], found["dong"]))
    return named(found.iloc[order].reset_index(drop=True), dongs, thousandths[order])
