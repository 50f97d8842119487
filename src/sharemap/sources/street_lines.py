"""Streets as lines of any map file: GeoPackage, GeoParquet, SHP, GeoJSON, in whatever CRS and with whatever columns."""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sharemap.errors import ExtractError, MissingFileError

__all__ = ["read_street_lines"]

log = logging.getLogger(__name__)

_PARQUET = frozenset({".parquet", ".geoparquet"})
_REMEDY = "use GeoPackage, GeoParquet, SHP or GeoJSON with lines"
_LINE, _LINES = shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING
_DEGREES = 360.0
#: Columns that are read -> what they are called, letters small: by OSM and OSMnx, in the extracts of Geofabrik.
_CALLED = {
    "highway": ("highway", "fclass"),
    "name": ("name", "도로명"),
    "steps": ("steps",),
    "tunnel": ("tunnel",),
    "bridge": ("bridge",),
    "crossing": ("crossing",),
}


def read_street_lines(path: Path | str, *, layer: str = "") -> gpd.GeoDataFrame:
    """Read the lines of a map file as streets.

    Multi-part lines are taken apart, heights left out, and of lines drawn twice one is kept.

    Parameters
    ----------
    path
        The file.
    layer
        Which of its layers; by default the only one that has lines.

    Returns
    -------
    GeoDataFrame
        LineStrings in the CRS of the file with those of ``highway``, ``name``, ``steps``, ``tunnel``, ``bridge`` and
        ``crossing`` that the file has, and ``source_ids``, the number of the row in the file, from 0. ``attrs["lines"]``
        counts what was read and what left out: ``rows``, ``parts``, ``not_lines``, ``empty``, ``without_length``, ``twice``.

    Raises
    ------
    MissingFileError, ExtractError
        If there is no such file or layer, it is no map file, has no lines, says no CRS or has numbers that do not fit it.
    """
    path = Path(path)
    if not path.exists():
        msg = "the file of street lines does not exist"
        raise MissingFileError(msg, file=path, remedy="check [streets] lines in the study file")
    read = _opened(path, layer)
    if read.crs is None:
        msg = "the street lines do not say their coordinate system"
        raise ExtractError(
            msg, file=path, remedy="save them as GeoPackage with their CRS, or add the .prj file"
        )
    geometry = shapely.force_2d(np.asarray(read.geometry))
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    kinds = shapely.get_type_id(geometry)
    wanted = np.isin(kinds, (_LINE, _LINES)) & ~empty
    parts, row = shapely.get_parts(geometry[wanted], return_index=True)
    row = np.flatnonzero(wanted)[row]
    long = shapely.length(parts) > 0
    unlike = _first_of_each(parts, row, read)
    counts = {
        "rows": len(read),
        "parts": len(parts),
        "not_lines": int((~wanted & ~empty).sum()),
        "empty": int(empty.sum()),
        "without_length": int((~long).sum()),
        "twice": int((long & ~unlike).sum()),
    }
    kept = long & unlike
    if not kept.any():
        msg = "there is no line in the file of street lines"
        raise ExtractError(msg, file=path, value=counts, remedy=_REMEDY)
    _in_its_crs(parts[kept], read, path)
    _say(path, counts)
    lines = gpd.GeoDataFrame(
        _columns(read).iloc[row[kept]].reset_index(drop=True), geometry=parts[kept], crs=read.crs
    )
    lines["source_ids"] = row[kept].astype(str)
    lines.attrs["lines"] = counts
    return lines


def _opened(path: Path, layer: str) -> gpd.GeoDataFrame:
    import pyarrow as pa
    import pyogrio

    try:
        if path.suffix.lower() in _PARQUET:
            return gpd.read_parquet(path)
        return gpd.read_file(path, layer=layer or _only_layer(path), **_encoding(path))
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pa.ArrowException,
        zipfile.BadZipFile,
        UnicodeDecodeError,
        ValueError,
        OSError,
    ) as cause:
        if isinstance(cause, ExtractError):
            raise
        msg = (
            "the file is no map file that can be read"
            if not layer
            else "the file or its layer cannot be read"
        )
        reason = " ".join(str(cause).split())[:100].replace(str(path), path.name)
        raise ExtractError(msg, file=path, value=reason, remedy=_REMEDY) from cause


def _only_layer(path: Path) -> str | None:
    """Return the one layer that may have lines; of several the study must choose."""
    import pyogrio

    layers = pyogrio.list_layers(path)
    names = [
        str(name) for name, kind in layers if kind is None or "Line" in str(kind) or str(kind) == "Unknown"
    ]
    if len(names) > 1:
        msg = "the file has several layers with lines"
        raise ExtractError(msg, file=path, value=names, remedy='choose one: [streets] lines_layer = "..."')
    return names[0] if names else None


def _encoding(path: Path) -> dict[str, str]:
    """Say the code page of a shapefile that does not: UTF-8 if its texts are, else the Korean one."""
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists():
        return {}
    try:
        path.with_suffix(".dbf").read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return {"encoding": "cp949"}
    return {"encoding": "utf-8"}


def _columns(read: gpd.GeoDataFrame) -> pd.DataFrame:
    names = {str(name).lower(): name for name in read.columns if name != read.geometry.name}
    found = {
        wanted: next((names[one] for one in called if one in names), None)
        for wanted, called in _CALLED.items()
    }
    return pd.DataFrame(
        {wanted: read[name].map(_text) for wanted, name in found.items() if name is not None},
        index=read.index,
    )


def _text(value: Any) -> Any:  # noqa: ANN401  whatever a cell holds
    """Return a cell; of a list, as OSMnx writes them, all of it in one order."""
    if isinstance(value, (list, tuple, set, np.ndarray)):
        return " / ".join(sorted({str(one) for one in value}))
    return value


def _first_of_each(parts: Any, row: Any, read: gpd.GeoDataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:  # noqa: ANN401  arrays
    """Return the first of lines drawn twice, there or back, that say the same."""
    said = _columns(read).iloc[row].reset_index(drop=True)
    return np.asarray(~said.assign(shape=shapely.to_wkb(shapely.normalize(parts))).duplicated().to_numpy())


def _in_its_crs(lines: Any, read: gpd.GeoDataFrame, path: Path) -> None:  # noqa: ANN401  an array
    bounds = shapely.total_bounds(lines)
    if not np.isfinite(bounds).all():
        msg = "a street line has coordinates that are no numbers"
        raise ExtractError(msg, file=path, remedy="mend or drop it: shapely.is_valid finds such lines")
    if read.crs.is_geographic and np.abs(bounds).max() > _DEGREES:
        msg = "the street lines say that they are in degrees, but their numbers are none"
        value = [round(float(one)) for one in bounds]
        raise ExtractError(
            msg, file=path, value=value, remedy="set the CRS that they are in, then save again"
        )


def _say(path: Path, counts: dict[str, int]) -> None:
    left = {name: counts[name] for name in ("not_lines", "empty", "without_length", "twice") if counts[name]}
    if left:
        log.warning(
            "%(file)s: of %(rows)d rows are left out %(not_lines)d that are no lines, %(empty)d without a geometry, %(without_length)d lines without a length and %(twice)d drawn twice",
            {"file": path.name, **counts},
            extra={"term": "warn_lines_left_out"},
        )
