"""Columns and sheets that several sheets of the workbook have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from sharemap.exports.workbook.links import links_in_public_map
from sharemap.exports.workbook.sheet import Field, Sheet
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sharemap.findings import Run

__all__ = ["degrees", "empty", "layer_list", "numbered", "public_map", "text_fields", "texts"]


def texts(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Return a column as texts, None where there is none."""
    return frame[column].astype(object).where(frame[column].notna(), None)


def text_fields(
    run: Run, frame: pd.DataFrame, widths: Mapping[str, float], *, links: Sequence[str | None] = ()
) -> list[Field]:
    """Return columns of texts, headed by their terms and of these widths; names lead to the map by `links`."""
    return [
        Field(
            header=run.say[name],
            cells=texts(frame, name),
            width=width,
            links=links if name == "name" else (),
        )
        for name, width in widths.items()
    ]


def layer_list(joined: pd.Series[Any], run: Run) -> pd.Series[Any]:
    """Return layers joined by semicolons as names."""
    names = run.layer_names
    return joined.map(lambda text: ", ".join(names.get(key, key) for key in text.split(";") if key))


def degrees(places: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Return latitude and longitude of each row: of the point, or of a point inside the polygon."""
    geometry = gpd.GeoSeries(places["geometry"])
    inside = geometry if (geometry.geom_type == "Point").all() else geometry.representative_point()
    points = inside.to_crs(CRS_WGS84)
    return {"lat": points.y, "lon": points.x}


def numbered(run: Run, count: int, *, total: str | None = None) -> Field:
    """Return the column of row numbers."""
    cells = pd.Series(range(1, count + 1))
    return Field(header=run.say["no"], cells=cells, width=6, kind="int", total=total, centred=True)


def public_map(run: Run, names: Iterable[object], at: Mapping[str, pd.Series[Any]]) -> Field:
    """Return the column that opens each row in the public map."""
    links = links_in_public_map(names, at["lat"], at["lon"])
    opens = pd.Series([run.say["open"] if link else None for link in links], dtype=object)
    return Field(
        header=run.say["public_map"], cells=opens, width=10, links=links, centred=True, printed=False
    )


def empty(run: Run, *terms: str, counts: bool = False) -> Sheet:
    """Return a sheet that says under its heads that it has no rows, or, where it `counts` residents, why."""
    nothing: pd.Series[Any] = pd.Series(dtype=object)
    heads = [Field(header=run.say[term], cells=nothing, width=16) for term in terms]
    return Sheet(fields=heads, empty=run.none_of("none") if counts else run.say["none"])
