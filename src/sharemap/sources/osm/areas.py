"""Buildings and water of an extract as polygons."""

from __future__ import annotations

import logging
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sharemap.sources.osm.extracts import Box, readable, turns_of, window_of
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["read_buildings", "read_water"]

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_WATER_AREAS = ("riverbank", "dock", "river")
_BATCH = 20_000  # shapes held before those far away are forgotten


def read_water(path: Path | str, *, near: gpd.GeoSeries | gpd.GeoDataFrame | None = None) -> gpd.GeoDataFrame:
    """Return lakes and river surfaces as polygons in the columns of :func:`barriers`.

    Only those whose box meets the box of the areas `near`, and in their CRS; by default all, in degrees.
    """
    frame = _polygons(path, ("natural", "waterway", "landuse"), near=near)
    water = (
        (frame["natural"] == "water")
        | frame["waterway"].isin(_WATER_AREAS)
        | frame["landuse"].isin(("reservoir", "basin"))
    )
    chosen = frame.loc[water, ["name", "geometry"]].reset_index(drop=True)
    return chosen.assign(kind="water", highway="", tunnel=False, bridge=False)


def read_buildings(
    path: Path | str, *, near: gpd.GeoSeries | gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    """Return buildings as polygons with ``building``, ``levels`` and ``height`` (NaN when unknown).

    Only those whose box meets the box of the areas `near`, and in their CRS; by default all, in degrees.
    """
    frame = _polygons(path, ("building",), ("building:levels", "height"), near=near)
    return gpd.GeoDataFrame(
        {
            "building": frame["building"],
            "levels": _number(frame["building:levels"]),
            "height": _number(frame["height"]),
        },
        geometry=frame.geometry,
    )


def _polygons(
    path: Path | str,
    keys: tuple[str, ...],
    more: tuple[str, ...] = (),
    *,
    near: gpd.GeoSeries | gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame:
    import osmium
    from osmium.geom import WKBFactory

    columns = (*keys, *more, "name")
    to_wkb = WKBFactory().create_multipolygon
    broken = 0

    def found() -> Iterator[tuple[str, tuple[str, ...]]]:
        nonlocal broken
        areas = (
            osmium.FileProcessor(name)
            .with_areas(osmium.filter.KeyFilter(*keys))
            .with_filter(osmium.filter.EntityFilter(osmium.osm.AREA))
            .with_filter(osmium.filter.KeyFilter(*keys))
        )
        for area in areas:
            try:
                yield to_wkb(area), tuple(area.tags.get(key, "") for key in columns)
            except RuntimeError:
                broken += 1

    with readable(path) as name:
        polygons, tags = _in_window(found(), window_of(near))
    if broken:
        log.warning(
            "%s: %d polygons (%s) are not closed and are left out", Path(name).name, broken, ", ".join(keys)
        )
    frame = pd.DataFrame(tags, columns=list(columns), dtype=str)
    valid = gpd.GeoSeries(shapely.make_valid(polygons), crs=CRS_WGS84)
    return gpd.GeoDataFrame(frame, geometry=valid if near is None else valid.to_crs(near.crs))


def _in_window(
    found: Iterator[tuple[str, _T]], window: Box | None
) -> tuple[npt.NDArray[np.object_], list[_T]]:
    """Return the shapes whose box meets a window, and what came with each; a batch at a time."""
    shapes, about = [np.empty(0, dtype=object)], list[_T]()
    while batch := list(islice(found, _BATCH)):
        these = np.asarray(shapely.from_wkb([wkb for wkb, _ in batch]), dtype=object)
        meets = np.ones(len(these), dtype=bool)
        if window is not None:
            west, south, east, north = shapely.bounds(these).T
            across = [(west + turn <= window[2]) & (east + turn >= window[0]) for turn in turns_of(window)]
            meets = np.logical_or.reduce(across) & (south <= window[3]) & (north >= window[1])
        shapes.append(these[meets])
        about += [batch[position][1] for position in np.flatnonzero(meets)]
    return np.concatenate(shapes), about


def _number(text: pd.Series[str]) -> pd.Series[float]:
    return pd.to_numeric(text.str.extract(r"^\s*(\d+(?:\.\d+)?)", expand=False), errors="coerce").astype(
        float
    )
