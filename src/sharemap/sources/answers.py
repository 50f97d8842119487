"""The workbook of what to check, filled in by officers, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import answer_form, normalised_header
from sharemap.errors import StudyError
from sharemap.schema import check
from sharemap.sources.published import read_table

if TYPE_CHECKING:
    from sharemap.sources.files.raw import RawTable

__all__ = ["no_answers", "read_answers"]

_NEEDED = ("evidence_id", "answer")
_TEXTS = ("evidence_id", "answer", "who", "date", "note")
_DEGREES = {"lon": 180.0, "lat": 90.0}


def no_answers() -> pd.DataFrame:
    """Return the table of a study that names no answers (schema ``evidence_answers``)."""
    texts = {name: pd.Series([], dtype="str") for name in _TEXTS}
    numbers = {name: pd.Series([], dtype="float64") for name in _DEGREES}
    return check(pd.DataFrame({"row": pd.Series([], dtype="int64"), **texts, **numbers}), "evidence_answers")


def read_answers(path: Path | str) -> pd.DataFrame:
    """Read the answers of a filled-in ``evidence_answers.xlsx`` (schema ``evidence_answers``).

    Parameters
    ----------
    path
        The workbook, or a CSV of its columns. Rows without an answer are questions that nobody has answered yet.

    Raises
    ------
    MissingFileError
        If there is no such file.
    StudyError
        If it lacks a column, an answer is none of those that can be chosen, a question is answered twice in two ways, or
        a position is no position.
    """
    path, form = Path(path), answer_form()
    known = [spelled for both in form.headers.values() for spelled in both]
    raw = read_table(path, known=known, error=StudyError)
    frame = _columns(raw)
    given = frame.loc[frame["answer"] != ""]
    keys = [form.key(text) for text in given["answer"]]
    for row, text, key in zip(given["row"], given["answer"], keys, strict=True):
        if key is None:
            remedy = f"use one of {', '.join(form.said(one, 'ko') for one in form.answers)}"
            msg = "an answer that cannot be chosen"
            raise StudyError(msg, file=path, row=int(row), value=text, remedy=remedy)
    table = given.assign(
        answer=pd.Series(keys, index=given.index, dtype="str"),
        **{name: _degrees(given, name, path) for name in _DEGREES},
    )
    _refuse_twice(table, path)
    table = table.drop_duplicates("evidence_id")
    blank = {name: table[name].mask(table[name] == "") for name in ("who", "date", "note")}
    texts = dict.fromkeys(_TEXTS, "str")
    return check(table.assign(**blank).astype(texts).reset_index(drop=True), "evidence_answers")


def _columns(raw: RawTable) -> pd.DataFrame:
    """Return the columns by their keys; those that are not there are blank."""
    seen = {normalised_header(str(name)): name for name in reversed(list(raw.frame.columns))}
    found = {
        key: next((seen[one] for one in map(normalised_header, (key, *both)) if one in seen), None)
        for key, both in answer_form().headers.items()
    }
    for key in _NEEDED:
        if found[key] is None:
            msg = "the answers lack a column"
            remedy = "fill in the file evidence_answers.xlsx of a result, and keep its header"
            raise StudyError(msg, file=raw.file, value=answer_form().header(key, "ko"), remedy=remedy)
    blank = pd.Series("", index=raw.frame.index, dtype="str")
    texts = {
        key: blank if name is None else raw.frame[name].astype("str").str.strip()
        for key, name in found.items()
        if key in (*_TEXTS, *_DEGREES)
    }
    frame = pd.DataFrame({"row": np.asarray(raw.rows, dtype=np.int64), **texts})
    return frame.loc[frame["evidence_id"] != ""]


def _degrees(given: pd.DataFrame, name: str, path: Path) -> pd.Series[float]:
    """Return a longitude or latitude; both of them are there or none."""
    number = pd.to_numeric(given[name], errors="coerce").astype("float64")
    wrong = (given[name] != "") & ~(number.abs() <= _DEGREES[name])
    half = (given["lon"] == "") != (given["lat"] == "")
    for row, text in given.loc[wrong | half, ["row", name]].to_numpy(dtype=object):
        remedy = "write degrees, such as 126.977 and 37.566, in both columns or in none"
        msg = "a position that is none"
        raise StudyError(msg, file=path, row=int(row), column=name, value=text, remedy=remedy)
    return number


def _refuse_twice(table: pd.DataFrame, path: Path) -> None:
    said = table.groupby("evidence_id")["answer"].nunique()
    for row in table.loc[table["evidence_id"].isin(said.index[said > 1])].tail(1).to_dict("records"):
        msg = "a question is answered in two ways"
        raise StudyError(
            msg,
            file=path,
            row=int(row["row"]),
            value=row["evidence_id"],
            remedy="keep the answer that is true",
        )
