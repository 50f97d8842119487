"""Study areas without a boundary file: a place by its name, or outlines of the OpenStreetMap extract."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from sharemap.errors import AreaError
from sharemap.sources.boundaries import area_of
from sharemap.sources.chosen import choose
from sharemap.sources.osm.elements import elements
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

    from sharemap.sources.osm.tags import TagRule

__all__ = ["read_outlines", "read_place"]

_LOG = logging.getLogger(__name__)
_SURFACE = 2  # dimensions of a polygon
_NAMES = ("name", "name:ko", "name:en", "official_name")


def read_place(place: str, *, crs: CRS | str | None = None) -> gpd.GeoDataFrame:
    """Look up a place with OSMnx (needs internet): one district, one ward.

    Returns
    -------
    Table ``area`` of the schema, as :func:`sharemap.sources.boundaries.read_area` gives it.

    Raises
    ------
    AreaError
        If there is no connection, no such place, or no outline of it.
    """
    import osmnx

    try:
        found = osmnx.geocode_to_gdf(place)
    except Exception as error:  # requests, geocoding and empty answers all end the same way for the user
        msg = f"the place cannot be looked up ({type(error).__name__})"
        remedy = "check the name and the connection, or use [area] boundaries with a file"
        raise AreaError(msg, column="[area] place", value=place, remedy=remedy) from error
    called = place.split(",", maxsplit=1)[0].strip()
    outline = shapely.union_all(found.geometry.to_numpy())
    if shapely.get_dimensions(outline) != _SURFACE:
        msg, remedy = (
            "the place has no outline",
            "name a town or district, or use [area] boundaries with a file",
        )
        raise AreaError(msg, column="[area] place", value=place, remedy=remedy)
    told = _told([("1", called)], called)
    return area_of(gpd.GeoDataFrame(told, geometry=[outline], crs=found.crs), Path(called), crs=crs)


def read_outlines(
    path: Path | str,
    rules: Sequence[TagRule],
    *,
    dongs: Sequence[str] = (),
    title: str = "",
    crs: CRS | str | None = None,
) -> gpd.GeoDataFrame:
    """Read the outlines of an extract that have some tags: one district each, one ward for all.

    Parameters
    ----------
    path
        The extract; it must hold the whole outlines.
    rules
        Conditions on tags of which one must hold, such as ``boundary=administrative & admin_level=8``.
    dongs
        Names of those that are wanted; all without it.
    title
        What all of them together are called; the name of the file when not given.
    crs
        As in :func:`sharemap.sources.boundaries.read_area`.

    Returns
    -------
    Table ``area`` of the schema; the code of a district is the kind and number of its element, such as ``r1155956``.

    Raises
    ------
    MissingFileError, ExtractError
        If the extract does not exist or is damaged.
    AreaError
        If no outline is meant, one has no name, two overlap, or a name is not there.
    """
    path = Path(path)
    listed, shapes, cut = [], [], []
    for element in elements(path, sorted({rule.key for rule in rules})):
        tag = element.tags.get
        if element.osm_id.startswith("node/") or not any(rule.holds(tag) for rule in rules):
            continue
        kind, number = element.osm_id.split("/")
        name = next((text for key in _NAMES if (text := tag(key))), "")
        if kind == "way" and not name:  # a side of an outline often has the tags of the whole
            continue
        shape = None if element.wkb is None else shapely.from_wkb(element.wkb)
        if shape is None or shapely.get_dimensions(shape) != _SURFACE:
            cut.append(name or element.osm_id)
            continue
        listed.append((kind[0] + number, name or element.osm_id))
        shapes.append(shape)
    if cut:
        said = "%s: %d outlines are not whole in the extract, or no areas, and are left out: %s"
        _LOG.warning(said, path.name, len(cut), ", ".join(cut[:5]))
    if not listed:
        msg = "no outline of the extract has these tags"
        texts = " or ".join(rule.text for rule in rules)
        raise AreaError(
            msg, file=path, column="[area] osm", value=texts, remedy="use [area] boundaries with a file"
        )
    frame = gpd.GeoDataFrame(_told(listed, title or path.name.split(".")[0]), geometry=shapes, crs=CRS_WGS84)
    return area_of(choose(frame, path, dongs=dongs), path, crs=crs)


def _told(listed: Sequence[tuple[str, str]], ward: str) -> pd.DataFrame:
    told = pd.DataFrame(listed, columns=["dong_code", "dong_name"], dtype=str)
    return told.assign(ward_code="0", ward_name=ward, province_code="", province_name="")
