"""Residents as weighted points.

Published population is a number for a dong. People live in houses, so the residents of each dong are spread
over the best evidence of where its houses are, dong by dong:

1. ``buildings``: residential floor area, where enough of it is mapped;
2. ``output_areas``: centroids of statistical output areas, drawn for about equal population, so equal weights;
3. ``streets``: walkable street, weighted by length;
4. ``area``: one point in the dong, only when there is nothing at all, so that nobody is lost.

Where buildings and output areas are not good enough (:class:`DemandRules`) and there is no street, the output
areas, else the buildings that there are serve all the same.

The method is in every row and :func:`methods` counts it. Persons stay whole and the totals of each dong and age
band are preserved exactly.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sharemap.errors import GeometryError, PopulationError
from sharemap.schema import AGE_BANDS, check
from sharemap.units import CRS_METRIC

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["METHODS", "OWN", "RESIDENTIAL", "DemandRules", "methods", "place", "placed"]

_log = logging.getLogger(__name__)

#: The methods, best evidence first.
METHODS = ("buildings", "output_areas", "streets", "area")

#: Methods of :func:`placed`: the user's own points or cells.
OWN = ("points", "grid")

#: OSM values of ``building`` that say that people live there. ``yes`` says nothing.
RESIDENTIAL = frozenset(
    {
        "apartments", "annexe", "barracks", "bungalow", "cabin", "detached", "dormitory", "farm", "ger", "hanok",
        "house", "houseboat", "residential", "semi", "semidetached_house", "static_caravan", "terrace",
    }
)  # fmt: skip

_TALLEST_LEVELS = 123  # Lotte World Tower; more storeys than that are a typing error
_SMALL = 1e-9  # shares of a person below this are rounding noise
_SPREAD = 2654435761  # 2^32 / golden ratio: walks a list so that neighbours in the list come far apart
_STARTS = ("dong", "x_cm", "y_cm")


@dataclass(frozen=True, kw_only=True)
class DemandRules:
    """When a method is good enough, and how it weighs.

    Attributes
    ----------
    residential
        OSM ``building`` values that count as housing.
    min_floor_area_m2
        Residential floor area per resident from which a dong counts as mapped. Seoul has some 25 to 30 m2 of
        housing a head; below 5 most homes are missing and the dong would sit on a few buildings.
    floor_height_m
        Storey height that turns a ``height`` into storeys where ``levels`` is unknown.
    max_residents_per_output_area
        Output areas hold about 500 people by design. Above four times that they are older than the housing:
        with areas of 2016 and residents of 2020 this finds 위례동 (7,016) and 항동 (2,220), both new towns.
    street_step_m
        Longest stretch of street that one point stands for.
    """

    residential: frozenset[str] = RESIDENTIAL
    min_floor_area_m2: float = 5.0
    floor_height_m: float = 3.0
    max_residents_per_output_area: float = 2000.0
    street_step_m: float = 50.0


def place(  # noqa: PLR0913  one argument for each kind of evidence
    population: pd.DataFrame,
    area: gpd.GeoDataFrame,
    *,
    buildings: gpd.GeoDataFrame | None = None,
    output_areas: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    rules: DemandRules | None = None,
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

    Returns
    -------
    One row a point with at least one resident: the columns of schema ``demand`` without those of the street
    access. Whatever the order of the input rows, the result is the same: points are numbered within the dong
    from west to east.

    Raises
    ------
    PopulationError
        If the population does not fit the area or is not made of whole numbers.
    GeometryError
        If a table lacks its columns or is not in EPSG:5179.

    Notes
    -----
    Each point's quota of an age band (dong total x weight / weight of the dong) is rounded down or up, never
    further. Those rounded up are the points to which most is owed, *counting what earlier age bands still owe
    them* (largest remainder with carried remainders). Rounding each band on its own would send every odd
    person to the same large buildings and leave small houses empty.
    """
    rules = DemandRules() if rules is None else rules
    dongs = check(area, "area").sort_values("dong_code", ignore_index=True)
    people = _people(population, dongs)
    residents = people.sum(axis=1)
    inhabited = np.flatnonzero(residents > 0)
    candidates = {
        "buildings": _on_buildings(buildings, dongs, rules),
        "output_areas": _on_points(output_areas, dongs),
    }
    chosen = _enough(candidates, residents, rules)
    left = np.setdiff1d(inhabited, np.concatenate([*chosen.values()]))
    candidates["streets"] = _on_streets(streets, dongs, left, rules)
    for method in ("streets", "output_areas", "buildings"):  # scanty evidence is still better than none
        found = np.intersect1d(left, candidates[method]["dong"])
        chosen[method] = np.concatenate([chosen.get(method, found[:0]), found])
        left = np.setdiff1d(left, found)
    chosen["area"] = left
    candidates["area"] = _on_area(dongs, left)
    used = [candidates[method].assign(method=method) for method in METHODS]
    weighted = pd.concat(
        [rows.loc[rows["dong"].isin(chosen[method])] for method, rows in zip(METHODS, used, strict=True)]
    )
    return _points(_merged(weighted), dongs, people)


