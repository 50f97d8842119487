"""What all sheets of the workbook need: the tables, the summary and their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from sharemap.exports._sheet import Field, Sheet
from sharemap.units import CRS_WGS84
from sharemap.villages.cards import village_name

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Content", "degrees", "empty", "layer_list", "nothing", "number", "numbered", "percent"]


@dataclass(frozen=True, kw_only=True)
class Content:
    """What all sheets need."""

    tables: Mapping[str, pd.DataFrame]
    summary: Mapping[str, Any]
    lang: str
    say: Mapping[str, str]

    @property
    def layer_names(self) -> dict[str, str]:
        name = f"name_{self.lang}"
        return {entry["layer"]: entry[name] for entry in self.summary["layers"]}

    def table(self, name: str) -> pd.DataFrame | None:
        frame = self.tables.get(name)
        if frame is None or frame.empty:
            return None
        if name == "villages" and self.lang != "ko":
            return frame.assign(name=[village_name(text, lang=self.lang) for text in frame["name"]])
        return frame

    def texts(self, frame: pd.DataFrame, column: str) -> pd.Series[Any]:
        return frame[column].astype(object).where(frame[column].notna(), None)


def layer_list(joined: pd.Series[Any], content: Content) -> pd.Series[Any]:
    names = content.layer_names
    return joined.map(lambda text: ", ".join(names.get(key, key) for key in text.split(";") if key))


def degrees(points: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    geometry = gpd.GeoSeries(points["geometry"]).to_crs(CRS_WGS84)
    return {"lat": geometry.y, "lon": geometry.x}


def numbered(say: Mapping[str, str], count: int, *, total: str | None = None) -> Field:
    return Field(header=say["no"], cells=pd.Series(range(1, count + 1)), width=6, kind="int", total=total)


def empty(say: Mapping[str, str], headers: tuple[str, ...]) -> Sheet:
    return Sheet(
        fields=[Field(header=say[name], cells=nothing(), width=16) for name in headers], empty=say["none"]
    )


def nothing() -> pd.Series[Any]:
    return pd.Series(dtype=object)


def number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def percent(share: float | None) -> str:
    return "–" if share is None or share != share else f"{int(share * 1000 + 0.5) / 10:.1f}%"  # noqa: PLR0124
