"""Tables of text (CSV, TSV) -> raw tables, piece by piece: memory holds the wanted columns, or only a piece of them."""

from __future__ import annotations

import csv
import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.catalog import normalised_header
from sharemap.errors import SiteFileError
from sharemap.sources.files.decode import empty, encoding_of, refuse_absent, unreadable
from sharemap.sources.files.header import SEARCHED, Header, find_header
from sharemap.sources.files.quotes import refuse_open_quotes, usual_delimiters
from sharemap.sources.files.raw import LONGEST_CELL, MOST_COLUMNS, SERIAL, RawTable, too_long, too_wide

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import TextIO

__all__ = ["assemble", "read_text"]

_DELIMITERS = ("\t", ",", ";", "|")
_SNIFFED_LINES = 20
_SNIFFED = 1_000_000
_LONGEST_LINE = 16_000_000
_CELLS_A_PIECE = 150_000
#: Some fifty megabytes; all lists of Seoul that are published are smaller.
_MOST_CELLS = 1_500_000
_HEAD = 200
_UNNAMED = re.compile(r"열\d+")


def read_text(
    path: Path, *, known: frozenset[str], keep: Collection[str] | None = None, whole: bool = True
) -> RawTable:
    """Read a table of text.

    Parameters
    ----------
    path
        The file.
    known
        Normalised headers that are known.
    keep
        Normalised headers of the columns to keep; all if not given.
    whole
        Whether to hold all rows however many there are; otherwise a large table is read once for what it is, and
        again, in pieces, for its rows.

    Raises
    ------
    MissingFileError
        If there is no such file.
    SiteFileError
        If it is no table of text, or holds no row.
    """
    refuse_absent(path)
    try:
        with path.open("rb") as stream:
            encoding = encoding_of(stream, file=path)
        with _body(path, encoding) as body:
            first = list(islice(body, SEARCHED))
            header = find_header(first, known)
            pieces = _Pieces(names=list(header.names), keep=keep, most=None if whole else _MOST_CELLS)
            for cells, rows in _cut(chain(first, body), header):
                pieces.add(cells, rows)
        table = _table(pieces, header, path=path, encoding=encoding)
        table = replace(table, above=_above(first, header))
    except OSError as error:
        raise unreadable(path, error) from error
    return replace(table, again=partial(_again, path, header, table, keep)) if pieces.thinned else table


def _again(path: Path, header: Header, table: RawTable, keep: Collection[str] | None) -> Iterator[RawTable]:
    """Read a table once more, piece by piece; nothing of a piece is held when the next one is asked for."""
    try:
        with _body(path, table.encoding) as body:
            for cells, rows in _cut(body, header):
                piece = _Pieces(names=list(header.names), keep=keep)
                piece.add(cells, rows)
                frame = piece.frames[0].reindex(columns=table.frame.columns, fill_value="")
                yield replace(
                    table, frame=frame, rows=piece.rows[0], hashes=piece.hashes[0], longer=piece.longer[0]
                )
    except OSError as error:
        raise unreadable(path, error) from error


@contextmanager
def _body(path: Path, encoding: str) -> Iterator[Iterator[list[str]]]:
    """Open a file of text as records, the header and what stands above it included."""
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SNIFFED).removeprefix("\ufeff")
    if not sample.strip():
        raise empty(path)
    with path.open(encoding=encoding, newline="") as file:
        yield _records(file, sample, path)


# ------------------------------------------------------------------------------------------ records


class _Lines:
    """Lines of a file, with those held that the record in work is made of."""

    def __init__(self, file: TextIO, path: Path) -> None:
        self.file, self.path = file, path
        self.held: list[str] = []
        self.row = 1
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        while line := self.file.readline(_LONGEST_LINE + 1):
            if len(line) > _LONGEST_LINE:
                msg = f"a line of more than {_LONGEST_LINE:,} characters is no row of a table"
                raise SiteFileError(msg, file=self.path, row=self.row, remedy="export the list as CSV again")
            self.held.append(line)
            yield line.removeprefix("\ufeff") if self.row == 1 else line
        self.ended = True


