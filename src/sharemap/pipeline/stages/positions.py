"""Published positions on trial: part of the stage 'sites'."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from sharemap import network
from sharemap.evidence.positions import STATUSES, judged
from sharemap.evidence.positions_checks import KnownGround
from sharemap.findings import positions as of_positions
from sharemap.pipeline.stages.shared import dongs_around
from sharemap.schema import check
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from sharemap.pipeline.folder import RunFolder
    from sharemap.sites import SiteTables
    from sharemap.sources.sites import LayerRows
    from sharemap.study import Study

__all__ = ["claims_of", "ground_of", "positions_of", "put_right"]

log = logging.getLogger(__name__)

_TAKEN = ["row", "name", "address", "other_address", "x", "y"]
#: Figures of the room and what the table calls them.
_FIGURES = {
    **{name: name for name in ("apart_m", "ward_m", "road_m", "number_m", "dong_m", "step_m", "moved_m")},
    "with_m": "agrees_m",
    "against_m": "differs_m",
}
_MM = 1000.0


def claims_of(rows: Sequence[LayerRows]) -> pd.DataFrame:
    """Return the rows of all files that have a position, with ``part``, the number of the file, and ``line`` of its frame."""
    parts = []
    for number, one in enumerate(rows):
        frame = one.frame.loc[(one.frame["reason"] == "").to_numpy()]
        part = frame[_TAKEN].assign(part=number, line=frame.index, layer=one.layer.key)
        part["file"] = frame.get("file", one.file)
        part["published"] = frame["geocoded_by"] == ""
        part["indoors"] = one.layer.role == "space"
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def ground_of(study: Study, folder: RunFolder) -> KnownGround:
    """Return the wards of the whole boundary file, and all named streets of the folder."""
    area, edges, barriers = folder.table("area"), folder.table("edges"), folder.table("barriers")
    streets = [edges[["name", "geometry"]], barriers.loc[barriers["kind"] == "street", ["name", "geometry"]]]
    named = pd.concat([part.loc[part["name"].notna()] for part in streets], ignore_index=True)
    return KnownGround(
        dongs=dongs_around(study, area),
        streets=gpd.GeoDataFrame(named, geometry="geometry", crs=area.crs),
        within=network.surrounded(area, study.surroundings_m),
    )


def put_right(rows: Sequence[LayerRows], ground: KnownGround) -> tuple[list[LayerRows], pd.DataFrame]:
    """Return the files with agreed positions in place of those that they contradict, and what was found of every row."""
    claims = claims_of(rows)
    claims = claims.join(judged(claims, ground))
    moved = claims.loc[(claims["used_x"] != claims["x"]) | (claims["used_y"] != claims["y"])]
    done = list(rows)
    for number in np.unique(moved["part"].to_numpy(dtype=np.int64)):
        part = moved.loc[moved["part"] == number]
        frame = rows[number].frame.copy()
        for column in ("x", "y"):
            frame.loc[part["line"], column] = part[f"used_{column}"].to_numpy()
        frame.loc[part["line"], "coord_fix"] = "agreed"
        done[number] = replace(rows[number], frame=frame)
    return done, claims


def positions_of(built: SiteTables, claims: pd.DataFrame) -> pd.DataFrame:
    """Return table ``positions``: of each site what was found of the row that gave it its position.

    A site of which somebody has said where it stands is confirmed by that.
    """
    sites, answered = _before_answers(built)
    found = claims.iloc[_claim_of(sites, claims)].reset_index(drop=True)
    found = found.assign(used_x=built.sites.geometry.x, used_y=built.sites.geometry.y)
    found["moved_m"] = np.hypot(found["used_x"] - found["x"], found["used_y"] - found["y"])
    for name, value in (("status", "confirmed"), ("by", "answer"), ("other", -1)):
        found.loc[answered, name] = value
    found.loc[answered, "apart_m"] = found.loc[answered, "moved_m"]
    table = pd.DataFrame(sites[["site_id", "layer", "name", "address", "file", "row"]])
    table = table.join(found[[*_FIGURES]].astype("float64").round(1).rename(columns=_FIGURES))
    table = table.join(found[["status", "by", "addresses"]]).join(_others(found["other"], claims))
    for state, x, y in (("published", "x", "y"), ("used", "used_x", "used_y")):
        table[f"{state}_lon"], table[f"{state}_lat"] = _degrees(found[x], found[y], built.sites.crs)
    _tell(table)
    return check(of_positions.worded(table), "positions")


def _others(which: pd.Series[int], claims: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that decide, empty where none does."""
    rows = claims.iloc[which.clip(lower=0)][["file", "row", "name"]].reset_index(drop=True)
    return rows.astype({"row": "Int64"}).where(which >= 0).add_prefix("other_")


def _before_answers(built: SiteTables) -> tuple[gpd.GeoDataFrame, NDArray[np.bool_]]:
    """Return the sites where the files have them, and which of them somebody has put elsewhere."""
    told = built.confirmed.loc[built.confirmed["answer"] == "position"].set_index("site_id")
    sites, answered = built.sites.copy(), built.sites["site_id"].isin(told.index).to_numpy(dtype=bool)
    before = told.reindex(sites.loc[answered, "site_id"])
    sites.loc[answered, "geometry"] = gpd.points_from_xy(before["x"], before["y"])
    return sites, answered


def _claim_of(sites: gpd.GeoDataFrame, claims: pd.DataFrame) -> NDArray[np.int64]:
    """Return for each site the row that has its position: of several that of its name, then the nearest to its own row."""
    asked = pd.DataFrame(sites[["file", "layer", "row", "name"]]).assign(site=np.arange(len(sites)))
    asked = asked.assign(x=np.rint(sites.geometry.x * _MM), y=np.rint(sites.geometry.y * _MM))
    told = claims[["file", "layer", "row", "name"]].assign(claim=np.arange(len(claims)))
    told = told.assign(x=np.rint(claims["used_x"] * _MM), y=np.rint(claims["used_y"] * _MM))
    both = asked.merge(told, on=["file", "layer", "x", "y"], suffixes=("", "_told"))
    both = both.assign(other=both["name"] != both["name_told"], apart=(both["row"] - both["row_told"]).abs())
    best = both.sort_values(["site", "other", "apart", "claim"]).drop_duplicates("site")
    return best["claim"].to_numpy(dtype=np.int64)


def _tell(table: pd.DataFrame) -> None:
    counts = table["status"].value_counts()
    log.info(
        "positions: %d confirmed, %d plausible, %d contradicted (%d of them put where others agree), %d unverifiable",
        *(int(counts.get(name, 0)) for name in STATUSES[:3]),
        int((table["moved_m"] > 0).sum()),
        int(counts.get(STATUSES[3], 0)),
    )


def _degrees(x: pd.Series, y: pd.Series, crs: CRS) -> tuple[pd.Series, pd.Series]:
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=crs).to_crs(CRS_WGS84)
    return points.x.round(7), points.y.round(7)
