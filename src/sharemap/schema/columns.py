"""How a table is described: its columns, their kinds and meanings, and the columns that many tables share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AGE_BANDS",
    "BROAD_AGES",
    "DONG",
    "GEOMETRY",
    "IN_DONG",
    "STOP",
    "Column",
    "Table",
    "flag",
    "integer",
    "number",
    "said",
    "table",
    "text",
]

Kind = Literal["text", "int", "float", "bool", "geometry"]

#: Registered population comes by 5-year age; these are the demand columns, from ``age_00_04`` to ``age_100``.
AGE_BANDS: tuple[str, ...] = (*(f"age_{low:02d}_{low + 4:02d}" for low in range(0, 100, 5)), "age_100")

#: The ages that results tell apart, and the five-year bands that they are made of.
BROAD_AGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "0_9": AGE_BANDS[0:2],
        "10_19": AGE_BANDS[2:4],
        "20_39": AGE_BANDS[4:8],
        "40_64": AGE_BANDS[8:13],
        "65_over": AGE_BANDS[13:],
    }
)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its name, kind and meaning; `said` when it is words for readers, made of the other columns."""

    name: str
    kind: Kind
    ko: str
    en: str
    nullable: bool = False
    unique: bool = False
    said: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: the file it is written to and its columns."""

    name: str
    file: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in their order."""
        return [column.name for column in self.columns]

    @property
    def unsaid(self) -> Table:
        """The table as the rooms that compute give it: numbers and keys, no words for readers."""
        return replace(self, columns=tuple(column for column in self.columns if not column.said))


def table(name: str, file: str, *columns: Column) -> Table:
    """Describe a table."""
    return Table(name=name, file=file, columns=columns)


def text(name: str, ko: str, en: str, *, nullable: bool = False, unique: bool = False) -> Column:
    """Describe a column of text."""
    return Column(name=name, kind="text", ko=ko, en=en, nullable=nullable, unique=unique)


def said(name: str, ko: str, en: str, *, nullable: bool = False) -> Column:
    """Describe a column of words for readers, which :mod:`sharemap.findings` makes of the other columns."""
    return Column(name=name, kind="text", ko=ko, en=en, nullable=nullable, said=True)


def integer(name: str, ko: str, en: str, *, nullable: bool = False, unique: bool = False) -> Column:
    """Describe a column of whole numbers."""
    return Column(name=name, kind="int", ko=ko, en=en, nullable=nullable, unique=unique)


def number(name: str, ko: str, en: str, *, nullable: bool = False) -> Column:
    """Describe a column of numbers."""
    return Column(name=name, kind="float", ko=ko, en=en, nullable=nullable)


def flag(name: str, ko: str, en: str) -> Column:
    """Describe a column of true and false."""
    return Column(name=name, kind="bool", ko=ko, en=en)


GEOMETRY = Column(name="geometry", kind="geometry", ko="위치", en="geometry, EPSG:5179")
DONG = (
    text("ward_code", "자치구코드", "official ward code, 5 digits"),
    text("ward_name", "자치구", "ward name"),
    text("dong_code", "행정동코드", "official dong code, 10 digits"),
    text("dong_name", "행정동", "dong name"),
)
IN_DONG = (
    text("ward_name", "자치구", "ward it lies in; empty outside the study area", nullable=True),
    text("dong_code", "행정동코드", "dong it lies in; empty outside the study area", nullable=True),
    text("dong_name", "행정동", "dong it lies in; empty outside the study area", nullable=True),
)
STOP = (
    integer("edge_id", "도로구간", "edge the point meets; empty when it meets none", nullable=True),
    number("offset_m", "구간내거리_m", "metres along the edge from its node u", nullable=True),
    number("snap_m", "접속거리_m", "straight access leg in metres, counted as walking", nullable=True),
    text("status", "접속상태", "'ok', or why the point meets no street"),
)
