"""Tables that have no view of their own, as the page shows them: listed, sorted, and drawn where their rows lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from sharemap.findings.others import listed
from sharemap.maps.screen.contract import GenericColumn, GenericTable
from sharemap.palette import colour_named
from sharemap.schema import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.maps.drawn import Drawn
    from sharemap.maps.geometry import Geometries, Packer

__all__ = ["generic_table", "others"]

Kind = Literal["none", "points", "lines", "polygons"]
_KINDS: tuple[Kind, ...] = ("points", "lines", "polygons")  # by their dimensions


def others(drawn: Drawn, packer: Packer) -> list[GenericTable]:
    """Return each table that the schema declares as shown."""
    return [
        generic_table(
            one.rows,
            packer,
            columns={
                column.name: GenericColumn(title=title, kind=column.kind, number=column.kind in NUMBERS)
                for title, column in one.columns.items()
            },
            tolerance=drawn.tolerance,
            key=one.table.name,
            title=one.title,
            note=one.note,
            colour=colour_named(one.shown.colour),
            name=one.shown.name,
        )
        for one in listed(drawn.run.tables, drawn.run.lang)
    ]


def generic_table(
    frame: pd.DataFrame,
    packer: Packer,
    *,
    columns: Mapping[str, GenericColumn],
    name: str,
    tolerance: float,
    **said: str,
) -> GenericTable:
    """Return a table for the page.

    Parameters
    ----------
    frame
        The rows, perhaps with geometry: all points, all lines or all polygons.
    columns
        What is shown of each row: column of `frame` -> its description.
    name
        Column with the text that stands for a row on the map.
    tolerance
        How far a drawn line may lie from the computed one, metres.
    said
        ``key``, ``title``, ``note`` and ``colour`` of :class:`GenericTable`.
    """
    shapes = np.asarray(frame["geometry"] if "geometry" in frame.columns else [], dtype=object)
    kind: Kind = _KINDS[int(shapely.get_dimensions(shapes).max())] if len(shapes) else "none"
    cells = [[_plain(value) for value in frame[column]] for column in columns]
    return GenericTable(
        kind=kind,
        columns=list(columns.values()),
        names=["" if pd.isna(value) else str(value) for value in frame[name]],
        rows=[list(row) for row in zip(*cells, strict=True)],
        spots=list(zip(*packer.points(shapes), strict=True)) if kind == "points" else [],
        lines=[packer.lines(shape, tolerance=tolerance) for shape in shapes[:, None]]
        if kind == "lines"
        else [],
        shapes=_packed(packer, shapes, tolerance) if kind == "polygons" else [],
        **said,
    )


def _packed(packer: Packer, shapes: Geometries, tolerance: float) -> list[list[list[str]]]:
    return packer.shapes(shapes, tolerance=np.full(len(shapes), tolerance))


def _plain(value: Any) -> str | float | bool | None:  # noqa: ANN401  a cell of any kind
    if pd.isna(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return value if isinstance(value, str) else round(float(value), 4)
