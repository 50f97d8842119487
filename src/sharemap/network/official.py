"""Seoul's official pedestrian network as a :class:`WalkNetwork`, so that two networks can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj
import shapely

from sharemap.crs import read_crs
from sharemap.network.build import assemble
from sharemap.network.segments import Segments
from sharemap.sources.official import WalkLinks, read_walk_links
from sharemap.units import CRS_WGS84, STANDARD, WalkProfile

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt
    from pyproj import CRS

    from sharemap.network.model import WalkNetwork

__all__ = ["from_official"]

_M_PER_KM = 1000.0


def from_official(
    path: Path | str, *, crs: CRS | str = "EPSG:5179", profile: WalkProfile = STANDARD
) -> WalkNetwork:
    """Read Seoul's official pedestrian network (OA-21208, ``TbTraficWlkNet``).

    Links meet where they share a node id. Overpasses and elevated ways are bridges, the subway network and ways
    inside buildings count as tunnels (people walk there, nobody is snapped there), crossings keep their mark.
    ``osm_id`` of a node is its official id. ``report["published_km"]`` is the sum of the published lengths; ours
    are measured in `crs`.

    Raises
    ------
    MissingFileError, ExtractError
        As :func:`sharemap.sources.official.read_walk_links`.
    """
    links = read_walk_links(path)
    frame = links.frame
    highway = np.select(
        [frame["crossing"], frame["indoor"] | frame["subway"]], ["crossing", "corridor"], "footway"
    )
    ways = pd.DataFrame(
        {
            "highway": highway,
            "name": pd.Series(np.nan, index=frame.index, dtype="str"),
            "steps": False,
            "tunnel": frame["tunnel"] | frame["subway"] | frame["indoor"],
            "bridge": frame["bridge"] | frame["overpass"] | frame["elevated"],
            "crossing": frame["crossing"],
            "stroller": "",
            "wheelchair": "",
            "ends_only": False,
        }
    )
    report = {"published_km": round(float(frame["length"].sum()) / _M_PER_KM, 3)}
    return assemble(_segments(links, ways, read_crs(crs)), profile=profile, report=report)


def _segments(links: WalkLinks, ways: pd.DataFrame, crs: CRS) -> Segments:
    coords, owner = shapely.get_coordinates(links.lines, return_index=True)
    transformer = pyproj.Transformer.from_crs(CRS_WGS84, crs, always_xy=True)
    coords = np.column_stack(transformer.transform(coords[:, 0], coords[:, 1]))
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.append(first[1:], len(owner)) - 1
    ends = links.frame[["start", "end"]].to_numpy()
    ids, shared = np.unique(ends, return_inverse=True)
    number = np.empty(len(owner), dtype=np.int64)
    inner = np.ones(len(owner), dtype=bool)
    inner[first] = inner[last] = False
    number[first], number[last] = shared.reshape(ends.shape).T
    number[inner] = len(ids) + np.arange(inner.sum())
    step = np.flatnonzero(owner[1:] == owner[:-1])
    step = step[number[step] != number[step + 1]]
    return Segments(
        tails=number[step].astype(np.int32),
        heads=number[step + 1].astype(np.int32),
        way=owner[step],
        xy=_places(coords, number),
        osm_id=np.concatenate([ids, np.full(inner.sum(), -1)]),
        ways=ways,
        crs=crs,
    )


def _places(coords: npt.NDArray[np.float64], number: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """One place for each point; where links put a node at slightly different places, the first counts."""
    _, first = np.unique(number, return_index=True)
    return coords[first]
