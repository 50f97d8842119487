"""Address tables -> an index of building entrances, built once for these very files and kept in the cache."""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sharemap.errors import MissingFileError, SiteFileError
from sharemap.sources.geocoding.address_tables import AddressRows, streams
from sharemap.sources.geocoding.entrances import EntranceIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["open_index"]

_LOG = logging.getLogger(__name__)

_VERSION = 1
_BATCH = 5_000
_MOST_DAMAGED = 0.01
_SCHEMA = """
CREATE TABLE entrance (
    road TEXT, under INTEGER, main INTEGER, sub INTEGER, ward TEXT,
    code TEXT, dong TEXT, admin TEXT, serial INTEGER, x REAL, y REAL,
    PRIMARY KEY (road, under, main, sub, ward)) WITHOUT ROWID;
CREATE TABLE lot (
    ward TEXT, dong TEXT, hill INTEGER, main INTEGER, sub INTEGER,
    code TEXT, under INTEGER, building INTEGER, building_sub INTEGER, registered INTEGER);
"""
_INDEXES = """
CREATE INDEX entrance_code ON entrance (code, under, main, sub);
CREATE INDEX lot_number ON lot (dong, hill, main, sub, ward);
CREATE TABLE dong AS SELECT DISTINCT ward, admin, dong FROM entrance;
"""
_PUT_ENTRANCE = """
INSERT INTO entrance VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET code=excluded.code, dong=excluded.dong, admin=excluded.admin, serial=excluded.serial,
    x=excluded.x, y=excluded.y WHERE excluded.serial < serial
"""
_PUT_LOT = "INSERT INTO lot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def open_index(files: Sequence[Path], *, cache: Path) -> EntranceIndex:
    """Open the index of some address tables; build it when the cache has none of these very files.

    Parameters
    ----------
    files
        Tables as published, text or zip; at least one with entrances.
    cache
        Folder in which the index is kept, under a name made of the hashes of the files. When it cannot be written,
        the index lasts for this run only.

    Raises
    ------
    MissingFileError, SiteFileError
        If a file does not exist or is none of the tables; if no file has entrances of Seoul.
    """
    for file in files:
        if not file.is_file():
            msg = "an address table does not exist"
            raise MissingFileError(msg, file=file, remedy="correct its path in [geocoding] address_tables")
    target = cache / f"entrances-{_hash(files)}.sqlite"
    if (kept := _kept(target)) is not None:
        return kept
    try:
        cache.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=cache, prefix=f".{target.stem}-", suffix=".partial")
        os.close(handle)
    except OSError as error:
        _LOG.warning(
            "the cache folder %s cannot be written (%s); the index is not kept", cache, error.strerror
        )
        return EntranceIndex(_build(files, ""))
    _LOG.info("indexing %d address tables, once for these files", len(files))
    partial = Path(name)
    try:
        _build(files, name).close()
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    _LOG.info("address tables indexed into %s", target.name)
    return EntranceIndex(_connect(target))


def _hash(files: Sequence[Path]) -> str:
    digest = hashlib.sha256(f"{_VERSION}".encode())
    for file in files:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:20]


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _kept(path: Path) -> EntranceIndex | None:
    if not path.is_file():
        return None
    try:
        connection = _connect(path)
        if connection.execute("PRAGMA user_version").fetchone() == (_VERSION,):
            return EntranceIndex(connection)
        connection.close()
    except sqlite3.DatabaseError:
        _LOG.warning("the kept index %s is damaged; it is built again", path.name)
    return None


def _build(files: Sequence[Path], target: str) -> sqlite3.Connection:
    """Read the tables into a database; an empty name makes one that lasts as long as its connection."""
    connection = sqlite3.connect(target)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        for file in files:
            for stream, name in streams(file):
                with closing(stream):
                    _load(connection, stream, file / name if name else file)
        connection.executescript(_INDEXES)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.commit()
        _refuse_empty(connection, files)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_empty(connection: sqlite3.Connection, files: Sequence[Path]) -> None:
    if connection.execute("SELECT 1 FROM entrance LIMIT 1").fetchone() is None:
        msg = "the address tables hold no building entrance of Seoul"
        remedy = "name entrc_seoul.txt of the 위치정보요약DB in [geocoding] address_tables"
        raise SiteFileError(msg, file=files[0], remedy=remedy)


def _load(connection: sqlite3.Connection, stream: IO[bytes], file: Path) -> None:
    reader = AddressRows(stream, file)
    put = _PUT_ENTRANCE if reader.has_entrances else _PUT_LOT
    rows = iter(reader)
    while batch := [row for row, _ in zip(rows, range(_BATCH), strict=False)]:
        connection.executemany(put, batch)
    connection.commit()
    read, damaged, blank = reader.read, reader.damaged, reader.blank
    if damaged > _MOST_DAMAGED * read:
        msg = f"{damaged} of {read} rows do not have the fields of a {reader.title} table"
        raise SiteFileError(msg, file=file, row=reader.first_damaged, remedy="download it again")
    level = logging.WARNING if damaged else logging.INFO
    _LOG.log(
        level, "%s: %s, %d rows, %d damaged, %d without position",
        *(file.name, reader.title, read, damaged, blank),
    )  # fmt: skip
