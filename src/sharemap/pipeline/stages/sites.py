"""The stage 'sites': site files to sites, places and stops; addresses to positions on the way."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pandas as pd

from sharemap import evidence, network, sites
from sharemap.findings import words
from sharemap.pipeline.stages.geocoding import geocoded
from sharemap.pipeline.stages.positions import ground_of, positions_of, put_right
from sharemap.pipeline.stages.shared import Counts, dongs_around, streets_of
from sharemap.schema import check
from sharemap.sources import sites as site_files
from sharemap.sources.answers import no_answers, read_answers
from sharemap.sources.around import Around
from sharemap.sources.tagged import Tagged, read_tagged

if TYPE_CHECKING:
    import geopandas as gpd

    from sharemap.pipeline.folder import RunFolder
    from sharemap.sources.sites import LayerRows
    from sharemap.study import Study

__all__ = ["run"]

log = logging.getLogger(__name__)


def run(study: Study, folder: RunFolder) -> Counts:
    """Read every site file, and put ``sites``, ``positions``, ``places``, ``confirmed``, ``set_aside``, ``ingest`` and ``stops``."""
    area = folder.table("area")
    near = _near(study, area)
    rows = _rows(study, near)
    rows, claims = put_right(geocoded(study, rows, area), ground_of(study, folder))
    answers = read_answers(study.file(study.evidence.answers)) if study.evidence.answers else no_answers()
    built = sites.build(
        rows,
        area,
        surroundings_m=study.surroundings_m,
        rules=study.places,
        confirmed=(*study.confirmed, *evidence.confirmed_by(answers)),
    )
    snapped = network.snap(
        streets_of(study, folder, flat=True), built.sites, max_snap_m=study.parameters.max_snap_m
    )
    stops = pd.concat([built.sites[["site_id"]], snapped], axis=1)
    folder.put(
        sites=built.sites,
        places=built.places,
        positions=positions_of(built, claims),
        ingest=built.counts,
        confirmed=_confirmed(built.confirmed),
        stops=check(stops, "stops"),
        evidence_answers=answers,
        completeness=evidence.with_known_none(
            evidence.completeness(
                built.wards,
                built.sites,
                area,
                layers=[one.layer.key for one in rows],
                catalog=study.catalog,
            ),
            evidence.none_there(answers),
        ),
    )
    folder.put_in_pieces("set_aside", built.set_aside_in_pieces())
    for row in built.counts.itertuples(index=False):
        log.info(
            "%s (%s): %d rows = %d sites + %d folded + %d set aside",
            *(row.layer, row.file, row.rows_read, row.sites, row.folded, row.set_aside),
        )
    return Counts(
        int(built.counts["rows_read"].sum()), len(built.sites), int(built.counts["set_aside"].sum())
    )


def _rows(study: Study, near: Around) -> list[LayerRows]:
    """Return the rows of every entry of ``[[sites]]``, in their order; those from OpenStreetMap are read in one pass."""
    layers = [study.catalog.layer(entry.layer) for entry in study.sites]
    wanted = {
        number: Tagged(layer=layer, rules=entry.tags_of(layer), ref_date=item.ref_date or None)
        for number, (entry, layer, item) in enumerate(
            zip(study.sites, layers, study.site_inputs, strict=True)
        )
        if entry.osm
    }
    tagged = (
        read_tagged(
            study.file(study.streets.extract),
            list(wanted.values()),
            study.catalog.openstreetmap,
            near=near,
        )
        if wanted
        else []
    )
    done = dict(zip(wanted, tagged, strict=True))
    return [
        done[number]
        if entry.osm
        else site_files.read_sites(
            study.file(entry.file),
            layer=layers[number],
            source=entry.source or None,
            ref_date=entry.ref_date or None,
            catalog=study.catalog,
            near=near,
            sheet=entry.sheet or entry.gpkg_layer or None,
            only=entry.only,
            crs=entry.crs or None,
        )
        for number, entry in enumerate(study.sites)
    ]


def _confirmed(asked: pd.DataFrame) -> pd.DataFrame:
    said = {
        f"answer_{lang}": [words(lang)[f"confirmed_{answer}"] for answer in asked["answer"]]
        for lang in ("ko", "en")
    }
    return check(asked.assign(**said), "confirmed")


def _near(study: Study, area: gpd.GeoDataFrame) -> Around:
    """Return what is near enough to matter: all of the city where a row may take the position of any other."""
    within = dongs_around(study, area) if study.geocoding.same_address else area
    return Around(within, study.surroundings_m)
