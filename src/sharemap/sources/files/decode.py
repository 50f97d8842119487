"""Bytes of a published file -> text, or a clear refusal."""

from __future__ import annotations

import codecs
import io
import re
import stat
from typing import TYPE_CHECKING, BinaryIO

from sharemap.errors import MissingFileError, SiteFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["decode", "encoding_of", "read_bytes"]

_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "a GeoPackage or another database"),
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HANGUL_UTF8 = re.compile(rb"[\xea-\xed][\x80-\xbf][\x80-\xbf]")
# a damaged UTF-8 file still is UTF-8 nearly everywhere; a cp949 file is so nowhere
_MOSTLY_UTF8 = 20
_PIECE = 1 << 22


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    MissingFileError
        If there is no such file.
    SiteFileError
        If it is a folder, cannot be opened or is empty.
    """
    refuse_absent(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    if not data.strip():
        raise empty(path)
    return data


def refuse_absent(path: Path) -> None:
    """Raise MissingFileError if there is no such file, and SiteFileError if it is a device or a pipe without end."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        msg = "the file does not exist"
        raise MissingFileError(
            msg, file=path, remedy="check the path; paths are relative to the study file"
        ) from error
    except (OSError, ValueError) as error:
        raise unreadable(path, OSError(0, getattr(error, "strerror", None) or str(error))) from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        msg = "this is no ordinary file but a device or a pipe"
        raise SiteFileError(msg, file=path, remedy="save what it gives to a file first")


def unreadable(path: Path, error: OSError) -> SiteFileError:
    """Return the refusal of a file that cannot be opened."""
    msg = f"the file cannot be read ({error.strerror})"
    return SiteFileError(msg, file=path, remedy="name a file that you may open")


def empty(path: Path) -> SiteFileError:
    """Return the refusal of a file without anything in it."""
    msg = "the file is empty"
    return SiteFileError(msg, file=path, remedy="download it again")


def decode(data: bytes, *, file: Path) -> tuple[str, str]:
    r"""Return the text of some bytes and the encoding it was in.

    Raises
    ------
    SiteFileError
        As :func:`encoding_of`.

    Examples
    --------
    >>> from pathlib import Path
    >>> decode("구로구".encode("cp949"), file=Path("a.csv"))
    ('구로구', 'cp949')
    """
    encoding = encoding_of(io.BytesIO(data), file=file)
    return data.decode(encoding), encoding


def encoding_of(stream: BinaryIO, *, file: Path) -> str:
    """Return the encoding of a stream of bytes, all of which it can decode; memory holds a piece at a time.

    UTF-8 (with or without byte-order mark), UTF-16 with byte-order mark, and cp949, in this order.

    Raises
    ------
    SiteFileError
        If the bytes are no text, or text in none of these encodings; names the line.
    """
    start = stream.read(16)
    if start[:2] in _UTF16:
        return _strictly(stream, "utf-16", file)
    _refuse_binary(stream, start, file)
    if start.startswith(codecs.BOM_UTF8):
        return _strictly(stream, "utf-8-sig", file)
    try:
        return _strictly(stream, "utf-8", file)
    except SiteFileError:
        if _damaged_utf8(stream):
            raise
    return _strictly(stream, "cp949", file)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(_PIECE):
        yield piece


def _strictly(stream: BinaryIO, encoding: str, file: Path) -> str:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    try:
        for piece in _pieces(stream):
            decoder.decode(piece)
            lines += piece.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        msg = f"bytes that are no {encoding.removesuffix('-sig')} text"
        raise SiteFileError(
            msg,
            file=file,
            row=lines + error.object.count(b"\n", 0, error.start) + 1,
            value=error.object[error.start : error.start + 4].hex(" "),
            remedy="save it as CSV UTF-8 or cp949",
        ) from error
    return encoding


def _damaged_utf8(stream: BinaryIO) -> bool:
    """Whether text that is no UTF-8 is so nearly everywhere."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    hangul = broken = 0
    for piece in _pieces(stream):
        hangul += len(_HANGUL_UTF8.findall(piece))
        broken += decoder.decode(piece).count("\ufffd") - piece.count("\ufffd".encode())
    broken += decoder.decode(b"", final=True).count("\ufffd")
    return hangul > _MOSTLY_UTF8 * broken


def _refuse_binary(stream: BinaryIO, start: bytes, file: Path) -> None:
    for signature, kind in _SIGNATURES:
        if start.startswith(signature):
            msg = f"the file is {kind}, whatever its name says"
            raise SiteFileError(msg, file=file, remedy="give it its true extension or export it as CSV")
    lines = 0
    for piece in _pieces(stream):
        position = piece.find(b"\x00")
        if position >= 0:
            msg = "the file holds binary data, not text"
            row = lines + piece.count(b"\n", 0, position) + 1
            raise SiteFileError(msg, file=file, row=row, remedy="export it as CSV")
        lines += piece.count(b"\n")
