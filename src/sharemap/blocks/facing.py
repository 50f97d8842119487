"""Which blocks a point stands on or faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from sharemap.crs import refuse_not_metric, refuse_other
from sharemap.errors import GeometryError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["of_points"]


def of_points(
    blocks: gpd.GeoDataFrame, points: gpd.GeoSeries | gpd.GeoDataFrame, *, face_m: float = 15.0
) -> pd.DataFrame:
    """Return the blocks that each point stands on or faces.

    Parameters
    ----------
    blocks
        Schema 'blocks'; only rows of the kind 'block' are considered.
    points
        Points in the CRS of the blocks.
    face_m
        A block is faced when it begins within this many metres, straight. Blocks begin at the centre line of
        their streets, so a house set back up to `face_m` from the middle of its street also faces the block
        across.

    Returns
    -------
    ``point`` (position of the row in `points`) and ``block_id``, sorted by both. A point near no block has
    no row.

    Raises
    ------
    GeometryError
        If the tables are not in one metric CRS, or a point has no place.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import Point, box
    >>> parcels = gpd.GeoDataFrame(
    ...     {"block_id": ["Ba", "Bb"], "kind": "block"}, geometry=[box(0, 0, 60, 60), box(60, 0, 99, 60)], crs=5179)
    >>> of_points(parcels, gpd.GeoSeries([Point(10, 30), Point(50, 30)], crs=5179)).values.tolist()
    [[0, 'Ba'], [1, 'Ba'], [1, 'Bb']]
    """
    refuse_not_metric(blocks.crs, "the blocks")
    refuse_other(points.crs, "the points", blocks.crs, "the blocks")
    places = np.asarray(points.geometry.to_numpy(), dtype=object)
    nowhere = np.flatnonzero(shapely.is_missing(places) | shapely.is_empty(places))
    if len(nowhere):
        msg = "a point has no place"
        raise GeometryError(msg, row=int(nowhere[0]), column="geometry", remedy="set such rows aside first")
    real = blocks[(blocks["kind"] == "block").to_numpy()]
    point, block = shapely.STRtree(real.geometry.to_numpy()).query(
        places, predicate="dwithin", distance=face_m
    )
    found: NDArray[np.object_] = real["block_id"].to_numpy(dtype=object)[block]
    table = pd.DataFrame({"point": point.astype(np.int64), "block_id": pd.Series(found, dtype="str")})
    return table.sort_values(["point", "block_id"], ignore_index=True)
