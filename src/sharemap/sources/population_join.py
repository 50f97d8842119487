"""Rows of a population table and dongs of a map: which row is of which dong, and what only one of the two has."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sharemap.errors import PopulationError
from sharemap.sources.boundaries import dong_name_key
from sharemap.sources.population_counts import people_in
from sharemap.sources.provinces import of_codes

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

__all__ = ["DongChanges", "TableLayout", "join", "reported"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class TableLayout:
    """Rows of dongs (with ``code``, ``province``, ``city``, ``ward``, ``dong``), and the columns of ages and of the total.

    ``elsewhere`` are rows of other provinces than those of the study: wards of several cities have one name.
    """

    rows: pd.DataFrame
    ages: dict[str, list[str]]
    total: str | None
    period: str
    elsewhere: pd.DataFrame | None = None

    def of_provinces(self, dongs: pd.DataFrame) -> TableLayout:
        """Return the layout with the rows of the provinces of some dongs, and those that do not say theirs."""
        ours = set(of_codes(dongs["ward_code"]))
        if "" in ours:
            return self
        kept = self.rows["province"].isin([*ours, ""])
        return replace(self, rows=self.rows[kept], elsewhere=self.rows[~kept])

    def keyed(self, dongs: pd.DataFrame) -> tuple[pd.Series[str], pd.Series[str]]:
        """Return what rows and dongs are joined by where they have no code in common: province, ward and dong."""
        province, ours = self.rows["province"], of_codes(dongs["ward_code"])
        told = bool(province.ne("").all() and ours.ne("").all())
        keys, names = (
            part[ward] + " " + dong_name_key(part[dong])
            for part, ward, dong in ((self.rows, "ward", "dong"), (dongs, "ward_name", "dong_name"))
        )
        return (province + " " + keys, ours + " " + names) if told else (keys, names)

    @property
    def people(self) -> list[str]:
        """The columns that make the number of residents: those of the ages, else the total."""
        ages = [name for names in self.ages.values() for name in names]
        return ages or [name for name in (self.total,) if name]


@dataclass(frozen=True)
class DongChanges:
    """Dongs that only the table or only the map has, by ward and name."""

    only_in_table: pd.DataFrame
    only_on_map: list[str]

    @classmethod
    def between(cls, layout: TableLayout, dongs: gpd.GeoDataFrame) -> DongChanges:
        """Return what differs in the wards of some dongs."""
        keys, of_dongs = layout.keyed(dongs)
        rows = layout.rows.assign(name=layout.rows["ward"] + " " + dong_name_key(layout.rows["dong"]))
        names = dongs["ward_name"] + " " + dong_name_key(dongs["dong_name"])
        ours = rows["ward"].isin(dongs["ward_name"]) | rows["code"].str.slice(0, 5).isin(dongs["ward_code"])
        by_code = rows["code"].isin(dongs["dong_code"])
        by_name = keys.isin(of_dongs)
        found = dongs["dong_code"].isin(rows["code"]) | of_dongs.isin(keys)
        return cls(rows.loc[ours & ~by_code & ~by_name], names.loc[~found].tolist())

    def guess(self, missing: list[str]) -> str:
        """Say which dongs of the table have the name of a missing one, but for its number."""
        stems = self.only_in_table["name"].map(_stem)
        pairs = [
            f"{name} <-> {', '.join(self.only_in_table['name'][stems == _stem(name)])}"
            for name in missing
            if (stems == _stem(name)).any()
        ]
        return f"; perhaps split or merged: {'; '.join(pairs)}" if pairs else ""


def _stem(name: str) -> str:
    return re.sub(r"\d+(?=동$)", "", name)


def reported(changes: DongChanges, layout: TableLayout, path: Path, most: float) -> dict[str, object]:
    """Return the changes as facts, and refuse a table too many of whose residents live nowhere on the map."""
    lost = changes.only_in_table
    columns = layout.people
    people = people_in(lost, columns, path).sum(axis=1).astype("int64") if len(lost) else lost["name"]
    everyone = layout.rows.loc[layout.rows["ward"].isin(set(lost["ward"]))]
    unplaced = int(people.sum()) if len(lost) else 0
    by_dong = {str(name): int(count) for name, count in zip(lost["name"], people, strict=True)}
    if unplaced or changes.only_on_map:
        _LOG.warning(
            "%s: dongs only in the table %s (%d residents are placed nowhere), only on the map %s",
            *(path.name, by_dong, unplaced, changes.only_on_map),
        )
    total = int(people_in(everyone, columns, path).to_numpy().sum()) if unplaced else 0
    if unplaced > most * total:
        msg = f"{unplaced} residents ({100 * unplaced / total:.1f} % of their wards) live in dongs that the map lacks"
        remedy = (
            "use boundaries and population of the same date, or raise [population] max_unplaced"
            + changes.guess(changes.only_on_map)
        )
        raise PopulationError(msg, file=path, value=list(by_dong), remedy=remedy)
    return {"only_in_table": by_dong, "only_on_map": changes.only_on_map, "unplaced": unplaced}


def join(layout: TableLayout, area: gpd.GeoDataFrame, changes: DongChanges, path: Path) -> pd.DataFrame:
    """Return the row of each dong of the area, in its order; by code where there are codes, else by names."""
    codes = area["dong_code"].astype("str")
    by_code = codes.isin(layout.rows["code"])
    names = area["ward_name"] + " " + dong_name_key(area["dong_name"])
    keys, of_dongs = layout.keyed(area)
    rows = layout.rows.assign(name=layout.rows["ward"] + " " + dong_name_key(layout.rows["dong"]))
    wanted = np.where(by_code, codes, of_dongs)
    key = rows["code"].where(rows["code"].isin(codes), keys)
    rows = rows.assign(key=key)
    missing = names[~np.isin(wanted, key.to_numpy(dtype=object))].tolist()
    if missing:
        msg = f"{len(missing)} dongs of the area are not in the population table"
        raise PopulationError(
            msg,
            file=path,
            value=", ".join(missing[:10]),
            remedy=f"use boundaries and population of the same year{changes.guess(missing)}{_of_others(layout, missing)}",
        )
    rows = rows.loc[rows["key"].isin(wanted)]
    repeated = rows["key"].duplicated()
    if repeated.any():
        first = rows.loc[repeated].iloc[0]
        msg = "a dong has several rows"
        remedy = "keep one of them, or say their cities in a column 시도"
        raise PopulationError(msg, file=path, row=int(first["row"]), value=first["name"], remedy=remedy)
    return rows.set_index("key").loc[wanted].reset_index(drop=True)


def _of_others(layout: TableLayout, missing: list[str]) -> str:
    """Say which rows of other cities have the name of a missing dong: they are others of that name."""
    if layout.elsewhere is None or layout.elsewhere.empty:
        return ""
    rows = layout.elsewhere
    same = (rows["ward"] + " " + dong_name_key(rows["dong"])).isin(missing)
    cities = sorted(set(rows.loc[same, "city"]))
    return f"; the rows of that name are of {', '.join(cities)}" if cities else ""
