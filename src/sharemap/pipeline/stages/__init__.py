"""The stages of a study, each a function that reads tables of the output folder and puts new ones into it.

::

    network -> sites -> reach -> isochrones
                          |
                          +-> coverage -> villages -> deliver

Every stage says which tables it needs; a stage that is run on its own finds them in the folder.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.pipeline.stages import coverage, isochrones, network, reach, sites, villages
from sharemap.pipeline.stages.shared import Counts, Stage, services_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STAGES", "Counts", "Stage", "services_of"]

STAGES: Mapping[str, Stage] = MappingProxyType(
    {
        stage.name: stage
        for stage in (
            Stage("network", "study area and walking network", network.run),
            Stage("sites", "sites and places", sites.run),
            Stage("reach", "walks from every site", reach.run),
            Stage("isochrones", "isochrones by layer", isochrones.run),
            Stage("coverage", "residents and who is served", coverage.run),
            Stage("villages", "blocks and village candidates", villages.run),
        )
    }
)
