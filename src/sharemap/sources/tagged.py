"""Sites from OpenStreetMap: elements of an extract that have a layer's tags, as rows of that layer.

They take the way of every published list: fields, positions, folding, and the account of each row. What is said of an
element is in its tags; one that is drawn twice, as a point in its outline, is one site.
"""

from __future__ import annotations

import logging
import pickle
import re
import tempfile
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sharemap.sources.files.raw import RawTable
from sharemap.sources.matching import Candidate
from sharemap.sources.osm.elements import counted, elements
from sharemap.sources.osm.extracts import window_of
from sharemap.sources.sites import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sharemap.catalog import Layer, Source
    from sharemap.sources.around import Around
    from sharemap.sources.osm.elements import Element
    from sharemap.sources.osm.extracts import Box
    from sharemap.sources.osm.tags import TagRule
    from sharemap.sources.sites import LayerRows

__all__ = ["Tagged", "read_tagged"]

_LOG = logging.getLogger(__name__)

_BATCH = 20_000
_SURFACE = 2  # dimensions of a polygon
_EARTH_M = 6_371_000.0
#: Column -> tags, the first that is filled.
_TAGS = {
    "name": ("name", "name:ko", "name:en", "official_name", "short_name", "ref"),
    "capacity": ("capacity",),
    "opening_hours": ("opening_hours",),
    "phone": ("phone", "contact:phone"),
    "operator": ("operator", "network", "brand"),
    "operator_kind": ("operator:type",),
    "fee": ("fee", "internet_access:fee"),
    "kind": ("parking", "library", "community_centre", "shop"),
    "ref_date": ("check_date", "survey:date"),
}
_COLUMNS = ("osm_id", "address", *_TAGS, "lat", "lon", "outside")
_HANGUL = re.compile("[가-힣]")

#: Cells of some elements, and their shapes.
_Batch = tuple[list[tuple[str, ...]], list[bytes | None]]


@dataclass(frozen=True, kw_only=True)
class Tagged:
    """What is taken from an extract as one layer.

    Attributes
    ----------
    layer
        Entry of the catalogue.
    rules
        Conditions on tags of which one must hold.
    ref_date
        Date of the extract, for elements that do not say when they were looked at.
    """

    layer: Layer
    rules: tuple[TagRule, ...]
    ref_date: str | None = None


def read_tagged(
    path: Path | str,
    wanted: Sequence[Tagged],
    source: Source,
    *,
    near: Around | None = None,
) -> list[LayerRows]:
    """Read the elements of some layers from an extract, in one pass.

    Parameters
    ----------
    path
        An ``.osm.pbf``, ``.osm`` or any other file that libosmium reads.
    wanted
        The layers.
    source
        What the catalogue says of OpenStreetMap as a source.
    near
        The study area: elements far from it are only counted, and kept on disk.

    Raises
    ------
    MissingFileError, ExtractError
        If the extract does not exist or is damaged.
    """
    path = Path(path)
    columns = {name: aliases for name, aliases in source.columns.items() if aliases}
    window = (
        None if near is None else window_of(gpd.GeoSeries([shapely.box(*near.bounds)], crs=near.where.crs))
    )
    kept = _collected(path, wanted)
    done = []
    counts = counted(path, [one.rules for one in wanted])
    for one, elements_of_layer, records in zip(wanted, kept, counts, strict=True):
        rows = replace(elements_of_layer.table(path, window), records=records)
        match = Candidate(layer=one.layer, source=source, columns=columns, missing=(), headers=1.0)
        done.append(rows_of(rows, match, ref_date=one.ref_date, near=near))
        said = "%s: %d elements have the tags of the layer %s"
        _LOG.log(
            logging.INFO if done[-1].rows_read else logging.WARNING,
            *(said, path.name, done[-1].rows_read, one.layer.key),
        )
    return done


def _collected(path: Path, wanted: Sequence[Tagged]) -> list[_Kept]:
    kept = [_Kept() for _ in wanted]
    keys = sorted({rule.key for one in wanted for rule in one.rules})
    for element in elements(path, keys):
        for one, store in zip(wanted, kept, strict=True):
            meant = next((rule for rule in one.rules if rule.holds(element.tags.get)), None)
            if meant is not None:
                store.add(element, meant.key)
    return kept


