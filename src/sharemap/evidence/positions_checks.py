"""Each position against what its own address says: how far it lies from the ward, road and dong that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from sharemap.evidence.positions_stated import road_names

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from sharemap.evidence.positions_rules import PositionRules

__all__ = ["KnownGround", "addresses_at", "dong_check", "number_m", "road_m", "step_m", "ward_m"]

_NUMBERED_DONG = re.compile(r"\d+(?:[.,·]\d+)*동$")
_WITNESSES = 6  # on each side along the road
_MOST_NUMBERS = 60  # 600 m along the road; farther away numbers say little
_NEAREST = 6
_FEW_OF_A_DONG = 3  # other addresses that do not yet tell where a dong is
_DEGREE_M = 111_320.0
_SAME_DEGREE = 1e-8  # what becomes of a position on its way to metres and back


@dataclass(frozen=True)
class KnownGround:
    """What is known of the ground, in one metric CRS.

    Attributes
    ----------
    dongs
        ``ward_code``, ``ward_name``, ``dong_name`` and geometry, of as many dongs as there are boundaries for.
    streets
        ``name`` and geometry of all streets, walkable or not.
    within
        Where all streets are known; outside of it a street that is not there says nothing.
    """

    dongs: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    within: BaseGeometry

    @classmethod
    def nothing(cls, crs: CRS | str) -> KnownGround:
        """Return what is known, in a CRS, where there are neither boundaries nor streets.

        Examples
        --------
        >>> nothing = KnownGround.nothing("EPSG:5179")
        >>> len(nothing.dongs), nothing.within.is_empty
        (0, True)
        """
        import geopandas as gpd

        columns = ["ward_code", "ward_name", "dong_name", "name"]
        empty = gpd.GeoDataFrame(pd.DataFrame(columns=columns, dtype=object), geometry=[], crs=crs)
        return cls(dongs=empty, streets=empty, within=shapely.Polygon())

    @cached_property
    def wards(self) -> dict[str, BaseGeometry]:
        """The outline of each ward, and under ``""`` that of all."""
        found = {
            str(name): shapely.union_all(part.geometry.to_numpy())
            for name, part in self.dongs.groupby("ward_name")
        }
        found[""] = shapely.union_all(np.array(list(found.values()), dtype=object))
        for shape in found.values():
            shapely.prepare(shape)
        return found


def ward_m(said: pd.DataFrame, points: NDArray[np.object_], ground: KnownGround) -> NDArray[np.float64]:
    """Return how far each position lies outside the ward that its address names; NaN where it names none.

    Of a ward that has no boundary it is known that it is none of those that have one: the distance is that to the
    edge of all of them.
    """
    apart = np.full(len(said), np.nan)
    for name, rows in said.groupby("ward").indices.items():
        if name in ground.wards and name:
            apart[rows] = shapely.distance(ground.wards[name], points[rows])
        elif name:
            inside = shapely.intersects(ground.wards[""], points[rows])
            edge = shapely.distance(shapely.boundary(ground.wards[""]), points[rows[inside]])
            apart[rows] = 0.0
            apart[rows[inside]] = edge
    return apart


def road_m(
    said: pd.DataFrame, points: NDArray[np.object_], ground: KnownGround, rules: PositionRules
) -> NDArray[np.float64]:
    """Return how far the nearest street with the name of each address is; NaN where none is known.

    A street may go on beyond the edge of what is known: then the distance is that to the edge, where that is far enough
    to say that the street is not near, else NaN.
    """
    apart = np.full(len(said), np.nan)
    names = road_names(ground.streets["name"])
    wanted = names.isin(set(said["road"]) - {""}).to_numpy()
    parts, owner = shapely.get_parts(ground.streets.geometry.to_numpy()[wanted], return_index=True)
    code, known = pd.factorize(names.to_numpy()[wanted][owner])
    if not len(known):
        return apart
    order = np.argsort(code, kind="stable")
    lines = np.asarray(shapely.multilinestrings(parts[order], indices=code[order]), dtype=object)
    shapely.prepare(lines)
    number = said["road"].map(pd.Series(np.arange(len(known)), index=known)).to_numpy(dtype=np.float64)
    asked = np.flatnonzero(np.isfinite(number))
    apart[asked] = shapely.distance(lines[number[asked].astype(np.int64)], points[asked])
    far = asked[apart[asked] > 0]
    inside = shapely.intersects(ground.within, points[far])
    edge = np.where(inside, shapely.distance(shapely.boundary(ground.within), points[far]), 0.0)
    unseen = edge < apart[far]
    apart[far[unseen]] = np.where(edge > rules.road_far_m, edge, np.nan)[unseen]
    return apart


def number_m(
    said: pd.DataFrame, xy: NDArray[np.float64], road: NDArray[np.float64], rules: PositionRules
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return by how much each position is farther from its neighbours on the road than their numbers allow.

    Along a road in Korea the building number grows by 2 in 20 m, so two doors whose numbers differ by 10 are at most
    100 m apart. Neighbours are other addresses of the same road and ward that stand near that road themselves; the
    distance is the median over up to twelve of the nearest in number, negative where there is room to spare, NaN where
    there is no neighbour; and the number of neighbours.
    """
    named = ((said["region"] != "") & (said["number"] > 0)).to_numpy()
    witness = _road_table(said, xy, np.flatnonzero(named & ~(road > rules.road_near_m)))
    witness = witness.drop_duplicates(["group", "number"])
    everyone = _road_table(said, xy, np.flatnonzero(named))
    both = pd.concat([witness.assign(role=0), everyone.assign(role=1)], ignore_index=True)
    both = both.sort_values(["group", "number", "role", "row"], kind="stable", ignore_index=True)
    excess = np.full((len(said), 2 * _WITNESSES), np.nan)
    values = [both[name].to_numpy() for name in ("group", "number", "x", "y", "row", "role")]
    group, number, x, y, row, role = values
    asked = np.flatnonzero(role == 1)
    # the position of the last witness up to each line, and from there on to both sides
    places = np.flatnonzero(role == 0)
    if not len(places) or not len(asked):
        return np.full(len(said), np.nan), np.zeros(len(said), dtype=np.int64)
    upto = np.searchsorted(places, asked)
    for column, step in enumerate((*range(-_WITNESSES, 0), *range(_WITNESSES))):
        at = upto + step
        inside = (at >= 0) & (at < len(places))
        other, own = places[np.clip(at, 0, len(places) - 1)], asked
        apart = np.abs(number[other] - number[own])
        fits = inside & (group[other] == group[own]) & (apart > 0) & (apart <= _MOST_NUMBERS)
        metres = np.hypot(x[other] - x[own], y[other] - y[own]) - 10.0 * apart
        excess[row[own[fits]], column] = metres[fits]
    count = np.isfinite(excess).sum(axis=1)
    median = np.full(len(said), np.nan)
    median[count > 0] = np.nanmedian(excess[count > 0], axis=1)
    return median, count.astype(np.int64)


