"""Raw table -> rows of a layer: fields, positions, and why a row cannot be a site."""

from __future__ import annotations

import logging
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import Catalog, HoursSpan, Layer, Rule, Source, load, normalised_header
from sharemap.errors import StudyError
from sharemap.sources.around import Where
from sharemap.sources.aside import Aside
from sharemap.sources.coordinates import locate, numbers
from sharemap.sources.files.raw import SERIAL, RawTable
from sharemap.sources.matching import cleaned_text, hits, matched
from sharemap.sources.published import all_headers, read_table
from sharemap.sources.reasons import WAITING
from sharemap.texts import contains, each
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pyproj import CRS

    from sharemap.sources.around import Around
    from sharemap.sources.matching import Candidate

__all__ = ["GEOCODED", "LayerRows", "detect", "placed_layer", "read_sites", "rows_of"]

_LOG = logging.getLogger(__name__)

#: Columns that say how a row got a position that is not published.
GEOCODED = ("geocoded_by", "geocode_confidence", "geocode_match")

_TEXT_FIELDS = (
    "name", "address", "hours", "phone", "operator", "operator_kind", "fee", "kind", "ref_date", "code",
)  # fmt: skip
_TOTALS = frozenset({"합계", "소계", "총계", "계", "총합계", "total"})
_PLANNED = re.compile(
    r"미운영|개소\s*예정|개관\s*예정|개점\s*예정|운영\s*예정|오픈\s*예정|운영\s*중단|운영\s*종료|휴업|폐업"
)
_CLOSED = re.compile(rf"{_PLANNED.pattern}|폐관|폐쇄|폐점")
_NOTE = re.compile(r"^(?:※|\*|(?:주|자료|출처|비고)\s*[):：])")
_TIME_OF_DAY = re.compile(r"\d\s*[:시]")


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
        sheets were read: the file with the sheet, as in ``a.xlsx#중구``), text fields ``name``, ``address``,
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
    """

    layer: Layer
    source: Source
    file: str
    frame: pd.DataFrame
    encoding: str
    aside: Aside = field(default_factory=Aside)
    near: Around | None = None
    crs: CRS = field(default_factory=lambda: Where.at_home().crs)

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

    Raises
    ------
    StudyError
        If the layer or source is unknown, or the layer has no places.
    MissingFileError, SiteFileError
        If the file cannot be read as this layer.
    """
    catalog = catalog or load()
    entry = None if layer is None else placed_layer(layer, catalog, path)
    headers = all_headers(catalog)
    if entry is not None:
        entries = (entry.source(source),) if source else entry.sources
        headers = frozenset(header for one in entries for header in one.headers)
    raw = read_table(path, known=headers, keep=headers, whole=near is None)
    found = matched(raw, entry, source, catalog)
    if entry is None:
        _LOG.info("%s: the layer is %s, by its columns", raw.file.name, found.layer.key)
    return _logged(rows_of(raw, found, ref_date=ref_date, near=near))


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
    return matched(read_table(path, known=headers, keep=headers, whole=False), catalog=catalog)


def rows_of(
    raw: RawTable, match: Candidate, *, ref_date: str | None = None, near: Around | None = None
) -> LayerRows:
    """Read a raw table as the layer and source that it matches; see :func:`read_sites`."""
    where = Where.at_home() if near is None else near.where
    file = unicodedata.normalize("NFC", raw.file.name)
    # what a step makes of all rows at once would outweigh a large file several times
    kept, hashes, aside, read = [], [], Aside(), 0
    for piece in raw.pieces():
        frame = _rows_of_piece(piece, match, ref_date, where)
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
    return LayerRows(
        layer=match.layer,
        source=match.source,
        file=file,
        frame=frame,
        encoding=raw.encoding,
        aside=aside,
        near=near,
        crs=where.crs,
    )


