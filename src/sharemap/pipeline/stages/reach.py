"""The stage 'reach': all walks from every site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap import reach
from sharemap.pipeline.stages.shared import Counts, streets_of

if TYPE_CHECKING:
    from sharemap.pipeline.folder import RunFolder
    from sharemap.pipeline.study import Study

__all__ = ["run"]


def run(study: Study, folder: RunFolder) -> Counts:
    """Walk from every site, and put ``reach``."""
    stops = folder.table("stops")
    reached = reach.within(streets_of(study, folder), stops, minutes=study.parameters.cutoff_min)
    folder.put(reach=reached.frame())
    return Counts(len(stops), len(reached.node), int((stops["status"] != "ok").sum()))
