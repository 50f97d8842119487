"""The door: ``sharemap`` on the command line.

Exit codes: 0 done; 1 a fault of sharemap itself; 2 wrong usage; 3 wrong input; 4 the result cannot be written;
130 interrupted.
"""

from __future__ import annotations

import logging
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from sharemap.errors import OutputError, SharemapError

if TYPE_CHECKING:
    from sharemap.pipeline import Study

__all__ = ["app", "main"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Who reaches a city's shared services on foot, and where sharing villages can stand.",
    epilog="Exit codes: 0 done, 2 wrong usage, 3 wrong input, 4 the result cannot be written, 1 a fault of sharemap.",
)

_INTERRUPTED = 130
_OUT = Path("maps") / "result"

StudyFile = Annotated[
    Path | None, typer.Argument(help="Study file (TOML). Without one, the bundled sample ward.")
]
OutFolder = Annotated[Path, typer.Option("--out", "-o", help="Output folder; made when it is not there.")]
Language = Annotated[str, typer.Option("--lang", help="Language of what people open: ko or en.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only errors and the last lines.")]


def main() -> None:
    """Run the command line and turn errors into one line and an exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill cleans up as Ctrl-C does
    try:
        app()
    except SharemapError as error:
        _say(f"error: {error}")
        sys.exit(error.exit_code)
    except SystemExit as stop:
        if stop.code == _INTERRUPTED:  # typer turns an interrupt into this
            _say("interrupted; nothing was written")
        raise
    except MemoryError:
        _say("error: not enough memory -> choose a smaller area, or close other programs")
        sys.exit(1)
    except Exception as error:
        if logging.getLogger("sharemap").isEnabledFor(logging.DEBUG):
            raise
        _say(
            f"error: a fault of sharemap itself ({type(error).__name__}: {error}) -> please report it; --debug shows more"
        )
        sys.exit(1)


def _print_version(asked: bool) -> None:  # noqa: FBT001  typer calls it with the flag
    if asked:
        from sharemap import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Log everything, and show tracebacks.")] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    logging.getLogger("sharemap").setLevel(logging.DEBUG if debug else logging.INFO)


@app.command()
def run(
    study: StudyFile = None, out: OutFolder = _OUT, lang: Language = "ko", *, quiet: Quiet = False
) -> None:
    """Analyse a study from input files to maps, workbook and village candidates."""
    from sharemap.pipeline import STAGES

    result = _run(study, out, tuple(STAGES), lang=lang, quiet=quiet)
    _headline(result, out)


@app.command()
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


@app.command()
def sample(out: OutFolder = Path("data") / "raw" / "sample") -> None:
    """Write the fictional sample ward: its streets, people and site files, defects included."""
    from sharemap.sample import write

    try:
        write(out)
    except OSError as error:
        if isinstance(error, SharemapError):
            raise
        msg = f"the sample cannot be written ({error.strerror})"
        raise OutputError(msg, file=out, remedy="choose another folder with --out") from error
    typer.echo(f"{out}: run it with `sharemap run {out / 'study.toml'} --out result`")


def _stage_command(name: str, title: str) -> None:
    def command(
        study: StudyFile = None, out: OutFolder = _OUT, lang: Language = "ko", *, quiet: Quiet = False
    ) -> None:
        _run(study, out, (name,), lang=lang, quiet=quiet)

    command.__doc__ = f"Stage: {title}. Reads what earlier stages left in --out, and writes there."
    app.command(name=name)(command)


for _name, _title in {
    "network": "study area and walking network",
    "sites": "sites and places",
    "reach": "walks from every site",
    "isochrones": "isochrones by layer",
    "coverage": "residents and who is served",
    "villages": "blocks and village candidates",
    "deliver": "maps, workbook and headline numbers",
}.items():
    _stage_command(_name, _title)


def _run(study: Path | None, out: Path, stages: tuple[str, ...], *, lang: str, quiet: bool) -> dict[str, Any]:
    if lang not in {"ko", "en"}:
        msg = f"'{lang}' is not one of: ko, en"
        raise typer.BadParameter(msg, param_hint="--lang")
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
        asked = pipeline.read_study(study) if study else _sample_study()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(
            *columns, console=console, transient=True, disable=quiet or not console.is_terminal
        ) as progress:
            task = progress.add_task(asked.title, total=len(stages))

            def before(name: str) -> None:
                progress.update(task, description=pipeline.STAGES[name], completed=stages.index(name))

            return pipeline.run(asked, out, only=stages, lang=lang, before=before)
    finally:
        root.removeHandler(handler)


def _sample_study() -> Study:
    from sharemap import pipeline
    from sharemap.sample import folder

    return pipeline.read_study(folder() / "study.toml")


def _headline(result: dict[str, Any], out: Path) -> None:
    """Print the headline numbers and the paths to open."""
    walk = f"{result['profile']} {result['speed_kmh']:g} km/h, {result['cutoff_min']:g} min = {result['cutoff_m']:,.0f} m"
    rows, found = result["rows"], result["villages"]
    promise = result["all_groups"]
    everything = (
        f"{promise['covered']:,} ({_percent(promise['share'])})"
        if promise
        else f"cannot be judged: no data for {', '.join(result['groups_without_data'])}"
    )
    lines = [
        ("study", result["title"]),
        ("walk", walk),
        ("residents", f"{result['residents']:,}"),
        *(
            (f"  {group['name_en'].lower()}", f"{group['covered']:,} ({_percent(group['share'])})")
            for group in result["groups"]
        ),
        ("  all four groups", everything),
        (
            "rows read",
            f"{rows['rows_read']:,} = {rows['sites']:,} sites + {rows['folded']:,} folded + {rows['set_aside']:,} set aside",
        ),
        ("villages", f"{found['count']} candidates, {found['one_short']} pairs one short"),
        ("open", out / "map.html"),
        ("", out / "villages.xlsx"),
        ("", out / "map.png"),
        ("numbers", out / "summary.json"),
    ]
    typer.echo("\n".join(f"{label:<18}{value}" for label, value in lines))


def _percent(share: float | None) -> str:
    return "no residents" if share is None else f"{100 * share:.1f} %"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
