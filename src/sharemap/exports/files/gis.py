"""Shapefile, GeoJSON and KML, and what each of them and cp949 cannot hold."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from sharemap.crs import shapefile_crs
from sharemap.exports.files.writing import unwritable, whole, write_csv
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["CP949", "Lost", "short_names", "storable", "write_geojson", "write_kml", "write_shp"]

CP949 = "cp949"

#: Field names of a Shapefile hold ten bytes.
_NAME_BYTES = 10
#: A text field of a Shapefile holds 254 bytes.
_TEXT_BYTES = 254
#: Signs that XML does not allow, as a class of a regular expression.
_NOT_XML = r"\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"
#: Signs of typesetting that have a plainer twin in every encoding.
_PLAINER = str.maketrans(
    {"\u2212": "-", "\u2013": "-", "\u2014": "-", "\xa0": " ", "\u2028": " ", "\u2029": " "}
)
#: A millimetre: at seven decimals slivers between streets would be lines.
_GEOJSON_DECIMALS = 8
_SHORTER = (
    ("residents", "res"),
    ("village", "vil"),
    ("neighbours", "nbr"),
    ("sentence", "sent"),
    ("services", "svc"),
    ("longest", "max"),
    ("address", "addr"),
    ("evidence", "evid"),
    ("capacity", "cap"),
    ("operator", "oper"),
    ("support_sites", "supp_sites"),
    ("over_", ""),
    ("share_", "sh_"),
    ("uncovered", "uncov"),
    ("covered", "cov"),
)


@dataclass(frozen=True)
class Lost:
    """One text that a format cannot hold as it is, and what was written in its place."""

    table: str
    row: int
    column: str
    text: str
    written: str
    format: str = ""


def short_names(columns: Iterable[str]) -> dict[str, str]:
    """Return a field name of at most ten ASCII characters for each column, all different.

    Examples
    --------
    >>> short_names(["rank", "residents_10min", "residents_15min", "residents_65_over_15min"])
    {'rank': 'rank', 'residents_10min': 'res_10min', 'residents_15min': 'res_15min', 'residents_65_over_15min': 'res_65_15m'}
    """
    names: dict[str, str] = {}
    for column in columns:
        name = column
        for long, short in _SHORTER if len(column) > _NAME_BYTES else ():
            name = name.replace(long, short)
        name = re.sub(r"[^A-Za-z0-9_]", "_", name)[:_NAME_BYTES]
        number = 1
        while name.lower() in {other.lower() for other in names.values()}:
            number += 1
            name = f"{name[: _NAME_BYTES - len(str(number))]}{number}"
        names[column] = name
    return names


def storable(
    frame: pd.DataFrame, table: str, *, encoding: str = CP949, most_bytes: int | None = None
) -> tuple[pd.DataFrame, list[Lost]]:
    """Return a table whose texts an encoding can hold, and what was changed for that.

    Parameters
    ----------
    frame
        The table.
    table
        Its name, for the account.
    encoding
        For example ``"cp949"``, which has no sign for emoji and for rare Hangul written as one sign.
    most_bytes
        Longest text that fits a field of a Shapefile; longer ones are cut at a whole character, and blanks at the end
        are gone.

    Returns
    -------
    table, lost
        The table with ``?`` for each sign that the encoding lacks; one :class:`Lost` for each changed cell.

    Examples
    --------
    >>> frame, lost = storable(pd.DataFrame({"name": ["책방", "책방 📚"]}), "sites")
    >>> frame["name"].tolist(), lost[0].row, lost[0].text
    (['책방', '책방 ?'], 1, '책방 📚')
    """
    changed: dict[str, Any] = {}
    lost: list[Lost] = []
    for column in (str(name) for name in frame.columns if pd.api.types.is_string_dtype(frame[name].dtype)):
        texts = frame[column]
        present = texts[texts.notna()].astype(str)
        fitted = {text: _fitting(text, encoding, most_bytes) for text in present.unique()}
        written = present.map(fitted)
        differs = present[written != present]
        if len(differs):
            changed[column] = texts.where(texts.isna(), written.reindex(texts.index))
            position = frame.index.get_indexer(differs.index)
            lost += [
                Lost(table, int(row), column, text, short)
                for row, text, short in zip(position, differs, written[differs.index], strict=True)
            ]
    return frame.assign(**changed) if changed else frame, lost


def _fitting(text: str, encoding: str, most_bytes: int | None) -> str:
    try:
        coded = text.encode(encoding)
    except UnicodeEncodeError:  # Hangul in parts, as some file systems keep it, is Hangul all the same
        coded = unicodedata.normalize("NFC", text).translate(_PLAINER).encode(encoding, errors="replace")
    if most_bytes is None:
        return coded.decode(encoding)
    # a field of a Shapefile ends at NUL, and blanks fill it up
    return coded.replace(b"\0", b"?")[:most_bytes].decode(encoding, errors="ignore").rstrip(" ")


def write_shp(
    layers: Mapping[str, gpd.GeoDataFrame], folder: Path | str, *, meanings: Mapping[str, Mapping[str, str]]
) -> list[Lost]:
    """Write tables as Shapefiles in cp949, in EPSG:5186 where they are in EPSG:5179 and else in their own CRS, with a field dictionary beside them.

    Field names are cut to ten characters (:func:`short_names`); true and false become 1 and 0; a table with
    polygons, lines and points becomes a file for each kind. ``field_dictionary.csv`` says what every field is.

    Parameters
    ----------
    layers
        Name -> table with geometry.
    folder
        Where to write; made when it is not there.
    meanings
        Name -> column -> Korean meaning, for the dictionary.

    Returns
    -------
    What a Shapefile cannot hold: signs that cp949 lacks, text beyond 254 bytes, blanks at the end of a text. An empty
    text and no text are the same to it, and are not listed.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    folder = Path(folder)
    fields: list[tuple[str, str, str, str]] = []
    lost: list[Lost] = []
    for name, frame in layers.items():
        plain, gone = storable(frame, name, most_bytes=_TEXT_BYTES)
        lost += gone
        short = short_names(str(column) for column in frame.columns if column != frame.geometry.name)
        flags = {column: "int16" for column in short if pd.api.types.is_bool_dtype(frame[column].dtype)}
        parts = _by_kind(
            gpd.GeoDataFrame(plain.astype(flags), geometry=frame.geometry.name).rename(columns=short)
        )
        for suffix, part in parts.items():
            file = folder / f"{name}{suffix}.shp"
            _write_vector(part.to_crs(shapefile_crs(part.crs)), file, driver="ESRI Shapefile", encoding=CP949)
            fields += [
                (file.name, field, column, meanings.get(name, {}).get(column, ""))
                for column, field in short.items()
            ]
    table = pd.DataFrame(fields, columns=["file", "field", "column", "meaning_ko"])
    write_csv(table, folder / "field_dictionary.csv")
    return lost


