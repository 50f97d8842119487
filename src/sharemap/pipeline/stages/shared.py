"""What the stages share: how they report, and tables of the folder as objects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sharemap import coverage, evidence
from sharemap.catalog import GROUPS
from sharemap.network import WalkNetwork
from sharemap.sources import boundaries, named_areas
from sharemap.sources.osm.tags import tag_rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import geopandas as gpd
    import pandas as pd

    from sharemap.pipeline.folder import RunFolder
    from sharemap.schema import PeopleKnown
    from sharemap.study import Study
    from sharemap.units import WalkProfile

__all__ = [
    "Counts",
    "area_of",
    "by_layer",
    "dongs_around",
    "people_known",
    "services_of",
    "stops_by_layer",
    "streets_of",
    "walkers_of",
]


@dataclass(frozen=True)
class Counts:
    """What a stage did, for its log line."""

    rows_in: int
    rows_out: int
    set_aside: int = 0


def dongs_around(study: Study, area: gpd.GeoDataFrame, wards: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """Return the districts that are known around a study area, all or those of some wards; of a place only itself."""
    if not study.area.boundaries:
        return area
    return boundaries.read_dongs(
        study.file(study.area.boundaries), crs=area.crs, wards=wards, columns=study.area.columns
    )


def streets_of(study: Study, folder: RunFolder, *, flat: bool = False) -> WalkNetwork:
    """Return the network of the folder, priced for the profile of the study.

    With an elevation raster it is priced on slopes, unless it is asked for `flat`: slopes are there from the stage
    'reach' on, and decide nothing about where points meet the street.
    """
    report = MappingProxyType(folder.json("network/report.json"))
    slopes = folder.table("slopes") if study.elevation.raster and not flat else None
    streets = WalkNetwork(folder.table("nodes"), folder.table("edges"), study.profile, report)
    return streets.with_profile(study.profile, slopes)


def area_of(study: Study) -> gpd.GeoDataFrame:
    """Return the study area (schema ``area``): of a boundary file, of a place that is looked up, or of outlines in the extract."""
    asked, crs = study.area, study.area.crs or None
    if asked.place:
        return named_areas.read_place(asked.place, crs=crs)
    if asked.osm:
        extract = study.file(study.streets.extract)
        return named_areas.read_outlines(
            extract, tag_rules(asked.osm), dongs=asked.dongs, title=asked.name, crs=crs
        )
    return boundaries.read_area(
        study.file(asked.boundaries), wards=asked.wards, dongs=asked.dongs, crs=crs, columns=asked.columns
    )


def people_known(folder: RunFolder) -> PeopleKnown:
    """Return what the study of the folder knows of its residents."""
    known: PeopleKnown = folder.json("population.json")["people"]
    return known


def walkers_of(study: Study, known: PeopleKnown) -> tuple[WalkProfile, ...]:
    """Return the walkers of a study; where no age is known, one who tells of an age is about everybody, which is assumed."""
    if known == "ages":
        return study.profiles
    return tuple(replace(one, age_band="all") for one in study.profiles)


def stops_by_layer(study: Study, folder: RunFolder) -> dict[str, pd.DataFrame]:
    """Return the stops of each layer that has sites, in the order of the catalogue."""
    layer_of_site = folder.table("sites").set_index("site_id")["layer"]
    return by_layer(folder.table("stops"), layer_of_site, study.catalog.keys)


def by_layer(
    stops: pd.DataFrame, layer_of_site: pd.Series[Any], layers: Iterable[str]
) -> dict[str, pd.DataFrame]:
    """Return the stops of each layer that has any, in the order of the layers."""
    layer = layer_of_site.reindex(stops["site_id"]).to_numpy()
    found = set(layer)
    return {key: stops.loc[layer == key].reset_index(drop=True) for key in layers if key in found}


def services_of(
    study: Study, without_data: frozenset[str] = frozenset(), completeness: pd.DataFrame | None = None
) -> coverage.Services:
    """Return the layers of which the study has data, by group of the plan; with the wards of which their files tell nothing."""
    given = {entry.layer for entry in study.sites} - without_data
    layers = {layer.key: layer for layer in study.catalog if layer.key in given}
    return coverage.Services(
        layers={key: layer.group for key, layer in layers.items()},
        groups=GROUPS,
        names={key: layer.name_ko for key, layer in layers.items()},
        no_data=_untold(completeness, layers) if completeness is not None else frozenset(),
    )


def _untold(completeness: pd.DataFrame, layers: Collection[str]) -> frozenset[tuple[str, str]]:
    rows = completeness.loc[
        completeness["status"].isin(evidence.UNKNOWN) & completeness["layer"].isin(layers)
    ]
    return frozenset(zip(rows["layer"], rows["ward_code"], strict=True))
