"""Reach -> polygons: how far one comes on foot, drawn.

An isochrone is the fully reached edges and the exactly clipped part of the others, drawn with a half-width
(25 m), united, small holes filled. A street that goes on beyond the cutoff ends flat where the walk ends. By
construction isochrones are nested in the cutoff, grow with every added site and hold the points where their sites
meet the street.

Polygons are for the eye. Every count and share is computed from walks (:mod:`sharemap.coverage`), never from them;
:func:`reached_intervals` gives the exact reached street.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from sharemap import reach
from sharemap.errors import GeometryError
from sharemap.isochrones.drawing import Canvas, IsochroneOptions
from sharemap.isochrones.intervals import cutoff_cm, reached, reached_intervals
from sharemap.isochrones.lines import substrings
from sharemap.schema import check
from sharemap.units import CRS_METRIC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharemap.network import WalkNetwork

__all__ = ["IsochroneOptions", "by_layer", "by_site", "reached_intervals", "substrings"]

_MINUTES = (5.0, 10.0, 15.0)


def by_layer(
    streets: WalkNetwork,
    stops_by_layer: Mapping[str, pd.DataFrame],
    *,
    names: Mapping[str, str],
    minutes: Sequence[float] = _MINUTES,
    options: IsochroneOptions | None = None,
) -> gpd.GeoDataFrame:
    """Draw what is within some minutes of any site of each layer.

    Parameters
    ----------
    streets
        The network, with the profile to walk by.
    stops_by_layer
        Layer key -> stops (schema ``stops``) of its sites.
    names
        Layer key -> Korean name.
    minutes
        Cutoffs, inclusive.
    options
        See :class:`IsochroneOptions`.

    Returns
    -------
    Schema ``isochrones``: one MultiPolygon for each layer and cutoff, sorted by layer and minutes. A layer that
    reaches no street has no row: there is nothing to draw.
    """
    rows = _drawn(streets, stops_by_layer, minutes, options)
    frame = _frame("layer", rows, streets)
    frame.insert(1, "layer_ko", frame["layer"].map(dict(names)).astype("str"))
    return check(frame, "isochrones")


def by_site(
    streets: WalkNetwork,
    stops: pd.DataFrame,
    *,
    minutes: Sequence[float] = _MINUTES,
    options: IsochroneOptions | None = None,
) -> gpd.GeoDataFrame:
    """Draw what is within some minutes of each site on its own.

    Parameters
    ----------
    streets, minutes, options
        As in :func:`by_layer`.
    stops
        Schema ``stops``; sites that meet no street have no row in the result.

    Returns
    -------
    ``site_id``, ``minutes``, ``cutoff_m``, ``area_m2``, geometry; sorted by site and minutes.

    Examples
    --------
    One street of 400 m with a site in the middle; in a minute one walks 75 m to either side.

    >>> from shapely import LineString
    >>> from sharemap import network
    >>> line = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (400, 0)])], crs="EPSG:5179")
    >>> stops = pd.DataFrame({"site_id": ["a"], "edge_id": [0], "offset_m": [200.0], "snap_m": [0.0], "status": ["ok"]})
    >>> zones = by_site(network.from_lines(line), stops, minutes=[1, 2])
    >>> zones[["site_id", "minutes", "cutoff_m", "area_m2"]].to_numpy().tolist()
    [['a', 1.0, 75.0, 7500.0], ['a', 2.0, 150.0, 15000.0]]
    """
    sites = {str(site): stops.iloc[[row]] for row, site in enumerate(stops["site_id"])}
    return _frame("site_id", _drawn(streets, sites, minutes, options), streets)


def _drawn(
    streets: WalkNetwork,
    stops_by_key: Mapping[str, pd.DataFrame],
    minutes: Sequence[float],
    options: IsochroneOptions | None,
) -> list[tuple[str, float, Any]]:
    cutoffs = sorted({float(value) for value in minutes})
    if not cutoffs or not cutoffs[0] > 0:
        msg = "isochrones need at least one cutoff, all of them positive minutes"
        raise GeometryError(msg, value=list(minutes), remedy="for example (5, 10, 15)")
    canvas = Canvas(streets, IsochroneOptions() if options is None else options)
    rows = []
    for key in sorted(stops_by_key):
        stops = stops_by_key[key]
        near = reach.nearest(streets, stops, minutes=cutoffs[-1])
        steps = [reached(streets, near, stops, cutoff_cm(streets, cutoff)) for cutoff in cutoffs]
        zones = zip(cutoffs, canvas.draw(steps), strict=True)
        rows += [(key, cutoff, zone) for cutoff, zone in zones if zone is not None]
    return rows


def _frame(key: str, rows: list[tuple[str, float, Any]], streets: WalkNetwork) -> gpd.GeoDataFrame:
    keys, cutoffs, zones = ([row[column] for row in rows] for column in range(3))
    minutes = pd.Series(cutoffs, dtype="float64")
    shapes = gpd.GeoSeries(zones, crs=CRS_METRIC)
    columns = {
        key: pd.Series(keys, dtype="str"),
        "minutes": minutes,
        "cutoff_m": minutes.map(streets.profile.metres).astype("float64"),
        "area_m2": shapes.area.astype("float64"),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes)
