"""Shared spaces whose published position is in doubt, and what there would be if it were true: part of 'villages'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from sharemap import network, reach, villages
from sharemap.schema import check
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from sharemap.network import WalkNetwork
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["elsewhere", "positions_in_doubt"]

_MINUTES = 15.0
_DONG = ["ward_name", "dong_code", "dong_name"]


def positions_in_doubt(folder: RunFolder, services: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the rows of table ``positions`` of shared spaces that are contradicted.

    Parameters
    ----------
    folder
        With that table.
    services
        Sites with the role of their layer.

    Returns
    -------
    The rows with ``place_id``, whether the site is the only shared space there (``alone``), and ``against_lon``,
    ``against_lat``: where others have it, as far as anybody says.
    """
    positions = folder.table("positions")
    spaces = services.loc[services["role"] == "space"].set_index("site_id")["place_id"]
    doubted = positions.loc[(positions["status"] == "contradicted") & positions["site_id"].isin(spaces.index)]
    doubted = doubted.assign(place_id=doubted["site_id"].map(spaces).astype("str"))
    doubted["alone"] = doubted["place_id"].map(spaces.value_counts()) == 1
    of_row = positions.drop_duplicates(["file", "row"]).set_index(["file", "row"])
    asked = pd.MultiIndex.from_arrays([doubted["other_file"], doubted["other_row"].astype("float64")])
    others = of_row.reindex(asked)
    for axis in ("lon", "lat"):
        said = pd.Series(others[f"used_{axis}"].to_numpy(), index=doubted.index)
        doubted[f"against_{axis}"] = said.mask(doubted["moved_m"] > 0, doubted[f"used_{axis}"])
    return doubted.reset_index(drop=True)


def elsewhere(
    study: Study,
    folder: RunFolder,
    streets: WalkNetwork,
    doubted: pd.DataFrame,
    stops: pd.DataFrame,
) -> villages.Elsewhere | None:
    """Return the shared spaces at published positions that are not used, with their walks; nothing without any.

    Parameters
    ----------
    study, folder, streets
        Of the run.
    doubted
        As :func:`positions_in_doubt` gives it.
    stops
        Where the shared spaces meet the street.
    """
    spaces = _spaces(study, folder, doubted)
    if spaces.empty:
        return None
    snapped = network.snap(streets, spaces, max_snap_m=study.parameters.max_snap_m)
    own = snapped.assign(site_id=spaces["place_id"])
    everything = pd.concat([stops, own], ignore_index=True)
    walks = reach.between(streets, everything, cutoff_m=study.parameters.adjacent_m)
    ours = walks["a"].isin(spaces["place_id"]) | walks["b"].isin(spaces["place_id"])
    people = folder.table("demand")
    costs = villages.Ground.walked(streets, own, minutes=_MINUTES).residents(people)
    return villages.Elsewhere(spaces=spaces, walks=_to_others(walks[ours], doubted), place_costs=costs)


def _spaces(study: Study, folder: RunFolder, doubted: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return table ``places`` of them: those inside the area, and beside no shared space, with which they would be one."""
    moved = doubted.loc[doubted["moved_m"] > 0].sort_values("site_id")
    points = gpd.GeoSeries.from_xy(moved["published_lon"], moved["published_lat"], crs=CRS_WGS84)
    there = gpd.GeoDataFrame(moved, geometry=points.to_crs(folder.table("area").crs))
    there = there.drop_duplicates(["published_lon", "published_lat"])
    places = folder.table("places")
    known = places.loc[places["shared_space"], ["geometry"]]
    near = there.sjoin(known, how="inner", predicate="dwithin", distance=study.places.near_m)
    there = there.drop(near.index.unique())
    inside = there.sjoin(folder.table("area")[[*_DONG, "geometry"]], how="inner", predicate="within")
    inside = inside[~inside.index.duplicated()]
    told = inside.assign(
        place_id=inside["site_id"],
        layers=inside["layer"],
        sites=1,
        shared_space=True,
        evidence="single",
        in_area=True,
    )
    return check(told.sort_values("place_id", ignore_index=True), "places")


def _to_others(walks: pd.DataFrame, doubted: pd.DataFrame) -> pd.DataFrame:
    """Leave out walks from a site to the place that is one only by that site: it stands in one of the two."""
    own = doubted.loc[doubted["alone"]].set_index("site_id")["place_id"]
    alone = (walks["a"].map(own) == walks["b"]) | (walks["b"].map(own) == walks["a"])
    return walks[~alone].reset_index(drop=True)
