"""One request to a portal: time limits, a size limit, no strange redirect, and no key in anything that comes back.

A request never raises. An exception of a library, its context and its frames hold the address, and the address
holds the key; so whatever goes wrong comes back as a :class:`Failure` in our own words.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from sharemap import __version__
from sharemap.sources.portals.keys import MASK

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from sharemap.sources.portals.keys import Key

__all__ = ["KEY", "Failure", "Limits", "Reply", "Request", "Transport"]

KEY = "{key}"  # where the key goes in a path or a parameter
_LOGGERS = tuple(
    f"urllib3.{name}" for name in ("connectionpool", "connection", "response", "poolmanager", "util.retry")
)
_CHUNK = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPING = frozenset({307, 308})  # redirects that ask for the same method and body again
_HOPS = 3


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a portal may take: seconds, bytes and attempts.

    Attributes
    ----------
    connect_s, read_s, whole_s
        Seconds until a connection stands, until the next byte comes, and until the whole answer is there.
    max_bytes
        Largest answer, unpacked.
    attempts
        How often a request is sent before it counts as failed.
    first_wait_s, longest_wait_s
        Pause before the second attempt, doubled before each further one, and its upper bound.
    """

    connect_s: float = 10.0
    read_s: float = 60.0
    whole_s: float = 300.0
    max_bytes: int = 64 << 20
    attempts: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request, with :data:`KEY` where the key goes.

    Attributes
    ----------
    base
        Scheme, host and port.
    path, query
        The rest of the address; parameters may repeat.
    body
        What is sent as JSON; a request with a body is a POST.
    key
        The key, or None for a service that asks for none.
    """

    base: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, object] | None = None
    key: Key | None = None

    @property
    def method(self) -> Literal["GET", "POST"]:
        """POST for a request with a body, else GET."""
        return "GET" if self.body is None else "POST"

    @property
    def shown(self) -> str:
        """The address without parameters, with the key masked."""
        return self.scrub(f"{self.base}{self.path.replace(KEY, MASK)}")

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters, with the key masked."""
        shown: dict[str, object] = dict(self.body or {})
        for name, value in self.query:
            masked = value.replace(KEY, MASK)
            shown[name] = masked if name not in shown else _listed(shown[name], masked)
        return shown

    def address(self) -> str:
        """Return the address with the key in it: for the wire, never for a message."""
        secret = self.key.reveal() if self.key else ""
        path = quote(self.path, safe="/{}").replace(KEY, quote(secret, safe=""))
        query = urlencode([(name, value.replace(KEY, secret)) for name, value in self.query])
        return f"{self.base}{path}" + (f"?{query}" if query else "")

    def scrub(self, text: str) -> str:
        """Return a text with the key masked."""
        return self.key.scrub(text) if self.key else text


def _listed(first: object, further: str) -> list[object]:
    return [*(first if isinstance(first, list) else [first]), further]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a portal sent.

    Attributes
    ----------
    status
        HTTP status.
    body
        The bytes, with the key masked if they repeat it.
    masked
        Whether they did.
    retry_after_s
        Pause that the portal asks for.
    """

    status: int
    body: bytes = field(repr=False)
    masked: bool = False
    retry_after_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why there is no answer, and whether another attempt may help."""

    text: str
    again: bool


