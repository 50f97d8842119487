"""What is sent to a service and what comes back: a request, a reply, or a fault in our own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlencode, urlsplit

from sharemap.sources.asking.key import KEY, MASK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.sources.asking.key import Key

__all__ = ["Fault", "Kind", "Limits", "Reply", "Request", "fault_of_status"]

Kind = Literal[
    "no_data", "quota", "key", "permission", "request", "service", "server", "garbled", "network", "refused"
]
_STATUSES: Mapping[int, Kind] = {400: "request", 401: "permission", 403: "permission", 404: "service"}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a service may take: seconds, bytes and attempts.

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
        Scheme, host and port, with or without a path.
    path, query, headers
        The rest of the address, and what goes beside it; parameters may repeat.
    body
        What is sent as JSON; a request with a body is a POST.
    key
        The key, or None for a service that asks for none.
    """

    base: str
    path: str = ""
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, object] | None = None
    key: Key | None = None

    @property
    def method(self) -> Literal["GET", "POST"]:
        """POST for a request with a body, else GET."""
        return "GET" if self.body is None else "POST"

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.base).netloc or self.base

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
    """What a service sent.

    Attributes
    ----------
    status
        HTTP status.
    body
        The bytes, with the key masked if they repeat it.
    masked
        Whether they did.
    retry_after_s
        Pause that the service asks for.
    """

    status: int
    body: bytes = field(repr=False)
    masked: bool = False
    retry_after_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why there is no good answer.

    Attributes
    ----------
    kind
        What kind of fault it is, and so who has to do what. ``network``: nobody answers; ``refused``: what comes is
        not taken; ``garbled``: it cannot be read; the others are what the service itself reports.
    code, text
        As the service says it, in one line.
    retry_after_s
        Pause that it asks for.
    """

    kind: Kind
    code: str = ""
    text: str = ""
    retry_after_s: float | None = None

    @property
    def again(self) -> bool:
        """Whether another attempt may help."""
        return self.kind in {"server", "garbled", "network"}

    @property
    def said(self) -> str:
        """Code and text in one."""
        return " ".join(filter(None, (self.code, self.text)))


def fault_of_status(reply: Reply) -> Fault:
    """Return the fault of a reply with an HTTP status other than 200, as far as the status tells."""
    kind = _STATUSES.get(reply.status, "server")
    return Fault(kind=kind, code=f"HTTP {reply.status}", retry_after_s=reply.retry_after_s)
