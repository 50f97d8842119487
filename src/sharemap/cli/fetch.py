"""The command ``fetch``: what the portals publish, kept page by page under ``data/raw``."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sharemap.cli.options import Quiet, path_named
from sharemap.errors import FetchError, InputError, SharemapError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sharemap.catalog import Catalog, Layer, Source
    from sharemap.sources.portals.fetching import Fetched, Options, Progress

__all__ = ["add_to"]

_RAW = Path("data") / "raw"
_WHOLE_PORTAL = frozenset({"quota", "key", "network"})  # faults that its other services share

Layers = Annotated[list[str] | None, typer.Argument(help="Layers of the catalogue, such as bike_station.")]
RawFolder = Annotated[
    Path,
    typer.Option(
        "--out", "-o", parser=path_named, metavar="PATH", help="Where answers are kept: SOURCE/DATE/ in here."
    ),
]
OneSource = Annotated[str | None, typer.Option("--source", help="Only this source of the layers.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask nobody: check and count what is kept.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Begin anew, even if a fetch of today is kept.")]
Listing = Annotated[
    bool, typer.Option("--list", help="Show what can be fetched, with which key and licence.")
]
Endpoints = Annotated[
    list[str] | None,
    typer.Option("--endpoint", help="PORTAL=URL: ask a gateway of your institution instead of the portal."),
]


class _InterruptedError(SharemapError):
    """The user stopped a fetch; unlike other commands it keeps what is there."""

    exit_code = 130


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(fetch)


def fetch(  # noqa: PLR0913  one parameter an option
    layers: Layers = None,
    out: RawFolder = _RAW,
    *,
    source: OneSource = None,
    offline: Offline = False,
    fresh: Fresh = False,
    listing: Listing = False,
    endpoint: Endpoints = None,
    quiet: Quiet = False,
) -> None:
    """Fetch what the portals publish for some layers, and keep the answers byte for byte.

    An interrupted fetch goes on where it stopped when the command is given again. Keys come from the environment:
    SHAREMAP_SEOUL_KEY, SHAREMAP_DATA_GO_KR_KEY (not needed), SHAREMAP_ESHARE_KEY.
    """
    from sharemap.catalog import load
    from sharemap.sources.portals.fetching import Options, check_keys, fetchable

    catalog = load()
    if listing:
        typer.echo("\n".join(_listed(layers or catalog.keys, catalog)))
        return
    if not layers:
        msg = "name at least one layer, or --list"
        raise typer.BadParameter(msg, param_hint="LAYERS")
    sources = fetchable(layers, catalog, source=source)
    options = Options(root=out, fresh=fresh, endpoints=_endpoints(endpoint or ()))
    if not offline:
        check_keys(sources)
    with _reporting(quiet=quiet) as progress:
        try:
            failed = _all(sources, options, offline=offline, progress=progress)
        except KeyboardInterrupt:
            failed = [
                _InterruptedError("interrupted; whole pages are kept", remedy="give the same command again")
            ]
    if failed:
        for error in failed[:-1]:
            typer.echo(f"error: {error}", err=True)
        raise failed[-1]


def _all(
    sources: Sequence[Source], options: Options, *, offline: bool, progress: Progress
) -> list[SharemapError]:
    """Fetch source by source; one that fails does not keep the others from being fetched."""
    from sharemap.catalog.portals import services_of
    from sharemap.sources.portals import fetching

    failed: list[SharemapError] = []
    closed: dict[str, str] = {}
    for source in sources:
        portals = {service.portal for service in services_of(source)}
        if portals & set(closed):
            typer.echo(f"{source.key}: not asked for, as the portal failed before", err=True)
            continue
        try:
            done = (
                fetching.replay(source, options)
                if offline
                else fetching.fetch(source, options, progress=progress)
            )
        except FetchError as error:
            failed.append(error)
            if error.kind in _WHOLE_PORTAL:
                closed.update(dict.fromkeys(portals, error.kind))
        except InputError as error:
            if not offline:
                raise
            failed.append(error)
        else:
            typer.echo("\n".join(_told(source, done, offline=offline)))
    return failed


def _told(source: Source, done: Fetched, *, offline: bool) -> list[str]:
    manifest = done.manifest
    promised = "" if manifest.promised is None else f" of {manifest.promised:,} promised"
    if offline:
        how = f"offline: nothing was asked; kept on {manifest.finished}"
    elif done.resumed == done.pages:
        how = "kept before, nothing was asked; --fresh asks again"
    else:
        how = f"{manifest.calls} calls" + (f", {done.resumed} pages kept before" if done.resumed else "")
    return [
        f"{source.key}: {manifest.rows:,} rows{promised}, {done.pages} pages ({how})",
        *(f"  note: {note}" for note in done.notes),
        *(f"  warning: {problem['text']}" for problem in manifest.problems),
        f"  {source.credit_ko}; licence: {manifest.head.licence}",
        f'  file = "{done.folder.as_posix()}/manifest.json"',
    ]


def _listed(names: Sequence[str], catalog: Catalog) -> list[str]:
    """Return what can be fetched, one line a source."""
    from sharemap.catalog.portals import services_of

    lines = [f"{'layer':<18}{'source':<26}{'dataset':<20}key; licence"]
    for name in names:
        layer = catalog.layer(name)
        sources = [source for source in layer.sources if services_of(source)]
        lines += [_line(layer, source) for source in sources]
        if not sources:
            lines.append(f"{layer.key:<18}{'-':<26}no portal publishes it; bring a file of your own")
    return lines


def _line(layer: Layer, source: Source) -> str:
    from sharemap.catalog.portals import portals, services_of
    from sharemap.sources.portals.fetching import key_of

    keys = []
    for name in dict.fromkeys(service.portal for service in services_of(source)):
        portal = portals()[name]
        state = "set" if key_of(portal) else "not set"
        needed = ", not needed" if portal.download_url else f", from {portal.key_page}"
        keys.append(f"{portal.key} ({state}{needed}), {portal.calls_a_day:,} calls a day")
    licence = str(getattr(source, "licence", "") or "unknown")
    return f"{layer.key:<18}{source.key:<26}{source.id or '-':<20}{', '.join(keys)}; {licence}"


def _endpoints(given: Sequence[str]) -> dict[str, str]:
    from sharemap.catalog.portals import portals

    found = {}
    for text in given:
        name, _, url = text.partition("=")
        if name not in portals() or not url.startswith(("http://", "https://")):
            msg = f"write PORTAL=URL with one of {', '.join(portals())}"
            raise typer.BadParameter(msg, param_hint="--endpoint")
        found[name] = url
    return found


@contextmanager
def _reporting(*, quiet: bool) -> Iterator[Progress]:
    """Show log lines and a progress bar on a terminal, whole lines in a pipe."""
    from rich.logging import RichHandler
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, quiet=quiet)
    handler: logging.Handler = logging.StreamHandler()
    if console.is_terminal:
        handler = RichHandler(console=console, show_path=False, log_time_format="%H:%M:%S")
    handler.setLevel(logging.ERROR if quiet else logging.NOTSET)
    root = logging.getLogger("sharemap")
    root.addHandler(handler)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars = Bars(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
    tasks: dict[str, object] = {}

    def progress(name: str, rows: int, total: int | None) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(name, total=total)
        bars.update(tasks[name], completed=rows, total=total)  # type: ignore[arg-type]

    try:
        with bars:
            yield progress
    finally:
        root.removeHandler(handler)
