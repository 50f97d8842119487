r"""Elevation rasters -> how much dearer each street is uphill and downhill.

Tobler's hiking function (Tobler 1993, *Three presentations on geographical analysis and modeling*, NCGIA technical
report 93-1) gives the speed on a slope :math:`S` (rise over run) as :math:`6 e^{-3.5 |S + 0.05|}` km/h. Only its
shape is used, because the flat speed is that of the profile: a metre on a slope costs
:math:`e^{3.5 (|S + 0.05| - 0.05)}` metres of flat street. Slightly downhill is quickest, at 5 %.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap.errors import ElevationError
from sharemap.schema import check
from sharemap.sources.files.rasters import opened

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

__all__ = ["check_raster", "read_slopes", "tobler"]

_LOG = logging.getLogger(__name__)

_FINEST_STEP_M = 10.0  # heights of single kerbs and cars are no slopes
_STEEP = 0.6
_METRES = frozenset({"", "m", "metre", "metres", "meter", "meters"})


def tobler(slope: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cost of a metre on slopes (rise over run, uphill positive) over that of a flat metre.

    Examples
    --------
    Flat, 10 % up, and 5 % down, where walking is quickest:

    >>> tobler(np.array([0.0, 0.1, -0.05])).round(3).tolist()
    [1.0, 1.419, 0.839]
    """
    return np.asarray(np.exp(3.5 * (np.abs(slope + 0.05) - 0.05)))


def read_slopes(path: Path | str, edges: gpd.GeoDataFrame, *, min_known: float = 0.9) -> pd.DataFrame:
    """Sample an elevation raster along streets.

    Parameters
    ----------
    path
        A raster that GDAL reads (GeoTIFF and others), in any CRS, heights in metres in its first band.
    edges
        Table ``edges``. Of bridges and tunnels only the ends are sampled: the ground between is not theirs.
    min_known
        Least share of the length of the streets that the raster must cover.

    Returns
    -------
    Table ``slopes``, one row an edge. Edges with a sample outside the raster or without data are taken as flat and
    marked; ``attrs["known_share"]`` is the share of the length that is not.

    Raises
    ------
    MissingFileError
        If there is no such file.
    ElevationError
        If it is no raster, has no CRS, is not in metres, or covers less than `min_known`.

    Notes
    -----
    Samples lie a cell apart, but no less than 10 m, and are interpolated between the four nearest cells.
    """
    path = Path(path)
    samples = _samples(edges, path)
    height, cell_m = samples.height, samples.cell_m
    rise = height[1:] - height[:-1]
    inner = samples.edge[1:] == samples.edge[:-1]
    edge, rise = samples.edge[1:][inner], rise[inner]
    n_edges = len(edges)
    parts = np.bincount(edge, minlength=n_edges)
    length = edges["length_m"].to_numpy(dtype=np.float64)
    run = np.divide(length, parts, out=np.ones(n_edges), where=(parts > 0) & (length > 0))[edge]
    slope = rise / run
    known = ~np.isnan(np.bincount(edge, rise, minlength=n_edges)) & (length > 0)
    share = float(length[known].sum() / length.sum()) if length.sum() else 0.0
    _refuse_gaps(share, min_known, path)
    steep = int((np.abs(slope) > _STEEP).sum())
    if steep:
        _LOG.warning("%s: %d stretches of %g m are steeper than 60 %%", path.name, steep, cell_m)
    table = pd.DataFrame({"edge_id": edges["edge_id"].to_numpy(), "known": known})
    for name, metres in (("climb_m", np.maximum(rise, 0)), ("descent_m", np.maximum(-rise, 0))):
        table[name] = np.where(known, np.bincount(edge, metres, minlength=n_edges), np.nan)
    for name, way in (("forward", slope), ("backward", -slope)):
        mean = np.bincount(edge, tobler(way), minlength=n_edges) / np.maximum(parts, 1)
        table[name] = np.where(known, mean, 1.0)
    result = check(table, "slopes")
    result.attrs = {"file": path.name, "known_share": share}
    return result


@dataclass(frozen=True)
class _Samples:
    """Heights along the edges, in the order of the edges and along each."""

    edge: NDArray[np.int64]
    height: NDArray[np.float64]
    cell_m: float


def _samples(edges: gpd.GeoDataFrame, path: Path) -> _Samples:
    with opened(path, error=ElevationError) as raster:
        _refuse_units(raster, path)
        cell_m = max(_cell_m(raster, edges.crs), _FINEST_STEP_M)
        edge, x, y = _along(edges, cell_m)
        return _Samples(edge, _heights(raster, x, y, edges.crs), cell_m)


