"""Moving finished files into an output folder: at any moment, also after a kill, all old ones or all new ones.

The folder is in one of three states, and the state stands on the disk:

- *old*: no list of files is there; what is staged is worth nothing;
- *being put in place*: the list (:data:`LIST`) names the staging folder and every file that is moved. For each of them what stood
  there is moved aside first, then the new one is moved in;
- *new*: the list is gone again, all files are in.

Whoever finds a list finds a run that was ended while it moved files, and takes every step back. Each step and its way back
is one renaming, and a file that has been put back looks as if it had never been touched, so a way back that is ended too is
simply walked again.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sharemap.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LIST", "is_being_placed", "place", "take_back"]

#: The list of files that are being put in place; while it is there the folder is no finished run.
LIST = ".placing.json"
_OLD = ".old"  # inside the staging folder: what stood there before, until all is in place


def place(staging: Path, target: Path) -> None:
    """Move all files of a staging folder into a folder on the same disk; put everything back when one cannot be moved.

    Parameters
    ----------
    staging
        A folder inside of `target`.
    target
        The folder; other files in it are left alone.

    Raises
    ------
    OutputError
        If a file cannot be moved; the folder is then as it was.
    """
    files = sorted(path.relative_to(staging) for path in staging.rglob("*") if path.is_file())
    at = Path(LIST)
    try:
        _begin(staging, target, files)
        for at in files:
            _move_in(staging, target, at)
        _end(target)
    except OSError as error:
        take_back(target)
        msg = f"the result cannot be put in place ({error.strerror or error})"
        remedy = "close it in other programs, or choose another folder with --out; the folder is as it was"
        raise OutputError(msg, file=target / at, remedy=remedy) from error
    except BaseException:  # an interrupt
        take_back(target)
        raise


def is_being_placed(target: Path) -> bool:
    """Return whether files are being moved into a folder, or were when a run was ended."""
    return (target / LIST).is_file()


def take_back(target: Path) -> None:
    """Put a folder back as it was before files were moved into it; nothing to do where none are.

    Raises
    ------
    OutputError
        If the list is damaged or a file cannot be moved; the list then stays, and so does every old file.
    """
    if not is_being_placed(target):
        return
    try:
        told = json.loads((target / LIST).read_text(encoding="utf-8"))
        staging = target / Path(told["staging"]).name
        for file in told["files"]:
            _move_out(staging, target, Path(file))
        _end(target)
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"a run was ended while it put files in place, and they cannot be put back ({error})"
        remedy = "close them in other programs and run the command again, or choose another folder with --out"
        raise OutputError(msg, file=target, remedy=remedy) from error


def _begin(staging: Path, target: Path, files: Iterable[Path]) -> None:
    """Write the list, whole or not at all, and only when all that it names is on the disk."""
    names = [file.as_posix() for file in files]
    for name in names:
        _to_disk(staging / name)
    draft = staging.with_name(f"{staging.name}{LIST}")
    draft.write_text(json.dumps({"staging": staging.name, "files": names}), encoding="utf-8")
    _to_disk(draft)
    draft.replace(target / LIST)
    _to_disk(target)


def _end(target: Path) -> None:
    _to_disk(target)
    (target / LIST).unlink()


def _move_in(staging: Path, target: Path, file: Path) -> None:
    new, old, there = staging / file, staging / _OLD / file, target / file
    there.parent.mkdir(parents=True, exist_ok=True)
    if there.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(there))
    if os.path.lexists(there):
        old.parent.mkdir(parents=True, exist_ok=True)
        there.replace(old)
    new.replace(there)


def _move_out(staging: Path, target: Path, file: Path) -> None:
    new, old, there = staging / file, staging / _OLD / file, target / file
    if not os.path.lexists(new):  # it is in
        there.replace(new)
    if os.path.lexists(old):
        there.parent.mkdir(parents=True, exist_ok=True)
        old.replace(there)


def _to_disk(path: Path) -> None:
    """Have a file, or the names in a folder, written to the disk, so that a power cut finds what a kill would find."""
    if os.name != "posix" and path.is_dir():  # only there a folder can be opened
        return
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # file systems that know no such thing as writing a folder
            raise
    finally:
        os.close(handle)