class Transport:
    """Sends requests; use as a context manager.

    Parameters
    ----------
    limits
        Time and size limits.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._guard = _KeyGuard()
        self._pool = urllib3.PoolManager(
            headers={
                "User-Agent": f"sharemap/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "Connection": "close",
            },
            timeout=urllib3.Timeout(connect=self.limits.connect_s, read=self.limits.read_s),
            retries=False,
        )

    def __enter__(self) -> Self:
        for name in _LOGGERS:  # at the level DEBUG the library logs each address
            logging.getLogger(name).addFilter(self._guard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.clear()
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self._guard)

    def send(self, request: Request) -> Reply | Failure:
        """Send a request and return what came back, or why nothing did."""
        if request.key:
            self._guard.keys.add(request.key)
        try:
            return self._follow(request)
        except (HTTPError, OSError, ValueError) as error:
            return self._failure(error, request)

    def _follow(self, request: Request) -> Reply | Failure:
        address = request.address()
        for _ in range(_HOPS + 1):
            reply, target = self._once(request, address)
            if target is None:
                return reply
            refusal = _refusal(urlsplit(address), urlsplit(target))
            if refusal or (request.method == "POST" and reply_status(reply) not in _KEEPING):
                text = refusal or "the portal sends the request on to a page that takes no body"
                return Failure(text=request.scrub(text), again=False)
            address = target
        return Failure(text="the portal sends the request on in a circle", again=False)

    def _once(self, request: Request, address: str) -> tuple[Reply | Failure, str | None]:
        body = None if request.body is None else json.dumps(request.body, ensure_ascii=False).encode()
        headers = {**self._pool.headers, **({} if body is None else {"Content-Type": "application/json"})}
        until = time.monotonic() + self.limits.whole_s
        response = self._pool.request(
            request.method, address, body=body, headers=headers, preload_content=False, redirect=False
        )
        try:
            location = response.headers.get("Location")
            if response.status in _REDIRECTS and location:
                return Reply(status=response.status, body=b""), urljoin(address, location)
            return self._read(response, request, until), None
        finally:
            response.close()
            self._pool.clear()  # portals drop idle connections without a word, so each request has its own

    def _read(self, response: urllib3.BaseHTTPResponse, request: Request, until: float) -> Reply | Failure:
        parts: list[bytes] = []
        size = 0
        while chunk := response.read1(_CHUNK, decode_content=True):
            parts.append(chunk)
            size += len(chunk)
            if size > self.limits.max_bytes:
                return Failure(text=f"the answer is larger than {self.limits.max_bytes:,} bytes", again=False)
            if time.monotonic() > until:
                return Failure(text=f"no whole answer within {self.limits.whole_s:g} s", again=True)
        data = b"".join(parts)
        clean = request.key.scrub_bytes(data) if request.key else data
        return Reply(
            status=response.status,
            body=clean,
            masked=clean != data,
            retry_after_s=_seconds(response.headers.get("Retry-After")),
        )

    def _failure(self, error: Exception, request: Request) -> Failure:
        host = urlsplit(request.base).netloc or request.base
        for kind, text, again in (
            (ReadTimeoutError, f"{host} falls silent for {self.limits.read_s:g} s", True),
            (NameResolutionError, f"the name {host} cannot be found", True),
            (NewConnectionError, f"{host} refuses the connection", True),
            (ConnectTimeoutError, f"{host} does not answer within {self.limits.connect_s:g} s", True),
            (SSLError, f"the certificate of {host} cannot be checked", False),
            ((LocationParseError, ValueError), "the address of the portal is no address", False),
        ):
            if isinstance(error, kind):
                return Failure(text=request.scrub(text), again=again)
        text = f"the connection to {host} broke off ({type(error).__name__})"
        return Failure(text=request.scrub(text), again=True)


class _KeyGuard(logging.Filter):
    """Masks keys in the log records of the library that sends the requests."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[Key] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        for key in self.keys:
            text = key.scrub(text)
        record.msg, record.args = text, ()
        record.exc_info = record.exc_text = None
        return True


def reply_status(reply: Reply | Failure) -> int:
    """Return the HTTP status of a reply, 0 for none."""
    return reply.status if isinstance(reply, Reply) else 0


def _refusal(here: SplitResult, there: SplitResult) -> str:
    """Return why a redirect is not followed: it would take the key elsewhere, or strip its protection."""
    if there.hostname != here.hostname:
        return f"the portal sends the request on to another host ({there.hostname}), which must not see it"
    if there.scheme == here.scheme and there.port == here.port:
        return ""
    if (here.scheme, there.scheme) == ("http", "https"):
        return ""
    return "the portal sends the request on to another port or without encryption"


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.strip().isdigit() else None
