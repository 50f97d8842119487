"""Map files -> raw tables: a feature is a row, and each point of a MultiPoint is one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import normalised_header
from sharemap.errors import SiteFileError
from sharemap.sources.files.raw import RawTable, cell_text, unread_rows
from sharemap.sources.files.vectors import best_layers, read_layers
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.sources.files.vectors import MapLayer

__all__ = ["read_map"]

_LOG = logging.getLogger(__name__)
_MULTIPOINT = 4
_COLLECTION = 7
_POINT = 0


def read_map(
    path: Path, *, known: frozenset[str], layer: str | None = None, crs: str | None = None
) -> RawTable:
    """Read the features of a map file as a raw table.

    All layers that have the same known columns are read, as the sheets of a workbook are.

    Raises
    ------
    SiteFileError
        If it is no map file, or holds no feature.
    """
    layers = read_layers(path, error=SiteFileError, known=known, layer=layer, crs=crs)
    taken = best_layers(layers, known)
    taken, others = (
        [one for one in layers if any(one is best for best in taken) == wanted] for wanted in (True, False)
    )
    for one in others:
        facts = {"file": path.name, "sheet": one.name, "rows": len(one.frame)}
        said = "%(file)s: the layer '%(sheet)s' with %(rows)d features is left out: other columns"
        _LOG.warning(said, facts, extra={"term": "warn_left_out"})
    if not any(len(one.frame) for one in taken):
        msg = "the file holds no features"
        raise SiteFileError(msg, file=path, remedy="export it again")
    frames, rows, parts, lonlat = zip(*(_features(one.frame) for one in taken), strict=True)
    named = [one.name for one in taken]
    repeats = [len(numbers) for numbers in rows]
    part = np.concatenate(parts)
    return RawTable(
        file=path,
        frame=_stacked(frames),
        rows=np.concatenate(rows),
        encoding="binary",
        sheet=", ".join(named) or None,
        sheets=np.repeat(np.array(named, dtype=object), repeats) if len(taken) > 1 else None,
        left_out=tuple((one.name, len(one.frame)) for one in others),
        unread=_unread(others),
        lonlat=pd.concat(lonlat, ignore_index=True),
        parts=part if part.any() else None,
    )


def _unread(layers: Sequence[MapLayer]) -> pd.DataFrame | None:
    rows = []
    for one in layers:
        cells = pd.DataFrame(one.frame.drop(columns=one.frame.geometry.name)).astype(object)
        texts = cells.where(cells.notna(), "").map(cell_text).to_numpy().tolist()
        # a feature is one although it says nothing
        rows += unread_rows(one.name, enumerate(([*text, "-"] for text in texts), start=1))
    return pd.DataFrame(rows, columns=["sheet", "row", "text"]) if rows else None


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the cells of several layers as one table; columns are as the first layer spells them."""
    spelled = {normalised_header(name): name for frame in reversed(frames) for name in frame.columns}
    renamed = [
        frame.rename(columns={name: spelled[normalised_header(name)] for name in map(str, frame)})
        for frame in frames
    ]
    return renamed[0] if len(renamed) == 1 else pd.concat(renamed, ignore_index=True).fillna("")


def _features(
    layer: gpd.GeoDataFrame,
) -> tuple[pd.DataFrame, NDArray[np.int64], NDArray[np.int64], pd.DataFrame]:
    """Return cells, numbers of the features, which point of its feature each row is, and where the rows are."""
    import shapely

    shapes = np.asarray(layer.geometry.array)
    several = np.isin(shapely.get_type_id(shapes), (_MULTIPOINT, _COLLECTION))
    for place in np.flatnonzero(several):
        several[place] = (shapely.get_type_id(shapely.get_parts(shapes[place])) == _POINT).all()
    count = np.where(several, shapely.get_num_geometries(shapes), 1)
    feature = np.repeat(np.arange(len(shapes)), count)
    part = np.arange(len(feature)) - np.repeat(np.cumsum(count) - count, count)
    spots = np.where(several[feature], shapely.get_geometry(shapes[feature], part), shapes[feature])
    # what is asked of the shapes needs no metres: a representative point is as true in degrees
    located = layer.geometry.iloc[feature].set_axis(range(len(feature)))
    located = type(located)(shapely.point_on_surface(spots), crs=layer.crs).to_crs(CRS_WGS84)
    frame = pd.DataFrame(layer.drop(columns=layer.geometry.name)).iloc[feature].reset_index(drop=True)
    frame = frame.astype(object).where(frame.notna(), "").map(cell_text).astype(str)
    frame.columns = frame.columns.astype(str)
    lonlat = pd.DataFrame({"lon": located.x.to_numpy(), "lat": located.y.to_numpy()})
    return frame, feature.astype(np.int64) + 1, part.astype(np.int64), lonlat
