"""A run with what both maps read off its geometry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sharemap.maps.geometry import SIMPLIFY_M, SIMPLIFY_WIDE_M, clean_union

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sharemap.findings import Run

__all__ = ["Drawn", "records"]


@dataclass(frozen=True)
class Drawn:
    """A run as it is drawn.

    Attributes
    ----------
    run
        What is drawn; only its table ``area`` must be there, what is absent is not drawn.
    """

    run: Run

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, one without rows and columns where the run has none."""
        return self.run.table(name)

    @cached_property
    def area(self) -> gpd.GeoDataFrame:
        """The dongs, ordered by code."""
        return self.run.tables["area"].sort_values("dong_code", kind="stable", ignore_index=True)

    @property
    def wide(self) -> bool:
        """Whether the area is too wide for the smaller streets."""
        return self.run.wide

    @property
    def tolerance(self) -> float:
        """How far a drawn line may lie from the computed one, metres."""
        return SIMPLIFY_WIDE_M if self.wide else SIMPLIFY_M

    @cached_property
    def outline(self) -> Any:  # noqa: ANN401  shapely geometry
        """The union of the dongs."""
        return clean_union(np.asarray(self.area.geometry))


def records(frame: pd.DataFrame) -> list[Any]:
    """Return the rows of a table as named tuples."""
    return list(frame.itertuples())
