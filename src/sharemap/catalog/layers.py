"""The shared services: one layer each, with its sources and the plan's own targets.

The facts live in ``layers.toml`` beside this file, so that a new portal file or a renamed column is one line
there and no code. The targets come from ``plan.toml``.
"""

from __future__ import annotations

import dataclasses
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from sharemap.catalog.plan import Target, tasks
from sharemap.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "FIELDS",
    "GROUPS",
    "Catalog",
    "Group",
    "HoursSpan",
    "Layer",
    "Role",
    "Rule",
    "Source",
    "idle_space",
    "layer",
    "load",
    "normalised_header",
    "source_titles",
]

Group = Literal["mobility", "space", "goods", "information"]
Role = Literal["space", "support"]
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

_FOLDS = frozenset({"code", "name_address", "name_near", "name_point", "address", "point"})
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
        for problem, unknown, known in (
            ("unknown field of a source", {*self.columns, *self.meanings} - set(FIELDS), FIELDS),
            ("unknown way to fold rows", set(self.fold) - _FOLDS, sorted(_FOLDS)),
        ):
            if unknown:
                raise StudyError(problem, value=sorted(unknown), remedy=f"use {', '.join(known)}")

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


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One shared service of the plan.

    Attributes
    ----------
    key, name_ko, name_en
        Stable key and what readers see.
    group
        Key of :data:`GROUPS`.
    role
        ``"space"`` makes a sharing village, ``"support"`` enriches one.
    colour, symbol
        ``"#rrggbb"``, and one sign that tells the layer without colour.
    task
        Number of the plan's task, see :func:`sharemap.catalog.task`; ``""`` for a layer of a study's own.
    unit
        What its capacity counts.
    targets
        The plan's own figures for it, from its task.
    sources
        Where it is published; the first that fits a file best is used.
    points
        False when the service has no places that could be drawn or reached.
    merge_any_name
        Whether sites of two files within 10 m are one even when their names differ.
    words
        Words in names or kinds that tell the layer of a list whose headers do not.
    """

    key: str
    name_ko: str
    name_en: str
    group: Group
    role: Role
    colour: str
    symbol: str
    task: str
    unit: str = "개소"
    targets: tuple[Target, ...] = ()
    sources: tuple[Source, ...] = ()
    points: bool = True
    merge_any_name: bool = False
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.group not in _GROUP_KEYS:
            msg = "unknown group of a layer"
            raise StudyError(msg, column=self.key, value=self.group, remedy=f"use {', '.join(_GROUP_KEYS)}")
        if self.role not in {"space", "support"}:
            msg = "unknown role of a layer"
            raise StudyError(msg, column=self.key, value=self.role, remedy="use space or support")

    def source(self, key: str) -> Source:
        """Return one of its sources.

        Raises
        ------
        StudyError
            If it has no such source.
        """
        for source in self.sources:
            if source.key == key:
                return source
        msg = f"the layer {self.key} has no such source"
        known = ", ".join(source.key for source in self.sources)
        raise StudyError(msg, column="source", value=key, remedy=f"use one of {known}")


_GROUP_KEYS = ("mobility", "space", "goods", "information")


@dataclass(frozen=True)
class Catalog:
    """The layers in their order.

    Examples
    --------
    >>> load().layer("tool_library").targets[0].y2025
    530.0
    """

    layers: tuple[Layer, ...]
    generic: Source = field(repr=False)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    @property
    def keys(self) -> tuple[str, ...]:
        """Layer keys in their order."""
        return tuple(layer.key for layer in self.layers)

    def layer(self, key: str) -> Layer:
        """Return a layer by its key.

        Raises
        ------
        StudyError
            If there is none.
        """
        for layer in self.layers:
            if layer.key == key:
                return layer
        msg = "unknown layer"
        raise StudyError(msg, column="layer", value=key, remedy=f"use one of {', '.join(self.keys)}")

    def with_layer(self, layer: Layer) -> Catalog:
        """Return a catalogue with one more layer, or with a layer replaced.

        A layer that names no source reads lists with the columns of the generic one.
        """
        sources = layer.sources if self.generic in layer.sources else (*layer.sources, self.generic)
        added = dataclasses.replace(layer, sources=sources)
        if layer.key in self.keys:
            changed = tuple(added if old.key == layer.key else old for old in self.layers)
        else:
            changed = (*self.layers, added)
        return dataclasses.replace(self, layers=changed)


@cache
def load() -> Catalog:
    """Return the catalogue that ships with sharemap.

    Examples
    --------
    >>> [layer.key for layer in load()][:2]
    ['bike_station', 'car_share']
    """
    facts = _facts()
    generic = _source(facts["generic"])
    return Catalog(
        layers=tuple(_layer(entry, generic) for entry in facts["layer"]),
        generic=generic,
    )


def source_titles() -> dict[str, str]:
    """Return the Korean title of each source by its key, as people read it beside a site.

    Examples
    --------
    >>> source_titles()["library_standard"]
    '전국도서관표준데이터'
    """
    catalog = load()
    titles = {source.key: source.name_ko for layer in catalog for source in layer.sources}
    return {catalog.generic.key: catalog.generic.name_ko, **titles}


def idle_space() -> Layer:
    """Return the layer that reads a list of idle spaces: no service, but where one could be opened.

    It is not in the catalogue, so that no result ever counts an idle space as a service.

    Examples
    --------
    >>> idle_space().key in load().keys
    False
    """
    return _layer(_facts()["idle_space"], load().generic)


def layer(key: str) -> Layer:
    """Return a layer of :func:`load` by its key.

    Raises
    ------
    StudyError
        If there is none.

    Examples
    --------
    >>> layer("bike_station").name_ko
    '따릉이 대여소'
    """
    return load().layer(key)


@cache
def _facts() -> Mapping[str, Any]:
    text = resources.files("sharemap.catalog").joinpath("layers.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def _layer(entry: Mapping[str, Any], generic: Source) -> Layer:
    plain: dict[str, Any] = {key: value for key, value in _tuples(entry).items() if key != "source"}
    own = tuple(_source(_extended(source)) for source in entry.get("source", ()))
    targets = (target for task in tasks() for target in task.targets if target.layer == entry["key"])
    return Layer(
        **plain,
        targets=tuple(targets),
        sources=(*own, generic) if plain.get("points", True) else (),
    )


def _extended(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let a list that users make themselves know the generic columns too, after its own."""
    if entry["publisher"] != "user":
        return entry
    generic, own = _facts()["generic"], entry["columns"]
    names = [*own, *(name for name in generic["columns"] if name not in own)]
    columns = {name: dict.fromkeys((*own.get(name, ()), *generic["columns"].get(name, ()))) for name in names}
    return {**entry, "columns": columns, "hours_span": generic["hours_span"]}


def _source(entry: Mapping[str, Any]) -> Source:
    credits_, licences = _facts()["credits"], _facts()["licences"]
    plain: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in entry.items()
        if key not in {"columns", "hours_span", "rule", "publisher", "licence", "meanings"}
    }
    columns = {name: tuple(aliases) for name, aliases in entry["columns"].items()}
    return Source(
        **plain,
        credit_ko=f"{credits_[entry['publisher']]}, {entry['name_ko']}",
        licence=licences[entry["licence"]],
        columns=MappingProxyType(columns),
        hours_spans=tuple(HoursSpan(**_tuples(span)) for span in entry.get("hours_span", ())),
        rules=tuple(Rule(**_tuples(rule)) for rule in entry.get("rule", ())),
        meanings=MappingProxyType(dict(entry.get("meanings", {}))),
    )


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}


#: Groups of services, in the order of the plan's tasks 1-1 to 1-4, with their Korean names.
GROUPS: Mapping[str, str] = MappingProxyType(_facts()["groups"])
