"""The door: ``sharemap`` on the command line.

Exit codes: 0 done; 1 a fault of sharemap itself; 2 wrong usage; 3 wrong input; 4 the result cannot be written;
5 a portal cannot be reached or refuses; 130 interrupted.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import signal
import sys
from contextlib import suppress
from typing import Annotated

import typer

from sharemap.cli import catalog, check, compare, export, fetch, printing, report, studies, template
from sharemap.errors import OutputError, SharemapError

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
    _listen()
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
        if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
            _close_output()
            _say(
                f"error: what is printed cannot be written ({error.strerror}) -> free some space, or print it elsewhere"
            )
            sys.exit(OutputError.exit_code)
        if logging.getLogger("sharemap").isEnabledFor(logging.DEBUG):
            raise
        _say(
            f"error: a fault of sharemap itself ({type(error).__name__}: {error}) -> please report it; --debug shows more"
        )
        sys.exit(1)


def _listen() -> None:
    """Let a polite kill and a closed terminal clean up as Ctrl-C does, and print every text in any code page."""
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no second one
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _close_output() -> None:
    """Let nobody try again, at the end of the process, to write what could not be written."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
    with suppress(OSError, ValueError, AttributeError):  # nobody listens: the exit code still tells
        sys.stderr.write(text + "\n")
