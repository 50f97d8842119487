"""The stage 'deliver': headline numbers, maps and the workbook, all from the same tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sharemap import exports, maps, schema
from sharemap.findings import Run, summary_schema
from sharemap.pipeline.stages.shared import Counts, people_known, walkers_of
from sharemap.pipeline.summary import summary

if TYPE_CHECKING:
    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["run"]


def run(study: Study, folder: RunFolder) -> Counts:
    """Write ``summary.json``, maps for screen and paper, ``villages.xlsx``, the workbook of what to check and the data dictionary."""
    told = summary(replace(study, profiles=walkers_of(study, people_known(folder))), folder)
    done = Run(folder.told(), told, study.lang)
    before = folder.written()
    folder.put_json("summary.json", told.to_json())
    folder.put_json("summary.schema.json", summary_schema())
    folder.put_bytes("map.html", maps.interactive(done).encode("utf-8"))
    prints = maps.Prints(done)
    folder.put_bytes("map.png", prints.page("map", size="a3", form="png"))
    folder.put_bytes("map.pdf", prints.page("map", size="a3"))
    folder.put_bytes("atlas.pdf", prints.atlas())
    folder.put_bytes("villages.xlsx", exports.workbook(done))
    folder.put_bytes("evidence_answers.xlsx", exports.answers_workbook(done))
    exports.write_csv(schema.dictionary(), folder.new("data_dictionary.csv"))
    return Counts(len(done.tables), len(folder.written() - before))
