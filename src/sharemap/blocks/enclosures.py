"""Barriers -> faces -> blocks, street space and water."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sharemap.blocks.faces import block_ids, dong_of_most, residents_in
from sharemap.blocks.sides import Sides, street_names
from sharemap.crs import refuse_other
from sharemap.errors import AreaError, GeometryError, StudyError
from sharemap.schema import check

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CARRIAGEWAYS", "STREET_SPACE", "SliverRule", "enclose"]

_LOG = logging.getLogger(__name__)

_MAIN = ("motorway", "trunk", "primary", "secondary", "tertiary")

#: OSM classes of streets that enclose blocks. Footways, paths, cycleways, steps, pedestrian streets, service
#: lanes, tracks and streets under construction do not.
CARRIAGEWAYS: frozenset[str] = frozenset(
    name + suffix
    for name in (*_MAIN, "unclassified", "residential", "living_street")
    for suffix in ("", "_link")
)

_MAIN_CARRIAGEWAYS = frozenset(name + suffix for name in _MAIN for suffix in ("", "_link"))
_KINDS = ("street", "railway", "water")
_POLYGON_TYPES = (3, 6)
_DUST_M2 = 1e-4  # faces that only exist because two lines differ in the last digit of a float


@dataclass(frozen=True, kw_only=True)
class SliverRule:
    """Which enclosed faces are street space rather than blocks, and which water cuts.

    A face is street space when any of these holds:

    - its area is below `min_area_m2`: what remains between ramps, tracks and crossing carriageways;
    - no circle of diameter `min_width_m` fits into it. Faces reach to the centre lines of the streets, so
      about 3 m on either side are carriageway;
    - at least `median_share` of its outline is main carriageway (motorway to tertiary and their links),
      railway or water, and no circle of diameter `median_width_m` fits: the island of a crossing, the strip
      between two tracks;
    - at least `both_sides_share` of its outline is one main street, by name, and no circle of diameter
      `median_width_m` fits: one side cannot be more than half of an outline, so the street lies on both.

    Attributes
    ----------
    min_area_m2
        Square metres.
    min_width_m, median_width_m
        Metres between centre lines.
    median_share, both_sides_share
        Shares of the outline, 0 to 1.
    min_water_m2
        Water bodies below this (garden ponds, fountains) neither cut a block nor make a hole in one.
    """

    min_area_m2: float = 200.0
    min_width_m: float = 8.0
    median_width_m: float = 30.0
    median_share: float = 0.9
    both_sides_share: float = 0.55
    min_water_m2: float = 2000.0

    def __post_init__(self) -> None:
        for name in (
            "min_area_m2",
            "min_width_m",
            "median_width_m",
            "median_share",
            "both_sides_share",
            "min_water_m2",
        ):
            value = getattr(self, name)
            if not 0 <= value < float("inf"):
                msg = "a sliver rule takes non-negative numbers"
                raise StudyError(
                    msg, column=name, value=value, remedy=f"the default is {getattr(type(self), name)}"
                )


STREET_SPACE = SliverRule()


def enclose(
    barriers: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    sliver: SliverRule = STREET_SPACE,
    demand: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Enclose blocks by carriageway streets, railways, water and the outline of the study area.

    All rows together tile the study area: they do not overlap and leave nothing out. Borders between dongs
    do not cut.

    Parameters
    ----------
    barriers
        ``kind`` ('street', 'railway' or 'water'), ``highway`` (OSM class), ``name`` and geometry in
        the CRS of the area: lines, and polygons for water. Where there is a boolean column ``tunnel``, tunnels do not
        cut. Streets that are no carriageway (:data:`CARRIAGEWAYS`) do not cut either.
    area
        The dongs of the study (schema 'area').
    sliver
        What counts as street space.
    demand
        Demand points with ``residents``; without them ``residents`` is 0. A point on a border counts once.

    Returns
    -------
    Schema 'blocks', sorted by ``block_id``. ``kind`` is 'block', 'street_space' or 'water'. The id depends
    on the shape of the face alone, not on the order of the input or on changes elsewhere.

    Raises
    ------
    AreaError
        If the study area is empty.
    GeometryError
        If a table lacks columns or they are not in one metric CRS, or a barrier is of an unknown kind.

    Examples
    --------
    >>> from shapely.geometry import LineString, box
    >>> streets = gpd.GeoDataFrame(
    ...     {"kind": ["street"], "highway": ["residential"], "name": ["한울로"]},
    ...     geometry=[LineString([(60, -10), (60, 110)])], crs=5179)
    >>> dongs = gpd.GeoDataFrame(
    ...     {"ward_code": ["99010"], "ward_name": ["가온구"], "dong_code": ["9901051000"], "dong_name": ["한울1동"]},
    ...     geometry=[box(0, 0, 100, 100)], crs=5179)
    >>> enclose(streets, dongs)[["kind", "area_m2", "streets"]].sort_values("area_m2").values.tolist()
    [['block', 4000.0, '한울로'], ['block', 6000.0, '한울로']]
    """
    dongs = check(area, "area").sort_values("dong_code", ignore_index=True)
    _check_barriers(barriers, dongs)
    outline = shapely.union_all(dongs.geometry.to_numpy()) if len(dongs) else shapely.Polygon()
    if outline.is_empty:
        msg = "the study area is empty"
        raise AreaError(msg, remedy="choose at least one dong")
    water = _water_bodies(barriers, outline, sliver.min_water_m2)
    lines = _cutting_lines(barriers, outline, water)
    faces = _faces(lines, outline)
    sides = Sides.of(faces, lines)
    table = gpd.GeoDataFrame(
        {
            "block_id": block_ids(faces),
            "kind": _kinds(faces, (sides, lines), water, sliver),
            **dong_of_most(faces, dongs),
            "area_m2": shapely.area(faces),
            "streets": street_names(sides, lines, len(faces)),
        },
        geometry=faces,
        crs=dongs.crs,
    ).sort_values("block_id", ignore_index=True)
    table["residents"] = residents_in(table, demand)
    counts = table["kind"].value_counts()
    _LOG.info("enclosed %s", ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return check(table, "blocks", said=False)


def _check_barriers(barriers: gpd.GeoDataFrame, dongs: gpd.GeoDataFrame) -> None:
    missing = [name for name in ("kind", "highway", "name", "geometry") if name not in barriers.columns]
    if missing:
        msg = "the barriers lack columns"
        raise GeometryError(msg, value=missing, remedy="they need kind, highway, name and geometry")
    refuse_other(barriers.crs, "the barriers", dongs.crs, "the area")
    unknown = sorted({str(kind) for kind in barriers["kind"].unique()} - set(_KINDS))
    if unknown:
        msg = "unknown kind of barrier"
        raise GeometryError(msg, column="kind", value=unknown, remedy=f"use one of {', '.join(_KINDS)}")


def _water_bodies(barriers: gpd.GeoDataFrame, outline: Any, min_water_m2: float) -> NDArray[Any]:  # noqa: ANN401
    """Water that cuts, as disjoint polygons: touching pieces are one body."""
    chosen = barriers.geometry[(barriers["kind"] == "water").to_numpy()].to_numpy()
    chosen = chosen[np.isin(shapely.get_type_id(chosen), _POLYGON_TYPES)]
    chosen = chosen[shapely.intersects(chosen, outline.envelope)]
    if not len(chosen):
        return chosen
    bodies = shapely.get_parts(shapely.union_all(shapely.make_valid(chosen)))
    bodies = bodies[np.isin(shapely.get_type_id(bodies), _POLYGON_TYPES)]
    return bodies[shapely.area(bodies) >= min_water_m2]


def _cutting_lines(barriers: gpd.GeoDataFrame, outline: Any, water: NDArray[Any]) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Return everything that cuts as single lines with kind, main (bool) and name, in a stable order."""
    kind = barriers["kind"].to_numpy(dtype=object)
    highway = barriers["highway"]
    cuts = (kind != "street") | highway.isin(CARRIAGEWAYS).to_numpy()
    if "tunnel" in barriers.columns:
        cuts &= ~barriers["tunnel"].fillna(value=False).to_numpy(dtype=bool)
    geometry = barriers.geometry.to_numpy()
    cuts &= ~np.isin(shapely.get_type_id(geometry), _POLYGON_TYPES)
    cuts &= shapely.intersects(geometry, outline.envelope)
    shores = shapely.boundary(water)
    parts, origin = shapely.get_parts(
        np.concatenate([_outside_water(geometry[cuts], kind[cuts], water), shores]), return_index=True
    )
    # the line of a river that its own polygon covers is empty now, and GEOS crashes on empty lines
    there = ~shapely.is_empty(parts)
    parts, origin = parts[there], origin[there]
    known = (
        pd.DataFrame(
            {
                "kind": np.append(kind[cuts], ["water"] * len(shores)),
                "main": np.append(
                    (highway.isin(_MAIN_CARRIAGEWAYS).to_numpy() | (kind != "street"))[cuts],
                    [True] * len(shores),
                ),
                "name": np.append(
                    barriers["name"].fillna("").to_numpy(dtype=object)[cuts], [""] * len(shores)
                ),
            }
        )
        .loc[origin]
        .reset_index(drop=True)
    )
    known["shape"] = shapely.to_wkb(shapely.normalize(parts))
    order = known.sort_values(["kind", "main", "name", "shape"], kind="stable").index.to_numpy()
    return gpd.GeoDataFrame(
        known.loc[order, ["kind", "main", "name"]], geometry=parts[order], crs=barriers.crs
    ).reset_index(drop=True)


def _outside_water(lines: NDArray[Any], kind: NDArray[Any], water: NDArray[Any]) -> NDArray[Any]:
    """Cut the centre lines of rivers where the river itself is a polygon, so that they do not halve it."""
    streams = np.flatnonzero(kind == "water")
    if not len(streams) or not len(water):
        return lines
    cut = lines.copy()
    cut[streams] = shapely.difference(lines[streams], shapely.union_all(water))
    return cut


def _faces(lines: gpd.GeoDataFrame, outline: Any) -> NDArray[Any]:  # noqa: ANN401
    import momepy

    if not len(lines):
        return shapely.normalize(shapely.get_parts(outline))
    limit = gpd.GeoSeries([outline], crs=lines.crs)
    found = momepy.enclosures(lines.geometry, limit=limit, clip=True).geometry.to_numpy()
    return shapely.normalize(found[shapely.area(found) > _DUST_M2])


def _kinds(
    faces: NDArray[Any], outlines: tuple[Sides, gpd.GeoDataFrame], water: NDArray[Any], rule: SliverRule
) -> NDArray[Any]:
    sides, lines = outlines
    slivers = shapely.area(faces) < rule.min_area_m2
    slivers |= _narrower(faces, rule.min_width_m)
    island = sides.share_of_main(len(faces)) >= rule.median_share
    island |= sides.share_of_one_street(lines, len(faces)) >= rule.both_sides_share
    island[island] = _narrower(faces[island], rule.median_width_m)
    kinds = np.where(slivers | island, "street_space", "block").astype(object)
    if len(water):
        # asked by the water, because what asks is prepared, and the Han has thousands of corners
        _, inside = shapely.STRtree(shapely.point_on_surface(faces)).query(water, predicate="contains")
        kinds[inside] = "water"
    return kinds


def _narrower(faces: NDArray[Any], width_m: float) -> NDArray[np.bool_]:
    """Whether no circle of this diameter fits."""
    return np.asarray(shapely.is_empty(shapely.buffer(faces, -width_m / 2.0, quad_segs=2)), dtype=bool)
