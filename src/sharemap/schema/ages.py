"""The ages: five-year bands of the register, and the broad ones that results tell apart."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["AGE_BANDS", "BROAD_AGES", "PeopleKnown", "ages_known"]

#: What a study knows of its residents: their ages, only how many they are, or nothing at all.
PeopleKnown = Literal["ages", "totals", "nothing"]

#: Registered population comes by 5-year age; these are the demand columns, from ``age_00_04`` to ``age_100``.
AGE_BANDS: tuple[str, ...] = (*(f"age_{low:02d}_{low + 4:02d}" for low in range(0, 100, 5)), "age_100")

#: The ages that results tell apart, and the five-year bands that they are made of.
BROAD_AGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "0_9": AGE_BANDS[0:2],
        "10_19": AGE_BANDS[2:4],
        "20_39": AGE_BANDS[4:8],
        "40_64": AGE_BANDS[8:13],
        "65_over": AGE_BANDS[13:],
    }
)


def ages_known(demand: pd.DataFrame) -> bool:
    """Return whether demand points tell the ages of their residents; where they do not, no age is known, not zero."""
    return all(band in demand.columns for band in AGE_BANDS) and bool(
        demand[list(AGE_BANDS)].notna().all(axis=None)
    )
