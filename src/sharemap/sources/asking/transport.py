"""The one seam to the outside: time limits, a size limit, no strange redirect, and no key in anything that comes back.

A request never raises. An exception of a library, its context and its frames hold the address, and the address
holds the key; so whatever goes wrong comes back as a :class:`Fault` in our own words.
"""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

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
from sharemap.sources.asking.key import KEY
from sharemap.sources.asking.request import Fault, Kind, Limits, Reply, Request

if TYPE_CHECKING:
    from types import TracebackType

    from sharemap.sources.asking.key import Key

__all__ = ["Transport"]

_LOGGERS = tuple(
    f"urllib3.{name}" for name in ("connectionpool", "connection", "response", "poolmanager", "util.retry")
)
_HEADERS = {
    "User-Agent": f"sharemap/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}
_CHUNK = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPING = frozenset({307, 308})  # redirects that ask for the same method and body again
_HOPS = 3


class Transport:
    """Sends requests; use as a context manager.

    Parameters
    ----------
    limits
        Time and size limits.
    keep_alive
        Whether requests share connections. Portals drop idle ones without a word, so each request has its own; for
        thousands of small questions to one host that would double the time.
    """

    def __init__(self, limits: Limits | None = None, *, keep_alive: bool = False) -> None:
        self.limits = limits or Limits()
        self._keep_alive = keep_alive
        self._guard = _KeyGuard()
        self._pools: dict[str, urllib3.PoolManager] = {}

    def __enter__(self) -> Self:
        for name in _LOGGERS:  # at the level DEBUG the library logs each address
            logging.getLogger(name).addFilter(self._guard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self._guard)

    def pause(self, seconds: float) -> None:
        """Wait before another attempt."""
        time.sleep(seconds)

    def send(self, request: Request) -> Reply | Fault:
        """Send a request and return what came back, or why nothing did."""
        if request.key:
            self._guard.keys.add(request.key)
        try:
            return self._follow(request)
        except (HTTPError, OSError, ValueError) as error:
            return self._fault(error, request)

    def _follow(self, request: Request) -> Reply | Fault:
        address = request.address()
        for _ in range(_HOPS + 1):
            reply, target = self._once(request, address)
            if target is None:
                return reply
            refusal = _refusal(urlsplit(address), urlsplit(target))
            if not refusal and request.method == "POST" and isinstance(reply, Reply):
                takes_body = reply.status in _KEEPING
                refusal = "" if takes_body else "the request is sent on to a page that takes no body"
            if refusal:
                return Fault(kind="refused", text=request.scrub(refusal))
            address = target
        return Fault(kind="refused", text="the request is sent on in a circle")

    def _once(self, request: Request, address: str) -> tuple[Reply | Fault, str | None]:
        secret = request.key.reveal() if request.key else ""
        headers = _HEADERS | {name: text.replace(KEY, secret) for name, text in request.headers}
        headers |= {} if self._keep_alive else {"Connection": "close"}
        body = None
        if request.body is not None:
            body = json.dumps(request.body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        until = time.monotonic() + self.limits.whole_s
        response = self._pool(address).request(
            request.method, address, body=body, headers=headers, preload_content=False, redirect=False
        )
        try:
            location = response.headers.get("Location")
            if response.status in _REDIRECTS and location:
                return Reply(status=response.status, body=b""), urljoin(address, location)
            return self._read(response, request, until), None
        finally:
            response.close()
            if not self._keep_alive:
                self._hang_up()

    def _read(self, response: urllib3.BaseHTTPResponse, request: Request, until: float) -> Reply | Fault:
        parts: list[bytes] = []
        size = 0
        while chunk := response.read1(_CHUNK, decode_content=True):
            parts.append(chunk)
            size += len(chunk)
            if size > self.limits.max_bytes:
                return Fault(
                    kind="refused", text=f"the answer is larger than {self.limits.max_bytes:,} bytes"
                )
            if time.monotonic() > until:
                return Fault(kind="network", text=f"no whole answer within {self.limits.whole_s:g} s")
        data = b"".join(parts)
        clean = request.key.scrub_bytes(data) if request.key else data
        pause = response.headers.get("Retry-After", "").strip()
        return Reply(
            status=response.status,
            body=clean,
            masked=clean != data,
            retry_after_s=float(pause) if pause.isdigit() else None,
        )

    def _pool(self, address: str) -> urllib3.PoolManager:
        """Return the connections for an address, through the proxy that the environment names for it."""
        parts = urlsplit(address)
        proxy = "" if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme, "")
        if proxy not in self._pools:
            timeout = urllib3.Timeout(connect=self.limits.connect_s, read=self.limits.read_s)
            if proxy:
                there = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
                user, at, host = there.netloc.rpartition("@")
                headers = urllib3.make_headers(proxy_basic_auth=unquote(user)) if at else None
                self._pools[proxy] = urllib3.ProxyManager(
                    f"{there.scheme}://{host}", proxy_headers=headers, timeout=timeout, retries=False
                )
            else:
                self._pools[proxy] = urllib3.PoolManager(timeout=timeout, retries=False)
        return self._pools[proxy]

    def _hang_up(self) -> None:
        for pool in self._pools.values():
            pool.clear()

    def _fault(self, error: Exception, request: Request) -> Fault:
        host = request.host
        known: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, Kind], ...] = (
            (ReadTimeoutError, f"{host} falls silent for {self.limits.read_s:g} s", "network"),
            (NameResolutionError, f"the name {host} cannot be found", "network"),
            (NewConnectionError, f"{host} refuses the connection", "network"),
            (ConnectTimeoutError, f"{host} does not answer within {self.limits.connect_s:g} s", "network"),
            (SSLError, f"the certificate of {host} cannot be checked", "refused"),
            ((LocationParseError, ValueError), "the address of the service is no address", "refused"),
        )
        for kinds, text, kind in known:
            if isinstance(error, kinds):
                return Fault(kind=kind, text=request.scrub(text))
        text = f"the connection to {host} broke off ({type(error).__name__})"
        return Fault(kind="network", text=request.scrub(text))


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


def _refusal(here: SplitResult, there: SplitResult) -> str:
    """Return why a redirect is not followed: it would take the key elsewhere, or strip its protection."""
    if there.hostname != here.hostname:
        return f"the request is sent on to another host ({there.hostname}), which must not see it"
    same = there.scheme == here.scheme and there.port == here.port
    if same or (here.scheme, there.scheme) == ("http", "https"):
        return ""
    return "the request is sent on to another port or without encryption"
