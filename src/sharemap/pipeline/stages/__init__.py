"""The stages of a study, each a function that reads tables of the output folder and puts new ones into it.

Which stages there are, what they need and what decides their results is written in ``schema/stages.toml``; one that is
run on its own finds the tables that it needs in the folder.

>>> from sharemap.schema import STAGES
>>> for name in RUN:
...     print(name, "<-", *STAGES[name].needs)
network <-
sites <- network
reach <- sites
isochrones <- reach
coverage <- reach
doubt <- coverage
villages <- coverage
evidence <- villages
deliver <- isochrones doubt evidence
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.pipeline.stages import (
    coverage,
    deliver,
    doubt,
    evidence,
    isochrones,
    network,
    reach,
    sites,
    villages,
)
from sharemap.pipeline.stages.shared import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["RUN", "Counts"]

_ROOMS = (network, sites, reach, isochrones, coverage, doubt, villages, evidence, deliver)

RUN: Mapping[str, Callable[[Study, RunFolder], Counts]] = MappingProxyType(
    {room.__name__.rpartition(".")[2]: room.run for room in _ROOMS}
)
