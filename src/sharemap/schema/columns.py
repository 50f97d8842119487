"""How a table is described: its columns, their kinds and meanings, and the columns that many tables share.

What a table is beyond its columns (its stage, its title, its look in QGIS, who shows it) stands in ``tables.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from sharemap.schema.facts import facts
from sharemap.schema.stages import STAGES

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
    "Phone",
    "Shown",
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
class Phone:
    """What of a table goes to phones as KML: the text on the map, and the columns of the text that opens."""

    name: str
    details: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a table is shown by views that know nothing of it: the map, the workbook and the report.

    Each of them lists the rows as they stand in the table, with the title and the headings of the table
    (:meth:`Table.headings`): the workbook as a sheet, the report as a section, the map as a table that can be sorted
    and, where the table has a geometry, as a layer with an entry in the legend.

    Attributes
    ----------
    columns
        The columns that are shown, in this order.
    name
        Column with the text that stands for a row on the map.
    colour
        Colour of the layer: a name of the palette, or ``"#rrggbb"``.
    note_ko, note_en
        What the list says, in a sentence.
    """

    columns: tuple[str, ...]
    name: str
    note_ko: str
    note_en: str
    colour: str = "accent"


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: the file it is written to, its columns, and what ``tables.toml`` says of it.

    Attributes
    ----------
    stage
        Key of :data:`sharemap.schema.STAGES`: the stage that writes it.
    ko, en
        What it holds.
    optional
        Whether there are studies without it.
    told
        Whether maps, workbook and report read it.
    large
        Whether it is exported on request only.
    phone, shown
        What phones and views that know nothing of it show.
    look
        How QGIS draws it; :mod:`sharemap.exports.files.looks` reads it.
    """

    name: str
    file: str
    columns: tuple[Column, ...]
    stage: str
    ko: str
    en: str
    optional: bool = False
    told: bool = True
    large: bool = False
    phone: Phone | None = None
    shown: Shown | None = None
    look: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Column names in their order."""
        return [column.name for column in self.columns]

    @property
    def unsaid(self) -> Table:
        """The table as the rooms that compute give it: numbers and keys, no words for readers."""
        return replace(self, columns=tuple(column for column in self.columns if not column.said))

    @property
    def spatial(self) -> bool:
        """Whether it has a geometry."""
        return any(column.kind == "geometry" for column in self.columns)

    def title(self, lang: str) -> str:
        """Return what it holds in ``"ko"`` or ``"en"``."""
        return self.ko if lang == "ko" else self.en

    def headings(self, lang: str) -> dict[str, str]:
        """Return what is written over each column, in ``"ko"`` or ``"en"``."""
        return {
            column.name: column.ko if lang == "ko" else column.name.replace("_", " ")
            for column in self.columns
        }


def table(name: str, *columns: Column) -> Table:
    """Describe a table that has an entry in ``tables.toml``."""
    told = dict(facts("tables.toml")[name])
    STAGES[told["stage"]]  # it is written by a stage that there is
    phone, shown = told.pop("phone", None), told.pop("shown", None)
    return Table(
        name=name,
        columns=columns,
        phone=None if phone is None else Phone(name=phone["name"], details=tuple(phone["details"])),
        shown=None if shown is None else Shown(**{**shown, "columns": tuple(shown["columns"])}),
        **told,
    )


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
