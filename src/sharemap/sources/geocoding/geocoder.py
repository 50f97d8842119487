"""Rows without a position -> rows with one, or with the reason why not."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pyproj import Transformer

from sharemap.addresses import Address, parse
from sharemap.sources.geocoding.answers import ANSWERED_IN, Answer, Confidence, Miss, at_least, worst
from sharemap.sources.geocoding.neighbours import Neighbours
from sharemap.sources.geocoding.online import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from sharemap.sources.geocoding.bounds import Bounds
    from sharemap.sources.geocoding.cache import AnswerCache
    from sharemap.sources.geocoding.entrances import EntranceIndex
    from sharemap.sources.geocoding.online import Provider
    from sharemap.sources.sites import LayerRows

    Way = Callable[[Address], Answer | Miss]

__all__ = ["Geocoder", "Placed"]

_LOG = logging.getLogger(__name__)

Texts = tuple[str, ...]

_WRITTEN = {
    "x": "x",
    "y": "y",
    "geocoded_by": "by",
    "geocode_confidence": "confidence",
    "geocode_match": "match",
}


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Rows after geocoding.

    Attributes
    ----------
    rows
        The files, in their order; nothing but the rows that waited has changed.
    addresses
        How many different addresses (or pairs of road and lot address) were looked up.
    by
        Rows placed, by :data:`~sharemap.sources.geocoding.BY`.
    missed
        Rows not placed, by reason.
    """

    rows: list[LayerRows]
    addresses: int
    by: Mapping[str, int]
    missed: Mapping[str, int]


@dataclass(kw_only=True)
class Geocoder:
    """Ways of geocoding, ready to be asked.

    Attributes
    ----------
    bounds
        Where answers may lie.
    index
        Entrances of buildings, if the study names address tables.
    same_address
        Whether published coordinates of rows with the same address count.
    providers
        Services on the internet, in the order in which they are asked.
    cache
        Their earlier answers; needed when there are providers.
    min_confidence
        Answers of less confidence are refused.
    """

    bounds: Bounds
    index: EntranceIndex | None = None
    same_address: bool = False
    providers: Sequence[Provider] = ()
    cache: AnswerCache | None = None
    min_confidence: Confidence = "low"
    _out_of_order: dict[str, str] = field(default_factory=dict, init=False)

    def place(self, rows: Sequence[LayerRows], waiting: Sequence[NDArray[np.bool_]]) -> Placed:
        """Place rows.

        Parameters
        ----------
        rows
            All files of the study; those with published coordinates answer for others of the same address.
        waiting
            For each file, the rows to place.

        Returns
        -------
        Placed
            A placed row has ``x``, ``y`` (in the CRS of the bounds), ``geocoded_by``, ``geocode_confidence``,
            ``geocode_match`` and no ``reason``; any other that waited has the ``reason`` and the ``value``.
        """
        texts = [_addresses(one, mask) for one, mask in zip(rows, waiting, strict=True)]
        different = {text for file in texts for text in file}
        self._announce(len(different))
        neighbours = Neighbours(rows) if self.same_address else None
        with ExitStack() as stack:
            for provider in self.providers:
                stack.enter_context(provider)
            placed = []
            for one, mask, own in zip(rows, waiting, texts, strict=True):
                # an address is looked up once however many floors and rooms of it are listed
                look = cache(partial(self._look, self._ways(neighbours, besides=one.file)))
                placed.append(
                    _with(one, mask, own, {text: _first(text, look) for text in dict.fromkeys(own)})
                )
        waited = [one.frame.loc[mask] for one, mask in zip(placed, waiting, strict=True)]
        by = Counter(way for frame in waited for way in frame.loc[frame["reason"] == "", "geocoded_by"])
        missed = Counter(reason for frame in waited for reason in frame["reason"] if reason)
        return Placed(rows=placed, addresses=len(different), by=dict(by), missed=dict(missed))

    def _announce(self, addresses: int) -> None:
        if self.providers:
            names = ", ".join(provider.name for provider in self.providers)
            _LOG.info("%d addresses to look up; what is not known offline is asked of %s", addresses, names)

    def _ways(self, neighbours: Neighbours | None, *, besides: str) -> list[Way]:
        ways: list[Way] = []
        if self.index is not None:
            ways.append(self._moved(self.index.find))
        if neighbours is not None:
            ways.append(partial(neighbours.find, besides=besides))
        return [*ways, *(self._moved(self._ask(provider)) for provider in self.providers)]

    def _moved(self, way: Way) -> Way:
        """Return a way whose answers are in the CRS of the study; the same way where they are anyway."""
        if self.bounds.crs == ANSWERED_IN:
            return way
        into = Transformer.from_crs(ANSWERED_IN, self.bounds.crs, always_xy=True)

        def moved(address: Address) -> Answer | Miss:
            found = way(address)
            if isinstance(found, Miss):
                return found
            x, y = into.transform(found.x, found.y)
            return replace(found, x=float(x), y=float(y))

        return moved

    def _look(self, ways: Sequence[Way], address: Address) -> Answer | Miss:
        """Return the first answer that stands, else the miss that tells most."""
        misses = []
        for way in ways:
            found = self._judged(way(address), address)
            if isinstance(found, Answer):
                return found
            misses.append(found)
        return worst(misses) if misses else Miss(reason="address_not_found", value=address.text)

    def _judged(self, found: Answer | Miss, address: Address) -> Answer | Miss:
        if isinstance(found, Miss):
            return found
        if not at_least(found.confidence, self.min_confidence):
            value = f"{found.by}: {found.match} ({found.confidence})"
            return Miss(reason="geocoding_refused", value=value)
        return self.bounds.refusal(found, address) or found

    def _ask(self, provider: Provider) -> Way:
        def way(address: Address) -> Answer | Miss:
            kept = self.cache.get(provider.name, _asked(address)) if self.cache else None
            if kept is not None:
                return kept
            if provider.name in self._out_of_order:
                return Miss(reason="geocoder_unavailable", value=self._out_of_order[provider.name])
            try:
                found = provider.ask(address)
            except UnavailableError as error:
                why = f"{provider.name}: {error}"
                if error.lasting:
                    self._out_of_order[provider.name] = why
                _LOG.warning("%s%s", why, "; it is not asked again in this run" if error.lasting else "")
                return Miss(reason="geocoder_unavailable", value=why)
            if self.cache:
                self.cache.put(provider.name, _asked(address), found)
            return found

        return way


