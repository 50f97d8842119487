"""Links from a cell to the offline map beside the workbook, and to a public map service.

An address is made of codes and numbers of ours and of percent-encoded text only: whatever stands in the input, a link
leads to ``map.html`` in the same folder or to the one public service, and is never a formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MAP_FILE", "PUBLIC_MAP", "in_map", "in_public_map", "links_in_map", "links_in_public_map"]

#: The offline map, which is delivered beside the workbook.
MAP_FILE = "map.html"
#: A map that ward teams know; its published form of a link is name, latitude, longitude.
PUBLIC_MAP = "https://map.kakao.com/link/map/"

_MOST_NAME = 40


def in_map(kind: str, key: object) -> str:
    """Return a link that opens a thing in the offline map.

    Parameters
    ----------
    kind
        ``"village"``, ``"place"``, ``"gap"``, ``"dong"`` or ``"pair"``.
    key
        Its id, code or, of a pair, rank.

    Examples
    --------
    >>> in_map("dong", "1114052000"), in_map("place", "a&b#")
    ('external:map.html#dong=1114052000', 'external:map.html#place=a%26b%23')
    """
    return f"external:{MAP_FILE}#{kind}={_encoded(str(key))}"


def in_public_map(name: object, lat: float, lon: float) -> str:
    """Return a link that opens a point in the public map, with as much of its name as an address bears.

    Commas divide the parts of such an address and slashes its steps, so a name goes without them.

    Examples
    --------
    >>> in_public_map("a/b, c", 37.5, 127.0)
    'https://map.kakao.com/link/map/a%20b%20c,37.500000,127.000000'
    >>> in_public_map(None, 37.5, 127.0)
    'https://map.kakao.com/link/map/37.500000,127.000000'
    """
    plain = "" if name is None or name != name else str(name)  # noqa: PLR0124  NaN is what differs from itself
    kept = "".join(sign if sign.isprintable() and sign not in ",/\\" else " " for sign in plain)
    named = _encoded(" ".join(kept.split())[:_MOST_NAME].strip(". "))
    return f"{PUBLIC_MAP}{named + ',' if named else ''}{lat:.6f},{lon:.6f}"


def links_in_map(kind: str, keys: Iterable[object]) -> list[str | None]:
    """Return :func:`in_map` of each key, nothing where there is no key."""
    return [None if key is None or key != key else in_map(kind, key) for key in keys]  # noqa: PLR0124


def links_in_public_map(
    names: Iterable[object], lat: Iterable[float], lon: Iterable[float]
) -> list[str | None]:
    """Return :func:`in_public_map` of each point, nothing where there is no position."""
    return [
        None if north != north or east != east else in_public_map(name, north, east)  # noqa: PLR0124
        for name, north, east in zip(names, lat, lon, strict=True)
    ]


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="ignore")
