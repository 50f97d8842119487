"""The pages of a series, one after the other, and what does not add up between them.

A portal's own total is never what ends a series: some services give the rows of the page there, some change it while
one reads, some are off by a few for years. A series ends with a page that is not full, an empty one, or the word that
there are no more rows. What the total and the pages say about each other is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharemap.errors import FetchError
from sharemap.sources.asking import Fault
from sharemap.sources.portals.faults import fetch_error
from sharemap.sources.portals.replies import Asked, PortalPage, read_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sharemap.sources.asking import Asking, Request
    from sharemap.sources.portals.manifest import Part
    from sharemap.sources.portals.series import Series
    from sharemap.sources.portals.store import Store

__all__ = ["Paging"]

_MOST_PAGES = 5_000
_DOUBTS = 2  # how often a page that looks wrong is asked for again before it is believed


@dataclass(frozen=True)
class Paging:
    """Asks for the pages of a series that are not kept yet, and keeps them.

    Attributes
    ----------
    asking
        How to ask.
    store
        Where to keep.
    progress
        Called after each page with the name of the series, the rows so far and the rows promised.
    """

    asking: Asking[Asked]
    store: Store
    progress: Callable[[str, int, int | None], None] | None = None

    def run(self, series: Series) -> list[PortalPage]:
        """Return all pages of a series, kept ones included.

        Raises
        ------
        QuotaError, FetchError
            If a page cannot be had; the ones before it are kept.
        OutputError
            If a page cannot be kept.
        """
        return _Course(self, series).run()


class _Course:
    """One series on its way."""

    def __init__(self, paging: Paging, series: Series) -> None:
        self.asking, self.store, self.series = paging.asking, paging.store, series
        self.progress = paging.progress or (lambda _name, _rows, _total: None)
        self.part: Part = paging.store.part(series)
        self.pages: list[PortalPage] = []
        self.seen: dict[tuple[int, ...], int] = {}  # what a page holds -> its number
        self.rows_seen: set[int] = set()
        self.rows = 0

    def run(self) -> list[PortalPage]:
        number = 0
        self.progress(self.series.name, 0, None)
        while not self.part.ended or number < len(self.part.pages):
            number += 1
            if number > _MOST_PAGES:
                raise self._error(number, f"no end after {_MOST_PAGES:,} pages")
            ended = self._step(number)
            self.progress(self.series.name, self.rows, self._total())
            if ended:
                self.part.ended = ended
                break
        self._close()
        return self.pages

    # -------------------------------------------------------------------------------- one page

    def _step(self, number: int) -> str:
        """Get a page and return why it is the last one, ``""`` if it may not be."""
        asked = self._kept(number) or self._asked(number)
        if isinstance(asked, Fault):
            return self._no_page(number, asked)
        records = asked.page.records
        if not records and self.series.role != "columns":
            return self._no_page(number, Fault(kind="no_data", text="an empty page"))
        twin = self.seen.get(asked.page.marks) if records else None
        if twin is not None and self.series.role == "rows":
            return self._repeated(number, twin)
        if self.part.page(number) is None:
            self.store.keep(self.part, number, asked)
        self._note(number, asked.page)
        return self._end_after(number, len(records))

    def _kept(self, number: int) -> Asked | None:
        body = self.store.kept(self.part, number)
        page = read_answer(body) if body is not None else None
        return Asked(body=body, page=page) if body is not None and isinstance(page, PortalPage) else None

    def _asked(self, number: int) -> Asked | Fault:
        """Ask for a page; one that looks wrong is asked for again, and believed when it stays so."""
        best: Asked | Fault = Fault(kind="garbled", text="nothing was asked")
        for _ in range(1 + _DOUBTS):
            result = self.asking.ask(self.series.request(number, self.part.page_size))
            if isinstance(result, Fault):
                return best if isinstance(best, Asked) and result.kind == "no_data" else result
            fuller = not isinstance(best, Asked) or len(result.page.records) >= len(best.page.records)
            best = result if fuller else best
            if not self._is_doubtful(number, result.page):
                return result
        return best

    def _is_doubtful(self, number: int, page: PortalPage) -> bool:
        if self.series.role != "rows":
            return False
        rows = len(page.records)
        if rows and page.marks in self.seen:
            return True
        total = self.series.total or page.total
        if total is None or self.series.pages is not None or self._totals_are_rows():
            return False
        return rows < self._expected(number, total)

    def _no_page(self, number: int, fault: Fault) -> str:
        if fault.kind != "no_data":
            raise fetch_error(fault, self._request(number), self._place(number))
        if not self.rows and self.series.role == "rows":
            raise fetch_error(fault, self._request(number), self._place(number))
        if self.series.role == "details":
            self._problem("missing", number, f"page {number}: {fault.text or 'no details'}")
            return self._end_after(number, 0)
        return "no more rows"

    def _repeated(self, number: int, twin: int) -> str:
        total = self._total()
        text = f"page {number} repeats page {twin}"
        if total is not None and self.rows < total:
            raise self._error(
                number, f"{text}, and {total - self.rows:,} of {total:,} rows are still missing"
            )
        self._problem("repeated", number, f"{text}; it is left out")
        return "the last page was sent again"

    # -------------------------------------------------------------------------------- what it says

    def _note(self, number: int, page: PortalPage) -> None:
        records = page.records
        self.pages.append(page)
        self.rows += len(records)
        if self.series.role != "rows":
            self._note_fields(number, records)
            return
        self.seen.setdefault(page.marks, number)
        again = sum(mark in self.rows_seen for mark in page.marks)
        self.rows_seen.update(page.marks)
        if again:
            text = f"{again:,} of {len(records):,} rows of page {number} stand on earlier pages too"
            self._problem("duplicates", number, f"{text}: the portal may have changed its list meanwhile")
        expected = self.series.answers_as
        if number == 1 and expected and page.envelope and page.envelope != expected:
            self._problem(
                "renamed", number, f"the answer is called {page.envelope!r} instead of {expected!r}"
            )
        self._note_total(number)
        self._note_fields(number, records)

    def _note_total(self, number: int) -> None:
        totals = [page.total for page in self.pages]
        if number == 1 or totals[-1] == totals[-2] or self._totals_are_rows():
            return
        if self.series.total is None:
            text = (
                f"the total changed from {totals[-2]} to {totals[-1]} between pages {number - 1} and {number}"
            )
            self._problem(
                "total", number, f"{text}: rows may be missing or there twice; fetch again with --fresh"
            )

    def _note_fields(self, number: int, records: list[dict[str, Any]]) -> None:
        found = list(dict.fromkeys(name for record in records for name in record))
        new = [name for name in found if name not in self.part.fields]
        gone = [name for name in self.part.fields if name not in found] if number > 1 else []
        if number > 1 and self.series.role == "rows" and (new or gone):
            self._problem("fields", number, f"page {number} has other fields: new {new}, gone {gone}")
        self.part.fields += new

    def _end_after(self, number: int, rows: int) -> str:
        if self.series.pages is not None:
            return "all pages" if number >= self.series.pages else ""
        total = self._total()
        if rows > self.part.page_size:
            self._problem(
                "large", number, f"page {number} has {rows:,} rows, {self.part.page_size:,} were asked for"
            )
            return "all rows at once" if total is None or self.rows >= total else ""
        if rows == self.part.page_size:
            return ""
        if total is None or rows >= self._expected(number, total):
            return "the last page is not full"
        if number == 1:
            self.part.page_size = rows
            self._problem("capped", 1, f"the portal gives {rows:,} rows a page, not {self.series.size:,}")
            return ""
        short = f"page {number} has {rows:,} rows instead of {self.part.page_size:,}"
        self._problem("short", number, f"{short}, though more should follow")
        return "" if number * self.part.page_size < total else "the pages end before the total"

    # -------------------------------------------------------------------------------- the whole

    def _close(self) -> None:
        total = self._total()
        self.part.rows, self.part.promised = self.rows, total
        self.part.headers = dict(self.series.headers)
        self._forget("count", None)
        if total is not None and total != self.rows and self.series.role != "columns":
            self._problem("count", None, f"the portal promised {total:,} rows and sent {self.rows:,}")
        self.store.save()

    def _expected(self, number: int, total: int) -> int:
        """Return how many rows a page should have."""
        size = self.part.page_size
        return min(size, total - (number - 1) * size)

    def _total(self) -> int | None:
        if self.series.total is not None:
            return self.series.total
        if not self.pages or self._totals_are_rows():
            return None
        return self.pages[-1].total

    def _totals_are_rows(self) -> bool:
        """Whether the service gives the rows of the page where the total should be, as bikeList does."""
        several = len(self.pages) > 1
        return several and all(page.total == len(page.records) for page in self.pages)

    def _forget(self, kind: str, page: int | None) -> None:
        """Drop what an earlier attempt said about this."""
        known = (kind, self.series.name, page)
        self.store.manifest.problems = [
            old for old in self.store.manifest.problems if (old["kind"], old["part"], old["page"]) != known
        ]

    def _problem(self, kind: str, page: int | None, text: str) -> None:
        self._forget(kind, page)
        self.store.manifest.problems.append(
            {"kind": kind, "part": self.series.name, "page": page, "text": text}
        )

    def _error(self, number: int, text: str) -> FetchError:
        return FetchError(
            text,
            file=self._place(number),
            remedy="try again later, or download the file from the portal by hand",
        )

    def _request(self, number: int) -> Request:
        return self.series.request(number, self.part.page_size)

    def _place(self, number: int) -> str:
        return f"{self.series.name} page {number}"
