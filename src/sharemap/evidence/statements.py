"""Statements that the numbers rest on: what each is about, how sure it is, and what difference it makes in people.

A statement is what the files say, or are silent about. Each builder takes the table that it is about and makes its
statements; what they would change is asked of :class:`PeopleIf`, which counts from walks, above this room.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pandas as pd

from sharemap.units import persons

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["ABOUT_PROMISE", "PeopleIf", "Statement", "Status", "statements"]

Status = Literal["confirmed", "plausible", "doubtful", "unknown", "not_applicable"]
Method = Literal["walked", "all_served", "left_out", "counted", "none"]

#: What a list of sites decides.
ABOUT_PROMISE = ("promise", "coverage", "gaps")
_OPEN = frozenset({"doubtful", "unknown"})


class PeopleIf(Protocol):
    """Residents with the promise, thousandths of a person: as filed, and if the evidence were another."""

    @property
    def layers(self) -> Collection[str]:
        """The layers with data: nothing can be asked of another."""

    @property
    def as_filed(self) -> int:
        """As the files say it."""

    @property
    def if_all_on_street(self) -> int:
        """If everybody without a mapped street near home were served."""

    def everywhere(self, layer: str, wards: Collection[str] | None = None) -> int:
        """If everybody, or everybody of some wards, had the layer in reach."""

    def hosted(self, layer: str) -> int:
        """If all hosts of the layer lent it."""

    def without(self, layer: str) -> int:
        """If nothing of the layer were there."""

    def without_site(self, site_id: str, layer: str) -> int:
        """If one site were not there."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement.

    Attributes
    ----------
    about, about_id
        What it is about: ``layer``, ``layer_ward``, ``site``, ``pair``, ``input``, ``homes`` or ``group``, and which.
    dimension
        ``complete``, ``position``, ``identity``, ``age``, ``hours``, ``network`` or ``people``.
    case
        Key of its sentence and its question.
    status
        How sure it is.
    name
        Of what it is about, where that is no layer: a site, a file, two places.
    layer, ward_code, ward_name
        Where it belongs.
    value, unit, expected, expected_year, expected_source
        What was found, and what there should be.
    hosts
        Published places in which the plan says it is run.
    method
        How the people were counted: ``walked`` by the kernel; ``all_served`` and ``left_out`` are the most that it can
        make out; ``counted`` without a walk; ``none`` where nobody can say.
    source_file, source_date
        What says it.
    affects
        The numbers that rest on it.
    if_true, if_false
        People if it is true and if it is not, thousandths of a person; None where nobody can say.
    answer, answered_by, answered_on
        What somebody has said, who and when, where the statement is of an answer that the run has obeyed.
    """

    about: str
    about_id: str
    dimension: str
    case: str
    status: Status
    name: str | None = None
    layer: str | None = None
    ward_code: str | None = None
    ward_name: str | None = None
    value: float | None = None
    unit: str | None = None
    expected: float | None = None
    expected_year: int | None = None
    expected_source: str | None = None
    hosts: int | None = None
    method: Method = "none"
    source_file: str | None = None
    source_date: str | None = None
    affects: tuple[str, ...] = ABOUT_PROMISE
    if_true: int | None = None
    if_false: int | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_on: str | None = None


def statements(made: Iterable[Statement]) -> pd.DataFrame:
    """Return statements as a table, what to check first on top (schema ``evidence`` without words).

    Those that are doubtful or unknown come first, by the difference that they make in people; one of which nobody can
    say it stands below those of which somebody can.
    """
    rows = [_row(one) for one in made]
    kinds = {"expected_year": "Int64", "hosts": "Int64", "value": "float64", "expected": "float64"}
    kinds |= dict.fromkeys(("people_if_true", "people_if_false", "people_difference"), "float64")
    table = pd.DataFrame(rows, columns=_COLUMNS).astype(kinds)
    order = table.assign(
        settled=~table["status"].isin(_OPEN), unsaid=-table["people_difference"].abs().fillna(-1.0)
    ).sort_values(["settled", "unsaid", "evidence_id"], kind="stable")
    table = table.loc[order.index].reset_index(drop=True)
    return table.assign(rank=range(1, len(table) + 1), open=table["status"].isin(_OPEN))


_COLUMNS = [
    "evidence_id", "about", "about_id", "name", "layer", "ward_code", "ward_name", "dimension", "case", "status", "value",
    "unit", "expected", "expected_year", "expected_source", "hosts", "method", "source_file", "source_date", "affects",
    "people_if_true", "people_if_false", "people_difference", "answer", "answered_by", "answered_on",
]  # fmt: skip


def _row(one: Statement) -> dict[str, Any]:
    told = asdict(one)
    true, false = told.pop("if_true"), told.pop("if_false")
    known = true is not None and false is not None
    return {
        **told,
        "evidence_id": ":".join(filter(None, (one.dimension, one.case, one.about, one.about_id))),
        "affects": ";".join(one.affects),
        "people_if_true": None if true is None else persons(true),
        "people_if_false": None if false is None else persons(false),
        "people_difference": persons(false - true) if known else None,
    }
