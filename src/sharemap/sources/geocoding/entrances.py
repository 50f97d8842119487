"""The government's address tables (juso.go.kr) as an index of building entrances.

Two kinds of files are understood, as they come: text in cp949 (or UTF-8) with fields apart by ``|`` and no header,
or the zip that holds them. What a file is, its first line tells.

Entrances, with positions in EPSG:5179:

* 위치정보요약DB (``entrc_seoul.txt``, 18 fields): 시군구코드, 출입구일련번호, 법정동코드, 시도명, 시군구명, 법정읍면동명,
  도로명코드, 도로명, 지하여부, 건물본번, 건물부번, 건물명, 우편번호, 건물용도분류, 건물군여부, 관할행정동, X, Y
* 도로명주소 출입구 정보 (``RNENTDATA_2607_11000.txt``, 19 fields): 도로명주소관리번호, 법정동코드, 시도명, 시군구명, 읍면동명,
  리명, 도로명코드, 도로명, 지하여부, 건물본번, 건물부번, 우편번호, 효력발생일, 이동사유코드, 출입구일련번호, 출입구구분, 출입구유형, X, Y

Lots, which name the building they belong to:

* 도로명주소 한글 (``rnaddrkor_seoul.txt``, 24 fields): the lot a building is registered on. 도로명주소관리번호, 법정동코드,
  시도명, 시군구명, 읍면동명, 리명, 산여부, 지번본번, 지번부번, 도로명코드, 도로명, 지하여부, 건물본번, 건물부번, ...
* 관련지번 (``jibun_rnaddrkor_seoul.txt``, 14 fields): its further lots. The same without 도로명.

A building has several entrances; the one with the smallest serial number (출입구일련번호) represents it. Some entrances
are published without a position, for reasons of security; they are not known.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import re
import sqlite3
import tempfile
import zipfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sharemap.errors import MissingFileError, SiteFileError
from sharemap.sources.geocoding.answers import Answer, Miss, of_several

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sharemap.addresses import Address
    from sharemap.sources.geocoding.answers import Confidence

__all__ = ["EntranceIndex", "open_index"]

_LOG = logging.getLogger(__name__)

_VERSION = 1
_SEOUL = "서울"
_ALL_WARDS = 25
_BATCH = 5_000
_LONGEST_LINE = 20_000
_LARGEST_MEMBER = 4 << 30
_MOST_DAMAGED = 0.01
_SPREAD_M = 150.0
_ABOLISHED = "63"
_TABLES = re.compile(r"(entrc|rnentdata|rnaddrkor|position)", re.IGNORECASE)
_SEOUL_MEMBER = re.compile(r"seoul|서울|_11000|_11\.", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_PLACE = re.compile(r"[\s.·]+|제(?=\d)")

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
_BY_ROAD = "SELECT ward, dong, admin, x, y FROM entrance WHERE road=? AND under=? AND main=? AND sub=?"
_BY_LOT = """
SELECT DISTINCT e.x, e.y, e.ward, e.road, e.under, e.main, e.sub, l.registered FROM lot l JOIN entrance e
ON e.code=l.code AND e.under=l.under AND e.main=l.building AND e.sub=l.building_sub
WHERE l.dong=? AND l.hill=? AND l.main=? AND l.sub=? AND l.ward=?
ORDER BY l.registered DESC, e.road, e.under, e.main, e.sub
"""


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """Where the fields of a table stand."""

    name: str
    fields: int
    entrances: bool
    sido: int = 2
    admin: int | None = None
    road: int | None = None
    code: int
    under: int
    main: int
    sub: int
    serial: int | None = None
    reason: int | None = None
    x: int = -1
    y: int = -1


_SUMMARY = _Layout(
    name="위치정보요약DB", fields=18, entrances=True, sido=3, admin=15, road=7, code=6, under=8, main=9, sub=10, serial=1,
    x=16, y=17,
)  # fmt: skip
_ENTRANCES = _Layout(
    name="도로명주소 출입구 정보", fields=19, entrances=True, road=7, code=6, under=8, main=9, sub=10, serial=14,
    reason=13, x=17, y=18,
)  # fmt: skip
_REGISTERED = _Layout(
    name="도로명주소 한글", fields=20, entrances=False, road=10, code=9, under=11, main=12, sub=13
)
_RELATED = _Layout(name="관련지번", fields=13, entrances=False, code=9, under=10, main=11, sub=12)
_ROAD_CODE = re.compile(r"\d{12}")
_WARD_CODE = re.compile(r"\d{5}")
_MANAGEMENT = re.compile(r"\d{20,}")


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


class EntranceIndex:
    """Entrances by address. Use :func:`open_index`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        wards = self._db.execute("SELECT DISTINCT ward FROM dong").fetchall()
        self.wards = frozenset(name for (name,) in wards)
        self.has_lots = self._db.execute("SELECT 1 FROM lot LIMIT 1").fetchone() is not None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def find(self, address: Address) -> Answer | Miss:
        """Return the entrance of an address.

        A road address is matched exactly by ward, road, above or below ground, main and sub-number; when the
        sub-number is not known, by the main number with low confidence. An address without its ward is matched when
        only one entrance of Seoul can be meant. A lot address is matched through the tables of lots, a lot of an
        administrative dong through the legal dongs in it.
        """
        found = self._road(address) if address.kind == "road" else self._lot(address, address.dong)
        if (
            isinstance(found, Miss) and address.kind == "road"
        ):  # 세종로 1-68 is a lot of the legal dong 세종로
            lot = self._lot(address, address.road)
            found = lot if isinstance(lot, Answer) else found
        return of_several(found) if isinstance(found, Answer) and address.several else found

    def _road(self, address: Address) -> Answer | Miss:
        number = (address.road, int(address.underground), address.main, address.sub)
        rows = self._db.execute(_BY_ROAD, number).fetchall()
        if not address.ward:
            return self._without_ward(address, rows)
        confidence: Confidence = "high"
        rows = [row for row in rows if row[0] == address.ward]
        if not rows and address.sub:
            rows = self._db.execute(_BY_ROAD, (*number[:3], 0)).fetchall()
            rows, confidence = [row for row in rows if row[0] == address.ward], "low"
        if not rows:
            return Miss(reason="address_not_found", value=address.text)
        sub = address.sub if confidence == "high" else 0
        return _answer(rows[0][3:], (address.ward, address.road, *number[1:3], sub), confidence)

    def _without_ward(self, address: Address, rows: list[Any]) -> Answer | Miss:
        dong = _PLACE.sub("", address.dong)
        beside = [row for row in rows if dong and dong in row[1:3]]
        sure = len(beside) == 1 or len(self.wards) >= _ALL_WARDS
        rows = beside or rows
        if len(rows) == 1 and sure:
            number = (int(address.underground), address.main, address.sub)
            return _answer(rows[0][3:], (rows[0][0], address.road, *number), "medium")
        reason = "address_ambiguous" if rows else "address_not_found"
        return Miss(reason=reason, value=f"{address.text}: " + ", ".join(row[0] for row in rows))

    def _lot(self, address: Address, name: str) -> Answer | Miss:
        if not self.has_lots:
            return Miss(reason="lot_table_missing", value=address.text)
        dong = _PLACE.sub("", name)
        wards = [address.ward] if address.ward else sorted(self.wards)
        number = (int(address.mountain), address.main, address.sub)
        rows = [row for ward in wards for row in self._db.execute(_BY_LOT, (dong, *number, ward))]
        legal = bool(rows)
        if not rows:
            pairs = [(ward, inner) for ward in wards for inner in self._legal_dongs(ward, dong)]
            rows = [row for ward, inner in pairs for row in self._db.execute(_BY_LOT, (inner, *number, ward))]
        if not rows:
            return Miss(reason="address_not_found", value=address.text)
        first = rows[0]
        if any(math.dist(first[:2], row[:2]) > _SPREAD_M for row in rows):
            roads = {f"{row[3]} {row[5]}" for row in rows}
            return Miss(reason="address_ambiguous", value=f"{address.text}: {', '.join(sorted(roads)[:3])}")
        sure = legal and bool(address.ward) and len({row[2:7] for row in rows}) == 1
        return _answer(first[:2], first[2:7], "high" if sure else "medium")

    def _legal_dongs(self, ward: str, admin: str) -> list[str]:
        query = "SELECT dong FROM dong WHERE ward=? AND admin=? AND dong<>admin ORDER BY dong"
        return [name for (name,) in self._db.execute(query, (ward, admin))]