def _records(file: TextIO, sample: str, path: Path) -> Iterator[list[str]]:
    lines = sample.splitlines()[:_SNIFFED_LINES]
    delimiter = max(_DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))
    usual = usual_delimiters(sample, delimiter)
    csv.field_size_limit(LONGEST_CELL)
    source = _Lines(file, path)
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        source.held.clear()
        try:
            record = next(reader, None)
        except csv.Error as error:
            if "field limit" in str(error):
                _refuse_quotes(source, delimiter, usual)
                raise too_long(path, row=source.row) from error
            msg = f"the file is no table of text ({error})"
            remedy = "export it as CSV again"
            raise SiteFileError(msg, file=path, row=source.row, remedy=remedy) from error
        if record is None:
            return
        if len(source.held) > 1 or source.ended:
            _refuse_quotes(source, delimiter, usual)
        if len(record) > MOST_COLUMNS:
            raise too_wide(path, len(record), row=source.row)
        yield record
        source.row += 1


def _refuse_quotes(source: _Lines, delimiter: str, usual: int) -> None:
    text = "".join(source.held)
    text = text.removeprefix("\ufeff") if source.row == 1 else text
    refuse_open_quotes(text, delimiter=delimiter, usual=usual, row=source.row, file=source.path)


# ------------------------------------------------------------------------------------------ columns


@dataclass(kw_only=True)
class _Pieces:
    """Columns that grow piece by piece; beyond `most` cells only rows from all over the table."""

    names: list[str]
    keep: Collection[str] | None
    most: int | None = None
    frames: list[pd.DataFrame] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    hashes: list[np.ndarray] = field(default_factory=list)
    longer: list[np.ndarray] = field(default_factory=list)
    filled: set[str] = field(default_factory=set)
    head: pd.DataFrame | None = None
    thinned: bool = False

    def __post_init__(self) -> None:
        self._compared = [i for i, name in enumerate(self.names) if normalised_header(name) not in SERIAL]
        self._width = len(self.names)
        self._cells = 0

    def add(self, records: Sequence[Sequence[str]], rows: Sequence[int]) -> None:
        columns = list(zip_longest(*records, fillvalue=""))
        self.names += [f"열{number}" for number in range(len(self.names) + 1, len(columns) + 1)]
        columns += [("",) * len(records)] * (len(self.names) - len(columns))
        if self.head is None:
            head = {name: column[:_HEAD] for name, column in zip(self.names, columns, strict=True)}
            self.head = pd.DataFrame(head, dtype="str")
        named = zip(self.names, columns, strict=True)
        kept = {name: column for name, column in named if self._wanted(name, column)}
        frame = pd.DataFrame(kept, index=range(len(records)), dtype="str")
        numbers = np.asarray(rows, dtype=np.int64)
        self._cells += frame.size
        if self.most is not None and self._cells > self.most and not self.thinned:
            self.thinned = True
            self.frames = [_thin(old) for old in self.frames]
            self.rows = [_thin(old) for old in self.rows]
            self.longer = [_thin(old) for old in self.longer]
            self.hashes = []
        self.frames.append(_thin(frame) if self.thinned else frame)
        self.rows.append(_thin(numbers) if self.thinned else numbers)
        longer = self._longer(columns)
        self.longer.append(_thin(longer) if self.thinned else longer)
        if not self.thinned:
            self.hashes.append(np.asarray(self._hashed(columns), dtype=np.int64))

    def _longer(self, columns: Sequence[Sequence[str]]) -> np.ndarray:
        """Count the cells of the rows that have more than the header; blank ones at the end are none."""
        cells = np.zeros(len(columns[0]), dtype=np.int64)
        for number, column in enumerate(columns[self._width :], start=self._width + 1):
            cells[[bool(cell.strip()) for cell in column]] = number
        return cells

    def _hashed(self, columns: Sequence[Sequence[str]]) -> list[int]:
        """One number a row; cells beyond the header count only where they are filled."""
        hashes = list(map(hash, zip(*(columns[i] for i in self._compared), strict=True)))
        hashes = hashes or [0] * len(columns[0])
        for number, column in enumerate(columns[self._width :]):
            pairs = zip(hashes, column, strict=True)
            hashes = [hash((one, number, cell)) if cell else one for one, cell in pairs]
        return hashes

    def _wanted(self, name: str, column: Sequence[str]) -> bool:
        if _UNNAMED.fullmatch(name) and name not in self.filled:
            if not any(cell.strip() for cell in column):
                return False
            self.filled.add(name)
        return self.keep is None or normalised_header(name) in self.keep

    def repeated(self, frame: pd.DataFrame) -> np.ndarray:
        """Rows whose hashes meet, and that are alike in every column that is kept."""
        hashes = pd.Series(np.concatenate(self.hashes))
        likely = hashes.duplicated(keep=False)
        compared = frame.loc[likely.to_numpy()].assign(**{"\0hash": hashes[likely].to_numpy()})
        serial = [name for name in compared.columns if normalised_header(name) in SERIAL]
        found = np.zeros(len(frame), dtype=bool)
        found[likely.to_numpy()] = compared.drop(columns=serial).duplicated().to_numpy()
        return found


