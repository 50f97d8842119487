"""Files that would fill the memory or never end: refused before anything is unpacked into tables."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from sharemap.errors import SiteFileError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

__all__ = ["LARGEST_FILE", "refuse_bomb", "refuse_huge_cells", "refuse_password", "refuse_wide"]

#: The largest text or workbook file that is read, bytes: beyond it a file is no list of places.
LARGEST_FILE = 600 * 2**20
_LARGEST_UNPACKED = 512 * 2**20
_WIDEST = 4_000
_LONGEST_CELL = 1_000_000
_OLE = b"\xd0\xcf\x11\xe0"
_LOCAL_HEADER = struct.Struct("<26xHH")
_STEP = 2**20
_STORED = zipfile.ZIP_STORED


def refuse_bomb(data: bytes, *, file: Path) -> None:
    """Refuse a workbook whose parts unpack to more than half a gigabyte.

    The parts are unpacked piece by piece and thrown away, because the sizes that an archive states may be lies.

    Raises
    ------
    SiteFileError
        If the archive is damaged, has a password or unpacks to too much.
    """
    if data[:2] != b"PK":
        return
    room = _LARGEST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if member.flag_bits & 1:
                    msg = "the workbook has a password"
                    raise SiteFileError(msg, file=file, remedy="save it without a password")
                room -= _unpacked(data, member, room)
                if room < 0:
                    msg = f"the workbook unpacks to more than {_LARGEST_UNPACKED // 2**20} MB, which no list does"
                    raise SiteFileError(
                        msg, file=file, value=member.filename, remedy="export it as CSV again"
                    )
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError) as error:
        msg = f"the workbook cannot be read ({error})"
        raise SiteFileError(msg, file=file, remedy="download it again") from error


def _unpacked(data: bytes, member: zipfile.ZipInfo, room: int) -> int:
    """Return how many bytes a part really unpacks to; stops just beyond the room there is."""
    if member.compress_type == _STORED:
        return member.compress_size
    names = sum(_LOCAL_HEADER.unpack_from(data, member.header_offset))
    start = member.header_offset + _LOCAL_HEADER.size + names
    engine, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    rest = data[start : start + member.compress_size]
    while rest and not engine.eof and total <= room:
        total += len(engine.decompress(rest, _STEP))
        rest = engine.unconsumed_tail
    return total


def refuse_password(data: bytes, *, file: Path) -> None:
    """Refuse a workbook that Excel has encrypted.

    Raises
    ------
    SiteFileError
        If it is encrypted.
    """
    if data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        msg = "the workbook has a password"
        raise SiteFileError(msg, file=file, remedy="open it in Excel and save it without a password")


def refuse_wide(records: Iterable[Iterable[str]], *, file: Path) -> None:
    """Refuse a table with more columns than any list has.

    Raises
    ------
    SiteFileError
        Names the first record that is too wide.
    """
    for number, record in enumerate(records, start=1):
        width = len(record)  # type: ignore[arg-type]
        if width > _WIDEST:
            msg = f"a row with more than {_WIDEST:,} columns"
            raise SiteFileError(
                msg, file=file, row=number, value=width, remedy="check the delimiter, or export it again"
            )


def refuse_huge_cells(frame: pd.DataFrame, rows: Iterable[int], *, file: Path) -> None:
    """Refuse a table with a cell of more than a million characters.

    Raises
    ------
    SiteFileError
        Names the row and the column.
    """
    numbers = list(rows)
    for name in frame.columns:
        lengths = frame[name].str.len()
        if len(lengths) and lengths.max() > _LONGEST_CELL:
            at = int(lengths.to_numpy().argmax())
            msg = f"a cell of more than {_LONGEST_CELL:,} characters"
            raise SiteFileError(
                msg,
                file=file,
                row=numbers[at],
                column=str(name)[:40],
                value=frame[name].iloc[at][:40],
                remedy="delete the row",
            )
