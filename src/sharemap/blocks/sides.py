"""Which barrier each side of a face runs along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["Sides", "names_joined", "street_names"]

_TOUCH_M = 0.05  # cut segments lie on the line they were cut from but for rounding
_SHORTEST_M = 1.0  # streets that only touch a corner do not surround


@dataclass(frozen=True)
class Sides:
    """The straight segments of the faces' outlines and the line each lies on.

    Attributes
    ----------
    face, line
        Positions; ``line`` is -1 for the outline of the study area.
    length_m
        Length of the segment.
    main
        Whether the line is a main carriageway, a railway or water.
    """

    face: NDArray[np.int64]
    line: NDArray[np.int64]
    length_m: NDArray[np.float64]
    main: NDArray[np.bool_]

    @classmethod
    def of(cls, faces: NDArray[Any], lines: gpd.GeoDataFrame) -> Sides:
        """Match outlines with lines: by the very same segment first, by place for segments that were cut."""
        rings, face_of_ring = shapely.get_rings(faces, return_index=True)
        ring, middle, length = _segments(rings)
        line = _same_segment(middle, lines)
        unmatched = np.flatnonzero(line < 0)
        line[unmatched] = _touching(middle[unmatched], lines)
        main = np.append(lines["main"].to_numpy(dtype=bool), False)
        return cls(face=face_of_ring[ring], line=line, length_m=length, main=main[line])

    def share_of_main(self, faces: int) -> NDArray[np.float64]:
        """Share of each face's outline along main carriageways, railways and water."""
        whole = np.bincount(self.face, weights=self.length_m, minlength=faces)
        main = np.bincount(self.face, weights=self.length_m * self.main, minlength=faces)
        return np.asarray(main / np.maximum(whole, 1e-9), dtype=np.float64)

    def share_of_one_street(self, lines: gpd.GeoDataFrame, faces: int) -> NDArray[np.float64]:
        """Share of each face's outline along that main street, by name, which takes most of it."""
        named = (lines["kind"] == "street") & lines["main"] & (lines["name"].str.strip() != "")
        chosen = np.append(named.to_numpy(dtype=bool), False)[self.line]
        names = lines["name"].to_numpy(dtype=object)[self.line[chosen]]
        along = pd.Series(self.length_m[chosen]).groupby([self.face[chosen], names]).sum()
        most = along.groupby(level=0).max().reindex(range(faces), fill_value=0.0).to_numpy()
        whole = np.bincount(self.face, weights=self.length_m, minlength=faces)
        return np.asarray(most / np.maximum(whole, 1e-9), dtype=np.float64)


def street_names(sides: Sides, lines: gpd.GeoDataFrame, faces: int) -> NDArray[Any]:
    """Names of the streets around each face, longest first, joined by ';'; '' where none has a name."""
    names = lines["name"].where(lines["kind"] == "street").to_numpy(dtype=object)
    on_line = sides.line >= 0
    along = pd.DataFrame(
        {
            "face": sides.face[on_line],
            "name": pd.Series(names[sides.line[on_line]], dtype="str"),
            "length_m": sides.length_m[on_line],
        }
    )
    return names_joined(along, faces)


def names_joined(along: pd.DataFrame, faces: int) -> NDArray[Any]:
    """Return the names along each face, longest first, joined by ';'.

    Parameters
    ----------
    along
        ``face``, ``name`` and ``length_m`` of every stretch of street along a face.
    faces
        How many there are.
    """
    along = along.dropna(subset="name").assign(name=lambda rows: rows["name"].str.strip())
    total = along[along["name"] != ""].groupby(["face", "name"], as_index=False)["length_m"].sum()
    total = total[total["length_m"] >= _SHORTEST_M].assign(length_m=lambda rows: rows["length_m"].round(1))
    total = total.sort_values(["face", "length_m", "name"], ascending=[True, False, True])
    names: list[list[str]] = [[] for _ in range(faces)]
    for face, name in zip(total["face"].tolist(), total["name"].tolist(), strict=True):
        names[face].append(name)
    return np.array([";".join(of_face) for of_face in names], dtype=object)


def _segments(lines: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return line position, middle and length of every straight segment."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    joined = owner[:-1] == owner[1:] if len(owner) else np.zeros(0, dtype=bool)
    start, end = xy[:-1][joined], xy[1:][joined]
    return owner[:-1][joined], (start + end) / 2.0, np.hypot(*(end - start).T)


def _same_segment(middle: NDArray[np.float64], lines: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Noding keeps the coordinates of uncut segments to the last bit, whichever way round they run."""
    owner, of_lines, _ = _segments(lines.geometry.to_numpy())
    known = pd.DataFrame({"x": of_lines[:, 0], "y": of_lines[:, 1], "line": owner}).drop_duplicates(
        ["x", "y"]
    )
    asked = pd.DataFrame({"x": middle[:, 0], "y": middle[:, 1]})
    return asked.merge(known, on=["x", "y"], how="left")["line"].fillna(-1).to_numpy(dtype=np.int64)


def _touching(middle: NDArray[np.float64], lines: gpd.GeoDataFrame) -> NDArray[np.int64]:
    found = np.full(len(middle), -1, dtype=np.int64)
    if not len(middle) or not len(lines):
        return found
    # straight segments instead of whole lines: the same distances, and no river to walk along for every point
    xy, owner = shapely.get_coordinates(lines.geometry.to_numpy(), return_index=True)
    inner = np.flatnonzero(owner[:-1] == owner[1:])
    segments = shapely.linestrings(np.stack([xy[inner], xy[inner + 1]], axis=1))
    tree = shapely.STRtree(np.asarray(segments, dtype=object))
    asked, segment = tree.query(shapely.points(middle), predicate="dwithin", distance=_TOUCH_M)
    line = owner[inner[segment]]
    order = np.lexsort((line, asked))  # lines come in a stable order
    asked, line = asked[order], line[order]
    first = np.flatnonzero(np.append(True, asked[1:] != asked[:-1])[: len(asked)])
    found[asked[first]] = line[first]
    return found
