"""A published file, explained before anyone runs a study: what it is, what is read, and what becomes of each row."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from shapely.geometry import box

from sharemap.catalog import Catalog, Layer, load, normalised_header
from sharemap.crs import chosen
from sharemap.errors import SiteFileError
from sharemap.sites.build import SiteTables, build
from sharemap.sources.around import Around
from sharemap.sources.coordinates import SEOUL_EXTENT
from sharemap.sources.doubtful import coarse, crowded
from sharemap.sources.matching import matched, rank
from sharemap.sources.published import all_headers, read_table
from sharemap.sources.sites import LayerRows, kept_headers, placed_layer, rows_of
from sharemap.sources.which_crs import with_crs
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from sharemap.sources.files.raw import RawTable
    from sharemap.sources.matching import Candidate
    from sharemap.sources.row_choice import Mix

__all__ = ["Check", "Example", "Outcome", "check_file"]

_EXAMPLES = 3
_CANDIDATES = 3


@dataclass(frozen=True, kw_only=True)
class Example:
    """One row with a problem."""

    file: str
    row: int
    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of some rows: a key of :data:`~sharemap.sources.reasons.REASONS`, or ``swapped``, ``coarse``, ``crowded``, which stay sites."""

    key: str
    rows: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Check:
    """The explanation of one file.

    Attributes
    ----------
    file
        Name of the file.
    encoding, sheet, left_out, header_rows
        As in :class:`sharemap.sources.files.raw.RawTable`.
    layer, source
        What it is read as; None when that cannot be told.
    detected
        Whether the layer was found from the file and not named.
    candidates
        Layers that fit it, the best first, with the evidence: ``layer``, ``headers``, ``words``, ``kept``,
        ``score``.
    matched
        Field -> columns that are read into it.
    unmatched
        Columns that nothing is read from.
    crs, crs_by
        Coordinate system of its positions, and what tells it, see :class:`sharemap.sources.matching.Candidate`.
    merged
        Rows with cells that are filled from a merged one above.
    longer
        Rows that have more cells than the header.
    mix
        A column whose values name several services, where there is one.
    rows_read, sites, folded, set_aside, places
        ``rows_read`` = ``sites`` + ``folded`` + ``set_aside``.
    problems
        Rows set aside by reason, with the first examples.
    fixes
        Sites that stay, but with repaired or unlikely coordinates.
    points
        The sites: ``name``, ``address``, ``file``, ``row``, ``coord_fix`` and positions in the CRS of where it counts.
    counted_in
        The wards in which it counts; none for the rectangle around Seoul.
    fault
        Why it cannot be read; None when it can.
    """

    file: str
    encoding: str
    sheet: str | None
    left_out: tuple[tuple[str, int], ...]
    header_rows: tuple[int, ...]
    candidates: tuple[Mapping[str, Any], ...]
    layer: Layer | None = None
    source: str = ""
    source_name: str = ""
    detected: bool = True
    matched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()
    crs: str = ""
    crs_by: str = "source"
    merged: tuple[int, ...] = ()
    longer: tuple[int, ...] = ()
    mix: Mix | None = None
    rows_read: int = 0
    sites: int = 0
    folded: int = 0
    set_aside: int = 0
    places: int = 0
    problems: tuple[Outcome, ...] = ()
    fixes: tuple[Outcome, ...] = ()
    points: pd.DataFrame | None = None
    counted_in: tuple[str, ...] = ()
    fault: SiteFileError | None = None


def check_file(  # noqa: PLR0913  each optional but one
    path: Path | str,
    *,
    layer: str | None = None,
    source: str | None = None,
    sheet: str | None = None,
    crs: str | None = None,
    area: gpd.GeoDataFrame | None = None,
    catalog: Catalog | None = None,
) -> Check:
    """Explain a published file of sites.

    Parameters
    ----------
    path
        The file.
    layer
        Key of the layer; detected if not given.
    source
        Key of the layer's source entry; the one that fits best if not given.
    sheet, crs
        As in :func:`sharemap.sources.sites.read_sites`.
    area
        Where it counts, as :func:`sharemap.sources.boundaries.read_area` gives it; a rectangle around Seoul without it.
    catalog
        The catalogue in use; the one that ships with sharemap if not given.

    Raises
    ------
    MissingFileError, SiteFileError
        If no table can be read from it at all. When one can, but not as a layer, the answer says so in ``fault``.
    StudyError
        If the layer or the source is unknown, or the layer has no places.
    """
    catalog = catalog or load()
    entry = None if layer is None else placed_layer(layer, catalog, path)
    headers = all_headers(catalog)
    raw = read_table(path, known=headers, keep=kept_headers(headers), whole=False, sheet=sheet, crs=crs)
    about: dict[str, Any] = {
        "file": unicodedata.normalize("NFC", Path(path).name),
        "encoding": raw.encoding,
        "sheet": raw.sheet,
        "left_out": raw.left_out,
        "header_rows": raw.header_rows,
        "merged": raw.merged,
        "candidates": tuple(map(_evidence, rank(raw, catalog)[:_CANDIDATES])),
        "detected": layer is None,
    }
    counted = _seoul() if area is None else area
    near = Around(counted, 0.0)
    extent = SEOUL_EXTENT if area is None else near.extent
    try:
        match = with_crs(raw, matched(raw, entry, source, catalog), extent=extent, crs=crs)
    except SiteFileError as fault:
        return Check(**about, unmatched=raw.columns, fault=fault)
    rows = rows_of(raw, match, near=near)
    about["counted_in"] = () if area is None else tuple(area["ward_name"].drop_duplicates())
    return Check(**about, **_of_match(raw, match), **_of_rows(rows, counted))


