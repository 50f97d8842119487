"""Files that people and scripts read: the workbook, GeoPackage, Parquet, CSV and JSON."""

from __future__ import annotations

from sharemap.exports.files.dongs import COVERAGE, coverage_of_dongs
from sharemap.exports.files.dongs import MADE_FROM as COVERAGE_FROM
from sharemap.exports.files.formats import ENCODINGS, FORMATS, Job
from sharemap.exports.files.gis import (
    CP949,
    Lost,
    short_names,
    storable,
    write_geojson,
    write_kml,
    write_shp,
)
from sharemap.exports.files.writing import (
    guarded,
    unguarded,
    write_csv,
    write_gpkg,
    write_json,
    write_parquet,
)
from sharemap.exports.report.document import (
    Document,
    Grid,
    Heading,
    Part,
    Picture,
    Points,
    Text,
    document_html,
    document_pdf,
)
from sharemap.exports.report.sections import report
from sharemap.exports.workbook.answers import answers_workbook
from sharemap.exports.workbook.book import workbook
from sharemap.exports.workbook.template import template_workbook, write_template

__all__ = [
    "COVERAGE",
    "COVERAGE_FROM",
    "CP949",
    "ENCODINGS",
    "FORMATS",
    "Document",
    "Grid",
    "Heading",
    "Job",
    "Lost",
    "Part",
    "Picture",
    "Points",
    "Text",
    "answers_workbook",
    "coverage_of_dongs",
    "document_html",
    "document_pdf",
    "guarded",
    "report",
    "short_names",
    "storable",
    "template_workbook",
    "unguarded",
    "workbook",
    "write_csv",
    "write_geojson",
    "write_gpkg",
    "write_json",
    "write_kml",
    "write_parquet",
    "write_shp",
    "write_template",
]