def check_raster(path: Path | str) -> None:
    """Refuse what is no raster of heights.

    Raises
    ------
    MissingFileError, ElevationError
        As :func:`read_slopes`, but for what it covers.
    """
    with opened(path, error=ElevationError) as raster:
        _refuse_units(raster, Path(path))


def _refuse_units(raster: Any, path: Path) -> None:  # noqa: ANN401  rasterio is untyped
    unit = (raster.units[0] or "").strip().lower()
    if unit not in _METRES:
        msg = "the heights of the elevation raster are not in metres"
        raise ElevationError(msg, file=path, value=unit, remedy="convert them to metres")


def _refuse_gaps(share: float, min_known: float, path: Path) -> None:
    if share < min_known:
        msg = (
            f"the elevation raster covers {100 * share:.1f} % of the streets, less than {100 * min_known:g} %"
        )
        remedy = "use a raster of the area and its surroundings, or set [elevation] min_known: the rest is taken as flat"
        raise ElevationError(msg, file=path, remedy=remedy)
    if share < 1:
        _LOG.warning(
            "%s: %.2f %% of the streets have no height and are taken as flat", path.name, 100 * (1 - share)
        )


def _along(edges: gpd.GeoDataFrame, step_m: float) -> tuple[NDArray[np.int64], Any, Any]:
    length = edges["length_m"].to_numpy(dtype=np.float64)
    parts = np.maximum(np.ceil(length / step_m), 1).astype(np.int64)
    parts[(edges["tunnel"] | edges["bridge"]).to_numpy(dtype=bool)] = 1
    edge = np.repeat(np.arange(len(edges)), parts + 1)
    nth = np.arange(len(edge)) - np.repeat(np.cumsum(parts + 1) - (parts + 1), parts + 1)
    lines = edges.geometry.to_numpy()[edge]
    points = shapely.line_interpolate_point(lines, nth / parts[edge], normalized=True)
    return edge, shapely.get_x(points), shapely.get_y(points)


def _cell_m(raster: Any, crs: CRS) -> float:  # noqa: ANN401  rasterio is untyped
    from pyproj import Transformer

    to_metric = Transformer.from_crs(raster.crs, crs, always_xy=True)
    cells = raster.transform
    at = [(raster.width / 2 + right, raster.height / 2 + down) for right, down in ((0, 0), (1, 0), (0, 1))]
    corners = [
        (cells.a * right + cells.b * down + cells.c, cells.d * right + cells.e * down + cells.f)
        for right, down in at
    ]
    x, y = to_metric.transform(*zip(*corners, strict=True))
    sides = [float(np.hypot(x[0] - x[k], y[0] - y[k])) for k in (1, 2)]
    return max(side for side in [*sides, 0.0] if np.isfinite(side))


def _heights(raster: Any, x: Any, y: Any, crs: CRS) -> NDArray[np.float64]:  # noqa: ANN401  rasterio is untyped
    """Return heights at points in a CRS, NaN outside the raster and where it has no data."""
    from pyproj import Transformer
    from rasterio.windows import Window

    there = Transformer.from_crs(crs, raster.crs, always_xy=True).transform(x, y)
    back = ~raster.transform
    column, row = (a * there[0] + b * there[1] + c for a, b, c in (back[:3], back[3:6]))
    inside = (row >= 0) & (row <= raster.height) & (column >= 0) & (column <= raster.width)
    height = np.full(len(row), np.nan)
    if not inside.any():
        return height
    row, column = row[inside] - 0.5, column[inside] - 0.5  # heights stand at the centres of cells
    top, left = max(int(row.min()) - 1, 0), max(int(column.min()) - 1, 0)
    bottom, right = min(int(row.max()) + 3, raster.height), min(int(column.max()) + 3, raster.width)
    window = Window(left, top, right - left, bottom - top)
    grid = raster.read(1, window=window, masked=True).astype(np.float64)
    grid = np.ma.filled(grid, np.nan) * raster.scales[0] + raster.offsets[0]
    height[inside] = _between_cells(grid, row - top, column - left)
    return height


def _between_cells(
    grid: NDArray[np.float64], row: NDArray[np.float64], column: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Interpolate between the four nearest cells; cells that weigh nothing may lack data."""
    row, column = (np.clip(at, 0, size - 1) for at, size in zip((row, column), grid.shape, strict=True))
    top, left = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
    down, right = row - top, column - left
    bottom, other = np.minimum(top + 1, grid.shape[0] - 1), np.minimum(left + 1, grid.shape[1] - 1)
    corners = (
        (top, left, (1 - down) * (1 - right)),
        (top, other, (1 - down) * right),
        (bottom, left, down * (1 - right)),
        (bottom, other, down * right),
    )
    return np.sum([np.where(weight > 0, grid[r, c] * weight, 0.0) for r, c, weight in corners], axis=0)
