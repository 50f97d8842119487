"""The output folder: written beside itself first, then put in place, so that nobody ever sees half of it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import geopandas as gpd
import pandas as pd

from sharemap import exports
from sharemap.errors import InputError, MissingFileError, OutputError, SharemapError
from sharemap.findings import Run, Summary
from sharemap.pipeline.locking import LOCK, locked
from sharemap.pipeline.moving import is_being_placed, place, take_back
from sharemap.schema import FORMAT, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

__all__ = ["RunFolder"]

_MARKER = "provenance.json"
_STAGING = ".partial-"
_DIGITS = 16


class RunFolder:
    """Reads the tables of an output folder and writes new ones, all or nothing.

    Use as a context manager: what is written goes to a staging folder on the same disk, and is moved into place
    when the block ends without an error. Files of other people in the folder are left alone.

    Parameters
    ----------
    path
        The output folder; made when it is not there.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._staging: Path | None = None
        self._cache: dict[str, pd.DataFrame] = {}
        self._dirs: tuple[Path, ...] = ()
        self._lock = ExitStack()

    def __enter__(self) -> Self:
        with _writing(self.path):
            missing = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
            self._dirs = tuple(missing)
            if self.path.exists() and not self.path.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(self.path))
            self.path.mkdir(parents=True, exist_ok=True)
            with ExitStack() as opened:
                opened.enter_context(locked(self.path))
                self._sweep()
                self._staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self.path))
                self._lock = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                place(self.staging, self.path)
        finally:
            self._discard(failed=error is not None)
        if isinstance(error, OSError) and not isinstance(error, SharemapError):
            raise _output_error(self.path, error) from error

    @property
    def staging(self) -> Path:
        """The folder to write to."""
        if self._staging is None:
            msg = "the output folder is not open"
            raise RuntimeError(msg)
        return self._staging

    def table(self, name: str) -> Any:  # noqa: ANN401  DataFrame or GeoDataFrame
        """Return a table: as just written, or from the folder.

        Raises
        ------
        MissingFileError
            If no stage has written it yet.
        InputError
            If the file is damaged.
        """
        if name not in self._cache:
            self._cache[name] = self._load(name)
        return self._cache[name]

    def put(self, **tables: pd.DataFrame) -> None:
        """Write tables to their files; tables of one GPKG go together."""
        self._cache.update(tables)
        layered: dict[str, dict[str, pd.DataFrame]] = {}
        for name, frame in tables.items():
            file = TABLES[name].file
            if file.endswith(".gpkg"):
                layered.setdefault(file, {})[name] = frame
            elif file.endswith(".csv"):
                exports.write_csv(frame, self.new(file))
            else:
                exports.write_parquet(frame, self.new(file))
        for file, layers in layered.items():
            exports.write_gpkg(layers, self.new(file))

    def put_in_pieces(self, name: str, pieces: Iterator[pd.DataFrame]) -> None:
        """Write a CSV table that may not fit into memory; whoever asks for it later gets it from its file."""
        self._cache.pop(name, None)
        file = self.new(TABLES[name].file)
        exports.write_csv(pd.DataFrame(columns=TABLES[name].names), file)
        for piece in pieces:
            exports.write_csv(piece, file, append=True)

    def put_json(self, file: str, content: Mapping[str, Any]) -> None:
        """Write a JSON document."""
        exports.write_json(content, self.new(file))

    def put_bytes(self, file: str, content: bytes) -> None:
        """Write a file as it is."""
        with _writing(self.path / file):
            self.new(file).write_bytes(content)

    def json(self, file: str) -> dict[str, Any]:
        """Return a JSON document of the folder, an empty one where there is none.

        Raises
        ------
        InputError
            If the file is damaged.
        """
        found = self._found(file)
        if found is None:
            return {}
        try:
            return dict(json.loads(found.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            msg = f"the file is damaged ({type(error).__name__})"
            raise InputError(msg, file=found, remedy="make the folder anew with `sharemap run`") from error

    def check_finished(self, *files: str) -> None:
        """Refuse a folder that is no finished run, or one of another version of sharemap.

        Parameters
        ----------
        files
            What must be there beside the account of the run.

        Raises
        ------
        MissingFileError
            If the folder is no finished run.
        InputError
            If it has another format, or none, as those of earlier versions have.
        """
        if is_being_placed(self.path):
            with _writing(self.path), locked(self.path):
                take_back(self.path)
        for name in (_MARKER, *files):
            if not (self.path / name).is_file():
                msg = f"this folder is no finished run ({name} is not there)"
                remedy = "name the folder that `sharemap run --out` wrote"
                raise MissingFileError(msg, file=self.path, remedy=remedy)
        made = self.json(_MARKER).get("format")
        if made != FORMAT:
            msg = f"the folder is a run of another version of sharemap, of format {made or 'none'} and not {FORMAT}"
            raise InputError(msg, file=self.path, remedy="make it anew with `sharemap run`")

    def check_of_one_study(self, *files: str) -> None:
        """Refuse a folder that is no finished run, or in which stages of another study or of other parameters are left.

        Raises
        ------
        MissingFileError, InputError
            As :meth:`check_finished`, and when what people open would be told from two studies.
        """
        self.check_finished(*files)
        stale = list(self.json(_MARKER).get("stale_stages", {}))
        if stale:
            msg = "stages in the folder are of another study, or of this one with other inputs or parameters"
            remedy = f"run `sharemap run` or `sharemap {stale[0]}` with that --out again"
            raise InputError(msg, file=self.path, value=stale, remedy=remedy)

    def finished(self, lang: str = "ko") -> Run:
        """Return a finished run, to be told in a language.

        Raises
        ------
        MissingFileError, InputError
            As :meth:`check_of_one_study`.
        """
        self.check_of_one_study("summary.json")
        summary = Summary.from_json(self.json("summary.json"), file=self.path / "summary.json")
        return Run(self.told(), summary, lang)

    def told(self) -> dict[str, Any]:
        """Return the tables that maps, workbook and report read."""
        return {
            name: self.table(name)
            for name, table in TABLES.items()
            if table.told and not (table.optional and not self.has(table.file))
        }

    def has(self, file: str) -> bool:
        """Return whether a file is there, just written or from before."""
        return self._found(file) is not None

    def written(self) -> frozenset[str]:
        """Return the files that have been written and are not in place yet."""
        new = (path.relative_to(self.staging) for path in self.staging.rglob("*") if path.is_file())
        return frozenset(path.as_posix() for path in new)

    def digest(self, file: str) -> str:
        """Return a hash of the content of a file, empty where there is none."""
        found = self._found(file)
        if found is None:
            return ""
        with found.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()[:_DIGITS]

    def new(self, file: str) -> Path:
        """Return where to write a file, with its folder made."""
        target = self.staging / file
        with _writing(self.path / file):
            target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _found(self, file: str) -> Path | None:
        folders = (self._staging, self.path)
        return next((at / file for at in folders if at is not None and (at / file).is_file()), None)

    def _load(self, name: str) -> pd.DataFrame:
        file = self._found(TABLES[name].file)
        if file is None:
            msg = f"the table '{name}' is not there yet"
            remedy = f"run `sharemap {TABLES[name].stage}` with the same --out first"
            raise MissingFileError(msg, file=self.path / TABLES[name].file, remedy=remedy)
        try:
            return _read(file, name)
        except Exception as error:  # every reader has its own kinds of errors for a damaged file
            msg = f"the file is damaged ({type(error).__name__})"
            raise InputError(msg, file=file, remedy=f"run `sharemap {TABLES[name].stage}` again") from error

    def _sweep(self) -> None:
        """Put back what a killed run was moving, and remove what killed runs left behind; the lock is held."""
        take_back(self.path)
        for left in self.path.glob(f"{_STAGING}*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def _discard(self, *, failed: bool) -> None:
        if not is_being_placed(self.path):  # else the old files are in it
            shutil.rmtree(self.staging, ignore_errors=True)
        self._staging = None
        self._lock.close()
        if not failed:
            return
        if self._dirs and [item.name for item in self.path.iterdir()] == [LOCK]:
            (self.path / LOCK).unlink(missing_ok=True)
        for folder in self._dirs:  # folders that we made and that are still empty
            try:
                folder.rmdir()
            except OSError:
                break


def _read(file: Path, name: str) -> pd.DataFrame:
    if file.suffix == ".gpkg":
        return gpd.read_file(file, layer=name, engine="pyogrio")
    if file.suffix == ".csv":
        text = {column.name: str for column in TABLES[name].columns if column.kind == "text"}
        # a place may be called "NA"
        frame = pd.read_csv(file, dtype=text, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
        return frame.assign(**{column: exports.unguarded(frame[column]) for column in text})
    return gpd.read_parquet(file) if TABLES[name].spatial else pd.read_parquet(file)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, SharemapError):
            raise
        raise _output_error(file, error) from error


def _output_error(file: Path, error: OSError) -> OutputError:
    remedies = {
        errno.ENOSPC: "free some space, or choose a folder on another disk with --out",
        errno.EDQUOT: "free some space, or choose a folder on another disk with --out",
        errno.EACCES: "choose a folder that you may write to with --out",
        errno.EPERM: "choose a folder that you may write to with --out",
        errno.EROFS: "choose a folder that you may write to with --out",
        errno.ENOTDIR: "that path is a file; choose a folder with --out",
        errno.EEXIST: "that path is a file; choose a folder with --out",
    }
    code = error.errno if error.errno is not None else -1
    msg = f"the result cannot be written ({error.strerror or error})"
    return OutputError(msg, file=file, remedy=remedies.get(code, "choose another folder with --out"))
