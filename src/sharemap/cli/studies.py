"""Commands that analyse a study: ``run``, one a stage, ``init`` and ``sample``."""

from __future__ import annotations

import logging
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sharemap.cli.options import OUT, Language, OutFolder, Quiet, StudyFile, known_language
from sharemap.errors import OutputError
from sharemap.schema import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings import Summary
    from sharemap.pipeline import Study

__all__ = ["add_to"]

_MOST_WARNINGS = 20

Anew = Annotated[bool, typer.Option("--anew", help="Make also what could be kept as it is.")]
AllowIncomplete = Annotated[
    bool,
    typer.Option(
        "--allow-incomplete", help="Go on with gross gaps of the input, and say so in every output."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    for command in (run, init, sample):
        app.command()(command)
    for stage in STAGES.values():
        _add_stage(app, stage.name, stage.title)


def run(  # noqa: PLR0913  what the command asks
    study: StudyFile = None,
    out: OutFolder = OUT,
    lang: Language = "ko",
    *,
    anew: Anew = False,
    allow_incomplete: AllowIncomplete = False,
    quiet: Quiet = False,
) -> None:
    """Analyse a study from input files to maps, workbook and village candidates."""
    how = {"anew": anew, "allow_incomplete": allow_incomplete}
    result = run_stages(study, out, tuple(STAGES), lang=lang, quiet=quiet, how=how)
    if result is not None:
        _headline(result, out)


def init(path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("study.toml")) -> None:
    """Write a commented starter study."""
    from sharemap.pipeline import starter

    if path.exists():
        msg = "there is a file already"
        raise OutputError(msg, file=path, remedy="choose another name, or move it away")
    try:
        path.write_text(starter(), encoding="utf-8")
    except OSError as error:
        msg = f"the study cannot be written ({error.strerror})"
        raise OutputError(msg, file=path, remedy="choose another folder") from error
    typer.echo(f"{path}: edit it, then run `sharemap run {shlex.quote(str(path))} --out result`")


def sample(out: OutFolder = Path("data") / "raw" / "sample") -> None:
    """Write a copy of the fictional sample ward: its streets, people and site files, defects included."""
    from sharemap.sample import write

    write(out)
    typer.echo(f"{out}: run it with `sharemap run {out / 'study.toml'} --out result`")


def _add_stage(app: typer.Typer, name: str, title: str) -> None:
    def command(  # noqa: PLR0913  what the command asks
        study: StudyFile = None,
        out: OutFolder = OUT,
        lang: Language = "ko",
        *,
        anew: Anew = False,
        allow_incomplete: AllowIncomplete = False,
        quiet: Quiet = False,
    ) -> None:
        how = {"anew": anew, "allow_incomplete": allow_incomplete}
        run_stages(study, out, (name,), lang=lang, quiet=quiet, how=how)

    command.__doc__ = f"Stage: {title}. Reads what earlier stages left in --out, and writes there."
    app.command(name=name)(command)


def run_stages(  # noqa: PLR0913  what the commands ask
    study: Path | None, out: Path, stages: tuple[str, ...], *, lang: str, quiet: bool, how: Mapping[str, bool]
) -> Summary | None:
    known_language(lang)
    from rich.logging import RichHandler
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from sharemap import pipeline

    console = Console(stderr=True, quiet=quiet)
    # in a pipe or a log file lines must stay whole
    handler: logging.Handler = logging.StreamHandler()
    if console.is_terminal:
        handler = RichHandler(
            console=console, show_path=False, omit_repeated_times=False, log_time_format="%H:%M:%S"
        )
    handler.setLevel(logging.ERROR if quiet else logging.NOTSET)
    root = logging.getLogger("sharemap")
    root.addHandler(handler)
    try:
        asked = pipeline.read_study(study, only=stages) if study else _sample_study()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(
            *columns, console=console, transient=True, disable=quiet or not console.is_terminal
        ) as progress:
            task = progress.add_task(asked.title, total=len(stages))

            def before(name: str) -> None:
                progress.update(task, description=STAGES[name].title, completed=stages.index(name))

            return pipeline.run(asked, out, only=stages, lang=lang, before=before, **how)
    finally:
        root.removeHandler(handler)


def _sample_study() -> Study:
    from sharemap import pipeline
    from sharemap.sample import folder

    return pipeline.read_study(folder() / "study.toml")


def _headline(told: Summary, out: Path) -> None:
    """Print the headline numbers and the paths to open."""
    from sharemap.findings import Run, parts, percent, whole

    run, rows, found = Run({}, told, "en"), told.rows, told.villages
    served = {run.named(group).lower(): group for group in told.groups} | {"all four groups": told.all_groups}
    served = {} if run.uncounted else served
    unknown = f"cannot be judged: no data for {', '.join(told.groups_without_data)}"
    account = (
        f"{whole(rows.rows_read)} = {whole(rows.sites)} sites + {whole(rows.folded)} folded"
        f" + {whole(rows.set_aside)} set aside"
    )
    nobody_knows = parts(told.residents, 0.0, told.residents_without_street or 0.0).unknown
    paced = told.own_pace.all_groups
    if paced is not None:
        served["by own pace"] = paced
    lines = [
        ("study", told.title),
        ("walk", run.say["walking_is"].format(**run.conditions)),
        ("residents", run.uncounted or whole(told.residents)),
        *(
            (
                f"  {name}",
                f"{whole(one.covered)} ({percent(one.share, none='no residents')})" if one else unknown,
            )
            for name, one in served.items()
        ),
        *([("  unknown", f"{nobody_knows}, no street near home")] if run.unknown else []),
        *([("evidence", run.evidence)] if run.evidence else []),
        *(
            (name, text)
            for name, text in (
                ("  interval", run.interval),
                ("  in parts", run.parts(told.all_groups)),
                ("  no data", run.no_data_wards),
            )
            if text
        ),
        ("rows read", account),
        ("", run.data_age),
        (
            "villages",
            f"{found.count} candidates, {found.to_check} to check, {found.one_short} pairs one short",
        ),
        *((name, text) for name, text in (("  by chance", run.chance),) if text),
        ("open", out / "map.html"),
        ("", out / "villages.xlsx"),
        ("", out / "atlas.pdf"),
        ("numbers", out / "summary.json"),
        *((run.warned if at == 0 else "", text) for at, text in enumerate(run.some_warnings(_MOST_WARNINGS))),
    ]
    typer.echo("\n".join(f"{label:<18}{value}" for label, value in lines))
