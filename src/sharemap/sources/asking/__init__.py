"""One request to the outside: its limits, its attempts, and a key that is seen nowhere else.

Portals and geocoders go out through this room and through no other way:

- ``key``: the user's keys, out of sight of every message and file;
- ``request``: what is sent, and what comes back: a reply, or a fault in our own words;
- ``transport``: sends it, with time limits, a size limit and no strange redirect. It is the one seam to the outside:
  tests put a transport of their own in its place;
- ``attempts``: asks, and asks again with growing pauses while that may help.
"""

from __future__ import annotations

from sharemap.sources.asking.attempts import Asking
from sharemap.sources.asking.key import KEY, MASK, Key, key_in
from sharemap.sources.asking.request import Fault, Kind, Limits, Reply, Request, fault_of_status
from sharemap.sources.asking.transport import Transport

__all__ = [
    "KEY",
    "MASK",
    "Asking",
    "Fault",
    "Key",
    "Kind",
    "Limits",
    "Reply",
    "Request",
    "Transport",
    "fault_of_status",
    "key_in",
]
