"""Raw table -> rows of a layer: fields, positions, and why a row cannot be a site."""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import Catalog, HoursSpan, Layer, Rule, Source, load, normalised_header
from sharemap.errors import SiteFileError, StudyError
from sharemap.sources.coordinates import locate, numbers
from sharemap.sources.tables import RawTable, read_table
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["GEOCODED", "LayerRows", "read_sites", "rows_of"]

_LOG = logging.getLogger(__name__)

#: Columns that say how a row got a position that is not published.
GEOCODED = ("geocoded_by", "geocode_confidence", "geocode_match")

_TEXT_FIELDS = (
    "name", "address", "hours", "phone", "operator", "operator_kind", "fee", "kind", "ref_date", "code",
)  # fmt: skip
_TOTALS = frozenset({"합계", "소계", "총계", "계", "총합계", "total"})
_PLANNED = (
    r"미운영|개소\s*예정|개관\s*예정|개점\s*예정|운영\s*예정|오픈\s*예정|운영\s*중단|운영\s*종료|휴업|폐업"
)
_CLOSED = rf"{_PLANNED}|폐관|폐쇄|폐점"
_TIME_OF_DAY = r"\d\s*[:시]"
_SERIAL = frozenset({"연번", "순번", "번호", "no", "no.", "num"})
_LATITUDES = (33.0, 39.0)
_LONGITUDES = (124.0, 132.0)
_MOSTLY = 0.5


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
        One row for each row read: ``row`` (as a spreadsheet shows it), text fields ``name``, ``address``,
        ``hours``, ``phone``, ``operator``, ``operator_kind``, ``fee``, ``kind``, ``ref_date``, ``code`` (NaN when
        blank), ``capacity`` (float), ``other_address`` (a second published address of the row: many files hold the
        road and the lot address),
        ``repeated`` (an exact copy of an earlier row), ``x``, ``y`` (EPSG:5179), ``coord_fix``, ``reason``
        (``""`` or a key of :data:`sharemap.sources.reasons.REASONS`), ``value`` (what is at fault), and
        ``geocoded_by``, ``geocode_confidence``, ``geocode_match`` (``""`` while coordinates are the published ones).
    encoding
        Encoding of the file.
    """

    layer: Layer
    source: Source
    file: str
    frame: pd.DataFrame
    encoding: str

    @property
    def rows_read(self) -> int:
        """How many rows the file holds."""
        return len(self.frame)


def read_sites(
    path: Path | str,
    *,
    layer: str | Layer,
    source: str | None = None,
    ref_date: str | None = None,
    catalog: Catalog | None = None,
) -> LayerRows:
    """Read a published file as a layer.

    Parameters
    ----------
    path
        The file, in any format of :func:`sharemap.sources.tables.read_table`.
    layer
        Key of the layer, or a layer of the study's own.
    source
        Key of the layer's source entry; the one whose columns fit best if not given.
    ref_date
        Reference date of rows that do not state one.
    catalog
        The catalogue in use; the one that ships with sharemap if not given.

    Raises
    ------
    StudyError
        If the layer or source is unknown, or the layer has no places.
    MissingFileError, SiteFileError
        If the file cannot be read as this layer.
    """
    entry = layer if isinstance(layer, Layer) else (catalog or load()).layer(layer)
    if not entry.points:
        msg = "the layer has no places; it is known by area only"
        raise StudyError(
            msg, file=path, column="layer", value=entry.key, remedy="remove the file from the study"
        )
    candidates = (entry.source(source),) if source else entry.sources
    known = frozenset(header for candidate in candidates for header in candidate.headers)
    raw = read_table(path, known=known)
    rows = rows_of(raw, layer=entry, sources=candidates, ref_date=ref_date)
    aside = int((rows.frame["reason"] != "").sum())
    _LOG.info(
        "%s: %s as %s: %d rows, %d set aside", rows.file, entry.key, rows.source.key, rows.rows_read, aside
    )
    return rows


def rows_of(
    raw: RawTable, *, layer: Layer, sources: Sequence[Source] | None = None, ref_date: str | None = None
) -> LayerRows:
    """Read a raw table as a layer; see :func:`read_sites`."""
    source, columns = _best_source(raw, sources or layer.sources, layer)
    frame = pd.DataFrame({"row": raw.rows})
    cells = raw.frame
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
    serial = [name for name in cells.columns if normalised_header(name) in _SERIAL]
    frame["repeated"] = cells.drop(columns=serial).duplicated().to_numpy()
    lat, lon = _pair(raw, columns)
    found = locate(lat, lon, crs=CRS_WGS84 if raw.lonlat is not None else source.crs)
    frame["x"], frame["y"] = found.x, found.y
    frame["coord_fix"] = pd.Series(found.fix, dtype="str")
    frame["reason"], frame["value"] = _reasons(frame, cells, found.reason, (lat, lon), (source, columns))
    for column in GEOCODED:
        frame[column] = pd.Series("", index=frame.index, dtype="str")
    frame["name"] = frame["name"].fillna(frame["address"]).fillna(layer.name_ko)
    name = unicodedata.normalize("NFC", raw.file.name)
    return LayerRows(layer=layer, source=source, file=name, frame=frame, encoding=raw.encoding)


# ------------------------------------------------------------------------------------------- columns


def _best_source(
    raw: RawTable, sources: Sequence[Source], layer: Layer
) -> tuple[Source, Mapping[str, tuple[str, ...]]]:
    """Return the source most of whose fields are found; the earlier one of equals."""
    seen = {normalised_header(name): name for name in reversed(list(raw.frame.columns))}
    matched = [_match(source, seen) for source in sources]
    best = max(range(len(sources)), key=lambda i: (_fit(sources[i], matched[i], raw), -i))
    source, columns = sources[best], matched[best]
    missing = _missing(source, columns, raw)
    if missing:
        wanted = {name: list(source.columns.get(name, ()))[:4] for name in missing}
        listed = "; ".join(f"{name}: {', '.join(aliases)}" for name, aliases in wanted.items())
        msg = f"no column for the {' and the '.join(missing)} of the layer {layer.key}"
        raise SiteFileError(
            msg,
            file=raw.file,
            row=raw.header_rows[-1] if raw.header_rows else None,
            value=", ".join(raw.frame.columns),
            remedy=f"name the columns like one of these ({listed})",
        )
    return source, columns


def _match(source: Source, seen: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    matched = {}
    for name, aliases in source.columns.items():
        columns = []
        for alias in aliases:
            parts = [seen.get(normalised_header(part)) for part in alias.split("+")]
            if all(part is not None for part in parts):
                columns.append("+".join(str(part) for part in parts))
        if columns:
            matched[name] = tuple(dict.fromkeys(columns))
    return matched


def _fit(source: Source, columns: Mapping[str, tuple[str, ...]], raw: RawTable) -> tuple[bool, int, int]:
    return (
        not _missing(source, columns, raw),
        len(columns),
        sum(map(len, columns.values())),
    )


def _missing(source: Source, columns: Mapping[str, tuple[str, ...]], raw: RawTable) -> list[str]:
    missing = [] if "name" in columns else ["name"]
    if raw.lonlat is not None:
        return missing
    pair = [name for name in ("lat", "lon") if name not in columns]
    excused = (
        "address" in columns and len(pair) > 1 and (source.address_only or not _looks_located(raw.frame))
    )
    return missing if excused else missing + pair


def _looks_located(cells: pd.DataFrame) -> bool:
    """Whether some column holds what could be latitudes and another longitudes, whatever they are called."""
    head = cells.head(200)

    def holds(low: float, high: float) -> bool:
        return any(numbers(head[name]).between(low, high).mean() > _MOSTLY for name in head.columns)

    return holds(*_LATITUDES) and holds(*_LONGITUDES)


def _clean(column: pd.Series) -> pd.Series:
    """Cells without outer blanks and line breaks; NaN when nothing is left."""
    text = column.astype("str").str.normalize("NFC").str.replace(r"[\s\u3000\u200b\ufeff]+", " ", regex=True)
    text = text.str.strip()
    return text.mask(text.isin(("", "-", "null", "NULL", "None", "nan", "N/A")))


def _first_filled(cells: pd.DataFrame, columns: Sequence[str], prefers: Sequence[str] = ()) -> pd.Series:
    """Return the first filled column in each row; one that holds a preferred word goes before the others."""
    filled = pd.Series(np.nan, index=cells.index, dtype="str")
    cleaned = [_clean(cells[column]) for column in columns]
    if prefers:
        pattern = "|".join(prefers)
        for column in cleaned:
            filled = filled.fillna(column.where(column.str.contains(pattern, regex=True, na=False)))
    for column in cleaned:
        filled = filled.fillna(column)
    return filled


def _meant(text: pd.Series, meanings: Mapping[str, str]) -> pd.Series:
    """Return what published values mean, in either case; a value without a known meaning stays as it is."""
    if not meanings:
        return text
    known = {value.upper(): meaning for value, meaning in meanings.items()}
    return text.str.upper().map(known).astype("str").fillna(text)


def _other_address(cells: pd.DataFrame, columns: Sequence[str], address: pd.Series) -> pd.Series:
    """Return the first filled address that is not the one already taken."""
    other = pd.Series(np.nan, index=cells.index, dtype="str")
    for column in columns[1:]:
        text = _clean(cells[column])
        other = other.fillna(text.where(text != address))
    return other


def _capacity(cells: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    capacity = pd.Series(np.nan, index=cells.index, dtype="float64")
    for column in columns:
        parts = (
            [numbers(cells[part]) for part in column.split("+")]
            if column not in cells
            else [numbers(cells[column])]
        )
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
    apply(blank | frame["name"].isin(_TOTALS), "not_a_site", frame["name"])
    rules, columns = source
    for rule in rules.rules:
        _apply_rule(rule, cells, apply)
    for name in ("name", "address", "hours", *columns.get("status", ())):
        text = frame[name] if name in frame else _clean(cells[name])
        closed = text.str.contains(_PLANNED if name == "hours" else _CLOSED, regex=True, na=False)
        if name == "hours":  # "10:00~19:00, 야간 미운영" is open
            closed &= ~text.str.contains(_TIME_OF_DAY, regex=True, na=False)
        apply(closed, "not_operating", text)
    published = (pair[0] + ", " + pair[1]).where((pair[0] != "") | (pair[1] != ""))
    for key in ("no_coordinates", "bad_coordinates"):
        apply(pd.Series(located == key, index=frame.index), key, published)
    return reason, value


def _apply_rule(rule: Rule, cells: pd.DataFrame, apply: object) -> None:
    wanted = set(map(normalised_header, rule.columns))
    for name in cells.columns:
        if normalised_header(name) in wanted:
            text = _clean(cells[name])
            apply(_hits(rule, text.fillna("")), rule.reason, text)  # type: ignore[operator]


def _hits(rule: Rule, text: pd.Series) -> pd.Series:
    hits = text.isin(rule.equals) | text.str.startswith(rule.starts or ("\0",))
    for word in rule.contains:
        hits |= text.str.contains(word, regex=False)
    if rule.only:
        lacking = pd.Series(True, index=text.index)
        for word in rule.only:
            lacking &= ~text.str.contains(word, regex=False)
        hits |= lacking
    return hits
