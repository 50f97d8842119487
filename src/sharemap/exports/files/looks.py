"""How each table looks when its GeoPackage is opened in QGIS: the colours of the maps, and Korean field names.

What a look is stands with its table (``schema/tables.toml``); here it becomes a style. A table that views show without
knowing it has one symbol in its colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap import catalog, palette
from sharemap.exports.files import qgis
from sharemap.exports.files.dongs import COVERAGE
from sharemap.exports.files.qgis import Class, Labels, Symbol
from sharemap.findings import words
from sharemap.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from xml.etree import ElementTree as ET

    from sharemap.schema import Table

__all__ = ["LAYER_STYLES", "styles"]

#: Name of the table in which QGIS looks for styles.
LAYER_STYLES = "layer_styles"

_SHAPES = {"mobility": "circle", "space": "square", "goods": "diamond", "information": "triangle"}
_OUTSIDE = "star"
_GEOMETRY_COLUMN = "geom"  # as the GeoPackage driver names it
_PERCENT = 100
#: QGIS sorts styles by time; a fixed one keeps repeated runs alike.
_STYLED = "2000-01-01"
_NO_DATA, _MINUTES = "자료 없음", "{} {:g}분"
_ALL = "TRUE"
_SYMBOLS: Mapping[str, Callable[..., Symbol]] = {
    "fill": qgis.fill,
    "line": qgis.line,
    "marker": qgis.marker,
}


def styles(layers: Mapping[str, pd.DataFrame], aliases: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Return the table ``layer_styles`` for the layers of a GeoPackage.

    Parameters
    ----------
    layers
        Layer name -> table.
    aliases
        Layer name -> field -> name that the attribute table shows.

    Returns
    -------
    One row for each layer that has a look of its own, in the columns that QGIS reads.
    """
    documents = {
        name: qgis.qml(renderer, labels=_labels(name, frame), aliases=aliases.get(name, {}))
        for name, frame in layers.items()
        if len(frame) and (renderer := _renderer(name, frame)) is not None
    }
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": list(documents),
            "f_geometry_column": _GEOMETRY_COLUMN,
            "styleName": "sharemap",
            "styleQML": list(documents.values()),
            "styleSLD": "",
            "useAsDefault": True,
            "description": "sharemap",
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp(_STYLED),
        }
    )


def _renderer(name: str, frame: pd.DataFrame) -> ET.Element | None:
    if name == COVERAGE:
        return qgis.rules(list(_by_share(frame)))
    table = TABLES.get(name)
    look = {} if table is None else _look(table)
    if table is None or not look:
        return None
    if "each" in look:
        needed, classes = _EACH[look["each"]]
        # a table of another kind under the same name is written without a style
        return classes(table, frame) if needed <= set(frame.columns) else None
    if "classes" not in look:
        return qgis.rules([Class(value=_ALL, label=table.ko, symbol=_symbol(look, frame))])
    listed = [
        Class(
            value=item.get("value", item.get("rule")),
            label=item["label"],
            symbol=_symbol(item, frame),
            shown=item.get("shown", True),
        )
        for item in look["classes"]
    ]
    return qgis.categories(look["column"], listed) if "column" in look else qgis.rules(listed)


def _look(table: Table) -> Mapping[str, Any]:
    if table.look or table.shown is None or not table.spatial:
        return table.look
    own = {"colour": table.shown.colour}
    return {
        "fill": own | {"alpha": 0.25, "outline": table.shown.colour},
        "line": own,
        "marker": own,
        "labels": {"expression": f'"{table.shown.name}"'},
    }


def _labels(name: str, frame: pd.DataFrame) -> Labels | None:
    if name == COVERAGE:
        key = _share_of(frame)
        text = f"\"dong_name\" || coalesce('\\n' || round(\"{key}\" * 100) || '%', '')"
        return Labels(expression=text, size=8)
    told = _look(TABLES[name]).get("labels")
    return None if told is None else Labels(**_coloured(told))


def _symbol(look: Mapping[str, Any], frame: pd.DataFrame) -> Symbol:
    """Return the symbol of a look, of several the one for the geometry: polygons, lines, or any other."""
    given = [kind for kind in _SYMBOLS if kind in look]
    kind = given[0] if len(given) == 1 else _kind(frame)
    return _SYMBOLS[kind](**_coloured(look[kind]))


def _coloured(look: Mapping[str, Any]) -> dict[str, Any]:
    return {key: palette.colour_named(value) for key, value in look.items()}