def _evidence(one: Candidate) -> dict[str, Any]:
    return {
        "layer": one.layer.key,
        "name_ko": one.layer.name_ko,
        "name_en": one.layer.name_en,
        "source": one.source.key,
        "headers": round(one.headers, 2),
        "words": round(one.words, 2),
        "kept": round(one.kept, 2),
        "score": round(one.score, 2),
    }


def _of_match(raw: RawTable, match: Candidate) -> dict[str, Any]:
    used = {
        part for names in match.columns.values() for column in names for part in (column, *column.split("+"))
    }
    spans = {
        normalised_header(header)
        for span in match.source.hours_spans
        for header in (*span.opens, *span.closes)
    }
    hours = tuple(name for name in raw.columns if normalised_header(name) in spans)
    ruled = {normalised_header(name) for rule in match.source.rules for name in rule.columns}
    matched = {name: columns for name, columns in match.columns.items() if columns}
    if hours:
        matched["hours"] = (*matched.get("hours", ()), *hours)
    return {
        "layer": match.layer,
        "source": match.source.key,
        "source_name": match.source.name_ko,
        "matched": matched,
        "unmatched": tuple(
            name
            for name in raw.columns
            if name not in used and name not in hours and normalised_header(name) not in ruled
        ),
        "crs": raw.crs or match.crs,
        "crs_by": match.crs_by,
    }


def _of_rows(rows: LayerRows, area: gpd.GeoDataFrame) -> dict[str, Any]:
    built = build([rows], area, surroundings_m=0.0)
    counts = built.counts.iloc[0]
    points = built.sites[["name", "address", "file", "row", "coord_fix", "geometry"]]
    return {
        **{name: int(counts[name]) for name in ("rows_read", "sites", "folded", "set_aside", "places")},
        "problems": _problems(built),
        "fixes": _fixes(rows),
        "points": points,
        "longer": rows.longer,
        "mix": rows.mix,
    }


def _seoul() -> gpd.GeoDataFrame:
    """Return Seoul, roughly, as a study area: a study of a part of it sets aside all that lies outside, and more."""
    area = gpd.GeoSeries([box(*SEOUL_EXTENT)], crs=CRS_WGS84).segmentize(0.01)
    area = area.to_crs(chosen(area))
    names = {"ward_code": ["00000"], "ward_name": ["-"], "dong_code": ["0000000000"], "dong_name": ["-"]}
    return gpd.GeoDataFrame(names, geometry=area.to_numpy(), crs=area.crs)


def _problems(built: SiteTables) -> tuple[Outcome, ...]:
    counts: Counter[str] = Counter()
    examples: dict[str, list[Example]] = {}
    for piece in built.set_aside_in_pieces():
        counts.update(piece["reason"])
        for key, rows in piece.groupby("reason", sort=False):
            held = examples.setdefault(str(key), [])
            held += _examples(rows, "value")[: _EXAMPLES - len(held)]
    return tuple(
        Outcome(
            key=key,
            rows=number,
            examples=tuple(examples[key]),
        )
        for key, number in counts.most_common()
    )


def _fixes(rows: LayerRows) -> tuple[Outcome, ...]:
    frame = rows.frame if "file" in rows.frame else rows.frame.assign(file=rows.file)
    odd = {
        "swapped": frame["coord_fix"] == "swapped",
        "coarse": coarse(frame, rows.crs),
        "crowded": crowded(frame),
    }
    return tuple(
        Outcome(key=key, rows=int(those.sum()), examples=_examples(frame.loc[those], None))
        for key, those in odd.items()
        if those.any()
    )


def _examples(rows: pd.DataFrame, value: str | None) -> tuple[Example, ...]:
    first = rows.head(_EXAMPLES)
    values: Sequence[Any] = first[value].fillna("").tolist() if value else [""] * len(first)
    return tuple(
        Example(file=file, row=int(row), name=name, value=str(text))
        for file, row, name, text in zip(
            first["file"], first["row"], first["name"].fillna(""), values, strict=True
        )
    )