def _road_table(said: pd.DataFrame, xy: NDArray[np.float64], rows: NDArray[np.int64]) -> pd.DataFrame:
    part = said.iloc[rows]
    return pd.DataFrame(
        {
            "group": (part["region"] + " " + part["road"]).to_numpy(dtype=object),
            "number": part["number"].to_numpy(dtype=np.int64),
            "x": xy[rows, 0],
            "y": xy[rows, 1],
            "row": rows,
        }
    )


def dong_check(
    said: pd.DataFrame, xy: NDArray[np.float64], ground: KnownGround, rules: PositionRules
) -> pd.DataFrame:
    """Return how far each position lies from the dong that its address names.

    The dongs of addresses are legal ones, and boundaries are published of administrative ones. A name with a number
    (사당4동) is an administrative dong: the distance is that to its outline. Of any other dong it is known where other
    addresses of it stand: the distance is that to the nearest of them; it says something against the position only
    where all addresses around are of other dongs.

    Returns
    -------
    ``dong_m`` (NaN where nothing is known), ``dong_near`` and ``dong_far``: it speaks for the position, or against it.
    """
    found = _legal_dong(said, xy, rules)
    outlines = {
        (ward, _plain(name)): shape
        for ward, name, shape in zip(
            ground.dongs["ward_name"], ground.dongs["dong_name"], ground.dongs.geometry, strict=True
        )
    }
    numbered = np.flatnonzero(said["dong"].map(lambda name: bool(_NUMBERED_DONG.search(name))))
    region, dong = (said[name].to_numpy(dtype=object)[numbered] for name in ("region", "dong"))
    shapes = [outlines.get((ward, _plain(name))) for ward, name in zip(region, dong, strict=True)]
    drawn = np.array([shape is not None for shape in shapes], dtype=bool)
    at = numbered[drawn]
    apart = shapely.distance(np.array(shapes, dtype=object)[drawn], shapely.points(xy[at]))
    found.iloc[at, 0], found.iloc[at, 1], found.iloc[at, 2] = apart, apart <= 0.0, apart > rules.dong_border_m
    return found


