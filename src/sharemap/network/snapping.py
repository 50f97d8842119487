"""Where points meet the street."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sharemap.crs import refuse_other
from sharemap.errors import GeometryError

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.network.model import WalkNetwork

__all__ = ["snap"]

_CM = 100.0
_STRIP_M = 500.0


def snap(
    streets: WalkNetwork,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    max_snap_m: float = 150.0,
) -> pd.DataFrame:
    """Join points to the nearest point on an edge of any piece of streets that is walked.

    Tunnels, bridges, islands and edges that the profile cannot use take nobody. The straight access leg
    counts as walking.

    Parameters
    ----------
    streets
        The network; its profile decides which edges can be used.
    points
        Points in the CRS of the network.
    max_snap_m
        Longest access leg in metres, inclusive; infinite is no limit.

    Returns
    -------
    DataFrame
        Indexed like `points`: ``edge_id`` (Int64, empty when there is none), ``offset_m`` (metres from the edge's
        node ``u``), ``snap_m``, and ``status``: ``'ok'``, ``'no_location'`` (empty or not finite),
        ``'too_far'``, or ``'only_island'`` and ``'only_tunnel_or_bridge'`` when the only street near enough is one.
        Lengths are whole centimetres.

    Raises
    ------
    GeometryError
        If the points are not points in the CRS of the network, or the longest access leg is no length.
    """
    if not max_snap_m >= 0:
        msg = "the longest access leg must be a length"
        raise GeometryError(msg, column="max_snap_m", value=max_snap_m, remedy="give metres, for example 150")
    geometry = _points(points, streets)
    located = _located(geometry)
    edge = np.full(len(geometry), -1, dtype=np.int64)
    snap_m = np.full(len(geometry), np.nan)
    edge[located], snap_m[located] = _nearest(
        streets, np.flatnonzero(streets.joined), geometry[located], max_snap_m
    )
    ok = edge >= 0
    status = np.where(ok, "ok", np.where(located, "too_far", "no_location")).astype(object)
    missed = located & ~ok
    if missed.any():
        status[missed] = _why(streets, geometry[missed], max_snap_m)
    offset_m = np.full(len(geometry), np.nan)
    offset_m[ok] = _offsets(streets, edge[ok], geometry[ok])
    return pd.DataFrame(
        {
            "edge_id": pd.arrays.IntegerArray(edge, ~ok),
            "offset_m": offset_m,
            "snap_m": np.rint(snap_m * _CM) / _CM,
            "status": pd.array(status, dtype="str"),
        },
        index=points.index,
    )


def _points(points: gpd.GeoDataFrame | gpd.GeoSeries, streets: WalkNetwork) -> npt.NDArray[np.object_]:
    refuse_other(points.crs, "points", streets.crs, "the streets")
    geometry = np.asarray(points.geometry.to_numpy(), dtype=object)
    kinds = shapely.get_type_id(geometry)
    if not np.isin(kinds, (-1, shapely.GeometryType.POINT)).all():
        msg = "only points can be snapped"
        raise GeometryError(msg, remedy="use .representative_point() on areas")
    return geometry


def _located(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    located = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    located[located] = np.isfinite(shapely.get_coordinates(geometry[located])).all(axis=1)
    return np.asarray(located)


def _nearest(
    streets: WalkNetwork,
    candidates: npt.NDArray[np.int64],
    geometry: npt.NDArray[np.object_],
    max_snap_m: float,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the nearest candidate edge of each point (-1 if none) and its distance; ties go to the lowest id."""
    edge = np.full(len(geometry), -1, dtype=np.int64)
    distance = np.full(len(geometry), np.nan)
    if not len(candidates) or not len(geometry):
        return edge, distance
    tree = shapely.STRtree(streets.edges.geometry.to_numpy()[candidates])
    # GEOS excludes what lies exactly at the limit, the definition includes it
    limit = np.nextafter(max_snap_m, np.inf)
    walk = _along_strips(geometry)
    (asked, near), found = tree.query_nearest(
        geometry[walk], max_distance=limit, return_distance=True, all_matches=True
    )
    point = walk[asked]
    order = np.lexsort((candidates[near], point))
    point, first = np.unique(point[order], return_index=True)
    edge[point] = candidates[near[order][first]]
    distance[point] = found[order][first]
    return edge, distance


def _along_strips(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Return an order in which neighbours follow each other: their part of the tree is still in the cache."""
    x, y = shapely.get_coordinates(geometry).T
    return np.lexsort((x, np.floor(y / _STRIP_M)))


def _why(
    streets: WalkNetwork, geometry: npt.NDArray[np.object_], max_snap_m: float
) -> npt.NDArray[np.object_]:
    passable = (streets.edges["component"] >= 0).to_numpy()
    on_piece, _ = _nearest(streets, np.flatnonzero(streets.walked), geometry, max_snap_m)
    anywhere, _ = _nearest(streets, np.flatnonzero(passable), geometry, max_snap_m)
    return np.where(
        on_piece >= 0, "only_tunnel_or_bridge", np.where(anywhere >= 0, "only_island", "too_far")
    ).astype(object)


def _offsets(
    streets: WalkNetwork, edge: npt.NDArray[np.int64], geometry: npt.NDArray[np.object_]
) -> npt.NDArray[np.float64]:
    lines = streets.edges.geometry.to_numpy()[edge]
    offset_cm = np.rint(shapely.line_locate_point(lines, geometry) * _CM)
    return np.asarray(np.clip(offset_cm, 0, streets.edge_length_cm[edge]) / _CM)
