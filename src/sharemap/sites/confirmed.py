"""What somebody has looked at on site: two places are one building, or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sharemap.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Confirmed", "answers", "refuse_one_place"]

_ANSWERS = ("same", "different")
_TWO = 2


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """``[[confirmed]]``: an answer to a question of the table 'to_check'.

    Attributes
    ----------
    pair
        Two ids of places, as they are printed there, or of sites; or two names that no other place has.
    answer
        ``"same"``: the two are one place; ``"different"``: they are two, whatever makes them look like one.
    who, date, note
        Who has looked, when, and what was found.

    Raises
    ------
    StudyError
        If the pair is not two, or the answer is another one.
    """

    pair: tuple[str, ...]
    answer: str
    who: str = ""
    date: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if len(set(self.pair)) != _TWO or len(self.pair) != _TWO:
            msg = "an answer is about two places"
            remedy = 'write pair = ["ID", "ID"] with the two ids of to_check'
            raise StudyError(msg, column="[[confirmed]] pair", value=list(self.pair), remedy=remedy)
        if self.answer not in _ANSWERS:
            msg, remedy = "an unknown answer", f"use one of {', '.join(_ANSWERS)}"
            raise StudyError(msg, column="[[confirmed]] answer", value=self.answer, remedy=remedy)


def answers(
    confirmed: Sequence[Confirmed], sites: pd.DataFrame, places: pd.DataFrame, place_id: NDArray[np.object_]
) -> pd.DataFrame:
    """Return the answers with the rows of the sites that they are about.

    Parameters
    ----------
    confirmed
        The entries of the study.
    sites
        ``site_id`` and ``name``, RangeIndex.
    places
        ``place_id`` and ``lead`` as the rules alone make them: so an id stays good when the answers are obeyed.
    place_id
        For each site.

    Returns
    -------
    ``a``, ``b`` (rows of `sites`), ``name_a``, ``name_b`` and the other columns of an entry.

    Raises
    ------
    StudyError
        If an id is unknown, a name is not that of one place, or both are of one place.
    """
    lead = places["lead"].to_numpy()
    rows = {
        **_only_once(sites["name"].iloc[lead], lead),
        **dict(zip(places["place_id"], lead, strict=True)),
        **dict(zip(sites["site_id"], sites.index, strict=True)),
    }
    found = [[_row_of(text, rows) for text in one.pair] for one in confirmed]
    table = pd.DataFrame(found, columns=["a", "b"], dtype="int64")
    refuse_one_place(table, place_id, confirmed)
    names = {f"name_{side}": sites["name"].iloc[table[side]].to_numpy() for side in ("a", "b")}
    told = {key: [getattr(one, key) for one in confirmed] for key in ("answer", "who", "date", "note")}
    return table.assign(**names, **told)


def _only_once(names: pd.Series[str], lead: NDArray[np.object_]) -> dict[str, object]:
    once = ~names.duplicated(keep=False).to_numpy()
    return dict(zip(names[once], lead[once], strict=True))


def _row_of(text: str, rows: dict[str, object]) -> object:
    if text in rows:
        return rows[text]
    msg = "no place or site of this run has that id, and not exactly one place that name"
    remedy = "copy the ids of the pair from to_check (or place_id, site_id of places, sites), or take the entry out"
    raise StudyError(msg, column="[[confirmed]] pair", value=text, remedy=remedy)


def refuse_one_place(
    table: pd.DataFrame, place_id: NDArray[np.object_], confirmed: Sequence[Confirmed]
) -> None:
    """Refuse 'different' of two sites that are one place: by the rules, or by other answers.

    Raises
    ------
    StudyError
        If there is one.
    """
    for a, b, one in zip(table["a"], table["b"], confirmed, strict=True):
        if one.answer == "different" and place_id[a] == place_id[b]:
            msg = "these two are one place, by the distances of [places] or by other answers"
            remedy = "correct the answers, or set near_m or same_address_m of [places]"
            raise StudyError(msg, column="[[confirmed]] pair", value=list(one.pair), remedy=remedy)
