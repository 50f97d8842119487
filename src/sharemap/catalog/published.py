"""One published file or API of a layer: the columns it has, and what makes its rows sites."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from sharemap.catalog.entries import refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["FIELDS", "HoursSpan", "Rule", "Source", "normalised_header"]

Capacity = Literal["sum", "max", "rows", "bays"]

#: The fields that a source's columns are read into.
FIELDS: tuple[str, ...] = (
    "code",
    "name",
    "address",
    "lat",
    "lon",
    "capacity",
    "hours",
    "phone",
    "operator",
    "operator_kind",
    "fee",
    "kind",
    "ref_date",
    "status",
)

_FOLDS = ("code", "name_address", "name_address_near", "name_near", "name_point", "address", "point")
_ZERO_WIDTH = str.maketrans(dict.fromkeys("\ufeff\u200b\u200c\u200d_"))


def normalised_header(text: str) -> str:
    r"""Return a column header as aliases are compared.

    Composed (NFC), without blanks of any kind, line breaks, underscores, byte-order marks and case: so the
    portal's Korean headers, its camelCase answers and its UPPER_SNAKE dumps meet.

    Examples
    --------
    >>> normalised_header("대여소\n번호"), normalised_header("WEEKDAY_OPER") == normalised_header("weekdayOper")
    ('대여소번호', True)
    """
    return "".join(unicodedata.normalize("NFC", text).translate(_ZERO_WIDTH).split()).lower()


@dataclass(frozen=True, kw_only=True)
class HoursSpan:
    """Opening and closing columns of one kind of day."""

    label: str
    opens: tuple[str, ...]
    closes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Rows that are set aside because of a value.

    A row is set aside when its value in one of `columns` contains, starts with or equals one of the words, or,
    with `only`, contains none of them.
    """

    columns: tuple[str, ...]
    reason: str
    contains: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    equals: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """One published file or API of a layer.

    Attributes
    ----------
    key, name_ko, id
        Stable key, title, and number on the portal (``OA-...`` or the public-data pk), if it has one.
    credit_ko
        What must be printed beside results made from it.
    licence
        What is known of its terms of use. The page it was downloaded from decides.
    columns
        Field of :data:`FIELDS` -> aliases, the first filled one wins in each row. ``"A+B"`` adds columns.
    hours_spans
        Opening hours that are published as pairs of columns.
    fold
        What makes rows of one file one site, see ``layers.toml``.
    capacity
        How the capacities of folded rows combine.
    crs
        CRS of the coordinate columns.
    address_only
        The source publishes no coordinates: its rows wait for geocoding.
    name_prefers
        Words that mark the better of several name columns.
    rules
        Rows to set aside.
    meanings
        Field -> what its published values mean, such as ``Y`` under a header that asks "charged?".
    """

    key: str
    name_ko: str
    id: str | None = None
    credit_ko: str = ""
    licence: str = ""
    columns: Mapping[str, tuple[str, ...]]
    hours_spans: tuple[HoursSpan, ...] = ()
    fold: tuple[str, ...] = ("code", "name_address", "name_point")
    capacity: Capacity = "max"
    crs: str = "EPSG:4326"
    address_only: bool = False
    name_prefers: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = (*self.columns, *self.meanings)
        refuse_unknown(named, FIELDS, problem="unknown field of a source", where=f"source {self.key}")
        refuse_unknown(self.fold, _FOLDS, problem="unknown way to fold rows", where=f"source {self.key} fold")
        kinds = get_args(Capacity)
        refuse_unknown(
            (self.capacity,), kinds, problem="unknown capacity", where=f"source {self.key} capacity"
        )

    @property
    def headers(self) -> frozenset[str]:
        """All aliases, as compared."""
        return frozenset(
            normalised_header(part) for alias in self._aliases() for part in (alias, *alias.split("+"))
        )

    def _aliases(self) -> Iterator[str]:
        for aliases in self.columns.values():
            yield from aliases
        for span in self.hours_spans:
            yield from (*span.opens, *span.closes)
        for rule in self.rules:
            yield from rule.columns
