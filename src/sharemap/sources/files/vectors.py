"""Map files (GeoJSON, SHP, GPKG, GeoParquet) -> GeoDataFrames with a CRS that can be trusted."""

from __future__ import annotations

import logging
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from sharemap.errors import InputError, MissingFileError
from sharemap.sources.files.trusted import trusted

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["read_vector"]

_LOG = logging.getLogger(__name__)
_PARQUET = frozenset({".parquet", ".geoparquet"})


def read_vector(path: Path | str, *, error: type[InputError], crs: str = "") -> gpd.GeoDataFrame:
    """Read a map file; its features all have a geometry and it has a CRS.

    Parameters
    ----------
    path
        The file.
    error
        What to raise when it cannot be used.
    crs
        The CRS of its numbers, where the file does not say it; what the file says otherwise.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        The given subclass, if it is no map file, names no CRS, holds numbers that do not fit the one that it names, or a
        feature has no geometry.
    """
    path = Path(path)
    if not path.exists():
        msg = "the file does not exist"
        raise MissingFileError(msg, file=path, remedy="check the path; paths are relative to the study file")
    layer = _open(path, error)
    missing = (layer.geometry.isna() | layer.geometry.is_empty).to_numpy()
    if missing.any():
        msg = "a feature has no geometry"
        raise error(msg, file=path, row=int(missing.argmax()) + 1, remedy="delete it or draw it")
    if crs:
        layer = _named_crs(layer, crs, error)
    return trusted(layer.reset_index(drop=True), path, error=error)


def _named_crs(layer: gpd.GeoDataFrame, crs: str, error: type[InputError]) -> gpd.GeoDataFrame:
    from pyproj.exceptions import CRSError

    try:
        return layer.set_crs(crs, allow_override=True)
    except CRSError as cause:
        msg = "a coordinate system that nobody knows"
        raise error(msg, value=crs, remedy='write it like "EPSG:5186"') from cause


def _open(path: Path, error: type[InputError]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pyarrow as pa
    import pyogrio

    try:
        if path.suffix.lower() in _PARQUET:
            return gpd.read_parquet(path)
        layer = _closed(path, **_encoding(path))
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pa.ArrowException,
        zipfile.BadZipFile,
        UnicodeDecodeError,
        ValueError,
        OSError,
    ) as cause:
        msg = "the file is no map file that can be read"
        reason = " ".join(str(cause).split())[:100].replace(str(path), path.name)
        raise error(msg, file=path, value=reason, remedy="use GeoJSON, SHP, GPKG or GeoParquet") from cause
    if not isinstance(layer, gpd.GeoDataFrame):
        msg = "the file holds no geometry"
        raise error(msg, file=path, remedy="use GeoJSON, SHP, GPKG or GeoParquet")
    return layer


def _closed(path: Path, **options: str) -> gpd.GeoDataFrame:
    """Read a map file; the last point of a ring that is not closed is joined with its first, which is said."""
    import geopandas as gpd

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        layer = gpd.read_file(path, on_invalid="fix", **options)
    for one in caught:
        if "closed ring" not in str(one.message):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    if any("closed ring" in str(one.message) for one in caught):
        _LOG.warning("%s: outlines that are not closed are closed", path.name)
    return layer


def _encoding(path: Path) -> dict[str, str]:
    """Korean shapefiles without a .cpg are in cp949."""
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists():
        return {}
    return {"encoding": "cp949"}
