"""What a portal's fault means for the user: the error to raise, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.errors import FetchError, QuotaError

if TYPE_CHECKING:
    from sharemap.sources.asking import Fault, Kind, Request

__all__ = ["fetch_error"]

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
    kind = QuotaError if fault.kind == "quota" else FetchError
    variable = request.key.variable if request.key else "the address"
    error = kind(
        f"{problem} ({fault.said})" if fault.said else problem,
        file=f"{request.host} {what}",
        remedy=remedy.format(variable=variable),
    )
    error.kind = fault.kind
    return error
