"""The command ``compare``: two runs side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sharemap.cli.options import Language, known_language, path_named
from sharemap.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.pipeline import Comparison

__all__ = ["add_to"]

RunA = Annotated[Path, typer.Argument(help="Output folder of the earlier run.", show_default=False)]
RunB = Annotated[Path, typer.Argument(help="Output folder of the later run.", show_default=False)]
OutFile = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        parser=path_named,
        metavar="PATH",
        help="Write it to this file too: .csv (candidates) or .json (all).",
    ),
]

_KO = {
    "appeared": "나타남",
    "vanished": "사라짐",
    "moved": "순위 바뀜",
    "changed": "값 바뀜",
    "same": "그대로",
}


def add_to(app: typer.Typer) -> None:
    """Add the command of this module to the command line."""
    app.command()(compare)


def compare(run_a: RunA, run_b: RunB, out: OutFile = None, lang: Language = "ko") -> None:
    """Say which village candidates appeared, vanished or moved between two runs, and why."""
    known_language(lang)
    if out is not None and out.suffix.lower() not in {".csv", ".json"}:
        msg = "write to a .csv or a .json"
        raise typer.BadParameter(msg, param_hint="--out")
    from sharemap import pipeline

    found = pipeline.compare(run_a, run_b)
    _print(found, lang)
    if out is not None:
        _write(found, out)
        typer.echo(str(out))


def _print(found: Comparison, lang: str) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    if not console.is_terminal:  # a pipe or a file has no width to keep to
        console = Console(width=200)
    table = Table(title=_counts(found.villages, lang), title_justify="left")
    heads = ("변화", "후보지", "순위", "이유") if lang == "ko" else ("change", "candidate", "rank", "why")
    for head in heads:
        table.add_column(head, overflow="fold")
    why = "why_ko" if lang == "ko" else "why_en"
    for row in found.villages.to_dict("records"):
        change = _KO[row["change"]] if lang == "ko" else str(row["change"])
        ranks = f"{_rank(row['rank_a'])} → {_rank(row['rank_b'])}"
        table.add_row(change, escape(str(row["name"])), ranks, escape(str(row[why])))
    console.print(table)
    for title, frame in (("parameters", found.parameters), ("inputs", found.inputs)):
        if len(frame):
            console.print(_differences(title, frame))
    for note in found.notes:
        console.print(escape(f"! {note}"))


def _rank(value: object) -> str:
    import pandas as pd

    return "–" if value is pd.NA else str(value)


def _counts(villages: pd.DataFrame, lang: str) -> str:
    counts = villages["change"].value_counts()
    return ", ".join(
        f"{_KO[change] if lang == 'ko' else change} {int(counts.get(change, 0))}" for change in _KO
    )


def _differences(title: str, frame: pd.DataFrame) -> object:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"different {title}", title_justify="left")
    for column in frame.columns:
        table.add_column(column, overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(escape(str(value)) for value in row))
    return table


def _write(found: Comparison, out: Path) -> None:
    from sharemap import exports

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix.lower() == ".csv":
            exports.write_csv(found.villages, out)
        else:
            out.write_text(
                json.dumps(found.document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
            )
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        msg = f"the comparison cannot be written ({error.strerror or error})"
        raise OutputError(msg, file=out, remedy="choose another file with --out") from error
