"""A user's own residents: points, or the cells of a population grid, with people and perhaps their ages."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import normalised_header
from sharemap.crs import name_of
from sharemap.errors import PopulationError
from sharemap.schema import AGE_BANDS
from sharemap.sources.coordinates import points_of
from sharemap.sources.files.vectors import read_vector
from sharemap.sources.h3_cells import cell_column, middles
from sharemap.sources.population import age_columns
from sharemap.sources.population_counts import counts
from sharemap.sources.published import read_table

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from sharemap.sources.files.raw import RawTable

__all__ = ["read_residents"]

_LOG = logging.getLogger(__name__)

_TOTAL = (
    *("residents", "population", "pop", "people"),
    *("인구", "인구수", "주민수", "총인구", "총인구수", "계", "합계", "val"),
)
_PAIRS = (("x", "y"), ("lon", "lat"), ("longitude", "latitude"), ("경도", "위도"), ("lng", "lat"))
_TEXT = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls"})
_MASKED = frozenset({"*", "**", "***", "x", "N/A", "NA"})


def read_residents(path: Path | str, *, crs: CRS | str, grid: bool = False) -> gpd.GeoDataFrame:
    """Read residents that stand somewhere.

    Parameters
    ----------
    path
        Points (a table with x, y in `crs` or lon, lat; or a map file), or cells of a grid (a map file of
        polygons, or a table with a column of H3 cells). People are in a column ``residents`` (``인구``, ``val`` ...), in columns of 5-year ages, or both.
    crs
        The metric CRS of the study, in which the points are wanted.
    grid
        The file holds cells; their people are put on a point inside each.

    Returns
    -------
    ``row``, ``residents`` (float), the columns of :data:`sharemap.schema.AGE_BANDS` where the file has ages, and
    points in `crs`. ``attrs``: ``file``, ``rows``, ``people``, ``masked_rows`` (suppressed with ``*``, set
    aside), ``has_ages`` and ``total_difference`` (stated totals minus the sums of the ages).

    Raises
    ------
    MissingFileError
        If there is no such file.
    PopulationError
        If it has no people or no places, or holds a value that is no count.
    """
    path = Path(path)
    cells, rows, points = _places(path, crs, grid=grid)
    ages = age_columns(list(cells.columns))
    has_ages = all(ages.values())
    seen = {normalised_header(str(name)): str(name) for name in reversed(list(cells.columns))}
    total = next((seen[key] for key in map(normalised_header, _TOTAL) if key in seen), None)
    if total is None and not has_ages:
        msg = "no column for the number of residents"
        remedy = f"name it {_TOTAL[0]}, or give all ages as {AGE_BANDS[0]}, {AGE_BANDS[1]} ... or 0~4세 ..."
        raise PopulationError(msg, file=path, value=", ".join(map(str, cells.columns)), remedy=remedy)
    used = [*([total] if total else []), *(name for names in ages.values() if has_ages for name in names)]
    text = cells[used].astype("str").apply(lambda column: column.str.strip())
    masked = text.isin(_MASKED).any(axis=1).to_numpy()
    remedy = "write a number of 0 or more, or * where it is masked"
    values = counts(text.loc[~masked].replace("", "0"), rows[~masked], file=path, whole=False, remedy=remedy)
    table = pd.DataFrame({"row": rows[~masked]})
    for band, names in ages.items() if has_ages else ():
        table[band] = values[names].sum(axis=1).to_numpy()
    summed = table[list(AGE_BANDS)].sum(axis=1) if has_ages else None
    stated = None if total is None else values[total].to_numpy()
    table["residents"] = summed if summed is not None else stated
    import geopandas as gpd

    frame = gpd.GeoDataFrame(table, geometry=points.to_numpy()[~masked], crs=crs)
    apart = 0.0 if summed is None or stated is None else float(stated.sum() - summed.sum())
    frame.attrs = {
        "file": path.name,
        "rows": len(cells),
        "people": float(frame["residents"].sum()),
        "masked_rows": int(masked.sum()),
        "has_ages": has_ages,
        "total_difference": apart,
    }
    _tell(frame)
    return frame


def _tell(frame: gpd.GeoDataFrame) -> None:
    facts = frame.attrs
    _LOG.info("%s: %d rows with %g residents", facts["file"], facts["rows"], facts["people"])
    if facts["masked_rows"]:
        _LOG.warning("%s: %d rows are masked (*) and set aside", facts["file"], facts["masked_rows"])
    if facts["total_difference"]:
        _LOG.warning(
            "%s: the stated totals are %g more than the sum of the ages; the ages count",
            *(facts["file"], facts["total_difference"]),
        )


def _places(path: Path, crs: CRS | str, *, grid: bool) -> tuple[pd.DataFrame, np.ndarray, gpd.GeoSeries]:
    if path.suffix.lower() in _TEXT:
        known = (*_TOTAL, *(name for pair in _PAIRS for name in pair), *AGE_BANDS)
        raw = read_table(path, known=known, error=PopulationError)
        rows = np.asarray(raw.rows)
        named = cell_column(raw.frame)
        if named is not None and (grid or _pair(raw) is None):
            return raw.frame, rows, middles(raw.frame[named], rows=rows, file=path).to_crs(crs)
        if grid:
            msg = "a grid needs cells with a shape"
            remedy = "give a map file of polygons, a column of H3 cells, or use points = ..."
            raise PopulationError(msg, file=path, remedy=remedy)
        return raw.frame, rows, _points(raw, crs)
    layer = read_vector(path, error=PopulationError)
    flat = layer.geometry.to_crs(crs)
    wanted = ("Polygon", "MultiPolygon") if grid else ("Point",)
    strange = ~flat.geom_type.isin(wanted).to_numpy()
    if strange.any():
        row = int(strange.argmax())
        msg = f"a feature is no {'cell' if grid else 'point'}"
        remedy = "use points = ... for points and grid = ... for polygons"
        raise PopulationError(msg, file=path, row=row + 1, value=flat.geom_type.iloc[row], remedy=remedy)
    cells = pd.DataFrame(layer.drop(columns=layer.geometry.name))
    cells = cells.astype(object).where(cells.notna(), "").astype(str)
    return cells, np.arange(1, len(cells) + 1), flat.representative_point() if grid else flat


def _pair(raw: RawTable) -> tuple[str, str] | None:
    """Return the columns of the coordinates, as the file calls them."""
    seen = {normalised_header(str(name)): str(name) for name in reversed(list(raw.frame.columns))}
    return next(((seen[x], seen[y]) for x, y in _PAIRS if x in seen and y in seen), None)


def _points(raw: RawTable, crs: CRS | str) -> gpd.GeoSeries:
    pair = _pair(raw)
    if pair is None:
        msg = "no columns for the coordinates of the residents"
        value = ", ".join(raw.frame.columns)
        remedy = f"name them lon, lat; or x, y in {name_of(crs)}; or give a column of H3 cells"
        raise PopulationError(msg, file=raw.file, value=value, remedy=remedy)
    return points_of(raw, *(raw.frame[name] for name in pair), crs=crs, error=PopulationError)
