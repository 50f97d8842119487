"""Result tables with the columns and types that the schema describes, also when they have no rows.

Words for readers are not among them: :mod:`sharemap.findings` makes those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from sharemap.schema import TABLES, Column, check

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["table_of"]

_DTYPES = {
    "text": "str",
    "int": "int64",
    "float": "float64",
    "persons": "float64",
    "share": "float64",
    "bool": "bool",
}
_WITH_GAPS = "Int64"


def table_of(
    name: str,
    columns: Mapping[str, Any] | pd.DataFrame | None = None,
    *,
    crs: Any = None,  # noqa: ANN401
) -> pd.DataFrame:
    """Return a checked table of the schema; without columns, the empty one. One with a geometry needs its CRS.

    Examples
    --------
    >>> table_of("village_walks").columns.tolist()
    ['village_id', 'place_a', 'place_b', 'walk_m', 'walk_min']
    """
    table = TABLES[name].unsaid
    given = columns if columns is not None else {column: [] for column in table.names}
    typed = {
        column.name: _typed(given[column.name], column)
        for column in table.columns
        if column.kind != "geometry"
    }
    frame = pd.DataFrame(typed)
    if "geometry" in table.names:
        frame = gpd.GeoDataFrame(frame, geometry=list(given["geometry"]), crs=crs)
    return check(frame, name, said=False)


def _typed(values: Any, column: Column) -> pd.Series[Any]:  # noqa: ANN401  lists, arrays and columns
    whole_with_gaps = column.kind == "int" and column.nullable
    return pd.Series(values, dtype=_WITH_GAPS if whole_with_gaps else _DTYPES[column.kind])
