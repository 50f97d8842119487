"""From an output folder to pages for paper: the atlas again, or one page of it, as PDF or PNG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sharemap import maps
from sharemap.errors import StudyError
from sharemap.pipeline.folder import RunFolder

__all__ = ["PRINT_FORMATS", "Printing", "print_pages"]

PRINT_FORMATS = ("pdf", "png")
_ATLAS = "atlas"
_DPI = (50, 600)


@dataclass(frozen=True, kw_only=True)
class Printing:
    """How pages are printed.

    Attributes
    ----------
    size
        ``"a4"`` or ``"a3"``.
    form
        ``"pdf"`` or ``"png"``.
    dpi
        Dots an inch of a PNG.
    lang
        ``"ko"`` or ``"en"``.

    Raises
    ------
    StudyError
        If one of them cannot be.
    """

    size: str = "a4"
    form: str = "pdf"
    dpi: int = 200
    lang: str = "ko"

    def __post_init__(self) -> None:
        choices = (("paper size", self.size, tuple(maps.PAPER_SIZES)), ("format", self.form, PRINT_FORMATS))
        for what, value, known in choices:
            if value not in known:
                msg = f"an unknown {what}"
                raise StudyError(msg, value=value, remedy=f"use one of {', '.join(known)}")
        if not _DPI[0] <= self.dpi <= _DPI[1]:
            msg = "a resolution that cannot be printed"
            raise StudyError(
                msg, column="dpi", value=self.dpi, remedy="use {} to {} dots an inch".format(*_DPI)
            )


def print_pages(
    run: Path | str,
    *,
    pages: tuple[str, ...] = (),
    how: Printing | None = None,
    out: Path | str | None = None,
) -> tuple[Path, ...]:
    """Print pages of a run, all or nothing.

    Parameters
    ----------
    run
        Output folder of a finished run.
    pages
        Keys such as ``"overview"``, ``"coverage:library"``, ``"gap"``, ``"unserved"``, ``"village:1"`` or
        ``"map"``; the whole atlas without any: one PDF, or one PNG a page.
    how
        Size, format, resolution and language.
    out
        Folder for the files; ``print`` in the run without one.

    Returns
    -------
    Paths of the files, one a page (the atlas as PDF is one file).

    Raises
    ------
    MissingFileError, InputError
        If the folder is no finished run, or one of another version of sharemap.
    StudyError
        If there is no such page; the error names those there are.
    OutputError
        If the files cannot be written; the folder is then as it was.
    """
    asked = how or Printing()
    prints = maps.Prints(RunFolder(run).finished(asked.lang))
    whole = not pages and asked.form == "pdf"
    chosen = tuple(dict.fromkeys(prints.canonical(page) for page in pages)) or prints.pages
    target = Path(out or Path(run) / "print")
    with RunFolder(target) as folder:
        if whole:
            names = [_name(_ATLAS, asked)]
            folder.put_bytes(names[0], prints.atlas(size=asked.size))
        else:
            names = [_name(page, asked) for page in chosen]
            for name, page in zip(names, chosen, strict=True):
                folder.put_bytes(name, prints.page(page, size=asked.size, form=asked.form, dpi=asked.dpi))
    return tuple(target / name for name in names)


def _name(page: str, how: Printing) -> str:
    """Return the name of a file: the page, the paper, the format, of signs that every system takes."""
    safe = re.sub(r"[^\w-]+", "_", page)
    return f"{safe}_{how.size}.{how.form}"
