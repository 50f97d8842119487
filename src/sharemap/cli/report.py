"""``sharemap report``: the report of a run, ready to attach to a proposal."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated

import typer

from sharemap.cli.options import Language, known_language, path_named

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command()(report)


def report(
    run: Annotated[Path, typer.Argument(help="Output folder of `sharemap run`.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            parser=path_named,
            metavar="PATH",
            help="Folder for the report; the run itself without it.",
        ),
    ] = None,
    lang: Language = "ko",
) -> None:
    """Write the report of a run as HTML and PDF."""
    from sharemap import pipeline

    written = pipeline.report(run, out=out, lang=known_language(lang))
    typer.echo("\n".join(str(path) for path in written))
