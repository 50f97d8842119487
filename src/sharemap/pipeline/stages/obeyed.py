"""What a study says under ``[[confirmed]]``, as its tables tell it: part of the stage 'sites'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from sharemap.findings import positions as of_positions
from sharemap.findings import words
from sharemap.pipeline.stages.positions import positions_of
from sharemap.schema import check
from sharemap.units import CRS_METRIC, CRS_WGS84

if TYPE_CHECKING:
    from sharemap.sites import SiteTables

__all__ = ["confirmed", "obeyed"]


def confirmed(asked: pd.DataFrame) -> pd.DataFrame:
    """Return the table ``confirmed``: the answers in words."""
    said = {
        f"answer_{lang}": [words(lang)[f"confirmed_{answer}"] for answer in asked["answer"]]
        for lang in ("ko", "en")
    }
    return check(asked.assign(**said), "confirmed")


def obeyed(built: SiteTables, claims: pd.DataFrame) -> pd.DataFrame:
    """Return the table ``positions``, in which a position that somebody has confirmed is confirmed by that.

    Parameters
    ----------
    built
        The sites where they stand, and the answers.
    claims
        As :func:`sharemap.pipeline.stages.positions.put_right` gives them: what is known without the answers.
    """
    told = built.confirmed.dropna(subset="site_id").set_index("site_id")
    if told.empty:
        return positions_of(built.sites, claims)
    before, at = built.sites.copy(), built.sites["site_id"]
    moved = at.isin(told.index).to_numpy()
    was = told.loc[at[moved]]
    before.loc[moved, "geometry"] = shapely.points(was["x"], was["y"])
    table = positions_of(before, claims).set_index("site_id", drop=False)
    rows = told.index
    published = table.loc[rows, ["published_lon", "published_lat"]]
    points = gpd.GeoSeries.from_xy(*(published[name] for name in published), crs=CRS_WGS84).to_crs(CRS_METRIC)
    moved_m = points.distance(built.sites.set_index("site_id").loc[rows].geometry)
    table.loc[rows, ["status", "by"]] = "confirmed", "answer"
    table.loc[rows, ["other_file", "other_name"]] = None
    table.loc[rows, "other_row"] = pd.NA
    table.loc[rows, "apart_m"] = 0.0
    table.loc[rows, "moved_m"] = moved_m.round(1)
    for axis in ("lon", "lat"):
        table.loc[rows, f"used_{axis}"] = told[axis].round(7)
    return check(of_positions.worded(table.reset_index(drop=True)), "positions")
