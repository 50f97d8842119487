"""What a run was made from: inputs with their hashes, parameters and versions."""

from __future__ import annotations

import dataclasses
import hashlib
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sharemap import __version__
from sharemap.pipeline.summary import generated_at
from sharemap.schema import FORMAT

if TYPE_CHECKING:
    from pathlib import Path

    from sharemap.study import Study

__all__ = ["inputs_of", "provenance", "versions"]

_LIBRARIES = (
    "geopandas",
    "matplotlib",
    "momepy",
    "networkx",
    "numba",
    "numpy",
    "osmium",
    "osmnx",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "rasterio",
    "scipy",
    "shapely",
    "xlsxwriter",
)
_SHP_PARTS = (".dbf", ".shx", ".prj", ".cpg")


def provenance(study: Study, stages: dict[str, Any], *, crs: str) -> dict[str, Any]:
    """Return the content of ``provenance.json``; `crs` is the one in which everything was measured."""
    return {
        "format": FORMAT,
        "sharemap": __version__,
        "generated": generated_at().isoformat(timespec="seconds"),
        "study": {"file": study.path.name, "sha256": _sha256(study.path), "title": study.title},
        "crs": crs,
        "inputs": inputs_of(study),
        "parameters": {
            **dataclasses.asdict(study.parameters),
            "cutoff_min": study.parameters.cutoff_min,
            "cutoff_m": study.cutoff_m,
            "profile": dataclasses.asdict(study.profile),
            "geocoding": dataclasses.asdict(study.geocoding),
            "profiles": [dataclasses.asdict(profile) for profile in study.profiles],
            "walk_rules": dataclasses.asdict(study.streets.rules),
            "places": dataclasses.asdict(study.places),
            "villages": dataclasses.asdict(study.villages),
            "village_weights": dataclasses.asdict(study.village_weights),
        },
        "stages": stages,
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that decide results."""
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}


def inputs_of(study: Study) -> list[dict[str, Any]]:
    """Return the input files of a study: role, name, size, sha256, date and licence."""
    return [
        {
            "role": item.role,
            "file": str(
                part.relative_to(study.path.parent) if part.is_relative_to(study.path.parent) else part.name
            ),
            "bytes": part.stat().st_size,
            "sha256": _sha256(part),
            "ref_date": item.ref_date,
            "licence": item.licence,
        }
        for item in study.inputs
        if item.is_file and study.file(item.file).is_file()  # what no stage has read need not be there
        for part in _parts(study.file(item.file))
    ]


def _parts(path: Path) -> list[Path]:
    """Return a file and, for a shapefile, the files that belong to it."""
    if path.suffix.lower() != ".shp":
        return [path]
    return [path, *(part for part in map(path.with_suffix, _SHP_PARTS) if part.is_file())]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
