"""A source of the catalogue, from the portal into its folder; or, offline, from its folder alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sharemap import __version__
from sharemap.catalog import Catalog, Source, normalised_header
from sharemap.catalog.portals import Portal, Service, portals, services_of
from sharemap.errors import FetchError, InputError, MissingFileError
from sharemap.sources.asking import Asking, Key, Transport, key_in
from sharemap.sources.portals import series as ask_for
from sharemap.sources.portals.kept import read_kept
from sharemap.sources.portals.manifest import NAME, Manifest, Origin, read_manifest
from sharemap.sources.portals.paging import Paging
from sharemap.sources.portals.replies import read_reply
from sharemap.sources.portals.store import Store, latest_run, now, open_store

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sharemap.sources.portals.series import Door

__all__ = ["Fetched", "Options", "check_keys", "fetch", "fetchable", "key_of", "replay"]

_KEYLESS = frozenset({"national"})  # the portal's own download button needs no key
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to fetch.

    Attributes
    ----------
    root
        The folder of all sources, ``data/raw``.
    fresh
        Begin anew, whatever is kept.
    endpoints
        Portal -> address, for a gateway of one's own institution or a test server.
    environ
        Where the keys are; the environment if not given.
    transport
        The way to the outside.
    """

    root: Path
    fresh: bool = False
    endpoints: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] | None = field(default=None, repr=False)
    transport: Transport = field(default_factory=Transport)


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What is kept of a source now.

    Attributes
    ----------
    source
        Key of the source.
    folder
        Where it is kept.
    manifest
        What is known of it.
    resumed
        Pages that were there already.
    notes
        What happened to kept pages.
    """

    source: str
    folder: Path
    manifest: Manifest
    resumed: int = 0
    notes: tuple[str, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages are kept."""
        return sum(len(part.pages) for part in self.manifest.parts)


def fetchable(layers: Sequence[str], catalog: Catalog, *, source: str | None = None) -> list[Source]:
    """Return the sources of some layers that a portal can be asked for, each once.

    Raises
    ------
    StudyError
        If there is no such layer or source.
    InputError
        If no portal publishes a layer, or the source.
    """
    found: dict[str, Source] = {}
    for name in layers:
        layer = catalog.layer(name)
        entries = [entry for entry in layer.sources if services_of(entry) and source in {None, entry.key}]
        if source is not None and not entries and len(layers) == 1:
            layer.source(source)
        if not entries and source is None:
            msg = "no portal publishes this layer"
            raise InputError(
                msg, value=name, remedy="bring a file of your own; `sharemap fetch --list` shows the rest"
            )
        found.update((entry.key, entry) for entry in entries)
    if not found:
        msg = "no portal publishes this source"
        raise InputError(msg, value=source, remedy="`sharemap fetch --list` shows what can be fetched")
    return list(found.values())


def key_of(portal: Portal, environ: Mapping[str, str] | None = None) -> Key | None:
    """Return the user's key for a portal, see :func:`sharemap.sources.asking.key_in`."""
    return key_in(portal.key, page=portal.key_page, environ=environ)


def check_keys(sources: Sequence[Source], environ: Mapping[str, str] | None = None) -> None:
    """Refuse to begin when a key is missing that one of the sources needs.

    Raises
    ------
    InputError
        If a key is missing, or is none; names the environment variable, never its value.
    """
    needed = dict.fromkeys(service.portal for source in sources for service in services_of(source))
    missing = [name for name in needed if key_of(portals()[name], environ) is None and name not in _KEYLESS]
    if missing:
        waiting = ", ".join(
            source.key
            for source in sources
            if any(service.portal in missing for service in services_of(source))
        )
        pages = ", ".join(f"{portals()[name].key} (from {portals()[name].key_page})" for name in missing)
        msg = f"a key is missing for {waiting}"
        raise InputError(
            msg, remedy=f"set the environment variable {pages}, or choose another source with --source"
        )


def fetch(source: Source, options: Options, *, progress: Progress | None = None) -> Fetched:
    """Fetch a source, or what is missing of it, into its folder.

    Parameters
    ----------
    source
        A source with services.
    options
        Where and how.
    progress
        Called after each page with the name of the service, the rows so far and the rows promised.

    Raises
    ------
    InputError
        If a key is missing.
    QuotaError, FetchError
        If a portal refuses, fails or cannot be reached; what was received is kept.
    OutputError
        If an answer cannot be kept.
    """
    check_keys([source], options.environ)
    opened: AbstractContextManager[Store] = open_store(options.root, _head(source), fresh=options.fresh)
    with opened as store, options.transport:
        manifest = store.manifest
        if manifest.state == "complete" and _is_whole(store):
            return _fetched(source, store)
        asking = Asking(options.transport, read_reply)
        paging = Paging(asking, store, progress)
        try:
            for service in services_of(source):
                _fetch_service(source, service, paging, options, manifest)
            _report_fields(source, store)
            manifest.state, manifest.finished = "complete", now()
        finally:
            manifest.calls += asking.calls
            if store.folder.exists():
                store.save()
        return _fetched(source, store)


def replay(source: Source, options: Options) -> Fetched:
    """Check and return what is kept of a source, without asking anybody.

    Raises
    ------
    MissingFileError
        If nothing is kept.
    SiteFileError
        If the latest fetch is not finished, or a page of it is damaged.
    """
    home = options.root / source.key
    folder = latest_run(home)
    if folder is None:
        msg = "nothing is kept of this source"
        raise MissingFileError(msg, file=home, remedy="run `sharemap fetch` without --offline first")
    read_kept(folder)
    return Fetched(source=source.key, folder=folder, manifest=read_manifest(folder / NAME))


