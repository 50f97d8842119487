"""Where an answer may lie: in Seoul, and in the ward that the address names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from sharemap.sources.coordinates import SEOUL_EXTENT
from sharemap.sources.geocoding.answers import Miss
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.addresses import Address
    from sharemap.sources.geocoding.answers import Answer

__all__ = ["Bounds"]

#: Boundary files are simplified, and entrances of houses at the border lie on the street that is the border.
TOLERANCE_M = 50.0
_SEOUL_CODE = "11"


class Bounds:
    """Refuses answers that cannot be right.

    Parameters
    ----------
    dongs
        Table ``area`` of the schema, of as many dongs as the boundary file has: a ward that is not among them is
        checked as far as that the answer does not lie in one that is. Answers are judged in its CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> from sharemap.addresses import parse
    >>> from sharemap.sources.geocoding import Answer
    >>> dongs = gpd.GeoDataFrame(
    ...     {"ward_code": ["11990"], "ward_name": ["가온구"]}, geometry=[box(955000, 1950000, 956000, 1951000)], crs=5179)
    >>> there = Answer(x=957000, y=1950500, by="kakao", confidence="medium", match="")
    >>> Bounds(dongs).refusal(there, parse("가온구 한울로 1")).reason
    'geocoding_refused'
    """

    def __init__(self, dongs: gpd.GeoDataFrame) -> None:
        from pyproj import Transformer

        self.crs = dongs.crs
        self._to_wgs84 = Transformer.from_crs(dongs.crs, CRS_WGS84, always_xy=True)
        seoul = dongs.loc[dongs["ward_code"].str.startswith(_SEOUL_CODE)]
        self.wards = {
            str(name): shapely.union_all(shapes.geometry.to_numpy())
            for name, shapes in seoul.groupby("ward_name")
        }
        for ward in self.wards.values():
            shapely.prepare(ward)

    def refusal(self, answer: Answer, address: Address) -> Miss | None:
        """Return why an answer is refused, or None when it may stand."""
        if not self._in_seoul(answer):
            return self._refused(answer, "서울 밖 outside Seoul")
        point = shapely.Point(answer.x, answer.y)
        stated = self.wards.get(address.ward)
        if stated is not None:
            fits = shapely.dwithin(stated, point, TOLERANCE_M)
            return None if fits else self._refused(answer, f"{address.ward} 밖 outside the ward")
        if not address.ward:
            return None
        for name, ward in self.wards.items():
            if ward.contains(point) and ward.boundary.distance(point) > TOLERANCE_M:
                return self._refused(answer, f"{name} 안 inside another ward")
        return None

    def _in_seoul(self, answer: Answer) -> bool:
        lon, lat = self._to_wgs84.transform(answer.x, answer.y)
        west, south, east, north = SEOUL_EXTENT
        return bool(west <= lon <= east and south <= lat <= north)

    @staticmethod
    def _refused(answer: Answer, why: str) -> Miss:
        return Miss(reason="geocoding_refused", value=f"{answer.by}: {answer.match} ({why})")
