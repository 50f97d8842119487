"""Villages where little is known of the people around them: what rests on residents says nothing, not zero.

The search itself needs no residents. Where a study has none, or has no ages, every number that counts them is counted as
if nobody lived there, which decides no order, and is taken out of the tables here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.schema import PeopleKnown

__all__ = ["as_known"]

_ELDERLY = "residents_65_over_15min"
_AGES = (
    "children_15min",
    "adults_15min",
    "elderly_15min",
    "elderly_share",
    "elderly_profile",
    "elderly_profile_share",
)


def as_known(tables: dict[str, pd.DataFrame], known: PeopleKnown) -> dict[str, pd.DataFrame]:
    """Return the tables of a search without what nobody knows of residents.

    Parameters
    ----------
    tables
        Tables under their names in the schema.
    known
        What is known of residents.
    """
    if known == "ages":
        return tables
    blank = {name: _unknown(name, known) for name in tables}
    found = {name: table.assign(**dict.fromkeys(blank[name], float("nan"))) for name, table in tables.items()}
    residents, scores, values = (found[f"village_{name}"] for name in ("residents", "scores", "values"))
    told = residents["age_band"].eq("all") & (known == "totals")
    uncounted = scores["component"].isin(blank["villages"])
    return found | {
        "village_residents": residents[told].reset_index(drop=True),
        "village_scores": scores.assign(
            **{name: scores[name].mask(uncounted) for name in ("value", "normalised")}
        ),
        # every indicator about residents tells their ages
        "village_values": values.assign(value=values["value"].mask(values["indicator"].isin(_AGES))),
    }


def _unknown(table: str, known: PeopleKnown) -> list[str]:
    """Return the columns of a table that count people nobody knows of; rows by age go as a whole."""
    if table == "village_residents":
        return []
    counted = [column.name for column in TABLES[table].columns if column.kind == "persons"]
    return counted if known == "nothing" else [name for name in counted if name == _ELDERLY]
