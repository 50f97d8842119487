"""What published rows say of where they are: the ward, road, number, dong and lot in their addresses, as columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from sharemap.addresses import parse
from sharemap.sites import name_key

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.addresses import Address

__all__ = ["ABROAD", "road_names", "stated", "wards_at"]

#: The ward of an address in another city.
ABROAD = "-"
_SEOUL_CODE = "11"
_BLANK = re.compile(r"\s+")


def stated(claims: pd.DataFrame, dongs: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what the two addresses of each row say.

    Parameters
    ----------
    claims
        ``name``, ``address``, ``other_address`` (text, may be missing), ``x`` and ``y`` in metres.
    dongs
        ``ward_code``, ``ward_name`` and geometry of all wards that are known.

    Returns
    -------
    ``ward`` (as stated; :data:`ABROAD` where another city is named; ``""`` where none is), ``region`` (the stated ward,
    that of another city with its province, else the one the position lies in), ``road`` and ``number``, ``dong``, ``road_key`` and ``lot_key`` (region with road
    and number, dong and lot: what two spellings of one address share), ``name_key``; ``""`` and 0 for what is not said.
    """
    first, second = (_read(claims[name]) for name in ("address", "other_address"))
    names = ("ward", "region", "road", "number", "dong", "road_at", "lot_at")
    told: dict[str, list[object]] = {name: [] for name in names}
    seoul = dongs["ward_code"].str.startswith(_SEOUL_CODE).all() if len(dongs) else False
    for one, other in zip(first, second, strict=True):
        road = one if one.road else other
        lot = one if one.kind == "lot" else other if other.kind == "lot" else None
        ward = next((address for address in (one, other) if address.ward), one)
        abroad = seoul and not ward.in_seoul  # six cities have a 중구
        told["ward"].append(ABROAD if abroad else ward.ward)
        told["region"].append(f"{ward.sido} {ward.ward}" if abroad else ward.ward)
        told["road"].append(road.road)
        told["number"].append(road.main if road.road else 0)
        told["dong"].append(lot.dong if lot else road.dong)
        told["road_at"].append(road.key if road.road else "")
        told["lot_at"].append(lot.key if lot else "")
    said = pd.DataFrame(told, index=claims.index, dtype=object).astype({"number": "int64"})
    said["region"] = said["region"].where(said["region"] != "", wards_at(claims["x"], claims["y"], dongs))
    for name in ("road", "lot"):
        at = said.pop(f"{name}_at")
        said[f"{name}_key"] = (said["region"] + " " + at).where((at != "") & (said["region"] != ""), "")
    said["name_key"] = name_key(claims["name"]).fillna("")
    return said


def _read(addresses: pd.Series) -> list[Address]:
    known = {text: parse(text) for text in addresses.dropna().unique()}
    nothing = parse("")
    return [known.get(text, nothing) for text in addresses]


def wards_at(x: pd.Series, y: pd.Series, dongs: gpd.GeoDataFrame) -> pd.Series:
    """Return the ward in which each position lies; ``""`` where it lies in none."""
    found = pd.Series("", index=x.index, dtype=object)
    points = shapely.points(x.to_numpy(dtype=np.float64), y.to_numpy(dtype=np.float64))
    point, dong = shapely.STRtree(dongs.geometry.to_numpy()).query(points, predicate="intersects")
    inside = pd.Series(dong, index=point).groupby(level=0).min()
    found.iloc[inside.index] = dongs["ward_name"].to_numpy(dtype=object)[inside.to_numpy()]
    return found


def road_names(names: pd.Series) -> pd.Series:
    """Return names of streets as addresses write them: without blanks.

    Examples
    --------
    >>> road_names(pd.Series(["강남대로 102길", None, "3·15대로"])).tolist()
    ['강남대로102길', '', '3.15대로']
    """
    known = {name: _BLANK.sub("", name).replace("·", ".") for name in names.dropna().unique()}
    return names.map(known).fillna("").astype(object)
