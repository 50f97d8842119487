"""Published coordinates -> longitude, latitude and what was wrong with them, all rows at once."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.crs import Extent
from sharemap.texts import each
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from sharemap.errors import InputError
    from sharemap.sources.files.raw import RawTable

__all__ = ["BLANKS", "SEOUL_EXTENT", "Coordinates", "degrees", "locate", "numbers", "points_of"]

#: West, south, east and north of a rectangle around Seoul, in degrees.
SEOUL_EXTENT = (126.70, 37.40, 127.25, 37.72)
#: Blanks of all kinds, those without width included.
BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
# after NFKC; a prime may be any of the marks that look like one
_DEGREES = re.compile(
    r"^\s*(?:[NE]|북위|동경)?\s*(?P<degrees>\d{1,3}(?:\.\d+)?)\s*(?:[°º˚도]\s*"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*['′’‘´`분]\s*(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:[\"″”“초]|['′’]{2})?)?)?)?"
    r"\s*[NE]?\s*$"
)
_SIXTY = 60.0
_LARGEST_DEGREE = 360.0


@dataclass(frozen=True, kw_only=True)
class Coordinates:
    """Positions of rows.

    Attributes
    ----------
    x, y
        In the CRS of the study; NaN where there is no position.
    fix
        ``""`` or ``"swapped"``.
    reason
        ``""``, ``"no_coordinates"`` or ``"bad_coordinates"``.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    fix: NDArray[np.object_]
    reason: NDArray[np.object_]


def numbers(text: pd.Series) -> pd.Series:
    """Return text as float64: thousands separators, blanks and full-width digits understood, else NaN.

    Examples
    --------
    >>> numbers(pd.Series(["1,234", " 37.5 ", "", "없음"])).tolist()
    [1234.0, 37.5, nan, nan]
    """
    text = text.astype("str")
    found = _floats(text)
    unread = found.isna() & text.notna()
    if unread.any():
        found = found.mask(unread, _floats(each(text.loc[unread], _bare)))
    return found.replace([np.inf, -np.inf], np.nan)


def _floats(text: pd.Series) -> pd.Series:
    return pd.to_numeric(text, errors="coerce").astype("float64")


def _bare(number: str) -> str:
    return BLANKS.sub("", _composed(number)).replace(",", "")


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def degrees(text: pd.Series) -> pd.Series:
    """Return text as float64, like :func:`numbers`; degrees with their sign, and minutes and seconds, too.

    Examples
    --------
    >>> degrees(pd.Series(["37.5", "37.5°", "N 37.5", "북위 37도 30분 0초", "127°30′36.0″E", "서울"])).tolist()
    [37.5, 37.5, 37.5, 37.5, 127.51, nan]
    """
    plain = numbers(text)
    other = plain.isna() & (text.str.len() > 0)
    if not other.any():
        return plain
    found = each(text.loc[other], _composed).str.extract(_DEGREES)
    parts = found.astype("float64")
    smaller = parts[["minutes", "seconds"]].fillna(0.0)
    whole = parts["degrees"] + smaller["minutes"] / _SIXTY + smaller["seconds"] / _SIXTY**2
    right = (smaller < _SIXTY).all(axis=1)
    return plain.mask(other, whole.where(right).reindex(plain.index))


def locate(
    lat: pd.Series, lon: pd.Series, *, into: CRS | str, places: Extent, crs: str = CRS_WGS84
) -> Coordinates:
    """Return where rows are.

    A pair that lies in Seoul (or at least where the study can have places) only after exchanging its halves is
    exchanged and marked ``"swapped"``. A pair with a blank or zero half has no coordinates; everything else that is
    not where the study can have places is bad.

    Parameters
    ----------
    lat, lon
        Published text of the latitude (or northing) and longitude (or easting).
    into
        The CRS of the study, in which positions are wanted.
    places
        Where positions can be right, see :func:`sharemap.crs.places_of`.
    crs
        CRS of the published numbers.

    Examples
    --------
    >>> from sharemap.crs import Extent
    >>> lat, lon = pd.Series(["37.5", "127.0", "0", "37.5"]), pd.Series(["127.0", "37.5", "0.0", "37.5"])
    >>> found = locate(lat, lon, into="EPSG:5179", places=Extent(124.0, 33.0, 132.0, 39.0))
    >>> found.fix.tolist(), found.reason.tolist()
    (['', 'swapped', '', ''], ['', '', 'no_coordinates', 'bad_coordinates'])
    """
    degree = crs.upper() == CRS_WGS84
    north, east = ((degrees if degree else numbers)(column).to_numpy() for column in (lat, lon))
    blank = [
        (column.str.strip() == "").to_numpy() | (value == 0) for column, value in ((lat, north), (lon, east))
    ]
    seoul = Extent(*SEOUL_EXTENT)
    straight = _to_wgs84(east, north, crs)
    exchanged = _to_wgs84(north, east, crs)
    swapped = ~seoul.holds(*straight) & seoul.holds(*exchanged)
    swapped |= ~places.holds(*straight) & places.holds(*exchanged)
    longitude = np.where(swapped, exchanged[0], straight[0])
    latitude = np.where(swapped, exchanged[1], straight[1])
    good = places.holds(longitude, latitude)
    x, y = _project(np.where(good, longitude, np.nan), np.where(good, latitude, np.nan), CRS_WGS84, into)
    no_pair = blank[0] | blank[1]
    reason = np.select([good, no_pair], ["", "no_coordinates"], "bad_coordinates").astype(object)
    return Coordinates(x=x, y=y, fix=np.where(swapped & good, "swapped", "").astype(object), reason=reason)


def points_of(
    raw: RawTable, x: pd.Series, y: pd.Series, *, crs: CRS | str, error: type[InputError]
) -> gpd.GeoSeries:
    """Return points in a CRS for columns of a table that hold degrees, or metres of that CRS.

    Raises
    ------
    InputError
        The given subclass, if one is no number; names its row.
    """
    import geopandas as gpd

    east, north = numbers(x), numbers(y)
    bad = (east.isna() | north.isna()).to_numpy()
    if bad.any():
        row = int(bad.argmax())
        msg, value = "a coordinate that is no number", f"{x.iloc[row]}, {y.iloc[row]}"
        remedy = "correct it or delete the row"
        raise error(msg, file=raw.file, row=int(raw.rows[row]), value=value, remedy=remedy)
    in_degrees = max(east.abs().max(), north.abs().max()) <= _LARGEST_DEGREE
    points = gpd.points_from_xy(east, north)
    return gpd.GeoSeries(points, crs=CRS_WGS84 if in_degrees else crs).to_crs(crs)


def _to_wgs84(
    east: NDArray[np.float64], north: NDArray[np.float64], crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return (east, north) if crs.upper() == CRS_WGS84 else _project(east, north, crs, CRS_WGS84)


def _project(
    x: NDArray[np.float64], y: NDArray[np.float64], source: str, target: CRS | str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from pyproj import Transformer

    moved = Transformer.from_crs(source, target, always_xy=True).transform(x, y)
    east, north = (np.where(np.isfinite(values), values, np.nan) for values in moved)
    return east, north
