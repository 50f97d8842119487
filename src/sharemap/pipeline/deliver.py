"""The last stage: headline numbers, maps and the workbook, all from the same tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap import exports, maps, schema
from sharemap.pipeline.stages import Counts
from sharemap.pipeline.summary import summary

if TYPE_CHECKING:
    from sharemap.pipeline.folder import RunFolder
    from sharemap.pipeline.study import Study

__all__ = ["DELIVER", "deliver"]

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


def deliver(study: Study, folder: RunFolder, *, lang: str) -> Counts:
    """Write ``summary.json``, ``map.html``, ``map.png``, ``map.pdf``, ``villages.xlsx`` and the data dictionary."""
    headline = summary(study, folder)
    tables: dict[str, Any] = {name: folder.table(name) for name in DELIVER}
    tables["background"] = folder.table("barriers")
    folder.put_json("summary.json", headline)
    folder.put_bytes("map.html", maps.interactive(tables, headline, lang=lang).encode("utf-8"))
    folder.put_bytes("map.png", maps.printed(tables, headline, lang=lang))
    folder.put_bytes("map.pdf", maps.printed_pdf(tables, headline, lang=lang))
    folder.put_bytes("villages.xlsx", exports.workbook(tables, headline, lang=lang))
    exports.write_csv(schema.dictionary(), folder.new("data_dictionary.csv"))
    return Counts(len(tables), 6)
