"""A published table, wherever it lies: in a file of its own, or as the pages that a fetch has kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sharemap.catalog import Catalog, load, normalised_header
from sharemap.errors import InputError, SiteFileError
from sharemap.sources.files.counting import records_of
from sharemap.sources.files.decode import refuse_absent
from sharemap.sources.files.reading import Wanted, read_file
from sharemap.sources.portals.kept import is_kept, read_kept

if TYPE_CHECKING:
    from collections.abc import Collection

    from sharemap.sources.files.raw import RawTable

__all__ = ["all_headers", "read_table"]


def read_table(  # noqa: PLR0913  each optional but one
    path: Path | str,
    *,
    known: Collection[str] | None = None,
    sheet: str | None = None,
    keep: Collection[str] | None = None,
    whole: bool = True,
    crs: str | None = None,
    error: type[InputError] = SiteFileError,
) -> RawTable:
    """Read a published file: CSV, TSV, XLSX, XLS, JSON, GeoJSON, SHP, GPKG, GeoParquet or what `fetch` has kept.

    The encoding (UTF-8, UTF-16, cp949), the delimiter, the sheet and the header are found. A header that is
    spread over several merged rows is put together; a second header row of API codes is skipped.

    Parameters
    ----------
    path
        The file.
    known
        Headers that are known (any spelling); all aliases of the catalogue if not given.
    sheet
        Sheet of a workbook or layer of a map file; if not given, the one with the best header and all that have the same known
        columns. A warning names each sheet with rows that is left out.
    keep
        Headers (any spelling) of the columns that are wanted of a table of text; all if not given.
    whole
        Whether to hold all rows however many there are. Otherwise a large table of text is known by rows from all
        over it, and :meth:`RawTable.pieces` reads the file again: memory holds a piece.
    crs
        Coordinate system of a map file, whatever the file says of it.
    error
        What to raise when it cannot be used.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        The given subclass, if it is empty, binary, undecodable, locked, an archive that expands without end, an error
        message of a portal, or holds no record, or a cell or a number of columns that no list has.
    """
    path = Path(path)
    headers = all_headers(load()) if known is None else frozenset(map(normalised_header, known))
    wanted = None if keep is None else frozenset(map(normalised_header, keep))
    try:
        refuse_absent(path)
        if is_kept(path):
            return read_kept(path)
        table = read_file(path, Wanted(known=headers, sheet=sheet, keep=wanted, whole=whole, crs=crs))
        return replace(table, records=records_of(path, table, sheet=sheet))
    except SiteFileError as fault:
        if error is SiteFileError:
            raise
        raise error(
            fault.problem, file=fault.file, row=fault.row, value=fault.value, remedy=fault.remedy
        ) from fault


def all_headers(catalog: Catalog) -> frozenset[str]:
    """Return the headers of all sources of a catalogue, as compared."""
    return frozenset(header for layer in catalog for source in layer.sources for header in source.headers)
