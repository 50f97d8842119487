"""A network saved and reopened: GeoParquet tables and memory-mapped kernel arrays, under a key.

The key is a hash of the extract and of everything that decides what the network looks like, so that a saved
network is never mistaken for another one. This is the one place of this room that writes to the disk.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from sharemap.errors import ExtractError, MissingFileError, OutputError
from sharemap.network.model import WalkNetwork
from sharemap.units import WalkProfile

if TYPE_CHECKING:
    from sharemap.network.rules import WalkRules

__all__ = ["key_of", "reopen", "save"]

_VERSION = 1
_TABLES = ("nodes", "edges")
_ARRAYS = ("indptr", "indices", "csr_cost_cm", "csr_edge")
_REMEDY = "delete the folder; the network is then read from the extract again"


def key_of(path: Path | str, area: gpd.GeoDataFrame | gpd.GeoSeries, **parameters: object) -> str:
    """Return the key of the network that an extract, an area and parameters make.

    Raises
    ------
    MissingFileError
        If the extract does not exist.
    """
    path = Path(path)
    if not path.is_file():
        msg = "the street extract does not exist"
        raise MissingFileError(msg, file=path, remedy="check [streets] extract in the study file")
    with path.open("rb") as file:
        hashed = hashlib.file_digest(file, "sha256")
    hashed.update(shapely.to_wkb(shapely.normalize(area.geometry.union_all())))
    hashed.update(json.dumps({"version": _VERSION, **parameters}, sort_keys=True, default=_plain).encode())
    return hashed.hexdigest()


def save(streets: WalkNetwork, folder: Path | str, *, key: str = "") -> None:
    """Write a network to a folder, all or nothing; a network that is there is replaced.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    folder = Path(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _write(streets, staging, key)
            shutil.rmtree(folder, ignore_errors=True)
            staging.rename(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        msg = f"the network cannot be saved ({error.strerror or error})"
        raise OutputError(msg, file=folder, remedy="choose another folder, or free some space") from error


def reopen(folder: Path | str, *, key: str | None = None) -> WalkNetwork:
    """Open a network that :func:`save` wrote.

    Parameters
    ----------
    folder
        Where it is.
    key
        The key it must have; ``None`` takes any.

    Raises
    ------
    MissingFileError
        If there is none, or one of another key.
    ExtractError
        If it is damaged.
    """
    folder = Path(folder)
    try:
        facts = json.loads((folder / "network.json").read_text(encoding="utf-8"))
        with ThreadPoolExecutor(len(_TABLES)) as pool:
            nodes, edges = pool.map(lambda name: gpd.read_parquet(folder / f"{name}.parquet"), _TABLES)
        # copy-on-write, because compiled code tells read-only arrays from others and would compile again
        arrays = tuple(np.load(folder / f"{name}.npy", mmap_mode="c") for name in _ARRAYS)
        streets = WalkNetwork(nodes, edges, WalkProfile(**facts["profile"]), facts["report"])
        made_from = facts["key"]
    except FileNotFoundError as error:
        msg = "there is no saved network"
        raise MissingFileError(msg, file=folder, remedy="save one with sharemap.network.save") from error
    except Exception as error:  # every reader has its own kinds of errors for a damaged file
        msg = f"the saved network is damaged ({type(error).__name__})"
        raise ExtractError(msg, file=folder, remedy=_REMEDY) from error
    if key is not None and made_from != key:
        msg = "the saved network was made from other inputs"
        raise MissingFileError(msg, file=folder, remedy=_REMEDY)
    streets.__dict__["_csr"] = arrays
    return streets


def _write(streets: WalkNetwork, folder: Path, key: str) -> None:
    for name in _TABLES:
        # coordinates as plain arrays, not WKB: opened three times as fast
        getattr(streets, name).to_parquet(
            folder / f"{name}.parquet", geometry_encoding="geoarrow", compression="lz4", index=False
        )
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(streets, name))
    facts = {"key": key, "profile": asdict(streets.profile), "report": dict(streets.report)}
    (folder / "network.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")


def _plain(value: Any) -> Any:  # noqa: ANN401  whatever a parameter is
    return asdict(value)


def parameters_of(surroundings_m: float, rules: WalkRules, profile: WalkProfile) -> dict[str, Any]:
    """Return what decides, beside extract and area, what a network looks like."""
    return {"surroundings_m": surroundings_m, "rules": asdict(rules), "profile": asdict(profile)}
