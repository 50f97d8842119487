"""The government's address tables (juso.go.kr) -> rows of building entrances and of lots.

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

import math
import re
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from sharemap.errors import SiteFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["AddressRows", "place_name", "streams"]

_SEOUL = "서울"
_LONGEST_LINE = 20_000
_LARGEST_MEMBER = 4 << 30
_ABOLISHED = "63"
_TABLES = re.compile(r"(entrc|rnentdata|rnaddrkor|position)", re.IGNORECASE)
_SEOUL_MEMBER = re.compile(r"seoul|서울|_11000|_11\.", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_PLACE = re.compile(r"[\s.·]+|제(?=\d)")


def place_name(text: str) -> str:
    """Return the name of a dong as it is compared: without blanks, dots and 제 before a number."""
    return _PLACE.sub("", text)


@dataclass(frozen=True, kw_only=True)
class _Fields:
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


_SUMMARY = _Fields(
    name="위치정보요약DB", fields=18, entrances=True, sido=3, admin=15, road=7, code=6, under=8, main=9, sub=10, serial=1,
    x=16, y=17,
)  # fmt: skip
_ENTRANCES = _Fields(
    name="도로명주소 출입구 정보", fields=19, entrances=True, road=7, code=6, under=8, main=9, sub=10, serial=14,
    reason=13, x=17, y=18,
)  # fmt: skip
_REGISTERED = _Fields(
    name="도로명주소 한글", fields=20, entrances=False, road=10, code=9, under=11, main=12, sub=13
)
_RELATED = _Fields(name="관련지번", fields=13, entrances=False, code=9, under=10, main=11, sub=12)
_ROAD_CODE = re.compile(r"\d{12}")
_WARD_CODE = re.compile(r"\d{5}")
_MANAGEMENT = re.compile(r"\d{20,}")


def streams(file: Path) -> Iterator[tuple[IO[bytes], str]]:
    """Open a table, or those of an archive that may be of Seoul: each with its name in the archive.

    Raises
    ------
    SiteFileError
        If the file cannot be read, or one in it is too large.
    """
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


class AddressRows:
    """Rows of one table for the database, one line in memory at a time.

    Attributes
    ----------
    title, has_entrances
        What the table is called, and whether it holds entrances; else it holds lots.
    read, damaged, blank, first_damaged
        Rows so far: all, those without the fields of the table, those without a position, and the first damaged one.

    Raises
    ------
    SiteFileError
        If the first line is of none of the tables.
    """

    def __init__(self, stream: IO[bytes], file: Path) -> None:
        self.stream, self.file = stream, file
        first = stream.readline(_LONGEST_LINE)
        self.encoding = "utf-8" if _is_utf8(first) else "cp949"
        self.first = first.removeprefix(b"\xef\xbb\xbf")
        self.layout = self._layout()
        self.title, self.has_entrances = self.layout.name, self.layout.entrances
        self.read = self.damaged = self.blank = self.first_damaged = 0

    def _layout(self) -> _Fields:
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
        ward, dong = fields[layout.sido + 1].strip(), place_name(fields[layout.sido + 2])
        admin = place_name(fields[layout.admin]) if layout.admin is not None else ""
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
        ward, dong = fields[self.layout.sido + 1].strip(), place_name(fields[self.layout.sido + 2])
        lot = int(fields[6].strip() == "1"), int(fields[7]), int(fields[8].strip() or 0)
        registered = int(self.layout is _REGISTERED)
        return ward, dong, *lot, fields[self.layout.code].strip(), *self._building(fields), registered


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not line.isascii()
