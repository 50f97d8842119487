"""The one table that is made for export: dongs with the share of residents who reach each service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from sharemap.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COVERAGE", "MADE_FROM", "coverage_of_dongs", "headings"]

COVERAGE = "coverage"
MADE_FROM = ("area", "coverage_dong")

_SHARE = "share_"
_SHARE_OF, _RESIDENTS = "도달률: {}", "주민수"


def coverage_of_dongs(area: gpd.GeoDataFrame, rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return dongs with residents and, for each service, the share of residents who reach it.

    Parameters
    ----------
    area, rows
        Tables 'area' and 'coverage_dong'.
    """
    rows = rows.loc[rows["age_band"] == "all"]
    wide = rows.pivot_table(index="dong_code", columns="key", values="share", sort=False, dropna=False)
    residents = rows.groupby("dong_code")["residents"].first()
    table = area.assign(residents=area["dong_code"].map(residents)).join(
        wide.add_prefix(_SHARE), on="dong_code"
    )
    return gpd.GeoDataFrame(table[[*table.columns.drop("geometry"), "geometry"]])


def headings(table: pd.DataFrame) -> dict[str, str]:
    """Return what its columns are called in Korean."""
    shares = (str(column) for column in table if str(column).startswith(_SHARE))
    of_shares = {column: _SHARE_OF.format(column.removeprefix(_SHARE)) for column in shares}
    return {"residents": _RESIDENTS, **TABLES["area"].headings("ko"), **of_shares}
