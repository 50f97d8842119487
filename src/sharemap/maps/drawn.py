"""The results of a run, with what both maps read off them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap import catalog
from sharemap.maps.geometry import SIMPLIFY_M, SIMPLIFY_WIDE_M, clean_union

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

__all__ = ["Study", "missing_promise", "records", "sites_around", "source_name"]

#: Above this area only the larger streets are drawn, km2.
_WIDE_KM2 = 60.0
_FALLBACK_COLOUR = "#51606e"


@dataclass(frozen=True)
class Study:
    """The tables and the summary of a run, with what the maps read off them."""

    tables: Mapping[str, pd.DataFrame]
    summary: Mapping[str, Any]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, an empty one when it is absent."""
        frame = self.tables.get(name)
        return pd.DataFrame() if frame is None else frame

    @cached_property
    def area(self) -> gpd.GeoDataFrame:
        """The dongs, ordered by code."""
        return self.tables["area"].sort_values("dong_code", kind="stable", ignore_index=True)

    @cached_property
    def wide(self) -> bool:
        """Whether the area is too wide for the smaller streets."""
        return float(self.summary["area"]["area_km2"]) > _WIDE_KM2

    @property
    def tolerance(self) -> float:
        """How far a drawn line may lie from the computed one, metres."""
        return SIMPLIFY_WIDE_M if self.wide else SIMPLIFY_M

    @cached_property
    def outline(self) -> Any:  # noqa: ANN401  shapely geometry
        """The union of the dongs."""
        return clean_union(np.asarray(self.area.geometry))

    @cached_property
    def colours(self) -> dict[str, tuple[str, str]]:
        """Layer -> colour and symbol; from the catalogue where the summary names none, else grey and a letter."""
        known = {layer.key: (layer.colour, layer.symbol) for layer in catalog.load().layers}
        found = {}
        for entry in self.summary["layers"]:
            colour, symbol = known.get(entry["layer"], (_FALLBACK_COLOUR, entry["name_ko"][:1] or "?"))
            found[entry["layer"]] = (entry.get("colour") or colour, entry.get("symbol") or symbol)
        return found

    @cached_property
    def sites_in_area(self) -> int:
        """The sites inside the area; all of them where the summary does not tell them apart."""
        inside = self.summary.get("rows", {}).get("sites_in_area")
        return self.sites if inside is None else int(inside)

    @cached_property
    def sites(self) -> int:
        """All sites, those of the surroundings included."""
        return sum(int(entry["sites"]) for entry in self.summary["layers"])

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Coverage by dong of residents of all ages."""
        frame = self.table("coverage_dong")
        if frame.empty:
            return frame
        return frame[frame["age_band"] == "all"].sort_values(["dong_code", "kind", "key"], kind="stable")


def records(frame: pd.DataFrame) -> list[Any]:
    """Return the rows of a table as named tuples."""
    return list(frame.itertuples())


def sites_around(study: Study, say: Mapping[str, str]) -> str:
    """Return how many sites of the surroundings were used too; nothing where there are none."""
    around = study.sites - study.sites_in_area
    return say["sites_around"].format(around=f"{around:,}", all=f"{study.sites:,}") if around else ""


def source_name(entry: Mapping[str, Any], lang: str) -> str:
    """Return what a source of the summary is called."""
    return str(entry.get(f"name_{lang}") or entry["name"])


def missing_promise(study: Study, say: Mapping[str, str], lang: str) -> str:
    """Return why there is no share for all groups."""
    missing = study.summary.get("groups_without_data", [])
    names = [catalog.GROUPS.get(key, key) if lang == "ko" else key for key in missing]
    return " ".join([say["promise_none"], f"({', '.join(names)})" if names else ""]).strip()
