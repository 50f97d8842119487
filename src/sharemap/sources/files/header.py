"""Finding the header of a published table, however many merged rows it spreads over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.catalog import normalised_header

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["SEARCHED", "Header", "find_header"]

SEARCHED = 30
_TALLEST = 6
_NUMBER = re.compile(r"[-+]?\d[\d,]*(\.\d+)?")
_DECIMALS = re.compile(r"-?\d{1,7}\.\d{3,}")
_PAIR = 2
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FEWEST_CODES = 3
_FEWEST_KNOWN = 2


@dataclass(frozen=True, kw_only=True)
class Header:
    """Where the header stands and what its columns are called.

    Attributes
    ----------
    first, last
        Positions of the first and the last header record, from 0.
    names
        One unique name a column.
    matched
        How many of the names are known.
    above
        Positions of rows that stand above the header: a list that was sorted with its header.
    """

    first: int
    last: int
    names: tuple[str, ...]
    matched: int
    above: tuple[int, ...] = ()


def find_header(records: Sequence[Sequence[str]], known: Collection[str]) -> Header:
    r"""Return the header of a table: the records whose cells are best known.

    Parameters
    ----------
    records
        The first records of the file as cells of text; ragged and blank ones are fine.
    known
        Normalised headers that are known; without any, the first filled record is the header.

    Examples
    --------
    >>> rows = [["대여소 현황", "", ""], ["대여소\n번호", "위치", ""], ["", "위도", "경도"], ["301", "37.5", "127"]]
    >>> find_header(rows, {"대여소번호", "위도", "경도"}).names
    ('대여소 번호', '위도', '경도')
    """
    searched = records[:SEARCHED]
    counts = [_matches(record, known) for record in searched]
    best = max(range(len(searched)), key=lambda i: (counts[i], -i))
    if counts[best] < _FEWEST_KNOWN:
        best = next((i for i, record in enumerate(searched) if any(cell.strip() for cell in record)), 0)
        names = _names([searched[best]], known)
        return Header(first=best, last=best, names=names, matched=0)
    first = _grow(searched, counts, best, step=-1)
    last = _grow(searched, counts, best, step=1)
    names = _names(searched[first : last + 1], known)
    matched = sum(normalised_header(name) in known for name in names)
    above = tuple(place for place in range(first) if _is_row(records[place], len(names)))
    return Header(first=first, last=last, names=names, matched=matched, above=above)


def _is_row(record: Sequence[str], width: int) -> bool:
    """Whether a record above the header is a row of the table: as full as one, with the numbers of a position."""
    filled = [cell.strip() for cell in record if cell.strip()]
    return len(filled) * 2 >= width and sum(map(bool, map(_DECIMALS.fullmatch, filled))) >= _PAIR


def _matches(record: Sequence[str], known: Collection[str]) -> int:
    filled = [cell.strip() for cell in record if cell.strip()]
    if any(_NUMBER.fullmatch(cell) for cell in filled):
        return 0
    return sum(normalised_header(cell) in known for cell in filled)


def _grow(records: Sequence[Sequence[str]], counts: Sequence[int], start: int, *, step: int) -> int:
    end = start
    for position in range(start + step, start + step * _TALLEST, step):
        if not 0 <= position < len(records):
            break
        filled = [cell.strip() for cell in records[position] if cell.strip()]
        if filled and not _is_header(filled, counts[position], below=step > 0):
            break
        if filled:
            end = position
    return end


def _is_header(filled: Sequence[str], known: int, *, below: bool) -> bool:
    """Above the best row one known cell is enough; below it, where data begin, half of them must be known."""
    if any(_NUMBER.fullmatch(cell) for cell in filled):
        return False
    codes = len(filled) >= _FEWEST_CODES and all(_CODE.fullmatch(cell) for cell in filled)
    return (known * 2 >= len(filled) or codes) if below else known > 0


def _names(block: Sequence[Sequence[str]], known: Collection[str]) -> tuple[str, ...]:
    width = max((len(record) for record in block), default=0)
    names = _unique([_column_name(_cells(block, column), known) for column in range(width)], block)
    return tuple(names)


def _cells(block: Sequence[Sequence[str]], column: int) -> list[str]:
    cells = [" ".join(record[column].split()) if column < len(record) else "" for record in block]
    return [cell for cell in cells if cell]


def _column_name(cells: list[str], known: Collection[str]) -> str:
    """Prefer the lowest known cell, then known cells joined, then the lowest cell."""
    korean = [cell for cell in cells if not cell.isascii()] or cells
    candidates = [*reversed(korean), " ".join(korean), *reversed(cells)]
    for name in candidates:
        if normalised_header(name) in known:
            return name
    return korean[-1] if korean else ""


def _unique(names: list[str], block: Sequence[Sequence[str]]) -> list[str]:
    """Tell repeated names apart by the cells above them, then by number; name blank ones by position."""
    longer = [name or f"열{column + 1}" for column, name in enumerate(names)]
    for depth in range(2, len(block) + 1):
        repeated = {name for name in longer if longer.count(name) > 1}
        longer = [
            " ".join(_cells(block, column)[-depth:]) if name in repeated else name
            for column, name in enumerate(longer)
        ]
    seen: dict[str, int] = {}
    unique = []
    for name in longer:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique
