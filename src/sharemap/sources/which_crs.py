"""In which coordinate system the positions of a list are: as the study, the columns or the numbers say."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sharemap.errors import StudyError
from sharemap.sources.coordinates import numbers
from sharemap.sources.projected import ambiguous, fitting, in_degrees, label
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sharemap.sources.files.raw import RawTable
    from sharemap.sources.matching import Candidate
    from sharemap.sources.projected import Box

__all__ = ["known_crs", "with_crs"]

_LOG = logging.getLogger(__name__)
_SAMPLED = 2_000


def known_crs(text: str) -> str:
    """Return the code of a coordinate system.

    Raises
    ------
    StudyError
        If it is none.

    Examples
    --------
    >>> known_crs("epsg:5174")
    'EPSG:5174'
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(text).to_string()
    except CRSError as error:
        msg = "no coordinate system has this name"
        raise StudyError(msg, column="crs", value=text, remedy='use a code, such as "EPSG:5174"') from error


def with_crs(raw: RawTable, match: Candidate, *, extent: Box, crs: str | None = None) -> Candidate:
    """Return what a table is read as, with the system of its positions and who says so.

    Parameters
    ----------
    raw, match
        The table, and what it is read as.
    extent
        Where the study is, in degrees: numbers are tried there.
    crs
        What the study says; it is not doubted.

    Raises
    ------
    StudyError
        If the study names no coordinate system.
    SiteFileError
        If several systems fit the numbers; names them.
    """
    if crs:
        return replace(match, crs=known_crs(crs), crs_by="study")
    columns = [match.columns.get(name, ()) for name in ("lat", "lon")]
    stated = match.crs != CRS_WGS84 and match.crs_by == "source"
    if raw.lonlat is not None or not all(columns) or stated:
        return match
    north, east = (_numbers(raw, names) for names in columns)
    if in_degrees(north, east):
        return replace(match, crs=CRS_WGS84, crs_by="source")
    fits = fitting(north, east, extent)
    if match.crs_by == "columns" and (match.crs in fits or not fits):
        _LOG.info("%s: positions in %s, by the names of their columns", raw.file.name, label(match.crs))
        return match
    if len(fits) > 1:
        raise ambiguous(raw.file, (north, east), fits, [name for names in columns for name in names[:1]])
    if fits:
        facts = {"file": raw.file.name, "crs": label(fits[0])}
        said = "%(file)s: positions in metres; their numbers fit %(crs)s only"
        _LOG.warning(said, facts, extra={"term": "warn_crs_by_numbers"})
        return replace(match, crs=fits[0], crs_by="numbers")
    said = "%(file)s: positions that are no degrees, and in no known grid near the study area"
    _LOG.warning(said, {"file": raw.file.name}, extra={"term": "warn_no_grid"})
    return match


def _numbers(raw: RawTable, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the numbers of the first filled of some columns, of rows from all over the table."""
    rows = raw.frame.iloc[:: max(1, len(raw.frame) // _SAMPLED)]
    found = np.full(len(rows), np.nan)
    for name in names:
        own = numbers(rows[name]).to_numpy()
        found = np.where(np.isnan(found), own, found)
    return found