def write_geojson(frame: gpd.GeoDataFrame, path: Path | str) -> None:
    """Write a table as GeoJSON (RFC 7946): WGS84, eight decimals, outer rings counter-clockwise.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    _write_vector(
        whole(_on_grid(frame.to_crs(CRS_WGS84))),
        path,
        driver="GeoJSON",
        RFC7946="YES",
        WRITE_NAME="NO",
        COORDINATE_PRECISION=str(_GEOJSON_DECIMALS),
    )


def _on_grid(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Round coordinates to what is written, so that polygons are still polygons when they are read.

    Rounded afterwards, a polygon with a thin neck is not valid, and would be written as a collection of polygons and
    lines.
    """
    import shapely

    given = frame.geometry.to_numpy()
    rounded = shapely.set_precision(given, 10.0**-_GEOJSON_DECIMALS)
    gone = shapely.is_empty(rounded) & ~shapely.is_empty(given)
    rounded[gone] = given[gone]
    return frame.set_geometry(gpd.GeoSeries(rounded, index=frame.index, crs=frame.crs))


def write_kml(frame: gpd.GeoDataFrame, path: Path | str, *, name: str, details: Mapping[str, str]) -> None:
    """Write a table as KML, which the map programs of phones open.

    Parameters
    ----------
    frame
        The table.
    path
        Where to write.
    name
        Column with the text on the map.
    details
        Column -> heading, for the text that opens; all other columns are left out.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    from html import escape

    shown = [column for column in details if column in frame]
    lines = [
        "<br>".join(
            f"<b>{escape(details[column])}</b> {escape(_said(row[column]))}"
            for column in shown
            if _said(row[column])
        )
        for row in frame[shown].to_dict("records")
    ]
    plain = gpd.GeoDataFrame(
        {
            "Name": frame[name].fillna("").astype("str"),
            "Description": pd.Series(lines, index=frame.index, dtype="str"),
        },
        geometry=frame.geometry.to_numpy(),
        crs=frame.crs,
    )
    _write_vector(whole(plain.to_crs(CRS_WGS84), unfit=_NOT_XML), path, driver="KML", layer=Path(path).stem)


def _said(value: Any) -> str:  # noqa: ANN401  any cell
    if pd.isna(value):
        return ""
    return f"{value:,.0f}" if isinstance(value, float) else str(value)


def _by_kind(frame: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Split by what a Shapefile can hold: one kind of geometry a file."""
    kind = frame.geometry.geom_type.str.replace("Multi", "", regex=False).str.replace(
        "LinearRing", "LineString"
    )
    kinds = kind.drop_duplicates().tolist()
    if len(kinds) <= 1:
        return {"": frame}
    return {f"_{name.lower()}": gpd.GeoDataFrame(frame.loc[kind == name]) for name in kinds}


def _write_vector(frame: gpd.GeoDataFrame, path: Path | str, *, driver: str, **options: Any) -> None:  # noqa: ANN401
    import pyogrio

    path = Path(path)
    with unwritable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        pyogrio.write_dataframe(
            frame.reset_index(drop=True),
            path,
            driver=driver,
            geometry_type="Unknown" if frame.empty and driver != "ESRI Shapefile" else None,
            **options,
        )
