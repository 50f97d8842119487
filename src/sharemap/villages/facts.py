"""What is known about each place, as arrays: the parts that any set of places is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.schema import AGE_BANDS
from sharemap.villages.rules import SUPPORT_MIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.units import WalkProfile
    from sharemap.villages.rules import Surroundings

__all__ = ["ELDERLY_BANDS", "Facts", "elderly"]

_ELDERLY_FROM = 65

#: Age bands of residents of 65 and over.
ELDERLY_BANDS: tuple[str, ...] = tuple(band for band in AGE_BANDS if int(band.split("_")[1]) >= _ELDERLY_FROM)


def elderly(demand: pd.DataFrame) -> NDArray[np.int64]:
    """Residents of 65 and over at each demand point, in thousandths of a person as in the table."""
    return demand[list(ELDERLY_BANDS)].sum(axis=1).to_numpy(dtype=np.int64)


@dataclass(frozen=True)
class Facts:
    """Arrays by place; row ``i`` is the place at ``position[id] == i``.

    Attributes
    ----------
    position
        Row of each place id.
    profile
        Walking profile of the costs.
    starts, point, cost_m
        CSR over places: demand points near each and the walk to them.
    people, elders
        ``int64[points]``: residents, and those of 65 and over, in thousandths of a person.
    support_starts, support
        CSR over places: sites of support layers within five minutes, as numbers.
    site_place, site_layer, site_space
        The services in the places: row of the place, number of the layer, and whether it makes a shared space.
    """

    position: dict[str, int]
    profile: WalkProfile
    starts: NDArray[np.int64]
    point: NDArray[np.int64]
    cost_m: NDArray[np.float64]
    people: NDArray[np.int64]
    elders: NDArray[np.int64]
    support_starts: NDArray[np.int64]
    support: NDArray[np.int64]
    site_place: NDArray[np.int64]
    site_layer: NDArray[np.int64]
    site_space: NDArray[np.bool_]

    @classmethod
    def of(cls, spaces: gpd.GeoDataFrame, around: Surroundings) -> Facts:
        """Gather what is known about shared spaces (schema 'places', indexed by place id)."""
        ids = spaces["place_id"].tolist()
        position = {place: row for row, place in enumerate(ids)}
        costs = around.place_costs
        row_of_site = np.array([position.get(site, -1) for site in costs.site_ids], dtype=np.int64)
        row = row_of_site[costs.site] if len(costs.site) else np.empty(0, dtype=np.int64)
        starts, (point, cost) = _csr(row, len(ids), costs.point.astype(np.int64), costs.cost_m)
        support_starts, (support,) = _support(around, position)
        site_place, site_layer, site_space = _services(spaces, around, position)
        return cls(
            position=position,
            profile=costs.profile,
            starts=starts,
            point=point,
            cost_m=cost,
            people=around.demand["residents"].to_numpy(dtype=np.int64),
            elders=elderly(around.demand),
            support_starts=support_starts,
            support=support,
            site_place=site_place,
            site_layer=site_layer,
            site_space=site_space,
        )

    def rows(self, places: Sequence[str]) -> NDArray[np.int64]:
        """Rows of some places."""
        return np.array([self.position[place] for place in places], dtype=np.int64)

    def nearest(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the demand points near any of some places, and the walk to the nearest of them."""
        if not len(rows):
            return np.empty(0, dtype=np.int64), np.empty(0)
        part = [slice(self.starts[row], self.starts[row + 1]) for row in rows]
        point = np.concatenate([self.point[one] for one in part])
        cost = np.concatenate([self.cost_m[one] for one in part])
        order = np.lexsort((cost, point))
        point, cost = point[order], cost[order]
        first = np.ones(len(point), dtype=bool)
        first[1:] = point[1:] != point[:-1]
        return point[first], cost[first]

    def within(self, rows: NDArray[np.int64], metres: float) -> NDArray[np.int64]:
        """Return the demand points at most some metres from any of some places."""
        part = [slice(self.starts[row], self.starts[row + 1]) for row in rows]
        if not part:
            return np.empty(0, dtype=np.int64)
        return np.unique(np.concatenate([self.point[one][self.cost_m[one] <= metres] for one in part]))

    def support_sites(self, rows: NDArray[np.int64]) -> int:
        """How many sites of support layers are within five minutes of any of some places."""
        part = [self.support[self.support_starts[row] : self.support_starts[row + 1]] for row in rows]
        return len(np.unique(np.concatenate(part))) if part else 0


def _csr(row: NDArray[np.int64], count: int, *columns: NDArray[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """Sort columns by row, rows of -1 left out."""
    order = np.argsort(row, kind="stable")
    order = order[row[order] >= 0]
    starts = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(row[order], minlength=count), out=starts[1:])
    return starts, [column[order] for column in columns]


def _support(around: Surroundings, position: dict[str, int]) -> tuple[NDArray[np.int64], list[Any]]:
    if around.support is None:
        return _csr(np.empty(0, dtype=np.int64), len(position), np.empty(0, dtype=np.int64))
    near = around.support[around.support["walk_m"] <= around.place_costs.profile.metres(SUPPORT_MIN)]
    row = np.array([position.get(place, -1) for place in near["place_id"]], dtype=np.int64)
    number, _ = pd.factorize(near["site_id"])
    return _csr(row, len(position), np.asarray(number, dtype=np.int64))


def _services(
    spaces: gpd.GeoDataFrame, around: Surroundings, position: dict[str, int]
) -> tuple[Any, Any, Any]:
    """Services in the places; where the sites are not given, one for each layer that a place is said to hold."""
    if around.services is not None:
        ours = around.services[around.services["place_id"].isin(list(position))]
        place, layer = ours["place_id"], ours["layer"]
        space = (ours["role"] == "space").to_numpy(dtype=bool)
    else:
        listed = spaces[["place_id", "layers"]].assign(layer=spaces["layers"].str.split(";")).explode("layer")
        listed = listed[listed["layer"].fillna("") != ""].drop_duplicates(["place_id", "layer"])
        place, layer = listed["place_id"], listed["layer"]
        space = np.ones(len(listed), dtype=bool)
    number, _ = pd.factorize(layer, sort=True)
    return place.map(position).to_numpy(dtype=np.int64), number.astype(np.int64), space
