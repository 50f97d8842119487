"""The residents of each dong, spread over the best evidence of where its houses are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.demand.evidence import DemandRules, on_area, on_buildings, on_points, on_streets
from sharemap.demand.own import OWN
from sharemap.demand.persons import people_of, points_of
from sharemap.errors import GeometryError
from sharemap.schema import check
from sharemap.units import persons

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["METHODS", "methods", "place"]

#: The methods, best evidence first.
METHODS = ("buildings", "output_areas", "streets", "area")


def place(  # noqa: PLR0913  one argument for each kind of evidence
    population: pd.DataFrame,
    area: gpd.GeoDataFrame,
    *,
    buildings: gpd.GeoDataFrame | None = None,
    output_areas: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    rules: DemandRules | None = None,
    by: str | None = None,
) -> gpd.GeoDataFrame:
    """Spread the residents of each dong over points.

    Parameters
    ----------
    population
        Index ``dong_code``, one whole-number column for each of :data:`sharemap.schema.AGE_BANDS`. Dongs
        outside `area` are ignored; a dong of `area` that is missing is an error.
    area
        The dongs of the study (schema ``area``).
    buildings
        Polygons with ``building`` (the OSM value) and, where known, ``levels`` (storeys) and ``height``
        (metres). Floor area is footprint x storeys; storeys are `levels`, else `height` / 3 rounded, else 1.
    output_areas
        Points.
    streets
        Walkable edges (LineStrings). Those marked ``tunnel`` or ``bridge`` are left out: nobody lives there.
    rules
        See :class:`DemandRules`.
    by
        One of :data:`METHODS`: each dong where it finds anything at all is placed by it, however scanty, and the
        others as without it. It shows what the method decides.

    Returns
    -------
    One row a point where anybody lives: the columns of schema ``demand`` without those of the street access, with
    residents in thousandths of a person (:func:`sharemap.units.persons`). Whatever the order of the input rows, the result is the same: points are numbered within the dong
    from west to east.

    Raises
    ------
    PopulationError
        If the population does not fit the area or is not made of whole numbers.
    GeometryError
        If a table lacks its columns or is not in the CRS of the area, or there is no such method.

    Notes
    -----
    Each point's quota of an age band (dong total x weight / weight of the dong) is rounded down or up to a whole
    thousandth, never further; those rounded up are the points that would lose most (largest remainder). Every age of
    a dong stands on the same points by the same weights, to a thousandth of a person: rounding to whole persons would
    put the few of one age on the largest buildings and those of the next elsewhere, and make them seem better or
    worse served.
    """
    rules = DemandRules() if rules is None else rules
    dongs = check(area, "area").sort_values("dong_code", ignore_index=True)
    people = people_of(population, dongs)
    residents = people.sum(axis=1)
    inhabited = np.flatnonzero(residents > 0)
    candidates = {
        "buildings": on_buildings(buildings, dongs, rules),
        "output_areas": on_points(output_areas, dongs),
    }
    chosen = _enough(candidates, residents, rules)
    if by is not None:
        candidates |= _asked(by, dongs, inhabited, streets, rules)
        there = np.intersect1d(inhabited, candidates[by]["dong"])
        chosen = {method: np.setdiff1d(at, there) for method, at in chosen.items()} | {by: there}
    left = np.setdiff1d(inhabited, np.concatenate([*chosen.values()]))
    if by != "streets":
        candidates["streets"] = on_streets(streets, dongs, left, rules)
    for method in ("streets", "output_areas", "buildings"):  # scanty evidence is still better than none
        found = np.intersect1d(left, candidates[method]["dong"])
        chosen[method] = np.concatenate([chosen.get(method, found[:0]), found])
        left = np.setdiff1d(left, found)
    if by != "area":
        chosen["area"], candidates["area"] = left, on_area(dongs, left)
    used = [candidates[method].assign(method=method) for method in METHODS]
    weighted = pd.concat(
        [rows.loc[rows["dong"].isin(chosen[method])] for method, rows in zip(METHODS, used, strict=True)]
    )
    return points_of(weighted, dongs, people)


def _asked(
    by: str,
    dongs: gpd.GeoDataFrame,
    inhabited: NDArray[np.intp],
    streets: gpd.GeoDataFrame | None,
    rules: DemandRules,
) -> dict[str, pd.DataFrame]:
    """Return the candidates of a method that is asked for and is otherwise made for the dongs that are left."""
    if by not in METHODS:
        msg = "no such method of placing residents"
        raise GeometryError(msg, column="by", value=by, remedy=f"use one of {', '.join(METHODS)}")
    if by == "streets":
        return {by: on_streets(streets, dongs, inhabited, rules)}
    return {by: on_area(dongs, inhabited)} if by == "area" else {}


def methods(points: pd.DataFrame) -> pd.DataFrame:
    """Count what :func:`place` stood on: dongs, points and persons for each method, best evidence first.

    Examples
    --------
    >>> points = pd.DataFrame({"method": ["streets"] * 2, "dong_code": ["1", "1"], "residents": [2600, 4400]})
    >>> methods(points).loc["streets"].to_dict()
    {'dongs': 1.0, 'points': 2.0, 'residents': 7.0}
    """
    counted = points.groupby("method").agg(
        dongs=("dong_code", "nunique"), points=("dong_code", "size"), residents=("residents", "sum")
    )
    own = [method for method in OWN if method in counted.index]
    counted = counted.assign(residents=persons(counted["residents"].to_numpy()))
    return counted.reindex([*METHODS, *own], fill_value=0).rename_axis("method")


def _enough(
    candidates: dict[str, pd.DataFrame], residents: NDArray[np.int64], rules: DemandRules
) -> dict[str, NDArray[np.intp]]:
    size = len(residents)
    floor = np.bincount(candidates["buildings"]["dong"], candidates["buildings"]["weight"], minlength=size)
    count = np.bincount(candidates["output_areas"]["dong"], minlength=size)
    housed = (residents > 0) & (floor > 0) & (floor >= rules.min_floor_area_m2 * residents)
    drawn = (
        (residents > 0) & ~housed & (count > 0) & (residents <= rules.max_residents_per_output_area * count)
    )
    return {"buildings": np.flatnonzero(housed), "output_areas": np.flatnonzero(drawn)}
