"""Command ``catalog``: the shared services and the tasks of the plan, with targets and budgets."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sharemap.cli.options import Language, known_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["add_to"]

_WIDE = 200  # columns where there is no terminal to ask
_Heads = tuple[tuple[str, str, str], ...]  # column, {} for the language; Korean and English header
_YEARS: _Heads = tuple((f"budget_{year}", f"{year}", f"{year}") for year in range(2021, 2026))
_SHOWN: Mapping[str, tuple[str, str, _Heads]] = {
    "layers": (
        "공유서비스",
        "Shared services",
        (
            ("layer", "키", "layer"),
            ("symbol", "기호", "sign"),
            ("name_{}", "이름", "name"),
            ("task", "과제", "task"),
            ("group_{}", "분야", "group"),
            ("role", "역할", "role"),
            ("unit", "단위", "unit"),
            ("sources", "자료수", "sources"),
        ),
    ),
    "tasks": (
        "과제와 목표",
        "Tasks and targets",
        (
            ("task", "과제", "task"),
            ("name_{}", "이름", "name"),
            ("department", "부서", "department"),
            ("targets_{}", "목표", "targets"),
            ("stated_2021_{}", "2021 소요예산(백만원)", "2021, million won"),
            ("layers", "공유서비스", "layers"),
        ),
    ),
    "budget": (
        "예산 계획(백만원)",
        "Budget (million won)",
        (
            ("programme", "사업", "programme"),
            ("task", "과제", "task"),
            ("name_{}", "이름", "name"),
            *_YEARS,
            ("total", "계", "total"),
        ),
    ),
    "differences": (
        "계획 안에서 서로 다른 금액(백만원)",
        "Where the plan differs from itself (million won)",
        (
            ("where", "과제", "task"),
            ("year", "연도", "year"),
            ("printed", "소요예산", "its page"),
            ("found", "예산표", "budget table"),
            ("rounding", "반올림 차이", "rounding"),
        ),
    ),
}


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
        _print(chosen if table else {name: chosen[name] for name in _SHOWN}, lang)


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
        default: _Heads = tuple((column, column, column) for column in rows.columns)
        ko, en, heads = _SHOWN.get(name, (name, name, default))
        shown = Table(title=ko if lang == "ko" else en, title_justify="left", header_style="bold")
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
