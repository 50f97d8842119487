"""What a way of geocoding says about an address: where it is, or why it cannot say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

__all__ = [
    "ANSWERED_IN",
    "BY",
    "CONFIDENCES",
    "Answer",
    "Confidence",
    "Miss",
    "at_least",
    "of_several",
    "worst",
]

By = Literal["entrance_db", "same_address", "vworld", "kakao"]
Confidence = Literal["low", "medium", "high"]

#: Ways of geocoding, in the order in which they are asked.
BY: tuple[By, ...] = ("entrance_db", "same_address", "vworld", "kakao")

#: In what the government publishes its address tables; answers are kept in it.
ANSWERED_IN = "EPSG:5179"

#: From the least to the most certain. ``high``: the entrance of this very building, or published positions of
#: several files that agree. ``medium``: the building or lot, with one step in between (a service's own point, one
#: published position, one of several buildings on the lot, an address without its ward). ``low``: the building of
#: the same main number, because the sub-number is not known.
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")

# of several ways that fail, the reason that tells most
_TELLING = (
    "geocoding_refused",
    "geocoder_unavailable",
    "address_ambiguous",
    "lot_table_missing",
    "address_not_found",
    "no_address_number",
    "address_not_in_seoul",
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A position.

    Attributes
    ----------
    x, y
        Metres: in :data:`ANSWERED_IN` as address tables and services answer, in the CRS of the study once
        :class:`sharemap.sources.geocoding.Geocoder` has taken it.
    by
        One of :data:`BY`.
    confidence
        One of :data:`CONFIDENCES`.
    match
        What was matched: the address in the table or of the service, or file and row of the other publication.
    """

    x: float
    y: float
    by: By
    confidence: Confidence
    match: str


@dataclass(frozen=True, kw_only=True)
class Miss:
    """No position.

    Attributes
    ----------
    reason
        Key of :data:`sharemap.sources.reasons.REASONS`.
    value
        What is at fault, for the set-aside table; may be empty.
    """

    reason: str
    value: str = ""


def at_least(found: Confidence, wanted: Confidence) -> bool:
    """Whether a confidence suffices.

    Examples
    --------
    >>> at_least("high", "medium"), at_least("low", "medium")
    (True, False)
    """
    return CONFIDENCES.index(found) >= CONFIDENCES.index(wanted)


def of_several(answer: Answer) -> Answer:
    """Return an answer for the first of several lots or numbers: it is at most of medium confidence."""
    return replace(answer, confidence="medium") if answer.confidence == "high" else answer


def worst(misses: list[Miss]) -> Miss:
    """Return the miss that tells the reader most; of equals the first."""
    ranks = {reason: rank for rank, reason in enumerate(_TELLING)}
    return min(misses, key=lambda miss: ranks.get(miss.reason, len(ranks)))
