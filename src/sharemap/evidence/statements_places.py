"""Statements about places: whether a site stands where it is published, and whether two places are two buildings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.evidence.statements import Statement
from sharemap.units import thousandths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sharemap.evidence.statements import PeopleIf, Status

__all__ = ["of_confirmed", "of_pairs", "of_positions"]

_OF_VILLAGES = ("villages",)
#: Status of positions that are not asked about one by one -> how sure they are.
_TOGETHER: dict[str, Status] = {"confirmed": "confirmed", "plausible": "plausible", "unverifiable": "unknown"}


def of_positions(positions: pd.DataFrame, people: PeopleIf) -> Iterator[Statement]:
    """Make statements about positions: one for each site whose position is contradicted, one a layer for the others.

    If a contradicted position is not true, the site is not there: who reaches no other site of the layer loses it.
    Where the position on which two agree is used, nothing is left to ask.

    Parameters
    ----------
    positions
        The table of this name.
    """
    doubted = positions["status"] == "contradicted"
    for row in positions.loc[doubted].to_dict("records"):
        moved = row["moved_m"] > 0
        asked = not moved and row["layer"] in people.layers
        yield Statement(
            about="site",
            about_id=str(row["site_id"]),
            dimension="position",
            case="position_moved" if moved else "contradicted",
            status="plausible" if moved else "doubtful",
            name=str(row["name"]),
            layer=str(row["layer"]),
            value=float(row["moved_m"] if moved else row["apart_m"]),
            unit="m",
            source_file=str(row["file"]),
            affects=("promise", "coverage", "gaps", "villages"),
            method="counted" if asked else "none",
            if_true=people.as_filed if asked else None,
            if_false=people.without_site(str(row["site_id"]), str(row["layer"])) if asked else None,
        )
    for (layer, status), rows in positions.loc[~doubted].groupby(["layer", "status"], sort=True):
        yield Statement(
            about="layer",
            about_id=f"{layer}:{status}",
            dimension="position",
            case=f"positions_{status}",
            status=_TOGETHER[str(status)],
            layer=str(layer),
            value=float(len(rows)),
        )


def of_pairs(to_check: pd.DataFrame) -> Iterator[Statement]:
    """Make a statement for each two places that may be one: they are two buildings.

    If they are, the set around them is a candidate, for the residents within 15 minutes of its places; if they are one,
    there is none. Of several sets that hang on one pair the one with most residents counts.

    Parameters
    ----------
    to_check
        The table of this name.
    """
    first = to_check.sort_values(["residents_15min", "rank"], ascending=[False, True], kind="stable")
    rows: list[dict[Any, Any]] = first.drop_duplicates(["place_a", "place_b"]).to_dict("records")
    for row in rows:
        known = pd.notna(row["residents_15min"])
        yield Statement(
            about="pair",
            about_id=f"{row['place_a']}:{row['place_b']}",
            dimension="identity",
            case="two_buildings",
            status="doubtful",
            name=f"{row['name_a']} · {row['name_b']}",
            ward_name=_told(row["ward_name"]),
            value=float(row["apart_m"]),
            unit="m",
            affects=_OF_VILLAGES,
            method="counted" if known else "none",
            if_true=int(thousandths(row["residents_15min"])) if known else None,
            if_false=0 if known else None,
        )


def of_confirmed(confirmed: pd.DataFrame) -> Iterator[Statement]:
    """Make a statement for each answer about places that the run has obeyed, with who has looked and when.

    Parameters
    ----------
    confirmed
        The table of this name.
    """
    rows: list[dict[Any, Any]] = confirmed.to_dict("records")
    for row in rows:
        where = row["answer"] == "position"
        yield Statement(
            about="site" if where else "pair",
            about_id=str(row["site_id"]) if where else f"{row['place_a']}:{row['place_b']}",
            dimension="position" if where else "identity",
            case=f"confirmed_{row['answer']}",
            status="confirmed",
            name=str(row["name_a"]) if where else f"{row['name_a']} · {row['name_b']}",
            affects=_OF_VILLAGES if not where else ("promise", "coverage", "gaps", "villages"),
            answer="yes" if row["answer"] == "different" else "no",
            answered_by=_told(row["who"]),
            answered_on=_told(row["date"]),
        )


def _told(cell: Any) -> str | None:  # noqa: ANN401  a cell
    return None if pd.isna(cell) else str(cell)
