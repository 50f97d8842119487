"""Map files (GeoJSON, SHP, GPKG, GeoParquet) -> GeoDataFrames with a CRS that can be trusted."""

from __future__ import annotations

import logging
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sharemap.catalog import normalised_header
from sharemap.errors import InputError, MissingFileError, SiteFileError
from sharemap.sources.files.packed import unpacked
from sharemap.sources.files.shapefiles import read_shapefile
from sharemap.sources.files.trusted import trusted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import geopandas as gpd

__all__ = ["MapLayer", "best_layers", "read_layers", "read_vector"]

_LOG = logging.getLogger(__name__)
_PARQUET = frozenset({".parquet", ".geoparquet"})
_ONE_LAYER = frozenset({".geojson", ".json", ".shp"})
#: What QGIS keeps in a GeoPackage for itself.
_LOOKS = frozenset({"layer_styles", "qgis_projects"})


@dataclass(frozen=True, kw_only=True)
class MapLayer:
    """One layer of a map file: its name, ``""`` where the file has no other, and its features."""

    name: str
    frame: gpd.GeoDataFrame


def read_vector(
    path: Path | str, *, error: type[InputError], known: Collection[str] = (), crs: str = ""
) -> gpd.GeoDataFrame:
    """Read a map file; its features all have a geometry and it has a CRS.

    Of several layers that with the best known columns is read, and a warning names the others.

    Parameters
    ----------
    path
        The file, or a zip archive that holds it.
    error
        What to raise when it cannot be used.
    crs
        The CRS of its numbers, where the file does not say it; what the file says otherwise.
    known
        Headers that are known, as compared: they choose the layer, and complete names that a shapefile has cut.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        The given subclass, if it is no map file, names no CRS, holds numbers that do not fit the one that it names, or a
        feature has no geometry.
    """
    layers = read_layers(path, error=error, known=known, crs=crs)
    best = best_layers(layers, known)[0]
    for other in layers:
        if other is not best:
            facts = {
                "file": Path(path).name,
                "sheet": other.name,
                "rows": len(other.frame),
                "read": best.name,
            }
            said = "%(file)s: the layer '%(sheet)s' with %(rows)d features is left out; '%(read)s' is read"
            _LOG.warning(said, facts, extra={"term": "warn_left_out"})
    return best.frame


def read_layers(
    path: Path | str,
    *,
    error: type[InputError],
    known: Collection[str] = (),
    layer: str | None = None,
    crs: str | None = None,
) -> list[MapLayer]:
    """Read the layers of a map file that hold features, or the one that is asked for; see :func:`read_vector`."""
    path = Path(path)
    if not path.exists():
        msg = "the file does not exist"
        raise MissingFileError(msg, file=path, remedy="check the path; paths are relative to the study file")
    if path.suffix.lower() == ".zip":
        found = _packed(path, error, known)
    else:
        found = [MapLayer(name=name, frame=frame) for name, frame in _opened(path, path, error, known)]
    if layer is not None:
        wanted = [one for one in found if layer in {one.name, one.name.rpartition("/")[2]}]
        if not wanted:
            msg, names = "the map file has no such layer with features", ", ".join(one.name for one in found)
            raise error(msg, file=path, value=layer, remedy=f"use one of: {names}")
        found = wanted
    filled = [one for one in found if len(one.frame)] or found[:1]
    return [MapLayer(name=one.name, frame=_checked(one.frame, path, error, crs)) for one in filled]


def best_layers(layers: list[MapLayer], known: Collection[str]) -> list[MapLayer]:
    """Return the layer with most known columns, and all that have the same ones; the first of equals leads."""

    def columns(one: MapLayer) -> frozenset[str]:
        names = frozenset(normalised_header(str(name)) for name in one.frame.columns)
        return names & frozenset(known) or names

    def matched(one: MapLayer) -> int:
        return len(columns(one)) if columns(one) <= frozenset(known) else 0

    best = max(layers, key=matched)
    return [best, *(one for one in layers if one is not best and columns(one) == columns(best))]


def _packed(path: Path, error: type[InputError], known: Collection[str]) -> list[MapLayer]:
    found = []
    try:
        with unpacked(path) as maps:
            for name, where in maps:
                layers = _opened(where, path, error, known)
                found += [
                    MapLayer(name=f"{name}/{own}" if own else name, frame=frame) for own, frame in layers
                ]
    except SiteFileError as fault:
        if error is SiteFileError:
            raise
        raise error(fault.problem, file=fault.file, value=fault.value, remedy=fault.remedy) from fault
    if len(found) == 1:
        return [MapLayer(name="", frame=found[0].frame)]
    return found


def _checked(
    layer: gpd.GeoDataFrame, path: Path, error: type[InputError], crs: str | None
) -> gpd.GeoDataFrame:
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


def _opened(
    where: Path, path: Path, error: type[InputError], known: Collection[str]
) -> list[tuple[str, gpd.GeoDataFrame]]:
    """Return the layers of a map file; `path` is what people know it by, when it was unpacked from there."""
    import geopandas as gpd
    import pyarrow as pa
    import pyogrio

    try:
        layers = list(_layers(where, known))
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
        reason = " ".join(str(cause).split())[:100].replace(str(where), path.name)
        raise error(msg, file=path, value=reason, remedy="use GeoJSON, SHP, GPKG or GeoParquet") from cause
    spatial = [(name, layer) for name, layer in layers if isinstance(layer, gpd.GeoDataFrame)]
    if not spatial:
        msg = "the file holds no geometry"
        raise error(msg, file=path, remedy="use GeoJSON, SHP, GPKG or GeoParquet")
    return spatial


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


def _layers(where: Path, known: Collection[str]) -> Iterable[tuple[str, object]]:
    import geopandas as gpd
    import pyogrio

    suffix = where.suffix.lower()
    if suffix in _PARQUET:
        yield "", gpd.read_parquet(where)
    elif suffix == ".shp":
        yield "", read_shapefile(where, known=known)
    elif suffix in _ONE_LAYER:
        yield "", _closed(where)
    else:
        names = [str(name) for name, _ in pyogrio.list_layers(where) if name not in _LOOKS]
        for name in names:
            yield (name if len(names) > 1 else ""), _closed(where, layer=name)
