"""The portals that publish sources, and what each is asked for.

The facts stand in ``portals.toml`` beside this file, so that a renamed service is one line there and no code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.catalog.entries import entry_as, facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.catalog import Source

__all__ = ["Portal", "Service", "portals", "services_of"]


_FILE = "portals.toml"


@dataclass(frozen=True, kw_only=True)
class Portal:
    """One portal.

    Attributes
    ----------
    name_ko
        Its name.
    url, download_url
        Address of its API, and of its own download button where that needs no key.
    key
        Environment variable that holds the user's key.
    key_page
        Where a key is given out.
    page_size, download_page_size
        Rows that one call may ask for.
    calls_a_day
        Calls that the portal allows a key in a day.
    """

    name_ko: str
    url: str
    key: str
    key_page: str
    page_size: int
    calls_a_day: int
    download_url: str = ""
    download_page_size: int = 0


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service of a portal.

    Attributes
    ----------
    portal
        Key of :func:`portals`.
    service
        Its name in the portal's API; the six-digit class of resources of eshare.go.kr.
    envelope
        The name under which it answers, where that is another one.
    parameters
        What narrows the request.
    """

    portal: str
    service: str
    envelope: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def answers_as(self) -> str:
        """The name that its answer is wrapped in."""
        return self.envelope or self.service


@cache
def portals() -> Mapping[str, Portal]:
    """Return the portals by their key.

    Examples
    --------
    >>> portals()["seoul"].key
    'SHAREMAP_SEOUL_KEY'
    """
    return MappingProxyType({key: entry_as(Portal, entry) for key, entry in facts(_FILE)["portals"].items()})


def services_of(source: Source) -> tuple[Service, ...]:
    """Return what a portal is asked for a source; nothing if it has to be downloaded by hand.

    Examples
    --------
    >>> from sharemap import catalog
    >>> [service.service for service in services_of(catalog.layer("library").source("library_seoul"))]
    ['SeoulPublicLibraryInfo', 'SeoulSmallLibraryInfo']
    """
    return tuple(entry_as(Service, entry) for entry in facts(_FILE)["fetch"].get(source.key, ()))
