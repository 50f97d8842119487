"""From an output folder to the formats that other programs ask for."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from sharemap import exports
from sharemap.errors import MissingFileError, StudyError
from sharemap.pipeline.folder import RunFolder
from sharemap.schema import TABLES, dictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ENCODINGS", "FORMATS", "Exported", "export"]

log = logging.getLogger(__name__)

ENCODINGS = ("utf-8-sig", "cp949")

#: Whole networks, and tables with a row for each point where people live: exported on request only.
_LARGE = frozenset({"nodes", "edges", "barriers", "reach", "demand", "served", "stops"})
_LOST = "not_in_cp949.csv"
_PHONE = {
    "sites": ("name", ("layer", "address", "hours", "phone", "operator")),
    "places": ("name", ("address", "layers", "sites")),
    "villages": (
        "name",
        ("rank", "places", "services", "longest_walk_m", "loop_m", "residents_15min", "sentence_ko"),
    ),
    "village_places": ("name", ("role", "address", "layers")),
    "village_loops": ("village_id", ("loop_m",)),
    "one_short": ("name_a", ("name_b", "walk_m", "dong_name", "residents_15min")),
}


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export wrote.

    Attributes
    ----------
    files
        Paths of the new files, in the order of their names.
    lost
        Cells that a format could not hold as they are.
    empty
        Tables without rows, for which the format has no file.
    """

    files: tuple[Path, ...]
    lost: tuple[exports.Lost, ...]
    empty: tuple[str, ...]


@dataclass(frozen=True)
class _Job:
    """One export: the tables, where they go, and what is noted on the way."""

    tables: Mapping[str, pd.DataFrame]
    target: RunFolder
    encoding: str

    @property
    def located(self) -> dict[str, gpd.GeoDataFrame]:
        return {name: frame for name, frame in self.tables.items() if isinstance(frame, gpd.GeoDataFrame)}

    @property
    def filled(self) -> dict[str, gpd.GeoDataFrame]:
        return {name: frame for name, frame in self.located.items() if len(frame)}


def export(
    run: Path | str,
    out: Path | str,
    *,
    formats: tuple[str, ...],
    tables: tuple[str, ...] = (),
    encoding: str = "utf-8-sig",
) -> Exported:
    """Write the tables of a run in other formats, all or nothing.

    Parameters
    ----------
    run
        Output folder of a finished run.
    out
        Folder for the new files; made when it is not there.
    formats
        Keys of :data:`FORMATS`.
    tables
        Tables to write, names of the data dictionary or ``"coverage"`` (dongs with the share of each service, made
        from ``area`` and ``coverage_dong``); without any, all but the large ones (network, barriers, walks, demand).
    encoding
        Of CSV files; ``"cp949"`` for older systems, which lists what it cannot hold in ``not_in_cp949.csv``.

    Raises
    ------
    StudyError
        If a format, a table or the encoding is unknown.
    MissingFileError
        If the folder is no finished run, or lacks an asked table.
    OutputError
        If a file cannot be written; the folder is then as it was.
    """
    _known("format", formats, FORMATS)
    _known("encoding", (encoding,), ENCODINGS)
    _known("table", tables, [*TABLES, "coverage"])
    source = RunFolder(run)
    if not (source.path / "provenance.json").is_file():
        msg = "this folder is no finished run"
        raise MissingFileError(
            msg, file=source.path, remedy="name the folder that `sharemap run --out` wrote"
        )
    found = {name: _table(source, name) for name in (tables or _present(source))}
    lost: list[exports.Lost] = []
    with RunFolder(out) as target:
        job = _Job(found, target, encoding)
        for name in formats:
            lost += [replace(item, format=name) for item in FORMATS[name](job)]
        if lost:
            account = pd.DataFrame([asdict(item) for item in lost])
            exports.write_csv(account, target.new(_LOST))
            log.warning(
                "%d texts have signs or a length that a format cannot hold; %s lists them", len(lost), _LOST
            )
        files = sorted(
            path.relative_to(target.staging) for path in target.staging.rglob("*") if path.is_file()
        )
    empty = tuple(name for name in job.located if name not in job.filled)
    return Exported(files=tuple(Path(out) / file for file in files), lost=tuple(lost), empty=empty)


