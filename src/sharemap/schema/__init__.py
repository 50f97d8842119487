"""The tables of sharemap, each described once: columns, types, meanings in Korean and English.

A table is checked where it crosses a floor of the house (:func:`check`), and the data dictionary of an output
folder (:func:`dictionary`) is printed from the same description, so that neither can drift from the other. The
descriptions lie in ``tables.toml``, the stages that write them in ``stages.toml``. Pandas is imported when a table is checked: the command line reads the stages without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sharemap.errors import GeometryError
from sharemap.schema.ages import AGE_BANDS, BROAD_AGES, PeopleKnown, ages_known
from sharemap.schema.described import NUMBERS, TABLES, Column, Phone, Shown, Table
from sharemap.schema.stages import STAGES, Stage

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa
    from pyproj import CRS

__all__ = [
    "AGE_BANDS",
    "BROAD_AGES",
    "FORMAT",
    "NUMBERS",
    "STAGES",
    "TABLES",
    "Column",
    "PeopleKnown",
    "Phone",
    "Shown",
    "Stage",
    "Table",
    "ages_known",
    "check",
    "dictionary",
    "nothing",
    "shown_tables",
    "tables_of",
]

Frame = TypeVar("Frame", bound="pd.DataFrame")

_EMPTY = {
    **dict.fromkeys(("float", "persons", "share"), "float64"),
    "text": "str",
    "int": "int64",
    "bool": "bool",
}

#: Of an output folder. One of another format, or of none, is refused at the door and made anew.
FORMAT = 5


def check(frame: Frame, table: str, *, said: bool = True) -> Frame:
    """Return `frame` with the columns of a table, in their order and types, after checking it.

    Parameters
    ----------
    frame
        A table with at least the columns that :data:`TABLES` describes; others are dropped.
    table
        Key of :data:`TABLES`.
    said
        Whether the columns of words for readers are there; the rooms that compute leave them to
        :mod:`sharemap.findings`.

    Returns
    -------
    The same rows and index, never a view that writes back.

    Raises
    ------
    GeometryError
        If a column is missing, has the wrong type or an empty value, an id is repeated, or the CRS is not
        projected in metres. All faults are named at once.

    Examples
    --------
    >>> import pandas as pd
    >>> check(pd.DataFrame({"site_id": ["a"], "node_id": [1], "cost_m": [2.5]}), "reach").shape
    (1, 3)
    """
    import pandera.errors

    description = TABLES[table] if said else TABLES[table].unsaid
    absent = [column for column in description.columns if column.name not in frame.columns]
    frame = frame.assign(**{column.name: "" for column in absent if column.optional})
    missing = [column.name for column in absent if not column.optional]
    if missing:
        msg = f"the table '{table}' lacks columns"
        raise GeometryError(msg, value=missing, remedy=f"it has {list(frame.columns)}")
    _check_crs(frame, description)
    chosen = frame.loc[:, description.names]
    try:
        return _as_text(_pandera(description).validate(chosen, lazy=True), description)
    except pandera.errors.SchemaErrors as error:
        cases = (
            error.failure_cases.loc[:, ["column", "check", "failure_case"]]
            .astype(str)
            .drop_duplicates()
            .head(5)
        )
        listed = "; ".join(" ".join(map(str, row)) for row in cases.itertuples(index=False))
        msg = f"the table '{table}' is not as described ({listed})"
        raise GeometryError(msg, remedy=f"see sharemap.schema.TABLES['{table}']") from error


def tables_of(stage: str) -> tuple[Table, ...]:
    """Return the tables that a stage writes.

    Examples
    --------
    >>> [table.name for table in tables_of("reach")]
    ['reach', 'slopes']
    """
    return tuple(table for table in TABLES.values() if table.stage == stage)


def shown_tables() -> tuple[Table, ...]:
    """Return the tables that views show as :class:`Shown` says, without knowing anything else of them."""
    return tuple(table for table in TABLES.values() if table.shown is not None)


def nothing(table: str, *, crs: CRS | None = None) -> pd.DataFrame:
    """Return a table as it is where there is nothing to tell: its columns in their types, and no row.

    Parameters
    ----------
    table
        Key of :data:`TABLES`.
    crs
        That of the study area, for a table with a geometry.

    Examples
    --------
    >>> nothing("village_walks").columns.tolist()
    ['village_id', 'place_a', 'place_b', 'walk_m', 'walk_min']
    """
    import geopandas as gpd
    import pandas as pd

    description = TABLES[table]
    columns: dict[str, Any] = {
        column.name: pd.Series(
            [], dtype="Int64" if column.nullable and column.kind == "int" else _EMPTY[column.kind]
        )
        for column in description.columns
        if column.kind != "geometry"
    }
    frame = gpd.GeoDataFrame(columns, geometry=[], crs=crs) if description.spatial else pd.DataFrame(columns)
    return check(frame, table)


def dictionary() -> pd.DataFrame:
    """Return the data dictionary: one row for each column of each table.

    Examples
    --------
    >>> dictionary().query("table == 'stops' and column == 'snap_m'")["meaning_ko"].item()
    '접속거리_m'
    """
    import pandas as pd

    return pd.DataFrame(
        [
            (table.name, table.file, column.name, column.kind, column.ko, column.en)
            for table in TABLES.values()
            for column in table.columns
        ],
        columns=["table", "file", "column", "type", "meaning_ko", "meaning_en"],
    )


def _as_text(frame: Frame, description: Table) -> Frame:
    """Give all text columns the one type that files are read back with."""
    import pandas as pd

    text = [
        column.name
        for column in description.columns
        if column.kind == "text"
        and not isinstance(frame[column.name].dtype, pd.StringDtype | pd.CategoricalDtype)
    ]
    return frame.astype(dict.fromkeys(text, "str"))


def _check_crs(frame: pd.DataFrame, description: Table) -> None:
    from sharemap.crs import refuse_not_metric

    if description.spatial:
        refuse_not_metric(getattr(frame, "crs", None), f"the table '{description.name}'")


def _pandera(description: Table) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    return pa.DataFrameSchema({column.name: _pandera_column(column) for column in description.columns})


def _pandera_column(column: Column) -> Any:  # noqa: ANN401  pandera is untyped here
    import pandas as pd
    import pandera.pandas as pa

    checks = {
        "text": pa.Check(_is_text, error="not text"),
        "int": pa.Check(pd.api.types.is_integer_dtype, error="not whole numbers"),
        "float": pa.Check(pd.api.types.is_float_dtype, error="not numbers"),
        "share": pa.Check(pd.api.types.is_float_dtype, error="not shares"),
        "persons": pa.Check(_is_persons, error="not persons, with up to three decimals"),
        "bool": pa.Check(pd.api.types.is_bool_dtype, error="not true/false"),
        "geometry": pa.Check(lambda series: bool((~series.is_empty).all()), error="empty geometry"),
    }
    return pa.Column(None, checks[column.kind], nullable=column.nullable, unique=column.unique)


def _is_persons(series: pd.Series[Any]) -> bool:
    import pandas as pd

    from sharemap.units import persons, thousandths

    if not pd.api.types.is_float_dtype(series.dtype):
        return False
    told = series.dropna().to_numpy(dtype="float64")
    return bool((persons(thousandths(told)) == told).all())


def _is_text(series: pd.Series[Any]) -> bool:
    import pandas as pd

    if isinstance(series.dtype, pd.StringDtype):
        return True
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = pd.Series(series.cat.categories)
    return bool(series.dropna().map(lambda value: isinstance(value, str)).all())
