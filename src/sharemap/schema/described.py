"""The tables, read from ``tables.toml``: their columns, kinds and meanings, and who shows them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from sharemap.schema.ages import AGE_BANDS, BROAD_AGES
from sharemap.schema.entries import facts
from sharemap.schema.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["NUMBERS", "TABLES", "Column", "Phone", "Shown", "Table"]

Kind = Literal["text", "int", "float", "persons", "share", "bool", "geometry"]

#: Kinds of columns that are written as numbers.
NUMBERS = frozenset({"int", "float", "persons", "share"})


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its name, kind and meaning.

    `said` is what is words for readers, made of the other columns; an `optional` text need not be given, and is then "".
    """

    name: str
    kind: Kind
    ko: str
    en: str
    nullable: bool = False
    unique: bool = False
    said: bool = False
    optional: bool = False


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
    columns_en
        Those that an English output shows instead, where words for readers have a column in each language.
    name
        Column with the text that stands for a row on the map.
    colour
        Colour of the layer: a name of the palette, or ``"#rrggbb"``.
    unless_empty
        Whether nothing is said of it when it has no rows.
    note_ko, note_en
        What the list says, in a sentence.
    """

    columns: tuple[str, ...]
    name: str
    note_ko: str
    note_en: str
    colour: str = "accent"
    unless_empty: bool = False
    columns_en: tuple[str, ...] = ()

    def columns_of(self, lang: str) -> tuple[str, ...]:
        """Return the columns that are shown in ``"ko"`` or ``"en"``."""
        return self.columns if lang == "ko" else self.columns_en or self.columns


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table, as ``tables.toml`` describes it.

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


def _columns(rows: Sequence[str | Sequence[str]]) -> Iterator[Column]:
    """Yield the columns that are written so; what begins with @ stands for columns that many tables share."""
    for row in rows:
        if isinstance(row, str):
            name = row.removeprefix("@")
            yield from _BY_AGE[name] if name in _BY_AGE else _columns(facts("columns.toml")[name])
            continue
        name, kind, ko, en = row
        known: Any = kind.rstrip("?!~")
        yield Column(
            name=name,
            kind="text" if known == "said" else known,
            ko=ko,
            en=en,
            nullable=kind.endswith("?"),
            unique=kind.endswith("!"),
            said=known == "said",
            optional=kind.endswith("~"),
        )


#: Columns that follow from the ages.
_BY_AGE: Mapping[str, tuple[Column, ...]] = {
    "residents_by_five_years": tuple(
        Column(
            name=band,
            kind="int",
            ko=f"{band.replace('age_', '연령_')}_천분의1명",
            en="residents of this age, in thousandths of a person; empty where ages are not known",
            nullable=True,
        )
        for band in AGE_BANDS
    ),
    "residents_by_age": tuple(
        Column(
            name=f"residents_{age}",
            kind="persons",
            ko=f"주민수_{age.replace('_', '~').replace('~over', '세이상')}",
            en="of this age; empty where ages are not known",
            nullable=True,
        )
        for age in BROAD_AGES
    ),
}


_LISTS = ("columns", "columns_en")


def _table(name: str, told: dict[str, Any]) -> Table:
    STAGES[told["stage"]]  # it is written by a stage that there is
    phone, shown = told.pop("phone", None), told.pop("shown", None)
    return Table(
        name=name,
        columns=tuple(_columns(told.pop("columns"))),
        phone=None if phone is None else Phone(name=phone["name"], details=tuple(phone["details"])),
        shown=None
        if shown is None
        else Shown(**{**shown, **{key: tuple(shown[key]) for key in _LISTS if key in shown}}),
        **told,
    )


TABLES: Mapping[str, Table] = MappingProxyType(
    {name: _table(name, dict(told)) for name, told in facts("tables.toml").items()}
)