def _settle(frame: pd.DataFrame, near: Around) -> NDArray[np.bool_]:
    """Return which rows are set aside whatever the others say; those too far away get the reason and the distance."""
    x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
    far = near.far(x, y) & (frame["reason"] == "").to_numpy()
    metres = pd.Series(near.apart(x[far], y[far])).round().astype("int64").astype("str") + " m"
    frame.loc[far, "reason"] = "outside_area"
    frame.loc[far, "value"] = metres.to_numpy()
    return ~frame["reason"].isin(["", *WAITING]).to_numpy()


def _rows_of_piece(raw: RawTable, match: Candidate, ref_date: str | None, where: Where) -> pd.DataFrame:
    source, columns, cells = match.source, match.columns, raw.frame
    frame = pd.DataFrame({"row": raw.rows})
    if raw.sheets is not None:
        # rows count from 1 in each sheet, so the sheet is part of where a row stands: a.xlsx#중구
        named = [unicodedata.normalize("NFC", f"{raw.file.name}#{sheet}") for sheet in raw.sheets]
        frame["file"] = pd.Series(named, dtype="str")
    for name in _TEXT_FIELDS:
        prefers = source.name_prefers if name == "name" else ()
        frame[name] = _first_filled(cells, columns.get(name, ()), prefers)
        frame[name] = _meant(frame[name], source.meanings.get(name, {}))
    frame["other_address"] = _other_address(cells, columns.get("address", ()), frame["address"])
    frame["hours"] = frame["hours"].fillna(_hours(cells, source.hours_spans))
    frame["ref_date"] = frame["ref_date"].str.slice(0, 10)
    if ref_date is not None:
        frame["ref_date"] = frame["ref_date"].fillna(ref_date)
    frame["capacity"] = _capacity(cells, columns.get("capacity", ()))
    frame["repeated"] = False
    lat, lon = _pair(raw, columns)
    stated = CRS_WGS84 if raw.lonlat is not None else source.crs
    found = locate(lat, lon, into=where.crs, places=where.places, crs=stated)
    frame["x"], frame["y"] = found.x, found.y
    frame["coord_fix"] = pd.Series(found.fix, dtype="str")
    frame["reason"], frame["value"] = _reasons(frame, cells, found.reason, (lat, lon), (source, columns))
    for column in GEOCODED:
        frame[column] = pd.Series("", index=frame.index, dtype="str")
    frame["name"] = frame["name"].fillna(frame["address"]).fillna(match.layer.name_ko)
    return frame


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


# ------------------------------------------------------------------------------------------- columns


def _first_filled(cells: pd.DataFrame, columns: Sequence[str], prefers: Sequence[str] = ()) -> pd.Series:
    """Return the first filled column in each row; one that holds a preferred word goes before the others."""
    filled = pd.Series(np.nan, index=cells.index, dtype="str")
    cleaned = [cleaned_text(cells[column]) for column in columns]
    if prefers:
        pattern = re.compile("|".join(prefers))
        for column in cleaned:
            filled = filled.fillna(column.where(contains(column, pattern)))
    for column in cleaned:
        filled = filled.fillna(column)
    return filled


def _meant(text: pd.Series, meanings: Mapping[str, str]) -> pd.Series:
    """Return what published values mean, in either case; a value without a known meaning stays as it is."""
    if not meanings:
        return text
    known = {value.upper(): meaning for value, meaning in meanings.items()}
    return each(text, lambda value: known.get(value.upper(), value))


def _other_address(cells: pd.DataFrame, columns: Sequence[str], address: pd.Series) -> pd.Series:
    """Return the first filled address that is not the one already taken."""
    other = pd.Series(np.nan, index=cells.index, dtype="str")
    for column in columns[1:]:
        text = cleaned_text(cells[column])
        other = other.fillna(text.where(text != address))
    return other


