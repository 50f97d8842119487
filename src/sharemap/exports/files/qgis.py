"""Styles that QGIS reads: symbols, renderers and labels as QML, so that a GeoPackage draws right when it is opened.

QGIS looks for a table ``layer_styles`` in a GeoPackage and applies the default style of each layer
(https://docs.qgis.org, "Saving and sharing layer properties"). The elements written here are those of QGIS 3.22 and
later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Class", "Labels", "Symbol", "categories", "fill", "line", "marker", "qml", "rules"]

_VERSION = "3.22.0"
_OPAQUE = 255


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """One symbol: what it draws, with which class of QGIS and which properties."""

    kind: Literal["fill", "line", "marker"]
    layer: str
    properties: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Class:
    """One entry of the legend: what it stands for, its symbol, and whether it is drawn at first."""

    value: str
    label: str
    symbol: Symbol
    shown: bool = True


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Text beside features: an expression of QGIS, its size in points and its colour."""

    expression: str
    size: float = 9.0
    colour: str = "#1c2733"


def fill(
    colour: str, *, alpha: float = 1.0, outline: str = "#5b6770", width_mm: float = 0.2, style: str = "solid"
) -> Symbol:
    """Return a symbol for polygons; ``style="no"`` leaves the inside empty, ``"b_diagonal"`` hatches it."""
    return Symbol(
        kind="fill",
        layer="SimpleFill",
        properties={
            "color": _rgba(colour, alpha),
            "style": style,
            "outline_color": _rgba(outline),
            "outline_style": "solid",
            "outline_width": f"{width_mm:g}",
            "outline_width_unit": "MM",
            "joinstyle": "round",
        },
    )


def line(colour: str, *, width_mm: float = 0.3, style: str = "solid") -> Symbol:
    """Return a symbol for lines; ``style="dash"`` breaks them."""
    return Symbol(
        kind="line",
        layer="SimpleLine",
        properties={
            "line_color": _rgba(colour),
            "line_width": f"{width_mm:g}",
            "line_width_unit": "MM",
            "line_style": style,
            "capstyle": "round",
            "joinstyle": "round",
        },
    )


def marker(colour: str, *, shape: str = "circle", size_mm: float = 2.6) -> Symbol:
    """Return a symbol for points: a shape of QGIS with a white edge."""
    return Symbol(
        kind="marker",
        layer="SimpleMarker",
        properties={
            "name": shape,
            "color": _rgba(colour),
            "size": f"{size_mm:g}",
            "size_unit": "MM",
            "outline_color": _rgba("#ffffff"),
            "outline_style": "solid",
            "outline_width": "0.25",
            "outline_width_unit": "MM",
        },
    )


def categories(field: str, classes: Sequence[Class]) -> ET.Element:
    """Return a renderer with one symbol for each value of a field."""
    renderer = ET.Element("renderer-v2", type="categorizedSymbol", attr=field, symbollevels="0")
    listed = ET.SubElement(renderer, "categories")
    for number, item in enumerate(classes):
        ET.SubElement(
            listed,
            "category",
            render=_yes(item.shown),
            value=item.value,
            label=item.label,
            symbol=str(number),
            type="string",
        )
    _symbols(renderer, classes)
    return renderer


def rules(classes: Sequence[Class]) -> ET.Element:
    """Return a renderer with one symbol for each rule; the value of a class is an expression of QGIS."""
    renderer = ET.Element("renderer-v2", type="RuleRenderer", symbollevels="0")
    root = ET.SubElement(renderer, "rules", key="root")
    for number, item in enumerate(classes):
        ET.SubElement(
            root,
            "rule",
            key=f"rule{number}",
            filter=item.value,
            label=item.label,
            symbol=str(number),
            checkstate="1" if item.shown else "0",
        )
    _symbols(renderer, classes)
    return renderer


def qml(
    renderer: ET.Element, *, labels: Labels | None = None, aliases: Mapping[str, str] | None = None
) -> str:
    """Return the style document of one layer.

    Parameters
    ----------
    renderer
        From :func:`categories` or :func:`rules`.
    labels
        Text beside the features.
    aliases
        Field name -> the name that the attribute table shows.
    """
    root = ET.Element("qgis", version=_VERSION, styleCategories="Symbology|Labeling|Fields")
    root.append(renderer)
    if labels is not None:
        root.append(_labeling(labels))
    names = ET.SubElement(root, "aliases")
    for index, (field, name) in enumerate((aliases or {}).items()):
        ET.SubElement(names, "alias", field=field, name=name, index=str(index))
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        root, encoding="unicode"
    )


def _symbols(renderer: ET.Element, classes: Sequence[Class]) -> None:
    symbols = ET.SubElement(renderer, "symbols")
    for number, item in enumerate(classes):
        symbol = ET.SubElement(
            symbols, "symbol", name=str(number), type=item.symbol.kind, alpha="1", clip_to_extent="1"
        )
        layer = ET.SubElement(symbol, "layer", {"class": item.symbol.layer}, enabled="1", locked="0")
        layer.set("pass", "0")
        options = ET.SubElement(layer, "Option", type="Map")
        for name, value in item.symbol.properties.items():
            ET.SubElement(options, "Option", name=name, type="QString", value=value)


def _labeling(labels: Labels) -> ET.Element:
    labeling = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings,
        "text-style",
        fieldName=labels.expression,
        isExpression="1",
        fontSize=f"{labels.size:g}",
        fontSizeUnit="Point",
        textColor=_rgba(labels.colour),
        fontWeight="75",
        multilineHeight="1",
    )
    ET.SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.9",
        bufferSizeUnits="MM",
        bufferColor=_rgba("#ffffff"),
    )
    return labeling


def _rgba(colour: str, alpha: float = 1.0) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(alpha * _OPAQUE)}"


def _yes(value: bool) -> str:  # noqa: FBT001
    return "true" if value else "false"
