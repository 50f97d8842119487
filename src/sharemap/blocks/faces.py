"""What is known about a face: its id, its dong, its residents."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap.units import persons

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["LARGE_M2", "block_ids", "dong_of_most", "residents_in"]

#: In a larger block walks differ so much from home to home that one figure for it tells little.
LARGE_M2 = 1_000_000.0

_LOG = logging.getLogger(__name__)
_ID_DIGITS = 12  # 48 bits: among all 65,000 blocks of Seoul the chance of a collision is 1 in 130,000


def block_ids(faces: NDArray[Any]) -> list[str]:
    """Return ids that depend on the shape of each face alone: 'B' and twelve hexadecimal digits.

    The digits are a hash of the centroid and the area, in whole decimetres. Should two faces share them, the
    later ones in the order of their coordinates get '-2', '-3' and so on.
    """
    centre = shapely.get_coordinates(shapely.centroid(faces))
    shape = np.column_stack([centre, np.sqrt(shapely.area(faces))])
    whole = np.rint(shape * 10.0).astype(np.int64)
    ids = pd.Series([_hashed(row) for row in whole.tolist()], dtype="str")
    repeated = np.flatnonzero(ids.duplicated(keep=False))
    if len(repeated):
        order = repeated[np.argsort(shapely.to_wkb(faces[repeated]), kind="stable")]
        times = ids.iloc[order].groupby(ids.iloc[order]).cumcount() + 1
        later = times[times > 1]
        ids.loc[later.index] = ids.loc[later.index] + "-" + later.astype(str)
    return ids.tolist()


def _hashed(numbers: list[int]) -> str:
    text = ",".join(map(str, numbers)).encode()
    return "B" + hashlib.sha256(text).hexdigest()[:_ID_DIGITS]


def dong_of_most(faces: NDArray[Any], dongs: gpd.GeoDataFrame) -> dict[str, NDArray[Any]]:
    """Return the dong that holds most of each face; of equals, the one with the lowest code."""
    shapes = dongs.geometry.to_numpy()
    shapely.prepare(shapes)
    dong, face = shapely.STRtree(faces).query(shapes, predicate="intersects")
    shared = np.full(len(face), np.inf)
    unsure = pd.Series(face).duplicated(keep=False).to_numpy()
    shared[unsure] = shapely.area(shapely.intersection(faces[face[unsure]], shapes[dong[unsure]]))
    pairs = pd.DataFrame({"face": face, "dong": dong, "shared": shared})
    best = pairs.sort_values(["face", "shared", "dong"], ascending=[True, False, True]).drop_duplicates(
        "face"
    )
    place = np.full(len(faces), -1)
    place[best["face"].to_numpy()] = best["dong"].to_numpy()
    return {
        name: np.append(dongs[name].to_numpy(dtype=object), [None])[place]
        for name in ("dong_code", "dong_name")
    }


def residents_in(blocks: gpd.GeoDataFrame, demand: gpd.GeoDataFrame | None) -> NDArray[np.float64]:
    """Sum the residents of the demand points in each block, in persons.

    A point on a border counts once, in the block before street space before water, then in the lower id. A
    point outside all of them counts nowhere, and the log says how many residents that are.
    """
    total = np.zeros(len(blocks), dtype=np.int64)
    if demand is None or not len(demand):
        return persons(total)
    people = demand["residents"].to_numpy(dtype=np.int64)
    point, block = shapely.STRtree(blocks.geometry.to_numpy()).query(
        demand.geometry.to_numpy(), predicate="intersects"
    )
    pairs = pd.DataFrame(
        {"point": point, "block": block, "kind": blocks["kind"].to_numpy(dtype=object)[block]}
    )
    once = pairs.sort_values(["point", "kind", "block"]).drop_duplicates("point")
    np.add.at(total, once["block"].to_numpy(), people[once["point"].to_numpy()])
    outside = persons(int(people.sum() - total.sum()))
    if outside:
        _LOG.warning(
            "%.0f residents live outside every block: their demand points lie outside the study area", outside
        )
    return persons(total)
