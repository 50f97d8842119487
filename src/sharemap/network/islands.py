"""Which connected parts of the streets are walked, and which are islands, reported and not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sharemap.units import whole_cm

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["PIECE_M", "left_out", "walked"]

_CM = 100.0

#: A connected part of the streets is a piece, walked by itself, from so many metres of streets with addresses on. In Seoul
#: and around it (13,600 km, 643 parts) one is: a village beyond the river. The next has 1.7 km of them and no home. The
#: inhabited islands of Porto Alegre that the streets do not join have 2.5 and 6.4 km.
PIECE_M = 2_000.0

#: Ways without addresses. Parts of nothing else are fenced gardens, dykes, tracks and cellars: the people beside them live on
#: other streets, and must not be joined to what leads nowhere.
_WITHOUT_ADDRESSES = frozenset(
    ("bridleway", "corridor", "crossing", "cycleway", "footway", "path", "pedestrian", "platform", "service", "steps", "track")
)  # fmt: skip
#: Where less of the streets has addresses, by class, the classes tell nothing: a network of footways only.
_TELLS = 0.1


def walked(edges: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Return which edges are of a piece that is walked: the longest component, and every other of :data:`PIECE_M`.

    Parameters
    ----------
    edges
        Table ``edges``. Counted are streets on which houses have addresses; all of them where hardly one is of such a
        class.
    """
    component = edges["component"].to_numpy()
    usable = component >= 0
    length_cm = np.where(usable, whole_cm(edges["length_m"]), 0).astype(np.int64)
    counted = ~edges["highway"].isin(_WITHOUT_ADDRESSES).to_numpy()
    if length_cm[counted].sum() < _TELLS * length_cm.sum():
        counted[:] = True
    size = np.zeros(component.max(initial=0) + 1, dtype=np.int64)
    np.add.at(size, component[usable & counted], length_cm[usable & counted])
    is_piece = size >= PIECE_M * _CM
    is_piece[0] = True
    return np.asarray(usable & is_piece[component])


def left_out(edges: gpd.GeoDataFrame, area: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return by row of an area how many of its streets are on islands, where nobody is joined to them.

    Parameters
    ----------
    edges
        Table ``edges``.
    area
        Polygons in the same coordinates.

    Returns
    -------
    DataFrame
        Indexed like `area`: ``length_m`` of all streets that the profile can use, and ``island_m`` of those on islands. An
        edge counts where its middle lies.
    """
    usable = np.flatnonzero((edges["component"] >= 0).to_numpy())
    lines = edges.geometry.to_numpy()[usable]
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    row, edge = shapely.STRtree(middles).query(area.geometry.to_numpy(), predicate="intersects")
    length_m = edges["length_m"].to_numpy()[usable[edge]]
    island_m = np.where(walked(edges)[usable[edge]], 0.0, length_m)
    n = len(area)
    return pd.DataFrame(
        {
            "length_m": np.bincount(row, length_m, minlength=n),
            "island_m": np.bincount(row, island_m, minlength=n),
        },
        index=area.index,
    )