def _plain(dong: str) -> str:
    """Return a dong as the boundary files and addresses both can write it: 상계6·7동, 상계6,7동, 신당제5동."""
    return re.sub(r"제(?=\d)", "", re.sub(r"[.,·]", ".", dong))


def _legal_dong(said: pd.DataFrame, xy: NDArray[np.float64], rules: PositionRules) -> pd.DataFrame:
    apart = np.full(len(said), np.nan)
    against, known = np.zeros(len(said), dtype=bool), np.zeros(len(said), dtype=bool)
    named = np.flatnonzero((said["dong"] != "").to_numpy() & (said["region"] != "").to_numpy())
    part = said.iloc[named]
    group = pd.factorize(part["region"] + " " + part["dong"])[0]
    where = part["lot_key"].where(part["lot_key"] != "", part["road_key"])
    address = pd.factorize(where)[0]
    # one position for each address and file would let a file with many rows speak many times
    first = ~pd.DataFrame({"a": address, "g": group}).duplicated().to_numpy()
    for rows in _members(group):
        others = rows[first[rows]]
        if len(others) < 2:  # noqa: PLR2004  itself and another
            continue
        metres, which = cKDTree(xy[named[others]]).query(xy[named[rows]], k=2)
        own = address[others[which]] == address[rows][:, None]
        apart[named[rows]] = np.where(own[:, 0], metres[:, 1], metres[:, 0])
        known[named[rows]] = len(others) > _FEW_OF_A_DONG
    far = np.flatnonzero((apart[named] > rules.dong_far_m) & known[named])
    if len(far) and first.sum() > _NEAREST:
        around = np.flatnonzero(first)
        _, near = cKDTree(xy[named[around]]).query(xy[named[far]], k=_NEAREST)
        alike = (group[around[near]] == group[far][:, None]) & (
            address[around[near]] != address[far][:, None]
        )
        against[named[far]] = ~alike.any(axis=1)
    return pd.DataFrame({"dong_m": apart, "dong_near": apart <= rules.dong_near_m, "dong_far": against})


def _members(group: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the positions of the members of each group."""
    order = np.argsort(group, kind="stable")
    ends = np.flatnonzero(np.diff(group[order])) + 1
    return np.split(order, ends) if len(order) else []


def addresses_at(said: pd.DataFrame, xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how many different roads, or dongs with lots, are said to be at the very point of each position."""
    point = pd.factorize(pd.Series(np.rint(xy[:, 0]) * 1e8 + np.rint(xy[:, 1])))[0]
    road = (said["region"] + " " + said["road"]).where(said["road"] != "", said["lot_key"])
    table = pd.DataFrame({"point": point, "road": road.to_numpy(dtype=object)})
    distinct = table.loc[table["road"] != ""].drop_duplicates().groupby("point").size()
    return np.asarray(table["point"].map(distinct).fillna(0), dtype=np.int64)


def step_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what the last digit of each position is worth in metres, where it has few; 0 where it has five or more.

    Examples
    --------
    >>> step_m(np.array([126.98, 126.9780123]), np.array([37.57, 37.5665]))
    array([1113.2,    0. ])
    """
    step = np.zeros(len(lon))
    for digits in (4, 3, 2, 1, 0):
        scale = 10.0**digits
        coarse = np.abs(lon - np.rint(lon * scale) / scale) < _SAME_DEGREE
        coarse &= np.abs(lat - np.rint(lat * scale) / scale) < _SAME_DEGREE
        step[coarse] = _DEGREE_M / scale
    return step
