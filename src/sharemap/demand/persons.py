"""Residents on points, in thousandths of a person: what each point gets of the residents of its dong, by age.

Each age is shared out by itself and by the same weights, so that all ages of a dong stand on the same points and none
of them seems better served than another. Thousandths are whole numbers: the totals of dong and age are kept exactly,
and sums of points are the same in any order.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sharemap.errors import PopulationError
from sharemap.schema import AGE_BANDS
from sharemap.units import THOUSANDTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["in_thousandths", "named", "people_of", "points_of", "shared_out", "whole_persons"]

_SMALL = 1e-6  # parts of a thousandth below this are rounding noise
_SPREAD = 2654435761  # 2^32 / golden ratio: walks a list so that neighbours in the list come far apart
_STARTS = ("dong", "x_cm", "y_cm")


def people_of(population: pd.DataFrame, dongs: pd.DataFrame) -> NDArray[np.int64]:
    """Return the persons of each dong (rows, in the order of the area) and age band (columns).

    A population with ``residents`` and no age band has one column, of all of them.
    """
    wanted = list(AGE_BANDS)
    missing = [band for band in AGE_BANDS if band not in population.columns]
    if len(missing) == len(AGE_BANDS) and "residents" in population.columns:
        wanted = ["residents"]
    elif missing:
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
    bands = population.loc[:, wanted].set_axis(codes).loc[dongs["dong_code"]]
    return whole_persons(bands)


def whole_persons(bands: pd.DataFrame) -> NDArray[np.int64]:
    """Return numbers of persons as whole numbers; refuse what is none."""
    values = bands.apply(pd.to_numeric, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    wrong = ~(np.isfinite(values) & (values >= 0) & (values == np.floor(values)))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        msg = f"the population of dong {bands.index[row]} is not a whole number of persons"
        raise PopulationError(
            msg, column=bands.columns[column], value=bands.iloc[row, column], remedy="use whole numbers >= 0"
        )
    return values.astype(np.int64)


def points_of(weighted: pd.DataFrame, dongs: gpd.GeoDataFrame, people: NDArray[np.int64]) -> gpd.GeoDataFrame:
    """Return weighted places as points with the residents that fall to them."""
    return shared_out(weighted, dongs, people * THOUSANDTHS)


def shared_out(
    weighted: pd.DataFrame, dongs: gpd.GeoDataFrame, thousandths: NDArray[np.int64]
) -> gpd.GeoDataFrame:
    """Return weighted places as points with what falls to them of the thousandths of each dong, or part of one."""
    rows = _merged(weighted)
    shared = _allot(thousandths, rows["dong"].to_numpy(), rows["weight"].to_numpy())
    return named(rows, dongs, shared)


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


def named(rows: pd.DataFrame, dongs: gpd.GeoDataFrame, thousandths: NDArray[np.int64]) -> gpd.GeoDataFrame:
    """Return places with the residents they have, nobody left out, numbered and with the names of their dongs.

    Thousandths of one column are residents of whom no age is known.
    """
    residents = thousandths.sum(axis=1)
    lived = residents > 0
    kept = rows.loc[lived].reset_index(drop=True)
    names = dongs.drop(columns="geometry").iloc[kept["dong"]].reset_index(drop=True)
    number = (names.groupby("dong_code").cumcount() + 1).astype(str).str.zfill(5)
    columns: dict[str, Any] = {"demand_id": names["dong_code"] + "-" + number}
    columns |= {name: names[name] for name in ("ward_code", "ward_name", "dong_code", "dong_name")}
    columns |= {"method": kept["method"], "residents": residents[lived]}
    if thousandths.shape[1] == len(AGE_BANDS):
        columns |= {band: thousandths[lived, column] for column, band in enumerate(AGE_BANDS)}
    else:
        columns |= {band: pd.array([pd.NA] * len(kept), dtype="Int64") for band in AGE_BANDS}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(kept["x"], kept["y"]), crs=dongs.crs)


def _allot(
    people: NDArray[np.int64], dong: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Share the thousandths of each dong and age band (columns) out to its points (rows, sorted by dong).

    The largest remainder: each quota is rounded down, and the thousandths that are left go to the points that lost
    most. Of points that lost the same, those far apart in the list come first, so that none of its ends gains.
    """
    count = np.bincount(dong, minlength=len(people))
    start = np.cumsum(count) - count
    share = weight / np.bincount(dong, weight, minlength=len(people))[dong]
    spread = (np.arange(len(dong)) - start[dong]) * _SPREAD % 2**32
    shared = np.empty((len(dong), people.shape[1]), dtype=np.int64)
    for band in range(people.shape[1]):
        quota = people[dong, band] * share
        down = np.floor(quota + _SMALL)
        short = people[:, band] - np.rint(np.bincount(dong, down, minlength=len(people))).astype(np.int64)
        order = np.lexsort((spread, -np.round(quota - down, 6), dong))
        up = np.empty(len(dong), dtype=bool)
        up[order] = np.arange(len(dong)) - start[dong] < short[dong]
        shared[:, band] = down.astype(np.int64) + up
    return shared


def in_thousandths(people: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return numbers of persons, with fractions, as whole thousandths whose sum is that of the persons, rounded.

    Those that lose most by rounding down are rounded up, the first of equals.

    Examples
    --------
    >>> in_thousandths(np.array([0.0004, 0.0004, 0.0004])).tolist()
    [1, 0, 0]
    """
    exact = people * THOUSANDTHS
    down = np.floor(exact + _SMALL).astype(np.int64)
    short = round(math.fsum(exact)) - int(down.sum())
    order = np.lexsort((np.arange(len(exact)), -np.round(exact - down, 6)))
    down[order[: max(short, 0)]] += 1
    return down
