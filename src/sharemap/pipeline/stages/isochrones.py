"""The stage 'isochrones': polygons by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap import isochrones
from sharemap.pipeline.stages.shared import Counts, stops_by_layer, streets_of

if TYPE_CHECKING:
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["run"]


def run(study: Study, folder: RunFolder) -> Counts:
    """Draw the isochrones of each layer, and put ``isochrones``.

    On slopes they show who can walk *to* a site, as coverage counts: the way home may be shorter or longer.
    """
    by_layer, streets = stops_by_layer(study, folder), streets_of(study, folder)
    zones = isochrones.by_layer(
        streets,
        by_layer,
        minutes=study.parameters.minutes,
        names={layer.key: layer.name_ko for layer in study.catalog},
        options=isochrones.IsochroneOptions(half_width_m=study.parameters.isochrone_half_width_m),
    )
    folder.put(isochrones=zones)
    return Counts(len(folder.table("stops")), len(zones))