def methods(points: pd.DataFrame) -> pd.DataFrame:
    """Count what :func:`place` stood on: dongs, points and residents for each method, best evidence first.

    Examples
    --------
    >>> points = pd.DataFrame({"method": ["streets"] * 2, "dong_code": ["1", "1"], "residents": [3, 4]})
    >>> methods(points).loc["streets"].to_dict()
    {'dongs': 1, 'points': 2, 'residents': 7}
    """
    counted = points.groupby("method").agg(
        dongs=("dong_code", "nunique"), points=("dong_code", "size"), residents=("residents", "sum")
    )
    own = [method for method in OWN if method in counted.index]
    return counted.reindex([*METHODS, *own], fill_value=0).rename_axis("method")


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
        Points in EPSG:5179 with ``residents`` and, without `population`, whole numbers for each of
        :data:`sharemap.schema.AGE_BANDS`. Those outside the area are left out; ``attrs["outside"]`` of the result
        counts their rows and people.
    area
        The dongs of the study (schema ``area``).
    population
        As for :func:`place`. With it the points only say where people live: they share the residents of their dong
        in proportion, so that totals and ages are those of the table, to the person.
    method
        One of :data:`OWN`.

    Raises
    ------
    PopulationError
        If there are no ages from anywhere, the numbers are not whole, or nobody lives in the area.
    """
    _require(residents, "residents", "residents")
    dongs = check(area, "area").sort_values("dong_code", ignore_index=True)
    own = residents.loc[residents["residents"] > 0].reset_index(drop=True)
    found = _inside(own.geometry.to_numpy(), np.arange(len(own), dtype=np.float64), dongs)
    source = found["weight"].to_numpy(dtype=np.int64)  # which row of the user's each point is
    outside = own.drop(index=source)
    facts = {"rows": len(outside), "people": float(outside["residents"].sum())}
    if len(outside):
        _log.warning("%d rows with %g residents lie outside the area and are left out", *facts.values())
    weighted = found.assign(weight=own["residents"].to_numpy(dtype="float64")[source], method=method)
    if population is None:
        people = _counted(own.iloc[source], found, len(dongs))
        points = _points_of(found.assign(method=method), dongs, people)
    else:
        people = _people(population, dongs)
        empty = np.setdiff1d(np.flatnonzero(people.sum(axis=1) > 0), found["dong"])
        rest = _on_area(dongs, empty).assign(method="area")
        points = _points(_merged(pd.concat([weighted, rest] if len(rest) else [weighted])), dongs, people)
    points.attrs["outside"] = facts
    return points


def _counted(own: gpd.GeoDataFrame, found: pd.DataFrame, n_dongs: int) -> NDArray[np.int64]:
    if not set(AGE_BANDS) <= set(own.columns):
        msg = "the residents come without ages"
        remedy = "add columns of 5-year ages, or a [population] table whose ages they share"
        raise PopulationError(msg, value=[name for name in own.columns if name != "geometry"], remedy=remedy)
    if not len(own) or not n_dongs:
        msg = "none of the residents live in the study area"
        raise PopulationError(msg, remedy="check the coordinate system of the file, or the area")
    return _whole(pd.DataFrame(own[list(AGE_BANDS)]).set_axis(found["dong"].to_numpy(), axis=0))


def _points_of(found: pd.DataFrame, dongs: gpd.GeoDataFrame, persons: NDArray[np.int64]) -> gpd.GeoDataFrame:
    """Return points with the persons they came with, in the order of dong and place."""
    order = np.lexsort((found["y"], found["x"], found["dong"]))
    return _named(found.iloc[order].reset_index(drop=True), dongs, persons[order])


def _people(population: pd.DataFrame, dongs: pd.DataFrame) -> NDArray[np.int64]:
    missing = [band for band in AGE_BANDS if band not in population.columns]
    if missing:
        msg = "the population lacks age bands"
        raise PopulationError(msg, column=missing[0], value=missing, remedy="see sharemap.schema.AGE_BANDS")
    codes = population.index.astype(str)
    if codes.has_duplicates:
        msg = "the population names a dong twice"
        raise PopulationError(msg, value=sorted(set(codes[codes.duplicated()])), remedy="keep one row a dong")
    absent = sorted(set(dongs["dong_code"]) - set(codes))
    if absent:
        msg = f"the population lacks {len(absent)} of the {len(dongs)} dongs of the area"
        raise PopulationError(
            msg, value=absent, remedy="use a population and a boundary file of the same date"
        )
    bands = population.loc[:, list(AGE_BANDS)].set_axis(codes).loc[dongs["dong_code"]]
    return _whole(bands)


def _whole(bands: pd.DataFrame) -> NDArray[np.int64]:
    values = bands.apply(pd.to_numeric, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    wrong = ~(np.isfinite(values) & (values >= 0) & (values == np.floor(values)))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        msg = f"the population of dong {bands.index[row]} is not a whole number of persons"
        raise PopulationError(
            msg, column=bands.columns[column], value=bands.iloc[row, column], remedy="use whole numbers >= 0"
        )
    return values.astype(np.int64)


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


def _on_buildings(
    buildings: gpd.GeoDataFrame | None, dongs: gpd.GeoDataFrame, rules: DemandRules
) -> pd.DataFrame:
    if buildings is None or len(buildings) == 0:
        return _candidates()
    _require(buildings, "buildings", "building")
    homes = buildings.loc[buildings["building"].isin(rules.residential)]
    shapes = homes.geometry.to_numpy()
    weight = shapely.area(shapes) * _storeys(homes, rules)
    some = np.isfinite(weight) & (weight > 0)
    points = shapely.point_on_surface(shapes[some])
    return _inside(points, weight[some], dongs)


def _storeys(homes: gpd.GeoDataFrame, rules: DemandRules) -> NDArray[np.float64]:
    nothing = pd.Series(np.nan, index=homes.index)
    levels = homes.get("levels", nothing).astype("float64")
    height = homes.get("height", nothing).astype("float64")
    from_height = (height / rules.floor_height_m).round().clip(lower=1).where(height > 0)
    storeys = levels.where(levels.between(1, _TALLEST_LEVELS)).fillna(
        from_height.where(from_height <= _TALLEST_LEVELS)
    )
    return storeys.fillna(1.0).to_numpy(dtype="float64")


def _on_points(output_areas: gpd.GeoDataFrame | None, dongs: gpd.GeoDataFrame) -> pd.DataFrame:
    if output_areas is None or len(output_areas) == 0:
        return _candidates()
    _require(output_areas, "output areas")
    points = output_areas.geometry.to_numpy()
    points = points[~(shapely.is_missing(points) | shapely.is_empty(points))]
    return _inside(points, np.ones(len(points)), dongs)


def _on_streets(
    streets: gpd.GeoDataFrame | None, dongs: gpd.GeoDataFrame, wanted: NDArray[np.intp], rules: DemandRules
) -> pd.DataFrame:
    if streets is None or len(streets) == 0 or len(wanted) == 0:
        return _candidates()
    _require(streets, "streets")
    lived = np.ones(len(streets), dtype=bool)
    for mark in ("tunnel", "bridge"):
        if mark in streets.columns:
            lived &= ~streets[mark].to_numpy(dtype=bool)
    lines = streets.geometry.to_numpy()[lived]
    pieces, dong = _clipped(lines, dongs.geometry.to_numpy()[wanted])
    length = shapely.length(pieces)
    pieces, dong, length = pieces[length > 0], wanted[dong[length > 0]], length[length > 0]
    steps = np.ceil(length / rules.street_step_m).astype(np.int64)
    piece = np.repeat(np.arange(len(pieces)), steps)
    nth = np.arange(len(piece)) - np.repeat(np.cumsum(steps) - steps, steps)
    step = (length / steps)[piece]
    points = shapely.line_interpolate_point(pieces[piece], (nth + 0.5) * step)
    return _candidates(dong[piece], points, step)


def _clipped(lines: NDArray[Any], polygons: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    tree = shapely.STRtree(lines)
    dong, line = tree.query(polygons, predicate="intersects")
    whole = np.isin(
        dong * len(lines) + line, np.array([len(lines), 1]) @ tree.query(polygons, predicate="covers")
    )
    pieces = lines[line]
    pieces[~whole] = shapely.intersection(pieces[~whole], polygons[dong[~whole]])
    parts, source = shapely.get_parts(pieces, return_index=True)
    linear = shapely.get_dimensions(parts) == 1
    return parts[linear], dong[source[linear]]


def _on_area(dongs: gpd.GeoDataFrame, wanted: NDArray[np.intp]) -> pd.DataFrame:
    for code in dongs["dong_code"].iloc[wanted]:
        _log.warning(
            "dong %s has residents but no building, output area or street: all placed on one point", code
        )
    return _candidates(
        wanted, shapely.point_on_surface(dongs.geometry.to_numpy()[wanted]), np.ones(len(wanted))
    )


def _inside(points: NDArray[Any], weight: NDArray[np.float64], dongs: gpd.GeoDataFrame) -> pd.DataFrame:
    # a point on a shared boundary belongs to the dong with the lower code
    dong, point = shapely.STRtree(points).query(dongs.geometry.to_numpy(), predicate="intersects")
    order = np.lexsort((dong, point))
    first = order[np.unique(point[order], return_index=True)[1]]
    return _candidates(dong[first], points[point[first]], weight[point[first]])


def _candidates(
    dong: NDArray[np.intp] | None = None,
    points: NDArray[Any] | None = None,
    weight: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    xy = np.empty((0, 2)) if points is None else shapely.get_coordinates(points)
    return pd.DataFrame(
        {
            "dong": np.empty(0, dtype=np.int64) if dong is None else dong.astype(np.int64),
            "x": xy[:, 0],
            "y": xy[:, 1],
            "weight": np.empty(0) if weight is None else weight,
        }
    )


def _merged(weighted: pd.DataFrame) -> pd.DataFrame:
    """Sort by dong and place, and give points in the same place one row, so that input order cannot matter."""
    placed = weighted.assign(
        x_cm=np.rint(weighted["x"] * 100).astype(np.int64), y_cm=np.rint(weighted["y"] * 100).astype(np.int64)
    ).sort_values([*_STARTS, "x", "y", "weight"])
    same = placed.groupby(list(_STARTS), sort=True)
    merged = same.agg(
        x=("x", "first"), y=("y", "first"), weight=("weight", "sum"), method=("method", "first")
    )
    return merged.reset_index()


def _points(weighted: pd.DataFrame, dongs: gpd.GeoDataFrame, people: NDArray[np.int64]) -> gpd.GeoDataFrame:
    persons = _allot(people, weighted["dong"].to_numpy(), weighted["weight"].to_numpy())
    return _named(weighted, dongs, persons)


def _named(rows: pd.DataFrame, dongs: gpd.GeoDataFrame, persons: NDArray[np.int64]) -> gpd.GeoDataFrame:
    residents = persons.sum(axis=1)
    lived = residents > 0
    kept = rows.loc[lived].reset_index(drop=True)
    names = dongs.drop(columns="geometry").iloc[kept["dong"]].reset_index(drop=True)
    number = (kept.groupby("dong").cumcount() + 1).astype(str).str.zfill(5)
    columns: dict[str, Any] = {"demand_id": names["dong_code"] + "-" + number}
    columns |= {name: names[name] for name in ("ward_code", "ward_name", "dong_code", "dong_name")}
    columns |= {"method": kept["method"], "residents": residents[lived]}
    columns |= {band: persons[lived, column] for column, band in enumerate(AGE_BANDS)}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(kept["x"], kept["y"]), crs=CRS_METRIC)


def _allot(
    people: NDArray[np.int64], dong: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Whole persons of each point (rows, sorted by dong) and age band; see the notes of :func:`place`."""
    count = np.bincount(dong, minlength=len(people))
    start = np.cumsum(count) - count
    share = weight / np.bincount(dong, weight, minlength=len(people))[dong]
    spread = (np.arange(len(dong)) - start[dong]) * _SPREAD % 2**32
    owed = np.zeros(len(dong))
    persons = np.empty((len(dong), people.shape[1]), dtype=np.int64)
    for band in range(people.shape[1]):
        quota = people[dong, band] * share
        down = np.floor(quota + _SMALL)
        whole = quota - down <= _SMALL
        short = people[:, band] - np.rint(np.bincount(dong, down, minlength=len(people))).astype(np.int64)
        order = np.lexsort((spread, -np.round(owed + quota - down, 9), whole, dong))
        up = np.empty(len(dong), dtype=bool)
        up[order] = np.arange(len(dong)) - start[dong] < short[dong]
        persons[:, band] = down.astype(np.int64) + up
        owed += quota - persons[:, band]
    return persons


def _require(frame: gpd.GeoDataFrame, what: str, *columns: str) -> None:
    lacking = [column for column in columns if column not in frame.columns]
    if lacking:
        msg = f"the {what} lack columns"
        raise GeometryError(msg, value=lacking, remedy=f"they have {list(frame.columns)}")
    if frame.crs is None or f"EPSG:{frame.crs.to_epsg()}" != CRS_METRIC:
        msg = f"the {what} must be in {CRS_METRIC}"
        raise GeometryError(msg, value=str(frame.crs), remedy=f"set their CRS, then .to_crs('{CRS_METRIC}')")
