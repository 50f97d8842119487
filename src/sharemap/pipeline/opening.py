"""Inputs that stages read late, opened before the first stage: what is wrong with them is said at once.

A stage reads them again and tells of them; here only what cannot be used speaks.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sharemap.errors import GeometryError
from sharemap.pipeline.stages.people import check_people
from sharemap.pipeline.stages.shared import area_of
from sharemap.pipeline.stages.villages import read_idle
from sharemap.sources import elevation
from sharemap.sources.files.vectors import read_vector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sharemap.study import Study

__all__ = ["check_inputs"]


def check_inputs(study: Study, stages: Iterable[str]) -> None:
    """Refuse inputs of some stages that cannot be read: heights, residents, output areas, own blocks, idle spaces.

    Raises
    ------
    SharemapError
        As the stage that reads them would.
    """
    with _quiet():
        for name in stages:
            if name in _OPEN:
                _OPEN[name](study)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what is told while the inputs are opened: the stage that uses them tells it."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.WARNING))
    try:
        yield
    finally:
        logging.disable(before)


def _heights(study: Study) -> None:
    if study.elevation.raster:
        elevation.check_raster(study.file(study.elevation.raster))


def _residents(study: Study) -> None:
    if study.population.given and not study.area.place:  # nobody is asked twice for a place
        check_people(study, area_of(study))


def _of_villages(study: Study) -> None:
    if study.villages.blocks:
        read_vector(study.file(study.villages.blocks), error=GeometryError)
    if study.villages.idle_spaces:
        read_idle(study, area_of(study))


_OPEN: Mapping[str, Callable[[Study], None]] = {
    "reach": _heights,
    "coverage": _residents,
    "villages": _of_villages,
}
