"""Seoul's official pedestrian network (OA-21208, ``TbTraficWlkNet``): nodes and links in one CSV.

The 22 columns are read by position: in some copies their Korean names are damaged. One name,
``"공원,녹지"``, holds a comma inside its quotes.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from sharemap.errors import ExtractError, MissingFileError, SiteFileError
from sharemap.sources.files.decode import decode, read_bytes

__all__ = ["COLUMNS", "WalkLinks", "read_walk_links"]

COLUMNS: tuple[str, ...] = (
    *("kind", "node_wkt", "node_id", "node_type", "link_wkt"),
    *("link_id", "link_type", "start", "end", "length"),
    *("ward_code", "ward_name", "dong_code", "dong_name"),
    *("elevated", "subway", "bridge", "tunnel", "overpass", "crossing", "park", "indoor"),
)
_REMEDY = "download the file of OA-21208 (서울시 자치구별 도보 네트워크 공간정보) again, as CSV"


@dataclass(frozen=True)
class WalkLinks:
    """The links of the official network, EPSG:4326.

    Attributes
    ----------
    frame
        One row a link: ``link_id``, ``start``, ``end`` (node ids, int64), ``length`` (metres, as published) and a
        bool column for each of ``elevated subway bridge tunnel overpass crossing park indoor``.
    lines
        LineStrings, in the same order.
    """

    frame: pd.DataFrame
    lines: Any


def read_walk_links(path: Path | str) -> WalkLinks:
    """Read the links of the official network.

    Raises
    ------
    MissingFileError, ExtractError
        If the file does not exist, has not 22 columns, holds no link, or a link has no geometry or no nodes.
    """
    path = Path(path)
    table = _table(path)
    if len(table.columns) != len(COLUMNS):
        msg = f"the official network has {len(COLUMNS)} columns, this file has {len(table.columns)}"
        raise ExtractError(msg, file=path, value=list(table.columns)[:5], remedy=_REMEDY)
    links = table.set_axis(list(COLUMNS), axis=1).loc[lambda rows: rows["kind"].str.strip() == "LINK"]
    if links.empty:
        msg = "the official network holds no links"
        raise ExtractError(msg, file=path, remedy=_REMEDY)
    lines = np.asarray(shapely.from_wkt(links["link_wkt"].to_numpy(dtype=object), on_invalid="ignore"))
    ends = links[["start", "end"]].apply(pd.to_numeric, errors="coerce")
    broken = (shapely.get_type_id(lines) != shapely.GeometryType.LINESTRING) | ends.isna().any(
        axis=1
    ).to_numpy()
    if broken.any():
        at = int(np.argmax(broken))
        msg = "a link has no line or no nodes"
        row = int(links.index[at]) + 2
        raise ExtractError(msg, file=path, row=row, value=links["link_wkt"].iloc[at], remedy=_REMEDY)
    frame = pd.DataFrame(
        {
            "link_id": links["link_id"],
            "start": ends["start"].astype("int64"),
            "end": ends["end"].astype("int64"),
            "length": pd.to_numeric(links["length"], errors="coerce"),
            **{name: links[name].str.strip().eq("1") for name in COLUMNS[14:]},
        }
    )
    return WalkLinks(frame.reset_index(drop=True), lines)


def _table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        msg = "the official network does not exist"
        raise MissingFileError(msg, file=path, remedy="check [streets] official in the study file")
    try:
        text, _ = decode(read_bytes(path), file=path)
        return pd.read_csv(StringIO(text), header=0, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, SiteFileError) as error:
        msg = f"the official network is no CSV ({error})"
        raise ExtractError(msg, file=path, remedy=_REMEDY) from error
