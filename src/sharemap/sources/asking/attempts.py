"""Asking a service: one request, tried again with growing pauses while that may help."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from sharemap.sources.asking.request import Fault, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from sharemap.sources.asking.transport import Transport

__all__ = ["Asking"]

_LOG = logging.getLogger(__name__)
_TOO_MANY = "HTTP 429"
_Answer = TypeVar("_Answer")


class Asking(Generic[_Answer]):
    """Asks, and asks again.

    Parameters
    ----------
    transport
        An open transport.
    read
        What makes an answer of a reply, or finds its fault.
    """

    def __init__(self, transport: Transport, read: Callable[[Reply], _Answer | Fault]) -> None:
        self._transport, self._read = transport, read
        limits = transport.limits
        first = limits.first_wait_s
        self._pause = wait_exponential(multiplier=first, max=limits.longest_wait_s) + wait_random(0, first)
        self._retrying = Retrying(
            stop=stop_after_attempt(limits.attempts),
            wait=self._wait,
            sleep=transport.pause,
            retry=retry_if_result(lambda result: isinstance(result, Fault) and result.again),
            before_sleep=self._say,
            retry_error_callback=_outcome,
        )
        self.calls = 0

    def ask(self, request: Request) -> _Answer | Fault:
        """Return the answer to a request, or the fault that remains after all attempts."""
        result: _Answer | Fault = self._retrying(self._once, request)
        if isinstance(result, Fault) and result.code == _TOO_MANY:
            return replace(result, kind="quota")
        return result

    def _once(self, request: Request) -> _Answer | Fault:
        self.calls += 1
        reply = self._transport.send(request)
        return reply if isinstance(reply, Fault) else self._read(reply)

    def _wait(self, state: RetryCallState) -> float:
        asked = _outcome(state).retry_after_s or 0.0
        return min(max(asked, self._pause(state)), self._transport.limits.longest_wait_s)

    def _say(self, state: RetryCallState) -> None:
        pause = state.next_action.sleep if state.next_action else 0.0
        again = state.attempt_number + 1
        _LOG.warning("%s: %s; attempt %d in %.0f s", state.args[0].host, _outcome(state).said, again, pause)


def _outcome(state: RetryCallState) -> Fault:
    """Return the fault that the last attempt ended with; the library asks after one only."""
    fault: Fault = state.outcome.result()  # type: ignore[union-attr]
    return fault
