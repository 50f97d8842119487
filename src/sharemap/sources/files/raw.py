"""A published table as it stands in its file: what every reader of a format hands on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.errors import SiteFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["LONGEST_CELL", "MOST_COLUMNS", "SERIAL", "RawTable", "cell_text", "refuse_excess", "unread_rows"]

#: Excel itself stops at 32,767 letters a cell and 16,384 columns; only outlines as text are longer.
LONGEST_CELL = 1_000_000
MOST_COLUMNS = 16_384
#: Normalised headers of columns that only number the rows: copies of a row differ there.
SERIAL = frozenset({"연번", "순번", "번호", "no", "no.", "num"})
_LONGEST_TEXT = 100
_ROWS_A_PIECE = 20_000


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """A published table as it stands in its file.

    Attributes
    ----------
    file
        The file.
    frame
        Text columns exactly as published, ``""`` where a cell is blank; blank records are left out. Of a table
        that is read again in pieces, only rows from all over the file.
    rows
        Row of each record as a spreadsheet shows it, from 1, header included, in each sheet of its own; for
        JSON and map files the number of the record.
    encoding
        Encoding of a text file; ``"binary"`` for workbooks and map files.
    header_rows
        Rows of the header; empty when the file names its fields itself.
    sheet
        Sheet of a workbook, or layer of a map file that has several; with several of them their names, joined by commas.
    sheets
        Sheet of each row when several were read, else None.
    left_out
        Sheets or layers that hold rows under another header, and how many.
    unread
        The rows of these: ``sheet``, ``row`` and ``text``, what the first of its filled cells say.
    above
        Records with anything in them that are header or title.
    records
        Records of the file, counted by another way, see :mod:`sharemap.sources.files.counting`; None when nobody counted.
    merged
        Rows with cells that are filled from a merged one above.
    longer
        How many cells a row has, where it has more than the header, else 0; None when no row has.
    width
        How many cells the header has; 0 where the file names its fields itself.
    parts
        Which point of its feature each row is, from 0, where a map file has features of several points, else None.
    lonlat
        Columns ``lon`` and ``lat`` (EPSG:4326) of a map file's geometries, else None.
    crs
        CRS of a map file, and how it is known; ``""`` for other files.
    header
        Names of all columns, those that were not asked for included; empty when `frame` has them all.
    head
        The first rows in all columns, when some were not asked for.
    repeated
        Whether each row is an exact copy of an earlier one in all columns but a running number; None when
        `frame` tells.
    hashes
        One number a row that copies of it share, running numbers left aside; only in pieces of `again`.
    again
        Reads a table that is too large to hold once more, in pieces.
    """

    file: Path
    frame: pd.DataFrame
    rows: NDArray[np.int64]
    encoding: str
    header_rows: tuple[int, ...] = ()
    sheet: str | None = None
    sheets: NDArray[np.object_] | None = None
    left_out: tuple[tuple[str, int], ...] = ()
    unread: pd.DataFrame | None = None
    above: int = 0
    records: int | None = None
    merged: tuple[int, ...] = ()
    longer: NDArray[np.int64] | None = None
    width: int = 0
    parts: NDArray[np.int64] | None = None
    lonlat: pd.DataFrame | None = None
    crs: str = ""
    header: tuple[str, ...] = ()
    head: pd.DataFrame | None = None
    repeated: NDArray[np.bool_] | None = None
    hashes: NDArray[np.int64] | None = None
    again: Callable[[], Iterator[RawTable]] | None = None

    def pieces(self) -> Iterator[RawTable]:
        """Return all rows in their order, in tables of some ten thousand rows at most."""
        if self.again is not None:
            yield from self.again()
            return
        for start in range(0, len(self.rows), _ROWS_A_PIECE):
            rows = slice(start, start + _ROWS_A_PIECE)
            yield dataclasses.replace(
                self,
                frame=self.frame.iloc[rows].reset_index(drop=True),
                rows=self.rows[rows],
                sheets=None if self.sheets is None else self.sheets[rows],
                longer=None if self.longer is None else self.longer[rows],
                parts=None if self.parts is None else self.parts[rows],
                lonlat=None if self.lonlat is None else self.lonlat.iloc[rows].reset_index(drop=True),
                repeated=None if self.repeated is None else self.repeated[rows],
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns of the file."""
        return self.header or tuple(map(str, self.frame.columns))

    @property
    def first_rows(self) -> pd.DataFrame:
        """The first rows in all columns."""
        return self.frame.head(200) if self.head is None else self.head


def unread_rows(sheet: str, rows: Iterable[tuple[int, Iterable[str]]]) -> list[tuple[str, int, str]]:
    """Return the rows of a sheet that is left out, as :attr:`RawTable.unread` has them; blank ones are none."""
    told = ((row, " ".join(" ".join(cells).split())) for row, cells in rows)
    return [(sheet, row, text[:_LONGEST_TEXT]) for row, text in told if text]


def cell_text(cell: object) -> str:
    """Return a cell as text; whole numbers lose their decimals."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def refuse_excess(table: RawTable) -> RawTable:
    """Return the table, or refuse it for a cell or a number of columns that no list of services has.

    Raises
    ------
    SiteFileError
        Names the row and the column of the cell.
    """
    if len(table.columns) > MOST_COLUMNS:
        raise too_wide(table.file, len(table.columns))
    for name in table.frame.columns:
        length = table.frame[name].str.len()
        if len(length) and length.max() > LONGEST_CELL:
            raise too_long(table.file, row=int(table.rows[int(length.argmax())]), column=str(name)[:60])
    return table


def too_wide(file: Path, columns: int, row: int | None = None) -> SiteFileError:
    """Return the refusal of a table with too many columns."""
    msg = f"the table has {columns:,} columns, more than any list has ({MOST_COLUMNS:,})"
    return SiteFileError(msg, file=file, row=row, remedy="export the columns of the list only")


def too_long(file: Path, *, row: int, column: str | None = None) -> SiteFileError:
    """Return the refusal of a cell with too many characters."""
    msg = f"a cell of more than {LONGEST_CELL:,} characters"
    remedy = "shorten it; or close the quotation mark that opens it"
    return SiteFileError(msg, file=file, row=row, column=column, remedy=remedy)
