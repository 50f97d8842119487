"""What is said of a published position: what speaks for or against it, and how far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.findings.numbers import rounded, whole
from sharemap.findings.words import LANGUAGES, words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["reason", "states_of", "status_name", "worded"]


def status_name(status: str, lang: str) -> str:
    """Return what a status of a position is called.

    Examples
    --------
    >>> status_name("contradicted", "ko"), status_name("unverifiable", "en")
    ('위치 의심', 'position not checkable')
    """
    return words(lang)[f"position_is_{status}"]


def worded(positions: pd.DataFrame) -> pd.DataFrame:
    """Return table ``positions`` with the reason of each row."""
    rows = positions.to_dict("records")
    return positions.assign(**{f"reason_{lang}": [reason(row, lang) for row in rows] for lang in LANGUAGES})


def reason(row: dict[Any, Any], lang: str) -> str:
    """Return what decides about a position, in a sentence; ``""`` when nothing could be asked.

    Examples
    --------
    >>> row = {"status": "contradicted", "by": "road", "apart_m": 1234.0, "moved_m": 0.0}
    >>> reason(row, "en")
    '1,234 m from the nearest street with the name in its address'
    """
    if not row["by"]:
        return ""
    say = words(lang)
    against = row["status"] == "contradicted"
    term = f"position_off_{row['by']}" if against else f"position_on_{row['by']}"
    told = say[term].format(
        metres=rounded(row["apart_m"]),
        name=row.get("other_name"),
        file=row.get("other_file"),
        row=whole(row.get("other_row")),
        n=whole(row.get("addresses")),
    )
    if against and row["moved_m"] > 0:
        told += say["position_moved"].format(metres=rounded(row["moved_m"]))
    return told


def states_of(positions: pd.DataFrame, lang: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the state of each site's published position, and of those in doubt what contradicts them; by site."""
    if positions.empty:
        return {}, {}
    doubted = positions.loc[positions["status"] == "contradicted"]
    said = [reason(row, lang) for row in doubted.to_dict("records")]
    states = dict(zip(positions["site_id"], positions["status"], strict=True))
    return states, dict(zip(doubted["site_id"], said, strict=True))
