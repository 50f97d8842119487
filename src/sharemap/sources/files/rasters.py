"""Rasters as GDAL reads them, with the errors of the house."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharemap.errors import MissingFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sharemap.errors import InputError

__all__ = ["opened"]


@contextmanager
def opened(path: Path | str, *, error: type[InputError]) -> Iterator[Any]:
    """Open a raster that says its coordinate system.

    Parameters
    ----------
    path
        A raster that GDAL reads (GeoTIFF and others).
    error
        What to raise when it cannot be used.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        The given subclass, if it is no raster, names no CRS, or cannot be read to its end.
    """
    import rasterio
    from rasterio.errors import RasterioError

    path = Path(path)
    if not path.is_file():
        msg = "the file does not exist"
        raise MissingFileError(msg, file=path, remedy="check the path; paths are relative to the study file")
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                msg = "the raster does not say its coordinate system"
                raise error(msg, file=path, remedy="set it with gdal_edit.py -a_srs, for example EPSG:4326")
            yield raster
    except RasterioError as cause:
        msg = f"the file is no raster that can be read ({' '.join(str(cause).split())[:100]})"
        raise error(msg.replace(str(path), path.name), file=path, remedy="use a GeoTIFF") from cause
