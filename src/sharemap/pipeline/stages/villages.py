"""The stage 'villages': blocks and village candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sharemap import blocks, network, reach, villages
from sharemap.pipeline.stages.shared import Counts, streets_of

if TYPE_CHECKING:
    from sharemap.network import WalkNetwork
    from sharemap.pipeline.folder import RunFolder
    from sharemap.pipeline.study import Study

__all__ = ["run"]

_SUPPORT_MIN = 5.0
_VILLAGE_MIN = 15.0


def run(study: Study, folder: RunFolder) -> Counts:
    """Find the village candidates, and put them, their places, walks and ``blocks``."""
    streets, people, places = streets_of(study, folder), folder.table("demand"), folder.table("places")
    parcels = blocks.enclose(folder.table("barriers"), folder.table("area"), demand=people)
    spaces = places.loc[places["shared_space"] & places["in_area"]].reset_index(drop=True)
    snapped = network.snap(streets, spaces, max_snap_m=study.parameters.max_snap_m)
    stops = snapped.assign(site_id=spaces["place_id"])
    near = reach.within(streets, stops, minutes=_VILLAGE_MIN)
    found = villages.find(
        spaces,
        reach.between(streets, stops, cutoff_m=study.parameters.adjacent_m),
        around=villages.Surroundings(
            place_costs=reach.to_points(streets, near, stops, people),
            demand=people,
            support=_support(study, folder, streets, stops),
            blocks=parcels,
        ),
        rules=villages.VillageRules(
            min_places=study.parameters.min_places, adjacent_m=study.parameters.adjacent_m
        ),
    )
    folder.put(
        blocks=parcels,
        villages=found.villages,
        village_places=found.places,
        village_walks=found.walks,
        one_short=found.one_short,
    )
    folder.put_json("villages_note.json", {"note": found.note})
    return Counts(len(spaces), len(found.villages), int((stops["status"] != "ok").sum()))


def _support(study: Study, folder: RunFolder, streets: WalkNetwork, spaces: pd.DataFrame) -> pd.DataFrame:
    """Return the sites of support layers within five minutes of shared spaces."""
    layer = folder.table("sites").set_index("site_id")["layer"]
    stops = folder.table("stops")
    role = {item.key: item.role for item in study.catalog}
    support = (layer.map(role).reindex(stops["site_id"]) == "support").to_numpy()
    stops = stops.loc[support].reset_index(drop=True)
    walks = reach.to_points(streets, reach.within(streets, spaces, minutes=_SUPPORT_MIN), spaces, stops)
    return pd.DataFrame(
        {
            "place_id": walks.site_ids[walks.site].astype(str),
            "site_id": stops["site_id"].to_numpy()[walks.point],
            "walk_m": walks.cost_m,
        }
    )