def _kind(frame: pd.DataFrame) -> str:
    kinds = frame.geometry.geom_type
    if kinds.str.contains("Polygon").all():
        return "fill"
    return "line" if kinds.str.contains("Line").all() else "marker"


def _by_share(frame: pd.DataFrame) -> Iterator[Class]:
    """Return the classes of the share that reaches all groups, or the first service there is."""
    key = _share_of(frame)
    yield Class(value=f'"{key}" IS NULL', label=_NO_DATA, symbol=qgis.fill(palette.NO_SHARE))
    highs = [low for low, _ in palette.CLASSES[1:]]
    for (low, colour), high in zip(palette.CLASSES, [*highs, None], strict=True):
        below = "" if high is None else f' AND "{key}" < {high:g}'
        label = words("ko")["between"].format(a=f"{low * _PERCENT:g}", b=f"{(high or 1) * _PERCENT:g}")
        symbol = qgis.fill(colour, outline="#ffffff")
        yield Class(value=f'"{key}" >= {low:g}{below}', label=label, symbol=symbol)


def _share_of(frame: pd.DataFrame) -> str:
    if "share_all_groups" in frame:
        return "share_all_groups"
    return next((str(name) for name in frame if str(name).startswith("share_")), "residents")


def _each_walk(_: Table, frame: pd.DataFrame) -> ET.Element:
    """One entry for each layer and minutes; the first layer is shown, the others wait for a click."""
    colours = {layer.key: layer.colour for layer in catalog.load()}
    minutes = np.sort(frame["minutes"].unique())
    classes = []
    for number, (key, name) in enumerate(frame.groupby("layer", sort=False)["layer_ko"].first().items()):
        for rank, minute in enumerate(minutes[::-1]):
            alpha = 0.25 + 0.3 * rank / max(len(minutes) - 1, 1)
            colour = colours.get(str(key), palette.ACCENT)
            symbol = qgis.fill(colour, alpha=alpha, outline="#ffffff", width_mm=0.1)
            rule = f'"layer" = \'{_quoted(key)}\' AND "minutes" = {minute:g}'
            label = _MINUTES.format(name, minute)
            classes.append(Class(value=rule, label=label, symbol=symbol, shown=number == 0))
    return qgis.rules(classes)


def _each_need(table: Table, frame: pd.DataFrame) -> ET.Element:
    """One entry for each list: that of the study's walker, of the promise and of what is known is shown."""
    lists = frame.drop_duplicates(["profile", "key", "basis"])
    promise = "all_groups" if (lists["key"] == "all_groups").any() else lists["key"].iloc[0]
    own = lists["profile"].iloc[0]  # a run lists the study's walker first
    late = (lists["profile"] != own) | (lists["key"] != promise) | (lists["basis"] != "known")
    filed = {"known": "", "as_filed": f", {words('ko')['basis_as_filed']}"}
    lists = lists.assign(_late=late).sort_values("_late", kind="stable")
    return qgis.rules(
        [
            Class(
                value=" AND ".join(
                    f"\"{name}\" = '{_quoted(getattr(row, name))}'" for name in ("profile", "key", "basis")
                ),
                label=f"{table.ko}: {row.key_ko} ({row.profile_ko}{filed[str(row.basis)]})",
                symbol=_symbol(table.look, frame),
                shown=number == 0,
            )
            for number, row in enumerate(lists.itertuples(index=False))
        ]
    )


def _each_layer(_: Table, frame: pd.DataFrame) -> ET.Element:
    """One entry for each layer of the catalogue, in its colour and with the shape of its group."""
    known = {layer.key: layer for layer in catalog.load()}
    classes = []
    for key in frame["layer"].drop_duplicates().astype(str):
        layer = known.get(key)
        colour, shape = (layer.colour, _SHAPES[layer.group]) if layer else (palette.MUTED, _OUTSIDE)
        size = 3.0 if layer and layer.role == "space" else 2.2
        symbol = qgis.marker(colour, shape=shape, size_mm=size)
        classes.append(Class(value=key, label=layer.name_ko if layer else key, symbol=symbol))
    return qgis.categories("layer", classes)


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")


#: For looks that make entries of the rows: the columns that they need, and how.
_EACH: Mapping[str, tuple[set[str], Callable[[Table, pd.DataFrame], ET.Element]]] = {
    "walk": ({"layer", "layer_ko", "minutes"}, _each_walk),
    "need": ({"profile", "profile_ko", "key", "key_ko", "basis"}, _each_need),
    "layer": ({"layer"}, _each_layer),
}
