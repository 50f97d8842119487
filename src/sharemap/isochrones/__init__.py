"""Reach -> polygons: how far one comes on foot, drawn.

An isochrone is the fully reached edges and the exactly clipped part of the others, drawn with a half-width
(25 m), united, small holes filled. Towards the end of a walk the street is drawn nowhere wider than the walk that is
left, because the way from the street to a door is walked too (``ends="flat"`` draws it at full width instead). By
construction isochrones are nested in the cutoff, grow with every added site and hold the points where their sites
meet the street.

:func:`by_site`, :func:`by_place` and :func:`by_layer` draw the same thing for different sets of sites, with the same
code: there is no quick way and exact way, and nothing is simplified. Corners are true within a tenth of a
millimetre.

On slopes they show who can walk *to* a site, which is what a service area means; for how far one comes *from* it, pass
``streets.reversed()``.

Polygons are for the eye. Every count and share is computed from walks (:mod:`sharemap.coverage`), never from them;
:func:`reached_intervals` gives the exact reached street.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sharemap import reach
from sharemap.errors import GeometryError
from sharemap.isochrones.drawing import Canvas, IsochroneOptions
from sharemap.isochrones.intervals import Origins, of_nearest, reached, reached_intervals
from sharemap.isochrones.lines import substrings
from sharemap.reach.engine import in_threads
from sharemap.schema import check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sharemap.network import WalkNetwork

__all__ = ["IsochroneOptions", "by_layer", "by_place", "by_site", "reached_intervals", "substrings"]

_MINUTES = (5.0, 10.0, 15.0)
_ZONES_A_TASK = 32

_Row = tuple[str, float, Any]


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

    Raises
    ------
    GeometryError
        If there is no cutoff or one that is not positive, or stops are not of this network.
    """
    cutoffs, towards = _cutoffs(minutes), streets.reversed()
    canvas = Canvas(towards, options)
    near = reach.nearest_by_layer(towards, stops_by_layer, minutes=cutoffs[-1])
    jobs = [(key, cutoff) for key in sorted(near) for cutoff in cutoffs]

    def task(part: slice) -> _Row:
        key, cutoff = jobs[part.start]
        origins = of_nearest(near[key], stops_by_layer[key])
        (shape,) = canvas.draw(reached(towards, origins, cutoff), 1)
        return key, cutoff, shape

    frame = _frame("layer", in_threads(task, len(jobs), at_least=1, at_most=1), streets)
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
    One street of 400 m with a site in the middle; in a minute one walks 75 m to either side, and the last
    25 m are drawn as a point.

    >>> from shapely import LineString
    >>> from sharemap import network
    >>> line = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (400, 0)])], crs="EPSG:5179")
    >>> stops = pd.DataFrame({"site_id": ["a"], "edge_id": [0], "offset_m": [200.0], "snap_m": [0.0], "status": ["ok"]})
    >>> zones = by_site(network.from_lines(line), stops, minutes=[1, 2])
    >>> zones[["site_id", "minutes", "cutoff_m", "area_m2"]].to_numpy().tolist()
    [['a', 1.0, 75.0, 6250.0], ['a', 2.0, 150.0, 13750.0]]
    """
    sites = stops["site_id"].astype(str)
    canvas = Canvas(streets.reversed(), options)
    return _frame("site_id", _zones(canvas, stops, sites, _cutoffs(minutes)), streets)


def by_place(
    streets: WalkNetwork,
    stops: pd.DataFrame,
    places: pd.Series,
    *,
    minutes: Sequence[float] = _MINUTES,
    options: IsochroneOptions | None = None,
) -> gpd.GeoDataFrame:
    """Draw what is within some minutes of each place: of any of its sites, as one building has several doors.

    Parameters
    ----------
    streets, stops, minutes, options
        As in :func:`by_site`.
    places
        ``place_id`` indexed by ``site_id``, as in ``sites.set_index("site_id")["place_id"]``.

    Returns
    -------
    ``place_id``, ``minutes``, ``cutoff_m``, ``area_m2``, geometry; sorted by place and minutes.

    Raises
    ------
    GeometryError
        If a stop's site is in no place, or as :func:`by_layer`.
    """
    known = places.loc[~places.index.duplicated()]
    of_stop = stops["site_id"].map(known)
    if of_stop.isna().any():
        lost = stops.loc[of_stop.isna(), "site_id"]
        msg = "a site is in no place"
        raise GeometryError(
            msg, column="site_id", value=lost.iloc[0], remedy="give the places of the same sites"
        )
    canvas = Canvas(streets.reversed(), options)
    return _frame("place_id", _zones(canvas, stops, of_stop.astype(str), _cutoffs(minutes)), streets)


def _cutoffs(minutes: Sequence[float]) -> list[float]:
    cutoffs = sorted({float(value) for value in minutes})
    if not cutoffs or not cutoffs[0] > 0 or not np.isfinite(cutoffs[-1]):
        msg = "isochrones need at least one cutoff, all of them positive minutes"
        raise GeometryError(msg, value=list(minutes), remedy="for example (5, 10, 15)")
    return cutoffs


def _zones(
    canvas: Canvas,
    stops: pd.DataFrame,
    keys: pd.Series,
    cutoffs: list[float],
) -> list[_Row]:
    """Draw a zone for each key, of the stops that have it."""
    streets = canvas.streets
    order = np.argsort(keys.to_numpy(dtype=str), kind="stable")
    stops, names = stops.iloc[order], keys.to_numpy(dtype=str)[order]
    zones, of_stop = np.unique(names, return_inverse=True)
    walks = reach.within(streets, stops, minutes=cutoffs[-1])
    first = np.searchsorted(of_stop, np.arange(len(zones) + 1))

    def task(part: slice) -> list[_Row]:
        origins = _origins(walks, stops, of_stop, slice(first[part.start], first[part.stop]))
        n_zones = part.stop - part.start
        return [
            (str(name), cutoff, shape)
            for cutoff in cutoffs
            for name, shape in zip(
                zones[part],
                canvas.draw(reached(streets, origins, cutoff), n_zones),
                strict=True,
            )
        ]

    tasks = in_threads(task, len(zones), at_least=1, at_most=_ZONES_A_TASK)
    return sorted((row for rows in tasks for row in rows), key=lambda row: row[:2])


def _origins(walks: reach.Reach, stops: pd.DataFrame, of_stop: NDArray[np.intp], part: slice) -> Origins:
    begin, end = walks.indptr[part.start], walks.indptr[part.stop]
    zone = (of_stop[part] - of_stop[part][0]).astype(np.int64)
    return Origins(
        zone=np.repeat(zone, np.diff(walks.indptr[part.start : part.stop + 1])),
        node=walks.node[begin:end].astype(np.int64),
        cost_cm=walks.cost_cm[begin:end].astype(np.int64),
        stops=stops.iloc[part],
        stop_zone=zone,
    )


def _frame(key: str, rows: list[_Row], streets: WalkNetwork) -> gpd.GeoDataFrame:
    drawn = [row for row in rows if row[2] is not None]
    keys, cutoffs, zones = ([row[column] for row in drawn] for column in range(3))
    minutes = pd.Series(cutoffs, dtype="float64")
    shapes = gpd.GeoSeries(zones, crs=streets.crs)
    columns = {
        key: pd.Series(keys, dtype="str"),
        "minutes": minutes,
        "cutoff_m": minutes.map(streets.profile.metres).astype("float64"),
        "area_m2": shapes.area.astype("float64"),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes)
