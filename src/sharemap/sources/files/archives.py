"""Zip archives (workbooks, zipped shapefiles) -> opened only when what they expand to is bounded.

An archive states the size of its members itself, and a hostile one lies: so each member is also unpacked
once, piece by piece and without being kept, before any other library sees it.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np

from sharemap.errors import SiteFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["refuse_bomb", "refuse_password"]

_MEGABYTE = 1 << 20
#: 300 MB of sheets hold some five million cells, far more than a list of services.
_LARGEST = 300 * _MEGABYTE
_LARGEST_MAPS = 2048 * _MEGABYTE
_MOST_MEMBERS = 10_000
# sheets that repeat one row a hundred thousand times stay well below this
_DENSEST = 400
_DENSE_FROM = 50 * _MEGABYTE
_PIECE = 1 << 18
_LOCAL_HEADER = 30
_MOST_CELLS = 30_000_000
_SHEET = re.compile(r"(?i)(^|/)worksheets/[^/]+\.xml$")
_LONGEST_REFERENCE = 20
_SHORTEST = 4
_LETTERS, _DIGITS = 3, 9
_BLANKS = tuple(b" \t\n\v\f\r")
_LOCKED = tuple(name.encode("utf-16-le") for name in ("EncryptedPackage", "EncryptionInfo"))
_OLE = b"\xd0\xcf\x11\xe0"


def refuse_password(data: bytes, *, file: Path) -> None:
    """Refuse a workbook that Excel has encrypted.

    Raises
    ------
    SiteFileError
        If it has a password.
    """
    if data.startswith(_OLE) and any(name in data for name in _LOCKED):
        raise locked(file)


def locked(file: Path) -> SiteFileError:
    """Return the refusal of a file with a password."""
    msg = "the file is locked with a password"
    return SiteFileError(msg, file=file, remedy="open it, take the password off and save it again")


def refuse_bomb(data: bytes, *, file: Path, maps: bool = False) -> None:
    """Refuse an archive that expands to more than a list can be, or holds a sheet with far-flung cells.

    Parameters
    ----------
    data
        The archive.
    file
        Its file, for the message.
    maps
        Whether it holds map files, which may be larger than workbooks.

    Raises
    ------
    SiteFileError
        If it is no zip archive, has a password, states sizes that are not true, or is too large.
    """
    largest = _LARGEST_MAPS if maps else _LARGEST
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        msg = (
            f"the workbook cannot be read ({error})" if not maps else f"the archive cannot be read ({error})"
        )
        raise SiteFileError(msg, file=file, remedy="download it again, or save it again") from error
    if any(member.flag_bits & 1 for member in members):
        raise locked(file)
    _refuse_statements(members, len(data), largest, file)
    unpacked = 0
    for member in members:
        own = _unpacked(member, data, largest - unpacked, file)
        if own != member.file_size:
            msg = "the archive states sizes that are not true"
            raise SiteFileError(
                msg, file=file, value=member.filename, remedy="do not open it; ask for it again"
            )
        unpacked += own


def _refuse_statements(members: list[zipfile.ZipInfo], size: int, largest: int, file: Path) -> None:
    """Refuse by what the archive says of itself, before anything is unpacked."""
    stated = sum(member.file_size for member in members)
    dense = [
        member
        for member in members
        if member.file_size > _DENSE_FROM and member.file_size > _DENSEST * max(1, member.compress_size)
    ]
    overlapping = sum(member.compress_size for member in members) > size
    if stated > largest or dense or overlapping or len(members) > _MOST_MEMBERS:
        raise _bomb(file, stated)


def _bomb(file: Path, stated: int) -> SiteFileError:
    msg = f"the archive expands to {stated / _MEGABYTE:,.0f} MB or more, which no list of services does"
    return SiteFileError(msg, file=file, remedy="do not open it; save the list as CSV")


def _unpacked(member: zipfile.ZipInfo, data: bytes, most: int, file: Path) -> int:
    """Return how many bytes a member really expands to."""
    size = 0
    sheet = _Extent(file) if _SHEET.search(member.filename) else None
    for piece in _pieces(member, data, file):
        size += len(piece)
        if size > most:
            raise _bomb(file, size)
        if sheet:
            sheet.add(piece)
    return size


def _pieces(member: zipfile.ZipInfo, data: bytes, file: Path) -> Iterator[bytes]:
    start = member.header_offset
    lengths = data[start + 26 : start + _LOCAL_HEADER]
    if len(lengths) < _LOCAL_HEADER - 26:
        raise _broken(file, member)
    start += _LOCAL_HEADER + sum(struct.unpack("<HH", lengths))
    packed = memoryview(data)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise _broken(file, member)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for position in range(0, len(packed), _PIECE):
            rest: bytes | memoryview = packed[position : position + _PIECE]
            while rest and not inflate.eof:
                yield inflate.decompress(rest, _MEGABYTE)
                rest = inflate.unconsumed_tail
        while not inflate.eof and (piece := inflate.decompress(b"", _MEGABYTE)):
            yield piece
    except zlib.error as error:
        raise _broken(file, member) from error


def _broken(file: Path, member: zipfile.ZipInfo) -> SiteFileError:
    msg = "the archive is damaged"
    return SiteFileError(msg, file=file, value=member.filename, remedy="download it again")


class _Extent:
    """How far the cells of a sheet spread: a reader makes room for all between the first and the last."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.rest = b""
        self.row = self.column = 1

    def add(self, piece: bytes) -> None:
        text = self.rest + piece
        self.rest = text[-_LONGEST_REFERENCE:]
        rows, columns = _references(text)
        if not len(rows):
            return
        self.row = max(self.row, int(rows.max()))
        self.column = max(self.column, int(columns.max()))
        if self.row * self.column > _MOST_CELLS:
            msg = f"a sheet spreads over {self.row:,} rows and {self.column:,} columns"
            raise SiteFileError(
                msg,
                file=self.file,
                remedy="delete what stands far below or beside the list, and save it again",
            )


def _references(text: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return row and column (0 if none is said) of each ``r="AB12"`` or ``r="12"``, all at once: a sheet has millions."""
    held = np.frombuffer(text + bytes(_LONGEST_REFERENCE), dtype=np.uint8)
    before, r, equals, quote = (held[i : len(text) - 3 + i] for i in range(4))
    blank = np.isin(before, _BLANKS)
    starts = np.flatnonzero((r == ord("r")) & (equals == ord("=")) & blank) if len(text) > _SHORTEST else ()
    starts = np.asarray(starts, dtype=np.int64)
    starts = starts[np.isin(quote[starts], (34, 39))] + _SHORTEST
    row, column = np.zeros((2, len(starts)), dtype=np.int64)
    lettered, numbered = np.ones((2, len(starts)), dtype=bool)
    for place in range(_LETTERS + _DIGITS):
        sign = held[starts + place].astype(np.int64)
        if place < _LETTERS:
            lettered &= (sign >= ord("A")) & (sign <= ord("Z"))
            column = np.where(lettered, column * 26 + sign - 64, column)
            digit = ~lettered
        else:
            digit = np.ones(len(starts), dtype=bool)
        numbered &= ~digit | ((sign >= ord("0")) & (sign <= ord("9")))
        row = np.where(digit & numbered, row * 10 + sign - 48, row)
    return row, column
