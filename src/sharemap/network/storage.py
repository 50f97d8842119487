"""A network saved and reopened: GeoParquet tables and memory-mapped kernel arrays, under a key.

The key is a hash of the extract and of everything that decides what the network looks like, so that a saved
network is never mistaken for another one. This is the one place of this room that writes to the disk.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sharemap.crs import read_crs
from sharemap.errors import ExtractError, MissingFileError, OutputError
from sharemap.network.model import WalkNetwork
from sharemap.units import WalkProfile

if TYPE_CHECKING:
    from pyproj import CRS

    from sharemap.network.rules import WalkRules

__all__ = ["key_of", "reopen", "save"]

_VERSION = 5
_TABLES = ("nodes", "edges")
_CSR = ("indptr", "indices", "csr_cost_cm", "csr_edge")
_EDGES = ("edge_u", "edge_v", "edge_length_cm", "edge_cost_cm", "edge_ends_only")
_SLOPES = "slopes.parquet"
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
    hashed.update(area.crs.to_wkt().encode())
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

    Arrays are mapped at once; the tables with their geometry are read when ``nodes`` or ``edges`` is first used.

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
        made_from, profile, report = facts["key"], WalkProfile(**facts["profile"]), dict(facts["report"])
        crs = read_crs(facts["crs"])
        for name, digest in facts["sha256"].items():
            _compare(folder / name, digest)
        # copy-on-write, because compiled code tells read-only arrays from others and would compile again
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="c") for name in (*_CSR, *_EDGES)}
        slopes = pd.read_parquet(folder / _SLOPES) if _SLOPES in facts["sha256"] else None
    except FileNotFoundError as error:
        msg = "there is no saved network"
        raise MissingFileError(msg, file=folder, remedy="save one with sharemap.network.save") from error
    except Exception as error:  # every reader has its own kinds of errors for a damaged file
        raise _damaged(folder, error) from error
    if key is not None and made_from != key:
        msg = "the saved network was made from other inputs"
        raise MissingFileError(msg, file=folder, remedy=_REMEDY)
    return SavedNetwork.opened(folder, arrays, crs=crs, profile=profile, report=report, slopes=slopes)


class SavedNetwork(WalkNetwork):
    """A network whose tables are read when somebody asks for them: walks need its arrays only.

    It was checked when it was saved, and its files are compared with their checksums when it is reopened.
    """

    @classmethod
    def opened(cls, folder: Path, arrays: dict[str, Any], **facts: Any) -> SavedNetwork:  # noqa: ANN401  fields
        """Return the network of a folder whose arrays are open, with its other fields."""
        streets = object.__new__(cls)
        csr = tuple(arrays[name] for name in _CSR)
        edges = {name: arrays[name] for name in _EDGES}
        streets.__dict__.update(_folder=folder, _csr=csr, _crs=facts.pop("crs"), **edges, **facts)
        return streets

    @property
    def crs(self) -> CRS:
        """The projected CRS in metres that nodes and edges are in."""
        crs: CRS = self.__dict__["_crs"]
        return crs

    @cached_property
    def nodes(self) -> gpd.GeoDataFrame:
        """Table ``nodes``."""
        return _read_table(self.__dict__["_folder"], "nodes")

    @cached_property
    def edges(self) -> gpd.GeoDataFrame:
        """Table ``edges``."""
        return _read_table(self.__dict__["_folder"], "edges")

    def __reduce__(self) -> tuple[Any, ...]:
        """Go into other processes as a whole: the folder may be gone there."""
        return WalkNetwork, (self.nodes, self.edges, self.profile, dict(self.report), self.slopes)


def _read_table(folder: Path, name: str) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(folder / f"{name}.parquet")
    except FileNotFoundError as error:
        msg = "a table of the saved network is gone"
        raise MissingFileError(msg, file=folder / f"{name}.parquet", remedy=_REMEDY) from error
    except Exception as error:  # the same as when it is reopened
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> ExtractError:
    return ExtractError(f"the saved network is damaged ({type(error).__name__})", file=folder, remedy=_REMEDY)


def _compare(path: Path, digest: str) -> None:
    if _sha256(path) != digest:
        msg = f"{path.name} is not as it was saved"
        raise ValueError(msg)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(streets: WalkNetwork, folder: Path, key: str) -> None:
    for name in _TABLES:
        # coordinates as plain arrays, not WKB: opened three times as fast
        getattr(streets, name).to_parquet(
            folder / f"{name}.parquet", geometry_encoding="geoarrow", compression="lz4", index=False
        )
    for name in (*_CSR, *_EDGES):
        np.save(folder / f"{name}.npy", getattr(streets, name))
    if streets.slopes is not None:
        streets.slopes.to_parquet(folder / _SLOPES)
    facts = {
        "key": key,
        "crs": streets.crs.to_wkt(),
        "profile": asdict(streets.profile),
        "report": dict(streets.report),
        "sha256": {path.name: _sha256(path) for path in sorted(folder.iterdir())},
    }
    (folder / "network.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")


def _plain(value: Any) -> Any:  # noqa: ANN401  whatever a parameter is
    return asdict(value)


def parameters_of(surroundings_m: float, rules: WalkRules, profile: WalkProfile) -> dict[str, Any]:
    """Return what decides, beside extract and area, what a network looks like."""
    return {"surroundings_m": surroundings_m, "rules": asdict(rules), "profile": asdict(profile)}
