"""One table, one file: Parquet, GeoPackage, CSV and JSON that come out the same for the same input."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sharemap.errors import OutputError
from sharemap.exports.files.looks import LAYER_STYLES, styles
from sharemap.schema import TABLES

__all__ = [
    "guarded",
    "unguarded",
    "unwritable",
    "whole",
    "write_csv",
    "write_gpkg",
    "write_json",
    "write_parquet",
]

#: Spreadsheets run a cell that begins with one of these (OWASP, "CSV Injection"), full-width forms included.
_TRIGGERS = "=+\\-@\t\r\n＝＋－＠"
_GUARD = re.compile(rf"^(?='*[{_TRIGGERS}])")
_GUARDED = re.compile(rf"^'(?='*[{_TRIGGERS}])")
_REMEDY = "check the free space and the permissions of the folder, and that no other program holds the file"
#: GeoPackage stamps each layer with the time of writing; a fixed one keeps repeated runs alike.
_GPKG_DATE = "2000-01-01T00:00:00.000Z"


def guarded(texts: pd.Series[Any]) -> pd.Series[Any]:
    """Return texts that no spreadsheet takes for a formula.

    A text that begins with ``= + - @``, a tab or a line break (after any number of apostrophes) gets one
    apostrophe in front; all others stay as they are. :func:`unguarded` takes it away again, exactly.

    Examples
    --------
    >>> guarded(pd.Series(["=1+1", "02-123-4567", "'-", "plain"])).tolist()
    ["'=1+1", '02-123-4567', "''-", 'plain']
    """
    return texts.str.replace(_GUARD, "'", n=1, regex=True)


def unguarded(texts: pd.Series[Any]) -> pd.Series[Any]:
    """Return the texts that :func:`guarded` was given.

    Examples
    --------
    >>> unguarded(pd.Series(["'=1+1", "''-", "'quoted'"])).tolist()
    ['=1+1', "'-", "'quoted'"]
    """
    return texts.str.replace(_GUARDED, "", n=1, regex=True)


def whole(frame: Any, *, unfit: str = r"\x00") -> Any:  # noqa: ANN401  DataFrame or GeoDataFrame
    r"""Return a table in which each sign that would end or break a text in a file is the replacement character U+FFFD.

    Parameters
    ----------
    frame
        The table.
    unfit
        Signs as a class of a regular expression; by default NUL, at which libraries in C take a text to end.

    Examples
    --------
    >>> whole(pd.DataFrame({"name": ["a\0b"]}))["name"].tolist()
    ['a\ufffdb']
    """
    pattern = re.compile(f"[{unfit}]")
    changed = {}
    for name in frame.columns:
        if _is_text(frame[name]) and not isinstance(frame[name].dtype, pd.CategoricalDtype):
            broken = frame[name].str.contains(pattern, regex=True, na=False)
            if broken.any():
                changed[name] = frame[name].str.replace(pattern, "\ufffd", regex=True)
    return frame.assign(**changed) if changed else frame


def write_csv(
    frame: pd.DataFrame, path: Path | str, *, encoding: str = "utf-8-sig", append: bool = False
) -> None:
    r"""Write a table as CSV that Excel opens and scripts read back.

    Lines end with ``\r\n``; numbers are written with as many digits as give the same float back; text cells
    are :func:`guarded`. A geometry column is not written.

    Parameters
    ----------
    frame
        The table; its index is not written.
    path
        Where to write; an existing file is replaced.
    encoding
        ``"utf-8-sig"``, or for example ``"cp949"`` for older systems.
    append
        Whether to write below what is there: a table may be larger than memory.

    Raises
    ------
    OutputError
        If the file cannot be written, or holds text that the encoding has no sign for.
    """
    plain = pd.DataFrame(frame.drop(columns=[name for name in frame if _is_geometry(frame[name])]))
    plain = plain.assign(**{str(name): guarded(plain[name]) for name in plain if _is_text(plain[name])})
    try:
        with unwritable(path):
            how: dict[str, Any] = {"mode": "a", "header": False} if append else {}
            written = (
                encoding.removesuffix("-sig") if append else encoding
            )  # the mark stands at the start only
            plain.to_csv(path, index=False, encoding=written, lineterminator="\r\n", **how)
    except UnicodeEncodeError as error:
        msg = f"the encoding {encoding} has no sign for a text in the table"
        found = error.object[error.start : error.end]
        raise OutputError(msg, file=path, value=found, remedy="use utf-8-sig") from error


def write_parquet(frame: pd.DataFrame, path: Path | str) -> None:
    """Write a table as Parquet, or as GeoParquet when it has a geometry.

    Parameters
    ----------
    frame
        The table; its index is not written.
    path
        Where to write; an existing file is replaced.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    with unwritable(path):
        frame.to_parquet(path, index=False, compression="zstd")


def write_gpkg(layers: Mapping[str, pd.DataFrame], path: Path | str) -> None:
    """Write tables as the layers of one GeoPackage that QGIS draws right when it opens it.

    Polygons and lines become multi-parts, so that a layer has one geometry type; a table without geometry
    becomes an attribute layer. Text stays text, codes included (but for NUL, see :func:`whole`). The styles are one more layer, which programs other
    than QGIS pass over.

    Parameters
    ----------
    layers
        Layer name -> table, written in this order.
    path
        Where to write; an existing file is replaced.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    import pyogrio

    path = Path(path)
    with unwritable(path), _fixed_gpkg_date():
        path.unlink(missing_ok=True)
        look = styles(layers, {name: _aliases(name) for name in layers})
        for name, frame in {**layers, **({LAYER_STYLES: look} if len(look) else {})}.items():
            located = isinstance(frame, gpd.GeoDataFrame)
            pyogrio.write_dataframe(
                whole(frame.reset_index(drop=True)),
                path,
                layer=name,
                driver="GPKG",
                append=path.exists(),
                promote_to_multi=located and not _only_points(frame),
                geometry_type="Unknown" if located and frame.empty else None,
            )


def write_json(value: Mapping[str, Any], path: Path | str) -> None:
    """Write a mapping as JSON: UTF-8, two blanks a level, keys in their order.

    Raises
    ------
    OutputError
        If the file cannot be written.
    ValueError
        If the mapping holds a number that JSON does not know (not a number, infinity).
    """
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=_plain)
    with unwritable(path):
        Path(path).write_text(text + "\n", encoding="utf-8", newline="\n")


@contextmanager
def unwritable(path: Path | str) -> Iterator[None]:
    """Turn what goes wrong in writing a file into an error that says what to do."""
    import pyogrio.errors

    try:
        yield
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        msg = f"cannot be written ({reason})"
        raise OutputError(msg, file=path, remedy=_REMEDY) from error


@contextmanager
def _fixed_gpkg_date() -> Iterator[None]:
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _aliases(table: str) -> dict[str, str]:
    return {column.name: column.ko for column in TABLES[table].columns} if table in TABLES else {}


def _is_geometry(column: pd.Series[Any]) -> bool:
    return str(column.dtype) == "geometry"


def _is_text(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_string_dtype(column.dtype) and not column.isna().all()


def _only_points(frame: gpd.GeoDataFrame) -> bool:
    return bool((frame.geometry.geom_type == "Point").all())


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (Path, pd.Timestamp)):
        return str(value)
    if isinstance(value, (Mapping, tuple, np.ndarray)):
        return dict(value) if isinstance(value, Mapping) else list(value)
    msg = f"{type(value).__name__} has no JSON form"
    raise TypeError(msg)
