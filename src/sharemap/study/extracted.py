"""What a study takes from the extract of its streets: sites, and the study area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.errors import StudyError
from sharemap.study.parts import StreetsInput

if TYPE_CHECKING:
    from pathlib import Path

    from sharemap.catalog import Layer
    from sharemap.study.parts import AreaInput, SitesInput

__all__ = ["area_source", "refuse_area", "refuse_sites", "site_source"]

_FROM_OSM = StreetsInput().printed_licence


def area_source(area: AreaInput, streets: StreetsInput) -> tuple[str, str, str]:
    """Return what the area comes from, with its date and licence: those of the extract where it is read from there."""
    if area.osm:
        return streets.extract, area.ref_date or streets.ref_date, area.licence or streets.printed_licence
    return area.boundaries or area.place, area.ref_date, area.licence or (_FROM_OSM if area.place else "")


def site_source(entry: SitesInput, streets: StreetsInput) -> tuple[str, str, str]:
    """Return the file of an entry of ``[[sites]]``, its date and licence: those of the extract where it is read from there."""
    if entry.osm:
        return streets.extract, entry.ref_date or streets.ref_date, entry.licence or streets.printed_licence
    return entry.file, entry.ref_date, entry.licence


def refuse_area(area: AreaInput, streets: StreetsInput, path: Path) -> None:
    """Refuse an area from the extract where there is none.

    Raises
    ------
    StudyError
        Names the key.
    """
    if area.osm and not streets.extract:
        msg = "an area from OpenStreetMap without an extract"
        remedy = 'add [streets] extract = "city.osm.pbf": it is read from it'
        raise StudyError(msg, file=path, column="[area] osm", value=list(area.osm), remedy=remedy)


def refuse_sites(entry: SitesInput, layer: Layer, streets: StreetsInput, path: Path) -> None:
    """Refuse sites from the extract where there is none, and tags that nobody knows or can read.

    Raises
    ------
    StudyError
        Names the layer, or the tags.
    """
    try:
        tags = entry.tags_of(layer)
    except StudyError as error:
        error.file = str(path)
        raise
    if tags and not streets.extract:
        msg = "sites from OpenStreetMap without an extract"
        remedy = 'add [streets] extract = "city.osm.pbf": they are read from it'
        raise StudyError(msg, file=path, column="osm", value=layer.key, remedy=remedy)
