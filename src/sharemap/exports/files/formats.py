"""The formats that other programs ask for.

A new one is a function here that writes the tables of a :class:`Job`, and its line in :data:`FORMATS`: the command
line, its help and the tests take it from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from sharemap.exports.files.dongs import COVERAGE, headings
from sharemap.exports.files.gis import CP949, Lost, storable, write_geojson, write_kml, write_shp
from sharemap.exports.files.writing import write_csv, write_gpkg, write_parquet
from sharemap.schema import TABLES, dictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["ENCODINGS", "FORMATS", "Job"]

ENCODINGS = ("utf-8-sig", CP949)


@dataclass(frozen=True)
class Job:
    """One export: the tables, where a file of a name goes, and the encoding of texts."""

    tables: Mapping[str, pd.DataFrame]
    new: Callable[[str], Path]
    encoding: str

    @property
    def located(self) -> dict[str, gpd.GeoDataFrame]:
        """The tables with a geometry."""
        return {name: frame for name, frame in self.tables.items() if isinstance(frame, gpd.GeoDataFrame)}

    @property
    def filled(self) -> dict[str, gpd.GeoDataFrame]:
        """Those of them that have rows."""
        return {name: frame for name, frame in self.located.items() if len(frame)}

    @property
    def empty(self) -> tuple[str, ...]:
        """Those of them that have none."""
        return tuple(name for name in self.located if name not in self.filled)

    @property
    def headings(self) -> dict[str, dict[str, str]]:
        """What the columns of each table are called in Korean."""
        told = {name: table.headings("ko") for name, table in TABLES.items()}
        return told | ({COVERAGE: headings(self.tables[COVERAGE])} if COVERAGE in self.tables else {})


def _gpkg(job: Job) -> list[Lost]:
    write_gpkg({**job.tables, "data_dictionary": dictionary()}, job.new("sharemap.gpkg"))
    return []


def _parquet(job: Job) -> list[Lost]:
    for name, frame in job.tables.items():
        write_parquet(frame, job.new(f"{name}.parquet"))
    return []


def _geojson(job: Job) -> list[Lost]:
    for name, frame in job.located.items():
        write_geojson(frame, job.new(f"{name}.geojson"))
    return []


def _shp(job: Job) -> list[Lost]:
    return write_shp(job.filled, job.new("shp/field_dictionary.csv").parent, meanings=job.headings)


def _kml(job: Job) -> list[Lost]:
    for table in TABLES.values():
        if table.phone is not None and table.name in job.filled:
            headings = {column: table.headings("ko")[column] for column in table.phone.details}
            file = job.new(f"{table.name}.kml")
            write_kml(job.filled[table.name], file, name=table.phone.name, details=headings)
    return []


def _csv(job: Job) -> list[Lost]:
    lost: list[Lost] = []
    for name, frame in job.tables.items():
        plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
        if job.encoding == CP949:
            plain, gone = storable(plain, name)
            lost += gone
        write_csv(plain, job.new(f"{name}.csv"), encoding=job.encoding)
    return lost


#: Format -> function that writes tables in it, and returns the texts that it cannot hold as they are.
FORMATS: Mapping[str, Callable[[Job], list[Lost]]] = MappingProxyType(
    {"gpkg": _gpkg, "geojson": _geojson, "shp": _shp, "kml": _kml, "csv": _csv, "parquet": _parquet}
)