def _capacity(cells: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    capacity = pd.Series(np.nan, index=cells.index, dtype="float64")
    for column in columns:
        parts = [numbers(cells[part]) for part in ([column] if column in cells else column.split("+"))]
        capacity = capacity.fillna(pd.concat(parts, axis=1).sum(axis=1, min_count=1))
    return capacity.where(capacity >= 0)


def _pair(raw: RawTable, columns: Mapping[str, tuple[str, ...]]) -> tuple[pd.Series, pd.Series]:
    if raw.lonlat is not None:
        return raw.lonlat["lat"].astype(str), raw.lonlat["lon"].astype(str)
    lat, lon = (_first_filled(raw.frame, columns.get(name, ())).fillna("") for name in ("lat", "lon"))
    return lat, lon


# ------------------------------------------------------------------------------------------- hours


def _hours(cells: pd.DataFrame, spans: Sequence[HoursSpan]) -> pd.Series:
    """Return opening hours of several kinds of day as one text: ``평일 09:00~18:00, 주말 10:00~17:00``."""
    by_header = {normalised_header(name): name for name in reversed(list(cells.columns))}
    merged = pd.Series("", index=cells.index, dtype="str")
    for span in spans:
        opens, closes = (
            _clock(
                _first_filled(
                    cells, [by_header[key] for key in map(normalised_header, aliases) if key in by_header]
                )
            )
            for aliases in (span.opens, span.closes)
        )
        known = opens.notna() & closes.notna() & ~((opens == "00:00") & (closes == "00:00"))
        text = (span.label + " " + opens + "~" + closes).where(known, "")
        merged = merged + text.where((merged == "") | (text == ""), ", " + text)
    return merged.mask(merged == "")


def _clock(text: pd.Series) -> pd.Series:
    """``900``, ``0900``, ``9:00`` and ``09:00:00`` -> ``09:00``; other text stays."""
    digits = text.str.extract(r"^(\d{1,2}):?(\d{2})(?::?\d{2})?$")
    known = digits.notna().all(axis=1)
    return (digits[0].str.zfill(2) + ":" + digits[1]).where(known, text.where(text != "0", "00:00"))


# ------------------------------------------------------------------------------------------- reasons


def _reasons(
    frame: pd.DataFrame,
    cells: pd.DataFrame,
    located: np.ndarray,
    pair: tuple[pd.Series, pd.Series],
    source: tuple[Source, Mapping[str, tuple[str, ...]]],
) -> tuple[pd.Series, pd.Series]:
    """Return the first reason that applies to each row, and the value at fault."""
    reason = pd.Series("", index=frame.index, dtype="str")
    value = pd.Series(np.nan, index=frame.index, dtype="str")

    def apply(mask: pd.Series, key: str, text: pd.Series) -> None:
        nonlocal reason, value
        fresh = mask.to_numpy(dtype=bool) & (reason == "").to_numpy()
        reason = reason.mask(fresh, key)
        value = value.mask(fresh, text)

    blank = frame["name"].isna() & frame["address"].isna() & (located != "")
    rules, columns = source
    # a total is written "합 계" as well; a list put together from several has the header of each
    bare = each(frame["name"], lambda name: name.replace(" ", "").lower())
    headers = {normalised_header(name) for name in columns.get("name", ())}
    note = contains(frame["name"], _NOTE) & frame["address"].isna() & (located != "")
    apply(blank | note | bare.isin(_TOTALS | headers), "not_a_site", frame["name"])
    for rule in rules.rules:
        _apply_rule(rule, cells, apply)
    for name in ("name", "address", "hours", *columns.get("status", ())):
        text = frame[name] if name in frame else cleaned_text(cells[name])
        closed = contains(text, _PLANNED if name == "hours" else _CLOSED)
        if name == "hours":  # "10:00~19:00, 야간 미운영" is open
            closed &= ~contains(text, _TIME_OF_DAY)
        apply(closed, "not_operating", text)
    published = (pair[0] + ", " + pair[1]).where((pair[0] != "") | (pair[1] != ""))
    for key in ("no_coordinates", "bad_coordinates"):
        apply(pd.Series(located == key, index=frame.index), key, published)
    return reason, value


def _apply_rule(rule: Rule, cells: pd.DataFrame, apply: object) -> None:
    wanted = set(map(normalised_header, rule.columns))
    for name in cells.columns:
        if normalised_header(name) in wanted:
            text = cleaned_text(cells[name])
            apply(hits(rule, text.fillna("")), rule.reason, text)  # type: ignore[operator]
