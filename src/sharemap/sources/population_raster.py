"""Population rasters (GHSL, WorldPop) -> the people of each cell in each dong of a study area.

A cell's people are taken to live evenly over it: a dong that has a part of the cell has that part of its people, by
area in the metric CRS of the study. Cells without data and negative ones, which publishers write for it, hold nobody
and are counted.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.errors import PopulationError
from sharemap.schema import check
from sharemap.sources.files.rasters import opened

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["check_population_raster", "read_population_raster"]

_LOG = logging.getLogger(__name__)

_DENSE = 21  # points along each side of the area when its bounds go to another CRS


def check_population_raster(path: Path | str, area: gpd.GeoDataFrame) -> None:
    """Refuse what is no raster, or lies elsewhere; the cells are not read.

    Raises
    ------
    MissingFileError, PopulationError
        As :func:`read_population_raster`.
    """
    path = Path(path)
    with opened(path, error=PopulationError) as raster:
        _window(raster, area, path)


def read_population_raster(path: Path | str, area: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read the people of a raster who live in a study area.

    Parameters
    ----------
    path
        A raster that GDAL reads, in any CRS, people for each cell in its first band; only the part around the area
        is read.
    area
        The dongs of the study (schema ``area``).

    Returns
    -------
    A row for each part of a cell in a dong: the columns of the dong, ``people`` (float, more than 0) and the polygon in
    the CRS of the area; by dong, then along the rows of the raster. ``attrs``: ``file``, ``people``, ``cells`` and
    ``no_data`` (cells that touch the area without a value, or with a negative one).

    Raises
    ------
    MissingFileError
        If there is no such file.
    PopulationError
        If it is no raster, names no CRS, lies elsewhere, or nobody lives in the area.
    """
    import geopandas as gpd

    path = Path(path)
    dongs = check(area, "area").sort_values("dong_code", ignore_index=True)
    with opened(path, error=PopulationError) as raster:
        value, cells = _cells(raster, dongs, path)
    shapes = dongs.geometry.to_numpy()
    dong, cell = shapely.STRtree(cells).query(shapes, predicate="intersects")
    order = np.lexsort((cell, dong))
    dong, cell = dong[order], cell[order]
    unknown = ~(value[cell] >= 0)  # NaN too
    no_data = len(np.unique(cell[unknown]))
    dong, cell = dong[value[cell] > 0], cell[value[cell] > 0]
    parts = shapely.intersection(cells[cell], shapes[dong])
    share = shapely.area(parts) / shapely.area(cells[cell])
    some = share > 0
    people = value[cell] * share
    if not people.sum() > 0:
        msg = "the population raster has nobody in the study area"
        raise PopulationError(
            msg, file=path, remedy="check that its cells hold numbers of people, not densities"
        )
    names = dongs.drop(columns="geometry").iloc[dong[some]].reset_index(drop=True)
    found = gpd.GeoDataFrame(names.assign(people=people[some]), geometry=parts[some], crs=dongs.crs)
    found.attrs = {
        "file": path.name,
        "people": float(people.sum()),
        "cells": len(np.unique(cell[some])),
        "no_data": no_data,
    }
    _LOG.info("%s: %g people in %d cells of the area", path.name, people.sum(), found.attrs["cells"])
    if no_data:
        _LOG.warning(
            "%s: %d cells that touch the area have no data and are taken as empty", path.name, no_data
        )
    return found


def _window(raster: Any, area: gpd.GeoDataFrame, path: Path) -> tuple[slice, slice]:  # noqa: ANN401  rasterio is untyped
    """Return the rows and columns around the area, and a cell more on each side."""
    from pyproj import Transformer

    to_raster = Transformer.from_crs(area.crs, raster.crs, always_xy=True)
    west, south, east, north = to_raster.transform_bounds(*area.total_bounds, densify_pts=_DENSE)
    x, y = np.array([west, west, east, east]), np.array([south, north, south, north])
    back = ~raster.transform
    column, row = back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f
    sides = []
    for at, size in ((row, raster.height), (column, raster.width)):
        first, last = (int(edge) for edge in (np.floor(at.min()) - 1, np.ceil(at.max()) + 1))
        sides.append(slice(max(first, 0), min(last, size)))
    if any(side.start >= side.stop for side in sides) or not np.isfinite([*column, *row]).all():
        msg = "the population raster lies elsewhere than the study area"
        raise PopulationError(msg, file=path, value=str(raster.crs), remedy="use a raster of this area")
    return sides[0], sides[1]


def _cells(raster: Any, dongs: gpd.GeoDataFrame, path: Path) -> tuple[NDArray[np.float64], NDArray[Any]]:  # noqa: ANN401
    """Return the values (NaN without data) and the outlines of the cells around the area, row by row."""
    from pyproj import Transformer
    from rasterio.windows import Window

    rows, columns = _window(raster, dongs, path)
    window = Window.from_slices(rows, columns)
    band = raster.read(1, window=window, masked=True).astype(np.float64)
    value = np.ma.filled(band, np.nan) * raster.scales[0] + raster.offsets[0]
    down, right = np.meshgrid(
        np.arange(rows.start, rows.stop + 1), np.arange(columns.start, columns.stop + 1), indexing="ij"
    )
    to_world = raster.transform
    x = to_world.a * right + to_world.b * down + to_world.c
    y = to_world.d * right + to_world.e * down + to_world.f
    corners = np.stack(Transformer.from_crs(raster.crs, dongs.crs, always_xy=True).transform(x, y), axis=-1)
    rings = np.stack(
        [corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1], corners[:-1, :-1]], axis=2
    )
    outlines: NDArray[Any] = np.asarray(shapely.polygons(rings.reshape(-1, 5, 2)), dtype=object)
    return value.ravel(), outlines
