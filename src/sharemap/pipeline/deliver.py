"""The last stage: headline numbers, maps and the workbook, all from the same tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pyogrio.errors import DataLayerError

from sharemap import exports, maps, schema
from sharemap.errors import InputError, MissingFileError
from sharemap.findings import Run, summary_schema
from sharemap.pipeline.stages import Counts
from sharemap.pipeline.summary import summary

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.pipeline.folder import RunFolder
    from sharemap.pipeline.study import Study

__all__ = ["DELIVER", "deliver", "map_tables"]

#: Tables that the maps and the workbook show.
DELIVER = (
    "area",
    "edges",
    "sites",
    "places",
    "set_aside",
    "stops",
    "coverage_dong",
    "coverage_ward",
    "isochrones",
    "blocks",
    "villages",
    "village_places",
    "village_walks",
    "one_short",
)
#: Tables that the map shows where the run has them; runs of older versions do not.
DELIVER_IF_THERE = (
    "demand",
    "served",
    "coverage_profiles_dong",
    "coverage_profiles_ward",
    "profile_gap",
    "gaps",
    "village_loops",
    "village_services",
    "village_residents",
    "village_scores",
    "village_values",
)


def deliver(study: Study, folder: RunFolder, *, lang: str) -> Counts:
    """Write ``summary.json``, maps for screen and paper, ``villages.xlsx`` and the data dictionary."""
    told = summary(study, folder)
    tables, headline = map_tables(folder), told.to_json()
    folder.put_json("summary.json", headline)
    folder.put_json("summary.schema.json", summary_schema())
    run = Run(tables, told, lang)
    folder.put_bytes("map.html", maps.interactive(run).encode("utf-8"))
    prints = maps.Prints(run)
    folder.put_bytes("map.png", prints.page("map", size="a3", form="png"))
    folder.put_bytes("map.pdf", prints.page("map", size="a3"))
    folder.put_bytes("atlas.pdf", prints.atlas())
    folder.put_bytes("villages.xlsx", exports.workbook(run))
    exports.write_csv(schema.dictionary(), folder.new("data_dictionary.csv"))
    return Counts(len(tables), 7)


def map_tables(folder: RunFolder) -> dict[str, Any]:
    """Return the tables that maps and the workbook show, of a run of this version or an older one."""
    tables: dict[str, Any] = {name: folder.table(name) for name in DELIVER}
    tables |= {name: frame for name in DELIVER_IF_THERE if (frame := _if_there(folder, name)) is not None}
    return tables | {"background": folder.table("barriers")}


def _if_there(folder: RunFolder, name: str) -> pd.DataFrame | None:
    """Return a table, or nothing where the run was made by a version that did not write it."""
    try:
        return cast("pd.DataFrame", folder.table(name))
    except MissingFileError:
        return None
    except InputError as error:
        if isinstance(error.__cause__, DataLayerError):  # the GPKG is there, the layer is newer
            return None
        raise
