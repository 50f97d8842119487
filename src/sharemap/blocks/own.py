"""Blocks that a researcher brings: output areas, cadastral blocks, H3 cells, anything that is polygons."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sharemap.blocks.enclosures import CARRIAGEWAYS
from sharemap.blocks.faces import block_ids, dong_of_most, residents_in
from sharemap.blocks.sides import names_joined
from sharemap.crs import refuse_other
from sharemap.errors import AreaError, GeometryError
from sharemap.schema import check

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GivenBlocks", "given"]

_LOG = logging.getLogger(__name__)

_POLYGON_TYPES = (3, 6)
_DUST_M2 = 1.0  # two people who draw one border differ by this much
_MOST_OVERLAP = 0.01
_ALONG_M = 15.0


@dataclass(frozen=True)
class GivenBlocks:
    """Own blocks, checked.

    Attributes
    ----------
    blocks
        Schema 'blocks'; what the polygons leave out of the study area are rows of the kind 'street_space'.
    report
        ``given`` polygons, ``outside`` (in no part inside the study area), ``repaired``, ``overlap_m2``, ``gap_m2``,
        ``gap_share``.
    """

    blocks: gpd.GeoDataFrame
    report: dict[str, Any]


def given(
    polygons: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    ids: str = "",
    streets: gpd.GeoDataFrame | None = None,
    demand: gpd.GeoDataFrame | None = None,
) -> GivenBlocks:
    """Check polygons and describe them as blocks.

    They are clipped to the study area. Where two overlap, the overlap goes to the one with the smaller id, so that
    all rows tile the area; how much that is stands in the report.

    Parameters
    ----------
    polygons
        In the CRS of the area.
    area
        The dongs of the study (schema 'area').
    ids
        Column with the ids of the polygons; without one the ids depend on their shapes alone.
    streets
        ``kind``, ``highway``, ``name``, geometry (schema 'barriers'): for the names of the streets within 15 m.
    demand
        Demand points with ``residents``; without them ``residents`` is 0.

    Raises
    ------
    AreaError
        If the study area is empty.
    GeometryError
        If a row is no polygon, an id is empty or repeated, none lies in the study area, or more than 1 % of their
        area overlaps: then they are no blocks.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> dongs = gpd.GeoDataFrame(
    ...     {"ward_code": ["99010"], "ward_name": ["가온구"], "dong_code": ["9901051000"], "dong_name": ["한울1동"]},
    ...     geometry=[box(0, 0, 100, 100)], crs=5179)
    >>> cells = gpd.GeoDataFrame({"cell": ["a", "b"]}, geometry=[box(-50, 0, 40, 100), box(50, 0, 100, 100)], crs=5179)
    >>> found = given(cells, dongs, ids="cell")
    >>> found.blocks[["block_id", "kind", "area_m2"]].values.tolist()[:2], found.report["gap_m2"]
    ([['a', 'block', 4000.0], ['b', 'block', 5000.0]], 1000.0)
    """
    dongs = check(area, "area").sort_values("dong_code", ignore_index=True)
    outline = shapely.union_all(dongs.geometry.to_numpy()) if len(dongs) else shapely.Polygon()
    if outline.is_empty:
        msg = "the study area is empty"
        raise AreaError(msg, remedy="choose at least one dong")
    shapes, repaired = _polygons(polygons, dongs)
    keys = _ids(polygons, ids, shapes)
    inside = np.flatnonzero(shapely.area(shapely.intersection(shapes, outline)) > _DUST_M2)
    if not len(inside):
        msg = "none of the own blocks lies in the study area"
        raise GeometryError(msg, value=len(shapes), remedy="check their CRS and the area")
    order = inside[np.argsort(keys[inside], kind="stable")]
    parts, overlap = _disjoint(shapely.intersection(shapes[order], outline))
    gap = _gap(outline, parts)
    table = _table((keys[order], parts), gap, dongs, streets)
    table["residents"] = residents_in(table, demand)
    report = {
        "given": len(shapes),
        "outside": len(shapes) - len(inside),
        "repaired": repaired,
        "overlap_m2": round(overlap, 2),
        "gap_m2": round(float(shapely.area(gap)), 2),
        "gap_share": round(float(shapely.area(gap) / outline.area), 6),
    }
    _LOG.info("own blocks: %s", ", ".join(f"{name} {value}" for name, value in report.items()))
    if overlap > _DUST_M2:
        _LOG.warning("own blocks overlap by %.1f m2; the overlap went to the smaller id", overlap)
    return GivenBlocks(check(table.sort_values("block_id", ignore_index=True), "blocks", said=False), report)


def _polygons(polygons: gpd.GeoDataFrame, dongs: gpd.GeoDataFrame) -> tuple[NDArray[Any], int]:
    refuse_other(polygons.crs, "own blocks", dongs.crs, "the area")
    shapes = np.asarray(polygons.geometry.to_numpy(), dtype=object)
    wrong = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), _POLYGON_TYPES) | shapely.is_empty(shapes))
    if len(wrong):
        msg = "an own block is no polygon"
        kind = polygons.geom_type.iloc[wrong[0]]
        raise GeometryError(msg, row=int(wrong[0]) + 1, value=kind, remedy="use a map of polygons")
    broken = ~shapely.is_valid(shapes)
    repaired = shapes.copy()
    repaired[broken] = [_surface(shape) for shape in shapely.make_valid(shapes[broken])]
    return repaired, int(broken.sum())


def _surface(shape: Any) -> Any:  # noqa: ANN401  a geometry
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[np.isin(shapely.get_type_id(parts), _POLYGON_TYPES)])


def _ids(polygons: gpd.GeoDataFrame, column: str, shapes: NDArray[Any]) -> NDArray[np.object_]:
    if not column:
        return np.array(block_ids(shapely.normalize(shapes)), dtype=object)
    if column not in polygons.columns:
        msg = "the own blocks have no such column of ids"
        known = ", ".join(str(name) for name in polygons.columns if name != polygons.geometry.name)
        raise GeometryError(msg, column=column, remedy=f"they have {known or 'none'}")
    text = polygons[column].astype("str").str.strip()
    wrong = (text.isna() | (text == "") | text.duplicated()).to_numpy(dtype=bool)
    if wrong.any():
        row = int(wrong.argmax())
        msg = "an id of an own block is empty or repeated"
        raise GeometryError(
            msg, row=row + 1, column=column, value=polygons[column].iloc[row], remedy="choose a column of ids"
        )
    return text.to_numpy(dtype=object)


def _disjoint(shapes: NDArray[Any]) -> tuple[NDArray[Any], float]:
    """Take from each polygon what an earlier one covers; return them and how much that was."""
    parts = shapes.copy()
    late, early = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    before = early < late
    late, early = late[before], early[before]
    shared = shapely.area(shapely.intersection(shapes[late], shapes[early])) > 0
    for at in np.unique(late[shared]):
        parts[at] = _surface(
            shapely.difference(shapes[at], shapely.union_all(shapes[early[shared & (late == at)]]))
        )
    overlap = float(shapely.area(shapes).sum() - shapely.area(parts).sum())
    if overlap > _MOST_OVERLAP * shapely.area(shapes).sum():
        msg = "the own blocks overlap: blocks must not"
        raise GeometryError(
            msg,
            value=f"{overlap:,.0f} m2 of {shapely.area(shapes).sum():,.0f} m2",
            remedy="use polygons that tile",
        )
    return parts, overlap


def _gap(outline: Any, parts: NDArray[Any]) -> Any:  # noqa: ANN401  geometries
    gap = shapely.difference(outline, shapely.union_all(parts))
    return gap if gap.is_empty else _surface(gap)


def _table(
    own: tuple[NDArray[Any], NDArray[Any]],
    gap: Any,  # noqa: ANN401  a geometry
    dongs: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame:
    keys, parts = own
    real = ~shapely.is_empty(parts)
    left = shapely.normalize(shapely.get_parts(gap)) if not gap.is_empty else np.empty(0, dtype=object)
    faces = np.concatenate([parts[real], left])
    names = _along(faces, streets)
    names[int(real.sum()) :] = ""
    return gpd.GeoDataFrame(
        {
            "block_id": pd.Series([*keys[real], *(f"gap-{key}" for key in block_ids(left))], dtype="str"),
            "kind": ["block"] * int(real.sum()) + ["street_space"] * len(left),
            **dong_of_most(faces, dongs),
            "area_m2": shapely.area(faces),
            "streets": names,
        },
        geometry=faces,
        crs=dongs.crs,
    )


def _along(faces: NDArray[Any], streets: gpd.GeoDataFrame | None) -> NDArray[Any]:
    """Names of the carriageways within 15 m of the outline, by their length there."""
    if streets is None or not len(streets):
        return np.full(len(faces), "", dtype=object)
    named = streets[((streets["kind"] == "street") & streets["highway"].isin(CARRIAGEWAYS)).to_numpy()]
    lines = named.geometry.to_numpy()
    rims = shapely.boundary(faces)
    face, line = shapely.STRtree(lines).query(rims, predicate="dwithin", distance=_ALONG_M)
    beside = shapely.buffer(rims[face], _ALONG_M, quad_segs=2)
    length = shapely.length(shapely.intersection(lines[line], beside))
    along = pd.DataFrame(
        {"face": face, "name": pd.Series(named["name"].to_numpy()[line], dtype="str"), "length_m": length}
    )
    # what only crosses the rim is no street along it
    return names_joined(along[along["length_m"] > 2 * _ALONG_M], len(faces))
