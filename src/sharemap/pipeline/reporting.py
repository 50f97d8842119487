"""From an output folder to the report of the study."""

from __future__ import annotations

from pathlib import Path

from sharemap import exports, maps
from sharemap.pipeline.folder import RunFolder

__all__ = ["report"]

_DPI = 150


def report(run: Path | str, *, out: Path | str | None = None, lang: str = "ko") -> tuple[Path, Path]:
    """Write the report of a run as one HTML page and as PDF.

    Parameters
    ----------
    run
        Output folder of a finished run.
    out
        Folder for ``report.html`` and ``report.pdf``; the run itself without one.
    lang
        ``"ko"`` or ``"en"``.

    Returns
    -------
    Paths of the two files.

    Raises
    ------
    MissingFileError, InputError
        If the folder is no finished run, or one of another version of sharemap.
    OutputError
        If the files cannot be written; the folder is then as it was.
    """
    source = RunFolder(run)
    told = source.finished(lang)
    picture = source.path / "map.png"
    pictures = {"map": picture.read_bytes()} if picture.is_file() else {}
    prints = maps.Prints(told)
    drawn = {key: prints.picture(key, dpi=_DPI) for key in ("gap", "unserved")}
    pictures |= {key: shown for key, shown in drawn.items() if shown is not None}
    pictures["sensitivity"] = maps.sensitivity_curve(told)
    document = exports.report(told, pictures)
    target = Path(out or run)
    with RunFolder(target) as folder:
        folder.put_bytes("report.html", exports.document_html(document).encode("utf-8"))
        folder.put_bytes("report.pdf", exports.document_pdf(document))
    return target / "report.html", target / "report.pdf"
