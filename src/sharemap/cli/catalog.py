"""Command ``catalog``: the shared services and the tasks of the plan, with targets and budgets."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sharemap.cli.options import Language, known_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["add_to"]

_WIDE = 200  # columns where there is no terminal to ask


def add_to(app: typer.Typer) -> None:
    """Add the command of this module to the command line."""
    app.command()(catalog)


def catalog(
    table: Annotated[
        str | None,
        typer.Argument(
            help="layers, sources, tasks, targets, budget or differences; without one, the overview."
        ),
    ] = None,
    lang: Language = "ko",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV; name a table.")] = False,
) -> None:
    """Print the shared services and the tasks of the plan, with targets, budgets and sources."""
    known_language(lang)
    from sharemap.catalog import TABLES, frame

    if table is not None and table not in TABLES:
        msg = f"'{table}' is not one of: {', '.join(TABLES)}"
        raise typer.BadParameter(msg, param_hint="TABLE")
    if as_csv and (table is None or as_json):
        msg = "name one table with --csv, and leave --json out"
        raise typer.BadParameter(msg, param_hint="--csv")
    chosen = {name: frame(name) for name in ([table] if table else TABLES)}
    if as_json:
        records = {name: _records(rows) for name, rows in chosen.items()}
        typer.echo(json.dumps(records[table] if table else records, ensure_ascii=False, indent=2))
    elif as_csv:
        typer.echo(_csv(chosen[table]), nl=False)  # type: ignore[index]  # checked above
    else:
        _print(chosen if table else {name: chosen[name] for name in _shown()}, lang)


@cache
def _shown() -> Mapping[str, Any]:
    text = resources.files("sharemap.cli").joinpath("catalog.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    import pandas as pd

    return [
        {str(name): None if pd.isna(value) else value for name, value in record.items()}
        for record in rows.astype(object).to_dict("records")
    ]


def _csv(rows: pd.DataFrame) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows.columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(_records(rows))
    return text.getvalue()


def _print(tables: Mapping[str, pd.DataFrame], lang: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDE)
    for name, rows in tables.items():
        plain = {"ko": name, "en": name, "columns": [(column, column, column) for column in rows.columns]}
        told = _shown().get(name, plain)
        heads = told["columns"]
        shown = Table(title=told[lang], title_justify="left", header_style="bold")
        for _, head_ko, head_en in heads:
            shown.add_column(head_ko if lang == "ko" else head_en, overflow="fold")
        for record in _records(rows):
            shown.add_row(*(Text(_cell(record[column.format(lang)])) for column, _, _ in heads))
        console.print(shown)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "○" if value else ""
    return f"{value:,g}" if isinstance(value, float) else str(value)
