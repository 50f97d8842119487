"""The shared services: one layer each, with its sources and the plan's own targets.

The facts live in ``layers.toml`` beside this file, so that a new portal file or a renamed column is one line
there and no code. The targets come from ``plan.toml``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from sharemap.catalog.entries import entry_as, facts, named, refuse_unknown
from sharemap.catalog.plan import Target, tasks
from sharemap.catalog.published import HoursSpan, Rule, Source, normalised_header

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "GROUPS",
    "Catalog",
    "Group",
    "Host",
    "Layer",
    "Role",
    "idle_space",
    "kind_headers",
    "layer",
    "load",
    "source_titles",
]

Group = Literal["mobility", "space", "goods", "information"]
Role = Literal["space", "support"]

_FILE = "layers.toml"


@dataclass(frozen=True, kw_only=True)
class Host:
    """In whose places the plan says a service is run: the key of that layer, the plan's words, also in English, and where."""

    layer: str
    says: str
    says_en: str
    where: str


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One shared service of the plan.

    Attributes
    ----------
    key, name_ko, name_en
        Stable key and what readers see.
    group
        Key of :data:`GROUPS`; ``""`` for a layer that a study puts in none.
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
    host
        In whose places the plan says it is run, if it does.
    osm
        Tags of OpenStreetMap that mean it.
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
    host: Host | None = None
    osm: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = {
            "group": get_args(Group),
            "role": get_args(Role),
            "task": ("", *(task.number for task in tasks())),
        }
        if not self.group:
            del known["group"]
        for name, values in known.items():
            where, problem = f"{self.key} {name}", f"unknown {name} of a layer"
            refuse_unknown((getattr(self, name),), values, problem=problem, where=where)

    def source(self, key: str) -> Source:
        """Return one of its sources.

        Raises
        ------
        StudyError
            If it has no such source.
        """
        by_key = {source.key: source for source in self.sources}
        problem = f"the layer {self.key} has no such source"
        refuse_unknown((key,), by_key, problem=problem, where="source")
        return by_key[key]


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
    openstreetmap: Source = field(repr=False)

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
        refuse_unknown((key,), self.keys, problem="unknown layer", where="layer")
        return next(layer for layer in self.layers if layer.key == key)

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

    Raises
    ------
    StudyError
        If ``layers.toml`` has a key, or names a group, role, task, publisher or licence, that nobody knows.

    Examples
    --------
    >>> [layer.key for layer in load()][:2]
    ['bike_station', 'car_share']
    """
    told = facts(_FILE)
    with named(_FILE):
        generic, openstreetmap = _source(told["generic"]), _source(told["openstreetmap"])
        layers = tuple(_layer(entry, generic) for entry in told["layer"])
        groups = (layer.group for layer in layers)
        refuse_unknown(groups, GROUPS, problem="unknown group of a layer", where="group")
        hosts = tuple(layer.host.layer for layer in layers if layer.host)
        refuse_unknown(hosts, (layer.key for layer in layers), problem="unknown layer", where="host")
        return Catalog(layers=layers, generic=generic, openstreetmap=openstreetmap)


@cache
def kind_headers() -> frozenset[str]:
    """Return the headers, as compared, of columns that tell what kind of thing a row of any list is.

    Examples
    --------
    >>> "구분" in kind_headers()
    True
    """
    return frozenset(map(normalised_header, facts(_FILE)["kinds"]["columns"]))


def source_titles() -> dict[str, str]:
    """Return the Korean title of each source by its key, as people read it beside a site.

    Examples
    --------
    >>> source_titles()["library_standard"]
    '전국도서관표준데이터'
    """
    catalog = load()
    titles = {source.key: source.name_ko for layer in catalog for source in layer.sources}
    known = (catalog.generic, catalog.openstreetmap)
    return {**{source.key: source.name_ko for source in known}, **titles}


def idle_space() -> Layer:
    """Return the layer that reads a list of idle spaces: no service, but where one could be opened.

    It is not in the catalogue, so that no result ever counts an idle space as a service.

    Examples
    --------
    >>> idle_space().key in load().keys
    False
    """
    return _layer(facts(_FILE)["idle_space"], load().generic)


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


def _layer(entry: Mapping[str, Any], generic: Source) -> Layer:
    plain = {key: value for key, value in entry.items() if key not in {"source", "host"}}
    host = entry_as(Host, entry["host"]) if "host" in entry else None
    own = tuple(_source(_extended(source)) for source in entry.get("source", ()))
    targets = (target for task in tasks() for target in task.targets if target.layer == entry["key"])
    sources = (*own, generic) if plain.get("points", True) else ()
    return entry_as(Layer, plain, targets=tuple(targets), sources=sources, host=host)


def _extended(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let a list that users make themselves know the generic columns too, after its own."""
    if entry["publisher"] != "user":
        return entry
    generic, own = facts(_FILE)["generic"], entry["columns"]
    names = [*own, *(name for name in generic["columns"] if name not in own)]
    columns = {name: dict.fromkeys((*own.get(name, ()), *generic["columns"].get(name, ()))) for name in names}
    return {**entry, "columns": columns, "hours_span": generic["hours_span"]}


def _source(entry: Mapping[str, Any]) -> Source:
    said = {"publisher": facts(_FILE)["credits"], "licence": facts(_FILE)["licences"]}
    for name, known in said.items():
        refuse_unknown((entry[name],), known, problem=f"unknown {name}", where=f"source {entry['key']}")
    columns = {name: tuple(aliases) for name, aliases in entry["columns"].items()}
    nested = {"hours_span", "rule", "publisher"}
    return entry_as(
        Source,
        {key: value for key, value in entry.items() if key not in nested},
        credit_ko=f"{said['publisher'][entry['publisher']]}, {entry['name_ko']}",
        licence=said["licence"][entry["licence"]],
        columns=MappingProxyType(columns),
        hours_spans=tuple(entry_as(HoursSpan, span) for span in entry.get("hours_span", ())),
        rules=tuple(entry_as(Rule, rule) for rule in entry.get("rule", ())),
        meanings=MappingProxyType(dict(entry.get("meanings", {}))),
    )


#: Groups of services, in the order of the plan's tasks 1-1 to 1-4, with their Korean names.
GROUPS: Mapping[str, str] = MappingProxyType(facts(_FILE)["groups"])
