"""Positions in metres: which columns hold them, and in which coordinate system their numbers are.

A column may name its system. Otherwise the numbers are tried: a system fits when positions that are read in it lie
where the list can have any. Systems on the old and on the new ellipsoid have the same numbers, and read as each other
they are some 300 m off; where several fit, nothing is guessed, and whoever knows must say it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sharemap.catalog import normalised_header
from sharemap.errors import SiteFileError
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    #: West, south, east and north in degrees.
    Box = tuple[float, float, float, float]

__all__ = [
    "CrsPair",
    "ListedGrid",
    "ambiguous",
    "bands",
    "fitting",
    "grid_headers",
    "in_degrees",
    "label",
    "pair_of",
]

_LARGEST_DEGREE = 360.0
_WEB = "EPSG:3857"
_ZONE = 6.0
_MOSTLY = 0.5
#: A system that puts less than this share of what the best puts near the study area does not fit.
_RIVAL = 0.25
_NATIONWIDE = 0.9


@dataclass(frozen=True, kw_only=True)
class ListedGrid:
    """A coordinate system in metres; see ``projected.toml``."""

    crs: str
    ko: str = ""
    en: str = ""
    named: bool = False


@dataclass(frozen=True, kw_only=True)
class Country:
    """A country and the systems that its lists are in."""

    extent: Box
    grids: tuple[ListedGrid, ...]


@dataclass(frozen=True, kw_only=True)
class CrsPair:
    """The columns x and y of a table, and the system that their headers name (``""``: none)."""

    x: str
    y: str
    crs: str


@cache
def _facts() -> Mapping[str, object]:
    return tomllib.loads((files("sharemap.sources") / "projected.toml").read_text(encoding="utf-8"))


@cache
def countries() -> tuple[Country, ...]:
    """Return the countries of ``projected.toml``."""
    entries: list[dict[str, list[dict[str, str]]]] = _facts()["country"]  # type: ignore[assignment]
    return tuple(
        Country(extent=tuple(one["extent"]), grids=tuple(ListedGrid(**grid) for grid in one["grid"]))  # type: ignore[arg-type]
        for one in entries
    )


@cache
def _pairs() -> dict[tuple[str, str], str]:
    """Headers x and y, as compared -> the system that they name."""
    found: dict[tuple[str, str], str] = {}
    entries: list[dict[str, list[str]]] = _facts()["pair"]  # type: ignore[assignment]
    endings: list[str] = _facts()["codes"]  # type: ignore[assignment]
    systems = [*(grid.crs for country in countries() for grid in country.grids), _WEB]
    for one in entries:
        for both in zip(one["x"], one["y"], strict=True):
            x, y = map(normalised_header, both)
            found[x, y] = str(one["crs"])
            for crs in systems:
                for ending in endings:
                    text = ending.format(code=crs.removeprefix("EPSG:"))
                    found[x + text, y + text] = crs
    return found


@cache
def grid_headers() -> frozenset[str]:
    """Return the headers of columns that may hold positions in metres, as compared.

    Examples
    --------
    >>> {"좌표정보(x)", "x좌표(epsg5186)"} <= grid_headers()
    True
    """
    return frozenset(header for pair in _pairs() for header in pair)


def pair_of(seen: Mapping[str, str]) -> CrsPair | None:
    """Return the columns of a table that hold positions in metres, those that name their system first.

    Parameters
    ----------
    seen
        Header as compared -> name of the column.

    Examples
    --------
    >>> pair_of({"좌표정보(x)": "좌표정보(X)", "좌표정보(y)": "좌표정보(Y)"})
    CrsPair(x='좌표정보(X)', y='좌표정보(Y)', crs='EPSG:5174')
    >>> pair_of({"x": "X"}) is None
    True
    """
    found = [
        CrsPair(x=seen[x], y=seen[y], crs=crs) for (x, y), crs in _pairs().items() if x in seen and y in seen
    ]
    return min(found, key=lambda pair: not pair.crs, default=None)


@cache
def bands(extent: Box) -> tuple[tuple[str, tuple[float, float], tuple[float, float]], ...]:
    """Return each system of the country of an extent with the northings and the eastings that lie there.

    Degrees come first, with all of the country.

    Examples
    --------
    >>> crs, north, east = bands((126.7, 37.4, 127.25, 37.72))[1]
    >>> crs, [round(value, -3) for value in (*north, *east)]
    ('EPSG:5179', [1933000.0, 1969000.0, 929000.0, 978000.0])
    """
    from pyproj import Transformer

    home = next((one for one in countries() if _meet(one.extent, extent)), None)
    if home is None:
        return ()
    west, south, east, north = home.extent
    found = [(CRS_WGS84, (south, north), (west, east))]
    for crs in (*(grid.crs for grid in home.grids), _WEB):
        x0, y0, x1, y1 = Transformer.from_crs(CRS_WGS84, crs, always_xy=True).transform_bounds(*extent)
        found.append((crs, (y0, y1), (x0, x1)))
    return tuple(found)


def in_degrees(north: NDArray[np.float64], east: NDArray[np.float64]) -> bool:
    """Return whether numbers are meant as degrees: of the pairs that there are, few are beyond them in both halves."""
    known = np.isfinite(north) & np.isfinite(east) & (north != 0) & (east != 0)
    return not known.any() or bool(_beyond(north, east)[known].mean() < _MOSTLY)


def _beyond(north: NDArray[np.float64], east: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.minimum(np.abs(north), np.abs(east)) > _LARGEST_DEGREE


def fitting(north: NDArray[np.float64], east: NDArray[np.float64], extent: Box) -> list[str]:
    """Return the systems in which positions lie in an extent, or mostly in its country; the commonest name first.

    Parameters
    ----------
    north, east
        The numbers; NaN where there is none.
    extent
        Where the study is, in degrees.

    Examples
    --------
    >>> fitting(np.array([451557.655]), np.array([197977.905]), (126.7, 37.4, 127.25, 37.72))
    ['EPSG:5174', 'EPSG:2097', 'EPSG:5181']
    >>> fitting(np.array([1952009.9]), np.array([953892.2]), (126.7, 37.4, 127.25, 37.72))
    ['EPSG:5179']
    """
    known = _beyond(north, east)
    numbers = north[known], east[known]
    if not known.any():
        return []
    home = next((one for one in countries() if _meet(one.extent, extent)), None)
    grids = [*(home.grids if home else ()), *(ListedGrid(crs=crs) for crs in (*_zones(extent), _WEB))]
    shares = {grid: _share(numbers, grid.crs, extent) for grid in grids}
    best = max(shares.values())
    fits = [grid for grid, share in shares.items() if share > 0 and share >= _RIVAL * best]
    if not fits and home:
        fits = [grid for grid in grids if _share(numbers, grid.crs, home.extent) >= _NATIONWIDE]
    plain = [grid for grid in fits if not grid.named]
    return [grid.crs for grid in plain or fits]


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _zones(extent: Box) -> list[str]:
    """Return the UTM zones of an extent and their neighbours: lists reach over the border of a zone."""
    west, south, east, north = extent
    first, last = (int((degrees + 180.0) // _ZONE) for degrees in (west, east))
    half = 326 if south + north >= 0 else 327
    return [f"EPSG:{half}{zone % 60 + 1:02d}" for zone in range(first - 1, last + 2)]


def _share(numbers: tuple[NDArray[np.float64], NDArray[np.float64]], crs: str, box: Box) -> float:
    """Return the share of positions that lie in a box, in the order of the columns or with x and y exchanged."""
    north, east = numbers
    found = [np.mean(_inside(*_degrees(x, y, crs), box)) for x, y in ((east, north), (north, east))]
    return float(max(found))


def _degrees(
    x: NDArray[np.float64], y: NDArray[np.float64], crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(crs, CRS_WGS84, always_xy=True).transform(x, y)
    return np.asarray(lon), np.asarray(lat)


def _inside(lon: NDArray[np.float64], lat: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    west, south, east, north = box
    return (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)


def label(crs: str) -> str:
    """Return a system with what it is called, where that is known.

    Examples
    --------
    >>> label("EPSG:5174")
    'EPSG:5174 (보정 중부원점(베셀): 인허가·지적)'
    """
    known = {grid.crs: grid.ko for country in countries() for grid in country.grids}
    return f"{crs} ({known[crs]})" if known.get(crs) else crs


def ambiguous(
    file: Path,
    numbers: tuple[NDArray[np.float64], NDArray[np.float64]],
    crss: Sequence[str],
    columns: Collection[str],
) -> SiteFileError:
    """Return the refusal of positions that several systems fit; names them and how far apart they put a place."""
    north, east = (values[np.isfinite(values)][:1] for values in numbers)
    spots = [_degrees(east, north, crs) for crs in crss]
    metres = max(_apart(one, other) for one, other in pairwise([*spots, spots[0]]))
    msg = f"the positions are metres of a grid, and {len(crss)} fit that lie up to {metres:,.0f} m apart"
    listed = ", ".join(map(label, crss))
    remedy = f'say which it is, in the study as crs = "{crss[0]}", here with --crs: {listed}'
    value = f"{'/'.join(columns)} {north[0]:,.0f}, {east[0]:,.0f}"
    return SiteFileError(msg, file=file, value=value, remedy=remedy)


def _apart(one: Sequence[NDArray[np.float64]], other: Sequence[NDArray[np.float64]]) -> float:
    from pyproj import Geod

    return float(Geod(ellps="WGS84").inv(one[0], one[1], other[0], other[1])[2].max())