def _answer(position: Sequence[float], building: Sequence[Any], confidence: Confidence) -> Answer:
    ward, road, under, main, sub = building
    number = ("지하" if under else "") + f"{main}" + (f"-{sub}" if sub else "")
    match = f"{ward} {road} {number}"
    return Answer(x=position[0], y=position[1], by="entrance_db", confidence=confidence, match=match)


# ------------------------------------------------------------------------------------------- building


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
            for stream, name in _streams(file):
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


def _streams(file: Path) -> Iterator[tuple[IO[bytes], str]]:
    if not zipfile.is_zipfile(file):
        with _readable(file):
            yield file.open("rb"), ""
        return
    with _readable(file), zipfile.ZipFile(file) as archive:
        members = [info for info in archive.infolist() if info.filename.lower().endswith(".txt")]
        members = [info for info in members if _TABLES.search(info.filename)] or members
        members = [info for info in members if _SEOUL_MEMBER.search(info.filename)] or members
        for info in members:
            if info.file_size > _LARGEST_MEMBER:
                msg = "a file in the archive is too large for an address table"
                raise SiteFileError(msg, file=file, value=info.filename, remedy="unpack the table of Seoul")
            yield archive.open(info), info.filename


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        msg = f"the archive cannot be read ({error})"
        raise SiteFileError(msg, file=file, remedy="download it again") from error
    except PermissionError as error:
        msg = f"the file cannot be read ({error.strerror})"
        raise SiteFileError(msg, file=file, remedy="name a file that you may open") from error


