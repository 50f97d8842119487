"""Command ``sites check``: explain a published file before anyone runs a study."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sharemap.cli.options import Language, known_language
from sharemap.errors import InputError

__all__ = ["TwoWordCommands", "add_to"]

_NAME = "sites check"


class TwoWordCommands(TyperGroup):
    """Commands of which some have two words: ``sites`` is the stage, ``sites check`` the look at one file."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  typer carries its own click
        """Take the first two words as one where there is such a command."""
        two = " ".join(args[:2])
        return super().resolve_command(ctx, [two, *args[2:]] if two in self.commands else args)


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(name=_NAME)(check)


def check(  # noqa: PLR0913, PLR0917  options of the command
    file: Annotated[Path, typer.Argument(help="A published file: CSV, XLSX, JSON, GeoJSON, SHP, GPKG ...")],
    layer: Annotated[
        str | None, typer.Option("--layer", help="Read it as this layer; detected when left out.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Read it as this source entry of the layer.")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="Sheet of a workbook, or layer of a map file.")
    ] = None,
    crs: Annotated[
        str | None, typer.Option("--crs", help="Coordinate system of its numbers, as EPSG:5174.")
    ] = None,
    boundaries: Annotated[
        Path | None,
        typer.Option(
            "--boundaries",
            help="Count it in the districts of this file; in a rectangle around Seoul without.",
        ),
    ] = None,
    chart: Annotated[
        Path | None, typer.Option("--map", help="Draw its sites too: FILE.html or FILE.png.")
    ] = None,
    lang: Language = "ko",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Explain a file of sites: encoding, header, layer, columns, coordinates, and what becomes of each row."""
    known_language(lang)
    from sharemap.evidence.positions import of_one_file
    from sharemap.findings.checked import check_json, explained
    from sharemap.sites.checking import check_file
    from sharemap.sources.boundaries import read_area

    try:
        area = None if boundaries is None else read_area(boundaries)
        found = check_file(file, layer=layer, source=source, sheet=sheet, crs=crs, area=area)
    except InputError as error:
        if as_json:
            typer.echo(json.dumps({"file": file.name, "error": str(error)}, ensure_ascii=False, indent=2))
        raise
    states = None
    if found.layer is not None and found.points is not None:
        states = of_one_file(found.points, layer=found.layer.key, indoors=found.layer.role == "space")
    if as_json:
        typer.echo(json.dumps(check_json(found, states), ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(explained(found, lang, states=states)))
    if found.fault is not None:
        raise found.fault
    if chart is not None:
        from sharemap.pipeline import write_map

        write_map(found, chart, lang=lang)
