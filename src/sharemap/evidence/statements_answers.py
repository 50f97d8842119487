"""Answers of officers to statements: what they make of the lists, the places and the statements themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.sites import Confirmed

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["answered", "confirmed_by", "none_there"]

_PAIR, _SITE = "identity:two_buildings:pair:", "position:contradicted:site:"
_WARD = "complete:no_data:layer_ward:"


def none_there(answers: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Return the layers and wards of which somebody has said that there is none: a true zero.

    Parameters
    ----------
    answers
        Schema ``evidence_answers``.
    """
    sure = answers.loc[(answers["answer"] == "yes") & answers["evidence_id"].str.startswith(_WARD)]
    return frozenset(_two(text.removeprefix(_WARD)) for text in sure["evidence_id"])


def confirmed_by(answers: pd.DataFrame) -> tuple[Confirmed, ...]:
    """Return answers about places as the entries of a study: two buildings or one, and where a site stands."""
    return tuple(_entries(answers))


def _entries(answers: pd.DataFrame) -> Iterator[Confirmed]:
    for row in answers.fillna({"who": "", "date": "", "note": ""}).to_dict("records"):
        told: dict[str, Any] = {name: str(row[name]) for name in ("who", "date", "note")}
        about, answer = str(row["evidence_id"]), row["answer"]
        if about.startswith(_PAIR) and answer != "unknown":
            said = "different" if answer == "yes" else "same"
            yield Confirmed(answer=said, pair=_two(about.removeprefix(_PAIR)), **told)
        elif about.startswith(_SITE) and answer == "no" and pd.notna(row["lon"]):
            site = about.removeprefix(_SITE)
            yield Confirmed(
                answer="position", site=site, lon=float(row["lon"]), lat=float(row["lat"]), **told
            )


def _two(text: str) -> tuple[str, str]:
    first, _, second = text.partition(":")
    return first, second


def answered(table: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Return statements with who has answered what; what somebody has said is true is confirmed.

    What somebody has said is not true stays doubtful, and is no longer asked; what somebody could not tell is.

    Parameters
    ----------
    table
        Result of :func:`sharemap.evidence.statements`.
    answers
        Schema ``evidence_answers``.
    """
    told = answers.set_index("evidence_id").reindex(table["evidence_id"]).reset_index(drop=True)
    said = told["answer"]
    sure = said.isin(["yes", "no"]).to_numpy()
    status = np.select([said == "yes", said == "no"], ["confirmed", "doubtful"], table["status"])
    return table.assign(
        status=pd.Series(status, index=table.index, dtype="str"),
        open=table["open"] & ~sure,
        **{
            column: told[name].astype("str").where(told[name].notna(), table[column].astype("str"))
            for column, name in (("answer", "answer"), ("answered_by", "who"), ("answered_on", "date"))
        },
    )
