"""How each table looks when its GeoPackage is opened in QGIS: the colours of the maps, and Korean field names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap import catalog
from sharemap.exports.files import qgis
from sharemap.exports.files.qgis import Class, Labels
from sharemap.palette import ACCENT, CLASSES, GAP_CLASSES, MUTED, NO_SHARE, UNSERVED, VILLAGE, WATER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["LAYER_STYLES", "styles"]

#: Name of the table in which QGIS looks for styles.
LAYER_STYLES = "layer_styles"

_SHAPES = {"mobility": "circle", "space": "square", "goods": "diamond", "information": "triangle"}
_OUTSIDE = "star"
_GEOMETRY_COLUMN = "geom"  # as the GeoPackage driver names it
_PERCENT = 100
#: QGIS sorts styles by time; a fixed one keeps repeated runs alike.
_STYLED = "2000-01-01"


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
    known = [
        name
        for name, frame in layers.items()
        if name in _LOOKS and len(frame) and _NEEDED.get(name, frozenset()) <= set(frame.columns)
    ]
    documents = [_LOOKS[name](layers[name], aliases.get(name, {})) for name in known]
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": known,
            "f_geometry_column": _GEOMETRY_COLUMN,
            "styleName": "sharemap",
            "styleQML": documents,
            "styleSLD": "",
            "useAsDefault": True,
            "description": "sharemap",
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp(_STYLED),
        }
    )


def _coverage(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
    key = "share_all_groups" if "share_all_groups" in frame else _first_share(frame)
    classes = [Class(value=f'"{key}" IS NULL', label="자료 없음", symbol=qgis.fill(NO_SHARE))]
    highs = [low for low, _ in CLASSES[1:]]
    for (low, colour), high in zip(CLASSES, [*highs, None], strict=True):
        below = "" if high is None else f' AND "{key}" < {high:g}'
        upto = 1 if high is None else high
        classes.append(
            Class(
                value=f'"{key}" >= {low:g}{below}',
                label=f"{low * _PERCENT:.0f}–{upto * _PERCENT:.0f} %",
                symbol=qgis.fill(colour, outline="#ffffff"),
            )
        )
    text = f"\"dong_name\" || coalesce('\\n' || round(\"{key}\" * 100) || ' %', '')"
    return qgis.qml(qgis.rules(classes), labels=Labels(expression=text, size=8), aliases=aliases)


def _first_share(frame: pd.DataFrame) -> str:
    return next((str(name) for name in frame if str(name).startswith("share_")), "residents")


def _isochrones(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
    """One entry for each layer and minutes; the first layer is shown, the others wait for a click."""
    colours = {layer.key: layer.colour for layer in catalog.load()}
    minutes = np.sort(frame["minutes"].unique())
    classes = []
    for number, (key, name) in enumerate(frame.groupby("layer", sort=False)["layer_ko"].first().items()):
        for rank, minute in enumerate(minutes[::-1]):
            alpha = 0.25 + 0.3 * rank / max(len(minutes) - 1, 1)
            symbol = qgis.fill(colours.get(str(key), ACCENT), alpha=alpha, outline="#ffffff", width_mm=0.1)
            rule = f'"layer" = \'{_quoted(key)}\' AND "minutes" = {minute:g}'
            classes.append(Class(value=rule, label=f"{name} {minute:g}분", symbol=symbol, shown=number == 0))
    return qgis.qml(qgis.rules(classes), aliases=aliases)


def _blocks(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
    del frame
    classes = [
        Class(
            value="block",
            label="블록",
            symbol=qgis.fill("#ffffff", style="no", outline="#b9bfc4", width_mm=0.12),
        ),
        Class(
            value="street_space",
            label="도로 사이",
            symbol=qgis.fill("#eceff1", outline="#d5dadd", width_mm=0.1),
        ),
        Class(value="water", label="물", symbol=qgis.fill(WATER, outline="#9dbfd1", width_mm=0.1)),
    ]
    return qgis.qml(qgis.categories("kind", classes), aliases=aliases)


def _villages(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
    del frame
    symbol = qgis.fill(VILLAGE, alpha=0.18, outline=VILLAGE, width_mm=0.6)
    labels = Labels(expression='"rank" || \'. \' || "name"', size=10, colour=VILLAGE)
    return qgis.qml(
        qgis.rules([Class(value="TRUE", label="공유마을 후보지", symbol=symbol)]),
        labels=labels,
        aliases=aliases,
    )


def _village_places(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
    del frame
    classes = [
        Class(value="member", label="후보지 공유공간", symbol=qgis.marker(VILLAGE, size_mm=3.2)),
        Class(value="neighbour", label="이웃 공유공간", symbol=qgis.marker("#d9a38c", size_mm=2.4)),
    ]
    return qgis.qml(
        qgis.categories("role", classes), labels=Labels(expression='"name"', size=7.5), aliases=aliases
    )


def _all(label: str, symbol: qgis.Symbol) -> Callable[[pd.DataFrame, Mapping[str, str]], str]:
    def look(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
        del frame
        return qgis.qml(qgis.rules([Class(value="TRUE", label=label, symbol=symbol)]), aliases=aliases)

    return look


def _one_short(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
    """Polygons where a block is proposed, lines or points where none is."""
    symbols = {
        "polygon": qgis.fill(ACCENT, alpha=0.15, style="b_diagonal", outline=ACCENT, width_mm=0.3),
        "line": qgis.line(ACCENT, width_mm=0.5, style="dash"),
        "point": qgis.marker(ACCENT, shape="cross", size_mm=3),
    }
    rule = Class(value="TRUE", label="하나 모자란 두 공간", symbol=symbols[_kind(frame)])
    return qgis.qml(qgis.rules([rule]), aliases=aliases)


def _by_need(label: str, symbol: qgis.Symbol) -> Callable[[pd.DataFrame, Mapping[str, str]], str]:
    """Return a look with one entry for each walker and service: those of the study's walker and of the promise shown."""

    def look(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
        pairs = frame.drop_duplicates(["profile", "key"])
        promise = "all_groups" if (pairs["key"] == "all_groups").any() else pairs["key"].iloc[0]
        own = pairs["profile"].iloc[0]  # a run lists the study's walker first
        first = (pairs["profile"] != own) | (pairs["key"] != promise)
        pairs = pairs.assign(_late=first).sort_values("_late", kind="stable")
        classes = [
            Class(
                value=f"\"profile\" = '{_quoted(row.profile)}' AND \"key\" = '{_quoted(row.key)}'",
                label=f"{label}: {row.key_ko} ({row.profile_ko})",
                symbol=symbol,
                shown=number == 0,
            )
            for number, row in enumerate(pairs.itertuples(index=False))
        ]
        return qgis.qml(qgis.rules(classes), aliases=aliases)

    return look


def _sites(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
    classes = []
    known = {layer.key: layer for layer in catalog.load()}
    for key in frame["layer"].drop_duplicates().astype(str):
        layer = known.get(key)
        colour, shape = (layer.colour, _SHAPES[layer.group]) if layer else (MUTED, _OUTSIDE)
        size = 3.0 if layer and layer.role == "space" else 2.2
        classes.append(
            Class(
                value=key,
                label=layer.name_ko if layer else key,
                symbol=qgis.marker(colour, shape=shape, size_mm=size),
            )
        )
    return qgis.qml(qgis.categories("layer", classes), aliases=aliases)


def _places(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
    del frame
    classes = [
        Class(
            value='"shared_space"',
            label="공유공간",
            symbol=qgis.marker(ACCENT, shape="square", size_mm=2.8),
        ),
        Class(
            value='NOT "shared_space"',
            label="지원시설",
            symbol=qgis.marker("#8a969e", size_mm=1.6),
            shown=False,
        ),
    ]
    return qgis.qml(qgis.rules(classes), aliases=aliases)


def _area(frame: pd.DataFrame, aliases: Mapping[str, str]) -> str:
    del frame
    symbol = qgis.fill("#ffffff", style="no", outline="#33414b", width_mm=0.4)
    labels = Labels(expression='"dong_name"', size=8)
    return qgis.qml(
        qgis.rules([Class(value="TRUE", label="행정동", symbol=symbol)]), labels=labels, aliases=aliases
    )


def _kind(frame: pd.DataFrame) -> str:
    kinds = frame.geometry.geom_type
    if kinds.str.contains("Polygon").all():
        return "polygon"
    return "line" if kinds.str.contains("Line").all() else "point"


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")


_LOOKS: Mapping[str, Callable[[pd.DataFrame, Mapping[str, str]], str]] = {
    "area": _area,
    "coverage": _coverage,
    "isochrones": _isochrones,
    "blocks": _blocks,
    "gaps": _by_need("소외지역", qgis.fill(UNSERVED, alpha=0.35, outline=UNSERVED, width_mm=0.3)),
    "gap": _by_need("격차 주민", qgis.marker(GAP_CLASSES[-2][1], size_mm=1.6)),
    "demand": _all("주민이 사는 점", qgis.marker("#8a969e", size_mm=1.0)),
    "edges": _all("보행로", qgis.line("#7f8b92", width_mm=0.2)),
    "villages": _villages,
    "village_loops": _all("일상동선", qgis.line(VILLAGE, width_mm=0.7, style="dash")),
    "village_places": _village_places,
    "one_short": _one_short,
    "places": _places,
    "sites": _sites,
}

#: Columns that a look needs; a table of another kind under the same name is written without a style.
_NEEDED: Mapping[str, frozenset[str]] = {
    "isochrones": frozenset({"layer", "layer_ko", "minutes"}),
    "sites": frozenset({"layer"}),
    **dict.fromkeys(("gaps", "gap"), frozenset({"profile", "profile_ko", "key", "key_ko"})),
}