# ------------------------------------------------------------------------------------------- elements on disk


class _Kept:
    """Elements of one layer, on disk, as rows with their shapes: those of a country would fill the memory."""

    def __init__(self) -> None:
        self._cells: list[tuple[str, ...]] = []
        self._shapes: list[bytes | None] = []
        self._starts: list[int] = []
        self._file = cast("BinaryIO", tempfile.TemporaryFile(prefix="sharemap-"))  # noqa: SIM115  kept open
        weakref.finalize(self, self._file.close)

    def add(self, element: Element, key: str) -> None:
        self._cells.append(_cells(element, key))
        self._shapes.append(element.wkb)
        if len(self._cells) >= _BATCH:
            self._write()

    def table(self, path: Path, window: Box | None) -> RawTable:
        """Return the elements as a table that is read in pieces: those outside of a window first, as they come."""
        self._write()
        return RawTable(
            file=path,
            frame=pd.DataFrame(columns=list(_COLUMNS), dtype=str),
            rows=np.empty(0, dtype=np.int64),
            encoding="binary",
            again=lambda: _pieces(self._batches(), path, window),
        )

    def _write(self) -> None:
        if self._cells:
            self._starts.append(self._file.seek(0, 2))
            pickle.dump((self._cells, self._shapes), self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._cells, self._shapes = [], []

    def _batches(self) -> Iterator[_Batch]:
        for start in self._starts:
            self._file.seek(start)
            yield pickle.load(self._file)  # noqa: S301  written a moment ago, to a file without a name


# ------------------------------------------------------------------------------------------- elements to rows


def _cells(element: Element, key: str) -> tuple[str, ...]:
    """Return what an element says, but for its position; one without a name is called by what it is, and its number."""
    tag = element.tags.get
    found = {name: next((text for one in keys if (text := tag(one))), "") for name, keys in _TAGS.items()}
    found["name"] = found["name"] or f"{tag(key)} {element.osm_id}"
    return (element.osm_id, _address(element.tags), *found.values())


def _address(tags: dict[str, str]) -> str:
    """Return an address from its parts: from the large to the small in Korea, else street and number first."""
    if full := tags.get("addr:full"):
        return full
    street, number = tags.get("addr:street", ""), tags.get("addr:housenumber", "")
    town = [tags.get(f"addr:{part}", "") for part in ("province", "city", "district")]
    if not (street or number):
        return ""
    if _HANGUL.search(street or town[1]):
        return " ".join(part for part in (*town, street, number) if part)
    below = " ".join(part for part in (tags.get("addr:postcode", ""), town[1]) if part)
    return ", ".join(part for part in (f"{street} {number}".strip(), below) if part)


def _pieces(batches: Iterator[_Batch], path: Path, window: Box | None) -> Iterator[RawTable]:
    """Yield tables of elements: those outside of a window as they come, then the others, of which two may be one."""
    done, read = 0, 0
    inner, shapes, numbers = [], [], []
    for cells, wkb in batches:
        shape = np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object)
        frame = _frame(cells, shape)
        number = np.arange(read + 1, read + len(frame) + 1)
        read += len(frame)
        far = np.zeros(len(frame), dtype=bool)
        if window is not None:
            far = _outside(shape, window)
            frame.loc[far, "outside"] = _metres(frame.loc[far], window)
        if far.any():
            yield _piece(path, frame.loc[far], number[far], done)
            done += int(far.sum())
        inner.append(frame.loc[~far])
        shapes.append(shape[~far])
        numbers.append(number[~far])
    if not inner:
        yield _piece(path, _frame([], np.empty(0, dtype=object)), np.empty(0, dtype=np.int64), 0)
        return
    frame = pd.concat(inner, ignore_index=True)
    told = _told_once(frame, np.concatenate(shapes))
    number = np.concatenate(numbers)
    for start in range(0, len(told), _BATCH):
        part = slice(start, start + _BATCH)
        yield _piece(path, told.iloc[part], number[part], done + start)


