"""``sharemap print``: pages of a run for paper, one by one or as an atlas."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated

import typer

from sharemap.cli.options import Language, known_language, path_named

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command(name="print")(print_pages)


def print_pages(  # noqa: PLR0913  typer reads the options from the arguments
    run: Annotated[Path, typer.Argument(help="Output folder of `sharemap run`.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            parser=path_named,
            metavar="PATH",
            help="Folder for the files; 'print' in the run without it.",
        ),
    ] = None,
    *,
    pages: Annotated[
        list[str],
        typer.Option(
            "--page",
            "-p",
            help="overview, coverage:LAYER, services:N, gap, unserved, village:ID or village:RANK, map; may be repeated. The whole atlas without it.",
        ),
    ] = [],  # noqa: B006  typer copies it
    size: Annotated[str, typer.Option("--size", help="Paper: a4 or a3.")] = "a4",
    form: Annotated[str, typer.Option("--format", "-f", help="pdf or png.")] = "pdf",
    dpi: Annotated[int, typer.Option("--dpi", help="Dots an inch of a PNG, 50 to 600.")] = 200,
    lang: Language = "ko",
) -> None:
    """Print maps of a run on A4 or A3: the atlas, or single pages, as PDF or PNG."""
    from sharemap import pipeline

    how = pipeline.Printing(size=size.lower(), form=form.lower(), dpi=dpi, lang=known_language(lang))
    files = pipeline.print_pages(run, pages=tuple(pages), how=how, out=out)
    typer.echo("\n".join(str(path) for path in files))
