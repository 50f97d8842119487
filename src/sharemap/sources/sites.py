"""Raw table -> rows of a layer: fields, positions, and why a row cannot be a site."""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import Catalog, Layer, Source, kind_headers, load, normalised_header
from sharemap.errors import StudyError
from sharemap.sources.around import Where
from sharemap.sources.aside import Aside
from sharemap.sources.coordinates import SEOUL_EXTENT, locate
from sharemap.sources.doubtful import warn_of_positions
from sharemap.sources.files.raw import SERIAL, RawTable
from sharemap.sources.judging import reasons_of
from sharemap.sources.matching import matched
from sharemap.sources.projected import grid_headers
from sharemap.sources.published import all_headers, read_table
from sharemap.sources.reasons import WAITING
from sharemap.sources.row_cells import capacity_of, first_filled, hours_of, meant, other_address
from sharemap.sources.row_choice import Kinds, not_chosen, nothing_chosen, refuse_unknown_columns
from sharemap.sources.which_crs import with_crs
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pyproj import CRS

    from sharemap.sources.around import Around
    from sharemap.sources.matching import Candidate
    from sharemap.sources.row_choice import Mix, Only

__all__ = ["GEOCODED", "LayerRows", "detect", "kept_headers", "placed_layer", "read_sites", "rows_of"]

_LOG = logging.getLogger(__name__)

#: Columns that say how a row got a position that is not published.
GEOCODED = ("geocoded_by", "geocode_confidence", "geocode_match")

