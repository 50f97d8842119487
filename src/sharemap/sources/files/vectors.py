"""Map files (GeoJSON, SHP, GPKG, GeoParquet) -> GeoDataFrames with a CRS that can be trusted."""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from sharemap.errors import InputError, MissingFileError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["read_vector"]

_LOG = logging.getLogger(__name__)
#: Korea in degrees, and the surroundings of Seoul in metres.
_BANDS = {
    "EPSG:4326": (124.0, 33.0, 132.0, 39.0),
    "EPSG:5179": (900_000.0, 1_900_000.0, 1_010_000.0, 2_000_000.0),
}
_PARQUET = frozenset({".parquet", ".geoparquet"})


def read_vector(path: Path | str, *, error: type[InputError]) -> gpd.GeoDataFrame:
    """Read a map file; its features all have a geometry and it has a CRS.

    Parameters
    ----------
    path
        The file.
    error
        What to raise when it cannot be used.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        The given subclass, if it is no map file, names no CRS or a feature has no geometry.
    """
    path = Path(path)
    if not path.exists():
        msg = "the file does not exist"
        raise MissingFileError(msg, file=path, remedy="check the path; paths are relative to the study file")
    layer = _open(path, error)
    if layer.crs is None:
        layer = _with_only_crs(layer, path)
    if layer.crs is None:
        msg = "the map file does not say its coordinate system (a shapefile without .prj)"
        raise error(msg, file=path, remedy="add the .prj file, or save it as GeoPackage with its CRS")
    missing = (layer.geometry.isna() | layer.geometry.is_empty).to_numpy()
    if missing.any():
        msg = "a feature has no geometry"
        raise error(msg, file=path, row=int(missing.argmax()) + 1, remedy="delete it or draw it")
    return layer.reset_index(drop=True)


def _with_only_crs(layer: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Set the CRS that a file does not state, if its numbers lie in Seoul in one only.

    EPSG:5174, 5181 and 5186 share their band or differ by 100 km, so numbers like theirs say nothing for sure.
    """
    bounds = layer.total_bounds
    for crs, (west, south, east, north) in _BANDS.items():
        if west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north:
            _LOG.warning("%s: it names no coordinate system; its numbers fit %s only", path.name, crs)
            return layer.set_crs(crs)
    return layer


def _open(path: Path, error: type[InputError]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pyarrow as pa
    import pyogrio

    try:
        if path.suffix.lower() in _PARQUET:
            return gpd.read_parquet(path)
        layer = gpd.read_file(path, **_encoding(path))
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


def _encoding(path: Path) -> dict[str, str]:
    """Korean shapefiles without a .cpg are in cp949."""
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists():
        return {}
    return {"encoding": "cp949"}
