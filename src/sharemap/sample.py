"""The sample ward: a fictional ward of Seoul, so that sharemap runs with no network and no downloads.

Its files come with the package; how they are made is told in ``tools/ward`` of the source repository.
"""

from __future__ import annotations

import importlib.resources
from pathlib import Path

from sharemap.errors import MissingFileError, OutputError

__all__ = ["folder", "write"]


def folder() -> Path:
    """Where the bundled sample is: inside an installed wheel, or ``data/raw/sample`` of a checkout.

    Raises
    ------
    MissingFileError
        If it is in neither place.

    Examples
    --------
    >>> (folder() / "study.toml").is_file()
    True
    """
    installed = Path(str(importlib.resources.files("sharemap") / "_sample"))
    checkout = Path(__file__).resolve().parents[2] / "data" / "raw" / "sample"
    for candidate in (installed, checkout):
        if (candidate / "study.toml").is_file():
            return candidate
    msg = "the sample ward is not with this installation"
    raise MissingFileError(
        msg, file=installed, remedy="install sharemap again, or run a study of your own: sharemap init"
    )


def write(to: Path) -> None:
    """Write a copy of the bundled files: extract, boundaries, population, site files, and the study file.

    Parameters
    ----------
    to
        Where to; it is made when it does not exist, and files of the same names are replaced.

    Raises
    ------
    MissingFileError
        If the sample is not with this installation.
    OutputError
        If the folder cannot be written.
    """
    bundled = {path.name: path.read_bytes() for path in sorted(folder().iterdir()) if path.is_file()}
    try:
        to.mkdir(parents=True, exist_ok=True)
        for name, content in bundled.items():
            (to / name).write_bytes(content)
    except OSError as error:
        msg = "the sample cannot be written"
        raise OutputError(
            msg, file=to, value=error.strerror, remedy="choose a folder that can be written, with --out"
        ) from error
