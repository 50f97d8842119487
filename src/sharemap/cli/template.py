"""Command ``template``: the workbook in which a ward enters what no portal publishes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sharemap.cli.options import path_named
from sharemap.errors import OutputError, StudyError

if TYPE_CHECKING:
    from sharemap.catalog import Layer

__all__ = ["add_to"]

_SUFFIX = ".xlsx"


def add_to(app: typer.Typer) -> None:
    """Add the command of this module to the command line."""
    app.command()(template)


def template(
    layer: Annotated[str | None, typer.Argument(help="Layer: its key or its Korean name.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            parser=path_named,
            metavar="PATH",
            help="File to write; LAYER_template.xlsx without it.",
        ),
    ] = None,
    study: Annotated[
        Path | None, typer.Option("--study", help="Study file whose own layers are known too.")
    ] = None,
    *,
    list_: Annotated[bool, typer.Option("--list", help="Name the layers that have a template.")] = False,
) -> None:
    """Write the workbook in which a ward enters the places of a layer; every command takes it back."""
    layers = _layers(study)
    if list_:
        typer.echo("\n".join(f"{one.key:<18}{one.name_ko} ({one.name_en})" for one in layers))
        return
    if layer is None:
        msg = "name a layer, or ask for --list"
        raise typer.BadParameter(msg, param_hint="LAYER")
    _write(_chosen(layer, layers), out)


def _layers(study: Path | None) -> list[Layer]:
    from sharemap import catalog

    known = catalog.load()
    if study is not None:
        from sharemap import pipeline

        known = pipeline.read_study(study, only=()).catalog
    return [*(one for one in known if one.points), catalog.idle_space()]


def _chosen(name: str, layers: list[Layer]) -> Layer:
    from sharemap import catalog

    for one in layers:
        if name in (one.key, one.name_ko):
            return one
    if name in catalog.load().keys:
        catalog.template(catalog.layer(name))  # it has no places: says so
    msg = "no template for such a layer"
    raise StudyError(
        msg, column="layer", value=name, remedy=f"use one of {', '.join(one.key for one in layers)}"
    )


def _write(layer: Layer, out: Path | None) -> None:
    from sharemap import catalog, exports

    path = out or Path(f"{layer.key}_template{_SUFFIX}")
    if path.suffix.lower() != _SUFFIX:
        msg = f"a template is a workbook; the file must end with {_SUFFIX}"
        raise OutputError(msg, file=path, remedy=f"write --out {path.stem}{_SUFFIX}")
    if path.exists():  # it may be filled in already
        msg = "there is a file already"
        raise OutputError(msg, file=path, remedy="choose another name with --out, or move it away")
    form = catalog.template(layer)
    exports.write_template(form, path)
    typer.echo(f"{path}: {form.title_ko}")
    if layer.key != catalog.idle_space().key:
        typer.echo("fill it in, then name it in the study file:")
        typer.echo(f'[[sites]]\nlayer = "{layer.key}"\nfile = {json.dumps(path.name, ensure_ascii=False)}')
