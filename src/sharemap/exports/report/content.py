"""What all sections of the report need: the run with its pictures, and tables and pictures as parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.exports.report.document import Grid, Heading, Picture, Text
from sharemap.findings import Run, percent
from sharemap.findings.numbers import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sharemap.exports.report.document import Part
    from sharemap.findings.summary import Served

__all__ = ["MOST_ROWS", "IllustratedRun", "of", "rows_of"]

MOST_ROWS = 15


@dataclass(frozen=True, kw_only=True)
class IllustratedRun(Run):
    """A run with its pictures, PNG by key."""

    pictures: Mapping[str, bytes]

    def counted(self, *keys: str) -> tuple[str, ...]:
        """Return what is said about residents where the run counts any."""
        return () if self.uncounted else keys

    def walker(self, row: Any) -> str:  # noqa: ANN401  a row of a table
        """Return what the walker of a row is called."""
        return self.profile_names[row.profile]

    def service(self, row: Any) -> str:  # noqa: ANN401  a row of a table
        """Return what the service of a row is called."""
        return self.service_names[row.key]

    def heading(self, term: str, *, level: int = 1) -> Heading:
        """Return a heading."""
        return Heading(text=self.say[term], level=level)

    def text(self, term: str, *, look: str = "", **named: object) -> Text:
        """Return a paragraph, its names filled."""
        return Text(text=self.say[term].format(**named), look=look)

    def picture(self, key: str, term: str, **named: object) -> list[Part]:
        """Return a picture with its caption, nothing where the run has none."""
        if key not in self.pictures:
            return []
        return [Picture(png=self.pictures[key], caption=self.say[term].format(**named))]

    def in_parts(self, served: Callable[[Any], Served | None]) -> dict[str, Callable[[Any], str]]:
        """Return the columns after the served: not served, unknown, the share as filed, at least and at most."""

        def counted(row: Any, part: str) -> str:  # noqa: ANN401  an entry of the summary
            found = served(row)
            return NOTHING if found is None else str(getattr(self.written(found), part))

        return {
            ">left_out": lambda row: counted(row, "unserved"),
            ">unknown": lambda row: counted(row, "unknown"),
            ">share": lambda row: percent(getattr(served(row), "share", None)),
            ">at_least": lambda row: percent(getattr(served(row), "share_at_least", None)),
            ">at_most": lambda row: percent(getattr(served(row), "share_at_most", None)),
        }

    def grid(
        self,
        caption: str,
        rows: Iterable[Any],
        cells: Mapping[str, Callable[[Any], str]],
        widths: Sequence[float] = (),
    ) -> Grid:
        """Return a table.

        Parameters
        ----------
        caption
            As it is said.
        rows
            What each row is about: a table, or entries of the summary.
        cells
            Term of each column -> what stands in it; numbers have ``>`` before the term, and ``""`` says nothing.
        widths
            As for :class:`Grid`.
        """
        listed = list(rows_of(rows) if isinstance(rows, pd.DataFrame) else rows)
        return Grid(
            caption=caption,
            headers=[self.say.get(term.removeprefix(">"), "") for term in cells],
            rows=[[cell(row) for cell in cells.values()] for row in listed],
            right=frozenset(at for at, term in enumerate(cells) if term.startswith(">")),
            widths=widths,
        )


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows by column name."""
    return iter(frame.itertuples(index=False))


def of(name: str, say: Callable[[Any], str] = str) -> Callable[[Any], str]:
    """Return how one attribute of a row is said.

    Examples
    --------
    >>> from sharemap.findings import whole
    >>> of("residents", whole)(next(rows_of(pd.DataFrame({"residents": [1234]}))))
    '1,234'
    """
    return lambda row: say(getattr(row, name))
