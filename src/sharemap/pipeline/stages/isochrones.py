"""The stage 'isochrones': polygons by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap import isochrones
from sharemap.pipeline.stages.shared import Counts, Work, costs_of, slopes_of, stops_by_layer, streets_of
from sharemap.schema import STAGES

if TYPE_CHECKING:
    from sharemap.pipeline.folder import RunFolder
    from sharemap.pipeline.stages.shared import Files
    from sharemap.pipeline.study import Study

__all__ = ["WORK"]


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
        costs=costs_of(streets, slopes_of(study, folder), to_sites=True),
    )
    folder.put(isochrones=zones)
    return Counts(len(folder.table("stops")), len(zones))


def _decided_by(study: Study, files: Files) -> list[Any]:
    del files  # it reads tables only
    names = [(layer.key, layer.name_ko) for layer in study.catalog]
    return [study.parameters.minutes, study.parameters.isochrone_half_width_m, names]


WORK = Work(STAGES["isochrones"], _decided_by, run)