def _known(what: str, asked: tuple[str, ...], known: Any) -> None:  # noqa: ANN401  any collection of names
    for name in asked:
        if name not in known:
            msg = f"an unknown {what}"
            raise StudyError(msg, value=name, remedy=f"use one of {', '.join(known)}")


def _present(source: RunFolder) -> list[str]:
    names = [
        name for name, table in TABLES.items() if name not in _LARGE and (source.path / table.file).is_file()
    ]
    return ["coverage", *names] if {"area", "coverage_dong"} <= set(names) else names


def _table(source: RunFolder, name: str) -> pd.DataFrame:
    table: pd.DataFrame = _coverage(source) if name == "coverage" else source.table(name)
    return table


def _coverage(source: RunFolder) -> gpd.GeoDataFrame:
    """Dongs with residents and, for each service, the share of residents who reach it."""
    area, rows = source.table("area"), source.table("coverage_dong")
    rows = rows.loc[rows["age_band"] == "all"]
    wide = rows.pivot_table(index="dong_code", columns="key", values="share", sort=False, dropna=False)
    residents = rows.groupby("dong_code")["residents"].first()
    table = area.assign(residents=area["dong_code"].map(residents)).join(
        wide.add_prefix("share_"), on="dong_code"
    )
    return gpd.GeoDataFrame(table[[*table.columns.drop("geometry"), "geometry"]])


def _meanings(job: _Job) -> dict[str, dict[str, str]]:
    listed = dictionary().groupby("table")[["column", "meaning_ko"]]
    meanings = {
        str(name): dict(zip(rows["column"], rows["meaning_ko"], strict=True)) for name, rows in listed
    }
    shares = {"residents": "주민수", **meanings["area"]}
    if "coverage" in job.tables:
        shares |= {
            str(column): f"도달률: {str(column).removeprefix('share_')}"
            for column in job.tables["coverage"]
            if str(column).startswith("share_")
        }
    return {**meanings, "coverage": shares}


def _gpkg(job: _Job) -> list[exports.Lost]:
    exports.write_gpkg({**job.tables, "data_dictionary": dictionary()}, job.target.new("sharemap.gpkg"))
    return []


def _parquet(job: _Job) -> list[exports.Lost]:
    for name, frame in job.tables.items():
        exports.write_parquet(frame, job.target.new(f"{name}.parquet"))
    return []


def _geojson(job: _Job) -> list[exports.Lost]:
    for name, frame in job.located.items():
        exports.write_geojson(frame, job.target.new(f"{name}.geojson"))
    return []


def _shp(job: _Job) -> list[exports.Lost]:
    return exports.write_shp(
        job.filled, job.target.new("shp/field_dictionary.csv").parent, meanings=_meanings(job)
    )


def _kml(job: _Job) -> list[exports.Lost]:
    meanings = _meanings(job)
    for table, (name, details) in _PHONE.items():
        if table in job.filled:
            headings = {column: meanings[table].get(column, column) for column in details}
            exports.write_kml(job.filled[table], job.target.new(f"{table}.kml"), name=name, details=headings)
    return []


def _csv(job: _Job) -> list[exports.Lost]:
    lost: list[exports.Lost] = []
    for name, frame in job.tables.items():
        plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
        if job.encoding == exports.CP949:
            plain, gone = exports.storable(plain, name)
            lost += gone
        exports.write_csv(plain, job.target.new(f"{name}.csv"), encoding=job.encoding)
    return lost


FORMATS: Mapping[str, Callable[[_Job], list[exports.Lost]]] = MappingProxyType(
    {"gpkg": _gpkg, "geojson": _geojson, "shp": _shp, "kml": _kml, "csv": _csv, "parquet": _parquet}
)
