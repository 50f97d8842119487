"""Which layer a published file is, from its headers and its names, with the evidence stated.

A header counts one divided by the number of layers that know it: ``대여소번호`` is known by one layer and counts
1, ``위도`` is known by nearly all and counts next to nothing. Names that say the service ("장난감 도서관") count
up to :data:`NAME_POINTS`. The sum is weighted by the share of rows that the source's own rules keep, which
tells the two layers of one publication apart (car parks that are public, car parks of buildings). Below
:data:`FEWEST_POINTS`, or without a clear lead over the next layer, nothing is guessed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.catalog import Catalog, Layer, Source, load, normalised_header
from sharemap.errors import SiteFileError
from sharemap.sources.columns import fields_of, first_filled, kept_share, missing_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sharemap.sources.tables import RawTable

__all__ = [
    "CLEAR_LEAD",
    "FEWEST_POINTS",
    "NAME_POINTS",
    "Candidate",
    "detect",
    "rank",
    "refuse_another_layer",
]

_LOG = logging.getLogger(__name__)

#: What the best layer must reach: as much as two columns that no other layer has.
FEWEST_POINTS = 2.0
#: By what factor it must lead the next layer.
CLEAR_LEAD = 1.25
#: What names that all say the service are worth.
NAME_POINTS = 3.0
_SHOWN = 4
_SAMPLED = 2_000

# the more special word stands first: a toy library also calls itself a library
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "toy_library": "장난감",
        "tool_library": "공구",
        "bookshop": "책방|서점|문고|북스",
        "library": "도서관",
        "shared_kitchen": "공유주방|공유부엌",
        "shared_storage": "공유창고|창고",
        "repair_shop": "재활용센터|리페어|수리",
        "parking_public": "공영주차장|노상주차장",
        "community_centre": "주민센터|자치회관",
    }
)


# headers that nobody reads but that tell the publication
_SIGNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "public_wifi": frozenset({"와이파이ssid", "설치시설구분", "설치시설구분명", "서비스제공사명"}),
        "parking_resident": frozenset({"이용요금할인정보", "이용요금결제방법"}),
        "tool_library": frozenset({"보유물품", "posesthng"}),
    }
)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A layer that a file could be.

    Attributes
    ----------
    layer, source
        Entries of the catalogue.
    points, header_points
        The evidence, see the module, and what of it the headers alone give.
    own_headers
        Columns of the file that tell this layer from others, the most telling first.
    named
        Share of the names that say the service.
    kept
        Share of the rows that the rules of the source keep.
    """

    layer: Layer
    source: Source
    points: float
    header_points: float
    own_headers: tuple[str, ...]
    named: float
    kept: float

    @property
    def evidence(self) -> float:
        """Points before the rules of the source weigh them."""
        return self.header_points + NAME_POINTS * self.named


def rank(raw: RawTable, *, catalog: Catalog | None = None) -> tuple[Candidate, ...]:
    """Return the layers a file could be, the best first; only those whose needed columns it has.

    Parameters
    ----------
    raw
        The file.
    catalog
        The catalogue in use; the one that ships with sharemap if not given.
    """
    catalog = catalog or load()
    weights = _weights(catalog)
    found: dict[str, Candidate] = {}
    for layer in catalog:
        for source in layer.sources:
            if source is catalog.generic or missing_fields(source, raw):
                continue
            candidate = _candidate(raw, layer, source, weights)
            if layer.key not in found or candidate.points > found[layer.key].points:
                found[layer.key] = candidate
    return tuple(sorted(found.values(), key=lambda one: (-one.points, catalog.keys.index(one.layer.key))))


