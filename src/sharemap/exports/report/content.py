"""What all sections of the report need: the run with its pictures, and tables and pictures as parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharemap.exports.report.document import Grid, Heading, Picture, Text
from sharemap.findings import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from sharemap.exports.report.document import Part

__all__ = ["MOST_ROWS", "IllustratedRun", "rows_of"]

MOST_ROWS = 15


@dataclass(frozen=True, kw_only=True)
class IllustratedRun(Run):
    """A run with its pictures, PNG by key."""

    pictures: Mapping[str, bytes]

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

    def grid(
        self,
        caption: str,
        heads: Mapping[str, str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float] = (),
    ) -> Grid:
        """Return a table.

        Parameters
        ----------
        caption
            As it is said.
        heads
            Term of each column -> ``">"`` for numbers, ``""`` for texts; the term ``""`` says nothing.
        rows, widths
            As for :class:`Grid`.
        """
        right = frozenset(at for at, side in enumerate(heads.values()) if side)
        named = [self.say[term] if term else "" for term in heads]
        return Grid(caption=caption, headers=named, rows=rows, right=right, widths=widths)


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows by column name."""
    return iter(frame.itertuples(index=False))
