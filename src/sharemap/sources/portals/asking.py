"""Asking a portal: one request, tried again with growing pauses while that may help."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from sharemap.errors import FetchError, QuotaError
from sharemap.sources.portals.answers import Fault, Page, fault_of_status, read_answer
from sharemap.sources.portals.transport import Failure, Request, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from sharemap.sources.portals.answers import Kind

__all__ = ["Asked", "Asking", "fetch_error"]

_LOG = logging.getLogger(__name__)
_OK = 200
_TOO_MANY = "HTTP 429"

_PROBLEMS: dict[Kind, tuple[str, str]] = {
    "no_data": (
        "the portal has no rows for this service",
        "look whether the service still exists on the portal",
    ),
    "quota": (
        "the portal refuses further calls: the daily limit is used up, or the key may not use this service",
        "run the same command again after midnight; what was received is kept and not asked for again",
    ),
    "key": (
        "the portal does not accept the key",
        "check {variable}; a new key may need an hour, and data.go.kr wants each dataset to be applied for",
    ),
    "permission": (
        "the key may not ask for this",
        "apply for this service on the portal, and check {variable}",
    ),
    "request": (
        "the portal does not understand the request",
        "it may have changed its API: download the file by hand",
    ),
    "service": (
        "the portal does not know this service",
        "it may be retired or renamed: download the file by hand",
    ),
    "server": ("the portal has a fault of its own", "try again later; what was received is kept"),
    "garbled": (
        "the portal answers with something else than data",
        "try again later; what was received is kept",
    ),
    "network": ("there is no answer", "check the connection and try again; what was received is kept"),
    "refused": ("the answer is not taken", "if this goes on, download the file from the portal by hand"),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A good answer: its bytes, what is in them, and whether the portal had repeated the key in them."""

    body: bytes = field(repr=False)
    page: Page
    masked: bool = False


class Asking:
    """Asks, and asks again.

    Parameters
    ----------
    transport
        An open transport.
    sleep
        What waits; tests put a clock of their own here.
    """

    def __init__(self, transport: Transport, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._transport = transport
        limits = transport.limits
        first = limits.first_wait_s
        self._pause = wait_exponential(multiplier=first, max=limits.longest_wait_s) + wait_random(0, first)
        self._retrying = Retrying(
            stop=stop_after_attempt(limits.attempts),
            wait=self._wait,
            sleep=sleep,
            retry=retry_if_result(lambda result: isinstance(result, Fault) and result.again),
            before_sleep=self._say,
            retry_error_callback=_last,
        )
        self.calls = 0

    def ask(self, request: Request) -> Asked | Fault:
        """Return the answer to a request, or the fault that remains after all attempts."""
        result: Asked | Fault = self._retrying(self._once, request)
        if isinstance(result, Fault) and result.code == _TOO_MANY:
            return replace(result, kind="quota")
        return result

    def _once(self, request: Request) -> Asked | Fault:
        self.calls += 1
        reply = self._transport.send(request)
        if isinstance(reply, Failure):
            return Fault(kind="network" if reply.again else "refused", text=reply.text)
        if reply.status != _OK:
            return fault_of_status(reply.status, reply.body, reply.retry_after_s)
        result = read_answer(reply.body)
        return (
            result if isinstance(result, Fault) else Asked(body=reply.body, page=result, masked=reply.masked)
        )

    def _wait(self, state: RetryCallState) -> float:
        fault = state.outcome.result() if state.outcome else None
        asked = fault.retry_after_s if isinstance(fault, Fault) and fault.retry_after_s else 0.0
        return min(max(asked, self._pause(state)), self._transport.limits.longest_wait_s)

    def _say(self, state: RetryCallState) -> None:
        request, fault = state.args[0], state.outcome.result() if state.outcome else None
        host = urlsplit(request.base).netloc
        pause = state.next_action.sleep if state.next_action else 0.0
        said = " ".join(filter(None, (fault.code, fault.text))) if isinstance(fault, Fault) else ""
        _LOG.warning("%s: %s; attempt %d in %.0f s", host, said, state.attempt_number + 1, pause)


def _last(state: RetryCallState) -> Asked | Fault:
    if state.outcome is None:  # tenacity calls this after an attempt only
        return Fault(kind="server", text="no attempt was made")
    result: Asked | Fault = state.outcome.result()
    return result


def fetch_error(fault: Fault, request: Request, what: str) -> FetchError:
    """Return the error for a fault: what was asked, what the portal said, and what to do.

    Parameters
    ----------
    fault
        The fault that remains.
    request
        The request that it answers.
    what
        The service and the page, for people.
    """
    problem, remedy = _PROBLEMS[fault.kind]
    said = " ".join(filter(None, (fault.code, fault.text)))
    kind = QuotaError if fault.kind == "quota" else FetchError
    variable = request.key.variable if request.key else "the address"
    error = kind(
        f"{problem} ({said})" if said else problem,
        file=f"{urlsplit(request.base).netloc} {what}",
        remedy=remedy.format(variable=variable),
    )
    error.kind = fault.kind
    return error
