"""The door: ``sharemap`` on the command line.

Exit codes: 0 done; 1 a fault of sharemap itself; 2 wrong usage; 3 wrong input; 4 the result cannot be written;
5 a portal cannot be reached or refuses; 130 interrupted.
"""

from __future__ import annotations

import logging
import signal
import sys
from typing import Annotated

import typer

from sharemap.cli import catalog, check, compare, export, fetch, printing, report, studies, template
from sharemap.errors import SharemapError

__all__ = ["app", "main"]

app = typer.Typer(
    cls=check.TwoWordCommands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Who reaches a city's shared services on foot, and where sharing villages can stand.",
    epilog="Exit codes: 0 done, 2 wrong usage, 3 wrong input, 4 the result cannot be written, 5 a portal fails, 1 a fault of sharemap.",
)

_INTERRUPTED = 130


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


for commands in (studies, check, compare, export, report, printing, catalog, template, fetch):
    commands.add_to(app)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