def detect(raw: RawTable, *, catalog: Catalog | None = None) -> Candidate:
    """Return the layer a file is.

    Raises
    ------
    SiteFileError
        If no layer has enough evidence, or two have nearly the same; names them.
    """
    ranked = rank(raw, catalog=catalog)
    best = ranked[0] if ranked else None
    if best is None or best.points <= 0 or best.evidence < FEWEST_POINTS:
        near = ", ".join(one.layer.key for one in ranked[:_SHOWN] if one.points > 0) or "none is near"
        msg = f"the columns do not tell which shared service this is (nearest: {near})"
        seen = ", ".join(raw.frame.columns[:20])
        raise SiteFileError(
            msg, file=raw.file, row=_header_row(raw), value=seen, remedy="name the layer of the file"
        )
    rivals = [one for one in ranked[1:] if _rivals(one, best)]
    if rivals:
        names = ", ".join(f"{one.layer.key} ({one.points:.1f})" for one in (best, *rivals))
        msg = f"the file could be one of several shared services: {names}"
        raise SiteFileError(msg, file=raw.file, row=_header_row(raw), remedy="name the layer of the file")
    return best


def _rivals(other: Candidate, best: Candidate) -> bool:
    """Of two layers of one publication only the rows that each keeps can tell."""
    if best.source.id is not None and other.source.id == best.source.id:
        return other.kept * CLEAR_LEAD > best.kept
    return other.points * CLEAR_LEAD > best.points


def refuse_another_layer(raw: RawTable, *, layer: Layer, catalog: Catalog | None = None) -> None:
    """Refuse a file whose headers are those of another layer's publication; a doubt is only logged.

    Raises
    ------
    SiteFileError
        If another layer has enough evidence, and this one has none of its own or less than half the headers.
    """
    ranked = {one.layer.key: one for one in rank(raw, catalog=catalog)}
    if not ranked or layer.key not in load().keys:
        return
    best, own = next(iter(ranked.values())), ranked.get(layer.key)
    if best.layer.key == layer.key or best.points < FEWEST_POINTS:
        return
    # without columns of its own the file would only be read by the words that any list may have
    headers_say = best.header_points >= FEWEST_POINTS and own and best.header_points > 2 * own.header_points
    if own is None or headers_say:
        msg = f"the file is of the layer {best.layer.key}, not of {layer.key}"
        seen = ", ".join(best.own_headers[:_SHOWN])
        raise SiteFileError(
            msg, file=raw.file, row=_header_row(raw), value=seen, remedy=f'use layer = "{best.layer.key}"'
        )
    if best.points > 2 * own.points:
        _LOG.warning("%s: read as %s, but it looks like %s", raw.file.name, layer.key, best.layer.key)


def _header_row(raw: RawTable) -> int | None:
    return raw.header_rows[-1] if raw.header_rows else None


def _weights(catalog: Catalog) -> dict[str, float]:
    """Header -> one divided by the number of layers whose own sources know it."""
    layers: dict[str, set[str]] = {}
    for layer in catalog:
        for source in layer.sources:
            if source is not catalog.generic:
                for header in source.headers:
                    layers.setdefault(header, set()).add(layer.key)
    return {header: 1.0 / len(keys) for header, keys in layers.items()}


def _candidate(raw: RawTable, layer: Layer, source: Source, weights: Mapping[str, float]) -> Candidate:
    headers = {name: normalised_header(name) for name in raw.frame.columns}
    signs = source.headers | _SIGNS.get(layer.key, frozenset())
    known = {name: weights.get(header, 1.0) for name, header in headers.items() if header in signs}
    telling = sorted(known, key=lambda name: -known[name])
    head = raw.frame.head(_SAMPLED)
    named = _named(layer.key, first_filled(head, fields_of(source, raw).get("name", ()), source.name_prefers))
    kept = kept_share(source, head)
    points = (sum(known.values()) + NAME_POINTS * named) * kept
    return Candidate(
        layer=layer,
        source=source,
        points=points,
        header_points=sum(known.values()),
        own_headers=tuple(telling),
        named=named,
        kept=kept,
    )


def _named(layer: str, names: pd.Series) -> float:
    """Share of the names whose most special word is this layer's."""
    if layer not in _WORDS or not len(names):
        return 0.0
    free = names.notna()
    for key, words in _WORDS.items():
        says = free & names.str.contains(words, regex=True, na=False)
        if key == layer:
            return float(says.mean())
        free &= ~says
    return 0.0
