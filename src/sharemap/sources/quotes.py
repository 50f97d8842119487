"""Quotation marks that are never closed, which silently swallow the rows below them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING

from sharemap.errors import SiteFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["refuse_open_quotes"]

_LONGEST_BREAKS = 3
_BREAK = re.compile(r"\r\n|\r|\n")


def refuse_open_quotes(text: str, *, delimiter: str, file: Path) -> None:
    r"""Refuse a table of text in which a quoted cell swallows the rows below it.

    Such a cell is still open at the end of the file, or goes on after the mark that closes it, or has more
    than three line breaks and a whole line that holds as many delimiters as the rows of the file do. Longer
    descriptions with line breaks, and addresses on two lines, are fine.

    Parameters
    ----------
    text
        The table, without byte-order mark.
    delimiter
        One character.
    file
        The file, for the message.

    Raises
    ------
    SiteFileError
        Names the row, as a spreadsheet shows it, in which the cell opens.

    Examples
    --------
    >>> from pathlib import Path
    >>> refuse_open_quotes('a,b\n1,"two\nlines"\n', delimiter=",", file=Path("a.csv"))
    """
    if '"' not in text:
        return
    usual: int | None = None
    mark = re.escape(delimiter)
    cell = re.compile(rf'(?:\A|(?<=[{mark}\r\n]))"([^"]*(?:""[^"]*)*)("|\Z)([^{mark}\r\n]*)')
    for match in cell.finditer(text):
        content, closing, rest = match.groups()
        if closing and "\n" not in content and "\r" not in content:
            continue
        lines = _BREAK.split(content)
        if usual is None:
            usual = _usual_delimiters(text, delimiter)
        swallows = len(lines) > _LONGEST_BREAKS + 1 and any(
            line.count(delimiter) >= usual for line in lines[1:-1]
        )
        if not closing or rest.strip() or swallows:
            msg = "a quotation mark opens a cell and is never closed, or only rows below"
            raise SiteFileError(
                msg,
                file=file,
                row=_row(text[: match.start()], delimiter),
                value=lines[0][:30],
                remedy="close the quotation mark, or delete it",
            )


def _usual_delimiters(text: str, delimiter: str) -> int:
    """How many delimiters most lines with any hold; the fewer of equals, at least one."""
    counts = Counter(line.count(delimiter) for line in _BREAK.split(text))
    del counts[0]
    return min(counts, key=lambda count: (-counts[count], count), default=1)


def _row(before: str, delimiter: str) -> int:
    """Row of the record that goes on after some text."""
    done = sum(1 for _ in csv.reader(io.StringIO(before, newline=""), delimiter=delimiter))
    return done + (not before or before.endswith(("\r", "\n")))
