"""Bytes of a published file -> text, or a clear refusal."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from sharemap.errors import MissingFileError, SiteFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["decode", "read_bytes"]

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


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    MissingFileError
        If there is no such file.
    SiteFileError
        If it is a folder, cannot be opened or is empty.
    """
    if not path.exists():
        msg = "the file does not exist"
        raise MissingFileError(msg, file=path, remedy="check the path; paths are relative to the study file")
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"the file cannot be read ({error.strerror})"
        raise SiteFileError(msg, file=path, remedy="name a file that you may open") from error
    if not data.strip():
        msg = "the file is empty"
        raise SiteFileError(msg, file=path, remedy="download it again")
    return data


def decode(data: bytes, *, file: Path) -> tuple[str, str]:
    r"""Return the text of some bytes and the encoding it was in.

    UTF-8 (with or without byte-order mark), UTF-16 with byte-order mark, and cp949, in this order.

    Raises
    ------
    SiteFileError
        If the bytes are no text, or text in none of these encodings; names the line.

    Examples
    --------
    >>> from pathlib import Path
    >>> decode("구로구".encode("cp949"), file=Path("a.csv"))
    ('구로구', 'cp949')
    """
    if data[:2] in _UTF16:
        return _strictly(data, "utf-16", file), "utf-16"
    _refuse_binary(data, file)
    if data.startswith(codecs.BOM_UTF8):
        return _strictly(data, "utf-8-sig", file), "utf-8-sig"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        damaged = len(_HANGUL_UTF8.findall(data)) > _MOSTLY_UTF8 * _broken(data)
        if damaged:
            raise _undecodable(data, error, "utf-8", file) from error
    return _strictly(data, "cp949", file), "cp949"


def _broken(data: bytes) -> int:
    return data.decode("utf-8", errors="replace").count("\ufffd") - data.count("\ufffd".encode())


def _strictly(data: bytes, encoding: str, file: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, encoding, file) from error


def _undecodable(data: bytes, error: UnicodeDecodeError, encoding: str, file: Path) -> SiteFileError:
    msg = f"bytes that are no {encoding} text"
    return SiteFileError(
        msg,
        file=file,
        row=data.count(b"\n", 0, error.start) + 1,
        value=data[error.start : error.start + 4].hex(" "),
        remedy="save it as CSV UTF-8 or cp949",
    )


def _refuse_binary(data: bytes, file: Path) -> None:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            msg = f"the file is {kind}, whatever its name says"
            raise SiteFileError(msg, file=file, remedy="give it its true extension or export it as CSV")
    position = data.find(b"\x00")
    if position >= 0:
        msg = "the file holds binary data, not text"
        raise SiteFileError(msg, file=file, row=data.count(b"\n", 0, position) + 1, remedy="export it as CSV")
