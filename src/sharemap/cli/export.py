"""``sharemap export``: the tables of a run in the formats that other programs ask for."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated

import typer

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command()(export)


def export(
    run: Annotated[Path, typer.Argument(help="Output folder of `sharemap run`.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the files; 'export' in the run without it.")
    ] = None,
    *,
    formats: Annotated[
        list[str],
        typer.Option("--format", "-f", help="gpkg, geojson, shp, kml, csv or parquet; may be repeated."),
    ] = ["gpkg"],  # noqa: B006  typer copies it
    tables: Annotated[
        list[str], typer.Option("--table", "-t", help="Only this table; may be repeated.")
    ] = [],  # noqa: B006
    encoding: Annotated[
        str, typer.Option("--encoding", help="Of CSV files: utf-8-sig or cp949.")
    ] = "utf-8-sig",
) -> None:
    """Write the tables of a run as GeoPackage with styles, GeoJSON, SHP (EPSG:5186, cp949), KML, CSV or GeoParquet."""
    from sharemap import pipeline

    done = pipeline.export(
        run, out or run / "export", formats=tuple(formats), tables=tuple(tables), encoding=encoding
    )
    typer.echo("\n".join(str(path) for path in done.files))
    if done.empty:
        typer.echo(f"no rows, so no SHP or KML: {', '.join(done.empty)}", err=True)
