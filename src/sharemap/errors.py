"""What can go wrong, as one tree.

::

    SharemapError
    ├── InputError (ValueError)            exit code 3: the input is wrong
    │   ├── MissingFileError (FileNotFoundError)
    │   ├── StudyError                     the study file
    │   ├── AreaError                      the study area
    │   ├── ExtractError                   the OSM extract or graph
    │   ├── SiteFileError                  a published file of sites
    │   ├── PopulationError                the population table
    │   ├── ElevationError                 the elevation raster
    │   └── GeometryError                  a table without the CRS, ids or geometry that a function needs
    ├── OutputError (OSError)              exit code 4: a result cannot be written
    └── FetchError (ConnectionError)       exit code 5: a portal cannot be reached, or refuses
        └── QuotaError                     its daily limit is used up

Each error is also the builtin named in brackets, so that generic handlers keep working. Each carries the
file, row, column and value at fault and the remedy, and prints them in one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "AreaError",
    "ElevationError",
    "ExtractError",
    "FetchError",
    "GeometryError",
    "InputError",
    "MissingFileError",
    "OutputError",
    "PopulationError",
    "QuotaError",
    "SharemapError",
    "SiteFileError",
    "StudyError",
]

_LONGEST_VALUE = 120


class SharemapError(Exception):
    """Base of all errors that sharemap raises on purpose.

    Parameters
    ----------
    problem
        What is wrong, as a short sentence without a full stop.
    file, row, column, value
        Where it is wrong; left out of the message when not given. Rows are counted as a spreadsheet
        shows them, from 1.
    remedy
        What the reader can do about it.

    Examples
    --------
    >>> print(SiteFileError("no column for the latitude", file="a.csv", value="lat2", remedy="rename it to 위도"))
    a.csv: no column for the latitude: 'lat2' -> rename it to 위도
    """

    exit_code: ClassVar[int] = 1

    def __init__(  # noqa: PLR0913  keyword-only facts about the fault, each optional
        self,
        problem: str,
        *,
        file: Path | str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.file = None if file is None else str(file)
        self.row = row
        self.column = column
        self.value = value
        self.remedy = remedy

    def __str__(self) -> str:
        where = [part for part in (self.file, self._cell()) if part]
        text = f"{', '.join(where)}: {self.problem}" if where else self.problem
        if self.value is not None:
            shown = repr(self.value)
            text += ": " + (shown if len(shown) <= _LONGEST_VALUE else shown[:_LONGEST_VALUE] + "…")
        if self.remedy:
            text += f" -> {self.remedy}"
        return " ".join(text.split())

    def _cell(self) -> str:
        parts = []
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(parts)


class InputError(SharemapError, ValueError):
    """The input is wrong; nothing was written."""

    exit_code = 3


class MissingFileError(InputError, FileNotFoundError):
    """A file that the study names does not exist."""


class StudyError(InputError):
    """The study file has an unknown key or a value that cannot be used."""


class AreaError(InputError):
    """The study area matches nothing, or has no usable boundary."""


class ExtractError(InputError):
    """The OSM extract or graph cannot be read, or holds no walkable street."""


class SiteFileError(InputError):
    """A published file of sites cannot be read as the layer it is said to be."""


class PopulationError(InputError):
    """The population table cannot be read or does not fit the area."""


class ElevationError(InputError):
    """The elevation raster cannot be read or does not cover the streets."""


class GeometryError(InputError):
    """A table lacks the CRS, the identifiers or the geometry that a function needs."""


class OutputError(SharemapError, OSError):
    """A result cannot be written; what stood there before is untouched."""

    exit_code = 4


class FetchError(SharemapError, ConnectionError):
    """A portal cannot be reached, refuses, or answers with something else than data; good pages are kept.

    Attributes
    ----------
    kind
        What kind of fault it is: ``network``, ``key``, ``quota``, ``permission``, ``service``, ``no_data`` ...
    """

    exit_code = 5
    kind: str = ""


class QuotaError(FetchError):
    """The daily limit of the portal is used up; what was received is kept."""
