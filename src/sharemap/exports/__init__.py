"""Files that people and scripts read: the workbook, GeoPackage, Parquet, CSV and JSON."""

from __future__ import annotations

from sharemap.exports._files import guarded, unguarded, write_csv, write_gpkg, write_json, write_parquet
from sharemap.exports._template import template_workbook, write_template
from sharemap.exports._workbook import workbook

__all__ = [
    "guarded",
    "template_workbook",
    "unguarded",
    "workbook",
    "write_csv",
    "write_gpkg",
    "write_json",
    "write_parquet",
    "write_template",
]
