"""What matplotlib cannot write into a PDF: the language, bookmarks, and that readers show its title.

The PDF format lets a file be amended by appending: objects are written again, or added, behind its end, with a new
cross-reference table that points back to the old one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["amended"]

_ROOT = 1


def amended(pdf: bytes, *, lang: str, titles: Sequence[str] = ()) -> bytes:
    """Return a PDF with its language and, for each titled page, a bookmark.

    Parameters
    ----------
    pdf
        As matplotlib wrote it.
    lang
        Language of the text, such as ``"ko"``.
    titles
        One a page, in order; no bookmarks without any.
    """
    trailer = pdf[pdf.rindex(b"trailer") :]
    size, info, previous = (
        int(_found(rb"/Size (\d+)", trailer)),
        _found(rb"/Info (\d+ 0 R)", trailer),
        int(_found(rb"startxref\s+(\d+)", trailer)),
    )
    pages = re.findall(rb"(\d+) 0 R", _found(rb"/Kids \[([^\]]*)\]", pdf[pdf.rindex(b"/Type /Pages") :]))
    root = b"<< /Type /Catalog /Pages %b /Lang (%b)" % (_found(rb"/Pages (\d+ 0 R)", pdf), lang.encode())
    root += b" /ViewerPreferences << /DisplayDocTitle true >>"
    objects = {}
    if titles:
        root += b" /PageMode /UseOutlines /Outlines %d 0 R" % size
        objects = _outlines(size, titles, pages)
    return pdf + _appended({_ROOT: root + b" >>", **objects}, at=len(pdf), old=(size, info, previous))


def _found(pattern: bytes, text: bytes) -> bytes:
    match = re.search(pattern, text)
    if match is None:
        msg = f"a PDF of an unknown build: no {pattern!r}"
        raise ValueError(msg)
    return match.group(1)


def _outlines(first: int, titles: Sequence[str], pages: Sequence[bytes]) -> dict[int, bytes]:
    """Return the list of bookmarks and each of them, by object number."""
    numbers = range(first + 1, first + 1 + len(titles))
    head = b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>"
    objects = {first: head % (numbers[0], numbers[-1], len(titles))}
    for number, title, page in zip(numbers, titles, pages, strict=True):
        links = b" /Prev %d 0 R" % (number - 1) if number > numbers[0] else b""
        links += b" /Next %d 0 R" % (number + 1) if number < numbers[-1] else b""
        text = ("\ufeff" + title).encode("utf-16-be", "replace").hex().upper().encode()
        objects[number] = b"<< /Title <%b> /Parent %d 0 R /Dest [ %b 0 R /Fit ]%b >>" % (
            *(text, first, page, links),
        )
    return objects


def _appended(objects: dict[int, bytes], *, at: int, old: tuple[int, bytes, int]) -> bytes:
    size, info, previous = old
    body, table = b"", b"xref\n"
    for number in sorted(objects):
        table += b"%d 1\n%010d 00000 n \n" % (number, at + len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
    end = b"trailer\n<< /Size %d /Root %d 0 R /Info %b /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return body + table + end % (max(size, *(n + 1 for n in objects)), _ROOT, info, previous, at + len(body))
