"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["OUT", "Language", "OutFolder", "Quiet", "StudyFile", "known_language", "path_named"]

OUT = Path("maps") / "result"

StudyFile = Annotated[
    Path | None, typer.Argument(help="Study file (TOML). Without one, the bundled sample ward.")
]


def path_named(text: str) -> Path:
    """Return a path; an empty one is no name of the current folder, but a variable of a script that is not set."""
    if not str(text).strip():
        msg = "it is empty; '.' is the current folder"
        raise typer.BadParameter(msg)
    return Path(text)


OutFolder = Annotated[
    Path,
    typer.Option(
        "--out", "-o", parser=path_named, metavar="PATH", help="Output folder; made when it is not there."
    ),
]
Language = Annotated[str, typer.Option("--lang", help="Language of what people open: ko or en.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only errors and the last lines.")]


def known_language(lang: str) -> str:
    """Return a language that outputs can be written in, or stop with a usage error."""
    if lang not in {"ko", "en"}:
        msg = f"'{lang}' is not one of: ko, en"
        raise typer.BadParameter(msg, param_hint="--lang")
    return lang
