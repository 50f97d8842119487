"""Unserved areas, ranked by the people whom one new site would reach, for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap.findings.gaps import rest_of, site_of
from sharemap.maps.drawn import records
from sharemap.maps.geometry import polygons_only, repaired
from sharemap.maps.screen.contract import GapWalk, ShownGap
from sharemap.schema import BROAD_AGES
from sharemap.units import thousandths

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.findings import Run
    from sharemap.maps.drawn import Drawn
    from sharemap.maps.geometry import Geometries, Packer

__all__ = ["gaps", "gaps_shown", "rests"]

_TOLERANCE_M, _TOLERANCE_WIDE_M = 3.0, 15.0


def gaps_shown(drawn: Drawn) -> gpd.GeoDataFrame:
    """Return the areas that the page draws, by rank: the first of each profile and service, of who is known to be unserved."""
    frame = drawn.table("gaps")
    if frame.empty:
        return frame
    shown = (frame["rank"] <= drawn.run.gaps_with_card) & (frame["basis"] == "known")
    return frame[shown].sort_values(["profile", "kind", "key", "rank"], kind="stable")


def gaps(drawn: Drawn, packer: Packer) -> list[ShownGap]:
    """Return the gaps for the browser."""
    frame = gaps_shown(drawn)
    if frame.empty:
        return []
    tolerance = _TOLERANCE_WIDE_M if drawn.wide else _TOLERANCE_M
    shapes = _inside(drawn, frame)
    x, y = packer.points(shapely.points(frame[["new_x_m", "new_y_m"]].to_numpy()))
    return [
        ShownGap(
            id=row.gap_id,
            profile=row.profile,
            key=row.key,
            rank=int(row.rank),
            people=int(thousandths(row.people)),
            counted=drawn.run.people_of(row.profile),
            residents=int(thousandths(row.residents)),
            ages=_ages(row),
            site=site_of(row._asdict(), drawn.run.lang),
            dong=f"{row.ward_name} {row.dong_name}",
            dongs=int(row.dongs),
            nearest=_text(row.nearest_name),
            layer=_text(row.nearest_layer),
            walk=GapWalk(_number(row.walk_m), _number(row.walk_min), _number(row.longest_min), row.walk_is),
            sentence=getattr(row, f"sentence_{drawn.run.lang}"),
            at=(x[at], y[at]),
            shape=packer.polygons(shapes[at], tolerance=tolerance),
        )
        for at, row in enumerate(records(frame))
    ]


def _ages(row: Any) -> list[int]:  # noqa: ANN401  a named tuple
    """Return the people of an area by the ages of the page; nothing where ages are not known."""
    people = [float(getattr(row, f"residents_{band}")) for band in BROAD_AGES]
    return [] if np.isnan(people).any() else thousandths(people).tolist()


def rests(run: Run) -> dict[str, dict[str, str]]:
    """Return who is not served and in no area of the list, for each profile and service of which it is to be said."""
    said: dict[str, dict[str, str]] = {}
    for one in run.summary.unserved:
        told = " ".join(rest_of(run, one.profile, one.key))
        if told:
            said.setdefault(one.profile, {})[one.key] = told
    return said


def _inside(drawn: Drawn, frame: gpd.GeoDataFrame) -> Geometries:
    """Return the shapes cut at the border of the study area, beyond which nobody was asked."""
    cut = shapely.intersection(repaired(np.asarray(frame.geometry)), drawn.outline)
    parts = [polygons_only(shape) for shape in cut]
    whole = [polygons_only(shape) for shape in frame.geometry]
    return np.array(
        [part if part.area > 0 else all_ for part, all_ in zip(parts, whole, strict=True)], dtype=object
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:  # noqa: ANN401  numpy number or nothing
    return None if pd.isna(value) else round(float(value), 3)
