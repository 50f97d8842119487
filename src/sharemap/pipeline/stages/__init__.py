"""The stages of a study, each a function that reads tables of the output folder and puts new ones into it.

A stage says which others it needs; one that is run on its own finds their tables in the folder.

>>> for name, work in WORK.items():
...     print(name, "<-", *work.stage.needs)
network <-
sites <- network
reach <- sites
isochrones <- reach
coverage <- reach
villages <- coverage
deliver <- isochrones villages
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.pipeline.stages import coverage, deliver, isochrones, network, reach, sites, villages
from sharemap.pipeline.stages.shared import Counts, Files, Work, services_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WORK", "Counts", "Files", "Work", "services_of"]

_ROOMS = (network, sites, reach, isochrones, coverage, villages, deliver)

WORK: Mapping[str, Work] = MappingProxyType({room.WORK.stage.name: room.WORK for room in _ROOMS})
