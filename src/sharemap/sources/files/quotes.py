"""Quotation marks that are never closed, which silently swallow the rows below them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from sharemap.errors import SiteFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["refuse_open_quotes", "usual_delimiters"]

_LONGEST_BREAKS = 3
_BREAK = re.compile(r"\r\n|\r|\n")


def refuse_open_quotes(text: str, *, delimiter: str, usual: int, row: int, file: Path) -> None:
    r"""Refuse a record in which a quoted cell swallows the rows below it.

    Such a cell is still open at the end of the record, or goes on after the mark that closes it, or has more
    than three line breaks and a whole line that holds as many delimiters as the rows of the file do. Longer
    descriptions with line breaks, and addresses on two lines, are fine.

    Parameters
    ----------
    text
        The lines of one record of the table, as published.
    delimiter
        One character.
    usual
        How many delimiters the rows of the file hold, see :func:`usual_delimiters`.
    row
        Row of the record as a spreadsheet shows it.
    file
        The file, for the message.

    Raises
    ------
    SiteFileError
        Names the row in which the cell opens.

    Examples
    --------
    >>> from pathlib import Path
    >>> refuse_open_quotes('1,"two\nlines"\n', delimiter=",", usual=1, row=2, file=Path("a.csv"))
    """
    mark = re.escape(delimiter)
    cell = re.compile(rf'(?:\A|(?<=[{mark}\r\n]))"([^"]*(?:""[^"]*)*)("|\Z)([^{mark}\r\n]*)')
    for match in cell.finditer(text):
        content, closing, rest = match.groups()
        if closing and "\n" not in content and "\r" not in content:
            continue
        lines = _BREAK.split(content)
        swallows = len(lines) > _LONGEST_BREAKS + 1 and any(
            line.count(delimiter) >= usual for line in lines[1:-1]
        )
        if not closing or rest.strip() or swallows:
            msg = "a quotation mark opens a cell and is never closed, or only rows below"
            raise SiteFileError(
                msg,
                file=file,
                row=row,
                value=lines[0][:30],
                remedy="close the quotation mark, or delete it",
            )


def usual_delimiters(text: str, delimiter: str) -> int:
    r"""Return how many delimiters most lines with any hold; the fewer of equals, at least one.

    Examples
    --------
    >>> usual_delimiters("title\na,b,c\n1,2,3\n", ",")
    2
    """
    counts = Counter(line.count(delimiter) for line in _BREAK.split(text))
    del counts[0]
    return min(counts, key=lambda count: (-counts[count], count), default=1)
