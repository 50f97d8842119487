"""The stage 'reach': all walks from every site, and the slopes they are walked on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sharemap import reach
from sharemap.pipeline.stages.shared import Counts, streets_of
from sharemap.sources.elevation import read_slopes

if TYPE_CHECKING:
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["run"]

log = logging.getLogger(__name__)


def run(study: Study, folder: RunFolder) -> Counts:
    """Walk from every site, and put ``reach``; with an elevation raster ``slopes`` too."""
    stops, streets = folder.table("stops"), streets_of(study, folder, flat=True)
    if study.elevation.raster:
        slopes = read_slopes(
            study.file(study.elevation.raster), streets.edges, min_known=study.elevation.min_known
        )
        folder.put(slopes=slopes)
        streets = streets.with_profile(study.profile, slopes)
        log.info("elevation: %.1f %% of the streets are covered", 100 * slopes.attrs["known_share"])
    # residents walk to the sites
    reached = reach.within(streets.reversed(), stops, minutes=study.parameters.cutoff_min)
    folder.put(reach=reached.frame())
    return Counts(len(stops), len(reached.node), int((stops["status"] != "ok").sum()))