def _asked(address: Address) -> str:
    """Return the address under which an answer is kept; of several lots it is another question than of one."""
    return address.question + (" 외" if address.several else "")


def _first(texts: Texts, look: Way) -> Answer | Miss:
    """Return the answer for the first of a row's addresses that has one."""
    misses = []
    for text in texts:
        found = _read(text, look)
        if isinstance(found, Answer):
            return found
        misses.append(found)
    return worst(misses) if misses else Miss(reason="no_address")


def _read(text: str, look: Way) -> Answer | Miss:
    address = parse(text)
    if not address.in_seoul:
        return Miss(reason="address_not_in_seoul", value=text)
    return look(address) if address.kind else Miss(reason="no_address_number", value=text)


def _addresses(rows: LayerRows, mask: NDArray[np.bool_]) -> list[Texts]:
    """Return the different addresses of each row of a mask."""
    pairs = rows.frame.loc[mask, ["address", "other_address"]].to_numpy(dtype=object)
    return [tuple(dict.fromkeys(text for text in pair if isinstance(text, str))) for pair in pairs]


def _with(
    rows: LayerRows, mask: NDArray[np.bool_], texts: Sequence[Texts], found: Mapping[Texts, Answer | Miss]
) -> LayerRows:
    """Return a file with the rows of a mask placed, or with their reasons."""
    frame = rows.frame.copy()
    results = [found[text] for text in texts]
    hit = np.array([isinstance(one, Answer) for one in results], dtype=bool)
    answers = [one for one in results if isinstance(one, Answer)]
    misses = [one for one in results if isinstance(one, Miss)]
    waited = frame.index[mask]
    frame.loc[waited[hit], "reason"], frame.loc[waited[~hit], "reason"] = "", [one.reason for one in misses]
    # a row without an address keeps what was wrong with its coordinates
    kept = frame.loc[waited[~hit], "value"]
    said = pd.Series([one.value or None for one in misses], index=kept.index, dtype="str")
    frame.loc[waited[~hit], "value"] = said.fillna(kept)
    frame.loc[waited[hit], "value"] = np.nan
    for column, attribute in _WRITTEN.items():
        frame.loc[waited[hit], column] = [getattr(one, attribute) for one in answers]
    return replace(rows, frame=frame)