def _load(connection: sqlite3.Connection, stream: IO[bytes], file: Path) -> None:
    reader = _Reader(stream, file)
    put = _PUT_ENTRANCE if reader.layout.entrances else _PUT_LOT
    rows = iter(reader)
    while batch := [row for row, _ in zip(rows, range(_BATCH), strict=False)]:
        connection.executemany(put, batch)
    connection.commit()
    read, damaged, blank = reader.read, reader.damaged, reader.blank
    if damaged > _MOST_DAMAGED * read:
        msg = f"{damaged} of {read} rows do not have the fields of a {reader.layout.name} table"
        raise SiteFileError(msg, file=file, row=reader.first_damaged, remedy="download it again")
    level = logging.WARNING if damaged else logging.INFO
    _LOG.log(
        level, "%s: %s, %d rows, %d damaged, %d without position",
        *(file.name, reader.layout.name, read, damaged, blank),
    )  # fmt: skip


class _Reader:
    """Rows of one table for the database, one line in memory at a time."""

    def __init__(self, stream: IO[bytes], file: Path) -> None:
        self.stream, self.file = stream, file
        first = stream.readline(_LONGEST_LINE)
        self.encoding = "utf-8" if _is_utf8(first) else "cp949"
        self.first = first.removeprefix(b"\xef\xbb\xbf")
        self.layout = self._layout()
        self.read = self.damaged = self.blank = self.first_damaged = 0

    def _layout(self) -> _Layout:
        fields = self.first.decode(self.encoding, errors="replace").strip("\r\n").split("|")
        for layout in (_SUMMARY, _ENTRANCES, _REGISTERED, _RELATED):
            fits = len(fields) >= layout.fields and _ROAD_CODE.fullmatch(fields[layout.code].strip())
            begins = _WARD_CODE if layout is _SUMMARY else _MANAGEMENT
            road = fields[layout.road].strip() if fits and layout.road is not None else "-"
            if fits and begins.fullmatch(fields[0].strip()) and road and not road.isdigit():
                return layout
        msg = "the file is no address table that sharemap knows"
        remedy = (
            "name entrc_*.txt (위치정보요약DB), RNENTDATA_*.txt, rnaddrkor_*.txt or jibun_rnaddrkor_*.txt"
        )
        raise SiteFileError(msg, file=self.file, row=1, value="|".join(fields)[:100], remedy=remedy)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        line = self.first
        while line:
            if line.strip():
                self.read += 1
                row = self._row(line)
                if row is not None:
                    yield row
            line = self.stream.readline(_LONGEST_LINE)

    def _row(self, line: bytes) -> tuple[Any, ...] | None:
        layout = self.layout
        try:
            fields = line.decode(self.encoding).split("|")
            gone = layout.reason is not None and fields[layout.reason].strip() == _ABOLISHED
            if len(fields) >= layout.fields and (gone or not fields[layout.sido].lstrip().startswith(_SEOUL)):
                return None
            return self._entrance(fields) if layout.entrances else self._lot(fields)
        except (UnicodeDecodeError, ValueError, IndexError):
            self.damaged += 1
            self.first_damaged = self.first_damaged or self.read
            return None

    def _entrance(self, fields: list[str]) -> tuple[Any, ...] | None:
        layout = self.layout
        if not fields[layout.x].strip() or not fields[layout.y].strip():
            self.blank += 1
            return None
        position = float(fields[layout.x]), float(fields[layout.y])
        if not all(map(math.isfinite, position)):
            raise ValueError
        road = _BLANKS.sub("", fields[layout.road or 0]).replace("·", ".")
        ward, dong = fields[layout.sido + 1].strip(), _PLACE.sub("", fields[layout.sido + 2])
        admin = _PLACE.sub("", fields[layout.admin]) if layout.admin is not None else ""
        serial = int(fields[layout.serial or 0])
        return (
            road,
            *self._building(fields),
            ward,
            fields[layout.code].strip(),
            dong,
            admin,
            serial,
            *position,
        )

    def _building(self, fields: list[str]) -> tuple[int, int, int]:
        layout = self.layout
        return (
            int(fields[layout.under].strip() == "1"),
            int(fields[layout.main]),
            int(fields[layout.sub].strip() or 0),
        )

    def _lot(self, fields: list[str]) -> tuple[Any, ...]:
        ward, dong = fields[self.layout.sido + 1].strip(), _PLACE.sub("", fields[self.layout.sido + 2])
        lot = int(fields[6].strip() == "1"), int(fields[7]), int(fields[8].strip() or 0)
        registered = int(self.layout is _REGISTERED)
        return ward, dong, *lot, fields[self.layout.code].strip(), *self._building(fields), registered


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not line.isascii()
