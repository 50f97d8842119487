"""The sites of a folder as they may really be; stages that count in the same drawings draw them here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from sharemap import network, perturbed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sharemap.network import WalkNetwork
    from sharemap.perturbed import Drawing
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["drawn_sites", "moved_stops"]


def drawn_sites(study: Study, folder: RunFolder, streets: WalkNetwork) -> Drawing:
    """Draw the sites of the folder; the seed of the study alone decides, so every stage sees the same ones."""
    sites = folder.table("sites")
    role = {layer.key: layer.role for layer in study.catalog}
    listed = pd.DataFrame(
        {
            "site_id": sites["site_id"],
            "place_id": sites["place_id"],
            "layer": sites["layer"],
            "source": sites["file"],
            "space": (sites["layer"].map(role) == "space").to_numpy(dtype=bool),
            "x": sites.geometry.x,
            "y": sites.geometry.y,
        }
    )
    # without a site nothing is known that could be a little different
    runs = study.villages.stability_runs if len(listed) else 0
    rules = perturbed.DrawingRules(runs=runs, seed=study.villages.seed)
    return perturbed.draw(listed, rules, stands=partial(_stands, study, streets))


def _stands(study: Study, streets: WalkNetwork, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a street is near: on a mountain and in a river no site stands."""
    stops = moved_stops(study, streets, pd.DataFrame(points, columns=["x", "y"]))
    return (stops["status"] == "ok").to_numpy(dtype=bool)


def moved_stops(study: Study, streets: WalkNetwork, moved: pd.DataFrame) -> pd.DataFrame:
    """Return where some positions (``x``, ``y``) meet the street."""
    points = gpd.GeoSeries(gpd.points_from_xy(moved["x"], moved["y"]), index=moved.index, crs=streets.crs)
    return network.snap(streets, points, max_snap_m=study.parameters.max_snap_m)