def _fetched(source: Source, store: Store) -> Fetched:
    return Fetched(
        source=source.key,
        folder=store.folder,
        manifest=store.manifest,
        resumed=store.resumed,
        notes=tuple(store.notes),
    )


def _is_whole(store: Store) -> bool:
    """Whether each page of a finished fetch is as it was received; if not, the fetch goes on."""
    pages = [(part, page.page) for part in store.manifest.parts for page in part.pages]
    whole = [store.kept(part, number) is not None for part, number in pages]
    if not all(whole):
        store.manifest.state, store.resumed = "partial", 0
    return all(whole)


def _head(source: Source) -> Origin:
    return Origin(
        source=source.key,
        name_ko=source.name_ko,
        dataset=source.id or "",
        portal=", ".join(dict.fromkeys(portals()[service.portal].name_ko for service in services_of(source))),
        licence=str(getattr(source, "licence", "") or "unknown"),
        credit_ko=source.credit_ko,
        sharemap=__version__,
    )


def _fetch_service(
    source: Source, service: Service, paging: Paging, options: Options, manifest: Manifest
) -> None:
    key = key_of(portals()[service.portal], options.environ)
    if service.portal == "seoul":
        paging.run(ask_for.seoul_rows(service, _door(service, options, key)))
    elif service.portal == "eshare":
        _fetch_eshare(service, paging, _door(service, options, key), manifest)
    elif key is not None:
        paging.run(ask_for.national_rows(service, _door(service, options, key)))
    else:
        door, dataset = _door(service, options, None), source.id or ""
        columns = paging.run(ask_for.download_columns(dataset, door))
        paging.run(ask_for.download_rows(dataset, columns[0].content, door))


def _fetch_eshare(service: Service, paging: Paging, door: Door, manifest: Manifest) -> None:
    """Fetch the list, and the details that tell whether a place may be used; without them the list still stands."""
    listed = paging.run(ask_for.eshare_list(service, door))
    numbers = dict.fromkeys(
        str(record["rsrcNo"]) for page in listed for record in page.records if record.get("rsrcNo")
    )
    details = ask_for.eshare_details(service, door, list(numbers))
    if not numbers:
        return
    try:
        paging.run(details)
    except FetchError as error:
        if error.kind not in {"permission", "service"}:
            raise
        text = f"the portal gives no details to this key ({error.problem}): places out of use are not known"
        manifest.problems.append({"kind": "details", "part": details.name, "page": None, "text": text})


def _door(service: Service, options: Options, key: Key | None) -> Door:
    portal = portals()[service.portal]
    download = service.portal in _KEYLESS and key is None
    url = options.endpoints.get(service.portal, portal.download_url if download else portal.url)
    _check_address(url, service.portal)
    size = portal.download_page_size if download else portal.page_size
    return ask_for.Door(url=url.rstrip("/"), size=size, key=key)


def _check_address(url: str, portal: str) -> None:
    try:
        parts = urlsplit(url)
        usable = (
            parts.scheme in {"http", "https"} and parts.hostname and not parts.username and parts.port != 0
        )
    except ValueError:
        usable = False
    if not usable:
        msg = "the address of a portal is no address"
        raise InputError(
            msg, column=portal, remedy="for example http://gateway.example:8088, without a password"
        )


def _report_fields(source: Source, store: Store) -> None:
    """Report fields that the portal has renamed: what the catalogue misses, and what an earlier fetch had."""
    manifest = store.manifest
    shown = [
        part.headers.get(name, name)
        for part in manifest.parts
        for name in part.fields
        if part.role != "columns"
    ]
    found = {normalised_header(name): name for name in shown}
    texts = []
    wanted = ["name", "address"] if source.address_only else ["name", "lat", "lon"]
    for name in wanted:
        aliases = source.columns.get(name, ())
        if not any(set(map(normalised_header, alias.split("+"))) <= set(found) for alias in aliases):
            texts.append(f"no field for the {name}: wanted {', '.join(aliases)}; saw {', '.join(shown)}")
    before = _fields_before(store)
    gone = [name for key, name in before.items() if key not in found]
    new = [name for key, name in found.items() if before and key not in before]
    spelled = [
        f"{name} -> {found[key]}" for key, name in before.items() if key in found and found[key] != name
    ]
    for title, names in (
        ("fields gone", gone),
        ("new fields", new),
        ("fields spelled in another way", spelled),
    ):
        if names:
            texts.append(f"{title} since the last fetch: {', '.join(names)}")
    manifest.problems = [old for old in manifest.problems if old["kind"] != "columns"]
    manifest.problems += [{"kind": "columns", "part": "", "page": None, "text": text} for text in texts]


def _fields_before(store: Store) -> dict[str, str]:
    """Return the fields of the last finished fetch of the same services, as compared -> as spelled."""
    names = [part.name for part in store.manifest.parts]
    earlier = []
    for path in store.folder.parent.glob(f"*/{NAME}"):
        if path.parent != store.folder:
            other = read_manifest(path)
            if other.state == "complete" and [part.name for part in other.parts] == names:
                earlier.append(other)
    if not earlier:
        return {}
    last = max(earlier, key=lambda one: one.started)
    return {
        normalised_header(part.headers.get(name, name)): part.headers.get(name, name)
        for part in last.parts
        if part.role != "columns"
        for name in part.fields
    }
