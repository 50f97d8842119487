"""Cells of the grid H3: which column of a table names them, and where they lie.

The grid is that of the library ``h3``, an extra: ``pip install "sharemap[h3]"``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd

from sharemap.errors import PopulationError
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd

__all__ = ["cell_column", "middles"]

#: A cell as text: its mode, its resolution and its place, in hexadecimals.
_CELL = re.compile(r"8[0-9a-f]{14}", re.IGNORECASE | re.ASCII)


def cell_column(table: pd.DataFrame) -> str | None:
    """Return the first column of a table of texts in which every cell is one of H3; ``None`` without one.

    Examples
    --------
    >>> import pandas as pd
    >>> cell_column(pd.DataFrame({"n": ["1"], "id": ["89a901291abffff"]})), cell_column(pd.DataFrame({"n": ["1"]}))
    ('id', None)
    """
    for name in table.columns:
        if len(table) and all(_CELL.fullmatch(text.strip()) for text in table[name].astype("str")):
            return str(name)
    return None


def middles(cells: pd.Series, *, rows: np.ndarray, file: Path) -> gpd.GeoSeries:
    """Return the middle of each cell, in degrees.

    Parameters
    ----------
    cells
        Cells as text.
    rows, file
        Row of each in which file, for the error.

    Raises
    ------
    PopulationError
        If a text is no cell, or ``h3`` is not installed.
    """
    try:
        import h3
    except ImportError as error:
        msg = "cells of the grid H3 need the package h3"
        remedy = 'pip install "sharemap[h3]", or give columns lon and lat'
        raise PopulationError(msg, file=file, remedy=remedy) from error
    named = [text.strip() for text in cells.astype("str")]
    for row, text in zip(rows.tolist(), named, strict=True):
        if not h3.is_valid_cell(text):
            msg = "no cell of the grid H3"
            raise PopulationError(
                msg, file=file, row=row, value=text, remedy="correct it, or take the row out"
            )
    places = [h3.cell_to_latlng(text) for text in named]
    return gpd.GeoSeries.from_xy([lon for _, lon in places], [lat for lat, _ in places], crs=CRS_WGS84)
