"""From an output folder to the formats that other programs ask for."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap import exports
from sharemap.errors import StudyError
from sharemap.exports import COVERAGE, ENCODINGS, FORMATS
from sharemap.pipeline.folder import RunFolder
from sharemap.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Exported", "export"]

log = logging.getLogger(__name__)

_LOST = "not_in_cp949.csv"


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export wrote.

    Attributes
    ----------
    files
        Paths of the new files, in the order of their names.
    lost
        Cells that a format could not hold as they are.
    empty
        Tables without rows, for which the format has no file.
    """

    files: tuple[Path, ...]
    lost: tuple[exports.Lost, ...]
    empty: tuple[str, ...]


def export(
    run: Path | str,
    out: Path | str,
    *,
    formats: tuple[str, ...],
    tables: tuple[str, ...] = (),
    encoding: str = "utf-8-sig",
) -> Exported:
    """Write the tables of a run in other formats, all or nothing.

    Parameters
    ----------
    run
        Output folder of a finished run.
    out
        Folder for the new files; made when it is not there.
    formats
        Keys of :data:`sharemap.exports.FORMATS`.
    tables
        Tables to write, names of the data dictionary or ``"coverage"`` (dongs with the share of each service, made
        from ``area`` and ``coverage_dong``); without any, all but the large ones (network, barriers, walks, demand).
    encoding
        Of CSV files; ``"cp949"`` for older systems, which lists what it cannot hold in ``not_in_cp949.csv``.

    Raises
    ------
    StudyError
        If a format, a table or the encoding is unknown.
    MissingFileError, InputError
        If the folder is no finished run, is one of another version of sharemap, or lacks an asked table.
    OutputError
        If a file cannot be written; the folder is then as it was.
    """
    _known("format", formats, FORMATS)
    _known("encoding", (encoding,), ENCODINGS)
    _known("table", tables, (*TABLES, COVERAGE))
    source = RunFolder(run)
    source.check_of_one_study()
    found = {name: _table(source, name) for name in (tables or _present(source))}
    lost: list[exports.Lost] = []
    with RunFolder(out) as target:
        job = exports.Job(found, target.new, encoding)
        for name in formats:
            lost += [replace(item, format=name) for item in FORMATS[name](job)]
        if lost:
            account = pd.DataFrame([asdict(item) for item in lost])
            exports.write_csv(account, target.new(_LOST))
            log.warning(
                "%d texts have signs or a length that a format cannot hold; %s lists them", len(lost), _LOST
            )
        files = sorted(Path(file) for file in target.written())
    return Exported(files=tuple(Path(out) / file for file in files), lost=tuple(lost), empty=job.empty)


def _known(what: str, asked: tuple[str, ...], known: Collection[str]) -> None:
    for name in asked:
        if name not in known:
            msg = f"an unknown {what}"
            raise StudyError(msg, value=name, remedy=f"use one of {', '.join(known)}")


def _present(source: RunFolder) -> list[str]:
    names = [name for name, table in TABLES.items() if not table.large and source.has(table.file)]
    return [COVERAGE, *names] if set(exports.COVERAGE_FROM) <= set(names) else names


def _table(source: RunFolder, name: str) -> Any:  # noqa: ANN401  DataFrame or GeoDataFrame
    if name == COVERAGE:
        return exports.coverage_of_dongs(*(source.table(part) for part in exports.COVERAGE_FROM))
    return source.table(name)
