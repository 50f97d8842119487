"""Boundary files -> the districts of a study area, and output areas."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.crs import chosen as chosen_crs
from sharemap.errors import AreaError
from sharemap.schema import check
from sharemap.sources.chosen import choose, dong_name_key
from sharemap.sources.coordinates import points_of
from sharemap.sources.districts import HEADERS, BoundaryColumns, column_of, described
from sharemap.sources.files.vectors import read_vector
from sharemap.sources.outlines import apart, repaired
from sharemap.sources.published import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from pyproj import CRS

__all__ = ["BoundaryColumns", "area_of", "dong_name_key", "read_area", "read_dongs", "read_output_areas"]

_LOG = logging.getLogger(__name__)


def read_area(
    path: Path | str,
    *,
    wards: Sequence[str] = (),
    dongs: Sequence[str] = (),
    crs: CRS | str | None = None,
    columns: BoundaryColumns | None = None,
) -> gpd.GeoDataFrame:
    """Read the districts of a study area: the dongs of Korea, or any polygons.

    Parameters
    ----------
    path
        A map file of dongs (admdongkor, SGIS, TL_SCCO_GEMD, TL_SCCO_EMD, or columns named like the schema's), or of any
        polygons. Codes, names and wards that it lacks are made up, always the same, and said.
    wards
        Wards to keep, by name ("중구", "서울 중구") or code (5 or 10 digits, administrative).
    dongs
        Districts to keep, by name ("소공동", "중구 소공동") or code; only within `wards` where both are given.
    crs
        The metric CRS in which it is wanted; by default the one that suits it, see :func:`sharemap.crs.chosen`: in
        Korea EPSG:5179, elsewhere the UTM zone.
    columns
        What the file does not say of itself; found when not given.

    Returns
    -------
    Table ``area`` of the schema in that CRS, which all that is made from it is in; valid polygons that do not overlap,
    RangeIndex in the order of the codes.

    Raises
    ------
    MissingFileError
        If there is no such file.
    AreaError
        If it is no map of polygons, names no CRS or another than its numbers have, a code has two names, districts
        overlap, or a ward or district matches nothing or several; or the CRS does not suit it.
    GeometryError
        If `crs` names no projected CRS in metres.
    """
    path, columns = Path(path), columns or BoundaryColumns()
    features = _read(path, columns, wards, dongs, level=logging.WARNING)
    return area_of(features, path, crs=crs)


def area_of(features: gpd.GeoDataFrame, path: Path, *, crs: CRS | str | None = None) -> gpd.GeoDataFrame:
    """Return table ``area`` of districts that are described: in metres, put right, one row each, and apart.

    Parameters
    ----------
    features
        Columns of the table ``area``, in any CRS.
    path
        Where they come from, for what is said of them.
    crs
        As in :func:`read_area`.

    Raises
    ------
    AreaError, GeometryError
        As :func:`read_area`.
    """
    flat = features.to_crs(_crs_of(features, crs, path))
    return apart(_area(flat, path, level=logging.WARNING), path)


def read_dongs(
    path: Path | str,
    *,
    crs: CRS | str,
    wards: Sequence[str] = (),
    columns: BoundaryColumns | None = None,
) -> gpd.GeoDataFrame:
    """Read the districts around a study area: all of a boundary file, or those of some wards.

    Parameters
    ----------
    path, wards, columns
        As in :func:`read_area`.
    crs
        That of the study area. Far from it lengths may be wrong, and what it cannot show at all is left out: it tells
        in which dong something near lies.

    Returns
    -------
    Table ``area`` of the schema in that CRS; districts may overlap.

    Raises
    ------
    MissingFileError, AreaError
        As :func:`read_area`.
    """
    path, columns = Path(path), columns or BoundaryColumns()
    features = _read(path, columns, wards, (), level=logging.DEBUG).to_crs(crs)
    seen = np.isfinite(features.geometry.bounds).all(axis=1)
    return _area(features.loc[seen], path, level=logging.DEBUG)


def _read(
    path: Path, columns: BoundaryColumns, wards: Sequence[str], dongs: Sequence[str], *, level: int
) -> gpd.GeoDataFrame:
    """Return the features of the districts that are wanted, in the CRS of the file, as it draws them."""
    import geopandas as gpd

    raw = read_vector(path, error=AreaError, known=HEADERS, crs=columns.crs)
    if raw.empty:
        msg = "the boundary file holds no districts"
        raise AreaError(msg, file=path, remedy="export it again")
    told = described(raw, path, columns, level=level)
    frame = gpd.GeoDataFrame(told, geometry=raw.geometry.to_numpy(), crs=raw.crs)
    listed = frame.drop_duplicates("dong_code")
    chosen = choose(listed, path, wards=wards, dongs=dongs)
    _LOG.info("%s: %d of %d districts chosen", path.name, len(chosen), len(listed))
    return frame.loc[frame["dong_code"].isin(chosen["dong_code"])]


def _area(features: gpd.GeoDataFrame, path: Path, *, level: int) -> gpd.GeoDataFrame:
    """Return table ``area``: one row a district, in however many features a file has it."""
    shapes = repaired(features.geometry.to_numpy(), features["dong_name"], path, level=level)
    done = features.set_geometry(shapes, crs=features.crs)
    if done["dong_code"].duplicated().any():
        done = done.dissolve("dong_code", aggfunc="first").reset_index()
    return check(done.sort_values("dong_code").reset_index(drop=True), "area")


def _crs_of(area: gpd.GeoDataFrame, wanted: CRS | str | None, path: Path) -> CRS:
    try:
        return chosen_crs(area, wanted)
    except AreaError as error:
        error.file = str(path)
        raise


def read_output_areas(path: Path | str, *, crs: CRS | str) -> gpd.GeoDataFrame:
    """Read output areas (집계구) as points: centroids of a CSV, or points inside the polygons of a map file.

    Parameters
    ----------
    path
        The file; the numbers of a CSV are degrees, or metres of `crs`.
    crs
        The metric CRS of the study.

    Returns
    -------
    ``oa_code``, ``stat_dong_code`` (7-digit statistics code, "" when unknown) and ``geometry`` in `crs`,
    RangeIndex in the order of the codes.

    Raises
    ------
    MissingFileError
        If there is no such file.
    AreaError
        If it has no codes, no coordinates, or coordinates that are no numbers.
    """
    import geopandas as gpd

    path = Path(path)
    if path.suffix.lower() in {".csv", ".tsv", ".txt"}:
        table, points = _centroids(path, crs)
    else:
        layer = read_vector(path, error=AreaError)
        table, points = pd.DataFrame(layer), layer.geometry.to_crs(crs).representative_point()
    code = column_of(table, ("TOT_OA_CD", "TOT_REG_CD", "oa_code", "집계구코드"))
    if code is None:
        msg = "no column for the code of an output area"
        raise AreaError(msg, file=path, value=", ".join(map(str, table.columns)), remedy="name it TOT_OA_CD")
    dong = column_of(table, ("ADM_DR_CD", "ADM_CD", "stat_dong_code"))
    frame = gpd.GeoDataFrame(
        {"oa_code": code, "stat_dong_code": code.str.slice(0, 7) if dong is None else dong},
        geometry=points.to_numpy(),
        crs=crs,
    )
    order = frame.assign(x=frame.geometry.x, y=frame.geometry.y).sort_values(["oa_code", "x", "y"]).index
    return frame.loc[order].reset_index(drop=True)


def _centroids(path: Path, crs: CRS | str) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    known = ("X", "Y", "TOT_OA_CD", "TOT_REG_CD", "ADM_DR_CD", "ADM_CD")
    raw = read_table(path, known=known, error=AreaError)
    x, y = (column_of(raw.frame, aliases) for aliases in (("X", "lon", "경도"), ("Y", "lat", "위도")))
    if x is None or y is None:
        msg = "no columns for the coordinates of the centroids"
        raise AreaError(msg, file=path, value=", ".join(raw.frame.columns), remedy="name them X and Y")
    return raw.frame, points_of(raw, x, y, crs=crs, error=AreaError)
