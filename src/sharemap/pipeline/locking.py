"""One writer at a time: a lock on an output folder that ends with the process that holds it, however it ends."""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from sharemap.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["LOCK", "locked"]

#: The lock stays as an empty file: to remove it would let two runs in, one on the old file and one on a new one.
LOCK = ".sharemap.lock"
_HOLDER = ".sharemap.holder.json"
_MINUTE = 60


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder, so that no other run writes to it, from any process, container or host that sees it.

    The operating system holds the lock and lets go of it when the process ends, so nothing is left to be cleared away by
    hand. Who holds it stands in a file beside it, for the error only.

    Raises
    ------
    OutputError
        If another run holds the folder: on which machine, since when.
    """
    lock = FileLock(folder / LOCK, thread_local=False)
    try:
        lock.acquire(timeout=0)
        if not (folder / LOCK).exists():  # a run that failed removed it with its folder, just now
            lock.release()
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
    except Timeout as error:
        raise _held(folder) from error
    try:
        _sign(folder)
        yield
    finally:
        (folder / _HOLDER).unlink(missing_ok=True)
        lock.release()


def _sign(folder: Path) -> None:
    told = {"process": os.getpid(), "machine": platform.node(), "since": int(time.time())}
    with suppress(OSError):  # a name for an error message is not worth a run
        (folder / _HOLDER).write_text(json.dumps(told), encoding="utf-8")


def _held(folder: Path) -> OutputError:
    holder = _told(folder)
    who = "another run"
    if holder:
        minutes = max(0, int(time.time() - holder["since"])) // _MINUTE
        who += f" (process {holder['process']} on {holder['machine']}, for {minutes} minutes)"
    remedy = "wait for it or end it, or choose another folder with --out"
    return OutputError(f"{who} is writing to the folder", file=folder, remedy=remedy)


def _told(folder: Path) -> dict[str, Any]:
    """Return who holds the folder; nothing when that is not to be read, since the holder may be signing just now."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        told = json.loads((folder / _HOLDER).read_text(encoding="utf-8"))
        return {"process": int(told["process"]), "machine": str(told["machine"]), "since": int(told["since"])}
    return {}
