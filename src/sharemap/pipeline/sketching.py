"""A small map of the sites that a checked file holds."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sharemap import maps
from sharemap.errors import OutputError
from sharemap.findings.checked import explained

if TYPE_CHECKING:
    from sharemap.sites.checking import Check

__all__ = ["write_map"]

_MAPS = {".html": "html", ".htm": "html", ".png": "png"}


def write_map(check: Check, path: Path, *, lang: str = "ko") -> None:
    """Write a small map of the sites that the file holds, as a page of its own (``.html``) or a picture (``.png``).

    Raises
    ------
    OutputError
        If there is no site to draw, the name ends with neither, or the file cannot be written.
    """
    kind = _MAPS.get(path.suffix.lower())
    if kind is None:
        msg = "a map is a page or a picture"
        raise OutputError(msg, file=path, remedy="end its name with .html or .png")
    if check.points is None or check.points.empty:
        msg = "no row has a position, so there is nothing to draw"
        raise OutputError(msg, file=path, remedy="leave --map out")
    title = (
        f"{check.file} · {check.layer.name_ko if lang == 'ko' else check.layer.name_en}"
        if check.layer
        else ""
    )
    if kind == "png":
        content = maps.points_picture(check.points, title=title, lang=lang)
    else:
        lines = explained(check, lang)
        content = maps.points_page(check.points, title=title, lines=lines, lang=lang).encode("utf-8")
    _put(path, content)


def _put(path: Path, content: bytes) -> None:
    """Write beside the file first, so that nobody ever sees half of it."""
    try:
        handle, name = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        msg = f"the map cannot be written ({error.strerror})"
        raise OutputError(msg, file=path, remedy="choose another name with --map") from error