_LISTED = 8
_TEXT_FIELDS = (
    "name", "address", "hours", "phone", "operator", "operator_kind", "fee", "kind", "ref_date", "code",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LayerRows:
    """The rows of one file, read as one layer.

    Attributes
    ----------
    layer, source
        Entries of the catalogue.
    file
        Name of the file.
    frame
        One row for each row read and not in `aside`: ``at`` (which row read it is, from 0), ``row`` (as a spreadsheet shows it), ``file`` (only when several
        sheets were read: the file with the sheet, as in ``a.xlsx#중구``), ``part`` (only of a map file with features of
        several points: which point of its feature it is, from 0), text fields ``name``, ``address``,
        ``hours``, ``phone``, ``operator``, ``operator_kind``, ``fee``, ``kind``, ``ref_date``, ``code`` (NaN when
        blank), ``capacity`` (float), ``other_address`` (a second published address of the row: many files hold the
        road and the lot address),
        ``repeated`` (an exact copy of an earlier row), ``x``, ``y`` (in `crs`), ``coord_fix``, ``reason``
        (``""`` or a key of :data:`sharemap.sources.reasons.REASONS`), ``value`` (what is at fault), and
        ``geocoded_by``, ``geocode_confidence``, ``geocode_match`` (``""`` while coordinates are the published ones).
    encoding
        Encoding of the file.
    aside
        Rows that are not in `frame` because they are set aside whatever the others say.
    near
        The area for which `frame` suffices; None when it holds all rows.
    crs
        What ``x`` and ``y`` are in.
    mix
        What the file says of several services in it; None when it is of one, or the rows were chosen.
    longer
        Rows that have more cells than the header.
    counted
        How many rows the file holds, counted by another way than they were read; None when nobody counted.
    """

    layer: Layer
    source: Source
    file: str
    frame: pd.DataFrame
    encoding: str
    aside: Aside = field(default_factory=Aside)
    near: Around | None = None
    crs: CRS = field(default_factory=lambda: Where.at_home().crs)
    mix: Mix | None = None
    longer: tuple[int, ...] = ()
    counted: int | None = None

    @property
    def rows_read(self) -> int:
        """How many rows the file holds."""
        return len(self.frame) + len(self.aside)


def read_sites(  # noqa: PLR0913  each optional but one
    path: Path | str,
    *,
    layer: str | Layer | None = None,
    source: str | None = None,
    ref_date: str | None = None,
    catalog: Catalog | None = None,
    near: Around | None = None,
    sheet: str | None = None,
    only: Only | None = None,
    crs: str | None = None,
) -> LayerRows:
    """Read a published file as a layer.

    Parameters
    ----------
    path
        The file, in any format of :func:`sharemap.sources.published.read_table`.
    layer
        Key of the layer, or a layer of the study's own; if not given it is detected, see :func:`detect`.
    source
        Key of the layer's source entry; the one whose columns fit best if not given. Needed only when the
        file looks like the publication of another layer and is not.
    ref_date
        Reference date of rows that do not state one.
    catalog
        The catalogue in use; the one that ships with sharemap if not given.
    near
        The study area: rows that lie far from it, and rows that no other row can save, are only counted and kept on
        disk (`aside`). Memory then does not grow with them. Positions are in its CRS, and only what can belong to it is
        one. Without it the file is taken for a list of Korea, in EPSG:5179.
    sheet
        Sheet of a workbook, or layer of a map file; found by its columns if not given.
    only
        Column -> values of the rows that are meant; the others are set aside.
    crs
        Coordinate system of the numbers; by the columns or the numbers themselves if not given.

    Raises
    ------
    StudyError
        If the layer or source is unknown, the layer has no places, or `only` names no column or chooses no row.
    MissingFileError, SiteFileError
        If the file cannot be read as this layer.
    """
    catalog = catalog or load()
    entry = None if layer is None else placed_layer(layer, catalog, path)
    headers = all_headers(catalog)
    if entry is not None:
        entries = (entry.source(source),) if source else entry.sources
        headers = frozenset(header for one in entries for header in one.headers)
    only = only or {}
    keep = kept_headers(headers) | {normalised_header(name) for name in only}
    raw = read_table(path, known=headers, keep=keep, whole=near is None, sheet=sheet, crs=crs)
    refuse_unknown_columns(raw, only)
    extent = SEOUL_EXTENT if near is None else near.extent
    found = with_crs(raw, matched(raw, entry, source, catalog), extent=extent, crs=crs)
    if entry is None:
        _LOG.info("%s: the layer is %s, by its columns", raw.file.name, found.layer.key)
    return _logged(rows_of(raw, found, ref_date=ref_date, near=near, only=only, catalog=catalog))


def placed_layer(layer: str | Layer, catalog: Catalog, file: Path | str) -> Layer:
    """Return a layer of places, by its key or as it is.

    Raises
    ------
    StudyError
        If there is no such layer, or it is known by area only.
    """
    entry = catalog.layer(layer) if isinstance(layer, str) else layer
    if not entry.points:
        msg = "the layer has no places; it is known by area only"
        remedy = "remove the file from the study"
        raise StudyError(msg, file=file, column="layer", value=entry.key, remedy=remedy)
    return entry


def _logged(rows: LayerRows) -> LayerRows:
    if rows.longer:
        lines = ", ".join(map(str, rows.longer[:_LISTED])) + (" ..." if len(rows.longer) > _LISTED else "")
        aside = sum(part["reason"].eq("shifted_cells").sum() for part in (rows.frame, *rows.aside.parts()))
        facts = {"file": rows.file, "rows": len(rows.longer), "lines": lines, "aside": int(aside)}
        said = "%(file)s: %(rows)d rows have more cells than the header (line %(lines)s); %(aside)d of them are set aside"
        _LOG.warning(said, facts, extra={"term": "warn_longer_rows"})
    if rows.mix is not None:
        values = ", ".join(f"{one.value} {one.rows}" for one in rows.mix.named[:_LISTED])
        facts = {"file": rows.file, "column": rows.mix.column, "values": values, "layer": rows.layer.key}
        said = "%(file)s: its column '%(column)s' names several services (%(values)s); all rows are read as %(layer)s: "
        _LOG.warning(said + "choose some by `only`", facts, extra={"term": "warn_mixed_services"})
    warn_of_positions(rows.frame, rows.crs, rows.file)
    aside = int((rows.frame["reason"] != "").sum()) + len(rows.aside)
    key = rows.layer.key
    _LOG.info("%s: %s as %s: %d rows, %d set aside", rows.file, key, rows.source.key, rows.rows_read, aside)
    return rows


def detect(path: Path | str, *, catalog: Catalog | None = None) -> Candidate:
    """Return which layer a published file is of, and the evidence.

    Raises
    ------
    MissingFileError
        If there is no such file.
    SiteFileError
        If it cannot be read, or no layer, or more than one, fits clearly; names the candidates.
    """
    headers = all_headers(catalog or load())
    return matched(read_table(path, known=headers, keep=kept_headers(headers), whole=False), catalog=catalog)


def kept_headers(headers: frozenset[str]) -> frozenset[str]:
    """Return the headers of the columns of a list that are looked at, those of some sources among them."""
    return headers | kind_headers() | grid_headers()


def rows_of(  # noqa: PLR0913  each optional but two
    raw: RawTable,
    match: Candidate,
    *,
    ref_date: str | None = None,
    near: Around | None = None,
    only: Only | None = None,
    catalog: Catalog | None = None,
) -> LayerRows:
    """Read a raw table as the layer and source that it matches; see :func:`read_sites`."""
    where = Where.at_home() if near is None else near.where
    file = unicodedata.normalize("NFC", raw.file.name)
    # what a step makes of all rows at once would outweigh a large file several times
    kept, hashes, aside, read = [], [], Aside(), 0
    kinds, longer, chosen, records = Kinds(match, raw.columns), _Longer(), 0, raw.above
    for piece in raw.pieces():
        kinds.add(piece.frame)
        longer.add(piece)
        records += len(piece.rows) if piece.parts is None else int((piece.parts == 0).sum())
        frame = _rows_of_piece(piece, match, ref_date, (where, only or {}))
        chosen += int((frame["reason"] != "not_chosen").sum())
        frame.insert(0, "at", np.arange(read, read + len(frame)))
        read += len(frame)
        settled = np.zeros(len(frame), dtype=bool) if near is None else _settle(frame, near)
        if settled.any():
            aside.add(frame.loc[settled].assign(file=frame.get("file", file)))
            frame = frame.loc[~settled]
        kept.append(frame)
        hashes.append(piece.hashes[~settled] if piece.hashes is not None else None)
    frame = pd.concat(kept, ignore_index=True)
    frame["repeated"] = _repeated(raw, frame, hashes)
    if only and not chosen:
        raise nothing_chosen(raw, only)
    unread = 0 if raw.unread is None else len(raw.unread)
    if raw.unread is not None:
        aside.add(_unread(raw.unread, file, read))
    records += unread
    _hold_against(raw, records)
    return LayerRows(
        layer=match.layer,
        source=match.source,
        file=file,
        frame=frame,
        encoding=raw.encoding,
        aside=aside,
        near=near,
        crs=where.crs,
        mix=None if only else kinds.mix(catalog or load()),
        longer=tuple(longer.rows),
        counted=None if raw.records is None else raw.records - records + read + unread,
    )


def _hold_against(raw: RawTable, records: int) -> None:
    """Say it when what was read is not what the file holds."""
    if raw.records is not None and raw.records != records:
        facts = {"file": raw.file.name, "read": records, "held": raw.records}
        said = "%(file)s: %(read)d records were read, and the file holds %(held)d: do not trust its counts"
        _LOG.warning(said, facts, extra={"term": "warn_record_count"})


class _Longer:
    """The rows that have more cells than the header, counted and the first of them."""

    def __init__(self) -> None:
        self.rows: list[int] = []

    def add(self, piece: RawTable) -> None:
        if piece.longer is not None:
            self.rows += piece.rows[piece.longer > 0].tolist()


def _unread(rows: pd.DataFrame, file: str, read: int) -> pd.DataFrame:
    """Return the rows of sheets and layers that are not read, as rows set aside below all others."""
    return pd.DataFrame(
        {
            "at": np.arange(read, read + len(rows)),
            "row": rows["row"],
            "file": unicodedata.normalize("NFC", file) + "#" + rows["sheet"],
            "name": rows["text"],
            "address": None,
            "reason": "other_table",
            "value": rows["sheet"],
        }
    )


def _settle(frame: pd.DataFrame, near: Around) -> NDArray[np.bool_]:
    """Return which rows are set aside whatever the others say; those too far away get the reason and the distance."""
    x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
    far = near.far(x, y) & (frame["reason"] == "").to_numpy()
    metres = pd.Series(near.apart(x[far], y[far])).round().astype("int64").astype("str") + " m"
    frame.loc[far, "reason"] = "outside_area"
    frame.loc[far, "value"] = metres.to_numpy()
    return ~frame["reason"].isin(["", *WAITING]).to_numpy()


def _rows_of_piece(
    raw: RawTable, match: Candidate, ref_date: str | None, wanted: tuple[Where, Only]
) -> pd.DataFrame:
    where, only = wanted
    source, columns, cells = match.source, match.columns, raw.frame
    frame = pd.DataFrame({"row": raw.rows})
    if raw.sheets is not None:
        # rows count from 1 in each sheet, so the sheet is part of where a row stands: a.xlsx#중구
        named = [unicodedata.normalize("NFC", f"{raw.file.name}#{sheet}") for sheet in raw.sheets]
        frame["file"] = pd.Series(named, dtype="str")
    if raw.parts is not None:
        frame["part"] = raw.parts
    for name in _TEXT_FIELDS:
        prefers = source.name_prefers if name == "name" else ()
        frame[name] = first_filled(cells, columns.get(name, ()), prefers)
        frame[name] = meant(frame[name], source.meanings.get(name, {}))
    frame["other_address"] = other_address(cells, columns.get("address", ()), frame["address"])
    frame["hours"] = frame["hours"].fillna(hours_of(cells, source.hours_spans))
    frame["ref_date"] = frame["ref_date"].str.slice(0, 10)
    if ref_date is not None:
        frame["ref_date"] = frame["ref_date"].fillna(ref_date)
    frame["capacity"] = capacity_of(cells, columns.get("capacity", ()))
    frame["repeated"] = False
    lat, lon = _pair(raw, columns)
    stated = CRS_WGS84 if raw.lonlat is not None else match.crs
    found = locate(lat, lon, into=where.crs, places=where.places, crs=stated)
    frame["x"], frame["y"] = found.x, found.y
    frame["coord_fix"] = pd.Series(found.fix, dtype="str")
    frame["reason"], frame["value"] = reasons_of(
        *(frame, cells, (found.reason, lat, lon), (source, columns)),
        first=[("not_chosen", *not_chosen(cells, only)), _slipped(raw, found.reason)],
    )
    for column in GEOCODED:
        frame[column] = pd.Series("", index=frame.index, dtype="str")
    frame["name"] = frame["name"].fillna(frame["address"]).fillna(match.layer.name_ko)
    return frame


def _slipped(raw: RawTable, located: NDArray[np.object_]) -> tuple[str, pd.Series, pd.Series]:
    """Rows with more cells than the header and no position: which of their cells is what, nobody can tell.

    With a position in its place what stands before it has not slipped.
    """
    index = raw.frame.index
    if raw.longer is None:
        return "shifted_cells", pd.Series(False, index=index), pd.Series("", index=index, dtype="str")
    cells = pd.Series(raw.longer, index=index)
    return "shifted_cells", (cells > 0) & (located != ""), cells.astype("str") + f" > {raw.width}"


def _repeated(
    raw: RawTable, frame: pd.DataFrame, hashes: Sequence[NDArray[np.int64] | None]
) -> NDArray[np.bool_]:
    """Return which of the rows that are kept are exact copies of earlier ones; copies share the end of the first."""
    known = [part for part in hashes if part is not None]
    if known:
        compared = frame.drop(columns=["at", "row"]).assign(hash=np.concatenate(known))
        likely = compared["hash"].duplicated(keep=False).to_numpy()
        found = np.zeros(len(frame), dtype=bool)
        found[likely] = compared.loc[likely].duplicated().to_numpy()
        return found
    if raw.repeated is not None and raw.sheets is None:
        return raw.repeated[frame["at"]]
    serial = [name for name in raw.frame.columns if normalised_header(name) in SERIAL]
    copies: NDArray[np.bool_] = raw.frame.drop(columns=serial).duplicated().to_numpy()
    return copies[frame["at"]]


def _pair(raw: RawTable, columns: Mapping[str, tuple[str, ...]]) -> tuple[pd.Series, pd.Series]:
    if raw.lonlat is not None:
        return raw.lonlat["lat"].astype(str), raw.lonlat["lon"].astype(str)
    lat, lon = (first_filled(raw.frame, columns.get(name, ())).fillna("") for name in ("lat", "lon"))
    return lat, lon
