"""Columns of a raw table -> fields of a layer's source, and which layer a table is of.

A header tells the more, the fewer services know it: ``위도`` says nothing, ``대여소번호`` says bike share. So each
matched column weighs one part of the layers that know its header. Two things in the rows count too: words in
the names (``공구``), and the rows that the rules of a source would leave.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import Catalog, Layer, Rule, Source, load, normalised_header
from sharemap.errors import SiteFileError
from sharemap.sources.coordinates import BLANKS, SEOUL_EXTENT, numbers
from sharemap.sources.projected import bands, label, pair_of
from sharemap.texts import contains, each
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sharemap.sources.files.raw import RawTable

__all__ = ["Candidate", "cleaned_text", "hits", "matched", "rank"]

_HANGUL = re.compile("[가-힣]")
_PAIR = re.compile(
    r"(?<!\d)3[3-8]\.\d{3,}[^\d.]{1,12}12[4-9]\.\d{3}|(?<!\d)1(?:2[4-9]|3[01])\.\d{3,}[^\d.]{1,12}3[3-8]\.\d{3}"
)
#: What names no column: a number with decimals.
_VALUE = re.compile(r"-?\d+\.\d{2,}")
_MOSTLY = 0.5
_HEAD = 200
_SAMPLED = 1_000
_WORDS_WEIGH = 2.0
#: Below this nothing but columns that any list has was found.
_WEAK = 0.6
#: The best candidate must be this much better than the next.
_CLEAR = 1.3
# a layer that a user names is doubted only when another one fits beyond doubt
_BEYOND_DOUBT = 2.0
_FAR_BETTER = 3.0
_NAMED = 4
_NOTHING = frozenset({"", "-", "null", "NULL", "None", "nan", "N/A"})


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """How well a table fits a source of a layer.

    Attributes
    ----------
    layer, source
        Entries of the catalogue.
    columns
        Field -> columns that were found for it.
    missing
        Fields without which it cannot be read as this layer.
    headers, words, kept
        The evidence: weight of the headers; share of rows whose name or kind holds a word of the layer; share
        of rows that the rules of the source keep.
    crs, crs_by
        Coordinate system of the positions, and what tells it: ``source``, ``columns``, ``numbers`` or ``study``, see
        :func:`sharemap.sources.which_crs.with_crs`.
    """

    layer: Layer
    source: Source
    columns: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]
    headers: float
    words: float = 0.0
    kept: float = 1.0
    crs: str = CRS_WGS84
    crs_by: str = "source"

    @property
    def score(self) -> float:
        """The evidence as one number."""
        return (self.headers + _WORDS_WEIGH * self.words) * self.kept


def rank(raw: RawTable, catalog: Catalog | None = None) -> list[Candidate]:
    """Return the layers that a table could be read as, the best first, each with its best source.

    Examples
    --------
    >>> from pathlib import Path
    >>> from sharemap.sources.files.raw import RawTable
    >>> cells = pd.DataFrame({"대여소번호": ["301"], "대여소명": ["경복궁역"], "위도": ["37.6"], "경도": ["127"]})
    >>> raw = RawTable(file=Path("a.csv"), frame=cells, rows=np.array([2]), encoding="utf-8")
    >>> rank(raw)[0].layer.key
    'bike_station'
    """
    catalog = catalog or load()
    weights = _weights(catalog)
    step = max(1, len(raw.frame) // _SAMPLED)
    sample = raw.frame.iloc[::step]
    found = []
    for layer in catalog:
        if layer.points:
            candidates = [
                _with_values(candidate, sample)
                for candidate in candidates_of(raw, layer, layer.sources, weights)
                if not candidate.missing
            ]
            found += sorted(candidates, key=lambda one: -one.score)[:1]
    return sorted(found, key=lambda one: -one.score)


def matched(
    raw: RawTable, layer: Layer | None = None, source: str | None = None, catalog: Catalog | None = None
) -> Candidate:
    """Return what a table is read as.

    Parameters
    ----------
    raw
        The table.
    layer
        The layer; detected if not given.
    source
        Key of the layer's source entry; the one whose columns fit best if not given.
    catalog
        The catalogue in use; the one that ships with sharemap if not given.

    Raises
    ------
    StudyError
        If the layer has no such source.
    SiteFileError
        If the table cannot be read as the layer, is the publication of another one (and no source is named), or no
        layer, or more than one, fits clearly; names the candidates.
    """
    if layer is None:
        found = the_layer(raw, catalog)
        return found if source is None else best_source(raw, (found.layer.source(source),), found.layer)
    if source is not None:
        return best_source(raw, (layer.source(source),), layer)
    found = best_source(raw, layer.sources, layer)
    refuse_other_layer(raw, found)
    return found


def the_layer(raw: RawTable, catalog: Catalog | None = None) -> Candidate:
    """Return the one layer that a table is of.

    Raises
    ------
    SiteFileError
        If no layer fits, the evidence is weak, or two layers fit about equally; names the candidates.
    """
    ranked = rank(raw, catalog)
    if not ranked:
        refuse_without_header(raw)
        msg = "the columns fit no shared service: no name, or no coordinates and no address"
        raise SiteFileError(
            msg,
            file=raw.file,
            row=raw.header_rows[-1] if raw.header_rows else None,
            value=", ".join(raw.columns),
            remedy="name the layer, and columns such as 명칭, 주소, 위도, 경도",
        )
    best, *others = ranked
    if best.score >= _WEAK and all(best.score >= _CLEAR * other.score for other in others):
        return best
    close = [one for one in ranked if one.score * _CLEAR > best.score][:_NAMED]
    listed = ", ".join(f"{one.layer.key} ({one.layer.name_ko})" for one in close)
    msg = "it cannot be told which shared service this is" if best.score < _WEAK else "several layers fit"
    raise SiteFileError(
        msg,
        file=raw.file,
        value=", ".join(raw.columns),
        remedy=f"name the layer, such as one of: {listed}",
    )


def best_source(raw: RawTable, sources: Sequence[Source], layer: Layer) -> Candidate:
    """Return the source most of whose fields are found; the earlier one of equals.

    Raises
    ------
    SiteFileError
        If a column without which no source can be read is not there; names the columns that were seen and
        wanted, and the layer that would fit.
    """
    candidates = candidates_of(raw, layer, sources, {})
    best = _named_by_id(max(candidates, key=lambda one: (not one.missing, *_counts(one))), raw)
    if not best.missing:
        return best
    refuse_without_header(raw)
    listed = "; ".join(f"{name}: {', '.join(_wanted(name, sources, raw))}" for name in best.missing)
    msg = f"no column for the {' and the '.join(best.missing)} of the layer {layer.key}"
    fitting = [one for one in rank(raw) if one.score >= _WEAK and one.layer.key != layer.key]
    located = next(_located(raw.first_rows), None)
    if located is not None and "lat" in best.missing:
        crs, north, east = located
        listed += f"; {north} and {east} hold what could be " + label(crs)
        listed += ": name them Y좌표 and X좌표" if crs != CRS_WGS84 else ""
    other = f", or read it as the layer {fitting[0].layer.key}, which fits" if fitting else ""
    raise SiteFileError(
        msg,
        file=raw.file,
        row=raw.header_rows[-1] if raw.header_rows else None,
        value=", ".join(raw.columns),
        remedy=f"name the columns like one of these ({listed}){other}",
    )


def refuse_without_header(raw: RawTable) -> None:
    """Refuse a table whose first row holds values, such as coordinates, where the names of the columns should stand.

    Raises
    ------
    SiteFileError
        Names the row.
    """
    if raw.header_rows and any(_VALUE.fullmatch(name.strip()) for name in raw.columns):
        msg = "the file has no header row: the names of its columns are missing"
        remedy = "write a row above it with the names of the columns; `sharemap template` has some"
        value = ", ".join(raw.columns)
        raise SiteFileError(msg, file=raw.file, row=raw.header_rows[0], value=value, remedy=remedy)


def _named_by_id(found: Candidate, raw: RawTable) -> Candidate:
    """Return a candidate whose names are the ids of the rows, where a list has no other names."""
    ids = [column for column in raw.columns if column.strip().casefold() == "id"]
    if found.missing != ("name",) or not ids:
        return found
    return replace(found, columns={**found.columns, "name": (ids[0],)}, missing=())


def _wanted(name: str, sources: Sequence[Source], raw: RawTable) -> list[str]:
    """Return some headers that a field is known by, those of the publications before those of any list.

    Whose own headers hold no Hangul is told the English ones first.
    """
    aliases = dict.fromkeys(alias for source in sources for alias in source.columns.get(name, ())[:4])
    if _HANGUL.search(" ".join(raw.columns)):
        return list(aliases)[:6]
    plain = [name, *(alias for alias in aliases if not _HANGUL.search(alias))]
    return list(dict.fromkeys([*plain, *aliases]))[:6]


def refuse_other_layer(raw: RawTable, chosen: Candidate) -> None:
    """Refuse a table whose headers are those of another layer's publication.

    Raises
    ------
    SiteFileError
        If another layer of the catalogue fits beyond doubt; names it.
    """
    catalog = load()
    if chosen.layer.key not in catalog.keys:
        return
    weights = _weights(catalog)
    own = max(one.headers for one in candidates_of(raw, chosen.layer, chosen.layer.sources, weights))
    for layer in catalog:
        for other in candidates_of(raw, layer, layer.sources, weights):
            far_better = other.headers >= max(_BEYOND_DOUBT, _FAR_BETTER * own)
            if layer.key != chosen.layer.key and layer.points and not other.missing and far_better:
                msg = f"the file is {other.source.name_ko}, not of the layer {chosen.layer.key}"
                remedy = (
                    f'use the layer {layer.key}; if it is right as it is, name source = "{chosen.source.key}"'
                )
                raise SiteFileError(msg, file=raw.file, value=", ".join(raw.columns), remedy=remedy)


def candidates_of(
    raw: RawTable, layer: Layer, sources: Sequence[Source], weights: Mapping[str, float]
) -> list[Candidate]:
    """Return how a table fits each of some sources of a layer, by its headers."""
    seen = {normalised_header(name): name for name in reversed(raw.columns)}
    found = []
    for source in sources:
        columns = _match(source, seen)
        known = [
            max(weights.get(normalised_header(part), 0.0) for column in names for part in column.split("+"))
            for names in columns.values()
        ]
        pair = None if {"lat", "lon"} & columns.keys() or source.address_only else pair_of(seen)
        if pair is not None and raw.lonlat is None:
            columns |= {"lat": (pair.y,), "lon": (pair.x,)}
        missing = tuple(_missing(source, columns, raw))
        told = Candidate(
            layer=layer, source=source, columns=columns, missing=missing, headers=sum(known), crs=source.crs
        )
        found.append(replace(told, crs=pair.crs, crs_by="columns") if pair and pair.crs else told)
    return found


def _counts(one: Candidate) -> tuple[int, int]:
    return len(one.columns), sum(map(len, one.columns.values()))


def _weights(catalog: Catalog) -> dict[str, float]:
    """Header -> one part of the layers that know it."""
    counts: Counter[str] = Counter()
    for layer in catalog:
        counts.update({header for source in layer.sources for header in source.headers})
    return {header: 1.0 / count for header, count in counts.items()}


def _with_values(one: Candidate, sample: pd.DataFrame) -> Candidate:
    """Return a candidate with the evidence of the rows."""
    told = np.zeros(len(sample), dtype=bool)
    for name in (*one.columns.get("name", ()), *one.columns.get("kind", ())):
        if name in sample and one.layer.words:
            told |= contains(sample[name], re.compile("|".join(one.layer.words))).to_numpy()
    dropped = np.zeros(len(sample), dtype=bool)
    for rule in one.source.rules:
        wanted = set(map(normalised_header, rule.columns))
        for name in sample.columns:
            if normalised_header(name) in wanted:
                dropped |= hits(rule, cleaned_text(sample[name]).fillna("")).to_numpy(dtype=bool)
    shares = (float(mask.mean()) if len(sample) else 0.0 for mask in (told, ~dropped))
    words, kept = shares
    return replace(one, words=words, kept=kept)


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


def _missing(source: Source, columns: Mapping[str, tuple[str, ...]], raw: RawTable) -> list[str]:
    missing = [] if "name" in columns else ["name"]
    if raw.lonlat is not None:
        return missing
    pair = [name for name in ("lat", "lon") if name not in columns]
    excused = (
        "address" in columns and len(pair) > 1 and (source.address_only or not _looks_located(raw.first_rows))
    )
    return missing if excused else missing + pair


def _looks_located(cells: pd.DataFrame) -> bool:
    """Whether columns hold what could be coordinates of Korea, whatever they are called, or both in one."""
    head = cells.head(_HEAD)
    pairs = any(contains(head[name], _PAIR).mean() > _MOSTLY for name in head.columns)
    return pairs or next(_located(cells), None) is not None


def _located(cells: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Yield system, northing and easting of columns whose numbers could be coordinates of Seoul, whatever they are called."""
    head = cells.head(_HEAD)
    known = {str(name): numbers(head[name]) for name in head.columns}
    for crs, north, east in bands(SEOUL_EXTENT):
        names = [
            [name for name, column in known.items() if column.between(*band).mean() > _MOSTLY]
            for band in (north, east)
        ]
        if all(names) and names[0][0] != names[1][0]:
            yield crs, names[0][0], names[1][0]


def cleaned_text(column: pd.Series) -> pd.Series:
    """Return cells without outer blanks and line breaks; NaN when nothing is left."""
    return each(column.astype("str"), _cleaned)


def _cleaned(cell: str) -> str | None:
    text = BLANKS.sub(" ", unicodedata.normalize("NFC", cell)).strip(" ")
    return None if text in _NOTHING else text


def hits(rule: Rule, text: pd.Series) -> pd.Series:
    """Return whether a rule sets each value aside."""
    found = text.isin(rule.equals) | text.str.startswith(rule.starts or ("\0",))
    for word in rule.contains:
        found |= text.str.contains(word, regex=False)
    if rule.only:
        lacking = pd.Series(True, index=text.index)
        for word in rule.only:
            lacking &= ~text.str.contains(word, regex=False)
        found |= lacking
    return found
