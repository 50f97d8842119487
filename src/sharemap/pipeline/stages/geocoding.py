"""Positions for the rows of a study that lack nothing else, as far as the study asks for it."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sharemap import sites
from sharemap.pipeline.stages.shared import dongs_around
from sharemap.pipeline.summary import generated_at
from sharemap.sources import geocoding

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.sources.sites import LayerRows
    from sharemap.study import Study

__all__ = ["geocoded"]

log = logging.getLogger(__name__)


def geocoded(study: Study, rows: list[LayerRows], area: gpd.GeoDataFrame) -> list[LayerRows]:
    """Return the files with the rows placed that could be; the same files when the study asks for none."""
    wanted = study.geocoding
    if not wanted.active:
        return rows
    waiting = [_waiting(one, study) for one in rows]
    if not any(mask.any() for mask in waiting):
        return rows
    with ExitStack() as stack:
        done = _geocoder(study, area, stack).place(rows, waiting)
    log.info(
        "geocoding: %d addresses; rows placed by %s; rows not placed: %s",
        *(done.addresses, done.by or "none", done.missed or "none"),
    )
    return done.rows


def _waiting(rows: LayerRows, study: Study) -> NDArray[np.bool_]:
    if rows.layer.key in study.geocoding.except_layers:
        return np.zeros(len(rows.frame), dtype=bool)
    return sites.waiting(rows)


def _geocoder(study: Study, area: gpd.GeoDataFrame, stack: ExitStack) -> geocoding.Geocoder:
    wanted = study.geocoding
    folder = geocoding.cache_folder(
        study.path.parent / Path(wanted.cache).expanduser() if wanted.cache else None
    )
    tables = [study.file(name) for name in wanted.address_tables]
    index = geocoding.open_index(tables, cache=folder) if tables else None
    if index is not None:
        stack.callback(index.close)
    providers = [geocoding.provider_named(name)() for name in wanted.online]
    cache = geocoding.AnswerCache(folder, now=generated_at()) if providers else None
    if cache is not None:
        stack.callback(cache.close)
    # the whole boundary file, not only the study area: neighbouring wards show a wrong answer
    return geocoding.Geocoder(
        bounds=geocoding.Bounds(dongs_around(study, area)),
        index=index,
        same_address=wanted.same_address,
        providers=providers,
        cache=cache,
        min_confidence=wanted.confidence,
    )
