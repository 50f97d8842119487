"""Nodes, ways and relations of an extract that have some tags, with their shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharemap.sources.osm.extracts import readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sharemap.sources.osm.tags import TagRule

__all__ = ["Element", "counted", "elements"]

_FEWEST_OF_A_RING = 4


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an extract.

    Attributes
    ----------
    osm_id
        Kind and number, such as ``way/4711``.
    tags
        All of its tags.
    wkb
        Its shape in degrees: the point of a node, the line of a way, the polygon of a closed way (unless ``area=no``) or of a
        multipolygon; None where the extract lacks a part of it, or it has no shape.
    """

    osm_id: str
    tags: dict[str, str]
    wkb: bytes | None


def elements(path: Path | str, keys: Sequence[str]) -> Iterator[Element]:
    """Yield each element that has one of some keys once: nodes, ways, then relations.

    Raises
    ------
    MissingFileError, ExtractError
        If the extract does not exist or is damaged.
    """
    import osmium
    from osmium.geom import WKBFactory

    factory = WKBFactory()
    wanted = osmium.filter.KeyFilter(*keys)
    outlines: dict[int, bytes] = {}
    relations: dict[int, dict[str, str]] = {}
    with readable(path) as name:
        for item in osmium.FileProcessor(name).with_areas(wanted).with_filter(wanted):
            if item.is_node():
                yield Element(f"node/{item.id}", _tags(item), _shape(factory.create_point, item))
            elif item.is_way():
                yield Element(f"way/{item.id}", _tags(item), _way(factory, item))
            elif item.is_relation():
                relations[item.id] = _tags(item)
            elif not item.from_way():
                shape = _shape(factory.create_multipolygon, item)
                if shape is not None:
                    outlines[item.orig_id()] = shape
    for number, tags in relations.items():
        yield Element(f"relation/{number}", tags, outlines.get(number))


def counted(path: Path | str, layers: Sequence[Sequence[TagRule]]) -> list[int]:
    """Count the elements that each of some layers means, by another way than they are read: no shapes, no memory.

    Raises
    ------
    MissingFileError, ExtractError
        If the extract does not exist or is damaged.
    """
    import osmium

    found = [0] * len(layers)
    keys = sorted({rule.key for rules in layers for rule in rules})
    with readable(path) as name:
        for item in osmium.FileProcessor(name).with_filter(osmium.filter.KeyFilter(*keys)):
            for number, rules in enumerate(layers):
                found[number] += any(rule.holds(item.tags.get) for rule in rules)
    return found


def _tags(item: Any) -> dict[str, str]:  # noqa: ANN401  osmium has no types
    return {tag.k: tag.v for tag in item.tags}


def _way(factory: Any, way: Any) -> bytes | None:  # noqa: ANN401  osmium has no types
    """Return the line of a way; as a polygon where it is closed."""
    line = _shape(factory.create_linestring, way)
    closed = way.is_closed() and len(way.nodes) >= _FEWEST_OF_A_RING and way.tags.get("area") != "no"
    if line is None or not closed:
        return line
    import shapely

    ring = shapely.get_coordinates(shapely.from_wkb(line))
    return shapely.to_wkb(shapely.Polygon(ring)) if len(ring) >= _FEWEST_OF_A_RING else line


def _shape(create: Any, item: Any) -> bytes | None:  # noqa: ANN401  osmium has no types
    import osmium

    try:
        return bytes.fromhex(create(item))
    except (osmium.InvalidLocationError, RuntimeError):  # nodes outside the file, or fewer than two of them
        return None