def _thin(rows: Any) -> Any:  # noqa: ANN401  a frame or an array
    """Return some rows from all over a piece."""
    thin = rows[:: max(1, len(rows) // _HEAD)]
    return thin.copy()  # a slice would hold the whole


def _cut(
    records: Iterable[Sequence[str]], header: Header
) -> Iterator[tuple[Sequence[Sequence[str]], Sequence[int]]]:
    """Return the filled records below a header, and rows above it, with where they stand, piece by piece."""
    numbered = enumerate(records, start=1)
    above = {place + 1 for place in header.above}
    body = (
        (record, row)
        for row, record in numbered
        if (row > header.last + 1 or row in above) and "".join(record).strip()
    )
    size = max(1, _CELLS_A_PIECE // max(1, len(header.names)))
    while piece := list(islice(body, size)):
        cells, rows = zip(*piece, strict=True)
        yield cells, rows


def _above(records: Sequence[Sequence[str]], header: Header) -> int:
    """Count the records with anything in them that are header or title."""
    filled = sum(any(map(str.strip, record)) for record in records[: header.last + 1])
    return filled - len(header.above)


def assemble(
    records: Sequence[Sequence[str]],
    header: Header,
    *,
    path: Path,
    encoding: str,
    sheet: str | None = None,
) -> RawTable:
    """Return the records below a header as a raw table.

    Raises
    ------
    SiteFileError
        If there are none.
    """
    pieces = _Pieces(names=list(header.names), keep=None)
    for cells, rows in _cut(records, header):
        pieces.add(cells, rows)
    table = _table(pieces, header, path=path, encoding=encoding)
    return replace(table, sheet=sheet, above=_above(records, header))


def _table(pieces: _Pieces, header: Header, *, path: Path, encoding: str) -> RawTable:
    if not pieces.frames or pieces.head is None:
        msg = "the file has a header but no rows"
        raise SiteFileError(msg, file=path, value=list(header.names), remedy="download it again")
    blank = {name for name in pieces.names if _UNNAMED.fullmatch(name)} - pieces.filled
    names = [name for name in pieces.names if name not in blank]
    longer = np.concatenate(pieces.longer)
    widest = set().union(*(part.columns for part in pieces.frames))
    columns = [name for name in names if name in widest]
    parts = [part.reindex(columns=columns, fill_value="") for part in pieces.frames]
    frame = pd.concat(parts, ignore_index=True)
    return RawTable(
        file=path,
        frame=frame,
        rows=np.concatenate(pieces.rows),
        longer=longer if longer.any() else None,
        width=len(header.names),
        encoding=encoding,
        header_rows=tuple(range(header.first + 1, header.last + 2)),
        header=tuple(names),
        head=pieces.head.reindex(columns=names, fill_value="") if pieces.keep is not None else None,
        repeated=None if pieces.thinned else pieces.repeated(frame),
    )
