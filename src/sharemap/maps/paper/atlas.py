"""The printed pages of a run: one by one, as the A3 map, or bound as an atlas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sharemap.errors import StudyError
from sharemap.maps.drawn import records
from sharemap.maps.paper.basemap import BaseMap
from sharemap.maps.paper.coverage import coverage, services, small_maps
from sharemap.maps.paper.edition import Edition
from sharemap.maps.paper.gap import gap
from sharemap.maps.paper.ink import About, enlarge, pdf_of, png_of
from sharemap.maps.paper.overview import overview
from sharemap.maps.paper.page import LEFT, WIDE
from sharemap.maps.paper.poster import landscape
from sharemap.maps.paper.unserved import unserved
from sharemap.maps.paper.village import village

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sharemap.findings import Run
    from sharemap.maps.paper.page import Page

__all__ = ["MOST_VILLAGES", "PAPER_SIZES", "Prints"]

#: Sheets of candidates in an atlas; more are printed one by one.
MOST_VILLAGES = 30
#: Size of paper -> how much larger than A4 it is.
PAPER_SIZES = {"a4": 1.0, "a3": 2.0**0.5}
_KNOWN_SHOWN = 25
#: Air around a picture, millimetres.
_RIM = 1.0
_FORMATS = ("pdf", "png")


@dataclass(frozen=True)
class Prints:
    """Prints the results of a run; what pages share is made ready once.

    Parameters
    ----------
    run
        A run and the language in which it is printed.

    Raises
    ------
    MissingFileError
        If the Hangul font is not installed.
    """

    run: Run

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """The pages of the atlas in their order; any service and any candidate can be printed besides."""
        chapters = [f"services:{number}" for number in range(1, len(self._chapters) + 1)]
        ranked = self._villages[:MOST_VILLAGES]
        sheets = [f"village:{row.village_id}" for row in ranked]
        return ("overview", f"coverage:{self.run.promise}", *chapters, "gap", "unserved", *sheets)

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Every page there is."""
        keys = [f"coverage:{key}" for key in self.run.service_keys]
        sheets = [f"village:{row.village_id}" for row in self._villages]
        named = [*self.pages, *keys, *sheets]
        return ("map", *dict.fromkeys(named))

    def atlas(self, *, size: str = "a4") -> bytes:
        """Return the atlas as one PDF, every page with a bookmark."""
        titles = [self._title(key) for key in self.pages]
        return pdf_of(self._bound(size), self._about(self._named, titles))

    def page(self, key: str, *, size: str = "a4", form: str = "pdf", dpi: int = 200) -> bytes:
        """Return one page.

        Parameters
        ----------
        key
            One of :attr:`known`; a candidate may be named by its rank too.
        size
            Key of :data:`PAPER_SIZES`.
        form
            ``"pdf"`` or ``"png"``.
        dpi
            Dots an inch of a PNG.

        Raises
        ------
        StudyError
            If there is no such page, size or format.
        """
        key = self.canonical(key)
        _choice("paper size", size, tuple(PAPER_SIZES))
        _choice("format", form, _FORMATS)
        if key == "map":
            figure, factor = landscape(self._edition).figure, PAPER_SIZES[size] / PAPER_SIZES["a3"]
        else:
            figure, factor = self._drawn(key).figure, PAPER_SIZES[size]
        if factor != 1.0:
            enlarge(figure, factor)
        title = self.run.summary.title
        about = self._about(title if key == "map" else f"{title}: {self._title(key)}")
        return pdf_of([figure], about) if form == "pdf" else png_of(figure, about, dpi=dpi)

    def picture(self, key: str, *, dpi: int = 200) -> bytes | None:
        """Return the map of a page with its key, as PNG, to stand in a text; nothing where it has no map.

        Parameters
        ----------
        key
            ``"gap"`` or ``"unserved"``.
        dpi
            Dots an inch.

        Raises
        ------
        StudyError
            If there is no such page.
        """
        key = self.canonical(key)
        page = self._drawn(key)
        if page.picture is None:
            return None
        top, bottom = page.picture
        part = (LEFT - _RIM, top - _RIM, WIDE + 2 * _RIM, bottom - top)
        return png_of(page.figure, self._about(self._title(key)), dpi=dpi, part=part)

    def canonical(self, key: str) -> str:
        """Return the key of a page as :attr:`known` has it.

        Raises
        ------
        StudyError
            If there is no such page; the error names those there are.
        """
        if key in self.known:
            return key
        kind, _, which = key.partition(":")
        if kind == "village":
            for row in self._villages:
                if which == str(row.rank):
                    return f"village:{row.village_id}"
        same = [one for one in self.known if one.partition(":")[0] == kind] or [*self.known]
        shown = ", ".join(same[:_KNOWN_SHOWN])
        more = f" and {len(same) - _KNOWN_SHOWN} more" if len(same) > _KNOWN_SHOWN else ""
        msg = "no such page"
        raise StudyError(msg, value=key, remedy=f"use one of {shown}{more}")

    @cached_property
    def _edition(self) -> Edition:
        return Edition(self.run, BaseMap(self.run))

    @cached_property
    def _villages(self) -> list[Any]:
        frame = self.run.villages
        return [] if frame.empty else records(frame.sort_values("rank", kind="stable"))

    @cached_property
    def _chapters(self) -> list[tuple[str, list[str]]]:
        """Pages of small maps: their title and services, the groups first, then the services in the order of the groups."""
        summary, say = self.run.summary, self.run.say
        groups = [*self.run.group_names]
        order = {group: at for at, group in enumerate(groups)}
        layers = sorted(summary.layers, key=lambda one: order.get(one.group, len(order)))
        each = small_maps(self._edition)
        parts = _parted([one.layer for one in layers], each)
        named = [(say["services_groups"], keys) for keys in _parted(groups, each)]
        for number, keys in enumerate(parts, start=1):
            named.append((say["services_title"].format(n=number, all=len(parts)), keys))
        return named

    @property
    def _named(self) -> str:
        return self.run.say["atlas_title"].format(title=self.run.summary.title)

    def _about(self, title: str, bookmarks: list[str] | None = None) -> About:
        made, told = self.run.summary.generated, self._edition.conditions
        return About(title=title, subject=told, made=made, lang=self.run.lang, bookmarks=bookmarks or ())

    def _bound(self, size: str) -> Iterator[Any]:
        """Draw the pages one after the other; each is let go before the next."""
        _choice("paper size", size, tuple(PAPER_SIZES))
        for number, key in enumerate(self.pages, start=1):
            figure = self._drawn(key, folio=f"{number} / {len(self.pages)}").figure
            if PAPER_SIZES[size] != 1.0:
                enlarge(figure, PAPER_SIZES[size])
            yield figure

    def _drawn(self, key: str, *, folio: str = "") -> Page:
        kind, _, which = key.partition(":")
        edition = self._edition
        if kind == "overview":
            sheets = min(len(self._villages), MOST_VILLAGES) if folio else None
            return overview(edition, folio=folio, sheets=sheets)
        if kind == "coverage":
            return coverage(edition, which, folio=folio)
        if kind == "services":
            title, keys = self._chapters[int(which) - 1]
            return services(edition, title, keys, folio=folio)
        if kind == "village":
            row = next(row for row in self._villages if row.village_id == which)
            return village(edition, row, folio=folio)
        return {"gap": gap, "unserved": unserved}[kind](edition, folio=folio)

    def _title(self, key: str) -> str:
        """Return what a page is called in the bookmarks."""
        kind, _, which = key.partition(":")
        say = self.run.say
        if kind == "village":
            row = next(row for row in self._villages if row.village_id == which)
            return f"{row.rank}. {row.name}"
        if kind == "services":
            return self._chapters[int(which) - 1][0]
        if kind == "coverage":
            title = say["near_promise" if which == "all_groups" else "coverage_title"]
            return title.format(name=self.run.service_names[which])
        return {"overview": say["overview"], "gap": say["gap_page"], "unserved": say["gap_list"]}[kind]


def _parted(keys: list[str], each: int) -> list[list[str]]:
    return [keys[first : first + each] for first in range(0, len(keys), each)]


def _choice(what: str, asked: str, known: tuple[str, ...]) -> None:
    if asked not in known:
        msg = f"an unknown {what}"
        raise StudyError(msg, value=asked, remedy=f"use one of {', '.join(known)}")
