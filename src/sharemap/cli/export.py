"""``sharemap export``: the tables of a run in the formats that other programs ask for."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from sharemap.cli.options import path_named

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command(cls=_WithFormats)(export)


class _WithFormats(TyperCommand):
    """A command whose help names the formats that there are: they are looked up when it is asked for."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  typer carries its own click
        """Write the help."""
        from sharemap.exports import FORMATS

        for option in self.params:
            if option.name == "formats":
                option.help = f"{', '.join(FORMATS)}; may be repeated."  # type: ignore[attr-defined]
        super().format_help(ctx, formatter)


def export(
    run: Annotated[Path, typer.Argument(help="Output folder of `sharemap run`.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            parser=path_named,
            metavar="PATH",
            help="Folder for the files; 'export' in the run without it.",
        ),
    ] = None,
    *,
    formats: Annotated[list[str], typer.Option("--format", "-f", help="May be repeated.")] = ["gpkg"],  # noqa: B006  typer copies it
    tables: Annotated[
        list[str], typer.Option("--table", "-t", help="Only this table; may be repeated.")
    ] = [],  # noqa: B006
    encoding: Annotated[
        str, typer.Option("--encoding", help="Of CSV files: utf-8-sig or cp949.")
    ] = "utf-8-sig",
) -> None:
    """Write the tables of a run in the formats that other programs ask for."""
    from sharemap import pipeline

    done = pipeline.export(
        run, out or run / "export", formats=tuple(formats), tables=tuple(tables), encoding=encoding
    )
    typer.echo("\n".join(str(path) for path in done.files))
    if done.empty:
        typer.echo(f"no rows, so no SHP or KML: {', '.join(done.empty)}", err=True)
