"""What all sheets of the workbook need: the tables, the summary and their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from sharemap.exports.workbook.links import links_in_public_map
from sharemap.exports.workbook.sheet import Field, Sheet
from sharemap.units import CRS_WGS84
from sharemap.villages.cards import village_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "Content",
    "degrees",
    "empty",
    "layer_list",
    "nothing",
    "number",
    "numbered",
    "percent",
    "public_map",
]


@dataclass(frozen=True, kw_only=True)
class Content:
    """What all sheets need."""

    tables: Mapping[str, pd.DataFrame]
    summary: Mapping[str, Any]
    lang: str
    say: Mapping[str, str]

    @property
    def layer_names(self) -> dict[str, str]:
        """The names of the layers by key."""
        name = f"name_{self.lang}"
        return {entry["layer"]: entry[name] for entry in self.summary["layers"]}

    def table(self, name: str) -> pd.DataFrame | None:
        """Return a table, or nothing where the run has none."""
        frame = self.tables.get(name)
        if frame is None or frame.empty:
            return None
        if name == "villages" and self.lang != "ko":
            return frame.assign(name=[village_name(text, lang=self.lang) for text in frame["name"]])
        return frame

    def column(self, frame: pd.DataFrame, name: str) -> pd.Series[Any]:
        """Return a column; an empty one where the table is of a version that did not have it."""
        return frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object)

    def profile(self, key: str, name_ko: str) -> str:
        """Return the name of a walking profile."""
        return name_ko if self.lang == "ko" else key

    def service_names(self) -> dict[str, str]:
        """Return the names of the promise, the groups and the layers by their keys, in that order."""
        name = f"name_{self.lang}"
        groups = {entry["group"]: entry[name] for entry in self.summary["groups"]}
        return {"all_groups": self.say["all_groups"], **groups, **self.layer_names}

    def texts(self, frame: pd.DataFrame, column: str) -> pd.Series[Any]:
        """Return a column as texts, None where there is none."""
        return frame[column].astype(object).where(frame[column].notna(), None)


def layer_list(joined: pd.Series[Any], content: Content) -> pd.Series[Any]:
    """Return layers joined by semicolons as names."""
    names = content.layer_names
    return joined.map(lambda text: ", ".join(names.get(key, key) for key in text.split(";") if key))


def degrees(places: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Return latitude and longitude of each row: of the point, or of a point inside the polygon."""
    geometry = gpd.GeoSeries(places["geometry"])
    inside = geometry if (geometry.geom_type == "Point").all() else geometry.representative_point()
    points = inside.to_crs(CRS_WGS84)
    return {"lat": points.y, "lon": points.x}


def numbered(say: Mapping[str, str], count: int, *, total: str | None = None) -> Field:
    """Return the column of row numbers."""
    cells = pd.Series(range(1, count + 1))
    return Field(header=say["no"], cells=cells, width=6, kind="int", total=total, centred=True)


def public_map(content: Content, names: Iterable[object], at: Mapping[str, pd.Series[Any]]) -> Field:
    """Return the column that opens each row in the public map."""
    links = links_in_public_map(names, at["lat"], at["lon"])
    opens = pd.Series([content.say["open"] if link else None for link in links], dtype=object)
    return Field(
        header=content.say["public_map"], cells=opens, width=10, links=links, centred=True, printed=False
    )


def empty(say: Mapping[str, str], headers: tuple[str, ...]) -> Sheet:
    """Return a sheet that says that it has no rows."""
    return Sheet(
        fields=[Field(header=say[name], cells=nothing(), width=16) for name in headers], empty=say["none"]
    )


def nothing() -> pd.Series[Any]:
    """Return a column without rows."""
    return pd.Series(dtype=object)


def number(value: float) -> str:
    """Return a number without needless zeros."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def percent(share: float | None) -> str:
    """Return a share as a percentage."""
    return "–" if share is None or share != share else f"{int(share * 1000 + 0.5) / 10:.1f}%"  # noqa: PLR0124
