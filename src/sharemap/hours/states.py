"""The state of many sites at some moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sharemap.hours.parsing import parse
from sharemap.hours.week import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharemap.hours.moments import Moment

__all__ = ["states"]


def states(hours: pd.Series[str], moments: Sequence[Moment]) -> pd.DataFrame:
    """Return the state of each site at each moment.

    Parameters
    ----------
    hours
        Opening hours as published, indexed by ``site_id``; empty where none are.
    moments
        When to ask.

    Returns
    -------
    ``site_id``, ``when`` (name of the moment) and ``state``: 1 open, 0 closed, -1 unknown.

    Examples
    --------
    >>> from sharemap.hours import moment
    >>> hours = pd.Series({"a": "평일 09:00~18:00", "b": "24시간", "c": None}, dtype="str")
    >>> states(hours, [moment("수 20:00")])["state"].tolist()
    [0, 1, -1]
    """
    texts = hours.fillna("")
    weeks = {text: parse(text) for text in texts.unique()}
    parts = []
    for one in moments:
        state = {
            text: UNKNOWN if week is None else week.at(one.weekday, one.minute)
            for text, week in weeks.items()
        }
        parts.append(
            pd.DataFrame(
                {
                    "site_id": hours.index.astype("str"),
                    "when": one.text,
                    "state": texts.map(state).to_numpy(dtype="int64"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
