"""The geometry of the printed pages, made ready once and drawn on as many of them as need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sharemap.maps.drawn import Drawn
from sharemap.maps.geometry import SIMPLIFY_M, polygons_only, repaired
from sharemap.maps.ground import railways, street_classes, street_kinds, surface, water
from sharemap.maps.isochrones import themes_areas

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from sharemap.findings import Run


__all__ = ["BaseMap", "Extent", "Shape", "area_path", "fields_path", "line_path"]

#: West, south, east and north in the CRS of the study.
Extent = tuple[float, float, float, float]
#: A path of matplotlib, or nothing to draw.
Shape = Any

_GAP_M, _GAP_WIDE_M = 120.0, 400.0
_INSET_STEPS = 250
_FAR_M = 100_000.0
_LINES, _POLYGON = (1, 2, 5), 3


@dataclass(frozen=True)
class BaseMap:
    """The geometry of a run as paths, each made when it is first needed."""

    run: Run
    _gaps: dict[str, Shape] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _drawn(self) -> Drawn:
        return Drawn(self.run)

    @property
    def tolerance(self) -> float:
        """How far a drawn line may lie from the computed one, metres."""
        return self._drawn.tolerance

    @property
    def wide(self) -> bool:
        """Whether the area is too wide for the smaller streets."""
        return self._drawn.wide

    @property
    def area(self) -> gpd.GeoDataFrame:
        """The dongs, ordered by code."""
        return self._drawn.area

    @property
    def outline(self) -> Any:  # noqa: ANN401  shapely geometry
        """The union of the dongs."""
        return self._drawn.outline

    @property
    def gap_m(self) -> float:
        """Ground outside the walking areas is hatched where it is at least this wide, metres."""
        return _GAP_WIDE_M if self.wide else _GAP_M

    @cached_property
    def streets(self) -> Mapping[str, Shape]:
        """The streets of the whole area by class."""
        found = street_classes(self._drawn)
        return {kind: line_path(lines, tolerance=self.tolerance) for kind, lines in found.items()}

    @cached_property
    def water(self) -> tuple[Shape, Shape]:
        """Water surfaces and streams."""
        areas, streams = self._water
        return area_path(shapely.simplify(areas, self.tolerance)), line_path(
            streams, tolerance=self.tolerance
        )

    @cached_property
    def rails(self) -> Shape:
        """Railways above the ground."""
        return line_path(railways(self._drawn), tolerance=self.tolerance)

    @cached_property
    def dongs(self) -> NDArray[np.object_]:
        """The dongs, simplified with common borders, in the order of the area."""
        shapes: NDArray[np.object_] = shapely.coverage_simplify(
            np.asarray(self.area.geometry), self.tolerance
        )
        return shapes

    @cached_property
    def dong_paths(self) -> list[Shape]:
        """The dongs as paths."""
        return [area_path(shape) for shape in self.dongs]

    @cached_property
    def dong_borders(self) -> Shape:
        """Borders between dongs."""
        return line_path(_once(self.dongs), tolerance=0.0)

    @cached_property
    def ward_borders(self) -> Shape:
        """Borders of the wards."""
        return line_path(_once(self._wards(self.dongs)), tolerance=0.0)

    @cached_property
    def small(self) -> tuple[Shape, Shape]:
        """The area and the borders of its wards for a map of the size of a stamp."""
        west, south, east, north = self.extent
        step = max(east - west, north - south) / _INSET_STEPS
        wards = shapely.coverage_simplify(self._wards(self.dongs), step)
        return fields_path(wards), line_path(_once(wards), tolerance=0.0)

    def _wards(
        self, dongs: NDArray[np.object_], rows: slice | NDArray[np.int64] = slice(None)
    ) -> NDArray[np.object_]:
        codes = np.asarray(self.area["ward_code"])[rows]
        wards = [polygons_only(shapely.union_all(dongs[codes == code])) for code in sorted(set(codes))]
        return np.array(wards, dtype=object)

    @cached_property
    def outside(self) -> Shape:
        """All that lies outside the area."""
        outline = polygons_only(shapely.union_all(self.dongs))
        return area_path(shapely.difference(shapely.box(*shapely.buffer(outline, _FAR_M).bounds), outline))

    @cached_property
    def villages(self) -> list[Shape]:
        """The village candidates, in the order of their table."""
        frame = self.run.table("villages")
        return [] if frame.empty else [area_path(shape) for shape in frame.geometry]

    @cached_property
    def extent(self) -> Extent:
        """The box of the area, with a margin."""
        west, south, east, north = map(float, self.area.total_bounds)
        margin = 0.025 * max(east - west, north - south)
        return west - margin, south - margin, east + margin, north + margin

    def left_out(self, theme: str) -> Shape:
        """Return the ground that the drawn walking area of a service leaves out, where it is wide."""
        if theme not in self._gaps:
            self._gaps[theme] = self._left_out(theme)
        return self._gaps[theme]

    def _left_out(self, theme: str) -> Shape:
        cutoff = self.run.summary.cutoff_min
        reached = self._areas.get(theme, {}).get(cutoff)
        if reached is None:
            return None
        width = self.gap_m
        gap = shapely.difference(shapely.simplify(self.outline, SIMPLIFY_M), reached)
        gap = shapely.difference(gap, self._water[0])  # nobody walks on the river
        # the inside of ordinary blocks lies off the street but is no gap: keep what is wide
        core = shapely.buffer(gap, -width / 2)
        parts = shapely.get_parts(polygons_only(shapely.intersection(gap, shapely.buffer(core, width * 0.7))))
        return area_path(shapely.MultiPolygon(list(parts[shapely.area(parts) >= width**2])))

    @cached_property
    def _areas(self) -> Mapping[str, Mapping[float, Any]]:
        return themes_areas(self._drawn, minutes=self.run.summary.cutoff_min)

    @cached_property
    def _water(self) -> tuple[Any, Any]:
        return water(self._drawn)

    # ------------------------------------------------------------------------------------ close to one place

    def near(self, name: str, extent: Extent) -> pd.DataFrame:
        """Return the rows of a table, or of a kind of the background, that reach into a box."""
        frame = self._layers[name]
        if frame.empty:
            return frame
        return frame.iloc[np.sort(self._trees[name].query(shapely.box(*extent)))]

    def streets_near(self, extent: Extent) -> Mapping[str, Shape]:
        """Return every street in a box, by class: those too small for a map of the whole area too."""
        found: dict[str, list[Any]] = {}
        for name in ("edges", "street"):
            frame = self.near(name, extent)
            if frame.empty:
                continue
            kinds = street_kinds(frame)
            lines = shapely.clip_by_rect(np.asarray(frame.geometry), *extent)
            for kind in sorted(set(kinds)):
                if name == "edges" or kind == "fast" or self._layers["edges"].empty:
                    found.setdefault(kind, []).extend(lines[kinds == kind])
        return {
            kind: line_path(np.array(lines, dtype=object), tolerance=0.3) for kind, lines in found.items()
        }

    def borders_near(self, extent: Extent) -> tuple[Shape, Shape, Shape]:
        """Return what lies outside the area in a box, and the borders of dongs and of wards there."""
        frame = shapely.box(*extent)
        rows = np.flatnonzero(shapely.intersects(self.dongs, frame))
        if len(rows) == 0:
            return area_path(frame), None, None
        near = self.dongs[rows]
        around = shapely.union_all(near)
        lines = [_once(near), _once(self._wards(near, rows))]
        cut = [line_path(shapely.clip_by_rect(own, *extent), tolerance=0.0) for own in lines]
        return area_path(shapely.difference(frame, around)), cut[0], cut[1]

    @cached_property
    def _layers(self) -> Mapping[str, pd.DataFrame]:
        tables = {name: self.run.table(name) for name in ("edges", "blocks", "sites", "places")}
        return tables | {kind: surface(self._drawn, kind) for kind in ("street", "water", "railway")}

    @cached_property
    def _trees(self) -> Mapping[str, shapely.STRtree]:
        return {
            name: shapely.STRtree(repaired(np.asarray(frame.geometry)))
            for name, frame in self._layers.items()
            if not frame.empty
        }


def _once(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the boundaries of shapes that meet, each shared piece once."""
    lines: NDArray[np.object_] = shapely.get_parts(shapely.union_all(shapely.boundary(shapes)))
    return lines


