"""The folder of a fetch: ``data/raw/<source>/<date>/`` with its pages and ``manifest.json``.

Each page is put in place whole, then the manifest; so whenever a fetch stops, the folder says what it holds and the
next one goes on from there. A finished folder is never written to again.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from sharemap.errors import OutputError, SharemapError, SiteFileError
from sharemap.sources.portals.manifest import (
    NAME,
    KeptPage,
    Manifest,
    Origin,
    Part,
    read_manifest,
    read_page,
    sha256,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sharemap.sources.portals.replies import Asked
    from sharemap.sources.portals.series import Series

__all__ = ["Store", "latest_run", "now", "open_store"]

_SEOUL = timezone(timedelta(hours=9))
_LOCK = ".lock"


class Store:
    """The pages of one fetch.

    Parameters
    ----------
    folder
        Where they are; made with the first page.
    manifest
        What is known of them.

    Attributes
    ----------
    resumed
        Pages that were there already.
    notes
        What happened to kept pages: one sentence each.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.resumed = 0
        self.notes: list[str] = []

    def part(self, series: Series) -> Part:
        """Return the part of a series, with the pages that are kept if they were asked for in the same way."""
        for part in self.manifest.parts:
            if part.name == series.name:
                if part.request == series.signature:
                    return part
                self.notes.append(f"{series.name}: the request has changed, so its pages are asked for again")
                self.manifest.parts.remove(part)
                break
        part = Part(
            name=series.name,
            role=series.role,
            request=series.signature,
            page_size=series.size,
            headers=dict(series.headers),
            join=series.join,
        )
        self.manifest.parts.append(part)
        return part

    def kept(self, part: Part, number: int) -> bytes | None:
        """Return a page that is kept and whole, else None; a damaged one is forgotten."""
        page = part.page(number)
        if page is None:
            return None
        try:
            data = read_page(self.folder, page)
        except SiteFileError as error:
            part.pages.remove(page)
            part.ended = ""
            self.notes.append(f"{page.file}: {error.problem}, so it is asked for again")
            return None
        self.resumed += 1
        return data

    def keep(self, part: Part, number: int, asked: Asked) -> None:
        """Put a page in place, and then the manifest."""
        page = KeptPage(
            page=number,
            file=f"{part.name}_{self.manifest.run}_{number:04d}.json",
            time=now(),
            sha256=sha256(asked.body),
            bytes=len(asked.body),
            rows=len(asked.page.records),
            total=asked.page.total,
            masked=asked.masked,
        )
        part.pages = sorted(
            [*(old for old in part.pages if old.page != number), page], key=lambda one: one.page
        )
        self._put(page.file, asked.body)
        self.save()

    def save(self) -> None:
        """Write the manifest."""
        self._put(NAME, self.manifest.to_json())

    def _put(self, name: str, data: bytes) -> None:
        target, staged = self.folder / name, self.folder / f".{name}.partial"
        with _writing(target):
            self.folder.mkdir(parents=True, exist_ok=True)
            with staged.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            staged.replace(target)


@contextmanager
def open_store(root: Path, head: Origin, *, fresh: bool = False) -> Iterator[Store]:
    """Open the folder of a fetch: an unfinished one goes on, one that was finished today stays, else a new one.

    Parameters
    ----------
    root
        The folder of all sources.
    head
        The source.
    fresh
        Begin a new folder in any case.

    Raises
    ------
    OutputError
        If the folder cannot be written to, or another fetch is at work in it.
    """
    home = root / head.source
    with _locked(home):
        found = None if fresh else latest_run(home)
        today = datetime.now(_SEOUL).date().isoformat()
        manifest = None
        if found is not None:
            manifest = read_manifest(found / NAME)
            if manifest.state == "complete" and not manifest.run.startswith(today):
                manifest = None
        if manifest is None or found is None:
            found = _free(home, today)
            manifest = Manifest(head=head, run=found.name, started=now())
        store = Store(found, manifest)
        if manifest.state == "partial" and manifest.parts and not manifest.run.startswith(today):
            store.notes.append(f"this goes on with the fetch of {manifest.run}; --fresh begins anew")
        yield store


def latest_run(home: Path) -> Path | None:
    """Return the latest folder of a source, None if there is none."""
    runs = [path for path in home.glob(f"*/{NAME}") if path.is_file()]
    return max(runs, key=_age).parent if runs else None


def now() -> str:
    """Return the time in Seoul, ISO 8601."""
    return datetime.now(UTC).astimezone(_SEOUL).isoformat(timespec="seconds")


def _age(path: Path) -> tuple[str, str]:
    return read_manifest(path).started, path.parent.name


def _free(home: Path, today: str) -> Path:
    number = 1
    while (folder := home / (today if number == 1 else f"{today}-{number}")) and (folder / NAME).exists():
        number += 1
    return folder


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    lock = home / _LOCK
    made = [folder for folder in (home, *home.parents) if not folder.exists()]
    with _writing(home):
        home.mkdir(parents=True, exist_ok=True)
        if lock.exists() and not _is_held(lock):
            lock.unlink(missing_ok=True)
        free = True
        try:
            with lock.open("x", encoding="ascii") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            free = False
    if not free:
        msg = "another fetch is writing to the folder"
        raise OutputError(msg, file=home, remedy=f"wait for it, or remove {_LOCK} if there is none")
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        _remove_empty(made)


def _is_held(lock: Path) -> bool:
    text = lock.read_text(encoding="ascii", errors="replace").strip()
    if os.name != "posix" or not text.isdigit() or int(text) == os.getpid():
        return os.name != "posix"  # elsewhere nobody can ask without harm whether a process runs
    try:
        os.kill(int(text), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:  # a fetch that got nothing leaves nothing
        try:
            folder.rmdir()
        except OSError:
            return


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, SharemapError):
            raise
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        msg = f"the answer cannot be kept ({error.strerror or error})"
        remedy = "free some space" if full else "choose a folder that you may write to with --out"
        raise OutputError(msg, file=file, remedy=remedy) from error