def _piece(path: Path, frame: pd.DataFrame, number: NDArray[np.int64], done: int) -> RawTable:
    return RawTable(
        file=path,
        frame=frame.reset_index(drop=True),
        rows=number,
        encoding="binary",
        hashes=np.arange(done, done + len(frame), dtype=np.int64),  # no element is a copy of another
    )


def _frame(cells: list[tuple[str, ...]], shapes: NDArray[np.object_]) -> pd.DataFrame:
    points = _points(shapes)
    frame = pd.DataFrame(cells, columns=list(_COLUMNS[:-3]), dtype=str)
    for name, numbers in (("lat", shapely.get_y(points)), ("lon", shapely.get_x(points))):
        frame[name] = [repr(float(number)) if np.isfinite(number) else "" for number in numbers]
    return frame.assign(outside="")


def _points(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return where elements are: in the middle of a line, inside a polygon; None where nobody knows."""
    points = shapes.copy()
    dimensions = shapely.get_dimensions(shapes)
    line, surface = dimensions == 1, dimensions == _SURFACE
    points[line] = shapely.line_interpolate_point(shapes[line], 0.5, normalized=True)
    points[surface] = shapely.point_on_surface(shapely.make_valid(shapes[surface]))
    return points


def _outside(shapes: NDArray[np.object_], window: Box) -> NDArray[np.bool_]:
    west, south, east, north = shapely.bounds(shapes).T
    return np.asarray((west > window[2]) | (east < window[0]) | (south > window[3]) | (north < window[1]))


def _metres(frame: pd.DataFrame, window: Box) -> list[str]:
    """Return how far elements are from the nearest point of a window, as it is said: on a globe, as the crow flies."""
    lon, lat = (frame[name].astype("float64").to_numpy() for name in ("lon", "lat"))
    near = np.radians(np.clip(lat, window[1], window[3]))
    east = np.minimum(np.mod(window[0] - lon, 360.0), np.mod(lon - window[2], 360.0))
    east = np.radians(np.where((window[0] <= lon) & (lon <= window[2]), 0.0, east))
    half = (
        np.sin((np.radians(lat) - near) / 2) ** 2
        + np.cos(near) * np.cos(np.radians(lat)) * np.sin(east / 2) ** 2
    )
    return [f"{metres:.0f} m" for metres in 2 * _EARTH_M * np.arcsin(np.sqrt(half))]


def _told_once(frame: pd.DataFrame, shapes: NDArray[np.object_]) -> pd.DataFrame:
    """Give elements that stand in the outline of another one of their layer its number and name: they are one site.

    Two names are two sites. An outline without a name has that of what stands in it, if there is one only.
    """
    name, code = (frame[column].to_numpy(dtype=object) for column in ("name", "osm_id"))
    own = ["" if name.endswith(f" {code}") else name for name, code in zip(name, code, strict=True)]
    within = _within(shapes)
    heard: dict[int, set[str]] = {}
    for at, outlines in within.items():
        for outline in outlines:
            heard.setdefault(outline, set()).update({own[at]} - {""})
    of = [
        own[at] or (next(iter(found)) if len(found := heard.get(at, set())) == 1 else None)
        for at in range(len(own))
    ]
    said, told = name.copy(), code.copy()
    for at, outlines in within.items():
        whole = next((one for one in outlines if own[at] in ("", of[one])), None)
        if whole is not None:
            told[at] = code[whole]
            said[at] = said[whole] = of[whole] or name[whole]
    return frame.assign(name=said, osm_id=told)


def _within(shapes: NDArray[np.object_]) -> dict[int, list[int]]:
    """Return the larger polygons in which the point of an element lies, the largest first."""
    surfaces = np.flatnonzero(shapely.get_dimensions(shapes) == _SURFACE)
    valid = shapely.make_valid(shapes[surfaces])
    size = np.zeros(len(shapes))
    size[surfaces] = shapely.area(valid)
    point, polygon = shapely.STRtree(valid).query(_points(shapes), predicate="intersects")
    outline = surfaces[polygon]
    larger = (size[outline] > size[point]) | ((size[outline] == size[point]) & (outline > point))
    found: dict[int, list[int]] = {}
    for at in np.lexsort((-outline, -size[outline])):
        if larger[at]:
            found.setdefault(int(point[at]), []).append(int(outline[at]))
    return found