def line_path(geometries: Any, *, tolerance: float) -> Shape:  # noqa: ANN401  array of geometry
    """Return lines, merged where they meet, as one path; nothing where there are none."""
    parts = shapely.get_parts(shapely.get_parts(geometries))
    lines = parts[np.isin(shapely.get_type_id(parts), _LINES) & ~shapely.is_empty(parts)]
    if len(lines) == 0:
        return None
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    return _path(shapely.simplify(merged, tolerance) if tolerance > 0 else merged)


def area_path(geometry: shapely.Geometry) -> Shape:
    """Return a (multi)polygon as one path with its holes; nothing where there is none."""
    return fields_path(np.array([polygons_only(geometry)], dtype=object))


def fields_path(geometries: Any) -> Shape:  # noqa: ANN401  array of geometry
    """Return polygons that do not overlap, such as blocks, as one path; nothing where there are none."""
    parts = shapely.get_parts(shapely.get_parts(geometries))
    parts = parts[(shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)]
    return None if len(parts) == 0 else _path(shapely.get_rings(shapely.orient_polygons(parts)))


def _path(lines: NDArray[np.object_]) -> Shape:
    """Return lines or rings as one path: drawn at once, which takes a tenth of the time of one by one."""
    from matplotlib.path import Path

    codes = np.full(int(shapely.get_num_coordinates(lines).sum()), Path.LINETO, dtype=Path.code_type)
    counts = shapely.get_num_coordinates(lines)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    codes[starts] = Path.MOVETO
    return Path(shapely.get_coordinates(lines), codes)
