"""The kept pages of a fetch -> one raw table, like any published file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.catalog import normalised_header
from sharemap.errors import SiteFileError
from sharemap.sources.asking import Fault
from sharemap.sources.files.raw import RawTable, cell_text
from sharemap.sources.portals.manifest import NAME, Manifest, Part, read_manifest, read_page
from sharemap.sources.portals.replies import read_answer

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["file_name", "is_kept", "read_kept", "read_part"]

_LOG = logging.getLogger(__name__)


def is_kept(path: Path) -> bool:
    """Whether a path is the folder of a fetch, or its manifest, or the folder of all fetches of a source."""
    if path.name == NAME:
        return path.is_file()
    return path.is_dir() and ((path / NAME).is_file() or any(path.glob(f"*/{NAME}")))


def read_kept(path: Path) -> RawTable:
    """Return all pages of a fetch as one table; its rows are counted through, in the order of the pages.

    Parameters
    ----------
    path
        The folder of a fetch, or its ``manifest.json``.

    Raises
    ------
    SiteFileError
        If the fetch is not finished, or a page is not there or not as it was received.
    """
    folder = path.parent if path.name == NAME else path
    if not (folder / NAME).is_file():
        runs = sorted(run.parent.name for run in folder.glob(f"*/{NAME}"))
        msg = "the folder holds several fetches, or one of another day"
        raise SiteFileError(
            msg, file=folder, value=", ".join(runs), remedy=f"name one, such as {folder / runs[-1]}"
        )
    manifest = read_manifest(folder / NAME)
    if manifest.state != "complete":
        msg = "the fetch is not finished"
        raise SiteFileError(
            msg, file=folder / NAME, value=f"{manifest.rows} rows so far", remedy="run `sharemap fetch` again"
        )
    frames = [_with_details(read_part(folder, part), manifest, part, folder) for part in manifest.tables]
    frame = _stacked(frames).fillna("")
    if frame.empty:
        msg = "the fetch holds no rows"
        raise SiteFileError(msg, file=folder / NAME, remedy="run `sharemap fetch` with --fresh")
    name = file_name(manifest)
    _LOG.info("%s: %d rows, kept on %s", name, len(frame), manifest.finished or manifest.started)
    for problem in manifest.problems:
        _LOG.warning("%s: %s", name, problem["text"])
    return RawTable(
        file=folder / name,
        frame=frame,
        rows=np.arange(1, len(frame) + 1, dtype=np.int64),
        encoding="utf-8",
        records=manifest.rows,
    )


def file_name(manifest: Manifest) -> str:
    """Return how the pages of a fetch are called as one file: ``GetParkInfo_2026-11-24_0001-0003.json``."""
    names = []
    for part in manifest.tables:
        first = part.pages[0].file if part.pages else part.name
        last = f"-{part.pages[-1].page:04d}.json" if len(part.pages) > 1 else ""
        names.append(first.removesuffix(".json") + last if last else first)
    return " + ".join(names)


def read_part(folder: Path, part: Part) -> pd.DataFrame:
    """Return the records of a part as text, under the headers that people know where the part names them.

    Raises
    ------
    SiteFileError
        If a page is not there, not as it was received, or does not hold the records that the manifest counts.
    """
    frames = []
    for page in part.pages:
        answer = read_answer(read_page(folder, page))
        if isinstance(answer, Fault) or len(answer.records) != page.rows:
            msg = "a kept page does not hold the rows that the manifest counts"
            raise SiteFileError(
                msg, file=folder / page.file, value=page.rows, remedy="run `sharemap fetch` with --fresh"
            )
        frames.append(pd.DataFrame(answer.records, dtype=object))
    return _as_text(_stacked(frames)).rename(columns=part.headers)


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Return tables one below the other; columns are as the first spells them."""
    spelled: dict[str, str] = {}
    renamed = []
    for frame in frames:
        own = {str(name): spelled.get(normalised_header(str(name)), str(name)) for name in frame.columns}
        taken = len(set(own.values())) < len(own)  # a page with two spellings of one name keeps both
        renamed.append(frame.set_axis(list(own) if taken else list(own.values()), axis=1))
        for name in renamed[-1].columns:
            spelled.setdefault(normalised_header(name), name)
    return pd.concat(renamed, ignore_index=True) if renamed else pd.DataFrame()


def _with_details(rows: pd.DataFrame, manifest: Manifest, part: Part, folder: Path) -> pd.DataFrame:
    """Return rows with the fields that only their details have; no row is added or lost."""
    details = next((other for other in manifest.parts if other.name == f"{part.name}_details"), None)
    if details is None or not details.pages or details.join not in rows.columns:
        return rows
    more = read_part(folder, details)
    if details.join not in more.columns:
        return rows
    more = more[more[details.join].isin(rows[details.join])].drop_duplicates(details.join)
    new = [name for name in more.columns if name not in rows.columns]
    return rows.merge(more[[details.join, *new]], on=details.join, how="left", validate="many_to_one")


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {name: _column(frame[name]) for name in frame.columns}, index=frame.index, dtype="str"
    )


def _column(cells: pd.Series) -> pd.Series:
    if pd.api.types.infer_dtype(cells, skipna=False) == "string":
        return cells.astype("str")
    return cells.where(cells.notna(), "").map(cell_text).astype("str")
